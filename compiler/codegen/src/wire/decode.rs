//! Reading values that a stranger wrote. In: a reader. Out: code that gives a word of the type, or its words, owned. After the first malformed
//! byte everything reads as nothing: 0 for objects, so what is there can be dropped with a test for null; the caller looks at the
//! reader once, at the end. Nothing is allocated that the bytes at hand do not pay for.

use super::{decoded_words, element_address, is_empty, may_recurse, switch};
use crate::abi::RuntimeFn;
use crate::emitter::Emitter;
use crate::symbol::{Code, Symbol};
use cranelift_codegen::ir::{Block, BlockArg, InstBuilder, Value, types};
use pluto_abi::layout;
use pluto_middle::layout::{Body, parts_of};
use pluto_middle::mir::{Boxed, Program, Type, TypeId};

/// Reads a value as one word; floats as their bits.
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
        | Type::Error { .. } => match *e.call_code(Code::Decode(ty), &[reader]) {
            [word] => word,
            ref words => e.object(ty, words),
        },
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

/// Reads a value as its words; floats as their bits.
pub(crate) fn words(e: &mut Emitter<'_>, ty: TypeId, reader: Value) -> Vec<Value> {
    if !e.program.layouts.is_inline(ty) {
        return vec![value(e, ty, reader)];
    }
    if let Type::Nullable { inner, .. } = e.ty(ty) {
        nullable_words(e, ty, *inner, reader)
    } else if let Type::Enum { .. } = e.ty(ty) {
        e.call_code(Code::Decode(ty), &[reader])
    } else {
        parts(e, (ty, 0), reader).concat()
    }
}

/// Reads the parts of a class, tuple, error or variant.
fn parts(e: &mut Emitter<'_>, (ty, variant): (TypeId, u32), reader: Value) -> Vec<Vec<Value>> {
    let types = parts_of(e.ty(ty)).swap_remove(variant as usize);
    types.into_iter().map(|ty| words(e, ty, reader)).collect()
}

/// Of `none` all words are 0.
fn nullable_words(e: &mut Emitter<'_>, ty: TypeId, inner: TypeId, reader: Value) -> Vec<Value> {
    let count = e.program.layouts.words(ty).len();
    let (some, done) = (e.block(), e.block());
    let found: Vec<Value> = (0..count).map(|_| e.b.append_block_param(done, types::I64)).collect();
    let tag = e.ask(RuntimeFn::read_bool, &[reader]);
    let zero = e.word(0);
    e.b.ins().brif(tag, some, &[], done, &vec![BlockArg::Value(zero); count]);
    e.begin(some);
    let mut inside = words(e, inner, reader);
    if inside.len() < count {
        inside.insert(0, e.word(1));
    }
    let inside: Vec<BlockArg> = inside.into_iter().map(BlockArg::Value).collect();
    e.b.ins().jump(done, &inside);
    e.begin(done);
    found
}

/// The function `decode(task, reader)` of a type, which gives a value as one word, but of an inline enum its words.
pub(crate) fn build(e: &mut Emitter<'_>, ty: TypeId) {
    let reader = e.params[1];
    enter(e, ty, reader);
    let result = match e.ty(ty) {
        Type::Array(element) => array(e, ty, *element, reader),
        Type::Map(key, held) => map(e, ty, (*key, *held), reader),
        Type::Nullable { inner, boxed } => nullable(e, ty, (*inner, *boxed), reader),
        Type::Tuple(_) | Type::Class { .. } | Type::Error { .. } => {
            let words = parts(e, (ty, 0), reader).concat();
            e.object(ty, &words)
        }
        Type::Enum { .. } => return variant(e, ty, reader),
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
    return_nothing(e, ty);
    e.begin(go_on);
    if may_recurse(e.ty(ty)) {
        let (deep, body) = (e.cold_block(), e.block());
        e.check_stack(deep, body);
        e.begin(deep);
        e.run(RuntimeFn::read_fail, &[reader]);
        return_nothing(e, ty);
        e.begin(body);
    }
}

fn return_nothing(e: &mut Emitter<'_>, ty: TypeId) {
    let nothing = e.word(0);
    e.b.ins().return_(&vec![nothing; decoded_words(e.program, ty)]);
}

/// All elements are written, whatever the reader says, so that the array is whole.
fn array(e: &mut Emitter<'_>, ty: TypeId, element: TypeId, reader: Value) -> Value {
    let len = length(e, &[element], reader);
    let desc = e.desc(ty);
    let array = e.ask(RuntimeFn::array_new, &[desc, len]);
    e.repeat(len, |e, at| {
        let words = words(e, element, reader);
        let address = element_address(e, array, at, element);
        e.store_words(address, layout::DATA, &words);
    });
    array
}

/// How many elements, of which a stranger must have paid for each.
fn length(e: &mut Emitter<'_>, types: &[TypeId], reader: Value) -> Value {
    match types.iter().map(|ty| least_bytes(e.program, *ty)).sum() {
        0 => e.ask(RuntimeFn::read_empty_len, &[reader]),
        least => {
            let least = e.number(least);
            e.ask(RuntimeFn::read_len, &[reader, least])
        }
    }
}

/// How many bytes a value takes at least: one for each part of an inline class or tuple that takes any.
fn least_bytes(program: &Program, ty: TypeId) -> usize {
    if let (true, Type::Class { .. } | Type::Tuple(_)) = (program.layouts.is_inline(ty), &program.types[ty]) {
        return parts_of(&program.types[ty]).concat().into_iter().map(|part| least_bytes(program, part)).sum();
    }
    usize::from(!is_empty(program, ty))
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
    return_nothing(e, ty);
    e.begin(some);
    let word = value(e, inner, reader);
    if boxed == Boxed::Yes { e.object(ty, &[word]) } else { word }
}

fn variant(e: &mut Emitter<'_>, ty: TypeId, reader: Value) {
    let bodies = &e.program.layouts.layout(ty).bodies;
    let count = e.number(bodies.len());
    let tag = e.ask(RuntimeFn::read_variant, &[reader, count]);
    let arms: Vec<Block> = bodies.iter().map(|_| e.block()).collect();
    let none = e.cold_block();
    switch(e, tag, &arms, none);
    for (number, (block, body)) in (0_u32..).zip(arms.into_iter().zip(bodies)) {
        e.begin(block);
        let fields = parts(e, (ty, number), reader);
        let tag = e.word(i64::from(number));
        let result = if e.program.layouts.is_inline(ty) {
            in_slots(e, body, tag, &fields)
        } else if fields.is_empty() {
            vec![e.address(Symbol::Variant(ty, number))]
        } else {
            vec![e.object(ty, &[vec![tag], fields.concat()].concat())]
        };
        e.b.ins().return_(&result);
    }
    e.begin(none);
    return_nothing(e, ty);
}

/// The words of an inline enum: slots that the variant does not need are 0.
fn in_slots(e: &mut Emitter<'_>, body: &Body, tag: Value, fields: &[Vec<Value>]) -> Vec<Value> {
    let mut words = vec![e.word(0); body.words.len()];
    words[0] = tag;
    for (part, field) in body.parts.iter().zip(fields) {
        words[part.start as usize..part.end as usize].copy_from_slice(field);
    }
    words
}
