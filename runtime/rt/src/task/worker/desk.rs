//! A worker as others see it, who may be on other threads. In: what it says of itself, and wishes to wake it. Out: what it runs, how much it
//! has done, whether there is something to take from its queue.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::Thread;

use crossbeam_deque::{Stealer, Worker as Queue};
use pluto_abi::layout::Whereabouts;

use crate::os::process::cycles;
use crate::os::slot::Shared;
use crate::task::locks::Locks;
use crate::task::{Task, TaskRef, lock};

/// So long, in cycles of the processor, tasks that were woken may wait in the queue until others are woken for them: a few turns of a pipeline.
const QUEUE_CYCLES: u64 = 200_000;

/// A worker, as others see it.
#[derive(Debug)]
pub(in crate::task) struct Desk {
    pub(in crate::task) index: usize,
    pub(super) stealer: Stealer<TaskRef>,
    pub(super) thread: OnceLock<Thread>,
    /// It was woken.
    pub(in crate::task) token: AtomicBool,
    /// The task that it runs.
    pub(in crate::task) running: Shared<Task>,
    /// How many switches there were.
    pub(in crate::task) switches: AtomicU64,
    /// A task waits in the slot.
    pub(in crate::task) slot_full: AtomicBool,
    /// Since when the first task in the queue has been waiting, in cycles; 0: others may take it at once.
    pub(super) since: AtomicU64,
    /// How many tasks were begun and ended here.
    pub(in crate::task) begun: Count,
    pub(in crate::task) ended: Count,
    /// The same of remote calls for whose outcome tasks wait.
    pub(in crate::task) calls_begun: Count,
    pub(in crate::task) calls_ended: Count,
    /// In which brief method of a service its task is.
    pub(in crate::task) whereabouts: Whereabouts,
}

/// A number that one thread changes and all may read.
#[derive(Debug, Default)]
pub(in crate::task) struct Count(AtomicU64);

impl Count {
    /// More. Only on the thread whose number it is.
    #[inline]
    pub(in crate::task) fn add_own(&self, more: u64) {
        self.0.store(self.0.load(Ordering::Relaxed).wrapping_add(more), Ordering::Release);
    }

    /// How many.
    pub(in crate::task) fn get(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }
}

impl Desk {
    /// A desk, and the queue that belongs to it.
    pub(in crate::task) fn new(index: usize, locks: &Locks) -> (Desk, Queue<TaskRef>) {
        let queue = Queue::new_fifo();
        let desk = Desk {
            index,
            stealer: queue.stealer(),
            thread: OnceLock::new(),
            token: AtomicBool::new(false),
            running: Shared::default(),
            switches: AtomicU64::new(0),
            slot_full: AtomicBool::new(false),
            since: AtomicU64::new(0),
            begun: Count::default(),
            ended: Count::default(),
            calls_begun: Count::default(),
            calls_ended: Count::default(),
            whereabouts: Whereabouts {
                section: AtomicU64::new(0),
                leaning: lock::leaning(index),
                locks: locks.address(),
                lists: AtomicU64::new(0),
            },
        };
        (desk, queue)
    }

    /// Is nothing in its queue, new or old?
    pub(in crate::task) fn is_empty(&self) -> bool {
        self.stealer.is_empty()
    }

    /// Is there something that others should take? Not what was just woken: its own worker may come to it soon, and if not,
    /// wakes somebody, or the monitor has it do so.
    pub(in crate::task) fn has_work(&self) -> bool {
        !self.stealer.is_empty() && self.has_waited_for_long(cycles())
    }

    pub(super) fn has_waited_for_long(&self, now: u64) -> bool {
        now.wrapping_sub(self.since.load(Ordering::Relaxed)) > QUEUE_CYCLES
    }

    /// Wakes it, or has it not sleep.
    pub(in crate::task) fn unpark(&self) {
        self.token.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }
}
