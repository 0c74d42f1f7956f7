//! Who can come to run what. In: all calls. Out: which functions a function reaches, and which services several tasks reach.

use crate::facts::{Call, CallHow};
use crate::hir::{ClassKind, FnKind, Program, SelfParam};
use crate::ids::{ClassId, FnId, Id, IndexVec};
use std::collections::BTreeSet;

/// The calls in which caller and callee are part of the same task: the callee runs while the caller waits for it.
pub(super) fn callees(program: &Program, calls: &[Call]) -> IndexVec<FnId, Vec<FnId>> {
    let mut callees = IndexVec::filled(vec![], program.fns.len());
    for call in calls {
        match call.how {
            CallHow::Direct | CallHow::Value => callees[call.caller].push(call.callee),
            CallHow::Made | CallHow::Spawned => {}
        }
    }
    callees
}

/// All that can run as part of a task that begins with these functions, they included.
pub(super) fn reached(callees: &IndexVec<FnId, Vec<FnId>>, from: impl IntoIterator<Item = FnId>) -> BTreeSet<FnId> {
    let mut reached = BTreeSet::new();
    let mut work: Vec<FnId> = from.into_iter().collect();
    while let Some(function) = work.pop() {
        if reached.insert(function) {
            work.extend(&callees[function]);
        }
    }
    reached
}

/// The services that more than one task can reach: those that a `spawn` reaches, and those with a method that changes them and can
/// wait, since that runs in a task of its own.
pub(super) fn shared(program: &Program, calls: &[Call], waits: &BTreeSet<FnId>) -> BTreeSet<ClassId> {
    let callees = callees(program, calls);
    let tasks = program.fns.iter_enumerated().filter(|(_, it)| matches!(it.kind, FnKind::Task(_))).map(|(id, _)| id);
    let own_tasks = waits.iter().copied().filter(|function| changes_service(program, *function));
    let reached = reached(&callees, tasks.chain(own_tasks));
    // The text of a task may stand in a service without calling it: a task cannot use its fields (E0516).
    let owners = reached.iter().filter_map(|function| match program.fns[*function].kind {
        FnKind::Method(class) => Some(class),
        FnKind::Free | FnKind::Test | FnKind::Const | FnKind::Default | FnKind::Closure(_) | FnKind::Task(_) => None,
    });
    owners.filter(|class| program.classes[*class].kind != ClassKind::Data).collect()
}

/// A `mut self` method of a service.
pub(super) fn changes_service(program: &Program, function: FnId) -> bool {
    let it = &program.fns[function];
    match it.kind {
        FnKind::Method(class) => {
            it.self_param == Some(SelfParam::Mut) && program.classes[class].kind != ClassKind::Data
        }
        FnKind::Free | FnKind::Test | FnKind::Const | FnKind::Default | FnKind::Closure(_) | FnKind::Task(_) => false,
    }
}

/// The functions that call these, directly or through others, in the same task.
pub(super) fn callers(callees: &IndexVec<FnId, Vec<FnId>>, of: &BTreeSet<FnId>) -> BTreeSet<FnId> {
    let mut callers: IndexVec<FnId, Vec<FnId>> = IndexVec::filled(vec![], callees.len());
    for (caller, called) in callees.iter_enumerated() {
        called.iter().for_each(|callee| callers[*callee].push(caller));
    }
    let ids = of.iter().copied().filter(|function| function.index() < callees.len());
    reached(&callers, ids)
}
