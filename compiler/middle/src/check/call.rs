//! Calls of functions and of global functions. In: the call. Out: its result type; arguments checked against parameters.

use super::{Cx, Later, Want, Why, errors};
use crate::builtin::Global;
use crate::hir::{Expr, FnKind};
use crate::ids::{FnId, TyId};
use crate::ty::{Ty, TyTable};
use pluto_syntax::span::Span;

impl<'a> Cx<'a> {
    pub(super) fn call_fn(&mut self, span: Span, function: FnId, args: &'a [Expr]) -> TyId {
        self.arguments(span, function, args);
        self.out_results[function]
    }

    /// Checks arguments against a function's parameters.
    pub(super) fn arguments(&mut self, span: Span, function: FnId, args: &'a [Expr]) {
        let declared = &self.program.fns[function];
        if args.len() != declared.params.len() {
            let params: Vec<String> = declared
                .params
                .iter()
                .map(|param| {
                    let local = &declared.locals[*param];
                    let ty = local.ty.unwrap_or(TyTable::ERROR);
                    format!("{}: {}", local.name, self.show(ty))
                })
                .collect();
            let mut diagnostic = errors::argument_count(span, &declared.name, declared.params.len(), args.len());
            diagnostic =
                diagnostic.also(declared.span, format!("declared as `{}({})`", declared.name, params.join(", ")));
            self.report(diagnostic);
        }
        for (at, arg) in args.iter().enumerate() {
            let param = declared.params.get(at).map(|param| &declared.locals[*param]);
            match param.and_then(|local| local.ty.map(|ty| (ty, local.span))) {
                Some((ty, span)) => self.check_expr(arg, ty, Why::Param(span)),
                None => {
                    self.expr(arg, Want::Any);
                }
            }
        }
    }

    /// Checks the number of arguments of something built in; says whether it is right.
    pub(super) fn count(&mut self, span: Span, name: &str, needed: usize, args: &'a [Expr]) -> bool {
        if args.len() != needed {
            self.report(errors::argument_count(span, name, needed, args.len()));
            self.ignore(args);
        }
        args.len() == needed
    }

    /// Looks at arguments that belong to nothing.
    pub(super) fn ignore(&mut self, args: &'a [Expr]) {
        for arg in args {
            let ty = self.expr(arg, Want::Any);
            self.poison(ty);
        }
    }

    pub(super) fn call_global(&mut self, span: Span, global: Global, args: &'a [Expr], want: Want) -> TyId {
        let name = global_name(global);
        let (needed, otherwise) = match global {
            Global::Print | Global::Assert => (1, TyTable::UNIT),
            Global::Expect | Global::Abs => (1, TyTable::ERROR),
            Global::Min | Global::Max | Global::Pow => (2, TyTable::ERROR),
            Global::Sqrt | Global::Floor | Global::Ceil | Global::Round => (1, TyTable::FLOAT),
            Global::EnvArgs => (0, TyTable::ERROR),
            Global::FsReadText => (1, TyTable::STRING),
            Global::Sleep => (1, TyTable::UNIT),
        };
        if !self.count(span, name, needed, args) {
            return otherwise;
        }
        match (global, args) {
            (Global::Print, [value]) => {
                let ty = self.expr(value, Want::Any);
                self.shown(value, ty, "`print`");
                TyTable::UNIT
            }
            (Global::Assert, [value]) => {
                self.check_expr(value, TyTable::BOOL, Why::Plain);
                TyTable::UNIT
            }
            (Global::Expect, [value]) => {
                self.report(errors::expect_alone(span));
                self.expr(value, Want::Any);
                TyTable::ERROR
            }
            (Global::Sqrt | Global::Floor | Global::Ceil | Global::Round, [value]) => {
                self.check_expr(value, TyTable::FLOAT, Why::Plain);
                TyTable::FLOAT
            }
            (Global::FsReadText, [path]) => {
                self.check_expr(path, TyTable::STRING, Why::Plain);
                TyTable::STRING
            }
            (Global::Sleep, [limit]) => {
                self.check_expr(limit, TyTable::DURATION, Why::Plain);
                TyTable::UNIT
            }
            (Global::Abs, [value]) => {
                let hint = want.ty().map_or(Want::Any, Want::Hint);
                let ty = self.expr(value, hint);
                self.number(value, ty, name)
            }
            (Global::Min | Global::Max | Global::Pow, [left, right]) => {
                let (l, r) = self.pair(left, right, want);
                self.two_numbers((left, l), (right, r), name)
            }
            _ => self.ty(Ty::Array(TyTable::STRING)),
        }
    }

