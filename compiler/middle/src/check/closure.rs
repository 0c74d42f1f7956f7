//! Closures, tasks and calls of values. In: a nested function, with what its place wants. Out: its type.
//!
//! A closure is checked in the body it stands in: the same variables of inference, the same table of locals. Parameters take
//! their types from what is written, else from what is wanted, else they are open until a use decides.

use super::{Binder, Cx, Open, Want, Why, errors};
use crate::hir::{Block, Expr, FnKind};
use crate::ids::{FnId, LocalId, TyId};
use crate::ty::{Holder, Ty, TyTable};
use pluto_syntax::span::Span;

impl<'a> Cx<'a> {
    /// `(x) => x + 1`.
    pub(super) fn closure(&mut self, function: FnId, want: Want) -> TyId {
        let declared = &self.program.fns[function];
        let wanted = match want.ty().map(|ty| self.strip(ty).1).map(|ty| self.get(ty)) {
            Some(Ty::Fn(params, result)) => Some((params, result)),
            Some(_) | None => None,
        };
        let fits = wanted.as_ref().is_none_or(|(params, _)| params.len() == declared.params.len());
        let before = self.reported;
        let from_place = wanted.as_ref().map(|(params, _)| params.as_slice());
        let params = self.closure_params(&declared.params, from_place);
        let sound = self.reported == before;
        let why = if let Want::Type(_, why @ Why::Order(_)) = want { why } else { Why::Closure(declared.span) };
        let result = wanted.as_ref().filter(|_| fits).map(|(_, result)| (*result, why));
        let result = self.nested(function, result);
        if let (false, Some((wanted, _)), Want::Type(ty, _)) = (fits, &wanted, want) {
            let shown = self.show(ty);
            self.report(errors::closure_params(declared.span, wanted.len(), params.len(), &shown));
            return TyTable::ERROR;
        }
        if sound { self.ty(Ty::Fn(params, result)) } else { TyTable::ERROR }
    }

    /// The types of a closure's parameters; those that are written must be what the place gives.
    fn closure_params(&mut self, params: &[LocalId], from_place: Option<&[TyId]>) -> Vec<TyId> {
        let locals = &self.program.fns[self.body.function].locals;
        let fits = from_place.is_none_or(|from_place| from_place.len() == params.len());
        let mut types = vec![];
        for (at, param) in params.iter().enumerate() {
            let local = &locals[*param];
            let given = from_place.and_then(|params| params.get(at)).copied().filter(|_| fits);
            let ty = match (local.ty, given) {
                (Some(written), Some(given)) => {
                    if !self.unify(written, given) {
                        let (written, given) = (self.show(written), self.show(given));
                        self.report(errors::closure_param(local.span, &local.name, &written, &given));
                    }
                    written
                }
                (Some(ty), None) | (None, Some(ty)) => ty,
                (None, None) if !fits => TyTable::ERROR,
                (None, None) => self.fresh(local.span, Open::Param),
            };
            self.bind_local(*param, ty, Binder::Closure);
            types.push(ty);
        }
        types
    }

    /// `spawn { … }`.
    pub(super) fn spawn(&mut self, function: FnId, want: Want) -> TyId {
        let span = self.program.fns[function].span;
        let wanted = match want.ty().map(|ty| self.strip(ty).1).map(|ty| self.get(ty)) {
            Some(Ty::Holder(Holder::Task, result)) => Some((result, Why::Closure(span))),
            Some(_) | None => None,
        };
        let result = self.nested(function, wanted);
        self.ty(Ty::Holder(Holder::Task, result))
    }

    /// Checks the body of a closure or task; gives its result type. A result that is written comes before one that is wanted.
    fn nested(&mut self, function: FnId, wanted: Option<(TyId, Why)>) -> TyId {
        let declared = &self.program.fns[function];
        let wanted = wanted.filter(|(ty, _)| !self.is_open(*ty));
        let known = declared.result.map(|ty| (ty, Why::Result(declared.span))).or(wanted);
        let outer = (self.body.result, self.body.result_why);
        self.body.nests.push(function);
        let result = match known {
            Some((ty, why)) => {
                (self.body.result, self.body.result_why) = (ty, why);
                let unit = self.shallow(ty) == TyTable::UNIT;
                self.block(&declared.body, if unit { Want::Drop } else { Want::Type(ty, why) });
                ty
            }
            None => self.found_result(&declared.body, declared.span),
        };
        self.body.nests.pop();
        (self.body.result, self.body.result_why) = outer;
        self.body.closures.push((function, result));
        result
    }

