//! `plutoc` once more, so that cargo builds it for the suites of this crate (`CARGO_BIN_EXE_…` exists only for a crate's own).

use std::process::ExitCode;

fn main() -> ExitCode {
    plutoc::cli::main()
}
