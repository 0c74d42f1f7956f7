//! The functions of the runtime's table that suspend, lock, and handle tasks and time. In: addresses and words of generated code.
//! Out: calls of the safe code in `task`.
#![allow(clippy::missing_safety_doc, reason = "the table in `pluto_abi::functions` is the contract")]

use pluto_abi::layout::{HANDLE, TypeDesc, Waited};

use joined::StateRef;
pub use joined::{Ending, Jointly, Outcome};

use super::imp::task;
use super::program::Status;
use super::value::Value;
use crate::heap::check::publishing::{Seen, look_now_and_then, object_published};
use crate::heap::describe::desc;
use crate::heap::object::Object;
use crate::heap::sharing::publish_object;
use crate::heap::string::new_string;
use crate::task::Task;
use crate::task::handle::{End, TaskState, end_of};
use crate::task::lock::{Mode, Stay};
use crate::task::locks::Wish;
use crate::task::rebuild::Rebuild;

mod joined;

/// See the table.
#[inline(always)]
pub unsafe fn suspend(at: *mut u8) {
    // SAFETY: the table's contract.
    unsafe { task(at) }.suspend();
}

/// See the table.
pub unsafe fn safepoint(at: *mut u8) {
    // SAFETY: the table's contract.
    unsafe { task(at) }.safepoint();
}

/// See the table.
pub unsafe fn memory_loop(at: *mut u8) {
    // SAFETY: the table's contract.
    if unsafe { task(at) }.scheduler().has_one_worker() {
        look_now_and_then();
    }
}

/// See the table.
pub unsafe fn stack_check(at: *mut u8, stack_pointer: u64) -> u64 {
    // SAFETY: the table's contract.
    let task = unsafe { task(at) };
    if stack_pointer < task.code_limit() {
        return 1;
    }
    task.safepoint();
    0
}

/// See the table.
#[inline(always)]
pub unsafe fn lock_take(at: *mut u8, service: u64, mode: u64, site: u64) -> u64 {
    // SAFETY: the table's contract.
    unsafe { task(at) }.take_lock(service as usize, wish(mode), site) as u64
}

/// See the table.
#[inline(always)]
pub unsafe fn lock_give_back(at: *mut u8, service: u64, mode: u64) {
    // SAFETY: the table's contract.
    unsafe { task(at) }.give_lock_back(service as usize, wish(mode));
}

/// See the table.
pub unsafe fn service_enter(at: *mut u8, service: u64, mode: u64, site: u64) -> u64 {
    // SAFETY: the table's contract.
    unsafe { task(at) }.enter_service(service as usize, wish(mode), site) as u64
}

/// See the table.
pub unsafe fn service_failed(at: *mut u8, service: u64, status: u64, at_once: u64) {
    // An error is nothing that breaks a service.
    if status == 1 {
        // SAFETY: the table's contract.
        let task = unsafe { task(at) };
        task.ended_early_in(service as usize, if at_once == 0 { Rebuild::AtNextCall } else { Rebuild::AtOnce });
    }
}

/// See the table.
pub unsafe fn service_clear(at: *mut u8, service: u64) {
    // SAFETY: the table's contract.
    let task = unsafe { task(at) };
    // Ends of channels that the service held are lost: nobody has used them to the end.
    task.as_if_unwinding(|| task.scheduler().program().drop_service(service as usize));
}

#[inline]
fn wish(bits: u64) -> Wish {
    Wish {
        mode: if bits & 1 == 0 { Mode::Read } else { Mode::Write },
        stay: if bits & 2 == 0 { Stay::Long } else { Stay::Brief },
    }
}

type RunFn = unsafe extern "C" fn(task: *const Task, closure: u64, out: *mut u64) -> u64;

/// What a new task is to do. Its closure has been marked as shared, or only it owns it.
struct Job {
    run: RunFn,
    closure: u64,
    result: *const TypeDesc,
}

// SAFETY: `task_spawn` marks the closure; the others are static.
unsafe impl Send for Job {}

impl Job {
    fn run(self, task: &Task) -> End {
        let mut out = 0;
        // SAFETY: the table promises this type; the task is the one that runs.
        let status = Status::new(unsafe { (self.run)(task, self.closure, &raw mut out) });
        // SAFETY: the result is of the type that the handle's descriptor names.
        end_of(task, status, || unsafe { Value::new(self.result.cast_mut().cast(), out) })
    }
}

