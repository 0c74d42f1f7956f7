//! Method calls. In: receiver, name, arguments. Out: what is called, and the result type.

use super::{Cx, Later, Open, Want, Why, errors};
use crate::builtin::{Changes, METHODS, Method, MethodRow, NOT_YET, Needs, Receiver, Sig};
use crate::hir::{self, Expr, ExprKind, SelfParam};
use crate::ids::{ClassId, FnId, TyId};
use crate::resolve::nearest::nearest;
use crate::ty::{Holder, Ty, TyTable};
use crate::types::Callee;
use pluto_syntax::span::Span;

/// A name and where it stands.
#[derive(Clone, Copy)]
struct Named<'a> {
    name: &'a str,
    span: Span,
}

impl<'a> Cx<'a> {
    pub(super) fn call_method(
        &mut self,
        e: &'a Expr,
        receiver: &'a Expr,
        (name, span): (&'a str, Span),
        args: &'a [Expr],
        want: Want,
    ) -> TyId {
        let named = Named { name, span };
        if let ExprKind::CallGlobal { function: crate::builtin::Global::Expect, args: values } = &receiver.kind {
            self.expectation(e, receiver, values, name, args);
            return TyTable::UNIT;
        }
        if let Some(class) = self.service() {
            if let ExprKind::Dep(dep) = receiver.kind
                && let Some(service) = self.program.classes[class].deps.get(dep as usize).and_then(hir::Dep::service)
            {
                self.note_service(receiver);
                return self.service_method(e, receiver, service, named, args);
            }
            if matches!(receiver.kind, ExprKind::SelfValue) {
                self.note_service(receiver);
                return self.service_method(e, receiver, class, named, args);
            }
        }
        let ty = self.expr(receiver, Want::Any);
        self.value_method(e, receiver, ty, (named, args), want)
    }

    /// Services have no type; their expressions are noted as unit.
    pub(super) fn note_service(&mut self, e: &Expr) {
        self.body.exprs.push((e.id, e.span));
        self.out_exprs[e.id] = TyTable::UNIT;
    }

    pub(super) fn find(&self, class: ClassId, name: &str) -> Option<FnId> {
        self.program.classes[class].methods.iter().copied().find(|method| &*self.program.fns[*method].name == name)
    }

    fn service_method(
        &mut self,
        e: &'a Expr,
        receiver: &'a Expr,
        class: ClassId,
        named: Named<'a>,
        args: &'a [Expr],
    ) -> TyId {
        let own = matches!(receiver.kind, ExprKind::SelfValue);
        let Some(method) = self.find(class, named.name) else {
            if let (true, Some(field)) = (own, self.find_field(&self.program.classes[class].fields, named.name)) {
                self.self_field(named.name, named.span);
                return self.field_value(e, receiver, named, field, args);
            }
            return self.unknown_class_method(class, named, args);
        };
        self.out_methods.insert(e.id, if own { Callee::OwnService(method) } else { Callee::Dep(method) });
        // In a task the call waits for its turn, like one from outside.
        if own && self.in_task().is_none() && self.program.fns[method].self_param == Some(SelfParam::Mut) {
            self.must_be_changeable(receiver, errors::Change::Call(named.name));
        }
        self.arguments(e.span, method, args);
        self.out_results[method]
    }

    fn value_method(
        &mut self,
        e: &'a Expr,
        receiver: &'a Expr,
        ty: TyId,
        (named, args): (Named<'a>, &'a [Expr]),
        want: Want,
    ) -> TyId {
        let kind = match self.get(ty) {
            Ty::Error | Ty::Never => {
                self.ignore(args);
                return TyTable::ERROR;
            }
            Ty::Var(_) => {
                self.ignore(args);
                return self.must_be_known(receiver.span, ty);
            }
            Ty::Class(class) => return self.data_method(e, receiver, class, named, args),
            Ty::Int => Receiver::Int,
            Ty::Float => Receiver::Float,
            Ty::String => Receiver::String,
            Ty::Array(_) => Receiver::Array,
            Ty::Map(..) => Receiver::Map,
            Ty::Duration => Receiver::Duration,
            Ty::Holder(holder, _) => match holder {
                Holder::Sender => Receiver::Sender,
                Holder::Receiver => Receiver::Receiver,
                Holder::Publisher => Receiver::Publisher,
                Holder::Subscriber => Receiver::Subscriber,
                Holder::Task => Receiver::Task,
            },
            Ty::Tuple(parts) => {
                let part =
                    named.name.parse::<usize>().ok().and_then(|at| Some((u32::try_from(at).ok()?, *parts.get(at)?)));
                return match part {
                    Some(part) => self.field_value(e, receiver, named, part, args),
                    None => self.no_methods(receiver, ty, named, args),
                };
            }
            Ty::Unit
            | Ty::Fn(..)
            | Ty::Bool
            | Ty::Byte
            | Ty::Nullable(_)
            | Ty::Enum(_)
            | Ty::ErrorValue(_)
            | Ty::AnyError => return self.no_methods(receiver, ty, named, args),
        };
        match METHODS.iter().find(|row| row.receiver == kind && row.name == named.name) {
            Some(row) => self.builtin(e, receiver, (ty, row), args, want),
            None => self.unknown_builtin(kind, ty, named, args),
        }
    }

    fn data_method(
        &mut self,
        e: &'a Expr,
        receiver: &'a Expr,
        class: ClassId,
        named: Named<'a>,
        args: &'a [Expr],
    ) -> TyId {
        let Some(method) = self.find(class, named.name) else {
            return match self.find_field(&self.program.classes[class].fields, named.name) {
                Some(field) => self.field_value(e, receiver, named, field, args),
                None => self.unknown_class_method(class, named, args),
            };
        };
        self.out_methods.insert(e.id, Callee::Data(method));
        if self.program.fns[method].self_param == Some(SelfParam::Mut) {
            self.must_be_changeable(receiver, errors::Change::Call(named.name));
        }
        self.arguments(e.span, method, args);
        self.out_results[method]
    }

    /// `x.callback(…)`: a call of the function in a field.
    fn field_value(
        &mut self,
        e: &'a Expr,
        receiver: &'a Expr,
        named: Named<'a>,
        (position, ty): (u32, TyId),
        args: &'a [Expr],
    ) -> TyId {
        let inside = self.strip(ty).1;
        if self.shallow(inside) != self.shallow(ty) && matches!(self.get(inside), Ty::Fn(..)) {
            let (shown, text) = (self.show(ty), self.text(receiver.span).unwrap_or("x"));
            self.report(errors::nullable_function(named.span, named.name, &shown, text));
            self.ignore(args);
            return TyTable::ERROR;
        }
        if !matches!(self.get(ty), Ty::Fn(..) | Ty::Var(_) | Ty::Error | Ty::Never) {
            let shown = self.show(ty);
            self.report(errors::field_called(named.span, named.name, &shown));
            self.ignore(args);
            return TyTable::ERROR;
        }
        self.out_methods.insert(e.id, Callee::Field(position));
        self.call_of(e.span, (named.span, named.name), ty, args)
    }

    fn unknown_class_method(&mut self, class: ClassId, named: Named<'a>, args: &'a [Expr]) -> TyId {
        let declared = &self.program.classes[class];
        let names = declared.methods.iter().map(|method| &*self.program.fns[*method].name);
        let near = nearest(named.name, names);
        let diagnostic = errors::unknown_method(named.span, named.name, &declared.name, near);
        self.report(diagnostic.also(declared.span, format!("`{}` is declared here", declared.name)));
        self.ignore(args);
        TyTable::ERROR
    }

    fn unknown_builtin(&mut self, kind: Receiver, ty: TyId, named: Named<'a>, args: &'a [Expr]) -> TyId {
        if NOT_YET.contains(&(kind, named.name)) {
            self.report(errors::method_not_yet(named.span, named.name));
        } else {
            let names = METHODS.iter().filter(|row| row.receiver == kind).map(|row| row.name);
            let near = nearest(named.name, names).or(errors::other_name(named.name));
            let near = near.filter(|near| METHODS.iter().any(|row| row.receiver == kind && row.name == *near));
            let shown = self.show(ty);
            let diagnostic = errors::unknown_method(named.span, named.name, &shown, near);
            self.report(match errors::other_end(kind, named.name) {
                Some(help) if near.is_none() => diagnostic.help(help),
                Some(_) | None => diagnostic,
            });
        }
        self.ignore(args);
        TyTable::ERROR
    }

    fn no_methods(&mut self, receiver: &'a Expr, ty: TyId, named: Named<'a>, args: &'a [Expr]) -> TyId {
        let shown = self.show(ty);
        let nullable = matches!(self.get(ty), Ty::Nullable(_));
        let text = self.text(receiver.span).unwrap_or("x");
        self.report(if nullable {
            errors::method_of_nullable(named.span, named.name, &shown, text)
        } else {
            errors::unknown_method(named.span, named.name, &shown, None)
        });
        self.ignore(args);
        self.poison(ty);
        TyTable::ERROR
    }

    fn builtin(
        &mut self,
        e: &'a Expr,
        receiver: &'a Expr,
        (ty, row): (TyId, &'static MethodRow),
        args: &'a [Expr],
        want: Want,
    ) -> TyId {
        self.out_methods.insert(e.id, Callee::Builtin(row.method));
        if row.changes == Changes::Yes {
            self.must_be_changeable(receiver, errors::Change::Call(row.name));
        }
        let mut unknown = self.wanted_elements(row, want);
        if self.count(e.span, row.name, row.params.len(), args) {
            for (param, arg) in row.params.iter().zip(args) {
                if let (Sig::U, None) = (param, unknown) {
                    unknown = Some(self.expr(arg, start_of(self, want)));
                    continue;
                }
                let needed = self.sig(ty, *param, e.span, &mut unknown);
                let why = if matches!(param, Sig::T | Sig::K | Sig::V) {
                    Why::Element(receiver.span)
                } else if *param == Sig::OrderFn {
                    Why::Order(e.span)
                } else {
                    Why::Plain
                };
                self.check_expr(arg, needed, why);
            }
        } else {
            unknown = Some(TyTable::ERROR);
        }
        self.needs(e.span, ty, row);
        self.sig(ty, row.result, e.span, &mut unknown)
    }

    /// The elements that the place of `xs.map(f)` needs: what `f` gives is converted to them.
    fn wanted_elements(&self, row: &MethodRow, want: Want) -> Option<TyId> {
        let (Sig::ArrayU, Want::Type(wanted, _)) = (row.result, want) else { return None };
        if let Ty::Array(element) = self.get(self.strip(wanted).1) { Some(element) } else { None }
    }

    fn needs(&mut self, span: Span, ty: TyId, row: &'static MethodRow) {
        let Ty::Array(element) = self.get(ty) else { return };
        let later = match row.needs {
            Needs::Nothing => return,
            Needs::Equal => Later::Comparable { ty: element, span, what: row.name },
            Needs::Order => Later::Ordered { ty: element, span, method: row.name },
            Needs::Strings if self.is_open(element) => {
                self.unify(element, TyTable::STRING);
                return;
            }
            Needs::Strings => Later::Strings { ty: element, span },
        };
        self.body.later.push(later);
    }

    /// A type of the table for this receiver; `unknown` is the type that arguments decide, once there is one.
    fn sig(&mut self, receiver: TyId, sig: Sig, span: Span, unknown: &mut Option<TyId>) -> TyId {
        let of_receiver = self.get(receiver).parts();
        let element = of_receiver.first().copied().unwrap_or(TyTable::ERROR);
        let value = of_receiver.get(1).copied().unwrap_or(TyTable::ERROR);
        let ty = match sig {
            Sig::Unit => Ty::Unit,
            Sig::Int => Ty::Int,
            Sig::Float => Ty::Float,
            Sig::Bool => Ty::Bool,
            Sig::String => Ty::String,
            Sig::T | Sig::K => return element,
            Sig::V => return value,
            Sig::Array => return receiver,
            Sig::ArrayString => Ty::Array(TyTable::STRING),
            Sig::ArrayK => Ty::Array(element),
            Sig::ArrayV => Ty::Array(value),
            Sig::ArrayIndexed => Ty::Array(self.ty(Ty::Tuple(vec![TyTable::INT, element]))),
            Sig::U => return self.unknown(span, unknown),
            Sig::ArrayAny | Sig::ArrayU => Ty::Array(self.unknown(span, unknown)),
            Sig::ArrayPairs => {
                let other = self.unknown(span, unknown);
                Ty::Array(self.ty(Ty::Tuple(vec![element, other])))
            }
            Sig::MapFn => Ty::Fn(vec![element], self.unknown(span, unknown)),
            Sig::TestFn => Ty::Fn(vec![element], TyTable::BOOL),
            Sig::FoldFn => {
                let so_far = self.unknown(span, unknown);
                Ty::Fn(vec![so_far, element], so_far)
            }
            Sig::OrderFn => Ty::Fn(vec![element, element], TyTable::INT),
            Sig::IntOpt => Ty::Nullable(TyTable::INT),
            Sig::FloatOpt => Ty::Nullable(TyTable::FLOAT),
            Sig::TOpt => Ty::Nullable(element),
            Sig::VOpt => Ty::Nullable(value),
            Sig::Outcome => Ty::Enum(hir::OUTCOME),
        };
        self.ty(ty)
    }

    fn unknown(&mut self, span: Span, unknown: &mut Option<TyId>) -> TyId {
        *unknown.get_or_insert_with(|| self.fresh(span, Open::Value))
    }

    /// Is this expression a call of `or_insert`, whose result is a place?
    pub(super) fn is_entry(&self, e: &Expr) -> bool {
        self.out_methods.get(&e.id) == Some(&Callee::Builtin(Method::MapOrInsert))
    }
}

/// What the first value of `fold` should be: integers follow a `float` or `byte` that the whole call must give.
fn start_of(cx: &Cx<'_>, want: Want) -> Want {
    let wanted = want.ty().map(|ty| cx.strip(ty).1);
    wanted.filter(|ty| [TyTable::FLOAT, TyTable::BYTE].contains(ty)).map_or(Want::Any, Want::Hint)
}
