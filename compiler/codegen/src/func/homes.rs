//! Where locals live. In: a function's MIR. Out: for each local memory (its address is taken), one value (set once, used only in
//! the block where it is set: most temporaries), or a variable. Cranelift keeps a table with an entry per block for each
//! variable, so long functions need most of their locals to be none.

use cranelift_codegen::ir::{StackSlot, Value};
use cranelift_frontend::Variable;
use pluto_middle::ids::IndexVec;
use pluto_middle::mir::flow::{self, Use};
use pluto_middle::mir::{Addressed, Block, Function, Inst, Local, Operand};

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

/// Looks at all uses of all locals.
pub(super) fn survey(f: &Function) -> IndexVec<Local, Kind> {
    let mut survey = Survey {
        places: IndexVec::filled(Place::Nowhere, f.locals.len()),
        entries: IndexVec::filled(0, f.blocks.len()),
    };
    for data in f.blocks.iter() {
        flow::edges(&data.end, &mut |to, _| survey.entries[*to] += 1);
    }
    f.params.iter().for_each(|(local, _)| survey.places[*local] = Place::Many);
    for (block, data) in f.blocks.iter_enumerated() {
        data.insts.iter().for_each(|inst| survey.inst(block, inst));
        flow::end_operands(&data.end, &|_, _| Use::Borrowed, &mut |operand, _| survey.operand(block, operand));
        survey.edges(f, block);
    }
    let kinds = survey.places.iter().zip(f.locals.iter()).map(|(place, local)| match (local.addressed, place) {
        (Addressed::Yes, _) => Kind::Slot,
        (Addressed::Behind, _) => Kind::Behind,
        (Addressed::No, Place::Many) => Kind::Variable,
        (Addressed::No, Place::Nowhere | Place::In(_)) => Kind::Value,
    });
    kinds.collect()
}

/// Where a local was set so far, and used only after it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Nowhere,
    In(Block),
    Many,
}

struct Survey {
    places: IndexVec<Local, Place>,
    /// How many edges lead to each block.
    entries: IndexVec<Block, u32>,
}

impl Survey {
    fn inst(&mut self, block: Block, inst: &Inst) {
        flow::inst_operands(inst, &mut |operand, _| self.operand(block, operand));
        if let Inst::Dup(local) | Inst::Drop(local) = inst {
            self.used(block, *local);
        }
        for local in flow::dests(inst).into_iter().flatten() {
            self.set(block, local);
        }
    }

    fn operand(&mut self, block: Block, operand: &Operand) {
        match operand {
            Operand::Copy(local) | Operand::Move(local) => self.used(block, *local),
            Operand::Const(_) => {}
        }
    }

    fn used(&mut self, block: Block, local: Local) {
        if self.places[local] != Place::In(block) {
            self.places[local] = Place::Many;
        }
    }

    fn set(&mut self, block: Block, local: Local) {
        let before = self.places[local];
        self.places[local] = if before == Place::Nowhere { Place::In(block) } else { Place::Many };
    }

    /// A result is set in the block that it leads to, if nothing else leads there and its code comes later. A status may be set
    /// at several places of one check.
    fn edges(&mut self, f: &Function, block: Block) {
        let end = &f.blocks[block].end;
        let status = super::on_fail(end).map(|on_fail| on_fail.status);
        flow::edges(end, &mut |to, locals| {
            for local in locals.iter().copied() {
                if *to > block && self.entries[*to] == 1 && Some(local) != status {
                    self.set(*to, local);
                } else {
                    self.places[local] = Place::Many;
                }
            }
        });
    }
}
