//! Arithmetic that can fault. In: [`Checked`]. Out: the operation, a test, the fault in a cold block.

use super::FnCx;
use super::place::Exits;
use crate::abi::RuntimeFn;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, Value, types};
use pluto_abi::layout::FaultKind;
use pluto_middle::mir::{Checked, Const, Local, Operand};

/// The operator in an overflow's message (`FaultKind::Overflow`).
#[derive(Clone, Copy)]
enum Operator {
    Add = 0,
    Sub = 1,
    Mul = 2,
    Neg = 3,
    Abs = 4,
    Div = 6,
}

/// The type in an overflow's message.
#[derive(Clone, Copy)]
enum Width {
    Int = 0,
    Byte = 1,
}

/// What a cast goes to, in its message (`FaultKind::CastOutOfRange`).
#[derive(Clone, Copy)]
enum CastTo {
    ByteFromInt = 0,
    IntFromFloat = 1,
    ByteFromFloat = 2,
}

/// 2^63: the first float that is too large for an int.
const INT_END: f64 = 9_223_372_036_854_775_808.0;

impl FnCx<'_, '_> {
    /// A checked operation.
    pub(super) fn checked(&mut self, dest: Local, op: Checked, operands: (&Operand, Option<&Operand>), exits: Exits) {
        let (left, right) = (self.value(operands.0), operands.1.map(|right| self.value(right)));
        // Operations with one operand never look at the second one.
        let second = right.unwrap_or(left);
        let result = match op {
            Checked::IntAdd | Checked::IntSub | Checked::IntMul => self.int_arithmetic(op, left, second, exits),
            Checked::ByteAdd | Checked::ByteSub | Checked::ByteMul => self.byte_arithmetic(op, left, second, exits),
            Checked::IntDiv | Checked::IntRem | Checked::ByteDiv | Checked::ByteRem => {
                self.division(op, left, (second, operands.1), exits)
            }
            Checked::IntShl | Checked::IntShr | Checked::ByteShl | Checked::ByteShr => {
                self.shift(op, left, second, exits)
            }
            Checked::IntNeg | Checked::IntAbs => self.negation(op, left, exits),
            Checked::IntPow => self.int_pow(left, second, exits),
            Checked::FloatPow => self.e.ask(RuntimeFn::float_pow, &[left, second]),
            Checked::FloatToInt | Checked::FloatToByte => self.float_cast(op, left, exits),
            Checked::IntToByte => {
                let kind = self.cast_fault(CastTo::ByteFromInt, left);
                self.outside_byte(left, kind, exits)
            }
        };
        self.define(dest, result);
        self.goto(exits.then);
    }

    fn int_arithmetic(&mut self, op: Checked, left: Value, right: Value, exits: Exits) -> Value {
        let ins = self.e.b.ins();
        let ((value, overflow), operator) = match op {
            Checked::IntSub => (ins.ssub_overflow(left, right), Operator::Sub),
            Checked::IntMul => (ins.smul_overflow(left, right), Operator::Mul),
            _sum => (ins.sadd_overflow(left, right), Operator::Add),
        };
        self.overflow_if(overflow, operator, Width::Int, exits);
        value
    }

