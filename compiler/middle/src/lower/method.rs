//! Method calls on data: those of classes and the built-in ones.

use super::body::{Body, OnError, UNIT, int};
use super::detached::Detached;
use crate::builtin::{Changes, Faults, Method};
use crate::hir::{Expr, SelfParam};
use crate::ids::{FnId, TyId};
use crate::mir::{Inst, Op2, Operand, Terminator, TypeId};
use crate::span::Span;
use crate::ty::TyTable;

impl Body<'_, '_> {
    pub(super) fn call_data_method(
        &mut self,
        method: FnId,
        receiver: &Expr,
        args: &[Expr],
        span: Span,
        on_error: OnError,
    ) -> Operand {
        match self.cx.program.fns[method].self_param {
            Some(SelfParam::Mut) => {
                let place = self.place(receiver);
                let mut values = self.operands(&args.iter().collect::<Vec<_>>());
                self.apart_from(&place, &mut values);
                let reference = Operand::Copy(self.reference(&place));
                let values = std::iter::once(reference).chain(values).collect();
                self.call_fn(method, values, span, on_error)
            }
            Some(SelfParam::Read) | None => {
                let values = self.operands(&std::iter::once(receiver).chain(args).collect::<Vec<_>>());
                self.call_fn(method, values, span, on_error)
            }
        }
    }

    pub(super) fn call_builtin(
        &mut self,
        method: Method,
        receiver: &Expr,
        args: &[Expr],
        call: &Expr,
        on_error: OnError,
    ) -> Operand {
        let (ty, span) = (self.cx.types.exprs[call.id], call.span);
        let receiver_ty = self.ty(receiver);
        let receiver_ty = self.mir_ty(receiver_ty);
        if method == Method::ArraySortBy {
            return self.sort_by(receiver, args, call, on_error);
        }
        if method.calls_closure() {
            return self.sequence(method, receiver, args, call, on_error);
        }
        if method == Method::TaskDetach && self.detached_call(receiver) == Detached::Yes {
            return UNIT;
        }
        match method.row().changes {
            Changes::No => {
                let values = self.operands(&std::iter::once(receiver).chain(args).collect::<Vec<_>>());
                if method.row().faults == Faults::Waits {
                    return self.waiting(method, values, ty, span, on_error);
                }
                self.reading(method, receiver_ty, values, ty, span)
            }
            Changes::Yes => self.changing(method, receiver, receiver_ty, args, ty, span),
        }
    }

    fn reading(&mut self, method: Method, receiver: TypeId, values: Vec<Operand>, ty: TyId, span: Span) -> Operand {
        let wrapping = [
            (Method::IntWrappingAdd, Op2::WrappingAdd),
            (Method::IntWrappingSub, Op2::WrappingSub),
            (Method::IntWrappingMul, Op2::WrappingMul),
        ];
        let wrapping = wrapping.into_iter().find(|(wrapping, _)| *wrapping == method);
        match (wrapping, values.as_slice()) {
            (Some((_, op)), [left, right]) => self.op2(op, left.clone(), right.clone(), ty),
            (None, [base]) if matches!(method, Method::StringLen | Method::ArrayLen | Method::MapLen) => {
                let base = base.clone();
                self.emit(ty, |dest| Inst::Len { dest, base })
            }
            (None, [base]) if matches!(method, Method::StringIsEmpty | Method::ArrayIsEmpty | Method::MapIsEmpty) => {
                let base = base.clone();
                let length = self.emit(TyTable::INT, |dest| Inst::Len { dest, base });
                self.op2(Op2::IntEq, length, int(0), ty)
            }
            _ => self.builtin(method, receiver, values, ty, span),
        }
    }

    fn changing(
        &mut self,
        method: Method,
        receiver: &Expr,
        receiver_ty: TypeId,
        args: &[Expr],
        ty: TyId,
        span: Span,
    ) -> Operand {
        let place = self.place(receiver);
        let mut values = self.operands(&args.iter().collect::<Vec<_>>());
        self.apart_from(&place, &mut values);
        let root = place.root_local();
        let reference = self.reference(&place);
        if let (Method::MapOrInsert, [key, value]) = (method, values.as_slice()) {
            let mir_ty = self.mir_ty(ty);
            let dest = self.reference_to(mir_ty, root);
            let (map, key, value) = (Operand::Copy(reference), key.clone(), value.clone());
            self.push(Inst::RefOrInsert { dest, map, key, value });
            return self.emit(ty, |into| Inst::Load { dest: into, from: Operand::Copy(dest) });
        }
        let values = std::iter::once(Operand::Copy(reference)).chain(values).collect();
        self.builtin(method, receiver_ty, values, ty, span)
    }

    fn builtin(&mut self, method: Method, receiver: TypeId, args: Vec<Operand>, ty: TyId, span: Span) -> Operand {
        let value = match method.row().faults {
            Faults::Never => self.emit(ty, |dest| Inst::Builtin { dest, method, receiver, args }),
            Faults::Waits => unreachable!("it does not end in an instruction"),
            Faults::Can => {
                let site = self.site(span);
                self.faulting(ty, |dest, then, on_fail| Terminator::Builtin {
                    dest,
                    method,
                    receiver,
                    args,
                    then,
                    on_fail,
                    site,
                })
            }
        };
        if self.is_unit(ty) { UNIT } else { value }
    }
}
