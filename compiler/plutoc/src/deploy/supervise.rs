//! Starts the processes of a run, waits for the main one, ends the others. In: executables. Out: an exit code; afterwards no
//! process of the run is left. The processes inherit standard output and error; only the main one has standard input.
//!
//! Processes start after those that they call, once these have started their services, and stop in the opposite order: `start`
//! and `stop` run in the order that they have within one process. A process without `main` that dies in between is started again.

mod child;
mod log;
mod process;
mod restarts;

use super::build::Executable;
use child::{Launch, exit_code};
use log::Log;
use pluto_middle::facts::HasMain;
use pluto_proto::logline::Level;
use pluto_proto::supervision::{self, Supervision};
use process::{Phase, Process, Said};
use rustix::event::{PollFd, Timespec, poll};
use rustix::process::Signal;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How long the processes of a stage may take to stop before they are killed: their own drain takes 10 s at most.
const STOP_LIMIT: Duration = Duration::from_secs(12);
/// How often the supervisor looks at its processes; each look is one system call per process.
const TICK: Duration = Duration::from_millis(2);
/// The same, for the operating system.
const TICK_AS_TIMESPEC: Timespec = Timespec { tv_sec: 0, tv_nsec: TICK.subsec_nanos() as i64 };

struct System<'a> {
    launch: Launch<'a>,
    log: Log,
    processes: Vec<Process<'a>>,
    /// The number of the last signal that nobody has handled yet; 0: none.
    signal: Arc<AtomicUsize>,
    /// The signals that came so far.
    asked: usize,
    /// How many executables the run has.
    of: usize,
}

/// The exit code when the environment asks for something impossible.
const USAGE_EXIT: u8 = 2;

/// Runs all executables of `folder` until the main one ends.
pub(super) fn run(executables: &[Executable], folder: &Path, args: &[OsString]) -> u8 {
    let log = match Log::from_environment() {
        Ok(log) => log,
        Err(message) => {
            eprintln!("plutoc: {message}");
            return USAGE_EXIT;
        }
    };
    let signal = Arc::new(AtomicUsize::new(0));
    for number in [SIGINT, SIGTERM, SIGHUP] {
        // Without the handler the default action stays: the system still ends, by the death of its parent.
        let _ = signal_hook::flag::register_usize(number, signal.clone(), number.unsigned_abs() as usize);
    }
    let mut system =
        System { launch: Launch { folder, args }, log, processes: vec![], signal, asked: 0, of: executables.len() };
    let code = system.start(executables).or_else(|| system.wait(|_| false)).unwrap_or(1);
    let stopped = system.stop();
    if code == 0 { stopped } else { code }
}

impl<'a> System<'a> {
    /// Starts all, stage by stage. The exit code, if the run is over by that.
    fn start(&mut self, executables: &'a [Executable]) -> Option<u8> {
        // Within a stage the main process last: the others are then already starting.
        let mut order: Vec<&Executable> = executables.iter().collect();
        order.sort_by_key(|it| (it.stage, it.has_main == HasMain::Yes));
        for (at, executable) in order.iter().enumerate() {
            match Process::start(executable, self.launch) {
                Ok(process) => {
                    self.processes.push(process);
                    self.report();
                }
                Err(error) => {
                    let message = format!("cannot start process `{}`: {error}", executable.process);
                    self.log.say(Level::Error, &message);
                    return Some(1);
                }
            }
            if order.get(at + 1).is_some_and(|next| next.stage > executable.stage) {
                let code = self.wait(System::all_are_settled);
                if code.is_some() {
                    return code;
                }
            }
        }
        None
    }

    /// Has every process (but the main one, which tells it by what it does) started its services?
    fn all_are_settled(&mut self) -> bool {
        self.processes.iter_mut().all(|it| it.is_main() || it.is_settled())
    }

