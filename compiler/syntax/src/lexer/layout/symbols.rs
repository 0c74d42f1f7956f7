//! Classes of tokens. In: a token. Out: whether an expression may end with it, or go on before or behind it.

use crate::token::Token;

/// Can an operand end with this token?
pub(super) fn ends_operand(token: &Token<'_>) -> bool {
    match token {
        Token::Int(_)
        | Token::Float(_)
        | Token::Duration(_)
        | Token::Str(_)
        | Token::MultiStr(_)
        | Token::FEnd
        | Token::Upper(_)
        | Token::Lower(_)
        | Token::Underscore
        | Token::RParen
        | Token::RBracket
        | Token::RBrace
        | Token::RAngle
        | Token::True
        | Token::False
        | Token::None
        | Token::SelfValue
        | Token::Question
        | Token::Propagate
        | Token::PlusPlus
        | Token::MinusMinus => true,
        other => is_primitive_type(other),
    }
}

/// `int`, `float` …
pub(super) fn is_primitive_type(token: &Token<'_>) -> bool {
    matches!(token, Token::IntType | Token::FloatType | Token::Bool | Token::Byte | Token::StringType)
}

/// A literal of one token.
pub(super) fn is_literal(token: &Token<'_>) -> bool {
    matches!(
        token,
        Token::Int(_) | Token::Float(_) | Token::Duration(_) | Token::Str(_) | Token::True | Token::False | Token::None
    )
}

/// A binary operator that can begin a line (all but `-`) or end one.
fn is_binary_operator(token: &Token<'_>) -> bool {
    matches!(
        token,
        Token::Plus
            | Token::Star
            | Token::Slash
            | Token::Percent
            | Token::Amp
            | Token::Pipe
            | Token::Caret
            | Token::AndAnd
            | Token::OrOr
            | Token::EqEq
            | Token::NotEq
            | Token::Lt
            | Token::Le
            | Token::Gt
            | Token::Ge
            | Token::Shl
            | Token::Shr
            | Token::Coalesce
            | Token::DotDot
            | Token::DotDotEq
            | Token::As
    )
}

fn is_assignment(token: &Token<'_>) -> bool {
    matches!(
        token,
        Token::Assign
            | Token::PlusEq
            | Token::MinusEq
            | Token::StarEq
            | Token::SlashEq
            | Token::PercentEq
            | Token::AmpEq
            | Token::PipeEq
            | Token::CaretEq
            | Token::ShlEq
            | Token::ShrEq
    )
}

/// Does a statement go on behind a line that ends with this token?
pub(super) fn goes_on_after(token: &Token<'_>) -> bool {
    is_binary_operator(token)
        || is_assignment(token)
        || matches!(
            token,
            Token::Minus
                | Token::Comma
                | Token::Colon
                | Token::Dot
                | Token::FatArrow
                | Token::Arrow
                | Token::Catch
                | Token::CatchName
                | Token::Else
                | Token::In
                | Token::Bang
                | Token::Tilde
                | Token::LAngle
        )
}

/// Does a statement go on with a line that begins with this token?
pub(super) fn goes_on_before(token: &Token<'_>) -> bool {
    is_binary_operator(token) || matches!(token, Token::Dot | Token::Catch | Token::Else | Token::FatArrow)
}

/// Behind a `}`: could what it ends go on with this token?
pub(super) fn may_go_on_with(token: &Token<'_>) -> bool {
    goes_on_before(token)
        || is_assignment(token)
        || matches!(
            token,
            Token::Minus
                | Token::Question
                | Token::Bang
                | Token::LParen
                | Token::LBracket
                | Token::LBrace
                | Token::In
                | Token::If
                | Token::PlusPlus
                | Token::MinusMinus
        )
}

/// Can a statement begin with this token, and nothing go on with it?
pub(super) fn only_begins(token: &Token<'_>) -> bool {
    matches!(
        token,
        Token::Lower(_)
            | Token::Upper(_)
            | Token::SelfValue
            | Token::Let
            | Token::If
            | Token::Match
            | Token::For
            | Token::While
            | Token::Return
            | Token::Raise
            | Token::Break
            | Token::Continue
            | Token::Int(_)
            | Token::Float(_)
            | Token::Duration(_)
            | Token::Str(_)
            | Token::MultiStr(_)
            | Token::FStart
            | Token::FMultiStart
            | Token::True
            | Token::False
            | Token::None
    )
}
