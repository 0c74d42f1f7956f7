//! Ends statements and says what ambiguous symbols mean. In: balanced tokens with marked angle brackets. Out: tokens in
//! which `Newline` and `;` end statements, newlines that are only space are gone, and `{`, `(`, `!`, `catch` and the
//! contextual words are told apart; and the documentation of items. Nesting is bounded here, before anything recurses.

mod ahead;
mod frame;
mod symbols;
mod words;

use self::ahead::Ahead;
use self::frame::{Arm, Began, Frame, Head, HeadOf, Kind, Signature};
use self::symbols::{ends_operand, goes_on_after, goes_on_before, may_go_on_with, only_begins};
use super::Spanned;
use super::brackets::{MAX_DEPTH, too_deep};
use crate::diag::{Diagnostic, Diagnostics};
use crate::span::Span;
use crate::token::Token;
use std::collections::BTreeMap;

/// The parser's input.
#[derive(Clone, PartialEq, Debug)]
pub struct LaidOut<'s> {
    /// The tokens.
    pub tokens: Vec<Spanned<'s>>,
    /// The documentation of the item that begins at this byte.
    pub docs: BTreeMap<u32, String>,
}

/// Lays the tokens out; `None` if they nest too deeply (reported).
pub fn lay_out<'s>(tokens: &[Spanned<'s>], diagnostics: &mut Diagnostics) -> Option<LaidOut<'s>> {
    let mut layout = Layout {
        ahead: Ahead::new(tokens),
        out: Vec::with_capacity(tokens.len()),
        frames: vec![],
        frame: Frame::new(Kind::Items, 0),
        docs: BTreeMap::new(),
        pending_docs: String::new(),
        reports: vec![],
    };
    for (at, (_, span)) in tokens.iter().enumerate() {
        layout.token(at);
        if layout.frame.depth() > MAX_DEPTH {
            diagnostics.push(too_deep(*span));
            return None;
        }
    }
    for report in layout.reports {
        diagnostics.push(report);
    }
    Some(LaidOut { tokens: layout.out, docs: layout.docs })
}

struct Layout<'t, 's> {
    ahead: Ahead<'t, 's>,
    out: Vec<Spanned<'s>>,
    /// Around the innermost.
    frames: Vec<Frame>,
    frame: Frame,
    docs: BTreeMap<u32, String>,
    pending_docs: String,
    reports: Vec<Diagnostic>,
}

