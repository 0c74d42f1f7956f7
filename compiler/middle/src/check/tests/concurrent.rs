//! Closures, tasks, channels and durations: what is accepted, with the types found, and what is refused.

use super::accepted::types;
use super::{messages, refuse};

#[test]
fn closures_find_their_types() {
    types(
        r#"error Odd { n: int }
        class Item { n: int }
        fn half(n: int) int { if n % 2 == 0 { n / 2 } else { raise Odd { n } } }
        fn adder(n: int) fn(int) int { (x) => x + n }
        fn maybe(n: int) int? { none }
        fn main() {
            let xs = [3, 1, 2]
            let ys = xs.map((x) => x * 2)
            let zs: [float] = xs.map((x) => 0)
            let ws = xs.map((x) => if x > 1 { x } else { none })
            let fs = xs.map((x) => x as float).filter((x) => x > 1)
            let sum: float = xs.fold(0, (sum, x) => sum + x as float)
            let total = xs.fold(0, (a, b) => a + b)
            let any = xs.any((x) => x == 3) && xs.all((x) => x < 10)
            let mut items = [Item { n: 1 }]
            items.sort_by((a, b) => a.n - b.n)
            let block = (x: int) => { if x > 3 { return none }
                x }
            let unit = () => print("hi")
            let late = (x) => x
            let q = (x: int) => maybe(x)? + 1
            let wide: fn(float) float? = (x) => x
            let named = xs.map(half)!
            let counts = xs.fold({}, (m, x) => { let mut n = m
                n[x] = 1
                n })
            unit()
            print((ys, zs, ws, fs, sum, total, any, items, block(1), late("x"), q(1), wide(1), named, counts, adder(1)(2)))
        }"#,
        &[
            "let ys: [int]",
            "let zs: [float]",
            "let ws: [int?]",
            "let fs: [float]",
            "let sum: float",
            "let total: int",
            "let any: bool",
            "let block: fn(int) int?",
            "let unit: fn()",
            "let late: fn(string) string",
            "let q: fn(int) int?",
            "let named: [int]",
            "let counts: Map<int, int>",
            "closure adder.closure(x: int) int",
        ],
    );
}

