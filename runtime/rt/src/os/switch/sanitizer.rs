//! Tells AddressSanitizer which stack a thread is on (`.ci/sanitize`). In: switches. Out: its calls for fibers
//! (`sanitizer/common_interface_defs.h` of LLVM's compiler-rt).

use std::cell::Cell;
use std::ffi::c_void;

unsafe extern "C" {
    fn __sanitizer_start_switch_fiber(fake_stack: *mut *mut c_void, bottom: *const c_void, size: usize);
    fn __sanitizer_finish_switch_fiber(fake_stack: *mut c_void, bottom: *mut *const c_void, size: *mut usize);
    fn __asan_unpoison_memory_region(address: *const c_void, size: usize);
}

/// The bounds of a stack, and what the sanitizer keeps for it while it is left.
pub(super) struct Sanitizer {
    fake_stack: Cell<*mut c_void>,
    bottom: Cell<usize>,
    size: Cell<usize>,
}

impl Default for Sanitizer {
    fn default() -> Sanitizer {
        Sanitizer { fake_stack: Cell::new(std::ptr::null_mut()), bottom: Cell::new(0), size: Cell::new(0) }
    }
}

impl Sanitizer {
    pub(super) fn of_thread() -> Sanitizer {
        let own = Sanitizer::default();
        let (mut bottom, mut size) = (std::ptr::null_mut(), 0);
        // SAFETY: asks the C library for this thread's attributes, into memory of our own, and frees them.
        unsafe {
            let mut attributes = std::mem::zeroed();
            if libc::pthread_getattr_np(libc::pthread_self(), &raw mut attributes) == 0 {
                libc::pthread_attr_getstack(&raw const attributes, &raw mut bottom, &raw mut size);
                libc::pthread_attr_destroy(&raw mut attributes);
            }
        }
        own.bottom.set(bottom.addr());
        own.size.set(size);
        own
    }

    pub(super) fn prepare(&self, bottom: usize, top: usize) {
        self.bottom.set(bottom);
        self.size.set(top - bottom);
        self.fake_stack.set(std::ptr::null_mut());
        // SAFETY: the stack of a new context: what the frames of an earlier one marked is void.
        unsafe { __asan_unpoison_memory_region(bottom as *const c_void, top - bottom) };
    }

    pub(super) fn leave(&self, to: &Sanitizer) {
        let (bottom, size) = (to.bottom.get() as *const c_void, to.size.get());
        // SAFETY: the bounds of a stack that this thread switches to next.
        unsafe { __sanitizer_start_switch_fiber(self.fake_stack.as_ptr(), bottom, size) };
    }

    pub(super) fn leave_for_good(&self, to: &Sanitizer) {
        let (bottom, size) = (to.bottom.get() as *const c_void, to.size.get());
        // SAFETY: the same; no place to keep anything in: this stack is not needed any more.
        unsafe { __sanitizer_start_switch_fiber(std::ptr::null_mut(), bottom, size) };
    }

    pub(super) fn arrived(&self) {
        // SAFETY: this thread has just switched to the stack of this context.
        unsafe {
            __sanitizer_finish_switch_fiber(self.fake_stack.get(), std::ptr::null_mut(), std::ptr::null_mut());
        }
    }
}
