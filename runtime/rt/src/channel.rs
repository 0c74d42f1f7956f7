//! Channels within a process. In: messages (words), tasks that wait ([`Sleeper`]), ends that come and go. Out: each message to
//! exactly one receiver, in the order of its sender; who waits is answered and woken.
//!
//! Nothing here blocks: an operation that cannot go on registers the task's wait and says so ([`Step::Waits`]); the answer comes
//! through the wait and is read with [`heard`]. A task whose wait ended otherwise (cancelled, another arm of a `select`) takes
//! itself out with [`Channel::withdraw`] before it begins another one. Wake-ups are given and messages are dropped after the
//! lock was released: dropping a message may free ends of other channels, or of this one.

mod line;
#[cfg(not(loom))]
pub mod named;
pub mod select;
#[cfg(not(loom))]
pub mod selects;
mod state;
pub mod topic;
#[cfg(not(loom))]
pub mod waits;
mod watch;

#[cfg(all(test, loom))]
mod loom_tests;
#[cfg(all(test, not(loom)))]
mod tests;

use crate::sync::Latch;
use crate::task::wait::{Answer, Sleeper, Ticket, Waiter};
use state::{After, CLOSED, First, Refusal, State};
pub use state::{Gone, Place, Side};

/// What a channel does to its messages.
pub trait Messages {
    /// One more owner of a message.
    fn another(&self, word: u64) -> u64;
    /// A message that nobody receives is dropped.
    fn discard(&self, word: u64);
    /// A queue stays nearly full: tells it to whoever reads the log.
    fn warn(&self, capacity: usize);
}

/// No bound.
pub const UNBOUNDED: usize = usize::MAX;

/// A channel.
#[derive(Debug)]
pub struct Channel<S: Sleeper, M: Messages> {
    state: Latch<State<S>>,
    messages: M,
}

/// What is counted of a channel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counts {
    /// How many messages are queued.
    pub queued: usize,
    /// How many fit; `None`: any number.
    pub capacity: Option<usize>,
    /// How many were taken.
    pub taken: u64,
    /// How many a lossy queue has dropped.
    pub dropped: u64,
}

/// How far an operation came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step<T> {
    /// It is done.
    Done(T),
    /// The task's wait has begun: the answer comes through it.
    Waits(Parked),
    /// The channel is disconnected.
    Gone(Gone),
}

/// A wait that has begun, and where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Parked {
    /// The wait.
    pub ticket: Ticket,
    /// The place.
    pub place: Place,
}

/// What a channel answered to a wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Heard {
    /// Of a receiver: the message; of a sender: its number; of who waits until a message is taken: nothing.
    Word(u64),
    /// The channel is disconnected.
    Gone(Gone),
}

/// Reads an answer: which case of the wait, and what it says.
pub fn heard(answer: Answer) -> (u32, Heard) {
    let case = answer.case & !CLOSED;
    match answer.case & CLOSED {
        0 => (case, Heard::Word(answer.word)),
        _ => (case, Heard::Gone(Gone { lost: answer.word != 0 })),
    }
}

impl<S: Sleeper, M: Messages> Channel<S, M> {
    /// An open channel with one end on each side. Capacity 0: who sends waits for a receiver.
    pub fn new(capacity: usize, messages: M) -> Channel<S, M> {
        Channel { state: Latch::leaning(State::new(capacity)), messages }
    }

    /// What it knows of its messages.
    pub fn messages(&self) -> &M {
        &self.messages
    }

    /// Sends a message, which is taken in any case. Done: its number (see [`Channel::await_taken`]); so says the answer. `wait`
    /// begins the task's wait, if there has to be one.
    #[inline]
    pub fn send(&self, word: u64, wait: impl FnOnce() -> Waiter<S>) -> Step<u64> {
        self.change(|state, first, after| match state.put(word, first, after) {
            Ok(number) => Step::Done(number),
            Err(Refusal::Gone(gone)) => {
                after.discard(word);
                Step::Gone(gone)
            }
            Err(Refusal::Full) => {
                let waiter = wait();
                Step::Waits(Parked { ticket: waiter.ticket, place: state.wait_for_room(waiter, word) })
            }
        })
    }

    /// Sends if that is possible at once. The message is taken in any case.
    pub fn try_send(&self, word: u64) -> bool {
        self.change(|state, first, after| {
            let sent = state.put(word, first, after).is_ok();
            if !sent {
                after.discard(word);
            }
            sent
        })
    }

    /// Sends without waiting: a full queue drops its oldest message.
    pub fn send_lossy(&self, word: u64) -> Result<u64, Gone> {
        self.change(|state, first, after| {
            let sent = state.put_lossy(word, first, after);
            if sent.is_err() {
                after.discard(word);
            }
            sent
        })
    }

