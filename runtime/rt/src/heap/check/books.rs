//! The books: which objects are alive and where they were made; which are freed, and where. In: addresses and sizes. Out: entries.
//! Freed memory is kept, so that who uses it still finds an object that says so; the oldest goes back to the system when it is much.

use super::super::describe::Desc;
use super::super::memory::layout;
use super::super::object::Object;
use super::is_complete;
use super::place::{self, Place};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use std::alloc::dealloc;
use std::collections::VecDeque;
use std::ptr::NonNull;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// So many words of freed objects are kept: 32 MiB.
const KEPT_WORDS: usize = 4 << 20;
/// What freed memory is overwritten with that goes back to the system.
const OVERWRITTEN: u8 = 0xDD;

/// An object that is alive.
#[derive(Clone, Copy, Debug)]
pub(super) struct Living {
    words: usize,
    /// Where it was made.
    pub(super) made: Place,
}

/// An object that is not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dead {
    at: NonNull<u8>,
    words: usize,
    pub(super) desc: Desc,
    /// Where it was made.
    pub(super) made: Place,
    /// Where it was freed.
    pub(super) freed: Place,
}

// SAFETY: descriptors are static and never written, and nobody but the books uses the memory of what was freed.
unsafe impl Send for Dead {}

#[derive(Default)]
pub(super) struct Books {
    living: HashMap<usize, Living, FixedState>,
    /// The dead, the oldest first. They are looked for only when one of them is used.
    dead: VecDeque<Dead>,
    /// How many words they have.
    kept: usize,
}

static BOOKS: Mutex<Option<Books>> = Mutex::new(None);

/// Looks into the books.
pub(super) fn with<T>(look: impl FnOnce(&mut Books) -> T) -> T {
    let mut books: MutexGuard<'_, Option<Books>> = BOOKS.lock().unwrap_or_else(PoisonError::into_inner);
    look(books.get_or_insert_default())
}

/// An object was made, of so many words.
pub(in crate::heap) fn allocated(at: NonNull<u8>, words: usize) {
    if is_complete() {
        // Whoever looks at all objects may come before they are filled.
        // SAFETY: the memory is new and has so many words.
        unsafe { std::ptr::write_bytes(at.as_ptr(), 0, words * 8) };
    }
    let made = place::here();
    with(|books| books.living.insert(at.as_ptr().addr(), Living { words, made }));
}

/// The object goes on at another address: it was made where it was.
pub(in crate::heap) fn moved(from: NonNull<u8>, to: NonNull<u8>) {
    with(|books| {
        let made = books.living.get(&from.as_ptr().addr()).and_then(|object| object.made);
        if let Some(object) = books.living.get_mut(&to.as_ptr().addr()) {
            object.made = made;
        }
    });
}

/// An object was freed, of so many words.
///
/// # Safety
/// It came from the system with this size, its header is whole, and nobody owns it any more.
pub(in crate::heap) unsafe fn freed(at: NonNull<u8>, words: usize) {
    let freed = place::here();
    with(|books| {
        let known = books.living.remove(&at.as_ptr().addr());
        let made = known.and_then(|object| object.made);
        assert_eq!(
            known.map(|object| object.words),
            Some(words),
            "an object is freed that is not alive, or with another size"
        );
        if is_complete() {
            // SAFETY: as the caller promises; from now on it is only asked whether it is alive.
            let object = unsafe { Object::from_word(at.as_ptr() as u64) };
            object.set_freed();
            books.bury(Dead { at, words, desc: object.desc(), made, freed });
        } else {
            // SAFETY: as the caller promises.
            unsafe { give_back(at, words) };
        }
    });
}

impl Books {
    /// What is known of a freed object.
    pub(super) fn dead(&self, object: Object) -> Option<Dead> {
        self.dead.iter().rev().find(|dead| dead.at.as_ptr() == object.address()).copied()
    }

    /// What is alive, by address.
    pub(super) fn living(&self) -> Vec<(usize, Living)> {
        let mut living: Vec<(usize, Living)> = self.living.iter().map(|(at, object)| (*at, *object)).collect();
        living.sort_unstable_by_key(|(at, _)| *at);
        living
    }

    /// Where a living object was made.
    pub(super) fn made(&self, object: Object) -> Place {
        self.living.get(&(object.word() as usize)).and_then(|living| living.made)
    }

    fn bury(&mut self, dead: Dead) {
        self.kept += dead.words;
        self.dead.push_back(dead);
        while self.kept > KEPT_WORDS
            && let Some(oldest) = self.dead.pop_front()
        {
            self.kept -= oldest.words;
            // SAFETY: it was buried once, with this size, and is not known any more.
            unsafe { give_back(oldest.at, oldest.words) };
        }
    }
}

/// # Safety
/// The memory came from the system with this size, and nobody uses it.
unsafe fn give_back(at: NonNull<u8>, words: usize) {
    // SAFETY: as the caller promises.
    unsafe {
        std::ptr::write_bytes(at.as_ptr(), OVERWRITTEN, words * 8);
        dealloc(at.as_ptr(), layout(words));
    }
}