/// See the table.
#[inline(always)]
pub unsafe fn task_spawn(at: *mut u8, closure: u64, run: *mut u8, handle_desc: *mut u8, out: *mut u8) -> u64 {
    // SAFETY: the table's contract.
    let (task, run, handle_type) = unsafe {
        publish_object(closure);
        object_published(closure, Seen::ByTheNext);
        (task(at), std::mem::transmute::<*mut u8, RunFn>(run), desc(handle_desc))
    };
    let job = Job { run, closure, result: handle_type.first };
    let scheduler = task.scheduler();
    scheduler.start_monitor();
    task.operated();
    let handle = Object::new(handle_type, 1);
    let spawned = scheduler.spawn_with(
        |task| {
            let (state, other) = StateRef::pair(TaskState::new(task));
            handle.set(HANDLE, state.into_word());
            task.join(other);
        },
        move |task| {
            let end = job.run(task);
            task.finish(end);
        },
    );
    if let Err(error) = spawned {
        // SAFETY: the closure is ours; the handle was not filled and is dropped as one that means nothing.
        unsafe {
            Object::from_word(closure).drop_count();
            handle.set(HANDLE, 0);
            handle.drop_count();
        }
        task.fault(format!("no memory for another task: {error}"));
        return 1;
    }
    // SAFETY: the table's contract.
    unsafe { *out.cast::<u64>() = handle.word() };
    0
}

/// What is behind a handle object.
unsafe fn state<'a>(handle: u64) -> &'a TaskState {
    // SAFETY: the handle is alive, and its word is the address of a state that it owns.
    unsafe { &*(Object::from_word(handle).get(HANDLE) as *const TaskState) }
}

/// A handle object is freed: what was its word.
///
/// # Safety
/// The word comes from a handle object's `HANDLE`, and is not used any more.
pub unsafe fn drop_handle(word: u64) {
    if word != 0 {
        // SAFETY: `task_spawn` made it; the handle object was that owner.
        drop(unsafe { StateRef::from_word(word) });
    }
}

/// See the table.
#[inline(always)]
pub unsafe fn task_get(at: *mut u8, handle: u64, site: u64, out: *mut u8) -> u64 {
    // SAFETY: the table's contract.
    let (waited, word) = unsafe { state(handle).get(task(at), site) };
    match waited {
        // SAFETY: the table's contract.
        Waited::Done | Waited::Error => unsafe { *out.cast::<u64>() = word },
        Waited::Early | Waited::Suspend | Waited::Closed | Waited::Lost | Waited::Cancelled => {}
    }
    waited as u64
}

/// See the table.
pub unsafe fn task_ended(at: *mut u8, handle: u64, site: u64, out: *mut u8) -> u64 {
    // SAFETY: the table's contract.
    let (waited, word) = unsafe { state(handle).ended(task(at), site) };
    if waited == Waited::Done {
        // SAFETY: the table's contract.
        unsafe { *out.cast::<u64>() = word };
    }
    waited as u64
}

/// See the table.
pub unsafe fn task_message(handle: u64) -> u64 {
    // SAFETY: the table's contract.
    new_string(&unsafe { state(handle) }.message())
}

/// See the table.
pub unsafe fn task_cancel(handle: u64) {
    // SAFETY: the table's contract.
    unsafe { state(handle) }.cancel();
}

/// See the table.
pub unsafe fn task_detach(handle: u64) {
    // SAFETY: the table's contract.
    unsafe { state(handle) }.detach();
}

/// See the table.
pub unsafe fn task_detach_call(handle: u64) {
    // SAFETY: the table's contract.
    unsafe { state(handle) }.detach_call();
}

/// See the table.
pub unsafe fn sleep(at: *mut u8, nanoseconds: u64, site: u64) -> u64 {
    // SAFETY: the table's contract.
    unsafe { task(at) }.sleep(nanoseconds as i64, site) as u64
}

/// See the table.
pub unsafe fn deadline_begin(at: *mut u8, nanoseconds: u64, out: *mut u8) {
    // SAFETY: the table's contract: room for two words.
    unsafe {
        let (before, own) = task(at).begin_deadline(nanoseconds as i64);
        out.cast::<u64>().write(before);
        out.cast::<u64>().add(1).write(own);
    }
}

/// See the table.
pub unsafe fn deadline_end(at: *mut u8, before: u64) {
    // SAFETY: the table's contract.
    unsafe { task(at) }.end_deadline(before);
}

/// See the table.
pub unsafe fn deadline_expired(at: *mut u8, own: u64) -> u64 {
    // SAFETY: the table's contract.
    u64::from(unsafe { task(at) }.take_expiry(own))
}

#[cfg(test)]
mod tests;
