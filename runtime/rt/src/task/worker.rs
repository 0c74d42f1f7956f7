//! A worker: a thread that runs tasks. In: tasks that became ready here, and what others have too much of. Out: running tasks.
//! When there is nothing to do, one idle worker keeps the reactor and the timers, the others sleep.
//!
//! A task that becomes ready through what this worker's task does goes into the *slot* and runs next; nobody else is woken for it,
//! which makes a conversation of two tasks fast. So that two tasks that both compute get two threads, the slot's task is handed
//! on to others if this worker's task goes on and on ([`Worker::operated`], and the monitor).

mod desk;

use std::cell::{Cell, RefCell};
use std::fmt;
use std::sync::atomic::Ordering;

use crossbeam_deque::{Steal, Worker as Queue};

pub(super) use desk::Desk;

use super::clock::Watch;
use super::parking::Bed;
use super::standing::Left;
use super::{Scheduler, Task, TaskRef};
use crate::heap::memory;
use crate::os::coroutine::Execution;
use crate::os::process::cycles;
use crate::os::remote::Spare;
use crate::os::slot;

/// After so many switches a task from the queues gets a turn, even if the slot is full; and the reactor, if its last turn is long ago.
const SWITCHES_PER_TURN: u32 = 61;
/// So long, in cycles: looking at the sockets takes about a tenth of it, and what waits to be written meanwhile is written together.
const CYCLES_PER_TURN: u64 = 60_000;
/// So many tasks run from the slot one after the other while others wait in the queue.
const SLOT_RUNS: u32 = 16;
/// After so many operations of the running task the clock is looked at for the first time since a task came into the slot; then each
/// time when there were twice as many, up to the second number apart.
const OPERATIONS_PER_LOOK: u32 = 16;
const MOST_OPERATIONS_PER_LOOK: u32 = 1024;
/// So long a task may wait in the slot while another runs, in cycles of the processor.
const SLOT_CYCLES: u64 = 60_000;
/// So much work in the queue is worth waking somebody for, in cycles: about what that takes.
const WORTH_WAKING: u64 = 100_000;
/// Tasks that run so short are better off here, in cycles: a processor that takes one fetches its stack and state from this one's caches.
const WORTH_MOVING: u64 = 2_000;
/// So many free tasks a worker keeps for itself; it takes or gives half of them at a time.
const MOST_FREE: usize = 64;
/// So many numbers for tasks a worker takes at a time.
const IDS: u64 = 64;

thread_local! {
    static WORKER: Cell<Option<&'static Worker>> = const { Cell::new(None) };
}

/// The worker of this thread. Never inlined, as the address of what is local to a thread must not be kept over a suspension.
#[inline(never)]
pub(super) fn current() -> Option<&'static Worker> {
    WORKER.get()
}

/// The same, as part of its caller: only for what never suspends (see `os::latch::me`).
#[cfg_attr(test, inline(never))]
#[cfg_attr(not(test), inline(always))]
pub(super) fn here() -> Option<&'static Worker> {
    WORKER.get()
}

/// A worker, as its own thread sees it.
pub struct Worker {
    /// What it belongs to.
    pub(super) scheduler: &'static Scheduler,
    index: usize,
    desk: &'static Desk,
    slot: Cell<Option<TaskRef>>,
    /// How often the slot was filled.
    fillings: Cell<u64>,
    /// The same at the last look, and when it was seen for the second time, in cycles.
    looked: Cell<(u64, Option<u64>)>,
    queue: Queue<TaskRef>,
    running: Cell<Option<TaskRef>>,
    /// The thread's own stack, while a task runs.
    home: Execution,
    /// Whose stack this thread has just left, and why, until it has looked after that.
    leaving: Cell<Option<(TaskRef, Leaving)>>,
    /// Itself.
    itself: Cell<Option<&'static Worker>>,
    switches: Cell<u32>,
    /// When the reactor had its turn, in cycles.
    turned: Cell<u64>,
    slot_runs: Cell<u32>,
    /// New tasks have come into the queue, and nobody was told.
    has_come: Cell<bool>,
    /// How long tasks ran lately until they left their stacks, in cycles.
    mean: Cell<u64>,
    /// The reactor should be looked at before the next task.
    look: Cell<bool>,
    free: RefCell<Vec<TaskRef>>,
    /// The next number of a task, and where those end that this worker has for itself.
    ids: Cell<(u64, u64)>,
    dice: RefCell<fastrand::Rng>,
    /// What remote calls were kept in that have ended.
    pub(super) spare_calls: RefCell<Vec<Spare>>,
    pub(super) watch: Cell<Watch>,
    /// How many operations there were, with how many of them the clock is looked at, and how far that is from the last time.
    operations: Cell<u32>,
    next_look: Cell<u32>,
    gap: Cell<u32>,
}

