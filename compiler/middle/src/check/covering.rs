//! Reports what `exhaustive` finds in a `match`, `let` or `for`.

use super::exhaustive::{Guard, coverage};
use super::{Binder, Cx, errors};
use crate::hir::{MatchArm, Pattern, PatternKind};
use crate::ids::TyId;
use crate::ty::TyTable;
use pluto_syntax::span::Span;

impl Cx<'_> {
    /// A `match` must cover every value; arms that are never taken are warned of.
    pub(super) fn match_covers(&mut self, ty: TyId, span: Span, arms: &[MatchArm]) {
        if ty == TyTable::ERROR || ty == TyTable::NEVER {
            return;
        }
        let guard = |arm: &MatchArm| if arm.guard.is_some() { Guard::With } else { Guard::Without };
        let rows: Vec<(&Pattern, Guard)> = arms.iter().map(|arm| (&arm.pattern, guard(arm))).collect();
        let found = coverage(self.program, &self.table, ty, &rows);
        let shown = self.show(ty);
        if found.gave_up {
            let covered = arms.iter().any(|arm| arm.guard.is_none() && always(&arm.pattern));
            if !covered {
                self.report(errors::too_many_cases(span, &shown));
            }
            return;
        }
        if !found.missing.is_empty() {
            self.report(errors::not_exhaustive(span, &shown, &found.missing));
        }
        for (arm, _) in arms.iter().zip(found.reached).filter(|(_, reached)| !reached) {
            self.report(errors::unreachable_arm(arm.pattern.span));
        }
    }

    /// The pattern of a `let` or `for` must match every value.
    pub(super) fn always_matches(&mut self, ty: TyId, pattern: &Pattern, binder: Binder) {
        if ty == TyTable::ERROR || ty == TyTable::NEVER || always(pattern) {
            return;
        }
        let found = coverage(self.program, &self.table, ty, &[(pattern, Guard::Without)]);
        if found.gave_up || !found.missing.is_empty() {
            self.report(errors::refutable(pattern.span, binder, found.missing.first().map(String::as_str)));
        }
    }
}

/// Does the pattern match anything without looking?
fn always(pattern: &Pattern) -> bool {
    match &pattern.kind {
        PatternKind::Wild | PatternKind::Bind(_) | PatternKind::Place(_) => true,
        PatternKind::Or(alternatives) => alternatives.iter().any(always),
        PatternKind::Literal(_)
        | PatternKind::Range { .. }
        | PatternKind::Class { .. }
        | PatternKind::Variant { .. }
        | PatternKind::ErrorValue { .. }
        | PatternKind::Tuple(_)
        | PatternKind::None
        | PatternKind::Some(_) => false,
    }
}
