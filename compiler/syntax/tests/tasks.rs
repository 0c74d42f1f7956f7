//! Closures, tasks, deadlines, channels and durations, as printed trees and as messages about mistakes. In: small
//! programs. Checked: their trees, messages and ways out.

#[path = "support/reading.rs"]
mod reading;

use reading::{body, codes, item_codes, messages, run, tree};

/// Message and help of the only message about a function body.
fn advice(text: &str) -> String {
    let (_, list) = run(&format!("fn f() {{\nbefore()\n{text}\nafter_it()\n}}\nfn g() {{ }}\n"));
    let [only] = list.as_slice() else { panic!("{text}\n{list:#?}") };
    assert!(only.primary.is_some(), "{text}");
    format!("{} {}: {}", only.code.as_str(), only.message, only.help.as_deref().unwrap_or("-"))
}

/// The same about a file.
fn item_advice(text: &str) -> String {
    let (tree, list) = run(&format!("fn one() {{ }}\n{text}\nfn two() {{ }}\n"));
    let [only] = list.as_slice() else { panic!("{text}\n{list:#?}") };
    assert!(tree.contains("fn one()") && tree.contains("fn two()"), "{text}\n{tree}");
    format!("{} {}: {}", only.code.as_str(), only.message, only.help.as_deref().unwrap_or("-"))
}

#[test]
fn closures() {
    let cases = [
        ("(x) => x + 1", "((x) => (x + 1))"),
        ("(x: int, y) int => { x }", "((x: int, y) int => { ; x ; })"),
        ("() => (y) => 2", "(() => ((y) => 2))"),
        ("(_, _) => 3", "((_, _) => 3)"),
        ("(f: fn(int) int?, t: Task) [Map<a, b>] => f(1)", "((f: fn(int) int?, t: Task) [Map<a, b>] => f(1))"),
        ("((x) => x)(3)", "((x) => x)(3)"),
        ("f((x) => x, 3)", "f(((x) => x), 3)"),
        ("f(\n (x,\n y) =>\n x,\n (z) => {\n a()\n z\n },\n)", "f(((x, y) => x), ((z) => { ; a() ; z ; }))"),
        ("[(x), y, (z) => 1]", "[x, y, ((z) => 1)]"),
        ("g ?? (x) => x", "(g ?? ((x) => x))"),
        ("P { f: (x) => x\n g: () => 2 }", "P { f: ((x) => x), g: (() => 2) }"),
        ("{ \"a\": (x) => x }", "{\"a\": ((x) => x)}"),
        ("f((x) => g(x) catch 0)", "f(((x) => g(x) catch 0))"),
        ("(x) => y.z = 3", "E"),
    ];
    for (text, wanted) in cases {
        if wanted == "E" {
            assert_eq!(codes(&format!("let f = {text}")), ["E0101"], "{text}");
        } else {
            assert_eq!(body(&format!("let f = {text}")), format!("let f = {wanted}"), "{text}");
        }
    }
    assert_eq!(body("if xs.any((x) => x > 1) { a() }"), "if xs.any(((x) => (x > 1))) { ; a() ; }");
    assert_eq!(body("for x in xs.map((x) => { x }) { }"), "for x in xs.map(((x) => { ; x ; })) {}");
    assert_eq!(body("return (x) => x"), "return ((x) => x)");
}

#[test]
fn tuples_in_arms_are_patterns() {
    assert_eq!(
        body(
            "match p { (a, b) => a, (1, _) | (_, 2) => (x) => x\n _ if xs.any((x) => x) => (y) int => { y }\n(c, d) if (e) => 1 }"
        ),
        "match p { ; (a, b) => a ; (1, _) | (_, 2) => ((x) => x) ; _ if xs.any(((x) => x)) => ((y) int => { ; y ; }) ; \
         (c, d) if e => 1 ; }"
    );
}

