//! The texts of values, as `print` and f-strings show them. In: borrowed words. Out: strings, without recursion.
//! A string by itself, nullable or not, is shown as it is, inside data in quotes.

use super::array::element_at;
use super::describe::{Desc, desc, first, kind, name, part_desc, part_name, parts, second, variant_fields};
use super::fixed::Fixed;
use super::float::Float;
use super::format::{Format, duration_text};
use super::object::Object;
use super::place::{Seen, look};
use super::string::{new_string, share_string, text_of};
use super::table::Table;
use pluto_abi::layout::{FIELDS, Kind, Part};
use std::fmt::Write;

/// The text of a value, with a format if there is one.
///
/// # Safety
/// `of` is a descriptor, `value` a live word of that type, `format` null or the address of so many bytes of UTF-8.
pub unsafe fn show(of: *mut u8, value: u64, format: *mut u8, format_len: u64) -> u64 {
    // SAFETY: as the caller promises.
    unsafe {
        let of = desc(of);
        if format.is_null() || format_len == 0 {
            return match plain(of, value) {
                Some(string) => string,
                None => new_string(&shown(of, value)),
            };
        }
        let bytes = std::slice::from_raw_parts(format, format_len as usize);
        let format = Format::parse(std::str::from_utf8_unchecked(bytes));
        if let (Kind::Float, Some(digits)) = (kind(of), format.only_digits()) {
            return new_string(Fixed::new().text(f64::from_bits(value), digits));
        }
        new_string(&match kind(of) {
            Kind::Int | Kind::Byte => format.int(value as i64),
            Kind::Float => format.float(f64::from_bits(value)),
            Kind::String => format.text(text_of(value)),
            Kind::NullablePointer if bare(of, value).is_some() => format.text(text_of(value)),
            Kind::Duration => format.text(&duration_text(value as i64)),
            Kind::Unit
            | Kind::Bool
            | Kind::Array
            | Kind::Map
            | Kind::Tuple
            | Kind::NullablePointer
            | Kind::NullableBoxed
            | Kind::Class
            | Kind::Tag
            | Kind::Enum
            | Kind::Error
            | Kind::AnyError
            | Kind::Fn
            | Kind::Sender
            | Kind::Receiver
            | Kind::Publisher
            | Kind::Subscriber
            | Kind::Task
            | Kind::Inline => format.text(&shown(of, value)),
        })
    }
}

/// The text of a value inside data (strings quoted).
///
/// # Safety
/// `value` is a live word of this type.
pub(crate) unsafe fn shown(of: Desc, value: u64) -> String {
    let mut showing = Showing { out: String::new(), todo: vec![Step::Word(of, value)] };
    // SAFETY: as the caller promises.
    unsafe { showing.run() };
    showing.out
}

/// The commonest of all values, without a detour.
///
/// # Safety
/// `value` is a live word of this type.
unsafe fn plain(of: Desc, value: u64) -> Option<u64> {
    match bare(of, value) {
        // SAFETY: as the caller promises.
        Some(string) => Some(unsafe { share_string(string) }),
        None if matches!(kind(of), Kind::Int | Kind::Byte) => {
            Some(new_string(itoa::Buffer::new().format(value as i64)))
        }
        None if kind(of) == Kind::Bool => Some(new_string(bool_text(value))),
        None if kind(of) == Kind::Float => Some(new_string(Float::new().text(f64::from_bits(value)))),
        None => None,
    }
}

fn bool_text(value: u64) -> &'static str {
    if value == 0 { "false" } else { "true" }
}

/// The string that the value is, looking through nullable types.
fn bare(of: Desc, value: u64) -> Option<u64> {
    match kind(of) {
        Kind::String => Some(value),
        Kind::NullablePointer if value != 0 && kind(first(of)) == Kind::String => Some(value),
        Kind::NullablePointer
        | Kind::NullableBoxed
        | Kind::Unit
        | Kind::Int
        | Kind::Float
        | Kind::Bool
        | Kind::Byte
        | Kind::Tag
        | Kind::Array
        | Kind::Map
        | Kind::Tuple
        | Kind::Class
        | Kind::Enum
        | Kind::Error
        | Kind::AnyError
        | Kind::Fn
        | Kind::Sender
        | Kind::Receiver
        | Kind::Publisher
        | Kind::Subscriber
        | Kind::Task
        | Kind::Duration
        | Kind::Inline => None,
    }
}

