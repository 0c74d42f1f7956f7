//! Array objects and their methods. In: slots and words of generated code. Out: the same. Growth is amortized.

use super::compare::{Floats, same};
use super::describe::{Desc, desc, first, is_counted, kind};
use super::object::{Object, another, give_back, some};
use super::sharing::stored_in;
use super::string::{new_string, text_of};
use super::text::status;
use pluto_abi::layout::{CAP, DATA, FIELDS, Kind, LEN};
use std::cmp::Ordering;

/// An array of `len` elements, not initialized.
///
/// # Safety
/// `of` describes an array; the caller writes all elements before anything else.
pub unsafe fn array_new(of: *mut u8, len: u64) -> *mut u8 {
    // SAFETY: as the caller promises.
    let array = new_array(unsafe { desc(of) }, len as usize);
    array.set(LEN, len);
    array.address()
}

/// Puts an owned value at the end.
///
/// # Safety
/// `slot` holds an array, `value` is an owned element.
pub unsafe fn array_push(slot: *mut u8, value: u64) {
    // SAFETY: as the caller promises.
    unsafe {
        let array = unique(slot, 1);
        stored_in(array, first(array.desc()), value);
        let len = array.len();
        *element(array, len) = value;
        array.set(LEN, len as u64 + 1);
    }
}

/// Takes the last element, if there is one.
///
/// # Safety
/// `slot` holds an array, `opt` describes its element as nullable.
pub unsafe fn array_pop(slot: *mut u8, opt: *mut u8) -> u64 {
    // SAFETY: as the caller promises; the element's count goes from the array to the result.
    unsafe {
        if Object::from_word(*slot.cast()).len() == 0 {
            return 0;
        }
        let array = unique(slot, 0);
        let len = array.len() - 1;
        array.set(LEN, len as u64);
        some(desc(opt), *element(array, len))
    }
}

/// The first element, if there is one.
///
/// # Safety
/// `array` is an array, `opt` describes its element as nullable.
pub unsafe fn array_first(array: u64, opt: *mut u8) -> u64 {
    // SAFETY: as the caller promises.
    unsafe { array_get(array, 0, opt) }
}

/// The last element, if there is one.
///
/// # Safety
/// `array` is an array, `opt` describes its element as nullable.
pub unsafe fn array_last(array: u64, opt: *mut u8) -> u64 {
    // SAFETY: as the caller promises. In an empty array the index wraps around and is out of range.
    unsafe { array_get(array, (Object::from_word(array).len() as u64).wrapping_sub(1), opt) }
}

/// The element at an index, if there is one.
///
/// # Safety
/// `array` is an array, `opt` describes its element as nullable.
pub unsafe fn array_get(array: u64, index: u64, opt: *mut u8) -> u64 {
    // SAFETY: as the caller promises. A negative index is a large one.
    unsafe {
        let array = Object::from_word(array);
        if index >= array.get(LEN) {
            return 0;
        }
        some(desc(opt), another(first(array.desc()), *element(array, index as usize)))
    }
}

/// Puts an owned value before the element at an index, or at the end.
///
/// # Safety
/// `task` is a task, `slot` holds an array, `value` is an owned element, `out` the address of a word.
pub unsafe fn array_insert_at(task: *mut u8, slot: *mut u8, index: u64, value: u64, out: *mut u8) -> u64 {
    // SAFETY: as the caller promises.
    unsafe { status(task, out, insert_at(slot, index, value)) }
}

/// Takes out the element at an index.
///
/// # Safety
/// `task` is a task, `slot` holds an array, `out` is the address of a word.
pub unsafe fn array_remove_at(task: *mut u8, slot: *mut u8, index: u64, out: *mut u8) -> u64 {
    // SAFETY: as the caller promises.
    unsafe { status(task, out, remove_at(slot, index)) }
}

/// The elements `start..end` as an array.
///
/// # Safety
/// `task` is a task, `array` an array, `out` the address of a word.
pub unsafe fn array_slice(task: *mut u8, array: u64, start: u64, end: u64, out: *mut u8) -> u64 {
    // SAFETY: as the caller promises.
    unsafe { status(task, out, slice(array, start as i64, end as i64)) }
}

/// Is an element equal to the value?
///
/// # Safety
/// `array` is an array, `value` an element.
pub unsafe fn array_contains(array: u64, value: u64) -> u64 {
    // SAFETY: as the caller promises.
    u64::from(unsafe { position(array, value) }.is_some())
}

/// The index of the first element equal to the value, as `int?`.
///
/// # Safety
/// `array` is an array, `value` an element, `opt` describes `int?`.
pub unsafe fn array_index_of(array: u64, value: u64, opt: *mut u8) -> u64 {
    // SAFETY: as the caller promises.
    unsafe {
        match position(array, value) {
            Some(index) => some(desc(opt), index as u64),
            None => 0,
        }
    }
}

