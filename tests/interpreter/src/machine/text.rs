//! Methods of strings, and files. In: borrowed strings. Out: owned results, or the message of a fault. Lengths and places count bytes.

use super::Machine;
use crate::heap::Body;
use crate::list::List;
use crate::value::{Faulty, Sound, Value, wrong};
use pluto_middle::mir::{Method, TypeId};
use std::io::ErrorKind;

/// Strings end here.
const LONGEST: usize = 1 << 46;

impl Machine<'_> {
    pub(super) fn string_method(&mut self, method: Method, args: &[Value], result: TypeId) -> Sound<Faulty> {
        let text = self.heap.text(args[0])?;
        let other = |at: usize| self.heap.text(args[at]);
        let number = |at: usize| args[at].word();
        let value = match method.row().name {
            "len" => Value::Word(text.len() as i64),
            "is_empty" => Value::truth(text.is_empty()),
            "contains" => Value::truth(text.contains(&*other(1)?)),
            "starts_with" => Value::truth(text.starts_with(&*other(1)?)),
            "ends_with" => Value::truth(text.ends_with(&*other(1)?)),
            "count" => Value::Word(text.matches(&*other(1)?).count() as i64),
            "index_of" => {
                let found = text.find(&*other(1)?).map(|at| Value::Word(at as i64));
                self.optional(found, result)?
            }
            "trim" => self.heap.new_text(text.trim()),
            "trim_start" => self.heap.new_text(text.trim_start()),
            "trim_end" => self.heap.new_text(text.trim_end()),
            "to_upper" => self.heap.new_text(&text.to_uppercase()),
            "to_lower" => self.heap.new_text(&text.to_lowercase()),
            "replace" => {
                let replaced = text.replace(&*other(1)?, &other(2)?);
                self.heap.new_text(&replaced)
            }
            "split" => match other(1)? {
                separator if separator.is_empty() => self.characters(&text),
                separator => self.texts(text.split(&*separator)),
            },
            "lines" => self.texts(text.lines()),
            "chars" => self.characters(&text),
            "substring" => return Ok(self.substring(&text, number(1)?, number(2)?)),
            "repeat" => return Ok(self.repeat(&text, number(1)?)),
            "to_int" => self.optional(text.parse().ok().map(Value::Word), result)?,
            "to_float" => self.optional(parse_float(&text).map(Value::Float), result)?,
            other => return wrong(format!("{other} of a string")),
        };
        Ok(Ok(value))
    }

    fn texts<'t>(&mut self, texts: impl Iterator<Item = &'t str>) -> Value {
        let texts = texts.map(|text| self.heap.new_text(text)).collect();
        self.heap.new_object(Body::Array(List::plain(texts)))
    }

    fn characters(&mut self, text: &str) -> Value {
        self.texts(text.split("").filter(|piece| !piece.is_empty()))
    }

    fn substring(&mut self, text: &str, start: i64, end: i64) -> Faulty {
        let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
        let Some((from, to)) = range.filter(|(from, to)| from <= to && *to <= text.len()) else {
            return Err(format!("substring {start}..{end} is out of range for length {}", text.len()));
        };
        match [from, to].into_iter().find(|at| !text.is_char_boundary(*at)) {
            Some(at) => Err(format!("substring {start}..{end} cuts a character: byte {at} is inside one")),
            None => Ok(self.heap.new_text(&text[from..to])),
        }
    }

    fn repeat(&mut self, text: &str, count: i64) -> Faulty {
        let Ok(times) = usize::try_from(count) else { return Err(format!("repeat count {count} is negative")) };
        match text.len().checked_mul(times).filter(|len| *len < LONGEST) {
            Some(_) => Ok(self.heap.new_text(&text.repeat(times))),
            None => Err(format!("repeat: {} bytes, {count} times, are too long for a string", text.len())),
        }
    }

    /// The text of a file, or why there is none.
    pub(super) fn file_text(&self, path: &str) -> Result<String, String> {
        let known = [
            (ErrorKind::NotFound, "no such file"),
            (ErrorKind::PermissionDenied, "permission denied"),
            (ErrorKind::IsADirectory, "is a directory"),
        ];
        let bytes = std::fs::read(self.world.folder.join(path)).map_err(|error| {
            let found = known.into_iter().find(|(kind, _)| *kind == error.kind());
            found.map_or_else(|| error.to_string(), |(_, text)| text.to_owned())
        })?;
        String::from_utf8(bytes).map_err(|_| "is not UTF-8 text".to_owned())
    }
}

/// As floats are printed or written in a program.
fn parse_float(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" | "+Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ if text.chars().all(|symbol| symbol.is_ascii_digit() || "+-.eE".contains(symbol)) => text.parse().ok(),
        _ => None,
    }
}
