//! Waiting: hand-over, cancellation, deadlines, selects, tasks that wait for each other.

use super::*;
use crate::sync::Mutex;
use crate::task::fault::Stop;

const MILLI: i64 = 1_000_000;

/// A way to wait: task, types, sender, receiver.
type Way = fn(&Task, Types, u64, u64) -> u64;

#[test]
fn a_rendezvous_of_tasks() {
    for workers in [1, 2, 4] {
        let run = Run::new(workers);
        let types = Types::of(Kind::Int);
        run.start(move |task| {
            let (there, back) = (open(task, types, 0), open(task, types, 0));
            start(task.scheduler(), &StdArc::default(), move |task| {
                while let (DONE, word) = next(task, there.1) {
                    assert_eq!(send(task, back.0, word + 1), DONE);
                }
                discard(types.receiver, there.1);
                discard(types.sender, back.0);
            });
            for number in 0..2_000 {
                assert_eq!(send(task, there.0, number), DONE);
                assert_eq!(recv(task, back.1), (DONE, number + 1));
            }
            discard(types.sender, there.0);
            assert_eq!(recv(task, back.1).0, CLOSED);
            discard(types.receiver, back.1);
        });
        run.finish();
    }
}

/// All ways to wait at a channel of capacity 0.
const WAYS: [(&str, Way); 5] = [
    ("recv", |task, _, _, rx| recv(task, rx).0),
    ("next", |task, _, _, rx| next(task, rx).0),
    ("send", |task, _, tx, _| send(task, tx, text("cut"))),
    ("deliver", |task, _, tx, _| deliver(task, tx, text("cut"))),
    ("select", |task, types, tx, _| {
        let (other, empty) = open(task, types, 0);
        let value = text("borrowed");
        let waited = choose(task, &[receive(empty), offer(tx, value)], -1, false).0;
        discard(types.message, value);
        discard(types.sender, other);
        discard(types.receiver, empty);
        waited
    }),
];

#[test]
fn every_wait_is_cut_by_cancellation_and_by_a_deadline() {
    for workers in [1, 2] {
        for (name, wait) in WAYS {
            for by_deadline in [false, true] {
                let run = Run::new(workers);
                run.start(move |task| cut(task, name, wait, by_deadline));
                run.finish();
            }
        }
    }
}

fn cut(task: &Task, name: &str, wait: Way, by_deadline: bool) {
    let types = Types::of(Kind::String);
    let (tx, rx) = open(task, types, 0);
    let (their_tx, their_rx) = (dup(types.sender, tx), dup(types.receiver, rx));
    let seen = StdArc::new(Mutex::new(None));
    let stopped = seen.clone();
    let other = start(task.scheduler(), &StdArc::default(), move |task| {
        let (_, own) = if by_deadline { task.begin_deadline(5 * MILLI) } else { (0, 0) };
        assert_eq!(wait(task, types, their_tx, their_rx), EARLY);
        let as_it_should = if by_deadline { task.take_expiry(own) } else { task.take_stop() == Stop::Cancelled };
        discard(types.sender, their_tx);
        discard(types.receiver, their_rx);
        *stopped.lock() = Some(as_it_should);
    });
    if !by_deadline {
        (0..5).for_each(|_| task.yield_now());
        other.task().cancel();
    }
    while seen.lock().is_none() {
        task.yield_now();
    }
    assert_eq!(*seen.lock(), Some(true), "{name}");
    // Nobody is left in the channel.
    // SAFETY: the ends are alive, the message is owned.
    unsafe {
        assert_eq!(chan_try_send(address(task), tx, text("late")), 0, "{name}");
        assert_eq!(chan_try_recv(address(task), rx, at(types.optional)), 0, "{name}");
    }
    discard(types.sender, tx);
    discard(types.receiver, rx);
}

#[test]
fn a_task_that_was_cancelled_before_does_not_begin() {
    within(|task| {
        let types = Types::of(Kind::String);
        let (tx, rx) = open(task, types, 4);
        task.cancel();
        assert_eq!((send(task, tx, text(1)), deliver(task, tx, text(1)), recv(task, rx).0), (EARLY, EARLY, EARLY));
        let value = text(2);
        assert_eq!(choose(task, &[offer(tx, value)], 0, true).0, EARLY);
        discard(types.message, value);
        // SAFETY: the end is alive.
        assert_eq!(unsafe { chan_len(tx) }, 0);
        discard(types.sender, tx);
        discard(types.receiver, rx);
    });
}

