//! Tests of resolve: a table of mistakes with the codes and lines that they give, and printed programs.

use super::fixture::{complaints, resolved};

mod nested;

/// Checks a table: each program, its mistakes marked by a trailing `// E0201` on their lines (of any file).
fn check(programs: &[&str]) {
    for program in programs {
        let mut expected = vec![];
        let mut line = 0;
        for text in program.lines() {
            line += 1;
            if text.trim().starts_with("//- ") {
                line = 0;
            }
            if let Some((_, codes)) = text.split_once("// E") {
                expected
                    .extend(codes.split_whitespace().map(|code| format!("E{}:{line}", code.trim_start_matches('E'))));
            }
        }
        let mut found = complaints(program);
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{program}");
    }
}

#[test]
fn what_the_parser_left_out_is_reported_once() {
    check(&[
        "fn largest<T>(x: T) T { x } // E0902\nfn main() { print(largest(3)) }",
        "trait P { } // E0903\nfn f(p: P) { }\nfn main() { }",
        "class S uses L { } // E0912\napp A[s: S] { fn main(self) { self.s.f() } }",
        "fn nat() stream int { yield 1 } // E0913\nfn main() { for i in nat() { print(i) } }",
    ]);
}

#[test]
fn names() {
    check(&[
        "fn main() { print(x) } // E0201",
        "fn main() { let count = 1\n print(cuont) } // E0201",
        "fn main() { y = 3 } // E0201",
        "fn main() { nothing(1) } // E0201",
        "fn main() { { let a = 1 }\n print(a) } // E0201",
        "fn main() { let a = 1\n let a = a + 1\n { let a = a * 2\n print(a) }\n print(a) }",
        "fn main() { for i in 0..3 { print(i) }\n print(i) } // E0201",
        "class C { n: int\n fn f(self) int { n } // E0201\n }\nfn main() { }",
        "fn min(a: int) int { a }\nfn main() { print(min(3)) }",
        "fn f(x: Pont) { } // E0206\nclass Point { x: int }\nfn main() { }",
        "fn f(x: String) { } // E0206\nfn main() { }",
        "fn f(x: FileError, y: NetworkError) { }\nfn main() { }",
    ]);
}

#[test]
fn duplicates() {
    check(&[
        "fn a() { }\nfn a() { } // E0202\nfn main() { }",
        "class A { }\nenum A { B } // E0202\nfn main() { }",
        "class A { x: int, x: int } // E0202\nfn main() { }",
        "class A { x: int\n fn x(self) { } // E0202\n }\nfn main() { }",
        "class A { fn x(self) { }\n fn x(self) { } // E0202\n }\nfn main() { }",
        "enum A { B, B } // E0202\nfn main() { }",
        "enum A { B { x: int, x: int } } // E0202\nfn main() { }",
        "error A { x: int, x: int } // E0202\nfn main() { }",
        "fn f(a: int, a: int) { } // E0202\nfn main() { }",
        "class S { }\nclass T[a: S, a: S] { } // E0202\nfn main() { }",
        "test \"a\" { }\ntest \"a\" { } // E0202\nfn main() { }",
        "class P { x: int }\nfn main() { print(P { x: 1, x: 2 }) } // E0202",
        "fn main() { let (a, a) = (1, 2) } // E0202",
        "error A { }\nfn f() { raise A { } }\nfn main() { f() catch e: A | A { } } // E0202",
        "import std.env\nfn env() { } // E0202\nfn main() { }",
    ]);
}

