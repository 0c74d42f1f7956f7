//! The methods of strings. In: borrowed strings. Out: words. Lengths and places count bytes.

use super::array::{array_of, new_array, put_last};
use super::describe::desc;
use super::object::some;
use super::search;
use super::string::{fill_string, new_string, share_string, text_of, write_string};
use crate::os::imp::record_fault;

macro_rules! on_two_texts {
    ($($(#[$about:meta])* $name:ident($text:ident, $part:ident) $body:expr;)*) => {$(
        $(#[$about])*
        ///
        /// # Safety
        /// Both are strings.
        pub unsafe fn $name(text: u64, part: u64) -> u64 {
            // SAFETY: as the caller promises.
            let ($text, $part) = unsafe { (text_of(text), text_of(part)) };
            $body
        }
    )*};
}

on_two_texts! {
    /// Is the part in the text?
    string_contains(text, part) u64::from(search::contains(text, part));
    /// Does the text begin with the part?
    string_starts_with(text, part) u64::from(text.starts_with(part));
    /// Does the text end with the part?
    string_ends_with(text, part) u64::from(text.ends_with(part));
    /// How often the part is in the text, without overlaps; an empty part is around every character.
    string_count(text, part) search::count(text, part) as u64;
}

macro_rules! changed_text {
    ($($(#[$about:meta])* $name:ident($text:ident) $body:expr;)*) => {$(
        $(#[$about])*
        ///
        /// # Safety
        /// It is a string.
        pub unsafe fn $name(text: u64) -> u64 {
            // SAFETY: as the caller promises.
            let $text = unsafe { text_of(text) };
            let changed = $body;
            if changed.len() == $text.len() && changed == $text {
                // SAFETY: as the caller promises.
                return unsafe { share_string(text) };
            }
            new_string(&changed)
        }
    )*};
}

changed_text! {
    /// Without white space at both ends.
    string_trim(text) text.trim();
    /// Without white space at the start.
    string_trim_start(text) text.trim_start();
    /// Without white space at the end.
    string_trim_end(text) text.trim_end();
    /// In upper case, by Unicode.
    string_to_upper(text) text.to_uppercase();
    /// In lower case, by Unicode.
    string_to_lower(text) text.to_lowercase();
}

/// The byte where the part first begins, as `int?`.
///
/// # Safety
/// Both are strings, `opt` describes `int?`.
pub unsafe fn string_index_of(text: u64, part: u64, opt: *mut u8) -> u64 {
    // SAFETY: as the caller promises.
    unsafe {
        match search::find(text_of(text), text_of(part)) {
            Some(at) => some(desc(opt), at as u64),
            None => 0,
        }
    }
}

/// With every `from` replaced; an empty `from` is around every character.
///
/// # Safety
/// All are strings.
pub unsafe fn string_replace(text: u64, from: u64, to: u64) -> u64 {
    // SAFETY: as the caller promises.
    unsafe {
        let (text_in, from, to) = (text_of(text), text_of(from), text_of(to));
        match search::count(text_in, from) {
            0 => share_string(text),
            times => replaced(text_in, from, to, times),
        }
    }
}

fn replaced(text: &str, from: &str, to: &str, times: usize) -> u64 {
    let len = (text.len() - times * from.len()).saturating_add(times.saturating_mul(to.len()));
    write_string(len, |out| {
        let mut done = 0;
        search::each(text, from, |at| {
            out.add(&text[done..at]);
            out.add(to);
            done = at + from.len();
        });
        out.add(&text[done..]);
    })
}

/// The pieces between separators; with an empty separator the characters.
///
/// # Safety
/// Both are strings, `strings` describes `[string]`.
pub unsafe fn string_split(text: u64, separator: u64, strings: *mut u8) -> u64 {
    // SAFETY: as the caller promises.
    let (text_in, separator) = unsafe { (text_of(text), text_of(separator)) };
    if separator.is_empty() {
        // SAFETY: as the caller promises.
        return unsafe { string_chars(text, strings) };
    }
    // SAFETY: as the caller promises.
    let of = unsafe { desc(strings) };
    let pieces = new_array(of, search::count(text_in, separator) + 1);
    let mut done = 0;
    let put = |piece| {
        // SAFETY: the array is new, and has room for as many pieces as there are separators, and one.
        unsafe { put_last(pieces, new_string(piece)) };
    };
    search::each(text_in, separator, |at| {
        put(&text_in[done..at]);
        done = at + separator.len();
    });
    put(&text_in[done..]);
    pieces.word()
}

/// The lines, without their ends (`\n` or `\r\n`).
///
/// # Safety
/// `text` is a string, `strings` describes `[string]`.
pub unsafe fn string_lines(text: u64, strings: *mut u8) -> u64 {
    // SAFETY: as the caller promises; the words are new strings.
    unsafe { array_of(desc(strings), text_of(text).lines().map(new_string)) }
}

/// The characters.
///
/// # Safety
/// `text` is a string, `strings` describes `[string]`.
pub unsafe fn string_chars(text: u64, strings: *mut u8) -> u64 {
    // SAFETY: as the caller promises; the words are new strings.
    unsafe { array_of(desc(strings), text_of(text).chars().map(char_string)) }
}

/// The bytes `start..end`; outside the text or inside a character: a fault.
///
/// # Safety
/// `task` is a task, `text` a string, `out` the address of a word.
pub unsafe fn string_substring(task: *mut u8, text: u64, start: u64, end: u64, out: *mut u8) -> u64 {
    // SAFETY: as the caller promises.
    unsafe { status(task, out, substring(text_of(text), start as i64, end as i64)) }
}

/// The text so many times; a negative count is a fault.
///
/// # Safety
/// `task` is a task, `text` a string, `out` the address of a word.
pub unsafe fn string_repeat(task: *mut u8, text: u64, count: u64, out: *mut u8) -> u64 {
    // SAFETY: as the caller promises.
    unsafe { status(task, out, repeat(text_of(text), count as i64)) }
}

/// A whole number in decimal, with an optional sign and nothing around it, as `int?`.
///
/// # Safety
/// `text` is a string, `opt` describes `int?`.
pub unsafe fn string_to_int(text: u64, opt: *mut u8) -> u64 {
    // SAFETY: as the caller promises.
    unsafe {
        match text_of(text).parse::<i64>() {
            Ok(value) => some(desc(opt), value as u64),
            Err(_) => 0,
        }
    }
}

/// A number as it is printed or written in a program, as `float?`.
///
/// # Safety
/// `text` is a string, `opt` describes `float?`.
pub unsafe fn string_to_float(text: u64, opt: *mut u8) -> u64 {
    // SAFETY: as the caller promises.
    unsafe {
        match parse_float(text_of(text)) {
            Some(value) => some(desc(opt), value.to_bits()),
            None => 0,
        }
    }
}

/// The character that begins at a byte.
///
/// # Safety
/// `text` is a string, and a character begins there.
pub unsafe fn string_char_at(text: u64, at: u64) -> u64 {
    // SAFETY: as the caller promises.
    let text = unsafe { text_of(text) };
    text.get(at as usize..).and_then(|rest| rest.chars().next()).map_or_else(|| new_string(""), char_string)
}

/// Ends a status function: writes the result and gives 0, or records the fault and gives 1.
///
/// # Safety
/// `task` is a task, `out` the address of a word.
pub(crate) unsafe fn status(task: *mut u8, out: *mut u8, result: Result<u64, String>) -> u64 {
    match result {
        Ok(word) => {
            // SAFETY: as the caller promises.
            unsafe { *out.cast::<u64>() = word };
            0
        }
        Err(message) => {
            // SAFETY: as the caller promises.
            unsafe { record_fault(task, message) };
            1
        }
    }
}

pub(super) fn substring(text: &str, start: i64, end: i64) -> Result<u64, String> {
    let outside = || format!("substring {start}..{end} is out of range for length {}", text.len());
    let from = usize::try_from(start).map_err(|_| outside())?;
    let to = usize::try_from(end).map_err(|_| outside())?;
    if from > to || to > text.len() {
        return Err(outside());
    }
    for at in [from, to] {
        if !text.is_char_boundary(at) {
            return Err(format!("substring {start}..{end} cuts a character: byte {at} is inside one"));
        }
    }
    Ok(new_string(&text[from..to]))
}

pub(super) fn repeat(text: &str, count: i64) -> Result<u64, String> {
    let times = usize::try_from(count).map_err(|_| format!("repeat count {count} is negative"))?;
    let too_long = || format!("repeat: {} bytes, {count} times, are too long for a string", text.len());
    let len = text.len().checked_mul(times).filter(|&len| len < 1 << 46).ok_or_else(too_long)?;
    if len == 0 {
        return Ok(new_string(""));
    }
    Ok(fill_string(len, |room| {
        room[..text.len()].copy_from_slice(text.as_bytes());
        let mut done = text.len();
        while done < len {
            let more = done.min(len - done);
            room.copy_within(..more, done);
            done += more;
        }
    }))
}

/// Rust also takes `inf`, `nan` and the like, which Pluto never prints.
pub(super) fn parse_float(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" | "+Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ if text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte)) => text.parse().ok(),
        _ => None,
    }
}

fn char_string(character: char) -> u64 {
    new_string(character.encode_utf8(&mut [0; 4]))
}
