//! A connection of a caller: which of its requests run, which wait until others have ended, and the replies on their way to it. In:
//! requests, ends of requests, cancellations, replies. Out: requests whose turn it is, bytes in the socket, large replies in pieces by turns;
//! cancelled tasks.

mod requests;

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use pluto_proto::frame::{PART, Ran, put_alive, put_part, put_refused, put_reply, put_status};
use pluto_proto::status::ConnectionStatus;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::Notify;

use crate::sync::{Latch, Mutex};
use crate::transport::{Incoming, Outbox};
use requests::Requests;
pub(super) use requests::{Admitted, Done, Held, SendFor, Waits};

/// What a connection may cost.
#[derive(Clone, Copy, Debug)]
pub(in crate::call) struct Limits {
    /// While so many requests run, others wait.
    pub(in crate::call) running: usize,
    /// While so many bytes of replies are not written, requests wait.
    pub(in crate::call) unwritten: usize,
    /// While requests of so many bytes wait, or replies of so many bytes more, nothing is read.
    pub(in crate::call) held: usize,
    /// A connection whose other side has not introduced itself after so long is closed.
    pub(in crate::call) introduction: Duration,
}

/// Those of every connection, but for tests.
pub(in crate::call) const LIMITS: Limits = Limits {
    running: 16 * 1024,
    unwritten: 32 * 1024 * 1024,
    held: 32 * 1024 * 1024,
    introduction: Duration::from_secs(5),
};

/// What the tasks of a connection's requests share with it.
#[derive(Debug)]
pub(super) struct Connection {
    /// Replies to be written.
    outbox: Outbox,
    /// Replies of which there is more to write than one frame takes.
    large: Mutex<Large>,
    /// How many bytes of them are not in the outbox. Changes with them locked.
    large_bytes: AtomicUsize,
    /// It is among the dirty ones.
    is_dirty: AtomicBool,
    limits: Limits,
    requests: Latch<Requests>,
    /// How many requests wait, or are about to. Changes with them locked.
    held: AtomicUsize,
    /// Fewer requests or answers wait than did.
    may_read: Notify,
    closed: AtomicBool,
    /// What was read from the socket has not all been looked at.
    is_busy: AtomicBool,
    /// The caller's process, when it has introduced itself.
    caller: OnceLock<String>,
}

#[derive(Debug, Default)]
struct Large {
    /// Call, body, and how much of that is in the outbox.
    replies: VecDeque<(u64, Vec<u8>, usize)>,
}

impl Connection {
    /// A connection that has not introduced itself, whose replies go there.
    pub(super) fn new(outbox: Outbox, limits: Limits) -> Connection {
        Connection {
            outbox,
            large: Mutex::default(),
            large_bytes: AtomicUsize::new(0),
            is_dirty: AtomicBool::new(false),
            limits,
            requests: Latch::default(),
            held: AtomicUsize::new(0),
            may_read: Notify::new(),
            closed: AtomicBool::new(false),
            is_busy: AtomicBool::new(false),
            caller: OnceLock::new(),
        }
    }

    /// The process that calls.
    pub(super) fn introduced(&self, caller: String) {
        self.caller.get_or_init(|| caller);
    }

    /// Its name, if it has introduced itself.
    pub(super) fn caller(&self) -> Option<&str> {
        self.caller.get().map(String::as_str)
    }

    /// How it stands, if it has introduced itself and has not ended.
    pub(super) fn status(&self) -> Option<ConnectionStatus> {
        if self.is_closed() {
            return None;
        }
        let running = self.running() as u64;
        let caller = self.caller()?.to_string();
        let (over, unwritten) = (self.outbox.carrier(), self.unwritten() as u64);
        Some(ConnectionStatus { caller, over, running, unwritten })
    }

    /// Reads what the socket gives.
    pub(super) async fn read(&self, incoming: &mut Incoming, buffer: &mut [u8]) -> io::Result<usize> {
        poll_fn(|context| {
            // Before anything can be read: who asks whether all was looked at must not look in between.
            self.is_busy.store(true, Ordering::SeqCst);
            let mut into = ReadBuf::new(buffer);
            let read = Pin::new(&mut *incoming).poll_read(context, &mut into);
            if read.is_pending() {
                self.is_busy.store(false, Ordering::SeqCst);
            }
            match read {
                Poll::Pending => Poll::Pending,
                Poll::Ready(read) => Poll::Ready(read.map(|()| into.filled().len())),
            }
        })
        .await
    }

