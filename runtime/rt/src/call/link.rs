//! The way to another process: its calls, and the one connection that carries them. In: calls of this process's tasks. Out:
//! their outcomes. The connection is made when the first call wants it, and made again, with growing pauses, while calls wait.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::{Rc, Weak};
use std::task::Poll;
use std::time::Duration;

use pluto_proto::backoff::Backoff;
use pluto_proto::frame::{Decoder, Frame, Hello, MAX_FRAME, Ran, put_hello, put_request};
use pluto_proto::session::{Sent, Session};
use pluto_proto::topology::Address;
use tokio::io::AsyncReadExt;
use tokio::sync::Notify;
use tokio::time::{sleep, sleep_until, timeout};

use super::{FailureKind, Outcome, Pending};
use crate::task::{NEVER, Worker};
use crate::transport::{Incoming, Outbox, connect};

/// How long a call waits if nobody says otherwise, in milliseconds.
pub const DEFAULT_DEADLINE: u64 = 5_000;
/// Room in a request's frame for what stands before its body.
const HEAD_ROOM: usize = 64;
/// A connection that does not introduce itself for so long is given up.
const HELLO_LIMIT: Duration = Duration::from_secs(5);
/// At most so many bytes are gathered for one write.
const WRITE_BATCH: usize = 256 * 1024;
const READ_BUFFER: usize = 64 * 1024;

/// The ways to all processes, by number.
#[derive(Debug)]
pub struct Links {
    links: Vec<Rc<Link>>,
    /// Those that have something to send.
    dirty: Rc<RefCell<Vec<Rc<Link>>>>,
}

/// The way to one process.
#[derive(Debug)]
struct Link {
    worker: Weak<Worker>,
    hello: Hello,
    /// The process's name.
    peer: String,
    /// Where it is, or why nobody knows.
    address: Result<Address, String>,
    session: RefCell<Session<Rc<Pending>>>,
    /// A connection exists or is being made.
    driven: Cell<bool>,
    /// The connection, while there is one.
    outbox: RefCell<Option<Rc<Outbox>>>,
    /// Those links that have something to send; this one is there if `is_dirty`.
    dirty: Rc<RefCell<Vec<Rc<Link>>>>,
    is_dirty: Cell<bool>,
    /// When the task that ends calls at their deadline will look again.
    armed: Cell<u64>,
    earlier: Notify,
    /// Why the last attempt to connect failed.
    trouble: RefCell<String>,
}

/// Why a connection ended.
enum Parting {
    /// It broke.
    Lost(String),
    /// The two will never understand each other.
    Refused(String),
}

impl Links {
    /// Ways to these processes (name, address); nothing is connected yet.
    pub fn new(worker: &Rc<Worker>, hello: &Hello, peers: Vec<(String, Result<Address, String>)>) -> Links {
        let dirty = Rc::<RefCell<Vec<Rc<Link>>>>::default();
        let link = |(peer, address)| {
            Rc::new(Link {
                worker: Rc::downgrade(worker),
                hello: hello.clone(),
                peer,
                address,
                session: RefCell::default(),
                driven: Cell::new(false),
                outbox: RefCell::default(),
                dirty: dirty.clone(),
                is_dirty: Cell::new(false),
                armed: Cell::new(0),
                earlier: Notify::new(),
                trouble: RefCell::default(),
            })
        };
        Links { links: peers.into_iter().map(link).collect(), dirty }
    }

    /// Sends what waits to be sent, as far as there are connections.
    pub fn flush(&self) {
        let dirty = self.dirty.take();
        for link in dirty {
            link.is_dirty.set(false);
            link.flush();
        }
    }

    /// Sends a call; it ends by this time at the latest.
    pub fn submit(&self, worker: &Rc<Worker>, peer: usize, call: Rc<Pending>, deadline: u64) -> Option<Ticket> {
        let Some(link) = self.links.get(peer) else {
            call.fail(FailureKind::Unavailable, Sent::No, "there is no such process");
            return None;
        };
        link.submit(worker, call, deadline)
    }

    /// The name of a process.
    pub fn name(&self, peer: usize) -> &str {
        self.links.get(peer).map_or("?", |link| &link.peer)
    }
}

