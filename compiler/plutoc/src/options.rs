//! What the user asked for, as plain data. In: parsed flags. Out: [`Options`].

pub use pluto_middle::mir::Checks;
use std::path::PathBuf;

/// Which placement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum System {
    /// One process.
    Local,
    /// A system of the program.
    Named(String),
}

/// How diagnostics are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum MessageFormat {
    /// For people, with the source lines.
    Human,
    /// One JSON object a line.
    Json,
}

/// Options of one compilation.
#[derive(Clone, Debug)]
pub struct Options {
    /// The program's first file (or a folder with `main.pluto`).
    pub file: PathBuf,
    /// Which placement.
    pub system: System,
    /// Threads of the code generator; the output does not depend on it.
    pub threads: usize,
    /// What the program looks after while it runs.
    pub checks: Checks,
}
