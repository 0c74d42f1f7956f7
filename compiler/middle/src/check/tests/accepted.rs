//! Programs that are right, and the types found in them.

use super::accept;

/// The printed types contain these lines.
pub(super) fn types(source: &str, lines: &[&str]) {
    let text = accept(source);
    for line in lines {
        assert!(text.lines().any(|it| it.trim() == *line), "{line} is missing in\n{text}");
    }
}

#[test]
fn literals_follow_their_place() {
    types(
        "fn main() {
            let a: float = 1
            let b: byte = 255
            let c = 1.5 * 2
            let d = 2 * c + 1
            let e: [float] = [1, 2.5]
            let f = [1, 2.5]
            let g: float? = 3
            let h = if a < 2 { 0 } else { c }
            let i = -1
            let j: float = -(1 + 2) / 4
            let k = max(1, c)
            print((a, b, d, e, f, g, h, i, j, k))
        }",
        &[
            "let a: float",
            "let b: byte",
            "let c: float",
            "let d: float",
            "let e: [float]",
            "let f: [float]",
            "let g: float?",
            "let h: float",
            "let i: int",
            "let j: float",
            "let k: float",
        ],
    );
}

#[test]
fn what_is_open_is_found_later() {
    types(
        r#"class Node { name: string, next: Node? }
        fn main() {
            let mut xs = []
            xs.push(1)
            let mut m = {}
            m["a"] = [1.5]
            let mut best = none
            for x in xs { if best == none || x > best ?? 0 { best = x } }
            let mut rows = []
            for x in xs { let mut row = []
                row.push(x * 2)
                rows.push(row) }
            let mut counts = {}
            counts.or_insert("k", 0) += 1
            let node = Node { name: "n", next: none }
            let mut grid = [[]]
            grid[0].push(none)
            grid[0].push(node)
            print((xs, m, best, rows, counts, grid))
        }"#,
        &[
            "let mut xs: [int]",
            "let mut m: Map<string, [float]>",
            "let mut best: int?",
            "let mut rows: [[int]]",
            "let mut counts: Map<string, int>",
            "let mut grid: [[Node?]]",
        ],
    );
}

#[test]
fn values_become_nullable() {
    types(
        "class Box { value: int? }
        fn half(n: int) int? { if n % 2 == 0 { n / 2 } else { none } }
        fn third(n: int) int? { if n % 3 == 0 { return n / 3 }
            none }
        fn take(x: int?) int? { let y = x?
            y + 1 }
        fn main() {
            let b = Box { value: 3 }
            let xs: [int?] = [1, none, half(2)]
            let ys = [none, 3, half(4)]
            let mut z: int? = none
            z = 4
            let t = match z { none => none, n? => n + 1 }
            let same = z == 4 && b.value != none && 5 == z
            let deep: int?? = 3
            let u = take(7) ?? half(3)
            let v = half(3) ?? third(9) ?? 0
            print((xs, ys, t, same, deep, u, v))
        }",
        &["let ys: [int?]", "let t: int?", "let same: bool", "let u: int?", "let v: int"],
    );
}

