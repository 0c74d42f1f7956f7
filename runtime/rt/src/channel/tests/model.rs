//! A channel against a model that is too simple to be wrong: random operations of a few tasks, one after the other. Everything
//! is compared: who is answered what, in which order waiting tasks get their turns, what is dropped.

use super::{Numbers, Sleep};
use crate::channel::{Channel, Gone, Heard, Parked, Side, Step, UNBOUNDED, heard};
use crate::task::wait::{Answer, Sleeper};
use proptest::prelude::*;
use std::collections::VecDeque;
use std::sync::atomic::Ordering;

const TASKS: usize = 4;

#[derive(Clone, Copy, Debug)]
enum Act {
    Send,
    Recv,
    TrySend,
    TryRecv,
    Lossy,
    /// The task's wait is cut.
    Cut,
    Close,
    SenderLeaves,
    ReceiverLeaves,
}

fn acts() -> impl Strategy<Value = Vec<(usize, Act)>> {
    let act = prop_oneof![
        8 => Just(Act::Send),
        8 => Just(Act::Recv),
        2 => Just(Act::TrySend),
        2 => Just(Act::TryRecv),
        1 => Just(Act::Lossy),
        3 => Just(Act::Cut),
    ];
    let end = prop_oneof![Just(Act::Close), Just(Act::SenderLeaves), Just(Act::ReceiverLeaves)];
    let many = proptest::collection::vec((0..TASKS, act), 0..60);
    (many.clone(), 0..TASKS, end, many).prop_map(|(mut before, task, end, after)| {
        before.push((task, end));
        before.extend(after.into_iter().take(10));
        before
    })
}

/// What a task hears.
type Said = (usize, Result<Option<u64>, bool>);

#[derive(Default)]
struct Model {
    capacity: usize,
    queue: VecDeque<u64>,
    senders: VecDeque<(usize, u64)>,
    receivers: VecDeque<usize>,
    gone: Option<bool>,
    dropped: u64,
    said: Vec<Said>,
}

impl Model {
    fn waits(&self, task: usize) -> bool {
        self.receivers.contains(&task) || self.senders.iter().any(|(other, _)| *other == task)
    }

    /// Moves what can move.
    fn settle(&mut self) {
        while let Some((task, word)) = self.senders.front().copied() {
            if let Some(receiver) = self.receivers.pop_front() {
                self.said.push((receiver, Ok(Some(word))));
            } else if self.queue.len() < self.capacity {
                self.queue.push_back(word);
            } else {
                break;
            }
            self.senders.pop_front();
            self.said.push((task, Ok(None)));
        }
        while !self.receivers.is_empty()
            && let Some(word) = self.queue.pop_front()
        {
            let receiver = self.receivers.pop_front().expect("looked");
            self.said.push((receiver, Ok(Some(word))));
        }
    }

    fn recv(&mut self, task: usize) {
        if let Some(word) = self.queue.pop_front() {
            self.said.push((task, Ok(Some(word))));
        } else if let Some(lost) = self.gone {
            self.said.push((task, Err(lost)));
        } else {
            self.receivers.push_back(task);
        }
        self.settle();
    }

    fn close(&mut self, lost: bool) {
        if self.gone.is_none() {
            self.gone = Some(lost);
            let waiting = self.receivers.drain(..).chain(self.senders.drain(..).map(|(task, _)| {
                self.dropped += 1;
                task
            }));
            self.said.extend(waiting.map(|task| (task, Err(lost))));
        }
    }

    fn act(&mut self, task: usize, act: Act, word: u64) {
        match (act, self.gone) {
            (Act::Send | Act::TrySend | Act::Lossy, Some(lost)) => {
                self.dropped += 1;
                if matches!(act, Act::Send) {
                    self.said.push((task, Err(lost)));
                }
            }
            (Act::Send, None) => {
                self.senders.push_back((task, word));
                self.settle();
            }
            (Act::TrySend, None) => {
                if !self.receivers.is_empty() || self.queue.len() < self.capacity {
                    self.senders.push_front((usize::MAX, word));
                    self.settle();
                } else {
                    self.dropped += 1;
                }
            }
            (Act::Lossy, None) => {
                if self.receivers.is_empty() && self.queue.len() >= self.capacity {
                    self.dropped += 1;
                    if self.queue.pop_front().is_some() {
                        self.queue.push_back(word);
                    }
                } else {
                    self.senders.push_front((usize::MAX, word));
                    self.settle();
                }
            }
            (Act::Recv, _) => self.recv(task),
            (Act::TryRecv, _) => {
                if !self.queue.is_empty() || !self.senders.is_empty() {
                    self.recv(usize::MAX);
                }
                if self.receivers.back() == Some(&usize::MAX) {
                    self.receivers.pop_back();
                }
            }
            (Act::Cut, _) => {
                self.receivers.retain(|other| *other != task);
                let before = self.senders.len();
                self.senders.retain(|(other, _)| *other != task);
                self.dropped += (before - self.senders.len()) as u64;
            }
            (Act::Close, _) => self.close(false),
            (Act::SenderLeaves, _) => self.close(true),
            (Act::ReceiverLeaves, _) => {
                self.close(true);
                self.dropped += self.queue.drain(..).count() as u64;
            }
        }
    }
}

