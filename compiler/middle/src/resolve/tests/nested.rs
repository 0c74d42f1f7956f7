//! Tests of closures, tasks and channels in resolve.

use super::{check, printed};

#[test]
fn closures() {
    check(&[
        "fn main() { let n = 1\n let f = (x) => x + n\n print(f(1)) }",
        "fn main() { let f = (x) => y } // E0201",
        "fn main() { let f = (a, a) => a } // E0202",
        "fn main() { let f = (x) => x\n print(x) } // E0201",
        "fn main() { let f = (x) => g(x) } // E0201",
        "fn main() { while true { let f = () => { break } } } // E0209",
        "fn main() { outer: for i in 0..3 { spawn { continue outer }.detach() } } // E0209",
        "fn main() { let f = () => { break } } // E0209",
        "fn main() { while true { let f = () => { while true { break } } } }",
        "fn main() { let f = () => self.x } // E0208",
        "class C { x: int\n fn f(self) int { let g = () => self.x\n g() } }\nfn main() { }",
        "class S[] { fn f(self) { let g = () => self } } // E0212\nfn main() { }",
    ]);
}

#[test]
fn tasks() {
    check(&[
        "fn f() { }\nfn main() { let t = spawn f()\n t.get()! }",
        "fn f() { }\nfn main() { spawn f()! } // E0402",
        "fn f() { }\nfn main() { let t = spawn f() catch 1 } // E0402",
        "const T = spawn { 1 } // E0319\nfn main() { }",
        "const F = () => spawn { 1 }\nfn main() { }",
        "class S { fn m(self) { } }\napp A[s: S] { fn main(self) { spawn self.s.m().detach()\n spawn self.x.m().detach() } }",
    ]);
}

#[test]
fn channels() {
    check(&[
        "fn main() { let ch = chan<int>()\n ch.sender.try_send(1)\n print(ch.receiver.try_recv()) }",
        "fn main() { let ch = chan<int>()\n print(ch) // E0320\n ch.send(1) // E0320\n ch.recv() // E0320\n ch() // E0320\n ch = 1 } // E0320",
        "fn main() { let ch = chan<int>()\n let ch = 1\n print(ch) }",
        "fn main() { { let ch = chan<int>() }\n print(ch) } // E0201",
        "fn main() { let (tx, rx) = chan<int>(8)\n let both = chan<int>(unbounded)\n let pair: (Sender<int>, Receiver<int>) = chan<int>()\n print(pair.sender) }",
        "const C = chan<int>() // E0320\nfn main() { }",
        "chan a: int\nchan a: int // E0202\nfn main() { }",
        "chan a: int(-1) // E0320\nchan b: int(1 + 1) // E0320\nchan c: int(4294967297) // E0320\nchan d: int(4294967296)\nfn main() { }",
        "topic a: int(0) // E0320\ntopic b: int(unbounded, lossy) // E0101\ntopic c: int(1, lossy)\nfn main() { }",
        "class S { }\nclass T[s: S] { }\nchan a: S // E0212\nfn main() { }",
    ]);
}

#[test]
fn ends_in_brackets() {
    check(&[
        "chan orders: int\nclass S[orders: Sender<int>] { fn f(self) { self.orders.try_send(1)\n let o = self.orders } }\nfn main() { }",
        "chan orders: int\nclass S[orders: Sender<string>] { } // E0517\nfn main() { }",
        "chan orders: int\nclass S[order: Sender<int>] { } // E0517\nfn main() { }",
        "chan orders: int\nclass S[orders: Subscriber<int>] { } // E0517\nfn main() { }",
        "topic orders: int\nclass S[orders: Receiver<int>] { } // E0517\nfn main() { }",
        "chan orders: int\nclass S[orders: Task<int>] { } // E0503\nclass T[orders: fn()] { } // E0503\nfn main() { }",
        "chan orders: int\nclass S[orders: Sender<int>] { fn f(self) { self.orders(1) // E0510\n self.orders = 1 } } // E0109\nfn main() { }",
        "class S[orders: Sender<int>] { // E0517\n fn f(self) { self.orders.try_send(1) } }\nfn main() { }",
        "import events\nclass S[orders: Sender<int>, hidden: Sender<int>] { } // E0517\nfn main() { }\n//- /events.pluto\npub chan orders: int\nchan hidden: int",
        "import a\nimport b\nclass S[orders: Sender<int>] { } // E0517\nfn main() { }\n//- /a.pluto\npub chan orders: int\n//- /b.pluto\npub chan orders: int",
        "import a\nchan orders: int\nclass S[orders: Sender<int>] { }\nfn main() { }\n//- /a.pluto\npub chan orders: string",
    ]);
}

