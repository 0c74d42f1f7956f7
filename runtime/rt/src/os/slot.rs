//! The memory of tasks. In: requests for a task. Out: [`TaskRef`]s: a task at the top of its own stack of 1 MiB.
//!
//! Slots are cut from large regions that are never given back, so the address of a task stays valid for ever; what is behind it
//! may be a later task. A slot costs virtual memory only, until it is used: an idle task touches the page of the task and of the
//! first frames of its stack, and half a page of page tables.

use std::fmt;
use std::io;
use std::num::NonZeroUsize;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::task::Task;

/// The size of every slot, the same for all tasks, so that recursion behaves the same everywhere.
pub const SLOT_BYTES: usize = 1024 * 1024;
/// Below the limit that generated code respects, so much is left for functions of the runtime.
const RED_ZONE: usize = 32 * 1024;
/// The lowest page of a slot: whoever touches it is stopped.
const GUARD_BYTES: usize = 4096;
/// So many slots are reserved at a time.
const SLOTS_PER_REGION: usize = 256;
/// So many bytes at the top of a free slot keep their memory.
const KEPT_BYTES: usize = 8 * 1024;
/// In so many places tasks lie within the first page of their slots.
const COLOURS: usize = 24;
/// So many free slots are kept as they are; what others have touched below their first pages is given back.
const MOST_WARM: usize = 2048;
/// Linux 6.13 and later: a guard that takes no mapping of its own.
const MADV_GUARD_INSTALL: libc::c_int = 102;

/// A task, by address. It stays valid for ever, but what it means changes when the task has ended: then it is some later task.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TaskRef(NonNull<Task>);

// SAFETY: the memory is never given back, and what others may use of a task is atomic; the rest is left to the thread that runs
// the task (`task.rs`).
unsafe impl Send for TaskRef {}
// SAFETY: the same.
unsafe impl Sync for TaskRef {}

impl TaskRef {
    /// A task by itself.
    pub fn of(task: &Task) -> TaskRef {
        TaskRef(NonNull::from(task))
    }

    /// What is there.
    #[inline]
    pub(crate) fn task(self) -> &'static Task {
        // SAFETY: every `TaskRef` points to a `Task` in a slot, which is never given back, and is only used through `&`.
        unsafe { self.0.as_ref() }
    }

    /// Its address, to tell tasks apart.
    pub fn address(self) -> usize {
        self.0.as_ptr().addr()
    }
}

impl fmt::Debug for TaskRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "task {}", self.task().id())
    }
}

/// A reference that others may read while it is set.
pub struct Shared<T: 'static>(AtomicPtr<T>);

impl<T> Shared<T> {
    /// Forgets it.
    #[inline]
    pub fn clear(&self) {
        self.0.store(std::ptr::null_mut(), Ordering::Release);
    }

    /// Sets it.
    #[inline]
    pub fn set(&self, value: &'static T) {
        self.0.store(std::ptr::from_ref(value).cast_mut(), Ordering::Release);
    }

    /// What it was set to.
    #[inline]
    pub fn get(&self) -> Option<&'static T> {
        // SAFETY: null, or made from a `&'static T`.
        unsafe { self.0.load(Ordering::Acquire).as_ref() }
    }
}

impl<T> Default for Shared<T> {
    fn default() -> Shared<T> {
        Shared(AtomicPtr::new(std::ptr::null_mut()))
    }
}

impl<T> fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shared")
    }
}

/// The stack of a task: the slot below it.
#[derive(Clone, Copy, Debug)]
pub struct SlotStack(NonZeroUsize);

impl SlotStack {
    /// The stack of this task.
    pub fn of(task: &Task) -> SlotStack {
        SlotStack(NonZeroUsize::from(NonNull::from(task).addr()))
    }

    /// The lowest address that a Pluto function may be entered with.
    pub fn code_limit(self) -> u64 {
        (self.bottom() + GUARD_BYTES + RED_ZONE) as u64
    }

    /// Where it begins: with the guard. Where the system gives none, generated code has checked the limit before it gets there.
    pub fn bottom(self) -> usize {
        self.0.get() & !(SLOT_BYTES - 1)
    }

    /// Where it ends: below the task, which is aligned to 64 bytes.
    pub fn top(self) -> usize {
        self.0.get()
    }
}

/// Slots that no task uses, and regions.
struct Pool {
    /// Touched as little as a slot can be, or not yet asked to forget what was touched.
    free: Vec<TaskRef>,
    /// How many of them, from the end, may have touched more.
    warm: usize,
    regions: Vec<Region>,
}

struct Region {
    begin: usize,
    /// How many slots were cut from it.
    cut: usize,
}

static POOL: Mutex<Pool> = Mutex::new(Pool { free: Vec::new(), warm: 0, regions: Vec::new() });

fn pool() -> std::sync::MutexGuard<'static, Pool> {
    POOL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes so many free tasks, or as many as there is memory for; an error if there is none at all.
pub fn take(count: usize, into: &mut Vec<TaskRef>) -> io::Result<()> {
    let mut pool = pool();
    for _ in 0..count {
        match pool.free.pop() {
            Some(task) => {
                pool.warm = pool.warm.saturating_sub(1);
                into.push(task);
            }
            None => match pool.cut() {
                Ok(task) => into.push(task),
                Err(error) if into.is_empty() => return Err(error),
                Err(_) => return Ok(()),
            },
        }
    }
    Ok(())
}

