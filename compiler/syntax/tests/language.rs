//! What the language brief says about syntax, as printed trees. In: small programs. Checked: their trees and messages.

#[path = "support/reading.rs"]
mod reading;

use pluto_syntax::diag::Diagnostics;
use pluto_syntax::parser::parse;
use pluto_syntax::print;
use pluto_syntax::span::FileId;
use reading::{body, codes, item_codes, messages, run, tree};

#[test]
fn whole_program() {
    insta::assert_snapshot!(tree(include_str!("program.pluto")));
}

#[test]
fn precedence() {
    let cases = [
        ("a + b * c", "(a + (b * c))"),
        ("a - b - c", "(a - b - c)"),
        ("a..b + 1", "(a..(b + 1))"),
        ("a || b && c", "(a || (b && c))"),
        ("a && b == c", "(a && (b == c))"),
        ("a == b ?? c", "(a == (b ?? c))"),
        ("a ?? b | c", "(a ?? (b | c))"),
        ("a | b ^ c & d << e + f * g", "(a | (b ^ (c & (d << (e + (f * g))))))"),
        ("a * b as float", "(a * (b as float))"),
        ("-a as float", "((-a) as float)"),
        ("x as float ?? 3.0", "((x as float) ?? 3.0)"),
        ("-a.b", "(-a.b)"),
        ("!a && ~b == c", "((!a) && ((~b) == c))"),
        ("- -a", "(-(-a))"),
        ("--a", "(-(-a))"),
        ("a - --b", "(a - (-(-b)))"),
        ("f()! + g()!", "(f()! + g()!)"),
        ("f()!= x", "(f() != x)"),
        ("a?.b?.c", "a?.b?.c"),
        ("m.get(k) ?? raise NotFound { k }", "(m.get(k) ?? raise NotFound { k })"),
        ("a + f() catch 0 + 1", "(a + f() catch (0 + 1))"),
        ("f() catch g() catch 1", "f() catch g() catch 1"),
        ("f()!.x[1]!", "f()!.x[1]!"),
        ("t.0.1", "t.0.1"),
        ("(a, b)", "(a, b)"),
        ("(a)", "a"),
        ("()", "()"),
        ("0..=n", "(0..=n)"),
        ("a?? b", "(a ?? b)"),
    ];
    for (text, wanted) in cases {
        assert_eq!(body(&format!("let x = {text}")), format!("let x = {wanted}"), "{text}");
    }
}

#[test]
fn statements_end() {
    assert_eq!(body("a()\nb()"), "a() ; b()");
    assert_eq!(body("a(); b()"), "a() ; b()");
    assert_eq!(body("a();"), "a() ; ()");
    assert_eq!(body("let x = a +\n b"), "let x = (a + b)");
    assert_eq!(body("let x = a\n + b\n ?? c"), "let x = ((a + b) ?? c)");
    assert_eq!(body("a\n  .b()\n  .c()"), "a.b().c()");
    assert_eq!(body("f(1,\n 2\n, 3)"), "f(1, 2, 3)");
    assert_eq!(body("f()\n catch 1"), "f() catch 1");
    assert_eq!(body("let x = (a\n + b\n)"), "let x = (a + b)");
    assert_eq!(body("x++; y--"), "x += 1 ; y -= 1");
    assert_eq!(body("let x =\n 3"), "let x = 3");
    assert_eq!(body("if a { } b()"), "if a {} ; b()");
    assert_eq!(body("for x in xs { } while a { } b()"), "for x in xs {} ; while a {} ; b()");
    assert_eq!(body("let f = g[\n 1\n]"), "let f = g[1]");
    assert_eq!(codes("print(x)\n-1\nf()"), ["E0108"]);
    assert_eq!(codes("f()\n\n\n"), Vec::<&str>::new());
}

#[test]
fn braces() {
    assert_eq!(body("let a = {}"), "let a = {}");
    assert_eq!(body("let a = { \"k\": 1, 2: { 3: 4 } }"), "let a = {\"k\": 1, 2: {3: 4}}");
    assert_eq!(body("let a = {\n 1: 2\n 3: 4\n}"), "let a = {1: 2, 3: 4}");
    assert_eq!(body("let a = { b }"), "let a = { ; b ; }");
    assert_eq!(body("if x == LIMIT { a() }"), "if (x == LIMIT) { ; a() ; }");
    assert_eq!(body("if (P { a: 1 }) == p { }"), "if (P { a: 1 } == p) {}");
    assert_eq!(body("if f(P { a: 1 }) { }"), "if f(P { a: 1 }) {}");
    assert_eq!(body("if f() catch { false } { a() }"), "if f() catch { ; false ; } { ; a() ; }");
    assert_eq!(body("for x in f() catch err { [] } { }"), "for x in f() catch err { ; [] ; } {}");
    assert_eq!(body("while let P { x } = next() { }"), "while let P { x } = next() {}");
    assert_eq!(body("let p = geo.P { x: 1\n y\n}"), "let p = geo.P { x: 1, y }");
    assert_eq!(body("{ outer: for x in xs { break outer } }"), "{ ; outer: for x in xs { ; break outer ; } ; }");
    assert_eq!(
        body("let y = if a { 1 } else if b { 2 } else { 3 }"),
        "let y = if a { ; 1 ; } else if b { ; 2 ; } else { ; 3 ; }"
    );
    assert_eq!(body("match x { } "), "match x { ; }");
    assert_eq!(body("return P { x: 1 }"), "return P { x: 1 }");
}

