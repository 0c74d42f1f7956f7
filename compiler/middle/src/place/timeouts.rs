//! Timeouts that never come: a call that crosses ends at the deadline of the call in which its caller runs, if that is earlier. In: a
//! placement with its edges. Out: the warning `E0520`, once for two policies. Only calls that stand in the called method itself are
//! looked at: what closures, tasks and other services of its process call may have more time or less.

use super::report;
use crate::facts::{Edge, Placement};
use crate::hir::{Policy, Program, System};
use crate::ids::ClassId;
use pluto_syntax::diag::Diagnostics;
use std::collections::BTreeSet;

/// Reports them.
pub(super) fn warn(program: &Program, system: &System, placement: &Placement, diagnostics: &mut Diagnostics) {
    let mut seen = BTreeSet::new();
    let policy = |service: ClassId| system.policies.iter().find(|policy| policy.service == service);
    for inner in &placement.edges {
        for outer in placement.edges.iter().filter(|outer| ends_before(outer, inner)) {
            let (Some(first), Some(late)) = (policy(outer.service), policy(inner.service)) else { continue };
            if seen.insert((first.service, late.service)) {
                diagnostics.push(report::timeout_too_late(program, Pair { first, late }, inner));
            }
        }
    }
}

/// The policy of the call that ends first, and the policy whose time is not over then.
#[derive(Clone, Copy)]
pub(super) struct Pair<'a> {
    pub(super) first: &'a Policy,
    pub(super) late: &'a Policy,
}

/// Does `inner` stand in the method that `outer` calls, and is it to wait as long as `outer` or longer?
fn ends_before(outer: &Edge, inner: &Edge) -> bool {
    let stands_in = (outer.to, outer.callee) == (inner.from, inner.caller);
    stands_in && outer.timeout.zip(inner.timeout).is_some_and(|(outer, inner)| outer <= inner)
}
