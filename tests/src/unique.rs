//! Values that nobody else has are changed where they lie: each `tests/unique/*.pluto`, run by the reference interpreter, copies as
//! often as it says and no oftener. In: programs that check their results themselves; lines `// copies: function n` say where copies
//! are needed, since somebody else has the value. Without such lines there must not be any.

use libtest_mimic::{Arguments, Failed, Trial};
use pluto_interpreter::World;
use pluto_tests::{driver, fences, repo};
use std::collections::BTreeMap;

fn main() {
    let arguments = Arguments::from_args();
    let sources = repo::files(&repo::root().join("tests/unique"), &["pluto"]);
    let trial = |path: std::path::PathBuf| Trial::test(repo::relative(&path), move || count(&repo::read(&path)));
    libtest_mimic::run(&arguments, sources.into_iter().map(trial).collect()).exit();
}

fn count(text: &str) -> Result<(), Failed> {
    let program = driver::lowered(&fences::split_files(text))?;
    let ran = pluto_interpreter::run(&program, &World::default()).map_err(|stopped| stopped.to_string())?;
    if ran.code != 0 {
        return Err(format!("exit code {}\n{}", ran.code, ran.errors).into());
    }
    let wanted = wanted(text)?;
    if ran.copies == wanted { Ok(()) } else { Err(format!("copies wanted: {wanted:?}\nmade: {:?}", ran.copies).into()) }
}

fn wanted(text: &str) -> Result<BTreeMap<String, u64>, String> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("// copies: "));
    let row = |line: &str| {
        let (function, count) = line.split_once(' ')?;
        Some((function.to_owned(), count.parse().ok()?))
    };
    lines.map(|line| row(line).ok_or_else(|| format!("write `// copies: function n`, not `{line}`"))).collect()
}
