//! Places: where values lie in objects: fields, captures, elements of arrays. In: what a place is described by, and its address. Out:
//! the value as one word, and the other way round.
//!
//! Most places are one word. An inline one ([`Kind::Inline`]) has the words of a small class, tuple, enum or nullable type side by side.
//! As one word, a class, tuple or enum is a *box*: an object with the same words behind its header. A nullable value is 0 for `none`, else
//! what is inside as one word, which has a box of the nullable type around it if it is no address.

use super::compare::{Floats, same};
use super::describe::{Desc, counted, counted_desc, first, inside, is_inline, kind, part_desc, parts, width};
use super::object::{Object, another, some};
use super::sharing::mark_shared;
use pluto_abi::layout::{FIELDS, Kind};

/// A value at a place.
pub(crate) enum Seen {
    /// It is one word.
    Word(u64),
    /// The words of a class, tuple or enum, whose descriptor this is.
    Words(Desc),
    /// A nullable value that is `none`.
    None,
    /// One that is not: what is inside lies at the address.
    Some(Desc, *const u64),
}

/// Looks at a place.
///
/// # Safety
/// The place holds a live value.
#[inline]
pub(crate) unsafe fn look(of: Desc, at: *const u64) -> Seen {
    // SAFETY: as the caller promises; what is inside has the last of the words.
    unsafe {
        if !is_inline(of) {
            return Seen::Word(*at);
        }
        match inside(of) {
            None => Seen::Words(first(of)),
            Some(_) if *at.add(of.tells as usize) == 0 => Seen::None,
            Some(inner) => Seen::Some(inner, at.add(width(of) - width(inner))),
        }
    }
}

/// Takes the value out of a place, as one owned word.
///
/// # Safety
/// The place holds an owned value, and does not afterwards.
#[inline]
pub(crate) unsafe fn take(of: Desc, at: *const u64) -> u64 {
    // SAFETY: as the caller promises; what the words own goes to the box.
    unsafe {
        match look(of, at) {
            Seen::Word(word) => word,
            Seen::Words(whole) => boxed(whole, width(of), at).word(),
            Seen::None => 0,
            Seen::Some(inner, at) => some(first(of), take(inner, at)),
        }
    }
}

/// The value at a place, as one owned word.
///
/// # Safety
/// The place holds a live value.
#[inline]
pub(crate) unsafe fn copy_out(of: Desc, at: *const u64) -> u64 {
    // SAFETY: as the caller promises; the words in the box own new counts.
    unsafe {
        match look(of, at) {
            Seen::Word(word) => another(of, word),
            Seen::Words(whole) => {
                let copy = boxed(whole, width(of), at);
                add_counts(of, copy.at(FIELDS));
                copy.word()
            }
            Seen::None => 0,
            Seen::Some(inner, at) => some(first(of), copy_out(inner, at)),
        }
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
        if let Some(inner) = inside(of) {
            if let Some(at) = begin_nullable(of, inner, at, word) {
                if let Some(value) = in_box(of, word) {
                    *at = another(inner, value);
                    Object::from_word(word).drop_count();
                } else {
                    put(inner, at, word);
                }
            }
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
        if !is_inline(of) {
            *at = another(of, word);
        } else if let Some(inner) = inside(of) {
            if let Some(at) = begin_nullable(of, inner, at, word) {
                copy_in(inner, at, in_box(of, word).unwrap_or(word));
            }
        } else {
            copy(of, Object::from_word(word).at(FIELDS), at);
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

/// Is the value at a place equal to a word?
///
/// # Safety
/// The place holds a live value, and the word is alive and of the place's type.
#[inline]
pub(crate) unsafe fn is_equal(of: Desc, at: *const u64, word: u64, floats: Floats) -> bool {
    // SAFETY: as the caller promises; values are equal if all their words are.
    unsafe {
        match look(of, at) {
            Seen::Word(value) => same(of, value, word, floats),
            Seen::None => word == 0,
            Seen::Some(inner, at) => word != 0 && is_equal(inner, at, in_box(of, word).unwrap_or(word), floats),
            Seen::Words(_) => {
                let other = Object::from_word(word).at(FIELDS);
                let mut words = parts(of).iter().enumerate();
                words.all(|(index, word)| same(part_desc(word), *at.add(index), *other.add(index), floats))
            }
        }
    }
}

/// Writes what a nullable value with this word inside has besides that. Gives where the inside belongs; nothing for `none`.
///
/// # Safety
/// The place is an inline one of a nullable type.
unsafe fn begin_nullable(of: Desc, inner: Desc, at: *mut u64, word: u64) -> Option<*mut u64> {
    let from = width(of) - width(inner);
    // SAFETY: as the caller promises.
    unsafe {
        if word == 0 {
            std::ptr::write_bytes(at, 0, width(of));
            return None;
        }
        if from > 0 {
            *at = 1;
        }
        Some(at.add(from))
    }
}

/// What is in the box of a nullable value that is not `none`, if it is in one.
///
/// # Safety
/// The word is alive and of the nullable type of the place.
unsafe fn in_box(of: Desc, word: u64) -> Option<u64> {
    // SAFETY: as the caller promises.
    (kind(first(of)) == Kind::NullableBoxed).then(|| unsafe { Object::from_word(word) }.get(FIELDS))
}

/// A box of a type with so many words, the same as at the address, which own nothing yet.
///
/// # Safety
/// There are so many words.
unsafe fn boxed(whole: Desc, words: usize, at: *const u64) -> Object {
    let object = Object::new(whole, words);
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
