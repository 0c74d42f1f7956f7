//! Generated programs mean the same to compiled code and to the reference interpreter: standard output, standard error with the path of
//! a fault, exit code; and neither finds a count too many or too few. Each program is compiled twice: as it is, and with its entries in
//! tasks, which share with `main` what they are given. In: seeds, by default the first few; `PLUTO_SEEDS=100..200`
//! for others, as many as wanted. The interpreter runs each without the pass that does nothing twice too. A program whose two runs differ is left in `target/generated/`.

use libtest_mimic::{Arguments, Failed, Trial};
use pluto_interpreter::World;
use pluto_middle::ids::IndexVec;
use pluto_middle::mir::{Checked, Concurrent, Local, LocalDecl, Program, Terminator, TypeId, flow};
use pluto_tests::driver::{self, Heap, Ran};
use pluto_tests::generate::{self, Generated};
use pluto_tests::repo;
use plutoc::link;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The seeds of a usual run.
const USUAL: std::ops::Range<u64> = 0..16;

fn main() {
    let arguments = Arguments::from_args();
    let trial = |seed| Trial::test(format!("seed {seed}"), move || compare(seed));
    let mut trials: Vec<Trial> = seeds().map(trial).collect();
    trials.push(Trial::test("a seed is a program", || {
        let texts = [1, 1, 2].map(|seed| generate::program(seed).text);
        if texts[0] == texts[1] && texts[1] != texts[2] { Ok(()) } else { Err("seeds do not tell programs".into()) }
    }));
    trials.push(Trial::test("a wrong difference is seen", a_wrong_difference_is_seen));
    trials.push(Trial::test("a wrong word is seen", a_wrong_word_is_seen));
    libtest_mimic::run(&arguments, trials).exit();
}

fn seeds() -> std::ops::Range<u64> {
    let Ok(wanted) = std::env::var("PLUTO_SEEDS") else { return USUAL };
    let range = wanted.split_once("..").and_then(|(from, to)| Some(from.parse().ok()?..to.parse().ok()?));
    range.unwrap_or_else(|| panic!("PLUTO_SEEDS={wanted}: write it as `from..to`"))
}

fn compare(seed: u64) -> Result<(), Failed> {
    let generated = generate::program(seed);
    let files = vec![("main.pluto".to_owned(), generated.text.clone())];
    let found = driver::lowered(&files).and_then(|program| {
        let plain = driver::lowered_plainly(&files)?;
        (0..generated.entries).try_for_each(|entry| mean_the_same(&plain, &program, &entry.to_string()))?;
        run_entries(&program, &program, generated.entries)?;
        let spawning = driver::lowered(&vec![("main.pluto".to_owned(), generated.spawning.clone())])?;
        run_entries(&program, &spawning, generated.entries)
    });
    found.map_err(|different| {
        let kept = keep(seed, &generated);
        format!("seed {seed}, {}:\n{different}", kept.display()).into()
    })
}

/// All entries of a program: interpreted, and compiled.
fn run_entries(program: &Program, compiled: &Program, entries: usize) -> Result<(), String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("program");
    link::link(&pluto_codegen::emit(compiled, 1), &path).map_err(|error| error.message)?;
    let spawns = compiled.concurrent == Concurrent::Yes;
    (0..entries).try_for_each(|entry| run_entry(program, (&path, spawns), &entry.to_string()))
}

/// The suite can fail: code in which every difference is a sum is found out (loops count with sums).
fn a_wrong_difference_is_seen() -> Result<(), Failed> {
    is_seen(|end| {
        if let Terminator::Checked { op: op @ Checked::IntSub, .. } = end {
            *op = Checked::IntAdd;
        }
    })
}

/// The same for the words of small classes and tuples: calls that put their results' words down in reverse.
fn a_wrong_word_is_seen() -> Result<(), Failed> {
    is_seen(|end| {
        if let Terminator::Call { dests, .. } = end {
            dests.reverse();
        }
    })
}

