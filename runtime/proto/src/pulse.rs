//! Is the other side alive? In: the time, what was heard. Out: when to ask, and when to give it up. Calls without a deadline end by
//! this where a process is frozen or its host is gone, and nobody closes the connection.

/// So many milliseconds of silence, while an answer is waited for, until the other side is asked.
pub const INTERVAL: u64 = 5_000;
/// So many intervals of silence until it is given up.
const MISSED: u64 = 3;
/// So many intervals from beat to beat are not only a late beat.
const LATE: u64 = 2;

/// What is known of the other side of a connection.
#[derive(Debug)]
pub struct Pulse {
    interval: u64,
    /// When it was last heard, or last was not waited for.
    heard: u64,
    /// The last beat.
    beaten: u64,
}

/// What to do now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Beat {
    /// Nothing.
    Rest,
    /// Ask whether it is there.
    Ask,
    /// It is not.
    Gone,
}

/// Does anybody wait for the other side?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Waiting {
    /// Yes.
    Yes,
    /// No.
    No,
}

impl Pulse {
    /// Of a connection that begins now.
    #[must_use]
    pub fn new(interval: u64, now: u64) -> Pulse {
        Pulse { interval: interval.max(1), heard: now, beaten: now }
    }

    /// A connection begins.
    pub fn begin(&mut self, now: u64) {
        (self.heard, self.beaten) = (now, now);
    }

    /// Something came from it.
    pub fn heard(&mut self, now: u64) {
        self.heard = now;
    }

    /// To be called once in each interval. If that did not happen, this process itself was frozen, and has heard nobody.
    pub fn beat(&mut self, waiting: Waiting, now: u64) -> Beat {
        let since = now.saturating_sub(self.beaten);
        self.beaten = now;
        if since > LATE * self.interval {
            self.heard = self.heard.max(now.saturating_sub(self.interval));
        }
        if waiting == Waiting::No {
            self.heard = now;
            return Beat::Rest;
        }
        match now.saturating_sub(self.heard) / self.interval {
            0 => Beat::Rest,
            missed if missed < MISSED => Beat::Ask,
            _ => Beat::Gone,
        }
    }

    /// The interval, in milliseconds.
    #[must_use]
    pub fn interval(&self) -> u64 {
        self.interval
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_answers_lives_and_who_is_silent_is_given_up() {
        let mut pulse = Pulse::new(10, 0);
        assert_eq!(pulse.beat(Waiting::Yes, 9), Beat::Rest);
        assert_eq!(pulse.beat(Waiting::Yes, 10), Beat::Ask);
        pulse.heard(12);
        assert_eq!(pulse.beat(Waiting::Yes, 20), Beat::Rest);
        assert_eq!(pulse.beat(Waiting::Yes, 30), Beat::Ask);
        assert_eq!(pulse.beat(Waiting::Yes, 41), Beat::Ask);
        assert_eq!(pulse.beat(Waiting::Yes, 42), Beat::Gone);
    }

    #[test]
    fn who_was_frozen_itself_asks_first() {
        let mut pulse = Pulse::new(10, 0);
        assert_eq!(pulse.beat(Waiting::Yes, 9), Beat::Rest);
        assert_eq!(pulse.beat(Waiting::Yes, 1_000), Beat::Ask);
        assert_eq!(pulse.beat(Waiting::Yes, 1_010), Beat::Ask);
        assert_eq!(pulse.beat(Waiting::Yes, 1_020), Beat::Gone);
        pulse.begin(2_000);
        assert_eq!(pulse.beat(Waiting::Yes, 2_009), Beat::Rest);
    }

    #[test]
    fn silence_counts_only_while_somebody_waits() {
        let mut pulse = Pulse::new(10, 0);
        assert_eq!(pulse.beat(Waiting::No, 1_000), Beat::Rest);
        assert_eq!(pulse.beat(Waiting::Yes, 1_009), Beat::Rest);
        assert_eq!(pulse.beat(Waiting::Yes, 1_010), Beat::Ask);
    }
}
