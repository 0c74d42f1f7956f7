//! How a task waits: what all waiting functions have in common, and the two things that may cut a wait short, cancellation and
//! deadlines. In: the steps of a waiting function. Out: an answer, or the early end of the task's function, recorded in the trail.
//!
//! A waiting function is called again and again until it answers something else than `Suspend`:
//! ```text
//! match task.enter() {
//!     Entry::Fresh => try at once; if that fails: let waiter = task.begin_wait(What::…, site); register `waiter`; Suspend
//!     Entry::Pending => Suspend
//!     Entry::Over(answer) => it was answered: do what `answer.case` says
//!     Entry::Early { waited } => drop what the function owns (`waited`: what it kept); Early
//! }
//! ```

use std::sync::atomic::Ordering;

use pluto_abi::layout::Waited;

use super::timers::{Alarm, TimerId};
use super::wait::{Answer, Cut, Ticket, Waiter};
use super::{CANCELLED, LIMITED, NEVER, Task, TaskRef};
use crate::sync::far_fence;

/// Cases of answers that the waiting functions do not see.
const CASE_CANCELLED: u32 = u32::MAX;
const CASE_EXPIRED: u32 = u32::MAX - 1;
const CASE_STUCK: u32 = u32::MAX - 2;

/// Where a waiting function stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entry {
    /// It is called for the first time.
    Fresh,
    /// Nothing yet: it should answer `Suspend`, with nothing done.
    Pending,
    /// What it waited for has come.
    Over(Answer),
    /// The task has been cancelled, or its time is over, which is recorded: it should clean up and answer `Early`.
    Early {
        /// The wait that it had begun, to find its waiters by; if none, it has done nothing yet.
        waited: Option<Ticket>,
    },
}

/// What a task waits for, for people.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "`text` says it")]
pub enum What {
    Nothing = 0,
    Receive = 1,
    Send = 2,
    Deliver = 3,
    Publish = 4,
    Select = 5,
    Lock = 6,
    Get = 7,
    Sleep = 8,
    Reply = 9,
    Rebuild = 10,
    Room = 11,
}

impl What {
    const ALL: [What; 12] = [
        What::Nothing,
        What::Receive,
        What::Send,
        What::Deliver,
        What::Publish,
        What::Select,
        What::Lock,
        What::Get,
        What::Sleep,
        What::Reply,
        What::Rebuild,
        What::Room,
    ];

    fn text(self) -> &'static str {
        match self {
            What::Nothing => "waits",
            What::Receive => "waits to receive",
            What::Send => "waits to send",
            What::Deliver => "waits for a message to be received",
            What::Publish => "waits to publish",
            What::Select => "waits in a select",
            What::Lock => "waits for a service's lock",
            What::Get => "waits for another task",
            What::Sleep => "sleeps",
            What::Reply => "waits for another process",
            What::Rebuild => "waits for a service to be rebuilt",
            What::Room => "waits until another process takes more calls",
        }
    }
}

impl Task {
    /// The beginning of every call of a waiting function.
    #[inline(always)]
    pub fn enter(&self) -> Entry {
        let Some(ticket) = self.wait.get() else { return self.enter_fresh() };
        let Some(answer) = self.waiting.take(ticket) else { return Entry::Pending };
        self.wait.set(None);
        if answer.case < CASE_STUCK { Entry::Over(answer) } else { self.cut_short(ticket, answer) }
    }

    #[cold]
    fn cut_short(&self, ticket: Ticket, answer: Answer) -> Entry {
        match answer.case {
            CASE_CANCELLED => self.cancelled_now(),
            CASE_EXPIRED => self.expired_now(answer.word),
            _ => self.fault(super::deadlock::message(self.scheduler())),
        }
        Entry::Early { waited: Some(ticket) }
    }

    /// Has the waiting function that is called begun to wait?
    #[inline]
    pub fn is_waiting(&self) -> bool {
        self.wait.get().is_some()
    }

    /// The beginning of something that sends before it waits, like [`Task::enter`], but never `Pending`.
    pub fn enter_now(&self) -> Entry {
        if self.flags.load(Ordering::Relaxed) != 0 && self.ends_early() {
            return Entry::Early { waited: None };
        }
        Entry::Fresh
    }

    #[inline(always)]
    fn enter_fresh(&self) -> Entry {
        if self.flags.load(Ordering::Relaxed) != 0
            && let Some(instead) = self.instead()
        {
            return instead;
        }
        self.operated();
        Entry::Fresh
    }