    /// The result of a body whose result nobody says: that of its first `return`, else of its value.
    fn found_result(&mut self, body: &'a Block, span: Span) -> TyId {
        let open = self.fresh(span, Open::Value);
        let why = Why::Closure(span);
        (self.body.result, self.body.result_why) = (open, why);
        let ty = self.block(body, Want::Hint(open));
        match &body.value {
            _ if self.shallow(ty) == TyTable::NEVER => {
                if self.is_open(open) {
                    self.unify(open, TyTable::UNIT);
                }
            }
            Some(value) => self.coerce(value, ty, open, why),
            None => {
                if !self.unify(TyTable::UNIT, open) {
                    let needed = self.show(open);
                    self.report(errors::block_without_value(body.span, &needed, why));
                }
            }
        }
        open
    }

    /// A function of the program as a value.
    pub(super) fn function_value(&mut self, function: FnId) -> TyId {
        let declared = &self.program.fns[function];
        let params = declared.params.iter().map(|param| declared.locals[*param].ty.unwrap_or(TyTable::ERROR)).collect();
        self.ty(Ty::Fn(params, self.out_results[function]))
    }

    /// `f(x)` where `f` is a value.
    pub(super) fn call_value(&mut self, span: Span, callee: &'a Expr, args: &'a [Expr]) -> TyId {
        let ty = self.expr(callee, Want::Any);
        let text = self.text(callee.span).unwrap_or("this");
        self.call_of(span, (callee.span, text), ty, args)
    }

    /// A call of something of that type.
    pub(super) fn call_of(&mut self, span: Span, (at, text): (Span, &str), ty: TyId, args: &'a [Expr]) -> TyId {
        match self.get(ty) {
            Ty::Fn(params, result) => {
                if params.len() != args.len() {
                    let shown = self.show(ty);
                    let diagnostic = errors::argument_count(span, text, params.len(), args.len());
                    self.report(diagnostic.also(at, format!("this is `{shown}`")));
                    self.ignore(args);
                    return result;
                }
                for (arg, param) in args.iter().zip(params) {
                    self.check_expr(arg, param, Why::Callee(at));
                }
                result
            }
            Ty::Var(_) => {
                let params = args.iter().map(|arg| self.expr(arg, Want::Any)).collect();
                let result = self.fresh(span, Open::Value);
                let function = self.ty(Ty::Fn(params, result));
                if self.unify(ty, function) { result } else { self.must_be_known(at, ty) }
            }
            Ty::Error | Ty::Never => {
                self.ignore(args);
                TyTable::ERROR
            }
            other @ (Ty::Unit
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
            | Ty::ErrorValue(_)
            | Ty::AnyError
            | Ty::Duration
            | Ty::Holder(..)) => {
                let shown = self.show(ty);
                self.report(errors::not_a_function(at, text, &shown, &other));
                self.ignore(args);
                self.poison(ty);
                TyTable::ERROR
            }
        }
    }

    /// Does the innermost closure or task have this variable from outside?
    pub(super) fn captured(&self, local: LocalId) -> Option<FnId> {
        let nest = *self.body.nests.last()?;
        self.program.fns[nest].captures.contains(&local).then_some(nest)
    }

    /// Is this the body of a task, or a closure in one?
    pub(super) fn in_task(&self) -> Option<FnId> {
        let is_task = |nest: &&FnId| matches!(self.program.fns[**nest].kind, FnKind::Task(_));
        self.body.nests.iter().rev().find(is_task).copied()
    }

    /// The fields of a service may be changed by others while a task runs beside its methods.
    pub(super) fn self_field(&mut self, name: &str, span: Span) {
        if let Some(task) = self.in_task() {
            let at = self.program.fns[task].span;
            self.report(errors::self_in_spawn(span, name, at));
        }
    }
}
