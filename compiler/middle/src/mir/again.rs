//! Does nothing twice: takes out steps that would change nothing and give what a local already holds. In: MIR with explicit
//! ownership. Out: the same with fewer references, views, reads and checks of indices; counts are as they were.
//!
//! A block that is entered on one edge only begins with what is known at the end of the block before it, every other one with
//! nothing. What a step may change is forgotten behind it (`effect`): after any call, wait or new count of an object nothing is known.
//!
//! A later local becomes another name of an earlier one only if both are set at one place of the function: the place of the earlier
//! one lies on every way to that of the later one, so wherever the later one was read, the earlier one still holds the same.

mod effect;
mod key;
mod known;
mod simpler;

use super::flow::{self, Use};
use super::{
    Addressed, Block, BlockData, Function, Holds, Inst, Local, LocalDecl, Operand, Program, Terminator, Type, TypeId,
};
use crate::ids::{Id, IndexVec};
use crate::layout::Layouts;
use effect::Effect;
use key::Key;
use known::Known;

/// Runs the pass on all functions.
pub fn take_out(program: &mut Program) {
    let Program { types, layouts, functions, .. } = program;
    for function in functions.iter_mut() {
        of_function(function, types, layouts);
    }
}

fn of_function(function: &mut Function, types: &IndexVec<TypeId, Type>, layouts: &Layouts) {
    let (entries, order) = ways(function);
    let sets = sets(function);
    let Function { locals, blocks, .. } = function;
    let names = locals.ids().collect();
    let mut pass = Pass { cx: Cx { types, layouts, locals, sets }, names };
    let mut starts: IndexVec<Block, Option<Known>> = IndexVec::filled(None, blocks.len());
    for block in order {
        let mut known = starts[block].take().unwrap_or_default();
        pass.block(&mut blocks[block], &mut known);
        for to in ways_on(&blocks[block].end).into_iter().filter(|to| entries[*to] == 1) {
            starts[to] = Some(known.clone());
        }
    }
    // What is never reached is not in the order.
    for data in blocks.iter_mut() {
        data.insts.iter_mut().for_each(|inst| pass.rename_in(inst));
        pass.rename_at(&mut data.end);
    }
}

/// What does not change while the pass runs.
struct Cx<'a> {
    types: &'a IndexVec<TypeId, Type>,
    layouts: &'a Layouts,
    locals: &'a IndexVec<Local, LocalDecl>,
    /// By local: at how many places it is set.
    sets: IndexVec<Local, u32>,
}

impl Cx<'_> {
    fn ty(&self, local: Local) -> &Type {
        &self.types[self.locals[local].ty]
    }

    fn is_counted(&self, local: Local) -> bool {
        self.ty(local).is_counted()
    }

    fn in_memory(&self, local: Local) -> bool {
        self.locals[local].addressed != Addressed::No
    }

    /// May it be read in place of another local? Then it holds the same wherever it holds anything, and has no count to give.
    fn may_stand_in(&self, local: Local) -> bool {
        let counts = self.is_counted(local) && self.locals[local].holds == Holds::Count;
        self.sets[local] == 1 && !self.in_memory(local) && !counts
    }

    /// Are two locals with one value alike in all else?
    fn are_alike(&self, one: Local, other: Local) -> bool {
        let (one, other) = (&self.locals[one], &self.locals[other]);
        one.ty == other.ty && one.root == other.root && one.holds == other.holds
    }

    /// The type of what a reference points to.
    fn target(&self, reference: &Operand) -> Option<TypeId> {
        let Operand::Copy(local) = reference else { return None };
        if let Type::Ref(inner) = self.ty(*local) { Some(*inner) } else { None }
    }

    /// Is it an array, and not a map?
    fn is_array(&self, ty: TypeId) -> bool {
        matches!(self.types[ty], Type::Array(_))
    }
}

struct Pass<'a> {
    cx: Cx<'a>,
    /// By local: the one that is read in its place, perhaps itself.
    names: IndexVec<Local, Local>,
}

