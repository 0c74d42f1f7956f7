//! Types. In: tokens. Out: [`TypeExpr`]; types that are not built yet are read, reported and become errors.

use super::input::{Error, Extra, Rule, Tokens, listed, lower, mistake, name, problem};
use super::later::later;
use super::recover::skip_delimited;
use crate::ast::{Holder, Path, Prim, TypeExpr, TypeKind};
use crate::code::Code;
use crate::diag::Diagnostic;
use crate::span::Span;
use crate::token::Token;
use chumsky::prelude::*;

/// More `?` than these behind a type are refused.
const MAX_SUFFIXES: usize = 16;

/// Any type.
pub(super) fn ty<'t>() -> Rule<'t, TypeExpr> {
    let marks = select! { Token::Question => 1usize, Token::Coalesce => 2 };
    recursive(|ty| nullable(atom(ty.boxed()), marks.boxed())).boxed()
}

/// The type behind `as`: there `??` is the operator.
pub(super) fn cast_ty<'t>() -> Rule<'t, TypeExpr> {
    let mark = select! { Token::Question => 1usize };
    nullable(atom(ty()), mark.boxed())
}

fn atom<'t>(ty: Rule<'t, TypeExpr>) -> Rule<'t, TypeExpr> {
    choice((primitive(), named(ty.clone()), array(ty.clone()), parenthesized(ty.clone()), function(ty))).boxed()
}

/// A type and the `?` behind it; each mark is given by how many it stands for.
fn nullable<'t>(atom: Rule<'t, TypeExpr>, mark: Rule<'t, usize>) -> Rule<'t, TypeExpr> {
    atom.labelled("a type")
        .then(mark.repeated().collect::<Vec<usize>>())
        .validate(|(atom, marks), e, emitter| {
            let span: Span = e.span();
            let count: usize = marks.iter().sum();
            if count > MAX_SUFFIXES {
                let message = "too many `?` behind a type";
                emitter.emit(problem(Diagnostic::new(Code::E0105, span, message).help("one `?` is enough")));
                return TypeExpr { kind: TypeKind::Error, span };
            }
            (0..count).fold(atom, |inner, _| TypeExpr { kind: TypeKind::Nullable(Box::new(inner)), span })
        })
        .boxed()
}

fn spanned<'t>(
    kind: impl Parser<'t, Tokens<'t>, TypeKind, Extra<'t>> + Clone + 't,
) -> impl Parser<'t, Tokens<'t>, TypeExpr, Extra<'t>> + Clone {
    kind.map_with(|kind, e| TypeExpr { kind, span: e.span() })
}

fn primitive<'t>() -> impl Parser<'t, Tokens<'t>, TypeExpr, Extra<'t>> + Clone {
    spanned(select! {
        Token::IntType => TypeKind::Prim(Prim::Int),
        Token::FloatType => TypeKind::Prim(Prim::Float),
        Token::Bool => TypeKind::Prim(Prim::Bool),
        Token::Byte => TypeKind::Prim(Prim::Byte),
        Token::StringType => TypeKind::Prim(Prim::String),
    })
}

/// `Order`, `billing.Invoice`, `Map<K, V>`, and the generic types to come.
fn named<'t>(ty: Rule<'t, TypeExpr>) -> Rule<'t, TypeExpr> {
    let arguments = just(Token::LAngle)
        .ignore_then(ty.separated_by(just(Token::Comma)).at_least(1).allow_trailing().collect::<Vec<_>>())
        .then_ignore(just(Token::RAngle));
    name()
        .separated_by(just(Token::Dot))
        .at_least(1)
        .collect::<Path>()
        .then(arguments.or_not())
        .validate(|(path, arguments), e, emitter| {
            let span: Span = e.span();
            let kind = named_kind(path, arguments, span, &mut |error| emitter.emit(error));
            TypeExpr { kind, span }
        })
        .boxed()
}

