//! Calls between processes. In: requests of this process's tasks ([`link`]) and of other processes ([`serve`]). Out: outcomes.
//! What travels, and when a call counts as sent or ended, is decided by `pluto_proto`; here it meets time and sockets.

pub mod introduction;
pub mod link;
pub mod serve;

use std::borrow::Cow;

use pluto_abi::layout::ReplyKind;
use pluto_proto::session::Sent;

use crate::heap::show::quoted;
use crate::task::handle::log_error;
use crate::task::{Scheduler, Task, TaskRef, What, wait};
use link::{Limits, Links, Ticket};

/// Generated code does not say where it calls.
const NO_SITE: u64 = u64::MAX;

/// A call on its way to another process: what is sent, and who hears of its end.
#[derive(Debug)]
pub struct Call {
    /// The number of the method among those of other processes that this one calls.
    pub method: u64,
    /// The encoded arguments; none any more when they were written, but memory for the reply.
    pub request: Vec<u8>,
    /// Who hears of its end.
    pub hears: Hears,
}

/// Who hears of the end of a call.
#[derive(Debug)]
pub enum Hears {
    /// A task, whose wait it ends.
    Task(TaskRef, wait::Ticket),
    /// Nobody, as the call is detached; if it cannot be sent, the log says so.
    Log(Box<Target>),
}

/// What is called, for people.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Target {
    /// The service's class.
    pub service: &'static str,
    /// Its method.
    pub method: &'static str,
}

/// A call of a task, from its submission to its outcome. Dropping it forgets the call: the callee is told, and a reply will be dropped.
#[derive(Debug)]
pub struct Pending {
    task: TaskRef,
    /// None if it could not be submitted, or is over.
    ticket: Option<Ticket>,
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

impl Call {
    /// A reply has come.
    pub fn reply(self, body: Cow<'_, [u8]>) {
        let kept = match body {
            Cow::Owned(body) => body,
            Cow::Borrowed(bytes) => {
                let mut kept = self.request;
                kept.extend_from_slice(bytes);
                kept
            }
        };
        match &self.hears {
            Hears::Task(task, wait) => Task::hear(*task, *wait, Outcome::Reply(kept)),
            // No call of this kind is kept so long.
            Hears::Log(_) => {}
        }
    }

    /// There is no reply.
    pub fn fail(&self, kind: FailureKind, sent: Sent, detail: impl Into<String>) {
        let failure = Failure { kind, detail: detail.into(), sent };
        match &self.hears {
            Hears::Task(task, wait) => Task::hear(*task, *wait, Outcome::Failed(failure)),
            Hears::Log(target) => failure.log(target.service, target.method),
        }
    }
}

impl Failure {
    /// Says what a local task says that ends with this error and that nobody waits for.
    pub fn log(&self, service: &str, method: &str) {
        let kind = match self.kind {
            FailureKind::Network => "NetworkError",
            FailureKind::Timeout => "TimeoutError",
            FailureKind::Unavailable => "UnavailableError",
            FailureKind::Version => "VersionError",
        };
        let [service, method, detail] = [service, method, &self.detail].map(quoted);
        let may_have_run = self.sent == Sent::Yes;
        let fields = format!("service: {service}, method: {method}, detail: {detail}, may_have_run: {may_have_run}");
        log_error(&format!("{kind} {{ {fields} }}"), &[]);
    }
}

impl Pending {
    /// Submits a call to a process, for this task, which begins to wait for its outcome.
    #[inline(always)]
    pub fn submit(
        task: &Task,
        links: &Links,
        peer: usize,
        (method, request): (u64, Vec<u8>),
        limits: Limits,
    ) -> Pending {
        let (mut pending, wait) = Pending::begin(task);
        let hears = Hears::Task(task.me(), wait);
        pending.ticket = links.submit(peer, Call { method, request, hears }, limits);
        pending
    }

    /// One that is not submitted yet; who ends this wait.
    #[inline(always)]
    pub(crate) fn begin(task: &Task) -> (Pending, wait::Ticket) {
        task.begins_call();
        let wait = task.begin_wait(What::Reply, NO_SITE).ticket;
        (Pending { task: task.me(), ticket: None }, wait)
    }

    /// Was it submitted, and is not over?
    pub fn is_submitted(&self) -> bool {
        self.ticket.is_some()
    }

    /// The outcome, once, when the wait for it is over.
    #[inline]
    pub fn take(&mut self) -> Option<Outcome> {
        if let Some(ticket) = self.ticket.take() {
            ticket.is_over();
        }
        self.task.task().take_heard()
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.task.task().ends_call();
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