    /// Has the caller closed the connection, though there may be more to read?
    pub(super) fn is_hung_up(&self) -> bool {
        self.outbox.is_hung_up()
    }

    /// Is there nothing that the caller has sent and that was not looked at?
    pub(super) fn is_read(&self) -> bool {
        // In this order: see `read`.
        self.outbox.unread() == 0 && !self.is_busy.load(Ordering::SeqCst)
    }

    // ---- replies ----

    /// A reply, to be written. What held it is kept, unless it is large.
    pub(super) fn reply(&self, call: u64, body: &mut Vec<u8>) {
        if body.len() <= PART {
            self.outbox.put(|frames| put_last(frames, call, body));
        } else {
            let mut large = self.large.lock();
            self.large_bytes.fetch_add(body.len(), Ordering::SeqCst);
            large.replies.push_back((call, std::mem::take(body), 0));
        }
    }

    /// There is no outcome to send.
    pub(super) fn refuse(&self, call: u64, ran: Ran, detail: &str) {
        self.outbox.put(|frames| put_refused(frames, call, ran, detail));
    }

    /// Answers the question whether somebody is here, at once: the workers may all compute.
    pub(super) fn is_alive(&self) {
        self.outbox.put(put_alive);
        self.outbox.flush();
    }

    /// Says how the process is. Of a list that fits into no frame nothing is said, and nothing to who asks and does not read.
    pub(super) fn say(&self, status: impl FnOnce() -> String) {
        if self.unwritten() >= self.limits.unwritten {
            return;
        }
        let status = status();
        if self.outbox.put(|frames| put_status(frames, &status)).is_ok() {
            self.outbox.flush();
        }
    }

    /// Is it to be put among the dirty ones?
    pub(super) fn becomes_dirty(&self) -> bool {
        // Who is about to write it has said so before it takes what is in the outbox: mostly a look is enough.
        !self.is_closed() && !self.is_dirty.load(Ordering::SeqCst) && !self.is_dirty.swap(true, Ordering::SeqCst)
    }

    /// Writes as much as the socket takes now.
    pub(super) fn flush(&self) {
        self.is_dirty.store(false, Ordering::SeqCst);
        self.outbox.flush();
        while self.outbox.is_empty() && self.put_part() {
            self.outbox.flush();
        }
        self.may_read.notify_one();
    }

    /// Writes what the socket did not take, when it does again.
    pub(super) async fn bring_after(&self) -> io::Result<()> {
        self.outbox.bring_after().await?;
        self.flush();
        Ok(())
    }

    /// Has the socket taken all replies?
    pub(super) fn has_written_all(&self) -> bool {
        self.unwritten() == 0
    }

    /// The connection has ended.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        let mut large = self.large.lock();
        *large = Large::default();
        self.large_bytes.store(0, Ordering::SeqCst);
    }

    /// Has it? Requests of it may still run.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    fn unwritten(&self) -> usize {
        self.large_bytes.load(Ordering::SeqCst) + self.outbox.len()
    }

    /// The next piece of the large reply whose turn it is; false: there is none.
    fn put_part(&self) -> bool {
        // Locked until it is in the outbox: the pieces of a body keep their order.
        let mut large = self.large.lock();
        let Some((call, body, from)) = large.replies.pop_front() else { return false };
        let to = body.len().min(from + PART);
        let piece = &body[from..to];
        if to == body.len() {
            self.outbox.put(|frames| put_last(frames, call, piece));
        } else {
            self.outbox.put(|frames| fits(put_part(frames, call, piece)));
            large.replies.push_back((call, body, to));
        }
        // Only now: it is never in neither of the two.
        self.large_bytes.fetch_sub(to - from, Ordering::SeqCst);
        true
    }
}

fn put_last(frames: &mut Vec<u8>, call: u64, body: &[u8]) {
    fits(put_reply(frames, call, body));
}

fn fits<E>(put: Result<(), E>) {
    if put.is_err() {
        unreachable!("a piece fits into a frame");
    }
}
