//! Channels and topics. In: tokens. Out: [`ExprKind::Chan`], [`ChanDecl`] and [`TopicDecl`].

use super::expr::Grammar;
use super::input::{Error, Rule, declared_lower, listed, lower, mistake, word};
use crate::ast::{Capacity, ChanDecl, Expr, ExprKind, Ident, ItemKind, TopicDecl, TypeExpr};
use crate::code::Code;
use crate::token::Token;
use chumsky::prelude::*;

/// `chan<T>()`, `chan<T>(n)`, `chan<T>(unbounded)`.
pub(super) fn channel<'t>(expr: &Rule<'t, Expr>, ty: &Rule<'t, TypeExpr>) -> Rule<'t, ExprKind> {
    let types = ty.clone().separated_by(just(Token::Comma)).at_least(1).allow_trailing().collect::<Vec<_>>();
    let types = types.delimited_by(just(Token::LAngle), just(Token::RAngle));
    just(Token::Chan)
        .ignore_then(types.or_not())
        .then(listed(Token::LParen, expr.clone(), Token::RParen).or_not())
        .validate(|(types, args), e, emitter| {
            let span = e.span();
            let mut types = types.unwrap_or_default();
            if types.len() != 1 {
                let message = "a channel names the type of its messages";
                emitter.emit(mistake(span, message, "write for example `chan<int>()` or `chan<int>(8)`"));
                return ExprKind::Error(Code::E0101);
            }
            if args.is_none() {
                let message = "a channel is made by a call";
                emitter.emit(mistake(span, message, "put `()` behind it, or `(n)` with its capacity"));
            }
            let capacity = capacity(args.unwrap_or_default(), &mut |error| emitter.emit(error));
            ExprKind::Chan { ty: types.remove(0), capacity }
        })
        .boxed()
}

/// `chan orders: Order(1000)`.
pub(super) fn named_channel<'t>(grammar: &Grammar<'t>) -> Rule<'t, Option<ItemKind>> {
    declaration("chan", "a channel", grammar)
        .validate(|(name, ty, args), _, emitter| {
            let capacity = capacity(args, &mut |error| emitter.emit(error));
            Some(ItemKind::Chan(ChanDecl { name, ty, capacity }))
        })
        .boxed()
}

/// `topic prices: Tick(64, lossy)`.
pub(super) fn topic<'t>(grammar: &Grammar<'t>) -> Rule<'t, Option<ItemKind>> {
    declaration("topic", "a topic", grammar)
        .validate(|(name, ty, mut args), _, emitter| {
            // `(lossy)` alone leaves the capacity as it is.
            let is_lossy = |arg: &Expr| word_of(arg) == Some("lossy");
            let lossy = args.iter().position(is_lossy).map(|at| args.remove(at).span);
            let capacity = capacity(args, &mut |error| emitter.emit(error));
            if let (Some(lossy), Capacity::Unbounded(_)) = (lossy, &capacity) {
                let message = "an unbounded topic loses nothing";
                emitter.emit(mistake(lossy, message, "give a number instead of `unbounded`, or leave out `lossy`"));
            }
            Some(ItemKind::Topic(TopicDecl { name, ty, capacity, lossy }))
        })
        .boxed()
}

/// `word name: Type(settings)`.
fn declaration<'t>(
    first: &'static str,
    what: &'static str,
    grammar: &Grammar<'t>,
) -> Rule<'t, (Ident, TypeExpr, Vec<Expr>)> {
    word(first)
        .then(lower().rewind())
        .ignore_then(declared_lower(what))
        .then_ignore(just(Token::Colon))
        .then(grammar.ty.clone())
        .then(listed(Token::LParen, grammar.expr.clone(), Token::RParen).or_not())
        .map(|((name, ty), args)| (name, ty, args.unwrap_or_default()))
        .boxed()
}

/// What stands in the parentheses.
fn capacity<'t>(args: Vec<Expr>, emit: &mut dyn FnMut(Error<'t>)) -> Capacity {
    let mut args = args.into_iter();
    let capacity = match args.next() {
        None => Capacity::Default,
        Some(first) if word_of(&first) == Some("unbounded") => Capacity::Unbounded(first.span),
        Some(first) => Capacity::Size(Box::new(first)),
    };
    if let Some(second) = args.next() {
        emit(if word_of(&second) == Some("lossy") {
            let message = "a channel loses nothing; only a topic can be `lossy`";
            mistake(second.span, message, "leave it out: a full channel makes its senders wait")
        } else {
            let message = "there is one capacity";
            mistake(second.span, message, "write a number, or `unbounded`, or nothing for 64")
        });
    }
    capacity
}

fn word_of(arg: &Expr) -> Option<&str> {
    if let ExprKind::Name(name) = &arg.kind { Some(&name.name) } else { None }
}
