//! The waiting functions of channels: what a task does step by step, and what it keeps between its calls ([`Kept`]). In: the task,
//! a channel, the message. Out: what generated code is to do next ([`Waited`]).
//!
//! A sent message is ours from the first call on; so a call that ends early drops it. One that waits is kept by the channel.

use std::cell::{Cell, RefCell};

use pluto_abi::layout::Waited;

use super::topic::Publishing;
use super::{Gone, Heard, Messages, Parked, Place, Step, heard};
use crate::heap::ends::{Broadcast, Chan};
use crate::task::wait::{Answer, Ticket};
use crate::task::{Entry, Task, What};

/// What a task keeps between the calls of a waiting function of a channel.
#[derive(Debug, Default)]
pub struct Kept {
    place: Cell<Option<Place>>,
    /// The message is in the queue under this number, and is to be taken.
    number: Cell<Option<u64>>,
    publishing: RefCell<Option<Box<Publishing>>>,
    pub(super) selecting: RefCell<Option<Box<super::selects::Selecting>>>,
}

/// Sends.
#[inline]
pub(crate) fn send(task: &Task, channel: &Chan, word: u64, site: u64) -> Waited {
    match task.enter() {
        Entry::Fresh => go_on(task, channel.send(word, || task.begin_wait(What::Send, site)), |_| {}),
        Entry::Pending => Waited::Suspend,
        Entry::Over(answer) => said(answer, |_| {}),
        Entry::Early { waited } => early(task, channel, waited, Some(word)),
    }
}

/// Sends, and waits until a receiver has taken it.
pub(crate) fn deliver(task: &Task, channel: &Chan, word: u64, site: u64) -> Waited {
    let kept = task.channels();
    let receipt = |number| {
        kept.number.set(Some(number));
        go_on(task, channel.await_taken(number, || task.begin_wait(What::Deliver, site)), |()| {})
    };
    match task.enter() {
        Entry::Fresh => {
            kept.number.set(None);
            match channel.send(word, || task.begin_wait(What::Deliver, site)) {
                Step::Done(number) => receipt(number),
                Step::Gone(gone) => closed(gone),
                Step::Waits(parked) => suspend(task, parked),
            }
        }
        Entry::Pending => Waited::Suspend,
        Entry::Over(answer) => match (heard(answer).1, kept.number.get()) {
            (Heard::Gone(gone), _) => closed(gone),
            (Heard::Word(_), Some(_)) => Waited::Done,
            (Heard::Word(number), None) => receipt(number),
        },
        Entry::Early { waited } => early(task, channel, waited, Some(word)),
    }
}

/// Receives.
#[inline]
pub(crate) fn recv(task: &Task, channel: &Chan, site: u64, out: &mut u64) -> Waited {
    match task.enter() {
        Entry::Fresh => go_on(task, channel.recv(|| task.begin_wait(What::Receive, site)), |word| *out = word),
        Entry::Pending => Waited::Suspend,
        Entry::Over(answer) => said(answer, |word| *out = word),
        Entry::Early { waited } => early(task, channel, waited, None),
    }
}

/// Receives in a loop: if the sender was lost, what came so far may not be all.
pub(crate) fn next(task: &Task, channel: &Chan, site: u64, out: &mut u64) -> Waited {
    let waited = recv(task, channel, site, out);
    if waited == Waited::Lost {
        task.fault(
            "the sender of this channel was lost: it faulted or was cancelled before it had sent all".to_owned(),
        );
        return Waited::Early;
    }
    waited
}

/// Publishes to all subscribers; `receipts`: waits until they have taken it. There is at least one.
pub(crate) fn publish(task: &Task, topic: &Broadcast, word: u64, receipts: bool, site: u64) -> Waited {
    let wait = || task.begin_wait(What::Publish, site);
    let kept = task.channels();
    match task.enter() {
        Entry::Fresh => {
            let (publishing, step) = topic.publish(word, receipts, wait);
            if matches!(step, Step::Waits(_)) {
                *kept.publishing.borrow_mut() = Some(Box::new(publishing));
            }
            go_on(task, step, |()| {})
        }
        Entry::Pending => Waited::Suspend,
        Entry::Over(answer) => {
            let mut slot = kept.publishing.borrow_mut();
            let Some(publishing) = slot.as_mut() else { return Waited::Done };
            let step = topic.answered(publishing, heard(answer).1, wait);
            if !matches!(step, Step::Waits(_)) {
                *slot = None;
            }
            go_on(task, step, |()| {})
        }
        Entry::Early { waited: Some(_) } => {
            if let Some(mut publishing) = kept.publishing.take() {
                topic.withdraw(task.me(), &mut publishing);
            }
            Waited::Early
        }
        Entry::Early { waited: None } => {
            discard(topic.queues().first().map(|queue| &**queue), word);
            Waited::Early
        }
    }
}

/// Sends if that is possible at once.
pub(crate) fn try_send(task: &Task, channel: &Chan, word: u64) -> bool {
    task.operated();
    channel.try_send(word)
}

/// Receives if there is a message.
pub(crate) fn try_recv(task: &Task, channel: &Chan) -> Option<u64> {
    task.operated();
    channel.try_recv()
}

/// What a disconnected channel means.
pub(super) fn closed(gone: Gone) -> Waited {
    if gone.lost { Waited::Lost } else { Waited::Closed }
}

fn go_on<T>(task: &Task, step: Step<T>, done: impl FnOnce(T)) -> Waited {
    match step {
        Step::Done(result) => {
            done(result);
            Waited::Done
        }
        Step::Gone(gone) => closed(gone),
        Step::Waits(parked) => suspend(task, parked),
    }
}

fn suspend(task: &Task, parked: Parked) -> Waited {
    task.channels().place.set(Some(parked.place));
    Waited::Suspend
}

fn said(answer: Answer, word_is: impl FnOnce(u64)) -> Waited {
    match heard(answer).1 {
        Heard::Word(word) => {
            word_is(word);
            Waited::Done
        }
        Heard::Gone(gone) => closed(gone),
    }
}

/// The task ends early. A message that the channel has not got is dropped.
fn early(task: &Task, channel: &Chan, waited: Option<Ticket>, word: Option<u64>) -> Waited {
    match (waited, task.channels().place.get()) {
        (Some(ticket), Some(place)) => channel.withdraw(task.me(), Parked { ticket, place }),
        (Some(_), None) | (None, _) => {
            if let Some(word) = word {
                discard(Some(channel), word);
            }
        }
    }
    Waited::Early
}

fn discard(channel: Option<&Chan>, word: u64) {
    if let Some(channel) = channel {
        channel.messages().discard(word);
    }
}
