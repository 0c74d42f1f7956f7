//! Serving others: their connections, and a task for each request. In: frames of other processes. Out: replies. A malformed
//! frame costs its sender the connection, nothing else.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use pluto_abi::layout::ReplyKind;
use pluto_proto::frame::{Decoder, Frame, Hello, Ran, Request, put_hello, put_refused, put_reply};
use tokio::io::AsyncReadExt;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use super::link::race;
use crate::task::{Task, Worker};
use crate::transport::{Incoming, Listener, Outbox, Outgoing};

/// A connection that does not introduce itself for so long is closed.
const HELLO_LIMIT: Duration = Duration::from_secs(5);
/// While so many requests of a connection run, no more are read from it.
const MOST_RUNNING: usize = 1024;
/// While so many bytes of replies wait for a connection, no more requests are read from it.
const MOST_UNWRITTEN: usize = 32 * 1024 * 1024;
const READ_BUFFER: usize = 64 * 1024;

/// What serves the requests of other processes.
#[derive(Debug)]
pub struct Server {
    worker: Rc<Worker>,
    hello: Hello,
    /// How many services have started, in their order.
    started: Cell<usize>,
    /// Of each method, how many services must have started before it may run.
    needs: Vec<usize>,
    /// Requests whose service has not started.
    parked: RefCell<Vec<Job>>,
    draining: Cell<bool>,
    running: Cell<usize>,
    /// All connections.
    connections: RefCell<Vec<Rc<Connection>>>,
    /// Those that have replies to write.
    dirty: RefCell<Vec<Rc<Connection>>>,
}

/// A request of a connection.
#[derive(Debug)]
struct Job {
    connection: Rc<Connection>,
    request: Request,
    deadline: u64,
}

/// What the tasks of a connection's requests share with it.
#[derive(Debug)]
struct Connection {
    /// Replies to be written.
    outbox: Outbox,
    /// It is among the dirty ones.
    is_dirty: Cell<bool>,
    has_room: Notify,
    running: Cell<usize>,
    closed: Cell<bool>,
}

impl Server {
    /// Serves on these listeners from now on. Requests wait until their service has started.
    pub fn start(worker: &Rc<Worker>, hello: Hello, listeners: Vec<Listener>) -> Rc<Server> {
        let program = worker.program();
        let server = Rc::new(Server {
            worker: worker.clone(),
            hello,
            started: Cell::new(0),
            needs: (0..program.handler_count()).map(|method| services_needed(worker, method)).collect(),
            parked: RefCell::default(),
            draining: Cell::new(false),
            running: Cell::new(0),
            connections: RefCell::default(),
            dirty: RefCell::default(),
        });
        let flushed = Rc::downgrade(&server);
        worker.before_waiting(move || {
            if let Some(server) = flushed.upgrade() {
                server.flush();
            }
        });
        for listener in listeners {
            worker.io(accept(server.clone(), listener));
        }
        server
    }

    /// So many services have started; their requests may run.
    pub fn started(self: &Rc<Server>, count: usize) {
        self.started.set(count);
        let parked = std::mem::take(&mut *self.parked.borrow_mut());
        for job in parked {
            self.run(job);
        }
    }

    /// Refuses what comes from now on.
    pub fn drain(&self) {
        self.draining.set(true);
    }

    /// Have all requests been answered, and the answers been written?
    pub fn is_quiet(&self) -> bool {
        self.running.get() == 0 && self.connections.borrow().iter().all(|connection| connection.outbox.is_empty())
    }

    fn take_in(self: &Rc<Server>, connection: &Rc<Connection>, request: Request) {
        let method = usize::try_from(request.method).unwrap_or(usize::MAX);
        if self.draining.get() {
            self.refuse(connection, request.call, Ran::No, &format!("process {} is stopping", self.hello.process));
        } else if method >= self.needs.len() {
            self.answer(connection, request.call, &[ReplyKind::Malformed as u8]);
        } else {
            let deadline = self.worker.now().saturating_add(request.remaining);
            self.run(Job { connection: connection.clone(), request, deadline });
        }
    }

    /// Starts a task for a request, or parks it until its service has started.
    fn run(self: &Rc<Server>, job: Job) {
        let method = job.request.method as usize;
        if self.needs[method] > self.started.get() {
            self.parked.borrow_mut().push(job);
            return;
        }
        let (server, connection, call) = (self.clone(), job.connection.clone(), job.request.call);
        self.running.set(self.running.get() + 1);
        connection.running.set(connection.running.get() + 1);
        let spawned = self.worker.spawn(move |task| server.execute(job, task));
        if let Err(error) = spawned {
            self.refuse(&connection, call, Ran::No, &format!("no memory for another task: {error}"));
            self.ended(&connection);
        }
    }

