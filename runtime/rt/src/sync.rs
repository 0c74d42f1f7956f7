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
