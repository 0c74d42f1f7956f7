//! Calls between two schedulers in one process, over real sockets.

mod detached;
mod ends;
mod limits;
mod shared;
mod sharing;

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use pluto_abi::layout::ReplyKind;
use pluto_proto::frame::{Decoder, Frame, Hello, MAX_FRAME, Offer, put_hello, put_request};
use pluto_proto::parts::MAX_BODY;
use pluto_proto::pulse::INTERVAL;
use pluto_proto::session::{Load, ROOM, Sent};
use pluto_proto::supervision::{self, Supervised, SupervisedState, Supervision};
use pluto_proto::topology::{Address, fingerprint};
use tokio::time::sleep;

use super::link::{Limits, Links, Manner};
use super::serve::{self, Server};
use super::{Call, Failure, FailureKind, Hears, Outcome, Pending, Target, introduction};
use crate::heap::wire::{Buffer, Reader};
use crate::os::program::Transport;
use crate::os::sample::Sample;
use crate::task::scheduler::Settings;
use crate::task::{Entry, Scheduler, Task};
use crate::transport::{Leftovers, Sharing, bind};
use pluto_abi::layout::Waited;

// The caller's numbers: the callee's are others.
const LENGTH: u64 = 0;
const FOREVER: u64 = 1;
const LATER: u64 = 2;
const LARGE: u64 = 3;
const SLOW: u64 = 4;
const ECHO: u64 = 5;
const UNKNOWN: u64 = 6;
const NOTE: u64 = 7;
/// The callee's numbers.
const ECHO_THERE: u64 = 0;
const SLOW_THERE: u64 = 1;
const FOREVER_THERE: u64 = 4;
const LENGTH_THERE: u64 = 5;
const NOTE_THERE: u64 = 6;
const FAULTY_THERE: u64 = 7;
const TOGETHER_THERE: u64 = 8;
const WHO_THERE: u64 = 9;

/// More than fits into a frame, and into what a socket takes at once.
const MANY: usize = 5 * MAX_FRAME + 3;

/// The requests of `forever` that were cut short.
static CUT: Mutex<BTreeSet<i64>> = Mutex::new(BTreeSet::new());
/// The requests of `forever` that have begun.
static BEGUN: Mutex<BTreeSet<i64>> = Mutex::new(BTreeSet::new());
/// The requests of `note` that came to their end.
static NOTED: Mutex<BTreeSet<i64>> = Mutex::new(BTreeSet::new());

extern "C" fn echo(task: &Task, reader: &mut Reader, reply: &mut Buffer) {
    rest(task, 0);
    reply.byte(ReplyKind::Value as u8);
    reply.int(reader.int());
}

extern "C" fn slow(task: &Task, _reader: &mut Reader, reply: &mut Buffer) {
    if !rest(task, 300) {
        // Its caller does not wait any more.
        task.take_stop();
        return;
    }
    reply.byte(ReplyKind::Value as u8);
}

extern "C" fn large(_task: &Task, _reader: &mut Reader, reply: &mut Buffer) {
    reply.byte(ReplyKind::Value as u8);
    reply.text(&"x".repeat(MANY));
}

extern "C" fn length(_task: &Task, reader: &mut Reader, reply: &mut Buffer) {
    let length = reader.text().len();
    reply.byte(ReplyKind::Value as u8);
    reply.int(length as i64);
}

extern "C" fn forever(task: &Task, reader: &mut Reader, _reply: &mut Buffer) {
    let id = reader.int();
    begun().insert(id);
    let waited = loop {
        match task.sleep(600 * 1_000_000_000, 0) {
            Waited::Suspend => task.suspend(),
            over @ (Waited::Done
            | Waited::Early
            | Waited::Closed
            | Waited::Lost
            | Waited::Cancelled
            | Waited::Error) => break over,
        }
    };
    assert_eq!(waited, Waited::Early);
    task.take_stop();
    cut().insert(id);
}

extern "C" fn note(task: &Task, reader: &mut Reader, reply: &mut Buffer) {
    let id = reader.int();
    rest(task, 50);
    reply.byte(ReplyKind::Value as u8);
    noted().insert(id);
}

