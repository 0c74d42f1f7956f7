//! Arithmetic that is not worth an instruction in generated code. In: words and floats. Out: the same.

use super::text::status;

/// Base to an exponent; a result outside `int` or a negative exponent is a fault.
///
/// # Safety
/// `task` is a task, `out` the address of a word.
pub unsafe fn int_pow(task: *mut u8, base: u64, exponent: u64, out: *mut u8) -> u64 {
    // SAFETY: as the caller promises.
    unsafe { status(task, out, power(base as i64, exponent as i64).map(|value| value as u64)) }
}

/// Base to an exponent.
///
/// # Safety
/// None needed; the table has only unsafe functions.
pub unsafe fn float_pow(base: f64, exponent: f64) -> f64 {
    base.powf(exponent)
}

/// The remainder with the sign of the left side.
///
/// # Safety
/// None needed; the table has only unsafe functions.
pub unsafe fn float_rem(left: f64, right: f64) -> f64 {
    left % right
}

/// Half away from zero.
///
/// # Safety
/// None needed; the table has only unsafe functions.
pub unsafe fn float_round(value: f64) -> f64 {
    value.round()
}

pub(super) fn power(base: i64, exponent: i64) -> Result<i64, String> {
    if exponent < 0 {
        return Err(format!("negative exponent {exponent} in pow of an int"));
    }
    // Larger exponents make no difference but for the sign: 0, 1 and -1 alone stay small.
    let small = u32::try_from(exponent).unwrap_or(if exponent % 2 == 0 { u32::MAX - 1 } else { u32::MAX });
    base.checked_pow(small).ok_or_else(|| "integer overflow in pow".to_owned())
}
