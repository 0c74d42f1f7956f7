//! `select` as a task waits for it. In: the task, arms, a time limit, whether there is a default. Out: which arm, and what it
//! received; or what generated code is to do next.

use pluto_abi::layout::{SELECTED, Waited};

use super::select::{self, Arms, Deed, Selected};
use super::waits::closed;
use super::{Heard, Place, heard};
use crate::heap::ends::Queue;
use crate::task::timers::TimerId;
use crate::task::wait::{Answer, Ticket, Waiter};
use crate::task::{Entry, NEVER, Task, TaskRef, What};

/// A `select` that waits. Kept by the task, and used again for the next one.
#[derive(Debug, Default)]
pub struct Selecting {
    places: Vec<Option<Place>>,
    ticket: Option<Ticket>,
    /// When `after` comes, in the scheduler's nanoseconds.
    until: u64,
    timer: Option<TimerId>,
}

/// What a `select` has besides its arms.
#[derive(Clone, Copy, Debug)]
pub struct Rest {
    /// `after` so many nanoseconds.
    pub after: Option<u64>,
    /// There is a default.
    pub default: bool,
    /// Its place.
    pub site: u64,
}

/// Waiting function: the number that the table describes; `out` is what was received.
pub(crate) fn select<'a>(task: &Task, arms: &impl Arms<'a, TaskRef, Queue>, rest: Rest, out: &mut u64) -> u64 {
    match task.enter() {
        Entry::Fresh => {
            let mut selecting = task.channels().selecting.take().unwrap_or_default();
            let now = || task.scheduler().clock.now();
            selecting.until = rest.after.map_or(NEVER, |after| now().saturating_add(after).min(NEVER - 1));
            keep(task, selecting, |selecting| selecting.go(task, arms, rest, out))
        }
        Entry::Pending => Waited::Suspend as u64,
        Entry::Over(answer) => {
            let selecting = task.channels().selecting.take().unwrap_or_default();
            keep(task, selecting, |selecting| selecting.answered(task, arms, rest, answer, out))
        }
        Entry::Early { waited } => {
            if waited.is_some()
                && let Some(mut selecting) = task.channels().selecting.take()
            {
                selecting.withdraw(task, arms);
                *task.channels().selecting.borrow_mut() = Some(selecting);
            }
            Waited::Early as u64
        }
    }
}

fn keep(task: &Task, mut selecting: Box<Selecting>, run: impl FnOnce(&mut Selecting) -> u64) -> u64 {
    let result = run(&mut selecting);
    *task.channels().selecting.borrow_mut() = Some(selecting);
    result
}

impl Selecting {
    /// Takes an arm, or waits.
    fn go<'a>(&mut self, task: &Task, arms: &impl Arms<'a, TaskRef, Queue>, rest: Rest, out: &mut u64) -> u64 {
        loop {
            let start = draw(task, arms.count());
            let tried =
                if arms.count() == 0 && rest.after.is_some() { Selected::None } else { select::attempt(arms, start) };
            match tried {
                Selected::Arm(arm, word) => return taken(arm, word, arms, out),
                Selected::Gone(_) | Selected::None if rest.default => return SELECTED + arms.count() as u64 + 1,
                Selected::Gone(gone) => return closed(gone) as u64,
                Selected::None if rest.after == Some(0) => return SELECTED + arms.count() as u64,
                Selected::None | Selected::Waits(_) => {}
            }
            let waiter = task.begin_wait(What::Select, rest.site);
            match select::register(arms, start, waiter, || task.give_up_wait(), &mut self.places) {
                Selected::Arm(arm, word) => return taken(arm, word, arms, out),
                Selected::Waits(ticket) => {
                    self.ticket = Some(ticket);
                    self.set_timer(task, waiter, arms.count());
                    return Waited::Suspend as u64;
                }
                // What was ready is gone already.
                Selected::None | Selected::Gone(_) => {}
            }
        }
    }

    fn answered<'a>(
        &mut self,
        task: &Task,
        arms: &impl Arms<'a, TaskRef, Queue>,
        rest: Rest,
        answer: Answer,
        out: &mut u64,
    ) -> u64 {
        self.withdraw(task, arms);
        let (case, heard) = heard(answer);
        match heard {
            Heard::Word(_) if case as usize == arms.count() => SELECTED + arms.count() as u64,
            Heard::Word(word) => taken(case as usize, word, arms, out),
            // One was disconnected. The others may still come.
            Heard::Gone(_) => self.go(task, arms, rest, out),
        }
    }

    /// The wait is over: out of all channels and timers.
    fn withdraw<'a>(&mut self, task: &Task, arms: &impl Arms<'a, TaskRef, Queue>) {
        if let Some(timer) = self.timer.take() {
            task.scheduler().remove_timer(timer);
        }
        if let Some(ticket) = self.ticket.take() {
            select::withdraw(arms, task.me(), ticket, &mut self.places);
        }
    }

    fn set_timer(&mut self, task: &Task, waiter: Waiter<TaskRef>, count: usize) {
        if self.until != NEVER {
            let waiter = Waiter { case: count as u32, ..waiter };
            self.timer = Some(task.add_timer(self.until, waiter));
        }
    }
}

fn taken<'a>(arm: usize, word: u64, arms: &impl Arms<'a, TaskRef, Queue>, out: &mut u64) -> u64 {
    if arms.arm(arm).deed == Deed::Receive {
        *out = word;
    }
    SELECTED + arm as u64
}

/// Where to begin, so that no arm is preferred.
fn draw(task: &Task, count: usize) -> usize {
    let clock = &task.scheduler().clock;
    match count {
        0 | 1 => 0,
        _ if clock.is_seeded() => clock.choose(count),
        _ => fastrand::usize(..count),
    }
}
