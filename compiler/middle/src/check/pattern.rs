//! Patterns: what they bind and whether they suit the value's type. Whether they cover everything is `exhaustive`'s.

use super::{Binder, Cx, Open, errors};
use crate::hir::{Field, Literal, Pattern, PatternKind};
use crate::ids::{LocalId, TyId};
use crate::ty::{Ty, TyTable};
use pluto_syntax::span::Span;

impl<'a> Cx<'a> {
    /// Gives a variable its type; alternatives must agree.
    pub(super) fn bind_local(&mut self, local: LocalId, ty: TyId, binder: Binder) -> bool {
        match self.body.locals.get(local).copied() {
            Some(Some(before)) => self.unify(before, ty),
            Some(None) => {
                self.body.locals[local] = Some(ty);
                self.body.binders.insert(local, binder);
                true
            }
            None => true,
        }
    }

    /// Checks a pattern, and says whether nothing was wrong with it: only then it makes sense to ask what it covers.
    pub(super) fn pattern_is_sound(&mut self, pattern: &'a Pattern, ty: TyId, binder: Binder) -> bool {
        let before = self.reported;
        self.pattern(pattern, ty, binder);
        self.reported == before
    }

    /// Checks a pattern against the type of its value.
    pub(super) fn pattern(&mut self, pattern: &'a Pattern, ty: TyId, binder: Binder) {
        self.out_patterns[pattern.id] = ty;
        self.body.pats.push(pattern.id);
        match &pattern.kind {
            PatternKind::Wild => {}
            PatternKind::Bind(local) | PatternKind::Place(local) => {
                if !self.bind_local(*local, ty, binder) {
                    let before = self.body.locals[*local].unwrap_or(TyTable::ERROR);
                    let (one, other) = (self.show(before), self.show(ty));
                    let name = &self.program.fns[self.body.function].locals[*local].name;
                    self.report(errors::alternatives_differ(pattern.span, name, &one, &other));
                }
            }
            PatternKind::Literal(literal) => self.literal_pattern(pattern.span, literal, ty),
            PatternKind::Range { low, high, inclusive: _ } => self.range_pattern(pattern.span, *low, *high, ty),
            PatternKind::Class { class, fields } => {
                let own = self.ty(Ty::Class(*class));
                self.suits(pattern.span, own, ty);
                self.field_patterns(&self.program.classes[*class].fields, fields, binder);
            }
            PatternKind::Variant { enumeration, variant, fields } => {
                let own = self.ty(Ty::Enum(*enumeration));
                self.suits(pattern.span, own, ty);
                if let Some(variant) = self.program.enums[*enumeration].variants.get(*variant as usize) {
                    self.field_patterns(&variant.fields, fields, binder);
                }
            }
            PatternKind::ErrorValue { error, fields } => {
                let own = self.ty(Ty::ErrorValue(*error));
                if self.shallow(ty) != TyTable::ANY_ERROR {
                    self.suits(pattern.span, own, ty);
                }
                self.field_patterns(&self.program.errors[*error].fields, fields, binder);
                self.no_place(pattern, errors::NoPlace::Error);
            }
            PatternKind::Tuple(parts) => self.tuple_pattern(pattern, parts, ty, binder),
            PatternKind::Or(alternatives) => {
                alternatives.iter().for_each(|alternative| self.pattern(alternative, ty, binder));
            }
            PatternKind::None => {
                self.inside_of_pattern(pattern.span, ty);
            }
            PatternKind::Some(inner) => {
                let inside = self.inside_of_pattern(pattern.span, ty);
                self.pattern(inner, inside, binder);
            }
        }
    }

    fn field_patterns(&mut self, declared: &'a [Field], fields: &'a [(u32, Pattern)], binder: Binder) {
        for (position, pattern) in fields {
            let ty = declared.get(*position as usize).map_or(TyTable::ERROR, |field| field.ty);
            self.pattern(pattern, ty, binder);
        }
    }

    fn tuple_pattern(&mut self, pattern: &'a Pattern, parts: &'a [Pattern], ty: TyId, binder: Binder) {
        let found = self.get(ty);
        let types = if let Ty::Tuple(types) = &found
            && types.len() == parts.len()
        {
            types.clone()
        } else {
            let types: Vec<TyId> = parts.iter().map(|part| self.fresh(part.span, Open::Value)).collect();
            let own = self.ty(Ty::Tuple(types.clone()));
            self.suits(pattern.span, own, ty);
            if !matches!(found, Ty::Var(_)) {
                self.poison(own);
            }
            types
        };
        for (part, ty) in parts.iter().zip(types) {
            self.pattern(part, ty, binder);
        }
    }

    fn literal_pattern(&mut self, span: Span, literal: &'a Literal, ty: TyId) {
        match literal {
            Literal::Int { magnitude, negative } => {
                let value = signed(*magnitude, *negative);
                self.range_pattern(span, value, value, ty);
            }
            Literal::Bool(_) => self.suits(span, TyTable::BOOL, ty),
            Literal::Str(_) => self.suits(span, TyTable::STRING, ty),
        }
    }

    fn range_pattern(&mut self, span: Span, low: i64, high: i64, ty: TyId) {
        if self.shallow(ty) == TyTable::BYTE {
            for value in [low, high] {
                // The end of `250..256` is not in the range.
                if !(0..=256).contains(&value) || (low == high && value == 256) {
                    return self.report(errors::not_a_byte(span, value));
                }
            }
        } else {
            self.suits(span, TyTable::INT, ty);
        }
    }

    /// The pattern is one for values of type `own`; the value has type `ty`.
    fn suits(&mut self, span: Span, own: TyId, ty: TyId) {
        if self.unify(own, ty) {
            return;
        }
        let (own_shown, shown) = (self.show(own), self.show(ty));
        let inside = self.strip(ty).1;
        let nullable = self.shallow(inside) != self.shallow(ty) && self.get(inside) == self.get(own);
        let text = self.text(span).unwrap_or("p");
        let is_int_for_float = own == TyTable::INT && self.shallow(ty) == TyTable::FLOAT;
        self.report(if is_int_for_float {
            errors::float_pattern(span)
        } else {
            errors::pattern_mismatch(span, &own_shown, &shown, nullable.then_some(text))
        });
        self.poison(ty);
    }

    fn inside_of_pattern(&mut self, span: Span, ty: TyId) -> TyId {
        let found = self.get(ty);
        if let Ty::Nullable(inner) = found {
            return inner;
        }
        if matches!(found, Ty::Error | Ty::Never) {
            return TyTable::ERROR;
        }
        if matches!(found, Ty::Var(_)) {
            let inner = self.fresh(span, Open::Value);
            let nullable = self.nullable(inner);
            self.unify(ty, nullable);
            return inner;
        }
        let shown = self.show(ty);
        self.report(errors::pattern_never_none(span, &shown));
        ty
    }
}

/// The value of an integer literal in a pattern.
pub(super) fn signed(magnitude: u64, negative: bool) -> i64 {
    let value = i128::from(magnitude) * if negative { -1 } else { 1 };
    i64::try_from(value).unwrap_or(if negative { i64::MIN } else { i64::MAX })
}
