//! The functions of the runtime's table in its sections "faults, errors" and "remote calls", and those of its neighbours. In:
//! addresses and words of generated code. Out: calls of the safe code in `task` and `call`.
#![allow(clippy::missing_safety_doc, reason = "the table in `pluto_abi::functions` is the contract")]

use pluto_abi::layout::ReplyKind;

pub use super::channels::*;
use super::program::Status;
use super::remote::RemoteCall;
pub use super::sort::*;
pub use super::tasks::*;
use crate::call::Target;
use crate::heap::fault_text::fault_message;
use crate::heap::string::{new_string, text_of};
use crate::heap::wire::Buffer;
use crate::task::Task;
use crate::task::fault::Stop;
use crate::task::handle::log_error;

/// The task at an address.
pub(super) unsafe fn task<'a>(task: *mut u8) -> &'a Task {
    // SAFETY: generated code hands on the task it was called with, which lives while it runs.
    unsafe { &*task.cast::<Task>() }
}

/// The call at an address.
unsafe fn remote<'a>(call: *mut u8) -> &'a mut RemoteCall {
    // SAFETY: generated code hands over what `call_new` gave, before `call_end`, and no function here keeps it.
    unsafe { &mut *call.cast::<RemoteCall>() }
}

/// Records a fault with this message in the task.
pub unsafe fn record_fault(at: *mut u8, message: String) {
    // SAFETY: the table's contract.
    unsafe { task(at) }.fault(message);
}

/// See the table.
pub unsafe fn fault(at: *mut u8, kind: u64, a: u64, b: u64) {
    // SAFETY: the table's contract.
    unsafe { task(at).fault(fault_message(kind, a, b)) }
}

/// See the table.
pub unsafe fn fault_text(at: *mut u8, text: u64) {
    // SAFETY: the table's contract.
    unsafe { task(at).fault(text_of(text).to_string()) }
}

/// See the table.
pub unsafe fn trace_start(at: *mut u8, site: u64) {
    // SAFETY: the table's contract.
    unsafe { task(at) }.trace_start(site);
}

/// See the table.
pub unsafe fn trace(at: *mut u8, _status: u64, site: u64) {
    // SAFETY: the table's contract.
    unsafe { task(at) }.trace(site);
}

/// See the table.
pub unsafe fn call_new(at: *mut u8, peer: u64, method: u64, timeout: u64) -> *mut u8 {
    // SAFETY: the table's contract.
    Box::into_raw(RemoteCall::begin(unsafe { task(at) }, peer, method, timeout)).cast()
}

/// See the table.
pub unsafe fn call_buffer(call: *mut u8) -> *mut u8 {
    // SAFETY: the table's contract.
    (&raw mut unsafe { remote(call) }.request).cast()
}

/// See the table.
pub unsafe fn call_send(at: *mut u8, call: *mut u8) {
    // SAFETY: the table's contract.
    unsafe { remote(call).send(task(at)) }
}

/// See the table.
pub unsafe fn call_begin(at: *mut u8, call: *mut u8) -> u64 {
    // SAFETY: the table's contract.
    u64::from(unsafe { remote(call).may_begin(task(at)) })
}

/// See the table.
pub unsafe fn call_detach(at: *mut u8, call: *mut u8, service: u64, method: u64) {
    // SAFETY: the table's contract: `call_new` made the call that way, nobody uses it any more, and the strings are static.
    unsafe {
        let target = Target { service: text_of(service), method: text_of(method) };
        Box::from_raw(call.cast::<RemoteCall>()).detach(task(at), target);
    }
}

/// See the table.
pub unsafe fn call_poll(at: *mut u8, call: *mut u8) -> u64 {
    // SAFETY: the table's contract.
    unsafe { remote(call).poll(task(at)) as u64 }
}

/// See the table.
pub unsafe fn call_reader(call: *mut u8) -> *mut u8 {
    // SAFETY: the table's contract.
    (&raw mut unsafe { remote(call) }.reply).cast()
}

/// See the table.
pub unsafe fn call_malformed(call: *mut u8) {
    // SAFETY: the table's contract.
    unsafe { remote(call) }.malformed();
}

/// See the table.
pub unsafe fn call_detail(call: *mut u8) -> u64 {
    // SAFETY: the table's contract.
    new_string(unsafe { remote(call) }.detail())
}

/// See the table.
pub unsafe fn call_may_have_run(call: *mut u8) -> u64 {
    // SAFETY: the table's contract.
    u64::from(unsafe { remote(call) }.may_have_run())
}

/// See the table.
pub unsafe fn call_fault(at: *mut u8, call: *mut u8) {
    // SAFETY: the table's contract.
    unsafe { remote(call).take_over(task(at)) }
}

/// See the table.
pub unsafe fn call_end(at: *mut u8, call: *mut u8) {
    // SAFETY: the table's contract: `call_new` made it that way, and nobody uses it any more.
    unsafe { Box::from_raw(call.cast::<RemoteCall>()).end(task(at)) };
}

/// See the table.
pub unsafe fn reply_error(at: *mut u8, reply: *mut u8, error: u64) -> u64 {
    // SAFETY: the table's contract.
    let (task, reply) = unsafe { (task(at), &mut *reply.cast::<Buffer>()) };
    if reply.is_wanted() {
        return 0;
    }
    let Status::Error(error) = Status::new(error) else { return 0 };
    log_error(&error.text(), &task.take_path());
    reply.byte(ReplyKind::Error as u8);
    1
}

/// See the table.
pub unsafe fn reply_fault(at: *mut u8, reply: *mut u8) {
    // SAFETY: the table's contract.
    let (task, reply) = unsafe { (task(at), &mut *reply.cast::<Buffer>()) };
    reply.clear();
    // Nothing is said of what was cut short: `call/serve` knows whether anybody waits.
    let Stop::Fault(fault) = task.take_stop() else { return };
    reply.byte(ReplyKind::Fault as u8);
    reply.text(&fault.message);
    reply.varint(fault.path.len() as u64);
    fault.path.iter().for_each(|line| reply.text(line));
}

/// See the table.
pub unsafe fn reply_malformed(reply: *mut u8) {
    // SAFETY: the table's contract.
    let reply = unsafe { &mut *reply.cast::<Buffer>() };
    reply.clear();
    reply.byte(ReplyKind::Malformed as u8);
}
