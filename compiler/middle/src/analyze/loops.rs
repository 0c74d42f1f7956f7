//! Calls in loops. In: HIR. Out: the calls of methods that stand in the body of a loop, or in the head of a `while`: they may run again and again.

use crate::hir::visit::{Visitor, walk_cond, walk_expr, walk_iter, walk_stmt};
use crate::hir::{Expr, ExprKind, Program, Stmt, StmtKind};
use crate::ids::ExprId;
use std::collections::BTreeSet;

/// All of them.
pub(super) fn in_loops(program: &Program) -> BTreeSet<ExprId> {
    let mut search = Search { depth: 0, found: BTreeSet::new() };
    for function in program.fns.iter() {
        search.block(&function.body);
    }
    search.found
}

struct Search {
    /// In how many loops we are.
    depth: u32,
    found: BTreeSet<ExprId>,
}

impl Visitor for Search {
    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::While { cond, body, .. } => {
                self.depth += 1;
                walk_cond(self, cond);
                self.block(body);
                self.depth -= 1;
            }
            StmtKind::For { iter, body, .. } => {
                // What is gone through is made once.
                walk_iter(self, iter);
                self.depth += 1;
                self.block(body);
                self.depth -= 1;
            }
            StmtKind::Let { .. } | StmtKind::Assign { .. } | StmtKind::AssignOp { .. } | StmtKind::Expr(_) => {
                walk_stmt(self, stmt);
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        if self.depth > 0 && matches!(expr.kind, ExprKind::CallMethod { .. }) {
            self.found.insert(expr.id);
        }
        walk_expr(self, expr);
    }
}
