//! Repeatable functions. In: HIR, types, calls. Out: the functions that may run twice where once was meant, and nobody can tell: they and
//! what they call change no service, print nothing, send and receive nothing and start no tasks. What they read may have changed in
//! between, as it may before a first call.

use super::reach::{callees, callers, changes_service};
use crate::builtin::Global;
use crate::facts::Call;
use crate::hir::visit::{Visitor, walk_expr, walk_stmt};
use crate::hir::{Expr, ExprKind, Iter, Program, Stmt, StmtKind};
use crate::ids::FnId;
use crate::ty::Ty;
use crate::types::Types;
use std::collections::BTreeSet;

/// All of them, also those that nobody calls.
pub(super) fn repeatable(program: &Program, types: &Types, calls: &[Call]) -> BTreeSet<FnId> {
    let has_effect = |function: &FnId| changes_service(program, *function) || acts(program, types, *function);
    let themselves: BTreeSet<FnId> = program.fns.ids().filter(has_effect).collect();
    let with_effect = callers(&callees(program, calls), &themselves);
    program.fns.ids().filter(|function| !with_effect.contains(function)).collect()
}

/// Does a function's own text do something that others can see?
fn acts(program: &Program, types: &Types, function: FnId) -> bool {
    let mut search = Search { types, found: false };
    search.block(&program.fns[function].body);
    search.found
}

struct Search<'a> {
    types: &'a Types,
    found: bool,
}

impl Search<'_> {
    /// Is it a channel's end or a task's handle?
    fn is_holder(&self, expr: &Expr) -> bool {
        let ty = self.types.exprs.get(expr.id).map(|ty| self.types.table.get(*ty));
        matches!(ty, Some(Ty::Holder(..)))
    }
}

impl Visitor for Search<'_> {
    fn stmt(&mut self, stmt: &Stmt) {
        if let StmtKind::For { iter: Iter::Value(value), .. } = &stmt.kind {
            self.found |= self.is_holder(value);
        }
        walk_stmt(self, stmt);
    }

    fn expr(&mut self, expr: &Expr) {
        if let ExprKind::CallGlobal { function, .. } = &expr.kind {
            self.found |= *function == Global::Print;
        } else if let ExprKind::CallMethod { receiver, .. } = &expr.kind {
            self.found |= self.is_holder(receiver);
        } else if let ExprKind::Spawn(_) | ExprKind::Select { .. } | ExprKind::Chan { .. } | ExprKind::DepEnd(_) =
            &expr.kind
        {
            self.found = true;
        }
        walk_expr(self, expr);
    }
}