#[test]
fn modules() {
    check(&[
        "import geo\nfn main() { let p = geo.Point { x: 1 }\n print(geo.area(p))\n print(geo.LIMIT)\n print(geo.Shape.Dot)\n }
//- /geo.pluto
pub class Point { x: int }
pub fn area(p: Point) int { p.x }
pub const LIMIT = 3
pub enum Shape { Dot, Circle { r: int } }",
        "//- /main.pluto
import geo as g
fn f(s: g.Shape) { match s { g.Shape.Dot => 1, g.Shape.Circle { r } => r } }
fn main() { f(g.Shape.Circle { r: 2 })
  raise g.Lost { } }
//- /geo.pluto
pub enum Shape { Dot, Circle { r: int } }
pub error Lost",
        "//- /main.pluto
import geo
fn f(p: geo.Hidden) { } // E0205
fn main() { geo.secret() // E0205
  geo.areas() // E0201
  print(geo.Shape.Dto) // E0207
  print(geo) // E0212
}
fn g(p: geo.Missing) { } // E0206
//- /geo.pluto
class Hidden { }
fn secret() { }
pub fn area() { }
pub enum Shape { Dot }",
        "import std.env\nimport std.fs\nfn main() { print(env.args().len())\n print(fs.read_text(\"a\")!) }",
        "import std.env\nfn main() { print(std.env.args())\n print(env.vars()) } // E0201",
        "import std.json // E0916\nfn main() { json.parse(1) }",
        "import std.evn // E0203\nfn main() { evn.args() }",
        "import std // E0203\nfn main() { }",
        "fn main() { std.env.args() } // E0201",
        "import std.fs as f\nfn main() { print(std.fs.read_text(\"a\")!)\n std.nothing.x() } // E0201",
        "import missing\nfn f(x: missing.T) { }\nfn main() { missing.f()\n print(missing.x.y) }",
    ]);
}

#[test]
fn kinds() {
    check(&[
        "fn size() int { 1 }\nfn f(x: size) { } // E0212\nfn main() { }",
        "class P { }\nfn main() { print(P) } // E0212",
        "class P { }\nfn main() { print(P()) } // E0212",
        "enum E { A }\nfn main() { print(E) } // E0212",
        "enum E { A }\nfn main() { print(E { }) } // E0212",
        "enum E { A { x: int } }\nfn main() { print(E.A(1)) } // E0212",
        "fn f() { }\nfn main() { let g = f\n g()\n (1 + 2)() }",
        "fn main() { let p = print } // E0212",
        "chan c: int\ntopic t: int\nfn main() { print(c) // E0212\n t() } // E0212",
        "fn f(x: c) { } // E0212\nchan c: int\nfn main() { }",
        "fn main() { let r = 0..3 } // E0212",
        "const N = 1\nfn f(x: int) { match x { N => 1, _ => 2 } } // E0212\nfn main() { }",
        "fn f(x: string) { match x { \"a\"..\"b\" => 1, _ => 2 } } // E0212\nfn main() { }",
    ]);
}

#[test]
fn fields_and_variants() {
    check(&[
        "class P { x: int }\nfn main() { print(P { y: 1 }) } // E0207",
        "error P { x: int }\nfn main() { raise P { y: 1 } } // E0207",
        "enum E { A { x: int } }\nfn main() { print(E.A { y: 1 }) // E0207\n print(E.B) } // E0207",
        "enum E { A { x: int } }\nfn f(e: E) { match e { E.A { y } => 1 } } // E0207\nfn main() { }",
        "class P { x: int }\nfn main() { let x = 1\n let y = 2\n print(P { x })\n print(P { y }) } // E0207",
    ]);
}

#[test]
fn self_rules() {
    check(&[
        "fn f() int { self.x } // E0208\nfn main() { }",
        "fn f(self) int { 1 } // E0208\nfn main() { }",
        "class C { x: int = self.y, y: int } // E0208\nfn main() { }",
        "class C { x: int\n fn f() int { self.x } // E0208\n }\nfn main() { }",
        "test \"t\" { self.f() } // E0208\nfn main() { }",
        "class C { x: int\n fn f(self) C { self } }\nfn main() { }",
        "class S[] { fn f(self) { let me = self } // E0212\n }\nfn main() { }",
    ]);
}

