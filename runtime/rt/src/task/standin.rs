//! Stand-ins for the tasks of branch rt1, so that this branch compiles and tests by itself until they are merged.

use super::wait::{Sleeper, Waiting};

/// A thread that waits, never freed.
#[derive(Clone, Copy, Debug)]
pub struct TaskRef(pub &'static Parker);

/// See [`TaskRef`].
#[derive(Debug)]
pub struct Parker {
    pub waiting: Waiting,
    pub thread: std::thread::Thread,
}

impl Sleeper for TaskRef {
    fn waiting(&self) -> &Waiting {
        &self.0.waiting
    }

    fn wake(&self) {
        self.0.thread.unpark();
    }
}

/// See rt1.
pub fn is_unwinding() -> bool {
    false
}

pub mod handle {
    //! See rt1.

    /// See rt1.
    pub fn drop_handle(_word: u64) {}
}
