//! Tasks: what runs, what waits, and what a task that ends early leaves behind. In: bodies to run, wake-ups. Out: tasks that
//! run on the threads of a [`Scheduler`], each on a stack of its own.
//!
//! Every suspension goes through [`Task::suspend`], every wake-up through [`Sleeper::wake`], every wait through
//! [`Task::enter`] and [`Task::begin_wait`] (`waits`).

pub mod clock;
pub mod deadlock;
pub mod fault;
pub mod handle;
pub mod lock;
pub mod locks;
mod monitor;
pub mod parking;
pub mod reactor;
pub mod rebuild;
pub mod scheduler;
mod standing;
pub mod timers;
pub mod wait;
pub mod waits;
pub mod worker;

use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};

use pluto_abi::layout::Whereabouts;

use crate::call::Outcome;
use crate::channel::waits::Kept;
use crate::os::coroutine::Execution;
use crate::os::remote::Spare;
pub use crate::os::slot::TaskRef;
use crate::os::slot::{Shared, SlotStack};
use crate::sync::Latch;
use fault::Trail;
use handle::{End, Ending};
pub use scheduler::Scheduler;
use standing::Standing;
use timers::TimerId;
use wait::{Sleeper, Ticket, Waiter, Waiting};
pub use waits::{Entry, What};
use worker::{Leaving, Worker};

/// No deadline.
pub const NEVER: u64 = u64::MAX;

/// A task, at the top of its own stack. Generated code gets its address as the hidden first parameter and knows only the
/// `TaskHeader`, which is the first field. The memory is never given back: only used for later tasks.
///
/// The fields above the line may be used by everybody at any time; what lies below belongs to the thread that runs the task, or
/// that makes it.
#[repr(C)]
#[derive(Debug)]
pub struct Task {
    /// See `TaskHeader`.
    stack_limit: AtomicU64,
    /// See `TaskHeader`.
    whereabouts: Shared<Whereabouts>,
    /// See `TaskHeader`: written by generated code.
    path: AtomicU64,
    standing: Standing,
    /// [`CANCELLED`], [`LIMITED`], [`RANDOM`].
    flags: AtomicU32,
    waiting: Waiting,
    /// Its number, for people.
    id: AtomicU64,
    /// When the innermost `within` around it ends, in the scheduler's nanoseconds.
    deadline: AtomicU64,
    /// What it waits for ([`What`] as a number), and where.
    what: AtomicU32,
    site: AtomicU64,
    scheduler: Shared<Scheduler>,
    /// The outcome of its remote call under way: set by who has claimed its wait.
    heard: Latch<Option<Outcome>>,
    /// The address of the worker that runs it or has run it last. Says something only to that one, or to who has claimed its wait.
    ran_by: AtomicUsize,

    // -------- own --------
    pub(crate) execution: Execution,
    worker: Cell<Option<&'static Worker>>,
    trail: RefCell<Option<Box<Trail>>>,
    /// The wait under way.
    wait: Cell<Option<Ticket>>,
    /// It may be cut.
    cuttable: Cell<bool>,
    /// Its next suspension only lets others run.
    yielding: Cell<bool>,
    /// It has let others run before the waiting function that it is in.
    yielded: Cell<bool>,
    /// How many write locks of services it holds.
    write_locks: Cell<u32>,
    /// It has received from a channel or topic that the program declares.
    takes_declared: Cell<bool>,
    /// For the waiting function under way.
    kept: Cell<[u64; 2]>,
    /// When those who wait for what it does will not wait any more, in the scheduler's nanoseconds: limits its calls of others.
    inherited: Cell<u64>,
    /// The timer of `deadline`.
    timer: Cell<Option<TimerId>>,
    /// What its handles see.
    joined: RefCell<Option<Ending>>,
    /// What the waiting functions of channels keep.
    channels: Kept,
}

/// A worker keeps the memory of so many remote calls.
const MOST_SPARE_CALLS: usize = 256;

/// The task has been asked to end.
const CANCELLED: u32 = 1;
/// It has a deadline.
const LIMITED: u32 = 2;
/// It runs under the seeded scheduler.
const RANDOM: u32 = 4;

/// The task that runs on this thread. The answer must not be kept over a suspension.
pub fn current() -> Option<TaskRef> {
    worker::current().and_then(Worker::running)
}

/// Is the task that runs on this thread on its way out, by a fault, a cancellation or a deadline? False outside of tasks.
pub fn is_unwinding() -> bool {
    current().is_some_and(|task| task.task().is_unwinding())
}

