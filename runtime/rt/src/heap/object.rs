//! Counted objects: making, sharing, copying and freeing them. In: words and addresses of generated code. Out: the same.
//! Freeing and copying never recurse, so a list of a million nodes is no problem.

use super::describe::{
    Desc, counted, counted_desc, desc, first, is_counted, is_inline, kind, name, variant_counted, variant_words, width,
};
use super::memory;
use super::table::Table;
use pluto_abi::layout::{
    CAP, DATA, DESC, Deed, FIELDS, Header, Kind, LEAST_COUNT, LEN, MAP_TABLE, PLAN_BITS, TypeDesc,
};
use std::ptr::NonNull;

/// A new object with count 1 and `words` words behind its header, not initialized.
///
/// # Safety
/// `of` is a descriptor.
pub unsafe fn object_new(of: *mut u8, words: u64) -> *mut u8 {
    let memory = memory::allocate_here((words as usize).saturating_add(2));
    // SAFETY: as the caller promises. The memory is new.
    unsafe { Object::begin(memory, desc(of)) }.address()
}

/// The count fell to 0: drops all it holds and frees it.
///
/// # Safety
/// `object` is an object that nobody owns any more.
pub unsafe fn object_free(object: *mut u8) {
    // SAFETY: as the caller promises.
    unsafe {
        let object = Object::from_word(object as u64);
        match object.desc().plan {
            // Nothing in it is counted.
            plan if plan != 0 && plan >> PLAN_BITS == 0 => object.release_planned(plan as usize),
            _ => object.free(),
        }
    }
}

/// Drops a word of any type.
///
/// # Safety
/// `of` is a descriptor, `value` an owned word of that type, or 0.
pub unsafe fn drop_word(of: *mut u8, value: u64) {
    // SAFETY: as the caller promises.
    unsafe { give_back(desc(of), value) };
}

/// Makes the object in the slot unique and returns it.
///
/// # Safety
/// `slot` is the address of a word that owns an object.
pub unsafe fn object_unique(slot: *mut u8) -> *mut u8 {
    let slot = slot.cast::<u64>();
    // SAFETY: as the caller promises; the slot owns one count of the object, which the copy replaces.
    unsafe {
        let object = Object::from_word(*slot);
        if object.is_unique() || object.is_string() {
            return object.address();
        }
        let copy = object.copy();
        object.drop_count();
        *slot = copy.word();
        copy.address()
    }
}

/// Adds a count to what a word of this type holds.
///
/// # Safety
/// `word` is a word of this type that is alive, or 0.
#[inline]
pub(crate) unsafe fn another(of: Desc, word: u64) -> u64 {
    debug_assert!(!is_inline(of), "an inline value is not one word");
    if word != 0 && is_counted(kind(of)) {
        // SAFETY: a word of a counted type that is not 0 is an object.
        unsafe { Object::from_word(word).add_count() };
    }
    word
}

/// Drops an owned word of this type.
///
/// # Safety
/// `word` is an owned word of this type, or 0.
#[inline]
pub(crate) unsafe fn give_back(of: Desc, word: u64) {
    debug_assert!(!is_inline(of), "an inline value is not one word");
    if word != 0 && is_counted(kind(of)) {
        // SAFETY: a word of a counted type that is not 0 is an object, and the caller's count goes away.
        unsafe { Object::from_word(word).drop_count() };
    }
}

/// The nullable that holds an owned word. `opt` describes the nullable type.
///
/// # Safety
/// `word` is an owned word of the inner type.
pub(crate) unsafe fn some(opt: Desc, word: u64) -> u64 {
    if kind(opt) == Kind::NullablePointer {
        return word;
    }
    let object = Object::new(opt, 1);
    object.set(FIELDS, word);
    object.word()
}

/// An object that is alive. Whoever has one in hand knows so: [`Object::from_word`] is where that is promised, and no
/// `Object` is kept after the count that keeps it alive was given back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Object(NonNull<u8>);

impl Object {
    /// The object whose address the word is.
    ///
    /// # Safety
    /// It is one, and it stays alive while the result is used.
    #[inline]
    pub(crate) unsafe fn from_word(word: u64) -> Object {
        debug_assert!(word != 0 && word.is_multiple_of(8), "{word:#x} is not an object");
        // SAFETY: objects are not at address 0.
        Object(unsafe { NonNull::new_unchecked(word as *mut u8) })
    }

    /// A new object with count 1 and so many words, not initialized, behind its header.
    #[inline]
    pub(crate) fn new(desc: Desc, words: usize) -> Object {
        // SAFETY: the memory is new.
        unsafe { Object::begin(memory::allocate(words.saturating_add(2)), desc) }
    }

