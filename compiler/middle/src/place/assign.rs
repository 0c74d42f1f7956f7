//! Services to processes, by the rules of the language: listed where the system lists them; an unlisted service without state is
//! copied to its users; an unlisted one with state goes where its only user is.

use super::{report, users};
use crate::facts::{Facts, HasMain, Placement, Process};
use crate::hir::{ClassKind, Program, System};
use crate::ids::{ClassId, Id, IndexVec, ProcessId, SystemId};
use pluto_syntax::diag::Diagnostics;
use std::collections::{BTreeMap, BTreeSet};

/// The placement under a system, still without edges.
pub(super) fn assign(program: &Program, facts: &Facts, id: SystemId, diagnostics: &mut Diagnostics) -> Placement {
    let system = &program.systems[id];
    let mut places =
        Places { program, facts, system, at: BTreeMap::new(), listed: listed(program, facts, system, diagnostics) };
    for (class, (process, _)) in places.listed.clone() {
        places.at.insert(class, BTreeSet::from([process]));
    }
    check_policies(program, facts, system, diagnostics);
    match program.app {
        Some(app) => places.place_rest(app, diagnostics),
        None => diagnostics.push(report::no_app(program, system)),
    }
    places.into_placement(id)
}

/// A policy is for a service of the app; only one with a state can be rebuilt.
fn check_policies(program: &Program, facts: &Facts, system: &System, diagnostics: &mut Diagnostics) {
    for policy in &system.policies {
        if !facts.services.contains(&policy.service) {
            diagnostics.push(report::unused_policy(program, policy));
        } else if let Some(restart) = policy.restart
            && facts.stateless.contains(&policy.service)
        {
            diagnostics.push(report::nothing_to_rebuild(program, policy.service, restart));
        }
    }
}

/// Where the system lists each service. Of two places the first counts, the second is reported.
fn listed(
    program: &Program,
    facts: &Facts,
    system: &System,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<ClassId, (ProcessId, pluto_syntax::span::Span)> {
    let mut listed = BTreeMap::new();
    for (at, process) in system.processes.iter().enumerate() {
        for (class, span) in &process.members {
            if program.classes[*class].kind == ClassKind::Data {
                continue; // Reported by `resolve`.
            }
            if !facts.services.contains(class) {
                diagnostics.push(report::unused_member(program, *class, *span));
            } else if let Some((_, first)) = listed.get(class) {
                diagnostics.push(report::placed_twice(program, *class, *first, *span));
            } else {
                listed.insert(*class, (ProcessId::from_index(at), *span));
            }
        }
    }
    listed
}

struct Places<'a> {
    program: &'a Program,
    facts: &'a Facts,
    system: &'a System,
    /// The processes of each service.
    at: BTreeMap<ClassId, BTreeSet<ProcessId>>,
    listed: BTreeMap<ClassId, (ProcessId, pluto_syntax::span::Span)>,
}

impl Places<'_> {
    /// Users first, so that every unlisted service finds its users placed.
    fn place_rest(&mut self, app: ClassId, diagnostics: &mut Diagnostics) {
        for class in self.facts.services.iter().rev() {
            if self.at.contains_key(class) {
                continue;
            }
            let mut processes = if *class == app {
                diagnostics.push(report::app_not_listed(self.program, self.system, app));
                BTreeSet::from([ProcessId::from_index(0)])
            } else {
                self.processes_of_users(*class)
            };
            if processes.len() > 1 && !self.facts.stateless.contains(class) {
                let users = users(self.program, self.facts, *class);
                let users: Vec<_> = users.into_iter().map(|user| (user, self.at.get(&user).cloned())).collect();
                diagnostics.push(report::must_be_placed(self.program, self.system, *class, &users, &self.listed));
                processes = processes.into_iter().take(1).collect();
            }
            self.at.insert(*class, processes);
        }
    }

    fn processes_of_users(&self, class: ClassId) -> BTreeSet<ProcessId> {
        let users = users(self.program, self.facts, class);
        users.iter().filter_map(|user| self.at.get(user)).flatten().copied().collect()
    }

    fn into_placement(self, id: SystemId) -> Placement {
        let main = self.program.app.and_then(|app| self.at.get(&app)).and_then(|at| at.first().copied());
        let main = main.unwrap_or(ProcessId::from_index(0));
        let declared = self
            .system
            .processes
            .iter()
            .map(|process| (process.name.clone(), process.pod.clone(), process.region.clone()));
        let mut names: Vec<_> = declared.collect();
        if names.is_empty() {
            names.push(("main".into(), "main".into(), "".into())); // An empty system was reported; later stages need a process.
        }
        let processes: IndexVec<ProcessId, Process> = names
            .into_iter()
            .enumerate()
            .map(|(at, (name, pod, region))| {
                let me = ProcessId::from_index(at);
                let here = |class: &&ClassId| self.at.get(class).is_some_and(|at| at.contains(&me));
                Process {
                    name,
                    pod,
                    region,
                    services: self.facts.services.iter().filter(here).copied().collect(),
                    listed: self
                        .listed
                        .iter()
                        .filter(|(_, (at, _))| *at == me)
                        .map(|(id, (_, span))| (*id, *span))
                        .collect(),
                    has_main: if me == main { HasMain::Yes } else { HasMain::No },
                }
            })
            .collect();
        let single = |(class, at): (&ClassId, &BTreeSet<ProcessId>)| {
            (at.len() == 1).then(|| at.first().map(|at| (*class, *at))).flatten()
        };
        let homes = self.at.iter().filter_map(single).collect();
        let policies = &self.system.policies;
        let timeouts = policies.iter().filter_map(|policy| Some((policy.service, policy.timeout?))).collect();
        let restarts = policies.iter().filter(|policy| policy.restart.is_some()).map(|policy| policy.service).collect();
        let name = self.system.name.clone();
        Placement { system: Some(id), name, processes, homes, timeouts, restarts, edges: vec![] }
    }
}