#[test]
fn select_takes_what_is_ready_the_default_or_the_time() {
    within(|task| {
        let types = Types::of(Kind::String);
        let ((tx_a, rx_a), (tx_b, rx_b)) = (open(task, types, 1), open(task, types, 1));
        let arms = [receive(rx_a), receive(rx_b)];
        assert_eq!(choose(task, &arms, -1, true).0, SELECTED + 3);
        assert_eq!(choose(task, &arms, 0, false).0, SELECTED + 2);
        let before = task.scheduler().clock.now();
        assert_eq!(choose(task, &arms, 10 * MILLI, false).0, SELECTED + 2);
        assert!(task.scheduler().clock.now() - before >= 10 * MILLI as u64);
        assert_eq!(choose(task, &[], 5 * MILLI, false).0, SELECTED, "time alone");
        assert_eq!(send(task, tx_b, text("b")), DONE);
        let (arm, word) = choose(task, &arms, 1000 * MILLI, true);
        assert_eq!((arm, read(types, word)), (SELECTED + 1, "message b".to_owned()));
        let value = text("c");
        assert_eq!(choose(task, &[receive(rx_a), offer(tx_b, value)], -1, false).0, SELECTED + 1);
        assert_eq!(choose(task, &[receive(rx_a), offer(tx_b, value)], 0, false).0, SELECTED + 2, "there is no room");
        discard(types.message, value);
        assert_eq!(read(types, recv(task, rx_b).1), "message c");
        // SAFETY: the ends are alive.
        unsafe { chan_close(address(task), tx_a) };
        assert_eq!(choose(task, &arms, 0, false).0, SELECTED + 2);
        // SAFETY: the ends are alive.
        unsafe { chan_close(address(task), tx_b) };
        assert_eq!(choose(task, &arms, 1000 * MILLI, false).0, CLOSED);
        assert_eq!(choose(task, &arms, -1, true).0, SELECTED + 3);
        for (tx, rx) in [(tx_a, rx_a), (tx_b, rx_b)] {
            discard(types.sender, tx);
            discard(types.receiver, rx);
        }
    });
}

#[test]
fn a_select_waits_for_messages_room_time_and_ends() {
    for workers in [1, 3] {
        let run = Run::new(workers);
        run.start(|task| both_directions(task, Types::of(Kind::String)));
        run.finish();
    }
}

fn both_directions(task: &Task, types: Types) {
    let ((tx_a, rx_a), (tx_b, rx_b)) = (open(task, types, 0), open(task, types, 0));
    start(task.scheduler(), &StdArc::default(), move |task| {
        for number in 0..200 {
            if number % 2 == 0 {
                assert_eq!(send(task, tx_a, text(number)), DONE);
            } else {
                assert_eq!(read(types, recv(task, rx_b).1), "message sent");
            }
        }
        discard(types.sender, tx_a);
        discard(types.receiver, rx_b);
    });
    let value = text("sent");
    let (mut received, mut sent) = (0, 0);
    loop {
        match choose(task, &[receive(rx_a), offer(tx_b, value)], 10_000 * MILLI, false) {
            (SELECTED, word) => {
                assert_eq!(read(types, word), format!("message {}", 2 * received));
                received += 1;
            }
            (waited, _) if waited == SELECTED + 1 => sent += 1,
            (waited, _) => break assert_eq!(waited, CLOSED),
        }
    }
    assert_eq!((received, sent), (100, 100));
    discard(types.message, value);
    discard(types.receiver, rx_a);
    discard(types.sender, tx_b);
}

#[test]
fn a_message_to_oneself_without_a_queue_is_a_deadlock() {
    let run = Run::new(1);
    let types = Types::of(Kind::String);
    let main = run.start(move |task| {
        let (tx, rx) = open(task, types, 0);
        assert_eq!(send(task, tx, text("to myself")), EARLY);
        let message = task.take_fault().message;
        assert!(message.contains("wait for each other") && message.contains("waits to send"), "{message}");
        discard(types.sender, tx);
        discard(types.receiver, rx);
    });
    run.scheduler.run_watched(main, || run.done.load(Ordering::SeqCst) == 1);
}

#[test]
fn deliver_waits_for_the_receiver() {
    for capacity in [0, 1, -1] {
        let run = Run::new(1);
        let types = Types::of(Kind::String);
        run.start(move |task| {
            let (tx, rx) = open(task, types, capacity);
            let delivered = StdArc::new(AtomicUsize::new(0));
            let count = delivered.clone();
            start(task.scheduler(), &StdArc::default(), move |task| {
                for number in 0..3 {
                    assert_eq!(deliver(task, tx, text(number)), DONE);
                    count.fetch_add(1, Ordering::SeqCst);
                }
                discard(types.sender, tx);
            });
            for number in 0..3 {
                (0..5).for_each(|_| task.yield_now());
                assert_eq!(delivered.load(Ordering::SeqCst), number);
                assert_eq!(read(types, recv(task, rx).1), format!("message {number}"));
            }
            assert_eq!(recv(task, rx).0, CLOSED);
            discard(types.receiver, rx);
        });
        run.finish();
    }
}
