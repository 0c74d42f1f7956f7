//! Memory for objects, and the count of those that are alive. In: sizes in words. Out: uninitialized memory.
//!
//! Small objects come from free lists by size ([`super::pool`]); large ones from the system. With `PLUTO_CHECK_LEAKS=1` every object comes from the system, is remembered with its size, is
//! overwritten when freed, and those left at the end are reported.

use super::describe::name;
use super::object::Object;
use super::pool;
use pluto_abi::layout::SMALL_WORDS;
use std::alloc::{Layout, alloc, dealloc, realloc};
use std::collections::BTreeMap;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, MutexGuard};

/// What freed memory is overwritten with while leaks are checked.
const FREED: u8 = 0xDD;

/// Memory for an object of so many words, header included.
#[inline]
pub(super) fn allocate(words: usize) -> NonNull<u8> {
    #[cfg(test)]
    live::add(1);
    if words <= SMALL_WORDS && !checking() { pool::take(words) } else { large(words) }
}

/// The same for a caller that never suspends.
#[inline(always)]
pub(super) fn allocate_here(words: usize) -> NonNull<u8> {
    #[cfg(test)]
    live::add(1);
    if words <= SMALL_WORDS && !checking() { pool::take_here(words) } else { large(words) }
}

/// The address of this thread's lists of free memory, for generated code. With leaks checked they are always empty.
pub(crate) fn lists_of_thread() -> u64 {
    pool::lists().addr() as u64
}

/// Memory of so many words, at least 2, for something that is no object.
pub(crate) fn take_plain(words: usize) -> NonNull<u8> {
    if words <= SMALL_WORDS && !checking() {
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
    if words <= SMALL_WORDS && !checking() {
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
    if words <= SMALL_WORDS && !checking() {
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
    if words <= SMALL_WORDS && !checking() {
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
    if words > SMALL_WORDS && new_words > SMALL_WORDS && !checking() {
        // SAFETY: large objects come from the system with this layout; the new size is not 0.
        let moved = unsafe { realloc(at.as_ptr(), layout(words), layout(new_words).size()) };
        return NonNull::new(moved).unwrap_or_else(|| out_of_memory());
    }
    let moved = allocate(new_words);
    // SAFETY: both are live, apart, and at least as large as the smaller of the two; `at` is given up by the caller.
    unsafe {
        std::ptr::copy_nonoverlapping(at.as_ptr(), moved.as_ptr(), words.min(new_words) * 8);
        release(at, words);
    }
    moved
}

/// With `PLUTO_CHECK_LEAKS=1`: prints what is alive to standard error, by type. To be called at exit, after everything was
/// dropped. Gives how many there are (0 if the check is off); if not 0 the process should end with [`LEAK_EXIT`].
pub fn leak_report() -> u64 {
    if !checking() {
        return 0;
    }
    let mut by_type: BTreeMap<&'static str, (u64, Vec<String>)> = BTreeMap::new();
    let checked = checked();
    let count = checked.len() as u64;
    for &at in checked.keys() {
        // SAFETY: the object is in the table of those that are alive.
        let object = unsafe { Object::from_word(at as u64) };
        let (number, samples) = by_type.entry(name(object.desc())).or_default();
        *number += 1;
        if samples.len() < 3 && object.is_string() {
            samples.push(format!("{:?}", object.text().chars().take(40).collect::<String>()));
        }
    }
    if count > 0 {
        eprintln!("leak: {count} objects");
        for (name, (number, samples)) in by_type {
            let samples = if samples.is_empty() { String::new() } else { format!(": {}", samples.join(", ")) };
            eprintln!("  {number} {name}{samples}");
        }
    }
    count
}

/// The exit code of a process that leaked while leaks are checked.
pub const LEAK_EXIT: i32 = 97;

fn large(words: usize) -> NonNull<u8> {
    // SAFETY: the size is not 0.
    let at = unsafe { alloc(layout(words)) };
    let at = NonNull::new(at).unwrap_or_else(|| out_of_memory());
    if checking() {
        checked().insert(at.as_ptr().addr(), words);
    }
    at
}

/// # Safety
/// As for [`release`].
unsafe fn release_large(at: NonNull<u8>, words: usize) {
    if checking() {
        let known = checked().remove(&at.as_ptr().addr());
        assert_eq!(known, Some(words), "an object is freed that is not alive, or with another size");
        // SAFETY: the memory is ours and has this size.
        unsafe { std::ptr::write_bytes(at.as_ptr(), FREED, words * 8) };
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

/// 0 not yet asked, 1 off, 2 on.
static CHECK: AtomicU8 = AtomicU8::new(0);
static CHECKED: Mutex<BTreeMap<usize, usize>> = Mutex::new(BTreeMap::new());

fn checked() -> MutexGuard<'static, BTreeMap<usize, usize>> {
    CHECKED.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Are leaks checked? Read from the environment at the first allocation, the same for the life of the process.
#[inline]
fn checking() -> bool {
    match CHECK.load(Ordering::Relaxed) {
        1 => false,
        2 => true,
        _ => ask_environment(),
    }
}

#[cold]
fn ask_environment() -> bool {
    let on = std::env::var_os("PLUTO_CHECK_LEAKS").is_some_and(|value| value == "1");
    CHECK.store(if on { 2 } else { 1 }, Ordering::Relaxed);
    on
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
