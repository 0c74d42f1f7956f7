//! Memory for small objects. In: sizes in words. Out: memory, uninitialized.
//!
//! Each thread has a list of free memory per size, which it uses without asking anybody. What one thread frees and another one
//! needs goes through a depot in whole magazines, so that a producer and a consumer do not grow without bound. Chunks from the
//! system are never given back. A thread that ends leaves its lists behind; workers do not end.
//!
//! [`take`] and [`give`] are not inlined: whoever calls them may be a task that goes on on another thread later, and must not keep the
//! address of this thread's lists. Generated code takes pieces itself (`codegen/make`): it asks its task each time where the lists are.

use super::memory::{layout, out_of_memory};
use pluto_abi::layout::{FreeList, SMALL_WORDS};
use std::alloc::alloc;
use std::cell::Cell;
use std::ptr::{NonNull, null_mut};
use std::sync::{Mutex, PoisonError};

/// How many words are taken from the system at a time.
const CHUNK_WORDS: usize = 4096;
/// So many objects make a magazine.
const MAGAZINE: u64 = 64;
/// So many are cut from a chunk at a time.
const PIECES: usize = 16;

#[repr(C)]
struct Pool {
    lists: [FreeList; SMALL_WORDS + 1],
    chunk: Cell<*mut u8>,
    left: Cell<usize>,
}

thread_local! {
    static POOL: Pool = const {
        Pool { lists: [const { empty() }; SMALL_WORDS + 1], chunk: Cell::new(null_mut()), left: Cell::new(0) }
    };
}

const fn empty() -> FreeList {
    FreeList { first: Cell::new(null_mut()), count: Cell::new(0), spare: Cell::new(null_mut()) }
}

/// Full magazines of one size that no thread has.
struct Depot(Mutex<Vec<*mut u8>>);
// SAFETY: the memory in it belongs to nobody; whoever takes it out is the only one to use it.
unsafe impl Sync for Depot {}

static DEPOTS: [Depot; SMALL_WORDS + 1] = [const { Depot(Mutex::new(Vec::new())) }; SMALL_WORDS + 1];

/// The lists of this thread, for generated code.
pub(super) fn lists() -> *const FreeList {
    POOL.with(|pool| pool.lists.as_ptr())
}

/// Memory of so many words, at most [`SMALL_WORDS`], at least 2.
#[inline(never)]
pub(super) fn take(words: usize) -> NonNull<u8> {
    take_here(words)
}

/// The same, as part of its caller: only for what never suspends.
#[inline(always)]
pub(super) fn take_here(words: usize) -> NonNull<u8> {
    POOL.with(|pool| {
        let list = &pool.lists[words];
        match NonNull::new(list.first.get()) {
            Some(at) => {
                // SAFETY: free memory begins with the address of the next piece.
                list.first.set(unsafe { at.cast::<*mut u8>().read() });
                list.count.set(list.count.get() - 1);
                at
            }
            None => refill(pool, words),
        }
    })
}

/// Takes memory back.
///
/// # Safety
/// It came from [`take`] with this size, and nobody uses it any more.
#[inline(never)]
pub(super) unsafe fn give(at: NonNull<u8>, words: usize) {
    // SAFETY: as the caller promises.
    unsafe { give_here(at, words) }
}

/// The same, as part of its caller: only for what never suspends.
///
/// # Safety
/// As for [`give`].
#[inline(always)]
pub(super) unsafe fn give_here(at: NonNull<u8>, words: usize) {
    POOL.with(|pool| {
        let list = &pool.lists[words];
        if list.count.get() >= MAGAZINE {
            put_aside(list, words);
        }
        // SAFETY: the memory is ours now and has at least the two words of a header.
        unsafe { at.cast::<*mut u8>().write(list.first.get()) };
        list.first.set(at.as_ptr());
        list.count.set(list.count.get() + 1);
    });
}

/// The list is a full magazine: it becomes the spare one, and the spare one goes to the depot.
#[cold]
fn put_aside(list: &FreeList, words: usize) {
    let full = list.first.replace(null_mut());
    list.count.set(0);
    let before = list.spare.replace(full);
    if !before.is_null() {
        DEPOTS[words].0.lock().unwrap_or_else(PoisonError::into_inner).push(before);
    }
}

