//! Calls between processes. In: requests of this process's tasks ([`link`]) and of other processes ([`serve`]). Out: outcomes.
//! What travels, and when a call counts as sent or ended, is decided by `pluto_proto`; here it meets time and sockets.

pub mod link;
pub mod serve;

use std::cell::RefCell;
use std::rc::Rc;

use pluto_abi::layout::ReplyKind;
use pluto_proto::session::Sent;

use crate::task::Task;

/// A call that waits for its outcome.
#[derive(Debug)]
pub struct Pending {
    /// The number of the method.
    pub method: u64,
    /// The encoded arguments.
    pub request: Vec<u8>,
    waiter: Rc<Task>,
    outcome: RefCell<Option<Outcome>>,
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
    /// Which of the three errors of boundaries it is.
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
}

impl Pending {
    /// A call whose outcome wakes that task.
    pub fn new(method: u64, request: Vec<u8>, waiter: Rc<Task>) -> Rc<Pending> {
        Rc::new(Pending { method, request, waiter, outcome: RefCell::new(None) })
    }

    /// Sets the outcome, once, and wakes who waits.
    pub fn end(&self, outcome: Outcome) {
        *self.outcome.borrow_mut() = Some(outcome);
        self.waiter.worker().wake(&self.waiter);
    }

    /// Sets that there is no reply.
    pub fn fail(&self, kind: FailureKind, sent: Sent, detail: impl Into<String>) {
        self.end(Outcome::Failed(Failure { kind, detail: detail.into(), sent }));
    }

    /// The outcome, if there is one and it was not taken yet.
    pub fn take(&self) -> Option<Outcome> {
        self.outcome.borrow_mut().take()
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
