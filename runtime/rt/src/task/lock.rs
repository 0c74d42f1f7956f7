//! The locks of services: readers side by side, a writer alone, in the order in which they came. In: tasks that want a lock or
//! give it back. Out: yes, or a place in the queue; who leaves hands over to the first in the queue and wakes it.
//!
//! `state` is one number: [`WRITTEN`], [`QUEUE`], and how many readers there are in units of [`READER`]. While somebody queues,
//! `QUEUE` is set and only those who hold the queue's mutex take the lock; readers still give back without it, and the last one
//! then hands over. So a free lock costs one atomic operation to take and one to give back.
//!
//! A writer at the head of the queue is at first only told to come again ([`AGAIN`]), while the lock is free for whoever runs: if it
//! were handed over at once, each method would cost a switch of tasks for as long as anybody queues. The second time it insists,
//! stands in front, and gets the lock in its hand. So nobody is overtaken for longer than one turn.

use std::collections::VecDeque;

use super::wait::{Sleeper, Ticket, Waiter};
use crate::sync::Latch;
use crate::sync::atomic::{AtomicU64, Ordering};

/// How a lock is held.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// With other readers.
    Read,
    /// Alone.
    Write,
}

const WRITTEN: u64 = 1;
const QUEUE: u64 = 2;
const READER: u64 = 4;

/// A lock.
#[derive(Debug)]
pub struct Lock<S> {
    state: AtomicU64,
    queue: Latch<VecDeque<Place<S>>>,
}

/// A place in the queue.
#[derive(Debug)]
struct Place<S> {
    waiter: Waiter<S>,
    mode: Mode,
    /// It has been told to come again, and others were faster.
    insists: bool,
}

/// The word of an answer that says: the lock may be free, come again ([`Lock::try_again`]). Otherwise the lock is held.
pub const AGAIN: u64 = 1;

impl<S: Sleeper> Default for Lock<S> {
    fn default() -> Lock<S> {
        Lock { state: AtomicU64::new(0), queue: Latch::new(VecDeque::new()) }
    }
}

/// So many times [`Lock::linger`] looks, after pauses of the processor that get longer.
const LOOKS: u32 = if cfg!(loom) { 1 } else { 4 };
const FIRST_PAUSE: u32 = 4;

fn pause(count: u32) {
    for _ in 0..count {
        std::hint::spin_loop();
    }
}

fn is_free(state: u64, mode: Mode) -> bool {
    match mode {
        Mode::Read => state & WRITTEN == 0,
        Mode::Write => state & !QUEUE == 0,
    }
}

fn share(mode: Mode) -> u64 {
    match mode {
        Mode::Read => READER,
        Mode::Write => WRITTEN,
    }
}

impl<S: Sleeper> Lock<S> {
    /// Takes the lock if it is free for this mode and nobody waits for it.
    #[inline]
    pub fn try_take(&self, mode: Mode) -> bool {
        let mut state = self.state.load(Ordering::Relaxed);
        while state & QUEUE == 0 && is_free(state, mode) {
            let held = state + share(mode);
            match self.state.compare_exchange_weak(state, held, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(now) => state = now,
            }
        }
        false
    }

    /// Looks for a short while whether the lock gets free, if nobody queues: most methods are shorter than two switches of tasks,
    /// and once there is a queue everybody goes through it.
    pub fn linger(&self, mode: Mode) -> bool {
        for look in 0..LOOKS {
            if self.state.load(Ordering::Relaxed) & QUEUE != 0 {
                return false;
            }
            pause(FIRST_PAUSE << look);
            if self.try_take(mode) {
                return true;
            }
        }
        false
    }

    /// Stands in the queue, unless the lock can be taken meanwhile. `begin` begins the wait. True: taken, nothing was begun.
    pub fn take_or_queue(&self, mode: Mode, begin: impl FnOnce() -> Waiter<S>) -> bool {
        let mut queue = self.queue.lock();
        if queue.is_empty() {
            let state = self.state.fetch_or(QUEUE, Ordering::AcqRel);
            if is_free(state, mode) {
                // Nobody else takes it, since `QUEUE` is set.
                self.state.fetch_add(share(mode), Ordering::Relaxed);
                self.state.fetch_and(!QUEUE, Ordering::Release);
                return true;
            }
        }
        queue.push_back(Place { waiter: begin(), mode, insists: false });
        false
    }

    /// The wait was answered with [`AGAIN`]: takes the lock, or stands at the head of the queue with a new wait. True: taken.
    pub fn try_again(&self, mode: Mode, begin: impl FnOnce() -> Waiter<S>) -> bool {
        let mut queue = self.queue.lock();
        if self.try_take(mode) {
            if !queue.is_empty() {
                self.state.fetch_or(QUEUE, Ordering::AcqRel);
            }
            return true;
        }
        let state = self.state.fetch_or(QUEUE, Ordering::AcqRel);
        if is_free(state, mode) {
            // Somebody queued meanwhile, and whoever held it is gone: nobody else takes it, since `QUEUE` is set.
            self.state.fetch_add(share(mode), Ordering::Relaxed);
            if queue.is_empty() {
                self.state.fetch_and(!QUEUE, Ordering::Release);
            }
            return true;
        }
        queue.push_front(Place { waiter: begin(), mode, insists: true });
        false
    }

    /// Gives the lock back, and hands it over to those who are next.
    #[inline]
    pub fn give_back(&self, mode: Mode) {
        match mode {
            Mode::Read => {
                let before = self.state.fetch_sub(READER, Ordering::AcqRel);
                if before & QUEUE != 0 && before < 2 * READER {
                    self.hand_over(0);
                }
            }
            Mode::Write => {
                let left = self.state.compare_exchange(WRITTEN, 0, Ordering::Release, Ordering::Relaxed);
                if left.is_err() {
                    self.hand_over(WRITTEN);
                }
            }
        }
    }

    /// A wait has ended without the lock: those who stood behind it may be next.
    pub fn leave_queue(&self, ticket: Ticket, is_same: impl Fn(&S) -> bool) {
        let mut queue = self.queue.lock();
        queue.retain(|place| !(place.waiter.ticket == ticket && is_same(&place.waiter.task)));
        self.grant(&mut queue);
    }

    #[cold]
    fn hand_over(&self, held: u64) {
        let mut queue = self.queue.lock();
        self.state.fetch_sub(held, Ordering::AcqRel);
        while let Some(place) = queue.pop_front_if(|place| place.mode == Mode::Write && !place.insists) {
            if !is_free(self.state.load(Ordering::Acquire), Mode::Write) {
                queue.push_front(place);
                return;
            }
            // Those behind it are looked at again when it comes.
            self.state.fetch_and(!QUEUE, Ordering::Release);
            if place.waiter.finish(AGAIN) {
                return;
            }
            self.state.fetch_or(QUEUE, Ordering::AcqRel);
        }
        self.grant(&mut queue);
    }

    /// Gives the lock to those at the head of the queue for whom it is free.
    fn grant(&self, queue: &mut VecDeque<Place<S>>) {
        while let Some(&Place { waiter, mode, .. }) = queue.front() {
            if !is_free(self.state.load(Ordering::Acquire), mode) {
                return;
            }
            self.state.fetch_add(share(mode), Ordering::Relaxed);
            if !waiter.finish(0) {
                // It was cancelled, or its time is over.
                self.state.fetch_sub(share(mode), Ordering::Relaxed);
            }
            queue.pop_front();
        }
        self.state.fetch_and(!QUEUE, Ordering::Release);
    }
}
