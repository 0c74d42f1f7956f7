//! Removes blocks that cannot be reached and joins those that follow each other anyway. In and out: one function.

use crate::ids::{Id, IndexVec};
use crate::mir::{Block, BlockData, Function, Terminator, flow};

pub(super) fn blocks(function: &mut Function) {
    let entered = count_entries(function);
    let entry = Block::from_index(0);
    let mut kept: IndexVec<Block, Option<Block>> = IndexVec::filled(None, function.blocks.len());
    let mut result: IndexVec<Block, BlockData> = IndexVec::new();
    let mut joined = vec![false; function.blocks.len()];
    for block in function.blocks.ids() {
        let reached = entered[block] > 0 || block == entry;
        if !reached || joined[block.index()] {
            continue;
        }
        let mut data = take(function, block);
        while let Terminator::Goto(next) = data.end {
            // A block before this one in the loop has been given out already; joining it would tear the cycle apart.
            if entered[next] != 1 || next == entry || next == block || kept[next].is_some() {
                break;
            }
            joined[next.index()] = true;
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
