//! Closures. In: tokens, in which the `(` of a closure is told from others. Out: [`ExprKind::Closure`].

use super::input::{Rule, declared_lower, listed, mistake, name};
use super::recover::skip_delimited;
use crate::ast::{ClosureParam, Expr, ExprKind, Ident, TypeExpr};
use crate::code::Code;
use crate::token::Token;
use chumsky::prelude::*;

/// `(x) => x + 1`, `(x: int, _) int => { … }`.
pub(super) fn closure<'t>(expr: &Rule<'t, Expr>, ty: &Rule<'t, TypeExpr>) -> Rule<'t, ExprKind> {
    listed(Token::LClosure, parameter(ty), Token::RParen)
        .then(ty.clone().or_not())
        .then_ignore(just(Token::FatArrow))
        .then(expr.clone())
        .map(|((params, result), body)| ExprKind::Closure { params, result, body: Box::new(body) })
        .boxed()
}

/// `x`, `x: int`, `_`.
fn parameter<'t>(ty: &Rule<'t, TypeExpr>) -> Rule<'t, ClosureParam> {
    let mutable = just(Token::Mut).validate(|_, e, emitter| {
        let message = "the parameters of a closure do not change";
        emitter.emit(mistake(e.span(), message, "bind a copy in its body: `let mut y = x`"));
    });
    let unnamed = just(Token::Underscore).map_with(|_, e| Ident { name: "_".into(), span: e.span() });
    let taken_apart = skip_delimited(&[Token::LParen]).validate(|(), e, emitter| {
        let message = "a parameter is a name, not a pattern";
        emitter.emit(mistake(e.span(), message, "take it apart in the body: `(pair) => { let (a, b) = pair … }`"));
        Ident { name: "_".into(), span: e.span() }
    });
    let name = choice((declared_lower("a parameter").boxed(), unnamed.boxed(), taken_apart.boxed()));
    mutable
        .or_not()
        .ignore_then(name)
        .then(just(Token::Colon).ignore_then(ty.clone()).or_not())
        .map(|(name, ty)| ClosureParam { name, ty })
        .boxed()
}

/// `fn(x) { … }` and `fn name(x) { … }` among expressions: refused, with advice.
pub(super) fn unnamed_function<'t>(ty: &Rule<'t, TypeExpr>) -> Rule<'t, ExprKind> {
    just(Token::Fn)
        .ignore_then(name().or_not())
        .then_ignore(skip_delimited(&[Token::LParen]))
        .then_ignore(ty.clone().or_not())
        .then_ignore(skip_delimited(&[Token::LBlock, Token::LBrace]))
        .validate(|name, e, emitter| {
            let error = match name {
                None => {
                    let message = "a function without a name is written as a closure, without `fn`";
                    mistake(e.span(), message, "write `(x) => { … }`")
                }
                Some(name) => {
                    let message = "a function cannot be declared inside another";
                    let help = format!("write `let {} = (x: int) => {{ … }}`, or declare it outside", name.name);
                    mistake(name.span, message, help)
                }
            };
            emitter.emit(error);
            ExprKind::Error(Code::E0101)
        })
        .boxed()
}
