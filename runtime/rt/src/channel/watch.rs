//! Notices a queue that stays nearly full. In: its length after each send. Out: the word to warn, once per channel.
//!
//! The clock is looked at only when the queue is nearly full, and then only every so many sends.

use std::time::{Duration, Instant};

/// Nearly full for so long is worth a line in the log.
const LONG: Duration = Duration::from_secs(1);
/// So many sends between two looks at the clock.
const SENDS: u32 = 16;

/// What is known of one queue.
#[derive(Debug)]
pub(super) struct Watch {
    /// From so many messages on it is nearly full: 90 %.
    nearly: usize,
    sends: u32,
    since: Option<Instant>,
    warned: bool,
}

impl Watch {
    /// For a queue of this capacity; one without a queue or without a bound is never full.
    pub(super) fn new(capacity: usize) -> Watch {
        let bounded = capacity != 0 && capacity != usize::MAX;
        let nearly = if bounded { capacity - capacity / 10 } else { usize::MAX };
        Watch { nearly, sends: 0, since: None, warned: false }
    }

    /// A message was sent, or waits for room. True: warn now.
    #[inline]
    pub(super) fn sent(&mut self, len: usize) -> bool {
        len >= self.nearly && self.look()
    }

    /// A message was taken.
    #[inline]
    pub(super) fn taken(&mut self, len: usize) {
        if len < self.nearly {
            self.sends = 0;
        }
    }

    fn look(&mut self) -> bool {
        if self.warned || cfg!(loom) {
            return false;
        }
        self.sends += 1;
        if self.sends == 1 {
            self.since = Some(Instant::now());
        } else if self.sends.is_multiple_of(SENDS) {
            self.warned = self.since.is_some_and(|since| since.elapsed() >= LONG);
        }
        self.warned
    }

    #[cfg(all(test, not(loom)))]
    fn an_hour_ago(&mut self) {
        self.since = Instant::now().checked_sub(Duration::from_secs(3600));
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::{SENDS, Watch};

    #[test]
    fn warns_once_when_it_stayed_nearly_full() {
        let mut watch = Watch::new(10);
        let sends = |watch: &mut Watch, len| (0..2 * SENDS).filter(|_| watch.sent(len)).count();
        assert_eq!(sends(&mut watch, 9), 0, "not long enough");
        watch.an_hour_ago();
        watch.taken(8);
        assert_eq!(sends(&mut watch, 9), 0, "it was not so full in between");
        watch.an_hour_ago();
        assert_eq!(sends(&mut watch, 8), 0, "not full enough");
        watch.taken(9);
        assert_eq!(sends(&mut watch, 9), 1);
        assert_eq!(sends(&mut watch, 10), 0, "only once");
    }

    #[test]
    fn without_a_bound_nothing_is_full() {
        for capacity in [0, usize::MAX] {
            let mut watch = Watch::new(capacity);
            assert!(!watch.sent(usize::MAX - 1));
        }
        assert!((1..100).all(|capacity| {
            let nearly = Watch::new(capacity).nearly;
            nearly * 10 >= capacity * 9 && nearly <= capacity
        }));
    }
}
