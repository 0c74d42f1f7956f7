//! The command `plutoc`. Runs everything on a thread with a large stack: the front end recurses over nesting, which is
//! limited to 256 levels, with room for the frames of debug builds.
#![forbid(unsafe_code)]

use std::process::ExitCode;

/// Virtual; touched only as far as nesting needs it.
const STACK: usize = 1 << 30;

fn main() -> ExitCode {
    let compiler = std::thread::Builder::new().name("plutoc".to_owned()).stack_size(STACK).spawn(plutoc::cli::run);
    match compiler.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => ExitCode::from(code),
        Ok(Err(_)) => {
            eprintln!("plutoc: this is a bug in the compiler; please report it with the program that shows it");
            ExitCode::from(101)
        }
        Err(error) => {
            eprintln!("plutoc: cannot start: {error}");
            ExitCode::from(1)
        }
    }
}
