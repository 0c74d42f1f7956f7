//! One task's wait for one of several things. In: a wait that begins; others that want to answer it. Out: exactly one answer.
//!
//! A wait has a ticket. Queues, timers and cancellation hold the ticket and try to *claim* the wait; one of them wins, leaves an
//! answer and wakes the task. The losers find out when they try, at any later time: tickets are never used again, and the memory
//! of a task is never given back, only used for later tasks with later tickets. So nobody has to count owners of tasks.

use crate::sync::atomic::{AtomicU64, Ordering};

/// A task, as those see it who answer its waits. Copies stay valid for ever (see above).
pub trait Sleeper: Copy + Send {
    /// Its wait.
    fn waiting(&self) -> &Waiting;
    /// That wait of it was answered: makes it run again, or not suspend at all if it was just about to. Once for each answer.
    fn wake(&self, answered: Ticket);
}

/// The number of a wait.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Ticket(u64);

impl Ticket {
    /// The number itself, which is small enough for two bits below it.
    #[inline]
    pub(super) fn number(self) -> u64 {
        self.0
    }
}

/// May cancellation and deadlines end this wait?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cut {
    /// Yes.
    May,
    /// No: it goes on until what it waits for has come.
    MayNot,
}

/// What a wait ended with: which of the things that it waited for, and a word that belongs to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Answer {
    /// The number under which it was registered.
    pub case: u32,
    /// What that has to say.
    pub word: u64,
}

/// A waiting task as queues hold it.
#[derive(Clone, Copy, Debug)]
pub struct Waiter<S> {
    /// Who waits.
    pub task: S,
    /// Which of its waits.
    pub ticket: Ticket,
    /// Which of the things that it waits for.
    pub case: u32,
}

/// The wait of one task.
///
/// `state` is a ticket and one of the phases below. Rules: only the task itself begins and retracts; whoever moves `OPEN` (or, not
/// for cancellation, `FIRM`) to `CLAIMED` is the only one who may answer; `case` and `word` are written between `CLAIMED` and
/// `ANSWERED` and read after `ANSWERED`.
#[derive(Debug)]
pub struct Waiting {
    state: AtomicU64,
    case: AtomicU64,
    word: AtomicU64,
}

const PHASES: u64 = 8;
const IDLE: u64 = 0;
const OPEN: u64 = 1;
const FIRM: u64 = 2;
const CLAIMED: u64 = 3;
const ANSWERED: u64 = 4;

impl Default for Waiting {
    fn default() -> Waiting {
        Waiting::new()
    }
}

impl Waiting {
    /// No wait.
    pub fn new() -> Waiting {
        Waiting { state: AtomicU64::new(IDLE), case: AtomicU64::new(0), word: AtomicU64::new(0) }
    }

    /// Begins a wait. Only the task itself, with no wait under way.
    #[inline]
    pub fn begin(&self, cut: Cut) -> Ticket {
        let ticket = self.state.load(Ordering::Relaxed) / PHASES + 1;
        let phase = match cut {
            Cut::May => OPEN,
            Cut::MayNot => FIRM,
        };
        self.state.store(ticket * PHASES + phase, Ordering::Release);
        Ticket(ticket)
    }

    /// How many waits were begun. Only the task itself.
    pub fn begun(&self) -> u64 {
        self.state.load(Ordering::Relaxed) / PHASES
    }

    /// Wins the right to answer that wait, which then must be used at once.
    #[inline]
    pub fn claim(&self, ticket: Ticket) -> bool {
        let claimed = ticket.0 * PHASES + CLAIMED;
        [OPEN, FIRM].into_iter().any(|phase| {
            let open = ticket.0 * PHASES + phase;
            self.state.compare_exchange(open, claimed, Ordering::AcqRel, Ordering::Relaxed).is_ok()
        })
    }

    /// The same for whatever wait is under way, if it may be cut.
    pub fn claim_current(&self) -> Option<Ticket> {
        let state = self.state.load(Ordering::Acquire);
        let ticket = Ticket(state / PHASES);
        let claimed = ticket.0 * PHASES + CLAIMED;
        let may = state % PHASES == OPEN
            && self.state.compare_exchange(state, claimed, Ordering::AcqRel, Ordering::Relaxed).is_ok();
        may.then_some(ticket)
    }

    /// Answers a wait that was claimed. The task must be woken afterwards.
    #[inline(always)]
    pub fn answer(&self, ticket: Ticket, answer: Answer) {
        self.case.store(u64::from(answer.case), Ordering::Relaxed);
        self.word.store(answer.word, Ordering::Relaxed);
        self.state.store(ticket.0 * PHASES + ANSWERED, Ordering::Release);
    }

    /// The answer, once: the wait is over. Only the task itself.
    #[inline]
    pub fn take(&self, ticket: Ticket) -> Option<Answer> {
        if self.state.load(Ordering::Acquire) != ticket.0 * PHASES + ANSWERED {
            return None;
        }
        let (case, word) = (self.case.load(Ordering::Relaxed), self.word.load(Ordering::Relaxed));
        self.state.store(ticket.0 * PHASES + IDLE, Ordering::Relaxed);
        Some(Answer { case: case as u32, word })
    }

    /// Gives the wait up: false if somebody has claimed it, whose answer must be taken. Only the task itself.
    pub fn retract(&self, ticket: Ticket) -> bool {
        let idle = ticket.0 * PHASES + IDLE;
        [OPEN, FIRM].into_iter().any(|phase| {
            let open = ticket.0 * PHASES + phase;
            self.state.compare_exchange(open, idle, Ordering::AcqRel, Ordering::Relaxed).is_ok()
        })
    }

    /// Has it been answered, and the answer not been taken?
    #[inline]
    pub fn is_answered(&self, ticket: Ticket) -> bool {
        self.state.load(Ordering::Acquire) == ticket.0 * PHASES + ANSWERED
    }

    /// Is somebody still to answer it? For those who clean up their queues.
    pub fn is_open(&self, ticket: Ticket) -> bool {
        let state = self.state.load(Ordering::Acquire);
        state == ticket.0 * PHASES + OPEN || state == ticket.0 * PHASES + FIRM
    }
}

impl<S: Sleeper> Waiter<S> {
    /// Ends the wait with this word and wakes the task; false if something else ended it before.
    pub fn finish(&self, word: u64) -> bool {
        let claimed = self.task.waiting().claim(self.ticket);
        if claimed {
            self.answer(word);
        }
        claimed
    }

    /// Answers after a successful [`Waiting::claim`].
    #[inline(always)]
    pub fn answer(&self, word: u64) {
        self.task.waiting().answer(self.ticket, Answer { case: self.case, word });
        self.task.wake(self.ticket);
    }
}
