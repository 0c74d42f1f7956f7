//! `?`, `raise` and `catch`. Which errors a call can raise is not known here (`infer`).

use super::{Binder, Cx, Open, Want, Why, errors};
use crate::hir::{CatchClause, CatchKind, Expr, FnKind};
use crate::ids::{ErrorId, TyId};
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
            | Ty::AnyError => {
                let named = match declared.kind {
                    FnKind::Free | FnKind::Method(_) => Some((&*declared.name, declared.span)),
                    FnKind::Test | FnKind::Const | FnKind::Default => None,
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
            | Ty::AnyError => {
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
            | Ty::Var(_) => {
                let shown = self.show(ty);
                self.report(errors::not_an_error(value.span, &shown));
                self.poison(ty);
            }
        }
        TyTable::NEVER
    }

    /// `call catch …`: the call's type, or what it and the handlers have in common.
    pub(super) fn catch(&mut self, call: &'a Expr, clauses: &'a [CatchClause], want: Want) -> TyId {
        let for_call = if matches!(want, Want::Drop) { Want::Any } else { want };
        let ty = self.expr(call, for_call);
        let mut common = ty;
        for clause in clauses {
            let for_clause = match want {
                Want::Drop => Want::Drop,
                Want::Any | Want::Hint(_) | Want::Type(..) => {
                    // A handler may give `none` where a nullable value is wanted.
                    let wider = want.ty().filter(|wanted| self.strip(*wanted).0 > self.strip(common).0);
                    Want::Type(self.widened(call, common, wider), Why::Caught(call.span))
                }
            };
            self.clause(clause, for_clause);
            common = for_clause.ty().unwrap_or(common);
        }
        if matches!(want, Want::Drop) { TyTable::UNIT } else { common }
    }

    /// The type of the call, wrapped if a nullable one of it is wanted.
    fn widened(&mut self, call: &'a Expr, ty: TyId, wider: Option<TyId>) -> TyId {
        match wider {
            Some(wider) if self.fits(call.id, ty, wider) => wider,
            Some(_) | None => ty,
        }
    }

    fn clause(&mut self, clause: &'a CatchClause, want: Want) {
        match &clause.kind {
            CatchKind::Value(value) => {
                self.part(value, want);
            }
            CatchKind::Handler { local, errors, body } => {
                let ty = match errors.as_slice() {
                    [(error, _)] => self.error_value(*error),
                    [] | [_, _, ..] => TyTable::ANY_ERROR,
                };
                self.bind_local(*local, ty, Binder::Catch);
                self.block(body, want);
            }
        }
    }

    fn error_value(&mut self, error: ErrorId) -> TyId {
        self.ty(Ty::ErrorValue(error))
    }
}