/// Why a task leaves its stack.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Leaving {
    /// It waits.
    Waits,
    /// It lets others run.
    Yields,
    /// It has ended.
    Ended,
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "worker {}", self.index)
    }
}

impl Worker {
    /// Makes this thread that worker.
    pub(super) fn settle(scheduler: &'static Scheduler, index: usize, queue: Queue<TaskRef>) -> &'static Worker {
        let desk = scheduler.desk(index);
        desk.thread.get_or_init(std::thread::current);
        desk.whereabouts.lists.store(memory::lists_of_thread(), Ordering::Relaxed);
        let worker = Worker {
            scheduler,
            index,
            desk,
            slot: Cell::new(None),
            fillings: Cell::new(0),
            looked: Cell::new((0, None)),
            queue,
            running: Cell::new(None),
            home: Execution::of_thread(),
            leaving: Cell::new(None),
            itself: Cell::new(None),
            switches: Cell::new(0),
            turned: Cell::new(0),
            slot_runs: Cell::new(0),
            has_come: Cell::new(false),
            // Not known yet: others get what there is.
            mean: Cell::new(WORTH_WAKING),
            look: Cell::new(false),
            free: RefCell::default(),
            ids: Cell::new((0, 0)),
            spare_calls: RefCell::default(),
            watch: Cell::default(),
            dice: RefCell::new(fastrand::Rng::with_seed(index as u64)),
            operations: Cell::new(0),
            next_look: Cell::new(OPERATIONS_PER_LOOK),
            gap: Cell::new(OPERATIONS_PER_LOOK),
        };
        let worker: &'static Worker = Box::leak(Box::new(worker));
        worker.itself.set(Some(worker));
        WORKER.set(Some(worker));
        worker
    }

    /// The task that runs.
    pub fn running(&self) -> Option<TaskRef> {
        self.running.get()
    }

    /// Has this worker run that task last, and does it not run now? A wait of it has been claimed by this thread.
    #[inline]
    pub(super) fn has_left(&self, task: &Task) -> bool {
        let running = self.running.get().is_some_and(|running| std::ptr::eq(running.task(), task));
        task.ran_by.load(Ordering::Relaxed) == self.address() && !running
    }

    fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// Runs tasks until `done` says so; it is asked first, and whenever this worker was nudged.
    pub(super) fn run_until(&self, done: impl Fn() -> bool) {
        self.work(false, done);
    }

    /// Runs tasks for as long as the process lives. Counts as searching at first.
    pub(super) fn run_as_other(&self) {
        self.work(true, || self.scheduler.is_ending());
    }

    fn work(&self, mut searching: bool, done: impl Fn() -> bool) {
        let mut ask = true;
        loop {
            if (ask || self.scheduler.was_nudged(self.index)) && done() {
                if searching {
                    self.found();
                }
                return;
            }
            match self.next() {
                Some(task) => {
                    if std::mem::take(&mut searching) {
                        self.found();
                    }
                    self.run(task);
                    ask = false;
                }
                None => {
                    searching = self.sleep(searching);
                    ask = true;
                }
            }
        }
    }

    /// A new task was made on this thread: by a task, or for something that came from outside, which is then done in the order in which
    /// it came. Others get what waits in the queue when the maker goes away, or if that takes long.
    pub(super) fn ready(&self, task: TaskRef) {
        if self.running.get().is_none() {
            self.put_into_queue(task);
            self.has_come.set(true);
        } else if let Some(before) = self.put_into_slot(task) {
            self.put_into_queue(before);
            self.has_come.set(true);
        }
    }

    /// A new task was made on this thread that shares so much work with the one that makes it, in cycles, as far as anybody knows: others
    /// are woken for it if that pays.
    pub(super) fn ready_to_share(&self, task: TaskRef, work: u64) {
        self.put_into_queue(task);
        if self.running.get().is_none() {
            self.has_come.set(true);
        } else if work > WORTH_WAKING {
            self.desk.since.store(0, Ordering::Relaxed);
            self.scheduler.wake_one();
        }
    }

    /// A task was woken on this thread. One that was in the slot before is for others only if this thread does not come to it
    /// soon: tasks that wake each other at short intervals go on faster together than on several processors.
    pub(super) fn woken(&self, task: TaskRef) {
        if let Some(before) = self.put_into_slot(task) {
            self.put_into_queue(before);
        }
    }

    fn put_into_queue(&self, task: TaskRef) {
        if self.queue.is_empty() {
            self.desk.since.store(cycles(), Ordering::Relaxed);
        }
        self.queue.push(task);
    }

    #[inline]
    fn put_into_slot(&self, task: TaskRef) -> Option<TaskRef> {
        let before = self.slot.replace(Some(task));
        self.fillings.set(self.fillings.get().wrapping_add(1));
        if before.is_none() {
            self.desk.slot_full.store(true, Ordering::Relaxed);
        }
        before
    }

    #[cold]
    fn wake_for_queue(&self) {
        if self.mean.get() > WORTH_MOVING && self.desk.has_waited_for_long(cycles()) {
            self.desk.since.store(0, Ordering::Relaxed);
            self.scheduler.wake_one();
        }
    }

    /// Tasks came into the queue, by the one that goes away now or from outside: others are woken for them if that pays.
    #[cold]
    fn share_what_came(&self) {
        self.has_come.set(false);
        let mean = self.mean.get();
        if mean > WORTH_MOVING && self.queue.len() as u64 * mean > WORTH_WAKING {
            self.desk.since.store(0, Ordering::Relaxed);
            self.scheduler.wake_one();
        }
    }

    /// Puts a task where others may take it.
    fn hand_on(&self, task: TaskRef) {
        self.desk.since.store(0, Ordering::Relaxed);
        self.queue.push(task);
        self.scheduler.wake_one();
    }

    /// The running task did something with a channel or a task and goes on. If a task has waited in the slot for long, others get
    /// it: so a pipeline uses several threads.
    #[inline]
    pub fn operated(&self) {
        let operations = self.operations.get().wrapping_add(1);
        self.operations.set(operations);
        if operations == self.next_look.get() {
            self.look_at_clock();
        }
    }

    /// Has the same task been in the slot since the last look, and is that long ago? Have tasks waited in the queue for long?
    #[cold]
    fn look_at_clock(&self) {
        let (fillings, then) = self.looked.get();
        let same = fillings == self.fillings.get() && self.slot.get().is_some();
        match then {
            _ if !same => self.looked.set((self.fillings.get(), None)),
            None => self.looked.set((fillings, Some(cycles()))),
            Some(then) if cycles().wrapping_sub(then) > SLOT_CYCLES => self.empty_slot(),
            Some(_) => {}
        }
        let gap = if same { (self.gap.get() * 2).min(MOST_OPERATIONS_PER_LOOK) } else { OPERATIONS_PER_LOOK };
        self.gap.set(gap);
        self.next_look.set(self.operations.get().wrapping_add(gap));
        if !self.queue.is_empty() {
            self.wake_for_queue();
        }
    }

    /// Others get the slot's task.
    fn empty_slot(&self) {
        if let Some(task) = self.slot.take() {
            self.desk.slot_full.store(false, Ordering::Relaxed);
            self.hand_on(task);
        }
    }

    /// The running task lets others run, since it was asked to: it has run for long.
    pub(super) fn look_around(&self) {
        self.look.set(true);
        self.empty_slot();
    }

    /// The number of a new task; `more` gives the first of so many.
    #[inline]
    pub(super) fn next_id(&self, more: impl FnOnce(u64) -> u64) -> u64 {
        let (mut next, mut end) = self.ids.get();
        if next == end {
            next = more(IDS);
            end = next + IDS;
        }
        self.ids.set((next + 1, end));
        next
    }

    /// What others see of it.
    pub(super) fn desk(&self) -> &'static Desk {
        self.desk
    }

