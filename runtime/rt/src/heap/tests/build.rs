//! Making descriptors and values for tests, as generated code would.

use crate::heap::describe::{self, Desc, is_counted, is_inline, kind, part_desc, parts, width};
use crate::heap::imp::{array_push, drop_word, map_insert, map_new, show};
use crate::heap::memory::live;
use crate::heap::object::{Object, another, some};
use crate::heap::string::{new_string, text_of};
use pluto_abi::layout::{Counted, FIELDS, Kind, Part, TypeDesc, VARIANT_FIELDS, plan};
use std::ptr::null;

/// Runs a test and checks that it freed all that it made.
pub(super) fn balanced(test: impl FnOnce()) {
    let before = live::objects();
    test();
    assert_eq!(live::objects(), before, "objects are left");
}

/// The address of a descriptor, as the table wants it.
pub(super) fn at(desc: Desc) -> *mut u8 {
    (desc as *const TypeDesc).cast_mut().cast()
}

/// As codegen says it.
fn plan_of(kind: Kind, first: Option<Desc>, parts: &'static [Part]) -> u64 {
    let of_words = |words: &[Desc]| plan(&words.iter().map(|of| is_counted(describe::kind(of))).collect::<Vec<_>>());
    match (kind, first) {
        (Kind::Class | Kind::Tuple | Kind::Error, _) => of_words(&words_of(parts)),
        (Kind::NullableBoxed, Some(first)) => of_words(&[first]),
        (_by_kind, _) => 0,
    }
}

fn make(kind: Kind, name: &str, first: Option<Desc>, second: Option<Desc>, parts: Vec<Part>) -> &'static mut TypeDesc {
    let words = if matches!(kind, Kind::Tag | Kind::Enum) { 0 } else { parts.iter().map(|part| part.words).sum() };
    // The code's address comes before captures.
    let parts = if kind == Kind::Enum { parts } else { placed(parts, u64::from(kind == Kind::Fn)) };
    let (name, parts) = (name.to_owned().leak(), parts.leak());
    let counted = if words == 0 { &[][..] } else { counted_from(u64::from(kind == Kind::Fn), parts) };
    let pointer = |desc: Option<Desc>| desc.map_or(null(), |desc| desc as *const TypeDesc);
    Box::leak(Box::new(TypeDesc {
        kind: kind as u32,
        words,
        plan: plan_of(kind, first, parts),
        name: name.as_ptr(),
        name_len: name.len() as u64,
        first: pointer(first),
        second: pointer(second),
        part_count: parts.len() as u64,
        parts: parts.as_ptr(),
        tells: 0,
        counted_count: counted.len() as u64,
        counted: counted.as_ptr(),
    }))
}

/// One behind the other.
fn placed(mut parts: Vec<Part>, from: u64) -> Vec<Part> {
    let mut at = from;
    for part in &mut parts {
        part.at = at;
        at += u64::from(part.words);
    }
    parts
}

/// The types of all words of these fields.
fn words_of(fields: &'static [Part]) -> Vec<Desc> {
    fields.iter().map(part_desc).flat_map(|of| if is_inline(of) { words_of(parts(of)) } else { vec![of] }).collect()
}

