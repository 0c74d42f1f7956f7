//! When a process that died is started again, and when no more. In: the times of its deaths. Out: a wait, or the end of patience.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// More restarts of one process within [`WINDOW`] do not help: it will not stay up.
pub(super) const MOST: usize = 5;
/// Restarts that are longer ago do not count any more.
pub(super) const WINDOW: Duration = Duration::from_secs(30);
/// The wait before the first restart; each further one within [`WINDOW`] waits twice as long.
const SHORTEST: Duration = Duration::from_millis(50);
/// No wait is longer.
const LONGEST: Duration = Duration::from_secs(2);

/// The restarts of one process that still count, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Restarts {
    recent: VecDeque<Instant>,
}

/// What follows a death.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    /// It is started again after this wait, for the so-manieth time of those that count.
    Again { attempt: usize, wait: Duration },
    /// It stays down.
    GiveUp,
}

impl Restarts {
    /// The process died now.
    pub(super) fn died(&mut self, now: Instant) -> Verdict {
        while self.recent.front().is_some_and(|first| now.duration_since(*first) > WINDOW) {
            self.recent.pop_front();
        }
        let before = self.recent.len();
        if before >= MOST {
            return Verdict::GiveUp;
        }
        self.recent.push_back(now);
        let wait = (0..before).fold(SHORTEST, |wait, _| (wait * 2).min(LONGEST));
        Verdict::Again { attempt: before + 1, wait }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(attempt: usize, wait: u64) -> Verdict {
        Verdict::Again { attempt, wait: Duration::from_millis(wait) }
    }

    #[test]
    fn waits_double_until_it_is_given_up() {
        let (mut restarts, now) = (Restarts::default(), Instant::now());
        let verdicts: Vec<Verdict> = (0..6).map(|_| restarts.died(now)).collect();
        let waits = [again(1, 50), again(2, 100), again(3, 200), again(4, 400), again(5, 800)];
        assert_eq!((&verdicts[..5], verdicts[5]), (&waits[..], Verdict::GiveUp));
    }

    #[test]
    fn what_is_long_ago_does_not_count() {
        let (mut restarts, now) = (Restarts::default(), Instant::now());
        for second in [0, 10, 20, 30, 40, 50, 60] {
            assert_ne!(restarts.died(now + Duration::from_secs(second)), Verdict::GiveUp, "{second}");
        }
        assert_eq!(restarts.died(now + WINDOW * 10), again(1, 50));
    }
}
