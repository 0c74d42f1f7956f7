//! The way out of a connection: frames are gathered in the order in which they were made and written together, by the worker
//! itself just before it waits. In: frames. Out: bytes in the socket, or in shared memory; what that does not take at once, a future brings after.

use std::io::{self, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

use pluto_proto::status::Carrier;

use super::faults::Fate;
use super::shm::Outward;
use crate::heap::output::flush_output;
use crate::os::socket::{is_hung_up, unread};
use crate::os::stream::writable;
use crate::sync::{Latch, Mutex};

/// Above so many bytes, room is given back to the system.
const KEPT_ROOM: usize = 256 * 1024;

/// The sending side of a connection.
#[derive(Debug)]
pub enum Outgoing {
    /// A Unix socket.
    Unix(Arc<UnixStream>),
    /// A TCP socket.
    Tcp(Arc<TcpStream>),
    /// Memory that the other process has too.
    Shared(Box<Outward>),
    /// One of them with faults.
    Troubled(Box<(Outgoing, Mutex<Fate>)>),
}

/// Frames on their way into a socket.
#[derive(Debug)]
pub struct Outbox {
    socket: Outgoing,
    /// Those that nobody has begun to write: who adds some does not wait for the system.
    fresh: Latch<Vec<u8>>,
    /// Those that are being written.
    begun: Mutex<Frames>,
    /// How many bytes of each kind the socket has not taken. Changes with these locked.
    lengths: [AtomicUsize; 2],
    /// The socket has not taken everything.
    stuck: Notify,
}

const FRESH: usize = 0;
const BEGUN: usize = 1;

#[derive(Debug, Default)]
struct Frames {
    bytes: Vec<u8>,
    /// How many of them the socket has taken.
    written: usize,
}

impl Outgoing {
    /// The sockets do not block.
    pub(crate) fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Outgoing::Unix(socket) => socket.as_ref().write(bytes),
            Outgoing::Tcp(socket) => socket.as_ref().write(bytes),
            Outgoing::Shared(memory) => memory.try_write(bytes),
            Outgoing::Troubled(troubled) => {
                let (socket, fate) = &**troubled;
                let mut fate = fate.lock();
                let count = socket.try_write(&bytes[..fate.passing(bytes.len())?])?;
                fate.passed(count);
                Ok(count)
            }
        }
    }

    /// How many bytes the other side has sent that were not read.
    pub(super) fn unread(&self) -> usize {
        match self {
            Outgoing::Unix(socket) => unread(socket.as_ref()),
            Outgoing::Tcp(socket) => unread(socket.as_ref()),
            Outgoing::Shared(memory) => memory.unread(),
            Outgoing::Troubled(troubled) => troubled.0.unread(),
        }
    }

    /// Has the other side closed the connection?
    pub(super) fn is_hung_up(&self) -> bool {
        match self {
            Outgoing::Unix(socket) => is_hung_up(socket.as_ref()),
            Outgoing::Tcp(socket) => is_hung_up(socket.as_ref()),
            Outgoing::Shared(memory) => memory.is_hung_up(),
            Outgoing::Troubled(troubled) => troubled.0.is_hung_up(),
        }
    }

    pub(super) async fn writable(&self) -> io::Result<()> {
        match self {
            Outgoing::Unix(socket) => writable(socket).await,
            Outgoing::Tcp(socket) => writable(socket).await,
            Outgoing::Shared(memory) => memory.writable().await,
            Outgoing::Troubled(troubled) => Box::pin(troubled.0.writable()).await,
        }
    }

    /// Writes all of these bytes. Only in the reactor.
    pub(super) async fn say(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.try_write(bytes) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => bytes = &bytes[count..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.writable().await?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// What carries it.
    pub fn carrier(&self) -> Carrier {
        match self {
            Outgoing::Unix(_) => Carrier::UnixSocket,
            Outgoing::Tcp(_) => Carrier::Tcp,
            Outgoing::Shared(_) => Carrier::SharedMemory,
            Outgoing::Troubled(troubled) => troubled.0.carrier(),
        }
    }
}

impl Outbox {
    /// What carries the frames.
    pub fn carrier(&self) -> Carrier {
        self.socket.carrier()
    }

    /// An empty one before this socket.
    pub fn new(socket: Outgoing) -> Outbox {
        let (fresh, begun) = (Latch::default(), Mutex::default());
        Outbox { socket, fresh, begun, lengths: [const { AtomicUsize::new(0) }; 2], stuck: Notify::new() }
    }

    /// Adds frames.
    pub fn put<T>(&self, put: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        let mut fresh = self.fresh.lock();
        let done = put(&mut fresh);
        self.lengths[FRESH].store(fresh.len(), Ordering::Release);
        done
    }

    /// How many bytes the socket has not taken yet.
    pub fn len(&self) -> usize {
        // In this order: what goes on from one to the other meanwhile counts twice, and not never.
        self.lengths[FRESH].load(Ordering::Acquire) + self.lengths[BEGUN].load(Ordering::Acquire)
    }

    /// How many bytes the other side has sent that nobody has read from the socket.
    pub fn unread(&self) -> usize {
        self.socket.unread()
    }

    /// Has the other side closed the connection, though not all that it sent may be read?
    pub fn is_hung_up(&self) -> bool {
        self.socket.is_hung_up()
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
        let mut begun = self.begun.lock();
        loop {
            let written = self.write_begun(&mut begun);
            self.lengths[BEGUN].store(begun.bytes.len() - begun.written, Ordering::Release);
            if written? == Rest::Some || !self.begin(&mut begun) {
                return Ok(());
            }
        }
    }

    /// What was added is written next, after what was written; false: nothing was.
    fn begin(&self, begun: &mut Frames) -> bool {
        begun.bytes.clear();
        begun.bytes.shrink_to(KEPT_ROOM);
        begun.written = 0;
        let mut fresh = self.fresh.lock();
        std::mem::swap(&mut *fresh, &mut begun.bytes);
        self.lengths[BEGUN].store(begun.bytes.len(), Ordering::Release);
        self.lengths[FRESH].store(0, Ordering::Release);
        !begun.bytes.is_empty()
    }

    fn write_begun(&self, begun: &mut Frames) -> io::Result<Rest> {
        if begun.written < begun.bytes.len() {
            // What was printed before a frame was made is seen before the frame is.
            flush_output();
        }
        while begun.written < begun.bytes.len() {
            match self.socket.try_write(&begun.bytes[begun.written..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => begun.written += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Rest::Some),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Rest::Nothing)
    }
}

/// Is there more to write than the socket takes now?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Rest {
    /// Yes.
    Some,
    /// No.
    Nothing,
}
