//! Does a task run, wait, or stand in a queue? In: the worker that runs it and leaves its stack; whoever answers its wait. Out: exactly
//! one of them puts the task into a queue for each answer.
//!
//! A task that is about to leave its stack says so after it has left (only then may others run it), and then looks whether its wait
//! was answered meanwhile. Whoever answers a wait looks afterwards whether the task has left. One of the two must see the other's
//! store: between each one's store and look there has to be a barrier. Tasks leave their stacks far more often than somebody
//! answers them in that moment, so leaving takes none, and the other, who finds that the task has not left, has all threads pass one
//! ([`far_fence`]): the same trick as in `sync::bias`, and the same source.
//!
//! The number of the wait is part of the word, so that nobody takes a later wait for the one that it has answered.

use super::wait::{Ticket, Waiting};
use crate::sync::atomic::{AtomicU64, Ordering};
use crate::sync::{far_fence, near_fence};

/// Where a task stands: one of the phases below; with [`WAITS`], and only then, the wait's number above it.
#[derive(Debug)]
pub(super) struct Standing(AtomicU64);

const PHASES: u64 = 4;
/// It has left its stack and waits.
const WAITS: u64 = 0;
/// It is in a queue, or on its way there.
const READY: u64 = 1;
/// It runs, or has begun to leave its stack.
const RUNS: u64 = 2;
/// It has ended; its memory waits for another task.
const DONE: u64 = 3;

/// Whoever answers a task that has not left its stack looks so often, until it has all threads pass a barrier: it will have left by then.
const LOOKS: u32 = if cfg!(loom) { 0 } else { 32 };

/// What a task that has left its stack is to its worker.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Left {
    /// Nothing: whoever answers its wait puts it into a queue. It may run elsewhere by now.
    Waits,
    /// Its wait was answered: it is ready, and the worker's to put into a queue.
    Ready,
}

impl Standing {
    /// A task that has ended.
    pub(super) fn done() -> Standing {
        Standing(AtomicU64::new(DONE))
    }

    /// It is ready: for who is about to put it into a queue and knows that nobody else does.
    #[inline]
    pub(super) fn set_ready(&self) {
        self.0.store(READY, Ordering::Release);
    }

    /// It runs.
    #[inline]
    pub(super) fn set_running(&self) {
        self.0.store(RUNS, Ordering::Relaxed);
    }

    /// It has ended.
    pub(super) fn set_done(&self) {
        self.0.store(DONE, Ordering::Release);
    }

    /// Has it ended?
    pub(super) fn is_done(&self) -> bool {
        self.0.load(Ordering::Acquire) == DONE
    }

    /// The task has left its stack to wait; by the worker that ran it. What a cancellation leaves behind may be looked at afterwards, as
    /// those who cancel have all threads pass a barrier too.
    #[inline]
    pub(super) fn leave(&self, ticket: Ticket, waiting: &Waiting) -> Left {
        self.0.store(waits(ticket), Ordering::Release);
        near_fence();
        if waiting.is_answered(ticket) && self.take(ticket) { Left::Ready } else { Left::Waits }
    }

    /// That wait of the task was answered just now, by this thread. True: the task is ready, and the caller's to put into a queue.
    pub(super) fn answered(&self, ticket: Ticket) -> bool {
        for _ in 0..LOOKS {
            if self.take(ticket) {
                return true;
            }
            std::hint::spin_loop();
        }
        far_fence();
        self.take(ticket)
    }

    #[inline]
    fn take(&self, ticket: Ticket) -> bool {
        self.0.compare_exchange(waits(ticket), READY, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }
}

fn waits(ticket: Ticket) -> u64 {
    ticket.number() * PHASES + WAITS
}