    /// A free task.
    pub(super) fn take_free(&self) -> std::io::Result<TaskRef> {
        let mut free = self.free.borrow_mut();
        if free.is_empty() {
            slot::take(MOST_FREE / 4, &mut free)?;
        }
        free.pop().ok_or_else(|| std::io::ErrorKind::OutOfMemory.into())
    }

    fn give_free(&self, task: TaskRef) {
        let mut free = self.free.borrow_mut();
        free.push(task);
        if free.len() > MOST_FREE {
            slot::give(free.drain(..MOST_FREE / 2));
        }
    }

    fn next(&self) -> Option<TaskRef> {
        if self.scheduler.is_random() {
            self.scheduler.poll(self.index);
            return self.scheduler.choose();
        }
        let switches = self.switches.get() + 1;
        self.switches.set(switches);
        if switches >= SWITCHES_PER_TURN || self.look.get() || self.scheduler.is_to_look_out() {
            self.switches.set(0);
            let interrupted = self.look.replace(false);
            if interrupted
                || self.scheduler.is_to_look_out()
                || cycles().wrapping_sub(self.turned.get()) > CYCLES_PER_TURN
            {
                self.scheduler.poll(self.index);
                self.turned.set(cycles());
            }
            if !self.queue.is_empty() {
                self.wake_for_queue();
            }
            // The slot was emptied when a task was interrupted: who is there now was woken by a timer or socket, and has waited.
            if interrupted && let Some(task) = self.take_from_slot() {
                return Some(task);
            }
            return self.take_from_injector().or_else(|| self.take_from_queue()).or_else(|| self.take_from_slot());
        }
        if self.slot_runs.get() >= SLOT_RUNS {
            self.slot_runs.set(0);
            if let Some(task) = self.queue.pop() {
                return Some(task);
            }
        }
        self.take_from_slot()
            .or_else(|| self.take_from_queue())
            .or_else(|| self.take_from_injector())
            .or_else(|| self.steal())
    }

