//! Tasks and deadlines. In: tokens. Out: [`ExprKind::Spawn`] and [`ExprKind::Within`].

use super::closure::closure;
use super::input::{Error, Rule, listed, mistake};
use super::postfix::{Postfix, field, fold};
use crate::ast::{Block, Expr, ExprKind, Ident, TypeExpr};
use crate::code::Code;
use crate::span::Span;
use crate::token::Token;
use chumsky::prelude::*;

/// `spawn f(x)`, `spawn self.dep.m(x)`, `spawn { … }`. What follows the first argument list applies to the task.
pub(super) fn spawn<'t>(expr: &Rule<'t, Expr>, block: &Rule<'t, Block>, ty: &Rule<'t, TypeExpr>) -> Rule<'t, ExprKind> {
    let body = block.clone().map_with(|block, e| Expr { kind: ExprKind::Block(block), span: e.span() });
    let function = closure(expr, ty).validate(|_, e, emitter| {
        let message = "`spawn` starts a call or a block, not a closure";
        emitter.emit(mistake(e.span(), message, "write `spawn { … }`"));
        Expr { kind: ExprKind::Error(Code::E0101), span: e.span() }
    });
    // What can begin none of these is read once, as what it is.
    let begins_other = select! { token if !may_start(&token) => () };
    let other = begins_other.rewind().ignore_then(expr.clone()).validate(|_, e, emitter| {
        let message = "`spawn` starts a call or a block";
        let help = "write `spawn f(x)`, `spawn self.service.method(x)`, or `spawn { … }` for anything else";
        emitter.emit(mistake(e.span(), message, help));
        Expr { kind: ExprKind::Error(Code::E0101), span: e.span() }
    });
    just(Token::Spawn)
        .ignore_then(choice((body.boxed(), call(expr), function.boxed(), other.boxed())))
        .map(|started| match started.kind {
            ExprKind::Error(code) => ExprKind::Error(code),
            _ => ExprKind::Spawn(Box::new(started)),
        })
        .boxed()
}

/// Can it begin what `spawn` starts, or a closure, of which it says more?
fn may_start(token: &Token<'_>) -> bool {
    let closure = matches!(token, Token::LParen | Token::LClosure);
    closure || matches!(token, Token::LBrace | Token::Lower(_) | Token::Upper(_) | Token::SelfValue)
}

/// A path and its first argument list.
fn call<'t>(expr: &Rule<'t, Expr>) -> Rule<'t, Expr> {
    let first = select! {
        Token::Lower(name) | Token::Upper(name) = e => ExprKind::Name(Ident { name: name.into(), span: e.span() }),
        Token::SelfValue => ExprKind::SelfValue,
    };
    let first = first.map_with(|kind, e| Expr { kind, span: e.span() });
    let step = just(Token::Dot).ignore_then(field()).map_with(|name, e| (Postfix::Field(name), e.span()));
    let arguments = listed(Token::LParen, expr.clone(), Token::RParen);
    let arguments = arguments.map_with(|args, e| (Postfix::Call(args), e.span()));
    first
        .then(step.repeated().collect::<Vec<_>>())
        .then(arguments.or_not())
        .validate(|((first, mut steps), arguments), e, emitter| {
            let span = e.span();
            match arguments {
                Some(arguments) => steps.push(arguments),
                None => {
                    emitter.emit(not_a_call(&first, &steps, span));
                    return Expr { kind: ExprKind::Error(Code::E0101), span };
                }
            }
            fold(first, steps, &mut |error| emitter.emit(error))
        })
        .boxed()
}

fn not_a_call<'t>(first: &Expr, steps: &[(Postfix, Span)], span: Span) -> Error<'t> {
    let mut path = match &first.kind {
        ExprKind::Name(name) => name.name.to_string(),
        _ => "self".to_owned(),
    };
    for (step, _) in steps {
        if let Postfix::Field(name) = step {
            path.push('.');
            path.push_str(&name.name);
        }
    }
    let message = "`spawn` starts a call or a block";
    mistake(span, message, format!("write `spawn {path}(…)`, or `spawn {{ … }}` for anything else"))
}

/// `within 500ms { … }`.
pub(super) fn within<'t>(expr: &Rule<'t, Expr>, block: &Rule<'t, Block>) -> Rule<'t, ExprKind> {
    // The block is read once, whether there is a limit or not.
    let limit = none_of([Token::LBlock]).rewind().ignore_then(expr.clone()).or_not();
    just(Token::Within)
        .map_with(|_, e| -> Span { e.span() })
        .then(limit)
        .then(block.clone())
        .validate(|((word, limit), body), _, emitter| {
            let limit = limit.unwrap_or_else(|| {
                let message = "`within` needs a duration";
                emitter.emit(mistake(word, message, "write for example `within 500ms { … }`"));
                Expr { kind: ExprKind::Error(Code::E0101), span: word }
            });
            ExprKind::Within { limit: Box::new(limit), body }
        })
        .boxed()
}
