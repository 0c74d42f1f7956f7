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
    report_panics();
    // SAFETY: `codegen` makes the description, and it is static.
    let program = unsafe { Program::new(&raw const PROGRAM) };
    let code = std::panic::catch_unwind(|| crate::life::run(program));
    match code {
        Ok(code) => std::process::exit(code),
        Err(_) => std::process::abort(),
    }
}

/// A panic is a bug of the runtime, which the process does not survive. What was printed before is seen, and the report says which
/// runtime it was.
fn report_panics() {
    let standard = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        crate::heap::output::flush_output();
        standard(panic);
        eprintln!("pluto runtime {}: internal error", env!("CARGO_PKG_VERSION"));
    }));
}
