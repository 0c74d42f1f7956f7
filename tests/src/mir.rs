//! What we lower, under each system of a program, as a snapshot beside it: of each `tests/mir/*.pluto` the MIR after the ownership pass, of each
//! `tests/layout/*.pluto` the layouts.

use libtest_mimic::{Arguments, Failed, Trial};
use pluto_middle::{layout, mir};
use pluto_syntax::diag::Diagnostics;
use pluto_tests::{driver, fences, repo};
use plutoc::{back, front, lower_all};
use std::path::Path;

fn main() {
    let arguments = Arguments::from_args();
    let of_folder = |folder: &str, print: Print| {
        let sources = repo::files(&repo::root().join("tests").join(folder), &["pluto"]);
        sources.into_iter().map(move |path| trial(path, print))
    };
    let trials = of_folder("mir", mir::print::print).chain(of_folder("layout", layout::print::print));
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

/// What is shown of a program.
type Print = fn(&mir::Program) -> String;

fn trial(path: std::path::PathBuf, print: Print) -> Trial {
    Trial::test(repo::relative(&path), move || {
        let text = repo::read(&path);
        let files = fences::split_files(&text);
        let shown = driver::on_large_stack(move || lowered(&files, print))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        insta::with_settings!({
            snapshot_path => path.parent().unwrap_or(&path), prepend_module_to_snapshot => false, omit_expression => true,
        }, { insta::assert_snapshot!(name, format!("{text}\n────\n{shown}")) });
        Ok(())
    })
}

fn lowered(files: &driver::Files, print: Print) -> Result<String, Failed> {
    let mut dx = Diagnostics::default();
    let (_, front) = front(&driver::memory(files), Path::new(&files[0].0), &mut dx);
    let front = front.ok_or_else(|| format!("{:?}", dx.sorted()))?;
    let systems = front.hir.systems.ids().map(Some);
    let mut text = String::new();
    for system in std::iter::once(None).chain(systems) {
        let placed = back(&front, system, &mut dx);
        if dx.has_errors() {
            return Err(format!("{:?}", dx.sorted()).into());
        }
        for program in lower_all(&front, &placed, mir::Checks::None) {
            text += &format!("── {} · {} ──\n{}", placed.placement.name, program.process, print(&program));
        }
    }
    Ok(text)
}
