//! Measurements, on demand: `cargo test --release -p pluto-rt --lib speed -- --ignored --nocapture --test-threads=1`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::{Run, start};
use crate::sync::Mutex;
use crate::task::wait::Waiter;
use crate::task::{Entry, Task, TaskRef, What};

const ROUNDS: usize = 2_000_000;

fn wait_for_answer(task: &Task) {
    while task.enter() == Entry::Pending {
        task.suspend();
    }
}

/// A cell that one task fills and another empties.
type Cell = Mutex<(bool, Option<Waiter<TaskRef>>)>;

fn put(task: &Task, cell: &Cell, full: bool) {
    loop {
        task.enter();
        let mut state = cell.lock();
        if state.0 == full {
            state.1 = Some(task.begin_wait(What::Send, 0));
            drop(state);
            wait_for_answer(task);
            continue;
        }
        state.0 = full;
        let other = state.1.take();
        drop(state);
        if let Some(other) = other {
            other.finish(0);
        }
        return;
    }
}

#[test]
#[ignore = "a measurement"]
fn speed_of_ping_pong() {
    for workers in [1, 2] {
        let run = Run::new(workers);
        let cell: Arc<Cell> = Arc::default();
        for full in [true, false] {
            let cell = cell.clone();
            run.start(move |task| (0..ROUNDS).for_each(|_| put(task, &cell, full)));
        }
        let begin = Instant::now();
        run.until(2);
        println!("ping-pong, {workers} workers: {} ns", begin.elapsed().as_nanos() / ROUNDS as u128);
    }
}

#[test]
#[ignore = "a measurement"]
fn speed_of_spawn_and_join() {
    for workers in [1, 2] {
        let run = Run::new(workers);
        run.start(move |task| {
            for _ in 0..ROUNDS {
                let waiter = task.begin_wait(What::Get, 0);
                task.scheduler().spawn(move |_| assert!(waiter.finish(0))).expect("memory");
                wait_for_answer(task);
            }
        });
        let begin = Instant::now();
        run.until(1);
        println!("spawn and join, {workers} workers: {} ns", begin.elapsed().as_nanos() / ROUNDS as u128);
    }
}

#[test]
#[ignore = "a measurement"]
fn speed_of_many_spawned_at_once() {
    for workers in [1, 2] {
        let run = Run::new(workers);
        let left = Arc::new(AtomicUsize::new(100_000));
        let done = run.done.clone();
        run.start(move |task| {
            let waiter = task.begin_wait(What::Get, 0);
            for _ in 0..100_000 {
                let left = left.clone();
                let body = move |_: &Task| {
                    if left.fetch_sub(1, Ordering::SeqCst) == 1 {
                        waiter.finish(0);
                    }
                };
                task.scheduler().spawn(body).expect("memory");
            }
            wait_for_answer(task);
        });
        let begin = Instant::now();
        run.until(1);
        println!("100,000 spawned, {workers} workers: {} ns each", begin.elapsed().as_nanos() / 100_000);
        drop(done);
    }
}

fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let value = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).expect("there");
        line.split_whitespace().nth(1).and_then(|text| text.parse::<usize>().ok()).expect("a number")
    };
    (value("VmRSS:") + value("VmPTE:")) * 1024
}

#[test]
#[ignore = "a measurement"]
fn speed_and_size_of_idle_tasks() {
    let count = 100_000;
    let run = Run::new(2);
    let before = resident();
    let waiters: Arc<Mutex<Vec<Waiter<TaskRef>>>> = Arc::new(Mutex::new(Vec::with_capacity(count)));
    let (done, all) = (run.done.clone(), waiters.clone());
    run.start(move |task| {
        for _ in 0..count {
            let all = all.clone();
            start(task.scheduler(), &done, move |task| {
                all.lock().push(task.begin_wait(What::Receive, 0));
                wait_for_answer(task);
            });
            task.yield_now();
        }
    });
    let begin = Instant::now();
    run.until(1);
    while waiters.lock().len() < count {
        std::thread::yield_now();
    }
    println!(
        "{count} idle: {} ns and {} bytes each",
        begin.elapsed().as_nanos() / count as u128,
        (resident() - before) / count
    );
    waiters.lock().iter().for_each(|waiter| assert!(waiter.finish(0)));
    run.until(count + 1);
}
