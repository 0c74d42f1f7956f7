//! Operators: arithmetic by the type of its operands, comparisons, logic, casts, `??` and `?`.

use super::body::{Body, int, truth};
use super::purity::may_change;
use crate::hir::{BinOp, BinaryStep, CmpOp, Expr, ExprKind, LogicOp, UnOp};
use crate::ids::TyId;
use crate::mir::{Block, Checked, Cmp, Const, Inst, Op1, Op2, Operand, Terminator};
use crate::span::Span;
use crate::ty::{Ty, TyTable};

/// How an arithmetic operator is done.
enum Arithmetic {
    Plain(Op2),
    Checked(Checked),
    Concat,
}

impl Body<'_, '_> {
    pub(super) fn binary_chain(&mut self, first: &Expr, rest: &[BinaryStep]) -> Operand {
        let mut ty = self.ty(first);
        if *self.get(ty) == Ty::String {
            let parts = self.text_chain(first, rest);
            return self.joined(parts);
        }
        let mut value = self.expr(first);
        for step in rest {
            if may_change(self.cx, &step.right) {
                value = self.settled(value);
            }
            let right = self.expr(&step.right);
            let result = self.cx.types.exprs[step.id];
            value = self.arithmetic(step.op, value, right, (ty, result), step.op_span);
            ty = result;
        }
        value
    }

    /// One arithmetic operation. It depends on the type of the left value.
    pub(super) fn arithmetic(
        &mut self,
        op: BinOp,
        left: Operand,
        right: Operand,
        (ty, result): (TyId, TyId),
        span: Span,
    ) -> Operand {
        match arithmetic_of(op, self.get(ty)) {
            Arithmetic::Concat => self.joined(vec![left, right]),
            Arithmetic::Plain(op) => self.emit(result, |dest| Inst::Op2 { dest, op, left, right }),
            Arithmetic::Checked(op) => self.checked(op, left, Some(right), result, span),
        }
    }

    /// An operation that can fault.
    pub(super) fn checked(
        &mut self,
        op: Checked,
        left: Operand,
        right: Option<Operand>,
        ty: TyId,
        span: Span,
    ) -> Operand {
        let site = self.site(span);
        self.faulting(ty, |dest, then, on_fail| Terminator::Checked { dest, op, left, right, then, on_fail, site })
    }

    pub(super) fn unary(&mut self, op: UnOp, operand: &Expr, ty: TyId, span: Span) -> Operand {
        let operand = self.expr(operand);
        match (op, self.get(ty)) {
            (UnOp::Neg, Ty::Float) => self.op1(Op1::FloatNeg, operand, ty),
            (UnOp::Neg, _) => self.checked(Checked::IntNeg, operand, None, ty, span),
            (UnOp::Not, _) => self.op1(Op1::Not, operand, ty),
            (UnOp::BitNot, Ty::Byte) => self.op2(Op2::BitXor, operand, int(255), ty),
            (UnOp::BitNot, _) => self.op1(Op1::BitNot, operand, ty),
        }
    }

    pub(super) fn op1(&mut self, op: Op1, operand: Operand, ty: TyId) -> Operand {
        self.emit(ty, |dest| Inst::Op1 { dest, op, operand })
    }

    pub(super) fn op2(&mut self, op: Op2, left: Operand, right: Operand, ty: TyId) -> Operand {
        self.emit(ty, |dest| Inst::Op2 { dest, op, left, right })
    }

    pub(super) fn comparison(&mut self, op: CmpOp, left: &Expr, right: &Expr) -> Operand {
        for (value, other) in [(left, right), (right, left)] {
            if let (ExprKind::None, Ty::Nullable(_)) = (&other.kind, self.get(self.ty(value))) {
                let base = self.expr(value);
                let base = self.in_local(base, self.ty(value));
                let is_none = self.emit(TyTable::BOOL, |dest| Inst::IsNull { dest, base });
                return if op == CmpOp::Ne { self.op1(Op1::Not, is_none, TyTable::BOOL) } else { is_none };
            }
        }
        let ty = self.ty(left);
        let [left, right] = self.two(left, right);
        self.compared(op, left, right, ty)
    }