/// A submitted call. Dropping it forgets the call: a reply will be dropped.
#[derive(Debug)]
pub struct Ticket {
    link: Rc<Link>,
    id: u64,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.link.session.borrow_mut().end(self.id);
    }
}

impl Link {
    fn submit(self: &Rc<Link>, worker: &Rc<Worker>, call: Rc<Pending>, deadline: u64) -> Option<Ticket> {
        if let Err(why) = &self.address {
            call.fail(FailureKind::Unavailable, Sent::No, why.clone());
            return None;
        }
        if call.request.len() + HEAD_ROOM > MAX_FRAME {
            let detail = format!("the request has {} bytes, more than the {MAX_FRAME} of a frame", call.request.len());
            call.fail(FailureKind::Network, Sent::No, detail);
            return None;
        }
        let id = self.session.borrow_mut().submit(call, deadline);
        if !self.driven.replace(true) {
            worker.io(drive(self.clone()));
        } else if !self.is_dirty.replace(true) {
            self.dirty.borrow_mut().push(self.clone());
        }
        if self.armed.get() == 0 {
            self.armed.set(deadline);
            worker.io(watch_deadlines(self.clone()));
        } else if deadline < self.armed.get() {
            self.armed.set(deadline);
            self.earlier.notify_one();
        }
        Some(Ticket { link: self.clone(), id })
    }

    fn now(&self) -> u64 {
        self.worker.upgrade().map_or(0, |worker| worker.now())
    }

    fn has_unsent(&self) -> bool {
        self.session.borrow_mut().has_unsent()
    }

    fn expire(&self) {
        let ended = self.session.borrow_mut().expire(self.now());
        for (call, sent) in ended {
            match sent {
                Sent::Yes => {
                    call.fail(FailureKind::Timeout, sent, format!("no reply from process {} in time", self.peer))
                }
                Sent::No => call.fail(FailureKind::Unavailable, sent, self.unreachable()),
            }
        }
    }

    fn unreachable(&self) -> String {
        let trouble = self.trouble.borrow();
        if trouble.is_empty() {
            return format!("process {} could not be reached in time", self.peer);
        }
        format!("process {} could not be reached in time: {trouble}", self.peer)
    }

    /// Writes requests until none is left or the socket takes no more.
    fn flush(&self) {
        let Some(outbox) = self.outbox.borrow().clone() else { return };
        while outbox.is_empty() && self.has_unsent() {
            outbox.put(|frames| self.gather(frames));
            outbox.flush();
        }
    }

    /// Requests to write, as far as they fit into one write.
    fn gather(&self, frames: &mut Vec<u8>) {
        let now = self.now();
        let mut session = self.session.borrow_mut();
        while frames.len() < WRITE_BATCH {
            let Some((id, deadline, call)) = session.send() else { break };
            if put_request(frames, id, call.method, deadline.saturating_sub(now), &call.request).is_err() {
                unreachable!("the size was checked when the call was submitted");
            }
        }
    }

    fn take_in(&self, frame: Frame) -> Result<(), Parting> {
        match frame {
            Frame::Reply { call, body } => {
                let ended = self.session.borrow_mut().replied(call);
                if let Some(call) = ended {
                    call.end(Outcome::Reply(body));
                }
            }
            Frame::Refused { call, ran, detail } => {
                let ended = self.session.borrow_mut().replied(call);
                match (ended, ran) {
                    (Some(call), Ran::Yes) => call.fail(FailureKind::Network, Sent::Yes, detail),
                    (Some(call), Ran::No) => call.fail(FailureKind::Unavailable, Sent::No, detail),
                    (None, Ran::Yes | Ran::No) => {}
                }
            }
            Frame::Hello(_) | Frame::Request(_) => {
                return Err(Parting::Lost("it sent a frame that is no reply".to_string()));
            }
        }
        Ok(())
    }
}

