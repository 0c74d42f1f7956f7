//! The door to what threads share: locks and atomic numbers. In normal builds those of the standard library, under `--cfg loom`
//! those of loom, so that its model checker sees every access of the algorithms built on them.

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

/// A lock that is held for a few instructions only, never while anything else is waited for. Giving it back is a plain store: half
/// the price of [`Mutex`], which channels pay for each message.
#[cfg(not(loom))]
#[derive(Debug, Default)]
pub struct Latch<T>(spin::mutex::SpinMutex<T>);

/// The latch is held.
#[cfg(not(loom))]
pub type Latched<'a, T> = spin::mutex::SpinMutexGuard<'a, T>;

/// So many times somebody who finds a latch held looks the other way, longer each time, before others on this processor get their
/// turn. Who holds it can do many things meanwhile: two processors that take it by turns for one thing each spend their time
/// sending the data to and fro.
#[cfg(not(loom))]
const LOOKS: u32 = 4;
/// The first of these pauses, in pauses of the processor.
#[cfg(not(loom))]
const FIRST_PAUSE: u32 = 16;

#[cfg(not(loom))]
impl<T> Latch<T> {
    /// A free one.
    pub fn new(value: T) -> Latch<T> {
        Latch(spin::mutex::SpinMutex::new(value))
    }

    /// Takes it.
    #[inline]
    pub fn lock(&self) -> Latched<'_, T> {
        match self.0.try_lock() {
            Some(held) => held,
            None => self.wait(),
        }
    }

    #[cold]
    fn wait(&self) -> Latched<'_, T> {
        loop {
            for look in 0..LOOKS {
                for _ in 0..FIRST_PAUSE << look {
                    std::hint::spin_loop();
                }
                if !self.0.is_locked()
                    && let Some(held) = self.0.try_lock()
                {
                    return held;
                }
            }
            // Whoever holds it was interrupted.
            std::thread::yield_now();
        }
    }
}

/// Under the model checker: a lock like any other.
#[cfg(loom)]
pub type Latch<T> = Mutex<T>;
