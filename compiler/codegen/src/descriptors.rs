//! Types as static data, for the runtime's generic operations. In: MIR types. Out: the `TypeDesc`s and `Part`s of
//! `pluto_abi::layout`, which refer to each other by symbol, so that recursive types need nothing special.

use crate::bytes::Bytes;
use crate::symbol::{Code, Symbol};
use pluto_abi::layout::{self, Kind};
use pluto_middle::layout::Body;
use pluto_middle::mir::{Boxed, Func, Name, Program, Type, TypeId};
use pluto_middle::ty::Holder;

/// The `TypeDesc` of a type.
pub(crate) fn descriptor(program: &Program, id: TypeId) -> Bytes {
    let ty = &program.types[id];
    let (first, second) = inner(ty);
    let parts = part_count(ty);
    let name = name(ty);
    let mut data = Bytes::default();
    data.halves(kind(ty) as u32, object_words(program, id));
    data.word(plan(program, id));
    data.text(&name);
    data.optional(first.map(|first| if let Type::Array(_) = ty { slot(program, first) } else { Symbol::Desc(first) }));
    data.optional(second.map(Symbol::Desc));
    data.count(parts);
    data.optional((parts > 0).then_some(Symbol::Parts(id)));
    data.word(0);
    list_counted(&mut data, program, id, if object_words(program, id) > 0 { Some(0) } else { None });
    data
}

/// The descriptor of places where values of an inline type lie.
pub(crate) fn inline(program: &Program, id: TypeId) -> Bytes {
    let layout = program.layouts.layout(id);
    let inside = if let Type::Nullable { inner, .. } = program.types[id] { Some(slot(program, inner)) } else { None };
    let mut data = Bytes::default();
    data.halves(Kind::Inline as u32, count(layout.words.len()));
    // Of no object.
    data.word(0);
    data.text(&Name::from(""));
    data.address(Symbol::Desc(id));
    data.optional(inside);
    data.count(layout.words.len());
    data.address(Symbol::Words(id));
    data.word(u64::from(layout.tells.unwrap_or(0)));
    list_counted(&mut data, program, id, Some(0));
    data
}

/// The words of such a place, as `Part`s.
pub(crate) fn words(program: &Program, id: TypeId) -> Bytes {
    let mut data = Bytes::default();
    for (at, word) in (0_u32..).zip(program.layouts.words(id)) {
        field(&mut data, program, (&Name::from(""), *word), at);
    }
    data
}

/// The words with counts of objects of a type (variant 0, if it has none) or of a variant, as `Counted`s.
pub(crate) fn counted(program: &Program, id: TypeId, variant: u32) -> Bytes {
    let mut data = Bytes::default();
    for (word, ty) in counted_words(program, id, variant) {
        data.count(word);
        data.address(Symbol::Desc(ty));
    }
    data
}

/// The descriptor of strings where the program has no such type.
pub(crate) fn string_descriptor() -> Bytes {
    let mut data = Bytes::default();
    data.halves(Kind::String as u32, 0);
    data.word(0);
    data.text(&Name::from(""));
    for _ in 0..7 {
        data.word(0);
    }
    data
}

/// The `Part`s of a type: fields or variants.
pub(crate) fn parts(program: &Program, id: TypeId) -> Bytes {
    let mut data = Bytes::default();
    match &program.types[id] {
        Type::Class { fields, .. } | Type::Error { fields, .. } => {
            let fields = fields.iter().map(|(name, ty)| (name, *ty));
            fields_of(&mut data, program, fields, (program.layouts.body(id), 0));
        }
        Type::Tuple(types) | Type::Closure { captures: types, .. } => {
            // The address of the code comes before captures.
            let from = u32::from(matches!(program.types[id], Type::Closure { .. }));
            let unnamed = Name::from("");
            fields_of(&mut data, program, types.iter().map(|ty| (&unnamed, *ty)), (program.layouts.body(id), from));
        }
        Type::Tag { variants, .. } => variants.iter().for_each(|name| {
            variant(&mut data, name, None, 0);
            list_counted(&mut data, program, id, None);
        }),
        Type::Enum { variants, .. } => {
            for (at, (name, fields)) in (0_u32..).zip(variants) {
                let list = (!fields.is_empty()).then_some((Symbol::VariantParts(id, at), fields.len()));
                let words = variant_from(program, id) + count(program.layouts.variant(id, at).words.len());
                variant(&mut data, name, list, words);
                list_counted(&mut data, program, id, Some(at));
            }
        }
        Type::Unit
        | Type::Int
        | Type::Float
        | Type::Bool
        | Type::Byte
        | Type::String
        | Type::Array(_)
        | Type::Map(..)
        | Type::Nullable { .. }
        | Type::AnyError
        | Type::Ref(_)
        | Type::Duration
        | Type::Fn { .. }
        | Type::Holder { .. }
        | Type::Service(_)
        | Type::Status => {}
    }
    data
}