#[test]
fn control() {
    check(&[
        "fn main() { break } // E0209",
        "fn main() { continue } // E0209",
        "fn main() { outer: while true { break outr } } // E0209",
        "fn main() { outer: while true { for i in 0..3 { break outer } } }",
        "fn main() { 1! } // E0402",
        "fn main() { let x = 1\n print(x catch 2) } // E0402",
        "class N { }\nerror A\nfn f() { raise A }\nfn main() { f() catch e: N { } } // E0404",
        "error A\nfn f() { raise A }\nfn main() { f() catch e { } catch e: A { } } // E0405",
        "enum E { A { x: int }, B { x: int }, C }\nfn f(e: E) { match e { E.A { x } | E.B { x } => x, E.C => 0 } }\nfn main() { }",
        "enum E { A { x: int }, C }\nfn f(e: E) { match e { E.A { x } | E.C => x } } // E0201\nfn main() { }",
        "enum E { A { x: int }, C }\nfn f(e: E) { match e { E.C | E.A { x } => 0 } } // E0201\nfn main() { }",
    ]);
}

#[test]
fn places() {
    check(&[
        "fn f() int { 1 }\nfn main() { f() = 2 } // E0109",
        "const N = 1\nfn main() { N = 2 } // E0109",
        "const N = [1]\nfn main() { N[0] = 2 } // E0109",
        "fn main() { let mut m: Map<string, int> = {}\n m.or_insert(\"a\", 0) += 1\n m[\"b\"] = 2\n m.get(\"b\") = 3 } // E0109",
        "class P { x: [int] }\nfn main() { let mut p = P { x: [1] }\n p.x[0] += 1\n (1, 2).0 = 3 } // E0109",
    ]);
}

#[test]
fn numbers() {
    check(&[
        "fn main() { print(9223372036854775808) } // E0103",
        "fn main() { print(-9223372036854775808)\n print(-9223372036854775809) } // E0103",
        "fn f(x: int) { match x { 9223372036854775808 => 1, _ => 2 } } // E0103\nfn main() { }",
        "fn f(x: int) { match x { -9223372036854775808 => 1, -9223372036854775808..0 => 3, _ => 2 } }\nfn main() { }",
    ]);
}

#[test]
fn services() {
    check(&[
        "class S { n: int = 0 }\nclass T[s: S] { }\nfn main() { print(S { n: 1 }) } // E0501",
        "class S { }\nclass T[s: S] { }\nfn f(s: S) { } // E0212\nfn main() { let s: S? = none } // E0212",
        "class S { }\nclass T[s: S] { s2: S } // E0212\nfn main() { }",
        "enum E { A }\nclass T[e: E] { } // E0503\nfn main() { }",
        "class T[e: int] { } // E0503\nfn main() { }",
        "app A { fn main(self) { } }\nclass T[a: A] { } // E0503",
        "class T[e: Missing] { // E0206\n fn f(self) { self.e.go()\n let x = self.e } }\nfn main() { }",
        "class S { fn f(self) int { 1 } }\napp A[s: S] { fn main(self) { let s = self.s // E0510\n print(self.s.f)  // E0510\n self.s() // E0510\n self.s.f() } }",
        "class S { n: int }\napp A[s: S] { fn main(mut self) { self.s.n = 1 } } // E0510",
    ]);
}

#[test]
fn starts() {
    check(&[
        "fn main(x: int) { } // E0313",
        "fn main() string { \"a\" } // E0313",
        "fn main() int { 1 }",
        "app A { fn main(self, x: int) { } } // E0313",
        "class S { fn start(mut self, x: int) { } // E0313\n fn stop(self) int { 1 } // E0313\n }\napp A[s: S] { fn main(self) { } }",
        "class S { fn start(self, x: int) int { x } }\nfn main() { }",
        "app A { fn main(self) { } }\napp B { fn main(self) { } } // E0211",
        "app A { fn main(self) { } }\nfn main() { } // E0211",
        "fn f() { } // E0210",
        "app A { } // E0210",
        "import other\nfn main() { }\n//- /other.pluto\nfn main() { }",
    ]);
}

