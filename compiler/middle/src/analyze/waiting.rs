//! Waiting. In: HIR, types, facts. Out: the functions that can come to wait for a channel, a task or the clock; `E0514` (a service
//! waits for a task that may need the service) and the warning `E0515` (a service is closed to others while it waits).

use super::reach::{callees, callers, changes_service, reached};
use super::report;
use crate::builtin::{Faults, Global, Method};
use crate::facts::{Call, Facts};
use crate::hir::visit::{Visitor, walk_expr, walk_stmt};
use crate::hir::{ClassKind, Expr, ExprKind, FnKind, Iter, Program, Stmt, StmtKind};
use crate::ids::{ClassId, ExprId, FnId, IndexVec};
use crate::ty::Ty;
use crate::types::{Callee, Types};
use pluto_syntax::diag::Diagnostics;
use pluto_syntax::span::Span;
use std::collections::BTreeSet;

/// A place where a task waits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wait {
    /// The expression, or the receiver of a `for`.
    expr: ExprId,
    /// Where.
    pub(super) span: Span,
    /// For what.
    pub(super) what: What,
}

/// What is waited for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum What {
    Channel,
    Task,
    Clock,
}

/// All functions that can come to wait, in their own task.
pub(super) fn waits(program: &Program, types: &Types, calls: &[Call]) -> BTreeSet<FnId> {
    let waiting = |function: &FnId| !sites(program, types, *function).is_empty();
    let themselves: BTreeSet<FnId> = program.fns.ids().filter(waiting).collect();
    callers(&callees(program, calls), &themselves)
}

/// Reports what waits where it should not.
pub(super) fn report(program: &Program, types: &Types, facts: &Facts, diagnostics: &mut Diagnostics) {
    let callees = callees(program, &facts.calls);
    for function in program.fns.ids() {
        if let Some(method) = changing_method(program, function) {
            for site in sites(program, types, function).iter().filter(|site| site.what != What::Clock) {
                diagnostics.push(report::waiting_in_mut_self(program, method, *site));
            }
        }
    }
    if !facts.awaited.is_empty() {
        for (class, it) in program.classes.iter_enumerated() {
            if it.kind != ClassKind::Data && !facts.stateless.contains(&class) {
                waits_for_itself(program, types, facts, (&callees, class), diagnostics);
            }
        }
    }
}

/// `E0514`: what runs inside the service waits for a task that may call the service.
fn waits_for_itself(
    program: &Program,
    types: &Types,
    facts: &Facts,
    (callees, class): (&IndexVec<FnId, Vec<FnId>>, ClassId),
    diagnostics: &mut Diagnostics,
) {
    let inside = reached(callees, program.classes[class].methods.iter().copied());
    for function in inside {
        for site in sites(program, types, function).iter().filter(|site| site.what == What::Task) {
            let bodies = facts.awaited.get(&site.expr).into_iter().flatten().copied();
            for body in bodies {
                let needs = |callee: &FnId| *callee != body && program.class_of(*callee) == Some(class);
                if let Some(method) = reached(callees, [body]).into_iter().find(needs) {
                    diagnostics.push(report::waits_for_itself(program, class, *site, body, method));
                }
            }
        }
    }
}

/// The `mut self` service method in whose text a function stands; none for `start` and `stop`, when nobody else calls, and for
/// tasks, which run outside.
fn changing_method(program: &Program, function: FnId) -> Option<FnId> {
    let mut at = function;
    loop {
        match program.fns[at].kind {
            FnKind::Closure(outer) => at = outer,
            FnKind::Method(_) => break,
            FnKind::Task(_) | FnKind::Free | FnKind::Test | FnKind::Const | FnKind::Default => return None,
        }
    }
    let phase = matches!(&*program.fns[at].name, "start" | "stop");
    (changes_service(program, at) && !phase).then_some(at)
}

/// The places in a function's own text where it waits.
fn sites(program: &Program, types: &Types, function: FnId) -> Vec<Wait> {
    let mut search = Search { types, found: vec![] };
    search.block(&program.fns[function].body);
    search.found
}

struct Search<'a> {
    types: &'a Types,
    found: Vec<Wait>,
}

impl Search<'_> {
    fn add(&mut self, expr: &Expr, what: What) {
        self.found.push(Wait { expr: expr.id, span: expr.span, what });
    }
}

impl Visitor for Search<'_> {
    fn stmt(&mut self, stmt: &Stmt) {
        if let StmtKind::For { iter: Iter::Value(value), .. } = &stmt.kind
            && let Some(Ty::Holder(..)) = self.types.exprs.get(value.id).map(|ty| self.types.table.get(*ty))
        {
            self.add(value, What::Channel);
        }
        walk_stmt(self, stmt);
    }

    fn expr(&mut self, expr: &Expr) {
        if let ExprKind::CallMethod { .. } = &expr.kind
            && let Some(Callee::Builtin(method)) = self.types.methods.get(&expr.id)
            && method.row().faults == Faults::Waits
        {
            let task = matches!(method, Method::TaskGet | Method::TaskOutcome);
            self.add(expr, if task { What::Task } else { What::Channel });
        } else if let ExprKind::Select { default: None, .. } = &expr.kind {
            self.add(expr, What::Channel);
        } else if let ExprKind::CallGlobal { function: Global::Sleep, .. } = &expr.kind {
            self.add(expr, What::Clock);
        }
        walk_expr(self, expr);
    }
}
