//! The scheduler: all workers of a process, and what they share. In: new tasks, wake-ups, futures. Out: running tasks.
//!
//! The thread that makes a scheduler is its first worker; others, the reactor and the monitor are started when first needed: a
//! program that spawns nothing and talks to nobody runs on one thread. Sockets and timers are in `outside`, the ends of tasks in `ends`.

mod ends;
mod outside;

use std::fmt;
use std::future::Future;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex as StdMutex, OnceLock, PoisonError};
use std::thread::JoinHandle;

use crossbeam_deque::Injector;

use super::clock::Clock;
use super::locks::Locks;
use super::monitor::Monitor;
use super::parking::Sleepers;
use super::reactor::Reactor;
use super::rebuild::Damages;
use super::timers::Timers;
use super::worker::{self, Desk, Worker};
use super::{Task, TaskRef};
use crate::call::link::Links;
use crate::heap::output::flush_output;
use crate::os::coroutine::Execution;
use crate::os::process::usable_processors;
use crate::os::program::Program;
use crate::os::slot::{self, Shared, SlotStack};
use crate::sync::{Mutex, may_lean};

/// There can be no more workers.
pub const MOST_WORKERS: usize = 256;

/// Is there one more of something, or one less?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comes {
    /// One more.
    Yes,
    /// One less.
    No,
}

/// What all tasks of a process share. Never freed.
pub struct Scheduler {
    program: Program,
    /// Time and chance.
    pub clock: Clock,
    /// Timers of tasks.
    timers: Timers,
    /// The locks of the services.
    pub(super) locks: Locks,
    /// Which of them are to be rebuilt.
    pub damages: Damages,
    pub(super) injector: Injector<TaskRef>,
    desks: Box<[OnceLock<Desk>]>,
    /// How many workers there are, of those that there may be.
    workers: AtomicUsize,
    pub(super) sleepers: Sleepers,
    /// Somebody keeps the reactor and the timers.
    kept: AtomicBool,
    /// Until when the keeper waits; 0: it does not wait.
    keeps_until: AtomicU64,
    reactor: OnceLock<Reactor>,
    pub(super) monitor: Monitor,
    links: OnceLock<Links>,
    /// What happens before a worker waits, or looks at sockets, if `dirty`.
    before_waiting: Mutex<Vec<Box<dyn Fn() + Send + Sync>>>,
    dirty: AtomicBool,
    nudged: AtomicBool,
    /// Things outside that may wake tasks, but for calls under way.
    sources: AtomicUsize,
    /// The first worker waits for this task: if all wait, that is a deadlock.
    watched: Shared<Task>,
    /// Ready tasks, under the seeded scheduler.
    ready: Mutex<Vec<TaskRef>>,
    /// How many tasks were begun on threads that are no workers.
    begun_outside: AtomicU64,
    /// Tasks that have received from declared channels or topics.
    takers: AtomicUsize,
    /// Detached calls that run here as tasks.
    detached_calls: AtomicUsize,
    next_id: AtomicU64,
    /// All tasks are asked to end, also those that are started now.
    ending_tasks: AtomicBool,
    /// Timers and sockets have waited for long.
    looks_out: AtomicBool,
    /// The system gave no thread for another worker: no more of them are asked for.
    no_more_workers: AtomicBool,
    ending: AtomicBool,
    threads: StdMutex<Vec<JoinHandle<()>>>,
}

impl fmt::Debug for Scheduler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scheduler").field("workers", &self.worker_count()).finish_non_exhaustive()
    }
}

/// How a scheduler works.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How many threads may run tasks.
    pub workers: usize,
    /// One worker, and everything that could happen in several orders happens as this seed says, in a time of its own.
    pub seed: Option<u64>,
}

impl Settings {
    /// What the environment says; the error is a message for people.
    pub fn from_environment() -> Result<Settings, String> {
        let workers = match std::env::var("PLUTO_WORKERS") {
            Err(_) => usable_processors().clamp(1, MOST_WORKERS),
            Ok(text) => match text.trim().parse::<usize>() {
                Ok(count) if (1..=MOST_WORKERS).contains(&count) => count,
                Ok(_) | Err(_) => {
                    return Err(format!("PLUTO_WORKERS must be a number from 1 to {MOST_WORKERS}, not `{text}`"));
                }
            },
        };
        Ok(Settings { workers, seed: None })
    }
}

