//! Which functions can end early. In: functions whose calls all have a way to fail. Out: the same with the way removed where
//! the callee always ends well, and what became unreachable with it. A function can end early if something in it can: checked
//! arithmetic, an index, `raise`, a remote call, a look at the stack, something that waits or takes a lock, a call of a value, or a
//! call of a function that can. Functions that are called by value have a status anyway.

use super::tidy;
use crate::ids::{Id, IndexVec};
use crate::mir::{Entry, Func, Function, HasStatus, Inst, StackCheck, Terminator};

pub(super) fn decide(functions: &mut IndexVec<Func, Function>) {
    let mut callers: IndexVec<Func, Vec<Func>> = IndexVec::filled(Vec::new(), functions.len());
    let mut work = Vec::new();
    for (id, function) in functions.iter_enumerated() {
        if function.stack_check == StackCheck::Yes || function.entry != Entry::Direct || fails_itself(function) {
            work.push(id);
        }
        for data in function.blocks.iter() {
            if let Terminator::Call { function: callee, .. } = &data.end {
                callers[*callee].push(id);
            }
        }
    }
    let mut fails = vec![false; functions.len()];
    while let Some(id) = work.pop() {
        if !std::mem::replace(&mut fails[id.index()], true) {
            work.extend(&callers[id]);
        }
    }
    for (id, function) in functions.ids().zip(functions.iter_mut()) {
        function.status = if fails[id.index()] { HasStatus::Yes } else { HasStatus::No };
        for data in function.blocks.iter_mut() {
            if let Terminator::Call { function: callee, on_fail, .. } = &mut data.end
                && !fails[callee.index()]
            {
                *on_fail = None;
            }
        }
        tidy::blocks(function);
    }
}

fn fails_itself(function: &Function) -> bool {
    function.blocks.iter().any(|data| {
        let raises = data.insts.iter().any(|inst| matches!(inst, Inst::TraceStart { .. }));
        let ends = match &data.end {
            Terminator::CallRemote(_)
            | Terminator::Builtin { .. }
            | Terminator::Checked { .. }
            | Terminator::Index { .. }
            | Terminator::RefIndex { .. }
            | Terminator::CheckIndex { .. }
            | Terminator::ReadText { .. }
            | Terminator::CallValue { .. }
            | Terminator::Spawn { .. }
            | Terminator::NewChannel { .. }
            | Terminator::Wait { .. }
            | Terminator::Next { .. }
            | Terminator::Select(_)
            | Terminator::Lock { .. }
            | Terminator::Fault { .. } => true,
            Terminator::Goto(_)
            | Terminator::Branch { .. }
            | Terminator::Switch { .. }
            | Terminator::SwitchStatus { .. }
            | Terminator::Return(_)
            | Terminator::Fail(_)
            | Terminator::Call { .. }
            | Terminator::CallDetached(_)
            | Terminator::Unreachable => false,
        };
        raises || ends
    })
}
