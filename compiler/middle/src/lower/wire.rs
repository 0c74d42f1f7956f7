//! The types that need encoders or decoders. In: the types of arguments, results and errors that cross. Out: they and all
//! their parts, in id order.

use crate::ids::IndexVec;
use crate::layout::held;
use crate::mir::{Type, TypeId};
use std::collections::BTreeSet;

pub(super) fn close(types: &IndexVec<TypeId, Type>, crossing: &BTreeSet<TypeId>) -> Vec<TypeId> {
    let mut all = BTreeSet::new();
    let mut open: Vec<TypeId> = crossing.iter().copied().collect();
    while let Some(ty) = open.pop() {
        if all.insert(ty) {
            // Of what `infer` lets cross, everything that is held crosses too.
            open.extend(held(&types[ty]));
        }
    }
    all.into_iter().collect()
}
