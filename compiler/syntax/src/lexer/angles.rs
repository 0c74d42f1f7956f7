//! Tells `<` `>` around types from comparisons. In: balanced tokens. Out: the same with `LAngle` and `RAngle`, and `>>`
//! taken apart where it closes two. `name<…>` is around types if only words of types stand in it and either the name is
//! upper-case (or `chan`) or `(`, `{` or `.` follows: what would be a chain of comparisons otherwise, which is no expression.

use super::Spanned;
use crate::span::Span;
use crate::token::Token;

/// Marks the angle brackets in one pass.
#[must_use]
pub fn mark<'s>(tokens: &[Spanned<'s>]) -> Vec<Spanned<'s>> {
    let mut marker = Marker { out: Vec::with_capacity(tokens.len()), candidates: vec![], depth: 0 };
    for (at, &(token, span)) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1).map(|(token, _)| *token);
        marker.token(token, span, next);
    }
    marker.out
}

/// A `<` that may be the start of type arguments.
struct Candidate {
    /// Its index in `out`.
    at: usize,
    /// Brackets open around it.
    depth: usize,
    /// The name before it is upper-case, or `chan`.
    is_type: bool,
    /// It is the declaration of type parameters: `fn f<T: A + B>`.
    is_declaration: bool,
}

struct Marker<'s> {
    out: Vec<Spanned<'s>>,
    candidates: Vec<Candidate>,
    depth: usize,
}

impl<'s> Marker<'s> {
    fn token(&mut self, token: Token<'s>, span: Span, next: Option<Token<'s>>) {
        match token {
            Token::Lt => self.open(),
            Token::Gt => {
                let marked = self.close(next);
                self.out.push((if marked { Token::RAngle } else { token }, span));
                return;
            }
            Token::Shr if self.candidates.len() >= 2 => {
                let middle = span.start + 1;
                self.close(Some(Token::Gt));
                self.out.push((Token::RAngle, Span { end: middle, ..span }));
                let marked = self.close(next);
                self.out.push((if marked { Token::RAngle } else { Token::Gt }, Span { start: middle, ..span }));
                return;
            }
            Token::LParen | Token::LBracket => self.depth += 1,
            Token::RParen | Token::RBracket => {
                self.depth = self.depth.saturating_sub(1);
                let depth = self.depth;
                while self.candidates.pop_if(|it| it.depth > depth).is_some() {}
            }
            other => {
                if !self.may_stand_inside(&other) {
                    self.candidates.clear();
                }
            }
        }
        self.out.push((token, span));
    }

    fn open(&mut self) {
        let mut before = self.out.iter().rev().map(|(token, _)| token);
        let is_type = match before.next() {
            Some(Token::Upper(_) | Token::Lower("chan")) => true,
            Some(Token::Lower(_)) => false,
            _ => {
                self.candidates.clear();
                return;
            }
        };
        let is_declaration = matches!(
            before.next(),
            Some(Token::Fn | Token::Class | Token::Enum | Token::Trait | Token::Lower("error" | "stage"))
        );
        self.candidates.push(Candidate { at: self.out.len(), depth: self.depth, is_type, is_declaration });
    }

    /// Pairs a `>` with the innermost candidate; is it around types?
    fn close(&mut self, next: Option<Token<'s>>) -> bool {
        let Some(candidate) = self.candidates.pop() else { return false };
        let follows = matches!(next, Some(Token::LParen | Token::LBrace | Token::Dot));
        let marked = candidate.is_type || follows || !self.candidates.is_empty();
        if marked && candidate.depth == self.depth {
            self.out[candidate.at].0 = Token::LAngle;
            return true;
        }
        false
    }

    fn may_stand_inside(&self, token: &Token<'_>) -> bool {
        match token {
            Token::Upper(_)
            | Token::Lower(_)
            | Token::IntType
            | Token::FloatType
            | Token::Bool
            | Token::Byte
            | Token::StringType
            | Token::Fn
            | Token::Comma
            | Token::Dot
            | Token::Question
            | Token::Coalesce => true,
            Token::Newline => matches!(self.out.last(), Some((Token::Comma | Token::Lt, _))),
            Token::Colon | Token::Plus => self.candidates.last().is_some_and(|it| it.is_declaration),
            _ => false,
        }
    }
}