impl Task {
    /// A task that has ended, in new memory.
    pub(crate) fn blank() -> Task {
        Task {
            stack_limit: AtomicU64::new(0),
            whereabouts: Shared::default(),
            path: AtomicU64::new(0),
            standing: Standing::done(),
            flags: AtomicU32::new(0),
            waiting: Waiting::new(),
            id: AtomicU64::new(0),
            deadline: AtomicU64::new(NEVER),
            what: AtomicU32::new(0),
            site: AtomicU64::new(0),
            scheduler: Shared::default(),
            heard: Latch::new(None),
            ran_by: AtomicUsize::new(0),
            execution: Execution::default(),
            worker: Cell::new(None),
            trail: RefCell::new(None),
            wait: Cell::new(None),
            cuttable: Cell::new(false),
            yielding: Cell::new(false),
            yielded: Cell::new(false),
            write_locks: Cell::new(0),
            takes_declared: Cell::new(false),
            kept: Cell::new([0; 2]),
            inherited: Cell::new(NEVER),
            timer: Cell::new(None),
            joined: RefCell::new(None),
            channels: Kept::default(),
        }
    }

    /// Makes it a new task of that scheduler, ready to run, that nobody knows yet.
    fn renew(&self, scheduler: &'static Scheduler, id: u64, stack: SlotStack) {
        self.stack_limit.store(stack.code_limit(), Ordering::Relaxed);
        self.flags.store(if scheduler.is_random() { RANDOM } else { 0 }, Ordering::Relaxed);
        self.id.store(id, Ordering::Relaxed);
        self.path.store(0, Ordering::Relaxed);
        self.deadline.store(NEVER, Ordering::Relaxed);
        self.scheduler.set(scheduler);
        self.write_locks.set(0);
        self.takes_declared.set(false);
        self.inherited.set(NEVER);
        self.yielded.set(false);
        self.standing.set_ready();
    }

