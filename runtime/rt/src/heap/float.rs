//! Floats as JavaScript prints them: the shortest text that reads back the same. In: floats. Out: texts in small buffers. `zmij` finds the
//! digits two or three times as fast as `ryu-js`, and writes them alike where there is no exponent, but for `.0` behind whole numbers.

/// Room for a text.
pub(super) struct Float {
    plain: zmij::Buffer,
    other: ryu_js::Buffer,
}

impl Float {
    /// Room.
    pub(super) fn new() -> Float {
        Float { plain: zmij::Buffer::new(), other: ryu_js::Buffer::new() }
    }

    /// The text.
    pub(super) fn text(&mut self, value: f64) -> &str {
        if !PLAIN.contains(&value.abs()) {
            return self.other.format(value);
        }
        let text = self.plain.format_finite(value);
        text.strip_suffix(".0").unwrap_or(text)
    }
}

/// Floats that both write without exponent.
const PLAIN: std::ops::Range<f64> = 1e-4..1e15;

#[cfg(test)]
mod tests {
    use super::Float;
    use proptest::prelude::*;

    fn same(value: f64) {
        assert_eq!(Float::new().text(value), ryu_js::Buffer::new().format(value));
    }

    #[test]
    fn of_all_sizes() {
        (-330..310).for_each(|exponent| {
            for digits in ["1", "-1", "1.5", "9.999999999999999", "1.0000000000000002", "-123.25"] {
                same(format!("{digits}e{exponent}").parse().expect("a float"));
            }
        });
        [0.0, -0.0, f64::NAN, f64::INFINITY, f64::MAX, f64::MIN_POSITIVE, 5e-324, 0.1, 0.3, 100.0]
            .into_iter()
            .for_each(same);
    }

    proptest! {
        #[test]
        fn as_ryu_js(bits in any::<u64>(), number in any::<i32>(), by in 1..10_000_i32) {
            same(f64::from_bits(bits));
            same(f64::from(number) / f64::from(by));
            same(f64::from(number));
        }
    }
}
