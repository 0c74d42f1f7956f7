//! The stage `place`: which service runs in which process, and how each call gets to its callee.
//! In: HIR, facts, and a system or none. Out: a [`Placement`] (always whole, also after `E0504`, `E0505`, `E0506`, `E0511`), the warning `E0520`.

mod assign;
pub mod plan;
mod reason;
mod report;
mod stages;
mod timeouts;

pub use reason::{Reason, reason};
pub use stages::stages;

use crate::facts::{Edge, Facts, HasMain, Placement, Process, Route, Transport};
use crate::hir::Program;
use crate::ids::{ClassId, FnId, IndexVec, ProcessId, SystemId};
use pluto_syntax::diag::Diagnostics;
use std::collections::{BTreeMap, BTreeSet};

/// Places the program under a system; without one, everything runs in one process called `main`.
#[must_use]
pub fn place(program: &Program, facts: &Facts, system: Option<SystemId>, diagnostics: &mut Diagnostics) -> Placement {
    let mut placement = match system {
        Some(system) => assign::assign(program, facts, system, diagnostics),
        None => one_process(program, facts),
    };
    placement.edges = edges(program, facts, &placement);
    if let Some(system) = system {
        timeouts::warn(program, facts, &program.systems[system], &placement, diagnostics);
    }
    placement
}

/// Everything in one process.
fn one_process(program: &Program, facts: &Facts) -> Placement {
    let process = Process {
        name: "main".into(),
        pod: "main".into(),
        region: "".into(),
        services: facts.services.clone(),
        listed: BTreeMap::new(),
        has_main: if program.main.is_some() { HasMain::Yes } else { HasMain::No },
    };
    let mut processes = IndexVec::new();
    let only: ProcessId = processes.push(process);
    let homes = facts.services.iter().map(|class| (*class, only)).collect();
    Placement {
        system: None,
        name: "local".into(),
        processes,
        homes,
        timeouts: BTreeMap::new(),
        restarts: BTreeSet::new(),
        edges: vec![],
    }
}

/// All service calls: per process, service, method and place, each callee once per caller.
fn edges(program: &Program, facts: &Facts, placement: &Placement) -> Vec<Edge> {
    let mut edges = vec![];
    let bodies = bodies_by_class(program);
    for (from, process) in placement.processes.iter_enumerated() {
        for caller in process.services.iter().flat_map(|class| bodies.get(class).into_iter().flatten()) {
            edges.extend(edges_of(facts, placement, from, *caller));
        }
    }
    edges
}

/// The methods of each class, and the closures and tasks in them.
fn bodies_by_class(program: &Program) -> BTreeMap<ClassId, Vec<FnId>> {
    let mut bodies: BTreeMap<ClassId, Vec<FnId>> = BTreeMap::new();
    for function in program.fns.ids() {
        if let Some(class) = program.class_of(function) {
            bodies.entry(class).or_default().push(function);
        }
    }
    bodies
}

fn edges_of(facts: &Facts, placement: &Placement, from: ProcessId, caller: FnId) -> Vec<Edge> {
    let mut seen = BTreeSet::new();
    let positions = facts.calls_of.get(&caller).map_or(&[][..], Vec::as_slice);
    let calls = positions.iter().map(|at| &facts.calls[*at]);
    let service_calls = calls.filter_map(|call| call.service.map(|service| (call, service)));
    service_calls
        .filter(|(call, _)| seen.insert(call.callee))
        .map(|(call, service)| {
            let (to, transport, timeout) = match placement.route(from, service) {
                Route::Local => (from, Transport::Direct, None),
                Route::Remote { to, transport, timeout } => (to, transport, timeout),
            };
            Edge { from, caller, to, service, callee: call.callee, transport, timeout, span: call.span }
        })
        .collect()
}

/// The services that have `class` in their brackets, of those that the app reaches.
fn users(program: &Program, facts: &Facts, class: ClassId) -> Vec<ClassId> {
    let uses = |user: &ClassId| program.classes[*user].deps.iter().any(|dep| dep.service() == Some(class));
    facts.services.iter().copied().filter(uses).collect()
}
