//! What the user sees: each `tests/ui/*.pluto` with its diagnostics, as a snapshot beside it. (`regrettable/`: to improve.)

use libtest_mimic::{Arguments, Trial};
use pluto_tests::{driver, fences, repo};

fn main() {
    let arguments = Arguments::from_args();
    let sources = repo::files(&repo::root().join("tests/ui"), &["pluto"]);
    let trial = |path: std::path::PathBuf| {
        Trial::test(repo::relative(&path), move || {
            let text = repo::read(&path);
            let checked = driver::check(&fences::split_files(&text));
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            insta::with_settings!({
                snapshot_path => path.parent().unwrap_or(&path), prepend_module_to_snapshot => false, omit_expression => true,
            }, { insta::assert_snapshot!(name, format!("{text}\n────\n{}", checked.rendered)) });
            Ok(())
        })
    };
    libtest_mimic::run(&arguments, sources.into_iter().map(trial).collect()).exit();
}
