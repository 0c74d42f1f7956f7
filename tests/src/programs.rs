//! Runs every program of `examples/` and `tests/run` under every placement: as one process (with 1, 3, 5 and as many worker threads as
//! there are processors), under each system that it declares, and, if it has services, with all of them in processes of one pod
//! and in pods of their own. Each prints the same, leaks nothing, and ends with the same exit code; and so does
//! each once more with its memory checked, as one process. Services that share a named
//! channel stay in one process; programs whose calls carry channel ends are not taken apart (E0905).

use libtest_mimic::{Arguments, Failed, Trial};
use pluto_tests::corpus::{self, Case};
use pluto_tests::driver::Heap;
use pluto_tests::placements::with_systems;
use pluto_tests::{driver, repo};
use plutoc::options::{Checks, Options};
use std::path::Path;

fn main() {
    let arguments = Arguments::from_args();
    libtest_mimic::run(&arguments, corpus::cases().into_iter().flat_map(trials_of).collect()).exit();
}

/// Leaks are counted in most of them; the last one has the memory that programs have otherwise.
const RUNS: [(Option<u32>, Heap); 4] =
    [(None, Heap::Counted), (Some(1), Heap::Counted), (Some(5), Heap::Counted), (Some(3), Heap::Usual)];

fn trials_of(case: Case) -> Vec<Trial> {
    let Case { name, files, expected, args } = case;
    let (files, systems) = driver::on_large_stack(move || with_systems(files));
    let mut trials = vec![checked(&name, &files, &args, &expected)];
    for system in std::iter::once(None).chain(systems.into_iter().map(Some)) {
        let shown = system.as_deref().unwrap_or("one process").to_owned();
        let (files, expected, args) = (files.clone(), expected.clone(), args.clone());
        trials
            .push(Trial::test(format!("{name} · {shown}"), move || run(&files, system.as_deref(), &args, &expected)));
    }
    trials
}

/// Once more as one process, with its memory checked. With `PLUTO_CHECK_MEMORY=1` it is in all the others too.
fn checked(name: &str, files: &driver::Files, args: &[String], expected: &Path) -> Trial {
    let (files, expected, args) = (files.clone(), expected.to_owned(), args.to_vec());
    let run = move || {
        let options = Options { checks: Checks::Memory, ..driver::options(&files, None) };
        let ran = driver::run_local_with(&files, options, &args, &repo::root(), &[(None, Heap::Counted)])?;
        compare(&ran[0], None, 1, &expected)
    };
    Trial::test(format!("{name} · memory checked"), run)
}

fn run(files: &driver::Files, system: Option<&str>, args: &[String], expected: &Path) -> Result<(), Failed> {
    let ran = match system {
        None => driver::run_local(files, args, &repo::root(), &RUNS)?,
        Some(system) => vec![driver::run_system(files, system, args, &repo::root())],
    };
    ran.iter().enumerate().try_for_each(|(at, ran)| compare(ran, system, at, expected))
}

fn compare(ran: &driver::Ran, system: Option<&str>, at: usize, expected: &Path) -> Result<(), Failed> {
    let now = corpus::as_recorded(ran);
    if std::env::var_os("BLESS").is_some() && system.is_none() && at == 0 {
        std::fs::write(expected, &now).map_err(|error| error.to_string())?;
    }
    let wanted = repo::read(expected);
    ran.memory_is_fine()?;
    if now == wanted {
        return Ok(());
    }
    Err(format!("run {at}: expected:\n{wanted}\nfound:\n{now}\nstandard error:\n{}", ran.errors).into())
}
