//! The insides of strings. In: the text behind an opening quote. Out: where it ends, which escapes are wrong, and (for
//! the parser) its value.

use std::ops::Range;

/// Length of the text up to the closing quote, and whether there is one. A string with one quote ends with its line.
#[must_use]
pub fn string_end(rest: &str, triple: bool) -> (usize, bool) {
    let bytes = rest.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1 + char_len(rest, at + 1),
            b'"' if !triple || rest[at..].starts_with("\"\"\"") => return (at, true),
            b'\n' if !triple => return (at, false),
            _ => at += 1,
        }
    }
    (bytes.len().min(at), false)
}

/// Bytes of the character there; none at the end and none for a newline, which an escape does not swallow.
fn char_len(text: &str, at: usize) -> usize {
    let next = text.get(at..).and_then(|it| it.chars().next());
    next.filter(|it| *it != '\n').map_or(0, char::len_utf8)
}

/// Length of what would be a character literal elsewhere, `'a'`; 0 if it is none.
#[must_use]
pub fn character_literal(text: &str) -> usize {
    const LONGEST: usize = 12;
    let Some(rest) = text.strip_prefix('\'') else { return 0 };
    let end = rest.char_indices().take(LONGEST).find(|(_, it)| matches!(it, '\'' | '\n'));
    end.filter(|(_, it)| *it == '\'').map_or(0, |(at, _)| at + 2)
}

/// What follows a piece of an f-string's text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PieceEnd {
    /// `{`.
    Brace,
    /// The closing quotes.
    Quote,
    /// The end of the line or file.
    Unclosed,
}

/// A piece of an f-string's text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    /// Its bytes.
    pub length: usize,
    /// What follows.
    pub end: PieceEnd,
    /// Offsets of `}` that are not doubled.
    pub lone_braces: Vec<usize>,
}

/// Finds the end of a piece.
#[must_use]
pub fn fstring_piece(rest: &str, triple: bool) -> Piece {
    let bytes = rest.as_bytes();
    let mut lone_braces = vec![];
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let doubled = bytes.get(at + 1) == Some(byte);
        match byte {
            b'\\' if rest[at..].starts_with("\\u{") => at += 3 + hex_and_brace(&bytes[at + 3..]),
            b'\\' => at += 1 + char_len(rest, at + 1),
            b'{' | b'}' if doubled => at += 2,
            b'{' => return Piece { length: at, end: PieceEnd::Brace, lone_braces },
            b'}' => {
                lone_braces.push(at);
                at += 1;
            }
            b'"' if !triple || rest[at..].starts_with("\"\"\"") => {
                return Piece { length: at, end: PieceEnd::Quote, lone_braces };
            }
            b'\n' if !triple => return Piece { length: at, end: PieceEnd::Unclosed, lone_braces },
            _ => at += 1,
        }
    }
    Piece { length: bytes.len().min(at), end: PieceEnd::Unclosed, lone_braces }
}

fn hex_and_brace(bytes: &[u8]) -> usize {
    let digits = bytes.iter().take_while(|it| it.is_ascii_hexdigit()).count();
    digits + usize::from(bytes.get(digits) == Some(&b'}'))
}

/// Every wrong escape: its range and a headline.
#[must_use]
pub fn bad_escapes(raw: &str) -> Vec<(Range<usize>, String)> {
    let mut wrong = vec![];
    let mut at = 0;
    while let Some(found) = raw[at..].find('\\') {
        let start = at + found;
        let (value, length) = escape(&raw[start..]);
        if value.is_none() {
            wrong.push((start..start + length, format!("unknown escape `{}`", &raw[start..start + length])));
        }
        at = start + length;
    }
    wrong
}

/// The character that the escape at the start of `text` means, and the escape's length.
fn escape(text: &str) -> (Option<char>, usize) {
    let Some(kind) = text[1..].chars().next() else { return (None, 1) };
    let plain = match kind {
        'n' => Some('\n'),
        't' => Some('\t'),
        'r' => Some('\r'),
        '0' => Some('\0'),
        '\\' | '"' | '{' | '}' => Some(kind),
        'u' => return unicode_escape(text),
        _ => None,
    };
    (plain, 1 + kind.len_utf8())
}

fn unicode_escape(text: &str) -> (Option<char>, usize) {
    let Some(inner) = text.strip_prefix("\\u{") else { return (None, 2) };
    let digits = inner.bytes().take_while(u8::is_ascii_hexdigit).count();
    if !inner[digits..].starts_with('}') {
        return (None, 3 + digits);
    }
    let value = u32::from_str_radix(&inner[..digits], 16).ok().and_then(char::from_u32);
    (value.filter(|_| digits <= 6), 4 + digits)
}

/// Where a piece of text stands in its string; only text between triple quotes looks at it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lines<'a> {
    /// Between single quotes, or not indented.
    Plain,
    /// Between triple quotes: this indentation is taken off each line.
    Indented(&'a str),
}

/// The value of a piece of a string.
#[must_use]
pub fn decode(raw: &str, lines: Lines<'_>, braces_doubled: Braces) -> String {
    let mut value = String::with_capacity(raw.len());
    let mut at = 0;
    while let Some(next) = raw[at..].chars().next() {
        if next == '\\' {
            let (decoded, length) = escape(&raw[at..]);
            value.extend(decoded);
            at += length;
            continue;
        }
        value.push(next);
        at += next.len_utf8();
        if braces_doubled == Braces::Doubled && matches!(next, '{' | '}') && raw[at..].starts_with(next) {
            at += 1;
        }
        if let (Lines::Indented(indent), '\n') = (lines, next) {
            at += raw[at..].bytes().zip(indent.bytes()).take_while(|(a, b)| a == b).count();
        }
    }
    value
}

/// Whether `{{` stands for `{`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Braces {
    /// In plain strings.
    Single,
    /// In f-strings.
    Doubled,
}

/// Text between triple quotes: a newline right behind the opening quotes, and the last line if it is only indentation,
/// do not belong to it. Gives the text without them, and the indentation.
#[must_use]
pub fn frame(first: &str, last: &str) -> (usize, usize, String) {
    let skip = if first.starts_with('\n') {
        1
    } else if first.starts_with("\r\n") {
        2
    } else {
        0
    };
    let last_line = last.rfind('\n').map(|at| &last[at + 1..]);
    match last_line.filter(|it| it.chars().all(|c| c == ' ' || c == '\t')) {
        Some(indent) => (skip, indent.len() + 1, indent.to_owned()),
        None => (skip, 0, String::new()),
    }
}
