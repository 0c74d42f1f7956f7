//! What each instruction reads, takes and sets, and where each block goes. In: MIR. Out: calls of closures, so that no pass
//! has to know every form again.

use super::{Block, Changes, Func, Inst, Local, Method, OnFail, Operand, RemoteCall, Terminator};
use crate::builtin::Sig;

/// How an operand is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Use {
    /// Consumed: the count goes along.
    Owned,
    /// Only read.
    Borrowed,
}

/// How parameter `index` of a built-in method is used.
#[must_use]
pub fn builtin_use(method: Method, index: usize) -> Use {
    let row = method.row();
    let param = index.checked_sub(1).and_then(|at| row.params.get(at));
    match (row.changes, param) {
        // A key to look for stays with the caller; the stored one goes with its entry.
        (Changes::Yes, Some(Sig::K)) if method == Method::MapRemove => Use::Borrowed,
        (Changes::Yes, Some(Sig::T | Sig::K | Sig::V)) => Use::Owned,
        (Changes::Yes | Changes::No, Some(_) | None) => Use::Borrowed,
    }
}

macro_rules! operand_visitors {
    ($inst_name:ident, $end_name:ident, $about:literal $(, $mutable:tt)?) => {
        #[doc = concat!("All operands of an instruction", $about, ", in order of evaluation.")]
        pub fn $inst_name(inst: &$($mutable)? Inst, see: &mut dyn FnMut(&$($mutable)? Operand, Use)) {
            use Use::{Borrowed, Owned};
            match inst {
                Inst::Dup(_)
                | Inst::Drop(_)
                | Inst::NewMap { .. }
                | Inst::RefLocal { .. }
                | Inst::EnvArgs { .. }
                | Inst::TraceStart { .. }
                | Inst::Lock { .. }
                | Inst::Unlock { .. } => {}
                Inst::Assign { value, .. } | Inst::Wrap { value, .. } => see(value, Owned),
                Inst::Op2 { left, right, .. } | Inst::Compare { left, right, .. } => {
                    see(left, Borrowed);
                    see(right, Borrowed);
                }
                Inst::New { fields: all, .. }
                | Inst::NewVariant { fields: all, .. }
                | Inst::NewArray { elements: all, .. } => {
                    for one in all {
                        see(one, Owned);
                    }
                }
                Inst::Op1 { operand: one, .. }
                | Inst::Field { base: one, .. }
                | Inst::Tag { base: one, .. }
                | Inst::VariantField { base: one, .. }
                | Inst::IsError { base: one, .. }
                | Inst::IsNull { base: one, .. }
                | Inst::Unwrap { base: one, .. }
                | Inst::ServiceField { service: one, .. }
                | Inst::RefServiceField { service: one, .. }
                | Inst::RefField { base: one, .. }
                | Inst::Load { from: one, .. }
                | Inst::Show { value: one, .. }
                | Inst::Print { text: one }
                | Inst::Trace { status: one, .. }
                | Inst::Len { base: one, .. } => see(one, Borrowed),
                Inst::InitServiceField { service: read, value: taken, .. } | Inst::Store { to: read, value: taken } => {
                    see(read, Borrowed);
                    see(taken, Owned);
                }
                Inst::RefOrInsert { map, key, value, .. } => {
                    see(map, Borrowed);
                    see(key, Owned);
                    see(value, Owned);
                }
                Inst::Builtin { method, args, .. } => {
                    for (index, arg) in args.into_iter().enumerate() {
                        see(arg, builtin_use(*method, index));
                    }
                }
                Inst::Concat { parts, .. } => {
                    for part in parts {
                        see(part, Borrowed);
                    }
                }
                Inst::ElementAt { array: base, index, .. }
                | Inst::EntryAt { map: base, index, .. }
                | Inst::CharAt { text: base, at: index, .. } => {
                    see(base, Borrowed);
                    see(index, Borrowed);
                }
            }
        }

        #[doc = concat!("All operands of a terminator", $about, "; `passing` tells how a function takes an argument.")]
        pub fn $end_name(
            end: &$($mutable)? Terminator,
            passing: &dyn Fn(Func, usize) -> Use,
            see: &mut dyn FnMut(&$($mutable)? Operand, Use),
        ) {
            use Use::{Borrowed, Owned};
            match end {
                Terminator::Goto(_) | Terminator::Unreachable => {}
                Terminator::Branch { cond: one, .. }
                | Terminator::Switch { value: one, .. }
                | Terminator::SwitchStatus { status: one, .. }
                | Terminator::ReadText { path: one, .. }
                | Terminator::Fault { message: one, .. } => see(one, Borrowed),
                Terminator::Return(one) | Terminator::Fail(one) => see(one, Owned),
                Terminator::Call { function, args, .. } => {
                    for (index, arg) in args.into_iter().enumerate() {
                        see(arg, passing(*function, index));
                    }
                }
                Terminator::CallRemote(call) => {
                    let RemoteCall { args, .. } = &$($mutable)? **call;
                    for arg in args {
                        see(arg, Borrowed);
                    }
                }
                Terminator::Builtin { method, args, .. } => {
                    for (index, arg) in args.into_iter().enumerate() {
                        see(arg, builtin_use(*method, index));
                    }
                }
                Terminator::Checked { left, right, .. } => {
                    see(left, Borrowed);
                    if let Some(right) = right {
                        see(right, Borrowed);
                    }
                }
                Terminator::Index { base, index, .. } | Terminator::RefIndex { base, index, .. } => {
                    see(base, Borrowed);
                    see(index, Borrowed);
                }
            }
        }
    };
}

