//! The switch between stacks. In: a stack and what is to run on it. Out: [`Context`]s, of which each thread runs one at a time.
//!
//! Whoever leaves a stack goes straight to another one, without a way back through a common one. What makes it fast: nothing but the
//! registers that calls preserve is saved, and each switch ends with one return, as it began with one call, so that most returns
//! behind it are predicted rightly (`docs/decisions/0015-own-switch.md`). x86-64, System V ABI: rbx, rbp and r12–r15 are preserved,
//! arguments are in rdi, rsi and rdx; the modes of the floating-point unit are never changed.

use std::arch::naked_asm;
use std::cell::Cell;
use std::fmt;

#[cfg(not(target_arch = "x86_64"))]
compile_error!(
    "tasks switch their stacks by instructions of x86-64; another processor needs its own `exchange` and `begin`"
);

/// An execution that does not run: where its stack ends. All else that it needs is on its stack.
pub struct Context {
    stack_pointer: Cell<usize>,
    sanitizer: Sanitizer,
}

/// What runs on a new stack. When it returns, the stack is left for ever: for the context that it returned.
pub type Body = unsafe extern "sysv64" fn(*mut u8, *mut u8) -> To;

/// The stack pointer of a context to go to; odd if it has not begun.
#[repr(transparent)]
pub struct To(usize);

impl Context {
    /// The thread that calls this, which will leave the stack that it is on. Only for that thread.
    pub fn of_thread() -> Context {
        Context { stack_pointer: Cell::new(0), sanitizer: Sanitizer::of_thread() }
    }

    /// Will run `body` with these arguments, on the stack that ends below `top`.
    ///
    /// # Safety
    /// The memory from `bottom` to `top` is for this context alone, and nothing on it is used any more.
    pub unsafe fn prepare(&self, bottom: usize, top: usize, body: Body, arguments: [*mut u8; 2]) {
        self.sanitizer.prepare(bottom, top);
        // What `resume` takes for a context that has not begun. Above, a return address of 0 ends what debuggers look through.
        let words = [arguments[0].addr(), arguments[1].addr(), body as usize, 0];
        let at = (top & !15) - size_of_val(&words);
        // SAFETY: the caller's contract; the place is aligned, as `top & !15` is.
        unsafe { (at as *mut [usize; 4]).write(words) };
        self.stack_pointer.set(at | 1);
    }

    /// The first thing that a body does, on its new stack.
    #[inline]
    pub fn begun(&self) {
        self.sanitizer.arrived();
    }

    /// The last thing that a body does, which returns this: it leaves its stack for ever, for that of `to`, which does not run and
    /// which nobody else comes to.
    #[inline]
    pub fn ended(&self, to: &Context) -> To {
        self.sanitizer.leave_for_good(&to.sanitizer);
        To(to.stack_pointer.get())
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
        "jmp {resume}",
        resume = sym resume,
    )
}

/// Goes on at `to`. A context that was left goes on by a return, which belongs to the call of `exchange` that its stack was left by, as
/// the processor sees it; one that has not begun, by a call, whose return leads to the next one.
#[unsafe(naked)]
unsafe extern "sysv64" fn resume(_: *mut usize, to: usize) {
    naked_asm!(
        "test sil, 1",
        "jnz 2f",
        "mov rsp, rsi",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        "ret",
        "2:",
        "lea rsp, [rsi - 1]",
        "xor ebp, ebp",
        "pop rdi",
        "pop rsi",
        "pop rax",
        "sub rsp, 8",
        "call rax",
        "mov rsi, rax",
        "jmp {resume}",
        resume = sym resume,
    )
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
struct Sanitizer {}

#[cfg(not(feature = "sanitizer"))]
impl Sanitizer {
    fn of_thread() -> Sanitizer {
        Sanitizer {}
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
