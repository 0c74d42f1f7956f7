//! Encoding and decoding of values that cross a boundary: bincode 2, standard configuration. In: types in `program.wire`. Out: a
//! function of each kind for every type with parts; scalars and strings are one call of the runtime at the place of use.

pub(crate) mod decode;
pub(crate) mod encode;

use crate::emitter::Emitter;
use cranelift_codegen::ir::{Block, InstBuilder, Value};
use cranelift_frontend::Switch;
use pluto_middle::mir::{Program, Type, TypeId};

/// Can a type contain itself? Only through a type with a name; so those look at the stack.
fn may_recurse(ty: &Type) -> bool {
    matches!(ty, Type::Class { .. } | Type::Enum { .. } | Type::Error { .. })
}

/// Is every value of this type encoded as nothing?
fn is_empty(program: &Program, ty: TypeId) -> bool {
    // A value with parts that are all empty is finite, so this ends, but it may be deep: an explicit stack. A type that was
    // seen before adds nothing.
    let mut seen = std::collections::BTreeSet::new();
    let mut open = vec![ty];
    while let Some(ty) = open.pop() {
        if !seen.insert(ty) {
            continue;
        }
        match &program.types[ty] {
            Type::Unit => {}
            Type::Tuple(fields) => open.extend(fields),
            Type::Class { fields, .. } | Type::Error { fields, .. } => open.extend(fields.iter().map(|field| field.1)),
            Type::Int
            | Type::Float
            | Type::Bool
            | Type::Byte
            | Type::String
            | Type::Array(_)
            | Type::Map(..)
            | Type::Nullable { .. }
            | Type::Tag { .. }
            | Type::Enum { .. }
            | Type::AnyError
            | Type::Ref(_)
            | Type::Duration
            | Type::Fn { .. }
            | Type::Closure { .. }
            | Type::Holder { .. }
            | Type::Service(_)
            | Type::Status => return false,
        }
    }
    true
}

/// How many words the decoder of a type gives: all of an inline enum, so that what it is a part of needs no box for it; else one.
pub(crate) fn decoded_words(program: &Program, ty: TypeId) -> usize {
    match program.types[ty] {
        Type::Enum { .. } => program.layouts.words(ty).len(),
        Type::Unit
        | Type::Int
        | Type::Float
        | Type::Bool
        | Type::Byte
        | Type::String
        | Type::Array(_)
        | Type::Map(..)
        | Type::Tuple(_)
        | Type::Nullable { .. }
        | Type::Class { .. }
        | Type::Tag { .. }
        | Type::Error { .. }
        | Type::AnyError
        | Type::Ref(_)
        | Type::Duration
        | Type::Fn { .. }
        | Type::Closure { .. }
        | Type::Holder { .. }
        | Type::Service(_)
        | Type::Status => 1,
    }
}

/// The offset of a word.
fn offset(base: i32, word: u32) -> i32 {
    i32::try_from(word).ok().and_then(|word| word.checked_mul(8)?.checked_add(base)).expect("objects below 2 GiB")
}

/// The address of an element, without the offset of the first one.
fn element_address(e: &mut Emitter<'_>, array: Value, index: Value, element: TypeId) -> Value {
    let bytes = 8 * e.program.layouts.words(element).len();
    let offset = e.b.ins().imul_imm_s(index, i64::try_from(bytes).expect("few words"));
    e.b.ins().iadd(array, offset)
}

/// Goes to the block of this number.
fn switch(e: &mut Emitter<'_>, number: Value, arms: &[Block], otherwise: Block) {
    let mut switch = Switch::new();
    for (at, block) in arms.iter().enumerate() {
        switch.set_entry(at as u128, *block);
    }
    switch.emit(&mut e.b, number, otherwise);
}
