//! The requests of a connection: as many as its limits allow run, the others are held in their order. What the caller sends besides
//! requests (cancellations, questions) is read meanwhile. In: requests, their ends, cancellations. Out: requests whose turn it is, tasks
//! that are cancelled.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::Ordering;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use pluto_proto::frame::{Awaits, Head, Request};
use pluto_proto::tally::{Ended, Tally};

use super::Connection;
use crate::task::TaskRef;

/// What a request that waits takes besides its arguments, roughly.
const HEAD: usize = 128;
/// So many emptied bodies of requests are kept for later ones, if they are no larger than that.
const MOST_SPARE: usize = 128;
const LARGEST_SPARE: usize = 1024;
/// Requests that take longer, in cycles, may be run on several processors (as in `task/worker`).
const WORTH_SHARING: u64 = 2_000;
/// More than that, and than what makes it worth waking somebody.
const UNKNOWN: u64 = 1_000_000;

#[derive(Debug)]
pub(super) struct Requests {
    /// Those that have begun and that no task runs yet, in their order.
    ready: VecDeque<Held>,
    /// A task is on its way that will run them.
    is_sent_for: bool,
    /// Those that run and whose caller waits, by number, with their tasks.
    run: HashMap<u64, TaskRef, FixedState>,
    /// How many have begun and not ended.
    running: usize,
    /// How long those took lately that waited for nothing, in cycles of the processor.
    mean: u64,
    /// Those that have not begun.
    held: BTreeMap<u64, Held>,
    /// What these take.
    held_bytes: usize,
    /// Those that have ended, by method.
    tallies: BTreeMap<usize, Tally>,
    /// Emptied bodies.
    spare: Vec<Vec<u8>>,
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

/// What is to be done now for the requests of a connection that have begun.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::call::serve) enum SendFor {
    /// A task is to be sent for that runs them: so much work, in cycles of the processor, as far as that is known.
    Another(u64),
    /// Nothing.
    Nobody,
}

/// What becomes of a request that has come.
#[derive(Debug)]
pub(in crate::call::serve) enum Admitted {
    /// It is ready, or held: there is this to do.
    Ready(SendFor),
    /// It counts as running, but its service has not started.
    ToBeParked(Held),
}

/// A request that was run, and what is known of it.
#[derive(Debug)]
pub(in crate::call::serve) struct Done {
    pub(in crate::call::serve) call: u64,
    pub(in crate::call::serve) awaits: Awaits,
    pub(in crate::call::serve) method: usize,
    pub(in crate::call::serve) ended: Ended,
    pub(in crate::call::serve) micros: u64,
    /// How long it ran, in cycles, if it waited for nothing.
    pub(in crate::call::serve) cycles: Option<u64>,
    pub(in crate::call::serve) bytes: (usize, usize),
    /// What its arguments were in.
    pub(in crate::call::serve) body: Vec<u8>,
}

impl Held {
    fn can_be_cancelled(&self) -> bool {
        match self.request.awaits {
            Awaits::Reply { .. } => true,
            Awaits::Nothing => false,
        }
    }

    fn bytes(&self) -> usize {
        HEAD + self.request.body.len()
    }
}

impl Default for Requests {
    fn default() -> Requests {
        Requests {
            ready: VecDeque::new(),
            is_sent_for: false,
            run: HashMap::default(),
            running: 0,
            // Not known yet: others get what there is.
            mean: UNKNOWN,
            held: BTreeMap::new(),
            held_bytes: 0,
            tallies: BTreeMap::new(),
            spare: vec![],
        }
    }
}

impl Requests {
    /// The bytes of a body, in memory that was used for another one.
    fn keep(&mut self, body: Cow<'_, [u8]>) -> Vec<u8> {
        match body {
            Cow::Borrowed(bytes) => {
                let mut kept = self.spare.pop().unwrap_or_default();
                kept.clear();
                kept.extend_from_slice(bytes);
                kept
            }
            Cow::Owned(body) => body,
        }
    }