#[test]
fn systems() {
    let app = "class S { }\nclass T { }\nclass D { }\napp A[s: S, t: T] { fn main(self) { } }\n";
    for system in [
        "system X for A { pod a { process p { A, S }\n process q { T } } }",
        "system X for A { region \"e\" { pod a { A } }\n region \"w\" { pod b { S, T } } }",
        "system X for B { pod a { A } } // E0201",
        "system X for S { pod a { A } } // E0212",
        "system X for A { pod a { A, D } } // E0504",
        "system X for A { pod a { A, Nope } } // E0504",
        "system X for A { } // E0511",
        "system X for A { pod a { A }\n pod a { S } } // E0511 E0511",
        "system X for A { pod a { process p { A }\n process p { S } } } // E0511",
        "system X for A { region \"e\" { pod a { A } }\n region \"e\" { pod b { S } } } // E0511",
        "system X for A { pod a { process p { } } } // E0511",
        "system X for A { pod a { A }\n policy S { timeout: 1ns }\n policy T { timeout: 1h } }",
        "system X for A { pod a { A }\n policy D { timeout: 1s } } // E0504",
        "system X for A { pod a { A }\n policy Nope { timeout: 1s } } // E0504",
        "system X for A { pod a { A }\n policy A { timeout: 1s } } // E0519",
        "system X for A { pod a { A }\n policy S { wait: 1s } } // E0519",
        "system X for A { pod a { A }\n policy S { timeout: 1s, timeout: 1s } } // E0519",
        "system X for A { pod a { A }\n policy S { timeout: 5 } } // E0519",
        "system X for A { pod a { A }\n policy S { on_fault: reboot } } // E0519",
        "system X for A { pod a { A }\n policy S { on_fault: 5s } } // E0519",
        "system X for A { pod a { A }\n policy S { on_fault: restart, on_fault: restart } } // E0519",
        "system X for A { pod a { A }\n policy S { timeout: -5s } } // E0519",
        "system X for A { pod a { A }\n policy S { timeout: 1s }\n policy S { timeout: 1s } } // E0519",
    ] {
        check(&[&format!("{app}{system}")]);
    }
}

#[test]
fn suggestions() {
    let help = |text: &str| {
        let (_, dx) = resolved(text);
        let first = dx.sorted().into_iter().next();
        first.and_then(|it| it.help).unwrap_or_default()
    };
    assert_eq!(help("fn main() { let count = 1\n print(cuont) }"), "did you mean `count`?");
    assert_eq!(help("class Point { }\nfn f(p: Piont) { }"), "did you mean `Point`?");
    assert_eq!(help("class P { width: int }\nfn main() { P { widht: 1 } }"), "did you mean `width`?");
    assert_eq!(help("enum E { Open }\nfn main() { E.Oepn }"), "did you mean `Open`?");
    assert_eq!(help("fn main() { print(null) }"), "write `none`");
    assert_eq!(help("class C { n: int\n fn f(self) int { n } }"), "write `self.n`");
    let elsewhere = "import geo\nfn f(p: Point) { }\n//- /geo.pluto\npub class Point { }";
    assert_eq!(help(elsewhere), "did you mean `geo.Point`?");
}

/// The printed program, of which every message is a failure.
fn printed(text: &str) -> String {
    let (program, dx) = resolved(text);
    assert!(dx.sorted().is_empty(), "{:#?}", dx.sorted());
    crate::hir::print::print(&program)
}

