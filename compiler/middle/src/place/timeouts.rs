//! Timeouts that never come: a call that crosses ends at the deadline of the call in which its caller runs, if that is earlier. In: a
//! placement with its edges, and the call graph. Out: the warning `E0520`, once for two policies. Followed is what the called method
//! calls while it runs, through functions, services of its process, and crossing calls without a time of their own; not what tasks do that
//! are started on the way, as nobody's deadline is theirs.

use super::report;
use crate::facts::{Call, CallHow, Edge, Facts, Placement, Route};
use crate::hir::{Policy, Program, System};
use crate::ids::{ClassId, FnId, ProcessId};
use pluto_syntax::diag::Diagnostics;
use std::collections::BTreeSet;

/// Reports them.
pub(super) fn warn(
    program: &Program,
    facts: &Facts,
    system: &System,
    placement: &Placement,
    diagnostics: &mut Diagnostics,
) {
    let mut seen = BTreeSet::new();
    let policy = |service: ClassId| system.policies.iter().find(|policy| policy.service == service);
    for outer in placement.edges.iter().filter(|edge| edge.timeout.is_some()) {
        for inner in under(outer, facts, placement) {
            let (Some(first), Some(late)) = (policy(outer.service), policy(inner.service)) else { continue };
            if outer.timeout <= inner.timeout && seen.insert((first.service, late.service)) {
                diagnostics.push(report::timeout_too_late(program, Pair { first, late }, inner));
            }
        }
    }
}

/// The calls with a time of their own that run within the time of `outer`, and within no other one.
fn under<'a>(outer: &Edge, facts: &'a Facts, placement: &'a Placement) -> Vec<&'a Edge> {
    let mut found = vec![];
    let mut seen = BTreeSet::new();
    let mut open = vec![(outer.to, outer.callee)];
    while let Some(at) = open.pop() {
        if !seen.insert(at) {
            continue;
        }
        for call in calls_of(at.1, facts) {
            match same_time(at.0, call, placement) {
                Some(process) => open.push((process, call.callee)),
                None => found.extend(edge_of(at, call, placement)),
            }
        }
    }
    found
}

/// The process in which the callee runs within the same time; none if the call has a time of its own.
fn same_time(process: ProcessId, call: &Call, placement: &Placement) -> Option<ProcessId> {
    match call.service.map(|service| placement.route(process, service)) {
        None | Some(Route::Local) => Some(process),
        Some(Route::Remote { to, timeout: None, .. }) => Some(to),
        Some(Route::Remote { timeout: Some(_), .. }) => None,
    }
}

fn calls_of(function: FnId, facts: &Facts) -> impl Iterator<Item = &Call> {
    let calls = facts.calls_of.get(&function).into_iter().flatten().map(|&at| &facts.calls[at]);
    calls.filter(|call| match call.how {
        CallHow::Direct | CallHow::Value => true,
        CallHow::Made | CallHow::Spawned => false,
    })
}

fn edge_of<'a>((process, caller): (ProcessId, FnId), call: &Call, placement: &'a Placement) -> Option<&'a Edge> {
    placement.edges.iter().find(|edge| {
        (edge.from, edge.caller, edge.callee) == (process, caller, call.callee) && Some(edge.service) == call.service
    })
}

/// The policy of the call that ends first, and the policy whose time is not over then.
#[derive(Clone, Copy)]
pub(super) struct Pair<'a> {
    pub(super) first: &'a Policy,
    pub(super) late: &'a Policy,
}
