//! The C program with the rivals in C. In: a C compiler, if there is one. Out: the path of the executable, built once per run.

use crate::go;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// Why there is no program where no compiler is found; such rows go without.
pub(crate) const MISSING: &str = "no cc";

/// The executable.
pub(crate) fn program() -> Result<PathBuf, String> {
    static PROGRAM: LazyLock<Result<PathBuf, String>> = LazyLock::new(build);
    PROGRAM.clone()
}

/// `cc` or what `CC` names, with `-O2`.
fn build() -> Result<PathBuf, String> {
    let program = go::target()?.join("c-rivals");
    let output = Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()))
        .args(["-O2", "-o"])
        .arg(&program)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("c/rivals.c"))
        .arg("-lm")
        .output();
    match output {
        Ok(output) if output.status.success() => Ok(program),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("there is no C compiler (`cc`, or what CC names): the rows go without C");
            Err(MISSING.to_owned())
        }
        Err(error) => Err(error.to_string()),
    }
}
