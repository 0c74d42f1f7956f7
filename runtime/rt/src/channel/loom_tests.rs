//! Models that loom runs in every order in which threads may meet: waits that several want to answer, channels whose ends are
//! used and closed at once. Small, so that all of them take seconds.
//! `RUSTFLAGS="--cfg loom" cargo test -p pluto-rt --release loom_`

use std::sync::atomic::{AtomicU64, Ordering};

use loom::sync::{Arc, Notify};
use loom::thread::{self, JoinHandle};

use super::select::{self, Arm, Deed, Selected};
use super::{Channel, Gone, Heard, Messages, Parked, Side, Step, heard};
use crate::task::wait::{Answer, Cut, Sleeper, Ticket, Waiter, Waiting};

/// The case of an answer that comes from cancellation.
const CUT: u32 = 1 << 30;

/// A thread that waits.
struct Thread {
    waiting: Waiting,
    notify: Notify,
}

/// One that is never freed, as tasks are not.
#[derive(Clone, Copy)]
struct Me(&'static Thread);

impl Sleeper for Me {
    fn waiting(&self) -> &Waiting {
        &self.0.waiting
    }

    fn wake(&self, _: Ticket) {
        self.0.notify.notify();
    }
}

impl Me {
    fn new() -> Me {
        Me(Box::leak(Box::new(Thread { waiting: Waiting::new(), notify: Notify::new() })))
    }

    fn begin(self) -> Waiter<Me> {
        Waiter { task: self, ticket: self.0.waiting.begin(Cut::May), case: 0 }
    }

    fn wait(self, ticket: Ticket) -> Answer {
        loop {
            if let Some(answer) = self.0.waiting.take(ticket) {
                return answer;
            }
            self.0.notify.wait();
        }
    }

    /// Ends whatever wait is under way.
    fn cut(self) -> bool {
        let cut = self.0.waiting.claim_current();
        if let Some(ticket) = cut {
            self.0.waiting.answer(ticket, Answer { case: CUT, word: 0 });
            self.wake(ticket);
        }
        cut.is_some()
    }
}

/// Counts what is dropped. The number is no part of the model.
#[derive(Default)]
struct Dropped(std::sync::Arc<AtomicU64>);

impl Messages for Dropped {
    fn another(&self, word: u64) -> u64 {
        word
    }

    fn discard(&self, word: u64) {
        self.0.fetch_add(word, Ordering::Relaxed);
    }

    fn warn(&self, _capacity: usize) {}
}

type Pipe = Arc<Channel<Me, Dropped>>;

fn pipe(capacity: usize) -> Pipe {
    Arc::new(Channel::new(capacity, Dropped::default()))
}

fn dropped(pipe: &Pipe) -> u64 {
    pipe.messages().0.load(Ordering::Relaxed)
}

fn model(run: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(run);
}

fn spawn<T: 'static>(body: impl FnOnce() -> T + 'static) -> JoinHandle<T> {
    thread::spawn(body)
}

fn join<T>(thread: JoinHandle<T>) -> T {
    thread.join().expect("no panic")
}

/// Ok: the word; Err: disconnected; `None`: cut.
fn finish(pipe: &Pipe, me: Me, step: Step<u64>) -> Option<Result<u64, Gone>> {
    let parked = match step {
        Step::Done(word) => return Some(Ok(word)),
        Step::Gone(gone) => return Some(Err(gone)),
        Step::Waits(parked) => parked,
    };
    let answer = me.wait(parked.ticket);
    if answer.case == CUT {
        pipe.withdraw(me, parked);
        return None;
    }
    match heard(answer).1 {
        Heard::Word(word) => Some(Ok(word)),
        Heard::Gone(gone) => Some(Err(gone)),
    }
}

fn send(pipe: &Pipe, me: Me, word: u64) -> Option<Result<u64, Gone>> {
    finish(pipe, me, pipe.send(word, || me.begin()))
}

fn recv(pipe: &Pipe, me: Me) -> Option<Result<u64, Gone>> {
    finish(pipe, me, pipe.recv(|| me.begin()))
}

#[test]
fn loom_a_wait_has_one_answer() {
    model(|| {
        let me = Me::new();
        let ticket = me.0.waiting.begin(Cut::May);
        let answering =
            [1, 2].map(|case| spawn(move || Waiter { task: me, ticket, case }.finish(u64::from(case) * 10)));
        let answer = me.wait(ticket);
        assert_eq!(answer.word, u64::from(answer.case) * 10);
        let won = answering.map(join);
        assert_eq!(won, [answer.case == 1, answer.case == 2]);
    });
}

