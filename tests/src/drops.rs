//! The leak count tells: with any one `drop` removed from the MIR, a program whose every block runs leaks. Also: the output of
//! the code generator does not depend on its threads.

use pluto_middle::ids::Id;
use pluto_middle::mir::{self, Block, Func, Inst, Terminator};
use pluto_syntax::diag::Diagnostics;
use pluto_tests::driver::{self, Ran, memory, options};
use plutoc::{back, front, link, lower_all};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Every block without a failure runs, and no dropped value is `none`.
const PROGRAM: &str = r#"
class Point { name: string, tags: [string] }
enum Shape { Dot { at: Point }, Line { from: Point, to: Point } }

fn label(shape: Shape) string {
    match shape {
        Shape.Dot { at } { at.name }
        Shape.Line { from, to } { f"{from.name}-{to.name}" }
    }
}

fn tagged(name: string) Point {
    let mut point = Point { name: name + "!", tags: [] }
    for n in 100..103 { point.tags.push(f"{n}{name}") }
    point.tags[1] = "one" + name
    point
}

fn main() {
    let a = tagged("a")
    let b = tagged("b")
    let mut seen: Map<string, [int]> = {}
    for shape in [Shape.Dot { at: a }, Shape.Line { from: a, to: b }] {
        seen[label(shape)] = [1, 2]
    }
    let mut again = seen
    again["x" + a.name] = [3]
    print(seen)
    print(again == seen)
    print((a, b.tags))
    let mut text = "text"
    for tag in b.tags { text += tag + a.name }
    let kept = text
    text += f"{text.len()}"
    print(kept)
    print(text)
}
"#;

/// Ends in a fault while three functions hold strings and arrays.
const FAULTING: &str = r#"
fn at(names: [string], index: int) string {
    let label = names[0] + "?"
    label + names[index]
}
fn outer(text: string) string {
    let names = [text + "one", text + "two"]
    let kept = text + "kept"
    at(names, 5) + kept + names[0]
}
fn main() {
    let text = "made".repeat(2)
    print(outer(text) + text)
}
"#;

/// Under this system, a fault has the service rebuilt that holds a string and an array.
const REBUILT: &str = r#"
class Store {
    names: [string] = ["one".repeat(1)]
    last: string
    fn start(mut self) { self.last = f"{self.names.len()} at first" }
    fn add(mut self, name: string, at: int) string {
        self.names.push(name + "!")
        self.last = self.names[at]
        self.last
    }
}
app Main[store: Store] {
    fn main(self) {
        let bad = spawn self.store.add("a", 7)
        print(bad.outcome())
        print(self.store.add("b", 1))
    }
}
system One for Main {
    pod all { Main, Store }
    policy Store { on_fault: restart }
}
"#;

/// Under the first system, if the program declares one.
fn lowered(source: &str) -> mir::Program {
    let files = vec![("main.pluto".to_owned(), source.to_owned())];
    driver::on_large_stack(move || {
        let mut dx = Diagnostics::default();
        let (_, front) = front(&memory(&files), &options(&files, None).file, &mut dx);
        let front = front.unwrap_or_else(|| panic!("{:?}", dx.sorted()));
        let placed = back(&front, front.hir.systems.ids().next(), &mut dx);
        assert!(!dx.has_errors(), "{:?}", dx.sorted());
        lower_all(&front, &placed, mir::Checks::None).remove(0)
    })
}

fn run(program: &mir::Program, folder: &Path) -> Ran {
    let path = folder.join("program");
    link::link(&pluto_codegen::emit(program, 1), &path).unwrap_or_else(|error| panic!("{}", error.message));
    driver::run_command(&mut Command::new(path))
}

/// Blocks that run when nothing fails.
fn running(function: &mir::Function) -> BTreeSet<Block> {
    let mut seen = BTreeSet::new();
    let mut open = vec![Block::from_index(0)];
    while let Some(block) = open.pop() {
        if seen.insert(block) {
            open.extend(successors(&function.blocks[block].end));
        }
    }
    seen
}

