//! Numbers and durations. In: a word that begins with a digit. Out: its token, or what is wrong with it.

use crate::token::Token;

/// The units of time and their nanoseconds.
pub(crate) const UNITS: &[(&str, u64)] = &[
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Units that others write, which deserve a message of their own.
const OTHER_UNITS: &[&str] =
    &["msec", "sec", "secs", "second", "seconds", "min", "mins", "minutes", "hr", "hrs", "hour", "hours", "d", "days"];

/// What can be wrong with a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Problem {
    TooLarge,
    Malformed,
    DurationTooLarge,
    /// `1.5ns`.
    NotWhole,
    /// `2h30m`.
    SeveralUnits,
    /// `5min`.
    UnknownUnit,
}

impl Problem {
    /// What stands in its place, so that nothing else is wrong with it.
    pub(super) fn token(self) -> Token<'static> {
        match self {
            Problem::TooLarge | Problem::Malformed => Token::Int(0),
            Problem::DurationTooLarge | Problem::NotWhole | Problem::SeveralUnits | Problem::UnknownUnit => {
                Token::Duration(0)
            }
        }
    }

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
            Problem::DurationTooLarge => (
                format!("the duration `{shown}` is too large"),
                "durations are counted in nanoseconds, in 64 bits: 2562047h, 292 years, is the longest".to_owned(),
            ),
            Problem::NotWhole => (
                format!("`{shown}` is not a whole number of nanoseconds"),
                "durations are counted in nanoseconds; leave out the digits behind that".to_owned(),
            ),
            Problem::SeveralUnits => {
                let sum: Vec<&str> = pieces(text).unwrap_or_default().into_iter().take(8).collect();
                ("a duration has one unit".to_owned(), format!("add them: `{}`", sum.join(" + ")))
            }
            Problem::UnknownUnit => (
                format!("`{shown}` has a unit that durations do not have"),
                "the units are ns, us, ms, s, m (minutes) and h: 250ms, 5s, 2m, 1h".to_owned(),
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
    let (number, rest) = split_number(text);
    if let Some((_, nanos)) = UNITS.iter().find(|(unit, _)| *unit == rest) {
        return duration(number, *nanos);
    }
    if rest.is_empty() && !number.contains('.') {
        return integer(text, 10);
    }
    if rest.is_empty() || rest.starts_with(['e', 'E']) {
        return float(text);
    }
    if pieces(text).is_some() {
        return Err(Problem::SeveralUnits);
    }
    Err(if OTHER_UNITS.contains(&rest) { Problem::UnknownUnit } else { Problem::Malformed })
}

/// The digits, and what follows them.
fn split_number(text: &str) -> (&str, &str) {
    let end = text.find(|it: char| !it.is_ascii_digit() && it != '_' && it != '.').unwrap_or(text.len());
    text.split_at(end)
}

/// The parts of `2h30m`, if it is several durations.
fn pieces(text: &str) -> Option<Vec<&str>> {
    let mut found = vec![];
    let mut rest = text;
    while !rest.is_empty() {
        let (number, behind) = split_number(rest);
        let unit = behind.find(|it: char| !it.is_ascii_alphabetic()).unwrap_or(behind.len());
        if number.is_empty() || !UNITS.iter().any(|(it, _)| *it == &behind[..unit]) {
            return None;
        }
        found.push(&rest[..number.len() + unit]);
        rest = &behind[unit..];
    }
    Some(found)
}

/// `number` of a unit that has `unit` nanoseconds, exactly.
fn duration<'s>(number: &str, unit: u64) -> Result<Token<'s>, Problem> {
    let plain: String = number.chars().filter(|it| *it != '_').collect();
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let fraction = fraction.trim_end_matches('0');
    // No unit has more than 13 factors of 2 or of 5 to take away.
    if fraction.len() > 13 {
        return Err(Problem::NotWhole);
    }
    let whole: u64 = whole.parse().map_err(|_| Problem::DurationTooLarge)?;
    let scale = fraction.bytes().fold(1u128, |scale, _| scale * 10);
    let part: u128 = if fraction.is_empty() { 0 } else { fraction.parse().map_err(|_| Problem::Malformed)? };
    let scaled = part * u128::from(unit);
    if !scaled.is_multiple_of(scale) {
        return Err(Problem::NotWhole);
    }
    let nanos = u128::from(whole) * u128::from(unit) + scaled / scale;
    i64::try_from(nanos).map(Token::Duration).map_err(|_| Problem::DurationTooLarge)
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
