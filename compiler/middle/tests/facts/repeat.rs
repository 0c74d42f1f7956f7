//! Which methods may run twice.

use crate::pipeline::front;

/// The names of the repeatable methods of `S`.
fn repeatable(methods: &str) -> Vec<String> {
    let source = format!(
        "class Log {{ n: int = 0\nfn note(mut self) {{ self.n += 1 }}\nfn count(self) int {{ self.n }} }}\n\
         class S[log: Log] {{ kept: [int] = []\n{methods}\n}}\n\
         fn twice(n: int) int {{ 2 * n }}\n\
         fn loud(n: int) int {{ print(n)\nn }}\n\
         app M[s: S] {{ fn main(self) {{ }} }}\n"
    );
    let front = front(&source);
    let own = |name: &str| name == "S.f";
    let names = front.facts.repeatable.iter().map(|id| front.program.fns[*id].qualified.to_string());
    names.filter(|name| own(name)).collect()
}

#[test]
fn reading_computing_waiting_and_failing_may_be_repeated() {
    for method in [
        "fn f(self) int { self.kept.len() }",
        "fn f(self) int { self.log.count()! + twice(3) }",
        "fn f(self) [int] { let mut own = self.kept\nown.push(1)\nown.map((n) => twice(n)) }",
        "fn f(self) int { sleep(1ms)\nself.kept[7] }",
    ] {
        assert_eq!(repeatable(method), ["S.f"], "{method}");
    }
}

#[test]
fn what_others_can_see_may_not() {
    for method in [
        "fn f(mut self) { self.kept.push(1) }",
        "fn f(self) { self.log.note()! }",
        "fn f(self) int { loud(1) }",
        "fn f(self) [int] { self.kept.map((n) => loud(n)) }",
        "fn f(self, tx: Sender<int>) { tx.send(1) catch () }",
        "fn f(self, rx: Receiver<int>) int { let mut sum = 0\nfor n in rx { sum += n }\nsum }",
        "fn f(self) int { let task = spawn twice(1)\ntask.get()! }",
    ] {
        assert_eq!(repeatable(method), [] as [String; 0], "{method}");
    }
}
