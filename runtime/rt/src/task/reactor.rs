//! The reactor: a Tokio runtime that the idle worker drives on its own thread. In: futures. Out: their progress, and an end of
//! the wait when something becomes ready for the worker. Nothing of it runs on a task's stack.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::Runtime;
use tokio::task::{LocalSet, yield_now};

/// The reactor of a worker.
pub struct Reactor {
    runtime: Runtime,
    local: RefCell<LocalSet>,
    /// Futures that were added since it was last driven.
    added: RefCell<Vec<Pin<Box<dyn Future<Output = ()>>>>>,
    nudged: Cell<bool>,
}

impl Reactor {
    /// Starts one; it does nothing until it is driven.
    pub fn start() -> io::Result<Reactor> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let local = RefCell::new(LocalSet::new());
        Ok(Reactor { runtime, local, added: RefCell::default(), nudged: Cell::new(false) })
    }

    /// Adds a future to drive.
    pub fn spawn(&self, future: impl Future<Output = ()> + 'static) {
        self.added.borrow_mut().push(Box::pin(future));
    }

    /// Drives the futures until [`Reactor::nudge`], which is asked for right after they ran: a future that nudges costs no
    /// system call.
    pub fn wait(&self) {
        self.runtime.block_on(poll_fn(|context| {
            self.drive(context);
            if self.nudged.take() { Poll::Ready(()) } else { Poll::Pending }
        }));
    }

    /// Drives what can go on now, and looks at sockets and timers once.
    pub fn turn(&self) {
        let drive = || {
            poll_fn(|context| {
                self.drive(context);
                Poll::Ready(())
            })
        };
        self.runtime.block_on(async {
            drive().await;
            // Looks at sockets and timers.
            yield_now().await;
            drive().await;
        });
    }

    /// Ends the wait under way, or the next. Only on the worker's thread.
    pub fn nudge(&self) {
        self.nudged.set(true);
    }

    fn drive(&self, context: &mut Context<'_>) {
        let mut local = self.local.borrow_mut();
        loop {
            for future in self.added.take() {
                local.spawn_local(future);
            }
            // It is never done: whether it has futures does not matter here.
            let _ = Pin::new(&mut *local).poll(context);
            if self.added.borrow().is_empty() {
                return;
            }
        }
    }
}

impl fmt::Debug for Reactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reactor").field("nudged", &self.nudged).finish_non_exhaustive()
    }
}
