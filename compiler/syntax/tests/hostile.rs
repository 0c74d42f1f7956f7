//! Inputs that want to make the parser hang, overflow its stack or panic. In: texts made by repetition. Checked: each
//! gets a message within a bound, and nothing else happens.

use pluto_syntax::ast::Module;
use pluto_syntax::diag::{Diagnostic, Diagnostics};
use pluto_syntax::parser::parse;
use pluto_syntax::span::FileId;
use std::time::{Duration, Instant};

/// Processor time of this thread where the system tells it, so that a busy machine makes nothing look slow.
struct Busy(Instant, Option<u64>);

impl Busy {
    fn now() -> Busy {
        Busy(Instant::now(), ticks())
    }

    fn elapsed(&self) -> Duration {
        match (self.1, ticks()) {
            (Some(start), Some(end)) => Duration::from_millis((end - start) * 10),
            _ => self.0.elapsed(),
        }
    }
}

/// Hundredths of seconds in user and system mode.
fn ticks() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/thread-self/stat").ok()?;
    let mut fields = text.rsplit(')').next()?.split_whitespace().skip(11);
    Some(fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?)
}

/// Parses on a large stack, as `plutoc` does, drops the result there, and gives the messages and the time.
fn run(text: String) -> (Vec<Diagnostic>, Duration) {
    let thread = std::thread::Builder::new().stack_size(1 << 30).spawn(move || {
        let start = Busy::now();
        let mut diagnostics = Diagnostics::default();
        let module: Module = parse(FileId(0), &text, &mut diagnostics);
        drop(module);
        let length = u32::try_from(text.len()).expect("a small text");
        let list = diagnostics.sorted();
        for span in list.iter().filter_map(|it| it.primary.as_ref()).map(|it| it.span) {
            assert!(span.start <= span.end && span.end <= length, "{span:?} lies outside the text");
        }
        (list, start.elapsed())
    });
    thread.expect("a thread").join().expect("no panic")
}

fn codes(text: String) -> Vec<&'static str> {
    let shown: String = text.chars().take(40).collect();
    let (list, time) = run(text);
    assert!(time < Duration::from_secs(10), "{shown}… took {time:?}");
    assert!(list.len() <= 110, "{shown}… gave {} messages", list.len());
    list.iter().map(|it| it.code.as_str()).collect()
}

fn within_main(body: &str) -> String {
    format!("fn main() {{\n    let x = {body}\n}}\n")
}

#[test]
fn brackets_without_end() {
    for bracket in ["(", "[", "{", "f({", "([{", "Foo {", "Foo { x: ", "f\"{", "f(", "x[", "-(", "catch {", "if x {"] {
        let text = bracket.repeat(100_000);
        assert!(codes(text.clone()).contains(&"E0105"), "{bracket}");
        assert!(codes(within_main(&text)).contains(&"E0105"), "{bracket}");
    }
}

#[test]
fn brackets_that_close_nothing() {
    for bracket in [")", "]", "}", ")]}", "} ", ")\n"] {
        let found = codes(bracket.repeat(100_000));
        assert!(found.contains(&"E0106"), "{bracket}: {found:?}");
    }
}

#[test]
fn balanced_but_deep() {
    for (open, close) in [("(", ")"), ("[", "]"), ("{", "}"), ("f(", ")"), ("f\"{", "}\""), ("(x) => (", ")")] {
        let text = within_main(&format!("{}1{}", open.repeat(100_000), close.repeat(100_000)));
        assert_eq!(codes(text), ["E0105"], "{open}");
    }
    let types = format!("fn f(x: {}int{}) {{ }}", "Map<int, ".repeat(100_000), ">".repeat(100_000));
    assert_eq!(codes(types), ["E0105"]);
}

#[test]
fn prefixes() {
    let words = [
        "-",
        "- ",
        "!",
        "~",
        "return ",
        "raise ",
        "spawn f ",
        "if ",
        "match ",
        "(x) => ",
        "within ",
        "fn(int) ",
        "a catch ",
        "f() catch -",
        "select ",
        "yield x ",
        "if let P { } = ",
        "spawn x.",
        "x => ",
        "within (a) ",
        "select { v = ",
        "select { after ",
        "chan<",
        "chan<int>(",
        "fn() ",
        "() fn() ",
        "spawn () => ",
        "<-",
        "|x| ",
    ];
    for word in words {
        let found = codes(within_main(&word.repeat(100_000)));
        assert!(!found.is_empty(), "{word} gave nothing");
    }
    for word in ["- ", "!", "~", "return ", "raise ", "if ", "match ", "f() catch ", "(x) => ", "within ", "x => "] {
        assert_eq!(codes(within_main(&word.repeat(100_000))), ["E0105"], "{word}");
    }
}

