//! What a task and its handles share: how the task ended, and who waits for that. In: the two owners, the task's [`Ending`] and the handles'
//! [`StateRef`]. Out: the memory is freed by whichever of them goes last.

use std::cell::UnsafeCell;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::heap::memory;
use crate::sync::joint::{Joint, Leaves};
use crate::task::handle::{End, TaskState};

/// What a task and its handles share, as the handles see it: one object of each task, which may be copied, is the keeper of a
/// [`Jointly`], and frees it if it goes last.
#[derive(Debug)]
pub(super) struct StateRef(NonNull<TaskState>);

/// The task's own end of it, which alone may say how the task ended, once.
#[derive(Debug)]
pub struct Ending(NonNull<TaskState>);

// SAFETY: `TaskState` may be used by several threads at once, and whichever of the two owners is last frees it.
unsafe impl Send for StateRef {}
// SAFETY: the same.
unsafe impl Send for Ending {}

const STATE_WORDS: usize = size_of::<TaskState>().div_ceil(8);

impl StateRef {
    pub(super) fn pair(state: TaskState) -> (StateRef, Ending) {
        const { assert!(align_of::<TaskState>() <= 8) };
        let at = memory::take_plain(STATE_WORDS).cast::<TaskState>();
        // SAFETY: the memory is new, large enough, and aligned to words.
        unsafe { at.write(state) };
        (StateRef(at), Ending(at))
    }

    pub(super) fn into_word(self) -> u64 {
        std::mem::ManuallyDrop::new(self).0.as_ptr() as u64
    }

    /// # Safety
    /// The word comes from `into_word`, and is not used any more.
    pub(super) unsafe fn from_word(word: u64) -> StateRef {
        // SAFETY: it was made from a `NonNull`.
        StateRef(unsafe { NonNull::new_unchecked(word as *mut TaskState) })
    }
}

impl Drop for StateRef {
    fn drop(&mut self) {
        // SAFETY: freed by the last owner; this is one.
        if unsafe { self.0.as_ref() }.abandon() == Leaves::Last {
            // SAFETY: the other owner is gone.
            unsafe { free(self.0) };
        }
    }
}

impl Ending {
    /// The task has ended like this, and will do nothing but give its memory back.
    pub fn finish(self, end: End) {
        // SAFETY: freed by the last owner; this is one. There is one `Ending` of each state, and it is gone now.
        unsafe { self.0.as_ref().outcome().set(end) };
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        // SAFETY: freed by the last owner; this is one.
        let (leaves, waiters) = unsafe { self.0.as_ref() }.tell();
        if leaves == Leaves::Last {
            // SAFETY: the other owner is gone.
            unsafe { free(self.0) };
        }
        waiters.wake();
    }
}

/// # Safety
/// It comes from [`StateRef::pair`], and both owners are gone.
unsafe fn free(state: NonNull<TaskState>) {
    // SAFETY: the caller's contract.
    unsafe {
        state.drop_in_place();
        memory::give_plain(state.cast(), STATE_WORDS);
    }
}

/// Something of two owners, behind a [`Joint`].
#[derive(Default)]
pub struct Jointly<T> {
    joint: Joint,
    inner: UnsafeCell<T>,
}

// SAFETY: `Joint` lets one thread at a time inside.
unsafe impl<T: Send> Sync for Jointly<T> {}

impl<T> Jointly<T> {
    /// Has the one who ends it gone?
    pub fn is_over(&self) -> bool {
        self.joint.is_over()
    }

    /// A keeper looks inside; nothing if it is over.
    #[inline]
    pub fn visit<R>(&self, visit: impl FnOnce(&mut T) -> R) -> Option<R> {
        let inside = self.joint.visit();
        inside.then(|| {
            // SAFETY: only this thread is inside.
            let result = visit(unsafe { &mut *self.inner.get() });
            self.joint.leave();
            result
        })
    }

    /// The last keeper goes, after a look inside if it is not over.
    pub fn abandon(&self, look: impl FnOnce(&mut T)) -> Leaves {
        if self.joint.is_over() || !self.joint.visit() {
            return Leaves::Last;
        }
        // SAFETY: only this thread is inside.
        look(unsafe { &mut *self.inner.get() });
        self.joint.abandon();
        Leaves::First
    }

    /// The one who ends it goes, after a look inside; once.
    pub fn end<R>(&self, look: impl FnOnce(&mut T, Leaves) -> R) -> (Leaves, R) {
        let leaves = self.joint.begin_end();
        // SAFETY: only this thread is inside.
        let result = look(unsafe { &mut *self.inner.get() }, leaves);
        if leaves == Leaves::First {
            self.joint.end();
        }
        (leaves, result)
    }
}

impl<T> std::fmt::Debug for Jointly<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.joint.fmt(f)
    }
}

/// How a task ended, once that is known.
#[derive(Default)]
pub struct Outcome {
    known: AtomicBool,
    end: UnsafeCell<Option<End>>,
}

// SAFETY: written once, before `known` is set, and only read afterwards.
unsafe impl Sync for Outcome {}

impl Outcome {
    /// That.
    #[inline]
    pub fn get(&self) -> Option<&End> {
        // SAFETY: nobody writes any more.
        if self.known.load(Ordering::Acquire) { unsafe { &*self.end.get() }.as_ref() } else { None }
    }

    /// # Safety
    /// Once.
    unsafe fn set(&self, end: End) {
        // SAFETY: nobody reads before `known` is set, and nobody else writes.
        unsafe { *self.end.get() = Some(end) };
        self.known.store(true, Ordering::Release);
    }
}

impl std::fmt::Debug for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.get().fmt(f)
    }
}
