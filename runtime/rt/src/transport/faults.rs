//! Trouble on purpose: connections that give and take bytes slowly and in pieces, and break. In: `PLUTO_FAULTS`, a connection. Out: the same
//! connection, or one with faults that follow from the seed and from how many connections there were before.
//!
//! `PLUTO_FAULTS=7:slow` delays and cuts into pieces, which no program may notice but by the clock; `7:cut` breaks connections after some
//! ten thousand bytes; `7:slow:cut` does both. For tests only, but in every program: it costs nothing while the variable is not set.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::{Incoming, Outgoing};
use crate::sync::Mutex;

/// What goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Plan {
    seed: u64,
    slow: bool,
    cut: bool,
}

/// One delay in so many reads, of at most so many microseconds.
const DELAYS: u32 = 6;
const LONGEST_DELAY: u64 = 1_500;
/// At most so many bytes are read or written at once where it is slow, but for a few times.
const SMALL: usize = 700;
/// A connection breaks in one direction after at most so many bytes.
const LONGEST_LIFE: usize = 40_000;

/// Does what `PLUTO_FAULTS` says to a connection.
pub(super) fn troubled((incoming, outgoing): (Incoming, Outgoing)) -> (Incoming, Outgoing) {
    static PLAN: OnceLock<Option<Plan>> = OnceLock::new();
    match PLAN.get_or_init(|| std::env::var("PLUTO_FAULTS").ok().and_then(|text| read(&text))) {
        None => (incoming, outgoing),
        Some(plan) => plan.trouble(incoming, outgoing),
    }
}

fn read(text: &str) -> Option<Plan> {
    let mut words = text.split(':');
    let mut plan = Plan { seed: words.next()?.parse().ok()?, slow: false, cut: false };
    for word in words {
        match word {
            "slow" => plan.slow = true,
            "cut" => plan.cut = true,
            _ => return None,
        }
    }
    Some(plan)
}

impl Plan {
    fn trouble(self, incoming: Incoming, outgoing: Outgoing) -> (Incoming, Outgoing) {
        static CONNECTIONS: AtomicU64 = AtomicU64::new(0);
        let number = CONNECTIONS.fetch_add(1, Ordering::Relaxed);
        // Processes of one run differ by their names only through what they do; their numbers make them differ here.
        let seed = self.seed ^ (u64::from(std::process::id()) << 20) ^ (number << 50);
        let mut dice = fastrand::Rng::with_seed(seed);
        let (reads, writes) = (Fate::new(self, &mut dice), Fate::new(self, &mut dice));
        let incoming = Slow { inner: incoming, fate: reads, delay: None };
        (Box::new(incoming), Outgoing::Troubled(Box::new((outgoing, Mutex::new(writes)))))
    }
}

/// What becomes of one direction of a connection.
#[derive(Debug)]
pub struct Fate {
    plan: Plan,
    dice: fastrand::Rng,
    /// So many bytes until it breaks.
    left: usize,
}

impl Fate {
    fn new(plan: Plan, dice: &mut fastrand::Rng) -> Fate {
        let left = if plan.cut { dice.usize(1..LONGEST_LIFE) } else { usize::MAX };
        Fate { plan, dice: dice.fork(), left }
    }

    /// How many of so many bytes may pass at once.
    pub(super) fn passing(&mut self, wanted: usize) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::new(io::ErrorKind::ConnectionReset, "cut on purpose"));
        }
        let piece = if self.plan.slow && self.dice.u8(..8) != 0 { self.dice.usize(1..=SMALL) } else { wanted };
        Ok(wanted.min(piece).min(self.left).max(1))
    }

    /// So many have passed.
    pub(super) fn passed(&mut self, count: usize) {
        self.left = self.left.saturating_sub(count);
    }

    fn delay(&mut self) -> Option<Duration> {
        let delays = self.plan.slow && self.dice.u32(..DELAYS) == 0;
        delays.then(|| Duration::from_micros(self.dice.u64(..LONGEST_DELAY)))
    }
}

struct Slow {
    inner: Incoming,
    fate: Fate,
    delay: Option<Pin<Box<Sleep>>>,
}

impl AsyncRead for Slow {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let me = self.get_mut();
        if me.delay.is_none() {
            me.delay = me.fate.delay().map(|time| Box::pin(sleep(time)));
        }
        if let Some(delay) = &mut me.delay {
            std::task::ready!(delay.as_mut().poll(context));
        }
        let mut piece = vec![0; me.fate.passing(buffer.remaining())?];
        let mut part = ReadBuf::new(&mut piece);
        std::task::ready!(Pin::new(&mut me.inner).poll_read(context, &mut part))?;
        buffer.put_slice(part.filled());
        me.fate.passed(part.filled().len());
        // The next read may wait again.
        me.delay = None;
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_read_or_refused() {
        assert_eq!(read("7:slow:cut"), Some(Plan { seed: 7, slow: true, cut: true }));
        assert_eq!(read("7"), Some(Plan { seed: 7, slow: false, cut: false }));
        assert_eq!((read("slow"), read("7:fast"), read("")), (None, None, None));
    }

    #[test]
    fn a_direction_breaks_after_its_bytes_and_not_before() {
        let plan = Plan { seed: 1, slow: true, cut: true };
        let mut fate = Fate::new(plan, &mut fastrand::Rng::with_seed(3));
        let all = fate.left;
        let mut passed = 0;
        while let Ok(count) = fate.passing(10_000) {
            assert!((1..=10_000).contains(&count));
            fate.passed(count);
            passed += count;
        }
        assert_eq!(passed, all);
    }
}