    /// Compares two values of one type.
    pub(super) fn compared(&mut self, op: CmpOp, left: Operand, right: Operand, ty: TyId) -> Operand {
        let mir_ty = self.mir_ty(ty);
        let is_word = !self.cx.table.get(mir_ty).is_counted();
        match (self.get(ty), is_word) {
            (Ty::Unit | Ty::Never, _) => truth(matches!(op, CmpOp::Eq | CmpOp::Le | CmpOp::Ge)),
            (Ty::Float, _) => self.op2(float_compare(op), left, right, TyTable::BOOL),
            (_, true) => self.op2(int_compare(op), left, right, TyTable::BOOL),
            (_, false) => {
                let op = structural(op);
                self.emit(TyTable::BOOL, |dest| Inst::Compare { dest, op, ty: mir_ty, left, right })
            }
        }
    }

    /// The value of `a && b` or `a || b`.
    pub(super) fn logic(&mut self, expr: &Expr) -> Operand {
        let (no, done) = (self.block(), self.block());
        let dest = self.temp(TyTable::BOOL);
        self.test(expr, no);
        self.assign(dest, truth(true));
        self.goto(done);
        self.go_on(no);
        self.assign(dest, truth(false));
        self.enter(done);
        Operand::Copy(dest)
    }

    /// Goes on if a truth value holds, and to `otherwise` if not.
    pub(super) fn test(&mut self, expr: &Expr, otherwise: Block) {
        if let ExprKind::Bool(true) = &expr.kind {
            // Always.
        } else if let ExprKind::Logic { op, operands } = &expr.kind {
            match op {
                LogicOp::And => operands.iter().for_each(|operand| self.test(operand, otherwise)),
                LogicOp::Or => self.test_any(operands, otherwise),
            }
        } else if let ExprKind::Unary { op: UnOp::Not, operand } = &expr.kind {
            let holds = self.block();
            self.test(operand, holds);
            self.goto(otherwise);
            self.go_on(holds);
        } else {
            let cond = self.expr(expr);
            self.unless(cond, otherwise);
        }
    }

    fn test_any(&mut self, operands: &[Expr], otherwise: Block) {
        let holds = self.block();
        let Some((last, others)) = operands.split_last() else { return };
        for operand in others {
            let next = self.block();
            self.test(operand, next);
            self.goto(holds);
            self.go_on(next);
        }
        self.test(last, otherwise);
        self.enter(holds);
    }

    pub(super) fn coalesce(&mut self, operands: &[Expr], ty: TyId) -> Operand {
        let dest = self.join(ty);
        let done = self.block();
        let count = operands.len();
        for (position, operand) in operands.iter().enumerate() {
            let from = self.ty(operand);
            let value = self.expr(operand);
            if position + 1 == count {
                let value = self.wrapped(value, from, ty);
                self.give(dest.as_ref(), value);
                self.enter(done);
                continue;
            }
            let next = self.block();
            let inner = if let Ty::Nullable(inner) = self.get(from) { *inner } else { from };
            let value = self.in_local(value, from);
            let there = self.some(value.clone(), next);
            let value = if from == ty { value } else { self.unwrapped(there, inner, ty) };
            self.give(dest.as_ref(), value);
            self.goto(done);
            self.go_on(next);
        }
        self.go_on(done);
        dest.unwrap_or(super::body::UNIT)
    }

    fn unwrapped(&mut self, base: Operand, inner: TyId, ty: TyId) -> Operand {
        let value = self.emit(inner, |dest| Inst::Unwrap { dest, base });
        self.wrapped(value, inner, ty)
    }

    /// Goes on if a nullable value is there, and to `otherwise` if it is `none`.
    pub(super) fn some(&mut self, value: Operand, otherwise: Block) -> Operand {
        let base = value.clone();
        let cond = self.emit(TyTable::BOOL, |dest| Inst::IsNull { dest, base });
        let then = self.block();
        self.end(Terminator::Branch { cond, then: otherwise, otherwise: then });
        self.go_on(then);
        value
    }

    pub(super) fn try_value(&mut self, operand: &Expr, ty: TyId) -> Operand {
        let value = self.expr(operand);
        let value = self.in_local(value, self.ty(operand));
        let none = self.block();
        let base = self.some(value, none);
        let there = self.block();
        self.goto(there);
        self.go_on(none);
        self.leave(Operand::Const(Const::Null));
        self.go_on(there);
        self.emit(ty, |dest| Inst::Unwrap { dest, base })
    }

