//! Standard output: whole lines, gathered in a buffer. In: texts. Out: bytes on descriptor 1.
//!
//! Several processes of a system share one output. So a write holds whole lines, and no more than a pipe takes in one piece;
//! only a line that is longer by itself is split by the system.

use super::string::text_of;
use std::fs::File;
use std::io::{ErrorKind, IsTerminal, Write};
use std::mem::ManuallyDrop;
use std::os::fd::FromRawFd;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread::sleep;
use std::time::Duration;

/// Prints a line.
///
/// # Safety
/// `text` is a string.
pub unsafe fn print(_task: *mut u8, text: u64) {
    // SAFETY: as the caller promises.
    print_line(unsafe { text_of(text) });
}

/// Prints a line.
pub fn print_line(line: &str) {
    let mut output = OUTPUT.lock().unwrap_or_else(PoisonError::into_inner);
    if output.len() + line.len() + 1 > PIECE {
        write_out(&mut output);
    }
    output.extend_from_slice(line.as_bytes());
    output.push(b'\n');
    if *AT_ONCE || output.len() >= PIECE {
        write_out(&mut output);
    }
}

/// Writes out what was printed. To be called before a frame is sent, before the process waits, and at exit.
pub fn flush_output() {
    write_out(&mut OUTPUT.lock().unwrap_or_else(PoisonError::into_inner));
}

/// What the system writes to a pipe in one piece (`PIPE_BUF`).
const PIECE: usize = 4096;

static OUTPUT: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static AT_ONCE: LazyLock<bool> = LazyLock::new(|| std::io::stdout().is_terminal());

fn write_out(output: &mut Vec<u8>) {
    if output.is_empty() {
        return;
    }
    // SAFETY: descriptor 1 is standard output as long as the process lives; it is not closed here.
    let mut file = ManuallyDrop::new(unsafe { File::from_raw_fd(1) });
    let mut rest = &output[..];
    while !rest.is_empty() {
        match file.write(rest) {
            Ok(0) => break,
            Ok(written) => rest = &rest[written..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // Whoever shares the descriptor may have made it so.
            Err(error) if error.kind() == ErrorKind::WouldBlock => sleep(Duration::from_millis(1)),
            // The reader is gone: there is nobody left to work for.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(1),
            Err(_) => break,
        }
    }
    output.clear();
}
