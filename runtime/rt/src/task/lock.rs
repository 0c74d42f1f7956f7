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
//!
//! Methods that cannot suspend ("brief") need no more than a mark of the worker that runs them, as nobody else runs there meanwhile:
//! a lock that only they of one worker have taken for a while *leans* towards that worker. Then generated code says in the worker's
//! `section` where it is, sees that `state` is still [`leaning`], and is in; it goes out by another store. Who else comes takes
//! the state for itself and waits until the section is over ([`Lock::turn_away`]): the algorithm of [`crate::sync::bias`].

use std::collections::VecDeque;

use super::wait::{Sleeper, Ticket, Waiter};
use crate::sync::atomic::{AtomicU64, Ordering};
use crate::sync::bias::{Habit, Leaning};
use crate::sync::{Latch, heavy_fence, stand_by};

/// How a lock is held.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// With other readers.
    Read,
    /// Alone.
    Write,
}

/// How long does whoever takes it hold it?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stay {
    /// The task may suspend meanwhile.
    Long,
    /// It cannot.
    Brief,
}

const WRITTEN: u64 = 1;
const QUEUE: u64 = 2;
const READER: u64 = 4;
/// With the number of a worker in units of `READER`.
const LEANS: u64 = 1 << 63;

/// The state of a lock that leans towards that worker.
pub fn leaning(worker: usize) -> u64 {
    LEANS | (worker as u64 * READER)
}

/// The workers around a lock, one of which asks.
pub trait Workers {
    /// The number of this one.
    fn me(&self) -> Option<usize>;
    /// Where the brief methods are that a worker runs.
    fn section(&self, worker: usize) -> &AtomicU64;
    /// What a section says that is at this lock.
    fn here(&self) -> u64;
    /// A time, in cycles of the processor.
    fn now(&self) -> u64;
}

/// Leaning has paid if it lasted for so many cycles, during which there were many calls, or if not, nobody was in a hurry.
const PAYS: u64 = 60_000;

/// A lock. Generated code knows where `state` is.
#[repr(C, align(128))]
#[derive(Debug)]
pub struct Lock<S> {
    state: AtomicU64,
    /// Since when it leans.
    since: AtomicU64,
    habit: Habit,
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
        Lock {
            state: AtomicU64::new(0),
            since: AtomicU64::new(0),
            habit: Habit::default(),
            queue: Latch::new(VecDeque::new()),
        }
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
        Mode::Read => state & (WRITTEN | LEANS) == 0,
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

    /// What generated code sees.
    #[cfg(loom)]
    pub fn state(&self) -> u64 {
        self.state.load(Ordering::Relaxed)
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

    /// If the lock leans towards a worker, takes it.
    pub fn take_leaning(&self, mode: Mode, workers: &impl Workers) -> bool {
        let taken = self.turn_away(workers);
        if taken && mode == Mode::Read {
            let before = self.state.fetch_add(READER - WRITTEN, Ordering::AcqRel);
            if before & QUEUE != 0 {
                // Readers that have come meanwhile.
                self.grant(&mut self.queue.lock());
            }
        }
        taken
    }

    /// Stands in the queue, unless the lock can be taken meanwhile. `begin` begins the wait. True: taken, nothing was begun.
    pub fn take_or_queue(&self, mode: Mode, workers: &impl Workers, begin: impl FnOnce() -> Waiter<S>) -> bool {
        let mut queue = self.queue.lock();
        if queue.is_empty() && is_free(self.begin_queue(workers), mode) {
            // Nobody else takes it, since `QUEUE` is set.
            self.state.fetch_add(share(mode), Ordering::Relaxed);
            self.state.fetch_and(!QUEUE, Ordering::Release);
            return true;
        }
        queue.push_back(Place { waiter: begin(), mode, insists: false });
        false
    }

    /// The wait was answered with [`AGAIN`]: takes the lock, or stands at the head of the queue with a new wait. True: taken.
    pub fn try_again(&self, mode: Mode, workers: &impl Workers, begin: impl FnOnce() -> Waiter<S>) -> bool {
        let mut queue = self.queue.lock();
        if self.try_take(mode) {
            if !queue.is_empty() {
                self.state.fetch_or(QUEUE, Ordering::AcqRel);
            }
            return true;
        }
        if is_free(self.begin_queue(workers), mode) {
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
    pub fn give_back(&self, mode: Mode, stay: Stay, workers: &impl Workers) {
        let next = match (stay, workers.me()) {
            (Stay::Brief, Some(me)) if self.habit.leaves(me) => {
                self.since.store(workers.now(), Ordering::Relaxed);
                leaning(me)
            }
            (Stay::Brief | Stay::Long, _) => 0,
        };
        match mode {
            Mode::Read => {
                // It leans only if there is no other reader.
                let leans = next != 0
                    && self.state.compare_exchange(READER, next, Ordering::Release, Ordering::Relaxed).is_ok();
                if !leans {
                    let before = self.state.fetch_sub(READER, Ordering::AcqRel);
                    if before & QUEUE != 0 && before < 2 * READER {
                        self.hand_over(0, workers);
                    }
                }
            }
            Mode::Write => {
                let left = self.state.compare_exchange(WRITTEN, next, Ordering::Release, Ordering::Relaxed);
                if left.is_err() {
                    self.hand_over(WRITTEN, workers);
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

    /// Sets [`QUEUE`]; the state. It does not lean afterwards.
    fn begin_queue(&self, workers: &impl Workers) -> u64 {
        let state = self.state.fetch_or(QUEUE, Ordering::AcqRel);
        if state & LEANS == 0 {
            return state;
        }
        if self.turn_away(workers) {
            return self.state.fetch_sub(WRITTEN, Ordering::AcqRel) - WRITTEN;
        }
        // Somebody else has taken it just now.
        self.state.load(Ordering::Acquire)
    }

    /// If the lock leans towards a worker, takes it for writing, and waits until that worker is not inside.
    fn turn_away(&self, workers: &impl Workers) -> bool {
        let mut state = self.state.load(Ordering::Relaxed);
        loop {
            if state & LEANS == 0 {
                return false;
            }
            let held = state & QUEUE | WRITTEN;
            match self.state.compare_exchange_weak(state, held, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => break,
                Err(now) => state = now,
            }
        }
        let whom = ((state & !LEANS) / READER) as usize;
        if workers.me() == Some(whom) {
            // A longer method of the same worker.
            self.habit.forget();
            return true;
        }
        heavy_fence();
        let mut looks = 0;
        while workers.section(whom).load(Ordering::Acquire) == workers.here() {
            looks = stand_by(looks);
        }
        let long = workers.now().wrapping_sub(self.since.load(Ordering::Relaxed)) > PAYS;
        self.habit.was_broken(if long { Leaning::Paid } else { Leaning::Cost });
        true
    }

    #[cold]
    fn hand_over(&self, held: u64, workers: &impl Workers) {
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
            self.begin_queue(workers);
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