/// Is code noticed whose blocks end otherwise? What would set a local to another type stays as it is: it would not compile.
fn is_seen(change: fn(&mut Terminator)) -> Result<(), Failed> {
    let generated = generate::program(0);
    let right = driver::lowered(&vec![("main.pluto".to_owned(), generated.text)])?;
    let mut wrong = right.clone();
    for function in wrong.functions.iter_mut() {
        for block in function.blocks.iter_mut() {
            let before = block.end.clone();
            change(&mut block.end);
            if types_set(&before, &function.locals) != types_set(&block.end, &function.locals) {
                block.end = before;
            }
        }
    }
    match run_entries(&right, &wrong, generated.entries) {
        Ok(()) => Err("nobody noticed".into()),
        Err(_) => Ok(()),
    }
}

/// The types of what a block's end sets.
fn types_set(end: &Terminator, locals: &IndexVec<Local, LocalDecl>) -> Vec<TypeId> {
    let mut types = vec![];
    flow::edges(end, &mut |_, set| types.extend(set.iter().map(|local| locals[*local].ty)));
    types
}

/// Does an entry do the same as in the program with all that is done twice?
fn mean_the_same(plain: &Program, program: &Program, entry: &str) -> Result<(), String> {
    let (plain, once) = (interpret(plain, entry)?, interpret(program, entry)?);
    let different = || format!("entry {entry}:\n── plain ──\n{}\n── nothing twice ──\n{}", plain.output, once.output);
    if plain == once { Ok(()) } else { Err(different()) }
}

fn interpret(program: &Program, entry: &str) -> Result<Ran, String> {
    let world = World { args: vec![entry.to_owned()], folder: repo::root() };
    let ran = pluto_interpreter::run(program, &world).map_err(|stopped| format!("entry {entry}: {stopped}"))?;
    Ok(Ran { output: ran.output, errors: ran.errors, code: ran.code })
}

fn run_entry(program: &Program, (path, spawns): (&Path, bool), entry: &str) -> Result<(), String> {
    let interpreted = interpret(program, entry)?;
    for memory in [Heap::Counted, Heap::Usual] {
        let compiled = driver::run_command_with(Command::new(path).arg(entry), memory);
        same(&interpreted, &compiled, spawns)
            .map_err(|different| format!("entry {entry}, memory {memory:?}: {different}"))?;
    }
    Ok(())
}

fn same(interpreted: &Ran, compiled: &Ran, spawns: bool) -> Result<(), String> {
    if let Some(changed) = compiled.output.lines().find(|line| line.starts_with(generate::CHANGED)) {
        return Err(format!("the program finds itself wrong: {changed}"));
    }
    if interpreted == compiled || (spawns && without_path(interpreted) == without_path(compiled)) {
        return Ok(());
    }
    let line =
        interpreted.output.lines().zip(compiled.output.lines()).take_while(|(left, right)| left == right).count();
    let shown = |ran: &Ran| {
        let rest: Vec<&str> = ran.output.lines().skip(line).take(5).collect();
        format!("exit code {}\n{}\nstandard error:\n{}", ran.code, rest.join("\n"), ran.errors)
    };
    let (left, right) = (shown(interpreted), shown(compiled));
    Err(format!("from line {} on:\n── interpreted ──\n{left}\n── compiled ──\n{right}", line + 1))
}

/// A fault or error that came out of a task has a path of its own.
fn without_path(ran: &Ran) -> Ran {
    let first = ran.errors.lines().next().unwrap_or_default();
    Ran { errors: first.to_owned(), ..ran.clone() }
}

/// Writes the program down for whoever looks into it.
fn keep(seed: u64, program: &Generated) -> PathBuf {
    let folder = repo::root().join("target/generated");
    std::fs::create_dir_all(&folder).expect("target/ is writable");
    for (name, text) in [("spawning", &program.spawning), ("plain", &program.text)] {
        std::fs::write(folder.join(format!("seed-{seed}-{name}.pluto")), text).expect("target/ is writable");
    }
    folder.join(format!("seed-{seed}-plain.pluto"))
}
