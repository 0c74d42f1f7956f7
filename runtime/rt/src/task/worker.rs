//! The worker: the thread that runs all tasks of a process, in the order in which they became ready. In: new tasks, wake-ups.
//! Out: running tasks. When none is ready the worker sits in the reactor, which is started only when first needed.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use pluto_abi::layout::TaskHeader;

use super::fault::Trail;
use super::lock::{Locks, Waiting};
use super::reactor::Reactor;
use super::{NEVER, State, Task};
use crate::call::link::Links;
use crate::heap::output::flush_output;
use crate::os::coroutine::{Coroutine, Door, Stacks, Step};
use crate::os::program::Program;

/// After so many switches the reactor gets a turn even if tasks are ready.
const SWITCHES_PER_TURN: u32 = 61;

/// The thread that runs tasks, and what all its tasks share.
pub struct Worker {
    program: Program,
    ready: RefCell<VecDeque<Rc<Task>>>,
    stacks: Stacks,
    reactor: OnceCell<Reactor>,
    /// The worker sits in the reactor and must be nudged when something becomes ready.
    idle: Cell<bool>,
    switches: Cell<u32>,
    begin: Instant,
    /// The locks of the services.
    pub locks: Locks,
    links: OnceCell<Links>,
    /// What happens before the worker waits, or looks at sockets.
    before_waiting: RefCell<Vec<Box<dyn Fn()>>>,
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker").field("idle", &self.idle).finish_non_exhaustive()
    }
}

impl Worker {
    /// The worker of this thread.
    pub fn new(program: Program) -> Rc<Worker> {
        Rc::new(Worker {
            program,
            ready: RefCell::default(),
            stacks: Stacks::default(),
            reactor: OnceCell::new(),
            idle: Cell::new(false),
            switches: Cell::new(0),
            begin: Instant::now(),
            locks: Locks::new(program.service_count()),
            links: OnceCell::new(),
            before_waiting: RefCell::default(),
        })
    }

    /// The program that runs.
    pub fn program(&self) -> Program {
        self.program
    }

    /// The way to other processes, if there are any.
    pub fn links(&self) -> Option<&Links> {
        self.links.get()
    }

    /// Sets that, once.
    pub fn connect(self: &Rc<Worker>, links: Links) {
        if self.links.set(links).is_err() {
            unreachable!("a process reads its topology once");
        }
        let worker = Rc::downgrade(self);
        self.before_waiting(move || {
            if let Some(worker) = worker.upgrade()
                && let Some(links) = worker.links()
            {
                links.flush();
            }
        });
    }

    /// Adds something that happens whenever the worker is about to wait, or to look at sockets.
    pub fn before_waiting(&self, action: impl Fn() + 'static) {
        self.before_waiting.borrow_mut().push(Box::new(action));
    }

    /// A new task, ready to run. Fails if there is no memory for its stack.
    pub fn spawn(self: &Rc<Worker>, body: impl FnOnce(&Task) + 'static) -> io::Result<Rc<Task>> {
        let stack = self.stacks.take()?;
        let task = Rc::new_cyclic(|me| Task {
            header: TaskHeader { stack_limit: stack.limit() },
            me: me.clone(),
            worker: self.clone(),
            state: Cell::new(State::Ready),
            coroutine: RefCell::new(None),
            door: Door::default(),
            trail: RefCell::new(Trail::default()),
            waiting: Cell::new(Waiting::No),
            deadline: Cell::new(NEVER),
        });
        *task.coroutine.borrow_mut() = Some(Coroutine::new(stack, task.clone(), Box::new(body)));
        self.push(task.clone());
        Ok(task)
    }

    /// Makes a suspended task ready; a running one will not suspend the next time.
    pub fn wake(&self, task: &Rc<Task>) {
        match task.state.get() {
            State::Suspended => {
                task.state.set(State::Ready);
                self.push(task.clone());
            }
            State::Running => task.state.set(State::Woken),
            State::Ready | State::Woken | State::Done => {}
        }
    }

    /// Runs tasks until `done` says so; it is asked before each switch, and after [`Worker::nudge`].
    pub fn run_until(&self, done: impl Fn() -> bool) {
        while !done() {
            let next = self.ready.borrow_mut().pop_front();
            match next {
                Some(task) => self.switch_to(&task),
                None => self.wait(),
            }
        }
    }

    /// Runs a future in the reactor, beside the tasks.
    pub fn io(&self, future: impl Future<Output = ()> + 'static) {
        self.reactor().spawn(future);
        self.nudge();
    }

    /// Has [`Worker::run_until`] ask again.
    pub fn nudge(&self) {
        if self.idle.replace(false) {
            self.reactor().nudge();
        }
    }

    /// Milliseconds since the worker was made.
    pub fn now(&self) -> u64 {
        u64::try_from(self.begin.elapsed().as_millis()).unwrap_or(NEVER - 1)
    }

    /// The moment of such a time, for timers.
    pub fn moment(&self, time: u64) -> Instant {
        self.begin + Duration::from_millis(time.min(u64::from(u32::MAX)))
    }

    fn push(&self, task: Rc<Task>) {
        self.ready.borrow_mut().push_back(task);
        self.nudge();
    }

    fn switch_to(&self, task: &Rc<Task>) {
        self.switches.set(self.switches.get() + 1);
        if self.switches.get() >= SWITCHES_PER_TURN {
            self.switches.set(0);
            if let Some(reactor) = self.reactor.get() {
                self.prepare_to_wait();
                reactor.turn();
            }
        }
        task.state.set(State::Running);
        let step = task.coroutine.borrow_mut().as_mut().map(Coroutine::resume);
        match step {
            Some(Step::Suspended) => task.state.set(State::Suspended),
            Some(Step::Finished) | None => {
                task.state.set(State::Done);
                if let Some(coroutine) = task.coroutine.borrow_mut().take() {
                    self.stacks.give(coroutine);
                }
            }
        }
    }

    fn wait(&self) {
        let Some(reactor) = self.reactor.get() else {
            panic!("all tasks wait, and nothing can wake them");
        };
        self.switches.set(0);
        self.idle.set(true);
        self.prepare_to_wait();
        reactor.wait();
        self.idle.set(false);
    }

    /// What was printed is seen before frames leave.
    fn prepare_to_wait(&self) {
        flush_output();
        self.before_waiting.borrow().iter().for_each(|action| action());
    }

    fn reactor(&self) -> &Reactor {
        self.reactor
            .get_or_init(|| Reactor::start().unwrap_or_else(|error| panic!("the reactor cannot start: {error}")))
    }
}
