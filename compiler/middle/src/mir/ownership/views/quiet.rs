//! Ways on which nothing changes. In: a local that shows a part of something that may change. Out: whether all of its uses lie on one
//! way from where it is set, without branches, on which no instruction could change that.

use super::super::super::flow::{self, Use};
use super::super::super::{Block, Changes, Function, Inst, Local, Operand, Terminator};
use super::survey::{At, Part, Survey};
use crate::builtin::Receiver;

/// `root`: the local in which it lies, if it lies in one.
pub(super) fn until_last_use(
    function: &Function,
    survey: &Survey,
    local: Local,
    part: &Part,
    root: Option<Local>,
) -> bool {
    let (mut block, mut from) = match part.at {
        At::Inst(block, index) => (block, index + 1),
        At::End(block) => match way_on(&function.blocks[block].end) {
            Some(to) if survey.entries[to] == 1 => (to, 0),
            Some(_) | None => return false,
        },
    };
    let mut left = part.uses;
    for _ in 0..function.blocks.len() {
        let data = &function.blocks[block];
        for inst in &data.insts[from..] {
            if left == 0 {
                return true;
            }
            let sets_root = flow::dests(inst).into_iter().flatten().any(|dest| Some(dest) == root);
            if sets_root || !is_quiet(inst) {
                return false;
            }
            flow::inst_operands(inst, &mut |operand, _| left -= u32::from(*operand == Operand::Copy(local)));
        }
        let Some(to) = way_on(&data.end) else { return left == 0 };
        let see = &mut |operand: &Operand, _| left -= u32::from(*operand == Operand::Copy(local));
        flow::end_operands(&data.end, &|_, _| Use::Borrowed, see);
        if left == 0 || survey.entries[to] != 1 {
            return left == 0;
        }
        (block, from) = (to, 0);
    }
    false
}

/// Where a block goes on if its end changes nothing and is no branch, but for failing.
fn way_on(end: &Terminator) -> Option<Block> {
    if let Terminator::Goto(then)
    | Terminator::Index { then, .. }
    | Terminator::CheckIndex { then, .. }
    | Terminator::Checked { then, .. } = end
    {
        return Some(*then);
    }
    None
}

/// Is it certain that the instruction changes no variable, no field of a service and nothing behind a reference, runs nothing of the
/// program, and lets nobody else run? What it sets itself is looked at elsewhere.
fn is_quiet(inst: &Inst) -> bool {
    if let Inst::Builtin { method, .. } = inst {
        let row = method.row();
        let data = matches!(row.receiver, Receiver::Int | Receiver::String | Receiver::Array | Receiver::Map);
        return data && row.changes == Changes::No;
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
            | Inst::Field { .. }
            | Inst::Tag { .. }
            | Inst::VariantField { .. }
            | Inst::IsError { .. }
            | Inst::IsNull { .. }
            | Inst::Unwrap { .. }
            | Inst::Pack { .. }
            | Inst::Unpack { .. }
            | Inst::Wrap { .. }
            | Inst::ServiceField { .. }
            | Inst::Load { .. }
            | Inst::Show { .. }
            | Inst::Concat { .. }
            | Inst::MakeClosure { .. }
            | Inst::Capture { .. }
            | Inst::Len { .. }
            | Inst::ElementAt { .. }
            | Inst::EntryAt { .. }
            | Inst::CharAt { .. }
            | Inst::At { .. }
    )
}