#[test]
fn types() {
    let text = "fn f(a: fn(), b: fn(A, [B]) C?, c: (fn())?, d: fn(fn() int) fn() int, e: Task, g: Task<Sender<int>>?, \
                h: Map<string, Receiver<(int, Duration)>>) fn() int { }";
    assert_eq!(
        tree(text).lines().next(),
        Some(
            "fn f(a: fn(), b: fn(A, [B]) C?, c: (fn())?, d: fn(fn() int) fn() int, e: Task, g: Task<Sender<int>>?, \
             h: Map<string, Receiver<(int, Duration)>>) fn() int {}"
        )
    );
    assert_eq!(tree("class A[a: Publisher<T>, b: Subscriber<b.T>] {\n f: fn()\n g: fn(int) b.T\n}").lines().count(), 4);
    assert_eq!(
        item_advice("fn f(s: Sender) { }"),
        "E0101 an end of a channel or topic names the type of its messages: write for example `Sender<int>`"
    );
    assert_eq!(
        item_advice("fn f(s: Receiver<int, int>) { }"),
        "E0101 an end of a channel or topic names the type of its messages: write for example `Receiver<int>`"
    );
    assert_eq!(item_advice("fn f(d: Duration<int>) { }").split(' ').next(), Some("E0902"));
    assert_eq!(
        item_advice("fn f(g: fn(x: int) int) { }"),
        "E0101 the parameters of a function type have no names: write only their types: `fn(int) string`"
    );
    assert_eq!(
        item_advice("fn f(c: chan<int>) { }"),
        "E0101 expected a type, found `chan`: the ends of a channel have the types `Sender<T>` and `Receiver<T>`"
    );
}

#[test]
fn durations() {
    assert_eq!(body("f(250ms, 5s, 2m, 1h, 3us, 7ns)"), "f(250ms, 5s, 2m, 1h, 3us, 7ns)");
    assert_eq!(body("f(0s, 1_500ms, 60s, 120m, 1000us)"), "f(0s, 1500ms, 1m, 2h, 1ms)");
    assert_eq!(body("f(1.5s, 0.25h, 1.000us, -1.5ms)"), "f(1500ms, 15m, 1us, (-1500us))");
    assert_eq!(body("let x = t.0 + 5s.to_ms()"), "let x = (t.0 + 5s.to_ms())");
    assert_eq!(body("f(9223372036854775807ns)"), "f(9223372036854775807ns)");
    let too_large = "durations are counted in nanoseconds, in 64 bits: 2562047h, 292 years, is the longest";
    for text in ["9223372036854775808ns", "2562048h", "99999999999999999999s"] {
        assert_eq!(advice(&format!("f({text})")), format!("E0103 the duration `{text}` is too large: {too_large}"));
    }
    assert_eq!(advice("f(2h30m)"), "E0103 a duration has one unit: add them: `2h + 30m`");
    assert_eq!(advice("f(1h2m3s)"), "E0103 a duration has one unit: add them: `1h + 2m + 3s`");
    assert_eq!(advice("f(1h30)").split(':').next(), Some("E0103 `1h30` is not a number"));
    assert_eq!(
        advice("f(1.5ns)"),
        "E0103 `1.5ns` is not a whole number of nanoseconds: durations are counted in nanoseconds; leave out the digits \
         behind that"
    );
    assert_eq!(
        advice("f(0.00000000000001h)").split(':').next(),
        Some("E0103 `0.00000000000001h` is not a whole number of nanoseconds")
    );
    assert_eq!(
        advice("f(5min)"),
        "E0103 `5min` has a unit that durations do not have: the units are ns, us, ms, s, m (minutes) and h: 250ms, 5s, 2m, \
         1h"
    );
    assert_eq!(
        advice("sleep(500 ms)"),
        "E0101 `ms` cannot stand here: the unit of a duration stands directly behind its number: `500ms`"
    );
    assert_eq!(item_codes("fn f() -> int { 3 }"), ["E0101"]);
    assert_eq!(codes("f(0x5s)\nf(1e3s)\nf(5S)"), ["E0103", "E0103", "E0103"]);
}

