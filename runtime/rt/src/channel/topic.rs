//! Topics: every message to every subscriber's queue. In: messages, tasks that publish. Out: messages in queues, one count each.
//!
//! Publishing goes from queue to queue and waits where there is no room; [`Publishing`] remembers how far it came, so that the
//! task goes on there when it was answered. A lossy topic never waits.

use super::{Channel, Gone, Heard, Messages, Parked, Step};
use crate::sync::Arc;
use crate::task::wait::{Sleeper, Waiter};

/// A topic.
#[derive(Debug)]
pub struct Topic<S: Sleeper, M: Messages> {
    queues: Vec<Arc<Channel<S, M>>>,
    lossy: bool,
}

/// A message on its way to all subscribers. It owns a count of the message until the last queue has it.
#[derive(Debug)]
pub struct Publishing {
    word: u64,
    /// The queue that comes next.
    next: usize,
    /// The message's numbers in the queues, if somebody waits until it was taken.
    numbers: Option<Vec<u64>>,
    /// How many queues' receipts are there.
    taken: usize,
    parked: Option<Parked>,
}

impl<S: Sleeper, M: Messages> Topic<S, M> {
    /// A topic with these queues.
    pub fn new(queues: Vec<Arc<Channel<S, M>>>, lossy: bool) -> Topic<S, M> {
        Topic { queues, lossy }
    }

    /// The subscribers' queues.
    pub fn queues(&self) -> &[Arc<Channel<S, M>>] {
        &self.queues
    }

    /// How many messages its queues have dropped.
    pub fn dropped(&self) -> u64 {
        self.queues.iter().map(|queue| queue.dropped()).sum()
    }

    /// Begins to publish an owned message; `receipts`: until all subscribers have taken it. Without queues nobody takes the message
    /// over: the caller drops it.
    pub fn publish(&self, word: u64, receipts: bool, wait: impl FnMut() -> Waiter<S>) -> (Publishing, Step<()>) {
        let numbers = receipts.then(|| Vec::with_capacity(self.queues.len()));
        let mut publishing = Publishing { word, next: 0, numbers, taken: 0, parked: None };
        let step = self.go_on(&mut publishing, wait);
        (publishing, step)
    }

    /// Goes on after an answer.
    pub fn answered(&self, publishing: &mut Publishing, heard: Heard, wait: impl FnMut() -> Waiter<S>) -> Step<()> {
        publishing.parked = None;
        match heard {
            Heard::Gone(gone) => return self.end(publishing, gone),
            // Room was found: the word is the message's number.
            Heard::Word(number) if publishing.next < self.queues.len() => publishing.entered(number),
            Heard::Word(_) => publishing.taken += 1,
        }
        self.go_on(publishing, wait)
    }

    /// The wait ended otherwise: the queues that come next do not get the message.
    pub fn withdraw(&self, task: S, publishing: &mut Publishing) {
        let at = if publishing.next < self.queues.len() { publishing.next } else { publishing.taken };
        if let (Some(parked), Some(queue)) = (publishing.parked.take(), self.queues.get(at)) {
            queue.withdraw(task, parked);
            self.skip_rest(publishing, publishing.next + 1);
        }
    }

    fn go_on(&self, publishing: &mut Publishing, mut wait: impl FnMut() -> Waiter<S>) -> Step<()> {
        while let Some(queue) = self.queues.get(publishing.next) {
            let last = publishing.next + 1 == self.queues.len();
            let word = if last { publishing.word } else { queue.messages().another(publishing.word) };
            let step = if self.lossy {
                queue.send_lossy(word).map_or_else(Step::Gone, Step::Done)
            } else {
                queue.send(word, &mut wait)
            };
            match step {
                Step::Done(number) => publishing.entered(number),
                Step::Waits(parked) => {
                    publishing.parked = Some(parked);
                    return Step::Waits(parked);
                }
                Step::Gone(gone) => return self.end(publishing, gone),
            }
        }
        self.await_receipts(publishing, &mut wait)
    }

    fn await_receipts(&self, publishing: &mut Publishing, mut wait: impl FnMut() -> Waiter<S>) -> Step<()> {
        let numbers = publishing.numbers.as_deref().unwrap_or_default();
        while let (Some(queue), Some(&number)) = (self.queues.get(publishing.taken), numbers.get(publishing.taken)) {
            match queue.await_taken(number, &mut wait) {
                Step::Done(()) => publishing.taken += 1,
                Step::Waits(parked) => {
                    publishing.parked = Some(parked);
                    return Step::Waits(parked);
                }
                Step::Gone(gone) => return Step::Gone(gone),
            }
        }
        Step::Done(())
    }

    /// The topic was closed. Publishing without receipts does nothing then.
    fn end(&self, publishing: &mut Publishing, gone: Gone) -> Step<()> {
        self.skip_rest(publishing, publishing.next + 1);
        if publishing.numbers.is_some() { Step::Gone(gone) } else { Step::Done(()) }
    }

    /// Gives back the message's count if the queue that would have got it is not reached: the queue in hand took its own.
    fn skip_rest(&self, publishing: &mut Publishing, next: usize) {
        if next < self.queues.len()
            && let Some(queue) = self.queues.last()
        {
            queue.messages().discard(publishing.word);
        }
        publishing.next = self.queues.len().max(publishing.next);
    }
}

impl Publishing {
    fn entered(&mut self, number: u64) {
        self.next += 1;
        if let Some(numbers) = &mut self.numbers {
            numbers.push(number);
        }
    }
}