/// Takes out all elements.
///
/// # Safety
/// `slot` holds an array.
pub unsafe fn array_clear(slot: *mut u8) {
    let slot = slot.cast::<u64>();
    // SAFETY: as the caller promises; the counts that the elements owned go away.
    unsafe {
        let array = Object::from_word(*slot);
        if !array.is_unique() {
            let empty = new_array(array.desc(), 0);
            empty.inherit_sharing(array);
            *slot = empty.word();
            array.drop_count();
            return;
        }
        let of = first(array.desc());
        let len = array.len();
        array.set(LEN, 0);
        if is_counted(kind(of)) {
            for index in 0..len {
                give_back(of, *element(array, index));
            }
        }
    }
}

/// Turns the order around.
///
/// # Safety
/// `slot` holds an array.
pub unsafe fn array_reverse(slot: *mut u8) {
    // SAFETY: as the caller promises.
    unsafe { elements_mut(unique(slot, 0)).reverse() };
}

/// Sorts in rising order: numbers (NaN last), bools, strings by bytes. Equal elements keep their order.
///
/// # Safety
/// `slot` holds an array of such.
pub unsafe fn array_sort(slot: *mut u8) {
    // SAFETY: as the caller promises; words of strings are strings.
    unsafe {
        let array = unique(slot, 0);
        let words = elements_mut(array);
        match kind(first(array.desc())) {
            Kind::String => words.sort_by(|&left, &right| text_of(left).cmp(text_of(right))),
            Kind::Float => words.sort_by(|&left, &right| float_order(left, right)),
            Kind::Int | Kind::Duration => words.sort_unstable_by_key(|&word| word as i64),
            Kind::Unit
            | Kind::Bool
            | Kind::Byte
            | Kind::Tag
            | Kind::Array
            | Kind::Map
            | Kind::Tuple
            | Kind::NullablePointer
            | Kind::NullableBoxed
            | Kind::Class
            | Kind::Enum
            | Kind::Error
            | Kind::AnyError
            | Kind::Fn
            | Kind::Sender
            | Kind::Receiver
            | Kind::Publisher
            | Kind::Subscriber
            | Kind::Task => words.sort_unstable(),
        }
    }
}

/// The strings with a separator between them.
///
/// # Safety
/// `array` is an array of strings, `separator` a string.
pub unsafe fn array_join(array: u64, separator: u64) -> u64 {
    // SAFETY: as the caller promises.
    unsafe {
        let texts: Vec<&str> = elements(Object::from_word(array)).iter().map(|&word| text_of(word)).collect();
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
        let (array, pairs) = (Object::from_word(array), desc(pairs));
        let of = first(array.desc());
        let pair = |(index, &word): (usize, &u64)| new_pair(first(pairs), index as u64, another(of, word));
        array_of(pairs, elements(array).iter().enumerate().map(pair))
    }
}

/// The elements of two arrays in pairs, as many as the shorter one has.
///
/// # Safety
/// Both are arrays, `pairs` describes the array of their elements' pairs.
pub unsafe fn array_zip(array: u64, other: u64, pairs: *mut u8) -> u64 {
    // SAFETY: as the caller promises; the pairs own new counts.
    unsafe {
        let (array, other, pairs) = (Object::from_word(array), Object::from_word(other), desc(pairs));
        let (left_of, right_of) = (first(array.desc()), first(other.desc()));
        let pair =
            |(&left, &right): (&u64, &u64)| new_pair(first(pairs), another(left_of, left), another(right_of, right));
        array_of(pairs, elements(array).iter().zip(elements(other)).map(pair))
    }
}

/// A new array with these elements.
///
/// # Safety
/// `of` describes an array; the words are owned elements.
pub(super) unsafe fn array_of(of: Desc, words: impl Iterator<Item = u64>) -> u64 {
    let mut array = new_array(of, words.size_hint().0);
    for word in words {
        // SAFETY: the array is new, so it is unique; the words are owned elements.
        unsafe {
            array = with_room(array, 1);
            *element(array, array.len()) = word;
        }
        array.set(LEN, array.len() as u64 + 1);
    }
    array.word()
}

/// Puts an owned word behind the others.
///
/// # Safety
/// The caller owns the array alone, and it has room for one more.
#[inline]
pub(super) unsafe fn put_last(array: Object, word: u64) {
    let len = array.len();
    // SAFETY: as the caller promises.
    unsafe { *element(array, len) = word };
    array.set(LEN, len as u64 + 1);
}

/// The words of an array.
#[inline]
pub(super) fn elements<'a>(array: Object) -> &'a [u64] {
    // SAFETY: an array has so many words there.
    unsafe { std::slice::from_raw_parts(array.at(DATA), array.len()) }
}

