//! `--check-memory` tells what is wrong and where: with a `drop` or `dup` of MIR twice, or left out, a program ends with the exact message. In: programs, and faults planted in their MIR. Out: messages.

use pluto_middle::ids::Id;
use pluto_middle::mir::{self, Checks, Inst, Local, Operand, Type, TypeId};
use pluto_tests::by_hand;
use pluto_tests::driver::{self, Ran};
use plutoc::link;
use std::path::Path;
use std::process::Command;

/// Line numbers are those of this text.
const POINTS: &str = r#"class Point { name: string, tags: [string] }
fn named(name: string) Point {
    let tags = [name + "!"]
    Point { name: name + "?",
            tags }
}
fn shown(point: Point) string {
    let copy = point
    let other = [copy, point]
    f"{other.len()} {copy.name}"
}
fn main() {
    let a = named("a")
    print(shown(a))
    print(a.name)
}
"#;

fn lowered(source: &str) -> mir::Program {
    let files = vec![("main.pluto".to_owned(), source.to_owned())];
    driver::lowered_with(&files, Checks::Memory).unwrap_or_else(|errors| panic!("{errors}"))
}

fn build(program: &mir::Program, path: &Path) {
    link::link(&pluto_codegen::emit(program, 1), path).unwrap_or_else(|error| panic!("{}", error.message));
}

fn run(program: &mir::Program) -> Ran {
    run_with(program, "2")
}

fn run_with(program: &mir::Program, workers: &str) -> Ran {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("program");
    build(program, &path);
    driver::run_command(Command::new(path).env("PLUTO_WORKERS", workers))
}

/// The program with an instruction of a function as often as `times` says; for all but one it says 1.
fn planted(source: &str, function: &str, times: &mut dyn FnMut(&mir::Function, &Inst) -> usize) -> mir::Program {
    let mut program = lowered(source);
    let clean = run(&program);
    assert_eq!((clean.code, clean.errors.as_str()), (0, ""), "{clean:?}");
    let found = program.functions.iter_mut().find(|it| &*it.name == function).expect("it is lowered");
    let before = found.clone();
    let mut changed = 0;
    for block in found.blocks.iter_mut() {
        let mut insts = vec![];
        for inst in &block.insts {
            let times = times(&before, inst);
            changed += usize::from(times != 1);
            insts.extend(std::iter::repeat_n(inst.clone(), times));
        }
        block.insts = insts;
    }
    assert_eq!(changed, 1, "the fault was not planted once, but {changed} times");
    program
}

/// Does it drop this variable?
fn drops(function: &mir::Function, inst: &Inst, name: &str) -> bool {
    matches!(inst, Inst::Drop(local) if &*function.locals[*local].name == name)
}

/// How often a `dup` is to stand: the first one not at all.
fn without_first_dup() -> impl FnMut(&mir::Function, &Inst) -> usize {
    let mut seen = false;
    move |_, inst| if matches!(inst, Inst::Dup(_)) && !std::mem::replace(&mut seen, true) { 0 } else { 1 }
}

#[track_caller]
fn says(program: &mir::Program, errors: &str) {
    let ran = run(program);
    assert_eq!((ran.errors.as_str(), ran.code), (errors, 97), "{ran:?}");
}

#[test]
fn a_drop_too_many() {
    let twice = planted(POINTS, "main", &mut |f, inst| if drops(f, inst, "a") { 2 } else { 1 });
    let errors = "\
memory: a freed Point is dropped again
  made at named (main.pluto:4)
  freed at main (main.pluto:15)
  now at main (main.pluto:15)
";
    says(&twice, errors);
}

/// The path of calls is that of the present call.
#[test]
fn a_drop_too_many_in_a_function_that_is_called() {
    let twice = planted(POINTS, "shown", &mut |f, inst| if drops(f, inst, "other") { 2 } else { 1 });
    let errors = "\
memory: a freed [Point] is dropped again
  made at shown (main.pluto:9)
  freed at shown (main.pluto:10)
  now at shown (main.pluto:10)
  at main (main.pluto:14)
";
    says(&twice, errors);
}

#[test]
fn a_dup_too_few() {
    let without = planted(POINTS, "shown", &mut without_first_dup());
    let errors = "\
memory: a freed Point is used
  made at named (main.pluto:4)
  freed at shown (main.pluto:10)
  now at main (main.pluto:15)
";
    says(&without, errors);
}

