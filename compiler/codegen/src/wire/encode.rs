//! Writing values. In: a buffer and a word of a known type (borrowed). Out: code that appends its bytes.

use super::{element_address, may_recurse, switch};
use crate::abi::RuntimeFn;
use crate::emitter::Emitter;
use crate::symbol::Code;
use cranelift_codegen::ir::{Block, InstBuilder, Value};
use pluto_abi::layout;
use pluto_middle::mir::{Boxed, Const, Function, Operand, Type, TypeId};

/// Writes a value.
pub(crate) fn value(e: &mut Emitter<'_>, ty: TypeId, buffer: Value, word: Value) {
    match e.ty(ty) {
        Type::Unit => {}
        Type::Int | Type::Duration => e.run(RuntimeFn::write_int, &[buffer, word]),
        Type::Float => e.run(RuntimeFn::write_float, &[buffer, word]),
        Type::Bool | Type::Byte => e.run(RuntimeFn::write_byte, &[buffer, word]),
        Type::String => e.run(RuntimeFn::write_string, &[buffer, word]),
        Type::Tag { .. } => e.run(RuntimeFn::write_varint, &[buffer, word]),
        Type::Array(_)
        | Type::Map(..)
        | Type::Tuple(_)
        | Type::Nullable { .. }
        | Type::Class { .. }
        | Type::Enum { .. }
        | Type::Error { .. } => {
            e.call_code(Code::Encode(ty), &[buffer, word]);
        }
        // Not data: `check` lets none of these into the signature of a served method.
        Type::AnyError
        | Type::Ref(_)
        | Type::Fn { .. }
        | Type::Closure { .. }
        | Type::Holder { .. }
        | Type::Service(_)
        | Type::Status => e.run(RuntimeFn::write_fail, &[buffer]),
    }
}

/// Writes what lies at an address, word by word: an inline value is written as its words are, one after the other, since its bytes are
/// those of its parts, and theirs of their parts.
fn words(e: &mut Emitter<'_>, words: &[TypeId], buffer: Value, (base, from): (Value, i32)) {
    for (offset, ty) in (from..).step_by(8).zip(words) {
        let word = e.load(base, offset);
        value(e, *ty, buffer, word);
    }
}

/// Writes an argument. Constants (which lowering does not pass) are taken as the type that they are written as.
pub(crate) fn operand(e: &mut Emitter<'_>, function: &Function, operand: &Operand, buffer: Value, word: Value) {
    match operand {
        Operand::Copy(local) | Operand::Move(local) => value(e, function.locals[*local].ty, buffer, word),
        Operand::Const(Const::Unit) => {}
        Operand::Const(Const::Int(_)) => e.run(RuntimeFn::write_int, &[buffer, word]),
        Operand::Const(Const::Float(_)) => e.run(RuntimeFn::write_float, &[buffer, word]),
        Operand::Const(Const::Str(_)) => e.run(RuntimeFn::write_string, &[buffer, word]),
        Operand::Const(Const::Null) => e.run(RuntimeFn::write_byte, &[buffer, word]),
        Operand::Const(Const::Service(_)) => e.run(RuntimeFn::write_fail, &[buffer]),
    }
}

/// The function `encode(task, buffer, value)` of a type.
pub(crate) fn build(e: &mut Emitter<'_>, ty: TypeId) {
    let (buffer, object) = (e.params[1], e.params[2]);
    if may_recurse(e.ty(ty)) {
        let (deep, go_on) = (e.cold_block(), e.block());
        e.check_stack(deep, go_on);
        e.begin(deep);
        e.run(RuntimeFn::write_fail, &[buffer]);
        e.b.ins().return_(&[]);
        e.begin(go_on);
    }
    match e.ty(ty) {
        Type::Array(element) => array(e, *element, buffer, object),
        Type::Map(key, held) => map(e, (*key, *held), buffer, object),
        Type::Nullable { inner, boxed } => nullable(e, (*inner, *boxed), buffer, object),
        Type::Tuple(_) | Type::Class { .. } | Type::Error { .. } => {
            words(e, &e.program.layouts.body(ty).words, buffer, (object, layout::FIELDS));
        }
        Type::Enum { .. } => variant(e, ty, buffer, object),
        Type::Unit
        | Type::Int
        | Type::Float
        | Type::Bool
        | Type::Byte
        | Type::String
        | Type::Tag { .. }
        | Type::AnyError
        | Type::Ref(_)
        | Type::Duration
        | Type::Fn { .. }
        | Type::Closure { .. }
        | Type::Holder { .. }
        | Type::Service(_)
        | Type::Status => value(e, ty, buffer, object),
    }
    e.b.ins().return_(&[]);
}

fn array(e: &mut Emitter<'_>, element: TypeId, buffer: Value, array: Value) {
    let len = e.load(array, layout::LEN);
    e.run(RuntimeFn::write_varint, &[buffer, len]);
    e.repeat(len, |e, at| {
        let address = element_address(e, array, at, element);
        words(e, e.program.layouts.words(element), buffer, (address, layout::DATA));
    });
}

fn map(e: &mut Emitter<'_>, (key, held): (TypeId, TypeId), buffer: Value, map: Value) {
    let slot = e.slot(2);
    let len = e.load(map, layout::LEN);
    e.run(RuntimeFn::write_varint, &[buffer, len]);
    e.repeat(len, |e, at| {
        let out = e.slot_address(slot);
        e.run(RuntimeFn::map_entry, &[map, at, out]);
        let (key_word, held_word) = (e.load(out, 0), e.load(out, 8));
        value(e, key, buffer, key_word);
        value(e, held, buffer, held_word);
    });
}

fn nullable(e: &mut Emitter<'_>, (inner, boxed): (TypeId, Boxed), buffer: Value, word: Value) {
    let (some, none, done) = (e.block(), e.block(), e.block());
    e.branch(word, some, none);
    e.begin(some);
    let one = e.word(1);
    e.run(RuntimeFn::write_byte, &[buffer, one]);
    let inside = if boxed == Boxed::Yes { e.load(word, layout::FIELDS) } else { word };
    value(e, inner, buffer, inside);
    e.jump(done);
    e.begin(none);
    let zero = e.word(0);
    e.run(RuntimeFn::write_byte, &[buffer, zero]);
    e.jump(done);
    e.begin(done);
}

fn variant(e: &mut Emitter<'_>, ty: TypeId, buffer: Value, object: Value) {
    let tag = e.load(object, layout::FIELDS);
    e.run(RuntimeFn::write_varint, &[buffer, tag]);
    let bodies = &e.program.layouts.layout(ty).bodies;
    let arms: Vec<Block> = bodies.iter().map(|_| e.block()).collect();
    let done = e.block();
    switch(e, tag, &arms, done);
    for (block, body) in arms.into_iter().zip(bodies) {
        e.begin(block);
        words(e, &body.words, buffer, (object, layout::VARIANT_FIELDS));
        e.jump(done);
    }
    e.begin(done);
}
