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

/// A second operand, and what it is if that is known.
#[derive(Clone, Copy)]
struct Divisor {
    value: Value,
    known: Option<i64>,
}

impl FnCx<'_, '_> {
    /// A checked operation. Those with one operand never look at the second one.
    pub(super) fn checked(
        &mut self,
        dest: Local,
        op: Checked,
        (left, right): (&Operand, Option<&Operand>),
        exits: Exits,
    ) {
        let known = if let Some(Operand::Const(Const::Int(known))) = right { Some(*known) } else { None };
        let left = self.value(left);
        let right = right.map_or(left, |right| self.value(right));
        let divisor = Divisor { value: right, known };
        let result = match op {
            Checked::IntAdd => {
                let sum = self.e.b.ins().sadd_overflow(left, right);
                self.unless_overflow(sum, Operator::Add, exits)
            }
            Checked::IntSub => {
                let difference = self.e.b.ins().ssub_overflow(left, right);
                self.unless_overflow(difference, Operator::Sub, exits)
            }
            Checked::IntMul => {
                let product = self.e.b.ins().smul_overflow(left, right);
                self.unless_overflow(product, Operator::Mul, exits)
            }
            Checked::ByteAdd => {
                let sum = self.e.b.ins().iadd(left, right);
                self.unless_beyond_byte(sum, Operator::Add, exits)
            }
            Checked::ByteSub => {
                let difference = self.e.b.ins().isub(left, right);
                self.unless_beyond_byte(difference, Operator::Sub, exits)
            }
            Checked::ByteMul => {
                let product = self.e.b.ins().imul(left, right);
                self.unless_beyond_byte(product, Operator::Mul, exits)
            }
            Checked::IntDiv => self.int_div(left, divisor, exits),
            Checked::IntRem => {
                self.fault_if_zero(divisor, exits);
                self.e.b.ins().srem(left, right)
            }
            Checked::ByteDiv => {
                self.fault_if_zero(divisor, exits);
                self.e.b.ins().udiv(left, right)
            }
            Checked::ByteRem => {
                self.fault_if_zero(divisor, exits);
                self.e.b.ins().urem(left, right)
            }
            Checked::IntShl | Checked::IntShr | Checked::ByteShl | Checked::ByteShr => {
                self.shift(op, left, right, exits)
            }
            Checked::IntNeg => {
                self.fault_if_smallest(left, Operator::Neg, exits);
                self.e.b.ins().ineg(left)
            }
            Checked::IntAbs => {
                self.fault_if_smallest(left, Operator::Abs, exits);
                self.e.b.ins().iabs(left)
            }
            Checked::IntPow => self.int_pow(left, right, exits),
            Checked::FloatPow => self.e.ask(RuntimeFn::float_pow, &[left, right]),
            Checked::FloatToInt => {
                self.float_cast(left, (FloatCC::GreaterThanOrEqual, -INT_END, INT_END), CastTo::IntFromFloat, exits)
            }
            Checked::FloatToByte => {
                self.float_cast(left, (FloatCC::GreaterThan, -1.0, 256.0), CastTo::ByteFromFloat, exits)
            }
            Checked::IntToByte => self.int_to_byte(left, exits),
        };
        self.define(dest, result);
        self.goto(exits.then);
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

    fn unless_overflow(&mut self, (value, overflow): (Value, Value), operator: Operator, exits: Exits) -> Value {
        self.overflow_if(overflow, operator, Width::Int, exits);
        value
    }

    fn unless_beyond_byte(&mut self, value: Value, operator: Operator, exits: Exits) -> Value {
        let beyond = self.e.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThan, value, 255);
        self.overflow_if(beyond, operator, Width::Byte, exits);
        value
    }

