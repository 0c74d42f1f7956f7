//! Drives the compiler as a library over sources in memory, and runs executables. In: sources. Out: diagnostics as text, codes
//! with lines, outputs.

use pluto_middle::mir::{self, Checks};
use pluto_syntax::diag::Diagnostics;
use plutoc::load::{Memory, Sources};
use plutoc::options::{MessageFormat, Options, System};
use plutoc::render::{Colors, render};
use plutoc::{Front, Placed, back, check_all, choose_system, deploy, front, lower_all, lower_plainly};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Names and texts of modules; the first one is the program's.
pub type Files = Vec<(String, String)>;

/// The sources as the compiler reads them.
#[must_use]
pub fn memory(files: &Files) -> Memory {
    Memory { files: files.iter().map(|(name, text)| (PathBuf::from(name), text.clone().into_bytes())).collect() }
}

/// Options for the first of the files.
#[must_use]
pub fn options(files: &Files, system: Option<&str>) -> Options {
    Options {
        file: PathBuf::from(&files[0].0),
        system: system.map_or(System::Local, |name| System::Named(name.to_owned())),
        threads: 1,
        checks: checks(),
    }
}

/// With `PLUTO_CHECK_MEMORY=1`, the programs that tests build check their memory.
#[must_use]
pub fn checks() -> Checks {
    let on = std::env::var_os("PLUTO_CHECK_MEMORY").is_some_and(|value| value == "1");
    if on { Checks::Memory } else { Checks::None }
}

/// Runs a closure on a thread with the stack that `plutoc` gives the compiler.
///
/// # Panics
/// If the closure does.
pub fn on_large_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(1 << 30).spawn(work).expect("a thread starts");
    match thread.join() {
        Ok(value) => value,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// What `plutoc check` would say.
#[derive(Debug)]
pub struct Checked {
    /// As the user sees it, without colours.
    pub rendered: String,
    /// Line (0 without a place) and code of each.
    pub found: Vec<(usize, String, String)>,
}

/// Checks a program under every system that it declares.
#[must_use]
pub fn check(files: &Files) -> Checked {
    let files = files.clone();
    on_large_stack(move || {
        let mut dx = Diagnostics::default();
        let (sources, front) = front(&memory(&files), Path::new(&files[0].0), &mut dx);
        if let Some(front) = front {
            check_all(&front, &mut dx);
        }
        checked(&sources, &dx)
    })
}

fn checked(sources: &Sources, dx: &Diagnostics) -> Checked {
    let sorted = dx.sorted();
    let found = sorted.iter().map(|it| {
        let line = it.primary.as_ref().map_or(0, |label| sources.line_col(label.span).0 as usize);
        (line, it.code.as_str().to_owned(), it.message.clone())
    });
    Checked { rendered: rendered(sources, dx), found: found.collect() }
}

fn rendered(sources: &Sources, dx: &Diagnostics) -> String {
    let mut text = vec![];
    render(dx, sources, MessageFormat::Human, Colors::Off, &mut text).expect("writing to memory");
    let text = String::from_utf8(text).expect("diagnostics are UTF-8");
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n") + "\n"
}

/// A program as MIR, as one process.
///
/// # Errors
/// The rendered diagnostics.
pub fn lowered(files: &Files) -> Result<mir::Program, String> {
    lowered_with(files, checks())
}

/// The same of one that looks after this.
///
/// # Errors
/// The rendered diagnostics.
pub fn lowered_with(files: &Files, checks: Checks) -> Result<mir::Program, String> {
    Ok(lowered_under(files, None, checks)?.remove(0))
}

/// The processes of a program under a system.
///
/// # Errors
/// The rendered diagnostics.
pub fn lowered_under(files: &Files, system: Option<&str>, checks: Checks) -> Result<Vec<mir::Program>, String> {
    lowered_by(lower_all, files, system, checks)
}

/// A program of one process with all that is done twice in it.
///
/// # Errors
/// The rendered diagnostics.
pub fn lowered_plainly(files: &Files) -> Result<mir::Program, String> {
    Ok(lowered_by(lower_plainly, files, None, checks())?.remove(0))
}

fn lowered_by(
    lower: fn(&Front, &Placed, Checks) -> Vec<mir::Program>,
    files: &Files,
    system: Option<&str>,
    checks: Checks,
) -> Result<Vec<mir::Program>, String> {
    let (files, system) = (files.clone(), options(files, system).system);
    on_large_stack(move || {
        let mut dx = Diagnostics::default();
        let (sources, front) = front(&memory(&files), Path::new(&files[0].0), &mut dx);
        let Some(front) = front else { return Err(rendered(&sources, &dx)) };
        let system = choose_system(&front, &system, &mut dx);
        let placed = back(&front, system, &mut dx);
        if dx.has_errors() {
            return Err(rendered(&sources, &dx));
        }
        Ok(lower(&front, &placed, checks))
    })
}

/// What a run printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// Standard output.
    pub output: String,
    /// Standard error.
    pub errors: String,
    /// The exit code.
    pub code: i32,
}

impl Ran {
    /// Did no process of it say that it uses its memory wrongly, or has left objects behind? However it ended.
    ///
    /// # Errors
    /// What they said.
    pub fn memory_is_fine(&self) -> Result<(), String> {
        if self.errors.contains("leak: ") || self.errors.contains("memory: ") {
            return Err(format!("a process of the program uses its memory wrongly:\n{}", self.errors));
        }
        Ok(())
    }
}