    /// Waits until a receiver has taken the message with this number, or nobody can any more.
    pub fn await_taken(&self, number: u64, wait: impl FnOnce() -> Waiter<S>) -> Step<()> {
        self.change(|state, _, _| match state.was_taken(number) {
            Some(Ok(())) => Step::Done(()),
            Some(Err(gone)) => Step::Gone(gone),
            None => {
                let waiter = wait();
                Step::Waits(Parked { ticket: waiter.ticket, place: state.wait_for_receipt(waiter, number) })
            }
        })
    }

    /// Receives a message; so does the answer.
    #[inline]
    pub fn recv(&self, wait: impl FnOnce() -> Waiter<S>) -> Step<u64> {
        self.change(|state, first, after| match (state.take(first, after), state.gone) {
            (Some(word), _) => Step::Done(word),
            (None, Some(gone)) => Step::Gone(gone),
            (None, None) => {
                let waiter = wait();
                Step::Waits(Parked { ticket: waiter.ticket, place: state.wait_for_message(waiter) })
            }
        })
    }

    /// Receives a message if there is one, or one is offered.
    pub fn try_recv(&self) -> Option<u64> {
        self.change(State::take)
    }

    /// The task's wait ended otherwise, or it gives the wait up: what it offered is dropped.
    pub fn withdraw(&self, task: S, parked: Parked) {
        self.change(|state, _, after| state.withdraw(&task, parked.ticket, parked.place, after));
    }

    /// Disconnects it: sends fail from now on, queued messages still arrive. Again: nothing happens.
    pub fn close(&self) {
        self.change(|state, _, after| state.close(Gone { lost: false }, after));
    }

    /// One more end that will go away by itself.
    pub fn side_came(&self, side: Side) {
        self.state.lock().side_came(side);
    }

    /// An end went away. The last of its side disconnects the channel; `lost`: because its task faulted or was cancelled.
    /// Messages that nobody can receive any more are handed to the caller, who drops them without recursion.
    #[must_use]
    pub fn side_gone(&self, side: Side, lost: bool) -> Vec<u64> {
        let mut after = After::default();
        self.state.lock().side_gone(side, Gone { lost }, &mut after);
        if after.rest.is_some() {
            after.wake_all();
        }
        after.into_litter()
    }

    /// For the next test of a program: open and empty again. Nobody may be waiting.
    pub fn reopen(&self) {
        self.change(|state, _, after| state.reopen(after));
    }

    /// How many messages are queued.
    pub fn len(&self) -> usize {
        self.state.lock().queue.len()
    }

    /// Is nothing queued?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many fit; `None`: any number.
    pub fn capacity(&self) -> Option<usize> {
        Some(self.state.lock().capacity).filter(|&capacity| capacity != UNBOUNDED)
    }

    /// What is counted of it, all at one moment.
    pub fn counts(&self) -> Counts {
        let state = self.state.lock();
        let capacity = Some(state.capacity).filter(|&capacity| capacity != UNBOUNDED);
        Counts { queued: state.queue.len(), capacity, taken: state.taken(), dropped: state.dropped }
    }

    /// How many a lossy queue has dropped.
    pub fn dropped(&self) -> u64 {
        self.state.lock().dropped
    }

    /// How many entries of waiting tasks there are.
    #[cfg(all(test, not(loom)))]
    fn waiting(&self) -> usize {
        self.state.lock().waiting()
    }

    /// Runs a change under the lock, and afterwards does what it left to do.
    #[inline(always)]
    fn change<T>(&self, change: impl FnOnce(&mut State<S>, &mut First<S>, &mut After<S>) -> T) -> T {
        let (mut first, mut after) = (None, After::default());
        let result = change(&mut self.state.lock(), &mut first, &mut after);
        if let Some((waiter, word)) = first {
            waiter.answer(word);
        }
        if after.rest.is_some() || after.warn {
            self.clean_up(after);
        }
        result
    }

    #[cold]
    fn clean_up(&self, mut after: After<S>) {
        let warn = after.warn;
        if after.rest.is_some() {
            after.wake_all();
        }
        after.into_litter().into_iter().for_each(|word| self.messages.discard(word));
        if warn {
            self.messages.warn(self.capacity().unwrap_or(UNBOUNDED));
        }
    }
}

impl<S: Sleeper, M: Messages> Drop for Channel<S, M> {
    fn drop(&mut self) {
        // Empty already when the last end went away; not if the channel never had ends.
        self.change(|state, _, after| state.clear(after));
    }
}