#[test]
fn spawning() {
    assert_eq!(body("let t = spawn self.stock.check(item)"), "let t = spawn self.stock.check(item)");
    assert_eq!(body("spawn f(x).detach()"), "spawn f(x).detach()");
    assert_eq!(body("spawn m.f(x)(y)!"), "spawn m.f(x)(y)!");
    assert_eq!(body("spawn { a() }.detach()\nb()"), "spawn { ; a() ; }.detach() ; b()");
    assert_eq!(body("ts.push(spawn t.0.run())"), "ts.push(spawn t.0.run())");
    assert_eq!(body("[spawn f(), spawn g()]"), "[spawn f(), spawn g()]");
    let help = |path: &str| {
        format!("E0101 `spawn` starts a call or a block: write `spawn {path}(…)`, or `spawn {{ … }}` for anything else")
    };
    assert_eq!(advice("spawn x"), help("x"));
    assert_eq!(advice("let t = spawn self.a.b + 1"), help("self.a.b"));
    assert_eq!(advice("spawn Foo { x: 1 }"), help("Foo"));
    assert_eq!(advice("spawn xs[0].f()"), help("xs"));
    assert_eq!(advice("spawn () => f()"), "E0101 `spawn` starts a call or a block, not a closure: write `spawn { … }`");
}

#[test]
fn deadlines() {
    assert_eq!(body("within 500ms { f()! } catch err { g() }"), "within 500ms { ; f()! ; } catch err { ; g() ; }");
    assert_eq!(body("let w = within 2s { f()! }!\ng()"), "let w = within 2s { ; f()! ; }! ; g()");
    assert_eq!(body("within 1s { f() }\ncatch { g() }\nh()"), "within 1s { ; f() ; } catch { ; g() ; } ; h()");
    assert_eq!(body("within 1s { f() } g()"), "within 1s { ; f() ; } ; g()");
    assert_eq!(body("within 1s { f() }\n!g()"), "within 1s { ; f() ; } ; (!g())");
    assert_eq!(body("within LIMIT { f() }"), "within LIMIT { ; f() ; }");
    assert_eq!(body("within self.limit * 2 { f() }"), "within (self.limit * 2) { ; f() ; }");
    assert_eq!(body("within (a + b) { f() }"), "within (a + b) { ; f() ; }");
    assert_eq!(body("within (a + b).max(c) { f() }"), "within ((a + b).max(c)) { ; f() ; }");
    assert_eq!(body("within f(P { x: 1 }) { }"), "within f(P { x: 1 }) {}");
    assert_eq!(body("within 1s { within 2s { f()! }! }!"), "within 1s { ; within 2s { ; f()! ; }! ; }!");
    assert_eq!(
        body("if within 1s { f()! } catch { false } { g() }"),
        "if (within 1s { ; f()! ; } catch { ; false ; }) { ; g() ; }"
    );
    assert_eq!(
        body("match x { A => within 1s { f()! }!\n B => 1 }"),
        "match x { ; A => within 1s { ; f()! ; }! ; B => 1 ; }"
    );
    assert_eq!(advice("within { f() }"), "E0101 `within` needs a duration: write for example `within 500ms { … }`");
    assert_eq!(advice("within 1s f()").split(':').next(), Some("E0101 `f` cannot stand here"));
}

