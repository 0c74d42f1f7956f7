//! Reading type descriptors: static data that `codegen` writes. In: [`TypeDesc`]. Out: its parts as Rust values.
//!
//! Descriptors live as long as the process and are never written, so all of this is plain reading.

use pluto_abi::layout::{Counted, Kind, Part, TypeDesc};

/// A descriptor.
pub type Desc = &'static TypeDesc;

/// The descriptor behind an argument of the table.
///
/// # Safety
/// `desc` is the address of a static descriptor.
#[inline]
pub(crate) unsafe fn desc(desc: *mut u8) -> Desc {
    // SAFETY: as the caller promises; descriptors are static and aligned.
    unsafe { &*desc.cast::<TypeDesc>() }
}

/// What kind of type it is.
#[inline]
pub fn kind(desc: Desc) -> Kind {
    debug_assert!(desc.kind <= Kind::Inline as u32, "descriptor of unknown kind {}", desc.kind);
    // SAFETY: `codegen` writes only numbers of `Kind`, which is `repr(u32)` and has no gaps.
    unsafe { std::mem::transmute::<u32, Kind>(desc.kind) }
}

/// The type's name.
pub fn name(desc: Desc) -> &'static str {
    text(desc.name, desc.name_len)
}

/// Element of an array, key of a map, inside of a nullable, message of an end, result of a task, type of an inline place.
#[inline]
pub(crate) fn first(desc: Desc) -> Desc {
    debug_assert!(!desc.first.is_null(), "{} has no inner type", name(desc));
    // SAFETY: arrays, maps, nullables, ends, tasks and inline places have it, and only for those it is asked.
    unsafe { &*desc.first }
}

/// Value of a map.
#[inline]
pub(crate) fn second(desc: Desc) -> Desc {
    debug_assert!(!desc.second.is_null(), "{} has no value type", name(desc));
    // SAFETY: maps have it, and only for those it is asked.
    unsafe { &*desc.second }
}

/// The fields of a class, error or tuple; the variants of a tag or enum; the captures of a closure; the words of an inline place.
#[inline]
pub(crate) fn parts(desc: Desc) -> &'static [Part] {
    slice(desc.parts, desc.part_count)
}

/// Is a place described so several words wide?
#[inline]
pub(crate) fn is_inline(desc: Desc) -> bool {
    kind(desc) == Kind::Inline
}

/// How many words a place has that is described so.
#[inline]
pub(crate) fn width(desc: Desc) -> usize {
    if is_inline(desc) { desc.words as usize } else { 1 }
}

/// The type of a value at a place that is described so, where it is one word.
#[inline]
pub(crate) fn whole(desc: Desc) -> Desc {
    if is_inline(desc) { first(desc) } else { desc }
}

/// The place of what is inside, if a place described so is an inline one of a nullable type. It has the last of the words.
#[inline]
pub(crate) fn inside(desc: Desc) -> Option<Desc> {
    // SAFETY: descriptors are static.
    if is_inline(desc) { unsafe { desc.second.as_ref() } } else { None }
}

/// The fields of a variant.
#[inline]
pub(crate) fn variant_fields(desc: Desc, tag: u64) -> &'static [Part] {
    let variant = &parts(desc)[tag as usize];
    slice(variant.fields, u64::from(variant.field_count))
}

/// How many words an object of a variant has behind its header.
#[inline]
pub(crate) fn variant_words(desc: Desc, tag: u64) -> usize {
    parts(desc)[tag as usize].words as usize
}

/// The words with counts of a class, error, tuple, closure or inline place.
#[inline]
pub(crate) fn counted(desc: Desc) -> &'static [Counted] {
    slice(desc.counted, desc.counted_count)
}

/// The words with counts of a variant, behind the tag.
#[inline]
pub(crate) fn variant_counted(desc: Desc, tag: u64) -> &'static [Counted] {
    let variant = &parts(desc)[tag as usize];
    slice(variant.counted, variant.counted_count)
}

/// The type of a word with a count.
#[inline]
pub(crate) fn counted_desc(word: &'static Counted) -> Desc {
    // SAFETY: `codegen` writes the address of a static descriptor.
    unsafe { &*word.desc }
}

/// The name of a field or variant.
pub(crate) fn part_name(part: &'static Part) -> &'static str {
    text(part.name, part.name_len)
}

/// The type of a field, capture or word.
#[inline]
pub(crate) fn part_desc(part: &'static Part) -> Desc {
    debug_assert!(!part.desc.is_null(), "a variant has no type");
    // SAFETY: fields have a type, and it is asked only for fields.
    unsafe { &*part.desc }
}

/// Is a word of such a type 0 or the address of an object? Inline places are not words.
#[inline]
pub(crate) fn is_counted(kind: Kind) -> bool {
    match kind {
        Kind::Unit | Kind::Int | Kind::Float | Kind::Bool | Kind::Byte | Kind::Tag | Kind::Duration | Kind::Inline => {
            false
        }
        Kind::String
        | Kind::Array
        | Kind::Map
        | Kind::Tuple
        | Kind::NullablePointer
        | Kind::NullableBoxed
        | Kind::Class
        | Kind::Enum
        | Kind::Error
        | Kind::AnyError
        | Kind::Fn
        | Kind::Sender
        | Kind::Receiver
        | Kind::Publisher
        | Kind::Subscriber
        | Kind::Task => true,
    }
}

#[inline]
fn slice<T>(at: *const T, count: u64) -> &'static [T] {
    if count == 0 {
        return &[];
    }
    // SAFETY: `codegen` writes address and count of a static table together.
    unsafe { std::slice::from_raw_parts(at, count as usize) }
}

fn text(at: *const u8, len: u64) -> &'static str {
    if len == 0 {
        return "";
    }
    // SAFETY: `codegen` writes address and length of a static text together; sources are UTF-8.
    unsafe { std::str::from_utf8_unchecked(std::slice::from_raw_parts(at, len as usize)) }
}