    pub(super) fn cast(&mut self, operand: &Expr, to: TyId, span: Span) -> Operand {
        let from = self.ty(operand);
        let value = self.expr(operand);
        match (self.get(from), self.get(to)) {
            (Ty::Int | Ty::Byte, Ty::Float) => self.op1(Op1::IntToFloat, value, to),
            (Ty::Float, Ty::Int) => self.checked(Checked::FloatToInt, value, None, to, span),
            (Ty::Float, Ty::Byte) => self.checked(Checked::FloatToByte, value, None, to, span),
            (Ty::Int, Ty::Byte) => self.checked(Checked::IntToByte, value, None, to, span),
            (Ty::Byte | Ty::Bool, Ty::Int | Ty::Byte) if from != to => self.op1(Op1::Widen, value, to),
            _ => self.wrapped(value, from, to),
        }
    }
}

fn arithmetic_of(op: BinOp, ty: &Ty) -> Arithmetic {
    use Arithmetic::{Checked as C, Plain as P};
    match (op, ty) {
        (BinOp::Add, Ty::String) => Arithmetic::Concat,
        (BinOp::Add, Ty::Float) => P(Op2::FloatAdd),
        (BinOp::Sub, Ty::Float) => P(Op2::FloatSub),
        (BinOp::Mul, Ty::Float) => P(Op2::FloatMul),
        (BinOp::Div, Ty::Float) => P(Op2::FloatDiv),
        (BinOp::Rem, Ty::Float) => P(Op2::FloatRem),
        (BinOp::Add, Ty::Byte) => C(Checked::ByteAdd),
        (BinOp::Sub, Ty::Byte) => C(Checked::ByteSub),
        (BinOp::Mul, Ty::Byte) => C(Checked::ByteMul),
        (BinOp::Div, Ty::Byte) => C(Checked::ByteDiv),
        (BinOp::Rem, Ty::Byte) => C(Checked::ByteRem),
        (BinOp::Shl, Ty::Byte) => C(Checked::ByteShl),
        (BinOp::Shr, Ty::Byte) => C(Checked::ByteShr),
        (BinOp::Add, _) => C(Checked::IntAdd),
        (BinOp::Sub, _) => C(Checked::IntSub),
        (BinOp::Mul, _) => C(Checked::IntMul),
        (BinOp::Div, _) => C(Checked::IntDiv),
        (BinOp::Rem, _) => C(Checked::IntRem),
        (BinOp::Shl, _) => C(Checked::IntShl),
        (BinOp::Shr, _) => C(Checked::IntShr),
        (BinOp::BitAnd, _) => P(Op2::BitAnd),
        (BinOp::BitOr, _) => P(Op2::BitOr),
        (BinOp::BitXor, _) => P(Op2::BitXor),
    }
}

fn int_compare(op: CmpOp) -> Op2 {
    match op {
        CmpOp::Eq => Op2::IntEq,
        CmpOp::Ne => Op2::IntNe,
        CmpOp::Lt => Op2::IntLt,
        CmpOp::Le => Op2::IntLe,
        CmpOp::Gt => Op2::IntGt,
        CmpOp::Ge => Op2::IntGe,
    }
}

fn float_compare(op: CmpOp) -> Op2 {
    match op {
        CmpOp::Eq => Op2::FloatEq,
        CmpOp::Ne => Op2::FloatNe,
        CmpOp::Lt => Op2::FloatLt,
        CmpOp::Le => Op2::FloatLe,
        CmpOp::Gt => Op2::FloatGt,
        CmpOp::Ge => Op2::FloatGe,
    }
}

fn structural(op: CmpOp) -> Cmp {
    match op {
        CmpOp::Eq => Cmp::Eq,
        CmpOp::Ne => Cmp::Ne,
        CmpOp::Lt => Cmp::Lt,
        CmpOp::Le => Cmp::Le,
        CmpOp::Gt => Cmp::Gt,
        CmpOp::Ge => Cmp::Ge,
    }
}
