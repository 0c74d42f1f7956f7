//! Who sleeps, and whom to wake. In: workers that found nothing to do, work that was put where others may take it. Out: one
//! sleeper to wake, or the certainty that somebody who is awake will find the work.
//!
//! Protocol: whoever has put work somewhere calls [`Sleepers::wake_one`] afterwards. Whoever wants to sleep registers, and only
//! then looks for work once more: either the one sees the sleeper, or the other sees the work. Somebody who was woken counts as
//! *searching* until it says what came of it; meanwhile nobody else is woken. A searcher that finds work says so, and if it was the
//! only one and there is more, it wakes the next: so a burst of work wakes as many as it needs, one after the other.

use crate::sync::Mutex;
use crate::sync::atomic::{AtomicUsize, Ordering, fence};

/// Those who sleep.
#[derive(Debug)]
pub struct Sleepers {
    list: Mutex<List>,
    /// How many are in the list.
    count: AtomicUsize,
    searching: AtomicUsize,
}

#[derive(Debug, Default)]
struct List {
    /// Those who sleep, the last one on top. It is woken first, as its caches are warm.
    parked: Vec<usize>,
    /// Who sits in the reactor, or waits for the next timer: woken only if there is nobody else.
    keeper: Option<usize>,
}

/// How somebody wants to sleep.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bed {
    /// Until woken.
    Parked,
    /// In the reactor.
    Keeper,
}

impl Default for Sleepers {
    fn default() -> Sleepers {
        Sleepers { list: Mutex::new(List::default()), count: AtomicUsize::new(0), searching: AtomicUsize::new(0) }
    }
}

impl Sleepers {
    /// Is there anybody to wake, and is nobody searching? After work was put where it can be found.
    #[inline]
    pub fn should_wake(&self) -> bool {
        fence(Ordering::SeqCst);
        self.searching.load(Ordering::SeqCst) == 0
    }

    /// Takes one off the list, who counts as searching from now on and must be woken.
    pub fn wake_one(&self) -> Option<usize> {
        if !self.should_wake() || self.count.load(Ordering::SeqCst) == 0 {
            return None;
        }
        let mut list = self.list.lock();
        if self.searching.load(Ordering::SeqCst) != 0 {
            return None;
        }
        let one = list.parked.pop().or_else(|| list.keeper.take())?;
        self.searching.fetch_add(1, Ordering::SeqCst);
        self.count.fetch_sub(1, Ordering::SeqCst);
        Some(one)
    }

    /// Somebody new begins as a searcher, unless there is one.
    pub fn begin_searching(&self) -> bool {
        self.searching.compare_exchange(0, 1, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    /// A searcher has found work. True: it was the only one, so if there is more, somebody else should be woken.
    pub fn found(&self) -> bool {
        self.searching.fetch_sub(1, Ordering::SeqCst) == 1
    }

    /// Somebody wants to sleep, and must look for work once more after this. How many sleep now.
    pub fn register(&self, worker: usize, bed: Bed, searching: bool) -> usize {
        let mut list = self.list.lock();
        match bed {
            Bed::Parked => list.parked.push(worker),
            Bed::Keeper => list.keeper = Some(worker),
        }
        let count = self.count.fetch_add(1, Ordering::SeqCst) + 1;
        if searching {
            self.searching.fetch_sub(1, Ordering::SeqCst);
        }
        drop(list);
        fence(Ordering::SeqCst);
        count
    }

    /// Somebody does not sleep any more. False: it had been taken off the list, and counts as searching.
    pub fn unregister(&self, worker: usize) -> bool {
        let mut list = self.list.lock();
        let place = list.parked.iter().position(|&other| other == worker);
        let mut there = place.is_some();
        if let Some(place) = place {
            list.parked.remove(place);
        } else if list.keeper == Some(worker) {
            list.keeper = None;
            there = true;
        }
        if there {
            self.count.fetch_sub(1, Ordering::SeqCst);
        }
        there
    }

    /// Who keeps the reactor and sleeps.
    pub fn keeper(&self) -> Option<usize> {
        self.list.lock().keeper
    }

    /// How many sleep.
    pub fn sleeping(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }
}
