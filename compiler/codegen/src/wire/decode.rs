//! Reading values that a stranger wrote. In: a reader. Out: code that gives a word of the type, owned. After the first malformed
//! byte everything reads as nothing: 0 for objects, so what is there can be dropped with a test for null; the caller looks at the
//! reader once, at the end. Nothing is allocated that the bytes at hand do not pay for.

use super::{element_address, is_empty, may_recurse, switch};
use crate::abi::RuntimeFn;
use crate::emitter::Emitter;
use crate::symbol::{Code, Symbol};
use cranelift_codegen::ir::{Block, InstBuilder, Value};
use pluto_abi::layout;
use pluto_middle::mir::{Boxed, Type, TypeId};

/// Reads a value; floats as their bits.
pub(crate) fn value(e: &mut Emitter<'_>, ty: TypeId, reader: Value) -> Value {
    match e.ty(ty) {
        Type::Unit => e.word(0),
        Type::Int | Type::Duration => e.ask(RuntimeFn::read_int, &[reader]),
        Type::Float => e.ask(RuntimeFn::read_float, &[reader]),
        Type::Bool => e.ask(RuntimeFn::read_bool, &[reader]),
        Type::Byte => e.ask(RuntimeFn::read_byte, &[reader]),
        Type::String => e.ask(RuntimeFn::read_string, &[reader]),
        Type::Tag { variants, .. } => {
            let count = e.number(variants.len());
            e.ask(RuntimeFn::read_variant, &[reader, count])
        }
        Type::Array(_)
        | Type::Map(..)
        | Type::Tuple(_)
        | Type::Nullable { .. }
        | Type::Class { .. }
        | Type::Enum { .. }
        | Type::Error { .. } => e.call_code(Code::Decode(ty), &[reader]).expect("decoders have a result"),
        // Not data: `check` lets none of these into the signature of a served method.
        Type::AnyError
        | Type::Ref(_)
        | Type::Fn { .. }
        | Type::Closure { .. }
        | Type::Holder { .. }
        | Type::Service(_)
        | Type::Status => {
            e.run(RuntimeFn::read_fail, &[reader]);
            e.word(0)
        }
    }
}

/// The function `decode(task, reader) -> value` of a type.
pub(crate) fn build(e: &mut Emitter<'_>, ty: TypeId) {
    let reader = e.params[1];
    enter(e, ty, reader);
    let result = match e.ty(ty) {
        Type::Array(element) => array(e, ty, *element, reader),
        Type::Map(key, held) => map(e, ty, (*key, *held), reader),
        Type::Nullable { inner, boxed } => nullable(e, ty, (*inner, *boxed), reader),
        Type::Tuple(_) | Type::Class { .. } | Type::Error { .. } => {
            let words = words(e, &e.program.layouts.body(ty).words, reader);
            e.object(ty, &words)
        }
        Type::Enum { .. } => variant(e, ty, reader),
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
        | Type::Status => value(e, ty, reader),
    };
    e.b.ins().return_(&[result]);
}

/// Nothing is read where something was malformed, or where the stack is used up.
fn enter(e: &mut Emitter<'_>, ty: TypeId, reader: Value) {
    let (stop, go_on) = (e.cold_block(), e.block());
    let ok = e.ask(RuntimeFn::read_ok, &[reader]);
    e.branch(ok, go_on, stop);
    e.begin(stop);
    return_nothing(e);
    e.begin(go_on);
    if may_recurse(e.ty(ty)) {
        let (deep, body) = (e.cold_block(), e.block());
        e.check_stack(deep, body);
        e.begin(deep);
        e.run(RuntimeFn::read_fail, &[reader]);
        return_nothing(e);
        e.begin(body);
    }
}

fn return_nothing(e: &mut Emitter<'_>) {
    let nothing = e.word(0);
    e.b.ins().return_(&[nothing]);
}

