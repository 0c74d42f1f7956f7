//! Blocks, statements and loops. A statement says whether what follows it can be reached.

use super::{Binder, Cx, Later, Open, Want, Why, errors, operator};
use crate::builtin::{Method, Receiver};
use crate::hir::{Block, Cond, Expr, ExprKind, Iter, Pattern, PatternKind, Stmt, StmtKind};
use crate::ids::TyId;
use crate::ty::{Holder, Ty, TyTable};
use crate::types::Callee;

/// Does the block go on after a statement?
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Ends,
}

impl<'a> Cx<'a> {
    /// The type of a block: of its value, `Never` if its end is not reached.
    pub(super) fn block(&mut self, block: &'a Block, want: Want) -> TyId {
        let mut flow = Flow::On;
        for stmt in &block.stmts {
            if self.stmt(stmt) == Flow::Ends {
                flow = Flow::Ends;
            }
        }
        let Some(value) = &block.value else {
            return if flow == Flow::Ends { TyTable::NEVER } else { self.no_value(block, want) };
        };
        match want {
            Want::Any | Want::Hint(_) => self.expr(value, want),
            Want::Type(ty, why) => {
                let actual = self.expr(value, want);
                self.coerce(value, actual, ty, why);
                if self.shallow(actual) == TyTable::NEVER { TyTable::NEVER } else { ty }
            }
            Want::Drop => {
                let actual = self.expr(value, Want::Drop);
                self.dropped(value, actual);
                let ends = flow == Flow::Ends || self.shallow(actual) == TyTable::NEVER;
                if ends { TyTable::NEVER } else { TyTable::UNIT }
            }
        }
    }

    /// A block whose end is reached without a value.
    fn no_value(&mut self, block: &'a Block, want: Want) -> TyId {
        if let Want::Type(ty, why) = want
            && !self.unify(TyTable::UNIT, ty)
        {
            let needed = self.show(ty);
            self.report(errors::block_without_value(block.span, &needed, why));
            return TyTable::ERROR;
        }
        TyTable::UNIT
    }

    fn stmt(&mut self, stmt: &'a Stmt) -> Flow {
        match &stmt.kind {
            StmtKind::Let { pattern, ty, value } => self.bind_let(pattern, *ty, value),
            StmtKind::Assign { place, value } => {
                let ty = self.place(place);
                self.check_expr(value, ty, Why::Plain);
                self.flow(value)
            }
            StmtKind::AssignOp { place, op, op_span, value } => {
                let ty = self.place(place);
                let hint = if self.is_open(ty) { Want::Any } else { Want::Hint(ty) };
                let right = self.expr(value, hint);
                let operands = [(place, ty), (value, right)];
                let types = self.arithmetic(&operands, &[operator::Step { op: *op, span: *op_span }]);
                if let Some(found) = types.first().copied()
                    && !self.unify(found, ty)
                {
                    let (found, needed) = (self.show(found), self.show(ty));
                    self.report(errors::result_does_not_fit(*op_span, *op, place.span, &found, &needed));
                }
                self.flow(value)
            }
            StmtKind::Expr(e) => {
                let ty = self.expr(e, Want::Drop);
                self.dropped(e, ty);
                self.flow(e)
            }
            StmtKind::While { id, cond, body } => {
                self.cond(cond);
                self.block(body, Want::Drop);
                let forever = matches!(cond, Cond::Expr(e) if matches!(e.kind, ExprKind::Bool(true)));
                if forever && !self.body.broken.contains(id) { Flow::Ends } else { Flow::On }
            }
            StmtKind::For { id: _, pattern, iter, body } => {
                let element = self.iterated(iter);
                self.irrefutable(pattern, element, self.loop_binder(iter));
                self.bound_element(pattern, iter);
                self.block(body, Want::Drop);
                Flow::On
            }
        }
    }

    fn flow(&self, e: &Expr) -> Flow {
        if self.noted(e) == TyTable::NEVER { Flow::Ends } else { Flow::On }
    }

