//! The stage `analyze`: what the whole program says about itself, whatever the placement.
//! In: HIR with types. Out: [`Facts`]: all calls, recursion, services in start order, services without state; `E0502`.

mod calls;
mod order;
pub mod print;
mod recursion;
mod state;

pub(crate) use calls::{method_callee, owner};
pub(crate) use recursion::components;
pub(crate) use state::culprit as state_culprit;

use crate::facts::Facts;
use crate::hir::Program;
use crate::types::Types;
use pluto_syntax::diag::Diagnostics;
use std::collections::BTreeMap;

/// Collects the facts and refuses services that depend on each other in a circle.
#[must_use]
pub fn analyze(program: &Program, types: &Types, diagnostics: &mut Diagnostics) -> Facts {
    order::report_cycles(program, diagnostics);
    let calls = calls::collect(program, types);
    let mut calls_of: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, call) in calls.iter().enumerate() {
        calls_of.entry(call.caller).or_default().push(at);
    }
    Facts {
        recursive: recursion::recursive(program, &calls, &calls_of),
        stateless: state::stateless(program, types),
        services: order::start_order(program),
        calls,
        calls_of,
    }
}
