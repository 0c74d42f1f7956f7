//! Places: what may be assigned or changed. In: a place expression. Out: its type; a message if its root is not `mut`.

use super::errors::Change;
use super::{Binder, Cx, Want, errors};
use crate::hir::{Expr, ExprKind, FnKind, Mutability, SelfParam};
use crate::ids::{FnId, LocalId, TyId};
use crate::ty::TyTable;
use pluto_syntax::span::Span;

impl<'a> Cx<'a> {
    /// The type of a place that is assigned.
    pub(super) fn place(&mut self, place: &'a Expr) -> TyId {
        let ty = self.expr(place, Want::Any);
        let whole = matches!(place.kind, ExprKind::Local(_));
        self.must_be_changeable(place, if whole { Change::Assign } else { Change::Part });
        ty
    }

    /// The root of the place must be mutable.
    pub(super) fn must_be_changeable(&mut self, place: &'a Expr, change: Change<'_>) {
        let method = change.method();
        let mut root = place;
        while let ExprKind::Field { base, .. } | ExprKind::Index { base, .. } = &root.kind {
            root = base;
        }
        if let ExprKind::Local(local) = &root.kind {
            self.local_must_be_changeable(place, *local, change);
        } else if let ExprKind::Const(constant) = &root.kind {
            let declared = &self.program.fns[*constant];
            self.report(errors::constant_changed(place.span, &declared.name, declared.span));
        } else if matches!(root.kind, ExprKind::SelfValue) {
            let declared = &self.program.fns[self.body.function];
            if let (Some(nest), None) = (self.body.nests.last().copied(), self.service()) {
                self.captured_is_changed(place, nest, ("self", None), method);
            } else if self.in_task().is_none() && declared.self_param == Some(SelfParam::Read) {
                self.report(errors::self_not_mutable(place.span, &declared.name, declared.span, method));
            }
        } else if !self.is_entry(root) && self.noted(root) != TyTable::ERROR {
            // The receiver of `or_insert` was looked at before; what is wrong was reported.
            let text = self.text(root.span).unwrap_or("this value");
            self.report(errors::temporary_changed(root.span, text, method));
        }
    }

    fn local_must_be_changeable(&mut self, place: &'a Expr, local: LocalId, change: Change<'_>) {
        let declared = &self.program.fns[self.body.function].locals[local];
        if let Some(nest) = self.captured(local) {
            return self.captured_is_changed(place, nest, (&declared.name, Some(declared.span)), change.method());
        }
        if declared.mutability == Mutability::Mutable {
            return;
        }
        let binder = self.body.binders.get(&local).copied().unwrap_or(Binder::Let);
        let ty = self.body.locals.get(local).copied().flatten().map(|ty| self.show(ty));
        let ty = ty.unwrap_or_else(|| "_".into());
        self.report(errors::not_mutable(place.span, &declared.name, declared.span, binder, &ty, change));
    }

    /// Closures and tasks have values of what is around them, not places.
    fn captured_is_changed(
        &mut self,
        place: &Expr,
        nest: FnId,
        (name, bound): (&str, Option<Span>),
        method: Option<&str>,
    ) {
        let nested = &self.program.fns[nest];
        let task = matches!(nested.kind, FnKind::Task(_));
        let captured = errors::Captured { name, task, at: nested.span, bound, method };
        self.report(errors::captured_changed(place.span, captured));
    }
}
