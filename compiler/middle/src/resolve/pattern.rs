//! Patterns. In: AST. Out: HIR; their variables become visible. Alternatives (`A | B`) bind the same variables.

use super::body::Body;
use super::cx::Def;
use super::errors;
use crate::hir::{Inclusive, Literal, Mutability, Pattern, PatternKind};
use crate::ids::LocalId;
use pluto_syntax::ast::{self, Ident, Name};
use pluto_syntax::span::Span;
use std::collections::BTreeMap;

/// What one pattern has bound so far.
struct Bound {
    /// What `mut` is said of.
    mutable: Mutable,
    /// Are we in one of several alternatives?
    alternative: bool,
    /// Names of this alternative.
    names: BTreeMap<Name, (LocalId, Span)>,
    /// Names of the first alternative, to be bound again.
    again: Option<BTreeMap<Name, (LocalId, Span)>>,
}

/// What `mut x` in a pattern stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mutable {
    /// A variable of its own.
    Variable,
    /// The place that is matched.
    Place,
}

impl Bound {
    fn new(mutable: Mutable) -> Bound {
        Bound { mutable, alternative: false, names: BTreeMap::new(), again: None }
    }
}

impl Body<'_, '_> {
    /// The pattern of a `let`: `mut` makes variables.
    pub(super) fn let_pattern(&mut self, pattern: &ast::Pattern) -> Pattern {
        self.part(pattern, &mut Bound::new(Mutable::Variable))
    }

    /// The pattern at the head of a block: `mut` gives names to places.
    pub(super) fn pattern(&mut self, pattern: &ast::Pattern) -> Pattern {
        self.part(pattern, &mut Bound::new(Mutable::Place))
    }

    /// The pattern of `if let`: a variable, `_`, a tuple or a class that always fits takes the inside of a nullable value.
    pub(super) fn not_none(&mut self, pattern: &ast::Pattern) -> Pattern {
        let inner = self.pattern(pattern);
        if !matches!(inner.kind, PatternKind::Tuple(_)) && !always_fits(&inner) {
            return inner;
        }
        let span = inner.span;
        Pattern { id: self.cx.pat_id(), kind: PatternKind::Some(Box::new(inner)), span }
    }

    fn part(&mut self, pattern: &ast::Pattern, bound: &mut Bound) -> Pattern {
        let span = pattern.span;
        let kind = match &pattern.kind {
            ast::PatternKind::Wild | ast::PatternKind::Error => PatternKind::Wild,
            ast::PatternKind::Bind { name, mutability } => self.variable(name, *mutability, bound),
            ast::PatternKind::Literal(literal) => self.literal_pattern(literal, span),
            ast::PatternKind::Range { low, high, inclusive } => self.range(low, high, *inclusive, span),
            ast::PatternKind::Struct { path, fields } => {
                self.constructed(path, fields.as_deref().unwrap_or_default(), span, bound)
            }
            ast::PatternKind::Tuple(parts) => {
                PatternKind::Tuple(parts.iter().map(|part| self.part(part, bound)).collect())
            }
            ast::PatternKind::Or(alternatives) => self.alternatives(alternatives, bound),
            ast::PatternKind::None => PatternKind::None,
            ast::PatternKind::Some(inner) => PatternKind::Some(Box::new(self.part(inner, bound))),
        };
        Pattern { id: self.cx.pat_id(), kind, span }
    }

    fn variable(&mut self, name: &Ident, mutability: Mutability, bound: &mut Bound) -> PatternKind {
        if let Some((_, first)) = bound.names.get(&name.name) {
            self.cx.report(errors::bound_twice(name, *first));
            return PatternKind::Wild;
        }
        let known = bound.again.as_ref().and_then(|again| again.get(&name.name));
        let local = match (known, &bound.again) {
            (Some((local, _)), _) => *local,
            (None, Some(_)) => {
                self.cx.report(errors::not_in_every_alternative(name));
                self.bind(name, mutability, None)
            }
            (None, None) => self.bind(name, mutability, None),
        };
        bound.names.insert(name.name.clone(), (local, name.span));
        match (mutability, bound.mutable) {
            (Mutability::Mutable, Mutable::Place) if bound.alternative => {
                // Once for all alternatives, if it is said in the first.
                if known.is_none() || self.locals[local].mutability == Mutability::Fixed {
                    self.cx.report(errors::mut_in_alternative(name));
                }
                PatternKind::Bind(local)
            }
            (Mutability::Mutable, Mutable::Place) => PatternKind::Place(local),
            (Mutability::Mutable, Mutable::Variable) | (Mutability::Fixed, _) => PatternKind::Bind(local),
        }
    }