#[test]
fn prints_names_as_ids() {
    let text = "
class Line { item: string, count: int = 1
    fn total(self, price: int) int { self.count * price - 1 + 2 }
}
class Stock { left: Map<string, int> = {}
    fn take(mut self, item: string) int? {
        let x = self.left.get(item)?
        let x = x - 1
        if x == 0 && item != \"a\" { return none }
        self.left[item] = x
        x
    }
}
app Shop[stock: Stock] {
    fn main(self) {
        while let Line { item, count } = next() {
            for i in 0..count { if let n = self.stock.take(item) { print(f\"{i} {n:>3}\") } }
        }
    }
}
fn next() Line? { none }
const LIMIT = -9223372036854775808
system Two for Shop { pod a { Shop }
 pod b { Stock } }
test \"limit\" { expect(LIMIT).to_equal(1 ?? 2 ?? 3) }
";
    let expected = "\
class Line { item: string, count: int = … }
service Stock { left: Map<string, int> = … }
app Shop[stock: Stock]
system Two
  process a of pod a: Shop
  process b of pod b: Stock
";
    let found = printed(text);
    assert!(found.starts_with(expected), "{found}");
    for part in [
        "fn Line.total(self, price#0: int) int {\n  ((self.count * price#0) - 1 + 2)\n}",
        "  let x#1 = self.left.get(item#0)?;\n  let x#2 = (x#1 - 1);\n",
        "  if ((x#2 == 0) && (item#0 != \"a\")) {\n    return none\n  };\n  self.left[item#0] = x#2;\n  x#2\n",
        "loop 0 while let Line { item: item#0, count: count#1 }? = next() {",
        "loop 1 for i#2 in 0..count#1 {",
        "if let n#3? = dep 0.take(item#0) {",
        "print(f(i#2, \" \", n#3:>3))",
        "const LIMIT {\n  -9223372036854775808\n}",
        "expect(const LIMIT).to_equal((1 ?? 2 ?? 3))",
        "default Line.count int {\n  1\n}",
        "starts with Shop.main\n",
    ] {
        assert!(found.contains(part), "missing:\n{part}\nin:\n{found}");
    }
}

#[test]
fn other_modules_have_qualified_names() {
    let found =
        printed("import geo\nfn main() { geo.f() }\n//- /geo.pluto\npub class P { fn g(self) { } }\npub fn f() { }");
    assert!(found.contains("geo.f()"), "{found}");
    assert!(found.contains("fn geo.P.g(self) { }"), "{found}");
}

#[test]
fn alternatives_share_their_variables() {
    let found = printed("fn f(x: (int, int)) int { match x { (1, n) | (n, 1) => n, _ => 0 } }");
    assert!(found.contains("(1, n#1) | (n#1, 1) => n#1"), "{found}");
}

#[test]
fn long_chains_stay_flat() {
    let sum = vec!["1"; 50_000].join(" + ");
    let all = vec!["true"; 50_000].join(" && ");
    let otherwise = "else if x == 1 { }\n".repeat(5_000);
    let lets = "let x = x + 1\n".repeat(20_000);
    let text = format!("fn f(x: int) {{ print({sum})\n print({all})\n if x == 0 {{ }} {otherwise}\n {lets} }}");
    let (program, dx) = resolved(&text);
    assert!(!dx.has_errors(), "{:?}", dx.sorted().first());
    assert!(program.expr_count > 200_000);
}

#[test]
fn same_input_same_output() {
    let text = "fn f(x: A, y: B) { x.z(q, r) }\nclass A { }\nclass A { }";
    assert_eq!(resolved(text).1.sorted(), resolved(text).1.sorted());
}

#[test]
fn many_mistakes_take_little_time() {
    let mut text = String::from("fn main() {\n");
    for number in 0..10_000 {
        text += &format!("let v{number} = unknown{number}\n");
    }
    text += "}\n";
    let begin = std::time::Instant::now();
    assert_eq!(complaints(&text).len(), 10_000);
    assert!(begin.elapsed().as_secs() < 20, "{:?}", begin.elapsed());
}
