//! Text → tokens with byte spans. In: the text of a file. Out: tokens as written, newlines and `///` lines among them;
//! the passes below `lexer/` then balance brackets, find out what ambiguous symbols mean, and end statements.
//! f-strings come apart here: the pieces of text are tokens, and the expressions in them are lexed like all others.
#![allow(clippy::wildcard_enum_match_arm, reason = "tokens have a hundred kinds, of which a rule picks out a few")]

pub mod angles;
pub mod brackets;
pub mod layout;
pub(crate) mod number;
pub mod text;

use crate::code::Code;
use crate::diag::{Diagnostic, Diagnostics};
use crate::span::{FileId, Span};
use crate::token::Token;
use logos::Logos;

/// A token and its place.
pub type Spanned<'s> = (Token<'s>, Span);

/// Reads the whole text. What is no token is reported and left out.
pub fn lex<'s>(file: FileId, text: &'s str, diagnostics: &mut Diagnostics) -> Vec<Spanned<'s>> {
    let mut inner = Token::lexer(text);
    if text.starts_with('\u{feff}') {
        inner.bump('\u{feff}'.len_utf8());
    }
    let mut lexer = Lexer { inner, file, text, out: vec![], open: vec![], unknown: None, diagnostics };
    lexer.run();
    lexer.out
}

/// How an f-string ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    One,
    Three,
}

/// An f-string whose `{` we are in.
struct OpenFString {
    quotes: Quotes,
    /// Where it begins.
    start: usize,
    /// Brackets open since its `{`.
    brackets: usize,
}

struct Lexer<'s, 'd> {
    inner: logos::Lexer<'s, Token<'s>>,
    file: FileId,
    text: &'s str,
    out: Vec<Spanned<'s>>,
    open: Vec<OpenFString>,
    /// A run of characters that no token begins with.
    unknown: Option<(usize, usize)>,
    diagnostics: &'d mut Diagnostics,
}

