//! `if`, `return`, `raise`, `break`, `continue`, and values that come from several ways.

use super::body::{Body, LoopEnds, UNIT};
use crate::hir::{self, Cond, Expr};
use crate::ids::{Id, LoopId, TyId};
use crate::mir::{Block, Inst, Operand};
use crate::span::Span;

impl Body<'_, '_> {
    /// Where a value from several ways is put; `None` for `()`.
    pub(super) fn join(&mut self, ty: TyId) -> Option<Operand> {
        if self.is_unit(ty) { None } else { Some(Operand::Copy(self.temp(ty))) }
    }

    /// Puts it there.
    pub(super) fn give(&mut self, join: Option<&Operand>, value: Operand) {
        if let Some(Operand::Copy(dest)) = join {
            self.assign(*dest, value);
        }
    }

    pub(super) fn if_value(
        &mut self,
        arms: &[(Cond, hir::Block)],
        otherwise: Option<&hir::Block>,
        ty: TyId,
    ) -> Operand {
        let dest = self.join(ty);
        let done = self.block();
        for (cond, body) in arms {
            let next = self.block();
            self.condition(cond, next);
            let value = self.value_of_block(body);
            self.give(dest.as_ref(), value);
            self.goto(done);
            self.go_on(next);
        }
        if let Some(body) = otherwise {
            let value = self.value_of_block(body);
            self.give(dest.as_ref(), value);
        }
        self.enter(done);
        dest.unwrap_or(UNIT)
    }

    /// Goes on if the head of an `if` or `while` holds, with its variables bound.
    pub(super) fn condition(&mut self, cond: &Cond, otherwise: Block) {
        match cond {
            Cond::Expr(expr) => self.test(expr, otherwise),
            Cond::Let { pattern, value } if pattern.binds_place() => {
                let subject = self.subject(value);
                self.matches_subject(pattern, &subject, otherwise);
            }
            Cond::Let { pattern, value } => {
                let ty = self.ty(value);
                let value = self.expr(value);
                let value = self.settled(value);
                let value = self.in_local(value, ty);
                self.matches(pattern, value, ty, otherwise);
            }
        }
    }

    pub(super) fn return_value(&mut self, value: Option<&Expr>) -> Operand {
        let value = value.map_or(UNIT, |value| self.expr(value));
        let result = self.result;
        let value = if self.is_unit(result) { UNIT } else { value };
        self.leave(value);
        UNIT
    }

    pub(super) fn raise(&mut self, error: &Expr, span: Span) -> Operand {
        let error = self.expr(error);
        let site = self.site(span);
        self.push(Inst::TraceStart { site });
        self.fail_with(error);
        UNIT
    }

    pub(super) fn leave_loop(&mut self, id: LoopId, to: impl FnOnce(LoopEnds) -> Block) -> Operand {
        let ends = self.loops[id.index()].expect("`resolve` lets `break` and `continue` stand only in their loop");
        self.end_deadlines(ends.deadlines);
        self.goto(to(ends));
        UNIT
    }
}
