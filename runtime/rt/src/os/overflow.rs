//! The backstop behind the stack limit: a task that runs into the guard page of its stack is reported before the process dies.
//! In: SIGSEGV and SIGBUS. Out: a line on standard error, and the end of the process.

use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicBool, Ordering};

/// The handler's own stack.
const STACK_BYTES: usize = 64 * 1024;
/// A fault so near to the stack pointer is an overflow.
const NEAR: usize = 64 * 1024;

/// Installs the handler, on a stack of its own.
pub(super) fn report_on_guard_pages() {
    if !give_signal_stack() {
        return;
    }
    // SAFETY: all bits zero is a valid action; the handler does only what a handler may.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_fault as extern "C" fn(c_int, *const libc::siginfo_t, *const c_void) as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        libc::sigaction(libc::SIGSEGV, &raw const action, std::ptr::null_mut());
        libc::sigaction(libc::SIGBUS, &raw const action, std::ptr::null_mut());
    }
}

/// Gives this thread a stack for the handler.
pub(super) fn give_signal_stack() -> bool {
    let stack = Box::leak(vec![0_u8; STACK_BYTES].into_boxed_slice());
    let alternate = libc::stack_t { ss_sp: stack.as_mut_ptr().cast(), ss_flags: 0, ss_size: STACK_BYTES };
    // SAFETY: the stack is never freed.
    unsafe { libc::sigaltstack(&raw const alternate, std::ptr::null_mut()) == 0 }
}

extern "C" fn on_fault(_signal: c_int, info: *const libc::siginfo_t, context: *const c_void) {
    static ENTERED: AtomicBool = AtomicBool::new(false);
    if ENTERED.swap(true, Ordering::Relaxed) {
        // SAFETY: allowed in a signal handler.
        unsafe { libc::_exit(139) };
    }
    // SAFETY: the kernel hands over valid structures.
    let (address, stack) = unsafe {
        let context = &*context.cast::<libc::ucontext_t>();
        ((*info).si_addr() as usize, context.uc_mcontext.gregs[libc::REG_RSP as usize] as usize)
    };
    let message: &[u8] = if address.abs_diff(stack) < NEAR {
        b"pluto runtime: a stack overflowed into its guard page\n"
    } else {
        b"pluto runtime: invalid memory access\n"
    };
    // SAFETY: allowed in a signal handler; the message is static.
    unsafe {
        libc::write(2, message.as_ptr().cast(), message.len());
        libc::signal(libc::SIGABRT, libc::SIG_DFL);
        libc::abort();
    }
}
