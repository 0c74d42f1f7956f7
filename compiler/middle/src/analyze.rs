//! The stage `analyze`: what the whole program says about itself, whatever the placement.
//! In: HIR with types. Out: [`Facts`]: all calls, recursion, services in start order, services without state, what waits for
//! what, what may run twice; `E0502`, `E0512`, `E0514`, `E0515`.

mod calls;
mod detached;
mod flow;
mod loops;
mod order;
pub mod print;
mod reach;
mod recursion;
mod repeat;
mod report;
mod state;
mod waiting;

pub(crate) use calls::method_callee;
pub(crate) use detached::spawned;
pub(crate) use recursion::components;
pub(crate) use state::culprit as state_culprit;

use crate::facts::Facts;
use crate::hir::Program;
use crate::types::Types;
use pluto_syntax::diag::Diagnostics;
use std::collections::BTreeMap;

/// Collects the facts, and refuses circles: services that depend on each other, and services that wait for themselves.
#[must_use]
pub fn analyze(program: &Program, types: &Types, diagnostics: &mut Diagnostics) -> Facts {
    order::report_cycles(program, diagnostics);
    let flows = flow::flows(program, types);
    report::escapes(program, &flows.escapes, diagnostics);
    let calls = calls::collect(program, types, &flows);
    let mut calls_of: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, call) in calls.iter().enumerate() {
        calls_of.entry(call.caller).or_default().push(at);
    }
    let waits = waiting::waits(program, types, &calls);
    let mut facts = Facts {
        recursive: recursion::recursive(program, &calls, &calls_of),
        stateless: state::stateless(program, types),
        services: order::start_order(program),
        shared: reach::shared(program, &calls, &waits),
        in_loops: loops::in_loops(program),
        detached: detached::detached(program, types),
        repeatable: repeat::repeatable(program, types, &calls),
        waits,
        called: flows.called,
        through: flows.through,
        passed: flows.passed,
        awaited: flows.awaited,
        calls,
        calls_of,
    };
    waiting::report(program, types, &facts, diagnostics);
    facts.shared.retain(|class| !facts.stateless.contains(class));
    facts
}