pub(super) fn new_array(of: Desc, capacity: usize) -> Object {
    let array = Object::new(of, capacity.saturating_add(2));
    array.set(LEN, 0);
    array.set(CAP, capacity as u64);
    array
}

/// # Safety
/// The caller owns the array alone and uses nothing else of it meanwhile.
unsafe fn elements_mut<'a>(array: Object) -> &'a mut [u64] {
    // SAFETY: as in `elements`, and nobody else sees them.
    unsafe { std::slice::from_raw_parts_mut(array.at(DATA), array.len()) }
}

/// # Safety
/// The index is within the array's capacity.
#[inline]
unsafe fn element(array: Object, index: usize) -> *mut u64 {
    // SAFETY: as the caller promises.
    unsafe { array.at(DATA).add(index) }
}

/// The array in the slot, unique, with room for so many more elements.
///
/// # Safety
/// `slot` holds an array.
#[inline]
unsafe fn unique(slot: *mut u8, more: usize) -> Object {
    let slot = slot.cast::<u64>();
    // SAFETY: as the caller promises; the slot owns what it is given.
    unsafe {
        let mut array = Object::from_word(*slot);
        if !array.is_unique() {
            let shared = array;
            array = shared.copy();
            shared.drop_count();
        }
        array = with_room(array, more);
        *slot = array.word();
        array
    }
}

/// # Safety
/// The caller owns the array alone and uses the result instead.
#[inline]
unsafe fn with_room(array: Object, more: usize) -> Object {
    let needed = array.len() + more;
    let capacity = array.get(CAP) as usize;
    if needed <= capacity {
        return array;
    }
    let capacity = needed.max(capacity.saturating_mul(2)).max(4);
    // SAFETY: as the caller promises.
    let array = unsafe { array.resize(capacity.saturating_add(2)) };
    array.set(CAP, capacity as u64);
    array
}

/// # Safety
/// `of` describes a pair; the words are owned.
unsafe fn new_pair(of: Desc, left: u64, right: u64) -> u64 {
    let pair = Object::new(of, 2);
    pair.set(FIELDS, left);
    pair.set(FIELDS + 8, right);
    pair.word()
}

/// # Safety
/// `array` is an array, `value` an element.
unsafe fn position(array: u64, value: u64) -> Option<usize> {
    // SAFETY: as the caller promises.
    unsafe {
        let array = Object::from_word(array);
        let of = first(array.desc());
        elements(array).iter().position(|&word| same(of, word, value, Floats::Ieee))
    }
}

/// # Safety
/// `slot` holds an array, `value` is an owned element.
pub(super) unsafe fn insert_at(slot: *mut u8, index: u64, value: u64) -> Result<u64, String> {
    // SAFETY: as the caller promises; a value that finds no place is given back.
    unsafe {
        let array = Object::from_word(*slot.cast());
        if index > array.get(LEN) {
            give_back(first(array.desc()), value);
            return Err(format!("cannot insert at index {}: the length is {}", index as i64, array.len()));
        }
        let array = unique(slot, 1);
        stored_in(array, first(array.desc()), value);
        let (len, index) = (array.len(), index as usize);
        std::ptr::copy(element(array, index), element(array, index + 1), len - index);
        *element(array, index) = value;
        array.set(LEN, len as u64 + 1);
    }
    Ok(0)
}

/// # Safety
/// `slot` holds an array.
pub(super) unsafe fn remove_at(slot: *mut u8, index: u64) -> Result<u64, String> {
    // SAFETY: as the caller promises; the element's count goes from the array to the result.
    unsafe {
        let array = Object::from_word(*slot.cast());
        if index >= array.get(LEN) {
            return Err(super::fault_text::index_out_of_range(index as i64, array.len()));
        }
        let array = unique(slot, 0);
        let (len, index) = (array.len(), index as usize);
        let word = *element(array, index);
        std::ptr::copy(element(array, index + 1), element(array, index), len - index - 1);
        array.set(LEN, len as u64 - 1);
        Ok(word)
    }
}

/// # Safety
/// `array` is an array.
pub(super) unsafe fn slice(array: u64, start: i64, end: i64) -> Result<u64, String> {
    // SAFETY: as the caller promises; the new array owns new counts.
    unsafe {
        let array = Object::from_word(array);
        let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
        let part = range.and_then(|(start, end)| elements(array).get(start..end));
        let outside = || format!("slice {start}..{end} is out of range for length {}", array.len());
        let of = first(array.desc());
        let part = part.ok_or_else(outside)?;
        Ok(array_of(array.desc(), part.iter().map(|&word| another(of, word))))
    }
}

/// Rising, NaN last.
fn float_order(left: u64, right: u64) -> Ordering {
    let (left, right) = (f64::from_bits(left), f64::from_bits(right));
    left.partial_cmp(&right).unwrap_or_else(|| left.is_nan().cmp(&right.is_nan()))
}
