//! Models that loom runs in every order: the writer and the reader of a ring of one or two bytes, of which the one or the other sleeps. loom fails if
//! both sleep for ever, and if a byte is read that is not there yet.
//! `RUSTFLAGS="--cfg loom" cargo test -p pluto-rt --release loom_`

use loom::sync::Notify;
use loom::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use loom::thread;
use std::sync::Arc;

use super::ring::{Lane, Other, Post, Reader, Writer};

/// A lane in memory that loom sees, with the bells of both sides.
struct Shared {
    written: [AtomicU64; 2],
    taken: [AtomicU64; 2],
    bytes: Vec<AtomicU8>,
    /// Rung by the writer, and by the reader.
    bells: [Notify; 2],
}

#[derive(Clone)]
struct Both(Arc<Shared>);

impl Both {
    fn new(capacity: usize) -> Both {
        let post = || [AtomicU64::new(0), AtomicU64::new(0)];
        let bytes = (0..capacity).map(|_| AtomicU8::new(0)).collect();
        Both(Arc::new(Shared { written: post(), taken: post(), bytes, bells: [Notify::new(), Notify::new()] }))
    }

    fn tell(&self, bell: usize, other: Other) {
        if other == Other::Asleep {
            self.0.bells[bell].notify();
        }
    }
}

fn post([position, awaited]: &[AtomicU64; 2]) -> Post<'_> {
    Post { position, awaited }
}

impl Lane for Both {
    fn written(&self) -> Post<'_> {
        post(&self.0.written)
    }

    fn taken(&self) -> Post<'_> {
        post(&self.0.taken)
    }

    fn capacity(&self) -> usize {
        self.0.bytes.len()
    }

    fn put(&self, at: usize, bytes: &[u8]) {
        for (place, byte) in self.0.bytes[at..].iter().zip(bytes) {
            place.store(*byte, Ordering::Relaxed);
        }
    }

    fn get(&self, at: usize, into: &mut [u8]) {
        for (byte, place) in into.iter_mut().zip(&self.0.bytes[at..]) {
            *byte = place.load(Ordering::Relaxed);
        }
    }
}

/// Writes 1, 2, … in such pieces; sleeps while there is no room, as `Outward` does.
fn write(both: &Both, pieces: &[usize]) {
    let mut writer = Writer::new(both.clone());
    let mut next = 1..;
    for piece in pieces {
        let bytes: Vec<u8> = next.by_ref().take(*piece).collect();
        let mut left = &bytes[..];
        while !left.is_empty() {
            let (count, other) = writer.write(left).expect("sound");
            both.tell(0, other);
            left = &left[count..];
            if count == 0 && writer.await_room().expect("sound") == 0 {
                both.0.bells[1].wait();
            }
        }
    }
}

/// Reads so many bytes; sleeps while there are none, as `Inward` does.
fn read(both: &Both, mut left: usize) {
    let mut reader = Reader::new(both.clone());
    let mut wanted = 1;
    while left > 0 {
        let mut bytes = [0; 2];
        let (count, other) = reader.read(&mut bytes).expect("sound");
        both.tell(1, other);
        for byte in &bytes[..count] {
            assert_eq!(*byte, wanted);
            wanted += 1;
        }
        left -= count;
        if count == 0 && reader.await_bytes().expect("sound") == 0 {
            both.0.bells[0].wait();
        }
    }
}

/// In every order in which the one interrupts the other so often at most; where both sleep by turns, all orders would take minutes.
fn meet(interruptions: Option<usize>, capacity: usize, pieces: &'static [usize]) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = interruptions;
    model.check(move || {
        let both = Both::new(capacity);
        let other = {
            let both = both.clone();
            thread::spawn(move || write(&both, pieces))
        };
        read(&both, pieces.iter().sum());
        other.join().expect("no panic");
    });
}

#[test]
fn loom_a_reader_that_sleeps_is_woken() {
    meet(None, 2, &[1]);
    meet(None, 2, &[1, 1]);
}

#[test]
fn loom_a_writer_without_room_is_woken() {
    meet(Some(4), 1, &[2]);
    meet(Some(3), 2, &[3]);
}

/// What `Post::publish` would be without the exchange.
fn publish_by_load_and_store(post: Post<'_>, position: u64) -> Other {
    post.position.store(position, Ordering::Release);
    if post.awaited.load(Ordering::Acquire) == 0 {
        return Other::Awake;
    }
    post.awaited.store(0, Ordering::Release);
    Other::Asleep
}

/// The writer looks at the sign before its position can be seen, the reader at the position before its sign can: both sleep.
#[test]
#[should_panic(expected = "deadlock")]
fn loom_with_a_load_and_a_store_a_reader_sleeps_for_ever() {
    loom::model(|| {
        let both = Both::new(1);
        let other = {
            let both = both.clone();
            thread::spawn(move || {
                both.put(0, &[1]);
                both.tell(0, publish_by_load_and_store(both.written(), 1));
            })
        };
        read(&both, 1);
        other.join().expect("no panic");
    });
}
