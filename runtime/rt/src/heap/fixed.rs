//! Floats with a number of digits behind the point, as JavaScript's `toFixed` writes them: the exact value is rounded, halves away from zero.
//! In: floats. Out: texts in small buffers. Common values take integer arithmetic only; `ryu-js` does the others, twenty times as slow.

/// Room for a text.
pub(super) struct Fixed {
    digits: [u8; ROOM],
    other: ryu_js::Buffer,
}

/// A sign, the digits of a `u64`, a point.
const ROOM: usize = 24;
/// With so many digits, what is below 2^63 is below 2^127 when it is written as a whole number.
const MOST_DIGITS: usize = 17;
/// Powers of ten.
const POWERS: [u64; MOST_DIGITS + 1] = {
    let mut powers = [1; MOST_DIGITS + 1];
    let mut at = 1;
    while at <= MOST_DIGITS {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

impl Fixed {
    /// Room.
    pub(super) fn new() -> Fixed {
        Fixed { digits: [0; ROOM], other: ryu_js::Buffer::new() }
    }

    /// The text, with at most 100 digits behind the point.
    pub(super) fn text(&mut self, value: f64, digits: usize) -> &str {
        match scaled(value.abs(), digits) {
            Some(whole) => self.with_point(value.is_sign_negative() && value != 0.0, whole, digits),
            None => self.other.format_to_fixed(value, digits as u8),
        }
    }

    fn with_point(&mut self, negative: bool, mut rest: u64, digits: usize) -> &str {
        let mut at = ROOM;
        let mut written = 0;
        while rest > 0 || written <= digits {
            if written == digits && digits > 0 {
                at -= 1;
                self.digits[at] = b'.';
            }
            at -= 1;
            self.digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            written += 1;
        }
        if negative {
            at -= 1;
            self.digits[at] = b'-';
        }
        std::str::from_utf8(&self.digits[at..]).unwrap_or_default()
    }
}

/// The value times 10 to the number of digits, rounded, if that is exact in integers and not too large.
fn scaled(value: f64, digits: usize) -> Option<u64> {
    let power = u128::from(*POWERS.get(digits)?);
    let bits = value.to_bits();
    let exponent = (bits >> 52) as i32 - 1075;
    // Between 2^-11 and 2^53, or zero: value = mantissa / 2^below.
    let below = match (bits, exponent) {
        (0, _) => return Some(0),
        (_, -63..=0) => exponent.unsigned_abs(),
        _ => return None,
    };
    let mantissa = u128::from(bits & ((1 << 52) - 1) | 1 << 52);
    let half = (1_u128 << below) / 2;
    u64::try_from((mantissa * power + half) >> below).ok()
}

#[cfg(test)]
mod tests {
    use super::Fixed;
    use proptest::prelude::*;

    fn same(value: f64, digits: usize) {
        let mut other = ryu_js::Buffer::new();
        assert_eq!(
            Fixed::new().text(value, digits),
            other.format_to_fixed(value, digits as u8),
            "{value:?} with {digits}"
        );
    }

    #[test]
    fn of_all_sizes() {
        let values =
            [0.0, -0.0, 0.5, 1.5, 2.5, 0.005, 1.005, -0.001, -0.5, 999.995, 1e15, 9e15, 1e16, 1e20, 1e21, 1e-7, 5e-324];
        for value in values.into_iter().chain([f64::MAX, f64::INFINITY, f64::NAN, 9_007_199_254_740_991.0]) {
            (0..=100).for_each(|digits| same(value, digits));
        }
    }

    proptest! {
        #[test]
        fn as_ryu_js(bits in any::<u64>(), digits in 0..20_usize) {
            same(f64::from_bits(bits), digits);
        }

        #[test]
        fn as_ryu_js_near_halves(number in any::<i32>(), by in 1..12_u32, digits in 0..12_usize) {
            same(f64::from(number) / f64::from(2_u32.pow(by)), digits);
            same(f64::from(number) / 1000.0, digits);
        }
    }
}