fn counted_of(fields: &'static [Part]) -> &'static [Counted] {
    counted_from(0, fields)
}

/// Behind so many other words.
fn counted_from(from: u64, fields: &'static [Part]) -> &'static [Counted] {
    let words = (from..).zip(words_of(fields)).filter(|(_, of)| is_counted(kind(of)));
    words.map(|(word, desc)| Counted { word, desc }).collect::<Vec<_>>().leak()
}

pub(super) fn plain(kind: Kind) -> Desc {
    make(kind, "plain", None, None, vec![])
}

pub(super) fn int() -> Desc {
    plain(Kind::Int)
}

pub(super) fn string() -> Desc {
    plain(Kind::String)
}

pub(super) fn array(of: Desc) -> Desc {
    make(Kind::Array, "array", Some(of), None, vec![])
}

pub(super) fn map(key: Desc, value: Desc) -> Desc {
    make(Kind::Map, "map", Some(key), Some(value), vec![])
}

pub(super) fn boxed(of: Desc) -> Desc {
    make(Kind::NullableBoxed, "boxed", Some(of), None, vec![])
}

pub(super) fn nullable(of: Desc) -> Desc {
    make(Kind::NullablePointer, "nullable", Some(of), None, vec![])
}

fn field((name, desc): &(&str, Desc)) -> Part {
    let name = (*name).to_owned().leak();
    let words = width(desc) as u32;
    let (name, name_len) = (name.as_ptr(), name.len() as u64);
    Part {
        name,
        name_len,
        desc: *desc,
        field_count: 0,
        words,
        fields: null(),
        at: 0,
        counted_count: 0,
        counted: null(),
    }
}

/// A class, error or tuple.
pub(super) fn record(kind: Kind, name: &str, fields: &[(&str, Desc)]) -> Desc {
    make(kind, name, None, None, fields.iter().map(field).collect())
}

pub(super) fn choice(name: &str, variants: &[(&str, &[(&str, Desc)])]) -> Desc {
    let variant = |(name, fields): &(&str, &[(&str, Desc)])| {
        let fields = placed(fields.iter().map(field).collect(), 1).leak();
        let name = (*name).to_owned().leak();
        let words = 1 + fields.iter().map(|field| field.words).sum::<u32>();
        // The tag comes before them.
        let counted = counted_from(1, fields);
        let (name, name_len) = (name.as_ptr(), name.len() as u64);
        let (field_count, fields) = (fields.len() as u32, fields.as_ptr());
        let (counted_count, counted) = (counted.len() as u64, counted.as_ptr());
        Part { name, name_len, desc: null(), field_count, words, fields, at: 0, counted_count, counted }
    };
    let any_fields = variants.iter().any(|(_, fields)| !fields.is_empty());
    let kind = if any_fields { Kind::Enum } else { Kind::Tag };
    make(kind, name, None, None, variants.iter().map(variant).collect())
}

/// A place for inline values of a class or tuple.
pub(super) fn inline(of: Desc) -> Desc {
    let words = words_of(parts(of)).into_iter();
    make(Kind::Inline, "", Some(of), None, words.map(|word| field(&("", word))).collect())
}

/// A place for inline values of a nullable type. The word that tells whether there is a value is one of what is inside, or one before that.
pub(super) fn inline_nullable(of: Desc, inner: Desc, niche: Option<usize>) -> Desc {
    let mut words = if is_inline(inner) { parts(inner).iter().map(part_desc).collect() } else { vec![inner] };
    match niche {
        Some(word) => words[word] = nullable(words[word]),
        None => words.insert(0, plain(Kind::Bool)),
    }
    let words = words.into_iter().map(|word| field(&("", word))).collect();
    let place = make(Kind::Inline, "", Some(of), Some(inner), words);
    place.tells = niche.unwrap_or(0) as u64;
    place
}

/// A variant's name, and its fields: name, type, and which word of the value they begin at.
pub(super) type Variant<'a> = (&'a str, &'a [(&'a str, Desc, u64)]);

/// A place for inline values of an enum: its words, the tag first, and where the fields of its variants lie among them.
pub(super) fn inline_choice(name: &str, words: &[Desc], variants: &[Variant<'_>]) -> Desc {
    let listed = words.iter().map(|word| field(&("", *word))).collect::<Vec<_>>().leak();
    let counted = counted_of(listed);
    let variant = |(name, fields): &Variant<'_>| {
        let placed = fields.iter().map(|(name, desc, at)| Part { at: *at, ..field(&(*name, *desc)) });
        let fields = placed.collect::<Vec<_>>().leak();
        let name = (*name).to_owned().leak();
        Part {
            name: name.as_ptr(),
            name_len: name.len() as u64,
            desc: null(),
            field_count: fields.len() as u32,
            words: words.len() as u32,
            fields: fields.as_ptr(),
            at: 0,
            counted_count: counted.len() as u64,
            counted: counted.as_ptr(),
        }
    };
    let whole = make(Kind::Enum, name, None, None, variants.iter().map(variant).collect());
    make(Kind::Inline, "", Some(whole), None, words.iter().map(|word| field(&("", *word))).collect())
}

