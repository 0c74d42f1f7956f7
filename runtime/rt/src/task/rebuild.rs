//! Services that are rebuilt after a fault (`policy S { on_fault: restart }`). In: methods that enter such a service and end early in it. Out: what a
//! waiting function answers; after a fault, a task that builds the instance anew before the next method is inside.
//!
//! A fault only marks the service as broken. The next one that enters it finds that out when it has the lock, gives the lock back and waits
//! for the task that rebuilds, which it has started if nobody else had; then it takes the lock once more. That task calls what the process called at
//! first: it takes the lock for writing, so all who are still inside have left, clears the fields, sets them, and runs `start`. The
//! mark goes last: whoever takes the lock before that is turned away like the others.
//!
//! It is a task of its own because nothing may cut `start` in two: those who wait for it may be cancelled, and their time may be over.

use std::collections::VecDeque;

use pluto_abi::layout::Waited;

use super::fault::{Fault, Stop};
use super::locks::Wish;
use super::wait::{Answer, Waiter};
use super::{Entry, Task, TaskRef, What};
use crate::log::{Level, say_of};
use crate::os::program::Status;
use crate::sync::Mutex;
use crate::sync::atomic::{AtomicBool, Ordering};

/// A service is not rebuilt more often within [`WINDOW`]: its calls are faults until the first of these times is so long ago.
const MOST: usize = 5;
/// In nanoseconds.
const WINDOW: u64 = 30_000_000_000;

/// The word of an answer that says: it was rebuilt, enter now. Others than those of [`super::lock`].
const REBUILT: u64 = 2;
/// It could not be rebuilt.
const FAILED: u64 = 3;

/// What faults have done to the services of the process, by number.
#[derive(Debug)]
pub struct Damages(Vec<Damage>);

#[derive(Debug, Default)]
struct Damage {
    /// A fault has happened inside, and the service has not been rebuilt since.
    broken: AtomicBool,
    repair: Mutex<Repair>,
}

#[derive(Debug, Default)]
struct Repair {
    /// A task is at it.
    goes_on: bool,
    waiters: Vec<Waiter<TaskRef>>,
    /// When it was rebuilt lately, the first first.
    times: VecDeque<u64>,
    /// That it is not rebuilt for now has been said.
    refusal_said: bool,
    /// Why the last attempt failed.
    failure: Option<Fault>,
}

impl Damages {
    /// None, in so many services.
    pub fn new(count: usize) -> Damages {
        Damages((0..count).map(|_| Damage::default()).collect())
    }

    /// Is the service still to be rebuilt?
    pub fn is_broken(&self, service: usize) -> bool {
        self.0[service].broken.load(Ordering::Acquire)
    }
}

impl Repair {
    /// May it be rebuilt now? Then that counts.
    fn begins(&mut self, now: u64) -> bool {
        while self.times.front().is_some_and(|first| now.saturating_sub(*first) >= WINDOW) {
            self.times.pop_front();
        }
        let may = self.times.len() < MOST;
        if may {
            self.times.push_back(now);
            self.refusal_said = false;
            self.goes_on = true;
        }
        may
    }
}

impl Task {
    /// Waiting function: takes the lock of a service that is rebuilt after faults.
    pub fn enter_service(&self, service: usize, wish: Wish, site: u64) -> Waited {
        let damage = &self.scheduler().damages.0[service];
        let entry = match self.enter() {
            Entry::Over(Answer { word: REBUILT, .. }) => Entry::Fresh,
            Entry::Over(Answer { word: FAILED, .. }) => {
                let failure = damage.repair.lock().failure.clone();
                if let Some(fault) = failure {
                    self.take_over_from(fault, "-- waited for by --".to_string());
                    return Waited::Early;
                }
                // It could be rebuilt since.
                Entry::Fresh
            }
            Entry::Early { waited } => {
                if waited.is_some() {
                    let me = self.me();
                    damage.repair.lock().waiters.retain(|waiter| waiter.task != me);
                }
                Entry::Early { waited }
            }
            entry @ (Entry::Fresh | Entry::Pending | Entry::Over(_)) => entry,
        };
        let mut waited = self.go_on_taking_lock(entry, service, wish, site);
        while waited == Waited::Done && damage.broken.load(Ordering::Acquire) {
            self.give_lock_back(service, wish);
            match self.wait_until_rebuilt(service, site) {
                Some(instead) => return instead,
                None => waited = self.go_on_taking_lock(Entry::Fresh, service, wish, site),
            }
        }
        waited
    }

