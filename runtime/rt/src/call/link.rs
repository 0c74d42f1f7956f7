//! The way to another process: its calls, and the one connection that carries them. In: calls of this process's tasks. Out:
//! their outcomes. The connection is made when the process starts if it calls that one ([`Links::keep`]), or else when a call wants it; and made
//! again, with growing pauses. A task that wants to call while too much waits to be written, waits itself ([`room`]).

mod carry;
mod meeting;
pub mod room;
mod routes;

use std::borrow::Cow;
use std::future::{Future, poll_fn};
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::task::Poll;

use pluto_proto::frame::{Coming, Frame, Hello, PART, Ran, put_cancel, put_detached, put_part, put_request};
use pluto_proto::parts::{MAX_BODY, Parts};
use pluto_proto::pulse::{INTERVAL, Pulse};
use pluto_proto::session::{Load, Piece, Place, ROOM, Sent, Session, Wants};
use pluto_proto::topology::Address;
use tokio::sync::Notify;

use super::{Call, FailureKind};
use crate::log::{Level, say};
use crate::sync::{Latch, Mutex};
use crate::task::Scheduler;
use crate::transport::{Outbox, Sharing};
use meeting::Standing;
use routes::Routes;

/// How long a call waits if nobody says otherwise, in milliseconds.
pub const DEFAULT_DEADLINE: u64 = 5_000;
/// At most so many bytes are gathered for one write.
const WRITE_BATCH: usize = 256 * 1024;
/// What a request was in is kept for the reply, if it is no larger than that.
const LARGEST_KEPT: usize = 1024;

/// The ways to all processes, by number.
#[derive(Debug)]
pub struct Links {
    links: Vec<&'static Link>,
    /// Those that have something to send.
    dirty: Arc<Mutex<Vec<&'static Link>>>,
}

/// The way to one process.
#[derive(Debug)]
struct Link {
    scheduler: &'static Scheduler,
    hello: Hello,
    /// The process's number among the peers, and its name.
    index: usize,
    peer: String,
    /// Where it is, or why nobody knows.
    address: Result<Address, String>,
    /// Where its supervisor, if it has one, says that it is gone.
    supervision: Option<PathBuf>,
    /// May its connections go through shared memory?
    sharing: Sharing,
    /// This process calls methods of that one.
    needed: bool,
    open: Latch<Open>,
    /// So much waits to be written that nobody should call. Changes with the calls locked; may be true though there is room again.
    is_crowded: AtomicBool,
    /// The tasks that wait until they may call.
    line: room::Line,
    /// A connection exists or is being made. Changes with the calls locked.
    driven: AtomicBool,
    /// There shall be a connection also while there are no calls.
    kept: AtomicBool,
    /// A call has come while nobody was connected.
    called: Notify,
    /// What is known of the process.
    standing: Mutex<Standing>,
    /// The connection, while there is one.
    outbox: Mutex<Option<Arc<Outbox>>>,
    /// One at a time gathers requests for the connection, so that they keep their order; what they are gathered in.
    gathering: Mutex<Vec<u8>>,
    /// So many detached calls are in the outbox, and perhaps still there. Changes while gathering.
    entrusted: AtomicUsize,
    /// Is the process at the end of the connection alive?
    pulse: Mutex<Pulse>,
    /// Those links that have something to send; this one is there if `is_dirty`.
    dirty: Arc<Mutex<Vec<&'static Link>>>,
    is_dirty: AtomicBool,
    /// When the future that ends calls at their deadline will look again; 0: it was not started. Changes with the calls locked.
    armed: AtomicU64,
    earlier: Notify,
}

/// The calls, and how they are numbered where they go.
#[derive(Debug)]
struct Open {
    calls: Session<Call>,
    /// While there is a connection.
    routes: Option<Routes>,
}

/// What may be set for tests.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// Silent processes are asked so often, in milliseconds.
    pub(super) interval: u64,
    /// So much may wait to be written to one process.
    pub(super) room: Load,
    /// May connections go through shared memory?
    pub(super) sharing: Sharing,
}

/// Why a connection ended.
enum Parting {
    /// It broke.
    Lost(String),
    /// The process will not do: all its calls fail, in this way.
    Refused(FailureKind, String),
}

impl Parting {
    fn no_reply() -> Parting {
        Parting::Lost("it sent a frame that is no reply".to_string())
    }

    fn why(&self) -> &str {
        match self {
            Parting::Lost(why) | Parting::Refused(_, why) => why,
        }
    }
}

