//! Counts of owners. In: objects that get or lose an owner. Out: the same; memory, when the last is gone.
//!
//! Above 0: one task owns the object, plain arithmetic. Below 0: shared between threads, atomic, and so is all it reaches. 0:
//! static. Freeing is a loop, so a list of a million nodes is no problem, nor is a queue that holds the end of a queue.

use super::check;
use super::describe::{Desc, first, is_counted, kind, name};
use super::ends;
use super::object::Object;
use pluto_abi::layout::{COUNT, Deed, FIELDS, FREED, LEAST_COUNT, PLAN_BITS};
use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering, fence};

/// One more owner of a shared object.
///
/// # Safety
/// `object` is an object that is alive, and shared.
pub unsafe fn shared_dup(object: *mut u8) {
    // SAFETY: as the caller promises.
    unsafe { Object::from_word(object as u64) }.shared_more();
}

/// One owner fewer of a shared object; frees it if that was the last.
///
/// # Safety
/// `object` is shared, and the caller owns a count of it.
pub unsafe fn shared_drop(object: *mut u8) {
    // SAFETY: as the caller promises.
    unsafe {
        let object = Object::from_word(object as u64);
        if object.shared_less() {
            object.free();
        }
    }
}

/// May several tasks run in this program? If not, nothing is ever shared: its code counts as if there were no counts below 0.
static CONCURRENT: AtomicBool = AtomicBool::new(true);

/// May several tasks run in this program?
#[inline]
pub(crate) fn is_concurrent() -> bool {
    CONCURRENT.load(Ordering::Relaxed)
}

/// Says whether tasks besides `main` may run: at start, before any object is made.
pub fn set_concurrent(concurrent: bool) {
    CONCURRENT.store(concurrent, Ordering::Relaxed);
}

impl Object {
    /// Its count: 0 static, above 0 so many owners in one task, below 0 so many everywhere.
    #[inline]
    pub(crate) fn count(self) -> i32 {
        self.counter().load(Ordering::Relaxed)
    }

    /// Is whoever asks the only owner? Then what other owners did before they left has been seen.
    #[inline]
    pub(crate) fn is_unique(self) -> bool {
        match self.counter().load(Ordering::Acquire) {
            1 | -1 => true,
            _several_or_static => false,
        }
    }

    /// May other threads see it?
    #[inline]
    pub(crate) fn is_shared(self) -> bool {
        self.count() < 0
    }

    /// One more owner.
    #[inline]
    pub(crate) fn add_count(self) {
        let count = self.count();
        if count > 0 {
            self.set_count(count.checked_add(1).unwrap_or_else(|| too_many_owners()));
        } else if count < 0 {
            self.shared_more();
        }
    }

    /// One owner fewer; frees it if that was the last.
    ///
    /// # Safety
    /// The caller owns a count, which is gone afterwards.
    #[inline]
    pub(crate) unsafe fn drop_count(self) {
        let count = self.count();
        if count > 1 {
            self.set_count(count - 1);
        } else if count == 1 || (count < 0 && self.shared_less()) {
            // SAFETY: the only owner gives it up.
            unsafe { self.free() };
        }
    }

    /// A new object that stands in for another one, whose place others may see if they may see the other one. Nobody else
    /// knows the new one yet, and all it reaches is shared or static if all that the other one reaches is.
    #[inline]
    pub(crate) fn inherit_sharing(self, other: Object) {
        let count = other.count();
        if count < 0 || (count == 0 && is_concurrent()) {
            self.set_count(-1);
        }
    }

    /// Marks an object of one task as shared: nothing else knows it yet, and all that it reaches gets marked too.
    #[inline]
    pub(super) fn mark(self) {
        self.set_count(-self.count());
    }

    /// Frees the object and all that only it holds. Objects that wait to be freed are linked through their first word, which
    /// held the count, so that this neither recurses nor allocates.
    ///
    /// # Safety
    /// Nobody owns it any more.
    #[inline(never)]
    pub(crate) unsafe fn free(self) {
        let mut waiting: u64 = 0;
        let mut object = self;
        loop {
            // SAFETY: nobody owns it.
            unsafe {
                match object.desc().plan {
                    0 if object.is_string() => object.release_string(),
                    0 => object.free_by_kind(&mut waiting),
                    plan => object.free_by_plan(plan, &mut waiting),
                }
            }
            if waiting == 0 {
                return;
            }
            // SAFETY: only objects whose last count was given back are linked.
            object = unsafe { Object::from_word(waiting) };
            waiting = object.get(COUNT);
        }
    }

    /// Gives back what an object of a fixed small size holds, and its memory.
    ///
    /// # Safety
    /// Nobody owns it; the plan is that of its descriptor.
    #[inline(always)]
    unsafe fn free_by_plan(self, plan: u64, waiting: &mut u64) {
        let mut counted = plan >> PLAN_BITS;
        debug_assert_eq!(counted, self.words_with_parts(), "the plan and the parts of {}", name(self.desc()));
        while counted != 0 {
            let word = self.get(FIELDS + 8 * counted.trailing_zeros() as i32);
            counted &= counted - 1;
            if word != 0 {
                // SAFETY: the plan says that it is an object, of which a part that dies owns a count.
                unsafe { Object::from_word(word).unlink(waiting) };
            }
        }
        // SAFETY: all that it held was given back, and nobody owns it. Freeing never suspends.
        unsafe { self.release_planned((plan & ((1 << PLAN_BITS) - 1)) as usize) };
    }

