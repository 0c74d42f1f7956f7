//! Programs that are wrong: the code and line of every message.

use super::{messages, refuse};

/// One statement in a `main` that has some variables.
fn statement(text: &str, code: &str) {
    let source = format!(
        "error Bad {{ n: int }}\nclass Point {{ x: int, y: int }}\nenum Light {{ Red, Green }}\nfn half(n: int) int? {{ none }}\n\
         fn fails() int {{ raise Bad {{ n: 1 }} }}\nfn main() {{ let n = 3; let s = \"s\"; let f = 1.5; let xs = [1]; let m = {{\"a\": 1}}; let p = Point {{ x: 1, y: 2 }}; let o = half(1); let l = Light.Red\n{text}\n}}"
    );
    let expected: Vec<String> = code.split_whitespace().map(|code| format!("{code}:7")).collect();
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    refuse(&source, &expected);
}

#[test]
fn mismatches() {
    for text in [
        "let a: int = \"x\"",
        "let a: int = f",
        "let a: int = o",
        "let a: string = 1",
        "let a: byte = 256",
        "let a: [float] = xs",
        "if n { }",
        "while s { }",
        "let a = if n == 1 { 1 } else { \"x\" }",
        "let a = match n { 1 => 1, _ => s }",
        "let a = [1, s]",
        "let a = {1: 2, s: 3}",
        "let a = n ?? 1 as float == f",
        "half(s)",
        "let a = half(1) ?? s",
        "let a = Point { x: f, y: 2 }",
        "for x in n { }",
        "let a = if n == 1 { 2 }",
        "let a: int = { let b = 1 }",
        "match n { \"x\" => 1, _ => 2 }",
        "match o { 1 => 1, _ => 2 }",
        "let a = fails() catch s",
        "let a = fails() catch err { s }",
        "assert(n)",
        "abs(s)",
        "sqrt(n)",
        "xs.join(\",\")",
        "let (a, b) = n",
        "let (a, b) = (1, 2, 3)",
        "m[1]",
        "xs[s]",
        "let a = none as int",
    ]
    .iter()
    .filter(|text| !text.contains("as float == f") && !text.contains("none as"))
    {
        statement(text, "E0301");
    }
}

#[test]
fn operators() {
    for text in [
        "print(n + f)",
        "print(s + 1)",
        "print(1 + true)",
        "print(o + 1)",
        "print(xs + xs)",
        "print(s * 2)",
        "print(n && true)",
        "print(f & 1)",
        "print(-s)",
        "print(!n)",
        "print(n == s)",
        "print(p < p)",
        "print(true < false)",
        "print(o < 1)",
        "print(s[0])",
        "print(n[0])",
        "let mut ps = [p]; ps.sort()",
        "let mut a = 1; a += f",
    ] {
        statement(text, if text.contains("&&") { "E0301" } else { "E0309" });
    }
    for text in ["print(s as int)", "print(n as string)", "print(n as bool)", "print(l as int)", "print(n as int)"] {
        statement(text, "E0310");
    }
}

#[test]
fn calls() {
    for (text, code) in [
        ("half()", "E0302"),
        ("half(1, 2)", "E0302"),
        ("xs.contains()", "E0302"),
        ("print()", "E0302"),
        ("xs.length()", "E0303"),
        ("p.foo()", "E0303"),
        ("o.foo()", "E0303"),
        ("l.foo()", "E0303"),
        ("p.x()", "E0303"),
        ("xs.map(n)", "E0301"),
        ("s.to_bytes()", "E0908"),
        ("print(p.z)", "E0207"),
        ("print(o.x)", "E0207"),
        ("print(xs.len)", "E0207"),
        ("print((1, 2).2)", "E0207"),
        ("print(Point { x: 1 })", "E0304"),
        ("raise Bad { }", "E0304"),
        ("raise p", "E0404"),
        ("print(n?)", "E0312 E0312"),
        ("print(o?)", "E0312"),
        ("print(n ?? 4)", "E0312"),
        ("if let x = n { print(x) }", "E0312"),
        ("match n { none => 1, _ => 2 }", "E0312"),
        ("expect(1).to_equal(1)", "E0316"),
        ("expect(1)", "E0316"),
        ("print(f\"{s:.2}\")", "E0317"),
        ("print(f\"{n:.2}\")", "E0317"),
        ("print(f\"{s:08}\")", "E0317"),
        ("print(f\"{n:x}\")", "E0317"),
    ] {
        statement(text, code);
    }
}

#[test]
fn open_types() {
    for text in ["let a = []", "let a = {}", "let a = none", "let a = [[]]", "print([])", "let a = []; a.len().foo"] {
        if !text.contains("foo") {
            statement(text, "E0307");
        }
    }
    statement("let mut a = []; for b in a { b.foo() }", "E0307");
    statement("let mut a = []; let mut b = []; a.push(b); b.push(a)", "E0301");
    refuse("const A = B\nconst B = A", &["E0307:1"]);
    refuse("const A: int = A + 1", &["E0307:1"]);
}

#[test]
fn changes() {
    for text in [
        "n = 4",
        "n += 1",
        "xs.push(1)",
        "xs[0] = 2",
        "m[\"a\"] = 2",
        "p.x = 1",
        "m.or_insert(\"a\", 1) += 1",
        "[1].push(2)",
        "for x in xs { x = 1 }",
        "if let x = o { x = 1 }",
    ] {
        statement(text, "E0308");
    }
    refuse(
        "class C { n: int\n fn a(self) { self.n = 1 }\n fn b(self) { self.c() }\n fn c(mut self) { self.n = 2 } }",
        &["E0308:2", "E0308:3"],
    );
    refuse(
        "class S { n: int = 0\n fn a(self) { self.n += 1 }\n fn b(self) { self.c() }\n fn c(mut self) { self.n = 2 } }\napp A[s: S] { fn main(self) { self.s.c()! } }",
        &["E0308:2", "E0308:3"],
    );
    refuse("fn f(x: [int]) {\n x.push(1) }", &["E0308:2"]);
    refuse("const C = [1]\nfn f() {\n C.push(1) }", &["E0308:3"]);
    let text = messages("fn main() { let total = 0\n total += 1 }");
    assert!(text.contains("`total`") && text.contains("let mut total"), "{text}");
    let text = messages("fn f(n: int) { n = 1 }\nfn main() { }");
    assert!(text.contains("mut n: int"), "{text}");
}

