//! Patterns. In: tokens. Out: [`Pattern`]. A lower-case name binds, an upper-case one names a variant or class.

use super::fields::text_of;
use super::input::{Rule, braced, listed, lower, name, problem};
use crate::ast::{Ident, Literal, Mutability, Path, Pattern, PatternKind};
use crate::code::Code;
use crate::diag::Diagnostic;
use crate::span::Span;
use crate::token::Token;
use chumsky::prelude::*;

/// More `?` than these behind a pattern are refused.
const MAX_SUFFIXES: usize = 16;

/// Any pattern, `A | B` among them.
pub(super) fn pattern<'t>() -> Rule<'t, Pattern> {
    recursive(|pattern| {
        let pattern = pattern.boxed();
        let single = choice((
            select! { Token::Underscore => PatternKind::Wild, Token::None => PatternKind::None }
                .map_with(|kind, e| Pattern { kind, span: e.span() }),
            literal_or_range(),
            named(pattern.clone()),
            tuple(pattern.clone()),
            mutable().map(|(_, pattern)| pattern),
            just(Token::Mut).ignore_then(tuple(pattern)).map(|mut parts| {
                make_mutable(&mut parts);
                parts
            }),
        ))
        .labelled("a pattern");
        let suffix = select! { Token::Question => 1usize, Token::Coalesce => 2 };
        let suffixed =
            single.then(suffix.repeated().collect::<Vec<usize>>()).validate(|(single, marks), e, emitter| {
                let span: Span = e.span();
                let count: usize = marks.iter().sum();
                if count > MAX_SUFFIXES {
                    emitter.emit(problem(Diagnostic::new(Code::E0105, span, "too many `?` behind a pattern")));
                    return Pattern { kind: PatternKind::Error, span };
                }
                (0..count).fold(single, |inner, _| Pattern { kind: PatternKind::Some(Box::new(inner)), span })
            });
        let pipes = suffixed.separated_by(just(Token::Pipe)).at_least(1).collect::<Vec<_>>();
        pipes
            .map_with(|mut all, e| {
                if all.len() == 1 { all.remove(0) } else { Pattern { kind: PatternKind::Or(all), span: e.span() } }
            })
            .boxed()
    })
    .boxed()
}

fn literal<'t>() -> Rule<'t, Literal> {
    let number = just(Token::Minus).or_not().then(select! { Token::Int(value) => value });
    let number = number.map(|(minus, magnitude)| Literal::Int { magnitude, negative: minus.is_some() });
    let other = select! {
        Token::True => Literal::Bool(true),
        Token::False => Literal::Bool(false),
        token @ (Token::Str(_) | Token::MultiStr(_)) => Literal::Str(text_of(&token)),
    };
    number.or(other).boxed()
}

fn literal_or_range<'t>() -> Rule<'t, Pattern> {
    let dots = select! { Token::DotDot => false, Token::DotDotEq => true };
    literal()
        .then(dots.then(literal()).or_not())
        .map_with(|(low, high), e| {
            let kind = match high {
                None => PatternKind::Literal(low),
                Some((inclusive, high)) => PatternKind::Range { low, high, inclusive },
            };
            Pattern { kind, span: e.span() }
        })
        .boxed()
}

/// `x`, `Status.Open`, `Status.Paid { at, by: none }`.
fn named<'t>(pattern: Rule<'t, Pattern>) -> Rule<'t, Pattern> {
    let plain = lower().then(just(Token::Colon).ignore_then(pattern).or_not());
    let field = plain.or(mutable().map(|(name, pattern)| (name, Some(pattern))));
    // Only a `{` that the token pass left as one belongs to the pattern; that of a block does not.
    let fields = just(Token::LBrace).rewind().ignore_then(braced(field)).or_not();
    let path = name().separated_by(just(Token::Dot)).at_least(1).collect::<Path>();
    path.then(fields)
        .map_with(|(mut path, fields), e| {
            let binds = path.len() == 1 && fields.is_none() && !starts_upper(&path[0]);
            let kind = if binds {
                PatternKind::Bind { name: path.remove(0), mutability: Mutability::Fixed }
            } else {
                PatternKind::Struct { path, fields }
            };
            Pattern { kind, span: e.span() }
        })
        .boxed()
}

/// Does the name start upper-case?
pub(super) fn starts_upper(name: &Ident) -> bool {
    name.name.starts_with(|it: char| it.is_ascii_uppercase())
}

fn tuple<'t>(pattern: Rule<'t, Pattern>) -> Rule<'t, Pattern> {
    listed(Token::LParen, pattern, Token::RParen)
        .map_with(|mut parts, e| {
            if parts.len() == 1 { parts.remove(0) } else { Pattern { kind: PatternKind::Tuple(parts), span: e.span() } }
        })
        .boxed()
}

/// `mut x`: the name, and the pattern.
fn mutable<'t>() -> Rule<'t, (Ident, Pattern)> {
    just(Token::Mut)
        .ignore_then(lower())
        .map_with(|name, e| {
            let kind = PatternKind::Bind { name: name.clone(), mutability: Mutability::Mutable };
            (name, Pattern { kind, span: e.span() })
        })
        .boxed()
}

/// `mut (a, b)` makes both variable.
pub(super) fn make_mutable(pattern: &mut Pattern) {
    match &mut pattern.kind {
        PatternKind::Bind { mutability, .. } => *mutability = Mutability::Mutable,
        PatternKind::Tuple(parts) => parts.iter_mut().for_each(make_mutable),
        PatternKind::Wild
        | PatternKind::Literal(_)
        | PatternKind::Range { .. }
        | PatternKind::Struct { .. }
        | PatternKind::Or(_)
        | PatternKind::None
        | PatternKind::Some(_)
        | PatternKind::Error => {}
    }
}
