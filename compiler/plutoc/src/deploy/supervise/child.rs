//! A started executable. In: what to start. Out: whether its services have started, and how it ended.

use crate::deploy::build::Executable;
use pluto_middle::facts::HasMain;
use rustix::event::{PollFd, PollFlags};
use rustix::io::{FdFlags, fcntl_setfd, ioctl_fionbio};
use rustix::process::{Pid, Signal, kill_process};
use std::ffi::OsString;
use std::io::{PipeReader, Read};
use std::os::fd::AsRawFd;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

/// What all processes of a run are started with.
#[derive(Clone, Copy)]
pub(super) struct Launch<'a> {
    /// Where `topology.json` is.
    pub(super) folder: &'a Path,
    /// The arguments of the main process.
    pub(super) args: &'a [OsString],
}

/// A process of the operating system.
pub(super) struct Running {
    child: Child,
    /// A byte comes when its services have started.
    pipe: PipeReader,
    told: Told,
}

/// What a process has said of its services.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    NotYet,
    Ready,
    /// It ends, or is no program of ours.
    Never,
}

impl Running {
    /// Starts it.
    pub(super) fn start(executable: &Executable, launch: Launch<'_>) -> std::io::Result<Running> {
        let (pipe, writer) = std::io::pipe()?;
        ioctl_fionbio(&pipe, true)?;
        // Only this child shall inherit it; this thread is the only one that starts processes, and closes it below.
        fcntl_setfd(&writer, FdFlags::empty())?;
        let mut command = Command::new(&executable.path);
        command.env("PLUTO_SUPERVISED", std::process::id().to_string());
        command.env("PLUTO_TOPOLOGY", launch.folder.join("topology.json"));
        command.env("PLUTO_READY_FD", writer.as_raw_fd().to_string());
        match executable.has_main {
            HasMain::Yes => command.args(launch.args),
            HasMain::No => command.stdin(Stdio::null()),
        };
        Ok(Running { child: command.spawn()?, pipe, told: Told::NotYet })
    }

    /// Have its services started? Also answers for one that has ended.
    pub(super) fn is_ready(&mut self) -> bool {
        if self.told == Told::NotYet {
            self.told = match self.pipe.read(&mut [0]) {
                Ok(0) => Told::Never,
                Ok(_) => Told::Ready,
                Err(_) => Told::NotYet,
            };
        }
        self.told == Told::Ready
    }

    /// What wakes a supervisor who waits for it, if anything will.
    pub(super) fn news(&self) -> Option<PollFd<'_>> {
        (self.told == Told::NotYet).then(|| PollFd::new(&self.pipe, PollFlags::IN))
    }

    /// How it ended, if it has.
    pub(super) fn ended(&mut self) -> Option<ExitStatus> {
        // Whom we cannot wait for is not our child any more.
        self.child.try_wait().unwrap_or(Some(ExitStatus::from_raw(1 << 8)))
    }

    /// Sends a signal; a process that is already gone is fine.
    pub(super) fn send(&self, signal: Signal) {
        if let Some(id) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(id, signal);
        }
    }
}

/// The exit code that a shell would show.
pub(super) fn exit_code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code & 0xff).ok()).unwrap_or(1)
}