extern "C" fn faulty(_task: &Task, _reader: &mut Reader, reply: &mut Buffer) {
    reply.byte(ReplyKind::Fault as u8);
    reply.text("this is a test");
    reply.varint(0);
}

fn begun() -> std::sync::MutexGuard<'static, BTreeSet<i64>> {
    BEGUN.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn noted() -> std::sync::MutexGuard<'static, BTreeSet<i64>> {
    NOTED.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Waits until that request came to its end.
fn wait_until_noted(id: i64) {
    let limit = Instant::now() + Duration::from_secs(10);
    while !noted().contains(&id) {
        assert!(Instant::now() < limit, "the callee does not come to the end of {id}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn cut() -> std::sync::MutexGuard<'static, BTreeSet<i64>> {
    CUT.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Waits until that request of `forever` has begun.
fn wait_until_begun(id: i64) {
    let limit = Instant::now() + Duration::from_secs(10);
    while !begun().contains(&id) {
        assert!(Instant::now() < limit, "the callee does not begin {id}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Waits until that request was cut short.
fn wait_until_cut(id: i64) {
    let limit = Instant::now() + Duration::from_secs(10);
    while !cut().contains(&id) {
        assert!(Instant::now() < limit, "the callee goes on");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Sleeps for so many milliseconds; false: it was cut short.
fn rest(task: &Task, millis: i64) -> bool {
    loop {
        let waited = task.sleep(millis * 1_000_000, 0);
        if waited != Waited::Suspend {
            return waited == Waited::Done;
        }
        task.suspend();
    }
}

fn scheduler(sample: Sample) -> &'static Scheduler {
    Scheduler::new(sample.program(), Settings { workers: 2, seed: None })
}

fn hello(process: &str, build: &str) -> Hello {
    let (system, instance) = ("Sample".to_string(), u64::from(std::process::id()));
    Hello { build: build.to_string(), system, process: process.to_string(), instance, methods: vec![] }
}

/// A process that serves on a thread, until this is dropped.
struct Callee {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Callee {
    fn start(way: &Way, build: &'static str) -> Callee {
        Callee::with(way, build, serve::LIMITS, |_| {})
    }

    /// The same with connections that may cost so much.
    fn start_within(way: &Way, build: &'static str, limits: serve::Limits) -> Callee {
        Callee::with(way, build, limits, |_| {})
    }

    /// The same; of what it serves it says something else.
    fn saying(way: &Way, build: &'static str, change: impl FnOnce(&mut Vec<Offer>) + Send + 'static) -> Callee {
        Callee::with(way, build, serve::LIMITS, change)
    }

    fn with(
        way: &Way,
        build: &'static str,
        limits: serve::Limits,
        change: impl FnOnce(&mut Vec<Offer>) + Send + 'static,
    ) -> Callee {
        let stop = Arc::new(AtomicBool::new(false));
        let (flag, address) = (stop.clone(), way.address.clone());
        let (ready, is_ready) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let handlers: Vec<(_, crate::os::sample::Handler)> = vec![
                ("S.echo", echo),
                ("S.slow", slow),
                ("S.large", large),
                ("T.later", echo),
                ("S.forever", forever),
                ("S.length", length),
                ("S.note", note),
                ("S.faulty", faulty),
                ("S.together", sharing::together),
                ("S.who", sharing::who),
            ];
            let services = vec!["S", "T"];
            let scheduler = scheduler(Sample { name: "callee", handlers, services, ..Sample::default() });
            let mut leftovers = Leftovers::default();
            let listener = bind(&address, &mut leftovers).expect("a free address");
            let mut hello = introduction::as_callee(scheduler.program(), &hello("callee", build));
            change(&mut hello.methods);
            let server = Server::start_within(scheduler, hello, vec![listener], Sharing::Wanted, limits);
            server.started(1);
            let late = server.clone();
            let seen = flag.clone();
            scheduler.io(async move {
                sleep(Duration::from_millis(100)).await;
                late.started(2);
                while !seen.load(Ordering::Relaxed) {
                    sleep(Duration::from_millis(5)).await;
                }
                scheduler.nudge();
            });
            ready.send(()).expect("somebody waits");
            scheduler.run_until(|| flag.load(Ordering::Relaxed));
            scheduler.shut_down();
        });
        is_ready.recv().expect("the callee started");
        Callee { stop, thread: Some(thread) }
    }
}

impl Drop for Callee {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let ended = self.thread.take().expect("dropped once").join();
        if !std::thread::panicking() {
            ended.expect("the callee did not panic");
        }
    }
}

/// Runs a body in a task of a process that knows the callee.
fn as_caller(way: &Way, body: impl FnOnce(&Task) + Send + 'static) {
    as_caller_with(way, INTERVAL, ROOM, body);
}

/// The same; silent callees are asked so often, and so much may wait to be written.
fn as_caller_with(way: &Way, interval: u64, room: Load, body: impl FnOnce(&Task) + Send + 'static) {
    as_supervised_caller(way, None, Manner { interval, room, sharing: way.sharing }, body);
}

fn as_supervised_caller(
    way: &Way,
    supervision: Option<std::path::PathBuf>,
    manner: Manner,
    body: impl FnOnce(&Task) + Send + 'static,
) {
    let peers = vec![("caller", Transport::Itself), ("callee", Transport::Shared)];
    let methods = ["S.length", "S.forever", "T.later", "S.large", "S.slow", "S.echo", "S.unknown", "S.note"];
    let remotes = methods.into_iter().map(|name| (name, 1)).collect();
    let scheduler = scheduler(Sample { name: "caller", peers, remotes, ..Sample::default() });
    let places =
        vec![("caller".to_string(), Err("itself".to_string())), ("callee".to_string(), Ok(way.address.clone()))];
    scheduler.connect(Links::with(scheduler, &hello("caller", "b1"), places, supervision, manner));
    let done = Arc::new(AtomicBool::new(false));
    let flag = done.clone();
    let run = move |task: &Task| {
        body(task);
        flag.store(true, Ordering::SeqCst);
        task.scheduler().nudge();
    };
    scheduler.spawn(run).expect("memory for a stack");
    scheduler.run_until(|| done.load(Ordering::SeqCst));
    scheduler.shut_down();
}

fn limits(task: &Task, within: u64) -> Limits {
    let end = task.scheduler().now() + within;
    Limits { sent: end, answered: end }
}

fn call(task: &Task, method: u64, request: Vec<u8>, within: u64) -> Outcome {
    let mut pending = submit(task, method, request, within);
    while task.enter() == Entry::Pending {
        task.suspend();
    }
    pending.take().expect("the wait is over")
}

/// Begins a call; the task waits for its end.
fn submit(task: &Task, method: u64, request: Vec<u8>, within: u64) -> Pending {
    let links = task.scheduler().links().expect("connected");
    Pending::submit(task, links, 1, (method, request), limits(task, within))
}

fn number(value: i64) -> Vec<u8> {
    let mut buffer = Buffer::new();
    buffer.int(value);
    buffer.finish().expect("no failure")
}

fn text(value: &str) -> Vec<u8> {
    let mut buffer = Buffer::new();
    buffer.text(value);
    buffer.finish().expect("no failure")
}

fn value(number_sent: i64) -> Outcome {
    let mut body = vec![ReplyKind::Value as u8];
    body.extend(number(number_sent));
    Outcome::Reply(body)
}

fn failed(outcome: Outcome) -> Failure {
    match outcome {
        Outcome::Failed(failure) => failure,
        Outcome::Reply(body) => panic!("a reply: {body:?}"),
    }
}

fn kind(failure: &Failure) -> (FailureKind, Sent) {
    (failure.kind, failure.sent)
}

/// Where a callee is, and how its callers reach it.
#[derive(Clone, Debug)]
struct Way {
    address: Address,
    sharing: Sharing,
    /// Ids of its requests are counted from here.
    first: i64,
}

impl Way {
    /// That one of its ids.
    fn id(&self, number: i64) -> i64 {
        self.first + number
    }
}

/// A Unix socket; who connects offers shared memory.
fn unix() -> (tempfile::TempDir, Way) {
    let folder = tempfile::tempdir().expect("a folder");
    let address = Address::Unix(folder.path().join("s.sock").to_str().expect("UTF-8").to_string());
    (folder, Way { address, sharing: Sharing::Wanted, first: 0 })
}

/// One way over each transport: shared memory, Unix sockets, TCP.
fn all_ways() -> [(tempfile::TempDir, Way); 3] {
    let off = |(folder, way): (_, Way)| (folder, Way { sharing: Sharing::Off, first: 100_000, ..way });
    let tcp = |(folder, way): (_, Way)| (folder, Way { address: free_tcp(), first: 200_000, ..way });
    [unix(), off(unix()), tcp(unix())]
}

fn free_tcp() -> Address {
    let probe = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    Address::Tcp(probe.local_addr().expect("bound"))
}

#[test]
fn calls_over_all_transports_side_by_side() {
    for (_folder, way) in all_ways() {
        let _callee = Callee::start(&way, "b1");
        as_caller(&way, |task| {
            let ended = Arc::new(AtomicUsize::new(0));
            for sent in 0..500 {
                let ended = ended.clone();
                let body = move |task: &Task| {
                    assert_eq!(call(task, ECHO, number(sent), 5_000), value(sent));
                    ended.fetch_add(1, Ordering::SeqCst);
                };
                task.scheduler().spawn(body).expect("memory for a stack");
            }
            while ended.load(Ordering::SeqCst) < 500 {
                rest(task, 1);
            }
        });
    }
}

#[test]
fn a_call_waits_for_a_callee_that_is_not_up_yet() {
    for (_folder, way) in all_ways() {
        let later = way.clone();
        let starter = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(60));
            Callee::start(&later, "b1")
        });
        as_caller(&way, |task| {
            assert_eq!(call(task, ECHO, number(1), 5_000), value(1));
            assert_eq!(call(task, LATER, number(2), 5_000), value(2));
        });
        drop(starter.join());
    }
}

#[test]
fn a_callee_that_never_comes_is_unavailable() {
    let (_folder, way) = unix();
    as_caller(&way, |task| {
        let before = task.scheduler().now();
        let failure = failed(call(task, ECHO, number(1), 80));
        assert_eq!(kind(&failure), (FailureKind::Unavailable, Sent::No));
        assert!(failure.detail.contains("could not be reached in time: unix:"), "{}", failure.detail);
        assert!((75..1_000).contains(&(task.scheduler().now() - before)));
    });
}

#[test]
fn a_slow_callee_times_out_and_its_late_reply_is_dropped() {
    for (_folder, way) in all_ways() {
        let _callee = Callee::start(&way, "b1");
        as_caller(&way, |task| {
            let failure = failed(call(task, SLOW, vec![], 50));
            assert_eq!(kind(&failure), (FailureKind::Timeout, Sent::Yes));
            rest(task, 350);
            assert_eq!(call(task, ECHO, number(5), 5_000), value(5));
        });
    }
}

#[test]
fn a_lost_connection_ends_what_was_sent_and_later_calls_connect_again() {
    let (folder, way) = unix();
    let path = folder.path().join("s.sock");
    let dying = dying_callee(&path);
    let again = way.clone();
    as_caller(&way, move |task| {
        let failure = failed(call(task, SLOW, vec![], 5_000));
        assert_eq!(kind(&failure), (FailureKind::Network, Sent::Yes));
        dying.join().expect("no panic");
        let _second = Callee::start(&again, "b1");
        assert_eq!(call(task, ECHO, number(2), 5_000), value(2));
    });
}

/// A process that introduces itself, takes a request, and dies.
fn dying_callee(path: &std::path::Path) -> JoinHandle<()> {
    callee_until_a_request(path, || {})
}

/// The callee's introduction if it serves these.
fn as_if_serving(methods: &[&str]) -> Hello {
    let offer = |name: &&str| Offer { fingerprint: fingerprint(&[name]), name: (*name).to_string() };
    Hello { methods: methods.iter().map(offer).collect(), ..hello("callee", "b1") }
}

/// A process that introduces itself, takes a request, does that, and dies.
fn callee_until_a_request(path: &std::path::Path, then: impl FnOnce() + Send + 'static) -> JoinHandle<()> {
    let listener = std::os::unix::net::UnixListener::bind(path).expect("a free path");
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a caller");
        let mut bytes = vec![];
        put_hello(&mut bytes, &as_if_serving(&["S.echo", "S.slow", "S.length"])).expect("small");
        stream.write_all(&bytes).expect("sent");
        let (mut decoder, mut buffer) = (Decoder::of_caller(), [0; 512]);
        loop {
            match decoder.take().expect("well formed") {
                Some(Frame::Request(_)) => break,
                Some(_) => {}
                None => {
                    let count = stream.read(&mut buffer).expect("open");
                    decoder.push(&buffer[..count]);
                }
            }
        }
        then();
    })
}

