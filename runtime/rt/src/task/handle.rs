//! What the handles of a task see: its end, and its result until the last handle is gone. In: the end of a task, tasks that wait for
//! it. Out: what the waiting functions of `Task<T>` answer.

use std::sync::atomic::{AtomicBool, Ordering};

use pluto_abi::layout::Waited;

pub use crate::os::tasks::{Ending, Jointly, Outcome, drop_handle};

use super::fault::{Fault, Stop};
use super::scheduler::Comes;
use super::wait::Waiter;
use super::{Entry, Task, TaskRef, What};
use crate::log::{Level, say};
use crate::os::program::Status;
use crate::os::value::Value;
use crate::sync::joint::Leaves;

/// How a task ended.
#[derive(Debug)]
pub enum End {
    /// With this result.
    Done(Value),
    /// With this error.
    Failed(Value),
    /// With a fault.
    Faulted(Fault),
    /// It was cancelled.
    Cancelled,
}

/// What the handles of a task and the task itself share.
#[derive(Debug)]
pub struct TaskState {
    /// The task, while it has not ended.
    task: TaskRef,
    detached: AtomicBool,
    /// Somebody has learnt how it ended.
    seen: AtomicBool,
    /// It counts among the detached calls that the end of the process waits for. Changes inside of `waiters`.
    awaited_at_end: AtomicBool,
    outcome: Outcome,
    /// Over when those who wait have been told, and nobody is forgotten.
    waiters: Jointly<Waiters>,
}

/// Tasks that wait for the end of another one.
#[derive(Debug, Default)]
pub struct Waiters {
    /// Who waits first, without a list.
    first: Option<Waiter<TaskRef>>,
    others: Vec<Waiter<TaskRef>>,
}

impl Waiters {
    /// Their waits are over.
    #[inline]
    pub fn wake(self) {
        for waiter in self.first.into_iter().chain(self.others) {
            waiter.finish(0);
        }
    }

    fn add(&mut self, waiter: Waiter<TaskRef>) {
        match self.first {
            None => self.first = Some(waiter),
            Some(_) => self.others.push(waiter),
        }
    }

    fn remove(&mut self, task: TaskRef) {
        self.others.retain(|waiter| waiter.task != task);
        if self.first.is_some_and(|waiter| waiter.task == task) {
            self.first = self.others.pop();
        }
    }
}

impl TaskState {
    /// That of a new task.
    pub fn new(task: &Task) -> TaskState {
        TaskState {
            task: task.me(),
            detached: AtomicBool::new(false),
            seen: AtomicBool::new(false),
            awaited_at_end: AtomicBool::new(false),
            outcome: Outcome::default(),
            waiters: Jointly::default(),
        }
    }

    /// How the task ended.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// The task has ended, and its outcome is known. The task has nothing to do with this afterwards, unless it leaves last; those who
    /// are returned are to be woken.
    pub fn tell(&self) -> (Leaves, Waiters) {
        self.waiters.end(|waiters, leaves| {
            if leaves == Leaves::Last || (self.detached.load(Ordering::Relaxed) && waiters.first.is_none()) {
                // The task itself is here: the path of its error is still known.
                self.log_unseen(|| self.task.task().take_path());
            }
            if self.awaited_at_end.load(Ordering::Relaxed) {
                self.task.task().scheduler().count_detached_call(Comes::No);
            }
            std::mem::take(waiters)
        })
    }

    /// Nobody else will learn how it ended: the log does.
    fn log_unseen(&self, path: impl FnOnce() -> Vec<String>) {
        if let Some(end) = self.outcome.get()
            && !self.seen.swap(true, Ordering::Relaxed)
        {
            log(end, path);
        }
    }

    /// Asks the task to end, if it has not.
    pub fn cancel(&self) {
        // It is not over before we are out again, and so the task does not become another one.
        self.waiters.visit(|_| self.task.task().cancel());
    }

    /// The task goes on without handles.
    pub fn detach(&self) {
        self.detached.store(true, Ordering::Relaxed);
    }