    /// By a constant there is nothing to test, unless it is 0 or -1.
    fn int_div(&mut self, left: Value, divisor: Divisor, exits: Exits) -> Value {
        self.fault_if_zero(divisor, exits);
        if divisor.known.is_none_or(|known| known == -1) {
            let smallest = self.e.b.ins().icmp_imm_s(IntCC::Equal, left, i64::MIN);
            let minus_one = self.e.b.ins().icmp_imm_s(IntCC::Equal, divisor.value, -1);
            let overflow = self.e.b.ins().band(smallest, minus_one);
            self.overflow_if(overflow, Operator::Div, Width::Int, exits);
        }
        self.e.b.ins().sdiv(left, divisor.value)
    }

    fn fault_if_zero(&mut self, divisor: Divisor, exits: Exits) {
        if divisor.known.is_none_or(|known| known == 0) {
            let is_zero = self.e.b.ins().icmp_imm_u(IntCC::Equal, divisor.value, 0);
            let zero = self.e.word(0);
            self.fault_if(is_zero, (FaultKind::DivisionByZero, zero, zero), exits.on_fail, exits.site);
        }
    }

    fn fault_if_smallest(&mut self, operand: Value, operator: Operator, exits: Exits) {
        let smallest = self.e.b.ins().icmp_imm_s(IntCC::Equal, operand, i64::MIN);
        self.overflow_if(smallest, operator, Width::Int, exits);
    }

    /// Bits that are shifted out are lost; a byte has 8 of them.
    fn shift(&mut self, op: Checked, left: Value, count: Value, exits: Exits) -> Value {
        let is_int = matches!(op, Checked::IntShl | Checked::IntShr);
        let bits = if is_int { 64 } else { 8 };
        let outside = self.e.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThanOrEqual, count, bits);
        let of = self.e.word(bits);
        self.fault_if(outside, (FaultKind::ShiftOutOfRange, count, of), exits.on_fail, exits.site);
        let ins = self.e.b.ins();
        if op == Checked::IntShr {
            ins.sshr(left, count)
        } else if op == Checked::ByteShr {
            ins.ushr(left, count)
        } else if is_int {
            ins.ishl(left, count)
        } else {
            let wide = ins.ishl(left, count);
            self.e.b.ins().band_imm_u(wide, 255)
        }
    }

    fn int_pow(&mut self, base: Value, exponent: Value, exits: Exits) -> Value {
        let slot = self.e.slot(1);
        let out = self.e.slot_address(slot);
        let failed = self.e.ask(RuntimeFn::int_pow, &[self.e.task, base, exponent, out]);
        self.recorded_fault_if(failed, exits);
        self.e.load(out, 0)
    }

    /// From `low` (which may be inside or just outside) to below `end`; NaN is in no range.
    fn float_cast(
        &mut self,
        operand: Value,
        (above, low, end): (FloatCC, f64, f64),
        to: CastTo,
        exits: Exits,
    ) -> Value {
        let (low, end) = (self.e.b.ins().f64const(low), self.e.b.ins().f64const(end));
        let not_below = self.e.b.ins().fcmp(above, operand, low);
        let before_end = self.e.b.ins().fcmp(FloatCC::LessThan, operand, end);
        let inside = self.e.b.ins().band(not_below, before_end);
        let outside = self.e.b.ins().bxor_imm_u(inside, 1);
        let (bits, to) = (self.e.as_word(operand), self.e.word(to as i64));
        self.fault_if(outside, (FaultKind::CastOutOfRange, bits, to), exits.on_fail, exits.site);
        self.e.b.ins().fcvt_to_sint_sat(types::I64, operand)
    }

    fn int_to_byte(&mut self, word: Value, exits: Exits) -> Value {
        let outside = self.e.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThan, word, 255);
        let to = self.e.word(CastTo::ByteFromInt as i64);
        self.fault_if(outside, (FaultKind::CastOutOfRange, word, to), exits.on_fail, exits.site);
        word
    }

    fn overflow_if(&mut self, bit: Value, operator: Operator, width: Width, exits: Exits) {
        let (operator, width) = (self.e.word(operator as i64), self.e.word(width as i64));
        self.fault_if(bit, (FaultKind::Overflow, operator, width), exits.on_fail, exits.site);
    }
}
