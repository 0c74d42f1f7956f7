//! The requests of a connection: as many as its limits allow run, the others are held in their order. What the caller sends besides
//! requests (cancellations, questions) is read meanwhile. In: requests, their ends, cancellations. Out: requests whose turn it is, tasks
//! that are cancelled.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use pluto_proto::frame::{Awaits, Request};

use super::Connection;
use crate::task::TaskRef;

/// What a request that waits takes besides its arguments, roughly.
const HEAD: usize = 128;

#[derive(Debug, Default)]
pub(super) struct Requests {
    /// Those that have begun and whose caller waits, by number: their tasks, as soon as these run.
    begun: BTreeMap<u64, Option<TaskRef>>,
    /// Those that have not.
    held: BTreeMap<u64, Held>,
    /// What these take.
    held_bytes: usize,
}

/// A request that has come.
#[derive(Debug)]
pub(in crate::call::serve) struct Held {
    pub(in crate::call::serve) request: Request,
    /// In the scheduler's nanoseconds, like `deadline`.
    pub(in crate::call::serve) arrived: u64,
    pub(in crate::call::serve) deadline: u64,
}

/// Does the caller wait for the outcome?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::call::serve) enum Waits {
    /// Yes.
    Yes,
    /// No.
    No,
}

impl Held {
    fn bytes(&self) -> usize {
        HEAD + self.request.body.len()
    }
}

impl Requests {
    fn remove(&mut self, call: u64) {
        if let Some(held) = self.held.remove(&call) {
            self.held_bytes -= held.bytes();
        }
    }

    /// It begins: if its caller waits, it can be cancelled from now on.
    fn begin(&mut self, request: &Request) {
        match request.awaits {
            Awaits::Reply { .. } => drop(self.begun.insert(request.call, None)),
            Awaits::Nothing => {}
        }
    }
}

impl Connection {
    /// A request has come: here it is again if it may begin at once, and then counts as running.
    pub(in crate::call::serve) fn admit(&self, held: Held) -> Option<Held> {
        let mut requests = self.requests.lock();
        let before = requests.held.len();
        // Before we look for room: whoever makes some afterwards finds this one, in `next`.
        self.held.store(before + 1, Ordering::SeqCst);
        if before == 0 && self.has_room() {
            self.held.store(0, Ordering::SeqCst);
            self.running.fetch_add(1, Ordering::SeqCst);
            requests.begin(&held.request);
            return Some(held);
        }
        // Numbers are unique, but for callers that break the rules.
        requests.remove(held.request.call);
        requests.held_bytes += held.bytes();
        requests.held.insert(held.request.call, held);
        self.held.store(requests.held.len(), Ordering::SeqCst);
        None
    }

    /// A request that waits and may begin now, if there is one; it counts as running.
    pub(in crate::call::serve) fn next(&self) -> Option<Held> {
        if self.held.load(Ordering::SeqCst) == 0 {
            return None;
        }
        let mut requests = self.requests.lock();
        if requests.held.is_empty() || !self.has_room() {
            return None;
        }
        let (_, held) = requests.held.pop_first()?;
        requests.held_bytes -= held.bytes();
        self.held.store(requests.held.len(), Ordering::SeqCst);
        requests.begin(&held.request);
        self.running.fetch_add(1, Ordering::SeqCst);
        drop(requests);
        self.may_read.notify_one();
        Some(held)
    }

    /// Its task runs. If its caller does not wait any more, it need not.
    pub(in crate::call::serve) fn runs(&self, call: u64, task: TaskRef) -> Waits {
        match self.requests.lock().begun.get_mut(&call) {
            Some(begun) => {
                *begun = Some(task);
                Waits::Yes
            }
            None => Waits::No,
        }
    }

    /// Its method has ended, or was cut short, or will not run.
    pub(in crate::call::serve) fn ran(&self, call: u64) -> Waits {
        if self.requests.lock().begun.remove(&call).is_some() { Waits::Yes } else { Waits::No }
    }

    /// It does not run any more.
    pub(in crate::call::serve) fn ends(&self) {
        self.running.fetch_sub(1, Ordering::SeqCst);
    }

    /// The caller does not wait for this one any more.
    pub(in crate::call::serve) fn cancel(&self, call: u64) {
        let mut requests = self.requests.lock();
        // With the requests locked: the task has not ended, and is no other one.
        if let Some(Some(task)) = requests.begun.remove(&call) {
            task.task().cancel();
        }
        if requests.held.get(&call).is_some_and(|held| held.request.awaits != Awaits::Nothing) {
            requests.remove(call);
            self.held.store(requests.held.len(), Ordering::SeqCst);
            drop(requests);
            self.may_read.notify_one();
        }
    }

    /// The caller is gone: waits for none of them.
    pub(in crate::call::serve) fn cancel_all(&self) {
        let mut requests = self.requests.lock();
        std::mem::take(&mut requests.begun).into_values().flatten().for_each(|task| task.task().cancel());
        requests.held.retain(|_, held| held.request.awaits == Awaits::Nothing);
        requests.held_bytes = requests.held.values().map(Held::bytes).sum();
        self.held.store(requests.held.len(), Ordering::SeqCst);
    }

    /// May more be read? Not while too much waits, requests or answers: also what is answered at once has its limit.
    pub(in crate::call::serve) fn may_read(&self) -> bool {
        let held = self.requests.lock().held_bytes;
        held < self.limits.held && self.unwritten() < self.limits.unwritten + self.limits.held
    }

    /// Waits until that may have changed.
    pub(in crate::call::serve) async fn fewer_wait(&self) {
        self.may_read.notified().await;
    }

    /// May another request run?
    fn has_room(&self) -> bool {
        let takes_replies = self.closed.load(Ordering::SeqCst) || self.unwritten() < self.limits.unwritten;
        takes_replies && self.running.load(Ordering::SeqCst) < self.limits.running
    }
}
