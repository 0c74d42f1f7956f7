//! Serving others: tasks run the requests of their connections ([`converse`], [`run`]). In: requests. Out: replies. What nobody waits for any
//! more, because the caller says so, its time is over, or its connection is gone, is cancelled like any task; a method that changes its
//! service goes on to its end. A detached request has no reply and belongs to nobody: it runs to its end, and the log says how that was if
//! it was not good.

mod connection;
mod converse;
mod run;
mod status;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use connection::{Admitted, Connection, Held, SendFor};
pub(super) use connection::{LIMITS, Limits};
use pluto_abi::layout::ReplyKind;
use pluto_proto::frame::{Awaits, Head, Hello, Ran};
use pluto_proto::parts::MAX_BODY;
use pluto_proto::session::Sent;
use pluto_proto::tally::Tally;

use super::{Failure, FailureKind, Source, reply_kind};
use crate::log::{Level, say};
use crate::sync::Mutex;
use crate::task::{NEVER, Scheduler};
use crate::transport::{Listener, Sharing};

/// What serves the requests of other processes.
#[derive(Debug)]
pub struct Server {
    scheduler: &'static Scheduler,
    hello: Hello,
    /// How many services have started, in their order. Changes with `parked` locked.
    started: AtomicUsize,
    /// Of each method, how many services must have started before it may run.
    needs: Vec<usize>,
    /// Requests whose service has not started.
    parked: Mutex<Vec<Job>>,
    draining: AtomicBool,
    /// The services stop: nothing is begun any more.
    closed: AtomicBool,
    limits: Limits,
    /// May it share memory with callers?
    sharing: Sharing,
    /// Methods without effects run twice.
    repeats: bool,
    /// Since when it serves, in the scheduler's nanoseconds.
    since: u64,
    /// The calls of connections that have ended, by caller and method.
    past: Mutex<BTreeMap<(String, usize), Tally>>,
    /// All connections that have not ended, or of which requests still run.
    connections: Mutex<Vec<Arc<Connection>>>,
    /// Those that have replies to write.
    dirty: Mutex<Vec<Arc<Connection>>>,
    /// Others may wake tasks here, if they may call anything.
    _source: Option<Source>,
}

/// A request that may run.
#[derive(Debug)]
struct Job {
    connection: Arc<Connection>,
    held: Held,
}

impl Server {
    /// Serves on these listeners from now on. Requests wait until their service has started.
    pub fn start(
        scheduler: &'static Scheduler,
        hello: Hello,
        listeners: Vec<Listener>,
        sharing: Sharing,
    ) -> Arc<Server> {
        Server::start_within(scheduler, hello, listeners, sharing, LIMITS)
    }

    /// The same with connections that may cost so much.
    pub(super) fn start_within(
        scheduler: &'static Scheduler,
        hello: Hello,
        listeners: Vec<Listener>,
        sharing: Sharing,
        limits: Limits,
    ) -> Arc<Server> {
        let program = scheduler.program();
        let server = Arc::new(Server {
            scheduler,
            hello,
            started: AtomicUsize::new(0),
            needs: (0..program.handler_count()).map(|method| services_needed(scheduler, method)).collect(),
            parked: Mutex::default(),
            draining: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            limits,
            sharing,
            since: scheduler.clock.now(),
            past: Mutex::default(),
            repeats: std::env::var_os("PLUTO_REPEAT").is_some_and(|value| value == "1"),
            connections: Mutex::default(),
            dirty: Mutex::default(),
            _source: (program.handler_count() > 0).then(|| Source::new(scheduler)),
        });
        let flushed = Arc::downgrade(&server);
        scheduler.before_waiting(move || {
            if let Some(server) = flushed.upgrade() {
                server.flush();
            }
        });
        for listener in listeners {
            scheduler.io(converse::accept(server.clone(), listener));
        }
        server
    }

    /// So many services have started; their requests may run.
    pub fn started(self: &Arc<Server>, count: usize) {
        let mut parked = self.parked.lock();
        self.started.store(count, Ordering::SeqCst);
        let (now, later) = std::mem::take(&mut *parked).into_iter().partition(|job| self.may_run(&job.held));
        *parked = later;
        // Locked until they are ready: see `cancel`.
        now.into_iter().for_each(|job: Job| self.is_ready(&job.connection, job.held));
    }

