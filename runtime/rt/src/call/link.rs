//! The way to another process: its calls, and the one connection that carries them. In: calls of this process's tasks. Out:
//! their outcomes. The connection is made when the process starts if it calls that one ([`Links::keep`]), or else when a call wants it; and made
//! again, with growing pauses.

mod carry;
mod meeting;
mod routes;

use std::future::{Future, poll_fn};
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::Poll;

use pluto_proto::frame::{Frame, Hello, PART, Ran, put_cancel, put_part, put_request};
use pluto_proto::parts::{MAX_BODY, Parts};
use pluto_proto::pulse::{INTERVAL, Pulse};
use pluto_proto::session::{Piece, Place, Sent, Session};
use pluto_proto::topology::Address;
use tokio::sync::Notify;

use super::{FailureKind, Outcome, Pending};
use crate::sync::Mutex;
use crate::task::Scheduler;
use crate::transport::Outbox;
use meeting::Standing;
use routes::Routes;

/// How long a call waits if nobody says otherwise, in milliseconds.
pub const DEFAULT_DEADLINE: u64 = 5_000;
/// At most so many bytes are gathered for one write.
const WRITE_BATCH: usize = 256 * 1024;

/// The ways to all processes, by number.
#[derive(Debug)]
pub struct Links {
    links: Vec<Arc<Link>>,
    /// Those that have something to send.
    dirty: Arc<Mutex<Vec<Arc<Link>>>>,
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
    /// This process calls methods of that one.
    needed: bool,
    open: Mutex<Open>,
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
    /// One at a time gathers requests for the connection, so that they keep their order.
    gathering: Mutex<()>,
    /// Replies that have not come whole.
    parts: Mutex<Parts>,
    /// Is the process at the end of the connection alive?
    pulse: Mutex<Pulse>,
    /// Those links that have something to send; this one is there if `is_dirty`.
    dirty: Arc<Mutex<Vec<Arc<Link>>>>,
    is_dirty: AtomicBool,
    /// When the future that ends calls at their deadline will look again; 0: it was not started. Changes with the calls locked.
    armed: AtomicU64,
    earlier: Notify,
}

/// The calls, and how they are numbered where they go.
#[derive(Debug, Default)]
struct Open {
    calls: Session<Arc<Pending>>,
    /// While there is a connection.
    routes: Option<Routes>,
}

/// Why a connection ended.
enum Parting {
    /// It broke.
    Lost(String),
    /// The process will not do: all its calls fail, in this way.
    Refused(FailureKind, String),
}

impl Links {
    /// Ways to these processes (name, address); nothing is connected yet.
    pub fn new(
        scheduler: &'static Scheduler,
        hello: &Hello,
        peers: Vec<(String, Result<Address, String>)>,
        supervision: Option<PathBuf>,
    ) -> Links {
        Links::with_pulse(scheduler, hello, peers, supervision, interval())
    }

