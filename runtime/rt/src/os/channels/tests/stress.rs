//! Many tasks on several threads, random orders, and nothing left behind.

use super::*;
use crate::heap::check::leak_report;

/// Producers and consumers.
#[derive(Clone, Copy)]
struct Fan {
    producers: u64,
    consumers: u64,
    capacity: i64,
    each: u64,
}

/// All messages arrive once, those of one sender in order.
fn fan(settings: Settings, fan: Fan) {
    let run = Run::with(settings);
    let types = Types::of(Kind::String);
    let total = StdArc::new(AtomicUsize::new(0));
    let arrived = total.clone();
    run.start(move |task| {
        let (tx, rx) = open(task, types, fan.capacity);
        let done = StdArc::new(AtomicUsize::new(0));
        for number in 0..fan.producers {
            let tx = dup(types.sender, tx);
            start(task.scheduler(), &done, move |task| produce(task, types, tx, number, fan.each));
        }
        discard(types.sender, tx);
        for _ in 0..fan.consumers {
            let (rx, arrived) = (dup(types.receiver, rx), arrived.clone());
            start(task.scheduler(), &done, move |task| {
                arrived.fetch_add(consume(task, types, rx, fan.producers), Ordering::SeqCst);
            });
        }
        discard(types.receiver, rx);
        while done.load(Ordering::SeqCst) < (fan.producers + fan.consumers) as usize {
            task.yield_now();
        }
    });
    run.finish();
    assert_eq!(total.load(Ordering::SeqCst) as u64, fan.producers * fan.each);
}

fn produce(task: &Task, types: Types, tx: u64, number: u64, each: u64) {
    for count in 0..each {
        let word = new_string(&format!("{number} {count}"));
        let sent = if count % 5 == 0 { deliver(task, tx, word) } else { send(task, tx, word) };
        assert_eq!(sent, DONE);
    }
    discard(types.sender, tx);
}

fn consume(task: &Task, types: Types, rx: u64, producers: u64) -> usize {
    let mut last = vec![-1; producers as usize];
    let mut arrived = 0;
    while let (DONE, word) = next(task, rx) {
        let text = read(types, word);
        let (sender, count) = text.split_once(' ').expect("two numbers");
        let (sender, count) = (sender.parse::<usize>().expect("one"), count.parse::<i64>().expect("one"));
        assert!(last[sender] < count, "in order");
        last[sender] = count;
        arrived += 1;
    }
    discard(types.receiver, rx);
    arrived
}

fn all() {
    for workers in [1, 2, 4, 8] {
        for (producers, consumers, capacity) in [(1, 1, 0), (4, 4, 0), (8, 1, 3), (1, 8, 64), (5, 5, -1)] {
            let each = 2_000 / producers;
            fan(Settings { workers, seed: None }, Fan { producers, consumers, capacity, each });
        }
    }
    for seed in 0..40 {
        let capacity = (seed % 3) as i64;
        fan(Settings { workers: 4, seed: Some(seed) }, Fan { producers: 3, consumers: 2, capacity, each: 8 });
    }
    for round in 0..30 {
        cancelled_in_the_middle(round);
    }
}

#[test]
fn many_tasks_on_several_threads() {
    all();
}

/// Tasks that are cancelled at any time leave no messages and no ends behind.
fn cancelled_in_the_middle(round: u64) {
    let run = Run::new(1 + round as usize % 3);
    let types = Types::of(Kind::String);
    run.start(move |task| {
        let (tx, rx) = open(task, types, (round % 3) as i64);
        let done = StdArc::new(AtomicUsize::new(0));
        let body = |number| {
            let (tx, rx) = (dup(types.sender, tx), dup(types.receiver, rx));
            start(task.scheduler(), &done, move |task| until_cancelled(task, types, tx, rx, number))
        };
        let tasks: Vec<TaskRef> = (0..6).map(body).collect();
        (0..round * 3).for_each(|_| task.yield_now());
        tasks.iter().for_each(|other| other.task().cancel());
        discard(types.sender, tx);
        discard(types.receiver, rx);
        while done.load(Ordering::SeqCst) < tasks.len() {
            task.yield_now();
        }
    });
    run.finish();
}

fn until_cancelled(task: &Task, types: Types, tx: u64, rx: u64, number: u64) {
    let value = text("offered");
    loop {
        let (waited, word) = match number % 3 {
            0 => (send(task, tx, text(number)), 0),
            1 => choose(task, &[receive(rx), offer(tx, value)], -1, false),
            _ => recv(task, rx),
        };
        if word != 0 {
            read(types, word);
        }
        if waited != DONE && waited < SELECTED {
            break;
        }
        task.yield_now();
    }
    discard(types.message, value);
    discard(types.sender, tx);
    discard(types.receiver, rx);
}

/// The same in a process of its own that checks every object.
#[test]
fn nothing_is_left_behind() {
    let inner = "os::channels::tests::stress::counted";
    let out = std::process::Command::new(std::env::current_exe().expect("this test"))
        .args([inner, "--exact", "--ignored", "--nocapture"])
        .env("PLUTO_CHECK_LEAKS", "1")
        .output()
        .expect("it runs");
    let text = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success() && text.contains("1 passed"), "{text}");
}

#[test]
#[ignore = "run by `nothing_is_left_behind`"]
fn counted() {
    all();
    assert_eq!(leak_report(), 0);
}