/// What is left to show.
enum Step {
    Word(Desc, u64),
    /// What lies at this address.
    Place(Desc, *const u64),
    Text(&'static str),
    /// Elements from an index on, and the closing bracket.
    Elements(Desc, Object, usize),
    /// Fields of an object whose words begin at this address, and the closing text.
    Fields {
        fields: &'static [Part],
        at: *const u64,
        separator: &'static str,
        close: &'static str,
    },
    /// Entries from a position in the table on, and the closing brace.
    Entries {
        map: Object,
        position: usize,
        separator: &'static str,
    },
}

struct Showing {
    out: String,
    todo: Vec<Step>,
}

impl Showing {
    /// # Safety
    /// The words in `todo` are alive and of their types.
    unsafe fn run(&mut self) {
        while let Some(step) = self.todo.pop() {
            match step {
                // SAFETY: as the caller promises; parts of live objects are alive.
                Step::Word(of, word) => unsafe { self.word(of, word) },
                // SAFETY: the same.
                Step::Place(of, at) => unsafe { self.place(of, at) },
                Step::Text(text) => self.out.push_str(text),
                Step::Elements(of, array, index) => self.element(of, array, index),
                Step::Fields { fields, at, separator, close } => {
                    let Some((field, rest)) = fields.split_first() else {
                        self.out.push_str(close);
                        continue;
                    };
                    self.out.push_str(separator);
                    if !part_name(field).is_empty() {
                        self.out.push_str(part_name(field));
                        self.out.push_str(": ");
                    }
                    self.todo.push(Step::Fields { fields: rest, at, separator: ", ", close });
                    // SAFETY: an object has the words of all its fields.
                    let at = unsafe { at.add(field.at as usize) };
                    self.todo.push(Step::Place(part_desc(field), at));
                }
                Step::Entries { map, position, separator } => self.entry(map, position, separator),
            }
        }
    }

    /// # Safety
    /// The word is alive and of this type.
    unsafe fn word(&mut self, of: Desc, word: u64) {
        match kind(of) {
            Kind::Unit => self.out.push_str("()"),
            Kind::Int | Kind::Byte => self.out.push_str(itoa::Buffer::new().format(word as i64)),
            Kind::Float => self.out.push_str(Float::new().text(f64::from_bits(word))),
            Kind::Duration => self.out.push_str(&duration_text(word as i64)),
            Kind::Bool => self.out.push_str(bool_text(word)),
            Kind::Tag => self.out.push_str(parts(of).get(word as usize).map_or("?", part_name)),
            // SAFETY: as the caller promises.
            Kind::String => quote(&mut self.out, unsafe { text_of(word) }),
            Kind::NullablePointer | Kind::NullableBoxed if word == 0 => self.out.push_str("none"),
            Kind::NullablePointer => self.todo.push(Step::Word(first(of), word)),
            Kind::NullableBoxed
            | Kind::Array
            | Kind::Map
            | Kind::Tuple
            | Kind::Class
            | Kind::Enum
            | Kind::Error
            | Kind::AnyError
            | Kind::Fn
            | Kind::Sender
            | Kind::Receiver
            | Kind::Publisher
            | Kind::Subscriber
            | Kind::Task => {
                // SAFETY: a word of such a type is an object.
                let object = unsafe { Object::from_word(word) };
                self.object(of, object);
            }
            Kind::Inline => unreachable!("{} is not one word here", name(first(of))),
        }
    }

