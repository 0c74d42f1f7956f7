//! The balance of ownership: on every path each counted local is set once before it is used, and consumed once. In: a
//! function. Out: the first imbalance. Goes forward over the blocks and compares what is held where paths meet.

use super::super::flow::{self, Use};
use super::super::{Block, Func, Function, Holds, Inst, Local, Operand, Passing, Program, Root, Terminator};
use super::ensure;
use crate::ids::{Id, IndexVec};
use std::collections::BTreeMap;

/// What is held: counts of owned locals; for borrowed parameters the counts that were added.
type Held = BTreeMap<Local, u32>;

pub(super) fn check(program: &Program, function: &Function) -> Result<(), String> {
    let mut kept = vec![false; function.locals.len()];
    let mut entry = Held::new();
    for (local, passing) in &function.params {
        if counted(program, function, *local) {
            match passing {
                Passing::Owned => {
                    entry.insert(*local, 1);
                }
                Passing::Borrowed => kept[local.index()] = true,
            }
        }
    }
    let mut states: IndexVec<Block, Option<Held>> = IndexVec::filled(None, function.blocks.len());
    let start = Block::from_index(0);
    states[start] = Some(entry);
    let mut work = vec![start];
    while let Some(block) = work.pop() {
        let held = states[block].clone().unwrap_or_default();
        let mut walk = Walk { program, function, kept: &kept, held };
        walk.block(block, &mut states, &mut work).map_err(|wrong| format!("bb{}: {wrong}", block.0))?;
    }
    Ok(())
}

fn counted(program: &Program, function: &Function, local: Local) -> bool {
    let decl = &function.locals[local];
    decl.holds == Holds::Count && program.types[decl.ty].is_counted()
}

struct Walk<'a> {
    program: &'a Program,
    function: &'a Function,
    kept: &'a [bool],
    held: Held,
}

impl Walk<'_> {
    fn block(
        &mut self,
        block: Block,
        states: &mut IndexVec<Block, Option<Held>>,
        work: &mut Vec<Block>,
    ) -> Result<(), String> {
        let data = &self.function.blocks[block];
        for inst in &data.insts {
            self.inst(inst)?;
        }
        let mut operands = Vec::new();
        let passing = |callee: Func, index: usize| match self.program.functions[callee].params.get(index) {
            Some((_, Passing::Owned)) => Use::Owned,
            Some((_, Passing::Borrowed)) | None => Use::Borrowed,
        };
        flow::end_operands(&data.end, &passing, &mut |operand, how| operands.push((operand.clone(), how)));
        self.uses(&operands)?;
        let mut edges = Vec::new();
        flow::edges(&data.end, &mut |to, set| edges.push((*to, set.to_vec())));
        if edges.is_empty() && data.end != Terminator::Unreachable {
            let left: Vec<u32> = self.held.keys().map(|local| local.0).collect();
            return ensure(left.is_empty(), || format!("locals {left:?} are never dropped"));
        }
        for (to, set) in edges {
            let mut after = self.held.clone();
            for local in set.into_iter().filter(|local| counted(self.program, self.function, *local)) {
                ensure(after.insert(local, 1).is_none(), || format!("local {} is set while it holds", local.0))?;
            }
            match &states[to] {
                None => {
                    states[to] = Some(after);
                    work.push(to);
                }
                // What goes nowhere may hold what it likes.
                Some(_) if self.function.blocks[to].end == Terminator::Unreachable => {}
                Some(known) => ensure(*known == after, || {
                    format!("bb{} is entered holding {:?} and also {:?}", to.0, known.keys(), after.keys())
                })?,
            }
        }
        Ok(())
    }

    fn inst(&mut self, inst: &Inst) -> Result<(), String> {
        if let Inst::Dup(local) = inst {
            self.readable(*local)?;
            *self.held.entry(*local).or_insert(0) += 1;
            return Ok(());
        }
        if let Inst::Drop(local) = inst {
            return self.take(*local);
        }
        // References into uncounted variables are of no concern here.
        if let Inst::RefLocal { dest, local } = inst {
            let roots = self.function.locals[*dest].root.unwrap_or(Root::one(*local));
            for local in roots.locals().filter(|local| counted(self.program, self.function, *local)) {
                self.readable(local)?;
                ensure(!self.kept[local.index()], || format!("borrowed parameter {} is changed", local.0))?;
            }
        }
        let mut operands = Vec::new();
        // A view may get another name, which is a view too.
        let renames = matches!(inst, Inst::Assign { dest, .. } if self.function.locals[*dest].holds == Holds::View);
        let used = |how| if renames { Use::Borrowed } else { how };
        flow::inst_operands(inst, &mut |operand, how| operands.push((operand.clone(), used(how))));
        self.uses(&operands)?;
        for dest in flow::dests(inst).into_iter().flatten() {
            if counted(self.program, self.function, dest) {
                ensure(self.held.insert(dest, 1).is_none(), || format!("local {} is set while it holds", dest.0))?;
                ensure(!self.kept[dest.index()], || format!("borrowed parameter {} is set", dest.0))?;
            }
        }
        Ok(())
    }

    fn uses(&mut self, operands: &[(Operand, Use)]) -> Result<(), String> {
        let mut taken = Vec::new();
        let mut copied = Vec::new();
        for (operand, how) in operands {
            let (local, moved) = match operand {
                Operand::Copy(local) => (*local, false),
                Operand::Move(local) => (*local, true),
                Operand::Const(_) => continue,
            };
            let roots = self.function.locals[local].root.into_iter().flat_map(Root::locals);
            for root in roots.filter(|root| counted(self.program, self.function, *root)) {
                self.readable(root)?;
            }
            if !counted(self.program, self.function, local) {
                let gives = *how == Use::Owned && self.function.locals[local].holds == Holds::View;
                ensure(!gives, || format!("view {} is taken, and has nothing to give", local.0))?;
                ensure(!moved, || format!("uncounted local {} is moved", local.0))?;
                continue;
            }
            self.readable(local)?;
            match (how, moved) {
                (Use::Borrowed, true) => return Err(format!("local {} is moved where it is only read", local.0)),
                (Use::Borrowed, false) => {}
                (Use::Owned, true) => taken.push(local),
                (Use::Owned, false) => copied.push(local),
            }
        }
        for local in copied.iter().chain(&taken) {
            self.take(*local)?;
        }
        for local in taken {
            ensure(!self.held.contains_key(&local), || format!("local {} is moved but still holds", local.0))?;
        }
        copied.into_iter().try_for_each(|local| {
            let given = operands.iter().any(|(operand, _)| *operand == Operand::Move(local));
            ensure(given || self.readable(local).is_ok(), || format!("local {} is copied where it is taken", local.0))
        })
    }

    fn readable(&self, local: Local) -> Result<(), String> {
        let there = self.held.contains_key(&local) || self.kept[local.index()];
        ensure(there, || format!("local {} is used but holds nothing", local.0))
    }

    fn take(&mut self, local: Local) -> Result<(), String> {
        let Some(count) = self.held.get_mut(&local) else {
            return Err(format!("local {} is consumed but holds nothing", local.0));
        };
        *count -= 1;
        if *count == 0 {
            self.held.remove(&local);
        }
        Ok(())
    }
}
