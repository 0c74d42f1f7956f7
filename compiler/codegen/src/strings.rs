//! Strings that stand in the program. In: texts. Out: string objects with count 0, and plain bytes.

use crate::bytes::Bytes;
use crate::symbol::Symbol;
use pluto_middle::ids::Id;
use pluto_middle::mir::{Name, Program, Type, TypeId};

/// The descriptor of strings in this program.
pub(crate) fn descriptor(program: &Program) -> Symbol {
    match program.types.iter().position(|ty| *ty == Type::String) {
        Some(at) => Symbol::Desc(TypeId::from_index(at)),
        None => Symbol::StringDesc,
    }
}

/// A static string object: header, length, capacity, bytes up to a whole word.
pub(crate) fn object(program: &Program, text: &Name) -> Bytes {
    let mut data = Bytes::default();
    data.static_header(descriptor(program));
    data.count(text.len());
    data.count(text.len());
    data.bytes.extend(text.as_bytes());
    // Whole words, one at least: see `func/text`.
    data.bytes.resize(data.bytes.len().next_multiple_of(8) + if text.is_empty() { 8 } else { 0 }, 0);
    data
}

/// Only the bytes.
pub(crate) fn text(text: &Name) -> Bytes {
    Bytes { bytes: text.as_bytes().to_vec(), addresses: vec![] }
}
