//! What a process asks of the operating system for itself. In: environment variables of the supervisor. Out: settings, a sign
//! of readiness.

use std::ffi::c_int;
use std::sync::atomic::{AtomicBool, Ordering};

/// Settings of the whole process, before anything else happens.
pub fn prepare() {
    // SAFETY: setting a disposition to "ignore" runs no code of ours.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
    if std::env::var_os("PLUTO_SUPERVISED").is_some_and(|value| value == "1") {
        // SAFETY: takes numbers only. Who started us ends: so do we.
        unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGTERM) };
    }
}

/// The number of the user that runs the process.
pub fn user() -> u32 {
    // SAFETY: it cannot fail and touches no memory.
    unsafe { libc::getuid() }
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
