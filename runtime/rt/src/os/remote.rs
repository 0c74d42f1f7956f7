//! A remote call as generated code sees it: an object at an address. In: the request's parts, polls. Out: the state, and the
//! reader over the reply. A detached call ends for its caller when it is handed on to the way to its process.

use pluto_abi::layout::{CallState, DETACHED, NO_TIMEOUT, ReplyKind};
use pluto_proto::session::Sent;

use crate::call::link::room::Spot;
use crate::call::link::{DEFAULT_DEADLINE, Limits};
use crate::call::{Call, Failure, FailureKind, Hears, Outcome, Pending, Target, reply_kind};
use crate::heap::wire::{Buffer, Reader};
use crate::task::fault::Fault;
use crate::task::timers::TimerId;
use crate::task::wait::Cut;
use crate::task::{Entry, NEVER, Task, What};

/// The case of an answer: no room has come in time.
const CASE_LATE: u32 = 1;
const TOO_DEEP: &str = "the request is nested too deeply to be sent";
const KNOWS_NO_OTHER: &str = "this process knows no other";
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
    /// For no answer; but it must be reached in the usual time, whatever the task's own deadline.
    Detached,
}

impl Timeout {
    fn new(word: u64) -> Timeout {
        match word {
            0 => Timeout::Usual,
            NO_TIMEOUT => Timeout::Never,
            DETACHED => Timeout::Detached,
            millis => Timeout::Policy(millis),
        }
    }
}

/// A remote call from its first byte to its end.
#[derive(Debug)]
pub(crate) struct RemoteCall {
    peer: usize,
    method: u64,
    timeout: Timeout,
    pub(crate) request: Buffer,
    pub(crate) reply: Reader,
    state: CallState,
    detail: String,
    may_have_run: bool,
    /// When it ends at the latest, once that is known.
    limits: Option<Limits>,
    queued: Option<Queued>,
    sent: Option<Pending>,
}

/// What a remote call was kept in that has ended. Its address stays the same, so it can be used again.
#[derive(Debug)]
pub(crate) struct Spare(Box<RemoteCall>);

/// A task that waits until it may call.
#[derive(Debug)]
struct Queued {
    /// If it stands in line at all: there may have been room at the last moment.
    spot: Option<Spot>,
    late: TimerId,
}

impl RemoteCall {
    /// `timeout` is that of the table.
    pub(crate) fn new(peer: u64, method: u64, timeout: u64) -> RemoteCall {
        RemoteCall {
            peer: usize::try_from(peer).unwrap_or(usize::MAX),
            method,
            timeout: Timeout::new(timeout),
            request: Buffer::new(),
            reply: Reader::new(Vec::new()),
            state: CallState::Pending,
            detail: String::new(),
            may_have_run: false,
            limits: None,
            queued: None,
            sent: None,
        }
    }

    /// The same in memory that this task's worker has kept.
    pub(crate) fn begin(task: &Task, peer: u64, method: u64, timeout: u64) -> Box<RemoteCall> {
        let Some(Spare(mut call)) = task.spare_call() else { return Box::new(RemoteCall::new(peer, method, timeout)) };
        let request = std::mem::take(&mut call.request);
        *call = RemoteCall { request, ..RemoteCall::new(peer, method, timeout) };
        call
    }

    /// It is over; keeps its memory.
    pub(crate) fn end(mut self: Box<RemoteCall>, task: &Task) {
        self.sent = None;
        let body = std::mem::replace(&mut self.reply, Reader::new(Vec::new())).into_bytes();
        self.request = Buffer::within(body);
        task.keep_call(Spare(self));
    }

    /// Waiting function, before the arguments are written: false if too much waits to be sent to the process. True also if it will never
    /// be sent, which its state says.
    pub(crate) fn may_begin(&mut self, task: &Task) -> bool {
        let Some(links) = task.scheduler().links() else { return true };
        let Some(queued) = &self.queued else {
            return links.has_room(self.peer) || !self.stand_in_line(task);
        };
        let entry = task.enter();
        if entry == Entry::Pending {
            return false;
        }
        task.scheduler().remove_timer(queued.late);
        if let Some(spot) = queued.spot {
            links.leave_line(self.peer, spot);
        }
        match entry {
            Entry::Early { .. } => self.state = CallState::Early,
            Entry::Over(answer) if answer.case == CASE_LATE => {
                let detail = format!("too many calls wait to be sent to process {}", links.name(self.peer));
                self.fail(CallState::Timeout, &detail, Sent::No);
            }
            Entry::Fresh | Entry::Pending | Entry::Over(_) => {}
        }
        true
    }

