//! Starts the processes of a run, waits for the main one, ends the others. In: executables. Out: an exit code; afterwards no
//! process of the run is left. The processes inherit standard output and error; only the main one has standard input.

use super::build::Executable;
use pluto_middle::facts::HasMain;
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How long processes may take to stop before they are killed: their own drain takes 10 s at most.
const STOP_LIMIT: Duration = Duration::from_secs(12);
/// How often the supervisor looks at its processes; each look is one system call per process.
const TICK: Duration = Duration::from_millis(2);

struct Running {
    name: String,
    child: Child,
    ended: Option<ExitStatus>,
}

/// Runs all executables of `folder` until the main one ends.
pub(super) fn run(executables: &[Executable], folder: &Path, args: &[OsString]) -> u8 {
    let signals = Arc::new(AtomicUsize::new(0));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        // Without the handler the default action stays: the system still ends, by the death of its parent.
        let _ = signal_hook::flag::register_usize(signal, signals.clone(), signal.unsigned_abs() as usize);
    }
    let mut running = vec![];
    let mut main = None;
    // The main process last: the others are then already starting.
    let order = |it: &&Executable| it.has_main == HasMain::Yes;
    let (mains, others): (Vec<_>, Vec<_>) = executables.iter().partition(order);
    for executable in others.into_iter().chain(mains) {
        match start(executable, folder, args) {
            Ok(child) => {
                if executable.has_main == HasMain::Yes {
                    main = Some(running.len());
                }
                running.push(Running { name: executable.process.clone(), child, ended: None });
            }
            Err(error) => {
                eprintln!("plutoc: cannot start process `{}`: {error}", executable.process);
                stop(&mut running);
                return 1;
            }
        }
    }
    let code = main.map_or(1, |main| wait(&mut running, main, &signals));
    stop(&mut running);
    code
}

fn start(executable: &Executable, folder: &Path, args: &[OsString]) -> std::io::Result<Child> {
    let mut command = Command::new(&executable.path);
    command.env("PLUTO_SUPERVISED", "1").env("PLUTO_TOPOLOGY", folder.join("topology.json"));
    match executable.has_main {
        HasMain::Yes => command.args(args),
        HasMain::No => command.stdin(Stdio::null()),
    };
    command.spawn()
}

/// Waits for the main process; hands on one signal, kills at the second.
fn wait(running: &mut [Running], main: usize, signals: &AtomicUsize) -> u8 {
    let mut asked = 0;
    loop {
        for (index, process) in running.iter_mut().enumerate() {
            if process.ended.is_some() {
                continue;
            }
            match process.child.try_wait() {
                Ok(Some(status)) if index == main => {
                    process.ended = Some(status);
                    return exit_code(status);
                }
                Ok(Some(status)) => {
                    process.ended = Some(status);
                    eprintln!(
                        "plutoc: process `{}` ended early ({status}); calls to it fail from now on",
                        process.name
                    );
                }
                Ok(None) => {}
                Err(error) => {
                    eprintln!("plutoc: lost sight of process `{}`: {error}", process.name);
                    return 1;
                }
            }
        }
        let signal = signals.swap(0, Ordering::Relaxed);
        if signal != 0 {
            asked += 1;
            let forwarded = if asked == 1 { Signal::TERM } else { Signal::KILL };
            running.iter().filter(|it| it.ended.is_none()).for_each(|it| send(&it.child, forwarded));
        }
        std::thread::sleep(TICK);
    }
}

/// Asks all that still run to stop, and kills what does not within the limit.
fn stop(running: &mut [Running]) {
    running.iter().filter(|it| it.ended.is_none()).for_each(|it| send(&it.child, Signal::TERM));
    let limit = Instant::now() + STOP_LIMIT;
    for process in running.iter_mut().filter(|it| it.ended.is_none()) {
        while matches!(process.child.try_wait(), Ok(None)) {
            if Instant::now() >= limit {
                send(&process.child, Signal::KILL);
                let _ = process.child.wait();
                break;
            }
            std::thread::sleep(TICK);
        }
    }
}

/// A process that is already gone is fine.
fn send(child: &Child, signal: Signal) {
    if let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let _ = kill_process(pid, signal);
    }
}

fn exit_code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code & 0xff).ok()).unwrap_or(1)
}
