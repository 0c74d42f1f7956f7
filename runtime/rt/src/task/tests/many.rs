//! Many tasks, several threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use pluto_abi::layout::Waited;

use super::{Log, Run, compute, start};
use crate::sync::Mutex;
use crate::task::reactor::let_others;
use crate::task::wait::Waiter;
use crate::task::{Entry, Task, TaskRef, What};

/// The task's wait is answered before it suspends.
fn answer_oneself(task: &Task) {
    assert!(task.begin_wait(What::Nothing, 0).finish(7));
    task.suspend();
    assert!(matches!(task.enter(), Entry::Over(answer) if answer.word == 7));
}

fn wait_for_answer(task: &Task) {
    while task.enter() == Entry::Pending {
        task.suspend();
    }
}

#[test]
fn a_program_that_spawns_nothing_runs_on_one_thread() {
    let run = Run::new(8);
    run.start(|task| {
        (0..100).for_each(|_| task.yield_now());
        answer_oneself(task);
    });
    run.until(1);
    assert_eq!(run.scheduler.worker_count(), 1);
}

/// Three tasks that take turns.
fn take_turns(log: &Log, start: impl Fn(Box<dyn FnOnce(&Task) + Send>)) {
    for name in ["a", "b", "c"] {
        let log = log.clone();
        start(Box::new(move |task| {
            for turn in 0..3 {
                log.lock().push(format!("{name}{turn}"));
                task.yield_now();
            }
        }));
    }
}

#[test]
fn what_a_task_made_last_runs_first_and_nobody_starves() {
    let run = Run::new(1);
    let log = Log::default();
    let (makes, done) = (log.clone(), run.done.clone());
    run.start(move |task| {
        take_turns(&makes, |body| {
            start(task.scheduler(), &done, body);
        });
    });
    run.until(4);
    assert_eq!(log.lock().join(" "), "c0 a0 b0 c1 a1 b1 c2 a2 b2");
}

#[test]
fn what_comes_from_outside_runs_in_its_order() {
    let run = Run::new(1);
    let log = Log::default();
    take_turns(&log, |body| {
        run.start(body);
    });
    run.until(3);
    assert_eq!(log.lock().join(" "), "a0 b0 c0 a1 b1 c1 a2 b2 c2");
}

#[test]
fn two_that_wake_each_other_do_not_starve_the_rest() {
    let run = Run::new(1);
    let stop = Arc::new(AtomicBool::new(false));
    let pair: Arc<[Mutex<Option<Waiter<TaskRef>>>; 2]> = Arc::default();
    for me in 0..2 {
        let (stop, pair) = (stop.clone(), pair.clone());
        run.start(move |task| {
            while !stop.load(Ordering::SeqCst) {
                *pair[me].lock() = Some(task.begin_wait(What::Nothing, 0));
                let other = pair[1 - me].lock().take();
                other.map(|other| other.finish(0));
                wait_for_answer(task);
            }
            // On one thread: the other one waits, or will see `stop`.
            let other = pair[1 - me].lock().take();
            other.map(|other| other.finish(0));
        });
    }
    run.start(move |task| {
        (0..10).for_each(|_| task.yield_now());
        stop.store(true, Ordering::SeqCst);
    });
    run.until(3);
}

#[test]
fn a_wake_up_before_the_suspension_is_not_lost() {
    let run = Run::new(1);
    run.start(|task| {
        answer_oneself(task);
    });
    run.until(1);
}

#[test]
fn thousands_of_tasks_on_any_number_of_threads() {
    for workers in [1, 2, 3, 8] {
        let run = Run::new(workers);
        let (count, scheduler, done) = (Arc::new(AtomicUsize::new(0)), run.scheduler, run.done.clone());
        run.start(move |task| {
            for _ in 0..3000 {
                let count = count.clone();
                start(task.scheduler(), &done, move |task| {
                    for _ in 0..5 {
                        count.fetch_add(1, Ordering::Relaxed);
                        task.yield_now();
                    }
                });
            }
        });
        run.until(3001);
        assert!(scheduler.worker_count() <= workers);
    }
}

#[test]
fn stacks_are_used_again() {
    let run = Run::new(2);
    for round in 1..=5 {
        for _ in 0..1000 {
            run.start(|task| task.yield_now());
        }
        run.until(round * 1000);
    }
    let mut slots = 0;
    crate::os::slot::each(|_| slots += 1);
    // Other tests run beside this one.
    assert!(slots < 60_000, "{slots}");
}

#[test]
fn work_is_stolen() {
    let run = Run::new(2);
    let threads = Arc::new(Mutex::new(std::collections::BTreeSet::new()));
    let (seen, done) = (threads.clone(), run.done.clone());
    run.start(move |task| {
        for _ in 0..50 {
            let seen = seen.clone();
            start(task.scheduler(), &done, move |_| {
                seen.lock().insert(format!("{:?}", std::thread::current().id()));
                compute(1000);
            });
        }
    });
    run.until(51);
    assert_eq!(threads.lock().len(), 2);
}

