//! Memory for objects, and the count of those that are alive. In: sizes in words. Out: uninitialized memory.
//!
//! Small objects come from free lists by size ([`super::pool`]); large ones from the system. Where memory is looked after
//! ([`super::check`]), every object comes from the system.

use super::{check, pool};
use pluto_abi::layout::SMALL_WORDS;
use std::alloc::{Layout, alloc, dealloc, realloc};
use std::ptr::NonNull;

/// Memory for an object of so many words, header included.
#[inline]
pub(super) fn allocate(words: usize) -> NonNull<u8> {
    #[cfg(test)]
    live::add(1);
    if words <= SMALL_WORDS && !check::is_on() { pool::take(words) } else { large(words) }
}

/// The same for a caller that never suspends.
#[inline(always)]
pub(super) fn allocate_here(words: usize) -> NonNull<u8> {
    #[cfg(test)]
    live::add(1);
    if words <= SMALL_WORDS && !check::is_on() { pool::take_here(words) } else { large(words) }
}

/// The address of this thread's lists of free memory, for generated code. With leaks checked they are always empty.
pub(crate) fn lists_of_thread() -> u64 {
    pool::lists().addr() as u64
}

/// Memory of so many words, at least 2, for something that is no object.
pub(crate) fn take_plain(words: usize) -> NonNull<u8> {
    if words <= SMALL_WORDS && !check::is_on() {
        return pool::take(words);
    }
    // SAFETY: the size is not 0.
    NonNull::new(unsafe { alloc(layout(words)) }).unwrap_or_else(|| out_of_memory())
}

/// Gives it back.
///
/// # Safety
/// It came from [`take_plain`] with this size, and nobody uses it any more.
pub(crate) unsafe fn give_plain(at: NonNull<u8>, words: usize) {
    if words <= SMALL_WORDS && !check::is_on() {
        // SAFETY: it came from the pool, with the same size.
        unsafe { pool::give(at, words) };
    } else {
        // SAFETY: it came from the system, with the same size.
        unsafe { dealloc(at.as_ptr(), layout(words)) };
    }
}

/// Gives back the memory of an object.
///
/// # Safety
/// It came from [`allocate`] or [`grow`] with this size, and nobody uses it any more.
#[inline]
pub(super) unsafe fn release(at: NonNull<u8>, words: usize) {
    #[cfg(test)]
    live::add(-1);
    if words <= SMALL_WORDS && !check::is_on() {
        // SAFETY: small objects come from the pool, with the same size.
        unsafe { pool::give(at, words) };
    } else {
        // SAFETY: large or checked objects come from `large`, with the same size.
        unsafe { release_large(at, words) };
    }
}

/// The same for a caller that never suspends.
///
/// # Safety
/// As for [`release`].
#[inline(always)]
pub(super) unsafe fn release_here(at: NonNull<u8>, words: usize) {
    #[cfg(test)]
    live::add(-1);
    if words <= SMALL_WORDS && !check::is_on() {
        // SAFETY: small objects come from the pool, with the same size.
        unsafe { pool::give_here(at, words) };
    } else {
        // SAFETY: large or checked objects come from `large`, with the same size.
        unsafe { release_large(at, words) };
    }
}

/// Memory of another size with the same content, as far as it fits.
///
/// # Safety
/// As for [`release`]; `at` is not valid afterwards.
pub(super) unsafe fn grow(at: NonNull<u8>, words: usize, new_words: usize) -> NonNull<u8> {
    if words > SMALL_WORDS && new_words > SMALL_WORDS && !check::is_on() {
        // SAFETY: large objects come from the system with this layout; the new size is not 0.
        let moved = unsafe { realloc(at.as_ptr(), layout(words), layout(new_words).size()) };
        return NonNull::new(moved).unwrap_or_else(|| out_of_memory());
    }
    let moved = allocate(new_words);
    // SAFETY: both are live, apart, and at least as large as the smaller of the two; `at` is given up by the caller.
    unsafe {
        std::ptr::copy_nonoverlapping(at.as_ptr(), moved.as_ptr(), words.min(new_words) * 8);
        if check::is_on() {
            check::moved(at, moved);
        }
        release(at, words);
    }
    moved
}

fn large(words: usize) -> NonNull<u8> {
    // SAFETY: the size is not 0.
    let at = unsafe { alloc(layout(words)) };
    let at = NonNull::new(at).unwrap_or_else(|| out_of_memory());
    if check::is_on() {
        check::allocated(at, words);
    }
    at
}

/// # Safety
/// As for [`release`].
unsafe fn release_large(at: NonNull<u8>, words: usize) {
    if check::is_on() {
        // SAFETY: as the caller promises.
        return unsafe { check::freed(at, words) };
    }
    // SAFETY: it was allocated with this layout.
    unsafe { dealloc(at.as_ptr(), layout(words)) };
}

#[inline]
pub(super) fn layout(words: usize) -> Layout {
    match Layout::array::<u64>(words) {
        Ok(layout) => layout,
        Err(_) => out_of_memory(),
    }
}

#[cold]
pub(super) fn out_of_memory() -> ! {
    super::output::flush_output();
    eprintln!("out of memory");
    std::process::exit(101)
}

/// How many objects this thread has made more than it has freed. Tests run side by side in threads.
#[cfg(test)]
pub(super) mod live {
    use std::cell::Cell;

    thread_local! {
        static LIVE: Cell<i64> = const { Cell::new(0) };
    }

    pub(super) fn add(change: i64) {
        LIVE.with(|live| live.set(live.get() + change));
    }

    pub(in crate::heap) fn objects() -> i64 {
        LIVE.with(Cell::get)
    }
}
