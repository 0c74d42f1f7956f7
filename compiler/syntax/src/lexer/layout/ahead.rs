//! Looks ahead to tell what a bracket or word begins. In: balanced tokens, their partners, a position. Out: the answer.
//! Each look skips nested brackets in one step, so that all of them together stay linear.

use super::symbols::{is_literal, is_primitive_type};
use crate::lexer::Spanned;
use crate::lexer::brackets::partners;
use crate::token::Token;

/// How many tokens the result type of a closure, or the limit behind `within (`, may have.
const MAX_LOOK: usize = 64;

/// Tokens with partners.
pub(super) struct Ahead<'t, 's> {
    pub(super) tokens: &'t [Spanned<'s>],
    pub(super) partner: Vec<usize>,
    /// For each token the first one from there on that is neither a newline nor documentation.
    next: Vec<usize>,
}

impl<'t, 's> Ahead<'t, 's> {
    pub(super) fn new(tokens: &'t [Spanned<'s>]) -> Ahead<'t, 's> {
        let mut next = vec![tokens.len(); tokens.len()];
        let mut significant = tokens.len();
        for (at, (token, _)) in tokens.iter().enumerate().rev() {
            if !matches!(token, Token::Newline | Token::Doc(_)) {
                significant = at;
            }
            next[at] = significant;
        }
        Ahead { tokens, partner: partners(tokens), next }
    }

    pub(super) fn token(&self, at: usize) -> Option<Token<'s>> {
        self.tokens.get(at).map(|(token, _)| *token)
    }

    /// The first token from `at` on that is neither a newline nor documentation.
    pub(super) fn significant(&self, at: usize) -> Option<Token<'s>> {
        self.token(self.significant_at(at)?)
    }

    /// Its index.
    pub(super) fn significant_at(&self, at: usize) -> Option<usize> {
        self.next.get(at).copied()
    }

    /// Do the parentheses at `open` hold the parameters of a closure: does `=>`, or a type and `=>`, follow?
    pub(super) fn is_closure(&self, open: usize) -> bool {
        let mut at = self.partner[open] + 1;
        if self.significant(at) == Some(Token::FatArrow) {
            return true;
        }
        if !self.looks_like_parameters(open) {
            return false;
        }
        let mut angles = 0usize;
        for _ in 0..MAX_LOOK {
            match self.token(at) {
                Some(Token::FatArrow) => return angles == 0,
                Some(Token::LParen | Token::LBracket) => at = self.partner[at],
                Some(Token::LAngle) => angles += 1,
                Some(Token::RAngle) => angles = angles.saturating_sub(1),
                Some(Token::Comma) if angles > 0 => {}
                Some(Token::Upper(_) | Token::Lower(_) | Token::Dot | Token::Fn) => {}
                Some(Token::Question | Token::Coalesce) => {}
                Some(other) if is_primitive_type(&other) => {}
                Some(_) | None => return false,
            }
            at += 1;
        }
        false
    }

    fn looks_like_parameters(&self, open: usize) -> bool {
        let Some(first) = self.significant_at(open + 1) else { return false };
        let second = self.significant(first + 1);
        match self.token(first) {
            Some(Token::RParen) => true,
            Some(Token::Lower(_) | Token::Underscore | Token::Mut) => {
                matches!(second, Some(Token::Colon | Token::Comma | Token::RParen | Token::Lower(_)))
            }
            Some(_) | None => false,
        }
    }

    /// Does the `{` at `open`, which begins an expression, open a map: empty, or with a `:` before its first statement ends?
    pub(super) fn is_map(&self, open: usize) -> bool {
        let close = self.partner[open];
        let first = self.significant_at(open + 1).unwrap_or(close);
        let mut at = first;
        let mut angles = 0usize;
        if first == close {
            return true;
        }
        while at < close {
            match self.token(at) {
                Some(Token::Colon) => return !self.is_label(first),
                Some(Token::LParen | Token::LBracket | Token::LBrace | Token::FOpen) => at = self.partner[at],
                Some(Token::LAngle) => angles += 1,
                Some(Token::RAngle) => angles = angles.saturating_sub(1),
                Some(Token::Comma) if angles > 0 => {}
                Some(
                    Token::Newline
                    | Token::Semi
                    | Token::Comma
                    | Token::Assign
                    | Token::FatArrow
                    | Token::Catch
                    | Token::Let
                    | Token::Return
                    | Token::Raise
                    | Token::For
                    | Token::While,
                ) => return false,
                Some(_) => {}
                None => return false,
            }
            at += 1;
        }
        false
    }

    /// `name: for` or `name: while`.
    pub(super) fn is_label(&self, at: usize) -> bool {
        matches!(self.token(at), Some(Token::Lower(_)))
            && self.token(at + 1) == Some(Token::Colon)
            && matches!(self.token(at + 2), Some(Token::For | Token::While))
    }

    /// `catch err {` or `catch err:`.
    pub(super) fn is_handler(&self, catch: usize) -> bool {
        matches!(self.token(catch + 1), Some(Token::Lower(_)))
            && matches!(self.token(catch + 2), Some(Token::LBrace | Token::Colon))
    }

    /// What a word means that is a name elsewhere. In a head, `{` opens the block of that head, and the word before it is
    /// a name.
    pub(super) fn contextual(&self, at: usize, word: &str, in_head: bool) -> Option<Token<'static>> {
        let next = self.token(at + 1)?;
        let begins_operand = matches!(next, Token::Lower(_) | Token::SelfValue | Token::Upper(_));
        let opens_block = next == Token::LBrace && !in_head;
        match word {
            "spawn" if begins_operand || opens_block => Some(Token::Spawn),
            // Refused by the parser, with advice.
            "spawn" if is_literal(&next) || next == Token::None => Some(Token::Spawn),
            "spawn" if next == Token::LParen && self.is_closure(at + 1) => Some(Token::Spawn),
            "within" if begins_operand || opens_block || is_literal(&next) => Some(Token::Within),
            "within" if next == Token::LParen && !in_head && self.leads_to_block(at + 1) => Some(Token::Within),
            "select" if opens_block => Some(Token::Select),
            "yield" if begins_operand || matches!(next, Token::Int(_) | Token::Float(_) | Token::Str(_)) => {
                Some(Token::Yield)
            }
            "yield" if matches!(next, Token::LParen | Token::FStart | Token::True | Token::False) => Some(Token::Yield),
            "scope" if next == Token::LParen && self.token(self.partner[at + 1] + 1) == Some(Token::Pipe) => {
                Some(Token::Scope)
            }
            // Without a type it is refused by the parser, with advice.
            "chan" if matches!(next, Token::LAngle | Token::LParen) => Some(Token::Chan),
            _ => None,
        }
    }

    /// `after` and `default` where an arm of a `select` begins; `after.recv()` and `after = a.recv()` have it as a name.
    pub(super) fn arm_word(&self, at: usize, word: &str) -> Option<Token<'static>> {
        let next = self.token(at + 1)?;
        match word {
            "after" if !matches!(next, Token::Dot | Token::Assign | Token::LBracket) => Some(Token::After),
            "default" if next == Token::LBrace => Some(Token::Default),
            _ => None,
        }
    }

    /// Does a `{` follow the operand that begins with the `(` at `open`?
    fn leads_to_block(&self, open: usize) -> bool {
        let mut at = self.partner[open] + 1;
        for _ in 0..MAX_LOOK {
            match self.token(at) {
                Some(Token::LBrace) => return true,
                Some(Token::LParen | Token::LBracket) => at = self.partner[at],
                Some(Token::Dot | Token::Lower(_) | Token::Int(_) | Token::Question | Token::Bang) => {}
                Some(_) | None => return false,
            }
            at += 1;
        }
        false
    }
}
