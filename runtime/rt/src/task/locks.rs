//! Tasks at the locks of services. In: a task, the number of a service, how it wants the lock. Out: what a waiting function answers.

use std::sync::atomic::AtomicU64;

use pluto_abi::layout::{LOCK_STRIDE, Waited, Whereabouts};

use super::lock::{AGAIN, Lock, Mode, Stay, Workers};
use super::wait::Answer;
use super::{Entry, Scheduler, Task, TaskRef, What};
use crate::os::process::cycles;

/// The locks of all services of the process, by number.
#[derive(Debug)]
pub struct Locks(Vec<Lock<TaskRef>>);

const _: () = assert!(size_of::<Lock<TaskRef>>() == LOCK_STRIDE as usize, "generated code knows the distance");

impl Locks {
    /// So many free locks.
    pub fn new(count: usize) -> Locks {
        Locks((0..count).map(|_| Lock::default()).collect())
    }

    /// The first of them, where generated code begins to count.
    pub(super) fn address(&self) -> u64 {
        self.0.as_ptr().addr() as u64
    }
}

/// How somebody wants a lock.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// With others or alone.
    pub mode: Mode,
    /// For how long.
    pub stay: Stay,
}

/// The workers around the lock of a service, as one of their tasks sees them.
struct Around {
    scheduler: &'static Scheduler,
    me: Option<usize>,
    service: usize,
}

impl Workers for Around {
    fn me(&self) -> Option<usize> {
        self.me
    }

    fn section(&self, worker: usize) -> &AtomicU64 {
        &self.scheduler.desk(worker).whereabouts.section
    }

    fn here(&self) -> u64 {
        Whereabouts::at(self.service)
    }

    fn now(&self) -> u64 {
        cycles()
    }
}

impl Task {
    /// Waiting function: takes the lock of a service. Nobody overtakes those who wait.
    #[inline]
    pub fn take_lock(&self, service: usize, wish: Wish, site: u64) -> Waited {
        self.go_on_taking_lock(self.enter(), service, wish, site)
    }

    /// The same, for one who knows where the waiting function stands.
    #[inline]
    pub(super) fn go_on_taking_lock(&self, entry: Entry, service: usize, wish: Wish, site: u64) -> Waited {
        let lock = &self.scheduler().locks.0[service];
        let waited = match entry {
            Entry::Fresh if lock.try_take(wish.mode) => Waited::Done,
            Entry::Fresh => self.queue_for(lock, wish.mode, site, &self.around(service)),
            Entry::Over(Answer { word: AGAIN, .. }) => self.try_again(lock, wish.mode, site, &self.around(service)),
            Entry::Over(_) => Waited::Done,
            Entry::Pending => return Waited::Suspend,
            Entry::Early { waited } => {
                if let Some(ticket) = waited {
                    let me = self.me();
                    lock.leave_queue(ticket, |other| *other == me);
                }
                return Waited::Early;
            }
        };
        if waited == Waited::Done && wish.mode == Mode::Write {
            self.write_locks.set(self.write_locks.get() + 1);
        }
        waited
    }

    /// Gives it back.
    #[inline]
    pub fn give_lock_back(&self, service: usize, wish: Wish) {
        if wish.mode == Mode::Write {
            self.write_locks.set(self.write_locks.get() - 1);
        }
        // Under the seeded scheduler every taking of a lock is a point where others may come in between.
        let stay = if self.scheduler().is_random() { Stay::Long } else { wish.stay };
        self.scheduler().locks.0[service].give_back(wish.mode, stay, &self.around(service));
    }

    fn around(&self, service: usize) -> Around {
        Around { scheduler: self.scheduler(), me: self.worker.get().map(super::Worker::index), service }
    }

    #[cold]
    fn try_again(&self, lock: &Lock<TaskRef>, mode: Mode, site: u64, around: &Around) -> Waited {
        let taken = lock.try_again(mode, around, || self.begin_wait(What::Lock, site));
        if taken { Waited::Done } else { Waited::Suspend }
    }

    #[cold]
    fn queue_for(&self, lock: &Lock<TaskRef>, mode: Mode, site: u64, around: &Around) -> Waited {
        if lock.take_leaning(mode, around) {
            return Waited::Done;
        }
        // With one worker whoever holds it does not run now.
        if self.scheduler().worker_count() > 1 && lock.linger(mode) {
            return Waited::Done;
        }
        let taken = lock.take_or_queue(mode, around, || self.begin_wait(What::Lock, site));
        if taken { Waited::Done } else { Waited::Suspend }
    }
}