    /// Makes an object of memory.
    ///
    /// # Safety
    /// The memory is new, and has room for a header.
    #[inline]
    unsafe fn begin(memory: NonNull<u8>, desc: Desc) -> Object {
        let header = Header { count: 1, reserved: 0, desc: desc as *const TypeDesc };
        // SAFETY: as the caller promises.
        unsafe { memory.cast::<Header>().write(header) };
        Object(memory)
    }

    /// Its address as a word.
    #[inline]
    pub(crate) fn word(self) -> u64 {
        self.0.as_ptr() as u64
    }

    /// Its address.
    #[inline]
    pub(crate) fn address(self) -> *mut u8 {
        self.0.as_ptr()
    }

    /// The address of the word at an offset.
    #[inline]
    pub(crate) fn at(self, offset: i32) -> *mut u64 {
        // SAFETY: offsets come from the layout of this object's type.
        unsafe { self.0.as_ptr().add(offset as usize).cast() }
    }

    /// The word at an offset.
    #[inline]
    pub(crate) fn get(self, offset: i32) -> u64 {
        // SAFETY: the object is alive, and offsets come from the layout of its type.
        unsafe { *self.at(offset) }
    }

    /// Writes the word at an offset.
    #[inline]
    pub(crate) fn set(self, offset: i32, word: u64) {
        // SAFETY: as in `get`; whoever writes owns the object alone.
        unsafe { *self.at(offset) = word };
    }

    /// Its type.
    #[inline]
    pub(crate) fn desc(self) -> Desc {
        // SAFETY: every object's header holds the address of a static descriptor.
        unsafe { &**self.at(DESC).cast::<*const TypeDesc>() }
    }

    /// The length of a string, array or map.
    #[inline]
    pub(crate) fn len(self) -> usize {
        self.get(LEN) as usize
    }

    /// Is it a string?
    #[inline]
    pub(crate) fn is_string(self) -> bool {
        kind(self.desc()) == Kind::String
    }

    /// A copy with one owner that shares all parts; what is not one task's alone begins as shared. Not for strings.
    pub(crate) fn copy(self) -> Object {
        if self.count() <= LEAST_COUNT {
            self.has_no_count(Deed::Use);
        }
        let copy = match kind(self.desc()) {
            Kind::Map => {
                let copy = Object::new(self.desc(), 2);
                copy.set(LEN, self.get(LEN));
                copy.set(MAP_TABLE, Table::copy_behind(self));
                copy
            }
            Kind::Array => self.copy_words(2 + self.len() * width(first(self.desc())), self.len()),
            Kind::String
            | Kind::Tuple
            | Kind::NullableBoxed
            | Kind::Class
            | Kind::Enum
            | Kind::Error
            | Kind::Unit
            | Kind::Int
            | Kind::Float
            | Kind::Bool
            | Kind::Byte
            | Kind::Tag
            | Kind::NullablePointer
            | Kind::AnyError
            | Kind::Fn
            | Kind::Duration
            | Kind::Inline => self.copy_words(self.words(), 0),
            Kind::Sender | Kind::Receiver | Kind::Publisher | Kind::Subscriber | Kind::Task => {
                unreachable!("{} is not changed in place", name(self.desc()))
            }
        };
        copy.each_part(|of, slot| {
            // SAFETY: the part is alive since the original holds it.
            unsafe { another(of, *slot) };
        });
        copy.inherit_sharing(self);
        copy
    }

    /// A copy of the words behind the header, for arrays with this capacity.
    fn copy_words(self, words: usize, capacity: usize) -> Object {
        let copy = Object::new(self.desc(), words);
        // SAFETY: both objects have so many words behind their headers, and they are apart.
        unsafe { std::ptr::copy_nonoverlapping(self.at(FIELDS), copy.at(FIELDS), words) };
        if kind(self.desc()) == Kind::Array {
            copy.set(CAP, capacity as u64);
        }
        copy
    }

    /// Calls `visit` with type and address of every word that is a part and has a count (0, or the address of an object), also of those in
    /// inline values.
    #[inline]
    pub(crate) fn each_part(self, mut visit: impl FnMut(Desc, *mut u64)) {
        let of = self.desc();
        let words = match kind(of) {
            Kind::Tuple | Kind::Class | Kind::Error | Kind::Fn => counted(of),
            Kind::Enum => variant_counted(of, self.get(FIELDS)),
            Kind::Array => return self.each_element(first(of), visit),
            Kind::Map | Kind::NullableBoxed => return self.each_whole(visit),
            Kind::String | Kind::Sender | Kind::Receiver | Kind::Publisher | Kind::Subscriber | Kind::Task => return,
            Kind::Unit
            | Kind::Int
            | Kind::Float
            | Kind::Bool
            | Kind::Byte
            | Kind::Tag
            | Kind::NullablePointer
            | Kind::AnyError
            | Kind::Duration
            | Kind::Inline => unreachable!("an object cannot be of kind {:?}", kind(of)),
        };
        for word in words {
            // SAFETY: the object has these words.
            visit(counted_desc(word), unsafe { self.at(FIELDS).add(word.word as usize) });
        }
    }

