//! Every `pluto` fence in `spec/` and `README.md` keeps its promise; every diagnostic code has a page that provokes it.

use libtest_mimic::{Arguments, Failed, Trial};
use pluto_syntax::code::Code;
use pluto_tests::driver::{self, Checked};
use pluto_tests::fences::{self, Case};
use pluto_tests::repo;
use std::path::{Path, PathBuf};

/// Codes (or how they begin) that no fence can provoke, and what does.
const PROVOKED_ELSEWHERE: &[(&str, &str)] = &[
    ("E06", "files and tools: tests/src/commands.rs and hostile.rs"),
    ("E0210", "`plutoc check` accepts libraries: tests/src/hostile.rs"),
    ("E0509", "names a system on the command line: tests/src/commands.rs"),
    ("E0507", "every type of today can cross: compiler/middle/tests/facts/placement.rs"),
];

fn main() {
    let mut arguments = Arguments::from_args();
    if std::env::var_os("BLESS").is_some() {
        arguments.test_threads = Some(1);
    }
    let mut pages = repo::files(&repo::root().join("spec"), &["md"]);
    pages.push(repo::root().join("README.md"));
    let mut trials: Vec<Trial> = pages.iter().flat_map(|page| trials_of(page)).collect();
    trials.push(Trial::test("every code has a page", every_code_has_a_page));
    libtest_mimic::run(&arguments, trials).exit();
}

fn trials_of(page: &Path) -> Vec<Trial> {
    let text = repo::read(page);
    let in_errors = page.parent().is_some_and(|folder| folder.ends_with("errors"));
    let code = page.file_stem().map(|stem| stem.to_string_lossy().into_owned()).filter(|_| in_errors);
    let named = |case: Case| {
        let name = format!("{}:{}", repo::relative(page), case.program.line);
        let (page, code) = (page.to_owned(), code.clone());
        Trial::test(name, move || keep(&page, &case, code.as_deref()))
    };
    fences::cases(&text).into_iter().map(named).collect()
}

fn keep(page: &Path, case: &Case, code: Option<&str>) -> Result<(), Failed> {
    let files = fences::split_files(&case.program.text);
    match case.promise() {
        "run" => {
            let ran = driver::run_local(&files, &[], &repo::root(), &[(None, driver::Heap::Counted)])?.remove(0);
            ran.memory_is_fine()?;
            same(page, output_of(case)?, &shown(&ran))?;
            under_every_system(&files, &ran)
        }
        "systems" => {
            let first = systems(&files).next().ok_or("a `systems` fence declares systems")?;
            let ran = driver::run_system(&files, first, &[], &repo::root());
            same(page, output_of(case)?, &shown(&ran))?;
            under_every_system(&files, &ran)
        }
        "check" => {
            let checked = driver::check(&files);
            if checked.found.is_empty() { Ok(()) } else { Err(checked.rendered.into()) }
        }
        "test" => {
            let temp = tempfile::tempdir().map_err(|error| error.to_string())?;
            for (name, text) in &files {
                std::fs::write(temp.path().join(name), text).map_err(|error| error.to_string())?;
            }
            let mut command = std::process::Command::new(driver::plutoc());
            let ran = driver::run_command(command.arg("test").arg(temp.path().join(&files[0].0)));
            if ran.code == 0 { Ok(()) } else { Err(format!("{}{}", ran.output, ran.errors).into()) }
        }
        "fails" => fails(page, case, &driver::check(&files), code),
        other => {
            Err(format!("a `pluto` fence promises `run`, `systems`, `check`, `test` or `fails`, not `{other}`").into())
        }
    }
}

fn output_of(case: &Case) -> Result<&fences::Fence, Failed> {
    case.output.as_ref().ok_or_else(|| "a fence with a program that is run needs an `output` fence behind it".into())
}

/// What an `output` fence has.
fn shown(ran: &driver::Ran) -> String {
    if ran.code == 0 {
        return ran.output.clone();
    }
    format!("{}{}(exit code {})\n", ran.output, driver::timeless(&ran.errors), ran.code)
}

