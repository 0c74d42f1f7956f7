//! Sharing values between threads. In: values of one task that others are about to see. Out: the same, marked.
//!
//! A shared object (count below 0) reaches only shared and static objects: so marking stops at those. Nothing recurses; the
//! stack is explicit, and only objects that hold others are put on it.

use super::check::publishing::{Seen, published};
use super::count::is_concurrent;
use super::describe::{Desc, desc, is_counted, kind};
use super::object::Object;
use super::table::Table;
use pluto_abi::layout::Kind;

/// Marks a value and all it reaches as shared between threads.
///
/// # Safety
/// `of` is a descriptor, `value` a live word of that type, or 0, which only this task sees.
pub unsafe fn share(of: *mut u8, value: u64) {
    // SAFETY: as the caller promises.
    unsafe { mark_shared(desc(of), value) };
}

/// The same, for words of any type.
///
/// # Safety
/// As for [`share`].
#[inline]
pub(crate) unsafe fn mark_shared(of: Desc, word: u64) {
    if word != 0 && is_counted(kind(of)) {
        // SAFETY: a word of a counted type that is not 0 is an object.
        let object = unsafe { Object::from_word(word) };
        if object.count() > 0 {
            mark_all(object);
        }
    }
}

/// Makes ready an owned value that goes to another task: what nobody else owns stays as it is, since it moves; what has other
/// owners is marked with all it reaches.
///
/// # Safety
/// `word` is an owned word of this type, or 0.
#[inline]
pub(crate) unsafe fn publish(of: Desc, word: u64) {
    if word != 0 && is_counted(kind(of)) {
        // SAFETY: a word of a counted type that is not 0 is an object.
        let object = unsafe { Object::from_word(word) };
        if object.count() > 0 {
            publish_all(object);
        }
    }
}

/// The same for an object of any type.
///
/// # Safety
/// `word` is an owned object.
pub(crate) unsafe fn publish_object(word: u64) {
    // SAFETY: as the caller promises.
    let object = unsafe { Object::from_word(word) };
    if object.count() > 0 {
        publish_all(object);
    }
}

/// Stores an owned word into a container: if others may see that, they may see the word too.
///
/// # Safety
/// `word` is an owned word of this type, or 0, which only this task sees, or which is shared.
#[inline]
pub(crate) unsafe fn stored_in(container: Object, of: Desc, word: u64) {
    if container.is_shared() {
        // SAFETY: as the caller promises.
        unsafe {
            mark_shared(of, word);
            published(of, word, Seen::ByAll);
        }
    }
}

#[cold]
fn mark_all(object: Object) {
    if !is_concurrent() {
        return;
    }
    let mut todo = Vec::new();
    mark_one(object, &mut todo);
    while let Some(object) = todo.pop() {
        mark_parts(object, &mut todo);
    }
}

fn publish_all(object: Object) {
    // A channel in a program of one task: who takes the message out is who put it in.
    if !is_concurrent() {
        return;
    }
    let mut unique = Vec::new();
    let mut marked = Vec::new();
    // The first one needs no place in a list: most messages and closures hold nothing that is to be looked at.
    match object.count() {
        1 if has_parts(object) => each_object(object, |part| publish_one(part, &mut unique, &mut marked)),
        1 => return,
        _ => mark_one(object, &mut marked),
    }
    loop {
        if let Some(object) = marked.pop() {
            mark_parts(object, &mut marked);
        } else if let Some(object) = unique.pop() {
            each_object(object, |part| publish_one(part, &mut unique, &mut marked));
        } else {
            return;
        }
    }
}

fn publish_one(object: Object, unique: &mut Vec<Object>, marked: &mut Vec<Object>) {
    match object.count() {
        1 if has_parts(object) => unique.push(object),
        1 => {}
        2.. => mark_one(object, marked),
        ..=0 => {}
    }
}

fn mark_one(object: Object, todo: &mut Vec<Object>) {
    if object.count() > 0 {
        object.mark();
        if has_parts(object) {
            todo.push(object);
        }
    }
}

fn mark_parts(object: Object, todo: &mut Vec<Object>) {
    if kind(object.desc()) == Kind::Map {
        // SAFETY: it is only about to be shown to others.
        unsafe { Table::prepare_to_share(object) };
    }
    each_object(object, |part| mark_one(part, todo));
}

/// Calls `visit` with every object that this one holds.
fn each_object(object: Object, mut visit: impl FnMut(Object)) {
    object.each_part(|_, slot| {
        // SAFETY: parts of live objects are alive; a word of a counted type that is not 0 is an object.
        unsafe {
            if *slot != 0 {
                visit(Object::from_word(*slot));
            }
        }
    });
}

/// Can it hold other objects at all? Strings are many, and cannot.
fn has_parts(object: Object) -> bool {
    !object.is_string() && !object.is_handle()
}