/// A recursive class: `class Node { value: int, next: Node? }`.
pub(super) fn node() -> Desc {
    let node = make(Kind::Class, "Node", None, None, vec![]);
    let node_at: *mut TypeDesc = node;
    // SAFETY: the descriptor is filled in before anybody reads it.
    unsafe {
        let next = nullable(&*node_at);
        let fields = placed([("value", int()), ("next", next)].iter().map(field).collect(), 0).leak();
        (*node_at).parts = fields.as_ptr();
        (*node_at).part_count = 2;
        (*node_at).words = 2;
        (*node_at).plan = plan(&[false, true]);
        let counted = counted_of(fields);
        (*node_at).counted = counted.as_ptr();
        (*node_at).counted_count = counted.len() as u64;
        &*node_at
    }
}

pub(super) fn text(value: &str) -> u64 {
    new_string(value)
}

pub(super) fn float(value: f64) -> u64 {
    value.to_bits()
}

pub(super) fn new_record(desc: Desc, fields: &[u64]) -> u64 {
    let object = Object::new(desc, fields.len());
    for (index, &word) in fields.iter().enumerate() {
        object.set(FIELDS + 8 * index as i32, word);
    }
    object.word()
}

pub(super) fn new_variant(desc: Desc, tag: u64, fields: &[u64]) -> u64 {
    let object = Object::new(desc, 1 + fields.len());
    object.set(FIELDS, tag);
    for (index, &word) in fields.iter().enumerate() {
        object.set(VARIANT_FIELDS + 8 * index as i32, word);
    }
    object.word()
}

pub(super) fn new_some(desc: Desc, word: u64) -> u64 {
    // SAFETY: the word is owned and of the inner type.
    unsafe { some(desc, word) }
}

pub(super) fn new_array(desc: Desc, words: &[u64]) -> u64 {
    let mut array = crate::heap::array::new_array(desc, 0).word();
    for &word in words {
        // SAFETY: the slot holds an array, the word is owned.
        unsafe { array_push(slot(&mut array), word) };
    }
    array
}

pub(super) fn new_map(desc: Desc, entries: &[(u64, u64)]) -> u64 {
    // SAFETY: the slot holds a map, the words are owned.
    unsafe {
        let mut map = map_new(at(desc));
        for &(key, value) in entries {
            map_insert(slot(&mut map), key, value);
        }
        map
    }
}

pub(super) fn slot(word: &mut u64) -> *mut u8 {
    (&raw mut *word).cast()
}

/// One more owner.
pub(super) fn dup(desc: Desc, word: u64) -> u64 {
    // SAFETY: the word is alive.
    unsafe { another(desc, word) }
}

pub(super) fn discard(desc: Desc, word: u64) {
    // SAFETY: the test owns the word.
    unsafe { drop_word(at(desc), word) };
}

/// The text of a string, which is dropped.
pub(super) fn taken(word: u64) -> String {
    // SAFETY: the word is a string.
    let text = unsafe { text_of(word) }.to_owned();
    discard(string(), word);
    text
}

/// What `print` shows of a value, which is dropped.
pub(super) fn shown(desc: Desc, word: u64) -> String {
    // SAFETY: the word is alive.
    let shown = taken(unsafe { show(at(desc), word, std::ptr::null_mut(), 0) });
    discard(desc, word);
    shown
}