    /// The same; silent processes are asked so often, in milliseconds.
    pub(super) fn with_pulse(
        scheduler: &'static Scheduler,
        hello: &Hello,
        peers: Vec<(String, Result<Address, String>)>,
        supervision: Option<PathBuf>,
        interval: u64,
    ) -> Links {
        let dirty = Arc::<Mutex<Vec<Arc<Link>>>>::default();
        let link = |(index, (peer, address))| {
            Arc::new(Link {
                scheduler,
                hello: hello.clone(),
                index,
                peer,
                address,
                supervision: supervision.clone(),
                needed: scheduler.program().remotes().any(|remote| remote.peer == index),
                open: Mutex::default(),
                driven: AtomicBool::new(false),
                kept: AtomicBool::new(false),
                called: Notify::new(),
                standing: Mutex::default(),
                outbox: Mutex::default(),
                gathering: Mutex::default(),
                parts: Mutex::default(),
                pulse: Mutex::new(Pulse::new(interval, 0)),
                dirty: dirty.clone(),
                is_dirty: AtomicBool::new(false),
                armed: AtomicU64::new(0),
                earlier: Notify::new(),
            })
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
    pub fn submit(&self, peer: usize, call: Arc<Pending>, limits: Limits) -> Option<Ticket> {
        let Some(link) = self.links.get(peer) else {
            call.fail(FailureKind::Unavailable, Sent::No, "there is no such process");
            return None;
        };
        link.submit(call, limits)
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
    link: Arc<Link>,
    id: u64,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut open = self.link.open.lock();
        let ended = open.calls.abandon(self.id);
        drop(open);
        if ended.is_some() {
            self.link.has_something();
        }
    }
}

impl Link {
    fn submit(self: &Arc<Link>, call: Arc<Pending>, limits: Limits) -> Option<Ticket> {
        if let Err(why) = &self.address {
            call.fail(FailureKind::Unavailable, Sent::No, why.clone());
            return None;
        }
        if call.request.len() > MAX_BODY {
            let detail = format!("the request has {} bytes; {MAX_BODY} at most can be sent", call.request.len());
            call.fail(FailureKind::Network, Sent::No, detail);
            return None;
        }
        let mut open = self.open.lock();
        if let Some(Err(difference)) = open.routes.as_ref().map(|routes| routes.number(call.method)) {
            let difference = difference.to_string();
            drop(open);
            call.fail(FailureKind::Version, Sent::No, difference);
            return None;
        }
        let id = open.calls.submit(call, limits.sent, limits.answered);
        let deadline = limits.sent.min(limits.answered);
        let is_driven = self.driven.swap(true, Ordering::SeqCst);
        let armed = self.armed.load(Ordering::SeqCst);
        if armed == 0 || deadline < armed {
            self.armed.store(deadline, Ordering::SeqCst);
        }
        let is_connected = open.routes.is_some();
        drop(open);
        if !is_driven {
            self.scheduler.io(carry::drive(self.clone()));
        } else if is_connected {
            self.has_something();
        } else {
            self.called.notify_one();
        }
        if armed == 0 {
            self.scheduler.io(carry::watch_deadlines(self.clone()));
        } else if deadline < armed {
            self.earlier.notify_one();
        }
        Some(Ticket { link: self.clone(), id })
    }

    /// There is something to send, before the next wait of a worker.
    fn has_something(self: &Arc<Link>) {
        if !self.is_dirty.swap(true, Ordering::SeqCst) {
            self.dirty.lock().push(self.clone());
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
        let _gathering = self.gathering.lock();
        // Asked when it is this one's turn: nothing is handed to a connection that has been given up.
        let Some(outbox) = self.outbox.lock().clone() else { return };
        while outbox.is_empty() && self.open.lock().calls.has_something() {
            outbox.put(|frames| self.gather(frames));
            outbox.flush();
        }
    }

    /// Requests to write, as far as they fit into one write.
    fn gather(&self, frames: &mut Vec<u8>) {
        let now = self.now();
        let Open { calls, routes } = &mut *self.open.lock();
        while let Some(call) = calls.cancel() {
            put_cancel(frames, call);
        }
        // Without a connection nobody gathers.
        let Some(routes) = routes else { return };
        while frames.len() < WRITE_BATCH {
            let Some(Piece { id, deadline, call, bytes, place }) = calls.send(|call| call.request.len(), PART) else {
                break;
            };
            let body = &call.request[bytes];
            // Calls without a number were refused when the connection was made.
            let method = routes.number(call.method).unwrap_or(u64::MAX);
            let put = match place {
                Place::Before => put_part(frames, id, body),
                Place::Last => put_request(frames, id, method, deadline.saturating_sub(now), body),
            };
            if put.is_err() {
                unreachable!("a piece fits into a frame");
            }
        }
    }

    fn take_in(&self, frame: Frame) -> Result<(), Parting> {
        match frame {
            Frame::Reply { call, body } => {
                let body = self.parts.lock().finish(call, body);
                let ended = self.open.lock().calls.replied(call);
                if let Some(call) = ended {
                    call.end(Outcome::Reply(body));
                }
            }
            Frame::Part { call, bytes } => {
                let added = self.parts.lock().add(call, &bytes);
                added.map_err(|_| Parting::Lost("it sends more than there is room for".to_string()))?;
            }
            Frame::Refused { call, ran, detail } => {
                self.parts.lock().forget(call);
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
            | Frame::Cancel { .. }
            | Frame::Ask
            | Frame::AskStatus
            | Frame::Status(_) => {
                return Err(Parting::Lost("it sent a frame that is no reply".to_string()));
            }
        }
        Ok(())
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
