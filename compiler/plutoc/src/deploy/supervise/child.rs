//! A process of a run. In: an executable. Out: whether it has started its services, and how it ended.

use crate::deploy::build::Executable;
use pluto_middle::facts::HasMain;
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::process::{Pid, Signal, kill_process};
use std::ffi::OsString;
use std::io::{PipeReader, Read};
use std::os::fd::AsRawFd;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::Sender;

/// A process that was started.
pub(super) struct Running {
    /// The process's name.
    pub(super) name: String,
    /// When it started among the others.
    pub(super) stage: usize,
    /// Does it hold `main`?
    pub(super) has_main: HasMain,
    /// Have its services started?
    pub(super) ready: bool,
    /// How it ended, once that was seen.
    pub(super) ended: Option<ExitStatus>,
    child: Child,
}

impl Running {
    /// Starts it. It will tell its number when its services have started.
    pub(super) fn start(
        executable: &Executable,
        folder: &Path,
        args: &[OsString],
        number: usize,
        tell: &Sender<usize>,
    ) -> std::io::Result<Running> {
        let (reader, writer) = std::io::pipe()?;
        // Only this child shall inherit it; this thread is the only one that starts processes, and closes it below.
        fcntl_setfd(&writer, FdFlags::empty())?;
        let mut command = Command::new(&executable.path);
        command.env("PLUTO_SUPERVISED", "1").env("PLUTO_TOPOLOGY", folder.join("topology.json"));
        command.env("PLUTO_READY_FD", writer.as_raw_fd().to_string());
        match executable.has_main {
            HasMain::Yes => command.args(args),
            HasMain::No => command.stdin(Stdio::null()),
        };
        let child = command.spawn()?;
        drop(writer);
        let tell = tell.clone();
        std::thread::Builder::new().spawn(move || report(reader, number, &tell))?;
        let (name, stage) = (executable.process.clone(), executable.stage);
        Ok(Running { name, stage, has_main: executable.has_main, ready: false, ended: None, child })
    }

    /// How it ended, if that is new.
    pub(super) fn look(&mut self) -> Option<ExitStatus> {
        if self.ended.is_some() {
            return None;
        }
        // Whom we cannot wait for is not our child any more.
        self.ended = self.child.try_wait().unwrap_or(Some(ExitStatus::from_raw(1 << 8)));
        self.ended
    }

    /// Sends a signal; a process that is already gone is fine.
    pub(super) fn send(&self, signal: Signal) {
        let id = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if let (Some(id), None) = (id, self.ended) {
            let _ = kill_process(id, signal);
        }
    }
}

/// Hands on that the process is ready. If it ends before, there is nothing to hand on.
fn report(mut reader: PipeReader, number: usize, tell: &Sender<usize>) {
    if reader.read_exact(&mut [0]).is_ok() {
        // Nobody listens if the run is over.
        let _ = tell.send(number);
    }
}

/// The exit code that a shell would show.
pub(super) fn exit_code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code & 0xff).ok()).unwrap_or(1)
}
