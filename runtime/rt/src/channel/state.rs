//! What a channel knows, and what happens to it under its lock. In: messages, waiting tasks, ends that go away. Out: messages,
//! refusals, and what is to be done once the lock is free ([`After`]).
//!
//! Invariants: while a receiver waits, nothing is queued and nobody offers; while somebody offers, the queue is full; after the
//! channel was closed nobody waits for room, and whoever waits for a message is told. Entries of waits that were answered
//! elsewhere do not count: they are skipped, since they cannot be claimed, and their tasks take them out.

use std::collections::VecDeque;

use super::line::{Line, Spot};
use super::watch::Watch;
use crate::task::wait::{Sleeper, Ticket, Waiter};

/// A channel that is disconnected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gone {
    /// The last end of the other side went away because its task faulted or was cancelled.
    pub lost: bool,
}

/// A side of a channel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// It sends.
    Sender,
    /// It receives.
    Receiver,
}

/// Where a waiting task stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// It waits for a message.
    Receiver(Spot),
    /// It waits for room, or for a receiver.
    Offer(Spot),
    /// It waits until the message with this number is taken.
    Receipt(u64),
}

/// The bit of an answer's case that says: disconnected; the word says whether lost.
pub(super) const CLOSED: u32 = 1 << 31;

/// Why a message was not taken in.
pub(super) enum Refusal {
    Full,
    Gone(Gone),
}

/// A message that waits for room.
#[derive(Debug)]
pub(super) struct Offer<S> {
    waiter: Waiter<S>,
    word: u64,
}

/// Who is woken by a message that came or went, with what it is told, after the lock was released. Its wait is claimed. Apart from
/// [`After`], and only for functions that become part of their callers: so it stays in registers.
pub(super) type First<S> = Option<(Waiter<S>, u64)>;

/// What else is left to do after the lock was released, seldom: wake-ups (their waits are claimed), messages to drop, a warning.
pub(super) struct After<S> {
    pub(super) rest: Option<Box<Rest<S>>>,
    pub(super) warn: bool,
}

/// What there is seldom.
pub(super) struct Rest<S> {
    more: Vec<(Waiter<S>, u64)>,
    pub(super) litter: Vec<u64>,
}

/// What each message needs comes first, in as few lines of the cache as can be.
#[derive(Debug)]
#[repr(C)]
pub(super) struct State<S> {
    pub(super) queue: VecDeque<u64>,
    pub(super) capacity: usize,
    /// How many messages were taken so far: the number of the first in the queue.
    taken: u64,
    pub(super) gone: Option<Gone>,
    /// Nobody will ever take what is queued.
    abandoned: bool,
    watch: Watch,
    receivers: Line<Waiter<S>>,
    offers: Line<Offer<S>>,
    /// Tasks that wait until a message is taken, by its number.
    receipts: VecDeque<(u64, Waiter<S>)>,
    /// How many a lossy queue has dropped.
    pub(super) dropped: u64,
    ends: [usize; 2],
}

impl<S> Default for After<S> {
    fn default() -> After<S> {
        After { rest: None, warn: false }
    }
}

impl<S: Sleeper> After<S> {
    #[cold]
    fn wake(&mut self, waiter: Waiter<S>, word: u64) {
        self.rest().more.push((waiter, word));
    }

    /// Tells a waiting task, if it still waits, that the channel is disconnected.
    fn refuse(&mut self, mut waiter: Waiter<S>, gone: Gone) {
        if waiter.task.waiting().claim(waiter.ticket) {
            waiter.case |= CLOSED;
            self.wake(waiter, u64::from(gone.lost));
        }
    }

    /// Gives the answers.
    #[cold]
    pub(super) fn wake_all(&mut self) {
        for (waiter, word) in self.rest().more.drain(..) {
            waiter.answer(word);
        }
    }
}

impl<S> After<S> {
    #[cold]
    fn rest(&mut self) -> &mut Rest<S> {
        self.rest.get_or_insert_with(|| Box::new(Rest { more: Vec::new(), litter: Vec::new() }))
    }

    /// A message to drop.
    pub(super) fn discard(&mut self, word: u64) {
        self.rest().litter.push(word);
    }

