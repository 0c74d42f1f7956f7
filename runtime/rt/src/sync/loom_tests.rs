//! Models that loom runs in every order: the lock that leans towards a thread. `RUSTFLAGS="--cfg loom" cargo test -p pluto-rt
//! --release loom_`

use super::bias::{Bias, Marker};
use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicU32, Ordering};
use loom::thread;

/// What threads share.
struct Shared {
    bias: Bias,
    markers: [Marker; 2],
    /// loom fails if two threads could touch it at the same time.
    inside: UnsafeCell<()>,
    /// How often somebody was inside, counted by who is.
    number: AtomicU32,
}

impl Shared {
    fn add(&self, me: usize) {
        let held = self.bias.enter(Some(me), &self.markers);
        self.inside.with_mut(|_| ());
        self.number.store(self.number.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        self.bias.leave(held, Some(me), &self.markers);
    }
}

/// Thread 0 enters so often, thread 1 so often.
fn meet(towards: Option<usize>, counts: [u32; 2]) {
    loom::model(move || {
        let shared = Arc::new(Shared {
            bias: Bias::new(towards),
            markers: [Marker::nowhere(), Marker::nowhere()],
            inside: UnsafeCell::new(()),
            number: AtomicU32::new(0),
        });
        let other = {
            let shared = shared.clone();
            thread::spawn(move || (0..counts[1]).for_each(|_| shared.add(1)))
        };
        (0..counts[0]).for_each(|_| shared.add(0));
        other.join().expect("no panic");
        assert_eq!(shared.number.load(Ordering::Relaxed), counts[0] + counts[1]);
    });
}

#[test]
fn loom_one_is_turned_away_while_it_comes_in() {
    meet(Some(0), [1, 1]);
    meet(Some(0), [2, 1]);
}

#[test]
fn loom_leaning_begins_and_ends() {
    // At the second time in a row it begins to lean.
    meet(None, [3, 1]);
    meet(Some(1), [2, 2]);
}