impl<'s> Layout<'_, 's> {
    fn token(&mut self, at: usize) {
        let (token, span) = self.ahead.tokens[at];
        match token {
            Token::Newline => {
                self.newline(at, span);
                return;
            }
            Token::Doc(text) => {
                self.doc(text);
                return;
            }
            _ => self.begin(at, token, span),
        }
        match token {
            Token::LParen => self.parenthesis(at, span),
            Token::LBracket | Token::FOpen => self.open(token, span, Kind::Group),
            Token::LBrace => self.brace(at, span),
            Token::RParen | Token::RBracket | Token::RBrace | Token::FClose => self.close(at, token, span),
            other => self.symbol(at, other, span),
        }
    }

    fn doc(&mut self, text: &str) {
        if self.frames.is_empty() {
            if !self.pending_docs.is_empty() {
                self.pending_docs.push('\n');
            }
            self.pending_docs.push_str(text.strip_prefix(' ').unwrap_or(text).trim_end());
        }
    }

    /// Notes how a statement begins, and whose documentation was read.
    fn begin(&mut self, at: usize, token: Token<'s>, span: Span) {
        if !self.pending_docs.is_empty() && self.frames.is_empty() {
            self.docs.insert(span.start, std::mem::take(&mut self.pending_docs));
        }
        if self.frame.began == Began::NotYet {
            let block = matches!(token, Token::If | Token::Match | Token::For | Token::While | Token::LBrace)
                || matches!(self.meaning(at, &token), Some(Token::Within | Token::Select))
                || self.ahead.is_label(at);
            self.frame.began = if block { Began::Block } else { Began::Other };
        }
    }

    fn newline(&mut self, at: usize, span: Span) {
        if self.frame.newlines_are_space() {
            return;
        }
        let (Some(before), Some(after)) = (self.last(), self.ahead.significant(at + 1)) else { return };
        let nothing_to_end = matches!(before, Token::Newline | Token::Semi | Token::LBrace | Token::LBlock);
        if nothing_to_end || after == Token::RBrace || self.goes_on(at, &before, &after) {
            return;
        }
        self.end_statement(span);
    }

    fn goes_on(&mut self, at: usize, before: &Token<'s>, after: &Token<'s>) -> bool {
        if *after == Token::Lt && self.is_arrow_left(at) {
            return false;
        }
        if self.frame.signature != Signature::None && matches!(after, Token::Lower("requires" | "ensures")) {
            self.frame.signature = Signature::Contracts;
            return true;
        }
        if self.frame.signature == Signature::Contracts && *after == Token::LBrace {
            return true;
        }
        goes_on_before(after) || (goes_on_after(before) && !self.is_type_end(at, before))
    }

    /// `name: int??` at the end of a line: a type, not an operator.
    fn is_type_end(&self, at: usize, before: &Token<'s>) -> bool {
        if *before != Token::Coalesce {
            return false;
        }
        let Some(next) = self.ahead.significant_at(at + 1) else { return true };
        match self.ahead.token(next) {
            Some(Token::Fn) | None => true,
            Some(Token::Lower(_)) => self.ahead.token(next + 1) == Some(Token::Colon),
            Some(_) => false,
        }
    }

    fn end_statement(&mut self, span: Span) {
        self.out.push((Token::Newline, span));
        self.frame.end_statement();
    }

    fn parenthesis(&mut self, at: usize, span: Span) {
        let in_pattern = self.frame.in_pattern();
        let in_guard = self.frame.kind == Kind::Arms && self.frame.arm == Arm::Guard;
        let begins_operand = !self.last().is_some_and(|it| ends_operand(&it) || it == Token::Fn);
        let closure = begins_operand && !in_pattern && !in_guard && self.ahead.is_closure(at);
        let kind = if in_pattern { Kind::PatternGroup } else { Kind::Group };
        self.open(if closure { Token::LClosure } else { Token::LParen }, span, kind);
    }

    fn brace(&mut self, at: usize, span: Span) {
        let (token, kind) = self.classify_brace(at);
        self.open(token, span, kind);
    }

    /// Which `{` this is, and what stands in it.
    fn classify_brace(&mut self, at: usize) -> (Token<'static>, Kind) {
        let before = self.last();
        let behind_type = matches!(before, Some(Token::Upper(_) | Token::RAngle));
        let frame = &mut self.frame;
        if frame.kind == Kind::Arms && frame.arm == Arm::Pattern {
            let after = self.ahead.significant(self.ahead.partner[at] + 1);
            let is_pattern = matches!(
                after,
                Some(Token::LBrace | Token::FatArrow | Token::If | Token::Pipe | Token::Question | Token::Coalesce)
            );
            if behind_type && is_pattern {
                return (Token::LBrace, Kind::Pattern);
            }
            frame.arm = Arm::Body;
            return (Token::LBlock, Kind::Code);
        }
        let is_bound = frame.kind == Kind::SelectArms
            && behind_type
            && self.ahead.token(self.ahead.partner[at] + 1) == Some(Token::Assign);
        if frame.in_pattern() || is_bound {
            return (Token::LBrace, Kind::Pattern);
        }
        if before == Some(Token::Select) {
            return (Token::LBlock, Kind::SelectArms);
        }
        let begins_block = matches!(before, Some(Token::Catch | Token::FatArrow | Token::Else | Token::Spawn));
        if frame.handler || begins_block {
            frame.handler = false;
            return (Token::LBlock, Kind::Code);
        }
        if frame.head == Head::Value {
            frame.head = Head::None;
            frame.arm = Arm::Body;
            let kind = if frame.head_of == HeadOf::Arms { Kind::Arms } else { Kind::Code };
            return (Token::LBlock, kind);
        }
        if frame.signature != Signature::None || frame.kind == Kind::SelectArms {
            frame.signature = Signature::None;
            return (Token::LBlock, Kind::Code);
        }
        if before.is_some_and(|it| ends_operand(&it)) {
            return if behind_type { (Token::LBrace, Kind::Literal) } else { (Token::LBlock, Kind::Code) };
        }
        if self.ahead.is_map(at) { (Token::LBrace, Kind::Literal) } else { (Token::LBlock, Kind::Code) }
    }

    fn open(&mut self, token: Token<'s>, span: Span, kind: Kind) {
        self.out.push((token, span));
        let inner = Frame::new(kind, self.frame.depth() + 1);
        self.frames.push(std::mem::replace(&mut self.frame, inner));
    }

    fn close(&mut self, at: usize, token: Token<'s>, span: Span) {
        self.out.push((token, span));
        let Some(outer) = self.frames.pop() else { return };
        let inner = std::mem::replace(&mut self.frame, outer);
        self.frame.prefixes = 0;
        if token != Token::RBrace {
            return;
        }
        if self.frame.kind == Kind::SelectArms && inner.kind == Kind::Code {
            self.frame.end_part();
            return;
        }
        let ends_here =
            self.frame.kind == Kind::Code && self.frame.began == Began::Block && self.frame.head == Head::None;
        if ends_here && self.ahead.token(at + 1).is_some_and(|it| only_begins(&it)) {
            self.end_statement(span.end_point());
        } else if !self.ahead.significant(at + 1).is_some_and(|it| may_go_on_with(&it)) {
            self.frame.reaching = 0;
            if self.frame.kind == Kind::Arms && self.frame.arm == Arm::Body && self.frame.head == Head::None {
                self.frame.arm = Arm::Pattern;
            }
        }
    }

    fn symbol(&mut self, at: usize, mut token: Token<'s>, mut span: Span) {
        let before = self.last();
        let behind_operand = before.is_some_and(|it| ends_operand(&it));
        let frame = &mut self.frame;
        match token {
            Token::Comma if frame.angles > 0 => {}
            Token::Comma => frame.end_part(),
            Token::Semi => frame.end_statement(),
            Token::If => {
                frame.reaching += usize::from(before != Some(Token::Else));
                let is_guard = frame.kind == Kind::Arms && frame.arm == Arm::Pattern;
                frame.arm = if is_guard { Arm::Guard } else { frame.arm };
                frame.head = Head::Value;
                frame.head_of = HeadOf::Statements;
            }
            Token::Match => {
                frame.reaching += 1;
                frame.head = Head::Value;
                frame.head_of = HeadOf::Arms;
            }
            Token::While => {
                frame.head = Head::Value;
                frame.head_of = HeadOf::Statements;
            }
            Token::For => {
                frame.head = Head::Pattern;
                frame.head_of = HeadOf::Statements;
            }
            Token::Let if matches!(before, Some(Token::If | Token::While)) => frame.head = Head::Pattern,
            Token::Assign | Token::In if frame.head == Head::Pattern => frame.head = Head::Value,
            Token::FatArrow => {
                frame.reaching += 1;
                if frame.kind == Kind::Arms && frame.arm != Arm::Body {
                    frame.arm = Arm::Body;
                    frame.head = Head::None;
                    frame.reaching = 1;
                }
            }
            Token::Catch => {
                frame.reaching += 1;
                if self.ahead.is_handler(at) {
                    frame.handler = true;
                    token = Token::CatchName;
                }
            }
            Token::Fn => {
                frame.reaching += 1;
                if matches!(self.ahead.token(at + 1), Some(Token::Lower(_) | Token::Upper(_))) {
                    frame.signature = Signature::Open;
                }
            }
            Token::Return | Token::Raise => frame.reaching += 1,
            Token::Bang if behind_operand => token = Token::Propagate,
            Token::Bang | Token::Tilde => frame.prefixes += 1,
            Token::Minus if !behind_operand => frame.prefixes += 1,
            Token::MinusMinus if !behind_operand => {
                // Before an operand it can only be meant as two signs.
                frame.prefixes += 2;
                token = Token::Minus;
                self.out.push((token, Span { end: span.start + 1, ..span }));
                span.start += 1;
            }
            Token::LAngle => frame.angles += 1,
            Token::RAngle => frame.angles = frame.angles.saturating_sub(1),
            Token::Lower(_) | Token::Underscore => {
                if self.is_bare_closure(at, before) {
                    self.bare_closure(token, span);
                    return;
                }
                if let Some(meant) = self.meaning(at, &token) {
                    self.word(&meant);
                    token = meant;
                }
            }
            _ => {}
        }
        if ends_operand(&token) {
            self.frame.prefixes = 0;
        }
        self.out.push((token, span));
    }

    fn last(&self) -> Option<Token<'s>> {
        self.out.last().map(|(token, _)| *token)
    }
}
