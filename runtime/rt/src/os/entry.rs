//! The symbol `main` of every executable. In: nothing; arguments come from the operating system. Out: the exit code.

use std::ffi::c_int;

use pluto_abi::program::ProgramDesc;

use super::program::Program;
use super::{overflow, process};

unsafe extern "C" {
    /// Made by `codegen`.
    #[link_name = "pluto_program"]
    static PROGRAM: ProgramDesc;
}

/// The process begins here.
#[unsafe(no_mangle)]
extern "C" fn main(_count: c_int, _args: *const *const u8) -> c_int {
    process::prepare();
    overflow::report_on_guard_pages();
    // SAFETY: `codegen` makes the description, and it is static.
    let program = unsafe { Program::new(&raw const PROGRAM) };
    let code = std::panic::catch_unwind(|| crate::life::run(program));
    match code {
        Ok(code) => std::process::exit(code),
        Err(_) => std::process::abort(),
    }
}
