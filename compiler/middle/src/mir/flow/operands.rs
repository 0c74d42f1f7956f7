//! The operands of instructions and terminators. In: one of them. Out: calls of a closure with each operand and its use.

use super::super::{DetachedCall, Func, Inst, Operand, RemoteCall, Select, SelectArm, SelectOp, Terminator};
use super::{Use, builtin_use};

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
                | Inst::At { .. }
                | Inst::NamedEnd { .. }
                | Inst::Safepoint
                | Inst::Unlock { .. } => {}
                Inst::Assign { value, .. } | Inst::Wrap { value, .. } => see(value, Owned),
                Inst::Op2 { left, right, .. } | Inst::Compare { left, right, .. } => {
                    see(left, Borrowed);
                    see(right, Borrowed);
                }
                Inst::New { fields: all, .. }
                | Inst::NewVariant { fields: all, .. }
                | Inst::NewArray { elements: all, .. }
                | Inst::Pack { words: all, .. }
                | Inst::MakeClosure { captures: all, .. } => {
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
                | Inst::Unpack { base: one, .. }
                | Inst::ServiceField { service: one, .. }
                | Inst::RefServiceField { service: one, .. }
                | Inst::RefField { base: one, .. }
                | Inst::RefVariantField { base: one, .. }
                | Inst::RefInside { base: one, .. }
                | Inst::Load { from: one, .. }
                | Inst::Take { from: one, .. }
                | Inst::Show { value: one, .. }
                | Inst::Print { text: one }
                | Inst::Trace { status: one, .. }
                | Inst::NoteFault { status: one, .. }
                | Inst::ClearService { service: one }
                | Inst::Capture { closure: one, .. }
                | Inst::TaskMessage { task: one, .. }
                | Inst::DetachCall { task: one }
                | Inst::DeadlineBegin { limit: one, .. }
                | Inst::DeadlineEnd { before: one }
                | Inst::DeadlineExpired { own: one, .. }
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
                Inst::Append { text, parts, .. } => {
                    see(text, Owned);
                    for part in parts {
                        see(part, Borrowed);
                    }
                }
                Inst::Concat { parts: all, .. } | Inst::Find { args: all, .. } | Inst::Sort { args: all, .. } => {
                    for one in all {
                        see(one, Borrowed);
                    }
                }
                Inst::ElementAt { array: base, index, .. }
                | Inst::RefElement { base, index, .. }
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
                Terminator::Goto(_) | Terminator::Lock { .. } | Terminator::Unreachable => {}
                Terminator::Branch { cond: one, .. }
                | Terminator::Switch { value: one, .. }
                | Terminator::SwitchStatus { status: one, .. }
                | Terminator::ReadText { path: one, .. }
                | Terminator::NewChannel { capacity: one, .. }
                | Terminator::Next { receiver: one, .. }
                | Terminator::Fault { message: one, .. } => see(one, Borrowed),
                Terminator::Return(all) => {
                    for one in all {
                        see(one, Owned);
                    }
                }
                Terminator::Fail(one) | Terminator::Spawn { closure: one, .. } => see(one, Owned),
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
                Terminator::CallDetached(call) => {
                    let DetachedCall { args, .. } = &$($mutable)? **call;
                    for arg in args {
                        see(arg, Borrowed);
                    }
                }
                Terminator::Builtin { method, args, .. } => {
                    for (index, arg) in args.into_iter().enumerate() {
                        see(arg, builtin_use(*method, index));
                    }
                }
                Terminator::CallValue { callee, args, .. } => {
                    see(callee, Borrowed);
                    for arg in args {
                        see(arg, Borrowed);
                    }
                }
                Terminator::Wait { op, args, .. } => {
                    for (index, arg) in args.into_iter().enumerate() {
                        see(arg, super::wait_use(*op, index));
                    }
                }
                Terminator::Select(select) => {
                    let Select { arms, after, .. } = &$($mutable)? **select;
                    for SelectArm { op, end, .. } in arms {
                        see(end, Borrowed);
                        if let SelectOp::Send(value) = op {
                            see(value, Borrowed);
                        }
                    }
                    if let Some((limit, _)) = after {
                        see(limit, Borrowed);
                    }
                }
                Terminator::Checked { left, right, .. } => {
                    see(left, Borrowed);
                    if let Some(right) = right {
                        see(right, Borrowed);
                    }
                }
                Terminator::Index { base, index, .. }
                | Terminator::RefIndex { base, index, .. }
                | Terminator::CheckIndex { array: base, index, .. } => {
                    see(base, Borrowed);
                    see(index, Borrowed);
                }
            }
        }
    };
}

operand_visitors!(inst_operands, end_operands, "");
operand_visitors!(inst_operands_mut, end_operands_mut, ", to change", mut);