    fn two_numbers(&mut self, left: (&'a Expr, TyId), right: (&'a Expr, TyId), name: &str) -> TyId {
        let (l, r) = (self.number(left.0, left.1, name), self.number(right.0, right.1, name));
        if !self.unify(l, r) {
            self.mismatch(right.0.span, r, l, Why::Element(left.0.span));
            return TyTable::ERROR;
        }
        if self.shallow(l) == TyTable::NEVER { r } else { l }
    }

    /// `int` or `float`, else a message.
    fn number(&mut self, e: &'a Expr, ty: TyId, name: &str) -> TyId {
        let ty = self.shallow(ty);
        match self.get(ty) {
            Ty::Int | Ty::Float | Ty::Error | Ty::Never => ty,
            Ty::Var(_) => self.must_be_known(e.span, ty),
            Ty::Unit
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
            | Ty::Fn(..)
            | Ty::Holder(..) => {
                let shown = self.show(ty);
                self.report(errors::not_a_number(e.span, name, &shown));
                self.poison(ty);
                TyTable::ERROR
            }
        }
    }

    /// `expect(x).to_equal(y)` and the like.
    pub(super) fn expectation(
        &mut self,
        e: &'a Expr,
        receiver: &'a Expr,
        values: &'a [Expr],
        name: &str,
        args: &'a [Expr],
    ) {
        use crate::builtin::Expectation;
        use crate::types::Callee;
        if self.program.fns[self.body.function].kind != FnKind::Test {
            self.report(errors::expect_outside_test(receiver.span));
        }
        let expectation = match name {
            "to_equal" => Expectation::ToEqual,
            "to_be_true" => Expectation::ToBeTrue,
            "to_be_false" => Expectation::ToBeFalse,
            "to_be_none" => Expectation::ToBeNone,
            _ => {
                self.report(errors::unknown_expectation(e.span, name));
                self.ignore(values);
                return self.ignore(args);
            }
        };
        let needed = usize::from(expectation == Expectation::ToEqual);
        if !self.count(receiver.span, "expect", 1, values) | !self.count(e.span, name, needed, args) {
            return;
        }
        self.out_methods.insert(e.id, Callee::Expect(expectation));
        let value = &values[0];
        let ty = match expectation {
            Expectation::ToEqual => {
                let (l, r) = self.pair(value, &args[0], Want::Any);
                if let Some(common) = self.equal(e.span, (value, l), (&args[0], r)) {
                    self.body.later.push(Later::Comparable { ty: common, span: e.span, what: "`to_equal`" });
                }
                l
            }
            Expectation::ToBeTrue | Expectation::ToBeFalse => {
                self.check_expr(value, TyTable::BOOL, Why::Plain);
                TyTable::BOOL
            }
            Expectation::ToBeNone => {
                let ty = self.expr(value, Want::Any);
                self.inside(value, ty, "to_be_none");
                self.shown(value, ty, "`expect`");
                ty
            }
        };
        self.body.exprs.push((receiver.id, receiver.span));
        self.out_exprs[receiver.id] = ty;
    }
}

fn global_name(global: Global) -> &'static str {
    Global::TABLE.iter().find(|(_, _, it)| *it == global).map_or("", |(_, name, _)| name)
}
