//! Values as bytes: bincode 2, standard configuration (integers of variable length, little-endian). In: words, received
//! bytes. Out: bytes, words. Nothing that is received makes this panic or allocate more than it holds.
//!
//! Generated code writes and reads values part by part; here are the parts.

use super::search::utf8;
use super::string::{new_string, text_of};

/// Memory that is used again for another request or reply has so many bytes at most.
const KEPT_ROOM: usize = 1024;

/// A request or reply that is being written.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Buffer {
    bytes: Vec<u8>,
    failed: bool,
    unwanted: bool,
}

impl Buffer {
    /// An empty one.
    #[must_use]
    pub fn new() -> Buffer {
        Buffer::default()
    }

    /// An empty one that uses this memory.
    #[must_use]
    pub fn within(mut bytes: Vec<u8>) -> Buffer {
        bytes.clear();
        bytes.shrink_to(KEPT_ROOM);
        Buffer { bytes, ..Buffer::default() }
    }

    /// An empty one for the reply to a call that nobody waits for.
    #[must_use]
    pub fn unwanted() -> Buffer {
        Buffer { unwanted: true, ..Buffer::default() }
    }

    /// Will anybody read what is written?
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        !self.unwanted
    }

    /// What was written so far.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The same, to be changed or taken away.
    pub fn bytes_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// The bytes, or nothing if a value could not be encoded.
    #[must_use]
    pub fn finish(self) -> Option<Vec<u8>> {
        (!self.failed).then_some(self.bytes)
    }

    /// Could a value not be encoded?
    #[must_use]
    pub fn failed(&self) -> bool {
        self.failed
    }

    /// Forgets what was written, and a failure.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.failed = false;
    }

    /// Marks it: a value cannot be encoded.
    pub fn fail(&mut self) {
        self.failed = true;
    }

    /// A byte as it is.
    pub fn byte(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// An unsigned number: one byte below 251, else a mark and 2, 4 or 8 bytes.
    pub fn varint(&mut self, value: u64) {
        if value < 251 {
            self.bytes.push(value as u8);
        } else if let Ok(value) = u16::try_from(value) {
            self.marked(251, &value.to_le_bytes());
        } else if let Ok(value) = u32::try_from(value) {
            self.marked(252, &value.to_le_bytes());
        } else {
            self.marked(253, &value.to_le_bytes());
        }
    }

    /// A signed number: zigzag, then as an unsigned one.
    pub fn int(&mut self, value: i64) {
        self.varint(((value << 1) ^ (value >> 63)) as u64);
    }

    /// The bits of a float.
    pub fn float(&mut self, value: f64) {
        self.bytes.extend_from_slice(&value.to_bits().to_le_bytes());
    }

    /// A text: its length in bytes, then the bytes.
    pub fn text(&mut self, text: &str) {
        self.varint(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn marked(&mut self, mark: u8, bytes: &[u8]) {
        self.bytes.push(mark);
        self.bytes.extend_from_slice(bytes);
    }
}

/// How many elements without bytes one message may announce in all: each takes a word of memory that no byte pays for.
const EMPTY_ELEMENTS: u64 = 1 << 20;

/// A received request or reply. After the first malformed byte every read gives 0 or the empty text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reader {
    bytes: Vec<u8>,
    at: usize,
    failed: bool,
    /// How many more elements without bytes may be announced.
    empty: u64,
}

impl Reader {
    /// Begins at the first of these bytes.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Reader {
        Reader { bytes, at: 0, failed: false, empty: EMPTY_ELEMENTS }
    }

    /// The bytes, from the first one on.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Was nothing malformed so far?
    #[must_use]
    pub fn ok(&self) -> bool {
        !self.failed
    }

    /// Was nothing malformed, and is nothing left?
    #[must_use]
    pub fn end(&self) -> bool {
        !self.failed && self.at == self.bytes.len()
    }

    /// How many bytes are left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// Marks it as malformed.
    pub fn fail(&mut self) {
        self.failed = true;
    }

    /// A byte.
    pub fn byte(&mut self) -> u8 {
        self.take::<1>()[0]
    }

    /// An unsigned number. The marks of longer ones need not be the shortest possible; 128 bits are refused.
    pub fn varint(&mut self) -> u64 {
        match self.byte() {
            251 => u64::from(u16::from_le_bytes(self.take())),
            252 => u64::from(u32::from_le_bytes(self.take())),
            253 => u64::from_le_bytes(self.take()),
            254 | 255 => {
                self.fail();
                0
            }
            small => u64::from(small),
        }
    }

    /// A signed number.
    pub fn int(&mut self) -> i64 {
        let zigzag = self.varint();
        (zigzag >> 1) as i64 ^ -((zigzag & 1) as i64)
    }

    /// A float.
    pub fn float(&mut self) -> f64 {
        f64::from_bits(u64::from_le_bytes(self.take()))
    }

    /// A text.
    pub fn text(&mut self) -> &str {
        let len = self.varint();
        if self.failed || len > self.left() as u64 {
            self.failed = true;
            return "";
        }
        let start = self.at;
        self.at += len as usize;
        match utf8(&self.bytes[start..self.at]) {
            Some(text) => text,
            None => {
                self.failed = true;
                ""
            }
        }
    }

    /// A truth value: 0 or 1.
    pub fn truth(&mut self) -> u8 {
        let byte = self.byte();
        if byte > 1 {
            self.fail();
            return 0;
        }
        byte
    }

    /// The length of a collection whose elements take at least so many bytes each: fails if they are not left.
    pub fn length(&mut self, least: u64) -> u64 {
        let len = self.varint();
        if len.saturating_mul(least) > self.left() as u64 {
            self.fail();
            return 0;
        }
        len
    }

    /// The length of a collection whose elements take no bytes: all of them in a message draw on one limit.
    pub fn empty_length(&mut self) -> u64 {
        let len = self.varint();
        if len > self.empty {
            self.fail();
            return 0;
        }
        self.empty -= len;
        len
    }

    /// A variant's number, below `count`.
    pub fn variant(&mut self, count: u64) -> u64 {
        let variant = self.varint();
        if variant >= count {
            self.fail();
            return 0;
        }
        variant
    }

    /// The next bytes, or zeros and a failure.
    fn take<const N: usize>(&mut self) -> [u8; N] {
        if !self.failed
            && let Some(bytes) = self.bytes[self.at..].first_chunk::<N>()
        {
            self.at += N;
            return *bytes;
        }
        self.failed = true;
        [0; N]
    }
}

