//! What is left over: other names of locals, and words that nobody reads. In: a function of words. Out: the same without them.

use super::super::flow::{self, Use};
use super::super::{Addressed, Block, Function, Inst, Local, Operand};
use crate::ids::IndexVec;
use std::collections::BTreeMap;

/// Uses locals by their first names.
pub(super) fn rename(function: &mut Function, names: &BTreeMap<Local, Local>) {
    if names.is_empty() {
        return;
    }
    let first = |mut local: Local| {
        while let Some(other) = names.get(&local) {
            local = *other;
        }
        local
    };
    let rename = &mut |operand: &mut Operand, _: Use| {
        if let Operand::Copy(local) = operand {
            *local = first(*local);
        }
    };
    for data in function.blocks.iter_mut() {
        data.insts.iter_mut().for_each(|inst| flow::inst_operands_mut(inst, rename));
        flow::end_operands_mut(&mut data.end, &|_, _| Use::Borrowed, rename);
    }
}

/// Removes instructions that do nothing but set locals that nobody reads.
pub(super) fn tidy(function: &mut Function) {
    let mut uses: IndexVec<Local, u32> = IndexVec::filled(0, function.locals.len());
    for data in function.blocks.iter() {
        data.insts.iter().for_each(|inst| count(inst, &mut |local| uses[local] += 1));
        flow::end_operands(&data.end, &|_, _| Use::Borrowed, &mut |operand, _| {
            if let Operand::Copy(local) = operand {
                uses[*local] += 1;
            }
        });
    }
    let mut removed = true;
    while std::mem::take(&mut removed) {
        for block in function.blocks.ids().collect::<Vec<Block>>().into_iter().rev() {
            let mut kept = Vec::with_capacity(function.blocks[block].insts.len());
            let insts = std::mem::take(&mut function.blocks[block].insts);
            for inst in insts.into_iter().rev() {
                if is_for_nothing(function, &inst, &uses) {
                    count(&inst, &mut |local| uses[local] -= 1);
                    removed = true;
                } else {
                    kept.push(inst);
                }
            }
            kept.reverse();
            function.blocks[block].insts = kept;
        }
    }
}

/// The locals that an instruction reads.
fn count(inst: &Inst, see: &mut dyn FnMut(Local)) {
    if let Inst::RefLocal { local, .. } = inst {
        see(*local);
    }
    flow::inst_operands(inst, &mut |operand, _| {
        if let Operand::Copy(local) = operand {
            see(*local);
        }
    });
}

fn is_for_nothing(function: &Function, inst: &Inst, uses: &IndexVec<Local, u32>) -> bool {
    let unread = |dest: Local| uses[dest] == 0 && function.locals[dest].addressed == Addressed::No;
    only_sets(inst) && flow::dests(inst).into_iter().flatten().all(unread)
}

/// Does it read, and make nothing that shows?
fn only_sets(inst: &Inst) -> bool {
    matches!(
        inst,
        Inst::Assign { .. }
            | Inst::Op1 { .. }
            | Inst::Op2 { .. }
            | Inst::Field { .. }
            | Inst::VariantField { .. }
            | Inst::Unwrap { .. }
            | Inst::Unpack { .. }
            | Inst::IsNull { .. }
            | Inst::ServiceField { .. }
            | Inst::Load { .. }
            | Inst::RefLocal { .. }
            | Inst::ElementAt { .. }
            | Inst::Capture { .. }
    )
}
