//! Which functions can end early: with an error, a fault, or because a boundary failed. Only these have a status word.
//! In: HIR with types, call graph, placement. Out: the set of `Effects::ends_early`, and the one list of what can fault.
//!
//! **The list** (`lower` reads the same off the MIR that it makes; a test compares): what is named in [`expr_can_fault`], [`stmt_can_fault`] and [`place_can_fault`]; a `raise`
//! anywhere, also in a handler that cannot be reached in this placement; a call of a global that raises; a call through a
//! dependency that crosses; a call of a function (method, constant and default included) that ends early in the process where it
//! runs; and every function on a cycle of the call graph, because it checks the stack. Handling an error does not take away
//! that the call may fault, so a handled call counts as well.

use super::solve::Solution;
use super::view::{Crosses, Node};
use crate::builtin::{Faults, Global};
use crate::facts::Facts;
use crate::hir::visit::{Visitor, walk_expr, walk_stmt};
use crate::hir::{BinOp, Expr, ExprKind, Function, Program, Stmt, StmtKind, UnOp};
use crate::ids::{ExprId, FnId, IndexVec};
use crate::ty::Ty;
use crate::types::{Callee, Types};
use std::collections::{BTreeMap, BTreeSet};

/// Can this expression itself fault, its parts and the functions that it calls aside?
///
/// - `+ - * / % << >>` on int or byte, and `-x` on int;
/// - `x[i]` of arrays and maps (but see [`place_can_fault`]);
/// - `as` from float to int or byte, and from int to byte;
/// - `assert`, `abs` of int, `pow`; `expect(x).to_…`;
/// - built-in methods with `Faults::Can`.
#[must_use]
pub fn expr_can_fault(expr: &Expr, types: &Types) -> bool {
    match &expr.kind {
        ExprKind::Binary { first: _, rest } => {
            rest.iter().any(|step| operator_can_fault(step.op, ty_of(step.id, types)))
        }
        ExprKind::Unary { op: UnOp::Neg, operand: _ } => is_whole(ty_of(expr.id, types)),
        ExprKind::Cast { operand, ty } => cast_can_fault(ty_of(operand.id, types), types.table.get(*ty)),
        ExprKind::Index { base: _, index: _ } => true,
        ExprKind::CallGlobal { function, args: _ } => global_can_fault(*function, ty_of(expr.id, types)),
        ExprKind::CallMethod { .. } => match types.methods.get(&expr.id) {
            Some(Callee::Builtin(method)) => method.row().faults == Faults::Can,
            Some(Callee::Expect(_)) => true,
            Some(Callee::Data(_) | Callee::Dep(_) | Callee::OwnService(_)) | None => false,
        },
        ExprKind::Unary { op: UnOp::Not | UnOp::BitNot, operand: _ }
        | ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Bool(_)
        | ExprKind::None
        | ExprKind::Str(_)
        | ExprKind::FString(_)
        | ExprKind::Unit
        | ExprKind::Local(_)
        | ExprKind::Const(_)
        | ExprKind::SelfValue
        | ExprKind::Dep(_)
        | ExprKind::ClassLit { .. }
        | ExprKind::VariantLit { .. }
        | ExprKind::ErrorLit { .. }
        | ExprKind::Array(_)
        | ExprKind::Map(_)
        | ExprKind::Tuple(_)
        | ExprKind::Compare { .. }
        | ExprKind::Logic { .. }
        | ExprKind::Coalesce { .. }
        | ExprKind::Field { .. }
        | ExprKind::CallFn { .. }
        | ExprKind::Try(_)
        | ExprKind::Propagate(_)
        | ExprKind::Catch { .. }
        | ExprKind::If { .. }
        | ExprKind::Match { .. }
        | ExprKind::Block(_)
        | ExprKind::Return(_)
        | ExprKind::Break(_)
        | ExprKind::Continue(_)
        | ExprKind::Raise(_)
        | ExprKind::Error => false,
    }
}

