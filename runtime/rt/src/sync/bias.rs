//! A lock for a few instructions that leans towards the thread that uses it: while nobody else comes, taking it costs a store and two
//! loads, and giving it back a store; no atomic read-modify-write, which costs more than all the rest of a channel's operation.
//! In: threads, each with its own [`Marker`]. Out: one of them at a time is inside.
//!
//! The word says free, held, or the thread that the lock leans towards. That thread enters by saying in its marker where it is going
//! ("section") and looking at the word again. Whoever else comes takes the word for itself, which bars the way, and then waits until
//! the marker says something else. Between the store of the one and its look, and between the exchange of the other and its look,
//! there has to be a barrier on both sides (Dekker). The one who enters pays none: the other has the operating system make all
//! threads of the process pass one ([`heavy_fence`], `membarrier(2)`). Known as biased locking (Russell and Detlefs, "Eliminating
//! Synchronization-Related Atomic Operations with Biased Locking and Bulk Rebiasing", OOPSLA 2006), with the asymmetric Dekker
//! synchronisation of Dice et al. instead of stopping threads.
//!
//! Which thread it leans towards is learnt: who has held it [`FEW`] times in a row; the number doubles when leaning did not pay.

use super::atomic::{AtomicU32, AtomicUsize, Ordering};
use super::{heavy_fence, light_fence, may_lean, stand_by};

/// Where a thread is. Of its own cache line, as it is written at each entry.
#[repr(align(128))]
#[derive(Debug)]
pub struct Marker {
    /// The address of the latch that it has entered because that leans towards it; 0: none.
    section: AtomicUsize,
}

impl Marker {
    /// A thread that is nowhere.
    #[cfg(not(loom))]
    pub const fn nowhere() -> Marker {
        Marker { section: AtomicUsize::new(NOWHERE) }
    }

    /// A thread that is nowhere.
    #[cfg(loom)]
    pub fn nowhere() -> Marker {
        Marker { section: AtomicUsize::new(NOWHERE) }
    }
}

/// The number of a thread: the index of its marker. `None`: all markers are taken by others; it never is leant towards.
pub type Me = Option<usize>;

const NOWHERE: usize = 0;

const FREE: usize = 0;
const HELD: usize = 1;
/// The word of a lock that leans towards the thread with marker 0; one more for each marker.
const LEANS: usize = 2;

/// So many times in a row a thread must have held it at first, until it leans towards that thread. About what it costs to end that.
const FEW: u32 = if cfg!(loom) { 1 } else { 64 };
/// And so many at most.
const MANY: u32 = 1 << 20;
/// Leaning has paid if it was used so many times as often as it took to begin it.
const PAYS: u32 = 4;

/// The lock.
#[derive(Debug)]
pub struct Bias {
    word: AtomicUsize,
    habit: Habit,
}

/// What is known of who uses a lock. Written by whoever holds it; if several read at a time, it is only less exact.
#[derive(Debug)]
pub struct Habit {
    /// Who was inside last, plus 1.
    last: AtomicUsize,
    /// How often in a row; if the lock leans: since it does.
    streak: AtomicU32,
    /// How long a streak makes it lean.
    needed: AtomicU32,
}

impl Default for Habit {
    fn default() -> Habit {
        Habit { last: AtomicUsize::new(0), streak: AtomicU32::new(0), needed: AtomicU32::new(FEW) }
    }
}

impl Habit {
    /// Somebody goes out: should the lock lean towards it from now on?
    #[inline]
    pub fn leaves(&self, me: usize) -> bool {
        if self.last.load(Ordering::Relaxed) != me + 1 {
            self.last.store(me + 1, Ordering::Relaxed);
            self.streak.store(0, Ordering::Relaxed);
            return false;
        }
        let streak = self.streak.load(Ordering::Relaxed) + 1;
        let leans = streak >= self.needed.load(Ordering::Relaxed) && may_lean();
        // Without `heavy_fence` it is counted on and on.
        self.streak.store(if leans { 0 } else { streak.min(MANY) }, Ordering::Relaxed);
        leans
    }

