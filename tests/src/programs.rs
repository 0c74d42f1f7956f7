//! Runs every program of `examples/` and `tests/run` under every placement: as one process (with 1, 5 and as many worker threads as
//! there are processors), under each system that it declares, and, if it has services, with all of them in processes of one pod
//! and in pods of their own. Each prints the same, leaks nothing, and ends with the same exit code. Services that share a named
//! channel stay in one process; programs whose calls carry channel ends are not taken apart (E0905).
//!
//! A program is `NAME.pluto` with `NAME.out` (in `tests/run`), or a folder with `main.pluto`, `expected.txt` and perhaps `args`
//! (one argument a line, paths relative to the repository). A first line `exit N` in the expected text gives an exit code.

use libtest_mimic::{Arguments, Failed, Trial};
use pluto_tests::placements::with_systems;
use pluto_tests::{driver, fences, repo};
use std::path::{Path, PathBuf};

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = vec![];
    for path in repo::files(&repo::root().join("tests/run"), &["pluto"]) {
        let expected = path.with_extension("out");
        trials.extend(trials_of(&path, fences::split_files(&repo::read(&path)), &expected, vec![]));
    }
    for main in repo::files(&repo::root().join("examples"), &["pluto"]) {
        if main.ends_with("main.pluto") {
            let folder = main.parent().expect("a file is in a folder").to_owned();
            let args = std::fs::read_to_string(folder.join("args")).unwrap_or_default();
            let args = args.lines().map(str::to_owned).collect();
            trials.extend(trials_of(&folder, folder_files(&main, &folder), &folder.join("expected.txt"), args));
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn folder_files(main: &Path, folder: &Path) -> driver::Files {
    let others = repo::files(folder, &["pluto"]).into_iter().filter(|path| path != main);
    let name = |path: &Path| path.strip_prefix(folder).unwrap_or(path).display().to_string();
    std::iter::once(main.to_owned()).chain(others).map(|path| (name(&path), repo::read(&path))).collect()
}

fn trials_of(path: &Path, files: driver::Files, expected: &Path, args: Vec<String>) -> Vec<Trial> {
    let name = repo::relative(path);
    let expected: PathBuf = expected.to_owned();
    let (files, systems) = driver::on_large_stack(move || with_systems(files));
    let mut trials = vec![];
    for system in std::iter::once(None).chain(systems.into_iter().map(Some)) {
        let shown = system.as_deref().unwrap_or("one process").to_owned();
        let (files, expected, args) = (files.clone(), expected.clone(), args.clone());
        trials
            .push(Trial::test(format!("{name} · {shown}"), move || run(&files, system.as_deref(), &args, &expected)));
    }
    trials
}

fn run(files: &driver::Files, system: Option<&str>, args: &[String], expected: &Path) -> Result<(), Failed> {
    let ran = match system {
        None => driver::run_local(files, args, &repo::root(), &[None, Some(1), Some(5)])?,
        Some(system) => vec![driver::run_system(files, system, args, &repo::root())],
    };
    ran.iter().enumerate().try_for_each(|(at, ran)| compare(ran, system, at, expected))
}

fn compare(ran: &driver::Ran, system: Option<&str>, at: usize, expected: &Path) -> Result<(), Failed> {
    let now = if ran.code == 0 { ran.output.clone() } else { format!("exit {}\n{}", ran.code, ran.output) };
    if std::env::var_os("BLESS").is_some() && system.is_none() && at == 0 {
        std::fs::write(expected, &now).map_err(|error| error.to_string())?;
    }
    let wanted = repo::read(expected);
    if ran.errors.contains("leak: ") {
        return Err(format!("a process of the program leaks:\n{}", ran.errors).into());
    }
    if now == wanted {
        return Ok(());
    }
    Err(format!("run {at}: expected:\n{wanted}\nfound:\n{now}\nstandard error:\n{}", ran.errors).into())
}
