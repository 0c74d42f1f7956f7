//! `catch`: what happens when a call fails. A fault goes on to the caller; an error goes to the first handler that takes it.

use super::body::{Body, OnError, UNIT};
use crate::hir::{CatchClause, CatchKind, CatchRest, Expr};
use crate::ids::TyId;
use crate::mir::{Inst, Local, Operand, Terminator, Type};
use crate::ty::TyTable;

impl Body<'_, '_> {
    pub(super) fn catch(&mut self, call: &Expr, clauses: &[CatchClause], rest: CatchRest, ty: TyId) -> Operand {
        let dest = self.join(ty);
        let status = self.plain(Type::Status);
        let (handlers, done) = (self.block(), self.block());
        let value = self.any_call(call, OnError::Catch { status, handlers });
        let value = self.coerced(call, value);
        self.give(dest.as_ref(), value);
        self.goto(done);

        self.go_on(handlers);
        let (fault, error) = (self.block(), self.block());
        self.end(Terminator::SwitchStatus { status: Operand::Copy(status), fault, error });
        self.go_on(fault);
        self.hand_on(call, status);
        self.go_on(error);
        let caught = self.temp(TyTable::ANY_ERROR);
        self.assign(caught, Operand::Copy(status));
        for clause in clauses {
            match &clause.kind {
                CatchKind::Value(value) => {
                    let value = self.expr(value);
                    self.give(dest.as_ref(), value);
                    self.goto(done);
                }
                CatchKind::Handler { local, errors, body } => {
                    let next = self.block();
                    self.takes(caught, errors.iter().map(|(error, _)| *error), next);
                    let var = self.var(*local);
                    self.assign(var, Operand::Copy(caught));
                    let value = self.value_of_block(body);
                    self.give(dest.as_ref(), value);
                    self.goto(done);
                    self.go_on(next);
                }
            }
        }
        match rest {
            // `infer` made sure that nothing is left.
            CatchRest::Covered => self.end(Terminator::Unreachable),
            CatchRest::Propagate => {
                let left = self.plain(Type::Status);
                self.assign(left, Operand::Copy(caught));
                self.hand_on(call, left);
            }
        }
        self.go_on(done);
        dest.unwrap_or(UNIT)
    }

    /// Hands a failed call's status on to the caller.
    fn hand_on(&mut self, call: &Expr, status: Local) {
        if !self.notes_its_place(call) {
            let site = self.site(call.span);
            self.push(Inst::Trace { status: Operand::Copy(status), site });
        }
        self.fail_with(Operand::Copy(status));
    }

    /// Goes on if the error is one of these (none: any), and to `otherwise` if not.
    fn takes(
        &mut self,
        caught: Local,
        errors: impl Iterator<Item = crate::ids::ErrorId>,
        otherwise: crate::mir::Block,
    ) {
        let taken = self.block();
        let mut any = true;
        for error in errors {
            any = false;
            let next = self.block();
            let error = self.cx.table.error(error);
            let base = Operand::Copy(caught);
            let is = self.emit(TyTable::BOOL, |dest| Inst::IsError { dest, base, error });
            self.unless(is, next);
            self.goto(taken);
            self.go_on(next);
        }
        self.goto(if any { taken } else { otherwise });
        self.go_on(taken);
    }
}