struct Real {
    channel: Channel<Sleep, Numbers>,
    tasks: [(Sleep, Option<(Parked, bool)>); TASKS],
    said: Vec<Said>,
}

impl Real {
    fn note(&mut self, task: usize, receives: bool, step: Step<u64>) {
        match step {
            Step::Done(word) => self.said.push((task, Ok(receives.then_some(word)))),
            Step::Gone(Gone { lost }) => self.said.push((task, Err(lost))),
            Step::Waits(parked) => self.tasks[task].1 = Some((parked, receives)),
        }
    }

    /// What waiting tasks have heard.
    fn collect(&mut self) {
        for (task, (sleep, wait)) in self.tasks.iter_mut().enumerate() {
            let Some((parked, receives)) = *wait else { continue };
            if let Some(answer) = sleep.waiting().take(parked.ticket) {
                *wait = None;
                self.said.push((task, read(answer, receives)));
            }
        }
    }

    fn act(&mut self, task: usize, act: Act, word: u64) {
        let me = self.tasks[task].0;
        match act {
            Act::Send => {
                let step = self.channel.send(word, || me.begin());
                self.note(task, false, step);
            }
            Act::Recv => {
                let step = self.channel.recv(|| me.begin());
                self.note(task, true, step);
            }
            Act::TrySend => {
                self.channel.try_send(word);
            }
            Act::TryRecv => {
                let got = self.channel.try_recv();
                self.said.extend(got.map(|word| (usize::MAX, Ok(Some(word)))));
            }
            Act::Lossy => {
                let _ = self.channel.send_lossy(word);
            }
            Act::Cut => {
                if let Some((parked, _)) = self.tasks[task].1.take() {
                    assert!(me.waiting().retract(parked.ticket));
                    self.channel.withdraw(me, parked);
                }
            }
            Act::Close => self.channel.close(),
            Act::SenderLeaves => assert!(self.channel.side_gone(Side::Sender, true).is_empty() || word > 0),
            Act::ReceiverLeaves => {
                let left = self.channel.side_gone(Side::Receiver, true).len() as u64;
                self.channel.messages().dropped.fetch_add(left, Ordering::Relaxed);
            }
        }
        self.collect();
    }
}

fn read(answer: Answer, receives: bool) -> Result<Option<u64>, bool> {
    match heard(answer).1 {
        Heard::Word(word) => Ok(receives.then_some(word)),
        Heard::Gone(Gone { lost }) => Err(lost),
    }
}

proptest! {
    #[test]
    fn like_the_model(capacity in prop_oneof![Just(0), Just(1), Just(2), Just(UNBOUNDED)], acts in acts()) {
        let channel = Channel::new(capacity, Numbers::default());
        let mut real = Real { channel, tasks: [(); TASKS].map(|()| (Sleep::new(), None)), said: vec![] };
        let mut model = Model { capacity, ..Model::default() };
        for (number, (task, act)) in acts.into_iter().enumerate() {
            if model.waits(task) && matches!(act, Act::Send | Act::Recv) {
                continue;
            }
            model.act(task, act, number as u64);
            real.act(task, act, number as u64);
            // Offers that a sender leaves behind go to whoever frees its end.
            if matches!(act, Act::SenderLeaves) {
                break;
            }
            model.said.retain(|(who, said)| *who != usize::MAX || matches!(said, Ok(Some(_))));
            model.said.sort_unstable();
            real.said.sort_unstable();
            prop_assert_eq!(&real.said, &model.said, "after {:?} of {}", act, task);
            prop_assert_eq!(real.channel.len(), model.queue.len());
            prop_assert_eq!(real.channel.messages().dropped.load(Ordering::Relaxed), model.dropped);
            real.said.clear();
            model.said.clear();
        }
    }
}