/// Gives tasks back that have ended.
pub fn give(tasks: impl Iterator<Item = TaskRef>) {
    let mut pool = pool();
    let before = pool.free.len();
    pool.free.extend(tasks);
    pool.warm += pool.free.len() - before;
    if pool.warm > MOST_WARM {
        pool.cool();
    }
}

/// Calls `visit` with every task that exists, also those that have ended.
pub fn each(mut visit: impl FnMut(TaskRef)) {
    // Not while the pool is locked: whoever visits may make tasks.
    let regions: Vec<(usize, usize)> = pool().regions.iter().map(|region| (region.begin, region.cut)).collect();
    for (begin, cut) in regions {
        (0..cut).for_each(|slot| visit(task_in(begin, slot)));
    }
}

impl Pool {
    /// A task in a new slot.
    fn cut(&mut self) -> io::Result<TaskRef> {
        if self.regions.last().is_none_or(|region| region.cut == SLOTS_PER_REGION) {
            let begin = reserve()?;
            self.regions.push(Region { begin, cut: 0 });
        }
        let Some(region) = self.regions.last_mut() else { return Err(io::ErrorKind::OutOfMemory.into()) };
        guard(region.begin + region.cut * SLOT_BYTES);
        let task = task_in(region.begin, region.cut);
        // SAFETY: the slot is new, mapped for writing, and nobody knows it.
        unsafe { task.0.write(Task::blank()) };
        region.cut += 1;
        Ok(task)
    }

    /// Has the system forget what the stacks of the older half of the warm slots hold.
    fn cool(&mut self) {
        let first = self.free.len() - self.warm;
        let count = self.warm / 2;
        for task in &self.free[first..first + count] {
            let top = task.address() & !(KEPT_BYTES - 1);
            let bottom = SlotStack::of(task.task()).bottom() + GUARD_BYTES;
            // SAFETY: the task has ended, so nothing below it is in use; the task itself and the page below it stay.
            unsafe { libc::madvise((bottom as *mut u8).cast(), top - bottom, libc::MADV_DONTNEED) };
        }
        self.warm -= count;
    }
}

/// Where the task of a slot is: at its top, a little lower in each than in the one before. Slots are a power of two apart: at the
/// same place in all of them, tasks would share the same few lines of the caches.
fn task_in(region: usize, slot: usize) -> TaskRef {
    let size = size_of::<Task>().next_multiple_of(64);
    let at = region + (slot + 1) * SLOT_BYTES - size - slot % COLOURS * 64;
    TaskRef(NonNull::new(at as *mut Task).unwrap_or_else(|| unreachable!("regions are not at address 0")))
}

/// Address space for a region, aligned to the size of slots.
fn reserve() -> io::Result<usize> {
    let bytes = (SLOTS_PER_REGION + 1) * SLOT_BYTES;
    // SAFETY: a new private mapping touches nothing that exists.
    let at = unsafe {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE | libc::MAP_STACK;
        libc::mmap(std::ptr::null_mut(), bytes, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0)
    };
    if at == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    // Where the kernel has no huge pages, it refuses; that is fine.
    // SAFETY: advice about our own mapping.
    unsafe { libc::madvise(at, bytes, libc::MADV_NOHUGEPAGE) };
    Ok(at.addr().next_multiple_of(SLOT_BYTES))
}

/// Guards the lowest page of a slot, as well as the system lets us.
fn guard(slot: usize) {
    /// Mappings that page protection may take: each guard splits one in two.
    static PROTECTED: AtomicUsize = AtomicUsize::new(0);
    let at = (slot as *mut u8).cast();
    // SAFETY: the page is the lowest of a slot that nobody uses yet.
    if unsafe { libc::madvise(at, GUARD_BYTES, MADV_GUARD_INSTALL) } == 0 {
        return;
    }
    if PROTECTED.fetch_add(1, Ordering::Relaxed) < most_protected() {
        protect(slot);
    }
}

/// For systems that have no `MADV_GUARD_INSTALL`.
fn protect(slot: usize) {
    // SAFETY: as for `guard`.
    unsafe { libc::mprotect((slot as *mut u8).cast(), GUARD_BYTES, libc::PROT_NONE) };
}

/// How many guards page protection may give, so that half of the process's mappings are left for others.
fn most_protected() -> usize {
    static MOST: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
    *MOST.get_or_init(|| {
        let limit = std::fs::read_to_string("/proc/sys/vm/max_map_count").ok();
        limit.and_then(|text| text.trim().parse::<usize>().ok()).unwrap_or(65_530) / 4
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_guards_of_its_own_the_system_protects_the_page() {
        let slot = reserve().expect("memory");
        protect(slot);
        let maps = std::fs::read_to_string("/proc/self/maps").expect("Linux");
        let page = format!("{slot:x}-{:x} ---p", slot + GUARD_BYTES);
        assert!(maps.lines().any(|line| line.starts_with(&page)), "{page}\n{maps}");
    }

    #[test]
    fn a_task_lies_above_its_stack() {
        let mut tasks = vec![];
        take(3, &mut tasks).expect("memory");
        for task in &tasks {
            let stack = SlotStack::of(task.task());
            assert_eq!(stack.top(), task.address());
            assert_eq!(task.address() % 64, 0);
            assert!(stack.top() - stack.bottom() > SLOT_BYTES - 4096, "the task is small");
            assert_eq!(stack.bottom() % SLOT_BYTES, 0);
            assert!(task.task().is_done());
        }
        let mut seen = 0;
        each(|task| seen += usize::from(tasks.contains(&task)));
        assert_eq!(seen, 3);
        give(tasks.into_iter());
    }
}
