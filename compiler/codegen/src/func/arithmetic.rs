//! Arithmetic that cannot fail, and comparisons. In: operators of MIR and operands. Out: instructions, or calls of the runtime.

use super::FnCx;
use crate::abi::RuntimeFn;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, Value, types};
use pluto_middle::mir::{Cmp, Local, Op1, Op2, Operand, Type, TypeId};

impl FnCx<'_, '_> {
    /// An operation on two words.
    pub(super) fn op2(&mut self, dest: Local, op: Op2, left: &Operand, right: &Operand) {
        let (left, right) = (self.value(left), self.value(right));
        let ins = self.e.b.ins();
        let value = match op {
            Op2::WrappingAdd => ins.iadd(left, right),
            Op2::WrappingSub => ins.isub(left, right),
            Op2::WrappingMul => ins.imul(left, right),
            Op2::BitAnd => ins.band(left, right),
            Op2::BitOr => ins.bor(left, right),
            Op2::BitXor => ins.bxor(left, right),
            Op2::FloatAdd => ins.fadd(left, right),
            Op2::FloatSub => ins.fsub(left, right),
            Op2::FloatMul => ins.fmul(left, right),
            Op2::FloatDiv => ins.fdiv(left, right),
            Op2::FloatRem => self.e.ask(RuntimeFn::float_rem, &[left, right]),
            Op2::FloatMin => ins.fmin(left, right),
            Op2::FloatMax => ins.fmax(left, right),
            Op2::IntMin => ins.smin(left, right),
            Op2::IntMax => ins.smax(left, right),
            Op2::IntEq => self.e.compare(IntCC::Equal, left, right),
            Op2::IntNe => self.e.compare(IntCC::NotEqual, left, right),
            Op2::IntLt => self.e.compare(IntCC::SignedLessThan, left, right),
            Op2::IntLe => self.e.compare(IntCC::SignedLessThanOrEqual, left, right),
            Op2::IntGt => self.e.compare(IntCC::SignedGreaterThan, left, right),
            Op2::IntGe => self.e.compare(IntCC::SignedGreaterThanOrEqual, left, right),
            Op2::FloatEq => self.float_compare(FloatCC::Equal, left, right),
            Op2::FloatNe => self.float_compare(FloatCC::NotEqual, left, right),
            Op2::FloatLt => self.float_compare(FloatCC::LessThan, left, right),
            Op2::FloatLe => self.float_compare(FloatCC::LessThanOrEqual, left, right),
            Op2::FloatGt => self.float_compare(FloatCC::GreaterThan, left, right),
            Op2::FloatGe => self.float_compare(FloatCC::GreaterThanOrEqual, left, right),
        };
        self.define(dest, value);
    }

    /// An operation on one word.
    pub(super) fn op1(&mut self, dest: Local, op: Op1, operand: &Operand) {
        let operand = self.value(operand);
        let ins = self.e.b.ins();
        let value = match op {
            Op1::Not => ins.bxor_imm_u(operand, 1),
            Op1::BitNot => ins.bnot(operand),
            Op1::FloatNeg => ins.fneg(operand),
            Op1::FloatAbs => ins.fabs(operand),
            Op1::FloatSqrt => ins.sqrt(operand),
            Op1::FloatFloor => ins.floor(operand),
            Op1::FloatCeil => ins.ceil(operand),
            Op1::FloatRound => self.e.ask(RuntimeFn::float_round, &[operand]),
            Op1::IntToFloat => ins.fcvt_from_sint(types::F64, operand),
            Op1::Widen => operand,
        };
        self.define(dest, value);
    }

    fn float_compare(&mut self, how: FloatCC, left: Value, right: Value) -> Value {
        let bit = self.e.b.ins().fcmp(how, left, right);
        self.e.b.ins().uextend(types::I64, bit)
    }

    /// A comparison of two values of any type.
    pub(super) fn compare(&mut self, dest: Local, op: Cmp, ty: TypeId, (left, right): (&Operand, &Operand)) {
        let result = match self.e.ty(ty) {
            Type::Float => {
                let (left, right) = (self.value(left), self.value(right));
                self.float_compare(float_order(op), left, right)
            }
            Type::Unit | Type::Int | Type::Bool | Type::Byte | Type::Tag { .. } | Type::Duration => {
                let (left, right) = (self.word(left), self.word(right));
                self.e.compare(int_order(op), left, right)
            }
            Type::String
            | Type::Array(_)
            | Type::Map(..)
            | Type::Tuple(_)
            | Type::Nullable { .. }
            | Type::Class { .. }
            | Type::Enum { .. }
            | Type::Error { .. }
            | Type::AnyError
            | Type::Ref(_)
            | Type::Fn { .. }
            | Type::Closure { .. }
            | Type::Holder { .. }
            | Type::Service(_)
            | Type::Status => {
                let (left, right) = (self.word(left), self.word(right));
                self.compare_objects(op, ty, left, right)
            }
        };
        self.define(dest, result);
    }

    fn compare_objects(&mut self, op: Cmp, ty: TypeId, left: Value, right: Value) -> Value {
        match op {
            Cmp::Eq | Cmp::Ne => {
                let desc = self.e.desc(ty);
                let same = self.e.ask(RuntimeFn::equal, &[desc, left, right]);
                if op == Cmp::Eq { same } else { self.e.b.ins().bxor_imm_u(same, 1) }
            }
            Cmp::Lt | Cmp::Le | Cmp::Gt | Cmp::Ge => {
                let order = self.e.ask(RuntimeFn::string_compare, &[left, right]);
                let zero = self.e.word(0);
                self.e.compare(int_order(op), order, zero)
            }
        }
    }
}

fn int_order(op: Cmp) -> IntCC {
    match op {
        Cmp::Eq => IntCC::Equal,
        Cmp::Ne => IntCC::NotEqual,
        Cmp::Lt => IntCC::SignedLessThan,
        Cmp::Le => IntCC::SignedLessThanOrEqual,
        Cmp::Gt => IntCC::SignedGreaterThan,
        Cmp::Ge => IntCC::SignedGreaterThanOrEqual,
    }
}

fn float_order(op: Cmp) -> FloatCC {
    match op {
        Cmp::Eq => FloatCC::Equal,
        Cmp::Ne => FloatCC::NotEqual,
        Cmp::Lt => FloatCC::LessThan,
        Cmp::Le => FloatCC::LessThanOrEqual,
        Cmp::Gt => FloatCC::GreaterThan,
        Cmp::Ge => FloatCC::GreaterThanOrEqual,
    }
}
