//! Serving others: their connections, and a task for each request. In: frames of other processes. Out: replies. A malformed
//! frame costs its sender the connection, nothing else. What nobody waits for any more, because the caller says so, its time is over, or its
//! connection is gone, is cancelled like any task; a method that changes its service goes on to its end.

mod connection;
mod status;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use connection::{Connection, Waits};
use pluto_abi::layout::ReplyKind;
use pluto_proto::frame::{Decoder, Frame, Hello, Ran, Request, put_hello};
use pluto_proto::parts::{MAX_BODY, Parts};
use pluto_proto::tally::{Ended, Tally};
use tokio::io::AsyncReadExt;
use tokio::time::{sleep, timeout};

use super::link::race;
use super::{Source, reply_kind};
use crate::os::program::TooDeep;
use crate::sync::Mutex;
use crate::task::{Scheduler, Task};
use crate::transport::{Incoming, Listener, Outbox, Outgoing};

/// A connection that does not introduce itself for so long is closed.
const HELLO_LIMIT: Duration = Duration::from_secs(5);
const READ_BUFFER: usize = 64 * 1024;

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
    running: AtomicUsize,
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

/// A request of a connection.
#[derive(Debug)]
struct Job {
    connection: Arc<Connection>,
    request: Request,
    /// In the scheduler's nanoseconds, like `deadline`.
    arrived: u64,
    deadline: u64,
}

