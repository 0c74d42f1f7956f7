//! The finding behind `docs/decisions/0001-status-word.md`: an execution may go on on another thread, if all it knows of its
//! surroundings comes through a pointer parameter.

use super::*;
use std::sync::atomic::{AtomicU64, Ordering};

const STACK: usize = 256 * 1024;

struct Both {
    own: Context,
    caller: Cell<*const Context>,
    status: AtomicU64,
    result: AtomicU64,
}

// SAFETY: the test's threads run one after the other.
unsafe impl Sync for Both {}

impl Both {
    fn suspend(&self) {
        // SAFETY: set by whoever came here, and alive until we are back.
        unsafe { switch(&self.own, &*self.caller.get()) };
    }

    fn resume(&self) {
        let here = Context::of_thread();
        self.caller.set(&raw const here);
        // SAFETY: the execution does not run, and comes back here.
        unsafe { switch(&here, &self.own) };
    }
}

/// Like generated code: a hidden context, a status word as result, a switch in the middle of a deep call.
#[inline(never)]
extern "C" fn deep(both: &Both, depth: u64) -> u64 {
    if depth == 0 {
        both.suspend();
        return both.status.load(Ordering::Relaxed);
    }
    let status = deep(both, depth - 1);
    if status == 0 { 0 } else { status + 1 }
}

unsafe extern "sysv64" fn body(both: *mut u8, depth: *mut u8) -> To {
    // SAFETY: what the test gave.
    let both = unsafe { &*both.cast::<Both>() };
    both.own.begun();
    let result = deep(both, depth.addr() as u64);
    both.result.store(result, Ordering::Relaxed);
    // SAFETY: set by whoever came here, and alive until we are back.
    both.own.ended(unsafe { &*both.caller.get() })
}

#[test]
fn an_execution_goes_on_on_another_thread() {
    for status in [0, 7] {
        let both: &'static Both = Box::leak(Box::new(Both {
            own: Context::default(),
            caller: Cell::new(std::ptr::null()),
            status: AtomicU64::new(status),
            result: AtomicU64::new(u64::MAX),
        }));
        let bottom = Box::leak(vec![0u8; STACK].into_boxed_slice()).as_mut_ptr().addr();
        let arguments = [std::ptr::from_ref(both).cast_mut().cast(), std::ptr::without_provenance_mut(50)];
        // SAFETY: the memory is new and never freed.
        unsafe { both.own.prepare(bottom, bottom + STACK, body, arguments) };
        both.resume();
        assert_eq!(both.result.load(Ordering::Relaxed), u64::MAX, "it waits in the middle");
        std::thread::spawn(|| both.resume()).join().expect("no panic");
        assert_eq!(both.result.load(Ordering::Relaxed), if status == 0 { 0 } else { status + 50 });
    }
}

#[test]
fn a_new_stack_is_aligned_as_calls_expect() {
    unsafe extern "sysv64" fn look(both: *mut u8, _: *mut u8) -> To {
        // SAFETY: what the test gave.
        let both = unsafe { &*both.cast::<Both>() };
        both.own.begun();
        // What floating-point formatting keeps on the stack is moved by instructions that fault if it is not aligned.
        both.result.store(format!("{:.3}", 1.5f64).len() as u64, Ordering::Relaxed);
        // SAFETY: set by whoever came here, and alive until we are back.
        both.own.ended(unsafe { &*both.caller.get() })
    }
    for offset in [0, 8, 24] {
        let both: &'static Both = Box::leak(Box::new(Both {
            own: Context::default(),
            caller: Cell::new(std::ptr::null()),
            status: AtomicU64::new(0),
            result: AtomicU64::new(0),
        }));
        let bottom = Box::leak(vec![0u8; STACK].into_boxed_slice()).as_mut_ptr().addr();
        let arguments = [std::ptr::from_ref(both).cast_mut().cast(), std::ptr::null_mut()];
        // SAFETY: the memory is new and never freed.
        unsafe { both.own.prepare(bottom, bottom + STACK - offset, look, arguments) };
        both.resume();
        assert_eq!(both.result.load(Ordering::Relaxed), 5);
    }
}
