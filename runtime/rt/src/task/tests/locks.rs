//! Locks of services.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use pluto_abi::layout::Waited;

use super::{Log, Run, wait};
use crate::task::Task;
use crate::task::lock::{Mode, Stay};
use crate::task::locks::Wish;

fn lock(task: &Task, mode: Mode) -> Waited {
    wait(task, || task.take_lock(0, Wish { mode, stay: Stay::Long }, 0), &Waited::Suspend)
}

#[test]
fn readers_share_writers_do_not_and_nobody_overtakes() {
    let run = Run::new(1);
    let log = Log::default();
    let modes = [("r1", Mode::Read), ("r2", Mode::Read), ("w1", Mode::Write), ("r3", Mode::Read), ("w2", Mode::Write)];
    let starter = log.clone();
    let done = run.done.clone();
    run.start(move |task| {
        for (name, mode) in modes {
            let log = starter.clone();
            super::start(task.scheduler(), &done, move |task| {
                assert_eq!(lock(task, mode), Waited::Done);
                log.lock().push(format!("+{name}"));
                task.yield_now();
                log.lock().push(format!("-{name}"));
                task.give_lock_back(0, Wish { mode, stay: Stay::Long });
            });
            // It comes before the next is there.
            task.yield_now();
        }
    });
    run.until(6);
    let log = log.lock().join(" ");
    let (readers, writers) = log.split_at(log.find("+w1").expect("it ran"));
    assert!(readers.starts_with("+r1 +r2 -r1 -r2") || readers.starts_with("+r1 -r1 +r2 -r2"), "{log}");
    assert_eq!(writers, "+w1 -w1 +r3 -r3 +w2 -w2");
}

#[test]
fn counters_stay_exact() {
    for workers in [1, 2, 4, 8] {
        let run = Run::new(workers);
        let (inside, total) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicUsize::new(0)));
        for number in 0..1000 {
            let (inside, total) = (inside.clone(), total.clone());
            run.start(move |task| {
                for turn in 0..10 {
                    let mode = if (number + turn) % 3 == 0 { Mode::Read } else { Mode::Write };
                    assert_eq!(lock(task, mode), Waited::Done);
                    let change = if mode == Mode::Write { 1_000_000 } else { 1 };
                    let there = inside.fetch_add(change, Ordering::SeqCst);
                    assert!(if mode == Mode::Write { there == 0 } else { there < 1_000_000 }, "{there}");
                    // Not atomic on purpose.
                    let before = total.load(Ordering::Relaxed);
                    if turn % 4 == 0 {
                        task.yield_now();
                    }
                    if mode == Mode::Write {
                        total.store(before + 1, Ordering::Relaxed);
                    }
                    inside.fetch_sub(change, Ordering::SeqCst);
                    task.give_lock_back(0, Wish { mode, stay: Stay::Long });
                }
            });
        }
        run.until(1000);
        let expected = (0..1000).flat_map(|number| (0..10).map(move |turn| number + turn)).filter(|it| it % 3 != 0);
        assert_eq!(total.load(Ordering::Relaxed), expected.count());
    }
}

#[test]
fn who_is_cancelled_leaves_the_queue_and_those_behind_come_in() {
    let run = Run::new(1);
    let done = run.done.clone();
    run.start(move |task| {
        assert_eq!(lock(task, Mode::Read), Waited::Done);
        let writer = super::start(task.scheduler(), &done, |task| assert_eq!(lock(task, Mode::Write), Waited::Early));
        task.yield_now();
        let reader = Arc::new(AtomicUsize::new(0));
        let flag = reader.clone();
        super::start(task.scheduler(), &done, move |task| {
            assert_eq!(lock(task, Mode::Read), Waited::Done);
            flag.store(1, Ordering::SeqCst);
            task.give_lock_back(0, Wish { mode: Mode::Read, stay: Stay::Long });
        });
        task.yield_now();
        assert_eq!(reader.load(Ordering::SeqCst), 0, "a writer waits");
        writer.task().cancel();
        (0..3).for_each(|_| task.yield_now());
        assert_eq!(reader.load(Ordering::SeqCst), 1);
        task.give_lock_back(0, Wish { mode: Mode::Read, stay: Stay::Long });
    });
    run.until(3);
}

#[test]
fn a_held_write_lock_keeps_waits_from_being_cut() {
    let run = Run::new(1);
    run.start(|task| {
        assert_eq!(lock(task, Mode::Write), Waited::Done);
        task.cancel();
        let before = task.scheduler().clock.now();
        assert_eq!(wait(task, || task.sleep(5_000_000, 0), &Waited::Suspend), Waited::Done);
        assert!(task.scheduler().clock.now() - before >= 5_000_000);
        task.give_lock_back(0, Wish { mode: Mode::Write, stay: Stay::Long });
        assert_eq!(wait(task, || task.sleep(5_000_000, 0), &Waited::Suspend), Waited::Early);
    });
    run.until(1);
}