    fn byte_arithmetic(&mut self, op: Checked, left: Value, right: Value, exits: Exits) -> Value {
        let ins = self.e.b.ins();
        let (value, operator) = match op {
            Checked::ByteSub => (ins.isub(left, right), Operator::Sub),
            Checked::ByteMul => (ins.imul(left, right), Operator::Mul),
            _sum => (ins.iadd(left, right), Operator::Add),
        };
        let outside = self.e.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThan, value, 255);
        self.overflow_if(outside, operator, Width::Byte, exits);
        value
    }

    /// By a constant there is nothing to test, unless it is 0 or -1.
    fn division(&mut self, op: Checked, left: Value, (right, known): (Value, Option<&Operand>), exits: Exits) -> Value {
        let known = if let Some(Operand::Const(Const::Int(known))) = known { Some(*known) } else { None };
        if known.is_none_or(|known| known == 0) {
            let is_zero = self.e.b.ins().icmp_imm_u(IntCC::Equal, right, 0);
            let (a, b) = (self.e.word(0), self.e.word(0));
            self.fault_if(is_zero, (FaultKind::DivisionByZero, a, b), exits.on_fail, exits.site);
        }
        if op == Checked::IntDiv && known.is_none_or(|known| known == -1) {
            let smallest = self.e.b.ins().icmp_imm_s(IntCC::Equal, left, i64::MIN);
            let minus_one = self.e.b.ins().icmp_imm_s(IntCC::Equal, right, -1);
            let overflow = self.e.b.ins().band(smallest, minus_one);
            self.overflow_if(overflow, Operator::Div, Width::Int, exits);
        }
        match op {
            Checked::IntDiv => self.e.b.ins().sdiv(left, right),
            Checked::IntRem => self.e.b.ins().srem(left, right),
            Checked::ByteDiv => self.e.b.ins().udiv(left, right),
            _byte_rem => self.e.b.ins().urem(left, right),
        }
    }

    /// Bits that are shifted out are lost; a byte has 8 of them.
    fn shift(&mut self, op: Checked, left: Value, count: Value, exits: Exits) -> Value {
        let bits = if matches!(op, Checked::IntShl | Checked::IntShr) { 64 } else { 8 };
        let outside = self.e.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThanOrEqual, count, bits);
        let zero = self.e.word(0);
        self.fault_if(outside, (FaultKind::ShiftOutOfRange, count, zero), exits.on_fail, exits.site);
        match op {
            Checked::IntShl => self.e.b.ins().ishl(left, count),
            Checked::IntShr => self.e.b.ins().sshr(left, count),
            Checked::ByteShl => {
                let wide = self.e.b.ins().ishl(left, count);
                self.e.b.ins().band_imm_u(wide, 255)
            }
            _byte_shr => self.e.b.ins().ushr(left, count),
        }
    }

    fn negation(&mut self, op: Checked, operand: Value, exits: Exits) -> Value {
        let operator = if op == Checked::IntNeg { Operator::Neg } else { Operator::Abs };
        let smallest = self.e.b.ins().icmp_imm_s(IntCC::Equal, operand, i64::MIN);
        self.overflow_if(smallest, operator, Width::Int, exits);
        if op == Checked::IntNeg { self.e.b.ins().ineg(operand) } else { self.e.b.ins().iabs(operand) }
    }

    fn int_pow(&mut self, base: Value, exponent: Value, exits: Exits) -> Value {
        let slot = self.e.slot(1);
        let out = self.e.slot_address(slot);
        let failed = self.e.ask(RuntimeFn::int_pow, &[self.e.task, base, exponent, out]);
        self.recorded_fault_if(failed, exits);
        self.e.load(out, 0)
    }

    /// Takes the `fail` edge if a status function of the runtime has recorded a fault.
    pub(super) fn recorded_fault_if(&mut self, failed: Value, exits: Exits) {
        let (bad, good) = (self.e.cold_block(), self.e.block());
        self.e.branch(failed, bad, good);
        self.e.begin(bad);
        self.trace_start(exits.site);
        self.fail(exits.on_fail);
        self.e.begin(good);
    }

    /// NaN is in no range.
    fn float_cast(&mut self, op: Checked, operand: Value, exits: Exits) -> Value {
        let to_int = op == Checked::FloatToInt;
        let (to, low, end) =
            if to_int { (CastTo::IntFromFloat, -INT_END, INT_END) } else { (CastTo::ByteFromFloat, -1.0, 256.0) };
        let above = if to_int { FloatCC::GreaterThanOrEqual } else { FloatCC::GreaterThan };
        let (low, end) = (self.e.b.ins().f64const(low), self.e.b.ins().f64const(end));
        let not_below = self.e.b.ins().fcmp(above, operand, low);
        let before_end = self.e.b.ins().fcmp(FloatCC::LessThan, operand, end);
        let inside = self.e.b.ins().band(not_below, before_end);
        let outside = self.e.b.ins().bxor_imm_u(inside, 1);
        let bits = self.e.as_word(operand);
        let fault = self.cast_fault(to, bits);
        self.fault_if(outside, fault, exits.on_fail, exits.site);
        self.e.b.ins().fcvt_to_sint_sat(types::I64, operand)
    }

    fn cast_fault(&mut self, to: CastTo, word: Value) -> (FaultKind, Value, Value) {
        (FaultKind::CastOutOfRange, word, self.e.word(to as i64))
    }

    fn outside_byte(&mut self, word: Value, fault: (FaultKind, Value, Value), exits: Exits) -> Value {
        let outside = self.e.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThan, word, 255);
        self.fault_if(outside, fault, exits.on_fail, exits.site);
        word
    }

    fn overflow_if(&mut self, bit: Value, operator: Operator, width: Width, exits: Exits) {
        let (operator, width) = (self.e.word(operator as i64), self.e.word(width as i64));
        self.fault_if(bit, (FaultKind::Overflow, operator, width), exits.on_fail, exits.site);
    }
}
