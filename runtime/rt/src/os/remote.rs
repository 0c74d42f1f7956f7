//! A remote call as generated code sees it: an object at an address. In: the request's parts, polls. Out: the state, and the
//! reader over the reply.

use std::rc::Rc;

use pluto_abi::layout::{CallState, ReplyKind};
use pluto_proto::session::Sent;

use crate::call::link::{DEFAULT_DEADLINE, Ticket};
use crate::call::{Failure, FailureKind, Outcome, Pending, reply_kind};
use crate::heap::wire::{Buffer, Reader};
use crate::task::Task;
use crate::task::fault::Fault;

/// No reply has more lines of a path.
const MOST_LINES: u64 = 1024;

/// A remote call from its first byte to its end.
#[derive(Debug)]
pub(super) struct RemoteCall {
    peer: usize,
    method: u64,
    pub(super) request: Buffer,
    pub(super) reply: Reader,
    state: CallState,
    detail: String,
    may_have_run: bool,
    sent: Option<(Rc<Pending>, Option<Ticket>)>,
}

impl RemoteCall {
    pub(super) fn new(peer: u64, method: u64) -> RemoteCall {
        RemoteCall {
            peer: usize::try_from(peer).unwrap_or(usize::MAX),
            method,
            request: Buffer::new(),
            reply: Reader::new(Vec::new()),
            state: CallState::Pending,
            detail: String::new(),
            may_have_run: false,
            sent: None,
        }
    }

    /// Sends the request, or knows at once that it cannot.
    pub(super) fn send(&mut self, task: &Task) {
        let worker = task.worker();
        let Some(request) = std::mem::take(&mut self.request).finish() else {
            self.fail(CallState::Network, "the request is nested too deeply to be sent", Sent::No);
            return;
        };
        let Some(links) = worker.links() else {
            self.fail(CallState::Unavailable, "this process knows no other", Sent::No);
            return;
        };
        let pending = Pending::new(self.method, request, task.shared());
        let deadline = worker.now().saturating_add(DEFAULT_DEADLINE).min(task.deadline());
        let ticket = links.submit(worker, self.peer, pending.clone(), deadline);
        self.sent = Some((pending, ticket));
    }

    /// How it stands.
    pub(super) fn poll(&mut self, task: &Task) -> CallState {
        if self.state == CallState::Pending
            && let Some(outcome) = self.sent.as_ref().and_then(|(pending, _)| pending.take())
        {
            self.sent = None;
            match outcome {
                Outcome::Reply(body) => self.read(body),
                Outcome::Failed(failure) => self.failed(failure),
            }
        }
        if self.state != CallState::Pending && self.state != CallState::Value {
            // The path of what comes now begins here.
            task.forget_path();
        }
        self.state
    }

    /// The reply cannot be read.
    pub(super) fn malformed(&mut self) {
        self.fail(CallState::Network, "the reply is malformed", Sent::Yes);
    }

    /// Why there is no reply.
    pub(super) fn detail(&self) -> &str {
        &self.detail
    }

    /// May the callee have run?
    pub(super) fn may_have_run(&self) -> bool {
        self.may_have_run
    }

    /// The callee's fault becomes the task's.
    pub(super) fn take_over(&mut self, task: &Task) {
        let message = self.reply.text().to_string();
        let lines = self.reply.length().min(MOST_LINES);
        let path = (0..lines).map(|_| self.reply.text().to_string()).filter(|line| !line.is_empty()).collect();
        task.take_over(Fault { message, path }, task.worker().program().name());
    }

    fn read(&mut self, body: Vec<u8>) {
        self.reply = Reader::new(body);
        let kind = reply_kind(self.reply.byte());
        match kind.filter(|_| self.reply.ok()) {
            Some(ReplyKind::Value) => self.state = CallState::Value,
            Some(ReplyKind::Error) => self.state = CallState::Error,
            Some(ReplyKind::Fault) => self.state = CallState::Fault,
            Some(ReplyKind::Malformed) => {
                self.fail(CallState::Network, "the callee could not read the request", Sent::No)
            }
            None => self.malformed(),
        }
    }

    fn failed(&mut self, failure: Failure) {
        let state = match failure.kind {
            FailureKind::Network => CallState::Network,
            FailureKind::Timeout => CallState::Timeout,
            FailureKind::Unavailable => CallState::Unavailable,
        };
        self.fail(state, &failure.detail, failure.sent);
    }

    fn fail(&mut self, state: CallState, detail: &str, sent: Sent) {
        self.state = state;
        self.detail = detail.to_string();
        self.may_have_run = match sent {
            Sent::Yes => true,
            Sent::No => false,
        };
    }
}

#[cfg(test)]
mod tests;