/// Found by the runtime, when what holds the object dies.
#[test]
fn a_dup_too_few_of_what_an_array_holds() {
    let source = "fn main() {\n    let a = \"x\".repeat(9)\n    let both = [a, a]\n    print(both.len())\n}\n";
    let without = planted(source, "main", &mut without_first_dup());
    let errors = "\
memory: a freed string is dropped again
  made at main (main.pluto:2)
  freed at main (main.pluto:4)
  now at main (main.pluto:4)
";
    says(&without, errors);
}

#[test]
fn a_drop_too_few() {
    let without = planted(POINTS, "main", &mut |f, inst| if drops(f, inst, "a") { 0 } else { 1 });
    let errors = "\
leak: 4 objects
  1 Point made at named (main.pluto:4)
  1 [string] made at named (main.pluto:3)
  1 string made at named (main.pluto:3): \"a!\"
  1 string made at named (main.pluto:4): \"a?\"
";
    says(&without, errors);
}

/// One of each kind of object, most of them made by the runtime.
const KINDS: &str = r#"enum Shape { Dot, Line { name: string, of: string } }
fn all(words: [string]) string {
    let joined = words[0] + words[1]
    let shown = f"{words.len()} words"
    let parts = joined.split("b")
    let mut counts: Map<string, int> = {}
    counts["x" + joined] = 1
    let keys = counts.keys()
    let mut grown = [1]
    for n in 0..10 { grown.push(n) }
    let mut own = grown
    own[0] = 5
    let (tx, rx) = chan<string>(2)
    tx.try_send(joined + "!")
    let add = (x: int) => x + joined.len()
    let task = spawn add(1)
    let line = Shape.Line { name: joined, of: shown }
    let maybe = grown.pop()
    let pair = (joined, shown)
    let last = f"{shown} {parts} {keys} {own} {rx.len()} {task.get() catch 0} {line} {maybe} {pair}"
    last + f"{joined} {shown} {parts} {counts} {keys} {grown} {own} {tx.len()} {rx.len()} {add(1)} {line} {maybe} {pair}"
}
fn main() {
    print(all(["ab", "bc"]).len())
}
"#;

#[test]
fn every_kind_of_object_knows_its_place() {
    let mut program = lowered(KINDS);
    let clean = run(&program);
    assert_eq!((clean.code, clean.errors.as_str()), (0, ""), "{clean:?}");
    let all = program.functions.iter_mut().find(|it| &*it.name == "all").expect("it is lowered");
    let names: Vec<bool> = all.locals.iter().map(|local| !local.name.is_empty()).collect();
    for block in all.blocks.iter_mut() {
        block.insts.retain(|inst| !matches!(inst, Inst::Drop(local) if names[local.0 as usize]));
    }
    let errors = r#"leak: 16 objects
  1 (string, string) made at all (main.pluto:19)
  1 Map<string, int> made at all (main.pluto:6)
  1 Receiver<string> made at all (main.pluto:13)
  1 Sender<string> made at all (main.pluto:13)
  1 Shape made at all (main.pluto:17)
  1 Task<int> made at all (main.pluto:16)
  1 [int] made at all (main.pluto:12)
  1 [int] made at all (main.pluto:9)
  1 [string] made at all (main.pluto:5)
  1 [string] made at all (main.pluto:8)
  1 closure made at all (main.pluto:15)
  1 string made at all (main.pluto:14): "abbc!"
  1 string made at all (main.pluto:20): "2 words [\"a\", \"\", \"c\"] [\"xabbc\"] [5, 0, "
  1 string made at all (main.pluto:3): "abbc"
  1 string made at all (main.pluto:4): "2 words"
  1 string made at all (main.pluto:7): "xabbc"
"#;
    says(&program, errors);
}

/// A task stores into an array that others know, in a copy of its own.
const SHARED: &str = r#"fn changed(rows: [[[int]]]) int {
    let mut own = rows
    let fresh = [[1], [2]]
    own[0] = fresh
    own.len()
}
fn main() {
    let rows = [[[7, 8], [9]]]
    let t = spawn changed(rows)
    print(t.get() catch 0)
    print(rows)
}
"#;