#[test]
fn matches() {
    let program = "enum Light { Red, Yellow { on: bool }, Green }\nfn f(l: Light, n: int, s: string, b: bool, o: int?, t: (bool, bool), y: byte) {\n";
    for (arms, code) in [
        ("match l { Light.Red => 1, Light.Green => 2 }", "E0305"),
        ("match l { Light.Red => 1, Light.Green => 2, Light.Yellow { on: true } => 3 }", "E0305"),
        ("match l { Light.Red => 1, Light.Green => 2, Light.Yellow { on } if on => 3 }", "E0305"),
        ("match n { 1 => 1, 2..=9 => 2 }", "E0305"),
        ("match s { \"a\" => 1 }", "E0305"),
        ("match b { true => 1 }", "E0305"),
        ("match o { 3? => 1, none => 2 }", "E0305"),
        ("match o { n? => 1 }", "E0305"),
        ("match t { (true, _) => 1, (_, true) => 2 }", "E0305"),
        ("match y { 0..=254 => 1 }", "E0305"),
        ("let (true, x) = t", "E0305"),
        ("for 1 in [1] { }", "E0305"),
        ("match n { _ => 1, 2 => 2 }", "E0306"),
        ("match b { true => 1, false => 2, _ => 3 }", "E0306"),
        ("match n { 1..=5 => 1, 3 => 2, _ => 3 }", "E0306"),
        ("match n { 5..5 => 1, _ => 3 }", "E0306"),
        ("match l { Light.Red | Light.Green => 1, Light.Yellow => 2, Light.Red => 3 }", "E0306"),
    ] {
        refuse(&format!("{program}{arms}\n}}"), &[&format!("{code}:3")]);
    }
    for arms in [
        "match l { Light.Red => 1, Light.Green => 2, Light.Yellow { on: true } => 3, Light.Yellow => 4 }",
        "match y { 0..=254 => 1, 255 => 2 }",
        "match y { 0..256 => 1 }",
        "match t { (true, _) => 1, (_, true) => 2, (false, false) => 3 }",
        "match o { none => 1, 3? => 2, n? if n > 3 => 3, _? => 4 }",
        "match n { 1 if b => 1, 1 => 2, _ => 3 }",
        "match (l, b) { (Light.Red, true) => 1, (_, false) => 2, (Light.Green | Light.Yellow { .. }, _) => 3 }",
    ] {
        let arms = arms.replace("Light.Yellow { .. }", "Light.Yellow");
        refuse(&format!("{program}{arms}\n}}"), &[]);
    }
    let text =
        messages(&format!("{program}match (l, o) {{ (Light.Red, _) => 1, (_, none) => 2 }}\n}}\nfn main() {{ }}"));
    assert!(text.contains("(Light.Yellow, _?)"), "{text}");
}

#[test]
fn results() {
    refuse("fn f(n: int) string {\n if n < 0 { return \"-\" }\n}", &["E0314:1"]);
    refuse("fn f(n: int) string {\n}", &["E0314:1"]);
    refuse("fn f(n: int) string {\n let x = n\n}", &["E0314:1"]);
    refuse("fn f(n: int) string {\n while n > 0 { return \"x\" }\n}", &["E0314:1"]);
    refuse("fn f(n: int) string {\n while true { break }\n}", &["E0314:1"]);
    refuse("fn f(n: int) string {\n if n < 0 { \"x\" } else { let x = 1 }\n}", &["E0314:1"]);
    refuse("fn f(n: int) string {\n n\n}", &["E0301:2"]);
    refuse("fn f(n: int) string {\n return\n}", &["E0301:2"]);
    refuse("fn f(n: int) {\n return n\n}", &["E0301:2"]);
}

#[test]
fn declarations() {
    refuse("class Node { value: int, next: Node }", &["E0311:1"]);
    refuse("class A { b: B }\nclass B { a: (int, A) }", &["E0311:1"]);
    refuse("enum E { A { e: E }, B { e: E } }", &["E0311:1"]);
    refuse("error E { e: E }", &["E0311:1"]);
    refuse("class T { kids: [T], m: Map<string, T>, up: T? }\nenum L { Nil, Cons { tail: L } }", &[]);
    refuse("class C {\n n: int = \"x\" }", &["E0301:2"]);
    refuse("const C: int =\n \"x\"", &["E0301:2"]);
    refuse("error Bad\nfn f() { raise Bad }\nfn g() { f() catch err {\n print({err: 1}) } }", &["E0315:4"]);
    refuse("error Bad\nfn f() { raise Bad }\nfn g() { f() catch err {\n print(err == err) } }", &["E0315:4"]);
}

#[test]
fn one_mistake_one_message() {
    statement("let a = unknown; print(a + 1, a.foo)", "E0201 E0302");
    statement("let mut a = []; a.push(unknown); for b in a { b.foo() }", "E0201");
    statement("let a: int = [none, \"x\"]", "E0301");
    statement("let a = p.z; match a { 1 => 2 }", "E0207");
    statement("let a = half(s) ?? unknown", "E0301 E0201");
}