impl Links {
    /// Ways to these processes (name, address); nothing is connected yet.
    pub fn new(
        scheduler: &'static Scheduler,
        hello: &Hello,
        peers: Vec<(String, Result<Address, String>)>,
        supervision: Option<PathBuf>,
        sharing: Sharing,
    ) -> Links {
        let manner = Manner { interval: interval(), room: ROOM, sharing };
        Links::with(scheduler, hello, peers, supervision, manner)
    }

    /// The same in this manner.
    pub(super) fn with(
        scheduler: &'static Scheduler,
        hello: &Hello,
        peers: Vec<(String, Result<Address, String>)>,
        supervision: Option<PathBuf>,
        manner: Manner,
    ) -> Links {
        let dirty = Arc::<Mutex<Vec<&'static Link>>>::default();
        let link = |(index, (peer, address))| {
            // Never freed, like the scheduler: tasks refer to it without counting.
            &*Box::leak(Box::new(Link {
                scheduler,
                hello: hello.clone(),
                index,
                peer,
                address,
                supervision: supervision.clone(),
                sharing: manner.sharing,
                needed: scheduler.program().remotes().any(|remote| remote.peer == index),
                open: Latch::new(Open { calls: Session::new(manner.room), routes: None }),
                is_crowded: AtomicBool::new(false),
                line: room::Line::default(),
                driven: AtomicBool::new(false),
                kept: AtomicBool::new(false),
                called: Notify::new(),
                standing: Mutex::default(),
                outbox: Mutex::default(),
                gathering: Mutex::default(),
                entrusted: AtomicUsize::new(0),
                pulse: Mutex::new(Pulse::new(manner.interval, 0)),
                dirty: dirty.clone(),
                is_dirty: AtomicBool::new(false),
                armed: AtomicU64::new(0),
                earlier: Notify::new(),
            }))
        };
        Links { links: peers.into_iter().enumerate().map(link).collect(), dirty }
    }

    /// Sends what waits to be sent, as far as there are connections.
    pub fn flush(&self) {
        let dirty = std::mem::take(&mut *self.dirty.lock());
        for link in dirty {
            link.is_dirty.store(false, Ordering::SeqCst);
            link.flush();
        }
    }

    /// Sends a call, which ends by these times at the latest.
    #[inline(always)]
    pub fn submit(&self, peer: usize, call: Call, limits: Limits) -> Option<Ticket> {
        match self.way(peer, call.request.len()) {
            Ok(link) => link.submit(call, limits).map(|id| Ticket { link, id }),
            Err((kind, detail)) => {
                call.fail(kind, Sent::No, detail);
                None
            }
        }
    }

    /// Sends a call of which no outcome is wanted, by this time at the latest.
    pub fn submit_detached(&self, peer: usize, call: Call, by: u64) {
        match self.way(peer, call.request.len()) {
            Ok(link) => link.submit_detached(call, by),
            Err((kind, detail)) => call.fail(kind, Sent::No, detail),
        }
    }

    /// The way to a process, if a call with so many bytes of arguments can be sent there at all.
    #[inline(always)]
    fn way(&self, peer: usize, size: usize) -> Result<&'static Link, (FailureKind, String)> {
        let Some(&link) = self.links.get(peer) else {
            return Err((FailureKind::Unavailable, "there is no such process".to_string()));
        };
        if let Err(why) = &link.address {
            return Err((FailureKind::Unavailable, why.clone()));
        }
        if size > MAX_BODY {
            let detail = format!("the request has {size} bytes; {MAX_BODY} at most can be sent");
            return Err((FailureKind::Network, detail));
        }
        Ok(link)
    }

    /// What waits to be written to a process.
    #[cfg(test)]
    pub(super) fn waiting(&self, peer: usize) -> Load {
        self.links[peer].open.lock().calls.waiting()
    }

    /// Have the sockets taken all detached calls?
    pub fn is_quiet(&self) -> bool {
        self.links.iter().all(|link| link.is_quiet())
    }

    /// The process ends: detached calls that were not sent will never be.
    pub fn give_up(&self) {
        for link in &self.links {
            let unsent = link.open.lock().calls.give_up_detached();
            for call in unsent {
                let detail = format!("process {} ended before the call was sent", link.hello.process);
                call.fail(FailureKind::Unavailable, Sent::No, detail);
            }
        }
    }

    /// The name of a process.
    pub fn name(&self, peer: usize) -> &str {
        self.links.get(peer).map_or("?", |link| &link.peer)
    }
}

/// When a call fails, in the scheduler's milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// It must have been handed to a connection.
    pub sent: u64,
    /// It must have been answered.
    pub answered: u64,
}

/// A submitted call. Dropping it forgets the call: the callee is told, and a reply will be dropped.
#[derive(Debug)]
pub struct Ticket {
    link: &'static Link,
    id: u64,
}

