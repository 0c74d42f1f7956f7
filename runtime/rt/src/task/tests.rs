//! Tasks take turns, wait for locks in order, and leave paths behind.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use tokio::time::sleep;

use super::fault::Fault;
use super::lock::Mode;
use super::{Task, Worker};
use crate::os::sample::Sample;

type Log = Rc<RefCell<Vec<String>>>;

fn worker(services: usize) -> Rc<Worker> {
    let sites = vec![("inner", "a.pt", 3), ("outer", "a.pt", 9)];
    Worker::new(Sample { name: "test", services: vec!["S"; services], sites, ..Sample::default() }.program())
}

/// Spawns a task, and counts it as done when it has ended.
fn start(worker: &Rc<Worker>, done: &Rc<Cell<usize>>, body: impl FnOnce(&Task) + 'static) -> Rc<Task> {
    let done = done.clone();
    let run = move |task: &Task| {
        body(task);
        done.set(done.get() + 1);
    };
    worker.spawn(run).expect("memory for a stack")
}

/// Lets the others run.
fn pause(task: &Task) {
    let me = task.shared();
    let worker = task.worker().clone();
    let waker = task.worker().spawn(move |_| worker.wake(&me)).expect("memory for a stack");
    task.suspend();
    drop(waker);
}

#[test]
fn tasks_run_in_the_order_in_which_they_became_ready() {
    let worker = worker(0);
    let (log, done) = (Log::default(), Rc::default());
    for name in ["a", "b", "c"] {
        let log = log.clone();
        start(&worker, &done, move |task| {
            for turn in 0..3 {
                log.borrow_mut().push(format!("{name}{turn}"));
                pause(task);
            }
        });
    }
    worker.run_until(|| done.get() == 3);
    assert_eq!(log.borrow().join(" "), "a0 b0 c0 a1 b1 c1 a2 b2 c2");
}

#[test]
fn a_wake_up_before_the_suspension_is_not_lost() {
    let worker = worker(0);
    let done = Rc::default();
    start(&worker, &done, |task| {
        task.worker().wake(&task.shared());
        task.suspend();
    });
    worker.run_until(|| done.get() == 1);
}

#[test]
fn the_idle_worker_waits_for_timers() {
    let worker = worker(0);
    let done = Rc::default();
    start(&worker, &done, |task| {
        let (me, owner) = (task.shared(), task.worker().clone());
        task.worker().io(async move {
            sleep(Duration::from_millis(20)).await;
            owner.wake(&me);
        });
        let before = task.worker().now();
        task.suspend();
        assert!(task.worker().now() >= before + 19);
    });
    worker.run_until(|| done.get() == 1);
}

#[test]
fn the_reactor_gets_turns_while_tasks_are_ready() {
    let worker = worker(0);
    let (stop, done) = (Rc::new(Cell::new(false)), Rc::default());
    let flag = stop.clone();
    worker.io(async move {
        sleep(Duration::from_millis(10)).await;
        flag.set(true);
    });
    start(&worker, &done, move |task| {
        while !stop.get() {
            pause(task);
        }
    });
    worker.run_until(|| done.get() == 1);
}

#[test]
fn many_tasks_at_once_and_stacks_are_used_again() {
    let worker = worker(0);
    let done = Rc::new(Cell::new(0));
    for _ in 0..5 {
        done.set(0);
        for _ in 0..1000 {
            start(&worker, &done, pause);
        }
        worker.run_until(|| done.get() == 1000);
    }
}

fn lock(task: &Task, mode: Mode) {
    while !task.worker().locks.take(task, 0, mode) {
        task.suspend();
    }
}

#[test]
fn readers_share_writers_do_not_and_nobody_overtakes() {
    let worker = worker(1);
    let (log, done) = (Log::default(), Rc::default());
    let modes = [("r1", Mode::Read), ("r2", Mode::Read), ("w1", Mode::Write), ("r3", Mode::Read), ("w2", Mode::Write)];
    for (name, mode) in modes {
        let log = log.clone();
        start(&worker, &done, move |task| {
            lock(task, mode);
            log.borrow_mut().push(format!("+{name}"));
            pause(task);
            log.borrow_mut().push(format!("-{name}"));
            task.worker().locks.give_back(0, mode);
        });
    }
    worker.run_until(|| done.get() == 5);
    assert_eq!(log.borrow().join(" "), "+r1 +r2 -r1 -r2 +w1 -w1 +r3 -r3 +w2 -w2");
}

#[test]
fn a_wake_up_that_means_something_else_does_not_give_the_lock() {
    let worker = worker(1);
    let done = Rc::default();
    let held = Rc::new(Cell::new(false));
    let (flag, seen) = (held.clone(), held.clone());
    start(&worker, &done, move |task| {
        lock(task, Mode::Write);
        flag.set(true);
        (0..3).for_each(|_| pause(task));
        flag.set(false);
        task.worker().locks.give_back(0, Mode::Write);
    });
    let waiter = start(&worker, &done, move |task| {
        lock(task, Mode::Write);
        assert!(!seen.get());
        task.worker().locks.give_back(0, Mode::Write);
    });
    start(&worker, &done, move |task| {
        pause(task);
        task.worker().wake(&waiter);
    });
    worker.run_until(|| done.get() == 3);
}

/// Runs a body in a task.
fn within(body: impl FnOnce(&Task) + 'static) {
    let worker = worker(0);
    let done = Rc::default();
    start(&worker, &done, body);
    worker.run_until(|| done.get() == 1);
}

#[test]
fn a_path_begins_anew_and_is_bounded() {
    within(|task| {
        task.trace_start(1);
        task.fault("division by zero".to_string());
        task.trace_start(0);
        for _ in 0..70 {
            task.trace(1);
        }
        let fault = task.take_fault();
        assert_eq!(fault.message, "division by zero");
        assert_eq!(fault.path[..2], ["at inner (a.pt:3)", "at outer (a.pt:9)"]);
        assert_eq!(fault.path.len(), 65);
        assert_eq!(fault.path[64], "(7 more)");
        assert!(task.take_path().is_empty());
    });
}

#[test]
fn a_fault_of_another_process_goes_on_here() {
    within(|task| {
        for begins in [true, false] {
            task.trace_start(1);
            let path = vec!["at far (b.pt:1)".to_string()];
            task.take_over(Fault { message: "index".to_string(), path }, "web");
            if begins {
                task.trace_start(0);
            } else {
                task.trace(0);
            }
            task.trace(1);
            let lines = ["at far (b.pt:1)", "-- called from process web --", "at inner (a.pt:3)", "at outer (a.pt:9)"];
            assert_eq!(task.take_fault().path, lines);
        }
    });
}
