//! Timers: what is to happen when a time has come. In: times in the scheduler's nanoseconds. Out: waits that are answered, tasks
//! whose time is over. The cost of no timers is one atomic number; those that are not needed any more are removed at once.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use super::wait::Waiter;
use super::{NEVER, Scheduler, TaskRef};
use crate::sync::Mutex;

/// All timers of a scheduler.
#[derive(Debug)]
pub struct Timers {
    queue: Mutex<Queue>,
    /// When the first of them is due.
    earliest: AtomicU64,
}

#[derive(Debug, Default)]
struct Queue {
    alarms: BTreeMap<TimerId, Alarm>,
    next: u64,
}

/// A timer, to remove it by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct TimerId {
    at: u64,
    number: u64,
}

impl TimerId {
    /// For where words are kept.
    pub fn to_words(self) -> [u64; 2] {
        [self.at, self.number]
    }

    /// Back from there.
    pub fn from_words([at, number]: [u64; 2]) -> TimerId {
        TimerId { at, number }
    }
}

/// What is to happen.
#[derive(Clone, Copy, Debug)]
pub enum Alarm {
    /// A wait is answered, with the word 0.
    Wait(Waiter<TaskRef>),
    /// A task's deadline has come.
    Deadline(TaskRef),
    /// Whoever waits in `run_until` asks again.
    Nudge(&'static Scheduler),
}

impl Default for Timers {
    fn default() -> Timers {
        Timers { queue: Mutex::default(), earliest: AtomicU64::new(NEVER) }
    }
}

impl Timers {
    /// When the first is due; [`NEVER`] if there is none.
    #[inline]
    pub fn earliest(&self) -> u64 {
        self.earliest.load(Ordering::SeqCst)
    }

    /// Adds one. True: it is the first that will be due.
    pub(super) fn add(&self, at: u64, alarm: Alarm) -> (TimerId, bool) {
        let mut queue = self.queue.lock();
        let id = TimerId { at: at.min(NEVER - 1), number: queue.next };
        queue.next += 1;
        queue.alarms.insert(id, alarm);
        let first = queue.alarms.first_key_value().is_some_and(|(first, _)| *first == id);
        if first {
            self.earliest.store(id.at, Ordering::SeqCst);
        }
        (id, first)
    }

    /// Removes one, if it is still there. Afterwards it does not happen, and is not just happening either.
    pub(super) fn remove(&self, id: TimerId) -> bool {
        let mut queue = self.queue.lock();
        let removed = queue.alarms.remove(&id).is_some();
        self.tell(&queue);
        removed
    }

    /// Has everything happen that is due.
    pub(super) fn fire(&self, now: u64) {
        if self.earliest() > now {
            return;
        }
        let mut queue = self.queue.lock();
        while let Some(first) = queue.alarms.first_entry()
            && first.key().at <= now
        {
            // With the lock held: see `remove`.
            match first.remove() {
                Alarm::Wait(waiter) => {
                    waiter.finish(0);
                }
                Alarm::Deadline(task) => task.task().expire(),
                Alarm::Nudge(scheduler) => scheduler.nudge(),
            }
        }
        self.tell(&queue);
    }

    fn tell(&self, queue: &Queue) {
        let earliest = queue.alarms.first_key_value().map_or(NEVER, |(first, _)| first.at);
        self.earliest.store(earliest, Ordering::SeqCst);
    }
}
