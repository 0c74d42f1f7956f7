//! The order in which the processes of a system start: those that others call first, like the services of one process. In: a
//! placement with its edges. Out: a stage for each process; processes that call each other share one.

use crate::facts::{Facts, Placement, Transport};
use crate::ids::{ClassId, ProcessId};
use std::collections::{BTreeMap, BTreeSet};

/// The stage of each process, from 0. They stop in the opposite order.
#[must_use]
pub fn stages(facts: &Facts, placement: &Placement) -> BTreeMap<ProcessId, usize> {
    let callees = all_callees(placement);
    let mutual = |a: ProcessId, b: ProcessId| callees[&a].contains(&b) && callees[&b].contains(&a);
    let mut stages = BTreeMap::new();
    for stage in 0.. {
        let waiting = placement.processes.ids().filter(|id| !stages.contains_key(id));
        let free = |id: &ProcessId| callees[id].iter().all(|to| stages.contains_key(to) || mutual(*id, *to));
        // Of those that may start, the one whose services come first in the program's own order.
        let Some(next) = waiting.filter(free).min_by_key(|id| last_service(facts, placement, *id)) else { break };
        let together: Vec<_> = placement.processes.ids().filter(|id| *id == next || mutual(*id, next)).collect();
        stages.extend(together.into_iter().map(|id| (id, stage)));
    }
    stages
}

/// The processes that a process calls, directly or through others.
fn all_callees(placement: &Placement) -> BTreeMap<ProcessId, BTreeSet<ProcessId>> {
    let mut callees: BTreeMap<_, BTreeSet<_>> = placement.processes.ids().map(|id| (id, BTreeSet::new())).collect();
    for edge in placement.edges.iter().filter(|edge| edge.transport != Transport::Direct) {
        callees.entry(edge.from).or_default().insert(edge.to);
    }
    loop {
        let before: usize = callees.values().map(BTreeSet::len).sum();
        let known = callees.clone();
        for reached in callees.values_mut() {
            let further: Vec<ProcessId> = reached.iter().filter_map(|to| known.get(to)).flatten().copied().collect();
            reached.extend(further);
        }
        if callees.values().map(BTreeSet::len).sum::<usize>() == before {
            return callees;
        }
    }
}

fn last_service(facts: &Facts, placement: &Placement, process: ProcessId) -> Option<usize> {
    let position = |class: &ClassId| facts.services.iter().position(|other| other == class);
    placement.processes[process].services.iter().filter_map(position).max()
}