    /// What runs it.
    pub fn scheduler(&self) -> &'static Scheduler {
        self.scheduler.get().unwrap_or_else(|| unreachable!("only tasks that were started are asked"))
    }

    /// It has done something for somebody, and begins something else with this deadline, as if it were another task. Those who could ask
    /// it to end because of what it did before do not any more.
    pub(crate) fn begin_anew(&self, deadline: u64) {
        self.disarm();
        self.forget_trail();
        if self.takes_declared.take() {
            self.scheduler().count_taker(false);
        }
        self.deadline.store(deadline, Ordering::Relaxed);
        self.inherited.set(deadline);
        let before = self.flags.load(Ordering::Relaxed);
        let flags = (before & RANDOM) | if deadline == NEVER { 0 } else { LIMITED };
        if before != flags {
            self.flags.store(flags, Ordering::Relaxed);
        }
        self.scheduler().end_with_all(self);
    }

    /// Itself, as others know it.
    pub fn me(&self) -> TaskRef {
        TaskRef::of(self)
    }

    /// Where its functions are, as an address: see `TaskHeader`. Only from inside the task.
    pub(crate) fn path(&self) -> u64 {
        self.path.load(Ordering::Relaxed)
    }

    /// Its number, for people.
    pub fn id(&self) -> u64 {
        self.id.load(Ordering::Relaxed)
    }

    /// Its end will be seen there. Before it runs.
    pub(crate) fn join(&self, ending: Ending) {
        *self.joined.borrow_mut() = Some(ending);
    }

    /// It has ended like this: its handles see that.
    pub(crate) fn finish(&self, end: End) {
        let ending = self.joined.borrow_mut().take();
        if let Some(ending) = ending {
            ending.finish(end);
        }
    }

    /// Has it ended?
    pub(crate) fn is_done(&self) -> bool {
        self.standing.is_done()
    }

    /// Waits until the wait that has begun is answered; returns at once if it was. Or only lets others run, if that was asked for.
    /// Only from inside the task.
    #[inline(always)]
    pub fn suspend(&self) {
        match self.wait.get() {
            Some(_) if self.yielding.take() => self.leave(Leaving::Yields),
            Some(ticket) if self.waiting.is_answered(ticket) => {}
            Some(_) => self.leave(Leaving::Waits),
            None => self.yield_now(),
        }
    }

    /// Lets others run, and goes on later. Only from inside the task.
    pub fn yield_now(&self) {
        self.yielding.set(false);
        self.leave(Leaving::Yields);
    }

    #[inline(always)]
    fn leave(&self, how: Leaving) {
        self.execution.leave(self.own_worker().leave(self.me(), how));
        self.arrive();
    }

    /// It has ended, and is about to leave its stack for ever: for that of this execution.
    pub(crate) fn end(&self) -> &'static Execution {
        self.own_worker().leave(self.me(), Leaving::Ended)
    }

    /// Somebody came to the task's stack, maybe on another thread than the last time: looks after who was left for that. Never
    /// inlined: what it finds local to its thread is new.
    #[inline(never)]
    pub(crate) fn arrive(&self) {
        self.own_worker().arrive();
    }

    #[inline]
    fn own_worker(&self) -> &'static Worker {
        self.worker.get().unwrap_or_else(|| unreachable!("a task runs on a worker"))
    }

    /// A loop goes round, or a function is entered, and the stack limit says `u64::MAX`: others get their turn.
    pub fn safepoint(&self) {
        self.stack_limit.store(SlotStack::of(self).code_limit(), Ordering::Relaxed);
        if let Some(worker) = self.worker.get() {
            worker.look_around();
        }
        self.yield_now();
    }

    /// Is it asked to let others run?
    #[cfg(test)]
    fn is_asked_to_yield(&self) -> bool {
        self.stack_limit.load(Ordering::Relaxed) == u64::MAX
    }

    /// Asks the task to let others run, soon. From any thread.
    pub(crate) fn ask_to_yield(&self) {
        self.stack_limit.store(u64::MAX, Ordering::Relaxed);
    }

    /// The lowest address that a Pluto function may be entered with.
    pub fn code_limit(&self) -> u64 {
        SlotStack::of(self).code_limit()
    }

    /// Something was done with a channel or a task, that did not wait: see [`Worker::operated`].
    #[inline]
    pub fn operated(&self) {
        if let Some(worker) = self.worker.get() {
            worker.operated();
        }
    }

    /// What the waiting functions of channels keep between their calls.
    pub(crate) fn channels(&self) -> &Kept {
        &self.channels
    }

    /// Two words for the waiting function that is under way.
    pub fn kept(&self) -> &Cell<[u64; 2]> {
        &self.kept
    }

    /// How many waits it has begun, in all its lives.
    pub(crate) fn waits_begun(&self) -> u64 {
        self.waiting.begun()
    }

    /// A remote call has ended for which a task waits, if it still does.
    pub fn hear(task: TaskRef, wait: Ticket, outcome: Outcome) {
        let me = task.task();
        if me.waiting.claim(wait) {
            *me.heard.lock() = Some(outcome);
            Waiter { task, ticket: wait, case: 0 }.answer(0);
        }
    }

    /// The outcome of the remote call for which it has waited.
    #[inline(always)]
    pub(crate) fn take_heard(&self) -> Option<Outcome> {
        self.heard.lock().take()
    }

    /// It begins a remote call: something outside will wake it.
    pub(crate) fn begins_call(&self) {
        self.own_worker().desk().calls_begun.add_own(1);
    }

    /// The call is over, as far as the task is concerned.
    pub(crate) fn ends_call(&self) {
        self.own_worker().desk().calls_ended.add_own(1);
    }

    /// What a remote call is kept in that has ended, to be used again.
    pub(crate) fn spare_call(&self) -> Option<Spare> {
        self.own_worker().spare_calls.borrow_mut().pop()
    }

    /// Keeps that.
    pub(crate) fn keep_call(&self, call: Spare) {
        let mut spare = self.own_worker().spare_calls.borrow_mut();
        if spare.len() < MOST_SPARE_CALLS {
            spare.push(call);
        }
    }

    /// Milliseconds since the scheduler was made, a fraction of one too early at most.
    pub(crate) fn about_now(&self) -> u64 {
        let worker = self.own_worker();
        let mut watch = worker.watch.get();
        let now = watch.about(&worker.scheduler.clock);
        worker.watch.set(watch);
        now / 1_000_000
    }

    /// When whoever waits for what this task does stops waiting, in nanoseconds; [`NEVER`] if nobody does.
    pub fn inherited_deadline(&self) -> u64 {
        self.inherited.get()
    }

    /// Sets that.
    pub fn inherit_deadline(&self, deadline: u64) {
        self.inherited.set(deadline);
    }
}

impl Sleeper for TaskRef {
    fn waiting(&self) -> &Waiting {
        &self.task().waiting
    }

    #[inline(always)]
    fn wake(&self, answered: Ticket) {
        if let Some(worker) = worker::here()
            && worker.has_left(self.task())
        {
            // It has left its stack, on this thread. Its wait was claimed by this thread, so nobody else wakes it: a store will do.
            self.task().standing.set_ready();
            worker.scheduler.woken_on(worker, *self);
            return;
        }
        self.wake_from_afar(answered);
    }
}

impl TaskRef {
    #[inline(never)]
    fn wake_from_afar(&self, answered: Ticket) {
        if self.task().standing.answered(answered)
            && let Some(scheduler) = self.task().scheduler.get()
        {
            scheduler.woken(*self);
        }
    }
}

#[cfg(test)]
mod tests;
