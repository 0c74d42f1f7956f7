//! Services that are rebuilt after faults, under many orders of events, and as time goes by.

use std::sync::atomic::{AtomicI64, Ordering};

use pluto_abi::layout::Waited;

use super::{Run, wait};
use crate::os::sample::Sample;
use crate::task::fault::Stop;
use crate::task::lock::{Mode, Stay};
use crate::task::locks::Wish;
use crate::task::rebuild::Rebuild;
use crate::task::scheduler::Settings;
use crate::task::{Scheduler, Task};

fn wish(mode: Mode) -> Wish {
    Wish { mode, stay: Stay::Long }
}

fn enter(task: &Task, mode: Mode) -> Waited {
    wait(task, || task.enter_service(0, wish(mode), 0), &Waited::Suspend)
}

/// A method that has the lock ends with a fault, as generated code does it.
fn fault_inside(task: &Task, mode: Mode, rebuild: Rebuild) {
    task.fault("bad".to_string());
    task.trace_start(0);
    task.ended_early_in(0, rebuild);
    task.give_lock_back(0, wish(mode));
    assert!(matches!(task.take_stop(), Stop::Fault(_)));
}

/// How many methods are inside, which instance is there, and which one is broken.
static INSIDE: AtomicI64 = AtomicI64::new(0);
static INSTANCE: AtomicI64 = AtomicI64::new(0);
static BROKEN: AtomicI64 = AtomicI64::new(-1);

/// What generated code makes of a `start`.
extern "C" fn start(task: &Task) -> u64 {
    wait(task, || task.take_lock(0, wish(Mode::Write), 0), &Waited::Suspend);
    assert_eq!(INSIDE.load(Ordering::SeqCst), 0, "nobody is inside while it is rebuilt");
    task.yield_now();
    assert_eq!(INSIDE.load(Ordering::SeqCst), 0, "nobody has come in");
    INSTANCE.fetch_add(1, Ordering::SeqCst);
    task.give_lock_back(0, wish(Mode::Write));
    0
}

fn visit(task: &Task, mode: Mode, is_bad: bool) {
    assert_eq!(enter(task, mode), Waited::Done);
    let instance = INSTANCE.load(Ordering::SeqCst);
    assert_ne!(instance, BROKEN.load(Ordering::SeqCst), "nobody enters a broken instance");
    INSIDE.fetch_add(1, Ordering::SeqCst);
    task.yield_now();
    assert_eq!(instance, INSTANCE.load(Ordering::SeqCst), "nobody's instance goes away");
    INSIDE.fetch_sub(1, Ordering::SeqCst);
    if is_bad {
        BROKEN.store(instance, Ordering::SeqCst);
        fault_inside(task, mode, Rebuild::AtNextCall);
    } else {
        task.give_lock_back(0, wish(mode));
    }
}

#[test]
fn nobody_enters_a_broken_instance_and_nobody_loses_the_one_he_is_in() {
    let mut rebuilt = 0;
    for seed in 1..=40 {
        INSTANCE.store(0, Ordering::SeqCst);
        BROKEN.store(-1, Ordering::SeqCst);
        let sample =
            Sample { name: "test", services: vec!["S"], start: Some(start), tests: vec!["t"], ..Sample::default() };
        let scheduler = Scheduler::new(sample.program(), Settings { workers: 1, seed: Some(seed) });
        let run = Run { scheduler, done: std::sync::Arc::default() };
        for number in 0..5 {
            run.start(move |task| {
                for turn in 0..5 {
                    let mode = if (number + turn) % 3 == 0 { Mode::Write } else { Mode::Read };
                    // Readers and writers, five in all: as often as it may be rebuilt at once.
                    visit(task, mode, turn == number);
                }
            });
        }
        run.until(5);
        rebuilt += INSTANCE.load(Ordering::SeqCst);
    }
    assert!(rebuilt > 40, "{rebuilt}");
}

#[test]
fn one_that_nobody_calls_is_rebuilt_at_once_and_when_it_may_be_again() {
    let run = Run::seeded(1);
    run.start(|task| {
        for _ in 0..5 {
            assert_eq!(enter(task, Mode::Write), Waited::Done);
            fault_inside(task, Mode::Write, Rebuild::AtOnce);
            wait(task, || task.sleep(1_000_000, 0), &Waited::Suspend);
            assert!(!task.scheduler().damages.is_broken(0));
        }
        assert_eq!(enter(task, Mode::Read), Waited::Done);
        fault_inside(task, Mode::Read, Rebuild::AtOnce);
        assert_eq!(enter(task, Mode::Read), Waited::Early);
        let Stop::Fault(fault) = task.take_stop() else { panic!("it is refused by a fault") };
        assert_eq!(fault.message, "S was rebuilt 5 times within 30 s, and a fault broke it again");
        wait(task, || task.sleep(29_000_000_000, 0), &Waited::Suspend);
        assert!(task.scheduler().damages.is_broken(0));
        wait(task, || task.sleep(2_000_000_000, 0), &Waited::Suspend);
        assert!(!task.scheduler().damages.is_broken(0), "nobody has called it");
    });
    run.until(1);
}
