//! What a lock that is always free adds to a call.

use std::sync::{Arc, Mutex};
use std::thread::spawn;

const CALLS: i64 = 50_000_000;

#[derive(Default)]
struct Mixer {
    calls: Mutex<i64>,
}

impl Mixer {
    #[inline(never)]
    fn next(&self, n: i64, seed: i64) -> i64 {
        *self.calls.lock().expect("nobody panics") += 1;
        mix(n, seed)
    }
}

pub(super) fn locked() -> String {
    let mixer = Arc::new(Mixer::default());
    let (last, result) = crossbeam_channel::bounded(0);
    let other = {
        let mixer = Arc::clone(&mixer);
        spawn(move || mixer.next(result.recv().expect("main sends"), 7))
    };
    let n = (0..CALLS).fold(1, |n, i| mixer.next(n, i));
    last.send(n).expect("the other waits");
    let result = other.join().expect("it does not panic");
    let calls = *mixer.calls.lock().expect("nobody panics");
    format!("{result} {calls}")
}

pub(super) fn unlocked() -> String {
    let (mut n, mut calls) = (1, 0);
    for i in 0..CALLS {
        n = plain(n, i);
        calls += 1;
    }
    format!("{} {}", plain(n, 7), calls + 1)
}

#[inline(never)]
fn plain(n: i64, seed: i64) -> i64 {
    mix(n, seed)
}

fn mix(n: i64, seed: i64) -> i64 {
    n.wrapping_mul(31).wrapping_add(seed) & 0xFFFF_FFFF
}