#[test]
fn processes_of_two_builds_understand_each_other_where_they_are_the_same() {
    for (_folder, way) in all_ways() {
        let change = |methods: &mut Vec<Offer>| {
            methods.iter_mut().filter(|offer| offer.name == "S.slow").for_each(|offer| offer.fingerprint ^= 1);
            methods.retain(|offer| offer.name != "S.length");
        };
        let _callee = Callee::saying(&way, "b2", change);
        as_caller(&way, |task| {
            let another = "process callee serves another `S.slow` than process caller was built to call; \
            their builds are b2 and b1";
            let missing = "process callee does not serve `S.unknown`, which process caller was built to call; \
            their builds are b2 and b1";
            // The first call waits for the connection, the second one does not.
            for _ in 0..2 {
                for (method, detail) in [(SLOW, another), (UNKNOWN, missing)] {
                    let before = task.scheduler().now();
                    let failure = failed(call(task, method, vec![], 5_000));
                    assert_eq!(kind(&failure), (FailureKind::Version, Sent::No));
                    assert_eq!(failure.detail, detail);
                    assert!(task.scheduler().now() - before < 1_000, "at once");
                }
            }
            assert_eq!(call(task, ECHO, number(1), 5_000), value(1));
            // Numbers follow from the list.
            assert_eq!(kind(&failed(call(task, LENGTH, vec![], 5_000))), (FailureKind::Version, Sent::No));
        });
    }
}

