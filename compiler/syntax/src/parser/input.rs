//! What all rules share: chumsky's types for our tokens, names, separators, delimiters. In: tokens. Out: small parsers.

use super::recover::skip_delimited;
use crate::ast::{Ident, Path};
use crate::code::Code;
use crate::diag::Diagnostic;
use crate::span::{FileId, Span};
use crate::token::Token;
use chumsky::input::MappedInput;
use chumsky::prelude::*;

/// The parser's input.
pub(super) type Tokens<'t> = MappedInput<'t, Token<'t>, Span, &'t [(Token<'t>, Span)]>;
/// Its errors; our own messages travel in them.
pub(super) type Error<'t> = Rich<'t, Token<'t>, Span, Box<Diagnostic>>;
pub(super) type Extra<'t> = extra::Err<Error<'t>>;
/// A rule.
pub(super) type Rule<'t, O> = Boxed<'t, 't, Tokens<'t>, O, Extra<'t>>;

impl chumsky::span::Span for Span {
    type Context = FileId;
    type Offset = u32;

    fn new(context: FileId, range: std::ops::Range<u32>) -> Span {
        // Of nothing, chumsky says: from the next token to the end of the last.
        Span { file: context, start: range.start, end: range.end.max(range.start) }
    }

    fn context(&self) -> FileId {
        self.file
    }

    fn start(&self) -> u32 {
        self.start
    }

    fn end(&self) -> u32 {
        self.end
    }
}

/// A message of ours as chumsky's error.
pub(super) fn problem<'t>(diagnostic: Diagnostic) -> Error<'t> {
    let span = diagnostic.primary.as_ref().map_or(Span { file: FileId(0), start: 0, end: 0 }, |it| it.span);
    Rich::custom(span, Box::new(diagnostic))
}

/// A mistake that is often made: what is wrong, and the way out.
pub(super) fn mistake<'t>(span: Span, message: impl Into<String>, help: impl Into<String>) -> Error<'t> {
    problem(Diagnostic::new(Code::E0101, span, message).help(help))
}

/// A word that is no keyword, here needed as one.
pub(super) fn word<'t>(text: &'static str) -> impl Parser<'t, Tokens<'t>, (), Extra<'t>> + Clone {
    select! { Token::Lower(found) if found == text => () }.labelled(text)
}

/// A lower-case name.
pub(super) fn lower<'t>() -> impl Parser<'t, Tokens<'t>, Ident, Extra<'t>> + Clone {
    select! { Token::Lower(name) = e => Ident { name: name.into(), span: e.span() } }.labelled("a name")
}

/// An upper-case name.
pub(super) fn upper<'t>() -> impl Parser<'t, Tokens<'t>, Ident, Extra<'t>> + Clone {
    select! { Token::Upper(name) = e => Ident { name: name.into(), span: e.span() } }.labelled("an upper-case name")
}

/// Any name.
pub(super) fn name<'t>() -> impl Parser<'t, Tokens<'t>, Ident, Extra<'t>> + Clone {
    select! { Token::Lower(name) | Token::Upper(name) = e => Ident { name: name.into(), span: e.span() } }
        .labelled("a name")
}

/// The name of something declared that must start lower-case.
pub(super) fn declared_lower<'t>(what: &'static str) -> impl Parser<'t, Tokens<'t>, Ident, Extra<'t>> + Clone {
    name().validate(move |name, _, emitter| {
        if name.name.starts_with(|it: char| it.is_ascii_uppercase()) {
            emitter.emit(bad_case(&name, what, "lower-case"));
        }
        name
    })
}

/// The name of something declared that must start upper-case.
pub(super) fn declared_upper<'t>(what: &'static str) -> impl Parser<'t, Tokens<'t>, Ident, Extra<'t>> + Clone {
    name().validate(move |name, _, emitter| {
        if !name.name.starts_with(|it: char| it.is_ascii_uppercase()) {
            emitter.emit(bad_case(&name, what, "upper-case"));
        }
        name
    })
}

/// `E0107`.
pub(super) fn bad_case<'t>(name: &Ident, what: &str, wanted: &str) -> Error<'t> {
    let first: String = name.name.chars().take(1).collect();
    let turned = if wanted == "upper-case" { first.to_uppercase() } else { first.to_lowercase() };
    let rest: String = name.name.chars().skip(1).collect();
    let message = format!("the name of {what} starts with {} letter", article(wanted));
    let help = if first == "_" { "choose another name".to_owned() } else { format!("write `{turned}{rest}`") };
    problem(Diagnostic::new(Code::E0107, name.span, message).help(help))
}

fn article(word: &str) -> String {
    if word.starts_with('u') { format!("an {word}") } else { format!("a {word}") }
}

/// `geo.Point`.
pub(super) fn path<'t>() -> impl Parser<'t, Tokens<'t>, Path, Extra<'t>> + Clone {
    name().separated_by(just(Token::Dot)).at_least(1).collect()
}

/// What parts fields, entries, members: commas and line ends.
pub(super) fn separator<'t>() -> impl Parser<'t, Tokens<'t>, (), Extra<'t>> + Clone {
    let one = select! { Token::Comma | Token::Newline | Token::Semi => () }.labelled("`,`");
    one.repeated().at_least(1).ignored()
}

/// `{`, whatever the token pass took it for.
pub(super) fn left_brace<'t>() -> impl Parser<'t, Tokens<'t>, (), Extra<'t>> + Clone {
    select! { Token::LBrace | Token::LBlock => () }.labelled("`{`")
}

/// `{ part, part … }` with commas or line ends between the parts.
pub(super) fn braced<'t, O: Clone + 't>(
    part: impl Parser<'t, Tokens<'t>, O, Extra<'t>> + Clone + 't,
) -> Rule<'t, Vec<O>> {
    let parts = part.separated_by(separator()).allow_leading().allow_trailing().collect::<Vec<O>>();
    left_brace()
        .ignore_then(parts)
        .then_ignore(just(Token::RBrace))
        .recover_with(via_parser(skip_delimited(&[Token::LBrace, Token::LBlock]).to(vec![])))
        .boxed()
}

/// `(part, part)`, or with other brackets.
pub(super) fn listed<'t, O: Clone + 't>(
    open: Token<'static>,
    part: impl Parser<'t, Tokens<'t>, O, Extra<'t>> + Clone + 't,
    close: Token<'static>,
) -> Rule<'t, Vec<O>> {
    let opening: &'static [Token<'static>] = match open {
        Token::LBracket => &[Token::LBracket],
        Token::LClosure => &[Token::LClosure],
        _ => &[Token::LParen],
    };
    just(open)
        .ignore_then(part.separated_by(just(Token::Comma)).allow_trailing().collect::<Vec<O>>())
        .then_ignore(just(close))
        .recover_with(via_parser(skip_delimited(opening).to(vec![])))
        .boxed()
}
