//! Writing values. In: a buffer and a word of a known type (borrowed), or the address where its words lie. Out: code that appends its bytes.

use super::{element_address, may_recurse, offset, switch};
use crate::abi::RuntimeFn;
use crate::emitter::Emitter;
use crate::symbol::Code;
use cranelift_codegen::ir::{Block, InstBuilder, Value};
use pluto_abi::layout;
use pluto_middle::layout::parts_of;
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
        | Type::Error { .. } => {
            e.call_code(Code::Encode(ty), &[buffer, word]);
        }
        Type::Enum { .. } => variant_at(e, ty, buffer, (word, layout::FIELDS)),
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

/// Writes the value that lies at an address.
pub(crate) fn place(e: &mut Emitter<'_>, ty: TypeId, buffer: Value, (base, from): (Value, i32)) {
    let layout = e.program.layouts.layout(ty);
    if !e.program.layouts.is_inline(ty) {
        let word = e.load(base, from);
        value(e, ty, buffer, word);
    } else if let (Type::Nullable { inner, .. }, Some(tells)) = (e.ty(ty), layout.tells) {
        let tells = e.load(base, offset(from, tells));
        let inside = offset(from, layout.bodies[0].parts[0].start);
        nullable(e, tells, buffer, |e| place(e, *inner, buffer, (base, inside)));
    } else if let Type::Enum { .. } = e.ty(ty) {
        variant_at(e, ty, buffer, (base, from));
    } else {
        body(e, (ty, 0), buffer, (base, from));
    }
}

/// Writes the parts of a class, tuple, error or variant, whose words begin at an address.
fn body(e: &mut Emitter<'_>, (ty, variant): (TypeId, u32), buffer: Value, (base, from): (Value, i32)) {
    let types = parts_of(e.ty(ty)).swap_remove(variant as usize);
    for (ty, part) in types.into_iter().zip(&e.program.layouts.variant(ty, variant).parts) {
        place(e, ty, buffer, (base, offset(from, part.start)));
    }
}

/// Writes an enum whose tag lies at an address.
fn variant_at(e: &mut Emitter<'_>, ty: TypeId, buffer: Value, (base, from): (Value, i32)) {
    let at = e.b.ins().iadd_imm_s(base, i64::from(from));
    e.call_code(Code::Encode(ty), &[buffer, at]);
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

/// The function `encode(task, buffer, value)` of a type; of an enum it takes the address of the tag.
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
        Type::Nullable { inner, boxed } => nullable(e, object, buffer, |e| {
            let inside = if *boxed == Boxed::Yes { e.load(object, layout::FIELDS) } else { object };
            value(e, *inner, buffer, inside);
        }),
        Type::Tuple(_) | Type::Class { .. } | Type::Error { .. } => {
            body(e, (ty, 0), buffer, (object, layout::FIELDS));
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
        place(e, element, buffer, (address, layout::DATA));
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

/// Writes a nullable value that is `none` if a word is 0.
fn nullable(e: &mut Emitter<'_>, tells: Value, buffer: Value, inside: impl FnOnce(&mut Emitter<'_>)) {
    let (some, none, done) = (e.block(), e.block(), e.block());
    e.branch(tells, some, none);
    e.begin(some);
    let one = e.word(1);
    e.run(RuntimeFn::write_byte, &[buffer, one]);
    inside(e);
    e.jump(done);
    e.begin(none);
    let zero = e.word(0);
    e.run(RuntimeFn::write_byte, &[buffer, zero]);
    e.jump(done);
    e.begin(done);
}

fn variant(e: &mut Emitter<'_>, ty: TypeId, buffer: Value, at: Value) {
    let tag = e.load(at, 0);
    e.run(RuntimeFn::write_varint, &[buffer, tag]);
    let bodies = &e.program.layouts.layout(ty).bodies;
    // Those of an inline enum say where things lie from the tag on, others from behind it.
    let from = if e.program.layouts.is_inline(ty) { 0 } else { layout::VARIANT_FIELDS - layout::FIELDS };
    let arms: Vec<Block> = bodies.iter().map(|_| e.block()).collect();
    let done = e.block();
    switch(e, tag, &arms, done);
    for (number, block) in (0_u32..).zip(arms) {
        e.begin(block);
        body(e, (ty, number), buffer, (at, from));
        e.jump(done);
    }
    e.begin(done);
}
