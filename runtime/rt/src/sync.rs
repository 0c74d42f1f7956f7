//! The door to what threads share: locks and atomic numbers. In normal builds those of the standard library, under `--cfg loom`
//! those of loom, so that its model checker sees every access of the algorithms built on them.

pub mod bias;
pub mod joint;
#[cfg(all(test, loom))]
mod loom_tests;

#[cfg(not(loom))]
pub use crate::os::latch::{Latch, Latched};
#[cfg(loom)]
pub use loom::sync::{Arc, atomic};
#[cfg(not(loom))]
pub use std::sync::{Arc, atomic};

#[cfg(loom)]
use loom::sync as base;
#[cfg(not(loom))]
use std::sync as base;

/// A lock. A panic of a holder is fatal to the process (`exports`), so there is no poison.
#[derive(Debug, Default)]
pub struct Mutex<T>(base::Mutex<T>);

/// The lock is held.
pub type Guard<'a, T> = base::MutexGuard<'a, T>;

impl<T> Mutex<T> {
    /// A free lock.
    pub fn new(value: T) -> Mutex<T> {
        Mutex(base::Mutex::new(value))
    }

    /// Takes it, blocking the thread for as long as others hold it: a few instructions.
    pub fn lock(&self) -> Guard<'_, T> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Under the model checker: a lock like any other ([`bias`] has models of its own).
#[cfg(loom)]
pub type Latch<T> = Mutex<T>;

#[cfg(loom)]
impl<T> Mutex<T> {
    /// A free one.
    pub fn leaning(value: T) -> Mutex<T> {
        Mutex::new(value)
    }
}

/// Who looks this many times for something that others are about to do, gives its processor away before it looks again: whoever is
/// about to do it was interrupted. In between it pauses, longer each time, since two processors that take something by turns for one
/// thing each spend their time sending the data to and fro.
const LOOKS: u32 = 4;
/// The first of these pauses, in pauses of the processor.
const FIRST_PAUSE: u32 = 16;

/// Lets time pass after so many looks. One more look.
pub fn stand_by(looks: u32) -> u32 {
    if cfg!(loom) || looks % (LOOKS + 1) == LOOKS {
        base_yield();
    } else {
        for _ in 0..FIRST_PAUSE << (looks % (LOOKS + 1)) {
            std::hint::spin_loop();
        }
    }
    looks.wrapping_add(1)
}

#[cfg(loom)]
use loom::thread::yield_now as base_yield;
#[cfg(not(loom))]
use std::thread::yield_now as base_yield;

/// The cheap side of a pair of barriers: orders what this thread does only together with another one's [`heavy_fence`].
#[inline]
pub fn light_fence() {
    #[cfg(loom)]
    loom::sync::atomic::fence(atomic::Ordering::SeqCst);
    #[cfg(not(loom))]
    atomic::compiler_fence(atomic::Ordering::SeqCst);
}

/// A full barrier of this thread and of all other threads of the process.
pub fn heavy_fence() {
    #[cfg(loom)]
    loom::sync::atomic::fence(atomic::Ordering::SeqCst);
    #[cfg(not(loom))]
    crate::os::process::fence_all_threads();
}

/// The side of a pair of barriers that many pass and that has to be cheap; with [`far_fence`] on the other side.
#[inline]
pub fn near_fence() {
    if may_lean() { light_fence() } else { atomic::fence(atomic::Ordering::SeqCst) }
}

/// The other side, for who comes seldom.
pub fn far_fence() {
    if may_lean() { heavy_fence() } else { atomic::fence(atomic::Ordering::SeqCst) }
}

/// Is there a [`heavy_fence`]?
#[inline]
pub fn may_lean() -> bool {
    #[cfg(loom)]
    return true;
    #[cfg(not(loom))]
    crate::os::process::can_fence_all_threads()
}