    /// The messages to drop.
    pub(super) fn into_litter(self) -> Vec<u64> {
        self.rest.map_or_else(Vec::new, |rest| rest.litter)
    }
}

/// Is it this wait of this task?
pub(super) fn is_wait_of<S: Sleeper>(waiter: &Waiter<S>, task: &S, ticket: Ticket) -> bool {
    waiter.ticket == ticket && std::ptr::eq(waiter.task.waiting(), task.waiting())
}

fn is_other_open<S: Sleeper>(waiter: &Waiter<S>, own: Option<(&S, Ticket)>) -> bool {
    let is_own = own.is_some_and(|(task, ticket)| is_wait_of(waiter, task, ticket));
    !is_own && waiter.task.waiting().is_open(waiter.ticket)
}

impl<S: Sleeper> State<S> {
    pub(super) fn new(capacity: usize) -> State<S> {
        State {
            queue: VecDeque::new(),
            capacity,
            receivers: Line::default(),
            offers: Line::default(),
            receipts: VecDeque::new(),
            taken: 0,
            dropped: 0,
            gone: None,
            abandoned: false,
            ends: [1, 1],
            watch: Watch::new(capacity),
        }
    }

    /// Takes a message in: its number.
    #[inline(always)]
    pub(super) fn put(&mut self, word: u64, first: &mut First<S>, after: &mut After<S>) -> Result<u64, Refusal> {
        if let Some(gone) = self.gone {
            return Err(Refusal::Gone(gone));
        }
        if let Some(receiver) = self.claim_receiver() {
            self.taken += 1;
            *first = Some((receiver, word));
            return Ok(self.taken - 1);
        }
        if self.queue.len() < self.capacity {
            self.queue.push_back(word);
            after.warn = self.watch.sent(self.queue.len());
            return Ok(self.taken + self.queue.len() as u64 - 1);
        }
        after.warn = self.watch.sent(self.queue.len());
        Err(Refusal::Full)
    }

    /// Takes a message in, in place of the oldest one if need be.
    pub(super) fn put_lossy(&mut self, word: u64, first: &mut First<S>, after: &mut After<S>) -> Result<u64, Gone> {
        match self.put(word, first, after) {
            Ok(number) => Ok(number),
            Err(Refusal::Gone(gone)) => Err(gone),
            Err(Refusal::Full) => {
                self.dropped += 1;
                self.taken += 1;
                match self.queue.pop_front() {
                    Some(oldest) => {
                        after.discard(oldest);
                        self.queue.push_back(word);
                    }
                    None => after.discard(word),
                }
                self.give_receipts(after);
                Ok(self.taken + self.queue.len() as u64 - 1)
            }
        }
    }

    /// Hands out a message.
    #[inline(always)]
    pub(super) fn take(&mut self, first: &mut First<S>, after: &mut After<S>) -> Option<u64> {
        if let Some(word) = self.queue.pop_front() {
            self.taken += 1;
            if !self.receipts.is_empty() {
                self.give_receipts(after);
            }
            if let Some(offer) = self.claim_offer(after) {
                self.queue.push_back(offer.word);
                *first = Some((offer.waiter, self.taken + self.queue.len() as u64 - 1));
            }
            self.watch.taken(self.queue.len());
            return Some(word);
        }
        let offer = self.claim_offer(after)?;
        self.taken += 1;
        *first = Some((offer.waiter, self.taken - 1));
        Some(offer.word)
    }

    /// Would [`State::put`] take a message in, not counting what this wait itself would receive?
    pub(super) fn can_put(&self, own: Option<(&S, Ticket)>) -> bool {
        self.gone.is_none()
            && (self.queue.len() < self.capacity || self.receivers.any(|waiter| is_other_open(waiter, own)))
    }

    /// Would [`State::take`] hand a message out, not counting what this wait itself offers?
    pub(super) fn can_take(&self, own: Option<(&S, Ticket)>) -> bool {
        !self.queue.is_empty() || self.offers.any(|offer| is_other_open(&offer.waiter, own))
    }

    pub(super) fn wait_for_message(&mut self, waiter: Waiter<S>) -> Place {
        Place::Receiver(self.receivers.push(waiter))
    }

