//! Arguments and files. In: paths as strings. Out: strings; reasons why not.

use super::array::array_of;
use super::describe::desc;
use super::output::flush_output;
use super::string::{new_string, text_of};
use std::io::ErrorKind;

/// The arguments without the program's name, as `[string]`. What is not UTF-8 in them is replaced.
///
/// # Safety
/// `strings` describes `[string]`.
pub unsafe fn env_args(strings: *mut u8) -> u64 {
    let args = std::env::args_os().skip(1);
    // SAFETY: as the caller promises; the words are new strings.
    unsafe { array_of(desc(strings), args.map(|arg| new_string(&arg.to_string_lossy()))) }
}

/// Reads a file as text. 0: `out` is the text; 2: `out` is the reason.
///
/// # Safety
/// `path` is a string, `out` the address of a word.
pub unsafe fn read_text(_task: *mut u8, path: u64, out: *mut u8) -> u64 {
    // A pipe or a terminal may let us wait.
    flush_output();
    // SAFETY: as the caller promises.
    let read = file_text(unsafe { text_of(path) });
    let (status, text) = match &read {
        Ok(text) => (0, text),
        Err(reason) => (2, reason),
    };
    // SAFETY: as the caller promises.
    unsafe { *out.cast::<u64>() = new_string(text) };
    status
}

fn file_text(path: &str) -> Result<String, String> {
    let bytes = std::fs::read(path).map_err(|error| reason(&error))?;
    String::from_utf8(bytes).map_err(|_| "is not UTF-8 text".to_owned())
}

fn reason(error: &std::io::Error) -> String {
    let known = [
        (ErrorKind::NotFound, "no such file"),
        (ErrorKind::PermissionDenied, "permission denied"),
        (ErrorKind::IsADirectory, "is a directory"),
        (ErrorKind::OutOfMemory, "too large for the memory"),
    ];
    let found = known.into_iter().find(|(kind, _)| *kind == error.kind());
    found.map_or_else(|| error.to_string(), |(_, text)| text.to_owned())
}
