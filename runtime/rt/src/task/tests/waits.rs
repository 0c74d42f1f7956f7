//! Sleep, deadlines, cancellation, deadlocks, the seeded scheduler.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pluto_abi::layout::Waited;

use super::{Log, Run, wait, within};
use crate::task::fault::Stop;
use crate::task::lock::{Mode, Stay};
use crate::task::locks::Wish;
use crate::task::{Entry, NEVER, Task, What};

const MILLI: i64 = 1_000_000;

fn sleep(task: &Task, nanoseconds: i64) -> Waited {
    wait(task, || task.sleep(nanoseconds, 1), &Waited::Suspend)
}

#[test]
fn sleepers_wake_in_time() {
    let run = Run::new(2);
    for millis in [30, 10, 20, 0, -5] {
        run.start(move |task| {
            let before = task.scheduler().clock.now();
            assert_eq!(sleep(task, millis * MILLI), Waited::Done);
            let late = (task.scheduler().clock.now() - before) as i64 - millis.max(0) * MILLI;
            // Not early; how late is up to the machine too, if others use it.
            assert!((0..3_000 * MILLI).contains(&late), "{late}");
        });
    }
    run.until(5);
    assert!(!run.scheduler.has_reactor(), "sleeping alone needs no reactor");
}

#[test]
fn sleepers_wake_in_order() {
    let run = Run::seeded(3);
    let log = Log::default();
    for millis in [30, 10, 20, 0, -5] {
        let log = log.clone();
        run.start(move |task| {
            assert_eq!(sleep(task, millis * MILLI), Waited::Done);
            assert_eq!(task.scheduler().clock.now() as i64, millis.max(0) * MILLI);
            log.lock().push(millis.max(0).to_string());
        });
    }
    run.until(5);
    assert_eq!(log.lock().join(" "), "0 0 10 20 30");
}

#[test]
fn the_reactor_and_timers_side_by_side() {
    let run = Run::new(1);
    let flag = Arc::new(AtomicUsize::new(0));
    let seen = flag.clone();
    run.scheduler.io(async move {
        tokio::time::sleep(Duration::from_millis(5)).await;
        flag.store(1, Ordering::SeqCst);
    });
    run.start(move |task| {
        assert_eq!(sleep(task, 20 * MILLI), Waited::Done);
        assert_eq!(seen.load(Ordering::SeqCst), 1);
    });
    run.until(1);
}

#[test]
fn a_cancelled_task_ends_in_its_wait_and_before_the_next() {
    for workers in [1, 2] {
        let run = Run::new(workers);
        let sleeper = run.start(|task| {
            assert_eq!(sleep(task, 3_600_000 * MILLI), Waited::Early);
            assert_eq!(task.take_stop(), Stop::Cancelled);
            assert_eq!(sleep(task, 1), Waited::Early, "before it begins");
        });
        run.start(move |task| {
            (0..3).for_each(|_| task.yield_now());
            sleeper.task().cancel();
        });
        run.until(2);
    }
}

#[test]
fn cancellation_and_suspension_meet() {
    for _ in 0..60 {
        let run = Run::new(2);
        let ready = Arc::new(AtomicUsize::new(0));
        let flag = ready.clone();
        let sleeper = run.start(move |task| {
            flag.store(1, Ordering::SeqCst);
            assert_eq!(sleep(task, 3_600_000 * MILLI), Waited::Early);
        });
        let canceller = std::thread::spawn(move || {
            while ready.load(Ordering::SeqCst) == 0 {
                std::thread::yield_now();
            }
            sleeper.task().cancel();
        });
        run.until(1);
        canceller.join().expect("no panic");
    }
}

#[test]
fn the_effective_deadline_is_the_nearest_and_belongs_to_its_own_within() {
    within(|task| {
        let (before, outer) = task.begin_deadline(10 * MILLI);
        assert_eq!(before, NEVER);
        let (outside, inner) = task.begin_deadline(60_000 * MILLI);
        assert_eq!(sleep(task, 1_000 * MILLI), Waited::Early);
        assert!(task.is_unwinding());
        task.end_deadline(outside);
        assert!(!task.take_expiry(inner));
        task.end_deadline(before);
        assert!(task.take_expiry(outer));
        assert_eq!(sleep(task, 1), Waited::Done, "the time is not limited any more");
    });
}

