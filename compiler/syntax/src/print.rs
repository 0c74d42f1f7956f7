//! Printers for `--emit tokens` and `--emit ast`. In: tokens or a module. Out: text for people and for tests, the same
//! for the same input. The tree is printed like source, with parentheses around every operator and without sugar.
#![allow(clippy::wildcard_enum_match_arm, reason = "tokens have a hundred kinds, of which a rule picks out a few")]

mod control;
mod decl;
mod expr;
mod parentheses;
mod pattern;
mod stmt;
mod task;
mod ty;

use crate::ast::Module;
use crate::diag::Diagnostics;
use crate::lexer::number::UNITS;
use crate::parser;
use crate::span::{FileId, Span};
use crate::token::Token;
use std::fmt::Write as _;

/// The tokens that the parser sees, one a line: place, kind, text.
pub fn tokens(file: FileId, text: &str, diagnostics: &mut Diagnostics) -> String {
    let mut out = String::new();
    let Some(laid_out) = parser::tokens(file, text, diagnostics) else { return out };
    for (token, span) in &laid_out.tokens {
        let Span { start, end, .. } = span;
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{start}..{end} {}", token_text(token));
    }
    out
}

fn token_text(token: &Token<'_>) -> String {
    match token {
        Token::Int(value) => format!("int {value}"),
        Token::Float(value) => format!("float {value:?}"),
        Token::Number(text) => format!("number {text}"),
        Token::Duration(nanos) => format!("duration {}", duration(*nanos)),
        Token::Str(text) | Token::MultiStr(text) => format!("string {text:?}"),
        Token::FText(text) => format!("text {text:?}"),
        Token::FFormat(text) => format!("format {text:?}"),
        Token::FEnd => "end of f-string".to_owned(),
        Token::Upper(name) => format!("type-name {name}"),
        Token::Lower(name) => format!("name {name}"),
        Token::Doc(text) => format!("doc {text:?}"),
        Token::Newline => "end of statement".to_owned(),
        Token::LBlock => "{ of a block".to_owned(),
        Token::LClosure => "( of a closure".to_owned(),
        Token::LAngle => "< of types".to_owned(),
        Token::RAngle => "> of types".to_owned(),
        Token::Propagate => "! behind a call".to_owned(),
        Token::CatchName => "catch with a name".to_owned(),
        other => other.text().to_owned(),
    }
}

/// A duration in the largest unit that is whole: `1500ms`, `2m`, `0s`.
#[must_use]
pub fn duration(nanos: i64) -> String {
    let magnitude = nanos.unsigned_abs();
    let sign = if nanos < 0 { "-" } else { "" };
    let whole = UNITS.iter().rev().find(|(_, unit)| magnitude >= *unit && magnitude.is_multiple_of(*unit));
    whole.map_or("0s".to_owned(), |(unit, size)| format!("{sign}{}{unit}", magnitude / size))
}

/// The text of a string literal that means this. `braces` doubles those, as f-strings need.
fn escaped(text: &str, braces: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for next in text.chars() {
        match next {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\0' => out.push_str("\\0"),
            '{' | '}' if braces => out.extend([next, next]),
            other if other.is_control() => out.push_str(&format!("\\u{{{:x}}}", u32::from(other))),
            other => out.push(other),
        }
    }
    out
}

/// A string literal that means this.
fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text, false))
}

/// The tree of a module.
#[must_use]
pub fn ast(module: &Module) -> String {
    let mut printer = Printer::default();
    for item in &module.items {
        printer.item(item);
    }
    printer.out
}

/// Text that grows by pieces of lines.
#[derive(Default)]
struct Printer {
    out: String,
    indent: usize,
}

impl Printer {
    fn text(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn start_line(&mut self) {
        for _ in 0..self.indent {
            self.out.push_str("    ");
        }
    }

    fn line(&mut self, text: &str) {
        self.start_line();
        self.text(text);
        self.out.push('\n');
    }

    fn open(&mut self) {
        self.text("{\n");
        self.indent += 1;
    }

    /// Ends an indented part; the line goes on.
    fn close(&mut self) {
        self.indent -= 1;
        self.start_line();
        self.text("}");
    }

    fn separated<T>(&mut self, parts: &[T], between: &str, mut each: impl FnMut(&mut Printer, &T)) {
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                self.text(between);
            }
            each(self, part);
        }
    }
}
