//! Tasks and waiting: `spawn`, methods that wait, `sleep`, and places where others may run.

use super::body::{Body, OnError, UNIT};
use super::item::Hold;
use crate::builtin::Method;
use crate::hir::OUTCOME;
use crate::ids::{FnId, TyId};
use crate::mir::{Block, Concurrent, Inst, Operand, Site, Terminator, WaitOp};
use crate::span::Span;
use crate::ty::{Ty, TyTable};

/// The variants of `Outcome`, which are what waiting for a task's end gives.
const DONE: u32 = 0;
const FAILED: u32 = 1;
const FAULTED: u32 = 2;
const CANCELLED: u32 = 3;

impl Body<'_, '_> {
    pub(super) fn spawn(&mut self, body: FnId, ty: TyId, span: Span) -> Operand {
        let closure = self.closure_object(body, None);
        let site = self.site(span);
        self.faulting(ty, |dest, then, on_fail| Terminator::Spawn { dest, closure, then, on_fail, site })
    }

    /// A built-in method with `Faults::Waits`.
    pub(super) fn waiting(
        &mut self,
        method: Method,
        args: Vec<Operand>,
        ty: TyId,
        span: Span,
        on_error: OnError,
    ) -> Operand {
        if method == Method::TaskOutcome {
            return self.outcome(args, ty, span);
        }
        self.cx.builtin_errors.extend(method.raises());
        let site = self.site(span);
        let value = self.wait(op_of(method), args, ty, site, on_error);
        if self.is_unit(ty) { UNIT } else { value }
    }

    pub(super) fn sleep(&mut self, limit: Operand, span: Span) -> Operand {
        let site = self.site(span);
        self.wait(WaitOp::Sleep, vec![limit], TyTable::UNIT, site, OnError::Propagate);
        UNIT
    }

    fn wait(&mut self, op: WaitOp, args: Vec<Operand>, ty: TyId, site: Site, on_error: OnError) -> Operand {
        let on_fail = self.own_path_fails(on_error);
        let dest = self.temp(ty);
        let then = self.block();
        self.end(Terminator::Wait { dest, op, args, then, on_fail, site });
        self.go_on(then);
        Operand::Copy(dest)
    }

    /// `task.outcome()`: waits for the end, and makes an `Outcome` of it.
    fn outcome(&mut self, args: Vec<Operand>, ty: TyId, span: Span) -> Operand {
        debug_assert_eq!(*self.get(ty), Ty::Enum(OUTCOME));
        let site = self.site(span);
        let task = args.first().cloned().unwrap_or(UNIT);
        let value = self.wait(WaitOp::Ended, args, TyTable::INT, site, OnError::Propagate);
        let dest = self.join(ty);
        let (done, cancelled) = (self.block(), self.block());
        let blocks = [DONE, FAILED, FAULTED].map(|variant| (variant, self.block()));
        let arms = blocks.map(|(variant, block)| (i64::from(variant), block)).to_vec();
        self.end(Terminator::Switch { value, arms, otherwise: cancelled });
        for (variant, block) in blocks.into_iter().chain([(CANCELLED, cancelled)]) {
            self.go_on(block);
            let mut fields = Vec::new();
            if variant == FAILED || variant == FAULTED {
                let task = task.clone();
                fields.push(self.emit(TyTable::STRING, |dest| Inst::TaskMessage { dest, task }));
            }
            let value = self.variant(ty, variant, fields);
            self.give(dest.as_ref(), value);
            self.goto(done);
        }
        self.go_on(done);
        dest.unwrap_or(UNIT)
    }

    /// Takes a service's lock.
    pub(super) fn lock(&mut self, Hold { service, mode, entering }: Hold, site: Site) {
        let on_fail = self.on_fail();
        let then = self.block();
        self.end(Terminator::Lock { service, mode, entering, then, on_fail, site });
        self.go_on(then);
    }

    /// Ends the current block by a jump back to the head of a loop. Others may run there.
    pub(super) fn go_round(&mut self, head: Block) {
        if self.cx.concurrent == Concurrent::Yes {
            self.push(Inst::Safepoint);
        }
        self.goto(head);
    }
}

/// What a method waits for.
fn op_of(method: Method) -> WaitOp {
    let ops = [
        (Method::SenderSend, WaitOp::Send),
        (Method::SenderDeliver, WaitOp::Deliver),
        (Method::ReceiverRecv, WaitOp::Recv),
        (Method::SubscriberRecv, WaitOp::Recv),
        (Method::PublisherPublish, WaitOp::Publish),
        (Method::PublisherPublishAndWait, WaitOp::PublishAndWait),
        (Method::TaskGet, WaitOp::Get),
    ];
    let found = ops.into_iter().find(|(waiting, _)| *waiting == method);
    found.map(|(_, op)| op).expect("the table has no other methods that wait")
}
