//! The programs of `examples/` and `tests/run` under the reference interpreter: it prints what is recorded, and finds no count too many
//! or too few. Those that it refuses are listed in `tests/interpreter/refused.txt` with what they need, so that none drops out silently.

use libtest_mimic::{Arguments, Failed, Trial};
use pluto_interpreter::{Stopped, World};
use pluto_middle::mir::{Inst, Program, Terminator};
use pluto_tests::corpus::{self, Case};
use pluto_tests::{driver, repo};
use std::collections::BTreeMap;

fn main() {
    let arguments = Arguments::from_args();
    let refused = refused();
    let cases = corpus::cases();
    let known = cases.iter().map(|case| case.name.clone()).collect::<Vec<_>>();
    let mut trials = vec![];
    for case in cases {
        let needs = refused.get(&case.name).cloned();
        trials.push(Trial::test(case.name.clone(), move || run(&case, needs.as_deref())));
    }
    trials.push(Trial::test("every refused program exists", move || {
        let gone: Vec<&String> = refused.keys().filter(|name| !known.contains(name)).collect();
        if gone.is_empty() { Ok(()) } else { Err(format!("refused.txt names {gone:?}").into()) }
    }));
    trials.push(Trial::test("every count is missed", every_count_is_missed));
    libtest_mimic::run(&arguments, trials).exit();
}

/// By program, what it needs that the interpreter does not have.
fn refused() -> BTreeMap<String, String> {
    let table = repo::read(&repo::root().join("tests/interpreter/refused.txt"));
    let row = |line: &str| line.split_once(": ").map(|(name, needs)| (name.to_owned(), needs.to_owned()));
    table.lines().filter(|line| !line.starts_with('#')).filter_map(row).collect()
}

fn run(case: &Case, needs: Option<&str>) -> Result<(), Failed> {
    let program = driver::lowered(&case.files)?;
    let world = World { args: case.args.clone(), folder: repo::root() };
    let ran = match (pluto_interpreter::run(&program, &world), needs) {
        (Ok(ran), None) => ran,
        (Err(Stopped::Refused(refusal)), Some(needs)) if refusal.needs == needs => return Ok(()),
        (Ok(_), Some(needs)) => return Err(format!("it runs: refused.txt says it needs {needs}").into()),
        (Err(Stopped::Refused(refusal)), _) => {
            let line = format!("{}: {}", case.name, refusal.needs);
            return Err(format!("{refusal}; tests/interpreter/refused.txt needs the line `{line}`").into());
        }
        (Err(stopped), _) => return Err(stopped.to_string().into()),
    };
    let now = corpus::as_recorded(&driver::Ran { output: ran.output, errors: ran.errors.clone(), code: ran.code });
    let wanted = repo::read(&case.expected);
    if now == wanted {
        return Ok(());
    }
    Err(format!("expected:\n{wanted}\nfound:\n{now}\nstandard error:\n{}", ran.errors).into())
}

/// Without any one `Dup` or `Drop` of a block that runs, a program breaks a rule.
fn every_count_is_missed() -> Result<(), Failed> {
    let mut missed = 0;
    for case in corpus::cases()
        .into_iter()
        .filter(|case| ["tests/run/in_place.pluto", "tests/run/errors.pluto"].contains(&&*case.name))
    {
        let whole = driver::lowered(&case.files)?;
        for function in whole.functions.ids() {
            for block in whole.functions[function].blocks.ids() {
                let mut ended = whole.clone();
                ended.functions[function].blocks[block].end = Terminator::Unreachable;
                if !breaks(&ended) {
                    continue;
                }
                for (at, inst) in whole.functions[function].blocks[block].insts.iter().enumerate() {
                    if matches!(inst, Inst::Dup(_) | Inst::Drop(_)) {
                        let mut broken = whole.clone();
                        broken.functions[function].blocks[block].insts.remove(at);
                        if !breaks(&broken) {
                            let name = &whole.functions[function].name;
                            return Err(format!("{name}, bb{}: nobody misses {inst:?}", block.0).into());
                        }
                        missed += 1;
                    }
                }
            }
        }
    }
    if missed >= 40 {
        Ok(())
    } else {
        Err(format!("only {missed} counts: does the ownership pass still make them?").into())
    }
}

fn breaks(program: &Program) -> bool {
    matches!(pluto_interpreter::run(program, &World::default()), Err(Stopped::Broken(_)))
}
