//! `lower`: the checked program → MIR of one process. In: HIR, types, facts, placement, effects, and which process. Out: a
//! `mir::Program` with only what that process can reach, every operand still `Copy` (`mir::ownership` comes next).
//! Order: services, then functions as they are met from the roots, breadth first; so ids are the same on every run.

mod apart;
mod append;
mod assign;
mod body;
mod call;
mod catch;
mod channel;
mod closure;
mod control;
mod data;
mod detached;
mod early;
mod expr;
mod item;
mod matching;
mod method;
mod named;
mod operate;
mod pattern;
mod place;
mod program;
mod purity;
mod repeat;
mod select;
mod sequence;
mod service;
mod status;
mod task;
mod tidy;
mod types;
mod wire;
mod within;

use crate::facts::{Effects, Facts, Placement};
use crate::ids::ProcessId;
use crate::types::Types;
use crate::{hir, mir};
use program::Lowering;

/// The MIR of one process.
#[must_use]
pub fn lower(
    program: &hir::Program,
    types: &Types,
    facts: &Facts,
    placement: &Placement,
    effects: &Effects,
    process: ProcessId,
    checks: mir::Checks,
) -> mir::Program {
    let mut lowering = Lowering::new(program, types, facts, (placement, process), effects, checks);
    let main = lowering.main();
    let handlers = lowering.handlers();
    lowering.finish(main, handlers, Vec::new())
}

/// The MIR of the tests, as one process without `main` and services.
#[must_use]
pub fn lower_tests(
    program: &hir::Program,
    types: &Types,
    facts: &Facts,
    placement: &Placement,
    effects: &Effects,
    checks: mir::Checks,
) -> mir::Program {
    let process = placement.main_process();
    let mut lowering = Lowering::new(program, types, facts, (placement, process), effects, checks);
    let tests = lowering.tests();
    lowering.finish(None, Vec::new(), tests)
}
