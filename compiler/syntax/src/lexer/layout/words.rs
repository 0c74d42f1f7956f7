//! Words that mean something only in one place, and signs of other languages that must be seen before the parser. In: a
//! token and its place. Out: what it means, and what that changes in the [`Frame`](super::frame::Frame) around it.

use super::Layout;
use super::frame::{Arm, Head, HeadOf, Kind};
use super::symbols::ends_operand;
use crate::code::Code;
use crate::diag::Diagnostic;
use crate::span::Span;
use crate::token::Token;

/// More messages of this kind than these help nobody.
const MAX_REPORTS: usize = 10;

impl<'s> Layout<'_, 's> {
    /// What a word means that is a name elsewhere.
    pub(super) fn meaning(&self, at: usize, token: &Token<'s>) -> Option<Token<'static>> {
        let Token::Lower(word) = token else { return None };
        let before = self.last();
        let is_name = matches!(before, Some(Token::Dot | Token::Fn | Token::Let | Token::Mut | Token::CatchName));
        if is_name || self.frame.in_pattern() {
            return None;
        }
        let in_arm = self.frame.kind == Kind::SelectArms && before.is_some_and(|it| begins_arm(&it));
        if in_arm && let Some(meant) = self.ahead.arm_word(at, word) {
            return Some(meant);
        }
        // Behind an operand it can only be a name that stands wrong, or that of a pod, process or field.
        if before.is_some_and(|it| ends_operand(&it) && it != Token::RBrace) {
            return None;
        }
        let in_head = self.frame.head == Head::Value || self.frame.kind == Kind::SelectArms;
        self.ahead.contextual(at, word, in_head)
    }

    /// Notes what a word with a meaning begins.
    pub(super) fn word(&mut self, meant: &Token<'static>) {
        match meant {
            Token::Within => {
                self.frame.reaching += 1;
                self.frame.head = Head::Value;
                self.frame.head_of = HeadOf::Statements;
            }
            Token::Yield | Token::Scope => self.frame.reaching += 1,
            _ => {}
        }
    }

    /// `x => …` where a value begins: the parameter of a closure without its parentheses.
    pub(super) fn is_bare_closure(&self, at: usize, before: Option<Token<'s>>) -> bool {
        if self.ahead.token(at + 1) != Some(Token::FatArrow) || self.frame.in_pattern() {
            return false;
        }
        let in_arms = self.frame.kind == Kind::Arms && self.frame.arm != Arm::Body;
        let begins_value = match before {
            Some(Token::Comma) => self.frame.kind == Kind::Group,
            Some(Token::LParen | Token::LBracket | Token::Assign | Token::Colon | Token::Return) => true,
            Some(Token::FatArrow | Token::Coalesce) => true,
            Some(_) | None => false,
        };
        begins_value && !in_arms
    }

    /// Reports it and puts the parentheses in.
    pub(super) fn bare_closure(&mut self, token: Token<'s>, span: Span) {
        if self.reports.len() < MAX_REPORTS {
            let name = if let Token::Lower(name) = token { name } else { "_" };
            let message = "the parameters of a closure stand in parentheses";
            let report = Diagnostic::new(Code::E0101, span, message);
            self.reports.push(report.help(format!("write `({name}) => …`")));
        }
        let start = Span { end: span.start, ..span };
        self.out.extend([(Token::LClosure, start), (token, span), (Token::RParen, span.end_point())]);
    }

    /// Is the `<` of the line behind `at` the beginning of `<-`? Such a line does not go on with a comparison.
    pub(super) fn is_arrow_left(&self, at: usize) -> bool {
        let Some(sign) = self.ahead.significant_at(at + 1) else { return false };
        match (self.ahead.tokens.get(sign), self.ahead.tokens.get(sign + 1)) {
            (Some((Token::Lt, less)), Some((Token::Minus, minus))) => less.end == minus.start,
            _ => false,
        }
    }
}

/// Behind what an arm of a `select` begins.
fn begins_arm(before: &Token<'_>) -> bool {
    matches!(before, Token::LBlock | Token::Newline | Token::Comma | Token::Semi | Token::RBrace)
}
