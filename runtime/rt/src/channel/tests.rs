//! Tests of channels: one suite for all implementations ([`conformance`]), a model, and what only channels in memory have.

pub(crate) mod conformance;
mod in_memory;
mod model;
mod select;
mod topics;

use super::{Channel, Messages};
use crate::task::wait::{Answer, Cut, Sleeper, Ticket, Waiter, Waiting};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::Thread;

/// A thread that waits. Never freed, as tasks are not.
#[derive(Debug)]
pub(crate) struct Parker {
    waiting: Waiting,
    thread: Thread,
    woken: AtomicU64,
}

/// It, by address.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sleep(&'static Parker);

impl Sleeper for Sleep {
    fn waiting(&self) -> &Waiting {
        &self.0.waiting
    }

    fn wake(&self, _: Ticket) {
        self.0.woken.fetch_add(1, Ordering::Relaxed);
        self.0.thread.unpark();
    }
}

impl Sleep {
    pub(crate) fn new() -> Sleep {
        let thread = std::thread::current();
        Sleep(Box::leak(Box::new(Parker { waiting: Waiting::new(), thread, woken: AtomicU64::new(0) })))
    }

    /// That of this thread.
    pub(crate) fn mine() -> Sleep {
        thread_local! {
            static MINE: Sleep = Sleep::new();
        }
        MINE.with(|mine| *mine)
    }

    fn begin(self) -> Waiter<Sleep> {
        Waiter { task: self, ticket: self.0.waiting.begin(Cut::May), case: 0 }
    }

    fn wait(self, ticket: Ticket) -> Answer {
        loop {
            if let Some(answer) = self.0.waiting.take(ticket) {
                return answer;
            }
            std::thread::park();
        }
    }
}

/// Numbers as messages; counts those that are dropped.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbers {
    dropped: Arc<AtomicU64>,
    copied: Arc<AtomicU64>,
    warned: Arc<AtomicU64>,
}

impl Messages for Numbers {
    fn another(&self, word: u64) -> u64 {
        self.copied.fetch_add(1, Ordering::Relaxed);
        word
    }

    fn discard(&self, _word: u64) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }

    fn warn(&self, _capacity: usize) {
        self.warned.fetch_add(1, Ordering::Relaxed);
    }
}

pub(crate) type Pipe = Channel<Sleep, Numbers>;