/// Connects while there are calls to send, and carries them.
async fn drive(link: Rc<Link>) {
    let mut backoff = Backoff::default();
    while link.has_unsent() {
        let Ok(address) = &link.address else { break };
        let parting = match timeout(HELLO_LIMIT, introduce(&link, address)).await {
            Ok(Ok((decoder, incoming, outgoing))) => {
                backoff.succeeded();
                link.trouble.borrow_mut().clear();
                let outbox = Rc::new(outgoing);
                *link.outbox.borrow_mut() = Some(outbox.clone());
                link.flush();
                let parting = race(read(&link, decoder, incoming), write(&link, &outbox)).await;
                *link.outbox.borrow_mut() = None;
                parting
            }
            Ok(Err(parting)) => parting,
            Err(_) => Parting::Lost("it does not introduce itself".to_string()),
        };
        match parting {
            Parting::Lost(why) => {
                let ended = link.session.borrow_mut().lost();
                for call in ended {
                    call.fail(
                        FailureKind::Network,
                        Sent::Yes,
                        format!("the connection to process {} is lost: {why}", link.peer),
                    );
                }
                *link.trouble.borrow_mut() = why;
                if link.has_unsent() {
                    sleep(Duration::from_millis(backoff.failed())).await;
                }
            }
            Parting::Refused(why) => {
                let ended = link.session.borrow_mut().refused();
                for call in ended {
                    call.fail(FailureKind::Unavailable, Sent::No, why.clone());
                }
            }
        }
    }
    link.driven.set(false);
}

/// Connects, and learns who is there.
async fn introduce(link: &Link, address: &Address) -> Result<(Decoder, Incoming, Outbox), Parting> {
    let lost = |error: std::io::Error| Parting::Lost(format!("{address}: {error}"));
    let (mut incoming, outgoing) = connect(address).await.map_err(lost)?;
    let outbox = Outbox::new(outgoing);
    outbox.put(|frames| put_hello(frames, &link.hello));
    outbox.flush();
    let mut decoder = Decoder::default();
    let mut buffer = vec![0; 4096];
    loop {
        match decoder.take() {
            Ok(Some(Frame::Hello(hello))) if hello.build != link.hello.build => {
                let why =
                    format!("process {} is of another build ({}, not {})", link.peer, hello.build, link.hello.build);
                return Err(Parting::Refused(why));
            }
            Ok(Some(Frame::Hello(hello))) if hello.process != link.peer => {
                let why = format!("at {address} is process {}, not {}", hello.process, link.peer);
                return Err(Parting::Refused(why));
            }
            Ok(Some(Frame::Hello(_))) => return Ok((decoder, incoming, outbox)),
            Ok(Some(Frame::Request(_) | Frame::Reply { .. } | Frame::Refused { .. })) | Err(_) => {
                return Err(Parting::Lost(format!("{address}: no Pluto process answers there")));
            }
            Ok(None) => match incoming.read(&mut buffer).await.map_err(lost)? {
                0 => return Err(Parting::Lost(format!("{address}: the connection was closed"))),
                count => decoder.push(&buffer[..count]),
            },
        }
    }
}

/// Takes replies in until the connection ends.
async fn read(link: &Link, mut decoder: Decoder, mut incoming: Incoming) -> Parting {
    let mut buffer = vec![0; READ_BUFFER];
    loop {
        loop {
            match decoder.take() {
                Ok(Some(frame)) => {
                    if let Err(parting) = link.take_in(frame) {
                        return parting;
                    }
                }
                Ok(None) => break,
                Err(_) => return Parting::Lost("it sent a malformed frame".to_string()),
            }
        }
        match incoming.read(&mut buffer).await {
            Ok(0) => return Parting::Lost("the process closed it".to_string()),
            Ok(count) => decoder.push(&buffer[..count]),
            Err(error) => return Parting::Lost(error.to_string()),
        }
    }
}

/// Writes the requests that the socket did not take at once, until the connection ends.
async fn write(link: &Link, outbox: &Outbox) -> Parting {
    loop {
        if let Err(error) = outbox.bring_after().await {
            return Parting::Lost(error.to_string());
        }
        link.flush();
    }
}

/// Ends calls at their deadlines, for ever.
async fn watch_deadlines(link: Rc<Link>) {
    loop {
        let moment = link.worker.upgrade().map(|worker| worker.moment(link.armed.get()));
        let Some(moment) = moment else { return };
        if link.armed.get() == NEVER {
            link.earlier.notified().await;
        } else {
            race(sleep_until(moment.into()), link.earlier.notified()).await;
        }
        link.expire();
        link.armed.set(link.session.borrow().next_deadline().unwrap_or(NEVER));
    }
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
