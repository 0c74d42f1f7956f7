//! `within`: a deadline for a block. What fails inside goes to the `within`'s own way out instead of the function's; there the
//! deadline is ended, and an expiry becomes a `TimeoutError`.

use super::body::{Body, OnError, UNIT, text, truth};
use crate::hir::{self, BuiltinError, Expr};
use crate::ids::TyId;
use crate::mir::{Inst, Local, OnFail, Operand, Terminator, Type};
use crate::span::Span;
use crate::ty::TyTable;

/// A deadline that holds where we are.
#[derive(Clone, Copy)]
pub(super) struct Deadline {
    /// What held before.
    before: Local,
    /// Where what fails inside goes.
    pub(super) fails: OnFail,
}

impl Body<'_, '_> {
    pub(super) fn within(
        &mut self,
        limit: &Expr,
        body: &hir::Block,
        ty: TyId,
        span: Span,
        on_error: OnError,
    ) -> Operand {
        let limit = self.settled_expr(limit);
        let outer = self.own_path_fails(on_error);
        let dest = self.join(ty);
        let done = self.block();
        let (before, own) = (self.temp(TyTable::INT), self.temp(TyTable::INT));
        let fails = OnFail { status: self.plain(Type::Status), fail: self.block() };
        self.push(Inst::DeadlineBegin { before, own, limit: limit.clone() });
        let deadline = Deadline { before, fails };
        self.deadlines.push(deadline);
        let value = self.value_of_block(body);
        self.give(dest.as_ref(), value);
        self.deadlines.pop();
        self.push(Inst::DeadlineEnd { before: Operand::Copy(before) });
        self.goto(done);

        self.within_failed(deadline, own, outer, (limit, span));
        self.go_on(done);
        dest.unwrap_or(UNIT)
    }

    /// What fails inside: an expiry of this deadline becomes an error, everything else goes on outward.
    fn within_failed(&mut self, deadline: Deadline, own: Local, outer: OnFail, (limit, span): (Operand, Span)) {
        self.go_on(deadline.fails.fail);
        self.push(Inst::DeadlineEnd { before: Operand::Copy(deadline.before) });
        let status = Operand::Copy(deadline.fails.status);
        let (early, hand_on, late) = (self.block(), self.block(), self.block());
        self.end(Terminator::SwitchStatus { status: status.clone(), fault: early, error: hand_on });
        self.go_on(early);
        let own = Operand::Copy(own);
        let expired = self.emit(TyTable::BOOL, |dest| Inst::DeadlineExpired { dest, own });
        self.end(Terminator::Branch { cond: expired, then: late, otherwise: hand_on });
        self.go_on(late);
        let error = self.timeout_error(limit, span);
        self.assign(outer.status, error);
        self.goto(outer.fail);
        self.go_on(hand_on);
        self.assign(outer.status, status);
        self.goto(outer.fail);
    }

    /// The error of a block that was not done in time; its path begins here.
    fn timeout_error(&mut self, limit: Operand, span: Span) -> Operand {
        let shown = self.shown(limit, TyTable::DURATION, None);
        let detail = self.joined(vec![text("not done within "), shown]);
        let ty = self.cx.table.error(BuiltinError::Timeout.id());
        let dest = self.local(ty, "".into());
        self.push(Inst::New { dest, ty, fields: vec![text(""), text(""), detail, truth(true)] });
        let site = self.site(span);
        self.push(Inst::TraceStart { site });
        Operand::Copy(dest)
    }

    /// Ends the innermost deadlines down to so many, on the way out of them.
    pub(super) fn end_deadlines(&mut self, left: usize) {
        for at in (left..self.deadlines.len()).rev() {
            let before = Operand::Copy(self.deadlines[at].before);
            self.push(Inst::DeadlineEnd { before });
        }
    }

    /// Ends the function well.
    pub(super) fn leave(&mut self, value: Operand) {
        self.end_deadlines(0);
        self.end(Terminator::Return(vec![value]));
    }
}
