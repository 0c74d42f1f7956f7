//! Well-typed programs from seeds: the same seed, the same text, on every machine. In: a seed. Out: a program that always ends, with
//! several entries, of which its first argument chooses one: each entry may end in a fault or error of its own.
//!
//! A program has classes with methods, enums, errors, a service, functions that call earlier ones, and entries that call all of them and
//! print a lot. Loops are bounded, nothing recurses, and what a call costs is reckoned, so that loops over calls of loops stay small.

mod body;
mod call;
mod expr;
mod named;
mod number;
mod order;
mod pattern;
mod place;
mod random;
mod service;
mod small;
mod stmt;
mod ty;

use body::{Body, Signature};
use random::Random;
use std::collections::BTreeSet;
use ty::{Class, Enum, Ty, fields_of};

/// A program.
#[derive(Clone, Debug)]
pub struct Generated {
    /// Its text.
    pub text: String,
    /// The same program with each entry in a task of its own, which shares with `main` what it is given.
    pub spawning: String,
    /// Its entries: the first argument is a number below this.
    pub entries: usize,
}

/// A program prints this if it finds itself wrong: a check that does not trust MIR.
pub const CHANGED: &str = "CHANGED";

/// So many entries a program has: building takes longer than running.
const ENTRIES: usize = 16;

/// What has been declared so far.
#[derive(Debug, Default)]
struct World {
    classes: Vec<Class>,
    enums: Vec<Enum>,
    /// The fields of errors.
    errors: Vec<Vec<(String, Ty)>>,
    functions: Vec<Signature>,
    /// Types with a function that gives back what it gets: it says of what type a literal is.
    named: Vec<Ty>,
    /// Methods call no methods: they would recurse.
    methods_are_there: bool,
    /// The arms of `main`: the pattern and what comes first, the call, whether it can fail.
    runs: Vec<Run>,
    text: String,
}

/// The program of a seed.
#[must_use]
pub fn program(seed: u64) -> Generated {
    let mut random = Random::new(seed);
    let mut world = World::default();
    world.text.push_str("import std.env\n");
    world.declare_data(&mut random);
    for number in 0..random.between(6, 12) {
        world.function(&mut random, number);
    }
    let kept = world.keeper(&mut random);
    for number in 0..ENTRIES {
        world.entry(&mut random, number, &kept);
    }
    world.give_back();
    let [text, spawning] = [Calls::Plain, Calls::Spawned].map(|calls| world.text.clone() + &world.main(calls));
    Generated { text, spawning, entries: ENTRIES }
}

/// How `main` runs an entry.
#[derive(Clone, Debug)]
struct Run {
    /// The type of what the entry gets, and a value.
    given: (String, String),
    /// Can it fail?
    fails: bool,
    /// What comes after it.
    asked: String,
}

/// How `main` calls entries.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Calls {
    Plain,
    Spawned,
}

impl World {
    fn declare_data(&mut self, random: &mut Random) {
        for number in 0..small::CLASSES {
            let fields = small::fields_of(random, number);
            let set = if random.chance(40) { Ty::Class(number) } else { Ty::random(self, random, 1) };
            self.classes.push(Class { fields, set });
        }
        for _ in 0..3 {
            let count = random.between(0, 2);
            let fields = fields_of(self, random, "e", count);
            self.errors.push(fields);
        }
        for at in 0..4 {
            if at % 2 == 0 {
                let variants = random.between(2, 4);
                let variants = (0..variants).map(|_| {
                    let count = random.between(0, 2);
                    fields_of(self, random, "d", count)
                });
                let variants = variants.collect();
                self.enums.push(Enum { variants });
            }
            let count = random.between(1, 3);
            let mut fields = fields_of(self, random, "m", count);
            let number = self.classes.len();
            if random.chance(40) {
                fields.push(("next".to_owned(), Ty::maybe(Ty::Class(number))));
            }
            let set = if random.chance(40) { Ty::Class(number) } else { Ty::random(self, random, 1) };
            self.classes.push(Class { fields, set });
        }
        self.write_data();
        for number in 0..self.classes.len() {
            self.methods(random, number);
        }
        self.methods_are_there = true;
    }

    fn write_data(&mut self) {
        let braced = |fields: &[(String, Ty)]| {
            let fields: Vec<String> = fields.iter().map(|(name, ty)| format!("{name}: {}", ty.name())).collect();
            if fields.is_empty() { String::new() } else { format!(" {{ {} }}", fields.join(", ")) }
        };
        let mut text = String::new();
        for (number, fields) in self.errors.iter().enumerate() {
            text += &format!("error E{number}{}\n", braced(fields));
        }
        for (number, found) in self.enums.iter().enumerate() {
            let variants = found.variants.iter().enumerate().map(|(at, fields)| format!("V{at}{}", braced(fields)));
            text += &format!("enum D{number} {{ {} }}\n", variants.collect::<Vec<_>>().join(", "));
        }
        self.text += &text;
    }

