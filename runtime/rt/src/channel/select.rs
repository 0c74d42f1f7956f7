//! Waiting for the first of several channels. In: arms (a channel, and what to do there). Out: the arm that was ready and what it
//! received; or a wait that is registered in all of them.
//!
//! First all arms are tried from a place on that the caller draws, so that none is preferred. If none is ready, one wait is
//! registered in each channel, under whose lock the arm is looked at once more. A disconnected arm is never ready; one that
//! gets disconnected meanwhile wakes the task, which looks again.

use super::state::{After, First, State};
use super::{Channel, Gone, Messages, Parked, Place};
use crate::task::wait::{Sleeper, Ticket, Waiter};

/// What an arm does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Deed {
    /// It receives.
    Receive,
    /// It sends this (borrowed: a count is added if it gets sent or offered).
    Send(u64),
}

/// An arm.
#[derive(Debug)]
pub struct Arm<'a, S: Sleeper, M: Messages> {
    /// Where.
    pub channel: &'a Channel<S, M>,
    /// What.
    pub deed: Deed,
}

/// How far a `select` came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Selected {
    /// This arm was ready; the word is what it received.
    Arm(usize, u64),
    /// None is ready.
    None,
    /// All are disconnected.
    Gone(Gone),
    /// The task's wait is registered under the arms' numbers.
    Waits(Ticket),
}

/// The arms by number.
pub trait Arms<'a, S: Sleeper + 'a, M: Messages + 'a> {
    /// How many.
    fn count(&self) -> usize;
    /// One of them.
    fn arm(&self, index: usize) -> Arm<'a, S, M>;
}

impl<'a, S: Sleeper + 'a, M: Messages + 'a> Arms<'a, S, M> for [Arm<'a, S, M>] {
    fn count(&self) -> usize {
        self.len()
    }

    fn arm(&self, index: usize) -> Arm<'a, S, M> {
        Arm { ..self[index] }
    }
}

/// Takes the first arm that is ready, beginning with `start`. Does not wait.
pub fn attempt<'a, S: Sleeper + 'a, M: Messages + 'a>(arms: &(impl Arms<'a, S, M> + ?Sized), start: usize) -> Selected {
    let mut open = false;
    let mut lost = false;
    for index in in_turn(arms.count(), start) {
        match arms.arm(index).attempt() {
            Tried::Done(word) => return Selected::Arm(index, word),
            Tried::NotReady => open = true,
            Tried::Gone(gone) => lost |= gone.lost,
        }
    }
    if open { Selected::None } else { Selected::Gone(Gone { lost }) }
}

/// Registers a wait that has begun in all arms (their places go to `places`, by number), or takes one that got ready meanwhile.
/// `give_up` gives the wait up; false: somebody was faster, and the answer comes.
pub fn register<'a, S: Sleeper + 'a, M: Messages + 'a>(
    arms: &(impl Arms<'a, S, M> + ?Sized),
    start: usize,
    waiter: Waiter<S>,
    give_up: impl FnOnce() -> bool,
    places: &mut Vec<Option<Place>>,
) -> Selected {
    places.clear();
    places.resize(arms.count(), None);
    let mut ready = None;
    for index in in_turn(arms.count(), start) {
        match arms.arm(index).register(Waiter { case: index as u32, ..waiter }) {
            Registered::At(place) => places[index] = Some(place),
            Registered::Gone => {}
            Registered::Ready => {
                ready = Some(index);
                break;
            }
        }
    }
    // Without arms only time is waited for.
    let all_gone = ready.is_none() && !places.is_empty() && places.iter().all(Option::is_none);
    if !(all_gone || ready.is_some()) || !give_up() {
        return Selected::Waits(waiter.ticket);
    }
    withdraw(arms, waiter.task, waiter.ticket, places);
    attempt(arms, ready.unwrap_or(start))
}

/// Takes the wait out of all channels. After its answer, or after it was given up.
pub fn withdraw<'a, S: Sleeper + 'a, M: Messages + 'a>(
    arms: &(impl Arms<'a, S, M> + ?Sized),
    task: S,
    ticket: Ticket,
    places: &mut Vec<Option<Place>>,
) {
    for (index, place) in places.drain(..).enumerate() {
        if let Some(place) = place {
            arms.arm(index).channel.withdraw(task, Parked { ticket, place });
        }
    }
}

fn in_turn(count: usize, start: usize) -> impl Iterator<Item = usize> {
    (0..count).map(move |step| (start % count.max(1) + step) % count)
}

enum Tried {
    Done(u64),
    NotReady,
    Gone(Gone),
}

enum Registered {
    At(Place),
    Ready,
    Gone,
}

impl<S: Sleeper, M: Messages> Arm<'_, S, M> {
    fn attempt(&self) -> Tried {
        let messages = &self.channel.messages;
        self.channel.change(|state, first, after| match self.deed {
            Deed::Receive => match (state.take(first, after), state.gone) {
                (Some(word), _) => Tried::Done(word),
                (None, None) => Tried::NotReady,
                (None, Some(gone)) => Tried::Gone(gone),
            },
            Deed::Send(word) => send(state, word, messages, first, after),
        })
    }

    fn register(&self, waiter: Waiter<S>) -> Registered {
        let own = Some((&waiter.task, waiter.ticket));
        self.channel.change(|state, _, _| match self.deed {
            Deed::Receive if state.can_take(own) => Registered::Ready,
            Deed::Send(_) if state.can_put(own) => Registered::Ready,
            Deed::Receive | Deed::Send(_) if state.gone.is_some() => Registered::Gone,
            Deed::Receive => Registered::At(state.wait_for_message(waiter)),
            Deed::Send(word) => Registered::At(state.wait_for_room(waiter, self.channel.messages.another(word))),
        })
    }
}

/// Sends a borrowed word if there is room. A receiver that was seen may be gone when it is to be claimed.
fn send<S: Sleeper>(
    state: &mut State<S>,
    word: u64,
    messages: &impl Messages,
    first: &mut First<S>,
    after: &mut After<S>,
) -> Tried {
    if let Some(gone) = state.gone {
        return Tried::Gone(gone);
    }
    if !state.can_put(None) {
        return Tried::NotReady;
    }
    let own = messages.another(word);
    if state.put(own, first, after).is_ok() {
        return Tried::Done(0);
    }
    after.discard(own);
    Tried::NotReady
}
