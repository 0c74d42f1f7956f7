//! What is begun is ended: deadlines, locks and sorters, on every path and in the order of a stack. In: a function. Out: the first
//! place where that is not so. Goes forward over the blocks and compares what is open where paths meet.

use super::super::{Block, Function, Inst, Local, LockMode, Operand, Service, SortOp, Terminator, flow};
use super::ensure;
use crate::ids::{Id, IndexVec};

/// Something that must be ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Open {
    /// By the local that holds what was before.
    Deadline(Local),
    Lock(Service, LockMode),
    /// By the local that holds the sorter.
    Sorter(Local),
}

pub(super) fn check(function: &Function) -> Result<(), String> {
    let mut states: IndexVec<Block, Option<Vec<Open>>> = IndexVec::filled(None, function.blocks.len());
    let start = Block::from_index(0);
    states[start] = Some(Vec::new());
    let mut work = vec![start];
    while let Some(block) = work.pop() {
        let mut open = states[block].clone().unwrap_or_default();
        let data = &function.blocks[block];
        for inst in &data.insts {
            step(inst, &mut open).map_err(|wrong| format!("bb{}: {wrong}", block.0))?;
        }
        if matches!(data.end, Terminator::Return(_) | Terminator::Fail(_)) {
            ensure(open.is_empty(), || format!("bb{}: {open:?} is never ended", block.0))?;
        }
        let mut edges = Vec::new();
        flow::edges(&data.end, &mut |to, _| edges.push(*to));
        for (position, to) in edges.into_iter().enumerate() {
            let mut after = open.clone();
            if let (Terminator::Lock { service, mode, .. }, 0) = (&data.end, position) {
                after.push(Open::Lock(*service, *mode));
            }
            match &states[to] {
                None => {
                    states[to] = Some(after);
                    work.push(to);
                }
                // What goes nowhere may leave open what it likes.
                Some(_) if function.blocks[to].end == Terminator::Unreachable => {}
                Some(known) => {
                    ensure(*known == after, || format!("bb{} is entered with {known:?} and with {after:?}", to.0))?;
                }
            }
        }
    }
    Ok(())
}

fn step(inst: &Inst, open: &mut Vec<Open>) -> Result<(), String> {
    let ended = if let Inst::DeadlineBegin { before, .. } = inst {
        open.push(Open::Deadline(*before));
        return Ok(());
    } else if let Inst::Sort { dest, op: SortOp::Start, .. } = inst {
        open.push(Open::Sorter(*dest));
        return Ok(());
    } else if let Inst::DeadlineEnd { before: Operand::Copy(before) } = inst {
        Open::Deadline(*before)
    } else if let Inst::Unlock { service, mode } = inst {
        Open::Lock(*service, *mode)
    } else if let Inst::Sort { op: SortOp::End | SortOp::Abandon, args, .. } = inst {
        let Some(Operand::Copy(sorter)) = args.first() else { return Err("there is no sorter".to_owned()) };
        Open::Sorter(*sorter)
    } else {
        return Ok(());
    };
    let last = open.pop();
    ensure(last == Some(ended), || format!("{ended:?} is ended where {last:?} is open"))
}
