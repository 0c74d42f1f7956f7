//! Channels of this process under the suite, with threads in place of tasks.

use super::conformance::{Channels, Gone, Rx, Tx, conformance};
use super::{Numbers, Pipe, Sleep};
use crate::channel::select::{self, Arm, Deed, Selected};
use crate::channel::{Channel, Heard, Side, Step, UNBOUNDED, heard};
use std::sync::Arc;
use std::sync::atomic::Ordering;

#[derive(Clone, Copy)]
struct InMemory;

struct End {
    pipe: Arc<Pipe>,
    side: Side,
    lost: bool,
}

struct Sender(End);
struct Receiver(End);

conformance!(InMemory);

impl Channels for InMemory {
    type Tx = Sender;
    type Rx = Receiver;

    fn open(self, capacity: Option<usize>) -> (Sender, Receiver) {
        let pipe = Arc::new(Channel::new(capacity.unwrap_or(UNBOUNDED), Numbers::default()));
        let end = |side| End { pipe: pipe.clone(), side, lost: false };
        (Sender(end(Side::Sender)), Receiver(end(Side::Receiver)))
    }
}

impl Clone for End {
    fn clone(&self) -> End {
        self.pipe.side_came(self.side);
        End { pipe: self.pipe.clone(), side: self.side, lost: false }
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let left = self.pipe.side_gone(self.side, self.lost).len();
        self.pipe.messages().dropped.fetch_add(left as u64, Ordering::Relaxed);
    }
}

impl End {
    fn finish<T>(&self, step: Step<T>, result: impl FnOnce(u64) -> T) -> Result<T, Gone> {
        match step {
            Step::Done(done) => Ok(done),
            Step::Gone(gone) => Err(Gone { lost: gone.lost }),
            Step::Waits(parked) => match heard(Sleep::mine().wait(parked.ticket)) {
                (_, Heard::Word(word)) => Ok(result(word)),
                (_, Heard::Gone(gone)) => Err(Gone { lost: gone.lost }),
            },
        }
    }
}

impl Clone for Sender {
    fn clone(&self) -> Sender {
        Sender(self.0.clone())
    }
}

impl Clone for Receiver {
    fn clone(&self) -> Receiver {
        Receiver(self.0.clone())
    }
}

impl Tx for Sender {
    fn send(&self, word: u64) -> Result<(), Gone> {
        let step = self.0.pipe.send(word, || Sleep::mine().begin());
        self.0.finish(step, |number| number).map(|_| ())
    }

    fn deliver(&self, word: u64) -> Result<(), Gone> {
        let step = self.0.pipe.send(word, || Sleep::mine().begin());
        let number = self.0.finish(step, |number| number)?;
        let step = self.0.pipe.await_taken(number, || Sleep::mine().begin());
        self.0.finish(step, |_| ())
    }

    fn try_send(&self, word: u64) -> bool {
        self.0.pipe.try_send(word)
    }

    fn close(&self) {
        self.0.pipe.close();
    }

    fn len(&self) -> usize {
        self.0.pipe.len()
    }

    fn capacity(&self) -> Option<usize> {
        self.0.pipe.capacity()
    }

    fn lose(mut self) {
        self.0.lost = true;
    }

    fn dropped(&self) -> u64 {
        self.0.pipe.messages().dropped.load(Ordering::Relaxed)
    }
}

impl Rx for Receiver {
    fn recv(&self) -> Result<u64, Gone> {
        let step = self.0.pipe.recv(|| Sleep::mine().begin());
        self.0.finish(step, |word| word)
    }

    fn try_recv(&self) -> Option<u64> {
        self.0.pipe.try_recv()
    }

    fn close(&self) {
        self.0.pipe.close();
    }

    fn len(&self) -> usize {
        self.0.pipe.len()
    }

    fn lose(mut self) {
        self.0.lost = true;
    }

    fn select(receivers: &[&Receiver], start: usize) -> Result<(usize, u64), Gone> {
        let arms: Vec<_> =
            receivers.iter().map(|receiver| Arm { channel: &*receiver.0.pipe, deed: Deed::Receive }).collect();
        let (mut places, me) = (vec![], Sleep::mine());
        loop {
            match select::attempt(&arms[..], start) {
                Selected::Arm(arm, word) => return Ok((arm, word)),
                Selected::Gone(gone) => return Err(Gone { lost: gone.lost }),
                Selected::None | Selected::Waits(_) => {}
            }
            let waiter = me.begin();
            let give_up = || me.0.waiting.retract(waiter.ticket);
            match select::register(&arms[..], start, waiter, give_up, &mut places) {
                Selected::Arm(arm, word) => return Ok((arm, word)),
                Selected::Gone(gone) => return Err(Gone { lost: gone.lost }),
                Selected::None => {}
                Selected::Waits(ticket) => {
                    let (arm, heard) = heard(me.wait(ticket));
                    select::withdraw(&arms[..], me, ticket, &mut places);
                    if let Heard::Word(word) = heard {
                        return Ok((arm as usize, word));
                    }
                }
            }
        }
    }
}