    fn remove(&mut self, call: u64) {
        if let Some(held) = self.held.remove(&call) {
            self.held_bytes -= held.bytes();
        }
    }

    /// Somebody has to run what is ready, unless one is on the way who will.
    fn send_for(&mut self) -> SendFor {
        if self.ready.is_empty() || self.is_sent_for {
            return SendFor::Nobody;
        }
        self.is_sent_for = true;
        // Those that take less are better off on one processor.
        let worth_sharing = self.mean > WORTH_SHARING;
        SendFor::Another(if worth_sharing { self.mean * self.ready.len() as u64 } else { 0 })
    }

    /// The next one that is ready is run by this task.
    fn next(&mut self, task: TaskRef) -> Option<(Held, SendFor)> {
        let held = self.ready.pop_front()?;
        if held.can_be_cancelled() {
            self.run.insert(held.request.call, task);
        }
        Some((held, self.send_for()))
    }

    fn end(&mut self, done: Done) {
        self.running -= 1;
        if let Some(cycles) = done.cycles {
            self.mean = (self.mean * 7 + cycles) / 8;
        }
        match done.awaits {
            Awaits::Reply { .. } => drop(self.run.remove(&done.call)),
            Awaits::Nothing => {}
        }
        let (bytes_in, bytes_out) = done.bytes;
        self.tallies.entry(done.method).or_default().count(done.ended, done.micros, bytes_in, bytes_out);
        if self.spare.len() < MOST_SPARE && (1..=LARGEST_SPARE).contains(&done.body.capacity()) {
            self.spare.push(done.body);
        }
    }
}

impl Connection {
    /// A request has come. If it may begin, it counts as running, and is ready unless it is to be parked.
    pub(in crate::call::serve) fn admit(
        &self,
        Head { call, method, awaits }: Head,
        body: Cow<'_, [u8]>,
        (arrived, deadline): (u64, u64),
        may_run: impl FnOnce(&Held) -> bool,
    ) -> Admitted {
        let mut requests = self.requests.lock();
        let body = requests.keep(body);
        let held = Held { request: Request { call, method, awaits, body }, arrived, deadline };
        if !self.admits(&requests) {
            // Numbers are unique, but for callers that break the rules.
            requests.remove(held.request.call);
            requests.held_bytes += held.bytes();
            requests.held.insert(held.request.call, held);
            self.held.store(requests.held.len(), Ordering::SeqCst);
            return Admitted::Ready(SendFor::Nobody);
        }
        requests.running += 1;
        if !may_run(&held) {
            return Admitted::ToBeParked(held);
        }
        requests.ready.push_back(held);
        Admitted::Ready(requests.send_for())
    }

    /// May another request begin at once?
    fn admits(&self, requests: &Requests) -> bool {
        let before = requests.held.len();
        if before == 0 && self.has_room(requests.running) {
            return true;
        }
        // Before we look again: whoever makes room afterwards finds this one, in `begin_held`.
        self.held.store(before + 1, Ordering::SeqCst);
        let admits = before == 0 && self.has_room(requests.running);
        if admits {
            self.held.store(0, Ordering::SeqCst);
        }
        admits
    }

    /// Lets the first request that waits begin, if there is one and it may; it counts as running, and is ready unless it is parked.
    pub(in crate::call::serve) fn begin_held(&self, park: impl FnOnce(Held) -> Option<Held>) -> Option<SendFor> {
        let mut requests = self.requests.lock();
        if requests.held.is_empty() || !self.has_room(requests.running) {
            return None;
        }
        let (_, held) = requests.held.pop_first()?;
        requests.held_bytes -= held.bytes();
        self.held.store(requests.held.len(), Ordering::SeqCst);
        requests.running += 1;
        requests.ready.extend(park(held));
        let sent_for = requests.send_for();
        drop(requests);
        self.may_read.notify_one();
        Some(sent_for)
    }

    /// Does a request wait?
    pub(in crate::call::serve) fn holds_some(&self) -> bool {
        self.held.load(Ordering::SeqCst) > 0
    }

