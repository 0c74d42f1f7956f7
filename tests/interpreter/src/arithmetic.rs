//! Arithmetic and comparisons of numbers. In: operators of MIR, values. Out: values, or the message of a fault.

use crate::format::float_text;
use crate::value::{Faulty, Sound, Value};
use pluto_middle::mir::{Checked, Op1, Op2};

/// What cannot fault, of two operands.
pub(crate) fn op2(op: Op2, left: Value, right: Value) -> Sound<Value> {
    let ints = |f: fn(i64, i64) -> i64| Ok(Value::Word(f(left.word()?, right.word()?)));
    let floats = |f: fn(f64, f64) -> f64| Ok(Value::Float(f(left.float()?, right.float()?)));
    let float_test = |f: fn(&f64, &f64) -> bool| Ok(Value::truth(f(&left.float()?, &right.float()?)));
    let int_test = |f: fn(&i64, &i64) -> bool| Ok(Value::truth(f(&left.word()?, &right.word()?)));
    match op {
        Op2::WrappingAdd => ints(i64::wrapping_add),
        Op2::WrappingSub => ints(i64::wrapping_sub),
        Op2::WrappingMul => ints(i64::wrapping_mul),
        Op2::BitAnd => ints(|left, right| left & right),
        Op2::BitOr => ints(|left, right| left | right),
        Op2::BitXor => ints(|left, right| left ^ right),
        Op2::FloatAdd => floats(|left, right| left + right),
        Op2::FloatSub => floats(|left, right| left - right),
        Op2::FloatMul => floats(|left, right| left * right),
        Op2::FloatDiv => floats(|left, right| left / right),
        Op2::FloatRem => floats(|left, right| left % right),
        Op2::FloatMin => floats(|left, right| extreme(left, right, left < right, left.is_sign_negative())),
        Op2::FloatMax => floats(|left, right| extreme(left, right, left > right, left.is_sign_positive())),
        Op2::IntMin => ints(i64::min),
        Op2::IntMax => ints(i64::max),
        Op2::IntEq => int_test(i64::eq),
        Op2::IntNe => int_test(i64::ne),
        Op2::IntLt => int_test(i64::lt),
        Op2::IntLe => int_test(i64::le),
        Op2::IntGt => int_test(i64::gt),
        Op2::IntGe => int_test(i64::ge),
        Op2::FloatEq => float_test(f64::eq),
        Op2::FloatNe => float_test(f64::ne),
        Op2::FloatLt => float_test(f64::lt),
        Op2::FloatLe => float_test(f64::le),
        Op2::FloatGt => float_test(f64::gt),
        Op2::FloatGe => float_test(f64::ge),
    }
}

/// The smaller or larger one; NaN if either is, and of two zeroes the one by its sign.
fn extreme(left: f64, right: f64, is_left: bool, left_zero_first: bool) -> f64 {
    if left.is_nan() || right.is_nan() {
        f64::NAN
    } else if left == right {
        if left_zero_first { left } else { right }
    } else if is_left {
        left
    } else {
        right
    }
}

/// What cannot fault, of one operand.
pub(crate) fn op1(op: Op1, operand: Value) -> Sound<Value> {
    Ok(match op {
        Op1::Not => Value::Word(operand.word()? ^ 1),
        Op1::BitNot => Value::Word(!operand.word()?),
        Op1::FloatNeg => Value::Float(-operand.float()?),
        Op1::FloatAbs => Value::Float(operand.float()?.abs()),
        Op1::FloatSqrt => Value::Float(operand.float()?.sqrt()),
        Op1::FloatFloor => Value::Float(operand.float()?.floor()),
        Op1::FloatCeil => Value::Float(operand.float()?.ceil()),
        Op1::FloatRound => Value::Float(operand.float()?.round()),
        Op1::IntToFloat => Value::Float(operand.word()? as f64),
        Op1::Widen => operand,
    })
}

