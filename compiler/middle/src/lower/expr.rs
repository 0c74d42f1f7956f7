//! Expressions: one dispatcher; the rest lies with its kind. In: a typed expression. Out: instructions, and an operand.

use super::body::{Body, OnError, This, UNIT, int, text, truth};
use super::purity::may_change;
use crate::hir::{Block, Expr, ExprKind, Stmt, StmtKind};
use crate::ids::{FnId, TyId};
use crate::mir::{Const, Inst, Operand, Terminator, TypeId};
use crate::span::Span;
use crate::ty::Ty;

impl Body<'_, '_> {
    /// The value of an expression, coerced.
    pub(super) fn expr(&mut self, expr: &Expr) -> Operand {
        let before = self.stand_at(Some(expr.span));
        let value = self.uncoerced(expr);
        let value = self.coerced(expr, value);
        self.stand_at(before);
        value
    }

    /// Wraps an expression's value as `check` found out.
    pub(super) fn coerced(&mut self, expr: &Expr, value: Operand) -> Operand {
        match self.cx.types.coercions.get(&expr.id) {
            Some(to) => self.wrapped(value, self.cx.types.exprs[expr.id], *to),
            None => value,
        }
    }

    /// Wraps a value of one type into a nullable one.
    pub(super) fn wrapped(&mut self, mut value: Operand, from: TyId, to: TyId) -> Operand {
        let mut layers = Vec::new();
        let mut layer = to;
        while layer != from {
            match self.get(layer) {
                Ty::Nullable(inner) => {
                    layers.push(layer);
                    layer = *inner;
                }
                // Nothing to wrap: a value that never comes.
                Ty::Error
                | Ty::Never
                | Ty::Unit
                | Ty::Int
                | Ty::Float
                | Ty::Bool
                | Ty::Byte
                | Ty::String
                | Ty::Array(_)
                | Ty::Map(..)
                | Ty::Tuple(_)
                | Ty::Class(_)
                | Ty::Enum(_)
                | Ty::ErrorValue(_)
                | Ty::AnyError
                | Ty::Duration
                | Ty::Fn(..)
                | Ty::Holder(..)
                | Ty::Var(_) => return value,
            }
        }
        for layer in layers.into_iter().rev() {
            let ty = self.mir_ty(layer);
            value = self.emit(layer, |dest| Inst::Wrap { dest, ty, value });
        }
        value
    }

    fn uncoerced(&mut self, expr: &Expr) -> Operand {
        let ty = self.cx.types.exprs[expr.id];
        match &expr.kind {
            ExprKind::Int(value) => self.int_literal(*value, ty),
            ExprKind::Float(value) => Operand::Const(Const::Float(*value)),
            ExprKind::Bool(value) => truth(*value),
            ExprKind::None => Operand::Const(Const::Null),
            ExprKind::Str(value) => text(value),
            ExprKind::FString(parts) => self.f_string(parts),
            ExprKind::Unit | ExprKind::Error => UNIT,
            ExprKind::Local(local) => self.variable(*local),
            ExprKind::Const(function) => self.constant(*function, expr.span),
            ExprKind::SelfValue => self.self_value(ty),
            ExprKind::Dep(_) => unreachable!("a dependency is only a receiver"),
            ExprKind::ClassLit { class, fields } => self.class_literal(*class, fields, ty, expr.span),
            ExprKind::VariantLit { enumeration, variant, fields } => {
                self.variant_literal(*enumeration, *variant, fields, ty, expr.span)
            }
            ExprKind::ErrorLit { error, fields } => self.error_literal(*error, fields, expr.span),
            ExprKind::Array(elements) => self.array_literal(elements, ty),
            ExprKind::Map(entries) => self.map_literal(entries, ty),
            ExprKind::Tuple(parts) => {
                let fields = self.operands(&parts.iter().collect::<Vec<_>>());
                let mir_ty = self.mir_ty(ty);
                self.emit(ty, |dest| Inst::New { dest, ty: mir_ty, fields })
            }
            ExprKind::Unary { op, operand } => self.unary(*op, operand, ty, expr.span),
            ExprKind::Binary { first, rest } => self.binary_chain(first, rest),
            ExprKind::Compare { op, left, right } => self.comparison(*op, left, right),
            ExprKind::Logic { .. } => self.logic(expr),
            ExprKind::Coalesce { operands } => self.coalesce(operands, ty),
            ExprKind::Cast { operand, ty: to } => self.cast(operand, *to, expr.span),
            ExprKind::Field { base, .. } => self.field(base, self.cx.types.fields[&expr.id], ty),
            ExprKind::Index { base, index } => {
                let [base, index] = self.two(base, index);
                let site = self.site(expr.span);
                self.faulting(ty, |dest, then, on_fail| Terminator::Index { dest, base, index, then, on_fail, site })
            }
            ExprKind::Try(operand) => self.try_value(operand, ty),
            ExprKind::CallFn { .. }
            | ExprKind::CallGlobal { .. }
            | ExprKind::CallMethod { .. }
            | ExprKind::CallValue { .. }
            | ExprKind::Within { .. }
            | ExprKind::Select { .. } => self.any_call(expr, OnError::Propagate),
            ExprKind::Duration(nanoseconds) => int(*nanoseconds),
            ExprKind::Closure(closure) => self.closure_object(*closure, Some(ty)),
            ExprKind::FnValue(function) => self.function_value(*function, ty),
            ExprKind::Spawn(body) => self.spawn(*body, ty, expr.span),
            ExprKind::Chan { capacity, .. } => self.new_channel(capacity, ty, expr.span),
            ExprKind::DepEnd(dep) => self.named_end(*dep, ty),
            ExprKind::Propagate(call) | ExprKind::Forward(call) => {
                let value = self.any_call(call, OnError::Propagate);
                self.coerced(call, value)
            }
            ExprKind::Catch { call, clauses, rest } => self.catch(call, clauses, *rest, ty),
            ExprKind::If { arms, otherwise } => self.if_value(arms, otherwise.as_ref(), ty),
            ExprKind::Match { scrutinee, arms } => self.match_value(scrutinee, arms, ty),
            ExprKind::Block(block) => self.value_of_block(block),
            ExprKind::Return(value) => self.return_value(value.as_deref()),
            ExprKind::Break(id) => self.leave_loop(*id, |ends| ends.exit),
            ExprKind::Continue(id) => self.leave_loop(*id, |ends| ends.next),
            ExprKind::Raise(value) => self.raise(value, expr.span),
        }
    }

