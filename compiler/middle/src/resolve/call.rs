//! Dots and calls. In: `a.b`, `f(x)`, `a.b(x)`. Out: a field, a dependency, a constant, a variant, or a call: of a
//! function, of something built in, of a method, of a value. Whether a name before a dot is a variable, a module, an enum or `self` is decided here.

use super::body::Body;
use super::cx::Def;
use super::errors;
use super::path::Want;
use crate::hir::{DepTarget, Expr, ExprKind};
use pluto_syntax::ast::{self, Ident};
use pluto_syntax::span::Span;

/// What stands before a dot.
enum Base {
    /// A module, an enum, a class …
    Def(Def),
    /// `self`.
    Own(Span),
    /// A value.
    Value,
    /// Was wrong, and reported.
    Reported,
}

impl Body<'_, '_> {
    /// `base.name` that is not called.
    pub(super) fn field(&mut self, base: &ast::Expr, name: &Ident) -> ExprKind {
        if let Some(end) = self.chan_end(base, name) {
            return end;
        }
        let base = match self.base(base) {
            Base::Def(def) => {
                return match self.cx.member(def, name, Want::Value) {
                    Some(def) => self.value_of(def, &name.name, name.span),
                    None => ExprKind::Error,
                };
            }
            Base::Own(span) => {
                match self.dep(name) {
                    Some(end @ ExprKind::DepEnd(_)) => return end,
                    Some(_) => return self.dep_as_value(name),
                    None => {}
                }
                let own = self.own_self(span);
                self.new_expr(own, span)
            }
            Base::Value => self.expr(base),
            Base::Reported => return ExprKind::Error,
        };
        ExprKind::Field { base: Box::new(base), name: name.name.clone(), name_span: name.span }
    }

    /// `callee(args)`.
    pub(super) fn call(&mut self, callee: &ast::Expr, args: &[ast::Expr]) -> ExprKind {
        if let ast::ExprKind::Name(name) = &callee.kind {
            return self.call_name(name, args);
        }
        let ast::ExprKind::Field { base, name } = &callee.kind else {
            return self.call_value(callee, args);
        };
        if let Some(end) = self.chan_end(base, name) {
            let args = self.exprs(args);
            return if let ExprKind::Error = end {
                end
            } else {
                ExprKind::CallValue { callee: Box::new(self.new_expr(end, callee.span)), args }
            };
        }
        let receiver = match self.base(base) {
            Base::Def(def) => {
                let def = self.cx.member(def, name, Want::Value);
                return self.call_def(def, name, args);
            }
            Base::Own(span) => {
                if self.dep(name).is_some() {
                    self.exprs(args);
                    return self.dep_as_value(name);
                }
                let own = self.own_self(span);
                self.new_expr(own, span)
            }
            Base::Value => self.receiver(base),
            Base::Reported => {
                self.exprs(args);
                return ExprKind::Error;
            }
        };
        let args = self.exprs(args);
        ExprKind::CallMethod { receiver: Box::new(receiver), name: name.name.clone(), name_span: name.span, args }
    }

    fn call_name(&mut self, name: &Ident, args: &[ast::Expr]) -> ExprKind {
        if self.is_variable(&name.name) {
            let callee = self.name(name);
            return self.call_of(callee, name.span, args);
        }
        let def = self.cx.lookup(self.module, &name.name);
        if def.is_none() {
            self.unknown_name(name);
        }
        self.call_def(def, name, args)
    }

    /// A call of whatever value stands there.
    fn call_value(&mut self, callee: &ast::Expr, args: &[ast::Expr]) -> ExprKind {
        let kind = self.expr(callee).kind;
        self.call_of(kind, callee.span, args)
    }

    fn call_of(&mut self, callee: ExprKind, span: Span, args: &[ast::Expr]) -> ExprKind {
        let callee = Box::new(self.new_expr(callee, span));
        let args = self.exprs(args);
        if matches!(callee.kind, ExprKind::Error) { ExprKind::Error } else { ExprKind::CallValue { callee, args } }
    }

    fn call_def(&mut self, def: Option<Def>, name: &Ident, args: &[ast::Expr]) -> ExprKind {
        if let Some(Def::Const(constant)) = def {
            return self.call_of(ExprKind::Const(constant), name.span, args);
        }
        let args = self.exprs(args);
        match def {
            Some(Def::Fn(function)) => ExprKind::CallFn { function, args },
            Some(Def::Global(function)) => ExprKind::CallGlobal { function, args },
            Some(Def::Broken) | None => ExprKind::Error,
            Some(
                def @ (Def::Const(_)
                | Def::Class(_)
                | Def::Enum(_)
                | Def::Variant(..)
                | Def::Error(_)
                | Def::System(_)
                | Def::Channel(_)
                | Def::Module(_)
                | Def::Std(_)),
            ) => {
                self.cx.report(errors::not_callable(name, self.cx.noun(def), def));
                ExprKind::Error
            }
        }
    }

    /// The receiver of a method call: here, and only here, `self.dep` is allowed.
    fn receiver(&mut self, receiver: &ast::Expr) -> Expr {
        if let ast::ExprKind::Field { base, name } = &receiver.kind
            && let ast::ExprKind::SelfValue = base.kind
            && let Some(dep) = self.dep(name)
        {
            if let ExprKind::Dep(_) = dep {
                self.use_self(receiver.span);
            }
            return self.new_expr(dep, receiver.span);
        }
        self.expr(receiver)
    }