    /// The first alternative says which variables there are; the others must bind the same.
    fn alternatives(&mut self, alternatives: &[ast::Pattern], outer: &mut Bound) -> PatternKind {
        let Some((first, others)) = alternatives.split_first() else { return PatternKind::Wild };
        let before = outer.names.clone();
        let around = std::mem::replace(&mut outer.alternative, true);
        let mut parts = vec![self.part(first, outer)];
        let mut expected = outer.names.clone();
        expected.retain(|name, _| !before.contains_key(name));
        for other in others {
            let (names, again) = (before.clone(), Some(expected.clone()));
            let mut bound = Bound { names, again, ..*outer };
            parts.push(self.part(other, &mut bound));
            for (name, (_, span)) in &expected {
                if !bound.names.contains_key(name) {
                    self.cx.report(errors::missing_in_alternative(name, other.span, *span));
                }
            }
        }
        outer.alternative = around;
        PatternKind::Or(parts)
    }

    fn constructed(
        &mut self,
        path: &[Ident],
        fields: &[(Ident, Option<ast::Pattern>)],
        span: Span,
        bound: &mut Bound,
    ) -> PatternKind {
        let def = self.constructor(path, span);
        let names: Vec<&Ident> = fields.iter().map(|(name, _)| name).collect();
        let positions = def.map_or_else(|| vec![None; names.len()], |def| self.positions(def, &names));
        let mut parts = vec![];
        for ((name, pattern), position) in fields.iter().zip(positions) {
            let part = match pattern {
                Some(pattern) => self.part(pattern, bound),
                None => {
                    let kind = self.variable(name, Mutability::Fixed, bound);
                    Pattern { id: self.cx.pat_id(), kind, span: name.span }
                }
            };
            if let Some(position) = position {
                parts.push((position, part));
            }
        }
        match def {
            Some(Def::Class(class)) => PatternKind::Class { class, fields: parts },
            Some(Def::Variant(enumeration, variant)) => PatternKind::Variant { enumeration, variant, fields: parts },
            Some(Def::Error(error)) => PatternKind::ErrorValue { error, fields: parts },
            Some(
                Def::Fn(_)
                | Def::Const(_)
                | Def::Enum(_)
                | Def::System(_)
                | Def::Channel(_)
                | Def::Module(_)
                | Def::Std(_)
                | Def::Global(_)
                | Def::Broken,
            )
            | None => PatternKind::Wild,
        }
    }

    fn literal_pattern(&mut self, literal: &Literal, span: Span) -> PatternKind {
        if let Literal::Int { magnitude, negative } = literal
            && self.signed(*magnitude, *negative, span).is_none()
        {
            return PatternKind::Wild;
        }
        PatternKind::Literal(literal.clone())
    }

    fn range(&mut self, low: &Literal, high: &Literal, inclusive: bool, span: Span) -> PatternKind {
        let low = self.end_of_range(low, span);
        let high = self.end_of_range(high, span);
        let (Some(low), Some(high)) = (low, high) else { return PatternKind::Wild };
        PatternKind::Range { low, high, inclusive: if inclusive { Inclusive::Yes } else { Inclusive::No } }
    }

    fn end_of_range(&mut self, literal: &Literal, span: Span) -> Option<i64> {
        match literal {
            Literal::Int { magnitude, negative } => self.signed(*magnitude, *negative, span),
            Literal::Bool(_) | Literal::Str(_) => {
                self.cx.report(errors::range_of_other(span));
                None
            }
        }
    }

    fn signed(&mut self, magnitude: u64, negative: bool, span: Span) -> Option<i64> {
        let value = if negative { 0i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() };
        if value.is_none() {
            self.cx.report(errors::int_too_large(span));
        }
        value
    }
}

/// Does it match every value of its type?
fn always_fits(pattern: &Pattern) -> bool {
    match &pattern.kind {
        PatternKind::Bind(_) | PatternKind::Place(_) | PatternKind::Wild => true,
        PatternKind::Tuple(parts) => parts.iter().all(always_fits),
        PatternKind::Class { class: _, fields } => fields.iter().all(|(_, part)| always_fits(part)),
        PatternKind::Literal(_)
        | PatternKind::Range { .. }
        | PatternKind::Variant { .. }
        | PatternKind::ErrorValue { .. }
        | PatternKind::Or(_)
        | PatternKind::None
        | PatternKind::Some(_) => false,
    }
}