    /// A method inside the service ended early, by a fault or not.
    pub fn ended_early_in(&self, service: usize) {
        let Some(fault) = self.fault_so_far() else { return };
        if !self.scheduler().damages.0[service].broken.swap(true, Ordering::AcqRel) {
            let message = format!("a fault in it: {}; it is rebuilt before the next call", fault.message);
            say_of(self.scheduler().program().service_name(service), Level::Warn, &message, &fault.path);
        }
    }

    /// Begins to wait for the end of the repair, which it has begun if need be. Nothing if it is over meanwhile.
    #[cold]
    fn wait_until_rebuilt(&self, service: usize, site: u64) -> Option<Waited> {
        let scheduler = self.scheduler();
        let damage = &scheduler.damages.0[service];
        let mut repair = damage.repair.lock();
        if !damage.broken.load(Ordering::Acquire) {
            return None;
        }
        if !repair.goes_on {
            if !repair.begins(scheduler.clock.now()) {
                let said = std::mem::replace(&mut repair.refusal_said, true);
                drop(repair);
                self.refuse(service, said);
                return Some(Waited::Early);
            }
            if let Err(error) = scheduler.spawn(move |task| rebuild(task, service)) {
                repair.goes_on = false;
                self.fault(format!("no memory for a stack: {error}"));
                return Some(Waited::Early);
            }
        }
        repair.waiters.push(self.begin_wait(What::Rebuild, site));
        Some(Waited::Suspend)
    }

    /// The service was rebuilt too often.
    fn refuse(&self, service: usize, said: bool) {
        let name = self.scheduler().program().service_name(service);
        let often = format!("rebuilt {MOST} times within {} s", WINDOW / 1_000_000_000);
        if !said {
            say_of(name, Level::Error, &format!("it was {often}: its calls are faults for now"), &[]);
        }
        self.fault(format!("{name} was {often}, and a fault broke it again"));
    }
}

/// The task that rebuilds a service.
fn rebuild(task: &Task, service: usize) {
    let program = task.scheduler().program();
    let name = program.service_name(service);
    let failure = match program.start_service(service, task) {
        Status::Fine => None,
        Status::Fault => match task.take_stop() {
            Stop::Fault(fault) => Some(could_not(name, fault)),
            // The process ends.
            Stop::Cancelled | Stop::Expired => Some(Fault { message: format!("{name} was not rebuilt"), path: vec![] }),
        },
        Status::Error(error) => {
            Some(could_not(name, Fault { message: format!("error: {}", error.text()), path: task.take_path() }))
        }
    };
    let damage = &task.scheduler().damages.0[service];
    let mut repair = damage.repair.lock();
    let word = if failure.is_none() { REBUILT } else { FAILED };
    if failure.is_none() {
        damage.broken.store(false, Ordering::Release);
    }
    repair.goes_on = false;
    repair.failure = failure;
    let waiters = std::mem::take(&mut repair.waiters);
    drop(repair);
    waiters.into_iter().for_each(|waiter| {
        waiter.finish(word);
    });
}

/// What those are told who wait, and the log.
fn could_not(name: &str, fault: Fault) -> Fault {
    let message = format!("{name} cannot start again: {}", fault.message);
    say_of(name, Level::Error, &message, &fault.path);
    Fault { message, ..fault }
}