    /// Waits until that is so, or the run is over: its exit code.
    fn wait(&mut self, until: impl Fn(&mut System<'a>) -> bool) -> Option<u8> {
        loop {
            let signal = self.handle_signal();
            if signal != 0 && !self.processes.iter().any(Process::is_main) {
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

    /// Who has ended, and who is to be started again? The exit code, if the run is over by that.
    fn look(&mut self) -> Option<u8> {
        let mut lines = vec![];
        let code = self.look_at_each(&mut lines);
        // First for the processes: whoever reads the lines may expect that they know.
        self.report();
        lines.iter().for_each(|said: &Said| self.log.say(said.level, &said.message));
        code
    }

    fn look_at_each(&mut self, lines: &mut Vec<Said>) -> Option<u8> {
        for process in &mut self.processes {
            // A terminal's signal reaches everybody: whoever ends now was asked to.
            let is_asked = self.asked > 0 || self.signal.load(Ordering::Relaxed) != 0;
            match process.look() {
                Some(end) if process.is_main() => return Some(exit_code(end.status)),
                Some(_) if is_asked => {}
                Some(end) if !process.has_served() => {
                    // A `start` failed, which ends the program, as it does within one process.
                    let (name, status) = (process.name(), end.status);
                    let message = format!("process `{name}` ended before its services had started ({status})");
                    self.log.say(Level::Error, &message);
                    return Some(exit_code(end.status).max(1));
                }
                Some(end) => lines.push(match end.phase {
                    Phase::Serving => process.died(&format!("ended early ({})", end.status)),
                    Phase::Starting => process.died(&format!("ended before its services had started ({})", end.status)),
                }),
                None if is_asked => {}
                None => lines.extend(process.restart_if_due(self.launch)),
            }
        }
        None
    }

    /// Writes down how the processes are, for themselves and for `plutoc status`, if that has changed.
    fn report(&mut self) {
        let news = self.processes.iter_mut().filter_map(|it| it.take_news().then_some(())).count();
        if news == 0 || self.of <= 1 {
            return;
        }
        let text = Supervision { processes: self.processes.iter().map(Process::supervised).collect() }.to_json();
        let (fresh, file) = (self.launch.folder.join("supervision.new"), self.launch.folder.join(supervision::FILE));
        // Whoever reads it sees the old or the new. Without it, calls to a process that is gone wait until their deadline.
        let _ = std::fs::write(&fresh, text).and_then(|()| std::fs::rename(&fresh, &file));
    }

    /// Until something happens, or for a tick.
    fn pause(&self) {
        let mut news: Vec<PollFd<'_>> = self.processes.iter().filter_map(Process::news).collect();
        if poll(&mut news, Some(&TICK_AS_TIMESPEC)).is_err() {
            // A signal came, or poll is not to be had.
            std::thread::sleep(TICK);
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
        for process in self.processes.iter().filter(|it| !first || it.is_main()) {
            process.send(if first { Signal::TERM } else { Signal::KILL });
        }
        signal
    }

    /// Asks all that still run to stop, the last stage first, and kills what does not within the limit. Nobody is started again.
    /// The exit code of the first that did not stop as it should, or 0.
    fn stop(&mut self) -> u8 {
        let mut code = 0;
        let mut stages: Vec<usize> = self.processes.iter().map(Process::stage).collect();
        stages.dedup();
        while let Some(stage) = stages.pop() {
            let is_meant = |at: &usize| self.processes[*at].stage() == stage && self.processes[*at].is_up();
            let running: Vec<usize> = (0..self.processes.len()).filter(is_meant).collect();
            running.iter().for_each(|at| self.processes[*at].send(Signal::TERM));
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
            if let Some(end) = self.processes[at].look() {
                // Whoever is asked while it starts has nothing to stop yet, and may not even know how to.
                return if end.phase == Phase::Serving { exit_code(end.status) } else { 0 };
            }
            if Instant::now() >= limit {
                self.processes[at].send(Signal::KILL);
            }
            std::thread::sleep(TICK);
            if self.signal.swap(0, Ordering::Relaxed) != 0 {
                // Whoever asks again does not want to wait.
                self.processes.iter().for_each(|it| it.send(Signal::KILL));
            }
        }
    }
}
