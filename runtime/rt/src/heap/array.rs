//! Array objects and their methods. In: slots and words of generated code. Out: the same. Growth is amortized.

mod made;

pub use made::{array_enumerate, array_join, array_zip};
pub(super) use made::{array_of, array_of_copies};

use super::compare::{Floats, same};
use super::describe::{Desc, desc, first, is_inline, kind, whole, width};
use super::object::{Object, another, give_back, some};
use super::place;
use super::sharing::stored_in;
use super::string::text_of;
use super::text::status;
use pluto_abi::layout::{CAP, DATA, Kind, LEN};
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
/// `slot` holds an array whose elements are one word each, `value` is an owned element.
pub unsafe fn array_push(slot: *mut u8, value: u64) {
    // SAFETY: as the caller promises.
    unsafe {
        let array = unique(slot, 1);
        let of = first(array.desc());
        debug_assert!(!is_inline(of), "inline elements are written by whoever pushes them");
        stored_in(array, of, value);
        let len = array.len();
        *array.at(DATA).add(len) = value;
        array.set(LEN, len as u64 + 1);
    }
}

/// Makes the array in the slot unique, with room for one more element behind the others, and returns it.
///
/// # Safety
/// `slot` holds an array.
pub unsafe fn array_reserve(slot: *mut u8) -> *mut u8 {
    // SAFETY: as the caller promises.
    unsafe { unique(slot, 1) }.address()
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
        some(desc(opt), place::take(first(array.desc()), element(array, len)))
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
        some(desc(opt), place::copy_out(first(array.desc()), element(array, index as usize)))
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
        array.each_part(|of, slot| give_back(of, *slot));
        array.set(LEN, 0);
    }
}

/// Turns the order around.
///
/// # Safety
/// `slot` holds an array.
pub unsafe fn array_reverse(slot: *mut u8) {
    // SAFETY: as the caller promises.
    unsafe {
        let array = unique(slot, 0);
        let width = width(first(array.desc()));
        let words = words_mut(array);
        words.reverse();
        if width > 1 {
            words.chunks_exact_mut(width).for_each(<[u64]>::reverse);
        }
    }
}

/// Sorts in rising order: numbers (NaN last), bools, strings by bytes. Equal elements keep their order.
///
/// # Safety
/// `slot` holds an array of such.
pub unsafe fn array_sort(slot: *mut u8) {
    // SAFETY: as the caller promises; words of strings are strings.
    unsafe {
        let array = unique(slot, 0);
        let words = words_mut(array);
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
            Kind::Inline => unreachable!("classes and tuples have no order"),
        }
    }
}

/// Puts the elements into the order of these indices, each of which is there once.
///
/// # Safety
/// `slot` holds an array with as many elements as there are indices.
pub(crate) unsafe fn reorder(slot: *mut u8, order: &[usize]) {
    // SAFETY: as the caller promises.
    unsafe {
        let array = unique(slot, 0);
        let width = width(first(array.desc()));
        let words = words_mut(array);
        let sorted: Vec<u64> =
            order.iter().flat_map(|&index| &words[index * width..(index + 1) * width]).copied().collect();
        words.copy_from_slice(&sorted);
    }
}

/// Puts an owned word behind the others.
///
/// # Safety
/// The caller owns the array alone, it has room for one more, and its elements are one word each.
#[inline]
pub(super) unsafe fn put_last(array: Object, word: u64) {
    let len = array.len();
    // SAFETY: as the caller promises.
    unsafe { *element(array, len) = word };
    array.set(LEN, len as u64 + 1);
}

/// The words of all elements of an array.
#[inline]
pub(super) fn words<'a>(array: Object) -> &'a [u64] {
    // SAFETY: an array has so many words there.
    unsafe { std::slice::from_raw_parts(array.at(DATA), array.len() * width(first(array.desc()))) }
}

/// Where an element is, if there is one.
#[inline]
pub(super) fn element_at(array: Object, index: usize) -> Option<*mut u64> {
    // SAFETY: the index is within the array.
    (index < array.len()).then(|| unsafe { element(array, index) })
}

/// A new array without elements, with room for so many.
pub(super) fn new_array(of: Desc, capacity: usize) -> Object {
    let array = Object::new(of, words_for(of, capacity));
    array.set(LEN, 0);
    array.set(CAP, capacity as u64);
    array
}

