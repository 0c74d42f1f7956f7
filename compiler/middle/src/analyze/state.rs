//! Which services have no state of their own, so that they may be copied into several processes.
//! In: HIR and types. Out: the services without `mut self` methods (besides `start` and `stop`) and without fields set at run time.

use crate::builtin::Changes;
use crate::hir::visit::{Visitor, walk_expr, walk_stmt};
use crate::hir::{
    Class, ClassKind, Cond, DepTarget, Expr, ExprKind, Iter, Pattern, Program, SelfParam, Stmt, StmtKind,
};
use crate::ids::{ClassId, FnId};
use crate::ty::Holder;
use crate::types::{Callee, Types};
use pluto_syntax::span::Span;
use std::collections::BTreeSet;

/// All services without state. Who takes messages from a channel or topic has state: a copy would take some of them away.
pub(super) fn stateless(program: &Program, types: &Types) -> BTreeSet<ClassId> {
    let services = program.classes.iter_enumerated().filter(|(_, class)| class.kind != ClassKind::Data);
    services.filter(|(_, class)| is_stateless(program, types, class)).map(|(id, _)| id).collect()
}

/// A method that makes a service stateful, to show in messages: its first `mut self` method, else `start` or `stop`.
pub(crate) fn culprit(program: &Program, class: ClassId) -> Option<Span> {
    let methods = &program.classes[class].methods;
    let changing = |id: &&FnId| program.fns[**id].self_param == Some(SelfParam::Mut);
    let first = methods.iter().filter(changing).find(|id| !is_phase(program, **id));
    first.or_else(|| methods.iter().find(changing)).map(|id| program.fns[*id].span)
}

fn is_stateless(program: &Program, types: &Types, class: &Class) -> bool {
    let takes = class.deps.iter().any(|dep| match dep.target {
        DepTarget::Service(_) => false,
        DepTarget::End { side, .. } => matches!(side, Holder::Receiver | Holder::Subscriber),
    });
    !takes
        && class.methods.iter().all(|method| {
            let function = &program.fns[*method];
            function.self_param != Some(SelfParam::Mut) || {
                let mut search = Search { program, types, sets: false };
                search.block(&function.body);
                is_phase(program, *method) && !search.sets
            }
        })
}

/// `start` or `stop`.
fn is_phase(program: &Program, method: FnId) -> bool {
    matches!(&*program.fns[method].name, "start" | "stop")
}

/// Looks for a change of something that belongs to `self`.
struct Search<'a> {
    program: &'a Program,
    types: &'a Types,
    sets: bool,
}

impl Search<'_> {
    /// `for mut x in self.xs` and the like: it is there to be changed.
    fn bound(&mut self, pattern: &Pattern, value: &Expr) {
        self.sets |= pattern.binds_place() && is_rooted_in_self(value);
    }
}

impl Visitor for Search<'_> {
    fn stmt(&mut self, stmt: &Stmt) {
        if let StmtKind::For { pattern, iter: Iter::Value(value), .. }
        | StmtKind::While { cond: Cond::Let { pattern, value }, .. } = &stmt.kind
        {
            self.bound(pattern, value);
        }
        if let StmtKind::Assign { place, .. } | StmtKind::AssignOp { place, .. } = &stmt.kind {
            self.sets |= is_rooted_in_self(place);
        }
        walk_stmt(self, stmt);
    }

    fn expr(&mut self, expr: &Expr) {
        if let ExprKind::CallMethod { receiver, .. } = &expr.kind
            && is_rooted_in_self(receiver)
        {
            self.sets |= match self.types.methods.get(&expr.id) {
                Some(Callee::Data(callee)) => self.program.fns[*callee].self_param == Some(SelfParam::Mut),
                Some(Callee::Builtin(method)) => method.row().changes == Changes::Yes,
                Some(Callee::Dep(_) | Callee::OwnService(_) | Callee::Field(_) | Callee::Expect(_)) | None => false,
            };
        }
        if let ExprKind::Match { scrutinee, arms } = &expr.kind {
            arms.iter().for_each(|arm| self.bound(&arm.pattern, scrutinee));
        }
        if let ExprKind::If { arms, .. } = &expr.kind {
            for (cond, _) in arms {
                if let Cond::Let { pattern, value } = cond {
                    self.bound(pattern, value);
                }
            }
        }
        walk_expr(self, expr);
    }
}

/// `self.a[i].b` and the like: a place inside `self`.
fn is_rooted_in_self(place: &Expr) -> bool {
    let mut at = place;
    loop {
        if let ExprKind::Field { base, .. } | ExprKind::Index { base, .. } = &at.kind {
            at = base;
        } else if let ExprKind::CallMethod { receiver, .. } = &at.kind {
            // `self.counts.or_insert(k, 0) += 1`
            at = receiver;
        } else {
            return matches!(at.kind, ExprKind::SelfValue);
        }
    }
}
