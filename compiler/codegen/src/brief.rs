//! Which methods of services are brief: while one runs, its task cannot suspend, and it cannot go on for long. In: a program. Out: those
//! for which the lock of a service may be entered by two stores (`pluto_abi::layout::Whereabouts`), as nobody else can run on that
//! worker meanwhile.

use pluto_middle::mir::{Entering, Func, Function, Inst, Program, StackCheck, Terminator};
use std::collections::BTreeSet;

/// The functions that are brief: no loops that can be interrupted, no recursion, nothing that waits, asks the operating system, or is
/// not known.
pub(crate) fn brief_functions(program: &Program) -> BTreeSet<Func> {
    let functions = || program.functions.iter_enumerated();
    let mut brief: BTreeSet<Func> = functions().filter(|(_, it)| is_brief_itself(it)).map(|(id, _)| id).collect();
    // Until nothing changes: who calls something longer is not brief either.
    loop {
        let calls_longer = |id: &Func| {
            let mut calls = program.functions[*id].blocks.iter().filter_map(|block| called(&block.end));
            calls.any(|called| !brief.contains(&called))
        };
        let longer: Vec<Func> = brief.iter().copied().filter(calls_longer).collect();
        if longer.is_empty() {
            return brief;
        }
        longer.iter().for_each(|id| {
            brief.remove(id);
        });
    }
}

/// Is what this function, that takes a lock, does with it brief?
pub(crate) fn locks_briefly(brief: &BTreeSet<Func>, function: &Function) -> bool {
    let mut calls = function.blocks.iter().filter_map(|block| called(&block.end));
    let only_calls = function.blocks.iter().all(|block| {
        matches!(block.end, Terminator::Lock { entering: Entering::AsItIs, .. })
            || (is_brief_end(&block.end) && block.insts.iter().all(is_brief_inst))
    });
    only_calls && calls.all(|called| brief.contains(&called))
}

fn is_brief_itself(function: &Function) -> bool {
    let blocks = || function.blocks.iter();
    function.stack_check == StackCheck::No
        && blocks().all(|block| is_brief_end(&block.end) && block.insts.iter().all(is_brief_inst))
}

fn called(end: &Terminator) -> Option<Func> {
    if let Terminator::Call { function, .. } = end { Some(*function) } else { None }
}

fn is_brief_inst(inst: &Inst) -> bool {
    // Printing may have to wait for whoever reads it, and so may the log. A service can hold anything.
    !matches!(inst, Inst::Safepoint | Inst::Print { .. } | Inst::NoteFault { .. } | Inst::ClearService { .. })
}

fn is_brief_end(end: &Terminator) -> bool {
    match end {
        Terminator::Goto(_)
        | Terminator::Branch { .. }
        | Terminator::Switch { .. }
        | Terminator::SwitchStatus { .. }
        | Terminator::Return(_)
        | Terminator::Fail(_)
        | Terminator::Call { .. }
        | Terminator::Builtin { .. }
        | Terminator::Checked { .. }
        | Terminator::Index { .. }
        | Terminator::RefIndex { .. }
        | Terminator::CheckIndex { .. }
        | Terminator::NewChannel { .. }
        | Terminator::Fault { .. }
        | Terminator::Unreachable => true,
        Terminator::CallRemote(_)
        | Terminator::CallDetached(_)
        | Terminator::ReadText { .. }
        | Terminator::CallValue { .. }
        | Terminator::Spawn { .. }
        | Terminator::Wait { .. }
        | Terminator::Next { .. }
        | Terminator::Select(_)
        | Terminator::Lock { .. } => false,
    }
}