impl Pass<'_> {
    fn block(&mut self, data: &mut BlockData, known: &mut Known) {
        for mut inst in std::mem::take(&mut data.insts) {
            self.rename_in(&mut inst);
            self.inst(inst, data, known);
        }
        self.rename_at(&mut data.end);
        match simpler::end(&data.end, known, &self.cx) {
            Some((inst, then)) => {
                data.end = Terminator::Goto(then);
                inst.into_iter().for_each(|inst| self.inst(inst, data, known));
            }
            None => self.end(&mut data.end, known),
        }
    }

    /// An instruction stays if it gives something new.
    fn inst(&mut self, inst: Inst, data: &mut BlockData, known: &mut Known) {
        let key = Key::of(&inst, &self.cx);
        if self.is_known(key.as_ref(), known) {
            return;
        }
        known.forget(Effect::of(&inst, &self.cx), &self.cx);
        flow::dests(&inst).into_iter().flatten().for_each(|dest| known.set(dest, &self.cx));
        if let Some((dest, key)) = key {
            known.note(key, dest, &self.cx);
        }
        data.insts.push(inst);
    }

    /// And so does the end of a block.
    fn end(&mut self, end: &mut Terminator, known: &mut Known) {
        let Some(then) = way_on(end) else { return };
        let key = Key::at_end(end, &self.cx);
        if self.is_known(key.as_ref(), known) {
            *end = Terminator::Goto(then);
            return;
        }
        let spot = simpler::looked_for(end, known, &self.cx);
        known.forget(Effect::at_end(end, &self.cx), &self.cx);
        flow::edges(end, &mut |to, dests| {
            dests.iter().filter(|_| *to == then).for_each(|dest| known.set(*dest, &self.cx));
        });
        if let Some((dest, key)) = key {
            known.note(key, dest, &self.cx);
        }
        if let Some(spot) = spot {
            known.note_in_range(spot);
        }
    }

    /// Is there a local that can be read in place of the one that gets this?
    fn is_known(&mut self, found: Option<&(Local, Key)>, known: &Known) -> bool {
        let Some((dest, key)) = found else { return false };
        let Some(first) = known.find(key, |first| self.cx.are_alike(first, *dest)) else { return false };
        if self.cx.may_stand_in(*dest) {
            self.names[*dest] = first;
        }
        self.cx.may_stand_in(*dest)
    }

    fn rename_in(&self, inst: &mut Inst) {
        flow::inst_operands_mut(inst, &mut |operand, _| self.rename(operand));
    }

    fn rename_at(&self, end: &mut Terminator) {
        flow::end_operands_mut(end, &|_, _| Use::Borrowed, &mut |operand, _| self.rename(operand));
    }

    fn rename(&self, operand: &mut Operand) {
        if let Operand::Copy(local) = operand {
            *local = self.names[*local];
        }
    }
}

/// By block, how many edges go there; and the blocks that are reached, each behind one that leads to it, and behind all of them
/// but for those of loops.
fn ways(function: &Function) -> (IndexVec<Block, u32>, Vec<Block>) {
    let mut entries = IndexVec::filled(0, function.blocks.len());
    let mut targets: IndexVec<Block, Vec<Block>> = IndexVec::filled(Vec::new(), function.blocks.len());
    for (block, data) in function.blocks.iter_enumerated() {
        flow::edges(&data.end, &mut |to, _| {
            entries[*to] += 1;
            targets[block].push(*to);
        });
    }
    let mut seen = IndexVec::filled(false, function.blocks.len());
    let (mut order, start) = (Vec::new(), Block::from_index(0));
    seen[start] = true;
    let mut open = vec![start];
    while let Some(block) = open.last().copied() {
        match targets[block].pop() {
            Some(to) if !std::mem::replace(&mut seen[to], true) => open.push(to),
            Some(_) => {}
            None => order.extend(open.pop()),
        }
    }
    order.reverse();
    (entries, order)
}

/// By local: at how many places it is set.
fn sets(function: &Function) -> IndexVec<Local, u32> {
    let mut sets = IndexVec::filled(0, function.locals.len());
    function.params.iter().for_each(|(param, _)| sets[*param] += 1);
    for data in function.blocks.iter() {
        data.insts.iter().flat_map(|inst| flow::dests(inst).into_iter().flatten()).for_each(|dest| sets[dest] += 1);
        flow::edges(&data.end, &mut |_, dests| dests.iter().for_each(|dest| sets[*dest] += 1));
    }
    sets
}

/// Where a block goes on if its end does well, of those ends that change little and can fail.
fn way_on(end: &Terminator) -> Option<Block> {
    if let Terminator::Checked { then, .. }
    | Terminator::CheckIndex { then, .. }
    | Terminator::Index { then, .. }
    | Terminator::RefIndex { then, .. } = end
    {
        return Some(*then);
    }
    None
}

/// The edges on which what is known at the end of the block still holds.
fn ways_on(end: &Terminator) -> Vec<Block> {
    if let Some(then) = way_on(end) {
        return vec![then];
    }
    let mut targets = Vec::new();
    let only_branches = matches!(
        end,
        Terminator::Goto(_) | Terminator::Branch { .. } | Terminator::Switch { .. } | Terminator::SwitchStatus { .. }
    );
    if only_branches {
        flow::edges(end, &mut |to, _| targets.push(*to));
    }
    targets
}
