//! Coroutines: the switch between the stack of a task and that of the worker that runs it. In: bodies. Out: steps, until they
//! have ended.
//!
//! No task holds a thread-local address across a switch: it may go on on another thread (see the test below).

use std::cell::{Cell, UnsafeCell};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use corosensei::{Coroutine, CoroutineResult, Yielder};

use super::slot::{SlotStack, TaskRef};
use crate::task::Task;

/// The execution of a task. Only for the thread that runs the task.
pub struct Execution {
    coroutine: UnsafeCell<Option<Coroutine<(), (), (), SlotStack>>>,
    /// Where the task leaves its stack for the worker's; set while its body runs.
    door: Cell<*const Yielder<(), ()>>,
}

/// What a resumed task did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// It waits.
    Suspended,
    /// It has ended.
    Finished,
}

impl Default for Execution {
    fn default() -> Execution {
        Execution { coroutine: UnsafeCell::new(None), door: Cell::new(std::ptr::null()) }
    }
}

impl Execution {
    /// Will run the body on the stack of that task, to which this belongs. The task has ended, and nobody else uses it.
    pub(crate) fn prepare(task: TaskRef, body: impl FnOnce(&Task) + Send + 'static) {
        let coroutine = Coroutine::with_stack(SlotStack::of(task.task()), move |yielder, ()| {
            let task = task.task();
            task.execution.door.set(yielder);
            // Frames of generated code cannot be unwound: a panic is a bug of the runtime, which the process does not survive.
            if catch_unwind(AssertUnwindSafe(|| body(task))).is_err() {
                std::process::abort();
            }
        });
        // SAFETY: the task does not run, so nobody else has a reference; a coroutine that was there has finished.
        unsafe { *task.task().execution.coroutine.get() = Some(coroutine) };
    }

    /// Runs the task until it suspends or ends. Only for the worker that took it from a queue.
    pub(crate) fn resume(&self) -> Step {
        // SAFETY: only the worker that took the task from a queue is here; the task itself touches only `door`.
        match unsafe { &mut *self.coroutine.get() }.as_mut().map(|coroutine| coroutine.resume(())) {
            Some(CoroutineResult::Yield(())) => Step::Suspended,
            Some(CoroutineResult::Return(())) | None => Step::Finished,
        }
    }

    /// Leaves the task's stack until the task is resumed. Only on the task's own stack. Part of its caller: each return behind a
    /// switch is one that the processor predicts wrongly.
    #[inline(always)]
    pub(crate) fn leave(&self) {
        let yielder = self.door.get();
        assert!(!yielder.is_null(), "only a running task can suspend");
        // SAFETY: set when the body began, and the yielder lives as long as the body, whose stack we are on.
        unsafe { (*yielder).suspend(()) }
    }
}

impl fmt::Debug for Execution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Execution")
    }
}

#[cfg(test)]
mod tests {
    //! The finding behind `docs/decisions/0001-status-word.md`: a suspended coroutine may go on on another thread, if all it
    //! knows of its surroundings comes through a pointer parameter.

    use super::*;
    use corosensei::stack::DefaultStack;
    use std::sync::atomic::{AtomicU64, Ordering};

    struct Context {
        yielder: Cell<*const Yielder<(), ()>>,
        status: AtomicU64,
    }

    /// Like generated code: a hidden context, a status word as result, a switch in the middle of a deep call.
    #[inline(never)]
    extern "C" fn deep(context: &Context, depth: u64) -> u64 {
        if depth == 0 {
            // SAFETY: set by the body, which is below us on this stack.
            unsafe { (*context.yielder.get()).suspend(()) };
            return context.status.load(Ordering::Relaxed);
        }
        let status = deep(context, depth - 1);
        if status == 0 { 0 } else { status + 1 }
    }

    struct Moved(corosensei::Coroutine<(), (), u64, DefaultStack>);
    // SAFETY: the body holds only the context, which is not used by two threads at once, and no thread-local address.
    unsafe impl Send for Moved {}

    #[test]
    fn a_suspended_coroutine_goes_on_on_another_thread() {
        for status in [0, 7] {
            let context =
                Box::leak(Box::new(Context { yielder: Cell::new(std::ptr::null()), status: AtomicU64::new(0) }));
            let shared: &'static Context = context;
            let stack = DefaultStack::new(1024 * 1024).expect("memory");
            let mut moved = Moved(corosensei::Coroutine::with_stack(stack, move |yielder, ()| {
                shared.yielder.set(yielder);
                deep(shared, 50)
            }));
            assert!(matches!(moved.0.resume(()), CoroutineResult::Yield(())));
            shared.status.store(status, Ordering::Relaxed);
            let result = std::thread::spawn(move || {
                let mut moved = moved;
                let moved = &mut moved;
                moved.0.resume(()).as_return()
            });
            let expected = if status == 0 { 0 } else { status + 50 };
            assert_eq!(result.join().expect("no panic"), Some(expected));
        }
    }
}
