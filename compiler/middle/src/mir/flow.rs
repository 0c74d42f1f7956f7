//! What each instruction reads, takes and sets, and where each block goes. In: MIR. Out: calls of closures, so that no pass
//! has to know every form again.

mod edges;
mod operands;

use super::{Block, BlockData, Changes, Inst, Local, Method, WaitOp};
use crate::builtin::Sig;
use crate::ids::{Id, IndexVec};
pub use edges::{edges, edges_mut};
pub use operands::{end_operands, end_operands_mut, inst_operands, inst_operands_mut};

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
        // The further words of an inline element.
        (Changes::Yes, None) if method == Method::ArrayPush && index > 1 => Use::Owned,
        // The channel takes the message, whether it gets in or not.
        (Changes::No, Some(Sig::T)) if method == Method::SenderTrySend => Use::Owned,
        (Changes::Yes | Changes::No, Some(_) | None) => Use::Borrowed,
    }
}

/// How operand `index` of something that waits is used.
#[must_use]
pub fn wait_use(op: WaitOp, index: usize) -> Use {
    match (op, index) {
        (WaitOp::Send | WaitOp::Deliver | WaitOp::Publish | WaitOp::PublishAndWait, 1) => Use::Owned,
        (
            WaitOp::Send
            | WaitOp::Deliver
            | WaitOp::Publish
            | WaitOp::PublishAndWait
            | WaitOp::Recv
            | WaitOp::Get
            | WaitOp::Ended
            | WaitOp::Sleep,
            _,
        ) => Use::Borrowed,
    }
}

macro_rules! dest_visitors {
    ($name:ident, $about:literal $(, $mutable:tt)?) => {
        #[doc = concat!("The locals that an instruction sets", $about, ".")]
        #[must_use]
        pub fn $name(inst: &$($mutable)? Inst) -> [Option<&$($mutable)? Local>; 2] {
            match inst {
                Inst::Dup(_)
                | Inst::Drop(_)
                | Inst::InitServiceField { .. }
                | Inst::Store { .. }
                | Inst::Print { .. }
                | Inst::Trace { .. }
                | Inst::TraceStart { .. }
                | Inst::At { .. }
                | Inst::DeadlineEnd { .. }
                | Inst::Safepoint
                | Inst::DetachCall { .. }
                | Inst::Unlock { .. }
                | Inst::NoteFault { .. }
                | Inst::ClearService { .. } => [None, None],
                Inst::EntryAt { key, value, .. } | Inst::Find { found: key, value, .. } => [Some(key), Some(value)],
                Inst::DeadlineBegin { before, own, .. } => [Some(before), Some(own)],
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
                | Inst::Pack { dest, .. }
                | Inst::Unpack { dest, .. }
                | Inst::Wrap { dest, .. }
                | Inst::ServiceField { dest, .. }
                | Inst::RefLocal { dest, .. }
                | Inst::RefServiceField { dest, .. }
                | Inst::RefField { dest, .. }
                | Inst::RefVariantField { dest, .. }
                | Inst::RefInside { dest, .. }
                | Inst::RefElement { dest, .. }
                | Inst::RefOrInsert { dest, .. }
                | Inst::Load { dest, .. }
                | Inst::Builtin { dest, .. }
                | Inst::Show { dest, .. }
                | Inst::Concat { dest, .. }
                | Inst::Append { dest, .. }
                | Inst::Take { dest, .. }
                | Inst::EnvArgs { dest }
                | Inst::MakeClosure { dest, .. }
                | Inst::Capture { dest, .. }
                | Inst::NamedEnd { dest, .. }
                | Inst::TaskMessage { dest, .. }
                | Inst::DeadlineExpired { dest, .. }
                | Inst::Sort { dest, .. }
                | Inst::Len { dest, .. }
                | Inst::ElementAt { dest, .. }
                | Inst::CharAt { dest, .. } => [Some(dest), None],
            }
        }
    };
}

dest_visitors!(dests_of, "");
dest_visitors!(dests_mut, ", to change", mut);

/// The locals that an instruction sets.
#[must_use]
pub fn dests(inst: &Inst) -> [Option<Local>; 2] {
    dests_of(inst).map(Option::<&Local>::copied)
}

/// All blocks that are entered, each before those that it leads to, but for loops (reverse postorder): what a block uses is set before.
#[must_use]
pub fn order(blocks: &IndexVec<Block, BlockData>) -> Vec<Block> {
    let mut seen = vec![false; blocks.len()];
    let mut after = Vec::with_capacity(blocks.len());
    let mut open = vec![(Block::from_index(0), false)];
    while let Some((block, left)) = open.pop() {
        if left {
            after.push(block);
        } else if !std::mem::replace(&mut seen[block.index()], true) {
            open.push((block, true));
            edges(&blocks[block].end, &mut |to, _| open.push((*to, false)));
        }
    }
    after.reverse();
    after
}
