//! Balances brackets. In: tokens as written. Out: tokens in which every bracket has its partner (missing ones put in,
//! stray ones taken out, each reported once), so that neither the passes behind it nor the parser's recovery can get lost.

use super::Spanned;
use crate::code::Code;
use crate::diag::{Diagnostic, Diagnostics};
use crate::span::Span;
use crate::token::Token;

/// How deep brackets and expressions may nest.
pub const MAX_DEPTH: usize = 256;

/// More messages about brackets than these help nobody.
const MAX_REPORTS: usize = 10;

/// Balances the brackets; `None` if they nest too deeply (reported).
pub fn balance<'s>(tokens: Vec<Spanned<'s>>, diagnostics: &mut Diagnostics) -> Option<Vec<Spanned<'s>>> {
    let plain = Balancer::run(&tokens, Resync::Never);
    if let Some(span) = plain.too_deep {
        diagnostics.push(too_deep(span));
        return None;
    }
    if plain.reports.is_empty() {
        return Some(plain.out);
    }
    // Something is wrong: an item that begins at the line's first column tells where.
    let aligned = Balancer::run(&tokens, Resync::AtItems);
    let chosen = if aligned.reports.is_empty() || aligned.too_deep.is_some() { plain } else { aligned };
    for report in chosen.reports {
        diagnostics.push(report);
    }
    Some(chosen.out)
}

/// The message for what is nested deeper than [`MAX_DEPTH`].
#[must_use]
pub fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0105, span, format!("this is nested deeper than {MAX_DEPTH} levels"))
        .label("one level too many begins here")
        .help("give parts of it names with `let`, or move them to functions of their own")
}

/// For each token the index of its partner, or its own if it is no bracket. Brackets must be balanced.
#[must_use]
pub fn partners(tokens: &[Spanned<'_>]) -> Vec<usize> {
    let mut partner: Vec<usize> = (0..tokens.len()).collect();
    let mut open = vec![];
    for (at, (token, _)) in tokens.iter().enumerate() {
        if closer_of(token).is_some() {
            open.push(at);
        } else if is_closer(token)
            && let Some(start) = open.pop()
        {
            partner[at] = start;
            partner[start] = at;
        }
    }
    partner
}

/// Whether items in the first column close what is open, and statements at the start of a line close `(` and `[`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Resync {
    Never,
    AtItems,
}

#[derive(Default)]
struct Balancer<'s> {
    out: Vec<Spanned<'s>>,
    open: Vec<Spanned<'s>>,
    reports: Vec<Diagnostic>,
    too_deep: Option<Span>,
    /// End of the last stray closing bracket: a run of them is reported once.
    stray_end: Option<u32>,
    /// Start of the last bracket found unclosed: a run of them is reported once.
    reported_start: Option<u32>,
}

