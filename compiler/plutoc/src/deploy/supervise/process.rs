//! A process of a run, through all its deaths and restarts. In: an executable. Out: how it is, and lines of the log about what
//! happens to it.

use super::child::{Launch, Running};
use super::log::Log;
use super::restarts::{MOST, Restarts, Verdict, WINDOW};
use crate::deploy::build::Executable;
use pluto_middle::facts::HasMain;
use pluto_proto::logline::Level;
use rustix::event::PollFd;
use rustix::process::Signal;
use std::process::ExitStatus;
use std::time::Instant;

/// A process that was started at least once.
pub(super) struct Process<'a> {
    executable: &'a Executable,
    log: Log,
    state: State,
    /// Have its services ever started?
    served: bool,
    restarts: Restarts,
}

enum State {
    /// It runs, and its services start or have started.
    Up(Running),
    /// It died, and is started again at this time.
    Down(Instant),
    /// It does not run, and will not.
    Over,
}

/// The end of a process.
pub(super) struct End {
    /// How it ended.
    pub(super) status: ExitStatus,
    /// Had its services started before?
    pub(super) phase: Phase,
}

/// How far a process had come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Its services had not started yet, this time or ever.
    Starting,
    /// They had.
    Serving,
}

impl<'a> Process<'a> {
    /// Starts it for the first time.
    pub(super) fn start(executable: &'a Executable, launch: Launch<'_>, log: Log) -> std::io::Result<Process<'a>> {
        let state = State::Up(Running::start(executable, launch)?);
        Ok(Process { executable, log, state, served: false, restarts: Restarts::default() })
    }

    /// Its name.
    pub(super) fn name(&self) -> &str {
        &self.executable.process
    }

    /// When it started among the others.
    pub(super) fn stage(&self) -> usize {
        self.executable.stage
    }

    /// Is it the one with `main`?
    pub(super) fn is_main(&self) -> bool {
        self.executable.has_main == HasMain::Yes
    }

    /// Have its services ever started?
    pub(super) fn has_served(&self) -> bool {
        self.served
    }

    /// Is there nothing to wait for: its services have started, or never will again?
    pub(super) fn is_settled(&mut self) -> bool {
        match &mut self.state {
            State::Up(running) => running.is_ready(),
            State::Down(_) => false,
            State::Over => true,
        }
    }

    /// Does it run?
    pub(super) fn is_up(&self) -> bool {
        matches!(self.state, State::Up(_))
    }

    /// What wakes a supervisor who waits for it, if anything will.
    pub(super) fn news(&self) -> Option<PollFd<'_>> {
        match &self.state {
            State::Up(running) => running.news(),
            State::Down(_) | State::Over => None,
        }
    }

    /// How it ended, if that is new; then it stays so unless [`Process::died`] says otherwise.
    pub(super) fn look(&mut self) -> Option<End> {
        let State::Up(running) = &mut self.state else { return None };
        let ended = running.ended();
        // Asked after the end: what it told before must not be missed.
        let phase = if running.is_ready() { Phase::Serving } else { Phase::Starting };
        self.served |= phase == Phase::Serving;
        let status = ended?;
        self.state = State::Over;
        Some(End { status, phase })
    }

    /// It ended without having been asked to: plans its restart, unless there were too many.
    pub(super) fn died(&mut self, how: &str) {
        let now = Instant::now();
        let name = &self.executable.process;
        match self.restarts.died(now) {
            Verdict::Again { attempt, wait } => {
                let millis = wait.as_millis();
                let message = format!("process `{name}` {how}; restart {attempt} of {MOST} follows in {millis} ms");
                self.log.say(Level::Warn, &message);
                self.state = State::Down(now + wait);
            }
            Verdict::GiveUp => {
                let window = WINDOW.as_secs();
                let why = format!("after {MOST} restarts within {window} s it is given up");
                let message = format!("process `{name}` {how}; {why}, calls to it fail from now on");
                self.log.say(Level::Error, &message);
                self.state = State::Over;
            }
        }
    }

    /// Starts it again, if it is time to.
    pub(super) fn restart_if_due(&mut self, launch: Launch<'_>) {
        let State::Down(again) = self.state else { return };
        if Instant::now() < again {
            return;
        }
        match Running::start(self.executable, launch) {
            Ok(running) => self.state = State::Up(running),
            Err(error) => self.died(&format!("cannot be started: {error}")),
        }
    }

    /// Sends a signal, if it runs.
    pub(super) fn send(&self, signal: Signal) {
        match &self.state {
            State::Up(running) => running.send(signal),
            State::Down(_) | State::Over => {}
        }
    }
}