/// The names of the systems that a program declares.
fn systems(files: &driver::Files) -> impl Iterator<Item = &str> {
    let declared = files.iter().flat_map(|(_, text)| text.lines()).filter_map(|line| line.strip_prefix("system "));
    declared.filter_map(|line| line.split_whitespace().next())
}

/// A program that declares systems does the same under each of them.
fn under_every_system(files: &driver::Files, alone: &driver::Ran) -> Result<(), Failed> {
    for system in systems(files) {
        let ran = driver::run_system(files, system, &[], &repo::root());
        ran.memory_is_fine()?;
        if (&ran.output, ran.code) != (&alone.output, alone.code) {
            let (output, errors, code) = (ran.output, ran.errors, ran.code);
            return Err(format!("under `{system}`, exit code {code}:\n{output}{errors}").into());
        }
    }
    Ok(())
}

fn fails(page: &Path, case: &Case, checked: &Checked, code: Option<&str>) -> Result<(), Failed> {
    let announced = fences::announced(&case.program.text);
    if let Some(code) = code
        && let Some(other) = checked.found.iter().find(|(_, found, _)| found != code)
    {
        return Err(format!("the page of {code} provokes {} too:\n{}", other.1, checked.rendered).into());
    }
    if announced.is_empty() {
        return Err("a `fails` fence marks the offending line with `// error: CODE`".into());
    }
    // With several files, lines count in the fence; messages count in their file. Then only codes are compared.
    let several = case.program.text.contains("//- /");
    let matches = |(line, code, text): &(usize, String, Option<String>), found: &(usize, String, String)| {
        (several || found.0 == 0 || *line == found.0)
            && *code == found.1
            && text.as_ref().is_none_or(|text| found.2.contains(text.as_str()))
    };
    for wanted in &announced {
        if !checked.found.iter().any(|found| matches(wanted, found)) {
            return Err(format!("announced {wanted:?}, but the compiler says:\n{}", checked.rendered).into());
        }
    }
    for found in &checked.found {
        if !announced.iter().any(|wanted| matches(wanted, found)) {
            return Err(format!("not announced: {found:?}\n{}", checked.rendered).into());
        }
    }
    match &case.diagnostic {
        Some(fence) => same(page, fence, &checked.rendered),
        None => Ok(()),
    }
}

/// Compares a fence with what came out; under `BLESS` rewrites it.
fn same(page: &Path, fence: &fences::Fence, now: &str) -> Result<(), Failed> {
    if fence.text == now {
        return Ok(());
    }
    if std::env::var_os("BLESS").is_none() {
        return Err(format!("expected:\n{}\nfound:\n{now}", fence.text).into());
    }
    // Blessing one fence moves those behind it: find it again by its old text.
    let text = repo::read(page);
    let again = fences::fences(&text)
        .into_iter()
        .find(|it| it.info == fence.info && it.text == fence.text && it.line >= fence.line);
    let line = again.map_or(fence.line, |it| it.line);
    std::fs::write(page, fences::replaced(&text, line, now)).map_err(|error| Failed::from(error.to_string()))
}

fn every_code_has_a_page() -> Result<(), Failed> {
    let folder = repo::root().join("spec/errors");
    let pages: Vec<PathBuf> = repo::files(&folder, &["md"]);
    let mut wrong = vec![];
    for code in Code::ALL {
        if !folder.join(format!("{}.md", code.as_str())).exists() {
            wrong.push(format!("{} ({}) has no page", code.as_str(), code.name()));
        }
    }
    for page in &pages {
        let stem = page.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        match Code::ALL.iter().find(|code| code.as_str() == stem) {
            None => wrong.push(format!("{stem}.md is the page of no code")),
            Some(code) => {
                let cases = fences::cases(&repo::read(page));
                let elsewhere = PROVOKED_ELSEWHERE.iter().any(|(start, _)| code.as_str().starts_with(start));
                let provoked = elsewhere || cases.iter().any(|case| case.promise() == "fails");
                if !provoked {
                    wrong.push(format!("{stem}.md provokes nothing"));
                }
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}
