//! Texts of numbers, and the formats of f-strings. In: numbers, the text behind the colon. Out: texts.
//!
//! A format is `[[fill]align][+][0][width][.digits][x|X|b|o|e]`, with `<`, `>` or `^` to align, as in Rust.

use super::fixed::Fixed;
use super::float::Float;

/// A float as JavaScript prints it: the shortest text that reads back the same.
pub(crate) fn float_text(value: f64) -> String {
    Float::new().text(value).to_owned()
}

/// A duration (nanoseconds) in the largest unit of which it is a whole number, as it is written in a program: `1500ms`, `2m`.
pub(crate) fn duration_text(nanoseconds: i64) -> String {
    const UNITS: [(i64, &str); 6] = [
        (3_600_000_000_000, "h"),
        (60_000_000_000, "m"),
        (1_000_000_000, "s"),
        (1_000_000, "ms"),
        (1_000, "us"),
        (1, "ns"),
    ];
    if nanoseconds == 0 {
        return "0s".to_owned();
    }
    let whole = UNITS.into_iter().find(|(unit, _)| nanoseconds % unit == 0);
    whole.map_or_else(String::new, |(unit, name)| format!("{}{name}", nanoseconds / unit))
}

/// How a value is aligned within its width.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Align {
    Left,
    Right,
    Middle,
}

/// A format, taken apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Format {
    fill: char,
    align: Option<Align>,
    plus: bool,
    width: usize,
    digits: Option<usize>,
    /// `x`, `X`, `b`, `o`, `e`, or a space for none.
    style: char,
}

/// More than anybody wants to see, and little enough to be harmless.
const MOST: usize = 4096;
/// So many digits after the point at most.
const MOST_DIGITS: usize = 100;

impl Format {
    /// Takes a format apart. What it does not know it leaves out: the compiler has checked it.
    pub(super) fn parse(text: &str) -> Format {
        let mut rest = text;
        let mut format = Format { fill: ' ', align: None, plus: false, width: 0, digits: None, style: ' ' };
        let mut chars = text.chars();
        let (first, second) = (chars.next(), chars.next());
        if let Some(align) = second.and_then(align_of) {
            (format.fill, format.align, rest) = (first.unwrap_or(' '), Some(align), chars.as_str());
        } else if let Some(align) = first.and_then(align_of) {
            (format.align, rest) = (Some(align), &text[1..]);
        }
        if let Some(after) = rest.strip_prefix('+') {
            (format.plus, rest) = (true, after);
        }
        if let Some(after) = rest.strip_prefix('0')
            && format.align.is_none()
        {
            (format.fill, rest) = ('0', after);
        }
        (format.width, rest) = number(rest);
        if let Some(after) = rest.strip_prefix('.') {
            let (digits, after) = number(after);
            (format.digits, rest) = (Some(digits), after);
        }
        if let Some(style) = rest.chars().next() {
            format.style = style;
        }
        format
    }

    /// Is a number of digits all that it says? How many, then.
    pub(super) fn only_digits(&self) -> Option<usize> {
        let Format { fill: _, align: _, plus, width, digits, style } = *self;
        digits.filter(|_| !plus && width == 0 && style == ' ').map(|digits| digits.min(MOST_DIGITS))
    }

    /// An integer.
    pub(super) fn int(&self, value: i64) -> String {
        let digits = match self.style {
            'x' => format!("{value:x}"),
            'X' => format!("{value:X}"),
            'b' => format!("{value:b}"),
            'o' => format!("{value:o}"),
            _ if self.digits.is_some() => return self.float(value as f64),
            _ => value.to_string(),
        };
        self.signed(digits, value >= 0)
    }

    /// A float.
    pub(super) fn float(&self, value: f64) -> String {
        let text = match (self.style, self.digits) {
            ('e' | 'E', Some(digits)) => format!("{value:.*e}", digits.min(MOST_DIGITS)),
            ('e' | 'E', None) => format!("{value:e}"),
            (_, Some(digits)) => fixed(value, digits.min(MOST_DIGITS)),
            (_, None) => float_text(value),
        };
        self.signed(text, value >= 0.0)
    }

    /// Any other text; digits cut it to so many characters.
    pub(super) fn text(&self, text: &str) -> String {
        match self.digits {
            Some(digits) => self.pad(text.chars().take(digits).collect(), Align::Left),
            None => self.pad(text.to_owned(), Align::Left),
        }
    }

    fn signed(&self, digits: String, positive: bool) -> String {
        let text = if self.plus && positive { format!("+{digits}") } else { digits };
        if self.fill == '0' && self.align.is_none() && text.ends_with(|last: char| last.is_ascii_hexdigit()) {
            let sign = text.len() - text.trim_start_matches(['+', '-']).len();
            let zeros = self.width.min(MOST).saturating_sub(text.len());
            return format!("{}{}{}", &text[..sign], "0".repeat(zeros), &text[sign..]);
        }
        self.pad(text, Align::Right)
    }

    fn pad(&self, text: String, usual: Align) -> String {
        if self.width == 0 {
            return text;
        }
        let missing = self.width.min(MOST).saturating_sub(text.chars().count());
        let left = match self.align.unwrap_or(usual) {
            Align::Left => 0,
            Align::Right => missing,
            Align::Middle => missing / 2,
        };
        let fill = |count: usize| std::iter::repeat_n(self.fill, count);
        fill(left).chain(text.chars()).chain(fill(missing - left)).collect()
    }
}

/// With so many digits after the point, as JavaScript's `toFixed`: halves away from zero, and no minus sign before a zero.
fn fixed(value: f64, digits: usize) -> String {
    Fixed::new().text(value, digits).to_owned()
}

fn align_of(character: char) -> Option<Align> {
    match character {
        '<' => Some(Align::Left),
        '>' => Some(Align::Right),
        '^' => Some(Align::Middle),
        _ => None,
    }
}

fn number(text: &str) -> (usize, &str) {
    let (digits, rest) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
    (if digits.is_empty() { 0 } else { digits.parse().unwrap_or(MOST) }, rest)
}
