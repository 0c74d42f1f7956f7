//! Where each owned local is live. In: a function. Out: per block, the owned locals that are live at its start.
//! One backward walk per local over the blocks of its live range: the cost is the size of the ranges, not locals × blocks.

use super::super::flow;
use super::super::{Block, Function, Local};
use super::Roles;
use crate::ids::IndexVec;

/// Live locals and edges.
pub(super) struct Live {
    /// By block: what is live at its start, in order.
    pub(super) at_start: IndexVec<Block, Vec<Local>>,
    /// By block: where its edges come from, and what each sets.
    pub(super) preds: IndexVec<Block, Vec<(Block, Vec<Local>)>>,
}

pub(super) fn compute(function: &Function, roles: &Roles) -> Live {
    let mut walk = Walk::new(function);
    let mut touched = touched_blocks(function, roles);
    for local in function.locals.ids().filter(|local| roles.is_owned(*local)) {
        walk.local(local, &std::mem::take(&mut touched[local]));
    }
    Live { at_start: walk.at_start, preds: walk.preds }
}

/// The blocks that matter for one local.
#[derive(Clone, Default)]
struct Touched {
    /// It is used before it is set, if it is set at all.
    reads: Vec<Block>,
    /// It is set by an instruction.
    sets: Vec<Block>,
}

fn touched_blocks(function: &Function, roles: &Roles) -> IndexVec<Local, Touched> {
    let mut touched = IndexVec::filled(Touched::default(), function.locals.len());
    for (block, data) in function.blocks.iter_enumerated() {
        let read = |touched: &mut IndexVec<Local, Touched>, local: Local| {
            let Touched { reads, sets } = &mut touched[local];
            if reads.last() != Some(&block) && sets.last() != Some(&block) {
                reads.push(block);
            }
        };
        for inst in &data.insts {
            roles.inst_uses(inst, &mut |local, _| read(&mut touched, local));
            for dest in flow::dests(inst).into_iter().flatten() {
                if touched[dest].sets.last() != Some(&block) {
                    touched[dest].sets.push(block);
                }
            }
        }
        roles.end_uses(&data.end, &mut |local, _| read(&mut touched, local));
    }
    touched
}

struct Walk {
    at_start: IndexVec<Block, Vec<Local>>,
    preds: IndexVec<Block, Vec<(Block, Vec<Local>)>>,
    /// By block: the last local that is set there.
    sets: IndexVec<Block, Option<Local>>,
    stack: Vec<Block>,
}

impl Walk {
    fn new(function: &Function) -> Walk {
        let count = function.blocks.len();
        let mut preds: IndexVec<Block, Vec<(Block, Vec<Local>)>> = IndexVec::filled(Vec::new(), count);
        for (block, data) in function.blocks.iter_enumerated() {
            flow::edges(&data.end, &mut |to, set| preds[*to].push((block, set.to_vec())));
        }
        Walk {
            at_start: IndexVec::filled(Vec::new(), count),
            preds,
            sets: IndexVec::filled(None, count),
            stack: Vec::new(),
        }
    }

    fn local(&mut self, local: Local, touched: &Touched) {
        for block in &touched.sets {
            self.sets[*block] = Some(local);
        }
        for block in &touched.reads {
            self.enter(*block, local);
        }
        while let Some(block) = self.stack.pop() {
            for at in 0..self.preds[block].len() {
                let (pred, set) = &self.preds[block][at];
                if !set.contains(&local) && self.sets[*pred] != Some(local) {
                    self.enter(*pred, local);
                }
            }
        }
    }

    /// The local is live at the start of the block.
    fn enter(&mut self, block: Block, local: Local) {
        if self.at_start[block].last() != Some(&local) {
            self.at_start[block].push(local);
            self.stack.push(block);
        }
    }
}