/// With a local of another type, generated code shares the outer array only.
#[test]
fn a_value_that_is_not_shared_in_one_that_is() {
    let mut program = lowered(SHARED);
    let clean = run(&program);
    assert_eq!((clean.code, clean.errors.as_str()), (0, ""), "{clean:?}");
    let id = |wanted: &Type| TypeId::from_index(program.types.iter().position(|ty| ty == wanted).expect("it is there"));
    let row = id(&Type::Array(id(&Type::Int)));
    let rows = id(&Type::Array(row));
    let changed = program.functions.iter_mut().find(|it| &*it.name == "changed").expect("it is lowered");
    for local in changed.locals.iter_mut().filter(|local| local.ty == rows) {
        local.ty = row;
    }
    let errors = "\
memory: other tasks come to see a [[int]] that holds a [int], which only one task may use
  there: [0]
  the [[int]] was made at changed (main.pluto:3)
  the [int] was made at changed (main.pluto:3)
  now at changed (main.pluto:4)
  at main.task (main.pluto:9)
";
    says(&program, errors);
}

/// An array that other tasks have seen is changed in place.
const HIDDEN: &str = r#"fn main() {
    let rows = [[[1]]]
    let t = spawn rows.len()
    print(t.get() catch 0)
    let mut own = rows
    own[0] = [[2], [3]]
    let mut sum = 0
    for n in 0..100000 { sum += n }
    print((sum, own.len()))
}
"#;

/// What is stored is an int, as generated code believes: nobody shares it or looks at it, until all objects are looked at.
#[test]
fn all_objects_are_looked_at_in_the_loops_of_one_worker() {
    let mut program = lowered(HIDDEN);
    let clean = run_with(&program, "1");
    assert_eq!((clean.code, clean.errors.as_str()), (0, ""), "{clean:?}");
    let int = TypeId::from_index(program.types.iter().position(|ty| *ty == Type::Int).expect("it is there"));
    let main = program.functions.iter_mut().find(|it| &*it.name == "main").expect("it is lowered");
    let mut insts = main.blocks.iter().flat_map(|block| &block.insts);
    let stored = insts
        .find_map(|inst| if let Inst::Store { value: Operand::Move(local), .. } = inst { Some(*local) } else { None });
    main.locals[stored.expect("something is stored")].ty = int;
    let ran = run_with(&program, "1");
    let errors = "\
memory: other tasks come to see a [[[int]]] that holds a [[int]], which only one task may use
  there: [0]
  the [[[int]]] was made at main (main.pluto:2)
  the [[int]] was made at main (main.pluto:6)
  now at main (main.pluto:8)
";
    assert_eq!((ran.errors.as_str(), ran.code), (errors, 97), "{ran:?}");
}

const SERVED: &str = r#"class Store {
    names: [string]
    fn put(mut self, name: string) int {
        self.names.push(name)
        self.names.len()
    }
}
app Main[store: Store] {
    fn main(self) { print(self.store.put("ab".repeat(2)) catch -1) }
}
system Two for Main { pod p { process front { Main } process back { Store } } }
"#;

/// What came from another process was made by the method that it is for.
#[test]
fn what_came_from_another_process_knows_its_place() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    by_hand::build(SERVED, folder.path());
    let files = vec![("main.pluto".to_owned(), SERVED.to_owned())];
    let programs =
        driver::lowered_under(&files, Some("Two"), Checks::Memory).unwrap_or_else(|errors| panic!("{errors}"));
    let mut back = programs.into_iter().find(|program| &*program.process == "back").expect("it is a process");
    let put = back.functions.iter_mut().find(|it| &*it.name == "Store.put").expect("it is lowered");
    let name = put.locals.iter().position(|local| &*local.name == "name").expect("a parameter");
    put.blocks[mir::Block::from_index(0)].insts.insert(0, Inst::Dup(Local::from_index(name)));
    build(&back, &folder.path().join("back"));

    let callee = by_hand::start(folder.path(), "back");
    let mut caller = by_hand::start(folder.path(), "front");
    assert!(caller.0.wait().expect("it ends").success());
    assert_eq!(by_hand::stopped(callee), "leak: 1 objects\n  1 string made at Store.put (main.pluto:3): \"abab\"\n");
}