    /// What happens instead of the first call of a waiting function.
    #[cold]
    fn instead(&self) -> Option<Entry> {
        // Under the seeded scheduler every waiting function lets others run once before it does anything.
        if self.scheduler().is_random() && !self.yielded.replace(!self.yielded.get()) {
            self.yielding.set(true);
            return Some(Entry::Pending);
        }
        self.ends_early().then_some(Entry::Early { waited: None })
    }

    /// A wait begins. The function registers the waiter (and others like it with other cases, at most `u32::MAX - 3`), then
    /// answers `Suspend`.
    #[inline]
    pub fn begin_wait(&self, what: What, site: u64) -> Waiter<TaskRef> {
        self.begin_wait_that(self.cut(), what, site)
    }

    /// The same, where the function says whether the wait may be cut.
    #[inline]
    pub fn begin_wait_that(&self, cut: Cut, what: What, site: u64) -> Waiter<TaskRef> {
        let ticket = self.waiting.begin(cut);
        self.wait.set(Some(ticket));
        self.cuttable.set(cut == Cut::May);
        self.what.store(what as u32, Ordering::Relaxed);
        self.site.store(site, Ordering::Relaxed);
        if self.flags.load(Ordering::Relaxed) & LIMITED != 0 && cut == Cut::May {
            self.arm();
        }
        Waiter { task: self.me(), ticket, case: 0 }
    }

    /// The wait is not needed any more. False: somebody has already answered it, or is about to: the function must answer
    /// `Suspend` and take the answer in its next call.
    pub fn give_up_wait(&self) -> bool {
        let given_up = self.wait.get().is_none_or(|ticket| self.waiting.retract(ticket));
        if given_up {
            self.wait.set(None);
        }
        given_up
    }

    /// May a wait of this task be cut now? Not while it changes a service.
    pub fn cut(&self) -> Cut {
        if self.write_locks.get() > 0 { Cut::MayNot } else { Cut::May }
    }

    /// Has it been asked to end, or is its time over, and may it end here? Then that is recorded.
    fn ends_early(&self) -> bool {
        if self.cut() == Cut::MayNot {
            return false;
        }
        if self.flags.load(Ordering::Relaxed) & CANCELLED != 0 {
            self.cancelled_now();
            return true;
        }
        let deadline = self.deadline.load(Ordering::Relaxed);
        let over = deadline != NEVER && self.scheduler().clock.now() >= deadline;
        if over {
            self.expired_now(deadline);
        }
        over
    }

    /// A wait that is about to suspend, as the worker will look at it once more when the task has left its stack: a cancellation
    /// that did not see the wait has left its mark by then.
    pub(super) fn last_look(&self) -> Option<Ticket> {
        self.wait.get().filter(|_| self.cuttable.get())
    }

    /// That look: only atomics, as the task may be running elsewhere.
    #[inline]
    pub(super) fn look_again(task: TaskRef, ticket: Ticket) {
        let flags = task.task().flags.load(Ordering::Relaxed);
        if flags != 0 {
            Task::cut_at_last(task, ticket, flags);
        }
    }

    #[cold]
    fn cut_at_last(task: TaskRef, ticket: Ticket, flags: u32) {
        let me = task.task();
        let deadline = me.deadline.load(Ordering::Relaxed);
        if flags & CANCELLED != 0 {
            finish(task, ticket, CASE_CANCELLED, 0);
        } else if flags & LIMITED != 0 && me.scheduler().clock.now() >= deadline {
            finish(task, ticket, CASE_EXPIRED, deadline);
        }
    }

    /// Asks the task to end at its next wait, or in the one under way. The caller makes sure that the task has not ended, or that
    /// it does not matter which task is meant.
    pub(crate) fn cancel(&self) {
        self.flags.fetch_or(CANCELLED, Ordering::SeqCst);
        self.cut_now(CASE_CANCELLED, 0);
    }

    /// Its time is over. By the timer, with the timers locked, so that the task cannot leave the `within` meanwhile.
    pub(super) fn expire(&self) {
        self.cut_now(CASE_EXPIRED, self.deadline.load(Ordering::Relaxed));
    }

    /// Cuts the wait under way, if it may be cut. If there is none: one that begins now sees the reason, or we see the wait, as both of
    /// us pass a barrier in between (see `standing`).
    fn cut_now(&self, case: u32, word: u64) {
        if !cut_current(self.me(), case, word) && !self.is_done() {
            far_fence();
            cut_current(self.me(), case, word);
        }
    }

