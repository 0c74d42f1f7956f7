//! The messages of faults that generated code detects. In: the arguments of the table's `fault`. Out: a text.

use super::describe::desc;
use super::format::float_text;
use super::show::shown;
use pluto_abi::layout::FaultKind;

/// The message of a fault: `kind` is a number of [`FaultKind`], which says what `a` and `b` mean.
///
/// # Safety
/// For a missing key, `a` is a live word of the type that `b` describes.
pub unsafe fn fault_message(kind: u64, a: u64, b: u64) -> String {
    const KINDS: [FaultKind; 7] = [
        FaultKind::Overflow,
        FaultKind::DivisionByZero,
        FaultKind::ShiftOutOfRange,
        FaultKind::IndexOutOfRange,
        FaultKind::MissingKey,
        FaultKind::CastOutOfRange,
        FaultKind::StackOverflow,
    ];
    match KINDS.get(kind as usize) {
        Some(FaultKind::Overflow) => overflow(a, b),
        Some(FaultKind::DivisionByZero) => "division by zero".to_owned(),
        Some(FaultKind::ShiftOutOfRange) => format!("shift count {} is out of range 0..{b}", a as i64),
        Some(FaultKind::IndexOutOfRange) => index_out_of_range(a as i64, b as usize),
        // SAFETY: as the caller promises.
        Some(FaultKind::MissingKey) => format!("key {} is not in the map", unsafe { shown(desc(b as *mut u8), a) }),
        Some(FaultKind::CastOutOfRange) => cast(a, b),
        Some(FaultKind::StackOverflow) => "stack overflow".to_owned(),
        None => format!("fault {kind}"),
    }
}

pub(super) fn index_out_of_range(index: i64, len: usize) -> String {
    format!("index {index} is out of range for length {len}")
}

fn overflow(operation: u64, operand: u64) -> String {
    let operand = if operand == 1 { "byte" } else { "integer" };
    let operation = ["+", "-", "*", "negation", "abs", "pow", "/"].get(operation as usize).unwrap_or(&"arithmetic");
    format!("{operand} overflow in {operation}")
}

fn cast(value: u64, direction: u64) -> String {
    let (text, target) = match direction {
        0 => ((value as i64).to_string(), "byte"),
        1 => (float_text(f64::from_bits(value)), "int"),
        _ => (float_text(f64::from_bits(value)), "byte"),
    };
    format!("value {text} does not fit into {target}")
}