/// The `Part`s of a variant.
pub(crate) fn variant_parts(program: &Program, id: TypeId, variant: u32) -> Bytes {
    let mut data = Bytes::default();
    if let Type::Enum { variants, .. } = &program.types[id] {
        let fields = variants[variant as usize].1.iter().map(|(name, ty)| (name, *ty));
        fields_of(&mut data, program, fields, (program.layouts.variant(id, variant), variant_from(program, id)));
    }
    data
}

/// Where the words that a variant's body lists begin in an object: behind the tag, unless they include it.
fn variant_from(program: &Program, id: TypeId) -> u32 {
    u32::from(!program.layouts.is_inline(id))
}

/// The static object of a variant without fields.
pub(crate) fn variant_object(id: TypeId, variant: u32) -> Bytes {
    let mut data = Bytes::default();
    data.static_header(Symbol::Desc(id));
    data.word(u64::from(variant));
    data
}

/// The static object of a closure without captures.
pub(crate) fn closure_object(id: TypeId, function: Func) -> Bytes {
    let mut data = Bytes::default();
    data.static_header(Symbol::Desc(id));
    data.address(Symbol::Code(Code::Function(function)));
    data
}

/// What describes a place where a value of a type lies: an element, field or capture.
fn slot(program: &Program, ty: TypeId) -> Symbol {
    if program.layouts.is_inline(ty) { Symbol::Inline(ty) } else { Symbol::Desc(ty) }
}

/// The fields of a body, whose words begin at one of an object.
fn fields_of<'n>(
    data: &mut Bytes,
    program: &Program,
    fields: impl Iterator<Item = (&'n Name, TypeId)>,
    (body, from): (&Body, u32),
) {
    for (named, part) in fields.zip(&body.parts) {
        field(data, program, named, from + part.start);
    }
}

fn field(data: &mut Bytes, program: &Program, (name, ty): (&Name, TypeId), at: u32) {
    data.text(name);
    data.address(slot(program, ty));
    data.halves(0, count(program.layouts.words(ty).len()));
    data.optional(None);
    data.word(u64::from(at));
    list_counted(data, program, ty, None);
}

fn variant(data: &mut Bytes, name: &Name, fields: Option<(Symbol, usize)>, words: u32) {
    data.text(name);
    data.optional(None);
    data.halves(count(fields.as_ref().map_or(0, |fields| fields.1)), words);
    data.optional(fields.map(|fields| fields.0));
    data.word(0);
}

fn counted_words(program: &Program, id: TypeId, variant: u32) -> Vec<(usize, TypeId)> {
    // Behind the tag of an enum that is not inline, and behind the address of a closure's code.
    let is_closure = matches!(program.types[id], Type::Closure { .. });
    let is_enum = matches!(program.types[id], Type::Enum { .. });
    let from = usize::from(is_closure || (is_enum && variant_from(program, id) == 1));
    let words = (from..).zip(program.layouts.variant(id, variant).words.iter().copied());
    words.filter(|(_, ty)| program.types[*ty].is_counted()).collect()
}

/// How many words with counts there are, and where they are listed; none where there is no variant.
fn list_counted(data: &mut Bytes, program: &Program, id: TypeId, variant: Option<u32>) {
    let listed = variant.map(|variant| (counted_words(program, id, variant).len(), Symbol::Counted(id, variant)));
    match listed {
        Some((count, symbol)) if count > 0 => {
            data.count(count);
            data.address(symbol);
        }
        Some(_) | None => {
            data.count(0);
            data.optional(None);
        }
    }
}

fn count(count: usize) -> u32 {
    u32::try_from(count).expect("types of fewer than 2^32 words")
}

/// How many words the fields or captures of an object take, if all objects of the type have as many.
fn object_words(program: &Program, id: TypeId) -> u32 {
    match &program.types[id] {
        Type::Class { .. } | Type::Error { .. } | Type::Tuple(_) | Type::Closure { .. } => {
            count(program.layouts.body(id).words.len())
        }
        Type::Unit
        | Type::Int
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
        | Type::Holder { .. }
        | Type::Service(_)
        | Type::Status => 0,
    }
}

