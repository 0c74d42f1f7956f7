//! `match`: a jump by tag or number where no arm needs more, else one test after the other.

use super::body::{Body, UNIT};
use super::named::Subject;
use super::pattern::{is_wild, literal_int};
use crate::hir::{Expr, MatchArm, Pattern, PatternKind};
use crate::ids::TyId;
use crate::mir::{Block, Inst, Operand, Terminator};
use crate::ty::{Ty, TyTable};
use std::collections::BTreeSet;

/// When an arm of a jump is taken.
enum When {
    /// For these words.
    Words(Vec<i64>),
    /// For all others.
    Else,
}

impl Body<'_, '_> {
    pub(super) fn match_value(&mut self, scrutinee: &Expr, arms: &[MatchArm], ty: TyId) -> Operand {
        let value_ty = self.ty(scrutinee);
        let subject = arms.iter().any(|arm| arm.pattern.binds_place()).then(|| self.subject(scrutinee));
        let value = match &subject {
            Some(subject) => self.value_of(subject),
            None => {
                let value = self.expr(scrutinee);
                let value = self.settled(value);
                self.in_local(value, value_ty)
            }
        };
        let dest = self.join(ty);
        let done = self.block();
        match self.jumps(arms, value_ty) {
            Some(whens) => {
                let arms = arms.iter().zip(whens);
                self.jump(&value, (value_ty, subject.as_ref()), arms, dest.as_ref(), done);
            }
            None => {
                for arm in arms {
                    let next = self.block();
                    match subject.as_ref().filter(|_| arm.pattern.binds_place()) {
                        Some(subject) => self.matches_subject(&arm.pattern, subject, next),
                        None => self.matches(&arm.pattern, value.clone(), value_ty, next),
                    }
                    if let Some(guard) = &arm.guard {
                        self.test(guard, next);
                    }
                    self.arm(arm, dest.as_ref(), done);
                    self.go_on(next);
                }
                // `check` made sure that some arm matches.
                self.end(Terminator::Unreachable);
            }
        }
        self.go_on(done);
        dest.unwrap_or(UNIT)
    }

    fn arm(&mut self, arm: &MatchArm, dest: Option<&Operand>, done: Block) {
        let value = self.expr(&arm.body);
        self.give(dest, value);
        self.goto(done);
    }

    fn jump<'m>(
        &mut self,
        value: &Operand,
        (ty, subject): (TyId, Option<&Subject>),
        arms: impl Iterator<Item = (&'m MatchArm, When)>,
        dest: Option<&Operand>,
        done: Block,
    ) {
        let mut word = value.clone();
        if let Ty::Enum(_) = self.get(ty) {
            word = self.emit(TyTable::INT, |dest| Inst::Tag { dest, base: value.clone() });
        }
        let from = self.block();
        self.enter(from);
        let mut targets = Vec::new();
        let mut taken = BTreeSet::new();
        let mut otherwise = None;
        for (arm, when) in arms {
            let target = self.block();
            match when {
                When::Words(_) if otherwise.is_some() => {}
                When::Words(words) => {
                    let new = words.into_iter().filter(|word| taken.insert(*word));
                    targets.extend(new.map(|word| (word, target)));
                }
                When::Else => {
                    otherwise.get_or_insert(target);
                }
            }
            self.go_on(target);
            let never = self.block();
            match (&arm.pattern.kind, subject.filter(|_| arm.pattern.binds_place())) {
                (PatternKind::Variant { variant, fields, .. }, Some(subject)) => {
                    self.payload_of_place(&subject.place, *variant, fields, never);
                }
                (_, Some(subject)) => self.matches_subject(&arm.pattern, subject, never),
                (PatternKind::Variant { variant, fields, .. }, None) => {
                    self.variant_fields(value, *variant, fields, never);
                }
                (PatternKind::Bind(_), None) => self.matches(&arm.pattern, value.clone(), ty, never),
                (_, None) => {}
            }
            self.arm(arm, dest, done);
        }
        self.go_on(from);
        // Without an arm for the rest, the last one takes it: every value has an arm.
        let otherwise = otherwise.or_else(|| targets.pop().map(|(_, last)| last));
        match otherwise {
            Some(otherwise) if targets.is_empty() => self.goto(otherwise),
            Some(otherwise) => self.end(Terminator::Switch { value: word, arms: targets, otherwise }),
            None => self.end(Terminator::Unreachable),
        }
    }

    /// When each arm is taken, if words are enough to tell.
    fn jumps(&self, arms: &[MatchArm], ty: TyId) -> Option<Vec<When>> {
        let words = matches!(self.get(ty), Ty::Int | Ty::Byte | Ty::Bool | Ty::Enum(_));
        if !words || arms.len() < 2 {
            return None;
        }
        arms.iter().map(|arm| if arm.guard.is_some() { None } else { when(&arm.pattern) }).collect()
    }
}

fn when(pattern: &Pattern) -> Option<When> {
    match &pattern.kind {
        PatternKind::Wild | PatternKind::Bind(_) | PatternKind::Place(_) => Some(When::Else),
        PatternKind::Variant { variant, fields, .. } => {
            let simple = |field: &Pattern| {
                matches!(field.kind, PatternKind::Wild | PatternKind::Bind(_) | PatternKind::Place(_))
            };
            fields.iter().all(|(_, field)| simple(field)).then(|| When::Words(vec![i64::from(*variant)]))
        }
        PatternKind::Or(alternatives) => {
            let words: Option<Vec<i64>> = alternatives.iter().map(word).collect();
            words.map(When::Words)
        }
        PatternKind::Literal(literal) => literal_int(literal).map(|word| When::Words(vec![word])),
        PatternKind::Range { .. }
        | PatternKind::Class { .. }
        | PatternKind::ErrorValue { .. }
        | PatternKind::Tuple(_)
        | PatternKind::None
        | PatternKind::Some(_) => None,
    }
}

/// The word of an alternative that binds nothing.
fn word(pattern: &Pattern) -> Option<i64> {
    match &pattern.kind {
        PatternKind::Literal(literal) => literal_int(literal),
        PatternKind::Variant { variant, fields, .. } => {
            fields.iter().all(|(_, field)| is_wild(field)).then(|| i64::from(*variant))
        }
        PatternKind::Wild
        | PatternKind::Bind(_)
        | PatternKind::Place(_)
        | PatternKind::Range { .. }
        | PatternKind::Class { .. }
        | PatternKind::ErrorValue { .. }
        | PatternKind::Tuple(_)
        | PatternKind::Or(_)
        | PatternKind::None
        | PatternKind::Some(_) => None,
    }
}
