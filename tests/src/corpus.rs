//! The programs with recorded outputs: `NAME.pluto` with `NAME.out` in `tests/run`, and the folders of `examples/` with `main.pluto`,
//! `expected.txt` and perhaps `args` (one argument a line, paths relative to the repository). In: the repository. Out: cases.

use crate::driver::{Files, Ran};
use crate::{fences, repo};
use std::path::{Path, PathBuf};

/// A program and where its output is recorded.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its path, relative to the repository.
    pub name: String,
    /// Its modules.
    pub files: Files,
    /// The file with its output; a first line `exit N` gives an exit code.
    pub expected: PathBuf,
    /// Its arguments.
    pub args: Vec<String>,
}

/// All of them, in a fixed order.
#[must_use]
pub fn cases() -> Vec<Case> {
    let of_run = repo::files(&repo::root().join("tests/run"), &["pluto"]).into_iter().map(|path| Case {
        name: repo::relative(&path),
        files: fences::split_files(&repo::read(&path)),
        expected: path.with_extension("out"),
        args: vec![],
    });
    let mains = repo::files(&repo::root().join("examples"), &["pluto"]);
    let of_examples = mains.into_iter().filter(|path| path.ends_with("main.pluto")).map(|main| {
        let folder = main.parent().expect("a file is in a folder");
        let args = std::fs::read_to_string(folder.join("args")).unwrap_or_default();
        Case {
            name: repo::relative(folder),
            files: folder_files(&main, folder),
            expected: folder.join("expected.txt"),
            args: args.lines().map(str::to_owned).collect(),
        }
    });
    of_run.chain(of_examples).collect()
}

fn folder_files(main: &Path, folder: &Path) -> Files {
    let others = repo::files(folder, &["pluto"]).into_iter().filter(|path| path != main);
    let name = |path: &Path| path.strip_prefix(folder).unwrap_or(path).display().to_string();
    std::iter::once(main.to_owned()).chain(others).map(|path| (name(&path), repo::read(&path))).collect()
}

/// Output and exit code as they are recorded.
#[must_use]
pub fn as_recorded(ran: &Ran) -> String {
    if ran.code == 0 { ran.output.clone() } else { format!("exit {}\n{}", ran.code, ran.output) }
}
