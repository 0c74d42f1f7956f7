//! Trouble between processes (`PLUTO_FAULTS`, `runtime/rt/src/transport/faults.rs`). Every program of `tests/run` with services prints the
//! same when its processes hear each other late and in pieces. And where connections break, calls fail; what their errors say is true,
//! nothing hangs, and nothing leaks: `exact_counts.pluto` looks at that itself. And every program prints the same when each call of a
//! repeatable method is executed twice (`PLUTO_REPEAT`).

use libtest_mimic::{Arguments, Failed, Trial};
use pluto_tests::placements::with_systems;
use pluto_tests::{driver, fences, repo};
use std::path::Path;

/// The program that counts what may have run.
const EXACT: &str = "tests/run/exact_counts.pluto";

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = vec![];
    for (at, path) in repo::files(&repo::root().join("tests/run"), &["pluto"]).iter().enumerate() {
        let text = repo::read(path);
        let (files, systems) = driver::on_large_stack(move || with_systems(fences::split_files(&text)));
        let name = repo::relative(path);
        for system in systems.into_iter().filter(|system| system == "EachAProcess" || system == "EachAPod") {
            // Each program under one of the two: over Unix sockets or TCP.
            if (at % 2 == 0) == (system == "EachAPod") {
                trials.push(trial(&name, &files, path, &system, ("PLUTO_FAULTS", &format!("{at}:slow"))));
            } else {
                trials.push(trial(&name, &files, path, &system, ("PLUTO_REPEAT", "1")));
            }
            if name == EXACT {
                let faults = ["1:cut", "2:cut", "3:slow:cut"];
                trials.extend(faults.map(|it| trial(&name, &files, path, &system, ("PLUTO_FAULTS", it))));
            }
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn trial(name: &str, files: &driver::Files, path: &Path, system: &str, (variable, value): (&str, &str)) -> Trial {
    let (files, expected) = (files.clone(), path.with_extension("out"));
    let [system, variable, value] = [system, variable, value].map(str::to_owned);
    let run = move |system: &str, variable: &str, value: &str| run(&files, system, (variable, value), &expected);
    Trial::test(format!("{name} · {system} · {variable}={value}"), move || run(&system, &variable, &value))
}

fn run(files: &driver::Files, system: &str, variable: (&str, &str), expected: &Path) -> Result<(), Failed> {
    let ran = driver::run_system_with(files, system, &[], &repo::root(), &[variable]);
    ran.memory_is_fine()?;
    let now = if ran.code == 0 { ran.output.clone() } else { format!("exit {}\n{}", ran.code, ran.output) };
    let wanted = repo::read(expected);
    if now == wanted {
        return Ok(());
    }
    Err(format!("expected:\n{wanted}\nfound:\n{now}\nstandard error:\n{}", ran.errors).into())
}
