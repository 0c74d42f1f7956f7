//! Serving others: a task for each request of their connections ([`converse`]). In: requests. Out: replies. What nobody waits for any
//! more, because the caller says so, its time is over, or its connection is gone, is cancelled like any task; a method that changes its
//! service goes on to its end. A detached request has no reply and belongs to nobody: it runs to its end, and the log says how that was if
//! it was not good.

mod connection;
mod converse;
mod status;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use connection::{Connection, Held, Waits};
pub(super) use connection::{LIMITS, Limits};
use pluto_abi::layout::ReplyKind;
use pluto_proto::frame::{Awaits, Hello, Ran, Request};
use pluto_proto::parts::MAX_BODY;
use pluto_proto::session::Sent;
use pluto_proto::tally::{Ended, Tally};

use super::{Failure, FailureKind, Source, reply_kind};
use crate::heap::wire::{Buffer, Reader};
use crate::log::{Level, say};
use crate::os::program::TooDeep;
use crate::sync::Mutex;
use crate::task::fault::Fault;
use crate::task::handle::log_fault;
use crate::task::{NEVER, Scheduler, Task};
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
    running: AtomicUsize,
    limits: Limits,
    /// May it share memory with callers?
    sharing: Sharing,
    /// Methods without effects run twice.
    repeats: bool,
    /// Since when it serves, in the scheduler's nanoseconds.
    since: u64,
    /// The calls of connections that have ended, by caller and method.
    past: Mutex<BTreeMap<(String, usize), Tally>>,
    /// All connections.
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
            running: AtomicUsize::new(0),
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
        let jobs = std::mem::take(&mut *parked);
        drop(parked);
        for job in jobs {
            self.run(job);
        }
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
        // In this order: what is read, runs before it counts as looked at.
        connections.iter().all(|connection| connection.is_read())
            && self.running.load(Ordering::SeqCst) == 0
            && connections.iter().all(|connection| connection.has_written_all())
    }

    fn take_in(self: &Arc<Server>, connection: &Arc<Connection>, request: Request) {
        let method = usize::try_from(request.method).unwrap_or(usize::MAX);
        if self.refuses(request.awaits) {
            self.turn_away(connection, &request, &format!("process {} is stopping", self.hello.process));
        } else if method >= self.needs.len() {
            self.unreadable(connection, &request);
        } else {
            let arrived = self.scheduler.clock.now();
            let deadline = match request.awaits {
                Awaits::Reply { remaining } => arrived.saturating_add(remaining.saturating_mul(1_000_000)),
                Awaits::Nothing => NEVER,
            };
            if let Some(held) = connection.admit(Held { request, arrived, deadline }) {
                self.begin(Job { connection: connection.clone(), held });
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

    /// Starts a task for a request that counts as running in its connection, or parks it until its service has started.
    fn begin(self: &Arc<Server>, job: Job) {
        self.running.fetch_add(1, Ordering::SeqCst);
        self.run(job);
    }

    fn run(self: &Arc<Server>, job: Job) {
        let method = job.held.request.method as usize;
        let mut parked = self.parked.lock();
        if self.needs[method] > self.started.load(Ordering::SeqCst) {
            parked.push(job);
            return;
        }
        drop(parked);
        // A task that was not made takes the job with it.
        let (connection, call, awaits) = (job.connection.clone(), job.held.request.call, job.held.request.awaits);
        let server = self.clone();
        if let Err(error) = self.scheduler.spawn(move |task| server.execute(job, task)) {
            connection.ran(call);
            let request = Request { call, method: method as u64, awaits, body: vec![] };
            self.turn_away(&connection, &request, &format!("no memory for another task: {error}"));
            self.ended(&connection);
        }
    }

    /// Begins the requests of a connection that waited, as far as its limits allow.
    fn go_on(self: &Arc<Server>, connection: &Arc<Connection>) {
        while let Some(held) = connection.next() {
            self.begin(Job { connection: connection.clone(), held });
        }
    }

    /// Runs in the request's own task.
    fn execute(self: &Arc<Server>, job: Job, task: &Task) {
        let connection = job.connection;
        match job.held.request.awaits {
            Awaits::Reply { .. } => self.execute_answered(&connection, job.held, task),
            Awaits::Nothing => self.execute_detached(&connection, job.held, task),
        }
        self.ended(&connection);
        self.go_on(&connection);
    }

    fn execute_answered(&self, connection: &Arc<Connection>, held: Held, task: &Task) {
        let Held { request, arrived, deadline } = held;
        let (method, bytes_in) = (request.method as usize, request.body.len());
        if connection.runs(request.call, task.me()) == Waits::No {
            return;
        }
        task.inherit_deadline(deadline);
        task.limit(deadline);
        let reply = self.run_handler(method, task, request.body, Buffer::new());
        let waits = connection.ran(request.call);
        let (ended, bytes_out) = reply.as_ref().map_or((Ended::Cut, 0), |body| (ended(body), body.len()));
        let micros = self.scheduler.clock.now().saturating_sub(arrived) / 1_000;
        connection.count(method, |tally| tally.count(ended, micros, bytes_in, bytes_out));
        match reply {
            Err(_) => self.refuse(connection, request.call, Ran::Yes, "the reply is nested too deeply to be sent"),
            Ok(body) if !body.is_empty() => self.answer(connection, request.call, body),
            // It was cut short. Who waits until its own time is over says so itself.
            Ok(_) if waits == Waits::Yes && self.scheduler.clock.now() < deadline => {
                self.refuse(connection, request.call, Ran::Yes, "the method was cancelled there");
            }
            Ok(_) => {}
        }
    }

    fn execute_detached(&self, connection: &Arc<Connection>, held: Held, task: &Task) {
        let Held { request, arrived, .. } = held;
        let (method, bytes_in) = (request.method as usize, request.body.len());
        let reply = self.run_handler(method, task, request.body, Buffer::unwanted());
        // A result that is too deep to be sent is not sent anyway.
        let ended = reply.as_ref().map_or(Ended::Value, |body| ended(body));
        let micros = self.scheduler.clock.now().saturating_sub(arrived) / 1_000;
        connection.count(method, |tally| tally.count(ended, micros, bytes_in, 0));
        let caller = connection.caller().unwrap_or_default();
        match reply.as_ref().ok().and_then(|body| Some((reply_kind(*body.first()?)?, body))) {
            Some((ReplyKind::Fault, body)) => {
                let mut fault = Fault::read(&mut Reader::new(body[1..].to_vec()));
                fault.path.push(format!("-- called from process {caller} --"));
                log_fault(&fault);
            }
            Some((ReplyKind::Malformed, _)) => self.unreadable_detached(connection, request.method),
            // An error was logged when the method ended with it.
            Some((ReplyKind::Value | ReplyKind::Error, _)) | None => {}
        }
    }

    /// The reply. With `PLUTO_REPEAT=1`, which is for tests, methods without effects run twice, as if the request had come again.
    fn run_handler(&self, method: usize, task: &Task, body: Vec<u8>, reply: Buffer) -> Result<Vec<u8>, TooDeep> {
        let program = self.scheduler.program();
        if self.repeats && program.is_repeatable(method) {
            drop(program.run_handler(method, task, body.clone(), Buffer::new()));
        }
        program.run_handler(method, task, body, reply)
    }

    /// Nobody waits for this call any more.
    fn cancel(self: &Arc<Server>, connection: &Arc<Connection>, call: u64) {
        let is_it = |job: &Job| Arc::ptr_eq(&job.connection, connection) && job.held.request.call == call;
        connection.cancel(call);
        self.unpark(connection, is_it);
    }

    /// Nobody waits for any call of a connection.
    fn cancel_all(self: &Arc<Server>, connection: &Arc<Connection>) {
        connection.cancel_all();
        self.unpark(connection, |job| Arc::ptr_eq(&job.connection, connection));
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
        for _ in 0..gone {
            self.ended(connection);
        }
        if gone > 0 {
            self.go_on(connection);
        }
    }

    fn ended(&self, connection: &Connection) {
        connection.ends();
        self.running.fetch_sub(1, Ordering::SeqCst);
        self.nudge_if_draining();
    }

    /// Somebody may wait until all is quiet.
    fn nudge_if_draining(&self) {
        if self.draining.load(Ordering::SeqCst) {
            self.scheduler.nudge();
        }
    }

    /// A request will not run, for this reason.
    fn turn_away(&self, connection: &Arc<Connection>, request: &Request, detail: &str) {
        match request.awaits {
            Awaits::Reply { .. } => self.refuse(connection, request.call, Ran::No, detail),
            Awaits::Nothing => {
                let detail = detail.to_string();
                let failure = Failure { kind: FailureKind::Unavailable, detail, sent: Sent::No };
                let name = usize::try_from(request.method).map_or("?", |at| self.scheduler.program().handler_name(at));
                let (service, method) = name.split_once('.').unwrap_or(("?", name));
                failure.log(service, method);
            }
        }
    }

    fn unreadable(&self, connection: &Arc<Connection>, request: &Request) {
        match request.awaits {
            Awaits::Reply { .. } => self.answer(connection, request.call, vec![ReplyKind::Malformed as u8]),
            Awaits::Nothing => self.unreadable_detached(connection, request.method),
        }
    }

    fn unreadable_detached(&self, connection: &Connection, method: u64) {
        let caller = connection.caller().unwrap_or_default();
        let name = usize::try_from(method).map_or("?", |at| self.scheduler.program().handler_name(at));
        say(Level::Error, &format!("a detached call of {name} from process {caller} cannot be read"), &[]);
    }

    fn answer(&self, connection: &Arc<Connection>, call: u64, body: Vec<u8>) {
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

/// What a reply says of its call.
fn ended(reply: &[u8]) -> Ended {
    match reply.first().and_then(|byte| reply_kind(*byte)) {
        Some(ReplyKind::Value) => Ended::Value,
        Some(ReplyKind::Error) => Ended::Error,
        Some(ReplyKind::Fault) => Ended::Fault,
        Some(ReplyKind::Malformed) | None => Ended::Cut,
    }
}

/// How many services must have started before a method may run: its own and those before it.
fn services_needed(scheduler: &Scheduler, method: usize) -> usize {
    let program = scheduler.program();
    let class = program.handler_name(method).rsplit_once('.').map_or("", |(class, _)| class);
    let own = (0..program.service_count()).rev().find(|&index| program.service_name(index) == class);
    own.map_or(program.service_count(), |index| index + 1)
}