    /// The dependency of that name of the own class; an error node for one whose declaration is wrong.
    fn dep(&self, name: &Ident) -> Option<ExprKind> {
        let class = self.class()?;
        let deps = &self.cx.program.classes[class].deps;
        if let Some(at) = deps.iter().position(|dep| dep.name == name.name) {
            let position = u32::try_from(at).unwrap_or(u32::MAX);
            return Some(match deps[at].target {
                DepTarget::Service(_) => ExprKind::Dep(position),
                DepTarget::End { .. } => ExprKind::DepEnd(position),
            });
        }
        let broken = self.cx.broken_deps.get(&class)?;
        broken.contains(&name.name).then_some(ExprKind::Error)
    }

    /// Reports `self.dep` where it is not the receiver of a call, and `self.end(…)`.
    fn dep_as_value(&mut self, name: &Ident) -> ExprKind {
        let (Some(ExprKind::Dep(at) | ExprKind::DepEnd(at)), Some(class)) = (self.dep(name), self.class()) else {
            return ExprKind::Error;
        };
        let dep = &self.cx.program.classes[class].deps[at as usize];
        let diagnostic = match dep.target {
            DepTarget::Service(class) => errors::dep_as_value(name, &self.cx.program.classes[class].name, dep.span),
            DepTarget::End { .. } => errors::end_called(name, dep.span),
        };
        self.cx.report(diagnostic);
        ExprKind::Error
    }

    fn base(&mut self, base: &ast::Expr) -> Base {
        match &base.kind {
            ast::ExprKind::SelfValue => Base::Own(base.span),
            ast::ExprKind::Name(name) if !self.is_variable(&name.name) => {
                match self.cx.lookup(self.module, &name.name) {
                    Some(def) => Base::of(def),
                    None => Base::Value,
                }
            }
            ast::ExprKind::Field { base, name } if self.is_std(base) => match self.standard(name) {
                Some(def) => Base::Def(def),
                None => Base::Reported,
            },
            ast::ExprKind::Field { base, name } => match self.outer(base) {
                Some(outer) => match self.cx.member(outer, name, Want::Value) {
                    Some(def) => Base::of(def),
                    None => Base::Reported,
                },
                None => Base::Value,
            },
            ast::ExprKind::Name(_)
            | ast::ExprKind::Int(_)
            | ast::ExprKind::Float(_)
            | ast::ExprKind::Bool(_)
            | ast::ExprKind::None
            | ast::ExprKind::Str(_)
            | ast::ExprKind::FString(_)
            | ast::ExprKind::Struct { .. }
            | ast::ExprKind::Array(_)
            | ast::ExprKind::Map(_)
            | ast::ExprKind::Tuple(_)
            | ast::ExprKind::Unary { .. }
            | ast::ExprKind::Binary { .. }
            | ast::ExprKind::Range { .. }
            | ast::ExprKind::Cast { .. }
            | ast::ExprKind::Index { .. }
            | ast::ExprKind::Call { .. }
            | ast::ExprKind::Try(_)
            | ast::ExprKind::Propagate(_)
            | ast::ExprKind::Catch { .. }
            | ast::ExprKind::If { .. }
            | ast::ExprKind::Match { .. }
            | ast::ExprKind::Block(_)
            | ast::ExprKind::Return(_)
            | ast::ExprKind::Break(_)
            | ast::ExprKind::Continue(_)
            | ast::ExprKind::Raise(_)
            | ast::ExprKind::Duration(_)
            | ast::ExprKind::Closure { .. }
            | ast::ExprKind::Spawn(_)
            | ast::ExprKind::Within { .. }
            | ast::ExprKind::Select(_)
            | ast::ExprKind::Chan { .. }
            | ast::ExprKind::Error(_) => Base::Value,
        }
    }

    /// Is it the `std` of `std.env.args()`?
    fn is_std(&self, base: &ast::Expr) -> bool {
        let ast::ExprKind::Name(name) = &base.kind else { return false };
        &*name.name == "std" && !self.is_variable("std") && self.cx.lookup(self.module, "std").is_none()
    }

    /// The module `std.name`, which must have been imported.
    fn standard(&mut self, name: &Ident) -> Option<Def> {
        let entries = self.cx.scopes[self.module].values();
        let found = entries.map(|entry| entry.def).find(|def| match def {
            Def::Std(path) => path.last() == Some(&&*name.name),
            Def::Fn(_)
            | Def::Const(_)
            | Def::Class(_)
            | Def::Enum(_)
            | Def::Variant(..)
            | Def::Error(_)
            | Def::System(_)
            | Def::Channel(_)
            | Def::Module(_)
            | Def::Global(_)
            | Def::Broken => false,
        });
        if found.is_none() {
            self.cx.report(errors::not_imported(name));
        }
        found
    }

    /// The module before the first of two dots: `geo` in `geo.Shape.Circle`.
    fn outer(&mut self, base: &ast::Expr) -> Option<Def> {
        let ast::ExprKind::Name(name) = &base.kind else { return None };
        if self.is_variable(&name.name) {
            return None;
        }
        let def = self.cx.lookup(self.module, &name.name)?;
        matches!(def, Def::Module(_)).then_some(def)
    }
}

impl Base {
    /// Constants have values; all else is a name only.
    fn of(def: Def) -> Base {
        match def {
            Def::Const(_) | Def::Error(_) | Def::Variant(..) => Base::Value,
            Def::Fn(_)
            | Def::Class(_)
            | Def::Enum(_)
            | Def::System(_)
            | Def::Channel(_)
            | Def::Module(_)
            | Def::Std(_)
            | Def::Global(_)
            | Def::Broken => Base::Def(def),
        }
    }
}