    fn object(&mut self, of: Desc, object: Object) {
        match kind(of) {
            Kind::NullableBoxed => self.todo.push(Step::Word(first(of), object.get(FIELDS))),
            Kind::Array => {
                self.out.push('[');
                self.todo.push(Step::Elements(first(of), object, 0));
            }
            Kind::Map => {
                self.out.push('{');
                self.todo.push(Step::Entries { map: object, position: 0, separator: "" });
            }
            Kind::Fn => self.out.push_str(name(of)),
            Kind::Sender | Kind::Receiver | Kind::Publisher | Kind::Subscriber | Kind::Task => {
                self.out.push_str(&object.handle_text());
            }
            Kind::Tuple | Kind::Enum | Kind::Class | Kind::Error | Kind::AnyError => {
                // SAFETY: the object's words lie there.
                unsafe { self.record(object.desc(), object.at(FIELDS)) };
            }
            Kind::Unit
            | Kind::Int
            | Kind::Float
            | Kind::Bool
            | Kind::Byte
            | Kind::Tag
            | Kind::String
            | Kind::NullablePointer
            | Kind::Duration
            | Kind::Inline => {}
        }
    }

    /// # Safety
    /// The value at the place is alive and of this type.
    unsafe fn place(&mut self, of: Desc, at: *const u64) {
        // SAFETY: as the caller promises.
        match unsafe { look(of, at) } {
            Seen::Word(word) => self.todo.push(Step::Word(of, word)),
            Seen::None => self.out.push_str("none"),
            Seen::Some(of, at) => self.todo.push(Step::Place(of, at)),
            // SAFETY: the words of the value lie there.
            Seen::Words(of) => unsafe { self.record(of, at) },
        }
    }

    /// The words of a tuple, enum, class or error.
    ///
    /// # Safety
    /// They are alive and lie at this address.
    unsafe fn record(&mut self, of: Desc, at: *const u64) {
        if kind(of) == Kind::Tuple {
            self.out.push('(');
            self.todo.push(Step::Fields { fields: parts(of), at, separator: "", close: ")" });
        } else if kind(of) == Kind::Enum {
            // SAFETY: the tag comes first.
            let tag = unsafe { *at };
            self.out.push_str(parts(of).get(tag as usize).map_or("?", part_name));
            self.fields(variant_fields(of, tag), at);
        } else {
            self.out.push_str(name(of));
            self.fields(parts(of), at);
        }
    }

    /// Named fields in braces; nothing if there are none.
    fn fields(&mut self, fields: &'static [Part], at: *const u64) {
        if !fields.is_empty() {
            self.todo.push(Step::Fields { fields, at, separator: " { ", close: " }" });
        }
    }

    fn element(&mut self, of: Desc, array: Object, index: usize) {
        let Some(at) = element_at(array, index) else {
            self.out.push(']');
            return;
        };
        if index > 0 {
            self.out.push_str(", ");
        }
        self.todo.push(Step::Elements(of, array, index + 1));
        self.todo.push(Step::Place(of, at));
    }

    fn entry(&mut self, map: Object, position: usize, separator: &'static str) {
        if position >= Table::entry_count(map) {
            self.out.push('}');
            return;
        }
        let Some(entry) = Table::entry(map, position) else {
            self.todo.push(Step::Entries { map, position: position + 1, separator });
            return;
        };
        self.out.push_str(separator);
        self.todo.push(Step::Entries { map, position: position + 1, separator: ", " });
        self.todo.push(Step::Word(second(map.desc()), entry.value));
        self.todo.push(Step::Text(": "));
        self.todo.push(Step::Word(first(map.desc()), entry.key));
    }
}

fn push(out: &mut String, value: impl std::fmt::Display) {
    // Writing to a string cannot fail.
    let _ = write!(out, "{value}");
}

/// A text as a literal of the language.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::new();
    quote(&mut out, text);
    out
}

/// As a literal of the language.
fn quote(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\0"),
            _ if character.is_control() => push(out, format_args!("\\u{{{:x}}}", character as u32)),
            _ => out.push(character),
        }
    }
    out.push('"');
}