    /// The same; it is a call, for which the end of the process waits.
    pub fn detach_call(&self) {
        self.detach();
        self.waiters.visit(|_| {
            // It is not over before we are out again, and so the task does not become another one.
            if !self.awaited_at_end.swap(true, Ordering::Relaxed) {
                self.task.task().scheduler().count_detached_call(Comes::Yes);
            }
        });
    }

    /// The last handle is gone.
    pub fn abandon(&self) -> Leaves {
        let leaves = self.waiters.abandon(|_| {
            if !self.detached.load(Ordering::Relaxed) {
                self.task.task().cancel();
            }
        });
        if leaves == Leaves::Last {
            self.log_unseen(Vec::new);
        }
        leaves
    }

    /// Waiting function: the result, as a new count.
    pub fn get(&self, task: &Task, site: u64) -> (Waited, u64) {
        if let Some(not_yet) = self.wait(task, site) {
            return (not_yet, 0);
        }
        self.seen.store(true, Ordering::Relaxed);
        match self.outcome.get() {
            Some(End::Done(value)) => (Waited::Done, value.another()),
            Some(End::Failed(error)) => (Waited::Error, error.another()),
            Some(End::Faulted(fault)) => {
                task.take_over_from(fault.clone(), "-- waited for by --".to_string());
                (Waited::Early, 0)
            }
            Some(End::Cancelled) | None => (Waited::Cancelled, 0),
        }
    }

    /// Waiting function: how it ended: 0 done, 1 failed, 2 faulted, 3 cancelled.
    pub fn ended(&self, task: &Task, site: u64) -> (Waited, u64) {
        if let Some(not_yet) = self.wait(task, site) {
            return (not_yet, 0);
        }
        self.seen.store(true, Ordering::Relaxed);
        let number = match self.outcome.get() {
            Some(End::Done(_)) => 0,
            Some(End::Failed(_)) => 1,
            Some(End::Faulted(_)) => 2,
            Some(End::Cancelled) | None => 3,
        };
        (Waited::Done, number)
    }

    /// The text of the error or fault that ended it.
    pub fn message(&self) -> String {
        match self.outcome.get() {
            Some(End::Failed(error)) => error.text(),
            Some(End::Faulted(fault)) => fault.message.clone(),
            Some(End::Done(_) | End::Cancelled) | None => String::new(),
        }
    }

    /// Waits for the end; nothing if it has come.
    fn wait(&self, task: &Task, site: u64) -> Option<Waited> {
        match task.enter() {
            Entry::Fresh => {
                if self.outcome.get().is_some() {
                    return None;
                }
                self.waiters.visit(|waiters| {
                    waiters.add(task.begin_wait(What::Get, site));
                    Waited::Suspend
                })
            }
            Entry::Pending => Some(Waited::Suspend),
            Entry::Over(_) => None,
            Entry::Early { waited } => {
                if waited.is_some() {
                    self.waiters.visit(|waiters| waiters.remove(task.me()));
                }
                Some(Waited::Early)
            }
        }
    }
}

/// What a status of a task's function means. `result` is its result, if it is fine.
pub fn end_of(task: &Task, status: Status, result: impl FnOnce() -> Value) -> End {
    match status {
        Status::Fine => End::Done(result()),
        Status::Error(error) => End::Failed(Value::of_error(error)),
        Status::Fault => match task.take_stop() {
            Stop::Fault(fault) => End::Faulted(fault),
            Stop::Cancelled | Stop::Expired => End::Cancelled,
        },
    }
}

/// Nobody else will learn of it.
fn log(end: &End, path: impl FnOnce() -> Vec<String>) {
    match end {
        End::Failed(error) => log_error(&error.text(), &path()),
        End::Faulted(fault) => log_fault(fault),
        End::Done(_) | End::Cancelled => {}
    }
}

/// Says how a task ended that nobody waits for: with this error, which took that path.
pub fn log_error(text: &str, path: &[String]) {
    say(Level::Error, &format!("task ended by an error: {text}"), path);
}

/// The same of a fault.
pub fn log_fault(fault: &Fault) {
    say(Level::Error, &format!("task ended by a fault: {}", fault.message), &fault.path);
}
