//! Literals with parts: classes, variants, errors, arrays, maps, tuples.

use super::branch::Branch;
use super::{Cx, Open, Want, Why, errors};
use crate::hir::{self, Expr};
use crate::ids::{ClassId, EnumId, ErrorId, TyId};
use crate::ty::{Ty, TyTable};
use pluto_syntax::span::Span;
use std::collections::BTreeSet;

impl<'a> Cx<'a> {
    pub(super) fn class_literal(&mut self, span: Span, class: ClassId, given: &'a [(u32, Expr)]) -> TyId {
        let declared = &self.program.classes[class];
        self.literal_fields(span, &declared.name, declared.span, &declared.fields, given);
        match declared.kind {
            hir::ClassKind::Data => self.ty(Ty::Class(class)),
            hir::ClassKind::Service | hir::ClassKind::App => {
                self.report(errors::service_built_by_hand(span, &declared.name, declared.span));
                TyTable::ERROR
            }
        }
    }

    pub(super) fn variant_literal(
        &mut self,
        span: Span,
        enumeration: EnumId,
        variant: u32,
        given: &'a [(u32, Expr)],
    ) -> TyId {
        let declared = &self.program.enums[enumeration];
        if let Some(variant) = declared.variants.get(variant as usize) {
            let name = format!("{}.{}", declared.name, variant.name);
            self.literal_fields(span, &name, variant.span, &variant.fields, given);
        }
        self.ty(Ty::Enum(enumeration))
    }

    pub(super) fn error_literal(&mut self, span: Span, error: ErrorId, given: &'a [(u32, Expr)]) -> TyId {
        let declared = &self.program.errors[error];
        self.literal_fields(span, &declared.name, declared.span, &declared.fields, given);
        self.ty(Ty::ErrorValue(error))
    }

    fn literal_fields(
        &mut self,
        span: Span,
        name: &str,
        declared: Span,
        fields: &'a [hir::Field],
        given: &'a [(u32, Expr)],
    ) {
        let mut seen = BTreeSet::new();
        for (position, value) in given {
            seen.insert(*position as usize);
            match fields.get(*position as usize) {
                Some(field) => self.check_expr(value, field.ty, Why::Field(field.span)),
                None => {
                    self.expr(value, Want::Any);
                }
            }
        }
        let is_missing = |(at, field): &(usize, &hir::Field)| !seen.contains(at) && field.default.is_none();
        let missing: Vec<&hir::Field> = fields.iter().enumerate().filter(is_missing).map(|(_, field)| field).collect();
        if !missing.is_empty() {
            let names: Vec<String> = missing.iter().map(|field| field.name.to_string()).collect();
            let types: Vec<String> = missing.iter().map(|field| self.show(field.ty)).collect();
            self.report(errors::missing_fields(span, name, declared, &names, &types));
        }
    }

    pub(super) fn array(&mut self, span: Span, items: &'a [Expr], want: Want) -> TyId {
        let wanted = want.ty().map(|ty| self.strip(ty).1).map(|ty| self.get(ty));
        let element = match wanted {
            Some(Ty::Array(element)) => self.items(span, items, want.part(element), Open::Array),
            Some(_) | None => self.items(span, items, Want::Any, Open::Array),
        };
        self.ty(Ty::Array(element))
    }

    pub(super) fn map(&mut self, span: Span, entries: &'a [(Expr, Expr)], want: Want) -> TyId {
        let wanted = want.ty().map(|ty| self.strip(ty).1).map(|ty| self.get(ty));
        let (for_key, for_value) = match wanted {
            Some(Ty::Map(key, value)) => (want.part(key), want.part(value)),
            Some(_) | None => (Want::Any, Want::Any),
        };
        let key = self.items(span, entries.iter().map(|(key, _)| key), for_key, Open::Map);
        let value = self.items(span, entries.iter().map(|(_, value)| value), for_value, Open::Map);
        self.ty(Ty::Map(key, value))
    }

    /// The common type of elements.
    fn items(&mut self, span: Span, items: impl IntoIterator<Item = &'a Expr>, want: Want, open: Open) -> TyId {
        let items: Vec<Branch<'a>> = items.into_iter().map(Branch::Expr).collect();
        if let Want::Type(ty, _) = want {
            for item in items {
                self.branch_checked(item, want);
            }
            return ty;
        }
        if items.is_empty() {
            return want.ty().unwrap_or_else(|| self.fresh(span, open));
        }
        let common = self.common(&items, want, Why::Element);
        // An element that never comes to be: any type does.
        if self.shallow(common) == TyTable::NEVER { TyTable::UNIT } else { common }
    }

    pub(super) fn tuple(&mut self, items: &'a [Expr], want: Want) -> TyId {
        let wanted = want.ty().map(|ty| self.strip(ty).1).map(|ty| self.get(ty));
        let types = match wanted {
            Some(Ty::Tuple(wanted)) if wanted.len() == items.len() => {
                items.iter().zip(wanted).map(|(item, ty)| self.part(item, want.part(ty))).collect()
            }
            Some(_) | None => items.iter().map(|item| self.expr(item, Want::Any)).collect(),
        };
        self.ty(Ty::Tuple(types))
    }
}