#[test]
fn matches() {
    let arms = "match m {\n Movement.Close { account.balance = 0 }\n Movement.Open { at } { f(at) }\n _ => 1\n}";
    assert_eq!(
        body(arms),
        "match m { ; Movement.Close => { ; account.balance = 0 ; } ; Movement.Open { at } => { ; f(at) ; } ; _ => 1 ; }"
    );
    assert_eq!(
        body("match s { Shape.Circle { radius } => radius, Shape.Box { w, h: 3 } if w > 1 => w, Shape.Dot => 0 }"),
        "match s { ; Shape.Circle { radius } => radius ; Shape.Box { w, h: 3 } if (w > 1) => w ; Shape.Dot => 0 ; }"
    );
    assert_eq!(
        body("match x { 1 | 2 => a, -3..=5 => b, \"s\" => c, true => d, none => e, p? => f, (a, _) => g }"),
        "match x { ; 1 | 2 => a ; -3..=5 => b ; \"s\" => c ; true => d ; none => e ; p? => f ; (a, _) => g ; }"
    );
    assert_eq!(
        body("match x { A { y } | B { y } => y\n C { z: D { w } } { w } }"),
        "match x { ; A { y } | B { y } => y ; C { z: D { w } } => { ; w ; } ; }"
    );
    assert_eq!(
        body("match x { A if (b) => 1, _ if c { d() } _ => 2 }"),
        "match x { ; A if b => 1 ; _ if c => { ; d() ; } ; _ => 2 ; }"
    );
    assert_eq!(
        body("match x { A => P { x: 1 }, B => { c() }\n D => match y { E => 1 } }"),
        "match x { ; A => P { x: 1 } ; B => { ; c() ; } ; D => match y { ; E => 1 ; } ; }"
    );
}

#[test]
fn errors_are_handled() {
    assert_eq!(
        body("f() catch err: A | b.B { 1 } catch e2 { 2 }"),
        "f() catch err: A | b.B { ; 1 ; } catch e2 { ; 2 ; }"
    );
    assert_eq!(body("let a = f() catch err: A { 1 }!"), "let a = f() catch err: A { ; 1 ; }!");
    assert_eq!(body("f() catch { break }"), "f() catch { ; break ; }");
    assert_eq!(body("f() catch err {\n a()\n}\nb()"), "f() catch err { ; a() ; } ; b()");
    assert_eq!(body("let x = f() catch User { name: \"x\" }"), "let x = f() catch User { name: \"x\" }");
}

