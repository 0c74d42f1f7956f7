//! How tasks end, one by one and all of them: what is counted of them, whether anything goes on or can, and the end of the threads. In:
//! ends of tasks, and the wish to end. Out: the word that nothing is left.

use std::sync::PoisonError;
use std::sync::atomic::{Ordering, fence};

use super::{Comes, Scheduler};
use crate::os::slot;
use crate::sync::{far_fence, near_fence};
use crate::task::timers::Alarm;
use crate::task::worker::{Desk, Worker};
use crate::task::{NEVER, Task, TaskRef, deadlock};

impl Scheduler {
    pub(in crate::task) fn task_ended(&self, desk: &Desk) {
        desk.ended.add_own(1);
        near_fence();
        if self.ending_tasks.load(Ordering::Relaxed) {
            // Of two that end at the same time, one sees both.
            fence(Ordering::SeqCst);
            if self.task_count() == 0 {
                self.nudge();
            }
        }
    }

    /// One more, or one fewer, task that receives from what the program declares.
    pub(in crate::task) fn count_taker(&self, came: bool) {
        if came {
            self.takers.fetch_add(1, Ordering::SeqCst);
        } else if self.takers.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.nudge();
        }
    }

    /// Are there tasks that have received from what the program declares?
    pub fn has_takers(&self) -> bool {
        self.takers.load(Ordering::SeqCst) > 0
    }

    /// A detached call begins, or has ended.
    pub(in crate::task) fn count_detached_call(&self, comes: Comes) {
        match comes {
            Comes::Yes => self.detached_calls.fetch_add(1, Ordering::SeqCst),
            Comes::No => self.detached_calls.fetch_sub(1, Ordering::SeqCst),
        };
    }

    /// Are there detached calls that run here as tasks?
    pub fn has_detached_calls(&self) -> bool {
        self.detached_calls.load(Ordering::SeqCst) > 0
    }

    /// Does nothing run or wait to run, but for this thread?
    pub fn is_idle(&self) -> bool {
        let queues_are_empty = || (0..self.worker_count()).all(|index| self.desk(index).is_empty());
        let has_own_work = self.own_worker().is_some_and(Worker::has_own_work);
        !has_own_work && !self.has_work() && queues_are_empty() && self.sleepers.sleeping() + 1 >= self.worker_count()
    }

    /// May something outside wake a task: connections that are served, calls under way?
    pub(in crate::task) fn has_sources(&self) -> bool {
        let desks = || (0..self.worker_count()).map(|index| self.desk(index));
        // First what ended: then they are equal only if nothing was under way.
        let ended: u64 = desks().map(|desk| desk.calls_ended.get()).sum();
        let begun: u64 = desks().map(|desk| desk.calls_begun.get()).sum();
        begun != ended || self.sources.load(Ordering::SeqCst) > 0
    }

    /// How many tasks have not ended.
    pub fn task_count(&self) -> usize {
        // First who ended: then the result is 0 only if that was true.
        let desks = || (0..self.worker_count()).map(|index| self.desk(index));
        let ended: u64 = desks().map(|desk| desk.ended.get()).sum();
        let begun: u64 = desks().map(|desk| desk.begun.get()).sum();
        (begun + self.begun_outside.load(Ordering::SeqCst)).wrapping_sub(ended) as usize
    }

    /// Calls `visit` with each task that has not ended.
    pub(crate) fn each_task(&'static self, mut visit: impl FnMut(&'static Task)) {
        slot::each(|task| {
            let task = task.task();
            if !task.is_done() && task.scheduler.get().is_some_and(|other| std::ptr::eq(other, self)) {
                visit(task);
            }
        });
    }

    /// All workers sleep, and there is no work: can anything wake a task?
    pub(in crate::task) fn look_for_deadlock(&'static self) {
        let Some(watched) = self.watched.get() else { return };
        let possible = !self.nudged.load(Ordering::SeqCst) && !self.has_sources() && self.timers.earliest() == NEVER;
        // A worker may be just starting, or just have been woken.
        if possible && self.sleepers.sleeping() == self.worker_count() && !self.has_work() {
            deadlock::found(self, watched);
        }
    }

    /// Asks all tasks to end, and runs them until they have, for so many nanoseconds at most. True: they have.
    pub fn end_tasks(&'static self, limit: u64) -> bool {
        self.ending_tasks.store(true, Ordering::SeqCst);
        // Whoever ends a task now sees that, or we see that it has ended.
        far_fence();
        self.each_task(Task::cancel);
        let until = self.clock.now().saturating_add(limit);
        self.run_until_or(until, || self.task_count() == 0);
        self.ending_tasks.store(false, Ordering::SeqCst);
        self.task_count() == 0
    }

    /// If all tasks are asked to end, this one is too, which begins now.
    pub(in crate::task) fn end_with_all(&self, task: &Task) {
        near_fence();
        if self.ending_tasks.load(Ordering::Relaxed) {
            task.cancel();
        }
    }

    /// Does nothing go on, and will nothing wake anybody?
    pub fn is_stuck(&self) -> bool {
        self.is_idle() && self.timers.earliest() == NEVER && !self.has_sources()
    }

    /// Asks all tasks but this one to end.
    pub fn cancel_others(&'static self, task: TaskRef) {
        self.each_task(|other| {
            if !std::ptr::eq(other, task.task()) {
                other.cancel();
            }
        });
    }

    /// [`Scheduler::run_until`], but not beyond this time.
    pub fn run_until_or(&'static self, until: u64, done: impl Fn() -> bool) {
        let timer = self.add_timer(until, Alarm::Nudge(self));
        self.run_until(|| done() || self.clock.now() >= until);
        self.remove_timer(timer);
    }

    /// Ends the threads, which finish what they are running. No task runs afterwards.
    pub fn shut_down(&self) {
        self.ending.store(true, Ordering::SeqCst);
        self.monitor.stop();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        (0..self.worker_count()).for_each(|index| self.unpark(index));
        for thread in threads {
            if thread.join().is_err() {
                std::process::abort();
            }
        }
    }

    pub(in crate::task) fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Relaxed)
    }
}
