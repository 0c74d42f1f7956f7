//! The channel functions of the table as generated code calls them: real tasks, on one thread and several.

mod ends;
mod speed;
mod stress;
mod waits;

use std::sync::Arc as StdArc;
use std::sync::atomic::{AtomicUsize, Ordering};

use pluto_abi::layout::{SELECTED, TypeDesc};

use super::*;
use crate::heap::string::{new_string, text_of};
use crate::os::sample::Sample;
use crate::task::scheduler::Settings;
use crate::task::{Scheduler, Task, TaskRef};

/// The types of a channel's message and ends.
#[derive(Clone, Copy)]
struct Types {
    message: Of,
    optional: Of,
    sender: Of,
    receiver: Of,
    publisher: Of,
    subscriber: Of,
}

/// A type.
#[derive(Clone, Copy)]
struct Of(&'static TypeDesc);

// SAFETY: descriptors are never written.
unsafe impl Send for Of {}
// SAFETY: the same.
unsafe impl Sync for Of {}

fn make(kind: Kind, first: *const TypeDesc) -> Of {
    let name = format!("{kind:?}").leak();
    Of(Box::leak(Box::new(TypeDesc {
        kind: kind as u32,
        words: 0,
        plan: 0,
        name: name.as_ptr(),
        name_len: name.len() as u64,
        first,
        second: std::ptr::null(),
        part_count: 0,
        parts: std::ptr::null(),
        tells: 0,
        counted_count: 0,
        counted: std::ptr::null(),
    })))
}

impl Types {
    fn of(kind: Kind) -> Types {
        let message = make(kind, std::ptr::null());
        let nullable = if kind == Kind::String { Kind::NullablePointer } else { Kind::NullableBoxed };
        Types {
            message,
            optional: make(nullable, message.0),
            sender: make(Kind::Sender, message.0),
            receiver: make(Kind::Receiver, message.0),
            publisher: make(Kind::Publisher, message.0),
            subscriber: make(Kind::Subscriber, message.0),
        }
    }
}

fn at(of: Of) -> *mut u8 {
    std::ptr::from_ref(of.0).cast_mut().cast()
}

fn address(task: &Task) -> *mut u8 {
    std::ptr::from_ref(task).cast_mut().cast()
}

/// A waiting function, until it answers.
fn ask(task: &Task, mut call: impl FnMut(*mut u8, *mut u8) -> u64) -> (u64, u64) {
    let mut out = 0u64;
    loop {
        let waited = call(address(task), (&raw mut out).cast());
        if waited != Waited::Suspend as u64 {
            return (waited, out);
        }
        task.suspend();
    }
}

const DONE: u64 = Waited::Done as u64;
const EARLY: u64 = Waited::Early as u64;
const CLOSED: u64 = Waited::Closed as u64;
const LOST: u64 = Waited::Lost as u64;

// Each calls a function of the table with live ends and owned messages of their types.

fn open(task: &Task, types: Types, capacity: i64) -> (u64, u64) {
    let mut out = [0u64; 2];
    // SAFETY: see above.
    let status = unsafe {
        chan_new(address(task), at(types.sender), at(types.receiver), capacity as u64, out.as_mut_ptr().cast())
    };
    assert_eq!(status, 0);
    (out[0], out[1])
}

fn send(task: &Task, tx: u64, word: u64) -> u64 {
    // SAFETY: see above.
    ask(task, |task, _| unsafe { chan_send(task, tx, word, 0) }).0
}

fn deliver(task: &Task, tx: u64, word: u64) -> u64 {
    // SAFETY: see above.
    ask(task, |task, _| unsafe { chan_deliver(task, tx, word, 0) }).0
}

fn recv(task: &Task, rx: u64) -> (u64, u64) {
    // SAFETY: see above.
    ask(task, |task, out| unsafe { chan_recv(task, rx, 1, out) })
}

fn next(task: &Task, rx: u64) -> (u64, u64) {
    // SAFETY: see above.
    ask(task, |task, out| unsafe { chan_next(task, rx, 1, out) })
}

fn choose(task: &Task, arms: &[SelectArm], after: i64, default: bool) -> (u64, u64) {
    let count = arms.len() as u64;
    // SAFETY: see above.
    ask(task, |task, out| unsafe {
        select(task, arms.as_ptr().cast_mut().cast(), count, after as u64, u64::from(default), 1, out)
    })
}

fn receive(end: u64) -> SelectArm {
    SelectArm { kind: 0, end, value: 0 }
}

fn offer(end: u64, value: u64) -> SelectArm {
    SelectArm { kind: 1, end, value }
}

fn discard(of: Of, word: u64) {
    // SAFETY: the test owns the word.
    unsafe { drop_word(at(of), word) };
}

/// One more owner of an end, which others are about to see.
fn dup(of: Of, word: u64) -> u64 {
    // SAFETY: the word is alive.
    unsafe {
        crate::heap::sharing::mark_shared(of.0, word);
        crate::heap::object::another(of.0, word)
    }
}

fn text(value: impl ToString) -> u64 {
    new_string(&format!("message {}", value.to_string()))
}

/// The text of a message, which is dropped.
fn read(types: Types, word: u64) -> String {
    // SAFETY: the word is a string.
    let text = unsafe { text_of(word) }.to_owned();
    discard(types.message, word);
    text
}

/// A scheduler whose threads end with the test.
struct Run {
    scheduler: &'static Scheduler,
    done: StdArc<AtomicUsize>,
    started: AtomicUsize,
}

impl Run {
    fn new(workers: usize) -> Run {
        Run::with(Settings { workers, seed: None })
    }

    fn with(settings: Settings) -> Run {
        let sites = vec![("sends", "a.pt", 3), ("receives", "a.pt", 9)];
        let sample = Sample { name: "test", sites, tests: vec!["t"], ..Sample::default() };
        let scheduler = Scheduler::new(sample.program(), settings);
        Run { scheduler, done: StdArc::default(), started: AtomicUsize::new(0) }
    }

    fn start(&self, body: impl FnOnce(&Task) + Send + 'static) -> TaskRef {
        self.started.fetch_add(1, Ordering::SeqCst);
        start(self.scheduler, &self.done, body)
    }

    /// Runs until all tasks that were started here have ended.
    fn finish(&self) {
        self.scheduler.run_until(|| self.done.load(Ordering::SeqCst) >= self.started.load(Ordering::SeqCst));
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.scheduler.end_tasks(5_000_000_000), "all tasks end");
            self.scheduler.shut_down();
        }
    }
}

fn start(
    scheduler: &'static Scheduler,
    done: &StdArc<AtomicUsize>,
    body: impl FnOnce(&Task) + Send + 'static,
) -> TaskRef {
    let done = done.clone();
    let run = move |task: &Task| {
        body(task);
        done.fetch_add(1, Ordering::SeqCst);
        task.scheduler().nudge();
    };
    scheduler.spawn(run).expect("memory for a stack")
}

/// Runs a body in a task.
fn within(body: impl FnOnce(&Task) + Send + 'static) {
    let run = Run::new(1);
    run.start(body);
    run.finish();
}