#[test]
fn literals() {
    assert_eq!(body(r#"f(1_000, 0xFF, 0b1010, 1.5, 2e9, 1.5e-3)"#), "f(1000, 255, 10, 1.5, 2000000000.0, 0.0015)");
    assert_eq!(body(r#"f("a\n\t\r\\\"\0\u{1F600}")"#), r#"f("a\n\t\r\\\"\0😀")"#);
    assert_eq!(body(r#"f(f"{a.b:.2} {{x}} {m["k"]} {f"{n}"}")"#), r#"f(f"{a.b:.2} {{x}} {m["k"]} {f"{n}"}")"#);
    assert_eq!(body("f(\"\"\"\n    a\n      b\n    \"\"\")"), r#"f("a\n  b")"#);
    assert_eq!(body("f(f\"\"\"\n    a {x}\n    b\n    \"\"\")"), r#"f(f"a {x}\nb")"#);
    assert_eq!(codes("f(9223372036854775808)"), Vec::<&str>::new());
    assert_eq!(codes("f(18446744073709551616)"), ["E0103"]);
    assert_eq!(codes("f(12abc)"), ["E0103"]);
    assert_eq!(codes("f(0b12)"), ["E0103"]);
    assert_eq!(codes("f(1e999)"), ["E0103"]);
    assert_eq!(codes(r#"f("\q")"#), ["E0104"]);
    assert_eq!(codes(r#"f("\u{110000}")"#), ["E0104"]);
    assert_eq!(codes(r#"f(f"a } b")"#), ["E0104"]);
    assert_eq!(codes("let s = \"abc\nf()"), ["E0104"]);
    assert_eq!(codes("let s = f\"abc {x\nf()"), ["E0104"]);
    assert_eq!(codes("f(1 @ 2)\nf(1 2)"), ["E0102", "E0101"]);
    assert_eq!(codes("f('a')"), ["E0102"]);
}

#[test]
fn types() {
    let text = "fn f(a: [int], b: Map<string, Map<int, [T]>>, c: (int, float)?, d: geo.P, e: int??, mut g: (byte)) bool { true }";
    assert_eq!(
        tree(text).lines().next(),
        Some("fn f(a: [int], b: Map<string, Map<int, [T]>>, c: (int, float)?, d: geo.P, e: int??, mut g: byte) bool {")
    );
    assert_eq!(tree("class A {\n a: Map<string, int>\n b: int??\n c: int?\n}").lines().count(), 5);
}

#[test]
fn several_errors_are_reported() {
    let text = "fn a() {\n    let = 3\n    f(1 2)\n    ok()\n    x = = 4\n}\nclass A { x int, y: int }\nfn b( { }\nfn c() { g(] }\n";
    insta::assert_snapshot!(messages(text).join("\n"), @r"
    E0101 expected `mut` or a pattern, found `=`
    E0101 a number cannot stand here
    E0101 expected an expression, found `=`
    E0101 expected `:`, found `int`
    E0106 this `(` is not closed
    E0106 this `(` is not closed
    E0106 this `]` closes nothing
    ");
}

#[test]
fn brackets_are_named() {
    assert_eq!(messages("fn a() {\n    f(1\n}\nfn b() { }"), ["E0106 this `(` is not closed"]);
    assert_eq!(messages("fn a() {\n    if x {\n    y()\n}\nfn b() { }"), ["E0106 this `{` is not closed"]);
    assert_eq!(messages("fn a() { f() ) }"), ["E0106 this `)` closes nothing"]);
    assert_eq!(messages("fn a() {\n    let x = (1\n    let y = 2\n}"), ["E0106 this `(` is not closed"]);
}

#[test]
fn placement_on_one_line() {
    let text =
        "system S for A { region \"eu\" { pod a { process b { X, m.Y } process c { Z } } pod d { W } } pod e { } }";
    insta::assert_snapshot!(tree(text), @r#"
    system S for A {
        region "eu" {
            pod a {
                process b { X, m.Y }
                process c { Z }
            }
            pod d {
                process d { W }
            }
        }
        pod e {
            process e {  }
        }
    }
    "#);
}

#[test]
fn names_have_their_case() {
    assert_eq!(item_codes("class low { }"), ["E0107"]);
    assert_eq!(item_codes("fn Up() { }"), ["E0107"]);
    assert_eq!(item_codes("enum E { a }"), ["E0107"]);
    assert_eq!(item_codes("class A { X: int }"), ["E0107"]);
    assert_eq!(item_codes("const LIMIT = 1\nconst low = 2"), Vec::<&str>::new());
    assert_eq!(codes("let X = 3"), ["E0107"]);
    assert_eq!(codes("a < b < c"), ["E0110"]);
}

#[test]
fn not_yet_in_bodies() {
    let cases = [
        ("let x = largest<int>(xs)", "E0902"),
        ("let b = Box<int> { value: 3 }", "E0902"),
        ("let b: Box<int> = c", "E0902"),
        ("let s: Set<int> = x", "E0908"),
        ("let s: bytes = x", "E0908"),
        ("scope(Ctx { a: 1 }) |svc: Svc| { svc.run() }", "E0912"),
        ("yield 3", "E0913"),
    ];
    for (text, code) in cases {
        assert_eq!(codes(&format!("before()\n{text}\nafter()")), [code], "{text}");
    }
}

#[test]
fn not_yet_among_items() {
    let cases = [
        ("fn largest<T: Priced + Other>(items: [T]) T? { none }", "E0902"),
        ("class Box<T> { value: T }", "E0902"),
        ("trait Priced {\n fn price(self) int\n fn label(self) string { return \"item\" }\n}", "E0903"),
        ("class Line impl Priced, Other { item: string\n fn f(self) { } }", "E0903"),
        ("fn g(x: int) int\n    requires x > 0\n    ensures result > x\n{\n x\n}", "E0909"),
        ("class A { x: int\n invariant self.x > 0\n y: int }", "E0909"),
        ("app S[a: A] { bind P = Q\n fn main(self) { } }", "E0910"),
        ("system P for S { pod a { A }\n policy A { timeout: 500ms, retries: 3 }\n}", "E0918"),
        ("system P for S { pod a { A }\n policy A { breaker: 5 in 30s }\n}", "E0918"),
        ("system P for S { pod a { A }\n policy A {\n retries: 3\n on_fault: restart\n timeout: 500ms\n }\n}", "E0918"),
        ("system P for S { pod a { A }\n policy A { }\n}", "E0519"),
        ("system P for S { region \"r\" { pod a { A }\n policy A { timeout: 500ms } }\n}", "E0101"),
        ("policy A { timeout: 500ms }", "E0101"),
        ("app S[a: A] { policy A { timeout: 500ms }\n fn main(self) { } }", "E0101"),
        ("system P for S { pod a { A }\n expose A http 8080 }", "E0910"),
        ("system P for S { pod a replicas 3 { A } }", "E0911"),
        ("system P for S { pod a { A by id } }", "E0911"),
        ("scoped class A { x: int }", "E0912"),
        ("stage W : Base {\n requires fn f() int\n override fn g() { }\n}", "E0912"),
        ("class S uses Logger { fn f(self) { self.logger.log(1) } }", "E0912"),
        ("app S[a: A] { ambient Logger\n fn main(self) { } }", "E0912"),
        ("fn nat() stream int {\n let mut i = 0\n yield i\n}", "E0913"),
        ("test \"a\" with A = B { f() }", "E0915"),
        ("remote class R { }", "E0917"),
        ("serve Foo on 80", "E0917"),
        ("system Q { api: \"api.pluto\" }", "E0917"),
    ];
    for (text, code) in cases {
        let (tree, messages) = run(&format!("fn before() {{ }}\n{text}\nfn after() {{ }}\n"));
        let codes: Vec<&str> = messages.iter().map(|it| it.code.as_str()).collect();
        assert_eq!(codes, [code], "{text}");
        assert!(tree.contains("fn before()") && tree.contains("fn after()"), "{text}\n{tree}");
    }
}

#[test]
fn names_of_what_is_left_out_are_known() {
    let text = "fn ok() { }\nfn largest<T>(x: T) { }\ntrait P { fn a(self) }\nclass Q uses L { fn b(self) { } }\n\
                chan orders: -(3)\nchan fine: int(3)\nfn bad( -> { }\nclass Fine { fn c(self) { } }\n";
    let module = parse(FileId(0), text, &mut Diagnostics::default());
    let names: Vec<&str> = module.left_out.iter().map(|it| &*it.name).collect();
    assert_eq!(names, ["largest", "P", "Q", "orders", "bad"]);
}

#[test]
fn contextual_words_are_names_elsewhere() {
    assert_eq!(
        body("let select = spawn + within\nyield = scope.chan"),
        "let select = (spawn + within) ; yield = scope.chan"
    );
    assert_eq!(tree("class A { system: int, pod: int, error: string, test: int, invariant: bool }").lines().count(), 7);
    assert_eq!(body("x.select.spawn(y)"), "x.select.spawn(y)");
}

#[test]
fn mut_in_patterns() {
    let cases =
        ["for mut x in xs {}", "for (k, mut v) in m {}", "let (mut x, y) = z", "let mut (x, y) = z", "let mut x = z"];
    for case in cases {
        assert_eq!(body(case), case);
    }
    assert_eq!(body("for mut (a, _, (b, c)) in xs { }"), "for (mut a, _, (mut b, mut c)) in xs {}");
    assert_eq!(body("let (mut x, mut y) = z"), "let mut (x, y) = z");
    let arms = "match x { A.B { mut y, z: mut w } => 1, (mut v)? => 2 }";
    assert_eq!(body(arms), "match x { ; A.B { mut y, z: mut w } => 1 ; mut v? => 2 ; }");
    assert_eq!(codes("let mut mut x = 1"), ["E0101"]);
    assert_eq!(codes("let x = spawn 3"), ["E0101"]);
}

#[test]
fn tokens_are_printed() {
    let out = print::tokens(FileId(0), "fn f() {\n  g(f\"a{x:2}\")!\n}", &mut Diagnostics::default());
    insta::assert_snapshot!(out, @r#"
    0..2 fn
    3..4 name f
    4..5 (
    5..6 )
    7..8 { of a block
    11..12 name g
    12..13 (
    13..15 f"
    15..16 text "a"
    16..17 {
    17..18 name x
    19..20 format "2"
    20..21 }
    21..22 end of f-string
    22..23 )
    23..24 ! behind a call
    25..26 }
    "#);
}
