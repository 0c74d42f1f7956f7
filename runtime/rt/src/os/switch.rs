//! The switch between stacks. In: a stack and what is to run on it. Out: [`Context`]s, of which each thread runs one at a time.
//!
//! Whoever leaves a stack goes straight to another one, without a way back through a common one. What makes it fast: nothing but the
//! registers that calls preserve is saved, and each switch ends with one return, as it began with one call, so that most returns
//! behind it are predicted rightly (`docs/decisions/0014-own-switch.md`). x86-64, System V ABI: rbx, rbp and r12–r15 are preserved,
//! arguments are in rdi, rsi and rdx; the modes of the floating-point unit are never changed.

use std::arch::naked_asm;
use std::cell::Cell;
use std::fmt;

#[cfg(not(target_arch = "x86_64"))]
compile_error!("tasks switch their stacks by instructions of x86-64; another processor needs its own `exchange` and `begin`");

/// An execution that does not run: where its stack ends. All else that it needs is on its stack.
pub struct Context {
    stack_pointer: Cell<usize>,
    sanitizer: Sanitizer,
}

/// What runs first on a new stack. It never returns: there is nobody to return to.
pub type First = unsafe extern "sysv64" fn(*mut u8, *mut u8) -> !;

impl Context {
    /// The thread that calls this, which will leave the stack that it is on. Only for that thread.
    pub fn of_thread() -> Context {
        Context { stack_pointer: Cell::new(0), sanitizer: Sanitizer::of_thread() }
    }

    /// Will run `first` with these arguments, on the stack that ends below `top`.
    ///
    /// # Safety
    /// The memory from `bottom` to `top` is for this context alone, and nothing on it is used any more.
    pub unsafe fn prepare(&self, bottom: usize, top: usize, first: First, arguments: [*mut u8; 2]) {
        self.sanitizer.prepare(bottom, top);
        // As `exchange` leaves it, from the lowest address: r15, r14, r13, r12, rbx, rbp, where to go on. Above, a return address of 0
        // ends what debuggers look through, and has the stack as a function finds it.
        let words = [0, arguments[1].addr(), arguments[0].addr(), first as usize, 0, 0, begin as *const () as usize, 0];
        let at = (top & !15) - size_of_val(&words);
        // SAFETY: the caller's contract; the place is aligned, as `top & !15` is.
        unsafe { (at as *mut [usize; 8]).write(words) };
        self.stack_pointer.set(at);
    }

    /// The first thing that `first` does, on its new stack.
    #[inline]
    pub fn begun(&self) {
        self.sanitizer.arrived();
    }
}

/// Leaves this stack for that of `to`; returns when somebody comes back to `from`, maybe on another thread.
///
/// # Safety
/// This thread runs `from`; `to` does not run, and nobody else comes to it. Nothing that is local to the thread is used afterwards
/// by an address from before.
#[inline(always)]
pub unsafe fn switch(from: &Context, to: &Context) {
    from.sanitizer.leave(&to.sanitizer);
    // SAFETY: the caller's contract.
    unsafe { exchange(from.stack_pointer.as_ptr(), to.stack_pointer.get()) };
    from.sanitizer.arrived();
}

/// Leaves this stack for ever.
///
/// # Safety
/// As for [`switch`]; nobody comes back to `from`.
pub unsafe fn switch_for_good(from: &Context, to: &Context) -> ! {
    from.sanitizer.leave_for_good(&to.sanitizer);
    // SAFETY: the caller's contract.
    unsafe { exchange(from.stack_pointer.as_ptr(), to.stack_pointer.get()) };
    std::process::abort()
}

/// Saves what calls preserve, and the stack pointer to `from`; goes on with what was saved like that at `to`.
#[unsafe(naked)]
unsafe extern "sysv64" fn exchange(from: *mut usize, to: usize) {
    naked_asm!(
        "push rbp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "mov [rdi], rsp",
        "mov rsp, rsi",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        "ret",
    )
}

/// The bottom of every stack: `exchange` comes here the first time, with what `Context::prepare` laid down.
#[unsafe(naked)]
unsafe extern "sysv64" fn begin() {
    naked_asm!("mov rdi, r13", "mov rsi, r14", "jmp r12")
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Context")
    }
}

impl Default for Context {
    fn default() -> Context {
        Context { stack_pointer: Cell::new(0), sanitizer: Sanitizer::default() }
    }
}

#[cfg(feature = "sanitizer")]
mod sanitizer;
#[cfg(feature = "sanitizer")]
use sanitizer::Sanitizer;

/// What AddressSanitizer wants to be told of: nothing, without it.
#[cfg(not(feature = "sanitizer"))]
#[derive(Default)]
struct Sanitizer;

#[cfg(not(feature = "sanitizer"))]
impl Sanitizer {
    fn of_thread() -> Sanitizer {
        Sanitizer
    }

    fn prepare(&self, _bottom: usize, _top: usize) {}

    #[inline(always)]
    fn leave(&self, _to: &Sanitizer) {}

    #[inline(always)]
    fn leave_for_good(&self, _to: &Sanitizer) {}

    #[inline(always)]
    fn arrived(&self) {}
}

#[cfg(test)]
mod tests;