fn kind(ty: &Type) -> Kind {
    match ty {
        // References, services and statuses are never looked at through a descriptor, except for fields of services that
        // are services themselves: nothing to drop there either.
        Type::Unit | Type::Ref(_) | Type::Service(_) | Type::Status => Kind::Unit,
        Type::Int => Kind::Int,
        Type::Float => Kind::Float,
        Type::Bool => Kind::Bool,
        Type::Byte => Kind::Byte,
        Type::String => Kind::String,
        Type::Array(_) => Kind::Array,
        Type::Map(..) => Kind::Map,
        Type::Tuple(_) => Kind::Tuple,
        Type::Nullable { boxed: Boxed::No, .. } => Kind::NullablePointer,
        Type::Nullable { boxed: Boxed::Yes, .. } => Kind::NullableBoxed,
        Type::Class { .. } => Kind::Class,
        Type::Tag { .. } => Kind::Tag,
        Type::Enum { .. } => Kind::Enum,
        Type::Error { .. } => Kind::Error,
        Type::AnyError => Kind::AnyError,
        Type::Duration => Kind::Duration,
        Type::Fn { .. } | Type::Closure { .. } => Kind::Fn,
        Type::Holder { holder: Holder::Sender, .. } => Kind::Sender,
        Type::Holder { holder: Holder::Receiver, .. } => Kind::Receiver,
        Type::Holder { holder: Holder::Publisher, .. } => Kind::Publisher,
        Type::Holder { holder: Holder::Subscriber, .. } => Kind::Subscriber,
        Type::Holder { holder: Holder::Task, .. } => Kind::Task,
    }
}

/// How its objects are freed: where all are of one size.
fn plan(program: &Program, id: TypeId) -> u64 {
    let counted = |ty: &TypeId| program.types[*ty].is_counted();
    let words = || program.layouts.body(id).words.iter().map(counted);
    match &program.types[id] {
        Type::Class { .. } | Type::Error { .. } | Type::Tuple(_) => layout::plan(&words().collect::<Vec<_>>()),
        // The code comes first.
        Type::Closure { .. } => layout::plan(&std::iter::once(false).chain(words()).collect::<Vec<_>>()),
        Type::Nullable { inner, boxed: Boxed::Yes } => layout::plan(&[counted(inner)]),
        Type::Unit
        | Type::Int
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
        | Type::Holder { .. }
        | Type::Service(_)
        | Type::Status => 0,
    }
}

fn inner(ty: &Type) -> (Option<TypeId>, Option<TypeId>) {
    match ty {
        Type::Array(element) => (Some(*element), None),
        Type::Map(key, value) => (Some(*key), Some(*value)),
        Type::Nullable { inner, .. } | Type::Holder { inner, .. } => (Some(*inner), None),
        Type::Unit
        | Type::Int
        | Type::Float
        | Type::Bool
        | Type::Byte
        | Type::String
        | Type::Tuple(_)
        | Type::Class { .. }
        | Type::Tag { .. }
        | Type::Enum { .. }
        | Type::Error { .. }
        | Type::AnyError
        | Type::Ref(_)
        | Type::Duration
        | Type::Fn { .. }
        | Type::Closure { .. }
        | Type::Service(_)
        | Type::Status => (None, None),
    }
}

fn part_count(ty: &Type) -> usize {
    match ty {
        Type::Class { fields, .. } | Type::Error { fields, .. } => fields.len(),
        Type::Tuple(types) | Type::Closure { captures: types, .. } => types.len(),
        Type::Tag { variants, .. } => variants.len(),
        Type::Enum { variants, .. } => variants.len(),
        Type::Unit
        | Type::Int
        | Type::Float
        | Type::Bool
        | Type::Byte
        | Type::String
        | Type::Array(_)
        | Type::Map(..)
        | Type::Nullable { .. }
        | Type::AnyError
        | Type::Ref(_)
        | Type::Duration
        | Type::Fn { .. }
        | Type::Holder { .. }
        | Type::Service(_)
        | Type::Status => 0,
    }
}

fn name(ty: &Type) -> Name {
    match ty {
        Type::Class { name, .. } | Type::Tag { name, .. } | Type::Enum { name, .. } | Type::Error { name, .. } => {
            name.clone()
        }
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
        | Type::AnyError
        | Type::Ref(_)
        | Type::Duration
        | Type::Fn { .. }
        | Type::Closure { .. }
        | Type::Holder { .. }
        | Type::Service(_)
        | Type::Status => Name::from(""),
    }
}
