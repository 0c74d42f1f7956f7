//! Texts that grow: `text += piece`, and `text = text + piece`. In: the place and what comes behind. Out: instructions that take the
//! text out of its place and put it back longer, so that it has one owner meanwhile and can grow where it is.

use super::body::Body;
use super::purity::may_change;
use crate::hir::{BinaryStep, Expr, ExprKind};
use crate::mir::{Inst, Operand};
use crate::ty::{Ty, TyTable};

impl Body<'_, '_> {
    /// Appends to the text in a place. First the place's indices are evaluated, then the `parts`, then the place changes.
    pub(super) fn append(&mut self, place: &Expr, parts: impl FnOnce(&mut Self) -> Vec<Operand>) {
        let place = self.place(place);
        let parts = parts(self);
        if let Some(local) = place.whole_local() {
            let text = Operand::Copy(local);
            let longer = self.emit(TyTable::STRING, |dest| Inst::Append { dest, text, parts });
            self.assign(local, longer);
            return;
        }
        let to = Operand::Copy(self.reference(&place));
        let from = to.clone();
        let text = self.emit(TyTable::STRING, |dest| Inst::Take { dest, from });
        let value = self.emit(TyTable::STRING, |dest| Inst::Append { dest, text, parts });
        self.push(Inst::Store { to, value });
    }

    /// Is it `text = text + …`, of a variable that the rest leaves as it is? Then it is done as `text += …`.
    pub(super) fn appends_to(&mut self, place: &Expr, value: &Expr) -> bool {
        let ExprKind::Local(var) = &place.kind else { return false };
        let ExprKind::Binary { first, rest } = &value.kind else { return false };
        let same = matches!(&first.kind, ExprKind::Local(other) if other == var);
        let quiet = same && !rest.iter().any(|step| may_change(self.cx, &step.right));
        if !quiet || *self.get(self.ty(place)) != Ty::String {
            return false;
        }
        self.append(place, |body| body.texts(rest));
        true
    }

    /// The pieces of a text, joined by nobody yet.
    pub(super) fn text_parts(&mut self, value: &Expr) -> Vec<Operand> {
        if let ExprKind::FString(parts) = &value.kind {
            return self.f_parts(parts);
        }
        if let ExprKind::Binary { first, rest } = &value.kind {
            return self.text_chain(first, rest);
        }
        vec![self.expr(value)]
    }

    /// The texts of `first + …`.
    pub(super) fn text_chain(&mut self, first: &Expr, rest: &[BinaryStep]) -> Vec<Operand> {
        let first = self.expr(first);
        let first = self.settled(first);
        self.texts_behind(vec![first], rest)
    }

    fn texts(&mut self, rest: &[BinaryStep]) -> Vec<Operand> {
        self.texts_behind(vec![], rest)
    }

    fn texts_behind(&mut self, mut parts: Vec<Operand>, rest: &[BinaryStep]) -> Vec<Operand> {
        for step in rest {
            let right = self.expr(&step.right);
            let right = self.settled(right);
            parts.push(right);
            self.shorten(&mut parts);
        }
        parts
    }
}
