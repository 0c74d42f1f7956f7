//! `?`, `raise` and `catch`. Which errors a call can raise is not known here (`infer`).

use super::branch::Branch;
use super::{Binder, Cx, Open, Want, Why, errors};
use crate::hir::{CatchClause, CatchKind, Expr, ExprKind, FnKind};
use crate::ids::TyId;
use crate::ty::{Ty, TyTable};
use pluto_syntax::span::Span;

impl<'a> Cx<'a> {
    /// `x?`.
    pub(super) fn try_none(&mut self, span: Span, operand: &'a Expr) -> TyId {
        let ty = self.expr(operand, Want::Any);
        let inner = self.inside(operand, ty, "?");
        let (result, declared) = (self.body.result, &self.program.fns[self.body.function]);
        match self.get(result) {
            Ty::Nullable(_) | Ty::Error => {}
            Ty::Var(_) => {
                let inner = self.fresh(span, Open::None);
                let nullable = self.nullable(inner);
                self.unify(result, nullable);
            }
            Ty::Never
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
            | Ty::Holder(..) => {
                let named = match declared.kind {
                    FnKind::Free | FnKind::Method(_) if self.body.nests.is_empty() => {
                        Some((&*declared.name, declared.span))
                    }
                    FnKind::Free
                    | FnKind::Method(_)
                    | FnKind::Test
                    | FnKind::Const
                    | FnKind::Default
                    | FnKind::Closure(_)
                    | FnKind::Task(_) => None,
                };
                let shown = self.show(result);
                let text = self.text(operand.span).unwrap_or("x");
                self.report(errors::try_without_nullable_result(span, named, &shown, text));
            }
        }
        inner
    }

    /// The inside of a nullable value, for `?` and `??`.
    pub(super) fn inside(&mut self, operand: &'a Expr, ty: TyId, op: &str) -> TyId {
        match self.get(ty) {
            Ty::Nullable(inner) => inner,
            Ty::Error | Ty::Never => TyTable::ERROR,
            Ty::Var(_) => {
                let inner = self.fresh(operand.span, Open::Value);
                let nullable = self.nullable(inner);
                self.unify(ty, nullable);
                inner
            }
            Ty::Unit
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
            | Ty::Holder(..) => {
                let shown = self.show(ty);
                self.report(errors::never_none(operand.span, &shown, op));
                ty
            }
        }
    }

    pub(super) fn raise(&mut self, value: &'a Expr) -> TyId {
        let ty = self.expr(value, Want::Any);
        match self.get(ty) {
            Ty::ErrorValue(_) | Ty::AnyError | Ty::Error | Ty::Never => {}
            Ty::Unit
            | Ty::Int
            | Ty::Float
            | Ty::Bool
            | Ty::Byte
            | Ty::String
            | Ty::Array(_)
            | Ty::Map(..)
            | Ty::Tuple(_)
            | Ty::Nullable(_)
            | Ty::Class(_)
            | Ty::Enum(_)
            | Ty::Duration
            | Ty::Fn(..)
            | Ty::Holder(..)
            | Ty::Var(_) => {
                let shown = self.show(ty);
                self.report(errors::not_an_error(value.span, &shown));
                self.poison(ty);
            }
        }
        TyTable::NEVER
    }

    /// `call catch …`: what the call and its handlers have in common.
    pub(super) fn catch(&mut self, call: &'a Expr, clauses: &'a [CatchClause], want: Want) -> TyId {
        clauses.iter().for_each(|clause| self.caught(clause));
        let handlers = clauses.iter().map(|clause| match &clause.kind {
            CatchKind::Value(value) => Branch::Expr(value),
            CatchKind::Handler { body, .. } => Branch::Block(body),
        });
        match want {
            Want::Any | Want::Hint(_) => {
                let all: Vec<Branch<'a>> = std::iter::once(Branch::Expr(call)).chain(handlers).collect();
                self.common(&all, want, Why::Caught)
            }
            Want::Type(wanted, _) => {
                let mut ty = self.expr(call, want);
                // A handler may give `none` where a nullable value is wanted.
                if self.strip(wanted).0 > self.strip(ty).0 && self.fits(call.id, ty, wanted) {
                    ty = wanted;
                }
                for handler in handlers {
                    self.branch_checked(handler, Want::Type(ty, Why::Caught(call.span)));
                }
                ty
            }
            Want::Drop => {
                // What a block gives is not asked for; a call has its one type.
                let blocks = matches!(call.kind, ExprKind::Within { .. } | ExprKind::Select { .. });
                let ty = self.expr(call, if blocks { Want::Drop } else { Want::Any });
                self.dropped(call, ty);
                for handler in handlers {
                    self.branch(handler, Want::Drop);
                }
                TyTable::UNIT
            }
        }
    }

    /// Gives the variable of a handler its type.
    fn caught(&mut self, clause: &'a CatchClause) {
        if let CatchKind::Handler { local, errors, body: _ } = &clause.kind {
            let ty = match errors.as_slice() {
                [(error, _)] => self.ty(Ty::ErrorValue(*error)),
                [] | [_, _, ..] => TyTable::ANY_ERROR,
            };
            self.bind_local(*local, ty, Binder::Catch);
        }
    }
}