    /// Refuses what comes from now on and could be told so.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::SeqCst);
    }

    /// Refuses everything from now on.
    pub fn close(&self) {
        self.drain();
        self.closed.store(true, Ordering::SeqCst);
    }

    /// Has all that came been looked at, have all requests ended, and the answers been written?
    pub fn is_quiet(&self) -> bool {
        let connections = self.connections.lock().clone();
        let mut open = connections.iter().filter(|connection| !connection.is_closed());
        // In this order: what is read, runs before it counts as looked at.
        open.clone().all(|connection| connection.is_read())
            && connections.iter().all(|connection| connection.running() == 0)
            && open.all(|connection| connection.has_written_all())
    }

    fn take_in(self: &Arc<Server>, connection: &Arc<Connection>, head: Head, body: Cow<'_, [u8]>, arrived: u64) {
        let method = usize::try_from(head.method).unwrap_or(usize::MAX);
        if self.refuses(head.awaits) {
            self.turn_away(connection, head, &format!("process {} is stopping", self.hello.process));
        } else if method >= self.needs.len() {
            self.unreadable(connection, head);
        } else {
            let deadline = match head.awaits {
                Awaits::Reply { remaining } => arrived.saturating_add(remaining.saturating_mul(1_000_000)),
                Awaits::Nothing => NEVER,
            };
            match connection.admit(head, body, (arrived, deadline), |held| self.may_run(held)) {
                Admitted::Ready(sent_for) => self.send_for(connection, sent_for),
                Admitted::ToBeParked(held) => self.park(connection, held),
            }
        }
    }

    /// Who waits is told that the process stops. Nobody can tell a detached call from one that came a moment before: as long as the
    /// services are there, it runs.
    fn refuses(&self, awaits: Awaits) -> bool {
        match awaits {
            Awaits::Reply { .. } => self.draining.load(Ordering::SeqCst),
            Awaits::Nothing => self.closed.load(Ordering::SeqCst),
        }
    }

    /// A request that counts as running in its connection waits until its service has started.
    fn park(self: &Arc<Server>, connection: &Arc<Connection>, held: Held) {
        let mut parked = self.parked.lock();
        if self.may_run(&held) {
            drop(parked);
            self.is_ready(connection, held);
        } else {
            parked.push(Job { connection: connection.clone(), held });
        }
    }

    fn is_ready(self: &Arc<Server>, connection: &Arc<Connection>, held: Held) {
        let sent_for = connection.is_ready(held);
        self.send_for(connection, sent_for);
    }

    /// Has its service started?
    fn may_run(&self, held: &Held) -> bool {
        self.needs[held.request.method as usize] <= self.started.load(Ordering::SeqCst)
    }

    /// Begins the requests of a connection that waited, as far as its limits allow.
    fn go_on(self: &Arc<Server>, connection: &Arc<Connection>) {
        if !connection.holds_some() {
            return;
        }
        // Locked also while it moves on: see `cancel`.
        let mut parked = self.parked.lock();
        let mut park = |held| {
            if self.may_run(&held) {
                return Some(held);
            }
            parked.push(Job { connection: connection.clone(), held });
            None
        };
        while let Some(sent_for) = connection.begin_held(&mut park) {
            self.send_for(connection, sent_for);
        }
    }

    /// Sends for a task that runs what is ready in a connection, if that is to be done.
    fn send_for(self: &Arc<Server>, connection: &Arc<Connection>, sent_for: SendFor) {
        match sent_for {
            SendFor::Another(work) => self.spawn_runner(connection, work),
            SendFor::Nobody => {}
        }
    }

    fn spawn_runner(self: &Arc<Server>, connection: &Arc<Connection>, work: u64) {
        let (server, its) = (self.clone(), connection.clone());
        let Err(error) = self.scheduler.spawn_to_share(work, move |task| server.run(&its, task)) else { return };
        let all = connection.nobody_comes();
        for held in &all {
            self.turn_away(connection, held.request.head(), &format!("no memory for another task: {error}"));
        }
        self.will_not_run(connection, all.len());
    }

    /// Nobody waits for this call any more.
    fn cancel(self: &Arc<Server>, connection: &Arc<Connection>, call: u64) {
        // In the order in which requests move on, so that it cannot be behind us.
        connection.cancel_held(call);
        self.unpark(connection, |job| Arc::ptr_eq(&job.connection, connection) && job.held.request.call == call);
        if connection.cancel_begun(call) {
            self.has_ended(connection);
            self.go_on(connection);
        }
    }

    /// Nobody waits for any call of a connection.
    fn cancel_all(self: &Arc<Server>, connection: &Arc<Connection>) {
        connection.cancel_all_held();
        self.unpark(connection, |job| Arc::ptr_eq(&job.connection, connection));
        connection.cancel_all_begun();
        // Detached ones may be held, and nothing run whose end would let them begin.
        self.go_on(connection);
    }

    /// These requests of a connection will not run, unless they are detached.
    fn unpark(self: &Arc<Server>, connection: &Arc<Connection>, is_it: impl Fn(&Job) -> bool) {
        let mut parked = self.parked.lock();
        let before = parked.len();
        parked.retain(|job| job.held.request.awaits == Awaits::Nothing || !is_it(job));
        let gone = before - parked.len();
        drop(parked);
        if gone > 0 {
            self.will_not_run(connection, gone);
            self.go_on(connection);
        }
    }

    /// So many requests of a connection that have begun will not be run.
    fn will_not_run(&self, connection: &Arc<Connection>, count: usize) {
        connection.will_not_run(count);
        self.has_ended(connection);
    }

    /// A request of a connection has ended, or the connection itself.
    fn has_ended(&self, connection: &Arc<Connection>) {
        if connection.is_closed() && connection.running() == 0 {
            self.forget(connection);
        }
        self.nudge_if_draining();
    }

    /// Nothing of a connection goes on. Whoever finds that out first sees to it that its calls are not forgotten.
    fn forget(&self, connection: &Arc<Connection>) {
        let mut connections = self.connections.lock();
        if let Some(place) = connections.iter().position(|other| Arc::ptr_eq(other, connection)) {
            connections.swap_remove(place);
            self.remember(connection);
        }
    }

    /// Somebody may wait until all is quiet.
    fn nudge_if_draining(&self) {
        if self.is_draining() {
            self.scheduler.nudge();
        }
    }

    fn is_draining(&self) -> bool {
        self.draining.load(Ordering::SeqCst)
    }

    /// A request will not run, for this reason.
    fn turn_away(&self, connection: &Arc<Connection>, head: Head, detail: &str) {
        match head.awaits {
            Awaits::Reply { .. } => self.refuse(connection, head.call, Ran::No, detail),
            Awaits::Nothing => {
                let detail = detail.to_string();
                let failure = Failure { kind: FailureKind::Unavailable, detail, sent: Sent::No };
                let name = usize::try_from(head.method).map_or("?", |at| self.scheduler.program().handler_name(at));
                let (service, method) = name.split_once('.').unwrap_or(("?", name));
                failure.log(service, method);
            }
        }
    }

    fn unreadable(&self, connection: &Arc<Connection>, head: Head) {
        match head.awaits {
            Awaits::Reply { .. } => self.answer(connection, head.call, &mut vec![ReplyKind::Malformed as u8]),
            Awaits::Nothing => self.unreadable_detached(connection, head.method),
        }
    }

    fn unreadable_detached(&self, connection: &Connection, method: u64) {
        let caller = connection.caller().unwrap_or_default();
        let name = usize::try_from(method).map_or("?", |at| self.scheduler.program().handler_name(at));
        say(Level::Error, &format!("a detached call of {name} from process {caller} cannot be read"), &[]);
    }

    fn answer(&self, connection: &Arc<Connection>, call: u64, body: &mut Vec<u8>) {
        if body.len() > MAX_BODY {
            let detail = format!("the reply has {} bytes; {MAX_BODY} at most can be sent", body.len());
            return self.refuse(connection, call, Ran::Yes, &detail);
        }
        connection.reply(call, body);
        self.written_later(connection);
    }

    fn refuse(&self, connection: &Arc<Connection>, call: u64, ran: Ran, detail: &str) {
        connection.refuse(call, ran, detail);
        self.written_later(connection);
    }

    fn written_later(&self, connection: &Arc<Connection>) {
        if connection.becomes_dirty() {
            self.dirty.lock().push(connection.clone());
            self.scheduler.mark_dirty();
        }
    }

    /// Writes the replies that wait.
    fn flush(self: &Arc<Server>) {
        let dirty = std::mem::take(&mut *self.dirty.lock());
        for connection in dirty {
            connection.flush();
            self.go_on(&connection);
            if connection.has_written_all() {
                self.nudge_if_draining();
            }
        }
    }
}

/// How many services must have started before a method may run: its own and those before it.
fn services_needed(scheduler: &Scheduler, method: usize) -> usize {
    let program = scheduler.program();
    let class = program.handler_name(method).rsplit_once('.').map_or("", |(class, _)| class);
    let own = (0..program.service_count()).rev().find(|&index| program.service_name(index) == class);
    own.map_or(program.service_count(), |index| index + 1)
}
