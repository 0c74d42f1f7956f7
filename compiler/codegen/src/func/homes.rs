//! Where locals live. In: a function's MIR. Out: for each local memory (its address is taken), one value (set once: most of them), or
//! a variable. Cranelift keeps a table with an entry per block for each variable, so long functions need most of their locals to be none.

use cranelift_codegen::ir::{StackSlot, Value};
use cranelift_frontend::Variable;
use pluto_middle::ids::IndexVec;
use pluto_middle::mir::{Addressed, Function, Local, flow};

/// Where a local lives.
#[derive(Clone, Copy)]
pub(super) enum Home {
    /// Nowhere: it is the value that it was set to, once it is.
    Value(Option<Value>),
    /// In registers, as Cranelift likes.
    Variable(Variable),
    /// In memory, since its address is taken: so many bytes from the beginning of the slot.
    Slot(StackSlot, i32),
}

/// What kind of home a local needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// [`Home::Value`].
    Value,
    /// [`Home::Variable`].
    Variable,
    /// [`Home::Slot`].
    Slot,
    /// The same, behind the local before it.
    Behind,
}

/// Looks at where all locals are set. One that is set at one place is set before each of its uses, whatever the way there: it is that
/// value. A status may be set at several places of one check.
pub(super) fn survey(f: &Function) -> IndexVec<Local, Kind> {
    let mut sets: IndexVec<Local, u32> = IndexVec::filled(0, f.locals.len());
    f.params.iter().for_each(|(local, _)| sets[*local] += 1);
    for data in f.blocks.iter() {
        for inst in &data.insts {
            flow::dests(inst).into_iter().flatten().for_each(|local| sets[local] += 1);
        }
        flow::edges(&data.end, &mut |_, locals| locals.iter().for_each(|local| sets[*local] += 1));
        if let Some(on_fail) = super::on_fail(&data.end) {
            sets[on_fail.status] += 1;
        }
    }
    let kinds = sets.iter().zip(f.locals.iter()).map(|(sets, local)| match (local.addressed, sets) {
        (Addressed::Yes, _) => Kind::Slot,
        (Addressed::Behind, _) => Kind::Behind,
        (Addressed::No, 0 | 1) => Kind::Value,
        (Addressed::No, 2..) => Kind::Variable,
    });
    kinds.collect()
}
