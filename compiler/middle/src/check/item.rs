//! Functions, one after the other; constants first, since their types may come from their values.

use super::{Binder, Body, Cx, Open, Want, Why};
use crate::ids::{FnId, TyId};
use crate::ty::{Ty, TyTable};
use pluto_syntax::span::Span;
use std::collections::BTreeMap;

impl<'a> Cx<'a> {
    /// Checks every body; closures and tasks with the one they stand in.
    pub(super) fn functions(&mut self) {
        let constants = self.constants_in_order();
        let defaults = self.defaults();
        for id in &constants {
            let result = self.program.fns[*id].result;
            self.function(*id, result, None);
        }
        for id in self.program.fns.ids() {
            if self.is_constant(id) || self.program.parent(id).is_some() {
                continue;
            }
            match defaults.get(&id) {
                Some((ty, span)) => self.function(id, Some(*ty), Some(Why::Field(*span))),
                None => self.function(id, self.program.fns[id].result, None),
            }
        }
    }

    fn is_constant(&self, id: FnId) -> bool {
        self.program.fns[id].kind == crate::hir::FnKind::Const
    }

    /// The functions that make default values, with their fields' types and places.
    fn defaults(&self) -> BTreeMap<FnId, (TyId, Span)> {
        let program = self.program;
        let of_classes = program.classes.iter().flat_map(|class| &class.fields);
        let of_enums = program.enums.iter().flat_map(|it| &it.variants).flat_map(|variant| &variant.fields);
        let of_errors = program.errors.iter().flat_map(|error| &error.fields);
        of_classes
            .chain(of_enums)
            .chain(of_errors)
            .filter_map(|field| field.default.map(|default| (default, (field.ty, field.span))))
            .collect()
    }

    fn function(&mut self, id: FnId, result: Option<TyId>, why: Option<Why>) {
        let declared = &self.program.fns[id];
        self.at = declared.span;
        self.body = Body::new(id, declared, result.unwrap_or(TyTable::ERROR));
        if let Some(why) = why {
            self.body.result_why = why;
        }
        for param in &declared.params {
            let ty = declared.locals[*param].ty.unwrap_or(TyTable::ERROR);
            self.bind_local(*param, ty, Binder::Param);
        }
        let found = self.value_of_body(result);
        let found = self.finish(found);
        self.out_results[id] = found;
    }

    /// Checks the body against the result, or finds the result.
    fn value_of_body(&mut self, result: Option<TyId>) -> TyId {
        let declared = &self.program.fns[self.body.function];
        match result {
            Some(TyTable::UNIT) => {
                self.block(&declared.body, Want::Drop);
                TyTable::UNIT
            }
            Some(ty) => {
                self.block(&declared.body, Want::Type(ty, self.body.result_why));
                ty
            }
            None => {
                let open = self.fresh(declared.span, Open::Value);
                self.body.result = open;
                let ty = self.block(&declared.body, Want::Any);
                if !self.unify(ty, open) {
                    self.mismatch(declared.body.span, ty, open, Why::Plain);
                }
                if matches!(self.get(ty), Ty::Never) { TyTable::UNIT } else { ty }
            }
        }
    }
}
