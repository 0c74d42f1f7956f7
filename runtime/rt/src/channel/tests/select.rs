//! Selecting, step by step.

use super::{Numbers, Sleep};
use crate::channel::select::{self, Arm, Deed, Selected};
use crate::channel::{Channel, Gone, Heard, heard};
use crate::task::wait::Sleeper;
use std::sync::atomic::Ordering;

type Pipe = Channel<Sleep, Numbers>;

fn pipe(capacity: usize) -> Pipe {
    Channel::new(capacity, Numbers::default())
}

fn receive(channel: &Pipe) -> Arm<'_, Sleep, Numbers> {
    Arm { channel, deed: Deed::Receive }
}

fn send(channel: &Pipe, word: u64) -> Arm<'_, Sleep, Numbers> {
    Arm { channel, deed: Deed::Send(word) }
}

fn counts(pipe: &Pipe) -> (u64, u64) {
    let numbers = pipe.messages();
    (numbers.copied.load(Ordering::Relaxed), numbers.dropped.load(Ordering::Relaxed))
}

#[test]
fn arms_are_tried_in_turn_from_the_start_on() {
    let (a, b, c) = (pipe(1), pipe(1), pipe(1));
    let arms = [receive(&a), send(&b, 7), receive(&c)];
    assert!(a.try_send(1) && c.try_send(3));
    assert_eq!(select::attempt(&arms[..], 2), Selected::Arm(2, 3));
    assert_eq!(select::attempt(&arms[..], 1), Selected::Arm(1, 0));
    assert_eq!(select::attempt(&arms[..], 1), Selected::Arm(0, 1));
    assert_eq!(select::attempt(&arms[..], 1), Selected::None);
    assert_eq!((counts(&b), b.try_recv()), ((1, 0), Some(7)));
}

#[test]
fn closed_arms_are_never_ready() {
    let (a, b) = (pipe(1), pipe(0));
    a.close();
    assert_eq!(select::attempt(&[send(&a, 1), receive(&b)][..], 0), Selected::None);
    let _ = b.side_gone(crate::channel::Side::Sender, true);
    assert_eq!(select::attempt(&[send(&a, 1), receive(&b)][..], 0), Selected::Gone(Gone { lost: true }));
    assert_eq!(counts(&a), (0, 0));
    assert_eq!(select::attempt::<Sleep, Numbers>(&[][..], 3), Selected::Gone(Gone { lost: false }));
}

#[test]
fn a_wait_is_answered_once_and_taken_out_of_all_channels() {
    let (a, b, c) = (pipe(0), pipe(0), pipe(0));
    let arms = [receive(&a), send(&b, 8), receive(&c)];
    let me = Sleep::new();
    let mut places = vec![];
    let waiter = me.begin();
    let waits = select::register(&arms[..], 0, waiter, || unreachable!("nothing is ready"), &mut places);
    assert_eq!(waits, Selected::Waits(waiter.ticket));
    assert!(c.try_send(5));
    assert!(!a.try_send(6) && b.try_recv().is_none(), "the other arms are not to be had any more");
    assert_eq!(heard(me.waiting().take(waiter.ticket).expect("an answer")), (2, Heard::Word(5)));
    select::withdraw(&arms[..], me, waiter.ticket, &mut places);
    assert_eq!(counts(&b), (1, 1), "what was offered is dropped");
    assert!(places.is_empty() && !a.try_send(6));
}

#[test]
fn nobody_is_left_in_channels_that_were_not_chosen() {
    let (a, b, c) = (pipe(0), pipe(0), pipe(0));
    let arms = [receive(&a), send(&b, 8), receive(&c)];
    let me = Sleep::new();
    let mut places = vec![];
    let waiter = me.begin();
    select::register(&arms[..], 0, waiter, || unreachable!("nothing is ready"), &mut places);
    assert_eq!([&a, &b, &c].map(Channel::waiting), [1, 1, 1]);
    assert!(me.waiting().retract(waiter.ticket));
    select::withdraw(&arms[..], me, waiter.ticket, &mut places);
    assert_eq!([&a, &b, &c].map(Channel::waiting), [0, 0, 0]);
    assert_eq!(counts(&b), (1, 1), "what was offered is dropped");
}

#[test]
fn what_gets_ready_meanwhile_is_taken() {
    let (a, b) = (pipe(0), pipe(1));
    let arms = [send(&a, 8), receive(&b)];
    let me = Sleep::new();
    assert!(b.try_send(4));
    let mut places = vec![];
    let waiter = me.begin();
    let got = select::register(&arms[..], 0, waiter, || me.waiting().retract(waiter.ticket), &mut places);
    assert_eq!((got, counts(&a)), (Selected::Arm(1, 4), (1, 1)));
    // Somebody else was faster: the message stays.
    assert!(b.try_send(5));
    let waiter = me.begin();
    assert!(me.waiting().claim(waiter.ticket));
    let got = select::register(&arms[..], 0, waiter, || me.waiting().retract(waiter.ticket), &mut places);
    assert_eq!((got, b.len()), (Selected::Waits(waiter.ticket), 1));
    select::withdraw(&arms[..], me, waiter.ticket, &mut places);
}

#[test]
fn one_that_closes_wakes_and_all_that_close_end_it() {
    let (a, b) = (pipe(0), pipe(0));
    let arms = [receive(&a), receive(&b)];
    let me = Sleep::new();
    let mut places = vec![];
    let waiter = me.begin();
    select::register(&arms[..], 0, waiter, || false, &mut places);
    a.close();
    let answer = me.waiting().take(waiter.ticket).expect("an answer");
    assert_eq!(heard(answer), (0, Heard::Gone(Gone { lost: false })));
    select::withdraw(&arms[..], me, waiter.ticket, &mut places);
    assert_eq!(select::attempt(&arms[..], 0), Selected::None);
    b.close();
    let waiter = me.begin();
    let got = select::register(&arms[..], 0, waiter, || me.waiting().retract(waiter.ticket), &mut places);
    assert_eq!(got, Selected::Gone(Gone { lost: false }));
}

#[test]
fn it_does_not_meet_itself() {
    let a = pipe(0);
    let arms = [receive(&a), send(&a, 1)];
    let me = Sleep::new();
    let mut places = vec![];
    let waiter = me.begin();
    assert_eq!(select::register(&arms[..], 0, waiter, || false, &mut places), Selected::Waits(waiter.ticket));
    assert_eq!(a.try_recv(), Some(1), "others meet it");
    assert_eq!(heard(me.waiting().take(waiter.ticket).expect("an answer")), (1, Heard::Word(0)));
    select::withdraw(&arms[..], me, waiter.ticket, &mut places);
}

#[test]
fn without_arms_it_waits_for_something_else() {
    let me = Sleep::new();
    let waiter = me.begin();
    let got = select::register::<Sleep, Numbers>(&[][..], 0, waiter, || unreachable!("nothing is ready"), &mut vec![]);
    assert_eq!(got, Selected::Waits(waiter.ticket));
}