#[test]
fn loom_cancellation_and_a_claim_exclude_each_other() {
    model(|| {
        let me = Me::new();
        let ticket = me.0.waiting.begin(Cut::May);
        let claims = spawn(move || Waiter { task: me, ticket, case: 1 }.finish(7));
        let cuts = spawn(move || me.cut());
        let answer = me.wait(ticket);
        let won = (join(claims), join(cuts));
        assert_eq!(won, (answer.case == 1, answer.case == CUT));
    });
}

#[test]
fn loom_who_retracts_gets_no_answer_and_old_tickets_win_nothing() {
    model(|| {
        let me = Me::new();
        let old = me.0.waiting.begin(Cut::MayNot);
        let claims = spawn(move || Waiter { task: me, ticket: old, case: 1 }.finish(1));
        let retracted = me.0.waiting.retract(old);
        if !retracted {
            assert_eq!(me.wait(old).case, 1);
        }
        let new = me.0.waiting.begin(Cut::MayNot);
        assert_eq!(join(claims), !retracted);
        assert_eq!(me.0.waiting.take(new), None);
        assert!(!me.cut(), "a firm wait is not cut");
        assert!(me.0.waiting.retract(new));
    });
}

#[test]
fn loom_a_rendezvous() {
    model(|| {
        let pipe = pipe(0);
        let sender = pipe.clone();
        let sends = spawn(move || send(&sender, Me::new(), 5));
        assert_eq!(recv(&pipe, Me::new()), Some(Ok(5)));
        assert!(matches!(join(sends), Some(Ok(0))));
    });
}

#[test]
fn loom_two_senders_and_one_place() {
    model(|| {
        let pipe = pipe(1);
        let senders = [1, 2].map(|word| {
            let pipe = pipe.clone();
            spawn(move || send(&pipe, Me::new(), word))
        });
        let me = Me::new();
        let got: u64 = (0..2).map(|_| recv(&pipe, me).expect("not cut").expect("open")).sum();
        assert_eq!((got, pipe.len()), (3, 0));
        senders.map(join).into_iter().for_each(|sent| assert!(matches!(sent, Some(Ok(_)))));
    });
}

#[test]
fn loom_two_receivers_and_a_last_sender_that_leaves() {
    model(|| {
        let pipe = pipe(1);
        let receivers = [(); 2].map(|()| {
            let pipe = pipe.clone();
            spawn(move || recv(&pipe, Me::new()))
        });
        assert!(pipe.try_send(4));
        assert!(pipe.side_gone(Side::Sender, true).is_empty());
        let got = receivers.map(join);
        assert!(got.contains(&Some(Ok(4))) && got.contains(&Some(Err(Gone { lost: true }))), "{got:?}");
    });
}

#[test]
fn loom_closing_while_somebody_sends() {
    model(|| {
        let pipe = pipe(0);
        let (sender, closer) = (pipe.clone(), pipe.clone());
        let sends = spawn(move || send(&sender, Me::new(), 5));
        let closes = spawn(move || closer.close());
        let received = recv(&pipe, Me::new()).expect("not cut");
        join(closes);
        let sent = join(sends).expect("not cut");
        assert_eq!(received.is_ok(), sent.is_ok());
        assert_eq!(dropped(&pipe), if sent.is_ok() { 0 } else { 5 });
    });
}

#[test]
fn loom_the_last_receiver_leaves_while_somebody_delivers() {
    model(|| {
        let pipe = pipe(1);
        let sender = pipe.clone();
        let delivers = spawn(move || {
            let me = Me::new();
            let number = send(&sender, me, 5).expect("not cut")?;
            match sender.await_taken(number, || me.begin()) {
                Step::Done(()) => Ok(()),
                Step::Gone(gone) => Err(gone),
                Step::Waits(Parked { ticket, .. }) => match heard(me.wait(ticket)).1 {
                    Heard::Word(_) => Ok(()),
                    Heard::Gone(gone) => Err(gone),
                },
            }
        });
        let received = pipe.try_recv().is_some();
        let left: u64 = pipe.side_gone(Side::Receiver, false).into_iter().sum();
        assert_eq!(join(delivers).is_ok(), received);
        assert_eq!(left + dropped(&pipe), if received { 0 } else { 5 });
    });
}

