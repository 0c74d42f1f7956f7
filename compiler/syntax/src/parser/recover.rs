//! Getting going again behind an error. In: balanced tokens. Out: parsers that skip to where the grammar is sure again.
//! They are loops, so that skipping is linear and needs no stack.

use super::input::{Extra, Tokens};
use crate::token::Token;
use chumsky::error::LabelError;
use chumsky::input::InputRef;
use chumsky::prelude::*;

type Stream<'t, 'p> = InputRef<'t, 'p, Tokens<'t>, Extra<'t>>;
type Outcome<'t> = Result<(), super::input::Error<'t>>;

/// Skips a bracket of one of these kinds and all in it.
pub(super) fn skip_delimited<'t>(
    open: &'static [Token<'static>],
) -> impl Parser<'t, Tokens<'t>, (), Extra<'t>> + Clone {
    custom(move |stream: &mut Stream<'t, '_>| match stream.peek() {
        Some(token) if open.contains(&token) => {
            skip_tree(stream);
            Ok(())
        }
        _ => nothing(stream),
    })
}

/// Skips the rest of a statement: at least one token, up to a line end, `;` or the `}` around it.
pub(super) fn skip_statement<'t>() -> impl Parser<'t, Tokens<'t>, (), Extra<'t>> + Clone {
    skip_until(|token| matches!(token, Token::Newline | Token::Semi))
}

/// Skips the rest of a field, arm or member: like a statement, or up to a comma.
pub(super) fn skip_part<'t>() -> impl Parser<'t, Tokens<'t>, (), Extra<'t>> + Clone {
    skip_until(|token| matches!(token, Token::Newline | Token::Semi | Token::Comma))
}

/// Skips up to the `{` of the block that follows.
pub(super) fn skip_to_block<'t>() -> impl Parser<'t, Tokens<'t>, (), Extra<'t>> + Clone {
    skip_until(|token| matches!(token, Token::LBlock | Token::LBrace | Token::Newline))
}

/// Skips `<…>`.
pub(super) fn skip_angles<'t>() -> impl Parser<'t, Tokens<'t>, (), Extra<'t>> + Clone {
    custom(move |stream: &mut Stream<'t, '_>| {
        if stream.peek() != Some(Token::LAngle) {
            return nothing(stream);
        }
        let mut depth = 0usize;
        while let Some(token) = stream.next() {
            match token {
                Token::LAngle => depth += 1,
                Token::RAngle => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        Ok(())
    })
}

/// Skips to the line that begins the next item.
pub(super) fn skip_item<'t>() -> impl Parser<'t, Tokens<'t>, (), Extra<'t>> + Clone {
    custom(move |stream: &mut Stream<'t, '_>| {
        if stream.peek().is_none() {
            return nothing(stream);
        }
        loop {
            let skipped = skip_tree(stream);
            let at_line = matches!(skipped, Some(Token::Newline | Token::Semi | Token::RBrace));
            match stream.peek() {
                None => return Ok(()),
                Some(token) if at_line && begins_item(&token) => return Ok(()),
                Some(_) => {}
            }
        }
    })
}

fn begins_item(token: &Token<'_>) -> bool {
    matches!(
        token,
        Token::Fn
            | Token::Class
            | Token::Enum
            | Token::Pub
            | Token::Import
            | Token::Const
            | Token::Trait
            | Token::Lower(
                "app" | "system" | "error" | "test" | "tests" | "chan" | "topic" | "stage" | "scoped" | "transient"
            )
    )
}

fn skip_until<'t>(stop: fn(&Token<'t>) -> bool) -> impl Parser<'t, Tokens<'t>, (), Extra<'t>> + Clone {
    custom(move |stream: &mut Stream<'t, '_>| {
        let mut skipped_any = false;
        loop {
            match stream.peek() {
                None => break,
                Some(token) if stop(&token) || is_closer(&token) => break,
                Some(_) => {
                    skip_tree(stream);
                    skipped_any = true;
                }
            }
        }
        if skipped_any { Ok(()) } else { nothing(stream) }
    })
}

/// Skips a token, and if it opens a bracket, all up to its partner. Gives the last token skipped.
fn skip_tree<'t>(stream: &mut Stream<'t, '_>) -> Option<Token<'t>> {
    let mut depth = 0usize;
    loop {
        let token = stream.next()?;
        if is_opener(&token) {
            depth += 1;
        } else if is_closer(&token) {
            depth = depth.saturating_sub(1);
        }
        if depth == 0 {
            return Some(token);
        }
    }
}

fn nothing<'t>(stream: &mut Stream<'t, '_>) -> Outcome<'t> {
    let here = stream.cursor();
    let span = stream.span_since(&here);
    let none: [chumsky::error::RichPattern<'t, Token<'t>>; 0] = [];
    Err(LabelError::<Tokens<'t>, _>::expected_found(none, None, span))
}

fn is_opener(token: &Token<'_>) -> bool {
    matches!(token, Token::LParen | Token::LClosure | Token::LBracket | Token::LBrace | Token::LBlock | Token::FOpen)
}

fn is_closer(token: &Token<'_>) -> bool {
    matches!(token, Token::RParen | Token::RBracket | Token::RBrace | Token::FClose)
}
