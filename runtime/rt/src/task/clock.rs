//! The one door to time and chance. In: whether the scheduler is the seeded one. Out: nanoseconds since it began, numbers.
//! Under the seeded scheduler time stands still while tasks run, and jumps to the next timer when none can.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::os::process::cycles;
use crate::sync::Mutex;

/// Time and chance of a scheduler.
#[derive(Debug)]
pub struct Clock {
    begin: Instant,
    /// The time, if it is not that of the world.
    seeded: Option<Seeded>,
}

#[derive(Debug)]
struct Seeded {
    now: AtomicU64,
    dice: Mutex<fastrand::Rng>,
}

/// A look at the clock is good for so many cycles of the processor: one or two microseconds.
const FRESH: u64 = 4_000;
/// The same for who counts in milliseconds.
const ABOUT: u64 = 100_000;

/// Who asks for the time again and again, and need not know it exactly.
#[derive(Clone, Copy, Default, Debug)]
pub struct Watch {
    now: u64,
    /// When that was, in cycles; 0: not yet.
    at: u64,
    /// When it was asked last, in cycles.
    asked: u64,
}

impl Watch {
    /// [`Clock::now`], or one or two microseconds before.
    pub fn now(&mut self, clock: &Clock) -> u64 {
        self.within(FRESH, clock)
    }

    /// The same, or less than a tenth of a millisecond before.
    pub fn about(&mut self, clock: &Clock) -> u64 {
        self.within(ABOUT, clock)
    }

    /// So many cycles passed since it was asked earlier.
    pub fn cycles_since(&self, earlier: &Watch) -> u64 {
        self.asked.wrapping_sub(earlier.asked)
    }

    fn within(&mut self, fresh: u64, clock: &Clock) -> u64 {
        let at = cycles();
        self.asked = at;
        if clock.is_seeded() || at.wrapping_sub(self.at) > fresh {
            (self.now, self.at) = (clock.now(), at);
        }
        self.now
    }
}

impl Clock {
    /// That of the world, or one that stands still, with chance from this seed.
    pub fn new(seed: Option<u64>) -> Clock {
        let seeded = |seed| Seeded { now: AtomicU64::new(0), dice: Mutex::new(fastrand::Rng::with_seed(seed)) };
        Clock { begin: Instant::now(), seeded: seed.map(seeded) }
    }

    /// Is it the seeded one?
    #[inline]
    pub fn is_seeded(&self) -> bool {
        self.seeded.is_some()
    }

    /// Nanoseconds since it began.
    pub fn now(&self) -> u64 {
        match &self.seeded {
            Some(seeded) => seeded.now.load(Ordering::Relaxed),
            None => u64::try_from(self.begin.elapsed().as_nanos()).unwrap_or(super::NEVER - 1),
        }
    }

    /// The moment of such a time, for timers of the world.
    pub fn moment(&self, time: u64) -> Instant {
        const FAR: u64 = 365 * 86_400 * 1_000_000_000;
        self.begin + Duration::from_nanos(time.min(FAR))
    }

    /// Time jumps. Only of the seeded clock.
    pub fn jump(&self, time: u64) {
        if let Some(seeded) = &self.seeded {
            seeded.now.fetch_max(time, Ordering::Relaxed);
        }
    }

    /// A number below `count` by the seed; 0 if nothing is left to chance.
    pub fn choose(&self, count: usize) -> usize {
        match &self.seeded {
            Some(seeded) if count > 1 => seeded.dice.lock().usize(..count),
            Some(_) | None => 0,
        }
    }
}
