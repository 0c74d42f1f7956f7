//! When calls must have been sent or answered. In: times, each with the number of a call. Out: the calls whose time has come, the earliest first.
//!
//! Nearly all calls end long before their time: what is here of them then is left where it is, and found out later to mean nothing, by asking
//! the session. That happens when its time comes, or when there is too much of it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// There may be so many times for each call, and so many more.
const TIMES: usize = 4;
const MORE_TIMES: usize = 256;

/// The times of a session's calls.
#[derive(Debug, Default)]
pub(super) struct Deadlines {
    times: BinaryHeap<Reverse<Time>>,
}

/// A call's number behind a time.
pub(super) type Time = (u64, u64);

impl Deadlines {
    /// Another one, of one of so many calls.
    pub(super) fn add(&mut self, time: Time, calls: usize, holds: impl Fn(Time) -> bool) {
        if self.times.len() >= TIMES * calls + MORE_TIMES {
            self.times.retain(|Reverse(time)| holds(*time));
        }
        self.times.push(Reverse(time));
    }

    /// The earliest of those that still hold.
    pub(super) fn first(&mut self, holds: impl Fn(Time) -> bool) -> Option<Time> {
        while let Some(&Reverse(time)) = self.times.peek() {
            if holds(time) {
                return Some(time);
            }
            self.times.pop();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_mean_nothing_any_more_do_not_pile_up() {
        let mut deadlines = Deadlines::default();
        for number in 0..100_000 {
            deadlines.add((number + 5_000, number), 1, |time| time.1 == number);
            assert!(deadlines.times.len() <= TIMES + MORE_TIMES);
        }
        assert_eq!(deadlines.first(|(_, number)| number == 99_999), Some((104_999, 99_999)));
        assert_eq!(deadlines.first(|_| false), None);
    }
}