impl<'s> Balancer<'s> {
    fn run(tokens: &[Spanned<'s>], resync: Resync) -> Balancer<'s> {
        let mut balancer = Balancer::default();
        for (at, &(token, span)) in tokens.iter().enumerate() {
            if resync == Resync::AtItems && !balancer.open.is_empty() && starts_item(tokens, at) {
                balancer.close_before_line(0, span);
            }
            if resync == Resync::AtItems && starts_statement(tokens, at) {
                let depth = balancer.open.len() - balancer.groups();
                balancer.close_before_line(depth, span);
            }
            balancer.token(token, span);
            if balancer.open.len() > MAX_DEPTH {
                balancer.too_deep = Some(span);
                return balancer;
            }
        }
        let end = tokens.last().map_or(Span::new(crate::span::FileId(0), 0, 0), |(_, span)| span.end_point());
        balancer.close_down_to(0, end);
        balancer
    }

    fn token(&mut self, token: Token<'s>, span: Span) {
        if closer_of(&token).is_some() {
            self.open.push((token, span));
        } else if is_closer(&token) {
            match self.matching(&token) {
                Some(depth) => {
                    self.close_down_to(depth + 1, span);
                    self.open.pop();
                }
                None => {
                    self.stray(&token, span);
                    return;
                }
            }
        }
        self.out.push((token, span));
    }

    /// Which open bracket this one closes. Brackets in an f-string's `{…}` do not reach out of it.
    fn matching(&self, closer: &Token<'s>) -> Option<usize> {
        let within = self.open.iter().enumerate().rev();
        for (depth, (opener, _)) in within {
            if closer_of(opener).is_some_and(|it| it == *closer) {
                return Some(depth);
            }
            if *opener == Token::FOpen {
                return None;
            }
        }
        None
    }

    /// How many `(` and `[` are open inside the innermost `{`.
    fn groups(&self) -> usize {
        self.open.iter().rev().take_while(|(it, _)| matches!(it, Token::LParen | Token::LBracket)).count()
    }

    /// Closes brackets before the line end that was read last.
    fn close_before_line(&mut self, depth: usize, at: Span) {
        if self.open.len() > depth {
            let line_end = self.out.pop_if(|(token, _)| *token == Token::Newline);
            self.close_down_to(depth, line_end.map_or(at, |(_, span)| span));
            self.out.extend(line_end);
        }
    }

    fn close_down_to(&mut self, depth: usize, at: Span) {
        while self.open.len() > depth
            && let Some((opener, span)) = self.open.pop()
        {
            if let Some(closer) = closer_of(&opener) {
                // Of brackets side by side, `(((`, only the last is reported.
                if self.reported_start != Some(span.end) {
                    self.unclosed(&opener, span, &closer, at);
                }
                self.reported_start = Some(span.start);
                self.out.push((closer, Span { end: at.start, ..at }));
            }
        }
    }

    fn unclosed(&mut self, opener: &Token<'s>, span: Span, closer: &Token<'s>, at: Span) {
        let report = Diagnostic::new(Code::E0106, span, format!("this `{}` is not closed", opener.text()));
        let report = report.also(at, format!("`{}` is missing before this", closer.text()));
        self.report(report.help(format!("add `{}` where what it encloses ends", closer.text())));
    }

    fn stray(&mut self, token: &Token<'s>, span: Span) {
        let in_run = self.stray_end == Some(span.start);
        self.stray_end = Some(span.end);
        if in_run {
            return;
        }
        let text = token.text();
        let mut report = Diagnostic::new(Code::E0106, span, format!("this `{text}` closes nothing"));
        if let Some((opener, open_span)) = self.open.last() {
            report = report.also(*open_span, format!("the innermost open bracket is this `{}`", opener.text()));
        }
        self.report(report.help("remove it, or add the bracket that it should close"));
    }

    fn report(&mut self, report: Diagnostic) {
        if self.reports.len() < MAX_REPORTS {
            self.reports.push(report);
        }
    }
}

fn closer_of(token: &Token<'_>) -> Option<Token<'static>> {
    const PAIRS: &[(Token<'static>, Token<'static>)] = &[
        (Token::LParen, Token::RParen),
        (Token::LClosure, Token::RParen),
        (Token::LBracket, Token::RBracket),
        (Token::LBrace, Token::RBrace),
        (Token::LBlock, Token::RBrace),
        (Token::FOpen, Token::FClose),
    ];
    PAIRS.iter().find(|(opener, _)| opener == token).map(|(_, closer)| *closer)
}

fn is_closer(token: &Token<'_>) -> bool {
    matches!(token, Token::RParen | Token::RBracket | Token::RBrace | Token::FClose)
}

/// A word at the start of a line that cannot stand inside `(` or `[`.
fn starts_statement(tokens: &[Spanned<'_>], at: usize) -> bool {
    let first = at > 0 && tokens[at - 1].0 == Token::Newline;
    first && matches!(tokens[at].0, Token::Let | Token::While | Token::For | Token::Return | Token::Fn | Token::Class)
}

/// An item's first word in the first column of its line.
fn starts_item(tokens: &[Spanned<'_>], at: usize) -> bool {
    let (token, span) = &tokens[at];
    let first_column = at > 0 && tokens[at - 1].0 == Token::Newline && tokens[at - 1].1.end == span.start;
    if !first_column {
        return false;
    }
    match token {
        Token::Fn | Token::Class | Token::Enum | Token::Pub | Token::Import | Token::Const | Token::Trait => true,
        Token::Lower("app" | "system" | "error" | "test") => {
            matches!(tokens.get(at + 1), Some((Token::Upper(_) | Token::Str(_), _)))
        }
        Token::Lower("chan" | "topic") => {
            matches!(tokens.get(at + 1), Some((Token::Lower(_), _)))
                && matches!(tokens.get(at + 2), Some((Token::Colon, _)))
        }
        Token::Lower("tests") => matches!(tokens.get(at + 1), Some((Token::LBracket, _))),
        _ => false,
    }
}