/// Can this statement itself fault, its parts aside? Only `place op= value`, like the operator.
#[must_use]
pub fn stmt_can_fault(stmt: &Stmt, types: &Types) -> bool {
    if let StmtKind::AssignOp { place, op, .. } = &stmt.kind {
        return operator_can_fault(*op, ty_of(place.id, types));
    }
    false
}

/// Can the outermost step of the place of `place = value` fault, its parts aside? `m[k] = v` puts the entry in, so it cannot.
#[must_use]
pub fn place_can_fault(place: &Expr, types: &Types) -> bool {
    if let ExprKind::Index { base, index: _ } = &place.kind {
        return !matches!(ty_of(base.id, types), Ty::Map(_, _));
    }
    expr_can_fault(place, types)
}

fn ty_of(expr: ExprId, types: &Types) -> &Ty {
    types.exprs.get(expr).map_or(&Ty::Error, |ty| types.table.get(*ty))
}

/// `int` or `byte`.
fn is_whole(ty: &Ty) -> bool {
    matches!(ty, Ty::Int | Ty::Byte)
}

/// An arithmetic operator with a result of this type.
fn operator_can_fault(op: BinOp, result: &Ty) -> bool {
    match op {
        BinOp::Add | BinOp::Sub | BinOp::Mul | BinOp::Div | BinOp::Rem | BinOp::Shl | BinOp::Shr => is_whole(result),
        BinOp::BitAnd | BinOp::BitOr | BinOp::BitXor => false,
    }
}

fn cast_can_fault(from: &Ty, to: &Ty) -> bool {
    matches!((from, to), (Ty::Float, Ty::Int | Ty::Byte) | (Ty::Int, Ty::Byte))
}

fn global_can_fault(function: Global, result: &Ty) -> bool {
    match function {
        Global::Assert | Global::Pow => true,
        Global::Abs => is_whole(result),
        Global::Print
        | Global::Expect
        | Global::Min
        | Global::Max
        | Global::Sqrt
        | Global::Floor
        | Global::Ceil
        | Global::Round
        | Global::EnvArgs
        | Global::FsReadText => false,
    }
}

/// The functions that can end early, in each process.
pub(super) fn solve(program: &Program, types: &Types, facts: &Facts, placed: &Solution<'_>) -> BTreeSet<Node> {
    let by_itself: IndexVec<FnId, bool> = program.fns.iter().map(|function| body_ends_early(function, types)).collect();
    let mut users: BTreeMap<Node, Vec<Node>> = BTreeMap::new();
    let mut work: Vec<Node> = vec![];
    for node in placed.keys() {
        let mut crosses_somewhere = false;
        for (callee, crosses) in placed.callees(node) {
            users.entry(callee).or_default().push(node);
            crosses_somewhere |= crosses == Crosses::Yes;
        }
        if by_itself[node.1] || facts.recursive.contains(&node.1) || crosses_somewhere {
            work.push(node);
        }
    }
    let mut found = BTreeSet::new();
    while let Some(node) = work.pop() {
        if found.insert(node) {
            work.extend(users.get(&node).into_iter().flatten());
        }
    }
    found
}

fn body_ends_early(function: &Function, types: &Types) -> bool {
    let mut search = Search { types, found: false };
    search.block(&function.body);
    search.found
}

struct Search<'a> {
    types: &'a Types,
    found: bool,
}

impl Visitor for Search<'_> {
    fn stmt(&mut self, stmt: &Stmt) {
        self.found |= stmt_can_fault(stmt, self.types);
        if let StmtKind::Assign { place, value } = &stmt.kind {
            self.found |= place_can_fault(place, self.types);
            walk_expr(self, place);
            self.expr(value);
        } else {
            walk_stmt(self, stmt);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        self.found |= expr_can_fault(expr, self.types);
        if let ExprKind::Raise(_) = &expr.kind {
            self.found = true;
        } else if let ExprKind::CallGlobal { function, .. } = &expr.kind {
            self.found |= function.raises().is_some();
        }
        if !self.found {
            walk_expr(self, expr);
        }
    }
}
