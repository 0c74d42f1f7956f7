//! The reactor: a Tokio runtime that one idle worker at a time drives on its own thread. In: futures. Out: their progress, and an
//! end of the wait when the worker has something to do. Nothing of it runs on a task's stack.

use std::fmt;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Poll, Waker};
use std::time::Instant;

use tokio::runtime::Runtime;
use tokio::task::yield_now;
use tokio::time::sleep_until;

use super::worker::Desk;
use crate::sync::Mutex;

/// The reactor of a scheduler.
pub struct Reactor {
    runtime: Runtime,
    /// Who drives it: a worker's number + 1; 0: nobody.
    driver: AtomicUsize,
    /// Ends its wait.
    waker: Mutex<Option<Waker>>,
}

impl Reactor {
    /// Starts one; it does nothing until it is driven.
    pub(super) fn start() -> io::Result<Reactor> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        Ok(Reactor { runtime, driver: AtomicUsize::new(0), waker: Mutex::default() })
    }

    /// Adds a future to drive. From any thread.
    pub(super) fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        drop(self.runtime.spawn(future));
    }

    /// Drives the futures until the worker is woken, has work, or the time has come. Only for the keeper.
    pub(super) fn wait(&self, desk: &Desk, has_work: &impl Fn() -> bool, until: Option<Instant>) {
        self.driver.store(desk.index + 1, Ordering::SeqCst);
        self.runtime.block_on(async {
            let mut timer = pin!(until.map(|until| sleep_until(until.into())));
            poll_fn(|context| {
                self.note(context.waker());
                let due = timer.as_mut().as_pin_mut().is_some_and(|timer| timer.poll(context).is_ready());
                // The waker is noted: who wakes from now on, does.
                if due || has_work() || desk.token.load(Ordering::SeqCst) { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
        });
        self.driver.store(0, Ordering::SeqCst);
    }

    /// Looks at sockets and timers once, and drives what can go on. Only for the keeper.
    pub(super) fn turn(&self, worker: usize) {
        self.driver.store(worker + 1, Ordering::SeqCst);
        self.runtime.block_on(async {
            // Looks at sockets and timers.
            yield_now().await;
            // Drives the futures that they woke.
            yield_now().await;
        });
        self.driver.store(0, Ordering::SeqCst);
    }

    /// Ends the wait of that worker, if it is the one who drives.
    pub(super) fn wake(&self, worker: usize) {
        if self.driver.load(Ordering::SeqCst) == worker + 1 {
            self.leave();
        }
    }

    /// Ends the wait under way.
    pub(super) fn leave(&self) {
        if let Some(waker) = &*self.waker.lock() {
            waker.wake_by_ref();
        }
    }

    /// Does that worker drive it?
    pub(super) fn is_driven_by(&self, worker: usize) -> bool {
        self.driver.load(Ordering::Relaxed) == worker + 1
    }

    fn note(&self, waker: &Waker) {
        let mut noted = self.waker.lock();
        if !noted.as_ref().is_some_and(|noted| noted.will_wake(waker)) {
            *noted = Some(waker.clone());
        }
    }
}

impl fmt::Debug for Reactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reactor").field("driver", &self.driver).finish_non_exhaustive()
    }
}