/// How many words the object of an array has with room for so many elements. Too many are too many for the allocator.
fn words_for(of: Desc, capacity: usize) -> usize {
    capacity.saturating_mul(width(first(of))).saturating_add(2)
}

/// # Safety
/// The caller owns the array alone and uses nothing else of it meanwhile.
unsafe fn words_mut<'a>(array: Object) -> &'a mut [u64] {
    // SAFETY: as in `words`, and nobody else sees them.
    unsafe { std::slice::from_raw_parts_mut(array.at(DATA), words(array).len()) }
}

/// # Safety
/// The index is within the array's capacity.
#[inline]
pub(super) unsafe fn element(array: Object, index: usize) -> *mut u64 {
    // SAFETY: as the caller promises.
    unsafe { array.at(DATA).add(index * width(first(array.desc()))) }
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
pub(super) unsafe fn with_room(array: Object, more: usize) -> Object {
    let needed = array.len() + more;
    let capacity = array.get(CAP) as usize;
    if needed <= capacity {
        return array;
    }
    let capacity = needed.max(capacity.saturating_mul(2)).max(4);
    // SAFETY: as the caller promises.
    let array = unsafe { array.resize(words_for(array.desc(), capacity)) };
    array.set(CAP, capacity as u64);
    array
}

/// # Safety
/// `array` is an array, `value` an element.
unsafe fn position(array: u64, value: u64) -> Option<usize> {
    // SAFETY: as the caller promises.
    unsafe {
        let array = Object::from_word(array);
        let of = first(array.desc());
        if !is_inline(of) {
            return words(array).iter().position(|&word| same(of, word, value, Floats::Ieee));
        }
        (0..array.len()).position(|index| place::is_equal(of, element(array, index), value, Floats::Ieee))
    }
}

/// # Safety
/// `slot` holds an array, `value` is an owned element.
pub(super) unsafe fn insert_at(slot: *mut u8, index: u64, value: u64) -> Result<u64, String> {
    // SAFETY: as the caller promises; a value that finds no place is given back.
    unsafe {
        let array = Object::from_word(*slot.cast());
        let of = first(array.desc());
        if index > array.get(LEN) {
            give_back(whole(of), value);
            return Err(format!("cannot insert at index {}: the length is {}", index as i64, array.len()));
        }
        let array = unique(slot, 1);
        let (len, index) = (array.len(), index as usize);
        let at = element(array, index);
        std::ptr::copy(at, element(array, index + 1), (len - index) * width(of));
        place::put(of, at, value);
        place::was_put_in(array, of, at);
        array.set(LEN, len as u64 + 1);
    }
    Ok(0)
}

/// # Safety
/// `slot` holds an array.
pub(super) unsafe fn remove_at(slot: *mut u8, index: u64) -> Result<u64, String> {
    // SAFETY: as the caller promises; what the element owns goes from the array to the result.
    unsafe {
        let array = Object::from_word(*slot.cast());
        if index >= array.get(LEN) {
            return Err(super::fault_text::index_out_of_range(index as i64, array.len()));
        }
        let array = unique(slot, 0);
        let of = first(array.desc());
        let (len, index) = (array.len(), index as usize);
        let at = element(array, index);
        let value = place::take(of, at);
        std::ptr::copy(element(array, index + 1), at, (len - index - 1) * width(of));
        array.set(LEN, len as u64 - 1);
        Ok(value)
    }
}

/// # Safety
/// `array` is an array.
pub(super) unsafe fn slice(array: u64, start: i64, end: i64) -> Result<u64, String> {
    // SAFETY: as the caller promises; the new array owns new counts.
    unsafe {
        let array = Object::from_word(array);
        let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
        let Some((start, end)) = range.filter(|(start, end)| start <= end && *end <= array.len()) else {
            return Err(format!("slice {start}..{end} is out of range for length {}", array.len()));
        };
        let part = new_array(array.desc(), end - start);
        let words = (end - start) * width(first(array.desc()));
        std::ptr::copy_nonoverlapping(element(array, start), part.at(DATA), words);
        part.set(LEN, (end - start) as u64);
        part.each_part(|of, slot| {
            another(of, *slot);
        });
        Ok(part.word())
    }
}

/// Rising, NaN last.
fn float_order(left: u64, right: u64) -> Ordering {
    let (left, right) = (f64::from_bits(left), f64::from_bits(right));
    left.partial_cmp(&right).unwrap_or_else(|| left.is_nan().cmp(&right.is_nan()))
}