    /// The words with counts in a map or box.
    fn each_whole(self, mut visit: impl FnMut(Desc, *mut u64)) {
        let mut if_counted = |of, slot| {
            if is_counted(kind(of)) {
                visit(of, slot);
            }
        };
        if kind(self.desc()) == Kind::Map {
            Table::each_part(self, if_counted);
        } else {
            if_counted(first(self.desc()), self.at(FIELDS));
        }
    }

    /// The words with counts in an array: of inline elements, first those of one field in all of them, then those of the next.
    #[inline]
    fn each_element(self, element: Desc, mut visit: impl FnMut(Desc, *mut u64)) {
        if is_inline(element) {
            for word in counted(element) {
                let (of, first) = (counted_desc(word), word.word as usize);
                self.each_word(first, width(element), |slot| visit(of, slot));
            }
        } else if is_counted(kind(element)) {
            self.each_word(0, 1, |slot| visit(element, slot));
        }
    }

    /// The first word, or one behind it, of each element of an array, and how many words an element has.
    #[inline]
    fn each_word(self, word: usize, width: usize, mut visit: impl FnMut(*mut u64)) {
        for index in 0..self.len() {
            // SAFETY: the array has so many elements, of so many words each.
            visit(unsafe { self.at(DATA).add(index * width + word) });
        }
    }

    /// How many words it has behind its header.
    fn words(self) -> usize {
        let of = self.desc();
        match kind(of) {
            Kind::String => 2 + (self.get(CAP) as usize).div_ceil(8),
            Kind::Array => 2 + self.get(CAP) as usize * width(first(of)),
            Kind::Map => 2,
            Kind::Tuple | Kind::Class | Kind::Error => of.words as usize,
            Kind::Enum => variant_words(of, self.get(FIELDS)),
            Kind::NullableBoxed | Kind::Sender | Kind::Receiver | Kind::Publisher | Kind::Subscriber | Kind::Task => 1,
            Kind::Fn => 1 + of.words as usize,
            Kind::Unit
            | Kind::Int
            | Kind::Float
            | Kind::Bool
            | Kind::Byte
            | Kind::Tag
            | Kind::NullablePointer
            | Kind::AnyError
            | Kind::Duration
            | Kind::Inline => unreachable!("an object cannot be of kind {:?}", kind(of)),
        }
    }

    /// Another capacity for an array or string that the caller owns alone. The object may move.
    ///
    /// # Safety
    /// The caller owns it alone, and does not use `self` afterwards.
    pub(crate) unsafe fn resize(self, words: usize) -> Object {
        // SAFETY: it is alive with this size, and given up for the result.
        Object(unsafe { memory::grow(self.0, self.words() + 2, words.saturating_add(2)) })
    }

    /// Gives the memory of an object with a plan back, nothing else. Not for callers that may suspend.
    ///
    /// # Safety
    /// Nobody owns it, what it held was given back, and its plan says so many words, header included.
    #[inline(always)]
    pub(super) unsafe fn release_planned(self, words: usize) {
        debug_assert_eq!(words, self.words() + 2, "the plan and the words of {}", name(self.desc()));
        // SAFETY: it was allocated with this size.
        unsafe { memory::release_here(self.0, words) };
    }

    /// Gives the memory of a string back. Not for callers that may suspend.
    ///
    /// # Safety
    /// It is a string, and nobody owns it.
    #[inline(always)]
    pub(super) unsafe fn release_string(self) {
        // SAFETY: it was allocated with this size.
        unsafe { memory::release_here(self.0, 4 + (self.get(CAP) as usize).div_ceil(8)) };
    }

    /// Gives the memory back, nothing else.
    ///
    /// # Safety
    /// Nobody owns it, and what it held was given back or taken out.
    pub(super) unsafe fn release(self) {
        let words = self.words();
        if kind(self.desc()) == Kind::Map {
            Table::free_behind(self);
        }
        // SAFETY: it was allocated with this size.
        unsafe { memory::release(self.0, words + 2) };
    }
}
