//! Places: where values lie in objects: fields, captures, elements of arrays. In: what a place is described by, and its address. Out:
//! the value as one word, and the other way round.
//!
//! Most places are one word. An inline one ([`Kind::Inline`]) has the words of a small class or tuple side by side; as one word, the
//! same value is a *box*: an object with the same words behind its header.
//!
//! [`Kind::Inline`]: pluto_abi::layout::Kind::Inline

use super::compare::{Floats, same};
use super::describe::{Desc, counted, counted_desc, is_inline, part_desc, parts, whole, width};
use super::object::{Object, another};
use super::sharing::mark_shared;
use pluto_abi::layout::FIELDS;

/// Takes the value out of a place, as one owned word.
///
/// # Safety
/// The place holds an owned value, and does not afterwards.
#[inline]
pub(crate) unsafe fn take(of: Desc, at: *mut u64) -> u64 {
    // SAFETY: as the caller promises; what the words own goes to the box.
    unsafe { if is_inline(of) { boxed(of, at).word() } else { *at } }
}

/// The value at a place, as one owned word.
///
/// # Safety
/// The place holds a live value.
#[inline]
pub(crate) unsafe fn copy_out(of: Desc, at: *mut u64) -> u64 {
    // SAFETY: as the caller promises; the words in the box own new counts.
    unsafe {
        if !is_inline(of) {
            return another(of, *at);
        }
        let copy = boxed(of, at);
        add_counts(of, copy.at(FIELDS));
        copy.word()
    }
}

/// Puts an owned word into a place that holds nothing: a box is taken apart.
///
/// # Safety
/// The word is owned and of the place's type.
#[inline]
pub(crate) unsafe fn put(of: Desc, at: *mut u64, word: u64) {
    // SAFETY: as the caller promises. If the box is ours alone, what its words own goes to the place; else the place owns new counts.
    unsafe {
        if !is_inline(of) {
            *at = word;
            return;
        }
        let value = Object::from_word(word);
        std::ptr::copy_nonoverlapping(value.at(FIELDS), at, width(of));
        if value.is_unique() {
            value.release();
        } else {
            add_counts(of, at);
            value.drop_count();
        }
    }
}

/// Puts a borrowed word into a place that holds nothing, with new counts.
///
/// # Safety
/// The word is alive and of the place's type.
#[inline]
pub(crate) unsafe fn copy_in(of: Desc, at: *mut u64, word: u64) {
    // SAFETY: as the caller promises.
    unsafe {
        if is_inline(of) {
            copy(of, Object::from_word(word).at(FIELDS), at);
        } else {
            *at = another(of, word);
        }
    }
}

/// Copies the value at a place to one of the same type that holds nothing.
///
/// # Safety
/// The first holds a live value.
#[inline]
pub(crate) unsafe fn copy(of: Desc, from: *const u64, to: *mut u64) {
    // SAFETY: as the caller promises: both have as many words.
    unsafe {
        std::ptr::copy_nonoverlapping(from, to, width(of));
        add_counts(of, to);
    }
}

/// A value was put into a place in a container: if others may see that, they may see the value too.
///
/// # Safety
/// The place holds a live value, which only this task sees, or which is shared.
#[inline]
pub(crate) unsafe fn was_put_in(container: Object, of: Desc, at: *mut u64) {
    if container.is_shared() {
        // SAFETY: as the caller promises.
        unsafe {
            if is_inline(of) {
                counted(of).iter().for_each(|word| mark_shared(counted_desc(word), *at.add(word.word as usize)));
            } else {
                mark_shared(of, *at);
            }
        }
    }
}

/// Are the values at two places of one inline type equal? They are if all their words are.
///
/// # Safety
/// Both places hold live values.
pub(crate) unsafe fn are_equal(of: Desc, left: *const u64, right: *const u64, floats: Floats) -> bool {
    parts(of).iter().enumerate().all(|(index, word)| {
        // SAFETY: as the caller promises.
        unsafe { same(part_desc(word), *left.add(index), *right.add(index), floats) }
    })
}

/// A box with the same words, which own nothing yet.
///
/// # Safety
/// The place is inline and has so many words.
unsafe fn boxed(of: Desc, at: *const u64) -> Object {
    let words = width(of);
    let object = Object::new(whole(of), words);
    // SAFETY: as the caller promises, and the new object has so many words.
    unsafe { std::ptr::copy_nonoverlapping(at, object.at(FIELDS), words) };
    object
}

/// # Safety
/// The place holds a live value.
#[inline]
unsafe fn add_counts(of: Desc, at: *const u64) {
    // SAFETY: as the caller promises.
    unsafe {
        if is_inline(of) {
            for word in counted(of) {
                another(counted_desc(word), *at.add(word.word as usize));
            }
        } else {
            another(of, *at);
        }
    }
}
