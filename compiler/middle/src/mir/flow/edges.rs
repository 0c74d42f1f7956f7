//! Where a block goes. In: its terminator. Out: calls of a closure with each edge and the locals that are set on it.

use super::super::{Block, DetachedCall, Local, OnFail, RemoteCall, Select, SelectArm, SelectOp, Terminator};
use std::slice;

macro_rules! edge_visitors {
    ($name:ident, $one:ident, $about:literal $(, $mutable:tt)?) => {
        #[doc = concat!("All edges of a terminator", $about, ", each with the locals that are set on it, in a fixed order.")]
        pub fn $name(
            end: &$($mutable)? Terminator,
            see: &mut dyn FnMut(&$($mutable)? Block, &$($mutable)? [Local]),
        ) {
            match end {
                Terminator::Goto(to) => see(to, &$($mutable)? []),
                Terminator::Branch { then, otherwise, .. } => {
                    see(then, &$($mutable)? []);
                    see(otherwise, &$($mutable)? []);
                }
                Terminator::Switch { arms, otherwise, .. } => {
                    for (_, to) in arms {
                        see(to, &$($mutable)? []);
                    }
                    see(otherwise, &$($mutable)? []);
                }
                Terminator::SwitchStatus { fault, error, .. } => {
                    see(fault, &$($mutable)? []);
                    see(error, &$($mutable)? []);
                }
                Terminator::Return(_) | Terminator::Fail(_) | Terminator::Unreachable => {}
                Terminator::Call { dests, then, on_fail, .. } => {
                    see(then, dests);
                    if let Some(OnFail { status, fail }) = on_fail {
                        see(fail, slice::$one(status));
                    }
                }
                Terminator::CallValue { dests, then, on_fail, .. } => {
                    see(then, dests);
                    let OnFail { status, fail } = on_fail;
                    see(fail, slice::$one(status));
                }
                Terminator::CallRemote(call) => {
                    let RemoteCall { dest, then, on_fail, .. } = &$($mutable)? **call;
                    see(then, slice::$one(dest));
                    let OnFail { status, fail } = on_fail;
                    see(fail, slice::$one(status));
                }
                Terminator::CallDetached(call) => {
                    let DetachedCall { then, .. } = &$($mutable)? **call;
                    see(then, &$($mutable)? []);
                }
                Terminator::Builtin { dest, then, on_fail, .. }
                | Terminator::Checked { dest, then, on_fail, .. }
                | Terminator::Index { dest, then, on_fail, .. }
                | Terminator::RefIndex { dest, then, on_fail, .. }
                | Terminator::ReadText { dest, then, on_fail, .. }
                | Terminator::Spawn { dest, then, on_fail, .. }
                | Terminator::NewChannel { dest, then, on_fail, .. }
                | Terminator::Wait { dest, then, on_fail, .. } => {
                    see(then, slice::$one(dest));
                    let OnFail { status, fail } = on_fail;
                    see(fail, slice::$one(status));
                }
                Terminator::Next { dest, then, end, on_fail, .. } => {
                    see(then, slice::$one(dest));
                    see(end, &$($mutable)? []);
                    let OnFail { status, fail } = on_fail;
                    see(fail, slice::$one(status));
                }
                Terminator::Select(select) => {
                    let Select { arms, after, default, on_fail, .. } = &$($mutable)? **select;
                    for SelectArm { op, then, .. } in arms {
                        match op {
                            SelectOp::Recv(dest) => see(then, slice::$one(dest)),
                            SelectOp::Send(_) => see(then, &$($mutable)? []),
                        }
                    }
                    if let Some((_, to)) = after {
                        see(to, &$($mutable)? []);
                    }
                    if let Some(to) = default {
                        see(to, &$($mutable)? []);
                    }
                    let OnFail { status, fail } = on_fail;
                    see(fail, slice::$one(status));
                }
                Terminator::Lock { then, on_fail, .. } | Terminator::CheckIndex { then, on_fail, .. } => {
                    see(then, &$($mutable)? []);
                    let OnFail { status, fail } = on_fail;
                    see(fail, slice::$one(status));
                }
                Terminator::Fault { on_fail, .. } => {
                    let OnFail { status, fail } = on_fail;
                    see(fail, slice::$one(status));
                }
            }
        }
    };
}

edge_visitors!(edges, from_ref, "");
edge_visitors!(edges_mut, from_mut, ", to change", mut);
