//! How long to wait between two attempts: in, attempts that failed; out, milliseconds. Doubles from a short to a long wait.

/// The wait before the second attempt, in milliseconds.
const SHORTEST: u64 = 2;
/// No wait is longer, in milliseconds.
const LONGEST: u64 = 200;

/// The state of a row of attempts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// An attempt failed: how many milliseconds to wait before the next.
    pub fn failed(&mut self) -> u64 {
        let wait = SHORTEST.checked_shl(self.failures).unwrap_or(LONGEST).min(LONGEST);
        self.failures = (self.failures + 1).min(16);
        wait
    }

    /// An attempt succeeded: the next failure waits a short time again.
    pub fn succeeded(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let mut backoff = Backoff::default();
        let waits: Vec<u64> = (0..10).map(|_| backoff.failed()).collect();
        assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 200, 200, 200]);
        backoff.succeeded();
        assert_eq!(backoff.failed(), 2);
    }
}