    pub(super) fn wait_for_room(&mut self, waiter: Waiter<S>, word: u64) -> Place {
        Place::Offer(self.offers.push(Offer { waiter, word }))
    }

    /// How many messages were received.
    pub(super) fn taken(&self) -> u64 {
        self.taken - self.dropped
    }

    /// Has the message with this number been taken? `None`: not yet.
    pub(super) fn was_taken(&self, number: u64) -> Option<Result<(), Gone>> {
        if number < self.taken {
            return Some(Ok(()));
        }
        self.gone.filter(|_| self.abandoned).map(Err)
    }

    pub(super) fn wait_for_receipt(&mut self, waiter: Waiter<S>, number: u64) -> Place {
        let at = self.receipts.partition_point(|&(other, _)| other <= number);
        self.receipts.insert(at, (number, waiter));
        Place::Receipt(number)
    }

    /// The task waits no more. What it offered is dropped.
    pub(super) fn withdraw(&mut self, task: &S, ticket: Ticket, place: Place, after: &mut After<S>) {
        match place {
            Place::Receiver(spot) => {
                self.receivers.remove(spot, |waiter| is_wait_of(waiter, task, ticket));
            }
            Place::Offer(spot) => {
                let offer = self.offers.remove(spot, |offer| is_wait_of(&offer.waiter, task, ticket));
                if let Some(offer) = offer {
                    after.discard(offer.word);
                }
            }
            Place::Receipt(_) => self.receipts.retain(|(_, waiter)| !is_wait_of(waiter, task, ticket)),
        }
    }

    /// Sends fail from now on; what is queued is still to be had.
    pub(super) fn close(&mut self, gone: Gone, after: &mut After<S>) {
        if self.gone.is_some() {
            return;
        }
        self.gone = Some(gone);
        while let Some(waiter) = self.receivers.pop() {
            after.refuse(waiter, gone);
        }
        while let Some(offer) = self.offers.pop() {
            after.discard(offer.word);
            after.refuse(offer.waiter, gone);
        }
    }

    pub(super) fn side_came(&mut self, side: Side) {
        self.ends[side as usize] += 1;
    }

    /// An end went away. If it was the last of its side, the channel is disconnected.
    pub(super) fn side_gone(&mut self, side: Side, gone: Gone, after: &mut After<S>) {
        let ends = &mut self.ends[side as usize];
        *ends = ends.saturating_sub(1);
        if *ends > 0 {
            return;
        }
        self.close(gone, after);
        if side == Side::Receiver {
            self.abandoned = true;
            self.clear(after);
            for (_, waiter) in std::mem::take(&mut self.receipts) {
                after.refuse(waiter, gone);
            }
        }
    }

    /// Drops what is queued.
    pub(super) fn clear(&mut self, after: &mut After<S>) {
        std::mem::take(&mut self.queue).into_iter().for_each(|word| after.discard(word));
    }

    /// How many entries of waiting tasks there are.
    #[cfg(all(test, not(loom)))]
    pub(super) fn waiting(&self) -> usize {
        self.receivers.len() + self.offers.len() + self.receipts.len()
    }

    /// As new.
    pub(super) fn reopen(&mut self, after: &mut After<S>) {
        self.clear(after);
        *self = State::new(self.capacity);
    }

    #[inline(always)]
    fn claim_receiver(&mut self) -> Option<Waiter<S>> {
        while let Some(waiter) = self.receivers.pop() {
            if waiter.task.waiting().claim(waiter.ticket) {
                return Some(waiter);
            }
        }
        None
    }

    #[inline(always)]
    fn claim_offer(&mut self, after: &mut After<S>) -> Option<Offer<S>> {
        while let Some(offer) = self.offers.pop() {
            if offer.waiter.task.waiting().claim(offer.waiter.ticket) {
                return Some(offer);
            }
            after.discard(offer.word);
        }
        None
    }

    fn give_receipts(&mut self, after: &mut After<S>) {
        while let Some((_, waiter)) = self.receipts.pop_front_if(|(number, _)| *number < self.taken) {
            if waiter.task.waiting().claim(waiter.ticket) {
                after.wake(waiter, 0);
            }
        }
    }
}
