//! `mut` in patterns: it names a place, so there must be one that may be changed. In: a pattern, and what it is matched against. Out:
//! messages. That nothing else changes the place meanwhile is looked at in `held`.

use super::errors::{Change, NoPlace};
use super::{Binder, Cx, errors};
use crate::builtin::Method;
use crate::hir::{ClassKind, Expr, ExprKind, Iter, Pattern, PatternKind};
use crate::ids::LocalId;
use crate::ty::{Ty, TyTable};
use crate::types::Callee;

impl<'a> Cx<'a> {
    /// The pattern of `if let`, `while let` and `match`.
    pub(super) fn bound_place(&mut self, pattern: &'a Pattern, value: &'a Expr) {
        let Some((local, _)) = pattern.first_place() else { return };
        if let Some(receiver) = self.entry(value) {
            if let PatternKind::Some(_) = pattern.kind {
                return self.must_be_place(pattern, local, receiver);
            }
            return self.no_place(pattern, NoPlace::Entry(self.text(value.span).unwrap_or("….get(…)")));
        }
        self.must_be_place(pattern, local, value);
    }

    /// How a pattern against this value binds its variables.
    pub(super) fn pattern_binder(&self, value: &'a Expr) -> Binder {
        if self.is_place(self.entry(value).unwrap_or(value)) { Binder::Pattern } else { Binder::Value }
    }

    /// How a `for` binds its variables.
    pub(super) fn loop_binder(&self, iter: &Iter) -> Binder {
        match iter {
            Iter::Value(value) if self.is_place(value) && matches!(self.get(self.noted(value)), Ty::Array(_)) => {
                Binder::Element
            }
            Iter::Value(_) | Iter::Range { .. } => Binder::Loop,
        }
    }

    /// The pattern of `for`.
    pub(super) fn bound_element(&mut self, pattern: &'a Pattern, iter: &'a Iter) {
        let Iter::Value(value) = iter else { return self.no_place(pattern, NoPlace::Range) };
        let ty = self.get(self.noted(value));
        if let Ty::Map(..) = ty {
            return self.bound_entry(pattern, value);
        }
        let Some((local, _)) = pattern.first_place() else { return };
        if ty == Ty::String {
            self.no_place(pattern, NoPlace::Character);
        } else if let Ty::Holder(..) = ty {
            self.no_place(pattern, NoPlace::Message);
        } else {
            self.must_be_place(pattern, local, value);
        }
    }

    /// `for (k, mut v) in m`.
    fn bound_entry(&mut self, pattern: &'a Pattern, map: &'a Expr) {
        let PatternKind::Tuple(parts) = &pattern.kind else { return self.no_place(pattern, NoPlace::Pair) };
        let [key, value] = parts.as_slice() else { return };
        if let PatternKind::Bind(local) = value.kind
            && self.is_place(map)
        {
            self.body.binders.insert(local, Binder::Element);
        }
        self.no_place(key, NoPlace::Key);
        if let Some((local, _)) = value.first_place() {
            self.must_be_place(value, local, map);
        }
    }

    /// Reports the first name for a place in a pattern where there is none.
    pub(super) fn no_place(&mut self, pattern: &Pattern, why: NoPlace<'_>) {
        if let Some((local, span)) = pattern.first_place() {
            let name = self.name(local);
            self.report(errors::no_place(span, name, why));
        }
    }

    fn must_be_place(&mut self, pattern: &'a Pattern, local: LocalId, place: &'a Expr) {
        let name = self.name(local);
        if [TyTable::ERROR, TyTable::NEVER].contains(&self.noted(place)) {
            return;
        }
        if self.is_place(place) {
            self.must_be_changeable(place, Change::Name(name));
        } else {
            self.no_place(pattern, NoPlace::Value);
        }
    }

    fn name(&self, local: LocalId) -> &'a str {
        &self.program.fns[self.body.function].locals[local].name
    }

    /// Of `m.get(k)`, `xs.first()` and the like: what has the entry.
    fn entry(&self, value: &'a Expr) -> Option<&'a Expr> {
        let ExprKind::CallMethod { receiver, .. } = &value.kind else { return None };
        let Some(Callee::Builtin(method)) = self.out_methods.get(&value.id) else { return None };
        method.gives_entry().then_some(&**receiver)
    }

    /// Does it lie somewhere? Whether it may be changed there is another question.
    fn is_place(&self, expr: &Expr) -> bool {
        let mut root = expr;
        loop {
            if let ExprKind::Field { base, .. } | ExprKind::Index { base, .. } = &root.kind {
                root = base;
            } else if let (ExprKind::CallMethod { receiver, .. }, Some(Callee::Builtin(Method::MapOrInsert))) =
                (&root.kind, self.out_methods.get(&root.id))
            {
                root = receiver;
            } else {
                break;
            }
        }
        let is_service = self.body.class.is_some_and(|class| self.program.classes[class].kind != ClassKind::Data);
        if let ExprKind::SelfValue = root.kind {
            return !(is_service && std::ptr::eq(root, expr));
        }
        matches!(root.kind, ExprKind::Local(_) | ExprKind::Const(_))
    }
}
