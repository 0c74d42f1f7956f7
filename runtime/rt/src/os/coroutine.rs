//! Coroutines: the stacks of tasks and the switch between them and the worker. In: bodies. Out: steps, until they have ended.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use corosensei::stack::{DefaultStack, Stack as _};
use corosensei::{CoroutineResult, Yielder};

use crate::task::Task;

/// The size of every stack, the same for all tasks, so that recursion behaves the same everywhere. Below lies a guard page.
const STACK_BYTES: usize = 1024 * 1024;
/// Below the limit that generated code respects, so much is left for functions of the runtime.
const RED_ZONE: usize = 32 * 1024;
/// So many stacks are kept for later tasks.
const MOST_FREE: usize = 512;

/// Stacks of tasks that have ended, for new ones.
#[derive(Default)]
pub struct Stacks {
    free: RefCell<Vec<DefaultStack>>,
}

/// A stack.
pub struct Stack(DefaultStack);

/// The execution of a task.
pub struct Coroutine(corosensei::Coroutine<(), (), (), DefaultStack>);

/// What a resumed task did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// It waits.
    Suspended,
    /// It has ended.
    Finished,
}

/// Where a task leaves its stack for the worker's.
#[derive(Debug)]
pub struct Door(Cell<*const Yielder<(), ()>>);

impl Stacks {
    /// A stack for a new task.
    pub fn take(&self) -> io::Result<Stack> {
        let free = self.free.borrow_mut().pop();
        free.map_or_else(|| DefaultStack::new(STACK_BYTES), Ok).map(Stack)
    }

    /// Takes the stack of a finished task back.
    pub fn give(&self, finished: Coroutine) {
        let mut free = self.free.borrow_mut();
        if finished.0.done() && free.len() < MOST_FREE {
            free.push(finished.0.into_stack());
        }
    }
}

impl Stack {
    /// The lowest address that a Pluto function may be entered with.
    pub fn limit(&self) -> u64 {
        (self.0.limit().get() + RED_ZONE) as u64
    }
}

impl Coroutine {
    /// Will run the body as that task. The task stays alive until the body has ended.
    pub fn new(stack: Stack, task: Rc<Task>, body: Box<dyn FnOnce(&Task)>) -> Coroutine {
        Coroutine(corosensei::Coroutine::with_stack(stack.0, move |yielder, ()| {
            task.door.0.set(yielder);
            // Frames of generated code cannot be unwound: a panic is a bug of the runtime, which the process does not survive.
            if catch_unwind(AssertUnwindSafe(|| body(&task))).is_err() {
                std::process::abort();
            }
        }))
    }

    /// Runs the task until it suspends or ends.
    pub fn resume(&mut self) -> Step {
        match self.0.resume(()) {
            CoroutineResult::Yield(()) => Step::Suspended,
            CoroutineResult::Return(()) => Step::Finished,
        }
    }
}

impl Default for Door {
    fn default() -> Door {
        Door(Cell::new(std::ptr::null()))
    }
}

impl Door {
    /// Leaves the task's stack until the task is resumed. Only on the task's own stack.
    #[inline(never)]
    pub fn suspend(&self) {
        let yielder = self.0.get();
        assert!(!yielder.is_null(), "only a running task can suspend");
        // SAFETY: set when the body began, and the yielder lives as long as the body, whose stack we are on.
        unsafe { (*yielder).suspend(()) }
    }
}

impl fmt::Debug for Coroutine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Coroutine").field("done", &self.0.done()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Stacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stacks").field("free", &self.free.borrow().len()).finish()
    }
}

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Stack").field(&self.limit()).finish()
    }
}

#[cfg(test)]
mod tests {
    //! The finding behind `docs/decisions/0001-status-word.md`: a suspended coroutine may go on on another thread, if all it
    //! knows of its surroundings comes through a pointer parameter.

    use super::*;
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
            let stack = DefaultStack::new(STACK_BYTES).expect("memory");
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
