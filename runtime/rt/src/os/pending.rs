//! Stubs until rt1 is merged.
#![allow(missing_docs, clippy::missing_safety_doc, clippy::too_many_arguments, reason = "stubs")]
pub unsafe fn lock_take(_task: *mut u8, _service: u64, _mode: u64, _site: u64) -> u64 {
    unreachable!("stub")
}
pub unsafe fn lock_give_back(_task: *mut u8, _service: u64, _mode: u64) {
    unreachable!("stub")
}
pub unsafe fn safepoint(_task: *mut u8) {
    unreachable!("stub")
}
pub unsafe fn stack_check(_task: *mut u8, _stack_pointer: u64) -> u64 {
    unreachable!("stub")
}
pub unsafe fn task_spawn(_task: *mut u8, _closure: u64, _run: *mut u8, _handle_desc: *mut u8, _out: *mut u8) -> u64 {
    unreachable!("stub")
}
pub unsafe fn task_get(_task: *mut u8, _handle: u64, _site: u64, _out: *mut u8) -> u64 {
    unreachable!("stub")
}
pub unsafe fn task_ended(_task: *mut u8, _handle: u64, _site: u64, _out: *mut u8) -> u64 {
    unreachable!("stub")
}
pub unsafe fn task_message(_handle: u64) -> u64 {
    unreachable!("stub")
}
pub unsafe fn task_cancel(_handle: u64) {
    unreachable!("stub")
}
pub unsafe fn task_detach(_handle: u64) {
    unreachable!("stub")
}
pub unsafe fn sleep(_task: *mut u8, _nanoseconds: u64, _site: u64) -> u64 {
    unreachable!("stub")
}
pub unsafe fn deadline_begin(_task: *mut u8, _nanoseconds: u64, _out: *mut u8) {
    unreachable!("stub")
}
pub unsafe fn deadline_end(_task: *mut u8, _before: u64) {
    unreachable!("stub")
}
pub unsafe fn deadline_expired(_task: *mut u8, _own: u64) -> u64 {
    unreachable!("stub")
}
pub unsafe fn chan_new(
    _task: *mut u8,
    _sender_desc: *mut u8,
    _receiver_desc: *mut u8,
    _capacity: u64,
    _out: *mut u8,
) -> u64 {
    unreachable!("stub")
}
pub unsafe fn chan_send(_task: *mut u8, _sender: u64, _value: u64, _site: u64) -> u64 {
    unreachable!("stub")
}
pub unsafe fn chan_deliver(_task: *mut u8, _sender: u64, _value: u64, _site: u64) -> u64 {
    unreachable!("stub")
}
pub unsafe fn chan_recv(_task: *mut u8, _receiver: u64, _site: u64, _out: *mut u8) -> u64 {
    unreachable!("stub")
}
pub unsafe fn chan_next(_task: *mut u8, _receiver: u64, _site: u64, _out: *mut u8) -> u64 {
    unreachable!("stub")
}
pub unsafe fn chan_try_send(_task: *mut u8, _sender: u64, _value: u64) -> u64 {
    unreachable!("stub")
}
pub unsafe fn chan_try_recv(_task: *mut u8, _receiver: u64, _opt: *mut u8) -> u64 {
    unreachable!("stub")
}
pub unsafe fn chan_close(_task: *mut u8, _end: u64) {
    unreachable!("stub")
}
pub unsafe fn chan_len(_end: u64) -> u64 {
    unreachable!("stub")
}
pub unsafe fn chan_capacity(_end: u64, _opt: *mut u8) -> u64 {
    unreachable!("stub")
}
pub unsafe fn topic_publish(_task: *mut u8, _publisher: u64, _value: u64, _wait: u64, _site: u64) -> u64 {
    unreachable!("stub")
}
pub unsafe fn topic_dropped(_end: u64) -> u64 {
    unreachable!("stub")
}
pub unsafe fn named_end(_channel: u64, _side: u64, _subscription: u64, _desc: *mut u8) -> u64 {
    unreachable!("stub")
}
pub unsafe fn select(
    _task: *mut u8,
    _arms: *mut u8,
    _count: u64,
    _after: u64,
    _has_default: u64,
    _site: u64,
    _out: *mut u8,
) -> u64 {
    unreachable!("stub")
}
