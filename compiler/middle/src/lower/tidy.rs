//! Removes blocks that cannot be reached and joins those that follow each other anyway. In and out: one function.

use crate::ids::{Id, IndexVec};
use crate::mir::{Block, BlockData, Function, Terminator, flow};

pub(super) fn blocks(function: &mut Function) {
    let entered = count_entries(function);
    let entry = Block::from_index(0);
    let reached = |block: Block| block == entry || entered[block] > 0;
    // Blocks that only one jump enters: they go on behind it. (The entry is not one, so each chain of them has a head.)
    let mut joined: IndexVec<Block, bool> = IndexVec::filled(false, function.blocks.len());
    for (_, data) in function.blocks.iter_enumerated().filter(|(block, _)| reached(*block)) {
        if let Terminator::Goto(next) = data.end {
            joined[next] = entered[next] == 1 && next != entry;
        }
    }
    let mut kept: IndexVec<Block, Option<Block>> = IndexVec::filled(None, function.blocks.len());
    let mut result: IndexVec<Block, BlockData> = IndexVec::new();
    for block in function.blocks.ids().filter(|block| reached(*block)) {
        if joined[block] {
            continue;
        }
        let mut data = take(function, block);
        while let Terminator::Goto(next) = data.end
            && joined[next]
        {
            let behind = take(function, next);
            data.insts.extend(behind.insts);
            data.end = behind.end;
        }
        kept[block] = Some(result.push(data));
    }
    for data in result.iter_mut() {
        flow::edges_mut(&mut data.end, &mut |to, _| *to = kept[*to].unwrap_or(*to));
    }
    function.blocks = result;
}

fn take(function: &mut Function, block: Block) -> BlockData {
    std::mem::replace(&mut function.blocks[block], BlockData { insts: Vec::new(), end: Terminator::Unreachable })
}

/// How many edges from reachable blocks enter each block.
fn count_entries(function: &Function) -> IndexVec<Block, usize> {
    let mut entered = IndexVec::filled(0, function.blocks.len());
    let mut seen = vec![false; function.blocks.len()];
    let mut stack = vec![Block::from_index(0)];
    while let Some(block) = stack.pop() {
        if std::mem::replace(&mut seen[block.index()], true) {
            continue;
        }
        flow::edges(&function.blocks[block].end, &mut |to, _| {
            entered[*to] += 1;
            stack.push(*to);
        });
    }
    entered
}
