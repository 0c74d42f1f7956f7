//! The word between two owners of one thing, of whom one ends it: a lock for a few instructions that also says who is gone. In: the
//! one who ends ("ender"), once, and the others ("keeper", which may be several threads at once until the last of them goes). Out: each is alone
//! inside; and exactly one of the two learns that it is the last, and is to free the thing.
//!
//! Each visit costs one atomic read-modify-write, and so does the end; a look whether it is over costs none.

use super::atomic::{AtomicU32, Ordering};
use super::stand_by;

/// The word.
#[derive(Debug)]
pub struct Joint(AtomicU32);

/// Both are there, and nobody is inside.
const BOTH: u32 = 0;
/// The keeper is gone for ever, and nobody is inside.
const KEPT_BY_NOBODY: u32 = 1;
/// The ender is gone for ever.
const OVER: u32 = 2;
/// Somebody is inside.
const HELD: u32 = 3;

/// In which order the two owners go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Leaves {
    /// The other one is still there, and frees the thing, at once or later.
    First,
    /// The other one is gone: this one frees the thing.
    Last,
}

impl Default for Joint {
    fn default() -> Joint {
        Joint(AtomicU32::new(BOTH))
    }
}

impl Joint {
    /// Has the ender gone? What it did before is seen.
    #[inline]
    pub fn is_over(&self) -> bool {
        self.0.load(Ordering::Acquire) == OVER
    }

    /// A keeper comes in; false if it is over. Afterwards [`Joint::leave`] or [`Joint::abandon`].
    #[inline]
    pub fn visit(&self) -> bool {
        self.enter() == BOTH
    }

    /// The keeper goes out.
    #[inline]
    pub fn leave(&self) {
        self.0.store(BOTH, Ordering::Release);
    }

    /// The last keeper goes out, for ever.
    pub fn abandon(&self) {
        self.0.store(KEPT_BY_NOBODY, Ordering::Release);
    }

    /// The ender comes in.
    #[inline]
    pub fn begin_end(&self) -> Leaves {
        if self.enter() == KEPT_BY_NOBODY { Leaves::Last } else { Leaves::First }
    }

    /// The ender, who leaves first, goes out for ever.
    #[inline]
    pub fn end(&self) {
        self.0.store(OVER, Ordering::Release);
    }

    /// What the word said before this thread got inside, or `OVER`.
    #[inline]
    fn enter(&self) -> u32 {
        let mut looks = 0;
        loop {
            match self.0.load(Ordering::Acquire) {
                OVER => return OVER,
                HELD => looks = stand_by(looks),
                free => {
                    if self.0.compare_exchange(free, HELD, Ordering::Acquire, Ordering::Relaxed).is_ok() {
                        return free;
                    }
                }
            }
        }
    }
}
