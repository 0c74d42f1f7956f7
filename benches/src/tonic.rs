//! The program with the rows of tonic, a package of its own (`peers/tonic`). In: cargo, and what it may fetch. Out: the path of the
//! executable, built at most once per run.

use crate::go;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// Why there is no program where it cannot be built; such rows go without.
pub(crate) const MISSING: &str = "no tonic";

/// The executable.
pub(crate) fn program() -> Result<PathBuf, String> {
    static PROGRAM: LazyLock<Option<PathBuf>> = LazyLock::new(|| match build() {
        Ok(program) => Some(program),
        Err(why) => {
            eprintln!("tonic cannot be built, the rows go without it: {why}");
            None
        }
    });
    PROGRAM.clone().ok_or_else(|| MISSING.to_owned())
}

fn build() -> Result<PathBuf, String> {
    let target = go::target()?.join("tonic");
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--release", "--locked", "--quiet", "--manifest-path"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/tonic/Cargo.toml"))
        .arg("--target-dir")
        .arg(&target)
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(target.join("release/tonic-peer"));
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(complaint.lines().take(5).collect::<Vec<_>>().join(" ⏎ "))
}
