//! Arrays that are made of something else. In: arrays, strings, descriptors. Out: arrays and strings, with counts of their own.

use super::{element, new_array, with_room, words};
use crate::heap::describe::{Desc, desc, first, is_inline, width};
use crate::heap::object::Object;
use crate::heap::place;
use crate::heap::string::{new_string, text_of};
use pluto_abi::layout::{FIELDS, LEN};

/// The strings with a separator between them.
///
/// # Safety
/// `array` is an array of strings, `separator` a string.
pub unsafe fn array_join(array: u64, separator: u64) -> u64 {
    // SAFETY: as the caller promises.
    unsafe {
        let texts: Vec<&str> = words(Object::from_word(array)).iter().map(|&word| text_of(word)).collect();
        new_string(&texts.join(text_of(separator)))
    }
}

/// The elements with their indices.
///
/// # Safety
/// `array` is an array of `T`, `pairs` describes `[(int, T)]`.
pub unsafe fn array_enumerate(array: u64, pairs: *mut u8) -> u64 {
    // SAFETY: as the caller promises; the pairs own new counts.
    unsafe {
        let array = Object::from_word(array);
        let of = first(array.desc());
        array_of_pairs(desc(pairs), array.len(), 1 + width(of), |index, pair| {
            *pair = index as u64;
            place::copy(of, element(array, index), pair.add(1));
        })
    }
}

/// The elements of two arrays in pairs, as many as the shorter one has.
///
/// # Safety
/// Both are arrays, `pairs` describes the array of their elements' pairs.
pub unsafe fn array_zip(array: u64, other: u64, pairs: *mut u8) -> u64 {
    // SAFETY: as the caller promises; the pairs own new counts.
    unsafe {
        let (left, right) = (Object::from_word(array), Object::from_word(other));
        let (left_of, right_of) = (first(left.desc()), first(right.desc()));
        let words = width(left_of) + width(right_of);
        array_of_pairs(desc(pairs), left.len().min(right.len()), words, |index, pair| {
            place::copy(left_of, element(left, index), pair);
            place::copy(right_of, element(right, index), pair.add(width(left_of)));
        })
    }
}

/// A new array with these elements.
///
/// # Safety
/// `of` describes an array; the words are owned elements.
pub(in crate::heap) unsafe fn array_of(of: Desc, words: impl Iterator<Item = u64>) -> u64 {
    // SAFETY: as the caller promises.
    unsafe { filled(of, words, |place, at, word| place::put(place, at, word)) }
}

/// A new array with copies of these elements.
///
/// # Safety
/// `of` describes an array; the words are live elements.
pub(in crate::heap) unsafe fn array_of_copies(of: Desc, words: impl Iterator<Item = u64>) -> u64 {
    // SAFETY: as the caller promises.
    unsafe { filled(of, words, |place, at, word| place::copy_in(place, at, word)) }
}

/// # Safety
/// `of` describes an array; `put` puts a word into a place that holds nothing.
unsafe fn filled(of: Desc, words: impl Iterator<Item = u64>, put: impl Fn(Desc, *mut u64, u64)) -> u64 {
    let mut array = new_array(of, words.size_hint().0);
    for word in words {
        // SAFETY: the array is new, so it is unique, and has room for the element.
        unsafe {
            array = with_room(array, 1);
            put(first(of), element(array, array.len()), word);
        }
        array.set(LEN, array.len() as u64 + 1);
    }
    array.word()
}

/// So many pairs, of so many words each, which `fill` writes.
///
/// # Safety
/// `of` describes the array of the pairs; `fill` writes all words of the pair with this number, at the address.
unsafe fn array_of_pairs(of: Desc, count: usize, words: usize, fill: impl Fn(usize, *mut u64)) -> u64 {
    let array = new_array(of, count);
    let pair = first(of);
    for index in 0..count {
        // SAFETY: the array has room for so many pairs.
        let at = unsafe { element(array, index) };
        if is_inline(pair) {
            debug_assert!(width(pair) == words, "a pair has the words of both");
            fill(index, at);
        } else {
            let object = Object::new(pair, words);
            fill(index, object.at(FIELDS));
            // SAFETY: the same.
            unsafe { *at = object.word() };
        }
    }
    array.set(LEN, count as u64);
    array.word()
}
