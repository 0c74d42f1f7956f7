//! How values look in registers. In: MIR types. Out: Cranelift types, and what counting has to test first.

use cranelift_codegen::ir::{self, types};
use pluto_middle::mir::{Boxed, Program, Type, TypeId};
use pluto_middle::ty::Holder;

/// The register type of a local of this type: floats are floats, all others are words.
pub(crate) fn clif_type(ty: &Type) -> ir::Type {
    match ty {
        Type::Float => types::F64,
        Type::Unit
        | Type::Int
        | Type::Bool
        | Type::Byte
        | Type::String
        | Type::Array(_)
        | Type::Map(..)
        | Type::Tuple(_)
        | Type::Nullable { .. }
        | Type::Class { .. }
        | Type::Tag { .. }
        | Type::Enum { .. }
        | Type::Error { .. }
        | Type::AnyError
        | Type::Ref(_)
        | Type::Duration
        | Type::Fn { .. }
        | Type::Closure { .. }
        | Type::Holder { .. }
        | Type::Service(_)
        | Type::Status => types::I64,
    }
}

/// When a word is an object with a count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Counted {
    /// Never.
    Never,
    /// Always.
    Always,
    /// Unless 0.
    UnlessNull,
    /// If above 1.
    AboveOne,
}

/// May an object of this type be static (count 0, never written)? Only strings, variants without fields of enums that are not inline, and
/// closures without captures are.
pub(crate) fn may_be_static(program: &Program, ty: &Type) -> bool {
    let mut ty = ty;
    while let Type::Nullable { inner, boxed: Boxed::No } = ty {
        ty = &program.types[*inner];
    }
    match ty {
        Type::String | Type::Enum { .. } | Type::Fn { .. } | Type::Closure { .. } => true,
        // The ends of named channels and topics.
        Type::Holder { holder, .. } => *holder != Holder::Task,
        Type::Unit
        | Type::Int
        | Type::Float
        | Type::Bool
        | Type::Byte
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
        | Type::Service(_)
        | Type::Status => false,
    }
}

/// When words of this type are objects.
pub(crate) fn counted(ty: &Type) -> Counted {
    match ty {
        Type::Nullable { .. } => Counted::UnlessNull,
        Type::Status => Counted::AboveOne,
        Type::String
        | Type::Array(_)
        | Type::Map(..)
        | Type::Tuple(_)
        | Type::Class { .. }
        | Type::Enum { .. }
        | Type::Error { .. }
        | Type::AnyError
        | Type::Fn { .. }
        | Type::Closure { .. }
        | Type::Holder { .. } => Counted::Always,
        Type::Unit
        | Type::Int
        | Type::Float
        | Type::Bool
        | Type::Byte
        | Type::Tag { .. }
        | Type::Duration
        | Type::Ref(_)
        | Type::Service(_) => Counted::Never,
    }
}

/// Do all objects of this type hold nothing that is counted? (Maps have a table that sharing looks at.)
pub(crate) fn is_leaf(program: &Program, ty: &Type) -> bool {
    let plain = |ty: &TypeId| program.layouts.words(*ty).iter().all(|word| !program.types[*word].is_counted());
    match ty {
        Type::String => true,
        Type::Array(part) => plain(part),
        // What is inside of a box is one word: an inline value has a box of its own there.
        Type::Nullable { inner, boxed: Boxed::Yes } => !program.types[*inner].is_counted(),
        Type::Nullable { inner, boxed: Boxed::No } => is_leaf(program, &program.types[*inner]),
        Type::Tuple(parts) => parts.iter().all(plain),
        Type::Class { fields, .. } | Type::Error { fields, .. } => fields.iter().all(|(_, ty)| plain(ty)),
        Type::Enum { variants, .. } => variants.iter().flat_map(|(_, fields)| fields).all(|(_, ty)| plain(ty)),
        Type::Map(..)
        | Type::AnyError
        | Type::Fn { .. }
        | Type::Closure { .. }
        | Type::Holder { .. }
        | Type::Unit
        | Type::Int
        | Type::Float
        | Type::Bool
        | Type::Byte
        | Type::Tag { .. }
        | Type::Duration
        | Type::Ref(_)
        | Type::Service(_)
        | Type::Status => false,
    }
}
