//! A lock for a few instructions around data, and the threads that use such locks. In: threads. Out: one of them at a time gets at the
//! data, for nearly nothing if it is always the same ([`Bias`]).

use std::cell::{Cell, UnsafeCell};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Mutex;

use crate::sync::bias::{Bias, Held, Marker, Me};

/// A lock that is held for a few instructions only, never while anything else is waited for.
pub struct Latch<T> {
    bias: Bias,
    value: UnsafeCell<T>,
}

// SAFETY: `Bias` lets one thread at a time inside, so a `&Latch` is worth no more than sending `T` from thread to thread.
unsafe impl<T: Send> Sync for Latch<T> {}

/// The latch is held.
pub struct Latched<'a, T> {
    latch: &'a Latch<T>,
    held: Held,
    me: Me,
}

impl<T> Latch<T> {
    /// A free one.
    pub fn new(value: T) -> Latch<T> {
        Latch { bias: Bias::new(None), value: UnsafeCell::new(value) }
    }

    /// A free one for data that this thread will use most: it leans towards it.
    pub fn leaning(value: T) -> Latch<T> {
        Latch { bias: Bias::new(me()), value: UnsafeCell::new(value) }
    }

    /// Takes it.
    #[inline(always)]
    pub fn lock(&self) -> Latched<'_, T> {
        let me = me();
        Latched { latch: self, held: self.bias.enter(me, &MARKERS), me }
    }
}

impl<T: Default> Default for Latch<T> {
    fn default() -> Latch<T> {
        Latch::new(T::default())
    }
}

impl<T> fmt::Debug for Latch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bias.fmt(f)
    }
}

impl<T> Deref for Latched<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: the latch is held until `self` is dropped.
        unsafe { &*self.latch.value.get() }
    }
}

impl<T> DerefMut for Latched<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the latch is held until `self` is dropped, and `self` is borrowed mutably.
        unsafe { &mut *self.latch.value.get() }
    }
}

impl<T> Drop for Latched<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.latch.bias.leave(self.held, self.me, &MARKERS);
    }
}

/// So many threads of a process can be leant towards at a time: all workers, and some more.
const MOST: usize = 320;

static MARKERS: [Marker; MOST] = [const { Marker::nowhere() }; MOST];

/// Markers that no thread has: those given back, and how many were ever given out.
static FREE: Mutex<(Vec<usize>, usize)> = Mutex::new((vec![], 0));

thread_local! {
    static ME: Cell<Known> = const { Cell::new(Known::NotYet) };
    static OWN: Own = Own::new();
}

#[derive(Clone, Copy)]
enum Known {
    NotYet,
    Me(Me),
}

/// A thread's marker, given back when the thread ends. Who gets it next is leant towards in place of the old thread, which is inside
/// of nothing any more.
struct Own(Me);

impl Own {
    fn new() -> Own {
        let mut free = FREE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let fresh = (free.1 < MOST).then_some(free.1);
        let given_back = free.0.pop();
        if given_back.is_none() && fresh.is_some() {
            free.1 += 1;
        }
        Own(given_back.or(fresh))
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        ME.set(Known::Me(None));
        if let Some(me) = self.0 {
            FREE.lock().unwrap_or_else(std::sync::PoisonError::into_inner).0.push(me);
        }
    }
}

/// Who this thread is. A task may be on another thread when it comes back from a suspension, and what is worked out about thread-local
/// memory before must not be used after it: so this is no part of functions that suspend. In the runtime none does that and takes
/// a latch (generated code calls one after the other); tests do both.
#[cfg_attr(test, inline(never))]
#[cfg_attr(not(test), inline(always))]
pub fn me() -> Me {
    match ME.get() {
        Known::Me(me) => me,
        Known::NotYet => introduce(),
    }
}

#[cold]
fn introduce() -> Me {
    // A thread that is ending already has no marker.
    let me = OWN.try_with(|own| own.0).unwrap_or(None);
    ME.set(Known::Me(me));
    me
}
