//! Inputs that want to make the parser hang, overflow its stack or panic. In: texts made by repetition. Checked: each
//! gets a message within a bound, and nothing else happens.

use pluto_syntax::ast::Module;
use pluto_syntax::diag::{Diagnostic, Diagnostics};
use pluto_syntax::parser::parse;
use pluto_syntax::span::FileId;
use std::time::{Duration, Instant};

/// Parses on a large stack, as `plutoc` does, drops the result there, and gives the messages and the time.
fn run(text: String) -> (Vec<Diagnostic>, Duration) {
    let thread = std::thread::Builder::new().stack_size(1 << 30).spawn(move || {
        let start = Instant::now();
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
    ];
    for word in words {
        let found = codes(within_main(&word.repeat(100_000)));
        assert!(!found.is_empty(), "{word} gave nothing");
    }
    for word in ["- ", "!", "~", "return ", "raise ", "if ", "match ", "f() catch "] {
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
        ("(", ") +"),
    ] {
        for depth in [30, 80] {
            let text = within_main(&format!("{}a{}", open.repeat(depth), close.repeat(depth)));
            let (_, time) = run(text);
            assert!(time < Duration::from_secs(1), "{depth} times {open} took {time:?}");
        }
    }
}
