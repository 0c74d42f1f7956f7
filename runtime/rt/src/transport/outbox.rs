//! The way out of a connection: frames are gathered in the order in which they were made and written together, by the worker
//! itself just before it waits. In: frames. Out: bytes in the socket; what it does not take at once, a future brings after.

use std::cell::{Cell, RefCell};
use std::io;

use tokio::net::{tcp, unix};
use tokio::sync::Notify;

/// Above so many bytes, room is given back to the system.
const KEPT_ROOM: usize = 256 * 1024;

/// The sending side of a socket.
#[derive(Debug)]
pub enum Outgoing {
    /// A Unix socket.
    Unix(unix::OwnedWriteHalf),
    /// A TCP socket.
    Tcp(tcp::OwnedWriteHalf),
}

/// Frames on their way into a socket.
#[derive(Debug)]
pub struct Outbox {
    socket: Outgoing,
    frames: RefCell<Vec<u8>>,
    /// How many bytes of `frames` the socket has taken.
    written: Cell<usize>,
    /// The socket has not taken everything.
    stuck: Notify,
}

impl Outgoing {
    fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Outgoing::Unix(socket) => socket.try_write(bytes),
            Outgoing::Tcp(socket) => socket.try_write(bytes),
        }
    }

    async fn writable(&self) -> io::Result<()> {
        match self {
            Outgoing::Unix(socket) => socket.writable().await,
            Outgoing::Tcp(socket) => socket.writable().await,
        }
    }
}

impl Outbox {
    /// An empty one before this socket.
    pub fn new(socket: Outgoing) -> Outbox {
        Outbox { socket, frames: RefCell::default(), written: Cell::new(0), stuck: Notify::new() }
    }

    /// Adds frames.
    pub fn put<T>(&self, put: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        put(&mut self.frames.borrow_mut())
    }

    /// How many bytes the socket has not taken yet.
    pub fn len(&self) -> usize {
        self.frames.borrow().len() - self.written.get()
    }

    /// Has the socket taken everything?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes as much as the socket takes now; [`Outbox::bring_after`] does the rest.
    pub fn flush(&self) {
        if self.write().is_err() || !self.is_empty() {
            self.stuck.notify_one();
        }
    }

    /// Waits until [`Outbox::flush`] was stuck, then writes until the socket has taken everything.
    pub async fn bring_after(&self) -> io::Result<()> {
        self.stuck.notified().await;
        loop {
            self.write()?;
            if self.is_empty() {
                return Ok(());
            }
            self.socket.writable().await?;
        }
    }

    fn write(&self) -> io::Result<()> {
        let mut frames = self.frames.borrow_mut();
        while self.written.get() < frames.len() {
            match self.socket.try_write(&frames[self.written.get()..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => self.written.set(self.written.get() + count),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        frames.clear();
        frames.shrink_to(KEPT_ROOM);
        self.written.set(0);
        Ok(())
    }
}