#[test]
fn selecting() {
    assert_eq!(
        body("select { v = a.recv() { f(v) }  a.recv() { }  b.send(x) { }  after 1s { } default { } }!"),
        "select { ; v = a.recv() { ; f(v) ; } ; a.recv() {} ; b.send(x) {} ; after 1s {} ; default {} ; }!"
    );
    assert_eq!(
        body(
            "select {\n (a, b) = x.y[0].recv() { f() }\n P { c } = g(P { d: 1 }).recv() { },\n _ = rx.recv() { }\n\n}\nf()"
        ),
        "select { ; (a, b) = x.y[0].recv() { ; f() ; } ; P { c } = g(P { d: 1 }).recv() {} ; _ = rx.recv() {} ; } ; f()"
    );
    assert_eq!(body("select { a.recv() { } } f()"), "select { ; a.recv() {} ; } ; f()");
    assert_eq!(
        body("let x = select { v = a.recv() { v } }\n  catch err: ChannelClosed { none }!"),
        "let x = select { ; v = a.recv() { ; v ; } ; } catch err: ChannelClosed { ; none ; }!"
    );
    assert_eq!(
        body("select { after self.limit { } after (a + b) { } after LIMIT { } after f(x) catch 1s { } }"),
        "select { ; after self.limit {} ; after (a + b) {} ; after LIMIT {} ; after f(x) catch 1s {} ; }"
    );
    assert_eq!(
        body("select { after.recv() { } after = default.recv() { } default = a.recv() { } default.send(after) { } }"),
        "select { ; after.recv() {} ; after = default.recv() {} ; default = a.recv() {} ; default.send(after) {} ; }"
    );
    assert_eq!(
        body("select { a.send((x) => { x }) { select { b.recv() { } } } default { match y { A => 1 } } }"),
        "select { ; a.send(((x) => { ; x ; })) { ; select { ; b.recv() {} ; } ; } ; default { ; match y { ; A => 1 ; } ; } ; }"
    );
}

#[test]
fn mistakes_in_select() {
    let neither = "E0101 an arm of `select` receives or sends: write `v = rx.recv() { … }`, `tx.send(x) { … }`, `after 1s \
                   { … }` or `default { … }`";
    for arm in ["f() { }", "v = a.try_recv() { }", "a { }", "1 + 2 { }", "a.deliver(x) { }", "v = 3 { }"] {
        assert_eq!(advice(&format!("select {{ {arm}\n default {{ }} }}")), neither, "{arm}");
    }
    let cases = [
        (
            "select { default { } a.recv() { } default { } }",
            "E0101 a `select` has one `default`: join them, or remove one",
        ),
        ("select { after { } }", "E0101 `after` needs a duration: write for example `after 1s { … }`"),
        (
            "select { }",
            "E0101 a `select` without arms waits for nothing: add for example `v = rx.recv() { … }`, `tx.send(x) { … }` or \
             `after 1s { … }`",
        ),
        (
            "select { v = a.recv()! { } }",
            "E0101 an arm of `select` does not fail: closed channels are never ready: leave out what follows the call; handle \
             `ChannelClosed` behind the `select`",
        ),
        (
            "select { let v = a.recv() { } }",
            "E0101 an arm of `select` binds without `let`: write `v = rx.recv() { … }`",
        ),
        ("select { v = a.send(x) { } }", "E0101 `send` gives nothing that could be bound: write `tx.send(x) { … }`"),
        ("select { a.send() { } }", "E0101 `send` takes one argument: write `tx.send(x) { … }`"),
        ("select { a.recv(3) { } }", "E0101 `recv` takes no arguments: write `v = rx.recv() { … }`"),
        ("select { v = a.recv() => f() }", "E0101 `=>` cannot stand here: what it does stands in braces: `{ … }`"),
        (
            "select {\n case v := <-a: f()\n default { } }",
            "E0101 `v` cannot stand here: an arm of `match` is written `pattern => value`, one of `select` `v = rx.recv() { … }`",
        ),
    ];
    for (text, wanted) in cases {
        assert_eq!(advice(text), wanted, "{text}");
    }
}