impl Ticket {
    /// The call has ended, which the task knows: there is nothing to forget.
    pub fn is_over(self) {
        std::mem::forget(self);
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut open = self.link.open.lock();
        let ended = open.calls.abandon(self.id);
        drop(open);
        if ended.is_some() {
            self.link.has_something();
            self.link.let_in();
        }
    }
}

impl Link {
    /// The call's id, unless it fails at once.
    #[inline(always)]
    fn submit(&'static self, call: Call, limits: Limits) -> Option<u64> {
        let size = call.request.len();
        let deadline = limits.sent.min(limits.answered);
        self.add(call, deadline, |calls, call| calls.submit(call, size, limits.sent, limits.answered))
    }

    fn submit_detached(&'static self, call: Call, by: u64) {
        let size = call.request.len();
        self.add(call, by, |calls, call| calls.submit_detached(call, size, by));
    }

    /// Adds a call that ends at this time, if nothing else happens to it; nothing if the process is known not to serve it.
    #[inline(always)]
    fn add<T>(&'static self, call: Call, deadline: u64, add: impl FnOnce(&mut Session<Call>, Call) -> T) -> Option<T> {
        let mut open = self.open.lock();
        if let Some(Err(difference)) = open.routes.as_ref().map(|routes| routes.number(call.method)) {
            let difference = difference.to_string();
            drop(open);
            call.fail(FailureKind::Version, Sent::No, difference);
            return None;
        }
        let added = add(&mut open.calls, call);
        self.look_for_room(&open);
        let is_driven = self.driven.load(Ordering::SeqCst);
        if !is_driven {
            self.driven.store(true, Ordering::SeqCst);
        }
        let armed = self.armed.load(Ordering::SeqCst);
        if armed == 0 || deadline < armed {
            self.armed.store(deadline, Ordering::SeqCst);
        }
        let is_connected = open.routes.is_some();
        drop(open);
        if !is_driven {
            self.scheduler.io(carry::drive(self));
        } else if is_connected {
            self.has_something();
        } else {
            self.called.notify_one();
        }
        if armed == 0 {
            self.scheduler.io(carry::watch_deadlines(self));
        } else if deadline < armed {
            self.earlier.notify_one();
        }
        Some(added)
    }

    /// There is something to send, before the next wait of a worker.
    fn has_something(&'static self) {
        // Who is about to send has said so before it looks for what is to be sent: mostly a look is enough.
        if !self.is_dirty.load(Ordering::SeqCst) && !self.is_dirty.swap(true, Ordering::SeqCst) {
            self.dirty.lock().push(self);
            self.scheduler.mark_dirty();
        }
    }

    fn now(&self) -> u64 {
        self.scheduler.now()
    }

    fn expire(&self) {
        let ended = self.open.lock().calls.expire(self.now());
        // Callees are told.
        self.flush();
        self.let_in();
        for (call, sent) in ended {
            match sent {
                Sent::Yes => {
                    call.fail(FailureKind::Timeout, sent, format!("no reply from process {} in time", self.peer))
                }
                Sent::No => call.fail(FailureKind::Unavailable, sent, self.unreachable()),
            }
        }
    }

    /// Writes requests until none is left or the socket takes no more.
    fn flush(&self) {
        let mut gathering = self.gathering.lock();
        // Asked when it is this one's turn: nothing is handed to a connection that has been given up.
        let Some(outbox) = self.outbox.lock().clone() else { return };
        loop {
            if !outbox.is_empty() {
                break;
            }
            self.entrusted.store(0, Ordering::SeqCst);
            if !self.open.lock().calls.has_something() {
                break;
            }
            // Not in the outbox itself: while one latch is held, another is much slower to get.
            self.gather(&mut gathering);
            outbox.put(|frames| {
                if frames.is_empty() {
                    std::mem::swap(frames, &mut gathering);
                } else {
                    frames.append(&mut gathering);
                }
            });
            outbox.flush();
        }
        drop(gathering);
        self.let_in();
    }

    /// Says whether there is room for more calls.
    fn look_for_room(&self, open: &Open) {
        let is_crowded = !open.calls.has_room();
        if self.is_crowded.load(Ordering::SeqCst) != is_crowded {
            self.is_crowded.store(is_crowded, Ordering::SeqCst);
        }
    }

    /// Requests to write, as far as they fit into one write.
    fn gather(&self, frames: &mut Vec<u8>) {
        frames.clear();
        let now = self.now();
        let mut open = self.open.lock();
        self.gather_from(&mut open, frames, now);
        self.look_for_room(&open);
    }

