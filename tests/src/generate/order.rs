//! Left to right: an expression whose parts read and change one variable gives the same as its parts one after the other, each in a `let`
//! of its own, over a copy. The program itself compares the two, so that what it tests is not MIR but how MIR came about.

use super::CHANGED;
use super::body::Body;
use super::ty::Ty;

/// The variable in the parts below.
const VARIABLE: &str = "X";

/// Parts that give an int.
const OF_INT: [&str; 6] = [
    "X",
    "(if true { X ^= 1; X } else { 0 })",
    "(if X > 2 { X = 5 - (X % 100); X } else { X = 9; 1 })",
    "X.wrapping_mul(3)",
    "min(X, 4)",
    "(match X { 0 => 1, n => n, })",
];
const OF_ARRAY: [&str; 9] = [
    "X.len()",
    "(X.get(0) ?? -1)",
    "(X.pop() ?? -2)",
    "(if X.len() < 9 { X.push(4); X.len() } else { X.clear(); 0 })",
    "X.fold(0, (a, b) => a.wrapping_add(b))",
    "sum(X)",
    "(if X.len() > 0 { X[0] ^= 5; X[0] } else { 3 })",
    "(if true { let old = X; X.reverse(); sum(old) } else { 3 })",
    "(if true { X = [X.len(), 7]; X[0] } else { 3 })",
];
const OF_MAP: [&str; 7] = [
    "X.len()",
    "(X.get(\"a\") ?? -1)",
    "(X.remove(\"a\") ?? -2)",
    "X.or_insert(\"a\", 5)",
    "(if true { X.or_insert(\"a\", 1) ^= 1; X.len() } else { 0 })",
    "(if true { X[\"b\"] = X.len(); X[\"b\"] } else { 0 })",
    "(if X.contains(\"b\") { X.clear(); 1 } else { 0 })",
];

/// What three parts make.
const WHOLES: [&str; 16] = [
    "(A, B, C)",
    "[A, B, C]",
    "three(A, B, C)",
    "A.wrapping_add(B.wrapping_mul(C))",
    "A.wrapping_sub(B).wrapping_sub(C)",
    "{A: B, C: 1}",
    "(A == B, C)",
    "(A < B, C)",
    "(A, B >= C)",
    "(A != B) == (C > 2)",
    "([5, 6, 7, 8][A & 3], B, C)",
    "((A & 63) << (B & 7)) - (C & 63)",
    "f\"{A} {B} {C}\"",
    "([A].contains(B), C > 1)",
    "Three { a: A, b: B, c: C }",
    "Three { c: A, a: B, b: C }",
];

/// What statements do with two parts and the variable: by its type, an array or a map.
const TO_ARRAY: [&str; 4] = ["X[A & 1] = B", "X.insert_at(A & 0, B)", "X = [A, B]", "X = [A, 7].slice(0, (B & 1) + 1)"];
const TO_MAP: [&str; 4] =
    ["X[key(A)] = B", "X.insert(key(A), B)", "X.or_insert(key(A), B) ^= 1", "X = {key(A): B, \"z\": 1}"];

/// What wholes and parts use.
pub(super) const DECLARED: &str = "class Three { a: int, b: int, c: int }
fn three(a: int, b: int, c: int) [int] { return [c, a, b] }
fn key(n: int) string { return f\"{n & 3}\" }
fn sum(xs: [int]) int { return xs.fold(0, (a, b) => a.wrapping_add(b)) }
";

impl Body<'_> {
    /// The same for statements: the parts of the place first, then the value, then the change.
    pub(super) fn changes_in_order(&mut self) {
        let map = Ty::Map(Box::new(Ty::Text), Box::new(Ty::Int));
        let all =
            [(Ty::array(Ty::Int), "[7, 1, 0]", &OF_ARRAY[..], TO_ARRAY), (map, "{\"a\": 3}", &OF_MAP[..], TO_MAP)];
        let (ty, value, parts, changes) = self.random.of(&all);
        let (change, parts) = (self.random.of(&changes), [(); 2].map(|()| self.random.of(parts)));
        let [first, second] = [(); 2].map(|()| {
            let name = self.fresh();
            self.line(&format!("let mut {name}: {} = {value}", ty.name()));
            name
        });
        let at_once = change.replace(VARIABLE, &first);
        let of = |name: &str| [parts[0], parts[1], ""].map(|part| part.replace(VARIABLE, name));
        self.line(&made_of(&at_once, &of(&first)));
        let mut steps = of(&second).map(|part| (part, String::new()));
        for (part, step) in &mut steps[..2] {
            *step = self.fresh();
            self.line(&format!("let {step} = {part}"));
        }
        self.line(&made_of(&change.replace(VARIABLE, &second), &steps.map(|(_, step)| step)));
        self.line(&format!("print({first})"));
        self.line(&format!("if {first} != {second} {{ print(f\"{CHANGED}: {{{first}}}, {{{second}}}\") }}"));
    }

    pub(super) fn in_order(&mut self) {
        let map = Ty::Map(Box::new(Ty::Text), Box::new(Ty::Int));
        let (ty, parts) = self.random.of(&[(Ty::Int, &OF_INT[..]), (Ty::array(Ty::Int), &OF_ARRAY), (map, &OF_MAP)]);
        let whole = self.random.of(&WHOLES);
        let quoted = |part: &&str| part.contains('"') && whole.starts_with("f\"");
        let parts: Vec<&str> =
            (0..3).map(|_| self.random.of(parts)).map(|part| if quoted(&part) { "X.len()" } else { part }).collect();
        let (first, second) = (self.fresh(), self.fresh());
        let value = self.expr(&ty, 2);
        self.line(&format!("let mut {first}: {} = {value}", ty.name()));
        self.line(&format!("let mut {second} = {first}"));
        let at_once = made_of(whole, &[0, 1, 2].map(|at| parts[at].replace(VARIABLE, &first)));
        let result = self.fresh();
        self.line(&format!("let {result} = {at_once}"));
        let steps = [0, 1, 2].map(|at| {
            let step = self.fresh();
            self.line(&format!("let {step} = {}", parts[at].replace(VARIABLE, &second)));
            step
        });
        let by_steps = self.fresh();
        self.line(&format!("let {by_steps} = {}", made_of(whole, &steps)));
        self.line(&format!("print(f\"{{{result}}} {{{first}}}\")"));
        let differs = format!("{result} != {by_steps} || {first} != {second}");
        let shown = format!("print(f\"{CHANGED}: {{{result}}} {{{first}}}, {{{by_steps}}} {{{second}}}\")");
        self.line(&format!("if {differs} {{ {shown} }}"));
    }
}

fn made_of(whole: &str, parts: &[String; 3]) -> String {
    let mut text = String::new();
    for symbol in whole.chars() {
        match symbol {
            'A' => text += &parts[0],
            'B' => text += &parts[1],
            'C' => text += &parts[2],
            other => text.push(other),
        }
    }
    text
}