#[test]
fn another_process_and_another_protocol_are_refused_at_once() {
    let mut foreign = vec![];
    put_hello(&mut foreign, &hello("callee", "b1")).expect("small");
    // Behind the length, the kind, and the word `pluto` with its length.
    foreign[11] = 2;
    let mut other = vec![];
    put_hello(&mut other, &hello("audit", "b1")).expect("small");
    let refusals = [(foreign, FailureKind::Version, "speaks version 2"), (other, FailureKind::Unavailable, "audit")];
    for (bytes, wanted, piece) in refusals {
        let (folder, way) = unix();
        let listener = std::os::unix::net::UnixListener::bind(folder.path().join("s.sock")).expect("a free path");
        let callee = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a caller");
            stream.write_all(&bytes).expect("sent");
            // Until the caller has closed it.
            stream.read_to_end(&mut vec![]).expect("open");
        });
        as_caller(&way, move |task| {
            let failure = failed(call(task, ECHO, number(1), 5_000));
            assert_eq!(kind(&failure), (wanted, Sent::No));
            assert!(failure.detail.contains(piece), "{}", failure.detail);
        });
        callee.join().expect("no panic");
    }
}

#[test]
fn a_process_that_its_supervisor_gave_up_is_unavailable_at_once() {
    let (folder, way) = unix();
    let (name, detail) = ("callee".to_string(), "given up after 5 restarts in 30 s".to_string());
    let gone = Supervised { name, state: SupervisedState::Gone, restarts: 5, detail };
    let file = folder.path().join(supervision::FILE);
    std::fs::write(&file, Supervision { processes: vec![gone] }.to_json()).expect("writable");
    as_supervised_caller(&way, Some(file), Manner { interval: INTERVAL, room: ROOM, sharing: way.sharing }, |task| {
        for _ in 0..3 {
            let before = task.scheduler().now();
            let failure = failed(call(task, ECHO, number(1), 5_000));
            assert_eq!(kind(&failure), (FailureKind::Unavailable, Sent::No));
            assert_eq!(failure.detail, "process callee is gone: given up after 5 restarts in 30 s");
            assert!(task.scheduler().now() - before < 1_000, "at once");
        }
    });
}

