//! Where parts of values are read, and how locals are used. In: a function. Out: the parts by the locals that get them.

use super::super::super::flow::{self, Use};
use super::super::super::{Block, Func, Function, Inst, Local, Operand, Terminator, Type, TypeId};
use crate::ids::IndexVec;
use std::collections::BTreeMap;

/// What a part is read from.
#[derive(Clone, Copy)]
pub(super) enum Base {
    /// What this local holds, shows, or points to.
    Local(Local),
    /// A service.
    Service,
}

/// Where a part is read.
#[derive(Clone, Copy)]
pub(super) enum At {
    /// By this instruction.
    Inst(Block, usize),
    /// By the end of the block.
    End(Block),
}

/// A local that gets a part of something.
pub(super) struct Part {
    pub(super) local: Local,
    pub(super) base: Base,
    pub(super) at: At,
    /// How often it is set, and used.
    pub(super) sets: u32,
    pub(super) uses: u32,
    /// Does something take it, other than a local that is another name for it?
    pub(super) consumed: bool,
    other_name: bool,
}

impl Part {
    /// Is it all of what another local shows?
    pub(super) fn is_other_name(&self) -> bool {
        self.other_name
    }
}

/// What is found.
pub(super) struct Survey {
    pub(super) parts: BTreeMap<Local, Part>,
    pub(super) sets: IndexVec<Local, u32>,
    /// By block: how many edges go there.
    pub(super) entries: IndexVec<Block, u32>,
}

impl Survey {
    pub(super) fn of(
        function: &Function,
        types: &IndexVec<TypeId, Type>,
        passing: &dyn Fn(Func, usize) -> Use,
    ) -> Survey {
        let mut survey = Survey {
            parts: BTreeMap::new(),
            sets: IndexVec::filled(0, function.locals.len()),
            entries: IndexVec::filled(0, function.blocks.len()),
        };
        survey.sets(function, types);
        for data in function.blocks.iter() {
            for inst in &data.insts {
                let is_name = survey.gives_other_name(inst);
                flow::inst_operands(inst, &mut |operand, how| survey.used(operand, how, is_name));
            }
            flow::end_operands(&data.end, passing, &mut |operand, how| survey.used(operand, how, false));
        }
        for (local, part) in &mut survey.parts {
            part.sets = survey.sets[*local];
        }
        survey
    }

    fn sets(&mut self, function: &Function, types: &IndexVec<TypeId, Type>) {
        for (param, _) in &function.params {
            self.sets[*param] += 1;
        }
        for (block, data) in function.blocks.iter_enumerated() {
            for (index, inst) in data.insts.iter().enumerate() {
                for dest in flow::dests(inst).into_iter().flatten() {
                    self.sets[dest] += 1;
                    if let Some((base, other_name)) = base_of(function, inst)
                        && types[function.locals[dest].ty].is_counted()
                    {
                        self.part(dest, base, At::Inst(block, index), other_name);
                    }
                }
            }
            flow::edges(&data.end, &mut |to, dest| {
                self.entries[*to] += 1;
                for dest in dest {
                    self.sets[*dest] += 1;
                }
            });
            if let Terminator::Index { dest, base: Operand::Copy(base), .. } = &data.end
                && types[function.locals[*dest].ty].is_counted()
            {
                self.part(*dest, Base::Local(*base), At::End(block), false);
            }
        }
    }

    fn part(&mut self, local: Local, base: Base, at: At, other_name: bool) {
        let part = Part { local, base, at, sets: 0, uses: 0, consumed: false, other_name };
        self.parts.insert(local, part);
    }

    /// Gives the instruction another name to what it reads? Not if the local is set elsewhere too.
    fn gives_other_name(&self, inst: &Inst) -> bool {
        let Inst::Assign { dest, .. } = inst else { return false };
        self.sets[*dest] == 1 && self.parts.get(dest).is_some_and(|part| part.other_name)
    }

    fn used(&mut self, operand: &Operand, how: Use, is_name: bool) {
        let (Operand::Copy(local) | Operand::Move(local)) = operand else { return };
        if let Some(part) = self.parts.get_mut(local) {
            part.uses += 1;
            part.consumed |= how == Use::Owned && !is_name;
        }
    }
}

/// What an instruction reads a part of, if it does nothing else; and whether the part is all of it.
fn base_of(function: &Function, inst: &Inst) -> Option<(Base, bool)> {
    if let Inst::Assign { dest, value: Operand::Copy(from) } = inst {
        let same = function.locals[*dest].ty == function.locals[*from].ty;
        return same.then_some((Base::Local(*from), true));
    }
    if let Inst::ServiceField { .. } = inst {
        return Some((Base::Service, false));
    }
    let (Inst::Field { base, .. }
    | Inst::VariantField { base, .. }
    | Inst::Unwrap { base, .. }
    | Inst::Unpack { base, .. }
    | Inst::Load { from: base, .. }
    | Inst::Capture { closure: base, .. }
    | Inst::ElementAt { array: base, .. }
    | Inst::EntryAt { map: base, .. }) = inst
    else {
        return None;
    };
    let Operand::Copy(base) = base else { return None };
    Some((Base::Local(*base), false))
}
