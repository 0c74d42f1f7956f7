//! SIGTERM and SIGINT: the first asks the process to stop, the second ends it at once. In: signals. Out: the first one, to
//! whoever waits in the reactor.

use std::ffi::c_int;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};

use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;

/// A process that was asked to stop and still runs so many seconds later is ended by the system: draining takes 10 s at most, and
/// a task that never suspends would not even notice.
const LAST_MOMENT: u32 = 20;

/// How many have come.
static COME: AtomicU32 = AtomicU32::new(0);
/// Where the handler writes their numbers.
static WRITE_END: AtomicI32 = AtomicI32::new(-1);

/// The signals that have come.
#[derive(Debug)]
pub struct Signals {
    read_end: OwnedFd,
    /// Kept open for the handler.
    _write_end: OwnedFd,
}

impl Signals {
    /// Handles the signals from now on. Once per process.
    pub fn catch() -> io::Result<Signals> {
        let (read_end, write_end) = pipe_pair()?;
        WRITE_END.store(write_end.as_raw_fd(), Ordering::Relaxed);
        for signal in [libc::SIGTERM, libc::SIGINT] {
            install(signal)?;
        }
        Ok(Signals { read_end, _write_end: write_end })
    }

    /// Waits for the first one: its number. Only in the reactor.
    pub async fn wait(self) -> i32 {
        let Ok(mut receiver) = pipe::Receiver::from_owned_fd(self.read_end) else { return libc::SIGTERM };
        i32::from(receiver.read_u8().await.unwrap_or(libc::SIGTERM as u8))
    }
}

fn pipe_pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let mut ends = [0; 2];
    // SAFETY: there is room for two numbers.
    if unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC | libc::O_NONBLOCK) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: both were just opened, and nobody else owns them.
    Ok(unsafe { (OwnedFd::from_raw_fd(ends[0]), OwnedFd::from_raw_fd(ends[1])) })
}

fn install(signal: c_int) -> io::Result<()> {
    // SAFETY: all bits zero is a valid action; the handler does only what a handler may.
    let result = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_signal as extern "C" fn(c_int) as usize;
        action.sa_flags = libc::SA_RESTART | libc::SA_ONSTACK;
        libc::sigaction(signal, &raw const action, std::ptr::null_mut())
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

extern "C" fn on_signal(signal: c_int) {
    if COME.fetch_add(1, Ordering::Relaxed) > 0 {
        // SAFETY: allowed in a signal handler.
        unsafe { libc::_exit(128 + signal) };
    }
    let byte = signal as u8;
    // SAFETY: allowed in a signal handler; errno is put back, as the interrupted code may be about to read it.
    unsafe {
        let errno = *libc::__errno_location();
        libc::alarm(LAST_MOMENT);
        libc::write(WRITE_END.load(Ordering::Relaxed), (&raw const byte).cast(), 1);
        *libc::__errno_location() = errno;
    }
}