impl<'s> Lexer<'s, '_> {
    fn run(&mut self) {
        while let Some(next) = self.inner.next() {
            let range = self.inner.span();
            match next {
                Ok(token) => {
                    self.report_unknown();
                    self.token(token, range.start, range.end);
                }
                Err(()) => {
                    let literal = text::character_literal(&self.text[range.start..]);
                    let end = range.end.max(range.start + literal);
                    self.inner.bump(end - range.end);
                    self.extend_unknown(range.start, end);
                    if literal > 0 {
                        // Meant as a character: a string in its place avoids further messages.
                        self.report_unknown();
                        self.push(Token::Str(""), range.start, end);
                    }
                }
            }
        }
        self.report_unknown();
        self.close_fstrings(self.text.len(), None);
    }

    fn token(&mut self, token: Token<'s>, start: usize, end: usize) {
        match token {
            Token::Number(text) => self.number(text, start, end),
            Token::Str(_) => self.string(start, end, Quotes::One),
            Token::MultiStr(_) => self.string(start, end, Quotes::Three),
            Token::FStart => self.open_fstring(token, start, end, Quotes::One),
            Token::FMultiStart => self.open_fstring(token, start, end, Quotes::Three),
            Token::Newline => {
                self.close_fstrings(start, Some(Quotes::One));
                self.push(token, start, end);
            }
            other => self.symbol(other, start, end),
        }
    }

    /// Everything else; inside `{…}` of an f-string, brackets are counted to find its end.
    fn symbol(&mut self, token: Token<'s>, start: usize, end: usize) {
        let Some(open) = self.open.last_mut() else {
            self.push(token, start, end);
            return;
        };
        if matches!(token, Token::LParen | Token::LBracket | Token::LBrace) {
            open.brackets += 1;
        } else if matches!(token, Token::RParen | Token::RBracket | Token::RBrace) && open.brackets > 0 {
            open.brackets -= 1;
        } else if token == Token::RBrace {
            self.push(Token::FClose, start, end);
            self.fstring_text();
            return;
        } else if token == Token::Colon && open.brackets == 0 {
            self.format(end);
            return;
        }
        self.push(token, start, end);
    }

    fn number(&mut self, text: &'s str, start: usize, end: usize) {
        let after_dot = self.out.last().is_some_and(|(token, span)| *token == Token::Dot && span.end as usize == start);
        if after_dot && let Some(dot) = text.find('.') {
            // `t.0.1`: two fields of tuples, not a float.
            self.number(&text[..dot], start, start + dot);
            self.push(Token::Dot, start + dot, start + dot + 1);
            self.number(&text[dot + 1..], start + dot + 1, end);
            return;
        }
        match number::read(text) {
            Ok(token) => self.push(token, start, end),
            Err(problem) => {
                let (message, help) = problem.words(text);
                let span = self.span(start, end);
                self.diagnostics.push(Diagnostic::new(Code::E0103, span, message).help(help));
                self.push(problem.token(), start, end);
            }
        }
    }

    fn string(&mut self, start: usize, end: usize, quotes: Quotes) {
        let rest = &self.text[end..];
        let (length, closed) = text::string_end(rest, quotes == Quotes::Three);
        let raw = &rest[..length];
        let after = end + length + if closed { end - start } else { 0 };
        self.inner.bump(after - end);
        if !closed && self.open.iter().any(|it| it.quotes == Quotes::One) {
            // The quote was meant to close the f-string, which is reported at the end of the line.
            return;
        }
        if closed {
            self.check_escapes(raw, end);
        } else {
            self.unclosed(start, after, "string");
        }
        let token = if quotes == Quotes::Three { Token::MultiStr(raw) } else { Token::Str(raw) };
        self.push(token, start, after);
    }

    fn open_fstring(&mut self, token: Token<'s>, start: usize, end: usize, quotes: Quotes) {
        self.push(token, start, end);
        self.open.push(OpenFString { quotes, start, brackets: 0 });
        self.fstring_text();
    }

    /// Reads the text of the innermost f-string up to its next `{` or its end.
    fn fstring_text(&mut self) {
        let Some(open) = self.open.last_mut() else { return };
        let (multi, opened_at) = (open.quotes == Quotes::Three, open.start);
        let start = self.text.len() - self.inner.remainder().len();
        let piece = text::fstring_piece(&self.text[start..], multi);
        let end = start + piece.length;
        let raw = &self.text[start..end];
        for at in piece.lone_braces {
            let span = self.span(start + at, start + at + 1);
            let message = "a single `}` in an f-string";
            self.diagnostics
                .push(Diagnostic::new(Code::E0104, span, message).help("write `}}` for a brace in the text"));
        }
        self.check_escapes(raw, start);
        if !raw.is_empty() {
            self.push(Token::FText(raw), start, end);
        }
        match piece.end {
            text::PieceEnd::Brace => {
                self.inner.bump(piece.length + 1);
                self.push(Token::FOpen, end, end + 1);
            }
            text::PieceEnd::Quote => {
                let width = if multi { 3 } else { 1 };
                self.inner.bump(piece.length + width);
                self.open.pop();
                self.push(Token::FEnd, end, end + width);
            }
            text::PieceEnd::Unclosed => {
                self.inner.bump(piece.length);
                self.open.pop();
                self.unclosed(opened_at, end, "f-string");
                self.push(Token::FEnd, end, end);
            }
        }
    }

    /// The text between `:` and `}`; a missing `}` is found at the end of the line.
    fn format(&mut self, start: usize) {
        let rest = &self.text[start..];
        let length = rest.find(['}', '\n', '"']).unwrap_or(rest.len());
        self.push(Token::FFormat(&rest[..length]), start, start + length);
        self.inner.bump(length);
    }

    /// Ends the innermost f-strings in whose `{…}` the text (or, for `One`, the line) ends.
    fn close_fstrings(&mut self, at: usize, only: Option<Quotes>) {
        while let Some(open) = self.open.pop_if(|it| only.is_none_or(|quotes| it.quotes == quotes)) {
            if !self.open.iter().any(|it| it.quotes == Quotes::One) {
                self.unclosed(open.start, at, "f-string");
            }
            self.push(Token::FClose, at, at);
            self.push(Token::FEnd, at, at);
        }
    }

    fn check_escapes(&mut self, raw: &str, at: usize) {
        for (range, message) in text::bad_escapes(raw) {
            let span = self.span(at + range.start, at + range.end);
            let help = "known are \\n \\t \\r \\0 \\\\ \\\" and \\u{1F600}; write \\\\ for a backslash";
            self.diagnostics.push(Diagnostic::new(Code::E0104, span, message).help(help));
        }
    }

    fn unclosed(&mut self, start: usize, end: usize, what: &str) {
        let span = self.span(start, end.max(start));
        let help = "a string ends on its line with `\"`; text of several lines stands between `\"\"\"` and `\"\"\"`";
        let message = format!("this {what} is not closed");
        self.diagnostics.push(Diagnostic::new(Code::E0104, span, message).help(help));
    }

    fn extend_unknown(&mut self, start: usize, end: usize) {
        match &mut self.unknown {
            Some((_, last)) if *last == start => *last = end,
            Some(_) | None => {
                self.report_unknown();
                self.unknown = Some((start, end));
            }
        }
    }

    fn report_unknown(&mut self) {
        let Some((start, end)) = self.unknown.take() else { return };
        let found = self.text.get(start..end).and_then(|it| it.chars().next()).unwrap_or('\u{fffd}');
        let message = match found {
            '\0' => "a NUL byte in the program text".to_owned(),
            '\'' => "`'` does not begin anything".to_owned(),
            other if other.is_control() => format!("the character U+{:04X} does not begin anything", u32::from(other)),
            other => format!("the character `{other}` does not begin anything"),
        };
        let help = match found {
            '\'' => "strings and characters are written with double quotes: \"a\"",
            other if other.is_alphabetic() => "names consist of the letters a–z and A–Z, digits and `_`",
            _ => "outside strings and comments, programs are written in ASCII; remove it",
        };
        let span = self.span(start, end);
        self.diagnostics.push(Diagnostic::new(Code::E0102, span, message).help(help));
    }

    fn push(&mut self, token: Token<'s>, start: usize, end: usize) {
        let span = self.span(start, end);
        self.out.push((token, span));
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }
}