    /// A class with a method that reads and one that changes.
    fn methods(&mut self, random: &mut Random, number: usize) {
        let (fields, set) = (self.classes[number].fields.clone(), self.classes[number].set.clone());
        let listed: Vec<String> = fields.iter().map(|(name, ty)| format!("{name}: {}", ty.name())).collect();
        self.text += &format!("class C{number} {{ {}\n", listed.join(", "));
        let mut body = Body::new(self, random, set.clone(), BTreeSet::new());
        body.bind("self", Ty::Class(number), false);
        body.statements(2);
        body.give_result();
        let get = body.text;
        let mut body = Body::new(self, random, Ty::Int, BTreeSet::new());
        body.bind("self", Ty::Class(number), true);
        body.bind("x", set.clone(), false);
        body.watch("x");
        body.hold_and_change();
        body.change();
        body.give_result();
        let change = body.text;
        self.text += &format!("fn get(self) {} {{\n{get}}}\n", set.name());
        self.text += &format!("fn set(mut self, x: {}) int {{\n{change}}}\n}}\n", set.name());
        self.classes[number].set = set;
    }

    fn function(&mut self, random: &mut Random, number: usize) {
        let params: Vec<(Ty, bool)> =
            (0..random.between(0, 3)).map(|_| (Ty::passed(self, random), random.chance(30))).collect();
        let function = random.chance(20).then(|| Ty::Function(Box::new(Ty::Int), Box::new(Ty::Int)));
        let result = Ty::passed(self, random);
        let errors = if random.chance(45) { (0..self.errors.len()).collect() } else { BTreeSet::new() };
        let mut body = Body::new(self, random, result.clone(), errors);
        for (at, (ty, mutable)) in params.iter().enumerate() {
            body.bind(&format!("p{at}"), ty.clone(), *mutable);
        }
        if let Some(ty) = &function {
            body.bind("callback", ty.clone(), false);
        }
        for (at, (_, mutable)) in params.iter().enumerate() {
            if !mutable && body.random.chance(30) {
                body.watch(&format!("p{at}"));
            }
        }
        let count = body.random.between(3, 7);
        body.statements(count);
        body.give_result();
        let (text, raises, cost) = (body.text, body.raises, body.cost);
        let mut listed: Vec<String> = vec![];
        for (at, (ty, mutable)) in params.iter().enumerate() {
            listed.push(format!("{}p{at}: {}", if *mutable { "mut " } else { "" }, ty.name()));
        }
        listed.extend(function.iter().map(|ty| format!("callback: {}", ty.name())));
        self.text += &format!("fn f{number}({}) {} {{\n{text}}}\n", listed.join(", "), result.name());
        let params = params.into_iter().map(|(ty, _)| ty).chain(function).collect();
        self.functions.push(Signature { name: format!("f{number}"), params, result, raises, cost });
    }

    fn entry(&mut self, random: &mut Random, number: usize, kept: &Ty) {
        let errors = if random.chance(30) { (0..self.errors.len()).collect() } else { BTreeSet::new() };
        let given = Ty::random(self, random, 3);
        let value = Body::new(self, random, Ty::Int, BTreeSet::new()).literal(&given, 3);
        let mut body = Body::new(self, random, Ty::Int, errors);
        body.bind("given", given.clone(), false);
        body.copy_and_change();
        let count = body.random.between(6, 12);
        body.statements(count);
        body.print_all();
        body.give_result();
        let (text, fails) = (body.text, !body.raises.is_empty());
        self.text += &format!("fn entry{number}(given: {}) int {{\n{text}}}\n", given.name());
        let asked = self.asked(random, kept);
        self.runs.push(Run { given: (given.name(), value), fails, asked });
    }

    /// Functions that say of what type a literal is.
    fn give_back(&mut self) {
        for (number, ty) in self.named.iter().enumerate() {
            let name = ty.name();
            self.text += &format!("fn as{number}(x: {name}) {name} {{ return x }}\n");
        }
        self.text += CUT;
        self.text += order::DECLARED;
    }

    fn main(&self, calls: Calls) -> String {
        let mut text = String::from(
            "app Main[keeper: Keeper] {\nfn main(self) {\n    match (env.args().get(0) ?? \"0\").to_int() ?? 0 {\n",
        );
        for (number, Run { given: (ty, value), fails, asked }) in self.runs.iter().enumerate() {
            let call = match (calls, fails) {
                (Calls::Plain, false) => format!("let result = entry{number}(given)"),
                (Calls::Plain, true) => format!("let result = entry{number}(given)!"),
                (Calls::Spawned, _) => format!("let task = spawn entry{number}(given); let result = task.get()!"),
            };
            text +=
                &format!("        {number} {{ let given: {ty} = {value}; {call}; print((result, given)); {asked} }}\n");
        }
        text + "        _ { }\n    }\n}\n}\n"
    }
}

/// Texts that double in loops stay short.
const CUT: &str =
    "fn cut(s: string) string {\n    if s.len() > 60 { return f\"cut {s.len() % 97}\" }\n    return s\n}\n";
