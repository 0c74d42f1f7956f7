//! Tasks: what runs, what waits, and what a task that ends early leaves behind. In: bodies to run, wake-ups. Out: tasks that
//! run one after the other on the worker's thread, each on a stack of its own.
//!
//! Every suspension goes through [`Task::suspend`], every wake-up through [`Worker::wake`].

pub mod fault;
pub mod lock;
pub mod reactor;
pub mod standin;
pub mod wait;
pub mod worker;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use pluto_abi::layout::TaskHeader;

use crate::os::coroutine::{Coroutine, Door};
use fault::Trail;
use lock::Waiting;
pub use standin::{TaskRef, handle, is_unwinding};
pub use worker::Worker;

/// No deadline.
pub const NEVER: u64 = u64::MAX;

/// A task. Generated code gets its address as the hidden first parameter and knows only the header.
#[repr(C)]
#[derive(Debug)]
pub struct Task {
    header: TaskHeader,
    me: Weak<Task>,
    worker: Rc<Worker>,
    state: Cell<State>,
    coroutine: RefCell<Option<Coroutine>>,
    pub(crate) door: Door,
    pub(crate) trail: RefCell<Trail>,
    waiting: Cell<Waiting>,
    /// When whoever waits for this task stops waiting, in the worker's milliseconds.
    deadline: Cell<u64>,
}

/// What a task does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// In the ready queue.
    Ready,
    /// On the processor.
    Running,
    /// On the processor; was woken meanwhile, so its next suspension returns at once.
    Woken,
    /// Suspended until somebody wakes it.
    Suspended,
    /// It has ended.
    Done,
}

impl Task {
    /// The worker that runs it.
    pub fn worker(&self) -> &Rc<Worker> {
        &self.worker
    }

    /// An owner of this task, for whoever will wake it.
    pub fn shared(&self) -> Rc<Task> {
        self.me.upgrade().unwrap_or_else(|| unreachable!("tasks are made shared"))
    }

    /// Waits until somebody wakes the task; returns at once if somebody has since it runs. Only from inside the task.
    pub fn suspend(&self) {
        if self.state.get() == State::Woken {
            self.state.set(State::Running);
        } else {
            self.door.suspend();
        }
    }

    /// When whoever waits for this task stops waiting, in the worker's milliseconds; [`NEVER`] if nobody does.
    pub fn deadline(&self) -> u64 {
        self.deadline.get()
    }

    /// Sets that.
    pub fn set_deadline(&self, deadline: u64) {
        self.deadline.set(deadline);
    }
}

#[cfg(test)]
mod tests;
