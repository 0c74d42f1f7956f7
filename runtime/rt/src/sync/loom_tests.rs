//! Models that loom runs in every order: the lock that leans towards a thread, the word between two owners. `RUSTFLAGS="--cfg loom" cargo test -p pluto-rt
//! --release loom_`

use super::bias::{Bias, Marker};
use super::joint::{Joint, Leaves};
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

/// A thing of two owners; who is last frees it.
struct Pair {
    joint: Joint,
    inside: UnsafeCell<u32>,
    freed: AtomicU32,
}

impl Pair {
    fn new() -> Arc<Pair> {
        Arc::new(Pair { joint: Joint::default(), inside: UnsafeCell::new(0), freed: AtomicU32::new(0) })
    }

    fn free_if(&self, leaves: Leaves) {
        if leaves == Leaves::Last {
            // loom fails if the other owner could still be here.
            self.inside.with_mut(|_| ());
            self.freed.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn end(&self) {
        let leaves = self.joint.begin_end();
        self.inside.with_mut(|_| ());
        if leaves == Leaves::First {
            self.joint.end();
        }
        self.free_if(leaves);
    }

    fn visit(&self) {
        if self.joint.visit() {
            self.inside.with_mut(|_| ());
            self.joint.leave();
        }
    }

    fn abandon(&self) {
        if self.joint.is_over() || !self.joint.visit() {
            self.free_if(Leaves::Last);
            return;
        }
        self.inside.with_mut(|_| ());
        self.joint.abandon();
    }
}

#[test]
fn loom_one_of_two_owners_frees() {
    loom::model(|| {
        let pair = Pair::new();
        let ender = {
            let pair = pair.clone();
            thread::spawn(move || pair.end())
        };
        pair.visit();
        pair.abandon();
        ender.join().expect("no panic");
        assert_eq!(pair.freed.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn loom_visits_of_several_keepers() {
    loom::model(|| {
        let pair = Pair::new();
        let other = {
            let pair = pair.clone();
            thread::spawn(move || pair.visit())
        };
        pair.visit();
        other.join().expect("no panic");
        pair.abandon();
        pair.end();
        assert_eq!(pair.freed.load(Ordering::Relaxed), 1);
    });
}