    /// Runs in the request's own task.
    fn execute(&self, job: Job, task: &Task) {
        let Job { connection, request, deadline } = job;
        task.set_deadline(deadline);
        let reply = self.worker.program().run_handler(request.method as usize, task, request.body);
        match reply {
            Ok(body) => self.answer(&connection, request.call, &body),
            Err(_) => self.refuse(&connection, request.call, Ran::Yes, "the reply is nested too deeply to be sent"),
        }
        self.ended(&connection);
    }

    fn ended(&self, connection: &Connection) {
        self.running.set(self.running.get() - 1);
        connection.running.set(connection.running.get() - 1);
        connection.has_room.notify_one();
        self.worker.nudge();
    }

    fn answer(&self, connection: &Rc<Connection>, call: u64, body: &[u8]) {
        match connection.outbox.put(|frames| put_reply(frames, call, body)) {
            Ok(()) => self.written_later(connection),
            Err(_) => {
                let detail = format!("the reply has {} bytes, more than a frame may have", body.len());
                self.refuse(connection, call, Ran::Yes, &detail);
            }
        }
    }

    fn refuse(&self, connection: &Rc<Connection>, call: u64, ran: Ran, detail: &str) {
        connection.outbox.put(|frames| put_refused(frames, call, ran, detail));
        self.written_later(connection);
    }

    fn written_later(&self, connection: &Rc<Connection>) {
        if !connection.closed.get() && !connection.is_dirty.replace(true) {
            self.dirty.borrow_mut().push(connection.clone());
            self.worker.nudge();
        }
    }

    /// Writes the replies that wait.
    fn flush(&self) {
        for connection in self.dirty.take() {
            connection.is_dirty.set(false);
            connection.outbox.flush();
            if connection.outbox.is_empty() && self.draining.get() {
                // Somebody waits until all is quiet.
                self.worker.nudge();
            }
        }
    }
}

/// How many services must have started before a method may run: its own and those before it.
fn services_needed(worker: &Worker, method: usize) -> usize {
    let program = worker.program();
    let class = program.handler_name(method).rsplit_once('.').map_or("", |(class, _)| class);
    let own = (0..program.service_count()).rev().find(|&index| program.service_name(index) == class);
    own.map_or(program.service_count(), |index| index + 1)
}

async fn accept(server: Rc<Server>, listener: Listener) {
    let Ok(listener) = listener.listen() else { return };
    loop {
        match listener.accept().await {
            Ok((incoming, outgoing)) => server.worker.io(converse(server.clone(), incoming, outgoing)),
            // Too many open files, or a caller that is gone already.
            Err(_) => sleep(Duration::from_millis(20)).await,
        }
    }
}

/// A connection from its first byte to its last.
async fn converse(server: Rc<Server>, mut incoming: Incoming, outgoing: Outgoing) {
    let outbox = Outbox::new(outgoing);
    outbox.put(|frames| put_hello(frames, &server.hello));
    outbox.flush();
    let Ok(Some((decoder, theirs))) = timeout(HELLO_LIMIT, introduction(&mut incoming)).await else { return };
    if theirs.build != server.hello.build {
        return;
    }
    let connection = Rc::new(Connection {
        outbox,
        is_dirty: Cell::new(false),
        has_room: Notify::new(),
        running: Cell::new(0),
        closed: Cell::new(false),
    });
    server.connections.borrow_mut().push(connection.clone());
    race(read(&server, &connection, decoder, incoming), write(&server, &connection)).await;
    connection.closed.set(true);
    server.connections.borrow_mut().retain(|other| !Rc::ptr_eq(other, &connection));
    server.worker.nudge();
}

async fn introduction(incoming: &mut Incoming) -> Option<(Decoder, Hello)> {
    let mut decoder = Decoder::default();
    let mut buffer = vec![0; 4096];
    loop {
        match decoder.take() {
            Ok(Some(Frame::Hello(hello))) => return Some((decoder, hello)),
            Ok(Some(Frame::Request(_) | Frame::Reply { .. } | Frame::Refused { .. })) | Err(_) => return None,
            Ok(None) => match incoming.read(&mut buffer).await {
                Ok(0) | Err(_) => return None,
                Ok(count) => decoder.push(&buffer[..count]),
            },
        }
    }
}

/// Takes requests in until the connection ends.
async fn read(server: &Rc<Server>, connection: &Rc<Connection>, mut decoder: Decoder, mut incoming: Incoming) {
    let mut buffer = vec![0; READ_BUFFER];
    loop {
        loop {
            while connection.running.get() >= MOST_RUNNING || connection.outbox.len() >= MOST_UNWRITTEN {
                connection.has_room.notified().await;
            }
            match decoder.take() {
                Ok(Some(Frame::Request(request))) => server.take_in(connection, request),
                Ok(None) => break,
                Ok(Some(Frame::Hello(_) | Frame::Reply { .. } | Frame::Refused { .. })) | Err(_) => return,
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
    while connection.outbox.bring_after().await.is_ok() {
        connection.has_room.notify_one();
        server.worker.nudge();
    }
}