/// What can fault. Those with one operand never look at the second one.
pub(crate) fn checked(op: Checked, left: Value, right: Value) -> Sound<Faulty> {
    Ok(match op {
        Checked::FloatPow => Ok(Value::Float(left.float()?.powf(right.float()?))),
        Checked::FloatToInt => float_to_int(left.float()?),
        Checked::FloatToByte => float_to_byte(left.float()?),
        Checked::IntAdd => int(left.word()?.checked_add(right.word()?), "+"),
        Checked::IntSub => int(left.word()?.checked_sub(right.word()?), "-"),
        Checked::IntMul => int(left.word()?.checked_mul(right.word()?), "*"),
        Checked::IntDiv => unless_zero(right.word()?, |by| Ok(int(left.word()?.checked_div(by), "/")))?,
        Checked::IntRem => unless_zero(right.word()?, |by| fine(left.word()?.wrapping_rem(by)))?,
        Checked::IntShl => shift(64, right.word()?, left.word()?, |left, count| left << count),
        Checked::IntShr => shift(64, right.word()?, left.word()?, |left, count| left >> count),
        Checked::ByteAdd => byte(left.word()? + right.word()?, "+"),
        Checked::ByteSub => byte(left.word()? - right.word()?, "-"),
        Checked::ByteMul => byte(left.word()? * right.word()?, "*"),
        Checked::ByteDiv => unless_zero(right.word()?, |by| fine(left.word()? / by))?,
        Checked::ByteRem => unless_zero(right.word()?, |by| fine(left.word()? % by))?,
        Checked::ByteShl => shift(8, right.word()?, left.word()?, |left, count| (left << count) & 255),
        Checked::ByteShr => shift(8, right.word()?, left.word()?, |left, count| left >> count),
        Checked::IntNeg => int(left.word()?.checked_neg(), "negation"),
        Checked::IntAbs => int(left.word()?.checked_abs(), "abs"),
        Checked::IntPow => power(left.word()?, right.word()?),
        Checked::IntToByte => int_to_byte(left.word()?),
    })
}

fn fine(value: i64) -> Sound<Faulty> {
    Ok(Ok(Value::Word(value)))
}

fn unless_zero(divisor: i64, divide: impl FnOnce(i64) -> Sound<Faulty>) -> Sound<Faulty> {
    if divisor == 0 { Ok(Err("division by zero".to_owned())) } else { divide(divisor) }
}

fn int(result: Option<i64>, operation: &str) -> Faulty {
    result.map(Value::Word).ok_or_else(|| format!("integer overflow in {operation}"))
}

fn byte(result: i64, operation: &str) -> Faulty {
    if (0..=255).contains(&result) { Ok(Value::Word(result)) } else { Err(format!("byte overflow in {operation}")) }
}

fn shift(bits: i64, count: i64, left: i64, how: fn(i64, i64) -> i64) -> Faulty {
    if (0..bits).contains(&count) {
        Ok(Value::Word(how(left, count)))
    } else {
        Err(format!("shift count {count} is out of range 0..{bits}"))
    }
}

/// By repeated multiplication, but for bases that stay small however often.
fn power(base: i64, exponent: i64) -> Faulty {
    if exponent < 0 {
        return Err(format!("negative exponent {exponent} in pow of an int"));
    }
    if matches!(base, -1..=1) {
        let odd = exponent % 2 != 0;
        let result = if exponent == 0 || (base == -1 && !odd) { 1 } else { base };
        return Ok(Value::Word(result));
    }
    let mut result = Some(1_i64);
    let mut times = 0;
    while times < exponent && result.is_some() {
        result = result.and_then(|result| result.checked_mul(base));
        times += 1;
    }
    int(result, "pow")
}

fn float_to_int(value: f64) -> Faulty {
    const END: f64 = 9_223_372_036_854_775_808.0;
    if (-END..END).contains(&value) {
        Ok(Value::Word(value as i64))
    } else {
        Err(format!("value {} does not fit into int", float_text(value)))
    }
}

fn float_to_byte(value: f64) -> Faulty {
    if value > -1.0 && value < 256.0 {
        Ok(Value::Word(value as i64))
    } else {
        Err(format!("value {} does not fit into byte", float_text(value)))
    }
}

fn int_to_byte(value: i64) -> Faulty {
    if (0..=255).contains(&value) {
        Ok(Value::Word(value))
    } else {
        Err(format!("value {value} does not fit into byte"))
    }
}
