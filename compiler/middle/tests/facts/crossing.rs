//! Which types cross.

use crate::pipeline::front;
use pluto_middle::ty::Ty;

#[test]
fn the_types_of_a_crossing_call_cross() {
    let source = "error Gone { why: Why }\nenum Why { Old { since: float }\nLost }\nclass Item { name: string\ntags: [string] }\n\
        class Unused { x: byte }\n\
        class Store { item: Item? = none\nfn get(self, at: int) Item? { if at == 1 { raise Gone { why: Why.Lost } }\nself.item }\n\
        fn size(self) int { 1 }\nfn set(mut self) { self.item = none } }\n\
        app Main[store: Store] {\nfn size(self) int { self.store.size()! }\n\
        fn main(self) { print(self.store.get(1)!)\nprint(Unused { x: 1 }) } }\n\
        system S for Main { pod a { Main } pod b { Store } }";
    let mut front = front(source);
    let (together, apart) = (front.back(None), front.first_system());
    assert!(together.effects.crossing.is_empty() && together.effects.served.is_empty());
    let crossing: Vec<&Ty> = apart.effects.crossing.keys().map(|id| front.types.table.get(*id)).collect();
    let has = |test: fn(&Ty) -> bool| crossing.iter().any(|ty| test(ty));
    assert!(has(|ty| matches!(ty, Ty::Class(_))) && has(|ty| matches!(ty, Ty::Enum(_))) && has(|ty| *ty == Ty::Float));
    assert!(has(|ty| matches!(ty, Ty::ErrorValue(_))) && has(|ty| matches!(ty, Ty::Nullable(_))));
    assert!(!has(|ty| *ty == Ty::Byte), "{crossing:?}");
    assert_eq!(crossing.iter().filter(|ty| matches!(ty, Ty::Class(_))).count(), 1);
}
