//! What the interpreter does not run: whatever waits for, or is seen by, another task or process. In: a program. Out: nothing, or
//! the first such thing, with the function in which it stands.

use pluto_middle::mir::{BlockData, Inst, Program, Terminator};
use std::fmt;

/// Why a program is refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// What it needs.
    pub needs: &'static str,
    /// Where it stands; empty for the program as a whole.
    pub function: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.function.as_str() {
            "" => write!(out, "the program needs {}", self.needs),
            function => write!(out, "{function} needs {}", self.needs),
        }
    }
}

/// Is the program one process that never waits?
///
/// # Errors
/// What is in the way.
pub fn check(program: &Program) -> Result<(), Refusal> {
    let whole = |needs| Err(Refusal { needs, function: String::new() });
    if program.peers.len() > 1 {
        return whole("several processes");
    }
    if program.main.is_none() {
        return whole("tests or callers: it has no `main`");
    }
    for function in program.functions.iter() {
        if let Some(needs) = function.blocks.iter().find_map(needed) {
            return Err(Refusal { needs, function: function.name.to_string() });
        }
    }
    Ok(())
}

fn needed(block: &BlockData) -> Option<&'static str> {
    block.insts.iter().find_map(needed_by_inst).or_else(|| needed_by_end(&block.end))
}

fn needed_by_inst(inst: &Inst) -> Option<&'static str> {
    match inst {
        Inst::NamedEnd { .. } => Some("channels"),
        Inst::TaskMessage { .. } | Inst::Safepoint | Inst::DetachCall { .. } => Some("tasks"),
        Inst::DeadlineBegin { .. } | Inst::DeadlineEnd { .. } | Inst::DeadlineExpired { .. } => Some("deadlines"),
        Inst::Unlock { .. } => Some("locks"),
        Inst::NoteFault { .. } | Inst::ClearService { .. } => Some("services that are rebuilt"),
        Inst::Assign { .. }
        | Inst::Dup(_)
        | Inst::Drop(_)
        | Inst::Op2 { .. }
        | Inst::Op1 { .. }
        | Inst::Compare { .. }
        | Inst::New { .. }
        | Inst::NewVariant { .. }
        | Inst::NewArray { .. }
        | Inst::NewMap { .. }
        | Inst::Field { .. }
        | Inst::Tag { .. }
        | Inst::VariantField { .. }
        | Inst::IsError { .. }
        | Inst::IsNull { .. }
        | Inst::Unwrap { .. }
        | Inst::Wrap { .. }
        | Inst::Pack { .. }
        | Inst::Find { .. }
        | Inst::Unpack { .. }
        | Inst::ServiceField { .. }
        | Inst::InitServiceField { .. }
        | Inst::RefLocal { .. }
        | Inst::RefServiceField { .. }
        | Inst::RefField { .. }
        | Inst::RefElement { .. }
        | Inst::RefVariantField { .. }
        | Inst::RefInside { .. }
        | Inst::RefOrInsert { .. }
        | Inst::Load { .. }
        | Inst::Store { .. }
        | Inst::Builtin { .. }
        | Inst::Show { .. }
        | Inst::Concat { .. }
        | Inst::Append { .. }
        | Inst::Take { .. }
        | Inst::Print { .. }
        | Inst::EnvArgs { .. }
        | Inst::Trace { .. }
        | Inst::TraceStart { .. }
        | Inst::At { .. }
        | Inst::MakeClosure { .. }
        | Inst::Capture { .. }
        | Inst::Sort { .. }
        | Inst::Len { .. }
        | Inst::ElementAt { .. }
        | Inst::EntryAt { .. }
        | Inst::CharAt { .. } => None,
    }
}

fn needed_by_end(end: &Terminator) -> Option<&'static str> {
    match end {
        Terminator::CallRemote(_) | Terminator::CallDetached(_) => Some("several processes"),
        Terminator::Spawn { .. } => Some("tasks"),
        Terminator::NewChannel { .. } | Terminator::Next { .. } | Terminator::Select(_) => Some("channels"),
        Terminator::Wait { .. } => Some("waiting"),
        Terminator::Lock { .. } => Some("locks"),
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
        | Terminator::CheckIndex { .. }
        | Terminator::RefIndex { .. }
        | Terminator::ReadText { .. }
        | Terminator::CallValue { .. }
        | Terminator::Fault { .. }
        | Terminator::Unreachable => None,
    }
}
