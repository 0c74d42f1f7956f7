//! Trouble between processes (`PLUTO_FAULTS`, `runtime/rt/src/transport/faults.rs`). Every program of `tests/run` with services prints the
//! same when its processes hear each other late and in pieces. And where connections break, calls fail; what their errors say is true,
//! nothing hangs, and nothing leaks: `exact_counts.pluto` looks at that itself. And every program prints the same when each call of a
//! repeatable method is executed twice (`PLUTO_REPEAT`).

use libtest_mimic::{Arguments, Failed, Trial};
use pluto_tests::placements::with_systems;
use pluto_tests::running::WITHOUT_SHARING;
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
            // Each program over one of the three: TCP, shared memory, Unix sockets.
            let slow = ("PLUTO_FAULTS", &*format!("{at}:slow"));
            match (&*system, at % 4) {
                ("EachAPod", 0 | 2) | ("EachAProcess", 1) => trials.push(trial(&name, &files, path, &system, &[slow])),
                ("EachAProcess", 3) => trials.push(trial(&name, &files, path, &system, &[slow, WITHOUT_SHARING])),
                _ => trials.push(trial(&name, &files, path, &system, &[("PLUTO_REPEAT", "1")])),
            }
            if name == EXACT {
                for faults in ["1:cut", "2:cut", "3:slow:cut"] {
                    let faults = ("PLUTO_FAULTS", faults);
                    trials.push(trial(&name, &files, path, &system, &[faults]));
                    if system == "EachAProcess" {
                        trials.push(trial(&name, &files, path, &system, &[faults, WITHOUT_SHARING]));
                    }
                }
            }
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn trial(name: &str, files: &driver::Files, path: &Path, system: &str, variables: &[(&str, &str)]) -> Trial {
    let (files, expected, system) = (files.clone(), path.with_extension("out"), system.to_owned());
    let variables: Vec<(String, String)> =
        variables.iter().map(|(it, value)| ((*it).into(), (*value).into())).collect();
    let shown: Vec<String> = variables.iter().map(|(variable, value)| format!("{variable}={value}")).collect();
    let title = format!("{name} · {system} · {}", shown.join(" "));
    Trial::test(title, move || {
        let variables: Vec<(&str, &str)> = variables.iter().map(|(it, value)| (&**it, &**value)).collect();
        run(&files, &system, &variables, &expected)
    })
}

fn run(files: &driver::Files, system: &str, variables: &[(&str, &str)], expected: &Path) -> Result<(), Failed> {
    let ran = driver::run_system_with(files, system, &[], &repo::root(), variables);
    ran.memory_is_fine()?;
    let now = if ran.code == 0 { ran.output.clone() } else { format!("exit {}\n{}", ran.code, ran.output) };
    let wanted = repo::read(expected);
    if now == wanted {
        return Ok(());
    }
    Err(format!("expected:\n{wanted}\nfound:\n{now}\nstandard error:\n{}", ran.errors).into())
}
