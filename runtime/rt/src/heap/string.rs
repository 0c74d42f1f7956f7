//! String objects. In: Rust texts. Out: words that own a string, and texts of words.
//! The empty string and the ASCII characters are static objects, which cost no allocation.

use super::append::copy_bytes;
use super::describe::Desc;
use super::object::Object;
use pluto_abi::layout::{CAP, DATA, Header, Kind, LEN, TypeDesc};

/// Joins strings.
///
/// # Safety
/// `parts` is the address of `count` words of strings.
pub unsafe fn concat(parts: *mut u8, count: u64) -> u64 {
    if count == 0 {
        return new_string("");
    }
    // SAFETY: as the caller promises.
    let parts = unsafe { std::slice::from_raw_parts(parts.cast::<u64>(), count as usize) };
    // SAFETY: as the caller promises.
    let texts = || parts.iter().map(|&part| unsafe { text_of(part) });
    write_string(texts().map(str::len).sum(), |out| texts().for_each(|text| out.add(text)))
}

/// A string of so many bytes, written by `write`, which must add as many. Nothing is zeroed first.
#[inline]
pub(crate) fn write_string(len: usize, write: impl FnOnce(&mut Writing)) -> u64 {
    // Short ones may be static, which is not written.
    let object = unwritten(len.max(2));
    let mut out = Writing { at: object.at(DATA).cast(), left: len };
    write(&mut out);
    assert_eq!(out.left, 0, "a string was announced longer than it is");
    object.set(LEN, len as u64);
    if len >= 2 {
        return object.word();
    }
    let word = new_string(object.text());
    // SAFETY: the object is new, and nobody else knows it.
    unsafe { object.drop_count() };
    word
}

/// A string under construction: what is still to be written.
pub(crate) struct Writing {
    at: *mut u8,
    left: usize,
}

impl Writing {
    /// The next text.
    #[inline]
    pub(crate) fn add(&mut self, text: &str) {
        assert!(text.len() <= self.left, "a string is longer than was announced");
        // SAFETY: there is room for so many bytes, in an object that nobody else knows.
        unsafe {
            copy_bytes(text.as_ptr(), self.at, text.len());
            self.at = self.at.add(text.len());
        }
        self.left -= text.len();
    }
}

/// A string with this text, owned.
pub(crate) fn new_string(text: &str) -> u64 {
    match text.as_bytes() {
        [] => return (&raw const EMPTY) as u64,
        [byte] => return (&raw const ASCII.0[usize::from(*byte & 0x7F)]) as u64,
        _ => {}
    }
    let object = unwritten(text.len());
    // SAFETY: the object is new and has room for the text.
    unsafe { copy_bytes(text.as_ptr(), object.at(DATA).cast(), text.len()) };
    object.word()
}

/// A new string of so many bytes, more than one, that are yet to be written, as UTF-8.
#[inline]
fn unwritten(len: usize) -> Object {
    let object = Object::new(string_desc(), 2 + len.div_ceil(8));
    object.set(LEN, len as u64);
    object.set(CAP, len as u64);
    object
}

/// A string of so many bytes, written by `fill`, which must leave UTF-8.
pub(crate) fn fill_string(len: usize, fill: impl FnOnce(&mut [u8])) -> u64 {
    match len {
        0 => return (&raw const EMPTY) as u64,
        1 => {
            let mut byte = [0];
            fill(&mut byte);
            return (&raw const ASCII.0[usize::from(byte[0] & 0x7F)]) as u64;
        }
        _ => {}
    }
    let object = unwritten(len);
    let data = object.at(DATA).cast::<u8>();
    // SAFETY: the object has room for so many bytes, and nobody else knows it. They are zeroed before they are lent.
    fill(unsafe {
        std::ptr::write_bytes(data, 0, len);
        std::slice::from_raw_parts_mut(data, len)
    });
    object.word()
}

/// The text of a string.
///
/// # Safety
/// The word is a string, and it stays alive while the text is used.
#[inline]
pub(crate) unsafe fn text_of<'a>(word: u64) -> &'a str {
    // SAFETY: as the caller promises.
    unsafe { Object::from_word(word).text() }
}

/// One more owner of a string.
///
/// # Safety
/// The word is a string.
#[inline]
pub(crate) unsafe fn share_string(word: u64) -> u64 {
    // SAFETY: as the caller promises.
    unsafe { Object::from_word(word).add_count() };
    word
}

/// Have two strings the same text? Faster than comparing slices for short ones, which keys are: without a call. Strings have whole
/// words of memory, one at least; what is behind their ends means nothing.
///
/// # Safety
/// Both words are strings.
#[inline]
pub(crate) unsafe fn same_text(one: u64, other: u64) -> bool {
    // SAFETY: as the caller promises.
    let (one, other) = unsafe { (Object::from_word(one), Object::from_word(other)) };
    let len = one.len();
    if len != other.len() {
        return false;
    }
    let differ = one.get(DATA) ^ other.get(DATA);
    match len {
        0 => true,
        1..=8 => differ << (64 - 8 * len) == 0,
        9..=16 => {
            let differ_behind = one.get(DATA + 8) ^ other.get(DATA + 8);
            differ == 0 && differ_behind << (128 - 8 * len) == 0
        }
        _ => differ == 0 && one.text() == other.text(),
    }
}

impl Object {
    /// The text of a string object.
    #[inline]
    pub(crate) fn text<'a>(self) -> &'a str {
        // SAFETY: strings hold UTF-8 only: those made here come from texts, those of the program from its source.
        unsafe {
            let bytes = std::slice::from_raw_parts(self.at(DATA).cast::<u8>(), self.len());
            std::str::from_utf8_unchecked(bytes)
        }
    }
}

/// The descriptor of strings made at run time.
pub(crate) fn string_desc() -> Desc {
    &STRING.0
}

struct StaticDesc(TypeDesc);
// SAFETY: it is never written, and its addresses are of static data.
unsafe impl Sync for StaticDesc {}

static STRING: StaticDesc = StaticDesc(TypeDesc {
    kind: Kind::String as u32,
    words: 0,
    plan: 0,
    name: "string".as_ptr(),
    name_len: 6,
    first: std::ptr::null(),
    second: std::ptr::null(),
    part_count: 0,
    parts: std::ptr::null(),
    tells: 0,
    counted_count: 0,
    counted: std::ptr::null(),
});

/// A string object that is never freed.
#[repr(C)]
struct StaticString {
    header: Header,
    len: u64,
    cap: u64,
    data: [u8; 8],
}
// SAFETY: it is never written, and its descriptor is static.
unsafe impl Sync for StaticString {}

struct StaticStrings([StaticString; 128]);
// SAFETY: as for one.
unsafe impl Sync for StaticStrings {}

static EMPTY: StaticString = static_string(0, 0);

static ASCII: StaticStrings = {
    let mut strings = [const { static_string(1, 0) }; 128];
    let mut byte = 0;
    while byte < 128 {
        strings[byte].data[0] = byte as u8;
        byte += 1;
    }
    StaticStrings(strings)
};

const fn static_string(len: u64, byte: u8) -> StaticString {
    StaticString {
        header: Header { count: 0, reserved: 0, desc: &raw const STRING.0 },
        len,
        cap: 8,
        data: [byte, 0, 0, 0, 0, 0, 0, 0],
    }
}