#[test]
fn an_inner_deadline_ends_before_the_outer() {
    within(|task| {
        let (before, outer) = task.begin_deadline(60_000 * MILLI);
        for _ in 0..3 {
            let (outside, inner) = task.begin_deadline(2 * MILLI);
            assert_eq!(sleep(task, 1_000 * MILLI), Waited::Early);
            task.end_deadline(outside);
            assert!(task.take_expiry(inner));
            assert_eq!(sleep(task, MILLI), Waited::Done);
        }
        task.end_deadline(before);
        assert!(!task.take_expiry(outer));
        assert_eq!(task.deadline(), NEVER);
    });
}

#[test]
fn a_deadline_in_the_past_ends_the_first_wait() {
    within(|task| {
        let (before, own) = task.begin_deadline(-1);
        assert_eq!(sleep(task, MILLI), Waited::Early);
        task.end_deadline(before);
        assert!(task.take_expiry(own));
    });
}

#[test]
fn timers_that_are_not_needed_are_gone() {
    within(|task| {
        for _ in 0..1000 {
            let (before, _) = task.begin_deadline(3_600_000 * MILLI);
            let waiter = task.begin_wait(What::Receive, 0);
            assert!(waiter.finish(3));
            assert!(matches!(task.enter(), Entry::Over(answer) if answer.word == 3));
            task.end_deadline(before);
        }
        assert!(!task.scheduler().has_timers());
    });
}

#[test]
fn a_wait_can_be_given_up_unless_it_was_answered() {
    within(|task| {
        let waiter = task.begin_wait(What::Receive, 0);
        assert!(task.give_up_wait());
        assert!(!waiter.finish(1));
        assert_eq!(task.enter(), Entry::Fresh);
        let waiter = task.begin_wait(What::Receive, 0);
        assert!(waiter.finish(2));
        assert!(!task.give_up_wait());
        assert!(matches!(task.enter(), Entry::Over(_)));
    });
}

#[test]
fn when_all_wait_for_each_other_the_places_are_listed() {
    for workers in [1, 2] {
        let run = Run::new(workers);
        run.start(|task| {
            task.begin_wait(What::Receive, 1);
            while task.enter() == Entry::Pending {
                task.suspend();
            }
        });
        let message = Arc::new(crate::sync::Mutex::new(String::new()));
        let text = message.clone();
        let main = run.start(move |task| {
            // The other one is there first.
            let waited = sleep(task, 10 * MILLI);
            assert_eq!(waited, Waited::Done);
            task.begin_wait(What::Send, 0);
            let entry = wait(task, || task.enter(), &Entry::Pending);
            assert!(matches!(entry, Entry::Early { waited: Some(_) }));
            *text.lock() = task.take_fault().message;
        });
        run.scheduler.run_watched(main, || run.done.load(Ordering::SeqCst) == 1);
        let expected = "all tasks wait for each other\n    task 1 waits to receive at outer (a.pt:9)\n    \
                        main waits to send at inner (a.pt:3)";
        assert_eq!(*message.lock(), expected);
    }
}

/// Two tasks take two locks; whether they meet is up to the seed. Gives the order in which things happened.
fn interleaved(seed: u64) -> String {
    let run = Run::seeded(seed);
    let log = Log::default();
    for name in ["a", "b", "c"] {
        let log = log.clone();
        run.start(move |task| {
            for turn in 0..3 {
                assert_eq!(
                    wait(task, || task.take_lock(0, Wish { mode: Mode::Write, stay: Stay::Long }, 0), &Waited::Suspend),
                    Waited::Done
                );
                log.lock().push(format!("{name}{turn}"));
                task.give_lock_back(0, Wish { mode: Mode::Write, stay: Stay::Long });
            }
        });
    }
    run.until(3);
    let log = log.lock();
    log.join(" ")
}

#[test]
fn a_seed_decides_what_happens_and_different_seeds_differ() {
    let runs: Vec<String> = (1..=20).map(interleaved).collect();
    assert_eq!(runs, (1..=20).map(interleaved).collect::<Vec<_>>());
    let different: std::collections::BTreeSet<_> = runs.iter().collect();
    assert!(different.len() > 10, "{different:?}");
}

#[test]
fn seeded_time_jumps() {
    let begin = std::time::Instant::now();
    let run = Run::seeded(1);
    run.start(|task| {
        let before = task.scheduler().clock.now();
        assert_eq!(sleep(task, 3_600_000 * MILLI), Waited::Done);
        assert_eq!(task.scheduler().clock.now() - before, 3_600_000 * MILLI as u64);
    });
    run.until(1);
    assert!(begin.elapsed() < Duration::from_secs(10));
}
