//! The reactor: a Tokio runtime that one idle worker at a time drives on its own thread. In: futures. Out: their progress, and an
//! end of the wait when the worker has something to do. Nothing of it runs on a task's stack.
//!
//! Tokio only sees to sockets and timers. The futures are polled here, right after it has waited: were they tasks of Tokio, it would look at the
//! sockets once more before the wait ends, which was a system call for each request and each reply.
//! Out here Tokio does not count what a future does in one go: those that could go on for ever let others come in between themselves.

use std::fmt;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Instant;

use tokio::runtime::Runtime;
use tokio::time::sleep_until;

use super::worker::Desk;
use crate::sync::Mutex;

/// The reactor of a scheduler.
pub struct Reactor {
    runtime: Runtime,
    /// Who drives it: a worker's number + 1; 0: nobody.
    driver: AtomicUsize,
    futures: Arc<Futures>,
}

/// The futures that can go on.
#[derive(Default)]
struct Futures {
    ready: Mutex<Vec<Arc<Driven>>>,
    /// Who drives waits in Tokio, or is about to: it looks whether it should only after it has said so.
    is_waited: AtomicBool,
    /// Ends that wait.
    waker: Mutex<Option<Waker>>,
}

/// A future, until it has ended. What it waits for keeps it alive.
struct Driven {
    future: Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>,
    /// It is among those that are ready.
    is_ready: AtomicBool,
    among: Arc<Futures>,
}

impl Reactor {
    /// Starts one; it does nothing until it is driven.
    pub(super) fn start() -> io::Result<Reactor> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        Ok(Reactor { runtime, driver: AtomicUsize::new(0), futures: Arc::default() })
    }

    /// Adds a future to drive. From any thread.
    pub(super) fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        let future: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(future);
        let among = self.futures.clone();
        Arc::new(Driven { future: Mutex::new(Some(future)), is_ready: AtomicBool::new(false), among }).wake();
    }

    /// Drives the futures until the worker is woken, has work, or the time has come. Only for the keeper.
    pub(super) fn wait(&self, desk: &Desk, has_work: &impl Fn() -> bool, until: Option<Instant>) {
        self.driver.store(desk.index + 1, Ordering::SeqCst);
        let is_over = || has_work() || desk.token.load(Ordering::SeqCst);
        loop {
            self.advance();
            if is_over() || until.is_some_and(|until| until <= Instant::now()) {
                break;
            }
            self.look(&is_over, until);
        }
        self.driver.store(0, Ordering::SeqCst);
    }

    /// Looks at sockets and timers once, and drives what can go on. Only for the keeper.
    pub(super) fn turn(&self, worker: usize) {
        self.driver.store(worker + 1, Ordering::SeqCst);
        self.advance();
        self.look(&|| true, None);
        self.advance();
        self.driver.store(0, Ordering::SeqCst);
    }

    /// Looks at sockets and timers once. Waits for them unless a future can go on, it `is_over`, or the time has come.
    fn look(&self, is_over: &impl Fn() -> bool, until: Option<Instant>) {
        let mut looked = false;
        self.runtime.block_on(async {
            let mut timer = pin!(until.map(|until| sleep_until(until.into())));
            poll_fn(|context| {
                if std::mem::replace(&mut looked, true) {
                    return Poll::Ready(());
                }
                // From here on who wakes, or has something for a future, ends the wait.
                self.futures.note(context.waker());
                self.futures.is_waited.store(true, Ordering::SeqCst);
                let due = timer.as_mut().as_pin_mut().is_some_and(|timer| timer.poll(context).is_ready());
                if due || is_over() || !self.futures.ready.lock().is_empty() {
                    // Tokio looks, but does not wait.
                    context.waker().wake_by_ref();
                }
                Poll::Pending
            })
            .await;
        });
        self.futures.is_waited.store(false, Ordering::SeqCst);
    }

    /// Polls the futures that are ready, each once: what is ready again by then comes after a look at the sockets.
    fn advance(&self) {
        let ready = std::mem::take(&mut *self.futures.ready.lock());
        if ready.is_empty() {
            return;
        }
        let _context = self.runtime.enter();
        ready.into_iter().for_each(|driven| driven.advance());
    }

    /// Ends the wait of that worker, if it is the one who drives.
    pub(super) fn wake(&self, worker: usize) {
        if self.driver.load(Ordering::SeqCst) == worker + 1 {
            self.futures.leave();
        }
    }
}

impl Futures {
    /// Ends the wait under way, if there is one.
    fn leave(&self) {
        if self.is_waited.load(Ordering::SeqCst)
            && let Some(waker) = &*self.waker.lock()
        {
            waker.wake_by_ref();
        }
    }

    fn note(&self, waker: &Waker) {
        let mut noted = self.waker.lock();
        if !noted.as_ref().is_some_and(|noted| noted.will_wake(waker)) {
            *noted = Some(waker.clone());
        }
    }
}

impl Driven {
    fn advance(self: Arc<Driven>) {
        // Who wakes it from now on does so again.
        self.is_ready.store(false, Ordering::SeqCst);
        let waker = Waker::from(self.clone());
        let mut future = self.future.lock();
        if let Some(running) = &mut *future
            && running.as_mut().poll(&mut Context::from_waker(&waker)).is_ready()
        {
            *future = None;
        }
    }
}

/// Lets other futures go on, and the reactor look at the sockets, before this one does.
pub async fn let_others() {
    let mut back = false;
    poll_fn(|context| {
        if std::mem::replace(&mut back, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

impl Wake for Driven {
    fn wake(self: Arc<Driven>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Driven>) {
        if !self.is_ready.swap(true, Ordering::SeqCst) {
            self.among.ready.lock().push(self.clone());
            self.among.leave();
        }
    }
}

impl fmt::Debug for Reactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reactor").field("driver", &self.driver).finish_non_exhaustive()
    }
}