fn named_kind<'t>(
    path: Path,
    arguments: Option<Vec<TypeExpr>>,
    span: Span,
    emit: &mut dyn FnMut(Error<'t>),
) -> TypeKind {
    let text = if path.len() == 1 { path[0].name.to_string() } else { String::new() };
    let not_yet = match text.as_str() {
        "Map" => return map(arguments, span, emit),
        "Set" | "bytes" => Some(Code::E0908),
        "Sender" => return holder(Holder::Sender, "Sender", arguments, span, emit),
        "Receiver" => return holder(Holder::Receiver, "Receiver", arguments, span, emit),
        "Publisher" => return holder(Holder::Publisher, "Publisher", arguments, span, emit),
        "Subscriber" => return holder(Holder::Subscriber, "Subscriber", arguments, span, emit),
        "Task" => return holder(Holder::Task, "Task", arguments, span, emit),
        "Duration" if arguments.is_none() => return TypeKind::Prim(Prim::Duration),
        "stream" => Some(Code::E0913),
        _ if arguments.is_some() => Some(Code::E0902),
        _ => None,
    };
    match not_yet {
        Some(code) => {
            emit(later(code, span));
            TypeKind::Error
        }
        None => TypeKind::Path(path),
    }
}

/// `Sender<T>` …; `Task` may stand alone.
fn holder<'t>(
    holder: Holder,
    name: &str,
    arguments: Option<Vec<TypeExpr>>,
    span: Span,
    emit: &mut dyn FnMut(Error<'t>),
) -> TypeKind {
    let mut arguments = arguments.unwrap_or_default();
    match (arguments.pop(), arguments.is_empty()) {
        (Some(inner), true) => TypeKind::Holder(holder, Some(Box::new(inner))),
        (None, _) if holder == Holder::Task => TypeKind::Holder(holder, None),
        _ => {
            let message = if holder == Holder::Task {
                "a task names the type of its result"
            } else {
                "an end of a channel or topic names the type of its messages"
            };
            emit(mistake(span, message, format!("write for example `{name}<int>`")));
            TypeKind::Error
        }
    }
}

fn map<'t>(arguments: Option<Vec<TypeExpr>>, span: Span, emit: &mut dyn FnMut(Error<'t>)) -> TypeKind {
    let mut arguments = arguments.unwrap_or_default().into_iter();
    match (arguments.next(), arguments.next(), arguments.next()) {
        (Some(key), Some(value), None) => TypeKind::Map(Box::new(key), Box::new(value)),
        _ => {
            let message = "a map type names the types of its keys and values";
            emit(problem(Diagnostic::new(Code::E0101, span, message).help("write for example `Map<string, int>`")));
            TypeKind::Error
        }
    }
}

fn array<'t>(ty: Rule<'t, TypeExpr>) -> Rule<'t, TypeExpr> {
    let element = ty
        .delimited_by(just(Token::LBracket), just(Token::RBracket))
        .map(|element| TypeKind::Array(Box::new(element)))
        .recover_with(via_parser(skip_delimited(&[Token::LBracket]).to(TypeKind::Error)));
    spanned(element).boxed()
}

/// `(A, B)`, or `(A)` for `A`.
fn parenthesized<'t>(ty: Rule<'t, TypeExpr>) -> Rule<'t, TypeExpr> {
    let parts = ty
        .separated_by(just(Token::Comma))
        .allow_trailing()
        .collect::<Vec<_>>()
        .delimited_by(just(Token::LParen), just(Token::RParen))
        .validate(|mut parts, e, emitter| match parts.len() {
            0 => {
                let message = "`()` is not a type that can be written";
                let help = "a function without a result has no result type";
                emitter.emit(problem(Diagnostic::new(Code::E0101, e.span(), message).help(help)));
                TypeKind::Error
            }
            1 => parts.remove(0).kind,
            _ => TypeKind::Tuple(parts),
        })
        .recover_with(via_parser(skip_delimited(&[Token::LParen]).to(TypeKind::Error)));
    spanned(parts).boxed()
}

/// `fn(A, B) R`.
fn function<'t>(ty: Rule<'t, TypeExpr>) -> Rule<'t, TypeExpr> {
    let named = lower().then_ignore(just(Token::Colon)).validate(|name, _, emitter| {
        let message = "the parameters of a function type have no names";
        emitter.emit(mistake(name.span, message, "write only their types: `fn(int) string`"));
    });
    let parameters = listed(Token::LParen, named.or_not().ignore_then(ty.clone()), Token::RParen);
    let kind = just(Token::Fn)
        .ignore_then(parameters)
        .then(ty.or_not())
        .map(|(parameters, result)| TypeKind::Fn(parameters, result.map(Box::new)));
    spanned(kind).boxed()
}
