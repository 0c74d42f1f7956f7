//! `plutoc run` and `plutoc test`: builds into a folder of its own and runs what is there; afterwards nothing of it is left.

use super::build::{Output, write};
use super::folder::RunFolder;
use super::supervise;
use super::topology::Addresses;
use crate::load::{Files, Sources};
use crate::options::Options;
use crate::{compile, compile_tests, link};
use pluto_syntax::diag::{Diagnostic, Diagnostics};
use std::ffi::OsString;

/// A program built into a temporary folder, which is removed when this is dropped.
#[derive(Debug)]
pub struct Staged {
    folder: RunFolder,
    output: Output,
}

impl Staged {
    /// Runs it to its end; the result is the exit code of the main process (128 + signal if one killed it).
    #[must_use]
    pub fn run(self, args: &[OsString]) -> u8 {
        self.folder.share_with_children();
        supervise::run(&self.output.executables, self.folder.path(), args)
    }
}

/// Builds a program, or a whole system, for one run.
pub fn stage(files: &dyn Files, options: &Options, dx: &mut Diagnostics) -> (Sources, Option<Staged>) {
    let (sources, built) = compile(files, options, dx);
    let Some(built) = built else { return (sources, None) };
    let staged = RunFolder::create().and_then(|folder| {
        let out = if built.system.is_some() { folder.path().to_owned() } else { folder.path().join("program") };
        let output = write(&built, &out, &Addresses::Run(folder.path()))?;
        Ok(Staged { folder, output })
    });
    (sources, reported(staged, dx))
}

/// Builds the tests of a program.
pub fn stage_tests(files: &dyn Files, options: &Options, dx: &mut Diagnostics) -> (Sources, Option<Staged>) {
    let (sources, object) = compile_tests(files, options, dx);
    let Some(object) = object else { return (sources, None) };
    let staged = RunFolder::create().and_then(|folder| {
        let path = folder.path().join("tests");
        link::link(&object, &path)?;
        let has_main = pluto_middle::facts::HasMain::Yes;
        let executables = vec![super::build::Executable { process: "tests".to_owned(), path, has_main, stage: 0 }];
        Ok(Staged { folder, output: Output { executables } })
    });
    (sources, reported(staged, dx))
}

fn reported<T>(result: Result<T, Diagnostic>, dx: &mut Diagnostics) -> Option<T> {
    result.map_err(|diagnostic| dx.push(diagnostic)).ok()
}