#[test]
fn values_larger_than_a_frame_cross_while_others_get_by() {
    for (_folder, way) in all_ways() {
        let _callee = Callee::start(&way, "b1");
        as_caller(&way, |task| {
            let ended = Arc::new(AtomicUsize::new(0));
            for sent in 0..40 {
                let ended = ended.clone();
                let body = move |task: &Task| {
                    if sent % 4 == 0 {
                        assert_eq!(
                            call(task, LENGTH, text(&"y".repeat(MANY + sent)), 60_000),
                            value((MANY + sent) as i64)
                        );
                        let Outcome::Reply(body) = call(task, LARGE, vec![], 60_000) else { panic!("no reply") };
                        assert_eq!(Reader::new(body[1..].to_vec()).text().len(), MANY);
                    }
                    assert_eq!(call(task, ECHO, number(sent as i64), 60_000), value(sent as i64));
                    ended.fetch_add(1, Ordering::SeqCst);
                };
                task.scheduler().spawn(body).expect("memory for a stack");
            }
            while ended.load(Ordering::SeqCst) < 40 {
                rest(task, 1);
            }
        });
    }
}

#[test]
fn what_is_far_too_large_fails_alone() {
    for (_folder, way) in all_ways() {
        let _callee = Callee::start(&way, "b1");
        as_caller(&way, |task| {
            // Zeroed memory that nobody touches is only addresses.
            let failure = failed(call(task, ECHO, vec![0; MAX_BODY + 1], 5_000));
            assert_eq!(kind(&failure), (FailureKind::Network, Sent::No));
            assert_eq!(call(task, ECHO, number(1), 5_000), value(1));
        });
    }
}