#[test]
fn long_but_flat() {
    assert_eq!(codes(within_main(&format!("1 {}", "+ 1 ".repeat(50_000)))), Vec::<&str>::new());
    let operators = ["* 1 ", "&& a ", "?? a ", "- -1 ", "+ 1 * 2 ", "|| a && b ", "^ a & b | c "];
    for operator in operators {
        assert_eq!(codes(within_main(&format!("1 {}", operator.repeat(10_000)))), Vec::<&str>::new(), "{operator}");
    }
    let comparisons = within_main(&format!("1 {}", "< 1 ".repeat(50_000)));
    assert_eq!(codes(comparisons), ["E0110"]);
    let chain = format!("fn f() {{\n    if a {{ }}{}\n}}", " else if a { }".repeat(50_000));
    assert_eq!(codes(chain), Vec::<&str>::new());
    let statements = format!("fn f() {{\n{}}}", "    x = -x\n".repeat(20_000));
    assert_eq!(codes(statements), Vec::<&str>::new());
    let elements = within_main(&format!("[{}]", "-1, ".repeat(50_000)));
    assert_eq!(codes(elements), Vec::<&str>::new());
    let blocks = format!("fn f() {{ {} }}", "if a { } ".repeat(10_000));
    assert_eq!(codes(blocks), Vec::<&str>::new());
    assert_eq!(codes("fn f() { }\n".repeat(10_000)), Vec::<&str>::new());
}

const NOTHING: [&str; 0] = [];

#[test]
fn ten_thousand_closures() {
    for part in ["(x) => x + 1, ", "(x: int, y: [Map<int, int>]) int => { x }, ", "() => (y) => 2,\n"] {
        assert_eq!(codes(within_main(&format!("[{}]", part.repeat(10_000)))), NOTHING, "{part}");
    }
    let matched = within_main(&format!("match x {{ {} }}", "(a, b) => (x) => x, ".repeat(10_000)));
    assert_eq!(codes(matched), NOTHING);
    for (open, close) in [("((", "))"), ("(", ") => 1"), ("((x) => ", ")"), ("(x) => { (", ") }"), ("(x: (", ") => 1")]
    {
        let text = within_main(&format!("{}a{}", open.repeat(10_000), close.repeat(10_000)));
        assert_eq!(codes(text), ["E0105"], "{open}");
    }
}

#[test]
fn ten_thousand_arms() {
    for arm in ["v = a.recv() { f() } ", "(a, b) = f(x).recv() { }\n", "a.send((x) => x) { },\n"] {
        let text = within_main(&format!("select {{ {} }}", arm.repeat(10_000)));
        assert_eq!(codes(text), NOTHING, "{arm}");
    }
}

#[test]
fn many_tasks_and_channels() {
    let elements = [
        "spawn f(1), ",
        "spawn { f() }.detach(), ",
        "chan<Sender<int>>(8), ",
        "5s, ",
        "within 1s { f() } catch 1, ",
        "select { v = a.recv() { } default { } }!, ",
    ];
    for element in elements {
        assert_eq!(codes(within_main(&format!("[{}]", element.repeat(1_000)))), NOTHING, "{element}");
    }
    let sums = within_main(&format!("1 {}", "+ spawn f() + (5s) + chan<int>() + ((x) => x) ".repeat(1_000)));
    assert_eq!(codes(sums), NOTHING);
    let statements = ["within 1s { f() }\n", "within a { f() } ", "select { a.recv() { } } ", "spawn f().detach(); "];
    for statement in statements {
        assert_eq!(codes(format!("fn f() {{ {} }}", statement.repeat(1_000))), NOTHING, "{statement}");
    }
    for item in ["chan a: int(8)\n", "topic b: fn()\n", "tests[scheduler: Random] { test \"a\" { } }\n"] {
        assert_eq!(codes(item.repeat(1_000)), NOTHING, "{item}");
    }
    let tests = "test \"a\" { } ".repeat(1_000);
    assert_eq!(codes(format!("tests[scheduler: Random] {{ {tests} }}")), NOTHING);
}

