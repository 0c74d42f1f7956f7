//! The types that need encoders or decoders. In: the types of arguments, results and errors that cross. Out: they and all
//! their parts, in id order.

use crate::ids::IndexVec;
use crate::mir::{Type, TypeId};
use std::collections::BTreeSet;

pub(super) fn close(types: &IndexVec<TypeId, Type>, crossing: &BTreeSet<TypeId>) -> Vec<TypeId> {
    let mut all = BTreeSet::new();
    let mut open: Vec<TypeId> = crossing.iter().copied().collect();
    while let Some(ty) = open.pop() {
        if all.insert(ty) {
            parts(&types[ty], &mut open);
        }
    }
    all.into_iter().collect()
}

fn parts(ty: &Type, out: &mut Vec<TypeId>) {
    match ty {
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
        | Type::Service(_)
        | Type::Status => {}
        // `infer` lets none of these cross.
        Type::Fn { .. } | Type::Closure { .. } | Type::Holder { .. } => {}
        Type::Array(inner) | Type::Nullable { inner, .. } => out.push(*inner),
        Type::Map(key, value) => out.extend([*key, *value]),
        Type::Tuple(all) => out.extend(all),
        Type::Class { fields, .. } | Type::Error { fields, .. } => out.extend(fields.iter().map(|(_, ty)| *ty)),
        Type::Enum { variants, .. } => {
            out.extend(variants.iter().flat_map(|(_, fields)| fields.iter().map(|(_, ty)| *ty)));
        }
    }
}