    /// A bit for each word behind the header that has a count, of a small object.
    fn words_with_parts(self) -> u64 {
        let mut bits = 0;
        self.each_part(|_, slot| bits |= 1 << ((slot.addr() - self.at(FIELDS).addr()) / 8));
        bits
    }

    /// The same for every other object.
    ///
    /// # Safety
    /// Nobody owns it.
    unsafe fn free_by_kind(self, waiting: &mut u64) {
        self.each_part(|_, slot| {
            // SAFETY: the slot is a part of an object that dies: the count that it owns goes away. Its object is alive
            // until then.
            unsafe {
                if *slot != 0 {
                    Object::from_word(*slot).unlink(waiting);
                }
            }
        });
        if self.is_handle() {
            // SAFETY: the handle dies, once. Messages that nobody can receive any more are words of the message's type.
            unsafe { free_handle(self, waiting) };
        }
        // SAFETY: all that it held was given back, and nobody owns it.
        unsafe { self.release() };
    }

    /// One owner fewer, who dies; the object is put on the list of those to free if that was the last.
    ///
    /// # Safety
    /// A count of it goes away.
    #[inline]
    unsafe fn unlink(self, waiting: &mut u64) {
        let count = self.count();
        if count > 1 {
            self.set_count(count - 1);
        } else if count == 1 || (count < 0 && self.shared_less()) {
            if self.is_string() {
                // SAFETY: a string holds nothing, and its last owner dies.
                unsafe { self.release_string() };
            } else {
                self.set(COUNT, *waiting);
                *waiting = self.word();
            }
        }
    }

    #[inline]
    fn counter<'a>(self) -> &'a AtomicI32 {
        // SAFETY: every object begins with a header, whose count is aligned and is accessed through this only (and by generated
        // code, with instructions of the same meaning). Static objects are never written.
        unsafe { AtomicI32::from_ptr(self.at(COUNT).cast()) }
    }

    /// For counts above 0, and for objects that nobody else knows: a plain store.
    #[inline]
    fn set_count(self, count: i32) {
        self.counter().store(count, Ordering::Relaxed);
    }

    fn shared_more(self) {
        // More owners than this are far from where the number would wrap around, since several threads may get there at once.
        if self.counter().fetch_sub(1, Ordering::Relaxed) <= LEAST_COUNT {
            self.has_no_count(Deed::Dup);
        }
    }

    /// One owner fewer of a shared object: was it the last? Whoever frees it has seen what the others did before.
    fn shared_less(self) -> bool {
        let counter = self.counter();
        // The only owner need not tell anybody: a load is cheaper than an exchange.
        if counter.load(Ordering::Acquire) == -1 {
            return true;
        }
        let before = counter.fetch_add(1, Ordering::Release);
        if before == -1 {
            fence(Ordering::Acquire);
        } else if before < LEAST_COUNT {
            self.has_no_count(Deed::Drop);
        }
        before == -1
    }

    /// Its count is that of a freed object from now on.
    pub(super) fn set_freed(self) {
        self.set_count(FREED);
    }

    /// Its count says that it was freed, or has too many owners.
    #[cold]
    pub(super) fn has_no_count(self, deed: Deed) -> ! {
        if check::is_complete() {
            check::dead(self, deed);
        }
        too_many_owners()
    }
}

thread_local! {
    /// What dies together with a handle that is being freed: it waits for its turn.
    static LATER: RefCell<Option<Vec<u64>>> = const { RefCell::new(None) };
}

/// Drops an owned word of something that a handle keeps, like a task's result: if it dies because a handle is freed, then without
/// recursion, since handles may hold handles to any depth.
///
/// # Safety
/// `word` is an owned word of this type, or 0.
#[inline(never)]
pub(crate) unsafe fn drop_later(of: Desc, word: u64) {
    if word == 0 || !is_counted(kind(of)) {
        return;
    }
    let waits = LATER.with_borrow_mut(|later| later.as_mut().map(|later| later.push(word)).is_some());
    if !waits {
        // SAFETY: as the caller promises.
        unsafe { Object::from_word(word).drop_count() };
    }
}

/// # Safety
/// The object is an end or a task handle that nobody owns any more.
#[cold]
unsafe fn free_handle(object: Object, waiting: &mut u64) {
    let outer = LATER.replace(Some(Vec::new()));
    // SAFETY: as the caller promises.
    let messages = unsafe { ends::handle_gone(object) };
    for word in LATER.replace(outer).unwrap_or_default() {
        // SAFETY: `drop_later` got owned objects.
        unsafe { Object::from_word(word).unlink(waiting) };
    }
    for word in messages {
        if word != 0 && is_counted(kind(first(object.desc()))) {
            // SAFETY: the queue owned a count of each message.
            unsafe { Object::from_word(word).unlink(waiting) };
        }
    }
}

#[cold]
fn too_many_owners() -> ! {
    super::output::flush_output();
    eprintln!("a value has too many owners");
    std::process::abort()
}
