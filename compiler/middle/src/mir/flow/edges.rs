//! Where a block goes. In: its terminator. Out: calls of a closure with each edge and the local that is set on it.

use super::super::{Block, DetachedCall, Local, OnFail, RemoteCall, Select, SelectArm, SelectOp, Terminator};

macro_rules! edge_visitors {
    ($name:ident, $about:literal $(, $mutable:tt)?) => {
        #[doc = concat!("All edges of a terminator", $about, ", each with the locals that are set on it, in a fixed order.")]
        pub fn $name(end: &$($mutable)? Terminator, see: &mut dyn FnMut(&$($mutable)? Block, &[Local])) {
            match end {
                Terminator::Goto(to) => see(to, &[]),
                Terminator::Branch { then, otherwise, .. } => {
                    see(then, &[]);
                    see(otherwise, &[]);
                }
                Terminator::Switch { arms, otherwise, .. } => {
                    for (_, to) in arms {
                        see(to, &[]);
                    }
                    see(otherwise, &[]);
                }
                Terminator::SwitchStatus { fault, error, .. } => {
                    see(fault, &[]);
                    see(error, &[]);
                }
                Terminator::Return(_) | Terminator::Fail(_) | Terminator::Unreachable => {}
                Terminator::Call { dests, then, on_fail, .. } => {
                    see(then, dests);
                    if let Some(OnFail { status, fail }) = on_fail {
                        see(fail, &[*status]);
                    }
                }
                Terminator::CallValue { dests, then, on_fail, .. } => {
                    see(then, dests);
                    let OnFail { status, fail } = on_fail;
                    see(fail, &[*status]);
                }
                Terminator::CallRemote(call) => {
                    let RemoteCall { dest, then, on_fail, .. } = &$($mutable)? **call;
                    see(then, &[*dest]);
                    let OnFail { status, fail } = on_fail;
                    see(fail, &[*status]);
                }
                Terminator::CallDetached(call) => {
                    let DetachedCall { then, .. } = &$($mutable)? **call;
                    see(then, &[]);
                }
                Terminator::Builtin { dest, then, on_fail, .. }
                | Terminator::Checked { dest, then, on_fail, .. }
                | Terminator::Index { dest, then, on_fail, .. }
                | Terminator::RefIndex { dest, then, on_fail, .. }
                | Terminator::ReadText { dest, then, on_fail, .. }
                | Terminator::Spawn { dest, then, on_fail, .. }
                | Terminator::NewChannel { dest, then, on_fail, .. }
                | Terminator::Wait { dest, then, on_fail, .. } => {
                    see(then, &[*dest]);
                    let OnFail { status, fail } = on_fail;
                    see(fail, &[*status]);
                }
                Terminator::Next { dest, then, end, on_fail, .. } => {
                    see(then, &[*dest]);
                    see(end, &[]);
                    let OnFail { status, fail } = on_fail;
                    see(fail, &[*status]);
                }
                Terminator::Select(select) => {
                    let Select { arms, after, default, on_fail, .. } = &$($mutable)? **select;
                    for SelectArm { op, then, .. } in arms {
                        see(then, received(op).as_slice());
                    }
                    if let Some((_, to)) = after {
                        see(to, &[]);
                    }
                    if let Some(to) = default {
                        see(to, &[]);
                    }
                    let OnFail { status, fail } = on_fail;
                    see(fail, &[*status]);
                }
                Terminator::Lock { then, on_fail, .. } | Terminator::CheckIndex { then, on_fail, .. } => {
                    see(then, &[]);
                    let OnFail { status, fail } = on_fail;
                    see(fail, &[*status]);
                }
                Terminator::Fault { on_fail, .. } => {
                    let OnFail { status, fail } = on_fail;
                    see(fail, &[*status]);
                }
            }
        }
    };
}

edge_visitors!(edges, "");
edge_visitors!(edges_mut, ", to change", mut);

/// The local that an arm of a `select` sets.
fn received(op: &SelectOp) -> Option<Local> {
    match op {
        SelectOp::Recv(dest) => &[*dest],
        SelectOp::Send(_) => None,
    }
}
