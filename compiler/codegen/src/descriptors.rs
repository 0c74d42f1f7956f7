//! Types as static data, for the runtime's generic operations. In: MIR types. Out: the `TypeDesc`s and `Part`s of
//! `pluto_abi::layout`, which refer to each other by symbol, so that recursive types need nothing special.

use crate::bytes::Bytes;
use crate::symbol::{Code, Symbol};
use pluto_abi::layout::{self, Kind};
use pluto_middle::mir::{Boxed, Func, Name, Program, Type, TypeId};
use pluto_middle::ty::Holder;

/// The `TypeDesc` of a type.
pub(crate) fn descriptor(program: &Program, id: TypeId) -> Bytes {
    let ty = &program.types[id];
    let (first, second) = inner(ty);
    let count = part_count(ty);
    let name = name(ty);
    let mut data = Bytes::default();
    data.word(u64::from(kind(ty) as u32) | u64::from(plan(program, ty)) << 32);
    data.text(&name);
    data.optional(first.map(Symbol::Desc));
    data.optional(second.map(Symbol::Desc));
    data.count(count);
    data.optional((count > 0).then_some(Symbol::Parts(id)));
    data
}

/// The descriptor of strings where the program has no such type.
pub(crate) fn string_descriptor() -> Bytes {
    let mut data = Bytes::default();
    data.word(u64::from(Kind::String as u32));
    data.text(&Name::from(""));
    for _ in 0..4 {
        data.word(0);
    }
    data
}

/// The `Part`s of a type: fields or variants.
pub(crate) fn parts(program: &Program, id: TypeId) -> Bytes {
    let mut data = Bytes::default();
    match &program.types[id] {
        Type::Class { fields, .. } | Type::Error { fields, .. } => fields_of(&mut data, fields),
        Type::Tuple(types) | Type::Closure { captures: types, .. } => {
            types.iter().for_each(|ty| field(&mut data, &Name::from(""), *ty));
        }
        Type::Tag { variants, .. } => variants.iter().for_each(|name| variant(&mut data, name, None)),
        Type::Enum { variants, .. } => {
            for (at, (name, fields)) in (0_u32..).zip(variants) {
                let list = (!fields.is_empty()).then_some((Symbol::VariantParts(id, at), fields.len()));
                variant(&mut data, name, list);
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
        fields_of(&mut data, &variants[variant as usize].1);
    }
    data
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

fn fields_of(data: &mut Bytes, fields: &[(Name, TypeId)]) {
    fields.iter().for_each(|(name, ty)| field(data, name, *ty));
}

fn field(data: &mut Bytes, name: &Name, ty: TypeId) {
    data.text(name);
    data.address(Symbol::Desc(ty));
    data.count(0);
    data.optional(None);
}

fn variant(data: &mut Bytes, name: &Name, fields: Option<(Symbol, usize)>) {
    data.text(name);
    data.optional(None);
    data.count(fields.as_ref().map_or(0, |fields| fields.1));
    data.optional(fields.map(|fields| fields.0));
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
fn plan(program: &Program, ty: &Type) -> u32 {
    let counted = |ty: &TypeId| program.types[*ty].is_counted();
    match ty {
        Type::Class { fields, .. } | Type::Error { fields, .. } => {
            layout::plan(&fields.iter().map(|(_, ty)| counted(ty)).collect::<Vec<_>>())
        }
        Type::Tuple(types) => layout::plan(&types.iter().map(counted).collect::<Vec<_>>()),
        // The code comes first.
        Type::Closure { captures, .. } => {
            layout::plan(&std::iter::once(false).chain(captures.iter().map(counted)).collect::<Vec<_>>())
        }
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