/// A task in memory that no worker has for itself.
fn free_task() -> io::Result<TaskRef> {
    let mut taken = Vec::with_capacity(1);
    slot::take(1, &mut taken)?;
    taken.pop().ok_or_else(|| io::ErrorKind::OutOfMemory.into())
}

impl Scheduler {
    /// A scheduler, whose first worker is this thread.
    pub fn new(program: Program, settings: Settings) -> &'static Scheduler {
        // Asked now, while this is the only thread: later the system would keep it waiting for ten milliseconds.
        may_lean();
        let most = if settings.seed.is_some() { 1 } else { settings.workers.clamp(1, MOST_WORKERS) };
        let scheduler: &'static Scheduler = Box::leak(Box::new(Scheduler {
            program,
            clock: Clock::new(settings.seed),
            timers: Timers::default(),
            locks: Locks::new(program.service_count()),
            damages: Damages::new(program.service_count()),
            injector: Injector::new(),
            desks: (0..most).map(|_| OnceLock::new()).collect(),
            workers: AtomicUsize::new(0),
            sleepers: Sleepers::default(),
            kept: AtomicBool::new(false),
            keeps_until: AtomicU64::new(0),
            reactor: OnceLock::new(),
            monitor: Monitor::default(),
            links: OnceLock::new(),
            before_waiting: Mutex::default(),
            dirty: AtomicBool::new(false),
            nudged: AtomicBool::new(false),
            sources: AtomicUsize::new(0),
            watched: Shared::default(),
            ready: Mutex::default(),
            begun_outside: AtomicU64::new(0),
            takers: AtomicUsize::new(0),
            detached_calls: AtomicUsize::new(0),
            next_id: AtomicU64::new(1),
            ending_tasks: AtomicBool::new(false),
            looks_out: AtomicBool::new(false),
            no_more_workers: AtomicBool::new(false),
            ending: AtomicBool::new(false),
            threads: StdMutex::default(),
        }));
        let queue = scheduler.set_up_desk(0);
        Worker::settle(scheduler, 0, queue);
        scheduler
    }

    /// The program that runs.
    pub fn program(&self) -> Program {
        self.program
    }

    /// Is it the seeded one?
    #[inline]
    pub fn is_random(&self) -> bool {
        self.clock.is_seeded()
    }

    /// A new task, ready to run. Fails if there is no memory for its stack.
    pub fn spawn(&'static self, body: impl FnOnce(&Task) + Send + 'static) -> io::Result<TaskRef> {
        self.spawn_with(|_| {}, body)
    }

    /// The same; `prepare` sees the task before it runs.
    pub(crate) fn spawn_with(
        &'static self,
        prepare: impl FnOnce(&Task),
        body: impl FnOnce(&Task) + Send + 'static,
    ) -> io::Result<TaskRef> {
        self.make(prepare, body, Worker::ready)
    }

    /// The same for a task that shares work with the one that makes it: so much, in cycles.
    pub(crate) fn spawn_to_share(
        &'static self,
        work: u64,
        body: impl FnOnce(&Task) + Send + 'static,
    ) -> io::Result<()> {
        self.make(|_| {}, body, |worker, task| worker.ready_to_share(task, work)).map(drop)
    }

    fn make(
        &'static self,
        prepare: impl FnOnce(&Task),
        body: impl FnOnce(&Task) + Send + 'static,
        ready: impl FnOnce(&Worker, TaskRef),
    ) -> io::Result<TaskRef> {
        let own = self.own_worker();
        let task = own.map_or_else(free_task, Worker::take_free)?;
        Execution::prepare(task, body);
        task.task().renew(self, self.count_in(own), SlotStack::of(task.task()));
        prepare(task.task());
        self.end_with_all(task.task());
        self.ready_on(own, task, ready);
        Ok(task)
    }

    /// Counts a new task; its number.
    fn count_in(&self, own: Option<&Worker>) -> u64 {
        if let Some(worker) = own {
            worker.desk().begun.add_own(1);
            return worker.next_id(|count| self.next_id.fetch_add(count, Ordering::Relaxed));
        }
        self.begun_outside.fetch_add(1, Ordering::SeqCst);
        self.next_id.fetch_add(1, Ordering::Relaxed)
    }

    /// A new task can run.
    pub(super) fn ready(&'static self, task: TaskRef) {
        self.ready_on(self.own_worker(), task, Worker::ready);
    }

    /// A task can go on: it was suspended, and its state says that it is ready now.
    pub(super) fn woken(&'static self, task: TaskRef) {
        self.ready_on(self.own_worker(), task, Worker::woken);
    }

    /// The same on a worker of this scheduler.
    #[inline(always)]
    pub(super) fn woken_on(&'static self, worker: &Worker, task: TaskRef) {
        self.ready_on(Some(worker), task, Worker::woken);
    }

    #[inline(always)]
    fn ready_on(&'static self, own: Option<&Worker>, task: TaskRef, ready: impl FnOnce(&Worker, TaskRef)) {
        if self.is_random() {
            self.ready.lock().push(task);
            return;
        }
        match own {
            Some(worker) => {
                ready(worker, task);
            }
            None => {
                self.injector.push(task);
                self.wake_one();
            }
        }
    }

    /// This thread's worker, if it is one of ours.
    fn own_worker(&self) -> Option<&'static Worker> {
        worker::current().filter(|worker| std::ptr::eq(worker.scheduler, self))
    }

    /// Runs tasks on this thread until `done` says so; it is asked first, and after [`Scheduler::nudge`].
    pub fn run_until(&'static self, done: impl Fn() -> bool) {
        let Some(worker) = self.own_worker() else { unreachable!("only the thread that made the scheduler is here") };
        worker.run_until(done);
    }

    /// The same, for a task that is waited for: if all tasks wait, that is reported.
    pub fn run_watched(&'static self, task: TaskRef, done: impl Fn() -> bool) {
        self.watched.set(task.task());
        self.run_until(done);
        self.watched.clear();
    }

    /// Is it the task that the process waits for?
    pub(super) fn is_watched(&self, task: &Task) -> bool {
        self.watched.get().is_some_and(|watched| std::ptr::eq(watched, task))
    }

    /// Has [`Scheduler::run_until`] ask again.
    pub fn nudge(&self) {
        self.nudged.store(true, Ordering::SeqCst);
        self.unpark(0);
    }

    pub(super) fn was_nudged(&self, worker: usize) -> bool {
        if worker != 0 {
            return self.is_ending();
        }
        self.nudged.load(Ordering::Relaxed) && self.nudged.swap(false, Ordering::SeqCst)
    }

    /// Should that worker look around before it runs the next task? Only a look: [`Scheduler::was_nudged`] answers once.
    #[inline]
    pub(super) fn wants(&self, worker: usize) -> bool {
        self.is_random()
            || self.is_ending()
            || self.looks_out.load(Ordering::Relaxed)
            || worker == 0 && self.is_nudged()
    }

    /// Is there something new for the thread that runs until something is the case? Only a look.
    #[inline]
    pub(super) fn is_nudged(&self) -> bool {
        self.nudged.load(Ordering::Relaxed)
    }

    /// Timers and sockets have waited for long: whoever comes to it first looks after them.
    pub(super) fn look_out(&self) {
        self.looks_out.store(true, Ordering::Relaxed);
    }

    /// Was that asked for?
    #[inline]
    pub(super) fn is_to_look_out(&self) -> bool {
        self.looks_out.load(Ordering::Relaxed)
    }

    /// Does some worker not sleep?
    pub(super) fn is_awake(&self) -> bool {
        self.sleepers.sleeping() < self.worker_count()
    }

    /// Runs a future in the reactor, beside the tasks.
    pub fn io(&'static self, future: impl Future<Output = ()> + Send + 'static) {
        self.reactor().spawn(future);
    }

    /// Milliseconds since the scheduler was made.
    pub fn now(&self) -> u64 {
        self.clock.now() / 1_000_000
    }

    /// The way to other processes, if there are any.
    pub fn links(&self) -> Option<&Links> {
        self.links.get()
    }

    /// Sets that, once.
    pub fn connect(&'static self, links: Links) {
        if self.links.set(links).is_err() {
            unreachable!("a process reads its topology once");
        }
        self.before_waiting(|| {
            if let Some(links) = self.links() {
                links.flush();
            }
        });
    }

    /// Adds something that happens whenever a worker is about to wait, or to look at sockets, after [`Scheduler::mark_dirty`].
    pub fn before_waiting(&self, action: impl Fn() + Send + Sync + 'static) {
        self.before_waiting.lock().push(Box::new(action));
    }

    /// There is something to do before the next wait. If a future of the reactor says so, its worker ends the wait under way.
    pub fn mark_dirty(&'static self) {
        self.dirty.store(true, Ordering::SeqCst);
    }

    pub(super) fn waits_to_be_flushed(&self) -> bool {
        self.dirty.load(Ordering::Relaxed)
    }

    /// What was printed is seen before frames leave, and before anybody waits.
    pub(super) fn prepare_to_wait(&self) {
        flush_output();
        if self.dirty.load(Ordering::Relaxed) && self.dirty.swap(false, Ordering::SeqCst) {
            self.before_waiting.lock().iter().for_each(|action| action());
        }
    }

    /// Something outside may wake tasks from now on.
    pub fn add_source(&self) {
        self.sources.fetch_add(1, Ordering::SeqCst);
    }

    /// It does not any more.
    pub fn remove_source(&self) {
        self.sources.fetch_sub(1, Ordering::SeqCst);
    }

    // ---- workers ----

    /// Is there never more than one worker?
    pub(crate) fn has_one_worker(&self) -> bool {
        self.desks.len() == 1
    }

    /// How many workers have been started.
    pub fn worker_count(&self) -> usize {
        self.workers.load(Ordering::SeqCst)
    }

    pub(super) fn desk(&self, index: usize) -> &Desk {
        self.desks[index].get().unwrap_or_else(|| unreachable!("desks are set up before workers are counted"))
    }

    fn set_up_desk(&self, index: usize) -> crossbeam_deque::Worker<TaskRef> {
        let (desk, queue) = Desk::new(index, &self.locks);
        if self.desks[index].set(desk).is_err() {
            unreachable!("each desk is set up once");
        }
        self.workers.store(index + 1, Ordering::SeqCst);
        queue
    }

    /// There is work that others can take: wakes one, or starts one, unless somebody is searching already.
    pub(super) fn wake_one(&'static self) {
        if let Some(index) = self.sleepers.wake_one() {
            self.unpark(index);
        } else if self.worker_count() < self.desks.len() && self.sleepers.begin_searching() {
            self.start_worker();
        }
    }

    #[cold]
    fn start_worker(&'static self) {
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        let index = self.worker_count();
        let refused = self.no_more_workers.load(Ordering::Relaxed);
        if refused || index >= self.desks.len() || self.ending.load(Ordering::SeqCst) {
            self.sleepers.found();
            return;
        }
        let queue = self.set_up_desk(index);
        let run = move || {
            crate::os::process::prepare_thread();
            let worker = Worker::settle(self, index, queue);
            worker.run_as_other();
        };
        match std::thread::Builder::new().name(format!("pluto-{index}")).spawn(run) {
            Ok(thread) => threads.push(thread),
            // It will never come; its queue stays empty. It does not count, and nobody is sent for again.
            Err(_) => {
                self.no_more_workers.store(true, Ordering::Relaxed);
                self.workers.store(index, Ordering::SeqCst);
                self.sleepers.found();
            }
        }
        drop(threads);
        self.start_monitor();
    }

    fn unpark(&self, index: usize) {
        self.desk(index).unpark();
        if let Some(reactor) = self.reactor.get() {
            reactor.wake(index);
        }
    }

    /// Is there work that a worker which wants to sleep could take?
    pub(super) fn has_work(&self) -> bool {
        if self.is_random() {
            return !self.ready.lock().is_empty();
        }
        !self.injector.is_empty() || (0..self.worker_count()).any(|index| self.desk(index).has_work())
    }

    /// One of the ready tasks, under the seeded scheduler.
    pub(super) fn choose(&self) -> Option<TaskRef> {
        let mut ready = self.ready.lock();
        let count = ready.len();
        (count > 0).then(|| ready.swap_remove(self.clock.choose(count)))
    }

    // ---- the keeper ----

    /// Tasks may compute side by side from now on: somebody has to see to it that all get their turn.
    pub(crate) fn start_monitor(&'static self) {
        if !self.is_random() {
            self.monitor.start(self);
        }
    }

    pub(super) fn wake_monitor(&self) {
        self.monitor.wake();
    }

    /// Wakes a worker that sleeps, if there is one, for work that needs no queue.
    pub(super) fn wake_parked(&self) {
        if let Some(index) = self.sleepers.wake_one() {
            self.unpark(index);
        }
    }

    /// May others be started or woken?
    pub(super) fn has_idle(&self) -> bool {
        self.sleepers.sleeping() > 0 || self.worker_count() < self.desks.len()
    }

    // ---- the end ----
}
