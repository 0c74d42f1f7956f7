//! Channels and topics. In: tokens. Out: [`ExprKind::Chan`], [`ChanDecl`] and [`TopicDecl`].

use super::expr::Grammar;
use super::input::{Error, Rule, declared_lower, listed, lower, mistake, word};
use crate::ast::{Capacity, ChanDecl, Expr, ExprKind, Ident, ItemKind, TopicDecl, TypeExpr};
use crate::code::Code;
use crate::span::Span;
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
            let settings = settings(args.unwrap_or_default(), &mut |error| emitter.emit(error));
            if let Some(lossy) = settings.lossy {
                emitter.emit(only_topics(lossy));
            }
            ExprKind::Chan { ty: types.remove(0), capacity: settings.capacity }
        })
        .boxed()
}

/// `chan orders: Order(1000)`.
pub(super) fn named_channel<'t>(grammar: &Grammar<'t>) -> Rule<'t, Option<ItemKind>> {
    declaration("chan", "a channel", grammar)
        .validate(|(name, ty, args), _, emitter| {
            let Settings { capacity, lossy } = settings(args, &mut |error| emitter.emit(error));
            if let Some(lossy) = lossy {
                emitter.emit(only_topics(lossy));
            }
            Some(ItemKind::Chan(ChanDecl { name, ty, capacity }))
        })
        .boxed()
}

/// `topic prices: Tick(64, lossy)`.
pub(super) fn topic<'t>(grammar: &Grammar<'t>) -> Rule<'t, Option<ItemKind>> {
    declaration("topic", "a topic", grammar)
        .validate(|(name, ty, args), _, emitter| {
            let Settings { capacity, lossy } = settings(args, &mut |error| emitter.emit(error));
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
struct Settings {
    capacity: Capacity,
    lossy: Option<Span>,
}

fn settings<'t>(args: Vec<Expr>, emit: &mut dyn FnMut(Error<'t>)) -> Settings {
    let mut settings = Settings { capacity: Capacity::Default, lossy: None };
    for (at, arg) in args.into_iter().enumerate() {
        let span = arg.span;
        match word_of(&arg) {
            Some("lossy") if settings.lossy.is_none() => settings.lossy = Some(span),
            Some("unbounded") if at == 0 => settings.capacity = Capacity::Unbounded(span),
            _ if at == 0 => settings.capacity = Capacity::Size(Box::new(arg)),
            _ => emit(mistake(span, "there is one capacity", "write a number, or `unbounded`, or nothing for 64")),
        }
    }
    settings
}

fn word_of(arg: &Expr) -> Option<&str> {
    if let ExprKind::Name(name) = &arg.kind { Some(&name.name) } else { None }
}

fn only_topics<'t>(span: Span) -> Error<'t> {
    let message = "a channel loses nothing; only a topic can be `lossy`";
    mistake(span, message, "leave it out: a full channel makes its senders wait")
}
