//! Builds the runtime (nested cargo, own target directory), links it into one object, and says where it is.
//! Out: `PLUTO_RUNTIME` (path of the object to embed), `PLUTO_RUNTIME_HASH`, `PLUTO_COMMIT`.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

macro_rules! symbols {
    ($($(#[$about:meta])* $name:ident($($param:ident: $kind:ident),*) -> $result:ident;)*) => {
        const SYMBOLS: &[&str] = &[$(concat!("pluto_", stringify!($name))),*];
    };
}
pluto_abi::for_each_runtime_fn!(symbols);

fn main() {
    let root = manifest_dir().join("../..").canonicalize().expect("the workspace is there");
    let out = PathBuf::from(env("OUT_DIR"));
    let archive = build_runtime(&root, &out);
    embed_pages(&root, &out);
    let object = out.join("pluto_rt.o");
    prelink(&archive, &object);
    let mut hasher = DefaultHasher::new();
    std::fs::read(&object).expect("the object was just written").hash(&mut hasher);
    println!("cargo:rustc-env=PLUTO_RUNTIME={}", object.display());
    println!("cargo:rustc-env=PLUTO_RUNTIME_HASH={:016x}", hasher.finish());
    println!("cargo:rustc-env=PLUTO_COMMIT={}", commit(&root));
    for path in ["runtime", "spec/errors", "Cargo.lock", "compiler/plutoc/build.rs", ".git/HEAD", ".git/logs/HEAD"] {
        if root.join(path).exists() {
            println!("cargo:rerun-if-changed={}", root.join(path).display());
        }
    }
}

/// Compiles `pluto-rt` to a static archive: optimised always, with LTO only when `plutoc` itself is built for release.
fn build_runtime(root: &Path, out: &Path) -> PathBuf {
    let profile = env("PROFILE");
    let target = out.ancestors().nth(4).expect("OUT_DIR is inside the target directory").join("pluto-runtime");
    let target = target.join(&profile);
    let mut cargo = Command::new(env("CARGO"));
    cargo.current_dir(root).args(["build", "--release", "--locked", "-p", "pluto-rt", "--lib"]);
    cargo.arg("--target-dir").arg(&target);
    for (name, _) in std::env::vars() {
        let ours = name.starts_with("CARGO_") && name != "CARGO_HOME" && !name.starts_with("CARGO_NET");
        if ours || name.starts_with("RUSTC") || name == "RUSTFLAGS" || name == "CLIPPY_ARGS" {
            cargo.env_remove(&name);
        }
    }
    if profile == "release" {
        cargo.env("CARGO_PROFILE_RELEASE_LTO", "fat").env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1");
    }
    // Frames of generated code cannot be unwound: a panic ends the process (`rt/os/entry.rs`).
    cargo.env("CARGO_PROFILE_RELEASE_PANIC", "abort");
    let status = cargo.status().expect("cargo runs");
    assert!(status.success(), "the runtime does not compile");
    target.join("release/libpluto_rt.a")
}

/// Links the archive into one relocatable object that keeps only what generated code and the system reach.
fn prelink(archive: &Path, object: &Path) {
    let mut ld = Command::new("ld");
    ld.args(["-r", "--gc-sections", "--strip-debug", "--entry=main", "-u", "main", "-o"]).arg(object);
    for symbol in SYMBOLS {
        ld.args(["-u", symbol]);
    }
    let status = ld.arg(archive).status().expect("`ld` (binutils) is needed to build the runtime");
    assert!(status.success(), "the runtime does not link");
}

/// Writes `pages.rs`: the page of each diagnostic code, for `plutoc explain`.
fn embed_pages(root: &Path, out: &Path) {
    let folder = root.join("spec/errors");
    let entries = std::fs::read_dir(&folder).into_iter().flatten().filter_map(Result::ok);
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|it| it == "md")).collect();
    files.sort();
    let row = |path: &PathBuf| format!("    ({:?}, include_str!({path:?})),\n", path.file_stem().unwrap_or_default());
    let rows: String = files.iter().map(row).collect();
    let text = format!("/// Page texts by code.\nstatic PAGES: &[(&str, &str)] = &[\n{rows}];\n");
    std::fs::write(out.join("pages.rs"), text).expect("OUT_DIR is writable");
}

fn commit(root: &Path) -> String {
    let output = Command::new("git").current_dir(root).args(["rev-parse", "--short=12", "HEAD"]).output();
    match output {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        Ok(_) | Err(_) => "unknown".to_owned(),
    }
}

fn manifest_dir() -> PathBuf {
    PathBuf::from(env("CARGO_MANIFEST_DIR"))
}

fn env(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"))
}
