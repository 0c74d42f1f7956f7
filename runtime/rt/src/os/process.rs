//! What a process asks of the operating system for itself. In: environment variables of the supervisor. Out: settings, a sign
//! of readiness.

use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// The exit code of a process whose supervisor is gone before it begins; nobody sees it.
const ORPHAN_EXIT: i32 = 1;

/// Settings of the whole process, before anything else happens.
pub fn prepare() {
    // SAFETY: setting a disposition to "ignore" runs no code of ours.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
    let supervisor = std::env::var("PLUTO_SUPERVISED").ok().and_then(|text| text.parse::<u32>().ok());
    if let Some(supervisor) = supervisor {
        // SAFETY: takes numbers only. Who started us ends: so do we.
        unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGTERM) };
        // It may have ended before that.
        if std::os::unix::process::parent_id() != supervisor {
            std::process::exit(ORPHAN_EXIT);
        }
    }
}

/// The number of the user that runs the process.
pub fn user() -> u32 {
    // SAFETY: it cannot fail and touches no memory.
    unsafe { libc::getuid() }
}

/// How many processors the process may use.
pub fn usable_processors() -> usize {
    // SAFETY: all bits zero is a valid set, which the call fills.
    let count = unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        let asked = libc::sched_getaffinity(0, size_of::<libc::cpu_set_t>(), &raw mut set);
        if asked == 0 { libc::CPU_COUNT(&set) } else { 0 }
    };
    usize::try_from(count).unwrap_or(0).max(1)
}

/// The processor's count of cycles; only differences mean anything.
#[inline]
pub fn cycles() -> u64 {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: every x86-64 processor has it.
    unsafe {
        std::arch::x86_64::_rdtsc()
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        use std::time::Instant;
        static BEGIN: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
        // About as many as elsewhere.
        BEGIN.elapsed().as_nanos() as u64 * 3
    }
}

/// 0: nobody has asked yet; else [`CAN_FENCE`] or [`CANNOT_FENCE`].
static FENCES: AtomicU8 = AtomicU8::new(0);
const CAN_FENCE: u8 = 1;
const CANNOT_FENCE: u8 = 2;

/// Is there [`fence_all_threads`]? Linux has it since 4.14; a sandbox may forbid it.
#[inline]
pub fn can_fence_all_threads() -> bool {
    match FENCES.load(Ordering::Relaxed) {
        0 => ask_for_fences(),
        known => known == CAN_FENCE,
    }
}

#[cold]
fn ask_for_fences() -> bool {
    let can = membarrier(libc::MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
    FENCES.store(if can { CAN_FENCE } else { CANNOT_FENCE }, Ordering::Relaxed);
    can
}

/// When this returns, every thread of the process has passed a full memory barrier: one that runs was interrupted for it.
pub fn fence_all_threads() {
    if !membarrier(libc::MEMBARRIER_CMD_PRIVATE_EXPEDITED) {
        // It was registered, and is not forbidden later: nothing else could be right now.
        std::process::abort();
    }
}

fn membarrier(command: c_int) -> bool {
    // SAFETY: takes numbers only.
    unsafe { libc::syscall(libc::SYS_membarrier, command, 0, 0) == 0 }
}

/// What a new thread needs: a stack for signal handlers.
pub fn prepare_thread() {
    #[cfg(not(test))]
    super::overflow::give_signal_stack();
}

/// Tells whoever waits at `PLUTO_READY_FD` that the process is ready: one byte, once.
pub fn tell_ready() {
    static TOLD: AtomicBool = AtomicBool::new(false);
    let Some(number) = std::env::var("PLUTO_READY_FD").ok().and_then(|text| text.parse::<c_int>().ok()) else { return };
    if number < 0 || TOLD.swap(true, Ordering::Relaxed) {
        return;
    }
    // SAFETY: the one byte lives; if the number is no open file, the calls fail and nothing happens.
    unsafe {
        libc::write(number, c"r".as_ptr().cast(), 1);
        libc::close(number);
    }
}