    /// The task's wait ends with the fault that all tasks wait for each other. False if its wait may not be cut.
    pub(super) fn get_unstuck(&self) -> bool {
        cut_current(self.me(), CASE_STUCK, 0)
    }

    /// A deadline so many nanoseconds from now for what follows: the one that held before, and this one.
    pub fn begin_deadline(&self, nanoseconds: i64) -> (u64, u64) {
        let before = self.deadline.load(Ordering::Relaxed);
        let span = u64::try_from(nanoseconds).unwrap_or(0);
        let own = self.scheduler().clock.now().saturating_add(span).min(NEVER - 1);
        if own < before {
            self.set_deadline(own);
        }
        (before, own)
    }

    /// A deadline for all that the task does. Before it waits for the first time.
    pub fn limit(&self, deadline: u64) {
        if deadline < self.deadline.load(Ordering::Relaxed) {
            self.set_deadline(deadline);
        }
    }

    /// The `within` is over; this deadline holds again.
    pub fn end_deadline(&self, before: u64) {
        if self.deadline.load(Ordering::Relaxed) != before {
            self.set_deadline(before);
        }
    }

    fn set_deadline(&self, deadline: u64) {
        self.disarm();
        self.deadline.store(deadline, Ordering::Relaxed);
        if deadline == NEVER {
            self.flags.fetch_and(!LIMITED, Ordering::Relaxed);
        } else {
            self.flags.fetch_or(LIMITED, Ordering::Relaxed);
        }
    }

    /// The effective deadline, in the scheduler's nanoseconds.
    pub fn deadline(&self) -> u64 {
        self.deadline.load(Ordering::Relaxed)
    }

    /// Sets the timer of the deadline, unless it is set.
    fn arm(&self) {
        if self.timer.get().is_none() {
            let id = self.scheduler().add_timer(self.deadline.load(Ordering::Relaxed), Alarm::Deadline(self.me()));
            self.timer.set(Some(id));
        }
    }

    pub(super) fn disarm(&self) {
        if let Some(id) = self.timer.take() {
            self.scheduler().remove_timer(id);
        }
    }

    /// Waiting function: waits for so many nanoseconds.
    pub fn sleep(&self, nanoseconds: i64, site: u64) -> Waited {
        match self.enter() {
            Entry::Fresh => {
                let waiter = self.begin_wait(What::Sleep, site);
                let span = u64::try_from(nanoseconds).unwrap_or(0);
                let id = self.add_timer(self.scheduler().clock.now().saturating_add(span), waiter);
                self.kept.set(id.to_words());
                Waited::Suspend
            }
            Entry::Pending => Waited::Suspend,
            Entry::Over(_) => Waited::Done,
            Entry::Early { waited } => {
                if waited.is_some() {
                    self.scheduler().remove_timer(TimerId::from_words(self.kept.get()));
                }
                Waited::Early
            }
        }
    }

    /// The task receives from a channel or topic that the program declares: when the program ends, it may see the end of it.
    pub fn takes_declared(&self) {
        if !self.takes_declared.replace(true) {
            self.scheduler().count_taker(true);
        }
    }

    /// A timer that ends a wait with this waiter.
    pub fn add_timer(&self, at: u64, waiter: Waiter<TaskRef>) -> TimerId {
        self.scheduler().add_timer(at, Alarm::Wait(waiter))
    }

    /// `main`, `task 3`.
    fn title(&self) -> String {
        if self.scheduler().is_watched(self) { "main".to_string() } else { format!("task {}", self.id()) }
    }

    /// `task 3 waits to receive` and the number of the place, if it waits. From any thread, while the task does not run.
    pub(super) fn waits_for(&self) -> (String, u64) {
        let what = What::ALL.get(self.what.load(Ordering::Relaxed) as usize).copied().unwrap_or(What::Nothing);
        (format!("{} {}", self.title(), what.text()), self.site.load(Ordering::Relaxed))
    }
}

fn finish(task: TaskRef, ticket: Ticket, case: u32, word: u64) {
    Waiter { task, ticket, case }.finish(word);
}

fn cut_current(task: TaskRef, case: u32, word: u64) -> bool {
    match task.task().waiting.claim_current() {
        Some(ticket) => {
            Waiter { task, ticket, case }.answer(word);
            true
        }
        None => false,
    }
}