#[test]
fn select_and_tests() {
    check(&[
        "fn main() { let (tx, rx) = chan<int>()\n select { v = rx.recv() { print(v) } tx.send(1) { print(v) } } ! } // E0201",
        "fn main() { select { after 1s { } default { } } } // E0306",
        "tests[scheduler: Random] { test \"a\" { } }\ntests[scheduler: Randm] { test \"b\" { } // E0201\n test \"c\" { } }\nfn main() { }"
            .replace("{ test \"b\" { } // E0201", "{ // E0201\n test \"b\" { }")
            .as_str(),
        "enum Outcome { Mine }\nfn main() { print(Outcome.Mine) }",
        "error ChannelClosed { mine: int }\nfn main() { raise ChannelClosed { mine: 1 } }",
        "fn main() { print(Outcome.Done)\n print(Outcome.Nothing) } // E0207",
        "fn main() { raise TaskCancelled { }\n raise ChannelClosed { lost: true } }",
    ]);
}

/// The printed program has these lines.
fn prints(text: &str, parts: &[&str]) {
    let found = printed(text);
    for part in parts {
        assert!(found.contains(part), "missing:\n{part}\nin:\n{found}");
    }
}

#[test]
fn closures_capture_what_is_around() {
    prints(
        "fn main() { let a = 1\n let b = 2\n let f = (x: int) int => { let c = b\n let g = (y) => y + c + a\n g(x) } }",
        &[
            "let f#6 = closure main.closure#1;",
            "closure main.closure#1(x#2: int) int with b#1, a#0 {\n  let c#3 = b#1;\n  let g#5 = closure main.closure.closure#2;\n  call g#5(x#2)\n}",
            "closure main.closure.closure#2(y#4) with c#3, a#0 {",
        ],
    );
    let data = "class C { n: int\n fn f(self) int { let g = () => { let h = () => self.n\n h() }\n g() } }";
    prints(data, &["closure C.f.closure#1() with self {", "closure C.f.closure.closure#2() with self {"]);
}

#[test]
fn calls_in_tasks_have_their_arguments_first() {
    prints(
        "fn half(n: int) int? { spawn half(n).detach()\n spawn half(n + 1).detach()\n spawn half(3).detach()\n n }",
        &[
            "(spawn half.task#1).detach();",
            "{\n    let n#1: int = (n#0 + 1);\n    (spawn half.task#2)\n  }.detach();",
            "task half.task#1 with n#0 {\n  forward half(n#0)\n}",
            "task half.task#2 with n#1 {\n  forward half(n#1)\n}",
            "task half.task#3 {\n  forward half(3)\n}",
        ],
    );
    prints(
        "chan c: int\nclass S { fn m(self, x: float) { } }\napp A[s: S, c: Sender<int>] {\n fn n(self, x: int) { }\n fn main(self) { spawn self.s.m(1 as float).detach()\n spawn self.n(1).detach()\n spawn self.c.send(2).detach()\n let f = (x: int) => x\n spawn f(1 + 1).detach() } }",
        &[
            "let x#0: float = (1 as float);",
            "task A.main.task#3 with self, x#0 {\n  forward dep 0.m(x#0)\n}",
            "with self {\n  forward self.n(1)\n}",
            "{\n  forward end 1.send(2)\n}",
            "let argument#3 = f#2;\n    let argument#4 = (1 + 1);",
            "forward call argument#3(argument#4)",
        ],
    );
}

#[test]
fn channels_and_select_as_hir() {
    prints(
        "chan orders: int(10)\npub topic ticks: string(64, lossy)\nclass S[orders: Receiver<int>, ticks: Publisher<string>] { }\nfn main() { let ch = chan<int>(2)\n let x = within 5ms { select { v = ch.receiver.recv() { v }\n ch.sender.send(1) { 2 }\n after 1s { 3 } }! }!\n let (a, b) = chan<string>(unbounded) }",
        &[
            "service S[orders: Receiver<int> of channel 0, ticks: Publisher<string> of channel 1]",
            "chan 0 orders: int(10)\ntopic 1 ticks: string(64, lossy)",
            "let (ch.sender#0, ch.receiver#1) = chan<int>(2);",
            "within 5000000ns {",
            "v#2 = ch.receiver#1.recv() {",
            "ch.sender#0.send(1) {",
            "after 1000000000ns {",
            "let (a#4, b#5) = chan<string>(unbounded)",
        ],
    );
}

#[test]
fn many_closures_take_bounded_memory() {
    let mut text = String::from("fn main() {\n");
    for number in 0..3_000 {
        text += &format!("let f{number} = (x: int) => x\n");
    }
    text += "}\n";
    let (_, dx) = super::resolved(&text);
    let codes: Vec<&str> = dx.sorted().iter().map(|it| it.code.as_str()).collect();
    assert_eq!(codes, ["E0105"]);
}
