//! What is counted of the calls along one edge, from one process to one method. In: calls that ended. Out: counts, and quantiles of the time
//! that they took, within an eighth.

/// How a call ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// With a value.
    Value,
    /// With an error of the method.
    Error,
    /// With a fault.
    Fault,
    /// It was cut short, or could not be answered.
    Cut,
}

/// The calls of one edge.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tally {
    /// All that ended.
    pub calls: u64,
    /// Those that ended with an error.
    pub errors: u64,
    /// With a fault.
    pub faults: u64,
    /// Cut short, or not answered.
    pub cut: u64,
    /// Of their arguments.
    pub bytes_in: u64,
    /// Of their results.
    pub bytes_out: u64,
    /// How many took how long: [`bucket`].
    times: Vec<u64>,
}

/// Buckets for each power of two of microseconds.
const FINE: u64 = 8;
const BUCKETS: usize = 41 * FINE as usize;

impl Default for Tally {
    fn default() -> Tally {
        Tally { calls: 0, errors: 0, faults: 0, cut: 0, bytes_in: 0, bytes_out: 0, times: vec![0; BUCKETS] }
    }
}

impl Tally {
    /// A call has ended, after so many microseconds.
    pub fn count(&mut self, ended: Ended, micros: u64, bytes_in: usize, bytes_out: usize) {
        self.calls += 1;
        match ended {
            Ended::Value => {}
            Ended::Error => self.errors += 1,
            Ended::Fault => self.faults += 1,
            Ended::Cut => self.cut += 1,
        }
        self.bytes_in += bytes_in as u64;
        self.bytes_out += bytes_out as u64;
        self.times[bucket(micros)] += 1;
    }

    /// Adds those of another tally.
    pub fn add(&mut self, other: &Tally) {
        self.calls += other.calls;
        self.errors += other.errors;
        self.faults += other.faults;
        self.cut += other.cut;
        self.bytes_in += other.bytes_in;
        self.bytes_out += other.bytes_out;
        self.times.iter_mut().zip(&other.times).for_each(|(own, more)| *own += more);
    }

    /// So many microseconds `percent` of the calls took at most; 0 without calls.
    #[must_use]
    pub fn quantile(&self, percent: u64) -> u64 {
        let wanted = (self.calls * percent).div_ceil(100);
        let mut seen = 0;
        for (at, count) in self.times.iter().enumerate() {
            seen += count;
            if seen >= wanted && seen > 0 {
                return longest(at);
            }
        }
        0
    }
}

/// Times below `FINE` have a bucket each; above, each power of two has `FINE`.
fn bucket(micros: u64) -> usize {
    if micros < FINE {
        return micros as usize;
    }
    let power = micros.ilog2() as u64 - FINE.ilog2() as u64;
    let place = (power * FINE + (micros >> power)) as usize;
    place.min(BUCKETS - 1)
}

/// The longest time that falls into a bucket.
fn longest(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < FINE {
        return bucket;
    }
    let power = bucket / FINE - 1;
    ((bucket % FINE + FINE + 1) << power) - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_bucket_is_within_an_eighth(micros in 0u64..1 << 40) {
            let longest = longest(bucket(micros));
            prop_assert!(longest >= micros && longest <= micros + micros / 8);
        }
    }

    #[test]
    fn quantiles_are_those_of_the_calls() {
        let mut tally = Tally::default();
        assert_eq!(tally.quantile(99), 0);
        for micros in 1..=100 {
            tally.count(Ended::Value, micros, 10, 1);
        }
        tally.count(Ended::Fault, 1_000_000, 0, 0);
        assert!((50..=56).contains(&tally.quantile(50)), "{}", tally.quantile(50));
        assert!((99..=111).contains(&tally.quantile(99)), "{}", tally.quantile(99));
        assert!(tally.quantile(100) >= 1_000_000);
        let mut both = tally.clone();
        both.add(&tally);
        assert_eq!((both.calls, both.faults, both.bytes_in, both.quantile(50)), (202, 2, 2000, tally.quantile(50)));
    }
}