/// The list is empty: the spare magazine, or one of the depot, or new memory.
#[cold]
fn refill(pool: &Pool, words: usize) -> NonNull<u8> {
    let list = &pool.lists[words];
    let mut full = list.spare.replace(null_mut());
    if full.is_null() {
        let depot = DEPOTS[words].0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        full = depot.unwrap_or(null_mut());
    }
    match NonNull::new(full) {
        Some(at) => {
            // SAFETY: a magazine is a list like any other.
            list.first.set(unsafe { at.cast::<*mut u8>().read() });
            list.count.set(MAGAZINE - 1);
            at
        }
        None => carve(pool, words),
    }
}

/// Cuts some pieces from the current chunk: one to use now, the others for the list, in the order of their addresses. What is left of
/// the old chunk is wasted when it is too short.
fn carve(pool: &Pool, words: usize) -> NonNull<u8> {
    if pool.left.get() < words {
        // SAFETY: the size is not 0.
        let chunk = unsafe { alloc(layout(CHUNK_WORDS)) };
        pool.chunk.set(NonNull::new(chunk).unwrap_or_else(|| out_of_memory()).as_ptr());
        pool.left.set(CHUNK_WORDS);
    }
    let pieces = PIECES.min(pool.left.get() / words);
    let at = pool.chunk.get();
    let list = &pool.lists[words];
    for piece in (1..pieces).rev() {
        // SAFETY: so many pieces are left in the chunk, and nobody has them.
        unsafe {
            let piece = at.add(piece * words * 8);
            piece.cast::<*mut u8>().write(list.first.get());
            list.first.set(piece);
        }
    }
    list.count.set(pieces as u64 - 1);
    // SAFETY: as above.
    pool.chunk.set(unsafe { at.add(pieces * words * 8) });
    pool.left.set(pool.left.get() - pieces * words);
    NonNull::new(at).unwrap_or_else(|| out_of_memory())
}

#[cfg(test)]
mod tests {
    //! Of sizes that no other test uses, so that they do not disturb each other.

    use super::{CHUNK_WORDS, MAGAZINE, give, take};
    use std::collections::BTreeSet;
    use std::ptr::NonNull;
    use std::sync::mpsc::sync_channel;

    struct Piece(NonNull<u8>);
    // SAFETY: the test hands it over.
    unsafe impl Send for Piece {}

    #[test]
    fn a_producer_and_a_consumer_do_not_grow() {
        const WORDS: usize = 31;
        let (tx, rx) = sync_channel::<Piece>(100);
        let consumer = std::thread::spawn(move || {
            for (number, piece) in rx.into_iter().enumerate() {
                // SAFETY: the producer has written it, and it is given back once.
                unsafe {
                    assert_eq!(piece.0.cast::<u64>().as_ptr().add(WORDS - 1).read(), number as u64);
                    give(piece.0, WORDS);
                }
            }
        });
        let mut seen = BTreeSet::new();
        for number in 0..100_000 {
            let piece = take(WORDS);
            seen.insert(piece.as_ptr().addr());
            // SAFETY: the memory is ours and has so many words.
            unsafe { piece.cast::<u64>().as_ptr().add(WORDS - 1).write(number) };
            tx.send(Piece(piece)).expect("the consumer runs");
        }
        drop(tx);
        consumer.join().expect("no panic");
        // Two magazines in each thread, those in the depot at one time, and what is on the way.
        let most = 8 * MAGAZINE as usize + 100;
        assert!(seen.len() <= most, "{} pieces of memory", seen.len());
    }

    #[test]
    fn what_is_freed_is_used_again() {
        const WORDS: usize = 29;
        // Whole chunks, so that no piece that was never used is left in the list.
        const COUNT: usize = 8 * (CHUNK_WORDS / WORDS);
        let taken: Vec<NonNull<u8>> = (0..COUNT).map(|_| take(WORDS)).collect();
        let first: BTreeSet<usize> = taken.iter().map(|piece| piece.as_ptr().addr()).collect();
        assert_eq!(first.len(), COUNT);
        // SAFETY: each was taken above, and is given back once.
        taken.into_iter().for_each(|piece| unsafe { give(piece, WORDS) });
        let again: BTreeSet<usize> = (0..COUNT).map(|_| take(WORDS).as_ptr().addr()).collect();
        // The last piece of all but full magazines stays in the list in hand.
        assert_eq!(again, first);
    }
}
