//! The two directions of a connection through shared memory, as one side sees them. In: bytes. Out: bytes, rings of the other side's bell, and
//! sleep while there is nothing to do.

use std::future::poll_fn;
use std::io;
use std::os::unix::net::UnixStream;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use rustix::net::RecvFlags;
use tokio::io::{AsyncRead, ReadBuf};

use super::bell::Bell;
use super::layout::Way;
use super::ring::{Broken, Other, Reader, Writer};
use crate::os::socket::is_hung_up;
use crate::os::stream::{READS_IN_A_ROW, Watched, watch};
use crate::sync::Mutex;

/// What both directions of one side need.
#[derive(Debug)]
pub(super) struct Ends {
    /// It says when the other process is gone; nothing else comes out of it.
    pub(super) socket: Arc<UnixStream>,
    /// Rung by the other side.
    pub(super) own: Arc<Bell>,
    /// The other side's.
    pub(super) other: Bell,
}

/// What comes from the other side.
#[derive(Debug)]
pub(super) struct Inward {
    ends: Arc<Ends>,
    reader: Reader<Way>,
    bell: Watched<Bell>,
    socket: Watched<UnixStream>,
    /// The other process is gone: what it had written is all that will ever come.
    is_over: bool,
    /// There was something at the last look, so there may be more soon: it is worth another one before this side says that it sleeps.
    may_linger: bool,
    /// How many reads have succeeded since others had their turn.
    reads: u32,
}

/// What goes to the other side.
#[derive(Debug)]
pub struct Outward {
    ends: Arc<Ends>,
    writer: Mutex<Writer<Way>>,
    /// For who asks how much of what has come was not read.
    inward: Way,
}

/// Over what the other side has begun to speak.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Answer {
    /// Through the memory.
    Memory,
    /// Over the socket, or not at all.
    Socket,
}

impl Ends {
    fn tell(&self, other: Other) {
        match other {
            Other::Awake => {}
            Other::Asleep => self.other.ring(),
        }
    }
}

impl Inward {
    /// Through this lane; the socket is that of the ends. Only in the reactor.
    pub(super) fn new(ends: Arc<Ends>, way: Way, socket: Watched<UnixStream>) -> io::Result<Inward> {
        let bell = watch(ends.own.clone())?;
        let reader = Reader::new(way);
        Ok(Inward { ends, reader, bell, socket, is_over: false, may_linger: false, reads: 0 })
    }

    /// Waits until the other side says something.
    pub(super) async fn answer(&mut self) -> io::Result<Answer> {
        poll_fn(|context| self.poll_answer(context)).await
    }

    /// The memory is not needed.
    pub(super) fn into_socket(self) -> Watched<UnixStream> {
        self.socket
    }

    fn poll_answer(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Answer>> {
        loop {
            // A process that is gone may have answered before.
            let (heard, has_ended) = match self.look_into_socket(context)? {
                Poll::Pending => (false, false),
                Poll::Ready(count) => (count > 0, count == 0),
            };
            if self.reader.await_bytes().map_err(broken)? > 0 {
                return Poll::Ready(Ok(Answer::Memory));
            }
            if heard || has_ended {
                return Poll::Ready(Ok(Answer::Socket));
            }
            ready!(self.poll_bell(context))?;
        }
    }

    /// How many bytes (0 or 1) could be read from the socket; 0: never again.
    fn look_into_socket(&mut self, context: &mut Context<'_>) -> io::Result<Poll<usize>> {
        loop {
            let Poll::Ready(ready) = self.socket.poll_read_ready(context) else { return Ok(Poll::Pending) };
            let mut ready = ready?;
            let look = |socket: &Watched<UnixStream>| {
                let (count, _) = rustix::net::recv(socket.get_ref(), &mut [0], RecvFlags::PEEK | RecvFlags::DONTWAIT)?;
                Ok(count)
            };
            match ready.try_io(look) {
                Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {}
                // It was reset: there was more in it than this side has read.
                Ok(Err(_)) => return Ok(Poll::Ready(0)),
                Ok(Ok(count)) => return Ok(Poll::Ready(count)),
                Err(_) => {}
            }
        }
    }

    /// Waits for the next ring.
    fn poll_bell(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.bell.poll_read_ready(context))?.clear_ready();
        Poll::Ready(Ok(()))
    }

    /// Another look after others had their turn.
    fn look_again(&mut self, context: &Context<'_>) -> Poll<io::Result<()>> {
        (self.reads, self.may_linger) = (0, false);
        context.waker().wake_by_ref();
        Poll::Pending
    }

    /// Nothing is there: waits until something may be.
    fn poll_news(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.reader.await_bytes().map_err(broken)? > 0 {
            return Poll::Ready(Ok(()));
        }
        match self.look_into_socket(context)? {
            Poll::Ready(0) => {
                self.is_over = true;
                return Poll::Ready(Ok(()));
            }
            Poll::Ready(_) => return Poll::Ready(Err(io::Error::other("bytes in the socket beside shared memory"))),
            Poll::Pending => {}
        }
        self.poll_bell(context)
    }
}

impl AsyncRead for Inward {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let me = self.get_mut();
        if me.reads == READS_IN_A_ROW {
            return me.look_again(context);
        }
        loop {
            let (count, other) = me.reader.read(buffer.initialize_unfilled()).map_err(broken)?;
            me.ends.tell(other);
            if count > 0 {
                (me.reads, me.may_linger) = (me.reads + 1, true);
                buffer.advance(count);
                return Poll::Ready(Ok(()));
            }
            if me.is_over || buffer.remaining() == 0 {
                return Poll::Ready(Ok(()));
            }
            if me.may_linger {
                return me.look_again(context);
            }
            me.reads = 0;
            ready!(me.poll_news(context))?;
        }
    }
}

impl Outward {
    /// Through one lane, beside what comes through the other one.
    pub(super) fn new(ends: Arc<Ends>, way: Way, inward: Way) -> Outward {
        Outward { ends, writer: Mutex::new(Writer::new(way)), inward }
    }

    /// Writes as much as there is room for.
    pub(in crate::transport) fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        let (count, other) = self.writer.lock().write(bytes).map_err(broken)?;
        self.ends.tell(other);
        if count == 0 { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(count) }
    }

    /// How many bytes have come and were not read.
    pub(in crate::transport) fn unread(&self) -> usize {
        self.inward.unread()
    }

    /// Has the other side closed the connection?
    pub(in crate::transport) fn is_hung_up(&self) -> bool {
        is_hung_up(self.ends.socket.as_ref())
    }

    /// Waits until there is room. Fails when there will never be. Only in the reactor.
    pub(in crate::transport) async fn writable(&self) -> io::Result<()> {
        // Descriptors of its own, as nothing can be registered twice.
        let bell = watch(Arc::new(self.ends.own.another()?))?;
        let socket = watch(Arc::new(self.ends.socket.try_clone()?))?;
        loop {
            if self.writer.lock().await_room().map_err(broken)? > 0 {
                return Ok(());
            }
            if self.is_hung_up() {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            poll_fn(|context| {
                // Whichever it is, both are looked at again.
                let ended = socket.poll_read_ready(context).map_ok(|mut ready| ready.clear_ready());
                let rung = bell.poll_read_ready(context).map_ok(|mut ready| ready.clear_ready());
                if rung.is_ready() { rung } else { ended }
            })
            .await?;
        }
    }
}

fn broken(_: Broken) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the other process has spoilt the shared memory")
}
