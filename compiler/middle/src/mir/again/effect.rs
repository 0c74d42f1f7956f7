//! What a step may change of what is known. In: an instruction or the end of a block. Out: what to forget behind it. Whoever is not
//! named here changes everything.
//!
//! References stay right as long as no object gets another owner and no object on the way is replaced. A count more or less of a
//! string changes no reference: nothing points into strings.

use super::super::{Changes, Holds, Inst, Local, Terminator, Type, flow};
use super::Cx;
use crate::builtin::Receiver;

/// What may be changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Effect {
    /// Nothing that could be known.
    Nothing,
    /// An object may be replaced by a copy that is its owner's alone, or go away.
    Unique,
    /// Words in memory, but nothing that counted objects other than strings are reached by. (A view may not even outlive a change of a
    /// number in what it shows: then whoever checks that views are used rightly need not tell one change from another.)
    Stored,
    /// Everything.
    All,
}

impl Effect {
    /// That of an instruction, but for the locals that it sets.
    pub(super) fn of(inst: &Inst, cx: &Cx<'_>) -> Effect {
        if let Inst::Dup(local) = inst {
            return new_count(*local, cx);
        }
        if let Inst::Drop(_) | Inst::RefElement { .. } = inst {
            return Effect::Unique;
        }
        if let Inst::RefField { base, .. } = inst {
            let inline = cx.target(base).is_some_and(|ty| cx.layouts.is_inline(ty));
            return if inline { Effect::Nothing } else { Effect::Unique };
        }
        if let Inst::Store { to, .. } = inst {
            return cx.target(to).map_or(Effect::All, |ty| Effect::of_store(&cx.types[ty]));
        }
        if let Inst::Take { .. } | Inst::Append { .. } = inst {
            return Effect::Stored;
        }
        if reads(inst) {
            let dests = flow::dests(inst).into_iter().flatten();
            let counted = dests.map(|dest| new_count(dest, cx));
            return counted.max_by_key(|effect| *effect == Effect::All).unwrap_or(Effect::All);
        }
        if is_quiet(inst, cx) { Effect::Nothing } else { Effect::All }
    }

    /// That of the end of a block, on the way on which it does well.
    pub(super) fn at_end(end: &Terminator, cx: &Cx<'_>) -> Effect {
        if let Terminator::Checked { .. } | Terminator::CheckIndex { .. } = end {
            Effect::Nothing
        } else if let Terminator::Index { dest, .. } = end {
            new_count(*dest, cx)
        } else if let Terminator::RefIndex { .. } = end {
            Effect::Unique
        } else {
            Effect::All
        }
    }

    /// That of another value of this type in memory.
    pub(super) fn of_store(ty: &Type) -> Effect {
        if ty.is_counted() && *ty != Type::String { Effect::All } else { Effect::Stored }
    }
}

/// A local gets a count of something that has others already; or none, if it needs none.
fn new_count(local: Local, cx: &Cx<'_>) -> Effect {
    let needs_none = !cx.is_counted(local) || cx.locals[local].holds == Holds::View;
    if needs_none || *cx.ty(local) == Type::String { Effect::Nothing } else { Effect::All }
}

/// Does it read a part of something, and nothing else?
fn reads(inst: &Inst) -> bool {
    matches!(
        inst,
        Inst::Field { .. }
            | Inst::VariantField { .. }
            | Inst::Unwrap { .. }
            | Inst::Unpack { .. }
            | Inst::ServiceField { .. }
            | Inst::Load { .. }
            | Inst::Capture { .. }
            | Inst::ElementAt { .. }
            | Inst::EntryAt { .. }
    )
}

/// Does it change nothing in memory, give nothing that was there another owner, and let nobody else run?
fn is_quiet(inst: &Inst, cx: &Cx<'_>) -> bool {
    if let Inst::Builtin { dest, method, .. } = inst {
        let row = method.row();
        let data = matches!(row.receiver, Receiver::Int | Receiver::String | Receiver::Array | Receiver::Map);
        return data && row.changes == Changes::No && !cx.is_counted(*dest);
    }
    matches!(
        inst,
        Inst::Assign { .. }
            | Inst::Op1 { .. }
            | Inst::Op2 { .. }
            | Inst::Compare { .. }
            | Inst::New { .. }
            | Inst::NewVariant { .. }
            | Inst::NewArray { .. }
            | Inst::NewMap { .. }
            | Inst::Tag { .. }
            | Inst::IsError { .. }
            | Inst::IsNull { .. }
            | Inst::Pack { .. }
            | Inst::Wrap { .. }
            | Inst::RefLocal { .. }
            | Inst::RefServiceField { .. }
            | Inst::Show { .. }
            | Inst::Concat { .. }
            | Inst::Len { .. }
            | Inst::CharAt { .. }
            | Inst::At { .. }
    )
}
