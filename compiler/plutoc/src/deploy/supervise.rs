//! Starts the processes of a run, waits for the main one, ends the others. In: executables. Out: an exit code; afterwards no
//! process of the run is left. The processes inherit standard output and error; only the main one has standard input.
//!
//! Processes start after those that they call, once these have started their services, and stop in the opposite order: `start`
//! and `stop` run in the order that they have within one process.

mod child;

use super::build::Executable;
use child::{Running, exit_code};
use pluto_middle::facts::HasMain;
use rustix::process::Signal;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How long the processes of a stage may take to stop before they are killed: their own drain takes 10 s at most.
const STOP_LIMIT: Duration = Duration::from_secs(12);
/// How often the supervisor looks at its processes; each look is one system call per process.
const TICK: Duration = Duration::from_millis(2);

struct System {
    running: Vec<Running>,
    /// The number of the last signal that nobody has handled yet; 0: none.
    signal: Arc<AtomicUsize>,
    /// Processes tell that their services have started.
    ready: Receiver<usize>,
    /// The signals that came so far.
    asked: usize,
}

/// Runs all executables of `folder` until the main one ends.
pub(super) fn run(executables: &[Executable], folder: &Path, args: &[OsString]) -> u8 {
    let signal = Arc::new(AtomicUsize::new(0));
    for number in [SIGINT, SIGTERM, SIGHUP] {
        // Without the handler the default action stays: the system still ends, by the death of its parent.
        let _ = signal_hook::flag::register_usize(number, signal.clone(), number.unsigned_abs() as usize);
    }
    let (tell, ready) = channel();
    let mut system = System { running: vec![], signal, ready, asked: 0 };
    // Within a stage the main process last: the others are then already starting.
    let mut order: Vec<&Executable> = executables.iter().collect();
    order.sort_by_key(|it| (it.stage, it.has_main == HasMain::Yes));
    let mut code = None;
    for (at, executable) in order.iter().enumerate() {
        match Running::start(executable, folder, args, at, &tell) {
            Ok(running) => system.running.push(running),
            Err(error) => {
                eprintln!("plutoc: cannot start process `{}`: {error}", executable.process);
                code = Some(1);
            }
        }
        if code.is_none() && order.get(at + 1).is_some_and(|next| next.stage > executable.stage) {
            code = system.wait(System::all_are_ready);
        }
        if code.is_some() {
            break;
        }
    }
    let code = code.or_else(|| system.wait(|_| false)).unwrap_or(1);
    let stopped = system.stop();
    if code == 0 { stopped } else { code }
}

impl System {
    /// Has every process (but the main one, which tells it by what it does) started its services?
    fn all_are_ready(&self) -> bool {
        self.running.iter().all(|it| it.ready || it.has_main == HasMain::Yes || it.ended.is_some())
    }

    /// Waits until that is so, or the run is over: its exit code.
    fn wait(&mut self, until: impl Fn(&System) -> bool) -> Option<u8> {
        loop {
            let signal = self.handle_signal();
            if signal != 0 && !self.running.iter().any(|it| it.has_main == HasMain::Yes) {
                // Nobody ends the run in its own way.
                return Some(u8::try_from(128 + signal).unwrap_or(1));
            }
            let code = self.look();
            if code.is_some() || until(self) {
                return code;
            }
            self.pause();
        }
    }

    /// Who has ended? The exit code, if the run is over by that.
    fn look(&mut self) -> Option<u8> {
        for at in self.ready.try_iter() {
            self.running[at].ready = true;
        }
        for process in &mut self.running {
            let Some(status) = process.look() else { continue };
            if process.has_main == HasMain::Yes {
                return Some(exit_code(status));
            }
            if self.asked > 0 {
                continue; // A terminal's signal reaches everybody.
            }
            let name = &process.name;
            if !process.ready {
                // A `start` failed, which ends the program, as it does within one process.
                eprintln!("plutoc: process `{name}` ended before its services had started ({status})");
                return Some(exit_code(status).max(1));
            }
            eprintln!("plutoc: process `{name}` ended early ({status}); calls to it fail from now on");
        }
        None
    }

    /// Until something happens, or for a tick.
    fn pause(&mut self) {
        if let Ok(first) = self.ready.recv_timeout(TICK) {
            self.running[first].ready = true;
        }
    }

    /// The first signal asks the main process to stop, if it runs; the second one kills all. The signal, or 0.
    fn handle_signal(&mut self) -> usize {
        let signal = self.signal.swap(0, Ordering::Relaxed);
        if signal == 0 {
            return signal;
        }
        self.asked += 1;
        let first = self.asked == 1;
        for process in self.running.iter().filter(|it| !first || it.has_main == HasMain::Yes) {
            process.send(if first { Signal::TERM } else { Signal::KILL });
        }
        signal
    }

    /// Asks all that still run to stop, the last stage first, and kills what does not within the limit. The exit code of the
    /// first that did not stop as it should, or 0.
    fn stop(&mut self) -> u8 {
        let mut code = 0;
        let mut stages: Vec<usize> = self.running.iter().map(|it| it.stage).collect();
        stages.dedup();
        while let Some(stage) = stages.pop() {
            let members: Vec<usize> = (0..self.running.len()).filter(|at| self.running[*at].stage == stage).collect();
            let running: Vec<usize> = members.into_iter().filter(|at| self.running[*at].ended.is_none()).collect();
            running.iter().for_each(|at| self.running[*at].send(Signal::TERM));
            let limit = Instant::now() + STOP_LIMIT;
            for at in running {
                let stopped = self.stopped(at, limit);
                code = if code == 0 { stopped } else { code };
            }
        }
        code
    }

    /// Waits for a process that was asked to stop: its exit code.
    fn stopped(&mut self, at: usize, limit: Instant) -> u8 {
        loop {
            if let Some(status) = self.running[at].look() {
                return exit_code(status);
            }
            if Instant::now() >= limit {
                self.running[at].send(Signal::KILL);
            }
            std::thread::sleep(TICK);
            if self.signal.swap(0, Ordering::Relaxed) != 0 {
                // Whoever asks again does not want to wait.
                self.running.iter().for_each(|it| it.send(Signal::KILL));
            }
        }
    }
}
