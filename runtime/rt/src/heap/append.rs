//! Strings that grow. In: a string that the caller gives up, and what comes behind. Out: the longer string: the same object if
//! the caller was its only owner, with room for more, so that many small pieces cost no more than one large one.

use super::object::Object;
use super::string::string_desc;
use pluto_abi::layout::{CAP, DATA, LEN};

/// Appends one string.
///
/// # Safety
/// `text` is an owned string, `part` a string.
pub unsafe fn string_append(text: u64, part: u64) -> u64 {
    // SAFETY: as the caller promises. A text with one owner is not the part, which somebody else owns.
    unsafe {
        let part = Object::from_word(part);
        let text = with_room(Object::from_word(text), part.len());
        put(text, part);
        text.word()
    }
}

/// Appends several strings.
///
/// # Safety
/// `text` is an owned string, `parts` the address of `count` words of strings.
pub unsafe fn string_append_all(text: u64, parts: *mut u8, count: u64) -> u64 {
    // SAFETY: as the caller promises. A text with one owner is none of the parts, which somebody else owns.
    unsafe {
        let parts = (0..count as usize).map(|index| Object::from_word(*parts.cast::<u64>().add(index)));
        let more = parts.clone().map(Object::len).sum();
        let text = with_room(Object::from_word(text), more);
        parts.for_each(|part| put(text, part));
        text.word()
    }
}

/// The least room that a text gets that grows, in bytes: a few short pieces.
const LEAST: usize = 24;

/// The text itself, a larger one in its place, or a copy if it has other owners; with room for so many bytes more.
///
/// # Safety
/// The caller owns the text and uses the result instead.
#[inline]
unsafe fn with_room(text: Object, more: usize) -> Object {
    let needed = text.len().saturating_add(more);
    // Memory comes in whole words.
    if text.is_unique() && needed <= (text.get(CAP) as usize).next_multiple_of(8) {
        return text;
    }
    if more == 0 {
        return text;
    }
    let room = needed.max(text.len().saturating_mul(2)).max(LEAST).div_ceil(8);
    // SAFETY: as the caller promises.
    unsafe { moved(text, room) }
}

/// # Safety
/// As for [`with_room`]; so many words are enough for the text.
#[inline(never)]
unsafe fn moved(text: Object, room: usize) -> Object {
    let words = room.saturating_add(2);
    let longer = if text.is_unique() {
        // SAFETY: the caller is the only owner.
        unsafe { text.resize(words) }
    } else {
        let copy = Object::new(string_desc(), words);
        copy.set(LEN, text.len() as u64);
        // SAFETY: the copy is new and has room for the text; the caller's count of the text goes away.
        unsafe {
            copy_bytes(text.at(DATA).cast(), copy.at(DATA).cast(), text.len());
            text.drop_count();
        }
        copy
    };
    longer.set(CAP, room as u64 * 8);
    longer
}

/// # Safety
/// The text is the caller's alone, is not the part, and has room for it.
#[inline]
unsafe fn put(text: Object, part: Object) {
    let (len, more) = (text.len(), part.len());
    if more > 0 {
        // SAFETY: as the caller promises.
        unsafe { copy_bytes(part.at(DATA).cast(), text.at(DATA).cast::<u8>().add(len), more) };
        text.set(LEN, (len + more) as u64);
    }
}

/// Copies bytes, a few of them without a call.
///
/// # Safety
/// There are so many at both places, which are apart.
#[inline]
pub(super) unsafe fn copy_bytes(from: *const u8, to: *mut u8, count: usize) {
    // SAFETY: as the caller promises; the two pieces of each length may overlap, but not reach outside.
    unsafe {
        match count {
            0 => {}
            1 => *to = *from,
            2..4 => copy_ends::<u16>(from, to, count),
            4..8 => copy_ends::<u32>(from, to, count),
            8..=16 => copy_ends::<u64>(from, to, count),
            17..=32 => {
                copy_ends::<[u64; 2]>(from, to, count);
            }
            _ => std::ptr::copy_nonoverlapping(from, to, count),
        }
    }
}

/// Copies the first bytes and the last ones, as many as a `T` has.
///
/// # Safety
/// As for [`copy_bytes`], with a count between the size of a `T` and twice that.
#[inline]
unsafe fn copy_ends<T: Copy>(from: *const u8, to: *mut u8, count: usize) {
    let last = count - size_of::<T>();
    // SAFETY: as the caller promises. Both are read before one is written.
    unsafe {
        let (begin, end) = (from.cast::<T>().read_unaligned(), from.add(last).cast::<T>().read_unaligned());
        to.cast::<T>().write_unaligned(begin);
        to.add(last).cast::<T>().write_unaligned(end);
    }
}