#[test]
fn functions_stand_in_data() {
    types(
        "class Job { name: string, run: fn(int) int, next: (fn() int)? }
        enum Op { Map { f: fn(int) int }, Nothing }
        class Data { n: int, cb: fn(int) int
            fn call(self) int { self.cb(self.n) } }
        class Serv { cb: fn(int) int = (x) => x, other: (fn(int) int)?
            fn go(self) int { self.cb(3) } }
        const DOUBLE = (x: int) => x * 2
        const TABLE: [fn(int) int] = [DOUBLE, (x) => x + 1]
        app A[serv: Serv] { fn main(self) {
            let job = Job { name: \"a\", run: (n) => n + 1, next: none }
            let pair = (DOUBLE, (x: string) => x)
            let r = job.run(3) + pair.0(3) + TABLE[1](3) + DOUBLE(2)
            let op = Op.Map { f: (x) => x }
            match op { Op.Map { f } => print(f(3)), Op.Nothing => print(0) }
            if let next = job.next { print(next()) }
            print((r, pair.1(\"x\"), job.next == none, self.serv.go()!))
        } }",
        &["let pair: (fn(int) int, fn(string) string)", "let r: int", "const DOUBLE() fn(int) int"],
    );
}

#[test]
fn tasks_and_channels() {
    types(
        "chan jobs: int(5)
        topic ticks: string(64, lossy)
        fn work(n: int) int { n }
        class Worker[jobs: Receiver<int>, ticks: Subscriber<string>] {
            done: Map<int, Task<int>>
            fn keep(mut self, n: int) { self.done[n] = spawn work(n) }
            fn start(mut self) {
                spawn { for job in self.jobs { self.keep(job) } for t in self.ticks { print(t) } }.detach()
                self.done.remove(3)
            }
        }
        app Main[worker: Worker, jobs: Sender<int>, ticks: Publisher<string>] { fn main(self) {
            self.ticks.publish(\"a\")
            self.jobs.send(1)!
            let ch = chan<int>(0)
            let both = (chan<string>(), 1)
            both.0.sender.try_send(\"x\")
            let t = spawn work(1)
            let u = spawn { let v = select { m = ch.receiver.recv() { m }
                ch.sender.send(3) { 1 }
                after 5ms { return none } }!
                v }
            let w = within 1s { t.get()! } catch 0
            select { ch.receiver.recv() { 1 } default { \"x\" } } catch { }
            let all = [1, 2].map((x) => spawn work(x)).map((t) => t.get()!)!
            let maybe: Task<int>? = spawn work(2)
            let plain: Task = spawn work(3)
            plain.cancel()
            let size = ch.sender.capacity()
            print((u.get()!, w, all, t.outcome() == Outcome.Done, ch.sender == ch.sender, maybe != none, size))
            match t.outcome() { Outcome.Failed { message } => print(message), _ => print(0) }
        } }",
        &[
            "let ch.sender: Sender<int>",
            "let u: Task<int?>",
            "let w: int",
            "let all: [int]",
            "let plain: Task",
            "let size: int?",
            "task Worker.start.task() ()",
        ],
    );
}

#[test]
fn durations() {
    types(
        "fn main() {
            let d = 2 * 1s + 500ms
            let e = (d - 1s) / 2
            let ratio = d / e * 3
            let mut f = -d
            f += 1s
            f *= 2
            let late = (x: Duration, y) => x * y + d - x
            let mut all = [d, e]
            all.sort()
            sleep(d)
            let m = {1s: 2}
            print((d > e, ratio, f, d.to_ms(), d.to_seconds(), f\"{d:>10}\", late(1s, 2), all, m))
        }",
        &["let e: Duration", "let ratio: int", "let mut f: Duration", "let late: fn(Duration, int) Duration"],
    );
}

/// One statement in a function that has some variables.
fn statement(text: &str, code: &str) {
    let source = format!(
        "class Box {{ f: fn(int) int, g: (fn(int) int)?, name: string\n fn get(self) int {{ 1 }} }}\nfn work(n: int) int {{ n }}\nfn run() Task<int> {{ spawn work(1) }}\n\
         fn uses(b: Box, t: Task<int>, tx: Sender<int>, rx: Receiver<int>, p: Publisher<int>, f: (fn(int) int)?) {{ let n = 3; let mut m = 4; let xs = [1]; let d = 1s\n{text}\n}}"
    );
    let expected: Vec<String> = code.split_whitespace().map(|code| format!("{code}:6")).collect();
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    refuse(&source, &expected);
}

#[test]
fn wrong_functions() {
    for (text, code) in [
        ("n(4)", "E0212"),
        ("f(4)", "E0212"),
        ("b.g(3)", "E0212"),
        ("b.name(3)", "E0303"),
        ("let h = b.get", "E0207"),
        ("b.f(1, 2)", "E0302"),
        ("b.f(\"x\")", "E0301"),
        ("let g: fn(int) string = work", "E0301"),
        ("let g: fn(int) int = (x) => { return \"a\" }", "E0301"),
        ("let g: fn(int) int = (x) => { print(x) }", "E0301"),
        ("let g: fn(int) int = (x: string) => 1", "E0301"),
        ("let g: fn(int) int = () => 1", "E0301"),
        ("let g = (a) => a.foo()", "E0307"),
        ("let g = (a) => a", "E0307"),
        ("xs.map((a, b) => a)", "E0301"),
        ("xs.filter((a) => a)", "E0301"),
        ("xs.fold(0, (a, x) => \"s\")", "E0301"),
        ("let mut ys = [1.5]; ys.sort_by((a, b) => a - b)", "E0301"),
        ("let g = () => { m += 1 }", "E0318"),
        ("let g = () => { m = 1 }", "E0318"),
        ("let mut ys = xs; let g = () => ys.push(1)", "E0318"),
        ("let mut ys = xs; let g = () => { let h = () => { ys[0] = 1 }; h() }", "E0318"),
        ("let g = (x: int) => { x = 3 }", "E0308"),
        ("print(work == work)", "E0315"),
        ("print(b == b)", "E0315"),
        ("print([b].contains(b))", "E0315"),
        ("let k: Map<Box, int> = {}", "E0315"),
        ("print(b)", "E0319"),
        ("print(f\"{work}\")", "E0319"),
    ] {
        statement(text, code);
    }
}

#[test]
fn wrong_tasks_and_channels() {
    for (text, code) in [
        ("spawn work(1)", "E0513"),
        ("run()", "E0513"),
        ("let _ = run()", "E0513"),
        ("let u = run()", "E0513"),
        ("if n == 3 { run() }", "E0513"),
        ("match n { 3 => run(), _ => run() }", "E0513 E0513"),
        ("xs.map((x) => spawn work(x))", "E0513"),
        ("let u = xs.map((x) => spawn work(x))", "E0513"),
        ("let mut ts = [run()]; ts.pop(); ts.remove_at(0)", ""),
        ("spawn work(\"x\").detach()", "E0301"),
        ("spawn work(1, 2).detach()", "E0302"),
        ("spawn { m += 1 }.detach()", "E0318"),
        ("let i: int = run()", "E0301"),
        ("for v in t { }", "E0301"),
        ("for v in tx { }", "E0301"),
        ("print(t)", "E0319"),
        ("print(t == t)", "E0315"),
        ("let k = {tx: 1}", "E0315"),
        ("within 5 { }", "E0301"),
        ("sleep(5)", "E0301"),
        ("let c = chan<int>(1.5)", "E0301"),
        ("let (a, b) = chan<int>(); a.try_send(\"x\"); b.close()", "E0301"),
        ("tx.recv()!", "E0303"),
        ("rx.send(1)!", "E0303"),
        ("p.send(1)!", "E0303"),
        ("select { x = tx.recv() { } }", "E0303"),
        ("select { x = n.recv() { } }", "E0303"),
        ("select { rx.send(1) { } }", "E0303"),
        ("select { tx.send(\"x\") { } }", "E0301"),
        ("select { (a, b) = rx.recv() { } }", "E0301"),
        ("select { 1 = rx.recv() { } }", "E0305"),
        ("select { after 3 { } }", "E0301"),
        ("let x: int = select { rx.recv() { 1 } default { \"x\" } }", "E0301"),
        ("let e = tx < tx", "E0309"),
        ("let e = d + 3", "E0309"),
        ("let e = d * 1.5", "E0309"),
        ("let e = d % d", "E0309"),
        ("let e = 3 / d", "E0309"),
        ("let e = d as int", "E0310"),
        ("let e: int = d", "E0301"),
        ("let mut e = d; e /= d", "E0301"),
        ("let mut e = d; e += 1", "E0309"),
        ("print(f\"{d:.2}\")", "E0317"),
    ] {
        statement(text, code);
    }
}

#[test]
fn wrong_declarations() {
    refuse("error E { f: fn() }", &["E0319:1"]);
    refuse("class A { t: Task<int> }\nerror E { a: A }", &["E0319:2"]);
    refuse("class A { m: Map<Sender<int>, int> }", &["E0315:1"]);
    refuse(
        "class S[] {\n f: fn()\n t: Task\n s: Sender<int>\n p: (int, fn())\n ok: [fn()]\n no: Task? }",
        &["E0304:2", "E0304:3", "E0304:4", "E0304:5"],
    );
    refuse("class N { next: Sender<N>, f: fn(N) N }", &[]);
    refuse("class N { next: Sender<N>? }\nfn f() { let (tx, rx) = chan<N>()\n tx.close()\n rx.close() }", &["E0518:2"]);
    refuse("class N { reply: Sender<int> }\nfn f() { let ch = chan<N>() }", &[]);
    refuse("fn f() { let ch = chan<[Receiver<int>]>() }", &[]);
    refuse("const F = () => F()", &["E0307:1"]);
}

#[test]
fn self_in_closures_and_tasks() {
    refuse(
        "class D { n: int\n fn f(mut self) { let g = () => { self.n = 1 }\n let h = () => self.f()\n let t = spawn self.f()\n t.detach()\n g()\n h() } }",
        &["E0318:2", "E0318:3", "E0318:4"],
    );
    refuse(
        "class S[] { n: int, cb: fn(int) int = (x) => x\n fn f(mut self) { let g = [1].map((x) => { self.n += x\n x })\n spawn { self.n += 1 }.detach()\n spawn { let h = () => self.n }.detach()\n spawn self.cb(1).detach()\n spawn self.f().detach()\n spawn { self.f() }.detach() } }",
        &["E0516:4", "E0516:5", "E0516:6"],
    );
    refuse("class S[] { n: int\n fn f(self) { let g = () => { self.n = 1 } } }", &["E0308:2"]);
}

#[test]
fn ways_out() {
    let within = |text: &str, parts: &[&str]| {
        let found = messages(text);
        for part in parts {
            assert!(found.contains(part), "{part}\nis missing in\n{found}");
        }
    };
    within(
        "fn f() int { 1 }\nfn main() { spawn f() }",
        &["`let t = spawn f()`, then `t.get()!`", "`spawn f().detach()`"],
    );
    within("fn f() int { 1 }\nfn main() { let t = spawn f() }", &["nobody uses the task `t`", "`t.detach()`"]);
    within("fn main() { let mut n = 1\n let f = () => { n += 1 } }", &["this closure has a copy", "assign it outside"]);
    within("fn main() { sleep(5) }", &["`5s`, `5ms`"]);
    within("fn f(t: Task<int>) int { t }\nfn main() { }", &["wait for it: `t.get()!`"]);
    within("fn main() { let f = (x) => x.len() }", &["write it: `(x: int) => …`"]);
    within("fn f(t: Sender<int>) { t.recv() }\nfn main() { }", &["its `Receiver`"]);
}
