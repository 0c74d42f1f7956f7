//! Expressions. In: tokens. Out: [`Expr`]. An expression is a list of operands and operators; `ops` finds the precedence,
//! so that a level of nesting costs one recursion and not one per level of precedence.

use super::channel::channel;
use super::closure::{closure, unnamed_function};
use super::fields::{fstring, text_of};
use super::input::{Rule, listed, lower};
use super::later::later;
use super::ops::{build, infix};
use super::pattern::pattern;
use super::postfix::operand;
use super::recover::{skip_delimited, skip_part};
use super::select::select_arms;
use super::stmt;
use super::task::{spawn, within};
use super::ty::ty;
use crate::ast::{Block, Cond, Expr, ExprKind, Ident, MatchArm, Pattern, PatternKind, TypeExpr};
use crate::code::Code;
use crate::span::Span;
use crate::token::Token;
use chumsky::prelude::*;

/// The rules that items need.
#[derive(Clone)]
pub(super) struct Grammar<'t> {
    pub(super) expr: Rule<'t, Expr>,
    pub(super) block: Rule<'t, Block>,
    pub(super) ty: Rule<'t, TypeExpr>,
}

/// Builds the rules.
pub(super) fn grammar<'t>() -> Grammar<'t> {
    let ty = ty();
    let pattern = pattern();
    let rule_ty = ty.clone();
    let rule_pattern = pattern.clone();
    let expr = recursive(move |expr| expression(expr.boxed(), &rule_pattern, &rule_ty)).boxed();
    let block = stmt::block(expr.clone(), pattern, ty.clone());
    Grammar { expr, block, ty }
}

fn expression<'t>(expr: Rule<'t, Expr>, pattern: &Rule<'t, Pattern>, ty: &Rule<'t, TypeExpr>) -> Rule<'t, Expr> {
    let block = stmt::block(expr.clone(), pattern.clone(), ty.clone());
    let atom = atom(&expr, &block, pattern, ty).labelled("an expression").boxed();
    let operand = operand(atom, expr, block, ty.clone());
    let operator = any().filter(|token: &Token<'t>| infix(token).is_some()).labelled("an operator");
    let step = operator.map_with(|token, e| (infix(&token), e.span())).then(operand.clone());
    operand
        .then(step.repeated().collect::<Vec<_>>())
        .validate(|(first, rest), _, emitter| {
            if rest.is_empty() {
                return first;
            }
            let steps = rest.into_iter().filter_map(|((infix, span), operand)| Some((infix?, span, operand)));
            build(first, steps.collect(), |error| emitter.emit(error))
        })
        .boxed()
}

/// What an operand begins with. Every alternative is told by its first token.
fn atom<'t>(
    expr: &Rule<'t, Expr>,
    block: &Rule<'t, Block>,
    pattern: &Rule<'t, Pattern>,
    ty: &Rule<'t, TypeExpr>,
) -> Rule<'t, Expr> {
    choice((
        name_or_literal(),
        fstring(expr.clone()),
        parenthesized(expr),
        listed(Token::LBracket, expr.clone(), Token::RBracket).map(ExprKind::Array),
        map(expr),
        block.clone().map(ExprKind::Block),
        conditional(expr, block, pattern),
        matching(expr, block, pattern),
        leaving(expr),
        closure(expr, ty),
        spawn(expr, block, ty),
        within(expr, block),
        select_arms(expr, block, pattern),
        channel(expr, ty),
        unnamed_function(ty),
        not_yet(expr, block, ty),
    ))
    .map_with(|kind, e| Expr { kind, span: e.span() })
    .boxed()
}

fn name_or_literal<'t>() -> Rule<'t, ExprKind> {
    select! {
        Token::Lower(name) | Token::Upper(name) = e => ExprKind::Name(Ident { name: name.into(), span: e.span() }),
        Token::SelfValue => ExprKind::SelfValue,
        Token::Int(value) => ExprKind::Int(value),
        Token::Float(value) => ExprKind::Float(value),
        Token::Duration(nanos) => ExprKind::Duration(nanos),
        Token::True => ExprKind::Bool(true),
        Token::False => ExprKind::Bool(false),
        Token::None => ExprKind::None,
        token @ (Token::Str(_) | Token::MultiStr(_)) => ExprKind::Str(text_of(&token)),
    }
    .boxed()
}

/// `()`, `(a)`, `(a, b)`.
fn parenthesized<'t>(expr: &Rule<'t, Expr>) -> Rule<'t, ExprKind> {
    just(Token::LParen)
        .ignore_then(expr.clone().separated_by(just(Token::Comma)).allow_trailing().collect::<Vec<_>>())
        .then_ignore(just(Token::RParen))
        .map(|mut parts| if parts.len() == 1 { parts.remove(0).kind } else { ExprKind::Tuple(parts) })
        .recover_with(via_parser(skip_delimited(&[Token::LParen]).to(ExprKind::Error(Code::E0101))))
        .boxed()
}