/// Where a block goes on when nothing fails.
fn successors(end: &Terminator) -> Vec<Block> {
    match end {
        Terminator::Goto(then)
        | Terminator::Call { then, .. }
        | Terminator::Builtin { then, .. }
        | Terminator::Checked { then, .. }
        | Terminator::Index { then, .. }
        | Terminator::RefIndex { then, .. }
        | Terminator::CheckIndex { then, .. }
        | Terminator::ReadText { then, .. }
        | Terminator::CallValue { then, .. }
        | Terminator::Spawn { then, .. }
        | Terminator::NewChannel { then, .. }
        | Terminator::Wait { then, .. }
        | Terminator::Lock { then, .. } => vec![*then],
        Terminator::Next { then, end, .. } => vec![*then, *end],
        Terminator::Select(select) => {
            let arms = select.arms.iter().map(|arm| arm.then).chain(select.after.iter().map(|(_, then)| *then));
            arms.chain(select.default).collect()
        }
        Terminator::CallRemote(call) => vec![call.then],
        Terminator::CallDetached(call) => vec![call.then],
        Terminator::Branch { then, otherwise, .. } => vec![*then, *otherwise],
        Terminator::Switch { arms, otherwise, .. } => arms.iter().map(|arm| arm.1).chain([*otherwise]).collect(),
        Terminator::SwitchStatus { .. } | Terminator::Return(_) | Terminator::Fail(_) => vec![],
        Terminator::Fault { .. } | Terminator::Unreachable => vec![],
    }
}

#[test]
fn every_drop_counts() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let whole = lowered(PROGRAM);
    let clean = run(&whole, folder.path());
    assert_eq!(clean.code, 0, "{clean:?}");
    let mut removed = 0;
    for id in whole.functions.ids() {
        let function: &mir::Function = &whole.functions[id];
        for block in running(function) {
            for (at, inst) in function.blocks[block].insts.iter().enumerate() {
                if matches!(inst, Inst::Drop(_)) {
                    let mut broken = whole.clone();
                    broken.functions[id].blocks[block].insts.remove(at);
                    let ran = run(&broken, folder.path());
                    assert_eq!(ran.code, 97, "without drop {at} of {block:?} in {}: {ran:?}", function.name);
                    removed += 1;
                }
            }
        }
    }
    assert!(removed >= 10, "only {removed} drops: does the ownership pass still make them?");
}

/// What a fault passes on its way out is released there too: without the drops of a function's failing blocks, it leaks.
#[test]
fn drops_on_the_way_out_of_a_fault_count() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let whole = lowered(FAULTING);
    let clean = run(&whole, folder.path());
    assert!(clean.code == 101 && !clean.errors.contains("leak: "), "{clean:?}");
    for name in ["at", "outer", "main"] {
        let mut broken = whole.clone();
        let function = broken.functions.iter_mut().find(|function| &*function.name == name).expect("it is lowered");
        let well = running(function);
        for block in function.blocks.ids().filter(|block| !well.contains(block)).collect::<Vec<_>>() {
            function.blocks[block].insts.retain(|inst| !matches!(inst, Inst::Drop(_)));
        }
        let ran = run(&broken, folder.path());
        assert!(ran.code == 101 && ran.errors.contains("leak: "), "without the drops of {name}: {ran:?}");
    }
}

/// What the old instance of a rebuilt service held is dropped: it leaks otherwise.
#[test]
fn the_old_instance_of_a_rebuilt_service_is_dropped() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let whole = lowered(REBUILT);
    let clean = run(&whole, folder.path());
    let output = "Faulted { message: \"index 7 is out of range for length 2\" }\nb!\n";
    assert_eq!((clean.output.as_str(), clean.code), (output, 0), "{clean:?}");
    let mut broken = whole.clone();
    let start = broken.functions.iter_mut().find(|function| &*function.name == "Store$start").expect("it is lowered");
    for block in start.blocks.iter_mut() {
        block.insts.retain(|inst| !matches!(inst, Inst::ClearService { .. }));
    }
    let ran = run(&broken, folder.path());
    assert_eq!((ran.output.as_str(), ran.code), (output, 97), "{ran:?}");
}

#[test]
fn one_and_two_threads_give_the_same_bytes() {
    let program = lowered(PROGRAM);
    assert!(program.functions.get(Func::from_index(0)).is_some());
    assert_eq!(pluto_codegen::emit(&program, 1), pluto_codegen::emit(&program, 2));
    assert_eq!(pluto_codegen::emit(&program, 1), pluto_codegen::emit(&lowered(PROGRAM), 2));
}
