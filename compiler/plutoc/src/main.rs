//! The command `plutoc`.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    plutoc::cli::main()
}
