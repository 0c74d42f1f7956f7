//! Handles of tasks, as generated code uses them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pluto_abi::layout::{Header, Kind};

use super::*;
use crate::os::sample::Sample;
use crate::task::Scheduler;
use crate::task::fault::Stop;
use crate::task::scheduler::Settings;

fn type_of(kind: Kind, first: *const TypeDesc) -> *mut u8 {
    let desc = TypeDesc {
        kind: kind as u32,
        words: 0,
        plan: 0,
        name: "T".as_ptr(),
        name_len: 1,
        first,
        second: std::ptr::null(),
        part_count: 0,
        parts: std::ptr::null(),
        tells: 0,
        counted_count: 0,
        counted: std::ptr::null(),
    };
    std::ptr::from_mut(Box::leak(Box::new(desc))).cast()
}

/// A closure without captures.
fn closure() -> u64 {
    let header = Header { count: 0, reserved: 0, desc: type_of(Kind::Fn, std::ptr::null()).cast() };
    std::ptr::from_mut(Box::leak(Box::new((header, 0_u64)))) as u64
}

extern "C" fn seven(task: *mut Task, _closure: u64, out: *mut u64) -> u64 {
    // SAFETY: called by the runtime with a task and room for a result.
    unsafe {
        (*task).yield_now();
        *out = 7;
    }
    0
}

extern "C" fn faulty(task: *mut Task, _closure: u64, _out: *mut u64) -> u64 {
    // SAFETY: as above.
    let task = unsafe { &*task };
    task.fault("division by zero".to_string());
    task.trace_start(0);
    1
}

extern "C" fn endless(task: *mut Task, _closure: u64, _out: *mut u64) -> u64 {
    // SAFETY: as above.
    let task = unsafe { &*task };
    while task.sleep(3_600_000_000_000, 0) == Waited::Suspend {
        task.suspend();
    }
    1
}

type Body = extern "C" fn(*mut Task, u64, *mut u64) -> u64;

fn spawn(task: &Task, body: Body) -> u64 {
    let int = type_of(Kind::Int, std::ptr::null());
    let handle_desc = type_of(Kind::Task, int.cast());
    let mut out = 0_u64;
    // SAFETY: all arguments are as the table says.
    let status = unsafe {
        let at = std::ptr::from_ref(task).cast_mut().cast();
        task_spawn(at, closure(), body as *mut u8, handle_desc, (&raw mut out).cast())
    };
    assert_eq!(status, 0);
    out
}

fn get(task: &Task, handle: u64) -> (u64, u64) {
    let mut out = 0_u64;
    loop {
        // SAFETY: the handle is alive.
        let waited = unsafe { task_get(std::ptr::from_ref(task).cast_mut().cast(), handle, 1, (&raw mut out).cast()) };
        if waited != Waited::Suspend as u64 {
            return (waited, out);
        }
        task.suspend();
    }
}

fn drop_object(handle: u64) {
    // SAFETY: the object is ours.
    unsafe { crate::heap::object::object_free(handle as *mut u8) };
}

fn within(workers: usize, body: impl FnOnce(&Task) + Send + 'static) {
    let sites = vec![("inner", "a.pt", 3), ("outer", "a.pt", 9)];
    let program = Sample { name: "test", sites, ..Sample::default() }.program();
    let scheduler = Scheduler::new(program, Settings { workers, seed: None });
    let done = Arc::new(AtomicBool::new(false));
    let flag = done.clone();
    let run = move |task: &Task| {
        body(task);
        flag.store(true, Ordering::SeqCst);
        task.scheduler().nudge();
    };
    scheduler.spawn(run).expect("memory");
    scheduler.run_until(|| done.load(Ordering::SeqCst));
    assert!(scheduler.end_tasks(5_000_000_000), "dropped handles cancel");
    scheduler.shut_down();
}

#[test]
fn results_come_as_often_as_they_are_asked_for() {
    for workers in [1, 2] {
        within(workers, |task| {
            let handles: Vec<u64> = (0..200).map(|_| spawn(task, seven)).collect();
            for handle in handles {
                assert_eq!(get(task, handle), (Waited::Done as u64, 7));
                assert_eq!(get(task, handle), (Waited::Done as u64, 7));
                drop_object(handle);
            }
        });
    }
}

#[test]
fn a_fault_is_raised_again_with_both_paths() {
    within(2, |task| {
        let handle = spawn(task, faulty);
        for _ in 0..2 {
            assert_eq!(get(task, handle).0, Waited::Early as u64);
            task.trace_start(1);
            let Stop::Fault(fault) = task.take_stop() else { panic!("it is a fault") };
            assert_eq!(fault.message, "division by zero");
            assert_eq!(fault.path, ["at inner (a.pt:3)", "-- waited for by --", "at outer (a.pt:9)"]);
        }
        // SAFETY: the handle is alive.
        assert_eq!(unsafe { state(handle) }.message(), "division by zero");
        drop_object(handle);
    });
}

#[test]
fn cancelled_tasks_say_so_and_dropped_handles_cancel() {
    for workers in [1, 2] {
        within(workers, |task| {
            let handle = spawn(task, endless);
            task.yield_now();
            // SAFETY: the handle is alive.
            unsafe { task_cancel(handle) };
            assert_eq!(get(task, handle).0, Waited::Cancelled as u64);
            drop_object(handle);
            for _ in 0..50 {
                let handle = spawn(task, endless);
                task.yield_now();
                drop_object(handle);
            }
        });
    }
}

#[test]
fn a_detached_task_outlives_its_handle() {
    within(1, |task| {
        let handle = spawn(task, endless);
        // SAFETY: the handle is alive.
        unsafe { task_detach(handle) };
        drop_object(handle);
        (0..3).for_each(|_| task.yield_now());
        assert_eq!(task.scheduler().task_count(), 2);
    });
}
