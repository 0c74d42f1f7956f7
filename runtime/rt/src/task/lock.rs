//! The locks of services: readers side by side, a writer alone, in the order in which they came. In: tasks that want a lock or
//! give it back. Out: yes, or a place in the queue; who leaves hands over to the first in the queue and wakes it.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use super::Task;

/// How a lock is held.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// With other readers.
    Read,
    /// Alone.
    Write,
}

/// What a task waits for. A task waits for one lock at a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Waiting {
    /// For no lock.
    No,
    /// It stands in a queue.
    Queued,
    /// The lock was handed over to it.
    Granted,
}

/// The locks of all services of the process, by number.
#[derive(Debug)]
pub struct Locks {
    locks: Vec<RefCell<Lock>>,
}

#[derive(Debug, Default)]
struct Lock {
    readers: usize,
    written: bool,
    queue: VecDeque<(Rc<Task>, Mode)>,
}

impl Locks {
    /// So many free locks.
    pub fn new(count: usize) -> Locks {
        Locks { locks: (0..count).map(|_| RefCell::default()).collect() }
    }

    /// Takes a lock if it is free for this mode and nobody waits for it. If not, the task stands in the queue and should
    /// suspend and ask again.
    pub fn take(&self, task: &Task, service: usize, mode: Mode) -> bool {
        match task.waiting.get() {
            Waiting::Granted => {
                task.waiting.set(Waiting::No);
                true
            }
            Waiting::Queued => false,
            Waiting::No => {
                let mut lock = self.locks[service].borrow_mut();
                if lock.queue.is_empty() && lock.is_free_for(mode) {
                    lock.hold(mode);
                    return true;
                }
                lock.queue.push_back((task.shared(), mode));
                task.waiting.set(Waiting::Queued);
                false
            }
        }
    }

    /// Gives a lock back, and hands it over to those who are next.
    pub fn give_back(&self, service: usize, mode: Mode) {
        let mut lock = self.locks[service].borrow_mut();
        match mode {
            Mode::Read => lock.readers -= 1,
            Mode::Write => lock.written = false,
        }
        while let Some((_, mode)) = lock.queue.front() {
            let mode = *mode;
            if !lock.is_free_for(mode) {
                break;
            }
            lock.hold(mode);
            if let Some((task, _)) = lock.queue.pop_front() {
                task.waiting.set(Waiting::Granted);
                task.worker().wake(&task);
            }
        }
    }
}

impl Lock {
    fn is_free_for(&self, mode: Mode) -> bool {
        match mode {
            Mode::Read => !self.written,
            Mode::Write => !self.written && self.readers == 0,
        }
    }

    fn hold(&mut self, mode: Mode) {
        match mode {
            Mode::Read => self.readers += 1,
            Mode::Write => self.written = true,
        }
    }
}
