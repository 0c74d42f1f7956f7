//! Writing values. In: a buffer and a word of a known type (borrowed). Out: code that appends its bytes.

use super::{may_recurse, switch};
use crate::abi::RuntimeFn;
use crate::emitter::Emitter;
use crate::symbol::Code;
use cranelift_codegen::ir::{Block, InstBuilder, Value};
use pluto_abi::layout;
use pluto_middle::mir::{Boxed, Const, Function, Name, Operand, Type, TypeId};

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
        Type::Tuple(types) => parts(e, types.iter().copied(), layout::FIELDS, (buffer, object)),
        Type::Class { fields, .. } | Type::Error { fields, .. } => {
            parts(e, fields.iter().map(|field| field.1), layout::FIELDS, (buffer, object));
        }
        Type::Enum { variants, .. } => variant(e, variants, buffer, object),
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
        let offset = e.b.ins().ishl_imm_u(at, 3);
        let address = e.b.ins().iadd(array, offset);
        let word = e.load(address, layout::DATA);
        value(e, element, buffer, word);
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

fn parts(e: &mut Emitter<'_>, types: impl Iterator<Item = TypeId>, from: i32, (buffer, object): (Value, Value)) {
    for (offset, ty) in (from..).step_by(8).zip(types) {
        let word = e.load(object, offset);
        value(e, ty, buffer, word);
    }
}

fn variant(e: &mut Emitter<'_>, variants: &[(Name, Vec<(Name, TypeId)>)], buffer: Value, object: Value) {
    let tag = e.load(object, layout::FIELDS);
    e.run(RuntimeFn::write_varint, &[buffer, tag]);
    let arms: Vec<Block> = variants.iter().map(|_| e.block()).collect();
    let done = e.block();
    switch(e, tag, &arms, done);
    for (block, (_, fields)) in arms.into_iter().zip(variants) {
        e.begin(block);
        parts(e, fields.iter().map(|field| field.1), layout::VARIANT_FIELDS, (buffer, object));
        e.jump(done);
    }
    e.begin(done);
}