    /// Begins to wait for room. False: it need not.
    fn stand_in_line(&mut self, task: &Task) -> bool {
        let scheduler = task.scheduler();
        let Some(links) = scheduler.links() else { return false };
        let limits = limits(task, self.timeout);
        self.limits = Some(limits);
        // A detached call belongs to no deadline and is not cancelled with its caller: neither cuts this wait.
        let cut = if self.timeout == Timeout::Detached { Cut::MayNot } else { task.cut() };
        if self.timeout != Timeout::Detached && matches!(task.enter_now(), Entry::Early { .. }) {
            self.state = CallState::Early;
            return false;
        }
        let waiter = task.begin_wait_that(cut, What::Room, NO_SITE);
        let spot = links.stand_in_line(self.peer, waiter);
        if spot.is_none() && task.give_up_wait() {
            return false;
        }
        let late = limits.sent.min(limits.answered).saturating_mul(1_000_000);
        let late = task.add_timer(late, crate::task::wait::Waiter { case: CASE_LATE, ..waiter });
        self.queued = Some(Queued { spot, late });
        true
    }

    /// Sends the request, or knows at once that it cannot.
    pub(crate) fn send(&mut self, task: &Task) {
        let sent = self.hand_on(task);
        if let (Some(links), Err(())) = (task.scheduler().links(), sent) {
            // It was let in, and makes no use of that.
            links.let_in(self.peer);
        }
    }

    /// Does that; an error if nothing came to the way to the process.
    fn hand_on(&mut self, task: &Task) -> Result<(), ()> {
        if self.state != CallState::Pending {
            return Err(());
        }
        let scheduler = task.scheduler();
        let Some(request) = std::mem::take(&mut self.request).finish() else {
            self.fail(CallState::Network, TOO_DEEP, Sent::No);
            return Err(());
        };
        let Some(links) = scheduler.links() else {
            self.fail(CallState::Unavailable, KNOWS_NO_OTHER, Sent::No);
            return Err(());
        };
        // What has been cancelled sends nothing more.
        if let Entry::Early { .. } = task.enter_now() {
            self.state = CallState::Early;
            return Err(());
        }
        let limits = self.limits.unwrap_or_else(|| limits(task, self.timeout));
        let pending = Pending::submit(task, links, self.peer, (self.method, request), limits);
        let handed_on = if pending.is_submitted() { Ok(()) } else { Err(()) };
        self.sent = Some(pending);
        handed_on
    }

    /// Sends the request as that of a detached call. If it cannot be sent, now or later, the log says so.
    pub(crate) fn detach(self, task: &Task, target: Target) {
        let links = task.scheduler().links();
        match (self.state, self.request.finish(), links) {
            (CallState::Pending, Some(request), Some(links)) => {
                let call = Call { method: self.method, request, hears: Hears::Log(Box::new(target)) };
                let by = self.limits.unwrap_or_else(|| limits(task, self.timeout)).sent;
                links.submit_detached(self.peer, call, by);
            }
            (CallState::Pending, request, _) => {
                let (kind, detail) = match request {
                    None => (FailureKind::Network, TOO_DEEP),
                    Some(_) => (FailureKind::Unavailable, KNOWS_NO_OTHER),
                };
                Failure { kind, detail: detail.to_string(), sent: Sent::No }.log(target.service, target.method);
            }
            // It waited for room in vain; nothing else ends a detached call here.
            (_, _, _) => {
                let failure = Failure { kind: FailureKind::Timeout, detail: self.detail, sent: Sent::No };
                failure.log(target.service, target.method);
            }
        }
        if let Some(links) = links {
            links.let_in(self.peer);
        }
    }

    /// How it stands.
    pub(crate) fn poll(&mut self, task: &Task) -> CallState {
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
        match self.sent.as_mut().and_then(Pending::take) {
            Some(Outcome::Reply(body)) => self.read(body),
            Some(Outcome::Failed(failure)) => self.failed(failure),
            None => unreachable!("the wait is over when there is an outcome"),
        }
    }

    /// The reply cannot be read.
    pub(crate) fn malformed(&mut self) {
        self.fail(CallState::Network, "the reply is malformed", Sent::Yes);
    }

    /// Why there is no reply.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// May the callee have run?
    pub(crate) fn may_have_run(&self) -> bool {
        self.may_have_run
    }

    /// The callee's fault becomes the task's.
    pub(crate) fn take_over(&mut self, task: &Task) {
        let fault = Fault::read(&mut self.reply);
        task.take_over(fault, task.scheduler().program().name());
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
    let within = |timeout: u64| task.about_now().saturating_add(timeout).min(own);
    let both = |time| Limits { sent: time, answered: time };
    match timeout {
        Timeout::Policy(timeout) => both(within(timeout)),
        Timeout::Usual if task.deadline() != NEVER => both(own),
        Timeout::Usual => both(within(DEFAULT_DEADLINE)),
        Timeout::Never => Limits { sent: within(DEFAULT_DEADLINE), answered: own },
        Timeout::Detached => Limits { sent: task.about_now().saturating_add(DEFAULT_DEADLINE), answered: u64::MAX },
    }
}

#[cfg(test)]
mod tests;