    fn gather_from(&self, open: &mut Open, frames: &mut Vec<u8>, now: u64) {
        let Open { calls, routes } = open;
        while let Some(call) = calls.cancel() {
            put_cancel(frames, call);
        }
        // Without a connection nobody gathers.
        let Some(routes) = routes else { return };
        while frames.len() < WRITE_BATCH {
            let sent = calls.send(PART, |piece| {
                // Calls without a number were refused when the connection was made.
                let method = routes.number(piece.call.method).unwrap_or(u64::MAX);
                put_piece(frames, piece, method, now)
            });
            let Some(wants) = sent else { break };
            if wants == Some(Wants::Nothing) {
                self.entrusted.fetch_add(1, Ordering::SeqCst);
            }
        }
    }

    /// The connection is gone, with this outbox. Of detached calls in it nobody else will hear.
    fn mourn(&self, outbox: &Outbox, why: &str) {
        let gathering = self.gathering.lock();
        let lost = if outbox.is_empty() { 0 } else { self.entrusted.load(Ordering::SeqCst) };
        self.entrusted.store(0, Ordering::SeqCst);
        drop(gathering);
        if lost > 0 {
            let calls = if lost == 1 { "a detached call" } else { "detached calls" };
            let message = format!("{calls} to process {} may be lost ({lost}): the connection ended: {why}", self.peer);
            say(Level::Error, &message, &[]);
        }
    }

    fn is_quiet(&self) -> bool {
        let outbox = self.outbox.lock().clone();
        let written = outbox.is_none_or(|outbox| outbox.is_empty());
        written && !self.open.lock().calls.has_detached()
    }

    /// A reply has come.
    fn take_reply(&self, call: u64, body: Cow<'_, [u8]>) {
        let ended = self.open.lock().calls.replied(call);
        if let Some(call) = ended {
            call.reply(body);
        }
    }

    /// Something else has come. `parts`: of replies that have not come whole.
    fn take_in(&self, coming: Coming<'_>, parts: &mut Parts) -> Result<(), Parting> {
        let Coming::Other(frame) = coming else { return Err(Parting::no_reply()) };
        match frame {
            Frame::Part { call, bytes } => {
                let added = parts.add(call, &bytes);
                added.map_err(|_| Parting::Lost("it sends more than there is room for".to_string()))?;
            }
            Frame::Refused { call, ran, detail } => {
                parts.forget(call);
                let ended = self.open.lock().calls.replied(call);
                match (ended, ran) {
                    (Some(call), Ran::Yes) => call.fail(FailureKind::Network, Sent::Yes, detail),
                    (Some(call), Ran::No) => call.fail(FailureKind::Unavailable, Sent::No, detail),
                    (None, Ran::Yes | Ran::No) => {}
                }
            }
            Frame::Alive => {}
            Frame::Hello(_)
            | Frame::Foreign { .. }
            | Frame::Request(_)
            | Frame::Reply { .. }
            | Frame::Cancel { .. }
            | Frame::Ask
            | Frame::AskStatus
            | Frame::Status(_) => return Err(Parting::no_reply()),
        }
        Ok(())
    }
}

/// Appends a piece of a request. With the last one its arguments are given back; that one says what is wanted.
fn put_piece(frames: &mut Vec<u8>, piece: Piece<'_, Call>, method: u64, now: u64) -> Option<Wants> {
    let Piece { id, deadline, wants, call, bytes, place } = piece;
    let body = &call.request[bytes];
    let put = match (place, wants) {
        (Place::Before, Wants::Reply | Wants::Nothing) => put_part(frames, id, body),
        (Place::Last, Wants::Reply) => put_request(frames, id, method, deadline.saturating_sub(now), body),
        (Place::Last, Wants::Nothing) => put_detached(frames, id, method, body),
    };
    if put.is_err() {
        unreachable!("a piece fits into a frame");
    }
    match place {
        Place::Before => None,
        Place::Last => {
            call.request.clear();
            if call.request.capacity() > LARGEST_KEPT {
                call.request = Vec::new();
            }
            Some(wants)
        }
    }
}

/// How often a silent process is asked, in milliseconds: `PLUTO_PULSE`, for tests and for those who know better.
fn interval() -> u64 {
    std::env::var("PLUTO_PULSE").ok().and_then(|text| text.parse().ok()).unwrap_or(INTERVAL)
}

/// Runs both until one has ended; the first is asked first.
pub(super) async fn race<T>(first: impl Future<Output = T>, second: impl Future<Output = T>) -> T {
    let (mut first, mut second) = (pin!(first), pin!(second));
    poll_fn(move |context| match first.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(value),
        Poll::Pending => second.as_mut().poll(context),
    })
    .await
}