macro_rules! writers {
    ($($name:ident($buffer:ident, $value:ident) $body:expr;)*) => {$(
        /// See the method of [`Buffer`].
        ///
        /// # Safety
        /// `buffer` is the address of a buffer that nobody else uses; a text is a string.
        pub unsafe fn $name(buffer: *mut u8, $value: u64) {
            // SAFETY: as the caller promises.
            let $buffer = unsafe { &mut *buffer.cast::<Buffer>() };
            $body
        }
    )*};
}

writers! {
    write_byte(buffer, value) buffer.byte(value as u8);
    write_varint(buffer, value) buffer.varint(value);
    write_int(buffer, value) buffer.int(value as i64);
    write_float(buffer, value) buffer.float(f64::from_bits(value));
    // SAFETY: as the caller promises.
    write_string(buffer, text) buffer.text(unsafe { text_of(text) });
}

/// See [`Buffer::fail`].
///
/// # Safety
/// `buffer` is the address of a buffer that nobody else uses.
pub unsafe fn write_fail(buffer: *mut u8) {
    // SAFETY: as the caller promises.
    unsafe { &mut *buffer.cast::<Buffer>() }.fail();
}

macro_rules! readers {
    ($($name:ident($reader:ident) $body:expr;)*) => {$(
        /// See the method of [`Reader`].
        ///
        /// # Safety
        /// `reader` is the address of a reader that nobody else uses.
        pub unsafe fn $name(reader: *mut u8) -> u64 {
            // SAFETY: as the caller promises.
            let $reader = unsafe { &mut *reader.cast::<Reader>() };
            $body
        }
    )*};
}

readers! {
    read_byte(reader) u64::from(reader.byte());
    read_varint(reader) reader.varint();
    read_int(reader) reader.int() as u64;
    read_float(reader) reader.float().to_bits();
    read_string(reader) new_string(reader.text());
    read_bool(reader) u64::from(reader.truth());
    read_empty_len(reader) reader.empty_length();
    read_ok(reader) u64::from(reader.ok());
    read_end(reader) u64::from(reader.end());
}

/// See [`Reader::length`].
///
/// # Safety
/// `reader` is the address of a reader that nobody else uses.
pub unsafe fn read_len(reader: *mut u8, least: u64) -> u64 {
    // SAFETY: as the caller promises.
    unsafe { &mut *reader.cast::<Reader>() }.length(least)
}

/// See [`Reader::variant`].
///
/// # Safety
/// `reader` is the address of a reader that nobody else uses.
pub unsafe fn read_variant(reader: *mut u8, count: u64) -> u64 {
    // SAFETY: as the caller promises.
    unsafe { &mut *reader.cast::<Reader>() }.variant(count)
}

/// See [`Reader::fail`].
///
/// # Safety
/// `reader` is the address of a reader that nobody else uses.
pub unsafe fn read_fail(reader: *mut u8) {
    // SAFETY: as the caller promises.
    unsafe { &mut *reader.cast::<Reader>() }.fail();
}