/// All elements are written, whatever the reader says, so that the array is whole.
fn array(e: &mut Emitter<'_>, ty: TypeId, element: TypeId, reader: Value) -> Value {
    let len = length(e, e.program.layouts.words(element), reader);
    let desc = e.desc(ty);
    let array = e.ask(RuntimeFn::array_new, &[desc, len]);
    e.repeat(len, |e, at| {
        let words = words(e, e.program.layouts.words(element), reader);
        let address = element_address(e, array, at, element);
        e.store_words(address, layout::DATA, &words);
    });
    array
}

/// How many elements, of which a stranger must have paid for each.
fn length(e: &mut Emitter<'_>, words: &[TypeId], reader: Value) -> Value {
    // Each word takes a byte at least, if it takes any.
    match words.iter().filter(|word| !is_empty(e.program, **word)).count() {
        0 => e.ask(RuntimeFn::read_empty_len, &[reader]),
        least => {
            let least = e.number(least);
            e.ask(RuntimeFn::read_len, &[reader, least])
        }
    }
}

/// A map never sees a key that was not read whole.
fn map(e: &mut Emitter<'_>, ty: TypeId, (key, held): (TypeId, TypeId), reader: Value) -> Value {
    let slot = e.slot(1);
    let len = length(e, &[key, held], reader);
    let desc = e.desc(ty);
    let fresh = e.ask(RuntimeFn::map_new, &[desc]);
    let place = e.slot_address(slot);
    e.store(place, 0, fresh);
    e.repeat(len, |e, _| {
        let (key_word, held_word) = (value(e, key, reader), value(e, held, reader));
        let (insert, give_up, next) = (e.block(), e.cold_block(), e.block());
        let ok = e.ask(RuntimeFn::read_ok, &[reader]);
        e.branch(ok, insert, give_up);
        e.begin(give_up);
        e.drop_word(key, key_word);
        e.drop_word(held, held_word);
        e.jump(next);
        e.begin(insert);
        let place = e.slot_address(slot);
        e.run(RuntimeFn::map_insert, &[place, key_word, held_word]);
        e.jump(next);
        e.begin(next);
    });
    let place = e.slot_address(slot);
    e.load(place, 0)
}

fn nullable(e: &mut Emitter<'_>, ty: TypeId, (inner, boxed): (TypeId, Boxed), reader: Value) -> Value {
    let (some, none) = (e.block(), e.block());
    let tag = e.ask(RuntimeFn::read_bool, &[reader]);
    e.branch(tag, some, none);
    e.begin(none);
    return_nothing(e);
    e.begin(some);
    let word = value(e, inner, reader);
    if boxed == Boxed::Yes { e.object(ty, &[word]) } else { word }
}

/// Reads words one after the other: those of an object, or of an inline value, whose bytes are those of its parts, and theirs of
/// their parts.
fn words(e: &mut Emitter<'_>, words: &[TypeId], reader: Value) -> Vec<Value> {
    words.iter().map(|word| value(e, *word, reader)).collect()
}

fn variant(e: &mut Emitter<'_>, ty: TypeId, reader: Value) -> Value {
    let bodies = &e.program.layouts.layout(ty).bodies;
    let count = e.number(bodies.len());
    let tag = e.ask(RuntimeFn::read_variant, &[reader, count]);
    let arms: Vec<Block> = bodies.iter().map(|_| e.block()).collect();
    let none = e.cold_block();
    switch(e, tag, &arms, none);
    for (number, (block, body)) in (0_u32..).zip(arms.into_iter().zip(bodies)) {
        e.begin(block);
        let result = if body.words.is_empty() {
            e.address(Symbol::Variant(ty, number))
        } else {
            let fields = words(e, &body.words, reader);
            let tag = e.word(i64::from(number));
            e.object(ty, &[vec![tag], fields].concat())
        };
        e.b.ins().return_(&[result]);
    }
    e.begin(none);
    e.word(0)
}