operand_visitors!(inst_operands, end_operands, "");
operand_visitors!(inst_operands_mut, end_operands_mut, ", to change", mut);

/// The locals that an instruction sets.
#[must_use]
pub fn dests(inst: &Inst) -> [Option<Local>; 2] {
    match inst {
        Inst::Dup(_)
        | Inst::Drop(_)
        | Inst::InitServiceField { .. }
        | Inst::Store { .. }
        | Inst::Print { .. }
        | Inst::Trace { .. }
        | Inst::TraceStart { .. }
        | Inst::Lock { .. }
        | Inst::Unlock { .. } => [None, None],
        Inst::EntryAt { key, value, .. } => [Some(*key), Some(*value)],
        Inst::Assign { dest, .. }
        | Inst::Op2 { dest, .. }
        | Inst::Op1 { dest, .. }
        | Inst::Compare { dest, .. }
        | Inst::New { dest, .. }
        | Inst::NewVariant { dest, .. }
        | Inst::NewArray { dest, .. }
        | Inst::NewMap { dest, .. }
        | Inst::Field { dest, .. }
        | Inst::Tag { dest, .. }
        | Inst::VariantField { dest, .. }
        | Inst::IsError { dest, .. }
        | Inst::IsNull { dest, .. }
        | Inst::Unwrap { dest, .. }
        | Inst::Wrap { dest, .. }
        | Inst::ServiceField { dest, .. }
        | Inst::RefLocal { dest, .. }
        | Inst::RefServiceField { dest, .. }
        | Inst::RefField { dest, .. }
        | Inst::RefOrInsert { dest, .. }
        | Inst::Load { dest, .. }
        | Inst::Builtin { dest, .. }
        | Inst::Show { dest, .. }
        | Inst::Concat { dest, .. }
        | Inst::EnvArgs { dest }
        | Inst::Len { dest, .. }
        | Inst::ElementAt { dest, .. }
        | Inst::CharAt { dest, .. } => [Some(*dest), None],
    }
}

macro_rules! edge_visitors {
    ($name:ident, $about:literal $(, $mutable:tt)?) => {
        #[doc = concat!("All edges of a terminator", $about, ", each with the local that is set on it, in a fixed order.")]
        pub fn $name(end: &$($mutable)? Terminator, see: &mut dyn FnMut(&$($mutable)? Block, Option<Local>)) {
            match end {
                Terminator::Goto(to) => see(to, None),
                Terminator::Branch { then, otherwise, .. } => {
                    see(then, None);
                    see(otherwise, None);
                }
                Terminator::Switch { arms, otherwise, .. } => {
                    for (_, to) in arms {
                        see(to, None);
                    }
                    see(otherwise, None);
                }
                Terminator::SwitchStatus { fault, error, .. } => {
                    see(fault, None);
                    see(error, None);
                }
                Terminator::Return(_) | Terminator::Fail(_) | Terminator::Unreachable => {}
                Terminator::Call { dest, then, on_fail, .. } => {
                    see(then, Some(*dest));
                    if let Some(OnFail { status, fail }) = on_fail {
                        see(fail, Some(*status));
                    }
                }
                Terminator::CallRemote(call) => {
                    let RemoteCall { dest, then, on_fail, .. } = &$($mutable)? **call;
                    see(then, Some(*dest));
                    let OnFail { status, fail } = on_fail;
                    see(fail, Some(*status));
                }
                Terminator::Builtin { dest, then, on_fail, .. }
                | Terminator::Checked { dest, then, on_fail, .. }
                | Terminator::Index { dest, then, on_fail, .. }
                | Terminator::RefIndex { dest, then, on_fail, .. }
                | Terminator::ReadText { dest, then, on_fail, .. } => {
                    see(then, Some(*dest));
                    let OnFail { status, fail } = on_fail;
                    see(fail, Some(*status));
                }
                Terminator::Fault { on_fail, .. } => {
                    let OnFail { status, fail } = on_fail;
                    see(fail, Some(*status));
                }
            }
        }
    };
}

edge_visitors!(edges, "");
edge_visitors!(edges_mut, ", to change", mut);