#[test]
fn many_mistakes() {
    let statements = [
        "let f = x => x",
        "xs.map(|x| x)",
        "ch <- v",
        "let v = <-ch",
        "spawn x",
        "go f(x)",
        "let g = fn(x) { x }",
        "within { }",
        "let c = chan<int>",
        "let c = chan(8)",
        "select { after { } default { } default { } f() { } }",
        "let d = 2h30m + 9999999h",
    ];
    for statement in statements {
        let found = codes(format!("fn f() {{\n{}}}", format!("{statement}\n").repeat(500)));
        assert!(!found.is_empty(), "{statement}");
    }
    let long = ["2h".repeat(100_000), format!("{}h", "9".repeat(100_000)), format!("1.{}s", "0".repeat(100_000))];
    for duration in long {
        assert!(codes(within_main(&duration)).iter().all(|it| *it == "E0103"));
    }
}

#[test]
fn long_chains() {
    for step in [".a", "()", "[0]", " ?", " as int", ".a()", "!"] {
        let found = codes(within_main(&format!("a{}", step.repeat(50_000))));
        assert_eq!(found, ["E0105"], "{step}");
    }
    assert_eq!(codes(within_main(&format!("f() {}", "catch x ".repeat(50_000)))), ["E0105"]);
    assert_eq!(codes(format!("fn f(x: int{}) {{ }}", "?".repeat(50_000))), ["E0105"]);
    assert_eq!(codes(within_main(&format!("a{}", ".a".repeat(400)))), Vec::<&str>::new());
}

#[test]
fn odd_texts() {
    assert_eq!(codes(String::new()), Vec::<&str>::new());
    assert_eq!(codes("// only\n/// comments".to_owned()), Vec::<&str>::new());
    assert_eq!(codes("\u{feff}fn main() { }".to_owned()), Vec::<&str>::new());
    assert_eq!(codes("\r\nfn main() {\r\n    f()\r\n}\r\n".to_owned()), Vec::<&str>::new());
    assert_eq!(codes("\0".to_owned()), ["E0102"]);
    assert_eq!(codes("\0".repeat(100_000)), ["E0102"]);
    assert!(codes("\"".to_owned()).contains(&"E0104"));
    assert!(codes("f\"".to_owned()).contains(&"E0104"));
    assert!(codes("\"\"\"".to_owned()).contains(&"E0104"));
    assert!(codes("f\"{\"".to_owned()).contains(&"E0104"));
    assert!(codes("\"\\".to_owned()).contains(&"E0104"));
    assert!(codes("é".to_owned()).contains(&"E0102"));
    assert!(codes(format!("const A = {}", "9".repeat(100_000))).contains(&"E0103"));
    assert!(codes("@ # ".repeat(20_000)).contains(&"E0102"));
    assert!(!codes("fn ".repeat(100_000)).is_empty());
    assert!(!codes("let x = \n".repeat(50_000)).is_empty());
    assert!(!codes("(a < b, ".repeat(100)).is_empty());
    assert!(!codes("a < ".repeat(100_000)).is_empty());
    assert!(!codes("A < ".repeat(100_000)).is_empty());
}

/// Work per token must not grow with nesting: alternatives that share a recursive prefix would double it per level.
#[test]
fn nesting_is_linear() {
    for (open, close) in [
        ("(", ")"),
        ("(", ""),
        ("[", "]"),
        ("(a, ", ")"),
        ("f(", ")"),
        ("{ x = ", "}"),
        ("if a { ", "}"),
        ("f() catch { ", " }"),
        ("(x) => ", ""),
        ("Foo { x: ", " }"),
        ("{ a: ", " }"),
        ("f\"{", "}\""),
        ("match x { _ => ", " }"),
        ("((x) => ", ")"),
        ("((x: int) int => ", ")"),
        ("((x: (int, int)) (int, int) => { ", " })"),
        ("((", ") => 1)"),
        ("((((x", "))))"),
        ("f((x) => ", ")"),
        ("(a, b) => (", ")"),
        ("spawn { ", " }"),
        ("spawn f(", ")"),
        ("spawn f(", ""),
        ("within 1s { ", " }"),
        ("within (", ") { }"),
        ("within f(", ") { }"),
        ("select { v = r.recv() { ", " } }"),
        ("select { (v) = f(", ").recv() { } }"),
        ("select { f(", ").recv() { } }"),
        ("select { after (", ") { } }"),
        ("select { f(", ") { } }"),
        ("chan<int>(", ")"),
        ("chan(", ")"),
        ("fn(x) { ", " }"),
        ("x => (", ")"),
        ("select { ", " }"),
        ("(", ") +"),
    ] {
        for depth in [30, 80] {
            let text = within_main(&format!("{}a{}", open.repeat(depth), close.repeat(depth)));
            let (_, time) = run(text);
            assert!(time < Duration::from_secs(1), "{depth} times {open} took {time:?}");
        }
    }
}
