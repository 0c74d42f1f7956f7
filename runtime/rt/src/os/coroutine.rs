//! The executions of tasks and workers, each on a stack of its own, and the way from one to the other. In: bodies. Out: bodies that
//! run until they leave their stack, and go on when somebody comes back to it.
//!
//! No task holds a thread-local address across a switch: it may go on on another thread (see the test of `os::switch`).

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::slot::{SlotStack, TaskRef};
use super::switch::{Context, To, switch};
use crate::task::Task;

/// The execution of a task, or of a worker. Only for the thread that runs it, or goes there.
#[derive(Default)]
pub struct Execution {
    context: Context,
}

/// So large a body may be: it lies on the task's own stack.
const MOST_BODY: usize = 16 * 1024;

impl Execution {
    /// That of a worker, on the stack of the thread that calls this.
    pub(crate) fn of_thread() -> Execution {
        Execution { context: Context::of_thread() }
    }

    /// Will run the body on the stack of that task, to which this belongs. The task has ended, and nobody else uses it.
    pub(crate) fn prepare<F: FnOnce(&Task) + Send + 'static>(task: TaskRef, body: F) {
        const { assert!(size_of::<F>() <= MOST_BODY && align_of::<F>() <= 64) };
        let stack = SlotStack::of(task.task());
        let top = (stack.top() - size_of::<F>()) & !(align_of::<F>().max(16) - 1);
        let place = top as *mut F;
        let arguments = [std::ptr::from_ref(task.task()).cast_mut().cast(), place.cast()];
        // SAFETY: the task has ended, so nothing on its stack is in use; the body lies at its top, the rest is for the execution.
        unsafe {
            place.write(body);
            task.task().execution.context.prepare(stack.bottom(), top, run::<F>, arguments);
        }
    }

    /// Leaves this execution's stack for that of another one, until somebody comes back. Only on this execution's stack, to one that
    /// does not run and that nobody else goes to.
    #[inline(always)]
    pub(crate) fn leave(&self, to: &Execution) {
        // SAFETY: as above; who comes back looks at nothing that is local to the thread before `Task::arrive`.
        unsafe { switch(&self.context, &to.context) }
    }
}

/// Runs a task from its beginning to its end.
unsafe extern "sysv64" fn run<F: FnOnce(&Task)>(task: *mut u8, body: *mut u8) -> To {
    // SAFETY: `prepare` has laid down a task, which lives for ever, and a body, which is read once.
    let (task, body) = unsafe { (&*task.cast::<Task>(), body.cast::<F>().read()) };
    task.execution.context.begun();
    task.arrive();
    // Frames of generated code cannot be unwound: a panic is a bug of the runtime, which the process does not survive.
    if catch_unwind(AssertUnwindSafe(|| body(task))).is_err() {
        std::process::abort();
    }
    task.execution.context.ended(&task.end().context)
}

impl fmt::Debug for Execution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Execution")
    }
}