#[test]
fn loom_a_receiver_that_is_cut_loses_no_message() {
    model(|| {
        let pipe = pipe(1);
        let me = Me::new();
        let receiver = pipe.clone();
        let receives = spawn(move || recv(&receiver, me));
        let cuts = spawn(move || me.cut());
        assert!(pipe.try_send(9));
        let cut = join(cuts);
        match join(receives) {
            Some(got) => assert_eq!((got, pipe.len()), (Ok(9), 0)),
            None => assert_eq!((cut, pipe.try_recv()), (true, Some(9))),
        }
    });
}

#[test]
fn loom_a_sender_that_is_cut_drops_its_message_once() {
    model(|| {
        let pipe = pipe(0);
        let me = Me::new();
        let sender = pipe.clone();
        let sends = spawn(move || send(&sender, me, 3));
        let cuts = spawn(move || me.cut());
        let received = pipe.try_recv();
        join(cuts);
        // Nobody cut it, or too early: it still waits.
        let rest = spawn({
            let pipe = pipe.clone();
            move || pipe.side_gone(Side::Receiver, false).into_iter().sum::<u64>()
        });
        let rest = join(rest);
        let sent = join(sends);
        assert_eq!(received.is_some(), matches!(sent, Some(Ok(_))));
        assert_eq!(dropped(&pipe) + rest, if received.is_some() { 0 } else { 3 });
    });
}

/// Selects once, until an arm was taken.
fn select_one(me: Me, arms: &[Arm<'_, Me, Dropped>]) -> Option<(usize, u64)> {
    let mut places = vec![];
    loop {
        match select::attempt(arms, 0) {
            Selected::Arm(arm, word) => return Some((arm, word)),
            Selected::Gone(_) => return None,
            Selected::None | Selected::Waits(_) => {}
        }
        let waiter = me.begin();
        match select::register(arms, 0, waiter, || me.0.waiting.retract(waiter.ticket), &mut places) {
            Selected::Arm(arm, word) => return Some((arm, word)),
            Selected::Gone(_) => return None,
            Selected::None => thread::yield_now(),
            Selected::Waits(ticket) => {
                let (arm, heard) = heard(me.wait(ticket));
                select::withdraw(arms, me, ticket, &mut places);
                if let Heard::Word(word) = heard {
                    return Some((arm as usize, word));
                }
            }
        }
    }
}

#[test]
fn loom_a_select_over_two_channels_takes_each_message_once() {
    model(|| {
        let (one, two) = (pipe(1), pipe(0));
        let (to_one, to_two) = (one.clone(), two.clone());
        let sends = [spawn(move || send(&to_one, Me::new(), 1)), spawn(move || send(&to_two, Me::new(), 2))];
        let me = Me::new();
        let receive = |channel| Arm { channel, deed: Deed::Receive };
        let mut got = [0; 2].map(|_: u64| {
            let (arm, word) = select_one(me, &[receive(&*one), receive(&*two)]).expect("open");
            assert_eq!(arm as u64 + 1, word);
            word
        });
        got.sort_unstable();
        assert_eq!(got, [1, 2]);
        sends.map(join).into_iter().for_each(|sent| assert!(matches!(sent, Some(Ok(_)))));
    });
}

#[test]
fn loom_a_select_sees_that_all_arms_close() {
    model(|| {
        let (one, two) = (pipe(0), pipe(1));
        let closers = [one.clone(), two.clone()].map(|pipe| spawn(move || pipe.close()));
        let arms = [Arm { channel: &*one, deed: Deed::Receive }, Arm { channel: &*two, deed: Deed::Send(8) }];
        match select_one(Me::new(), &arms) {
            Some((arm, _)) => assert_eq!((arm, two.try_recv()), (1, Some(8))),
            None => assert_eq!(two.len(), 0),
        }
        closers.into_iter().for_each(join);
    });
}

#[test]
fn loom_a_select_does_not_meet_itself_but_another_one() {
    model(|| {
        let pipe = pipe(0);
        let other = pipe.clone();
        let receives = spawn(move || select_one(Me::new(), &[Arm { channel: &*other, deed: Deed::Receive }]));
        let arms = [Arm { channel: &*pipe, deed: Deed::Receive }, Arm { channel: &*pipe, deed: Deed::Send(6) }];
        assert_eq!(select_one(Me::new(), &arms), Some((1, 0)));
        assert_eq!(join(receives), Some((0, 6)));
        // What the select offered and did not send was dropped.
        assert_eq!(dropped(&pipe), 0);
    });
}