    fn take_from_slot(&self) -> Option<TaskRef> {
        let task = self.slot.take()?;
        self.desk.slot_full.store(false, Ordering::Relaxed);
        self.slot_runs.set(self.slot_runs.get() + 1);
        Some(task)
    }

    fn take_from_queue(&self) -> Option<TaskRef> {
        self.slot_runs.set(0);
        self.queue.pop()
    }

    fn take_from_injector(&self) -> Option<TaskRef> {
        loop {
            match self.scheduler.injector.steal_batch_and_pop(&self.queue) {
                Steal::Success(task) => return Some(task),
                Steal::Empty => return None,
                Steal::Retry => {}
            }
        }
    }

    fn steal(&self) -> Option<TaskRef> {
        let count = self.scheduler.worker_count();
        if count <= 1 {
            return None;
        }
        let first = self.dice.borrow_mut().usize(..count);
        let others = (0..count).map(|at| (first + at) % count).filter(|&other| other != self.index);
        for other in others.filter(|&other| self.scheduler.desk(other).has_work()) {
            loop {
                match self.scheduler.desk(other).stealer.steal_batch_and_pop(&self.queue) {
                    Steal::Success(task) => return Some(task),
                    Steal::Empty => break,
                    Steal::Retry => {}
                }
            }
        }
        None
    }

    /// Is there something in its slot or queue?
    pub(super) fn has_own_work(&self) -> bool {
        self.slot.get().is_some() || !self.queue.is_empty()
    }

    /// Its number.
    pub(super) fn index(&self) -> usize {
        self.index
    }

    /// This worker was searching and has found something.
    fn found(&self) {
        if self.scheduler.sleepers.found() && self.scheduler.has_work() {
            self.scheduler.wake_one();
        }
    }

    /// Runs a task, and those to which it goes, until one of them leaves for this worker's own stack.
    fn run(&self, task: TaskRef) {
        if self.has_come.get() {
            self.share_what_came();
        }
        let (begun, switches) = (cycles(), self.desk.switches.load(Ordering::Relaxed));
        self.take_over(task);
        self.home.leave(&task.task().execution);
        self.arrive();
        let runs = self.desk.switches.load(Ordering::Relaxed).wrapping_sub(switches).max(1);
        self.mean.set((self.mean.get() + cycles().wrapping_sub(begun) / runs) / 2);
        self.running.set(None);
        self.desk.running.clear();
    }