    fn bind_let(&mut self, pattern: &'a Pattern, ty: Option<TyId>, value: &'a Expr) -> Flow {
        let ty = match ty {
            Some(ty) => {
                self.check_expr(value, ty, Why::Declared(pattern.span));
                ty
            }
            None => self.expr(value, Want::Any),
        };
        if matches!(pattern.kind, PatternKind::Wild) {
            self.dropped(value, ty);
        }
        self.irrefutable(pattern, ty, Binder::Let);
        self.flow(value)
    }

    /// A value that nobody takes must not be a task. Taking one out of a collection is fine: it was kept until then.
    pub(super) fn dropped(&mut self, e: &'a Expr, ty: TyId) {
        let mut inner = e;
        while let ExprKind::Propagate(call) | ExprKind::Catch { call, .. } = &inner.kind {
            inner = call;
        }
        let taken_out = match self.out_methods.get(&inner.id) {
            Some(Callee::Builtin(method)) => {
                matches!(method.row().receiver, Receiver::Array | Receiver::Map) && *method != Method::ArrayMap
            }
            Some(Callee::Data(_) | Callee::Dep(_) | Callee::OwnService(_) | Callee::Field(_) | Callee::Expect(_))
            | None => {
                matches!(inner.kind, ExprKind::Local(_))
            }
        };
        if !taken_out && (self.is_open(ty) || self.is_tasks(ty).is_some()) {
            self.body.later.push(Later::Dropped { ty, span: e.span });
        }
    }

    pub(super) fn irrefutable(&mut self, pattern: &'a Pattern, ty: TyId, binder: Binder) {
        if self.pattern_is_sound(pattern, ty, binder) {
            self.body.later.push(Later::Irrefutable { ty, pattern, binder });
        }
    }

    /// What a `for` loop's variable is.
    fn iterated(&mut self, iter: &'a Iter) -> TyId {
        let value = match iter {
            Iter::Range { low, high, inclusive: _ } => {
                self.check_expr(low, TyTable::INT, Why::Plain);
                self.check_expr(high, TyTable::INT, Why::Plain);
                return TyTable::INT;
            }
            Iter::Value(value) => value,
        };
        let ty = self.expr(value, Want::Any);
        match self.get(ty) {
            Ty::Array(element) => element,
            Ty::Map(key, value) => self.ty(Ty::Tuple(vec![key, value])),
            Ty::String => TyTable::STRING,
            Ty::Holder(Holder::Receiver | Holder::Subscriber, message) => message,
            Ty::Error | Ty::Never => TyTable::ERROR,
            Ty::Var(_) => self.must_be_known(value.span, ty),
            other @ (Ty::Unit
            | Ty::Int
            | Ty::Float
            | Ty::Bool
            | Ty::Byte
            | Ty::Tuple(_)
            | Ty::Nullable(_)
            | Ty::Class(_)
            | Ty::Enum(_)
            | Ty::ErrorValue(_)
            | Ty::AnyError
            | Ty::Duration
            | Ty::Fn(..)
            | Ty::Holder(..)) => {
                let (shown, text) = (self.show(ty), self.text(value.span).unwrap_or("n"));
                self.report(errors::not_iterable(value.span, &shown, text, &other));
                self.poison(ty);
                TyTable::ERROR
            }
        }
    }

    /// Reports that a type is needed at this place and not known yet.
    pub(super) fn must_be_known(&mut self, span: pluto_syntax::span::Span, ty: TyId) -> TyId {
        let param = if let Ty::Var(number) = self.table.get(self.shallow(ty)) {
            self.body.vars.get(*number as usize).filter(|var| var.open == Open::Param).map(|var| var.origin)
        } else {
            None
        };
        self.report(match param {
            Some(param) => errors::param_not_known(span, param, self.text(param).unwrap_or("x")),
            None => errors::not_known_yet(span),
        });
        self.poison(ty);
        TyTable::ERROR
    }
}
