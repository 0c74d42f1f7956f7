//! Puts drops on edges. In: what dies on which edge. Out: the drops at the start of the target if that is entered only here,
//! else in blocks on the edge. Ways to an early end share their drops like the branches of a tree: the cold code grows with
//! the number of values, not with values × calls.

use super::super::flow;
use super::super::{Block, BlockData, Function, Inst, Local, Terminator};
use super::liveness::Live;
use super::rewrite::Dying;
use crate::ids::IndexVec;
use std::collections::BTreeMap;

pub(super) fn place(function: &mut Function, dying: Dying, live: &Live) {
    let mut edges = Edges { chains: BTreeMap::new(), shared: BTreeMap::new(), preds: live };
    let mut dying = dying.into_iter().peekable();
    while let Some((from, position, drops)) = dying.next() {
        let mut targets = Vec::new();
        flow::edges(&function.blocks[from].end, &mut |to, _| targets.push(*to));
        edges.edge(&mut function.blocks, &mut targets[position], drops);
        while let Some((_, position, drops)) = dying.next_if(|(block, _, _)| *block == from) {
            edges.edge(&mut function.blocks, &mut targets[position], drops);
        }
        let mut targets = targets.into_iter();
        flow::edges_mut(&mut function.blocks[from].end, &mut |to, _| *to = targets.next().unwrap_or(*to));
    }
}

struct Edges<'a> {
    /// (Target, local to drop first) → its block.
    chains: BTreeMap<(Block, Local), Block>,
    /// (Target, locals to drop) → its block.
    shared: BTreeMap<(Block, Vec<Local>), Block>,
    preds: &'a Live,
}

impl Edges<'_> {
    fn edge(&mut self, blocks: &mut IndexVec<Block, BlockData>, target: &mut Block, drops: Vec<Local>) {
        if blocks[*target].end == Terminator::Unreachable {
            // Nothing goes there.
        } else if self.preds.preds[*target].len() > 1 {
            *target = self.target(blocks, *target, drops);
        } else if let Some(way_out) = way_out(blocks, *target, &drops) {
            let on_edge = self.target(blocks, way_out, drops);
            blocks[*target].end = Terminator::Goto(on_edge);
        } else {
            blocks[*target].insts.splice(0..0, drops.into_iter().map(Inst::Drop));
        }
    }

    /// The block that drops these and goes on to `target`.
    fn target(&mut self, blocks: &mut IndexVec<Block, BlockData>, target: Block, drops: Vec<Local>) -> Block {
        if !is_way_out(&blocks[target]) {
            let insts: Vec<Inst> = drops.iter().copied().map(Inst::Drop).collect();
            let new = || blocks.push(BlockData { insts, end: Terminator::Goto(target) });
            return *self.shared.entry((target, drops)).or_insert_with(new);
        }
        drops.into_iter().fold(target, |behind, local| {
            let new = || blocks.push(BlockData { insts: vec![Inst::Drop(local)], end: Terminator::Goto(behind) });
            *self.chains.entry((behind, local)).or_insert_with(new)
        })
    }
}

/// Do early ends meet here: the function's, or those of a `within`?
fn is_way_out(data: &BlockData) -> bool {
    let first = data.insts.iter().find(|inst| !matches!(inst, Inst::At { .. }));
    matches!(data.end, Terminator::Fail(_)) || matches!(first, Some(Inst::DeadlineEnd { .. }))
}

/// The way out, if a block goes there and only notes that on the early end's path: then these need not be dropped
/// before.
fn way_out(blocks: &IndexVec<Block, BlockData>, block: Block, drops: &[Local]) -> Option<Block> {
    let is_note = |inst: &Inst| {
        let other = matches!(inst, Inst::Assign { dest, .. } if drops.binary_search(dest).is_err());
        other || matches!(inst, Inst::Trace { .. } | Inst::TraceStart { .. } | Inst::At { .. })
    };
    let Terminator::Goto(to) = blocks[block].end else { return None };
    let out = is_way_out(&blocks[to]) && blocks[block].insts.iter().all(is_note);
    out.then_some(to)
}
