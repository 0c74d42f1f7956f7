//! Assignments: `place = value` and `place op= value`. The place's indices come first, then the value, then the place changes.

use super::body::Body;
use crate::builtin::Method;
use crate::hir::{BinOp, Expr, ExprKind};
use crate::mir::{Inst, Operand};
use crate::span::Span;
use crate::ty::{Ty, TyTable};

impl Body<'_, '_> {
    pub(super) fn assign_to(&mut self, place: &Expr, value: &Expr) {
        if let ExprKind::Index { base, index } = &place.kind
            && let Ty::Map(..) = self.get(self.ty(base))
        {
            self.insert(base, index, value);
            return;
        }
        if self.appends_to(place, value) {
            return;
        }
        let place = self.place(place);
        let value = self.expr(value);
        if let Some(local) = place.whole_local() {
            self.assign(local, value);
            return;
        }
        let mut value = [value];
        self.apart_from(&place, &mut value);
        let to = Operand::Copy(self.reference(&place));
        let [value] = value;
        self.push(Inst::Store { to, value });
    }

    /// `map[key] = value` puts in what is not there.
    fn insert(&mut self, map: &Expr, key: &Expr, value: &Expr) {
        let ty = self.ty(map);
        let place = self.place(map);
        let key = self.settled_expr(key);
        let mut args = [key, self.expr(value)];
        self.apart_from(&place, &mut args);
        let reference = Operand::Copy(self.reference(&place));
        let receiver = self.mir_ty(ty);
        let args = std::iter::once(reference).chain(args).collect();
        let dest = self.temp(TyTable::UNIT);
        self.push(Inst::Builtin { dest, method: Method::MapInsert, receiver, args });
    }

    pub(super) fn assign_op(&mut self, place: &Expr, op: BinOp, value: &Expr, span: Span) {
        let ty = self.cx.types.exprs[place.id];
        if *self.get(ty) == Ty::String {
            self.append(place, |body| body.text_parts(value));
            return;
        }
        let place = self.place(place);
        let value = self.expr(value);
        if let Some(local) = place.whole_local() {
            let result = self.arithmetic(op, Operand::Copy(local), value, (ty, ty), span);
            self.assign(local, result);
            return;
        }
        let to = Operand::Copy(self.reference(&place));
        let from = to.clone();
        let before = self.emit(ty, |dest| Inst::Load { dest, from });
        let after = self.arithmetic(op, before, value, (ty, ty), span);
        self.push(Inst::Store { to, value: after });
    }
}
