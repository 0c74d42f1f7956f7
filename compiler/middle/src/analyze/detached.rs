//! Detached calls of services: `spawn self.store.put(x).detach()`. In: HIR, what `check` found method calls to call. Out: the tasks that are
//! spawned and detached at once and only call a method of a dependency, with that method.

use crate::builtin::Method;
use crate::hir::visit::{Visitor, walk_expr};
use crate::hir::{Block, Expr, ExprKind, Program};
use crate::ids::FnId;
use crate::types::{Callee, Types};
use std::collections::BTreeMap;

/// All of them.
pub(super) fn detached(program: &Program, types: &Types) -> BTreeMap<FnId, FnId> {
    let mut search = Search { program, types, found: BTreeMap::new() };
    for function in program.fns.iter() {
        search.block(&function.body);
    }
    search.found
}

struct Search<'a> {
    program: &'a Program,
    types: &'a Types,
    found: BTreeMap<FnId, FnId>,
}

impl Search<'_> {
    /// The method, if all that a task does is to call it.
    fn only_call(&self, task: FnId) -> Option<FnId> {
        let call = self.program.fns[task].body.forwarded()?;
        match self.types.methods.get(&call.id)? {
            Callee::Dep(method) => Some(*method),
            Callee::Data(_) | Callee::OwnService(_) | Callee::Builtin(_) | Callee::Field(_) | Callee::Expect(_) => None,
        }
    }
}

impl Visitor for Search<'_> {
    fn expr(&mut self, expr: &Expr) {
        if let ExprKind::CallMethod { receiver, .. } = &expr.kind
            && self.types.methods.get(&expr.id) == Some(&Callee::Builtin(Method::TaskDetach))
            && let Some((_, task)) = spawned(receiver)
            && let Some(method) = self.only_call(task)
        {
            self.found.insert(task, method);
        }
        walk_expr(self, expr);
    }
}

/// The task that an expression spawns, and what happens before: arguments that are computed (`resolve/spawn.rs`).
pub(crate) fn spawned(expr: &Expr) -> Option<(Option<&Block>, FnId)> {
    let (before, task) =
        if let ExprKind::Block(block) = &expr.kind { (Some(block), &**block.value.as_ref()?) } else { (None, expr) };
    if let ExprKind::Spawn(task) = task.kind { Some((before, task)) } else { None }
}
