//! Calls between processes. In: requests of this process's tasks ([`link`]) and of other processes ([`serve`]). Out: outcomes.
//! What travels, and when a call counts as sent or ended, is decided by `pluto_proto`; here it meets time and sockets.

pub mod introduction;
pub mod link;
pub mod serve;

use std::sync::Arc;

use pluto_abi::layout::ReplyKind;
use pluto_proto::session::Sent;

use crate::sync::Mutex;
use crate::task::wait::Waiter;
use crate::task::{Scheduler, TaskRef};

/// A call that waits for its outcome.
#[derive(Debug)]
pub struct Pending {
    /// The number of the method among those of other processes that this one calls.
    pub method: u64,
    /// The encoded arguments.
    pub request: Vec<u8>,
    waiter: Waiter<TaskRef>,
    outcome: Mutex<Option<Outcome>>,
    /// As long as this is here, something outside may wake a task.
    _source: Source,
}

/// Something outside that may wake tasks.
#[derive(Debug)]
pub struct Source(&'static Scheduler);

impl Source {
    /// From now on, until it is dropped.
    pub fn new(scheduler: &'static Scheduler) -> Source {
        scheduler.add_source();
        Source(scheduler)
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        self.0.remove_source();
    }
}

/// How a call ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// A reply: a `ReplyKind` byte and what belongs to it.
    Reply(Vec<u8>),
    /// There was none.
    Failed(Failure),
}

/// Why a call has no reply.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// Which of the errors of boundaries it is.
    pub kind: FailureKind,
    /// For people.
    pub detail: String,
    /// Whether the request had been handed to a connection.
    pub sent: Sent,
}

/// The errors of boundaries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FailureKind {
    /// `NetworkError`.
    Network,
    /// `TimeoutError`.
    Timeout,
    /// `UnavailableError`.
    Unavailable,
    /// `VersionError`.
    Version,
}

impl Pending {
    /// A call whose outcome ends that wait.
    pub fn new(method: u64, request: Vec<u8>, waiter: Waiter<TaskRef>, scheduler: &'static Scheduler) -> Arc<Pending> {
        let source = Source::new(scheduler);
        Arc::new(Pending { method, request, waiter, outcome: Mutex::new(None), _source: source })
    }

    /// Sets the outcome, once, and wakes who waits.
    pub fn end(&self, outcome: Outcome) {
        *self.outcome.lock() = Some(outcome);
        self.waiter.finish(0);
    }

    /// Sets that there is no reply.
    pub fn fail(&self, kind: FailureKind, sent: Sent, detail: impl Into<String>) {
        self.end(Outcome::Failed(Failure { kind, detail: detail.into(), sent }));
    }

    /// The outcome, if there is one and it was not taken yet.
    pub fn take(&self) -> Option<Outcome> {
        self.outcome.lock().take()
    }
}

/// What the first byte of a reply says.
pub fn reply_kind(byte: u8) -> Option<ReplyKind> {
    [ReplyKind::Value, ReplyKind::Error, ReplyKind::Fault, ReplyKind::Malformed]
        .into_iter()
        .find(|&kind| kind as u8 == byte)
}

#[cfg(test)]
mod tests;