    /// That task will run now.
    #[inline(always)]
    fn take_over(&self, task: TaskRef) {
        let me = task.task();
        self.running.set(Some(task));
        self.desk.running.set(me);
        self.desk.switches.store(self.desk.switches.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
        me.worker.set(self.itself.get());
        me.whereabouts.set(&self.desk.whereabouts);
        me.ran_by.store(self.address(), Ordering::Relaxed);
        me.standing.set_running();
    }

    /// The running task leaves its stack, for the one that this returns; there, [`Worker::arrive`] does the rest.
    #[inline(always)]
    pub(super) fn leave(&self, task: TaskRef, how: Leaving) -> &Execution {
        self.leaving.set(Some((task, how)));
        if self.has_come.get() {
            self.share_what_came();
        }
        match self.next_at_once(how) {
            Some(next) => {
                self.take_over(next);
                &next.task().execution
            }
            None => &self.home,
        }
    }

    /// The task to which the running one goes without a detour: none if this worker should look around first.
    #[inline(always)]
    fn next_at_once(&self, how: Leaving) -> Option<TaskRef> {
        let switches = self.switches.get() + 1;
        let looks = switches >= SWITCHES_PER_TURN || self.look.get() || self.slot_runs.get() >= SLOT_RUNS;
        if how == Leaving::Yields || looks || self.scheduler.wants(self.index) {
            return None;
        }
        let next = self.take_from_slot().or_else(|| self.take_from_queue())?;
        self.switches.set(switches);
        Some(next)
    }

    /// This thread is on another stack than before: looks after the task whose stack it has left, if any.
    #[inline]
    pub(super) fn arrive(&self) {
        let Some((task, how)) = self.leaving.take() else { return };
        match how {
            Leaving::Waits => self.has_begun_to_wait(task),
            Leaving::Yields => {
                task.task().standing.set_ready();
                self.put_back(task);
            }
            Leaving::Ended => self.finish(task),
        }
    }

    #[inline]
    fn has_begun_to_wait(&self, task: TaskRef) {
        let me = task.task();
        let Some(ticket) = me.wait.get() else { unreachable!("a task that waits has a wait") };
        let cut = me.last_look();
        match me.standing.leave(ticket, &me.waiting) {
            Left::Ready => self.woken(task),
            Left::Waits => {
                if let Some(ticket) = cut {
                    Task::look_again(task, ticket);
                }
            }
        }
    }

    /// Behind all others.
    fn put_back(&self, task: TaskRef) {
        if self.scheduler.is_random() {
            self.scheduler.ready(task);
            return;
        }
        // If there is nothing else here, this worker goes on with it at once.
        let alone = !self.has_own_work();
        self.desk.since.store(if alone { cycles() } else { 0 }, Ordering::Relaxed);
        self.queue.push(task);
        if !alone {
            self.scheduler.wake_one();
        }
    }

    fn finish(&self, task: TaskRef) {
        task.task().disarm();
        task.task().forget_trail();
        if task.task().takes_declared.get() {
            self.scheduler.count_taker(false);
        }
        drop(task.task().joined.take());
        task.task().standing.set_done();
        self.give_free(task);
        self.scheduler.task_ended(self.desk);
    }

    /// Sleeps until there may be something to do. True: it was woken by somebody, and counts as searching.
    fn sleep(&self, searching: bool) -> bool {
        let scheduler = self.scheduler;
        scheduler.prepare_to_wait();
        let keeper = scheduler.become_keeper();
        let bed = if keeper { Bed::Keeper } else { Bed::Parked };
        let sleeping = scheduler.sleepers.register(self.index, bed, searching);
        if !scheduler.has_work() && !self.has_own_work() {
            if sleeping == scheduler.worker_count() {
                scheduler.look_for_deadlock();
            }
            if keeper {
                scheduler.keep(self.desk, || self.has_own_work());
            } else {
                while !self.desk.token.swap(false, Ordering::SeqCst) {
                    std::thread::park();
                }
            }
        }
        if keeper {
            scheduler.resign_as_keeper();
        }
        self.turned.set(cycles());
        let woken = !scheduler.sleepers.unregister(self.index);
        if woken {
            self.desk.token.store(false, Ordering::Relaxed);
        }
        scheduler.wake_monitor();
        if keeper {
            scheduler.fire_timers();
        }
        woken
    }
}
