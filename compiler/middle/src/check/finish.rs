//! The end of a body: variables are replaced, what had to wait for types is looked at, tables are filled.

use super::data::Tasks;
use super::{Binder, Cx, Later, Open, errors};
use crate::ids::{ExprId, Id, LocalId, TyId};
use crate::ty::{Ty, TyTable};
use pluto_syntax::span::Span;
use std::collections::{BTreeMap, BTreeSet};

impl Cx<'_> {
    /// Ends the body; gives its result type without variables.
    pub(super) fn finish(&mut self, result: TyId) -> TyId {
        self.report_open();
        for later in std::mem::take(&mut self.body.later) {
            self.look_at(later);
        }
        self.unused_tasks();
        self.fill_tables();
        self.fill_nested();
        self.zonk(result)
    }

    /// Each variable that nothing has decided is an error, once.
    fn report_open(&mut self) {
        let open = self.body.vars.iter().enumerate().filter(|(_, var)| var.bound.is_none());
        let open: Vec<(usize, Span, Open)> = open.map(|(at, var)| (at, var.origin, var.open)).collect();
        let mut reported = BTreeSet::new();
        for (at, origin, open) in open {
            if reported.insert(origin) {
                self.report(errors::cannot_infer(origin, open));
            }
            if let Some(var) = self.body.vars.get_mut(at) {
                var.bound = Some(TyTable::ERROR);
            }
        }
    }

    fn look_at(&mut self, later: Later<'_>) {
        match later {
            Later::Comparable { ty, span, what } => {
                let ty = self.zonk(ty);
                if let Some(part) = self.incomparable(ty) {
                    let (shown, found) = (self.show(ty), self.show(part.ty));
                    let kind = self.get(part.ty);
                    self.report(errors::not_comparable(span, what, &shown, &kind, &found, &part.path));
                }
            }
            Later::Shown { ty, span, what } => {
                let ty = self.zonk(ty);
                if let Some(part) = self.unprintable(ty) {
                    let (shown, found) = (self.show(ty), self.show(part.ty));
                    let kind = self.get(part.ty);
                    self.report(errors::not_shown(span, what, &shown, &kind, &found, &part.path));
                }
            }
            Later::Dropped { ty, span } => match self.is_tasks(ty) {
                Some(Tasks::One) => self.report(errors::unused_task(span, None, self.text(span))),
                Some(Tasks::Array) => self.report(errors::unused_tasks(span, None)),
                None => {}
            },
            Later::Ordered { ty, span, method } => {
                let ty = self.zonk(ty);
                let ordered = matches!(
                    self.get(ty),
                    Ty::Int | Ty::Float | Ty::Byte | Ty::Bool | Ty::String | Ty::Duration | Ty::Error | Ty::Never
                );
                if !ordered {
                    let shown = self.show(ty);
                    self.report(errors::elements_without_order(span, method, &shown));
                }
            }
            Later::Strings { ty, span } => {
                let ty = self.zonk(ty);
                if !matches!(self.get(ty), Ty::String | Ty::Error | Ty::Never) {
                    let shown = self.show(ty);
                    self.report(errors::join_of_others(span, &shown));
                }
            }
            Later::Format { ty, text, span } => {
                let ty = self.zonk(ty);
                self.format(ty, text, span);
            }
            Later::Match { ty, span, arms } => {
                let ty = self.zonk(ty);
                self.match_covers(ty, span, arms);
            }
            Later::Irrefutable { ty, pattern, binder } => {
                let ty = self.zonk(ty);
                self.always_matches(ty, pattern, binder);
            }
        }
    }

    /// A task that is bound and never used is cancelled where it is bound.
    fn unused_tasks(&mut self) {
        let lets = self.body.binders.iter().filter(|(_, binder)| **binder == Binder::Let);
        let unused: Vec<LocalId> = lets.map(|(local, _)| *local).filter(|it| !self.body.used.contains(it)).collect();
        for local in unused {
            let ty = self.body.locals.get(local).copied().flatten();
            let declared = &self.program.fns[self.body.function].locals[local];
            match ty.and_then(|ty| self.is_tasks(ty)) {
                Some(Tasks::One) => self.report(errors::unused_task(declared.span, Some(&declared.name), None)),
                Some(Tasks::Array) => self.report(errors::unused_tasks(declared.span, Some(&declared.name))),
                None => {}
            }
        }
    }

    /// Closures and tasks: their results, and the tables that they share with the body.
    fn fill_nested(&mut self) {
        for (function, result) in std::mem::take(&mut self.body.closures) {
            self.out_results[function] = self.zonk(result);
            self.out_locals[function] = self.out_locals[self.body.function].clone();
        }
    }

    fn fill_tables(&mut self) {
        let mut done: BTreeMap<TyId, TyId> = BTreeMap::new();
        let mut closed = |cx: &mut Self, ty: TyId| *done.entry(ty).or_insert_with(|| cx.zonk(ty));
        let exprs = std::mem::take(&mut self.body.exprs);
        for (id, span) in &exprs {
            self.at = *span;
            self.out_exprs[*id] = closed(self, self.out_exprs[*id]);
        }
        for id in std::mem::take(&mut self.body.coerced) {
            if let Some(ty) = self.out_coercions.get(&id).copied() {
                let ty = closed(self, ty);
                self.out_coercions.insert(id, ty);
            }
        }
        for id in std::mem::take(&mut self.body.pats) {
            self.out_patterns[id] = closed(self, self.out_patterns[id]);
        }
        let locals: Vec<Option<TyId>> = self.body.locals.iter().copied().collect();
        for (at, ty) in locals.into_iter().enumerate() {
            if let Some(ty) = ty {
                let ty = closed(self, ty);
                self.out_locals[self.body.function][Id::from_index(at)] = ty;
            }
        }
        self.map_keys(&exprs);
    }

    /// Keys of maps must be comparable, wherever the map comes from. Each type is reported once.
    fn map_keys(&mut self, exprs: &[(ExprId, Span)]) {
        let mut seen = BTreeSet::new();
        for (id, span) in exprs {
            let ty = self.out_exprs[*id];
            if seen.insert(ty) {
                self.map_key(ty, *span);
            }
        }
    }
}