#[test]
fn channels() {
    assert_eq!(body("let (tx, rx) = chan<int>(8)"), "let (tx, rx) = chan<int>(8)");
    assert_eq!(body("let c = chan<Map<string, [Sender<int>]>>()"), "let c = chan<Map<string, [Sender<int>]>>()");
    assert_eq!(body("let c = chan<fn(int) int>(n + 1)"), "let c = chan<fn(int) int>((n + 1))");
    assert_eq!(body("f(chan<(int, T)>(unbounded).sender)"), "f(chan<(int, T)>(unbounded).sender)");
    let text = "chan orders: Order(1000)\npub chan log: string\nchan all: b.T(unbounded)\ntopic prices: Tick(64)\n\
                topic p: T(64, lossy)\ntopic q: [T](lossy)\nchan f: (fn() int)(2)\nchan n: T(LIMIT)\n";
    assert_eq!(tree(text), text);
    let no_type = "E0101 a channel names the type of its messages: write for example `chan<int>()` or `chan<int>(8)`";
    for text in ["let c = chan(8)", "let c = chan()", "let c = chan<int, int>()"] {
        assert_eq!(advice(text), no_type, "{text}");
    }
    for text in ["let c = chan<int>", "f(chan<Map<string, int>>, 1)", "let s = chan<T>.sender"] {
        let wanted = "E0101 a channel is made by a call: put `()` behind it, or `(n)` with its capacity";
        assert_eq!(advice(text), wanted, "{text}");
    }
    assert_eq!(
        advice("let c = chan<int>(8, 9)"),
        "E0101 there is one capacity: write a number, or `unbounded`, or nothing for 64"
    );
    assert_eq!(
        advice("chan orders: Order(10)"),
        "E0101 `orders` cannot stand here: a channel is made with `chan<T>()`; named ones are declared outside of functions"
    );
    let lossy = "E0101 a channel loses nothing; only a topic can be `lossy`: leave it out: a full channel makes its senders \
                 wait";
    assert_eq!(item_advice("chan c: int(8, lossy)"), lossy);
    assert_eq!(advice("let c = chan<int>(8, lossy)"), lossy);
    assert_eq!(
        item_advice("topic c: int(unbounded, lossy)"),
        "E0101 an unbounded topic loses nothing: give a number instead of `unbounded`, or leave out `lossy`"
    );
    assert_eq!(item_codes("chan Orders: int"), ["E0101"]);
    assert_eq!(item_codes("chan c int\nfn f() { }"), ["E0101"]);
}

#[test]
fn schedulers() {
    let text = "tests[scheduler: Random] {\n  test \"a\" { f() }\n\n  test \"b\" { } test \"c\" { }\n}\ntests[] { }\n";
    let one = |name: &str, body: &str| format!("tests[scheduler: Random] {{ test \"{name}\" {body} }}\n");
    assert_eq!(tree(text), one("a", "{\n    f()\n}") + &one("b", "{}") + &one("c", "{}"));
    assert_eq!(
        item_advice("tests[scheduler: Random] {\n fn a() { }\n test \"b\" { }\n}"),
        "E0101 only tests stand in `tests[…]`: declare it outside, in front of the tests"
    );
    assert_eq!(
        item_advice("tests[order: Random] { test \"b\" { } }"),
        "E0101 tests have no setting `order` here: there is one: `tests[scheduler: Random] { … }`"
    );
    assert_eq!(
        item_advice("tests[scheduler: Random] {\n test \"a\" with A = B { }\n test \"b\" { }\n}").split(' ').next(),
        Some("E0915")
    );
}

