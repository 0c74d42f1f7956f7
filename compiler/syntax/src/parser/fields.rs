//! Strings and the fields of literals. In: tokens. Out: their values.

use super::input::{Extra, Rule, Tokens, braced, name};
use super::recover::skip_delimited;
use crate::ast::{Expr, ExprKind, FPart, Ident};
use crate::code::Code;
use crate::lexer::text::{Braces, Lines, decode, frame};
use crate::span::Span;
use crate::token::Token;
use chumsky::prelude::*;

/// The value of a string token.
pub(super) fn text_of(token: &Token<'_>) -> String {
    match token {
        Token::Str(raw) => decode(raw, Lines::Plain, Braces::Single),
        Token::MultiStr(raw) => {
            let (skip, cut, indent) = frame(raw, raw);
            let body = raw.get(skip..raw.len().saturating_sub(cut)).unwrap_or("");
            let first = strip_indent(body, skip, &indent);
            decode(first, Lines::Indented(&indent), Braces::Single)
        }
        _ => String::new(),
    }
}

fn strip_indent<'s>(body: &'s str, skipped: usize, indent: &str) -> &'s str {
    if skipped > 0 { body.strip_prefix(indent).unwrap_or(body) } else { body }
}

/// The fields of `Point { x: 1, y }`, with their braces.
pub(super) fn literal_fields<'t>(expr: Rule<'t, Expr>) -> Rule<'t, Vec<(Ident, Option<Expr>)>> {
    let field = name().then(just(Token::Colon).ignore_then(expr).or_not());
    just(Token::LBrace).rewind().ignore_then(braced(field)).boxed()
}

/// A piece of an f-string, its text not decoded.
#[derive(Clone)]
enum Piece<'t> {
    Text(&'t str),
    Value(FPart),
}

/// `f"…"`.
pub(super) fn fstring<'t>(expr: Rule<'t, Expr>) -> Rule<'t, ExprKind> {
    let start = select! { Token::FStart => Braces::Single, Token::FMultiStart => Braces::Doubled };
    let text = select! { Token::FText(raw) => Piece::Text(raw) };
    let piece = text.or(value(expr));
    start
        .then(piece.repeated().collect::<Vec<_>>())
        .then_ignore(just(Token::FEnd))
        .map(|(start, pieces)| {
            let triple = start == Braces::Doubled;
            ExprKind::FString(if triple { lines(pieces) } else { line(pieces) })
        })
        .boxed()
}

fn value<'t>(expr: Rule<'t, Expr>) -> impl Parser<'t, Tokens<'t>, Piece<'t>, Extra<'t>> + Clone {
    let format = select! { Token::FFormat(text) = e => (text.trim().to_owned(), e.span()) };
    let error = skip_delimited(&[Token::FOpen]).map_with(|(), e| {
        let value = Expr { kind: ExprKind::Error(Code::E0101), span: e.span() };
        Piece::Value(FPart::Value { value, format: None })
    });
    just(Token::FOpen)
        .ignore_then(expr)
        .then(format.or_not())
        .then_ignore(just(Token::FClose))
        .map(|(value, format): (Expr, Option<(String, Span)>)| Piece::Value(FPart::Value { value, format }))
        .recover_with(via_parser(error))
        .boxed()
}

fn line(pieces: Vec<Piece<'_>>) -> Vec<FPart> {
    let part = |piece| match piece {
        Piece::Text(raw) => FPart::Text(decode(raw, Lines::Plain, Braces::Doubled)),
        Piece::Value(value) => value,
    };
    pieces.into_iter().map(part).collect()
}

/// Between triple quotes: without the first line end, the last line, and its indentation on all lines.
fn lines(pieces: Vec<Piece<'_>>) -> Vec<FPart> {
    let raw = |piece: Option<&Piece<'_>>| match piece {
        Some(Piece::Text(raw)) => (*raw).to_owned(),
        Some(Piece::Value(_)) | None => String::new(),
    };
    let (skip, cut, indent) = frame(&raw(pieces.first()), &raw(pieces.last()));
    let count = pieces.len();
    let part = |(at, piece)| match piece {
        Piece::Value(value) => value,
        Piece::Text(raw) => {
            let start = if at == 0 { skip } else { 0 };
            let end = raw.len() - if at + 1 == count { cut.min(raw.len()) } else { 0 };
            let body = strip_indent(raw.get(start..end).unwrap_or(""), start, &indent);
            FPart::Text(decode(body, Lines::Indented(&indent), Braces::Doubled))
        }
    };
    pieces.into_iter().enumerate().map(part).collect()
}
