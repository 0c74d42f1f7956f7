//! Tasks at the locks of services. In: a task, the number of a service, how it wants the lock. Out: what a waiting function answers.

use pluto_abi::layout::Waited;

use super::lock::{AGAIN, Lock, Mode};
use super::wait::Answer;
use super::{Entry, Task, TaskRef, What};

/// The locks of all services of the process, by number.
#[derive(Debug)]
pub struct Locks(Vec<Lock<TaskRef>>);

impl Locks {
    /// So many free locks.
    pub fn new(count: usize) -> Locks {
        Locks((0..count).map(|_| Lock::default()).collect())
    }
}

impl Task {
    /// Waiting function: takes the lock of a service. Nobody overtakes those who wait.
    #[inline]
    pub fn take_lock(&self, service: usize, mode: Mode, site: u64) -> Waited {
        let lock = &self.scheduler().locks.0[service];
        let waited = match self.enter() {
            Entry::Fresh if lock.try_take(mode) => Waited::Done,
            Entry::Fresh => self.queue_for(lock, mode, site),
            Entry::Over(Answer { word: AGAIN, .. }) => self.try_again(lock, mode, site),
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
        if waited == Waited::Done && mode == Mode::Write {
            self.write_locks.set(self.write_locks.get() + 1);
        }
        waited
    }

    /// Gives it back.
    #[inline]
    pub fn give_lock_back(&self, service: usize, mode: Mode) {
        if mode == Mode::Write {
            self.write_locks.set(self.write_locks.get() - 1);
        }
        self.scheduler().locks.0[service].give_back(mode);
    }

    #[cold]
    fn try_again(&self, lock: &Lock<TaskRef>, mode: Mode, site: u64) -> Waited {
        if lock.try_again(mode, || self.begin_wait(What::Lock, site)) { Waited::Done } else { Waited::Suspend }
    }

    #[cold]
    fn queue_for(&self, lock: &Lock<TaskRef>, mode: Mode, site: u64) -> Waited {
        // With one worker whoever holds it does not run now.
        if self.scheduler().worker_count() > 1 && lock.linger(mode) {
            return Waited::Done;
        }
        if lock.take_or_queue(mode, || self.begin_wait(What::Lock, site)) { Waited::Done } else { Waited::Suspend }
    }
}
