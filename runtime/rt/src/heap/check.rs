//! Looking after memory. In: what is allocated, freed, used and shown to other tasks. Out: reports of what is used after it was freed,
//! of what was never freed, and of what other tasks see and must not.
//!
//! Off in most programs: then it costs a test per allocation. `PLUTO_CHECK_LEAKS=1` lists at exit what is left ([`Watch::Leaks`]). In
//! programs of `plutoc --check-memory`, generated code asks about every object that it uses and says where it is, and freed memory is
//! kept for a while ([`Watch::All`]).

mod books;
mod label;
mod place;
pub(crate) mod publishing;
mod report;

pub(super) use books::{allocated, freed, moved};
pub(super) use report::dead;
pub use report::{leak_report, memory_freed};

use crate::os::program::Program;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

/// The exit code of a process that finds something wrong with its memory.
pub const MEMORY_EXIT: i32 = 97;

/// What is looked after.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Watch {
    /// Nobody has asked yet.
    Unknown = 0,
    Nothing = 1,
    /// What is left at the end.
    Leaks = 2,
    /// Everything.
    All = 3,
}

/// The program, if it checks its memory.
static PROGRAM: OnceLock<Program> = OnceLock::new();
static WATCH: AtomicU8 = AtomicU8::new(Watch::Unknown as u8);

/// The program checks its memory. At start, before any object is made.
pub fn begin(program: Program) {
    let _ = PROGRAM.set(program);
    WATCH.store(Watch::All as u8, Ordering::Relaxed);
}

/// Is anything looked after? The same for the life of the process.
#[inline]
pub(super) fn is_on() -> bool {
    let watch = WATCH.load(Ordering::Relaxed);
    if watch == Watch::Unknown as u8 { ask_environment() } else { watch != Watch::Nothing as u8 }
}

/// Is everything?
#[inline]
pub(crate) fn is_complete() -> bool {
    WATCH.load(Ordering::Relaxed) == Watch::All as u8
}

#[cold]
fn ask_environment() -> bool {
    let on = std::env::var_os("PLUTO_CHECK_LEAKS").is_some_and(|value| value == "1");
    let watch = if on { Watch::Leaks } else { Watch::Nothing };
    WATCH.store(watch as u8, Ordering::Relaxed);
    on
}
