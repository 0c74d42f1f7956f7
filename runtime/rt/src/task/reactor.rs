//! The reactor: a Tokio runtime that the idle worker drives on its own thread. In: futures. Out: their progress, and an end of
//! the wait when something becomes ready for the worker. Nothing of it runs on a task's stack.

use std::future::Future;
use std::io;
use std::rc::Rc;

use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio::task::{LocalSet, yield_now};

/// The reactor of a worker.
#[derive(Debug)]
pub struct Reactor {
    runtime: Runtime,
    local: LocalSet,
    nudged: Rc<Notify>,
}

impl Reactor {
    /// Starts one; it does nothing until it is driven.
    pub fn start() -> io::Result<Reactor> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        Ok(Reactor { runtime, local: LocalSet::new(), nudged: Rc::new(Notify::new()) })
    }

    /// Adds a future to drive.
    pub fn spawn(&self, future: impl Future<Output = ()> + 'static) {
        self.local.spawn_local(future);
    }

    /// Drives the futures until [`Reactor::nudge`].
    pub fn wait(&self) {
        self.local.block_on(&self.runtime, self.nudged.notified());
    }

    /// Drives what can go on now, and looks at sockets and timers once.
    pub fn turn(&self) {
        self.local.block_on(&self.runtime, async {
            // The first looks at sockets and timers, the second runs what they have woken.
            yield_now().await;
            yield_now().await;
        });
    }

    /// Ends the wait under way, or the next.
    pub fn nudge(&self) {
        self.nudged.notify_one();
    }
}