/// Standard error with `TIME` in the place of each time at which a line of the log begins: those of two runs are the same.
#[must_use]
pub fn timeless(errors: &str) -> String {
    let one = |line: &str| match line.split_at_checked(TIME.len()) {
        Some((time, rest)) if is_time(time) => format!("TIME{rest}"),
        Some(_) | None => line.to_owned(),
    };
    errors.split_inclusive('\n').map(one).collect()
}

/// A time, with zeroes for its digits.
const TIME: &str = "0000-00-00T00:00:00.000Z";

fn is_time(text: &str) -> bool {
    let digits = |symbol: char| if symbol.is_ascii_digit() { '0' } else { symbol };
    text.chars().map(digits).eq(TIME.chars())
}

/// The environment variable that makes the runtime count what was not freed; such a process exits with 97.
pub const CHECK_LEAKS: (&str, &str) = ("PLUTO_CHECK_LEAKS", "1");

/// Builds a program into a folder.
///
/// # Errors
/// The rendered diagnostics.
pub fn build(files: &Files, system: Option<&str>, out: &Path) -> Result<(), String> {
    build_with(files, options(files, system), out)
}

/// The same with these options.
///
/// # Errors
/// The rendered diagnostics.
pub fn build_with(files: &Files, options: Options, out: &Path) -> Result<(), String> {
    let (files, out) = (files.clone(), out.to_owned());
    on_large_stack(move || {
        let mut dx = Diagnostics::default();
        let (sources, output) = deploy::build::build(&memory(&files), &options, Some(&out), &mut dx);
        output.map(|_| ()).ok_or_else(|| rendered(&sources, &dx))
    })
}

/// So long a program of a test may take, in seconds; who takes longer hangs (exit code 124).
const LIMIT: &str = "120";

/// Where a program of a test has its memory from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Heap {
    /// Each object from the system, and counted: what is left in the end makes the process fail.
    Counted,
    /// As usual: from free lists, of which generated code takes itself.
    Usual,
}

/// Runs a command to its end, with leaks counted.
#[must_use]
pub fn run_command(command: &mut Command) -> Ran {
    run_command_with(command, Heap::Counted)
}

/// Runs a command to its end.
#[must_use]
pub fn run_command_with(command: &mut Command, memory: Heap) -> Ran {
    let mut limited = Command::new("timeout");
    limited.args(["--kill-after=5", LIMIT]).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        limited.current_dir(folder);
    }
    match memory {
        Heap::Counted => limited.env(CHECK_LEAKS.0, CHECK_LEAKS.1),
        Heap::Usual => limited.env_remove(CHECK_LEAKS.0),
    };
    let output = limited.stdin(Stdio::null()).output().expect("the program starts");
    Ran {
        output: String::from_utf8_lossy(&output.stdout).into_owned(),
        errors: String::from_utf8_lossy(&output.stderr).into_owned(),
        code: output.status.code().unwrap_or(-1),
    }
}

/// Builds a program as one process and runs it with these numbers of worker threads (`None`: as many as there are processors) and kinds
/// of memory.
///
/// # Errors
/// The rendered diagnostics.
pub fn run_local(
    files: &Files,
    args: &[String],
    folder: &Path,
    runs: &[(Option<u32>, Heap)],
) -> Result<Vec<Ran>, String> {
    run_local_with(files, options(files, None), args, folder, runs)
}

/// The same with these options.
///
/// # Errors
/// The rendered diagnostics.
pub fn run_local_with(
    files: &Files,
    options: Options,
    args: &[String],
    folder: &Path,
    runs: &[(Option<u32>, Heap)],
) -> Result<Vec<Ran>, String> {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let path = temp.path().join("program");
    build_with(files, options, &path)?;
    let run = |(workers, memory): &(Option<u32>, Heap)| {
        let mut command = Command::new(&path);
        command.args(args).current_dir(folder).env_remove("PLUTO_WORKERS");
        if let Some(workers) = workers {
            command.env("PLUTO_WORKERS", workers.to_string());
        }
        run_command_with(&mut command, *memory)
    };
    Ok(runs.iter().map(run).collect())
}

/// The `plutoc` executable that cargo built for this test run.
#[must_use]
pub fn plutoc() -> PathBuf {
    let own = std::env::current_exe().expect("a test has a path");
    let folder = own.ancestors().nth(2).expect("target/debug/deps/test");
    folder.join("plutoc-under-test")
}

/// Writes sources into a folder and runs `plutoc run` on them.
#[must_use]
pub fn run_system(files: &Files, system: &str, args: &[String], folder: &Path) -> Ran {
    run_system_with(files, system, args, folder, &[])
}

/// The same with these environment variables.
#[must_use]
pub fn run_system_with(files: &Files, system: &str, args: &[String], folder: &Path, variables: &[(&str, &str)]) -> Ran {
    let temp = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        std::fs::write(temp.path().join(name), text).expect("the folder is writable");
    }
    let main = temp.path().join(&files[0].0);
    let mut command = Command::new(plutoc());
    command.arg("run").arg(main).args(["--system", system]);
    match checks() {
        Checks::None => {}
        Checks::Memory => {
            command.arg("--check-memory");
        }
    }
    command.arg("--").args(args).current_dir(folder);
    command.envs(variables.iter().copied());
    run_command(&mut command)
}
