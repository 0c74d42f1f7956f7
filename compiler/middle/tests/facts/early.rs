//! Which functions can end early, and which types cross.

use crate::pipeline::{Front, Placed, front};
use pluto_middle::ids::ProcessId;
use pluto_middle::mir::HasStatus;
use pluto_middle::ty::Ty;

#[test]
fn what_ends_early() {
    let source = "error E\nclass P { x: int\nf: float\nb: byte = 1\n\
        fn getter(self) int { self.x }\nfn set(mut self, x: int) { self.x = x }\nfn bump(mut self) { self.x += 1 }\n\
        fn grow(mut self) { self.f += 1.5 }\n}\n\
        const ONE = 1\nconst TWO = 1 + 1\n\
        fn add(a: int, b: int) int { a + b }\nfn mask(a: int, b: int) int { a & b | a ^ b }\nfn shift(a: int) int { a << 2 }\n\
        fn floats(a: float) float { -(a / 2.0 + a * a) }\nfn negate(a: int) int { -a }\nfn texts(a: string) string { a + \"!\" }\n\
        fn bytes(a: byte, b: byte) byte { a - b }\nfn index(xs: [int]) int { xs[0] }\nfn key(m: Map<string, int>) int { m[\"a\"] }\n\
        fn insert() int { let mut m: Map<string, int> = {}\nm[\"a\"] = 1\nm.or_insert(\"b\", 2)\nm.len() }\n\
        fn store() int { let mut m = [1]\nm[0] = 1\nm.len() }\nfn nested() int { let mut m = [{ 1: 1 }]\nm[0][1] = 1\nm.len() }\n\
        fn to_byte(a: int) byte { a as byte }\nfn to_int(a: byte) int { a as int }\nfn to_float(a: int) float { a as float }\n\
        fn cut(a: float) int { a as int }\nfn part(a: string) string { a.substring(0, 1) }\nfn size(a: string) int { a.len() }\n\
        fn absolute(a: float) float { abs(a) }\nfn absolute_int(a: int) int { abs(a) }\nfn least(a: int) int { min(a, 1) }\n\
        fn sure(a: int) { assert(a == 1) }\nfn raises() int { raise E }\nfn handled() int { raises() catch 1 }\n\
        fn calls() int { add(1, 2) }\nfn deep(n: int) bool { if n == 0 { true } else { deep(n) } }\nfn one() int { ONE }\nfn two() int { TWO }\n\
        fn made() P { P { x: 1, f: 1.0 } }\nfn read(p: P) int { p.getter() }\nfn looped() int { let mut n = 0\nfor x in 0..3 { n = x }\nn }\n\
        fn shown(a: int) string { f\"{a}\" }\nfn wrapped(a: int) int { a.wrapping_add(1) }\nfn chosen(a: int?) int { a ?? 3 }\n\
        fn main() { print(1) }\n";
    let early = [
        "P.bump",
        "TWO",
        "add",
        "shift",
        "negate",
        "bytes",
        "index",
        "key",
        "store",
        "nested",
        "to_byte",
        "cut",
        "part",
        "absolute_int",
        "sure",
        "raises",
        "handled",
        "calls",
        "deep",
        "two",
    ];
    let mut front = front(source);
    let placed = front.back(None);
    for (function, it) in front.program.fns.iter_enumerated() {
        let wanted = early.contains(&&*it.qualified);
        assert_eq!(placed.effects.ends_early.contains(&(ProcessId(0), function)), wanted, "{}", it.qualified);
    }
}

#[test]
fn a_crossing_call_ends_early_and_its_types_cross() {
    let source = "error Gone { why: Why }\nenum Why { Old { since: float }\nLost }\nclass Item { name: string\ntags: [string] }\n\
        class Unused { x: byte }\n\
        class Store { item: Item? = none\nfn get(self, at: int) Item? { if at == 1 { raise Gone { why: Why.Lost } }\nself.item }\n\
        fn size(self) int { 1 }\nfn set(mut self) { self.item = none } }\n\
        app Main[store: Store] {\nfn size(self) int { self.store.size()! }\n\
        fn main(self) { print(self.store.get(1)!)\nprint(Unused { x: 1 }) } }\n\
        system S for Main { pod a { Main } pod b { Store } }";
    let mut front = front(source);
    let (together, apart) = (front.back(None), front.first_system());
    let size = front.function("Main.size");
    assert!(!together.effects.ends_early.contains(&(ProcessId(0), size)));
    assert!(apart.effects.ends_early.contains(&(ProcessId(0), size)));
    assert!(together.effects.crossing.is_empty() && together.effects.served.is_empty());
    let crossing: Vec<&Ty> = apart.effects.crossing.keys().map(|id| front.types.table.get(*id)).collect();
    let has = |test: fn(&Ty) -> bool| crossing.iter().any(|ty| test(ty));
    assert!(has(|ty| matches!(ty, Ty::Class(_))) && has(|ty| matches!(ty, Ty::Enum(_))) && has(|ty| *ty == Ty::Float));
    assert!(has(|ty| matches!(ty, Ty::ErrorValue(_))) && has(|ty| matches!(ty, Ty::Nullable(_))));
    assert!(!has(|ty| *ty == Ty::Byte), "{crossing:?}");
    assert_eq!(crossing.iter().filter(|ty| matches!(ty, Ty::Class(_))).count(), 1);
}

/// `lower` finds out by itself which functions of its MIR need a status word: never one that cannot end early.
#[test]
fn lower_gives_a_status_only_to_what_ends_early() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/run");
    let mut names: Vec<_> =
        std::fs::read_dir(folder).expect("there").map(|entry| entry.expect("readable").path()).collect();
    names.retain(|path| path.extension().is_some_and(|ending| ending == "pluto"));
    names.sort();
    assert!(!names.is_empty());
    for path in names {
        let mut front = front(&std::fs::read_to_string(&path).expect("readable"));
        for system in std::iter::once(None).chain(front.program.systems.ids().map(Some)) {
            let placed = front.back(system);
            assert!(!front.diagnostics.has_errors(), "{}: {:#?}", path.display(), front.diagnostics.sorted());
            for process in placed.placement.processes.ids() {
                check_statuses(&front, &placed, process);
            }
        }
    }
}

fn check_statuses(front: &Front, placed: &Placed, process: ProcessId) {
    let Front { program, types, facts, .. } = front;
    let lowered = pluto_middle::lower::lower(program, types, facts, &placed.placement, &placed.effects, process);
    for function in lowered.functions.iter().filter(|it| it.status == HasStatus::Yes) {
        let mut same = program.fns.iter_enumerated().filter(|(_, it)| it.qualified == function.name);
        assert!(same.all(|(id, _)| placed.effects.ends_early.contains(&(process, id))), "{}", function.name);
    }
}