    /// The values of several expressions, from left to right. A variable that a later one may change is read in time.
    pub(super) fn operands(&mut self, exprs: &[&Expr]) -> Vec<Operand> {
        let mut values = Vec::with_capacity(exprs.len());
        // The last position behind which nothing can change a variable; found when it is first needed.
        let mut quiet: Option<usize> = None;
        for (position, expr) in exprs.iter().enumerate() {
            let value = self.expr(expr);
            let Operand::Copy(local) = value else {
                values.push(value);
                continue;
            };
            let settle = self.is_mutable(local) && {
                let found = || exprs.iter().rposition(|expr| may_change(self.cx, expr)).unwrap_or(0);
                position < *quiet.get_or_insert_with(found)
            };
            values.push(if settle { self.copied(local) } else { value });
        }
        values
    }

    /// The values of two expressions.
    pub(super) fn two(&mut self, first: &Expr, second: &Expr) -> [Operand; 2] {
        let first = self.expr(first);
        let first = if may_change(self.cx, second) { self.settled(first) } else { first };
        [first, self.expr(second)]
    }

    /// The value of a block.
    pub(super) fn value_of_block(&mut self, block: &Block) -> Operand {
        for stmt in &block.stmts {
            self.stmt(stmt);
        }
        block.value.as_ref().map_or(UNIT, |value| self.expr(value))
    }

    pub(super) fn stmt(&mut self, stmt: &Stmt) {
        let before = self.stand_at(Some(stmt.span));
        self.stmt_kind(&stmt.kind);
        self.stand_at(before);
    }

    fn stmt_kind(&mut self, stmt: &StmtKind) {
        match stmt {
            StmtKind::Let { pattern, value, .. } => {
                if self.bind_parts(pattern, value) {
                    return;
                }
                let ty = self.ty(value);
                let value = self.expr(value);
                self.bind(pattern, value, ty);
            }
            StmtKind::Assign { place, value } => self.assign_to(place, value),
            StmtKind::AssignOp { place, op, op_span, value } => self.assign_op(place, *op, value, *op_span),
            StmtKind::Expr(value) => {
                self.expr(value);
            }
            StmtKind::While { id, cond, body } => self.while_loop(*id, cond, body),
            StmtKind::For { id, pattern, iter, body } => self.for_loop(*id, pattern, iter, body),
        }
    }

    fn self_value(&mut self, ty: TyId) -> Operand {
        let ty = self.mir_ty(ty);
        self.this_value(ty)
    }

    /// The value of `self`.
    pub(super) fn this_value(&mut self, ty: TypeId) -> Operand {
        match self.this.clone() {
            This::Value(local) => Operand::Copy(local),
            This::Service(service) => service,
            This::Reference(from) => {
                let dest = self.local(ty, "".into());
                self.push(Inst::Load { dest, from: Operand::Copy(from) });
                Operand::Copy(dest)
            }
            This::None => unreachable!("`resolve` lets `self` stand only in methods"),
        }
    }

    /// The value of a field.
    pub(super) fn field(&mut self, base: &Expr, index: u32, ty: TyId) -> Operand {
        if let (ExprKind::SelfValue, This::Service(service)) = (&base.kind, self.this.clone()) {
            assert!(!self.in_task, "`check` lets no task use a field of its service: it has not the lock");
            return self.emit(ty, |dest| Inst::ServiceField { dest, service, index });
        }
        let base = self.expr(base);
        self.emit(ty, |dest| Inst::Field { dest, base, index })
    }

    /// The value of a constant or default: in place if it is a plain literal, else a call.
    pub(super) fn constant(&mut self, function: FnId, span: Span) -> Operand {
        let source = &self.cx.program.fns[function];
        if let (true, Some(value)) = (source.body.stmts.is_empty(), source.body.value.as_deref())
            && is_literal(value)
        {
            return self.expr(value);
        }
        let callee = self.func(function);
        let dest = self.temp(self.cx.types.results[function]);
        let site = self.site(span);
        self.call(dest, callee, Vec::new(), site, OnError::Propagate);
        Operand::Copy(dest)
    }

    fn int_literal(&mut self, value: i64, ty: TyId) -> Operand {
        #[allow(clippy::cast_precision_loss, reason = "an integer literal as a float is the nearest one")]
        if *self.get(ty) == Ty::Float { Operand::Const(Const::Float(value as f64)) } else { int(value) }
    }
}

/// Literals that cost nothing, or no more than a call.
fn is_literal(expr: &Expr) -> bool {
    if let ExprKind::Array(elements) = &expr.kind {
        return elements.is_empty();
    }
    if let ExprKind::Map(entries) = &expr.kind {
        return entries.is_empty();
    }
    if let ExprKind::VariantLit { fields, .. } = &expr.kind {
        return fields.is_empty();
    }
    let word = matches!(expr.kind, ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Bool(_));
    word || matches!(expr.kind, ExprKind::Str(_) | ExprKind::None | ExprKind::Unit)
}