    /// It does not lean any more.
    pub fn forget(&self) {
        self.streak.store(0, Ordering::Relaxed);
        self.last.store(0, Ordering::Relaxed);
    }

    /// It does not lean any more because somebody else came. Has it paid?
    pub fn was_broken(&self, paid: bool) {
        let needed = self.needed.load(Ordering::Relaxed);
        let next = if paid { (needed / 2).max(FEW) } else { (needed * 2).min(MANY) };
        self.needed.store(next, Ordering::Relaxed);
        self.forget();
    }

    fn counts_leaning(&self) {
        self.streak.store(self.streak.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    }

    fn has_paid(&self) -> bool {
        self.streak.load(Ordering::Relaxed) / PAYS >= self.needed.load(Ordering::Relaxed)
    }
}

/// How somebody is inside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Held {
    /// The lock leans towards this thread, whose marker says that it is inside.
    Leaning(usize),
    /// The word says so.
    Taken,
}

impl Bias {
    /// A free one, that leans towards a thread from the beginning if one is named.
    pub fn new(towards: Me) -> Bias {
        let word = towards.filter(|_| may_lean()).map_or(FREE, |me| LEANS + me);
        Bias { word: AtomicUsize::new(word), habit: Habit::default() }
    }

    /// Comes in, waiting for whoever is inside.
    #[inline(always)]
    pub fn enter(&self, me: Me, markers: &[Marker]) -> Held {
        if let Some(me) = me
            && self.word.load(Ordering::Relaxed) == LEANS + me
            && self.enter_leaning(&markers[me], LEANS + me)
        {
            return Held::Leaning(me);
        }
        self.take(me, markers);
        Held::Taken
    }

    /// Goes out.
    #[inline]
    pub fn leave(&self, held: Held, me: Me, markers: &[Marker]) {
        match held {
            Held::Leaning(me) => {
                self.habit.counts_leaning();
                markers[me].section.store(NOWHERE, Ordering::Release);
            }
            Held::Taken => {
                let next = me.filter(|me| self.habit.leaves(*me)).map_or(FREE, |me| LEANS + me);
                self.word.store(next, Ordering::Release);
            }
        }
    }

    /// False: somebody else has just come.
    #[inline(always)]
    fn enter_leaning(&self, marker: &Marker, leans: usize) -> bool {
        // It is inside of another latch: then this one is taken like any other.
        if marker.section.load(Ordering::Relaxed) != NOWHERE {
            return false;
        }
        // Whoever reads this in `turn_away` has seen what was done inside before.
        marker.section.store(self.address(), Ordering::Release);
        light_fence();
        if self.word.load(Ordering::Relaxed) == leans {
            return true;
        }
        marker.section.store(NOWHERE, Ordering::Release);
        false
    }

    #[inline(never)]
    fn take(&self, me: Me, markers: &[Marker]) {
        let mut looks = 0;
        loop {
            match self.word.load(Ordering::Relaxed) {
                HELD => looks = stand_by(looks),
                FREE => {
                    if self.exchange(FREE) {
                        return;
                    }
                }
                leans => {
                    if self.exchange(leans) {
                        self.turn_away(leans - LEANS, me, markers);
                        return;
                    }
                }
            }
        }
    }

    #[inline]
    fn exchange(&self, from: usize) -> bool {
        self.word.compare_exchange(from, HELD, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    /// Waits until the thread towards which it leant is not inside. The word says held, so it does not come in again.
    #[cold]
    fn turn_away(&self, whom: usize, me: Me, markers: &[Marker]) {
        if me != Some(whom) {
            heavy_fence();
            let mut looks = 0;
            while markers[whom].section.load(Ordering::Acquire) == self.address() {
                looks = stand_by(looks);
            }
            self.habit.was_broken(self.habit.has_paid());
        } else {
            self.habit.forget();
        }
    }

    fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}