    /// One that has begun can be run.
    pub(in crate::call::serve) fn is_ready(&self, held: Held) -> SendFor {
        let mut requests = self.requests.lock();
        requests.ready.push_back(held);
        requests.send_for()
    }

    /// A task has come to run what is ready: the first of that.
    pub(in crate::call::serve) fn first(&self, task: TaskRef) -> Option<(Held, SendFor)> {
        let mut requests = self.requests.lock();
        requests.is_sent_for = false;
        requests.next(task)
    }

    /// The task has run that one: the next one.
    pub(in crate::call::serve) fn next(&self, done: Done, task: TaskRef) -> Option<(Held, SendFor)> {
        let mut requests = self.requests.lock();
        requests.end(done);
        requests.next(task)
    }

    /// The task has run that one, and goes.
    pub(in crate::call::serve) fn last(&self, done: Done) -> SendFor {
        let mut requests = self.requests.lock();
        requests.end(done);
        requests.send_for()
    }

    /// There is no task that could run what is ready.
    pub(in crate::call::serve) fn nobody_comes(&self) -> VecDeque<Held> {
        let mut requests = self.requests.lock();
        requests.is_sent_for = false;
        std::mem::take(&mut requests.ready)
    }

    /// Does the caller wait for one that runs?
    pub(in crate::call::serve) fn is_awaited(&self, call: u64) -> Waits {
        if self.requests.lock().run.contains_key(&call) { Waits::Yes } else { Waits::No }
    }

    /// So many that have begun will not be run.
    pub(in crate::call::serve) fn will_not_run(&self, count: usize) {
        self.requests.lock().running -= count;
    }

    /// How many have begun and not ended.
    pub(in crate::call::serve) fn running(&self) -> usize {
        self.requests.lock().running
    }

    /// The calls that have ended, by method.
    pub(in crate::call::serve) fn tallies(&self) -> BTreeMap<usize, Tally> {
        self.requests.lock().tallies.clone()
    }

    /// The caller does not wait for this one any more, if it has not begun.
    pub(in crate::call::serve) fn cancel_held(&self, call: u64) {
        let mut requests = self.requests.lock();
        if requests.held.get(&call).is_some_and(Held::can_be_cancelled) {
            requests.remove(call);
            self.held.store(requests.held.len(), Ordering::SeqCst);
            drop(requests);
            self.may_read.notify_one();
        }
    }

    /// The same, if it has begun. True: it was ready, and no task runs it.
    pub(in crate::call::serve) fn cancel_begun(&self, call: u64) -> bool {
        let mut requests = self.requests.lock();
        // With the requests locked: the task still runs this one, and no other.
        if let Some(task) = requests.run.remove(&call) {
            task.task().cancel();
            return false;
        }
        let is_it = |held: &Held| held.request.call == call && held.can_be_cancelled();
        let Some(place) = requests.ready.iter().position(is_it) else { return false };
        requests.ready.remove(place);
        requests.running -= 1;
        true
    }

    /// The caller is gone: waits for none of those that have not begun.
    pub(in crate::call::serve) fn cancel_all_held(&self) {
        let mut requests = self.requests.lock();
        requests.held.retain(|_, held| !held.can_be_cancelled());
        requests.held_bytes = requests.held.values().map(Held::bytes).sum();
        self.held.store(requests.held.len(), Ordering::SeqCst);
    }

    /// And for none of those that have.
    pub(in crate::call::serve) fn cancel_all_begun(&self) {
        let mut requests = self.requests.lock();
        std::mem::take(&mut requests.run).into_values().for_each(|task| task.task().cancel());
        let before = requests.ready.len();
        requests.ready.retain(|held| !held.can_be_cancelled());
        requests.running -= before - requests.ready.len();
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

    /// May another request run, while so many do?
    fn has_room(&self, running: usize) -> bool {
        let takes_replies = self.is_closed() || self.unwritten() < self.limits.unwritten;
        takes_replies && running < self.limits.running
    }
}
