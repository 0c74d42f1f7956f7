//! Systems that run while a test looks at them. In: a program, a system, a folder for temporary files. Out: what it prints, its processes, its
//! end.

use crate::driver;
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// Whatever a test waits for comes much sooner; so late it is a hang.
const LIMIT: Duration = Duration::from_secs(60);

/// One way of each transport between two processes, for programs with a system `Near` of one pod and a system `Far` of two: system, variables.
pub const ALL_WAYS: [(&str, &[(&str, &str)]); 3] = [("Near", &[]), ("Near", &[WITHOUT_SHARING]), ("Far", &[])];

/// Processes of a pod speak over Unix sockets.
pub const WITHOUT_SHARING: (&str, &str) = ("PLUTO_SHM", "off");

/// A run with a folder of its own for temporary files.
#[derive(Debug)]
pub struct Run {
    temp: PathBuf,
    /// The process of `plutoc run`.
    pub plutoc: Child,
    /// Its standard output.
    pub output: BufReader<ChildStdout>,
    /// Its standard error.
    pub errors: BufReader<ChildStderr>,
}

impl Run {
    /// Starts it.
    ///
    /// # Panics
    /// If it cannot be started.
    #[must_use]
    pub fn start(source: &str, system: &str, temp: &Path) -> Run {
        Run::start_with(source, system, temp, &[])
    }

    /// The same with these environment variables.
    ///
    /// # Panics
    /// If it cannot be started.
    #[must_use]
    pub fn start_with(source: &str, system: &str, temp: &Path, variables: &[(&str, &str)]) -> Run {
        let file = temp.join("main.pluto");
        std::fs::write(&file, source).expect("writable");
        let mut command = Command::new(driver::plutoc());
        command.arg("run").arg(&file).args(["--system", system]).env("TMPDIR", temp);
        command.envs([driver::CHECK_LEAKS]).envs(variables.iter().copied());
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut plutoc = command.spawn().expect("plutoc starts");
        let output = BufReader::new(plutoc.stdout.take().expect("piped"));
        let errors = BufReader::new(plutoc.stderr.take().expect("piped"));
        Run { temp: temp.to_owned(), plutoc, output, errors }
    }

    /// Waits until a line of the output contains this.
    ///
    /// # Panics
    /// If none does, up to the end.
    pub fn wait_for_output(&mut self, wanted: &str) {
        if !wait_for_line(&mut self.output, wanted).contains(wanted) {
            let mut errors = String::new();
            self.errors.read_to_string(&mut errors).expect("UTF-8");
            panic!("no `{wanted}`, but:\n{errors}");
        }
    }

    /// To the end: exit code, the rest of the output, the rest of the errors.
    ///
    /// # Panics
    /// If they are not UTF-8, or a process that came to its end has left objects behind.
    #[must_use]
    pub fn finish(mut self) -> (Option<i32>, String, String) {
        let (mut output, mut errors) = (String::new(), String::new());
        self.output.read_to_string(&mut output).expect("UTF-8");
        self.errors.read_to_string(&mut errors).expect("UTF-8");
        assert!(!errors.contains("leak: "), "{errors}");
        (self.plutoc.wait().expect("it ends").code(), output, errors)
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = self.plutoc.kill();
            for (pid, _) in processes(&self.temp) {
                let _ = kill_process(pid, Signal::KILL);
            }
        }
        let _ = self.plutoc.wait();
    }
}

/// What was read, up to the line that contains this, or the end.
///
/// # Panics
/// If it is not UTF-8.
pub fn wait_for_line(from: &mut impl BufRead, wanted: &str) -> String {
    let mut seen = String::new();
    while from.read_line(&mut seen).expect("UTF-8") > 0 && !seen.contains(wanted) {}
    seen
}

/// The processes that run executables below a folder, with these.
///
/// # Panics
/// Where there is no `/proc`.
#[must_use]
pub fn processes(folder: &Path) -> Vec<(Pid, PathBuf)> {
    let entries = std::fs::read_dir("/proc").expect("Linux").filter_map(Result::ok);
    let of = |entry: std::fs::DirEntry| {
        let pid = Pid::from_raw(entry.file_name().to_str()?.parse().ok()?)?;
        let exe = std::fs::read_link(entry.path().join("exe")).ok()?;
        exe.starts_with(folder).then_some((pid, exe))
    };
    entries.filter_map(of).collect()
}

/// Sends a signal to a process of a run.
///
/// # Panics
/// If there is none of that name.
pub fn send(temp: &Path, process: &str, signal: Signal) {
    let all = processes(temp);
    // Its file may have been replaced, which shows behind its name.
    let is_meant = |exe: &Path| exe.file_name().is_some_and(|name| name.to_string_lossy().starts_with(process));
    let meant = all.iter().find(|(_, exe)| is_meant(exe)).unwrap_or_else(|| panic!("{all:?}"));
    kill_process(meant.0, signal).expect("it is there");
}

/// Waits until that is so: exits are not instant to see.
///
/// # Panics
/// If it does not come.
#[track_caller]
pub fn wait_until(what: impl Fn() -> bool) {
    let begin = Instant::now();
    while !what() {
        assert!(begin.elapsed() < LIMIT, "it never comes");
        std::thread::sleep(Duration::from_millis(10));
    }
}