fn map<'t>(expr: &Rule<'t, Expr>) -> Rule<'t, ExprKind> {
    let entry = expr.clone().then_ignore(just(Token::Colon)).then(expr.clone());
    let entries = super::input::braced(entry);
    just(Token::LBrace).rewind().ignore_then(entries).map(ExprKind::Map).boxed()
}

/// The head of `if` and `while`.
pub(super) fn condition<'t>(expr: &Rule<'t, Expr>, pattern: &Rule<'t, Pattern>) -> Rule<'t, Cond> {
    let binding = just(Token::Let)
        .ignore_then(pattern.clone())
        .then_ignore(just(Token::Assign))
        .then(expr.clone())
        .map(|(pattern, value)| Cond::Let { pattern, value });
    binding.or(expr.clone().map(Cond::Expr)).boxed()
}

fn conditional<'t>(expr: &Rule<'t, Expr>, block: &Rule<'t, Block>, pattern: &Rule<'t, Pattern>) -> Rule<'t, ExprKind> {
    let arm = just(Token::If).ignore_then(condition(expr, pattern)).then(block.clone()).boxed();
    let others = just(Token::Else).ignore_then(arm.clone()).repeated().collect::<Vec<_>>();
    arm.then(others)
        .then(just(Token::Else).ignore_then(block.clone()).or_not())
        .map(|((first, others), otherwise)| {
            let arms = std::iter::once(first).chain(others).collect();
            ExprKind::If { arms, otherwise }
        })
        .boxed()
}

fn matching<'t>(expr: &Rule<'t, Expr>, block: &Rule<'t, Block>, pattern: &Rule<'t, Pattern>) -> Rule<'t, ExprKind> {
    let part_end = select! { Token::Comma | Token::Newline | Token::Semi => () }.labelled("`,`");
    let ends = part_end.repeated().at_least(1).ignored().or(just(Token::RBrace).rewind().ignored());
    let value = just(Token::FatArrow).ignore_then(expr.clone()).then_ignore(ends);
    let body = block.clone().map_with(|block, e| Expr { kind: ExprKind::Block(block), span: e.span() });
    let body = value.or(body.then_ignore(part_end.repeated()));
    let guard = just(Token::If).ignore_then(expr.clone());
    let error = skip_part().then_ignore(part_end.repeated()).map_with(|(), e| error_arm(e.span()));
    let arm = pattern
        .clone()
        .then(guard.or_not())
        .then(body)
        .map_with(|((pattern, guard), body), e| {
            let begin: Span = e.span();
            let span = begin_to(begin, body.span);
            MatchArm { pattern, guard, body, span }
        })
        .recover_with(via_parser(error))
        .boxed();
    just(Token::Match)
        .ignore_then(expr.clone())
        .then_ignore(just(Token::LBlock))
        .then(arm.repeated().collect::<Vec<_>>())
        .then_ignore(just(Token::RBrace))
        .map(|(scrutinee, arms)| ExprKind::Match { scrutinee: Box::new(scrutinee), arms })
        .boxed()
}

/// Without the separators behind the body.
fn begin_to(whole: Span, body: Span) -> Span {
    Span { end: body.end.min(whole.end), ..whole }
}

fn error_arm(span: Span) -> MatchArm {
    let pattern = Pattern { kind: PatternKind::Error, span };
    MatchArm { pattern, guard: None, body: Expr { kind: ExprKind::Error(Code::E0101), span }, span }
}

/// `return`, `raise`, `break`, `continue`.
fn leaving<'t>(expr: &Rule<'t, Expr>) -> Rule<'t, ExprKind> {
    choice((
        just(Token::Return).ignore_then(expr.clone().or_not()).map(|value| ExprKind::Return(value.map(Box::new))),
        just(Token::Raise).ignore_then(expr.clone()).map(|value| ExprKind::Raise(Box::new(value))),
        just(Token::Break).ignore_then(lower().or_not()).map(ExprKind::Break),
        just(Token::Continue).ignore_then(lower().or_not()).map(ExprKind::Continue),
    ))
    .boxed()
}

/// Expressions that are decided but not built.
fn not_yet<'t>(expr: &Rule<'t, Expr>, block: &Rule<'t, Block>, ty: &Rule<'t, TypeExpr>) -> Rule<'t, ExprKind> {
    let pipes = just(Token::Pipe).then(lower()).then(just(Token::Colon)).then(ty.clone()).then(just(Token::Pipe));
    let scope = just(Token::Scope).then(skip_delimited(&[Token::LParen])).then(pipes).then(block.clone());
    choice((just(Token::Yield).then(expr.clone()).to(Code::E0913).boxed(), scope.to(Code::E0912).boxed()))
        .validate(|code, e, emitter| {
            emitter.emit(later(code, e.span()));
            ExprKind::Error(code)
        })
        .boxed()
}