/// Two stages that compute must not share a thread, although one always wakes the other.
#[test]
fn the_slot_is_emptied_when_its_owner_goes_on() {
    let run = Run::new(2);
    let ran = Arc::new(AtomicBool::new(false));
    let seen = ran.clone();
    run.start(move |task| {
        let flag = ran.clone();
        let done = Arc::default();
        start(task.scheduler(), &done, move |_| flag.store(true, Ordering::SeqCst));
        let begin = Instant::now();
        while !ran.load(Ordering::SeqCst) && begin.elapsed() < Duration::from_secs(5) {
            task.operated();
            compute(5);
        }
    });
    run.until(1);
    assert!(seen.load(Ordering::SeqCst));
    assert_eq!(run.scheduler.worker_count(), 2);
}

/// Loops that never wait, on all workers: timers and sockets go on.
#[test]
fn computing_loops_let_others_run() {
    let run = Run::new(2);
    run.scheduler.start_monitor();
    let stop = Arc::new(AtomicBool::new(false));
    for _ in 0..2 {
        let stop = stop.clone();
        run.start(move |task| {
            while !stop.load(Ordering::Relaxed) {
                compute(50);
                if task.is_asked_to_yield() {
                    task.safepoint();
                }
            }
        });
    }
    let flag = stop.clone();
    run.start(move |task| {
        let before = task.scheduler().clock.now();
        while task.sleep(50_000_000, 0) == Waited::Suspend {
            task.suspend();
        }
        let late = task.scheduler().clock.now() - before;
        assert!((50_000_000..3_000_000_000).contains(&late), "{late}");
        flag.store(true, Ordering::SeqCst);
    });
    run.until(3);
}

#[test]
fn the_reactor_gets_turns_while_tasks_are_ready() {
    let run = Run::new(1);
    let stop = Arc::new(AtomicBool::new(false));
    let flag = stop.clone();
    run.scheduler.io(async move {
        tokio::time::sleep(Duration::from_millis(10)).await;
        flag.store(true, Ordering::SeqCst);
    });
    run.start(move |task| {
        while !stop.load(Ordering::SeqCst) {
            task.yield_now();
        }
    });
    run.until(1);
}

#[test]
fn a_future_that_never_waits_does_not_keep_the_others_from_going_on() {
    for workers in [1, 2] {
        let run = Run::new(workers);
        run.start(|task| {
            let waiter = task.begin_wait(crate::task::What::Reply, 0);
            let (ended, seen) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
            let (end, see) = (ended.clone(), seen.clone());
            task.scheduler().io(async move {
                while !end.load(Ordering::SeqCst) {
                    see.store(true, Ordering::SeqCst);
                    let_others().await;
                }
                waiter.finish(1);
            });
            task.scheduler().io(async move {
                while !seen.load(Ordering::SeqCst) {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                ended.store(true, Ordering::SeqCst);
            });
            while task.enter() == crate::task::Entry::Pending {
                task.suspend();
            }
        });
        run.until(1);
    }
}

#[test]
fn a_future_wakes_a_task() {
    for workers in [1, 2] {
        let run = Run::new(workers);
        for _ in 0..20 {
            run.start(|task| {
                for _ in 0..20 {
                    let waiter = task.begin_wait(crate::task::What::Reply, 0);
                    task.scheduler().io(async move {
                        tokio::task::yield_now().await;
                        waiter.finish(7);
                    });
                    let answer = loop {
                        match task.enter() {
                            crate::task::Entry::Over(answer) => break answer,
                            crate::task::Entry::Pending => task.suspend(),
                            entry @ (crate::task::Entry::Fresh | crate::task::Entry::Early { .. }) => {
                                panic!("{entry:?}")
                            }
                        }
                    };
                    assert_eq!(answer.word, 7);
                }
            });
        }
        run.until(20);
    }
}

#[test]
fn timers_come_to_their_turn_while_all_compute_for_a_few_milliseconds_each() {
    const TICKS: usize = 10;
    let run = Run::new(1);
    run.scheduler.start_monitor();
    let (stop, rounds) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let others = 6;
    for _ in 0..others {
        let (stop, rounds) = (stop.clone(), rounds.clone());
        run.start(move |task| {
            while !stop.load(Ordering::SeqCst) {
                compute(2_000);
                rounds.fetch_add(1, Ordering::SeqCst);
                task.yield_now();
            }
        });
    }
    run.start(move |task| {
        for _ in 0..TICKS {
            while task.sleep(1_000_000, 0) == Waited::Suspend {
                task.suspend();
            }
        }
        stop.store(true, Ordering::SeqCst);
    });
    run.until(others + 1);
    // A tick of the monitor is ten milliseconds, and it looks twice.
    let rounds = rounds.load(Ordering::SeqCst);
    assert!(rounds < TICKS * 40, "{rounds} rounds for {TICKS} ticks");
}
