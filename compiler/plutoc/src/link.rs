//! link: object + runtime → executable, by the system's `cc`. In: the bytes of an object. Out: a file, or a diagnostic.

use pluto_syntax::code::Code;
use pluto_syntax::diag::Diagnostic;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The runtime, pre-linked into one object by `build.rs`.
static RUNTIME: &[u8] = include_bytes!(env!("PLUTO_RUNTIME"));

/// Links one executable.
///
/// # Errors
/// E0603 without `cc`, E0604 if it fails, E0605 if something cannot be written.
pub fn link(object: &[u8], out: &Path) -> Result<(), Diagnostic> {
    let runtime = runtime_object()?;
    let mut file =
        tempfile::Builder::new().suffix(".o").tempfile().map_err(|error| cannot_write("a temporary file", &error))?;
    file.write_all(object).map_err(|error| cannot_write("a temporary file", &error))?;
    let mut cc = Command::new("cc");
    cc.arg("-o").arg(out).arg(file.path()).arg(&runtime);
    cc.args(["-Wl,--gc-sections", "-Wl,--build-id=none", "-pthread", "-lm", "-ldl"]);
    let output = cc.output().map_err(|error| missing_cc(&error))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let mut diagnostic = Diagnostic::global(Code::E0604, format!("`cc` could not link `{}`", out.display()));
    for line in text.lines().take(10) {
        diagnostic = diagnostic.note(line);
    }
    Err(diagnostic.help("is the output folder writable, and the C toolchain complete (`cc`, `ld`, libc)?"))
}

fn missing_cc(error: &std::io::Error) -> Diagnostic {
    Diagnostic::global(Code::E0603, format!("cannot run `cc`, which links the program: {error}"))
        .help("install a C compiler, for example with `apt-get install gcc`")
}

fn cannot_write(what: &str, error: &std::io::Error) -> Diagnostic {
    Diagnostic::global(Code::E0605, format!("cannot write {what}: {error}"))
}

/// The runtime as a file, unpacked once per version into the user's cache; several compilers may do so at the same time.
fn runtime_object() -> Result<PathBuf, Diagnostic> {
    let name = concat!("rt-", env!("PLUTO_RUNTIME_HASH"), ".o");
    let uid = rustix::process::getuid().as_raw();
    let own = std::env::temp_dir().join(format!("pluto-cache-{uid}"));
    let mut last = None;
    for folder in cache_folder().into_iter().chain([own]) {
        let file = folder.join(name);
        if std::fs::metadata(&file).is_ok_and(|found| found.len() == RUNTIME.len() as u64) {
            return Ok(file);
        }
        match unpack(&folder, &file) {
            Ok(()) => return Ok(file),
            Err(error) => last = Some(cannot_write(&format!("`{}`", file.display()), &error)),
        }
    }
    Err(last.unwrap_or_else(|| Diagnostic::global(Code::E0605, "there is no folder for the runtime's cache")))
}

fn unpack(folder: &Path, file: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut fresh = tempfile::NamedTempFile::new_in(folder)?;
    fresh.write_all(RUNTIME)?;
    fresh.persist(file)?;
    Ok(())
}

fn cache_folder() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    Some(set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")))?.join("pluto"))
}