impl Server {
    /// Serves on these listeners from now on. Requests wait until their service has started.
    pub fn start(scheduler: &'static Scheduler, hello: Hello, listeners: Vec<Listener>) -> Arc<Server> {
        let program = scheduler.program();
        let server = Arc::new(Server {
            scheduler,
            hello,
            started: AtomicUsize::new(0),
            needs: (0..program.handler_count()).map(|method| services_needed(scheduler, method)).collect(),
            parked: Mutex::default(),
            draining: AtomicBool::new(false),
            running: AtomicUsize::new(0),
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
            scheduler.io(accept(server.clone(), listener));
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

    /// Refuses what comes from now on.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::SeqCst);
    }

    /// Have all requests been answered, and the answers been written?
    pub fn is_quiet(&self) -> bool {
        self.running.load(Ordering::SeqCst) == 0
            && self.connections.lock().iter().all(|connection| connection.has_written_all())
    }

    fn take_in(self: &Arc<Server>, connection: &Arc<Connection>, request: Request) {
        let method = usize::try_from(request.method).unwrap_or(usize::MAX);
        if self.draining.load(Ordering::SeqCst) {
            self.refuse(connection, request.call, Ran::No, &format!("process {} is stopping", self.hello.process));
        } else if method >= self.needs.len() {
            self.answer(connection, request.call, vec![ReplyKind::Malformed as u8]);
        } else {
            let remaining = request.remaining.saturating_mul(1_000_000);
            let arrived = self.scheduler.clock.now();
            let deadline = arrived.saturating_add(remaining);
            self.run(Job { connection: connection.clone(), request, arrived, deadline });
        }
    }

    /// Starts a task for a request, or parks it until its service has started.
    fn run(self: &Arc<Server>, job: Job) {
        let method = job.request.method as usize;
        let mut parked = self.parked.lock();
        if self.needs[method] > self.started.load(Ordering::SeqCst) {
            parked.push(job);
            return;
        }
        drop(parked);
        let (server, connection, call) = (self.clone(), job.connection.clone(), job.request.call);
        self.running.fetch_add(1, Ordering::SeqCst);
        connection.begins();
        let spawned = self.scheduler.spawn(move |task| server.execute(job, task));
        if let Err(error) = spawned {
            self.refuse(&connection, call, Ran::No, &format!("no memory for another task: {error}"));
            self.ended(&connection);
        }
    }

    /// Runs in the request's own task.
    fn execute(&self, job: Job, task: &Task) {
        let Job { connection, request, arrived, deadline } = job;
        let (method, bytes_in) = (request.method as usize, request.body.len());
        if connection.runs(request.call, task.me()) == Waits::Yes {
            task.inherit_deadline(deadline);
            task.limit(deadline);
            let reply = self.run_handler(method, task, request.body);
            let waits = connection.ran(request.call);
            let (ended, bytes_out) = reply.as_ref().map_or((Ended::Cut, 0), |body| (ended(body), body.len()));
            let micros = self.scheduler.clock.now().saturating_sub(arrived) / 1_000;
            connection.count(method, |tally| tally.count(ended, micros, bytes_in, bytes_out));
            match reply {
                Err(_) => self.refuse(&connection, request.call, Ran::Yes, "the reply is nested too deeply to be sent"),
                Ok(body) if !body.is_empty() => self.answer(&connection, request.call, body),
                // It was cut short. Who waits until its own time is over says so itself.
                Ok(_) if waits == Waits::Yes && self.scheduler.clock.now() < deadline => {
                    self.refuse(&connection, request.call, Ran::Yes, "the method was cancelled there");
                }
                Ok(_) => {}
            }
        }
        self.ended(&connection);
    }

    /// The reply. With `PLUTO_REPEAT=1`, which is for tests, methods without effects run twice, as if the request had come again.
    fn run_handler(&self, method: usize, task: &Task, body: Vec<u8>) -> Result<Vec<u8>, TooDeep> {
        let program = self.scheduler.program();
        if self.repeats && program.is_repeatable(method) {
            drop(program.run_handler(method, task, body.clone()));
        }
        program.run_handler(method, task, body)
    }

    /// Nobody waits for this call any more.
    fn cancel(&self, connection: &Arc<Connection>, call: u64) {
        let mut parked = self.parked.lock();
        parked.retain(|job| !(Arc::ptr_eq(&job.connection, connection) && job.request.call == call));
        drop(parked);
        connection.cancel(call);
    }

    /// Nobody waits for any call of a connection.
    fn cancel_all(&self, connection: &Arc<Connection>) {
        self.parked.lock().retain(|job| !Arc::ptr_eq(&job.connection, connection));
        connection.cancel_all();
    }

    fn ended(&self, connection: &Connection) {
        self.running.fetch_sub(1, Ordering::SeqCst);
        connection.ends();
        self.nudge_if_draining();
    }

    /// Somebody may wait until all is quiet.
    fn nudge_if_draining(&self) {
        if self.draining.load(Ordering::SeqCst) {
            self.scheduler.nudge();
        }
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
    fn flush(&self) {
        let dirty = std::mem::take(&mut *self.dirty.lock());
        for connection in dirty {
            connection.flush();
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

async fn accept(server: Arc<Server>, listener: Listener) {
    let Ok(listener) = listener.listen() else { return };
    loop {
        match listener.accept().await {
            Ok((incoming, outgoing)) => server.scheduler.io(converse(server.clone(), incoming, outgoing)),
            // Too many open files, or a caller that is gone already.
            Err(_) => sleep(Duration::from_millis(20)).await,
        }
    }
}

/// A connection from its first byte to its last.
async fn converse(server: Arc<Server>, mut incoming: Incoming, outgoing: Outgoing) {
    let outbox = Outbox::new(outgoing);
    if outbox.put(|frames| put_hello(frames, &server.hello)).is_err() {
        // It serves more than can be said: nobody can call it.
        return;
    }
    outbox.flush();
    let Ok(Some((decoder, theirs))) = timeout(HELLO_LIMIT, introduction(&mut incoming)).await else { return };
    let connection = Arc::new(Connection::new(outbox, theirs.process));
    server.connections.lock().push(connection.clone());
    race(read(&server, &connection, decoder, incoming), write(&server, &connection)).await;
    connection.close();
    server.cancel_all(&connection);
    server.connections.lock().retain(|other| !Arc::ptr_eq(other, &connection));
    server.remember(&connection);
    server.nudge_if_draining();
}

async fn introduction(incoming: &mut Incoming) -> Option<(Decoder, Hello)> {
    let mut decoder = Decoder::of_caller();
    let mut buffer = vec![0; 4096];
    loop {
        match decoder.take() {
            Ok(Some(Frame::Hello(hello))) => return Some((decoder, hello)),
            // It must introduce itself first.
            Ok(Some(_)) | Err(_) => return None,
            Ok(None) => match incoming.read(&mut buffer).await {
                Ok(0) | Err(_) => return None,
                Ok(count) => decoder.push(&buffer[..count]),
            },
        }
    }
}

/// Takes requests in until the connection ends.
async fn read(server: &Arc<Server>, connection: &Arc<Connection>, mut decoder: Decoder, mut incoming: Incoming) {
    let mut buffer = vec![0; READ_BUFFER];
    let mut parts = Parts::default();
    loop {
        loop {
            connection.has_room().await;
            match decoder.take() {
                Ok(Some(Frame::Request(mut request))) => {
                    request.body = parts.finish(request.call, request.body);
                    server.take_in(connection, request);
                }
                Ok(Some(Frame::Cancel { call })) => {
                    parts.forget(call);
                    server.cancel(connection, call);
                }
                Ok(Some(Frame::Part { call, bytes })) => {
                    if parts.add(call, &bytes).is_err() {
                        return;
                    }
                }
                Ok(Some(Frame::Ask)) => connection.is_alive(),
                Ok(Some(Frame::AskStatus)) => connection.say(&server.status().to_json()),
                Ok(None) => break,
                // What only callees send.
                Ok(Some(_)) | Err(_) => return,
            }
        }
        match incoming.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(count) => decoder.push(&buffer[..count]),
        }
    }
}

/// Writes the replies that the socket did not take at once, until the connection ends.
async fn write(server: &Server, connection: &Connection) {
    while connection.bring_after().await.is_ok() {
        server.nudge_if_draining();
    }
}
