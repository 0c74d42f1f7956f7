//! Ends of blocks that can fail, where it is known that they do not. In: such an end, and what is known. Out: what to do in its place.

use super::super::{Block, Inst, Local, Operand, Terminator, TypeId};
use super::Cx;
use super::key::Key;
use super::known::{Known, Spot};

/// The instruction, if any is needed, and where it goes on.
pub(super) fn end(end: &Terminator, known: &Known, cx: &Cx<'_>) -> Option<(Option<Inst>, Block)> {
    if let Terminator::Index { dest, base: Operand::Copy(base), index, then, .. } = end
        && let Some(from) = place(cx.locals[*dest].ty, *base, index, known, cx)
    {
        return Some((Some(Inst::Load { dest: *dest, from: Operand::Copy(from) }), *then));
    }
    let is_there = looked_for(end, known, cx).is_some_and(|spot| known.is_in_range(&spot));
    if is_there { unchecked(end) } else { None }
}

/// The element of an array for which a block's end looks, if it faults unless there is one.
pub(super) fn looked_for(end: &Terminator, known: &Known, cx: &Cx<'_>) -> Option<Spot> {
    if let Terminator::RefIndex { base: base @ Operand::Copy(reference), index, .. } = end {
        return cx.target(base).filter(|ty| cx.is_array(*ty)).map(|_| known.behind(*reference, index));
    }
    let (Terminator::Index { base: Operand::Copy(array), index, .. }
    | Terminator::CheckIndex { array: Operand::Copy(array), index, .. }) = end
    else {
        return None;
    };
    cx.is_array(cx.locals[*array].ty).then(|| known.inside(*array, index))
}

/// The reference to an element or entry of this type, if there is one already. (In a map, references to inline values point into
/// their boxes.)
fn place(ty: TypeId, base: Local, index: &Operand, known: &Known, cx: &Cx<'_>) -> Option<Local> {
    let key = Key::InElement(Operand::Copy(known.reference_to(base)?), index.clone());
    let is_of_type = |place: Local| cx.target(&Operand::Copy(place)) == Some(ty);
    known.find(&key, is_of_type).filter(|_| !cx.layouts.is_inline(ty))
}

fn unchecked(end: &Terminator) -> Option<(Option<Inst>, Block)> {
    if let Terminator::CheckIndex { then, .. } = end {
        return Some((None, *then));
    }
    if let Terminator::RefIndex { dest, base, index, then, .. } = end {
        return Some((Some(Inst::RefElement { dest: *dest, base: base.clone(), index: index.clone() }), *then));
    }
    let Terminator::Index { dest, base, index, then, .. } = end else { return None };
    Some((Some(Inst::ElementAt { dest: *dest, array: base.clone(), index: index.clone(), part: 0 }), *then))
}
