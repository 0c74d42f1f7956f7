//! The functions of the runtime's table in its sections "faults, errors, tasks" and "remote calls". In: addresses and words of
//! generated code. Out: calls of the safe code in `task` and `call`.
#![allow(clippy::missing_safety_doc, reason = "the table in `pluto_abi::functions` is the contract")]
#![allow(unused_variables, reason = "to be filled in by `task`")]

/// Records a fault with this message in the task.
pub unsafe fn record_fault(task: *mut u8, message: String) {
    eprintln!("{message}");
    std::process::abort();
}

/// See the table.
pub unsafe fn fault(task: *mut u8, kind: u64, a: u64, b: u64) {
    std::process::abort();
}

/// See the table.
pub unsafe fn fault_text(task: *mut u8, text: u64) {
    std::process::abort();
}

/// See the table.
pub unsafe fn trace_start(task: *mut u8, site: u64) {
    std::process::abort();
}

/// See the table.
pub unsafe fn trace(task: *mut u8, status: u64, site: u64) {
    std::process::abort();
}

/// See the table.
pub unsafe fn suspend(task: *mut u8) {
    std::process::abort();
}

/// See the table.
pub unsafe fn lock_try(task: *mut u8, service: u64, mode: u64) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn unlock(task: *mut u8, service: u64, mode: u64) {
    std::process::abort();
}

/// See the table.
pub unsafe fn call_new(task: *mut u8, peer: u64, method: u64) -> *mut u8 {
    std::process::abort();
}

/// See the table.
pub unsafe fn call_buffer(call: *mut u8) -> *mut u8 {
    std::process::abort();
}

/// See the table.
pub unsafe fn call_send(task: *mut u8, call: *mut u8) {
    std::process::abort();
}

/// See the table.
pub unsafe fn call_poll(task: *mut u8, call: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn call_reader(call: *mut u8) -> *mut u8 {
    std::process::abort();
}

/// See the table.
pub unsafe fn call_malformed(call: *mut u8) {
    std::process::abort();
}

/// See the table.
pub unsafe fn call_detail(call: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn call_may_have_run(call: *mut u8) -> u64 {
    std::process::abort();
}

/// See the table.
pub unsafe fn call_fault(task: *mut u8, call: *mut u8) {
    std::process::abort();
}

/// See the table.
pub unsafe fn call_end(task: *mut u8, call: *mut u8) {
    std::process::abort();
}

/// See the table.
pub unsafe fn reply_fault(task: *mut u8, reply: *mut u8) {
    std::process::abort();
}

/// See the table.
pub unsafe fn reply_malformed(reply: *mut u8) {
    std::process::abort();
}
