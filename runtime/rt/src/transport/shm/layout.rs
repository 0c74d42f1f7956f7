//! Where what lies in shared memory. In: a mapping. Out: its two lanes, as both processes know them.
//!
//! | at | |
//! |---|---|
//! | 0 | [`FORM`] |
//! | 128, 256 | of the lane from who has connected: the posts of its writer and its reader |
//! | 384, 512 | of the lane back |
//! | 4096 | the bytes of the one lane, then those of the other |

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::ring::{Lane, Post};
use crate::os::shared::Memory;

/// So many bytes are on their way in one direction at most. About what a Unix socket takes.
pub(super) const CAPACITY: usize = 256 * 1024;
/// The size of the whole.
pub(super) const SIZE: usize = LANES + 2 * CAPACITY;
/// Where the lanes begin: behind the first page.
const LANES: usize = 4096;
/// From one post to the next: two cache lines, as processors fetch them in pairs.
const POST: usize = 128;
/// Says that the memory is laid out as here: another layout gets another number.
const FORM: u64 = u64::from_le_bytes(*b"pluto\0\0\x01");

/// A direction of the connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Direction {
    /// From who has connected to who has accepted.
    Out = 0,
    /// Back.
    Back = 1,
}

/// One direction in shared memory.
#[derive(Clone, Debug)]
pub(super) struct Way {
    memory: Arc<Memory>,
    direction: Direction,
}

/// New memory is given its form.
pub(super) fn prepare(memory: &Memory) {
    memory.word(0).store(FORM, Ordering::Release);
}

/// Is the memory of another process laid out as this one knows it?
pub(super) fn is_known(memory: &Memory) -> bool {
    memory.word(0).load(Ordering::Acquire) == FORM
}

impl Way {
    /// That direction in this memory, which has the size of [`SIZE`].
    pub(super) fn new(memory: Arc<Memory>, direction: Direction) -> Way {
        Way { memory, direction }
    }

    /// About how many bytes were written and not read.
    pub(super) fn unread(&self) -> usize {
        let distance = self.written().position().wrapping_sub(self.taken().position());
        usize::try_from(distance).unwrap_or(CAPACITY).min(CAPACITY)
    }

    fn post(&self, side: usize) -> Post<'_> {
        let at = POST * (1 + 2 * self.direction as usize + side);
        Post { position: self.memory.word(at), awaited: self.memory.word(at + 8) }
    }

    fn begin(&self) -> usize {
        LANES + self.direction as usize * CAPACITY
    }
}

impl Lane for Way {
    fn written(&self) -> Post<'_> {
        self.post(0)
    }

    fn taken(&self) -> Post<'_> {
        self.post(1)
    }

    fn capacity(&self) -> usize {
        CAPACITY
    }

    fn put(&self, at: usize, bytes: &[u8]) {
        self.memory.put(self.begin() + at, bytes);
    }

    fn get(&self, at: usize, into: &mut [u8]) {
        self.memory.get(self.begin() + at, into);
    }
}
