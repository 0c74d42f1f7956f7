//! Patterns: tests and bindings. In: a pattern and the value that it is matched against. Out: instructions that go on where
//! it matches, with its variables bound, and elsewhere if it does not.

use super::body::{Body, int, text, truth};
use crate::hir::{CmpOp, Expr, ExprKind, Inclusive, Literal, Pattern, PatternKind};
use crate::ids::TyId;
use crate::mir::{Block, Const, Inst, Operand, Terminator, Type};
use crate::ty::{Ty, TyTable};

impl Body<'_, '_> {
    /// Binds the variables of a pattern that always matches.
    pub(super) fn bind(&mut self, pattern: &Pattern, value: Operand, ty: TyId) {
        let never = self.block();
        self.matches(pattern, value, ty, never);
    }

    /// Is it `let (a, b) = (x, y)`? Then the parts are bound without making a tuple of them.
    pub(super) fn bind_parts(&mut self, pattern: &Pattern, value: &Expr) -> bool {
        let (PatternKind::Tuple(patterns), ExprKind::Tuple(parts)) = (&pattern.kind, &value.kind) else { return false };
        let values = self.operands(&parts.iter().collect::<Vec<_>>());
        for (pattern, (part, value)) in patterns.iter().zip(parts.iter().zip(values)) {
            let ty = self.ty(part);
            self.bind(pattern, value, ty);
        }
        true
    }

    /// Goes on if the pattern matches, and to `otherwise` if not.
    pub(super) fn matches(&mut self, pattern: &Pattern, value: Operand, ty: TyId, otherwise: Block) {
        match &pattern.kind {
            PatternKind::Wild => {}
            PatternKind::Bind(var) | PatternKind::Place(var) => {
                let var = self.var(*var);
                self.assign(var, value);
            }
            PatternKind::Literal(literal) => {
                let literal = self.literal(literal, ty);
                let same = self.compared(CmpOp::Eq, value, literal, ty);
                self.unless(same, otherwise);
            }
            PatternKind::Range { low, high, inclusive } => {
                let above = self.compared(CmpOp::Ge, value.clone(), int(*low), ty);
                self.unless(above, otherwise);
                let op = match inclusive {
                    Inclusive::No => CmpOp::Lt,
                    Inclusive::Yes => CmpOp::Le,
                };
                let below = self.compared(op, value, int(*high), ty);
                self.unless(below, otherwise);
            }
            PatternKind::Class { fields, .. } => {
                for (index, field) in fields {
                    self.part(field, &value, *index, otherwise);
                }
            }
            PatternKind::Tuple(parts) => {
                for (index, part) in (0..).zip(parts) {
                    self.part(part, &value, index, otherwise);
                }
            }
            PatternKind::Variant { variant, fields, .. } => {
                self.is_variant(value.clone(), *variant, ty, otherwise);
                self.variant_fields(&value, *variant, fields, otherwise);
            }
            PatternKind::ErrorValue { error, fields } => self.is_error(value, *error, fields, ty, otherwise),
            PatternKind::Or(alternatives) => self.one_of(alternatives, &value, ty, otherwise),
            PatternKind::None => {
                let base = value;
                let is_none = self.emit(TyTable::BOOL, |dest| Inst::IsNull { dest, base });
                self.unless(is_none, otherwise);
            }
            PatternKind::Some(inside) => {
                let base = self.some(value, otherwise);
                if !is_wild(inside) {
                    let inner = self.cx.types.patterns[inside.id];
                    let value = self.emit(inner, |dest| Inst::Unwrap { dest, base });
                    self.matches(inside, value, inner, otherwise);
                }
            }
        }
    }

    /// A pattern against a field of a class, tuple or error.
    fn part(&mut self, pattern: &Pattern, base: &Operand, index: u32, otherwise: Block) {
        if !is_wild(pattern) {
            let ty = self.cx.types.patterns[pattern.id];
            let base = base.clone();
            let value = self.emit(ty, |dest| Inst::Field { dest, base, index });
            self.matches(pattern, value, ty, otherwise);
        }
    }

    pub(super) fn is_variant(&mut self, base: Operand, variant: u32, ty: TyId, otherwise: Block) {
        if let Ty::Enum(id) = self.get(ty)
            && self.cx.program.enums[*id].variants.len() == 1
        {
            return;
        }
        let tag = self.emit(TyTable::INT, |dest| Inst::Tag { dest, base });
        let same = self.compared(CmpOp::Eq, tag, int(i64::from(variant)), TyTable::INT);
        self.unless(same, otherwise);
    }

    /// Patterns against the fields of a variant whose tag was tested.
    pub(super) fn variant_fields(&mut self, base: &Operand, variant: u32, fields: &[(u32, Pattern)], otherwise: Block) {
        for (index, field) in fields.iter().filter(|(_, field)| !is_wild(field)) {
            let ty = self.cx.types.patterns[field.id];
            let base = base.clone();
            let value = self.emit(ty, |dest| Inst::VariantField { dest, base, variant, index: *index });
            self.matches(field, value, ty, otherwise);
        }
    }

    fn is_error(
        &mut self,
        value: Operand,
        error: crate::ids::ErrorId,
        fields: &[(u32, Pattern)],
        ty: TyId,
        otherwise: Block,
    ) {
        let error_ty = self.cx.table.error(error);
        if *self.get(ty) == Ty::AnyError {
            let base = value.clone();
            let same = self.emit(TyTable::BOOL, |dest| Inst::IsError { dest, base, error: error_ty });
            self.unless(same, otherwise);
        }
        if fields.iter().any(|(_, field)| !is_wild(field)) {
            let known = self.local(error_ty, "".into());
            self.assign(known, value);
            for (index, field) in fields {
                self.part(field, &Operand::Copy(known), *index, otherwise);
            }
        }
    }

    /// The first alternative that matches binds the variables.
    fn one_of(&mut self, alternatives: &[Pattern], value: &Operand, ty: TyId, otherwise: Block) {
        let matched = self.block();
        for alternative in alternatives {
            let next = self.block();
            self.matches(alternative, value.clone(), ty, next);
            self.goto(matched);
            self.go_on(next);
        }
        self.end(Terminator::Goto(otherwise));
        self.go_on(matched);
    }

    fn literal(&mut self, literal: &Literal, ty: TyId) -> Operand {
        match literal {
            Literal::Bool(value) => truth(*value),
            Literal::Str(value) => text(value),
            Literal::Int { .. } => {
                let value = literal_int(literal).unwrap_or(0);
                let ty = self.mir_ty(ty);
                #[allow(clippy::cast_precision_loss, reason = "an integer literal as a float is the nearest one")]
                if *self.cx.table.get(ty) == Type::Float {
                    Operand::Const(Const::Float(value as f64))
                } else {
                    int(value)
                }
            }
        }
    }
}

/// The word of a literal of an uncounted type.
pub(super) fn literal_int(literal: &Literal) -> Option<i64> {
    match literal {
        Literal::Int { magnitude, negative: false } => i64::try_from(*magnitude).ok(),
        Literal::Int { magnitude, negative: true } => 0i64.checked_sub_unsigned(*magnitude),
        Literal::Bool(value) => Some(i64::from(*value)),
        Literal::Str(_) => None,
    }
}

/// Matches everything and binds nothing.
pub(super) fn is_wild(pattern: &Pattern) -> bool {
    matches!(pattern.kind, PatternKind::Wild)
}
