//! A reference interpreter of MIR: slow, simple, safe, and strict about ownership. In: one process's program after the ownership
//! pass. Out: what it prints and how it ends; or that it breaks the rules of MIR, with function and instruction.
//!
//! It is the second opinion about what a program means. Where compiled code trusts a `Dup`, a `Drop` or a reference, the interpreter
//! looks: objects live in an arena with counts and are never reused by mistake (`heap`), a local holds as many counts as it was
//! given, a store goes only into an object with one owner, and at the end nothing is left. Programs with several tasks or
//! processes are refused ([`subset`]): what they do depends on who comes first.
#![forbid(unsafe_code)]

mod arithmetic;
mod compare;
mod format;
mod heap;
mod list;
mod machine;
mod show;
mod sorter;
pub mod subset;
mod table;
mod value;

use pluto_middle::mir::Program;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// What a program may see of the world.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// Its arguments, without its name.
    pub args: Vec<String>,
    /// Where relative paths begin.
    pub folder: PathBuf,
}

/// What a program did, as if it had been compiled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ran {
    /// Standard output.
    pub output: String,
    /// Standard error.
    pub errors: String,
    /// The exit code.
    pub code: i32,
    /// By function: how often it copied an object to change it, since somebody else had it too.
    pub copies: BTreeMap<String, u64>,
}

/// Why there is no result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stopped {
    /// The program needs what the interpreter does not have.
    Refused(subset::Refusal),
    /// The MIR breaks its rules: a bug of the compiler (or of the interpreter).
    Broken(String),
}

impl fmt::Display for Stopped {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stopped::Refused(refusal) => write!(out, "refused: {refusal}"),
            Stopped::Broken(text) => write!(out, "broken: {text}"),
        }
    }
}

/// Runs a program from the start of its first service to the stop of the last.
///
/// # Errors
/// The program is outside the subset, or its MIR breaks a rule.
pub fn run(program: &Program, world: &World) -> Result<Ran, Stopped> {
    subset::check(program).map_err(Stopped::Refused)?;
    machine::Machine::new(program, world).live().map_err(Stopped::Broken)
}
