//! One direction of a connection through shared memory: a ring of bytes with one writer and one reader, in two processes. In: bytes. Out: the
//! same bytes, and whether the other side sleeps and has to be rung for. No system call and no pointer is in here: this runs under loom.
//!
//! Each side keeps its own position for itself and only publishes it. What it reads of the other one's is never believed: a position that
//! cannot be is the end of the connection ([`Broken`]).
//!
//! Who finds nothing to do says that it waits ([`Post::await_news`]) and looks once more before it sleeps; who has news publishes it and then takes
//! that sign away ([`Post::publish`]). Both change the sign by an exchange, so one of the two comes first: either the one who has news finds
//! the sign, and rings, or the one who waits finds the news. With a load and a store instead both could miss each other, and nobody would ring.

use crate::sync::atomic::{AtomicU64, Ordering};

/// How far one side of a ring has come, and whether the other side waits for news of it: two words in shared memory, on a cache line of their own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Post<'a> {
    /// How many bytes that side has ever written, or taken.
    pub(super) position: &'a AtomicU64,
    /// Not 0: it is awaited.
    pub(super) awaited: &'a AtomicU64,
}

const NOT_AWAITED: u64 = 0;
const AWAITED: u64 = 1;

/// What the other side of a ring does while there is news for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Other {
    /// It will look by itself.
    Awake,
    /// It has to be rung for.
    Asleep,
}

/// The other side has written what cannot be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Broken;

/// The memory of one direction, as both processes see it.
pub(super) trait Lane {
    /// The writer's.
    fn written(&self) -> Post<'_>;
    /// The reader's.
    fn taken(&self) -> Post<'_>;
    /// How many bytes there is room for: a power of two.
    fn capacity(&self) -> usize;
    /// Writes bytes at a place within the capacity.
    fn put(&self, at: usize, bytes: &[u8]);
    /// Reads as many as there is room for in `into`. Another process may be writing them: each is read once.
    fn get(&self, at: usize, into: &mut [u8]);
}

/// The side that writes.
#[derive(Debug)]
pub(super) struct Writer<L> {
    lane: L,
    position: u64,
    /// Up to where the reader had come when this one last looked.
    taken: u64,
}

/// The side that reads.
#[derive(Debug)]
pub(super) struct Reader<L> {
    lane: L,
    position: u64,
    /// It has said that it waits, and was perhaps not rung for yet.
    waits: bool,
}

impl Post<'_> {
    /// Says how far this side has come. Who is said to be asleep is not told again.
    pub(super) fn publish(self, position: u64) -> Other {
        self.position.store(position, Ordering::Release);
        match self.awaited.swap(NOT_AWAITED, Ordering::AcqRel) {
            NOT_AWAITED => Other::Awake,
            _ => Other::Asleep,
        }
    }

    /// How far the other side has come.
    pub(super) fn position(self) -> u64 {
        self.position.load(Ordering::Acquire)
    }

    /// Whoever publishes something after this will ring. How far the other side has come by now.
    pub(super) fn await_news(self) -> u64 {
        self.awaited.swap(AWAITED, Ordering::AcqRel);
        self.position()
    }

    /// Nobody needs to ring any more: this side looks before it sleeps.
    pub(super) fn is_awake(self) {
        // An exchange too: after a mere store this side's next sign could come before it saw what the other one had published.
        self.awaited.swap(NOT_AWAITED, Ordering::AcqRel);
    }
}

impl<L: Lane> Writer<L> {
    /// Of a lane through which nothing has gone.
    pub(super) fn new(lane: L) -> Writer<L> {
        Writer { lane, position: 0, taken: 0 }
    }

    /// Writes as many of these bytes as there is room for: how many.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(usize, Other), Broken> {
        if self.room() < bytes.len() {
            self.note(self.lane.taken().position())?;
        }
        let count = self.room().min(bytes.len());
        if count == 0 {
            return Ok((0, Other::Awake));
        }
        let at = index(&self.lane, self.position);
        let (first, second) = bytes[..count].split_at(count.min(self.lane.capacity() - at));
        self.lane.put(at, first);
        self.lane.put(0, second);
        self.position += count as u64;
        Ok((count, self.lane.written().publish(self.position)))
    }

    /// How much room there is. If there is none, the reader will ring when it makes some.
    pub(super) fn await_room(&mut self) -> Result<usize, Broken> {
        self.note(self.lane.taken().await_news())?;
        if self.room() > 0 {
            self.lane.taken().is_awake();
        }
        Ok(self.room())
    }

    fn room(&self) -> usize {
        self.lane.capacity() - (self.position - self.taken) as usize
    }

    fn note(&mut self, taken: u64) -> Result<(), Broken> {
        distance(&self.lane, taken, self.position)?;
        self.taken = taken;
        Ok(())
    }
}

impl<L: Lane> Reader<L> {
    /// Of a lane through which nothing has gone.
    pub(super) fn new(lane: L) -> Reader<L> {
        Reader { lane, position: 0, waits: false }
    }

    /// Reads what there is, if anything: how many bytes.
    pub(super) fn read(&mut self, into: &mut [u8]) -> Result<(usize, Other), Broken> {
        let there = distance(&self.lane, self.position, self.lane.written().position())?;
        let count = there.min(into.len());
        if count == 0 {
            return Ok((0, Other::Awake));
        }
        if std::mem::take(&mut self.waits) {
            self.lane.written().is_awake();
        }
        let at = index(&self.lane, self.position);
        let (first, second) = into[..count].split_at_mut(count.min(self.lane.capacity() - at));
        self.lane.get(at, first);
        self.lane.get(0, second);
        self.position += count as u64;
        Ok((count, self.lane.taken().publish(self.position)))
    }

    /// How many bytes there are. If there are none, the writer will ring when it writes some.
    pub(super) fn await_bytes(&mut self) -> Result<usize, Broken> {
        let there = distance(&self.lane, self.position, self.lane.written().await_news())?;
        self.waits = there == 0;
        if there > 0 {
            self.lane.written().is_awake();
        }
        Ok(there)
    }
}

/// How many bytes lie between two positions, if so many can. Positions never wrap around: no connection lives for so many bytes.
fn distance<L: Lane>(lane: &L, from: u64, to: u64) -> Result<usize, Broken> {
    let count = to.checked_sub(from).and_then(|count| usize::try_from(count).ok());
    count.filter(|count| *count <= lane.capacity()).ok_or(Broken)
}

fn index<L: Lane>(lane: &L, position: u64) -> usize {
    position as usize & (lane.capacity() - 1)
}
