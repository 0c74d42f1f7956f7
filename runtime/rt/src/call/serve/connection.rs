//! A connection of a caller: which of its requests run, and the replies on their way to it. In: beginnings and ends of requests,
//! cancellations, replies. Out: bytes in the socket, large replies in pieces by turns; cancelled tasks.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use pluto_proto::frame::{PART, Ran, put_alive, put_part, put_refused, put_reply, put_status};
use pluto_proto::status::ConnectionStatus;
use pluto_proto::tally::Tally;
use tokio::sync::Notify;

use crate::sync::Mutex;
use crate::task::TaskRef;
use crate::transport::Outbox;

/// While so many requests of a connection run, no more are read from it.
const MOST_RUNNING: usize = 16 * 1024;
/// While so many bytes of replies wait for a connection, no more requests are read from it.
const MOST_UNWRITTEN: usize = 32 * 1024 * 1024;

/// What the tasks of a connection's requests share with it.
#[derive(Debug)]
pub(super) struct Connection {
    /// Replies to be written.
    outbox: Outbox,
    /// Replies of which there is more to write than one frame takes.
    large: Mutex<Large>,
    /// It is among the dirty ones.
    is_dirty: AtomicBool,
    has_room: Notify,
    running: AtomicUsize,
    calls: Mutex<Calls>,
    closed: AtomicBool,
    /// The caller's process.
    caller: String,
    /// Its calls that have ended, by method.
    tallies: Mutex<BTreeMap<usize, Tally>>,
}

#[derive(Debug, Default)]
struct Large {
    /// Call, body, and how much of that is in the outbox.
    replies: VecDeque<(u64, Vec<u8>, usize)>,
    /// How many bytes are not.
    bytes: usize,
}

#[derive(Debug, Default)]
struct Calls {
    /// Those that run, and their tasks.
    running: BTreeMap<u64, TaskRef>,
    /// Those that were cancelled before their task began.
    cancelled: BTreeSet<u64>,
    /// All are.
    all_cancelled: bool,
}

/// Does the caller wait for the outcome?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Waits {
    /// Yes.
    Yes,
    /// No.
    No,
}

impl Connection {
    /// A connection with this process, whose replies go there.
    pub(super) fn new(outbox: Outbox, caller: String) -> Connection {
        Connection {
            outbox,
            large: Mutex::default(),
            is_dirty: AtomicBool::new(false),
            has_room: Notify::new(),
            running: AtomicUsize::new(0),
            calls: Mutex::default(),
            closed: AtomicBool::new(false),
            caller,
            tallies: Mutex::default(),
        }
    }

    // ---- requests ----

    /// A request will get a task.
    pub(super) fn begins(&self) {
        self.running.fetch_add(1, Ordering::SeqCst);
    }

    /// That task runs. If nobody waits any more, it need not.
    pub(super) fn runs(&self, call: u64, task: TaskRef) -> Waits {
        let mut calls = self.calls.lock();
        if calls.cancelled.remove(&call) || calls.all_cancelled {
            return Waits::No;
        }
        calls.running.insert(call, task);
        Waits::Yes
    }

    /// The method has ended, or was cut short.
    pub(super) fn ran(&self, call: u64) -> Waits {
        let mut calls = self.calls.lock();
        let waits = if calls.running.remove(&call).is_some() { Waits::Yes } else { Waits::No };
        if self.running.load(Ordering::SeqCst) == 1 {
            // This is the only one: what was cancelled too late is not remembered.
            calls.cancelled.clear();
        }
        waits
    }

    /// The task has nothing to do with it any more.
    pub(super) fn ends(&self) {
        self.running.fetch_sub(1, Ordering::SeqCst);
        self.has_room.notify_one();
    }

    /// Nobody waits for this call any more.
    pub(super) fn cancel(&self, call: u64) {
        let mut calls = self.calls.lock();
        match calls.running.remove(&call) {
            // With the calls locked: the task has not ended, and is no other one.
            Some(task) => task.task().cancel(),
            None if self.running.load(Ordering::SeqCst) > calls.running.len() => {
                calls.cancelled.insert(call);
            }
            // It has ended.
            None => {}
        }
    }

    /// Nobody waits for any call of this connection.
    pub(super) fn cancel_all(&self) {
        let mut calls = self.calls.lock();
        calls.all_cancelled = true;
        std::mem::take(&mut calls.running).into_values().for_each(|task| task.task().cancel());
    }

    /// Counts a call of this method.
    pub(super) fn count(&self, method: usize, count: impl FnOnce(&mut Tally)) {
        count(self.tallies.lock().entry(method).or_default());
    }

    /// Its calls that have ended: the caller, by method.
    pub(super) fn tallies(&self) -> (&str, BTreeMap<usize, Tally>) {
        (&self.caller, self.tallies.lock().clone())
    }

    /// How it stands.
    pub(super) fn status(&self) -> ConnectionStatus {
        let running = self.running.load(Ordering::SeqCst) as u64;
        ConnectionStatus { caller: self.caller.clone(), running, unwritten: self.unwritten() as u64 }
    }

    /// Waits until another request may be read.
    pub(super) async fn has_room(&self) {
        while self.running.load(Ordering::SeqCst) >= MOST_RUNNING || self.unwritten() >= MOST_UNWRITTEN {
            self.has_room.notified().await;
        }
    }

    // ---- replies ----

    /// A reply, to be written.
    pub(super) fn reply(&self, call: u64, body: Vec<u8>) {
        if body.len() <= PART {
            self.outbox.put(|frames| put_last(frames, call, &body));
        } else {
            let mut large = self.large.lock();
            large.bytes += body.len();
            large.replies.push_back((call, body, 0));
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

    /// Says how the process is. Of a list that fits into no frame nothing is said.
    pub(super) fn say(&self, status: &str) {
        if self.outbox.put(|frames| put_status(frames, status)).is_ok() {
            self.outbox.flush();
        }
    }

    /// Is it to be put among the dirty ones?
    pub(super) fn becomes_dirty(&self) -> bool {
        !self.closed.load(Ordering::SeqCst) && !self.is_dirty.swap(true, Ordering::SeqCst)
    }

    /// Writes as much as the socket takes now.
    pub(super) fn flush(&self) {
        self.is_dirty.store(false, Ordering::SeqCst);
        self.outbox.flush();
        while self.outbox.is_empty() && self.put_part() {
            self.outbox.flush();
        }
    }

    /// Writes what the socket did not take, when it does again.
    pub(super) async fn bring_after(&self) -> io::Result<()> {
        self.outbox.bring_after().await?;
        self.flush();
        self.has_room.notify_one();
        Ok(())
    }

    /// Has the socket taken all replies?
    pub(super) fn has_written_all(&self) -> bool {
        self.unwritten() == 0
    }

    /// The connection has ended.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        *self.large.lock() = Large::default();
    }

    fn unwritten(&self) -> usize {
        self.large.lock().bytes + self.outbox.len()
    }

    /// The next piece of the large reply whose turn it is; false: there is none.
    fn put_part(&self) -> bool {
        // Locked until it is in the outbox: the pieces of a body keep their order.
        let mut large = self.large.lock();
        let Some((call, body, from)) = large.replies.pop_front() else { return false };
        let to = body.len().min(from + PART);
        large.bytes -= to - from;
        let piece = &body[from..to];
        if to == body.len() {
            self.outbox.put(|frames| put_last(frames, call, piece));
        } else {
            self.outbox.put(|frames| fits(put_part(frames, call, piece)));
            large.replies.push_back((call, body, to));
        }
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
