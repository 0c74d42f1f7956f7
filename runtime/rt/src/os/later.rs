//! Provisional: what the channels and the marking of shared values will replace.
#![allow(clippy::missing_safety_doc, reason = "the table in `pluto_abi::functions` is the contract")]

use crate::heap::describe::desc;
use crate::heap::object::{Object, drop_word};

pub(super) unsafe fn share_value(_desc: *mut u8, _word: u64) {}
pub(super) unsafe fn share_object(_word: u64) {}
pub(super) unsafe fn add_count(of: *mut u8, word: u64) -> u64 {
    // SAFETY: as the caller promises.
    unsafe { crate::heap::object::share(desc(of), word) }
}
pub(super) unsafe fn drop_object(word: u64) {
    // SAFETY: as the caller promises.
    unsafe { drop_word(std::ptr::from_ref(Object::from_word(word).desc()).cast_mut().cast(), word) };
}

macro_rules! later {
    ($($name:ident($($param:ident: $kind:ty),*) $(-> $result:ty)?;)*) => {
        $(pub unsafe fn $name($($param: $kind),*) $(-> $result)? { $(let _ = $param;)* panic!("not yet") })*
    };
}
later! {
    share(a: *mut u8, b: u64);
    shared_dup(a: *mut u8);
    shared_drop(a: *mut u8);
    chan_new(a: *mut u8, b: *mut u8, c: *mut u8, d: u64, e: *mut u8) -> u64;
    chan_send(a: *mut u8, b: u64, c: u64, d: u64) -> u64;
    chan_deliver(a: *mut u8, b: u64, c: u64, d: u64) -> u64;
    chan_recv(a: *mut u8, b: u64, c: u64, d: *mut u8) -> u64;
    chan_next(a: *mut u8, b: u64, c: u64, d: *mut u8) -> u64;
    chan_try_send(a: *mut u8, b: u64, c: u64) -> u64;
    chan_try_recv(a: *mut u8, b: u64, c: *mut u8) -> u64;
    chan_close(a: *mut u8, b: u64);
    chan_len(a: u64) -> u64;
    chan_capacity(a: u64, b: *mut u8) -> u64;
    topic_publish(a: *mut u8, b: u64, c: u64, d: u64, e: u64) -> u64;
    topic_dropped(a: u64) -> u64;
    named_end(a: u64, b: u64, c: u64, d: *mut u8) -> u64;
    select(a: *mut u8, b: *mut u8, c: u64, d: u64, e: u64, f: u64, g: *mut u8) -> u64;
}
