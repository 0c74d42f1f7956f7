//! Expressions: one dispatcher. In: an expression and what its place wants. Out: its type, noted in the tables.

use super::{Cx, Open, Want, Why, errors};
use crate::hir::{Expr, ExprKind};
use crate::ids::{LocalId, TyId};
use crate::ty::{Ty, TyTable};
use pluto_syntax::span::Span;

impl<'a> Cx<'a> {
    /// Finds and notes the type of an expression, before coercion.
    pub(super) fn expr(&mut self, e: &'a Expr, want: Want) -> TyId {
        let ty = self.expr_kind(e, want);
        self.at = e.span;
        self.body.exprs.push((e.id, e.span));
        self.out_exprs[e.id] = ty;
        ty
    }

    /// The expression must have this type.
    pub(super) fn check_expr(&mut self, e: &'a Expr, ty: TyId, why: Why) {
        let actual = self.expr(e, Want::Type(ty, why));
        self.coerce(e, actual, ty, why);
    }

    /// The expression as part of something that is wanted: gives the type that it has after coercion.
    pub(super) fn part(&mut self, e: &'a Expr, want: Want) -> TyId {
        match want {
            Want::Type(ty, why) => {
                self.check_expr(e, ty, why);
                ty
            }
            Want::Any | Want::Hint(_) | Want::Drop => self.expr(e, want),
        }
    }

    /// The type noted for an expression.
    pub(super) fn noted(&self, e: &Expr) -> TyId {
        self.shallow(self.out_exprs[e.id])
    }

    fn expr_kind(&mut self, e: &'a Expr, want: Want) -> TyId {
        match &e.kind {
            ExprKind::Int(value) => self.int(e.span, *value, want),
            ExprKind::Float(_) => TyTable::FLOAT,
            ExprKind::Bool(_) => TyTable::BOOL,
            ExprKind::Str(_) => TyTable::STRING,
            ExprKind::Unit => TyTable::UNIT,
            ExprKind::Error => TyTable::ERROR,
            ExprKind::None => self.none(e.span, want),
            ExprKind::FString(parts) => self.fstring(parts),
            ExprKind::Local(local) => self.local(*local),
            ExprKind::Const(function) => self.out_results[*function],
            ExprKind::SelfValue => self.self_value(e.span),
            ExprKind::Dep(_) => self.misused_service(e.span),
            ExprKind::ClassLit { class, fields } => self.class_literal(e.span, *class, fields),
            ExprKind::VariantLit { enumeration, variant, fields } => {
                self.variant_literal(e.span, *enumeration, *variant, fields)
            }
            ExprKind::ErrorLit { error, fields } => self.error_literal(e.span, *error, fields),
            ExprKind::Array(items) => self.array(e.span, items, want),
            ExprKind::Map(entries) => self.map(e.span, entries, want),
            ExprKind::Tuple(items) => self.tuple(items, want),
            ExprKind::Unary { op, operand } => self.unary(e.span, *op, operand, want),
            ExprKind::Binary { first, rest } => self.binary(first, rest, want),
            ExprKind::Compare { op, left, right } => self.compare(e.span, *op, left, right),
            ExprKind::Logic { op: _, operands } => self.logic(operands),
            ExprKind::Coalesce { operands } => self.coalesce(operands, want),
            ExprKind::Cast { operand, ty } => self.cast(e.span, operand, *ty),
            ExprKind::Field { base, name, name_span } => self.field(e.id, base, name, *name_span),
            ExprKind::Index { base, index } => self.index(e.span, base, index),
            ExprKind::CallFn { function, args } => self.call_fn(e.span, *function, args),
            ExprKind::CallGlobal { function, args } => self.call_global(e.span, *function, args, want),
            ExprKind::CallMethod { receiver, name, name_span, args } => {
                self.call_method(e, receiver, (name, *name_span), args, want)
            }
            ExprKind::Try(operand) => self.try_none(e.span, operand),
            ExprKind::Propagate(call) => self.expr(call, want),
            ExprKind::Catch { call, clauses, rest: _ } => self.catch(call, clauses, want),
            ExprKind::If { arms, otherwise } => self.if_else(e.span, arms, otherwise.as_ref(), want),
            ExprKind::Match { scrutinee, arms } => self.match_arms(scrutinee, arms, want),
            ExprKind::Block(block) => self.block(block, want),
            ExprKind::Return(value) => self.give_back(e.span, value.as_deref()),
            ExprKind::Break(id) => {
                self.body.broken.insert(*id);
                TyTable::NEVER
            }
            ExprKind::Continue(_) => TyTable::NEVER,
            ExprKind::Raise(value) => self.raise(value),
            ExprKind::Duration(_) => TyTable::DURATION,
            ExprKind::Forward(call) => self.expr(call, want),
            ExprKind::Closure(function) => self.closure(*function, want),
            ExprKind::FnValue(function) => self.function_value(*function),
            ExprKind::CallValue { callee, args } => self.call_value(e.span, callee, args),
            ExprKind::Spawn(function) => self.spawn(*function, want),
            ExprKind::Within { limit, body } => {
                self.check_expr(limit, TyTable::DURATION, Why::Plain);
                self.block(body, want)
            }
            ExprKind::Select { arms, after, default } => self.select(arms, after.as_ref(), default.as_ref(), want),
            ExprKind::Chan { element, capacity } => self.chan(e.span, *element, capacity),
            ExprKind::DepEnd(at) => self.end_of_dependency(*at),
        }
    }

    /// An integer takes the type `float` or `byte` where one is wanted.
    fn int(&mut self, span: Span, value: i64, want: Want) -> TyId {
        let Some(wanted) = want.ty().map(|ty| self.strip(ty).1) else { return TyTable::INT };
        if wanted == TyTable::BYTE && !(0..=255).contains(&value) {
            self.report(errors::not_a_byte(span, value));
        }
        if wanted == TyTable::FLOAT || wanted == TyTable::BYTE { wanted } else { TyTable::INT }
    }

    /// `none` is the outermost one of what is wanted.
    fn none(&mut self, span: Span, want: Want) -> TyId {
        if let Some(wanted) = want.ty().map(|ty| self.shallow(ty))
            && matches!(self.get(wanted), Ty::Nullable(_))
        {
            return wanted;
        }
        let inner = self.fresh(span, Open::None);
        self.nullable(inner)
    }

    fn local(&mut self, local: LocalId) -> TyId {
        self.body.used.insert(local);
        self.body.locals.get(local).copied().flatten().unwrap_or(TyTable::ERROR)
    }

    fn self_value(&mut self, span: Span) -> TyId {
        match self.body.class {
            Some(_) if self.service().is_some() => self.misused_service(span),
            Some(class) => self.ty(Ty::Class(class)),
            None => TyTable::ERROR,
        }
    }

    fn misused_service(&mut self, span: Span) -> TyId {
        self.report(errors::service_is_no_value(span));
        TyTable::ERROR
    }

    fn give_back(&mut self, span: Span, value: Option<&'a Expr>) -> TyId {
        let (result, why) = (self.body.result, self.body.result_why);
        match value {
            Some(value) => self.check_expr(value, result, why),
            None => {
                if !self.unify(TyTable::UNIT, result) {
                    let needed = self.show(result);
                    self.report(errors::return_without_value(span, &needed, why));
                }
            }
        }
        TyTable::NEVER
    }
}
