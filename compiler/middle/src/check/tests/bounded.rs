//! Large inputs: no crash, no hang.

use super::{checked, refuse};
use std::fmt::Write;

#[test]
fn long_chains() {
    let mut text = String::from("fn main() { let x = 1");
    (0..20_000).for_each(|_| text.push_str(" + 1"));
    text.push_str(" }");
    checked(&text);
    let mut text = String::from("fn main() { let x = 1\nif x == 0 { }");
    (0..3_000).for_each(|at| write!(text, " else if x == {at} {{ }}").expect("to a string"));
    text.push_str(" }");
    checked(&text);
}

#[test]
fn deep_types() {
    let mut text = String::from("fn main() { let a0 = [1]\n");
    (0..500).for_each(|at| writeln!(text, "let a{} = [a{at}]", at + 1).expect("to a string"));
    text.push('}');
    let (_, _, list) = checked(&text);
    assert!(list.iter().any(|it| it.code.as_str() == "E0307"));
    let mut text = String::from("fn main() { let a0 = (1, 2)\n");
    (0..60).for_each(|at| writeln!(text, "let a{} = (a{at}, a{at})", at + 1).expect("to a string"));
    text.push_str("print(a50 + 1)\n}");
    checked(&text);
    let mut text = String::from("fn main() { let mut a0 = []\n");
    (0..500).for_each(|at| writeln!(text, "let mut a{0} = []\na{0}.push(a{at})", at + 1).expect("to a string"));
    text.push_str("a0.push(1)\n}");
    checked(&text);
}

#[test]
fn many_declarations() {
    let mut text = String::new();
    (0..5_000).for_each(|at| writeln!(text, "class C{at} {{ next: C{} }}", at + 1).expect("to a string"));
    text.push_str("class C5000 { n: int }\n");
    (0..5_000).for_each(|at| writeln!(text, "const K{at} = K{}", at + 1).expect("to a string"));
    text.push_str("const K5000 = 1\n");
    refuse(&text, &[]);
}

#[test]
fn large_matches() {
    let mut text = String::from("fn f(n: int) int { match n {\n");
    (0..3_000).for_each(|at| writeln!(text, "{at} => {at},").expect("to a string"));
    text.push_str("} }");
    refuse(&text, &["E0305:1"]);
    // Covering this needs to look at every combination.
    let columns = 24;
    let mut text = format!("fn f(t: ({})) int {{ match t {{\n", vec!["bool"; columns].join(", "));
    for at in 0..columns {
        let row = |value: &str| {
            let cells: Vec<&str> = (0..columns).map(|it| if it == at { value } else { "_" }).collect();
            format!("({}) if t.0 => 1,\n", cells.join(", "))
        };
        text += &(row("true") + &row("false"));
    }
    text.push_str("} }");
    let (_, _, list) = checked(&(text + "\nfn main() { }"));
    assert!(list.iter().any(|it| it.code.as_str() == "E0305"));
}

#[test]
fn deep_nesting() {
    let mut text = String::from("fn main() { let x = ");
    text.push_str(&"(1 + ".repeat(200));
    text.push('1');
    text.push_str(&")".repeat(200));
    text.push('}');
    checked(&text);
    let blocks = format!("fn main() {{ {} 1 {} }}", "if true {".repeat(120), "} else { }".repeat(120));
    checked(&blocks);
    for (open, close) in [
        ("f(", ")"),
        ("[", "]"),
        ("{", "}"),
        ("match 1 { _ => ", "}"),
        ("f(1) catch err {", "}"),
        ("f(1) catch ", ""),
        ("-", ""),
        ("Some { x: ", "}"),
        ("(1, ", ")"),
        ("if true { 1 } else {", "}"),
        ("() => ", ""),
        ("(x) => { ", "}"),
        ("spawn { ", "}"),
        ("within 1s { ", "}"),
        ("select { after 1s { ", "} }"),
        ("[1].map((x) => ", ")"),
        ("chan<int>(", ")"),
    ] {
        for depth in [60, 120, 250] {
            let value = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            checked(&format!("fn f(n: int) int {{ n }}\nclass Some {{ x: int }}\nfn main() {{ let x = {value}\n}}"));
        }
    }
}

#[test]
fn many_closures() {
    let mut text = String::from("fn main() { let n = 1\n");
    (0..1_000).for_each(|at| writeln!(text, "let f{at} = (x: int) => x + n").expect("to a string"));
    text.push('}');
    refuse(&text, &[]);
    (0..2_000)
        .for_each(|at| write!(text, "\nfn g{at}(n: int) int {{ let f = (x) => x + n; f(1) }}").expect("to a string"));
    refuse(&text, &[]);
    let many = text.replace("(x: int) => x + n", "[(x: int) => x + n, (x: int) => x, (x: int) => 1]");
    refuse(&many, &["E0105:1"]);
}