#[test]
fn a_malformed_frame_costs_only_its_connection() {
    let (folder, way) = unix();
    let _callee = Callee::start(&way, "b1");
    let path = folder.path().join("s.sock");
    let mut good = connected(&path);
    for garbage in [&[0_u8; 16][..], &[255; 64], b"GET / HTTP/1.1\r\n\r\n"] {
        let mut stream = connected(&path);
        stream.write_all(garbage).expect("sent");
        let mut rest = vec![];
        stream.read_to_end(&mut rest).expect("closed by the callee");
    }
    let mut request = vec![];
    put_request(&mut request, 9, ECHO_THERE, 1_000, &number(3)).expect("small");
    good.write_all(&request).expect("sent");
    let mut decoder = Decoder::of_callee();
    let mut buffer = [0; 512];
    let mut frames = vec![];
    while frames.len() < 2 {
        let count = good.read(&mut buffer).expect("open");
        decoder.push(&buffer[..count]);
        while let Some(frame) = decoder.take().expect("well formed") {
            frames.push(frame);
        }
    }
    let Outcome::Reply(body) = value(3) else { unreachable!("a value is a reply") };
    assert!(matches!(&frames[0], Frame::Hello(hello) if hello.process == "callee" && hello.methods.len() == 10));
    assert_eq!(frames[1..], [Frame::Reply { call: 9, body }]);
}

fn connected(path: &std::path::Path) -> UnixStream {
    let mut stream = UnixStream::connect(path).expect("the callee listens");
    stream.set_read_timeout(Some(Duration::from_secs(5))).expect("a limit");
    let mut bytes = vec![];
    put_hello(&mut bytes, &hello("stranger", "b1")).expect("small");
    stream.write_all(&bytes).expect("sent");
    stream
}

#[test]
fn a_path_in_use_is_not_taken_and_a_left_over_one_is() {
    let (folder, way) = unix();
    let path = folder.path().join("s.sock");
    drop(std::os::unix::net::UnixListener::bind(&path).expect("a free path"));
    let mut leftovers = Leftovers::default();
    let _first = bind(&way.address, &mut leftovers).expect("the old one is dead");
    let message = bind(&way.address, &mut Leftovers::default()).expect_err("in use");
    assert!(message.contains("another process listens there"), "{message}");
    drop(leftovers);
    assert!(!path.exists());
    std::fs::write(&path, "precious").expect("written");
    bind(&way.address, &mut Leftovers::default()).expect_err("no socket");
    assert!(path.exists());
}
