//! Numbers and durations. In: a word that begins with a digit. Out: its token, or what is wrong with it.

use crate::token::Token;

/// What can be wrong with a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Problem {
    TooLarge,
    Malformed,
}

impl Problem {
    /// Headline and help.
    pub(super) fn words(self, text: &str) -> (String, String) {
        let shown: String = text.chars().take(40).collect();
        match self {
            Problem::TooLarge => (
                format!("the number `{shown}` is too large"),
                "integers have 64 bits and go up to 9223372036854775807".to_owned(),
            ),
            Problem::Malformed => (
                format!("`{shown}` is not a number"),
                "numbers look like 42, 1_000, 0xFF, 0b1010, 1.5 or 2e9, durations like 250ms, 5s, 2m or 1h".to_owned(),
            ),
        }
    }
}

/// Reads one number.
pub(super) fn read(text: &str) -> Result<Token<'_>, Problem> {
    let radix_prefix = text.get(..2).unwrap_or("");
    match radix_prefix {
        "0x" | "0X" => integer(&text[2..], 16),
        "0b" | "0B" => integer(&text[2..], 2),
        _ => decimal(text),
    }
}

fn decimal(text: &str) -> Result<Token<'_>, Problem> {
    let digits_end = text.find(|it: char| !it.is_ascii_digit() && it != '_').unwrap_or(text.len());
    match &text[digits_end..] {
        "" => integer(text, 10),
        "ms" | "s" | "m" | "h" => Ok(Token::Duration(text)),
        rest if rest.starts_with(['.', 'e', 'E']) => float(text),
        _ => Err(Problem::Malformed),
    }
}

fn integer<'s>(digits: &str, radix: u32) -> Result<Token<'s>, Problem> {
    let plain: String = digits.chars().filter(|it| *it != '_').collect();
    if plain.is_empty() || !plain.chars().all(|it| it.is_digit(radix)) {
        return Err(Problem::Malformed);
    }
    u64::from_str_radix(&plain, radix).map(Token::Int).map_err(|_| Problem::TooLarge)
}

fn float<'s>(text: &str) -> Result<Token<'s>, Problem> {
    let plain: String = text.chars().filter(|it| *it != '_').collect();
    match plain.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(Token::Float(value)),
        Ok(_) => Err(Problem::TooLarge),
        Err(_) => Err(Problem::Malformed),
    }
}