#[test]
fn mistakes_of_other_languages() {
    let closure = "a closure is written `(x) => x + 1`, one without parameters `() => …`";
    let arrow = "E0101 `<-` is not an operator: send with `ch.send(v)!`, receive with `ch.recv()!`";
    let result = "a closure is written `(x) => x + 1`, or `(x: int) int => { … }`";
    let bare = |name: &str| format!("E0101 the parameters of a closure stand in parentheses: write `({name}) => …`");
    let cases = [
        ("go f(x)", "E0101 `f` cannot stand here: a task is started with `spawn f(x)`".to_owned()),
        (
            "let x = await f()",
            "E0101 `f` cannot stand here: a call waits by itself; for the result of a task write `t.get()!`".to_owned(),
        ),
        ("ch <- v", arrow.to_owned()),
        ("ch <-v", arrow.to_owned()),
        ("self.ch <- P { x: 1 }", arrow.to_owned()),
        ("<-ch", "E0101 expected a statement, found `<`: receive from a channel with `ch.recv()!`".to_owned()),
        ("let v = <-ch", "E0101 expected an expression, found `<`: receive from a channel with `ch.recv()!`".to_owned()),
        ("f(|x| x + 1)", format!("E0101 expected `)` or an expression, found `|`: {closure}")),
        ("let f = |x| { x + 1 }", format!("E0101 expected an expression, found `|`: {closure}")),
        ("let f = || 3", format!("E0101 expected an expression, found `||`: {closure}")),
        ("xs.map((x) -> x + 1)", format!("E0101 `->` cannot stand here: {result}")),
        ("let f = (x: int) -> int { x }", format!("E0101 `->` cannot stand here: {result}")),
        ("let f = x => x + 1", bare("x")),
        ("xs.map(x => x + 1)", bare("x")),
        ("xs.map(_ => 2)", bare("_")),
        ("xs.fold(0, x => x)", bare("x")),
        (
            "xs.map(fn(x) { x + 1 })",
            "E0101 a function without a name is written as a closure, without `fn`: write `(x) => { … }`".to_owned(),
        ),
        (
            "let f = fn(x: int) P { P { x } }",
            "E0101 a function without a name is written as a closure, without `fn`: write `(x) => { … }`".to_owned(),
        ),
        (
            "fn inner(x: int) int { x }",
            "E0101 a function cannot be declared inside another: write `let inner = (x: int) => { … }`, or declare it outside"
                .to_owned(),
        ),
        (
            "f((mut x) => x)",
            "E0101 the parameters of a closure do not change: bind a copy in its body: `let mut y = x`".to_owned(),
        ),
        (
            "f(((a, b)) => a)",
            "E0101 a parameter is a name, not a pattern: take it apart in the body: `(pair) => { let (a, b) = pair … }`"
                .to_owned(),
        ),
        ("f((X) => 1)", "E0107 the name of a parameter starts with a lower-case letter: write `x`".to_owned()),
    ];
    for (text, wanted) in cases {
        assert_eq!(advice(text), wanted, "{text}");
    }
    let wanted = "E0101 expected a declaration, found `async`: every function can wait, and `spawn f(x)` starts any of them \
                  as a task";
    assert_eq!(item_advice("async fn f() { }"), wanted);
    assert!(item_advice("class A {\n async fn f(self) { }\n}").contains("every function can wait"));
    assert_eq!(messages("fn f() bool { a <-1 }"), Vec::<String>::new());
    assert_eq!(codes("if a <-b { }"), Vec::<&str>::new());
}

#[test]
fn words_are_names_elsewhere() {
    assert_eq!(
        body("let within = chan + topic\nselect = spawn.within(after)\nchan = default.lossy[unbounded]"),
        "let within = (chan + topic) ; select = spawn.within(after) ; chan = default.lossy[unbounded]"
    );
    assert_eq!(body("if chan < 3 && select > 2 { }"), "if ((chan < 3) && (select > 2)) {}");
    assert_eq!(body("if select { } else if spawn { }"), "if select {} else if spawn {}");
    assert_eq!(
        body("match within { select { f() } spawn => 1 }"),
        "match within { ; select => { ; f() ; } ; spawn => 1 ; }"
    );
    assert_eq!(body("for spawn in select { within() }"), "for spawn in select { ; within() ; }");
    assert_eq!(body("f() catch select { 1 }"), "f() catch select { ; 1 ; }");
    assert_eq!(
        body("sleep(after, default)\nlet sleep = select - within"),
        "sleep(after, default) ; let sleep = (select - within)"
    );
    assert_eq!(body("let within = (spawn) => within(spawn)"), "let within = ((spawn) => within(spawn))");
    assert_eq!(body("within(2)\n{ f() }"), "within(2) ; { ; f() ; }");
    assert_eq!(tree("fn chan(select: int, within: int) { }\nfn spawn() { }\nfn topic() { }").lines().count(), 3);
    assert_eq!(
        tree("class A { chan: int, topic: int, select: int, within: int, spawn: int, tests: int }").lines().count(),
        8
    );
    assert_eq!(tree("system S for A { pod select { process spawn { A } process within { B } } }").lines().count(), 6);
}
