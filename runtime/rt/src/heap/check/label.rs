//! How parts of objects are called, for people. In: an object and the number of a part, as `Object::each_part` counts them. Out: `.name`,
//! `[3]`, `["key"]`.

use super::super::describe::Desc;
use super::super::describe::{first, kind, name, part_name, parts, second, variant_fields};
use super::super::object::Object;
use super::super::show::shown;
use super::super::table::Table;
use pluto_abi::layout::{FIELDS, Kind};

/// The name of a part.
pub(super) fn part(object: Object, number: usize) -> String {
    let of = object.desc();
    let field = |fields: &'static [pluto_abi::layout::Part]| match fields.get(number).map(part_name) {
        Some(name) if !name.is_empty() => format!(".{name}"),
        Some(_) | None => format!(".{number}"),
    };
    match kind(of) {
        Kind::Class | Kind::Error | Kind::Tuple => field(parts(of)),
        Kind::Enum => {
            let tag = object.get(FIELDS);
            let variant = parts(of).get(tag as usize).map_or("", part_name);
            format!(".{variant}{}", field(variant_fields(of, tag)))
        }
        Kind::Map => entry(object, number),
        Kind::NullableBoxed => "?".to_owned(),
        Kind::Fn => format!(" (captured value {number})"),
        Kind::Array
        | Kind::Unit
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
        | Kind::Inline => format!("[{number}]"),
    }
}

/// Keys and values come by turns.
fn entry(map: Object, number: usize) -> String {
    let Some(entry) = Table::entries(map).nth(number / 2) else { return "[?]".to_owned() };
    // SAFETY: keys of live maps are alive.
    let key = unsafe { shown(first(map.desc()), entry.key) };
    if number.is_multiple_of(2) { format!(" (key {key})") } else { format!("[{key}]") }
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
            let types: Vec<String> =
                parts(of).iter().map(|part| of_type(super::super::describe::part_desc(part))).collect();
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
