//! What comes from outside: sockets and timers. In: the worker that keeps the reactor while it sleeps, and those that look by the way.
//! Out: tasks that are ready; the keeper, woken when it has to look earlier.

use std::sync::atomic::Ordering;

use super::Scheduler;
use crate::task::NEVER;
use crate::task::reactor::Reactor;
use crate::task::timers::{Alarm, TimerId};
use crate::task::worker::Desk;

impl Scheduler {
    pub(in crate::task) fn become_keeper(&self) -> bool {
        !self.kept.load(Ordering::Relaxed) && !self.kept.swap(true, Ordering::SeqCst)
    }

    pub(in crate::task) fn resign_as_keeper(&self) {
        self.kept.store(false, Ordering::SeqCst);
    }

    /// Does somebody keep the reactor?
    pub(in crate::task) fn is_kept(&self) -> bool {
        self.kept.load(Ordering::SeqCst)
    }

    /// The keeper waits: until it is woken, something has come from outside, or a timer is due.
    pub(in crate::task) fn keep(&self, desk: &Desk, has_work: impl Fn() -> bool) {
        if self.is_random() && !self.has_sources() && self.timers.earliest() != NEVER {
            self.clock.jump(self.timers.earliest());
            return;
        }
        let has_work = || has_work() || self.waits_to_be_flushed();
        loop {
            let until = self.timers.earliest();
            self.keeps_until.store(until, Ordering::SeqCst);
            if self.timers.earliest() != until {
                continue;
            }
            let now = self.clock.now();
            if desk.token.swap(false, Ordering::SeqCst) || has_work() || until <= now {
                break;
            }
            match self.reactor.get() {
                Some(reactor) => reactor.wait(desk, &has_work, (until != NEVER).then(|| self.clock.moment(until))),
                None if until == NEVER => std::thread::park(),
                None => std::thread::park_timeout(std::time::Duration::from_nanos(until - now)),
            }
        }
        self.keeps_until.store(0, Ordering::SeqCst);
    }

    /// Looks at the reactor and the timers, unless somebody else does.
    pub(in crate::task) fn poll(&self, worker: usize) {
        if self.is_to_look_out() {
            self.looks_out.store(false, Ordering::Relaxed);
        }
        if self.timers.earliest() != NEVER {
            self.fire_timers();
        }
        let Some(reactor) = self.reactor.get() else { return };
        self.prepare_to_wait();
        if self.become_keeper() {
            reactor.turn(worker);
            self.resign_as_keeper();
        }
    }

    pub(in crate::task) fn fire_timers(&self) {
        if self.timers.earliest() != NEVER {
            self.timers.fire(self.clock.now());
        }
    }

    pub(in crate::task) fn timer_is_due(&self) -> bool {
        let earliest = self.timers.earliest();
        earliest != NEVER && earliest <= self.clock.now()
    }

    /// Adds a timer.
    pub(crate) fn add_timer(&self, at: u64, alarm: Alarm) -> TimerId {
        let (id, first) = self.timers.add(at, alarm);
        if first && at < self.keeps_until.load(Ordering::SeqCst) {
            self.poke_keeper();
        }
        id
    }

    /// Removes a timer; see `Timers::remove`.
    pub fn remove_timer(&self, id: TimerId) -> bool {
        self.timers.remove(id)
    }

    /// Is any timer set?
    pub fn has_timers(&self) -> bool {
        self.timers.earliest() != NEVER
    }

    /// The keeper has to look again how long it may wait.
    fn poke_keeper(&self) {
        if let Some(index) = self.sleepers.keeper() {
            self.unpark(index);
        }
    }

    pub(in crate::task) fn has_reactor(&self) -> bool {
        self.reactor.get().is_some()
    }

    pub(super) fn reactor(&'static self) -> &'static Reactor {
        if let Some(reactor) = self.reactor.get() {
            return reactor;
        }
        let reactor = self
            .reactor
            .get_or_init(|| Reactor::start().unwrap_or_else(|error| panic!("the reactor cannot start: {error}")));
        self.start_monitor();
        // Who waits for timers only waits in the reactor from now on.
        self.poke_keeper();
        reactor
    }
}
