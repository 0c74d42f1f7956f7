//! A remote call as generated code sees it: an object at an address. In: the request's parts, polls. Out: the state, and the
//! reader over the reply.

use std::sync::Arc;

use pluto_abi::layout::{CallState, ReplyKind};
use pluto_proto::session::Sent;

use crate::call::link::{DEFAULT_DEADLINE, Limits, Ticket};
use crate::call::{Failure, FailureKind, Outcome, Pending, reply_kind};
use crate::heap::wire::{Buffer, Reader};
use crate::task::fault::Fault;
use crate::task::{Entry, NEVER, Task, What};

/// No reply has more lines of a path.
const MOST_LINES: u64 = 1024;
/// Generated code does not say where it calls.
const NO_SITE: u64 = u64::MAX;

/// How long a call waits if the task has no deadline, in milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Timeout {
    /// Nobody says: [`DEFAULT_DEADLINE`], or until the task's own deadline, be it earlier or later.
    Usual,
    /// At most so long.
    Policy(u64),
    /// Until the callee answers or is gone; but it must be reached in the usual time.
    Never,
}

impl Timeout {
    fn new(word: u64) -> Timeout {
        match word {
            0 => Timeout::Usual,
            u64::MAX => Timeout::Never,
            millis => Timeout::Policy(millis),
        }
    }
}

/// A remote call from its first byte to its end.
#[derive(Debug)]
pub(super) struct RemoteCall {
    peer: usize,
    method: u64,
    timeout: Timeout,
    pub(super) request: Buffer,
    pub(super) reply: Reader,
    state: CallState,
    detail: String,
    may_have_run: bool,
    sent: Option<(Arc<Pending>, Option<Ticket>)>,
}

impl RemoteCall {
    /// `timeout` is that of the table.
    pub(super) fn new(peer: u64, method: u64, timeout: u64) -> RemoteCall {
        RemoteCall {
            peer: usize::try_from(peer).unwrap_or(usize::MAX),
            method,
            timeout: Timeout::new(timeout),
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
        let scheduler = task.scheduler();
        let Some(request) = std::mem::take(&mut self.request).finish() else {
            self.fail(CallState::Network, "the request is nested too deeply to be sent", Sent::No);
            return;
        };
        let Some(links) = scheduler.links() else {
            self.fail(CallState::Unavailable, "this process knows no other", Sent::No);
            return;
        };
        // What has been cancelled sends nothing more.
        if let Entry::Early { .. } = task.enter_now() {
            self.state = CallState::Early;
            return;
        }
        let pending = Pending::new(self.method, request, task.begin_wait(What::Reply, NO_SITE), scheduler);
        let ticket = links.submit(self.peer, pending.clone(), limits(task, self.timeout));
        self.sent = Some((pending, ticket));
    }

    /// How it stands.
    pub(super) fn poll(&mut self, task: &Task) -> CallState {
        if self.state == CallState::Pending && self.sent.is_some() {
            match task.enter() {
                Entry::Pending => return CallState::Pending,
                Entry::Early { .. } => self.state = CallState::Early,
                Entry::Fresh | Entry::Over(_) => self.take_outcome(),
            }
            self.sent = None;
        }
        if !matches!(self.state, CallState::Pending | CallState::Value | CallState::Early) {
            // The path of what comes now begins here.
            task.forget_path();
        }
        self.state
    }

    fn take_outcome(&mut self) {
        match self.sent.as_ref().and_then(|(pending, _)| pending.take()) {
            Some(Outcome::Reply(body)) => self.read(body),
            Some(Outcome::Failed(failure)) => self.failed(failure),
            None => unreachable!("the wait is over when there is an outcome"),
        }
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
        task.take_over(Fault { message, path }, task.scheduler().program().name());
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
            FailureKind::Version => CallState::Version,
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

/// When the call ends at the latest. A deadline of the task itself cuts the wait, a moment before.
fn limits(task: &Task, timeout: Timeout) -> Limits {
    let millis = |nanoseconds: u64| nanoseconds / 1_000_000;
    let own = millis(task.deadline()).saturating_add(2).min(millis(task.inherited_deadline()));
    let within = |timeout: u64| task.scheduler().now().saturating_add(timeout).min(own);
    let both = |time| Limits { sent: time, answered: time };
    match timeout {
        Timeout::Policy(timeout) => both(within(timeout)),
        Timeout::Usual if task.deadline() != NEVER => both(own),
        Timeout::Usual => both(within(DEFAULT_DEADLINE)),
        Timeout::Never => Limits { sent: within(DEFAULT_DEADLINE), answered: own },
    }
}

#[cfg(test)]
mod tests;
