//! A process of a run, through all its deaths and restarts. In: an executable. Out: how it is, and lines of the log about what
//! happens to it.

use super::child::{Launch, Running};
use super::restarts::{MOST, Restarts, Verdict, WINDOW};
use crate::deploy::build::Executable;
use pluto_middle::facts::HasMain;
use pluto_proto::logline::Level;
use pluto_proto::supervision::{Supervised, SupervisedState};
use rustix::event::PollFd;
use rustix::process::Signal;
use std::process::ExitStatus;
use std::time::Instant;

/// A process that was started at least once.
pub(super) struct Process<'a> {
    executable: &'a Executable,
    state: State,
    /// Have its services ever started?
    served: bool,
    restarts: Restarts,
    /// How often it was started again.
    restarted: u64,
    /// Why it is over.
    detail: String,
    /// Nobody was told yet how it is now.
    is_news: bool,
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

/// What is to be said about a process.
pub(super) struct Said {
    /// How bad it is.
    pub(super) level: Level,
    /// What.
    pub(super) message: String,
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
    pub(super) fn start(executable: &'a Executable, launch: Launch<'_>) -> std::io::Result<Process<'a>> {
        let state = State::Up(Running::start(executable, launch)?);
        Ok(Process {
            executable,
            state,
            served: false,
            restarts: Restarts::default(),
            restarted: 0,
            detail: String::new(),
            is_news: true,
        })
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
        self.over(format!("ended ({status})"));
        Some(End { status, phase })
    }

    /// It ended without having been asked to: plans its restart, unless there were too many. What is to be said about it.
    pub(super) fn died(&mut self, how: &str) -> Said {
        let now = Instant::now();
        let name = &self.executable.process;
        match self.restarts.died(now) {
            Verdict::Again { attempt, wait } => {
                (self.state, self.is_news) = (State::Down(now + wait), true);
                let millis = wait.as_millis();
                let message = format!("process `{name}` {how}; restart {attempt} of {MOST} follows in {millis} ms");
                Said { level: Level::Warn, message }
            }
            Verdict::GiveUp => {
                let window = WINDOW.as_secs();
                self.over(format!("given up after {MOST} restarts in {window} s"));
                let why = format!("after {MOST} restarts within {window} s it is given up");
                let message = format!("process `{name}` {how}; {why}, calls to it fail from now on");
                Said { level: Level::Error, message }
            }
        }
    }

    /// Starts it again, if it is time to. If it cannot be started, what is to be said about it.
    pub(super) fn restart_if_due(&mut self, launch: Launch<'_>) -> Option<Said> {
        let State::Down(again) = self.state else { return None };
        if Instant::now() < again {
            return None;
        }
        match Running::start(self.executable, launch) {
            Ok(running) => {
                (self.state, self.is_news) = (State::Up(running), true);
                self.restarted += 1;
                None
            }
            Err(error) => Some(self.died(&format!("cannot be started: {error}"))),
        }
    }

    /// How it is, for others.
    pub(super) fn supervised(&self) -> Supervised {
        let (state, detail) = match &self.state {
            State::Up(_) => (SupervisedState::Up, ""),
            State::Down(_) => (SupervisedState::Restarting, ""),
            State::Over => (SupervisedState::Gone, &*self.detail),
        };
        Supervised { name: self.name().to_owned(), state, restarts: self.restarted, detail: detail.to_owned() }
    }

    /// Is that something new since the last time that this was asked?
    pub(super) fn take_news(&mut self) -> bool {
        std::mem::take(&mut self.is_news)
    }

    fn over(&mut self, why: String) {
        (self.state, self.is_news, self.detail) = (State::Over, true, why);
    }

    /// Sends a signal, if it runs.
    pub(super) fn send(&self, signal: Signal) {
        match &self.state {
            State::Up(running) => running.send(signal),
            State::Down(_) | State::Over => {}
        }
    }
}
