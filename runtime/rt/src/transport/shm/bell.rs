//! What wakes a process that sleeps while there is news for it in shared memory. In: rings. Out: the reactor sees each of them.
//!
//! An eventfd of which nobody ever reads the number: the reactor watches for edges, and each ring is one. It costs a system call to ring
//! and none to be woken.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};

use rustix::event::EventfdFlags;
use rustix::fs::OFlags;

/// The number of an open file of this kind has no other name.
const KIND: &[u8] = b"anon_inode:[eventfd]";

/// A bell. Two processes have it; one rings, the other listens.
#[derive(Debug)]
pub(super) struct Bell(OwnedFd);

impl Bell {
    /// A new one.
    pub(super) fn new() -> io::Result<Bell> {
        Ok(Bell(rustix::event::eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?))
    }

    /// One that another process has sent, if it is one: who rings must not wait.
    pub(super) fn open(file: OwnedFd) -> io::Result<Bell> {
        let name = rustix::fs::readlink(format!("/proc/self/fd/{}", file.as_raw_fd()), vec![])?;
        if name.as_bytes() != KIND || !rustix::fs::fcntl_getfl(&file)?.contains(OFlags::NONBLOCK) {
            return Err(io::Error::other("it is no bell"));
        }
        Ok(Bell(file))
    }

    /// The same one, to be watched by somebody else.
    pub(super) fn another(&self) -> io::Result<Bell> {
        self.0.try_clone().map(Bell)
    }

    /// Wakes who listens.
    pub(super) fn ring(&self) {
        // If the other side has filled it, that one does not want to hear anything.
        let _ = rustix::io::write(&self.0, &1_u64.to_ne_bytes());
    }
}

impl AsRawFd for Bell {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

impl AsFd for Bell {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
