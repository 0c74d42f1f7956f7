//! Services that are rebuilt after a fault (`policy S { on_fault: restart }`). In: methods that enter such a service and end early in it. Out: what a
//! waiting function answers; after a fault, a task that builds the instance anew before the next method is inside.
//!
//! A fault only marks the service as broken (and of a service that takes messages, it starts a task that comes back to it here). The next one that enters it finds that out when it has the lock, gives the lock back and waits
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

/// What waits here stands nowhere in the program.
const NO_SITE: u64 = u64::MAX;

/// What faults have done to the services of the process, by number.
#[derive(Debug)]
pub struct Damages(Vec<Damage>);

#[derive(Debug, Default)]
struct Damage {
    /// A fault has happened inside, and the service has not been rebuilt since.
    broken: AtomicBool,
    /// The process stops it, or has: it is not rebuilt for anybody's sake.
    stops: AtomicBool,
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

    /// The process is about to stop the service. False: there is no instance to stop.
    pub fn begin_to_stop(&self, service: usize) -> bool {
        self.0[service].stops.store(true, Ordering::Release);
        !self.is_broken(service)
    }
}

/// When a broken service is rebuilt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rebuild {
    /// When somebody wants to enter it.
    AtNextCall,
    /// Nobody may ever want to.
    AtOnce,
}

/// It was rebuilt too often.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Refused {
    /// Then it may be tried again.
    until: u64,
    /// Nobody has told so yet.
    first: bool,
}

impl Repair {
    /// It is to be rebuilt now, if it may, which counts.
    fn begin(&mut self, now: u64) -> Result<(), Refused> {
        while self.times.front().is_some_and(|first| now.saturating_sub(*first) >= WINDOW) {
            self.times.pop_front();
        }
        if let Some(oldest) = self.times.front()
            && self.times.len() >= MOST
        {
            let first = !std::mem::replace(&mut self.refusal_said, true);
            return Err(Refused { until: oldest.saturating_add(WINDOW), first });
        }
        self.times.push_back(now);
        self.refusal_said = false;
        self.goes_on = true;
        Ok(())
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
    pub fn ended_early_in(&self, service: usize, rebuild: Rebuild) {
        let Some(fault) = self.fault_so_far() else { return };
        let scheduler = self.scheduler();
        let damage = &scheduler.damages.0[service];
        if damage.stops.load(Ordering::Acquire) || damage.broken.swap(true, Ordering::AcqRel) {
            return;
        }
        let when = match rebuild {
            Rebuild::AtNextCall => "before the next call",
            Rebuild::AtOnce => "now",
        };
        let message = format!("a fault in it: {}; it is rebuilt {when}", fault.message);
        say_of(scheduler.program().service_name(service), Level::Warn, &message, &fault.path);
        if rebuild == Rebuild::AtOnce {
            // Without memory for a stack it is left to the next call.
            let _ = scheduler.spawn(move |task| rebuild_until_whole(task, service));
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
        if damage.stops.load(Ordering::Acquire) {
            self.fault(format!("{} was broken by a fault, and has stopped", scheduler.program().service_name(service)));
            return Some(Waited::Early);
        }
        if !repair.goes_on {
            if let Err(refused) = repair.begin(scheduler.clock.now()) {
                drop(repair);
                tell_refused(self, service, refused);
                let name = scheduler.program().service_name(service);
                self.fault(format!("{name} was {}, and a fault broke it again", too_often()));
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
}

fn too_often() -> String {
    format!("rebuilt {MOST} times within {} s", WINDOW / 1_000_000_000)
}

fn tell_refused(task: &Task, service: usize, refused: Refused) {
    if refused.first {
        let name = task.scheduler().program().service_name(service);
        say_of(name, Level::Error, &format!("it was {}: its calls are faults for now", too_often()), &[]);
    }
}

/// The task that rebuilds a service which nobody calls, until that was a success.
fn rebuild_until_whole(task: &Task, service: usize) {
    let scheduler = task.scheduler();
    let damage = &scheduler.damages.0[service];
    loop {
        let mut repair = damage.repair.lock();
        let stops = damage.stops.load(Ordering::Acquire);
        if stops || repair.goes_on || !damage.broken.load(Ordering::Acquire) {
            return;
        }
        let begun = repair.begin(scheduler.clock.now());
        drop(repair);
        match begun {
            Ok(()) => rebuild(task, service),
            Err(refused) => {
                tell_refused(task, service, refused);
                if !sleep_until(task, refused.until) {
                    return;
                }
            }
        }
    }
}

/// False: the task was asked to end.
fn sleep_until(task: &Task, time: u64) -> bool {
    let span = time.saturating_sub(task.scheduler().clock.now());
    loop {
        match task.sleep(i64::try_from(span).unwrap_or(i64::MAX), NO_SITE) {
            Waited::Done => return true,
            Waited::Suspend => task.suspend(),
            Waited::Error | Waited::Closed | Waited::Lost | Waited::Cancelled | Waited::Early => {
                task.forget_trail();
                return false;
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_times_within_the_window_are_enough() {
        let mut repair = Repair::default();
        let second = 1_000_000_000;
        for time in [0, 1, 2, 3, 29] {
            assert_eq!(repair.begin(time * second), Ok(()));
        }
        let until = WINDOW;
        assert_eq!(repair.begin(29 * second), Err(Refused { until, first: true }));
        assert_eq!(repair.begin(29 * second), Err(Refused { until, first: false }));
        assert_eq!(repair.begin(30 * second), Ok(()));
        assert_eq!(repair.begin(30 * second), Err(Refused { until: until + second, first: true }));
    }
}
