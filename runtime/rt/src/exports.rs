//! The symbols that generated code calls: the table of `pluto_abi` expanded to `pluto_…` functions in the system's calling
//! convention. In: raw words. Out: calls of the functions of the same names in `heap` and `os::imp`; one that is missing or has
//! another type does not compile. A panic never unwinds into generated code: it prints version and place and aborts.

use std::panic::{AssertUnwindSafe, catch_unwind};

mod imp {
    pub(super) use crate::heap::imp::*;
    pub(super) use crate::os::imp::*;
}

/// Runs a runtime function; a panic in it is a bug of the runtime, which the process does not survive.
#[inline]
fn guarded<T>(name: &'static str, run: impl FnOnce() -> T) -> T {
    // Where panics abort there is nothing to catch: the hook (`os/entry.rs`) has said what a report needs.
    if cfg!(panic = "abort") {
        return run();
    }
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(value) => value,
        Err(_) => die(name),
    }
}

/// The panic hook has printed message and place; this adds what a report needs, and ends the process.
#[cold]
fn die(name: &'static str) -> ! {
    crate::heap::output::flush_output();
    eprintln!("pluto runtime {}: internal error in {name}", env!("CARGO_PKG_VERSION"));
    std::process::abort()
}

macro_rules! kind {
    (ptr) => { *mut u8 };
    (word) => { u64 };
    (f64) => { f64 };
    (unit) => { () };
}

/// The symbol of a shim. That of `suspend` is only a part of `pluto_suspend`, see below.
macro_rules! symbol {
    (suspend) => {
        "pluto_suspend_inside"
    };
    ($name:ident) => {
        concat!("pluto_", stringify!($name))
    };
}

macro_rules! shims {
    ($($(#[$about:meta])* $name:ident($($param:ident: $kind:ident),*) -> $result:ident;)*) => {
        /// One shim per row of the table.
        pub mod shims {
            use super::{guarded, imp};
            $(
                $(#[$about])*
                ///
                /// # Safety
                /// Arguments are as the table in `pluto_abi::functions` says.
                #[unsafe(export_name = symbol!($name))]
                pub unsafe extern "C" fn $name($($param: kind!($kind)),*) -> kind!($result) {
                    // SAFETY: the caller keeps the contract of the table, which is that of the function.
                    guarded(stringify!($name), || unsafe { imp::$name($($param),*) })
                }
            )*
        }
    };
}

pluto_abi::for_each_runtime_fn!(shims);

/// `suspend` of the table, for generated code: goes back to it by a jump. Behind a switch of stacks, the processor would look for the
/// place where to go on among the calls of another task, if it was a return; a jump it guesses from where it went before.
///
/// # Safety
/// As the table says.
#[unsafe(naked)]
#[unsafe(no_mangle)]
pub unsafe extern "sysv64" fn pluto_suspend(task: *mut u8) {
    std::arch::naked_asm!(
        "sub rsp, 8",
        "call {inside}",
        "add rsp, 8",
        "pop rcx",
        "jmp rcx",
        inside = sym shims::suspend,
    )
}
