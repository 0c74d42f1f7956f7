//! How parts of objects are called, for people. In: an object and the address of a part of it. Out: `.name`,
//! `[3]`, `["key"]`.

use super::super::describe::Desc;
use super::super::describe::{
    first, is_inline, kind, name, part_desc, part_name, parts, second, variant_fields, width,
};
use super::super::object::Object;
use super::super::show::shown;
use super::super::table::Table;
use pluto_abi::layout::{CAPTURES, DATA, FIELDS, Kind, Part, VARIANT_FIELDS};

/// The name of the part at an address, as `Object::each_part` gives it.
pub(super) fn part(object: Object, slot: usize) -> String {
    let of = object.desc();
    let word = |offset: i32| (slot - object.at(offset) as usize) / 8;
    match kind(of) {
        Kind::Class | Kind::Error | Kind::Tuple => field(parts(of), word(FIELDS)),
        Kind::Enum => {
            let tag = object.get(FIELDS);
            let variant = parts(of).get(tag as usize).map_or("", part_name);
            format!(".{variant}{}", field(variant_fields(of, tag), word(VARIANT_FIELDS)))
        }
        Kind::Map => entry(object, slot),
        Kind::NullableBoxed => "?".to_owned(),
        Kind::Fn => format!(" (captured value {})", word(CAPTURES)),
        Kind::Array => {
            let element = first(of);
            let (index, word) = (word(DATA) / width(element), word(DATA) % width(element));
            format!("[{index}]{}", inside(element, word))
        }
        Kind::Unit
        | Kind::Int
        | Kind::Float
        | Kind::Bool
        | Kind::Byte
        | Kind::String
        | Kind::NullablePointer
        | Kind::Tag
        | Kind::AnyError
        | Kind::Sender
        | Kind::Receiver
        | Kind::Publisher
        | Kind::Subscriber
        | Kind::Task
        | Kind::Duration
        | Kind::Inline => format!("[{}]", word(FIELDS)),
    }
}

/// The name of the field in which a word lies, and what is in it.
fn field(fields: &'static [Part], mut word: usize) -> String {
    for (number, field) in fields.iter().enumerate() {
        let words = field.words as usize;
        if word < words {
            let name = match part_name(field) {
                "" => number.to_string(),
                name => name.to_owned(),
            };
            return format!(".{name}{}", inside(part_desc(field), word));
        }
        word -= words;
    }
    format!(".{word}")
}

/// The same in a place, if several words lie there.
fn inside(place: Desc, word: usize) -> String {
    if is_inline(place) { field(parts(first(place)), word) } else { String::new() }
}

fn entry(map: Object, slot: usize) -> String {
    let is_in = |word: &u64| std::ptr::from_ref(word) as usize == slot;
    let Some(entry) = Table::entries(map).find(|entry| is_in(&entry.key) || is_in(&entry.value)) else {
        return "[?]".to_owned();
    };
    // SAFETY: keys of live maps are alive.
    let key = unsafe { shown(first(map.desc()), entry.key) };
    if is_in(&entry.key) { format!(" (key {key})") } else { format!("[{key}]") }
}

/// The name of a type: `Point`, `[string]`, `Map<string, int>`.
pub(super) fn of_type(of: Desc) -> String {
    let inner = || of_type(first(of));
    match kind(of) {
        Kind::Class | Kind::Enum | Kind::Error | Kind::Tag => name(of).to_owned(),
        Kind::Array => format!("[{}]", inner()),
        Kind::Map => format!("Map<{}, {}>", inner(), of_type(second(of))),
        Kind::NullablePointer | Kind::NullableBoxed => format!("{}?", inner()),
        Kind::Tuple => {
            let types: Vec<String> = parts(of).iter().map(|part| of_type(part_desc(part))).collect();
            format!("({})", types.join(", "))
        }
        Kind::Sender | Kind::Receiver | Kind::Publisher | Kind::Subscriber | Kind::Task => {
            format!("{:?}<{}>", kind(of), inner())
        }
        // A place, named by the type of what lies there.
        Kind::Inline => inner(),
        Kind::Fn => "closure".to_owned(),
        Kind::AnyError => "error".to_owned(),
        Kind::Unit => "()".to_owned(),
        Kind::Duration => "Duration".to_owned(),
        Kind::Int | Kind::Float | Kind::Bool | Kind::Byte | Kind::String => format!("{:?}", kind(of)).to_lowercase(),
    }
}