#[test]
fn control_flow() {
    types(
        r#"enum Shape { Circle { radius: float }, Square { side: float }, Dot }
        fn area(s: Shape) float {
            match s {
                Shape.Circle { radius } => 3.14 * radius * radius,
                Shape.Square { side } if side > 0.0 => side * side,
                Shape.Square | Shape.Dot => 0,
            }
        }
        fn find(xs: [string], x: string) int? {
            for (i, y) in xs.enumerate() { if x == y { return i } }
            none
        }
        fn forever() int { let mut n = 0
            while true { n += 1
                if n > 10 { return n } } }
        fn sign(n: int) string { if n < 0 { return "-" } else if n > 0 { return "+" } else { return "0" } }
        fn drops(m: Map<string, int>) { let mut n = m
            n.remove("a") }
        fn stmt(n: int) { match n { 0 => print(0), 1 => { let x = 1
            print(x) }
            _ => 7 }
            if n > 1 { n } else { "x" } }
        const LIMIT = 3 * 4
        const NAMES: [string] = ["a"]
        fn main() {
            for (k, v) in ({"a": 1}) { print(f"{k} {v}") }
            for c in "abc" { print(c) }
            for i in 0..LIMIT { if i == 2 { continue }
                if i > 5 { break }
                print(i as float * 0.5) }
            let mut stack = [1, 2]
            while let x = stack.pop() { print(x) }
            let pairs = [1, 2].zip(["a", "b"])
            let (a, b) = pairs[0]
            if let n = find(NAMES, "a") { print(n) }
            print(f"{area(Shape.Dot):>8.2} {a:04} {b:<5} {'x' == 'y'}")
        }"#
        .replace("{'x' == 'y'}", "")
        .as_str(),
        &["let pairs: [(int, string)]", "let a: int", "let b: string", "const LIMIT() int", "let i: int"],
    );
}

#[test]
fn errors_and_services() {
    types(
        r#"error NotFound { id: int }
        error Gone
        fn find(id: int) string { if id == 1 { "x" } else if id == 2 { raise NotFound { id } } else { raise Gone } }
        class Store { items: Map<string, int>, hits: int = 0
            fn get(self, key: string) int { self.items.get(key) ?? raise NotFound { id: 1 } }
            fn put(mut self, key: string, value: int) { self.items[key] = value
                self.note() }
            fn note(mut self) { self.hits += 1 }
        }
        class Orders[store: Store] { fn add(self, key: string) { self.store.put(key, self.store.get(key)! + 1)! } }
        app Main[orders: Orders] {
            fn main(self) int {
                self.orders.add("a") catch err { print(f"{err}") }
                let a = find(1) catch "guest"
                let b = find(2) catch err: NotFound { f"{err.id}" } catch other: Gone | NetworkError { return 2 }
                let c: string? = find(3) catch none
                let e = find(1) catch none
                print(e ?? "")
                let d = find(1) catch err { match err { NotFound { id } => f"{id}", Gone => "gone", _ => raise err } }
                print((a, b, c, d))
                0
            }
        }"#,
        &["let a: string", "let b: string", "let c: string?", "let e: string?", "let d: string", "let err: NotFound"],
    );
}

#[test]
fn methods_and_values() {
    types(
        r#"class Point { x: float, y: float = 0
            fn add(mut self, other: Point) { self.x += other.x
                self.y += other.y }
            fn length(self) float { sqrt(self.x * self.x + self.y * self.y) }
        }
        class Line { points: [Point] = [] }
        fn grow(mut p: Point) Point { p.x = 9
            p }
        fn main() {
            let mut line = Line { }
            line.points.push(Point { x: 1 })
            line.points[0].add(grow(line.points[0]))
            line.points[0].x += 1
            let mut groups = {}
            groups.or_insert("a", []).push(Point { x: 1, y: 2 })
            let same = line.points == groups["a"]
            let mut t = (1, "a")
            t.0 = 2
            print((same, "a,b".split(",").join("-"), line.points[0].length(), t.1))
        }
        test "points" { expect(1 + 1).to_equal(2)
            expect(Point { x: 1 } == Point { x: 1 }).to_be_true()
            expect([1].first()).to_equal(1)
            expect([].pop_of()).to_be_none() }
        "#
        .replace("            expect([].pop_of()).to_be_none()", "            expect({1: 2}.get(3)).to_be_none()")
        .as_str(),
        &["let mut groups: Map<string, [Point]>", "let same: bool", "let mut t: (int, string)"],
    );
}

#[test]
fn everything_with_everything() {
    types(
        include_str!("odd.pluto"),
        &[
            "let d: int?",
            "let e: int?",
            "let f: int",
            "let y: [int?]",
            "let w: int?",
            "let kind: string",
            "const A() int",
        ],
    );
}
