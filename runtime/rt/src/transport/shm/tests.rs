//! The ring against a model, in one thread and in two; and what a process does that another one means harm to.

mod hostile;

use std::collections::VecDeque;
use std::sync::Arc;

use proptest::prelude::*;

use super::ring::{Broken, Lane, Other, Post, Reader, Writer};
use crate::os::shared::Memory;

/// A small lane in real shared memory, so that it is full and wraps around often.
#[derive(Clone)]
struct Small {
    memory: Arc<Memory>,
    capacity: usize,
}

const BYTES: usize = 1024;

impl Small {
    fn new(capacity: usize) -> Small {
        let (memory, _) = Memory::create(4096).expect("memory");
        Small { memory: Arc::new(memory), capacity }
    }

    fn post(&self, at: usize) -> Post<'_> {
        Post { position: self.memory.word(at), awaited: self.memory.word(at + 8) }
    }
}

impl Lane for Small {
    fn written(&self) -> Post<'_> {
        self.post(0)
    }

    fn taken(&self) -> Post<'_> {
        self.post(128)
    }

    fn capacity(&self) -> usize {
        self.capacity
    }

    fn put(&self, at: usize, bytes: &[u8]) {
        assert!(at + bytes.len() <= self.capacity);
        self.memory.put(BYTES + at, bytes);
    }

    fn get(&self, at: usize, into: &mut [u8]) {
        assert!(at + into.len() <= self.capacity);
        self.memory.get(BYTES + at, into);
    }
}

/// What somebody does with a ring.
#[derive(Clone, Copy, Debug)]
enum Step {
    Write(usize),
    Read(usize),
    AwaitRoom,
    AwaitBytes,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0_usize..150).prop_map(Step::Write),
        4 => (0_usize..150).prop_map(Step::Read),
        1 => Just(Step::AwaitRoom),
        1 => Just(Step::AwaitBytes),
    ];
    prop::collection::vec(step, 1..200)
}

/// The steps, with a ring and with a queue; the two signs are those that the model has.
fn run(capacity: usize, steps: &[Step]) {
    let lane = Small::new(capacity);
    let (mut writer, mut reader) = (Writer::new(lane.clone()), Reader::new(lane));
    let (mut model, mut next) = (VecDeque::new(), (0..=u8::MAX).cycle());
    let (mut reader_sleeps, mut writer_sleeps) = (false, false);
    let asleep = |sleeps: &mut bool| if std::mem::take(sleeps) { Other::Asleep } else { Other::Awake };
    for step in steps {
        match *step {
            Step::Write(count) => {
                let bytes: Vec<u8> = (0..count).map(|_| next.next().expect("no end")).collect();
                let fits = count.min(capacity - model.len());
                let other = if fits == 0 { Other::Awake } else { asleep(&mut reader_sleeps) };
                assert_eq!(writer.write(&bytes), Ok((fits, other)));
                model.extend(&bytes[..fits]);
            }
            Step::Read(count) => {
                let mut bytes = vec![0; count];
                let there = count.min(model.len());
                // A reader that reads is awake: nobody rings for it any more.
                reader_sleeps &= there == 0;
                let other = if there == 0 { Other::Awake } else { asleep(&mut writer_sleeps) };
                assert_eq!(reader.read(&mut bytes), Ok((there, other)));
                assert_eq!(bytes[..there], model.drain(..there).collect::<Vec<u8>>());
            }
            Step::AwaitRoom => {
                assert_eq!(writer.await_room(), Ok(capacity - model.len()));
                writer_sleeps = model.len() == capacity;
            }
            Step::AwaitBytes => {
                assert_eq!(reader.await_bytes(), Ok(model.len()));
                reader_sleeps = model.is_empty();
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_ring_is_a_queue_of_bytes(power in 0_u32..8, steps in steps()) {
        run(1 << power, &steps);
    }

    /// Whatever the other process writes where its position should be: either it is one that can be, or the connection is over.
    #[test]
    fn positions_that_cannot_be_are_found(written in any::<u64>(), taken in any::<u64>(), near in 0_u64..200) {
        for written in [written, near, u64::MAX - near] {
            let lane = Small::new(64);
            lane.written().publish(written);
            prop_assert_eq!(Reader::new(lane).read(&mut [0; 100]).is_err(), written > 64);
        }
        for taken in [taken, near, u64::MAX - near] {
            let lane = Small::new(64);
            let mut writer = Writer::new(lane.clone());
            prop_assert_eq!(writer.write(&[7; 40]), Ok((40, Other::Awake)));
            lane.taken().publish(taken);
            let wrote = writer.write(&[8; 30]);
            prop_assert_eq!(wrote.is_err(), taken > 40, "{:?}", wrote);
            prop_assert_eq!(writer.await_room().is_err(), wrote == Err(Broken));
        }
    }
}

#[test]
fn two_threads_lose_nothing() {
    const MANY: usize = 300_000;
    let lane = Small::new(64);
    let mut reader = Reader::new(lane.clone());
    let thread = std::thread::spawn(move || {
        let (mut writer, mut dice) = (Writer::new(lane), fastrand::Rng::with_seed(1));
        let mut sent = 0;
        while sent < MANY {
            let piece: Vec<u8> = (sent..MANY.min(sent + dice.usize(1..90))).map(|at| (at % 251) as u8).collect();
            let (count, _) = writer.write(&piece).expect("sound");
            sent += count;
            if count == 0 {
                std::thread::yield_now();
            }
        }
    });
    let (mut dice, mut received) = (fastrand::Rng::with_seed(2), 0);
    while received < MANY {
        let mut bytes = vec![0; dice.usize(1..90)];
        let (count, _) = reader.read(&mut bytes).expect("sound");
        assert!(bytes[..count].iter().enumerate().all(|(at, byte)| *byte == ((received + at) % 251) as u8));
        received += count;
        if count == 0 {
            std::thread::yield_now();
        }
    }
    thread.join().expect("no panic");
}
