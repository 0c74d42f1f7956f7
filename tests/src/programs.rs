//! Runs every program of `examples/` and `tests/run` under every placement: as one process (with 1, 5 and as many worker threads as
//! there are processors), under each system that it declares, and, if it has services, with all of them in processes of one pod
//! and in pods of their own. Each prints the same, leaks nothing, and ends with the same exit code. Services that share a named
//! channel stay in one process; programs whose calls carry channel ends are not taken apart (E0905).
//!
//! A program is `NAME.pluto` with `NAME.out` (in `tests/run`), or a folder with `main.pluto`, `expected.txt` and perhaps `args`
//! (one argument a line, paths relative to the repository). A first line `exit N` in the expected text gives an exit code.

use libtest_mimic::{Arguments, Failed, Trial};
use pluto_middle::hir::{ClassKind, DepTarget, Program};
use pluto_middle::ids::ChannelId;
use pluto_syntax::diag::Diagnostics;
use pluto_tests::{driver, fences, repo};
use plutoc::front;
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

/// Adds the two systems that every program with services is run under, and lists all systems.
fn with_systems(mut files: driver::Files) -> (driver::Files, Vec<String>) {
    let mut dx = Diagnostics::default();
    let (_, front) = front(&driver::memory(&files), Path::new(&files[0].0), &mut dx);
    let Some(front) = front else { return (files, vec![]) };
    let mut systems: Vec<String> = front.hir.systems.iter().map(|system| system.name.to_string()).collect();
    if let Some((app, services)) = local_services(&front.hir)
        && services.len() > 1
    {
        let each = |open: &str| -> String {
            let line = |(index, names): (usize, &String)| format!("{open}p{index} {{ {names} }}\n");
            services.iter().enumerate().map(line).collect()
        };
        let mut apart = files.clone();
        apart[0].1 += &format!("\nsystem EachAProcess for {app} {{ pod all {{\n{} }} }}\n", each("process "));
        apart[0].1 += &format!("\nsystem EachAPod for {app} {{ region \"r\" {{\n{} }} }}\n", each("pod "));
        if !carries_ends(&apart) {
            systems.extend(["EachAProcess".to_owned(), "EachAPod".to_owned()]);
            files = apart;
        }
    }
    (files, systems)
}

/// Would a channel cross?
fn carries_ends(files: &driver::Files) -> bool {
    let mut dx = Diagnostics::default();
    if let (_, Some(front)) = front(&driver::memory(files), Path::new(&files[0].0), &mut dx) {
        plutoc::check_all(&front, &mut dx);
    }
    dx.sorted().iter().any(|it| it.code == pluto_syntax::code::Code::E0905)
}

/// App and services, if all stand in the first module (others declare their systems themselves); those that share a named channel
/// as one: `A, B`.
fn local_services(program: &Program) -> Option<(String, Vec<String>)> {
    let app = &program.classes[program.app?];
    let mut groups: Vec<(String, Vec<ChannelId>)> = vec![];
    for class in program.classes.iter().filter(|class| class.kind != ClassKind::Data) {
        if class.module.0 != 0 {
            return None;
        }
        let ends = class.deps.iter().filter_map(|dep| match dep.target {
            DepTarget::End { channel, .. } => Some(channel),
            DepTarget::Service(_) => None,
        });
        let (mut names, mut own) = (class.name.to_string(), ends.collect::<Vec<_>>());
        let joins = |(_, ends): &(String, Vec<ChannelId>)| ends.iter().any(|end| own.contains(end));
        let (joined, apart): (Vec<_>, Vec<_>) = groups.into_iter().partition(joins);
        for (others, ends) in joined {
            names = format!("{others}, {names}");
            own.extend(ends);
        }
        groups = apart;
        groups.push((names, own));
    }
    Some((app.name.to_string(), groups.into_iter().map(|(names, _)| names).collect()))
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
