//! Values that outlive the task that made them. In: owned words of generated code with their types. Out: new counts of them.

use pluto_abi::layout::Header;

use super::program::ErrorValue;
use crate::heap::check::publishing::{Seen, published};
use crate::heap::count::drop_later;
use crate::heap::describe::{self, desc};
use crate::heap::object::another;
use crate::heap::sharing::share;
use crate::heap::show::shown;

/// A value that is shared between threads, owned.
#[derive(Debug)]
pub struct Value {
    /// The address of its descriptor.
    desc: *mut u8,
    word: u64,
}

// SAFETY: the value was marked as shared when this was made, and descriptors are static.
unsafe impl Send for Value {}
// SAFETY: the same.
unsafe impl Sync for Value {}

impl Value {
    /// Takes an owned word over.
    ///
    /// # Safety
    /// `desc` describes the word's type.
    pub unsafe fn new(desc: *mut u8, word: u64) -> Value {
        // SAFETY: as the caller promises.
        unsafe {
            share(desc, word);
            published(describe::desc(desc), word, Seen::ByAll);
        }
        Value { desc, word }
    }

    /// Takes an error over.
    pub fn of_error(error: ErrorValue) -> Value {
        let word = error.into_word();
        // SAFETY: an error is an object, and its header says its type.
        unsafe { Value::new((*(word as *const Header)).desc.cast_mut().cast(), word) }
    }

    /// Another count of it.
    pub fn another(&self) -> u64 {
        // SAFETY: the word is alive and of that type.
        unsafe { another(desc(self.desc), self.word) }
    }

    /// As f-strings show it.
    pub fn text(&self) -> String {
        // SAFETY: the word is alive and of that type.
        unsafe { shown(desc(self.desc), self.word) }
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        // SAFETY: we own a count of the word, which is of that type.
        unsafe { drop_later(desc(self.desc), self.word) }
    }
}
