//! Who may call, and who waits for that: while too much waits to be written to a process, its callers stand in a line, so that a process
//! that reads slowly, or not at all, costs its callers a limited amount of memory. In: tasks that want to call. Out: they go on, in
//! their order; each that has called lets the next one in, as long as there is room.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Link, Links};
use crate::sync::Mutex;
use crate::task::TaskRef;
use crate::task::wait::Waiter;

/// The tasks that wait until they may call a process.
#[derive(Debug, Default)]
pub(super) struct Line {
    waiters: Mutex<Waiters>,
    /// How many there are. Changes with them locked.
    count: AtomicUsize,
}

#[derive(Debug, Default)]
struct Waiters {
    next: u64,
    by_number: BTreeMap<u64, Waiter<TaskRef>>,
}

/// A place in a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spot(u64);

impl Links {
    /// May a task call this process now? Nobody overtakes those who wait.
    pub fn has_room(&self, peer: usize) -> bool {
        self.links.get(peer).is_none_or(|link| {
            link.may_call() || {
                // What waits may only wait for the next pause of this worker.
                link.flush();
                link.may_call()
            }
        })
    }

    /// Lets a task wait; nothing if it may call after all.
    pub fn stand_in_line(&self, peer: usize, waiter: Waiter<TaskRef>) -> Option<Spot> {
        self.links.get(peer)?.stand_in_line(waiter)
    }

    /// A task waits no longer.
    pub fn leave_line(&self, peer: usize, spot: Spot) {
        if let Some(link) = self.links.get(peer) {
            let mut waiters = link.line.waiters.lock();
            waiters.by_number.remove(&spot.0);
            link.line.count.store(waiters.by_number.len(), Ordering::SeqCst);
        }
    }

    /// A task that was let in has called, or does not any more.
    pub fn let_in(&self, peer: usize) {
        if let Some(link) = self.links.get(peer) {
            link.let_in();
        }
    }
}

impl Link {
    fn may_call(&self) -> bool {
        self.line.count.load(Ordering::SeqCst) == 0 && !self.is_crowded.load(Ordering::SeqCst)
    }

    fn stand_in_line(&self, waiter: Waiter<TaskRef>) -> Option<Spot> {
        let mut waiters = self.line.waiters.lock();
        let before = waiters.by_number.len();
        // Whoever makes room after our look at the session looks at the line, which is locked.
        self.line.count.store(before + 1, Ordering::SeqCst);
        if before == 0 && self.open.lock().calls.has_room() {
            self.line.count.store(0, Ordering::SeqCst);
            return None;
        }
        let number = waiters.next;
        waiters.next += 1;
        waiters.by_number.insert(number, waiter);
        Some(Spot(number))
    }

    /// Lets the first of those who wait call, if there is room.
    pub(super) fn let_in(&self) {
        if self.is_crowded.load(Ordering::SeqCst) {
            self.look_for_room(&self.open.lock());
        }
        while self.line.count.load(Ordering::SeqCst) > 0 {
            let mut waiters = self.line.waiters.lock();
            if !self.open.lock().calls.has_room() {
                return;
            }
            let Some((_, first)) = waiters.by_number.pop_first() else { return };
            self.line.count.store(waiters.by_number.len(), Ordering::SeqCst);
            drop(waiters);
            // If its wait has ended otherwise, it is the next one's turn.
            if first.finish(0) {
                return;
            }
        }
    }
}
