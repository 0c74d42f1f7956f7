//! Rules that a reviewer would otherwise repeat: sizes, first lines, dependency directions, fences with promises, no stray
//! snapshots, SAFETY comments, raw pointers only behind the fence.

use pluto_tests::{fences, repo};
use std::path::{Path, PathBuf};

/// Look for the seam at 500; nothing is above this.
const LONGEST_FILE: usize = 1_000;
const LONGEST_FUNCTION: usize = 100;
/// Single `match` dispatchers and tables, each with its reason.
const LONG_FUNCTIONS: &[(&str, &str)] = &[];

fn sources() -> Vec<PathBuf> {
    repo::files(&repo::root(), &["rs"])
}

#[track_caller]
fn none(broken: &[String]) {
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn every_file_says_what_it_is() {
    let silent = sources().into_iter().filter(|path| !repo::read(path).starts_with("//!"));
    none(&silent.map(|path| format!("{} does not begin with `//!`", repo::relative(&path))).collect::<Vec<_>>());
}

#[test]
fn files_are_short() {
    let long = sources().into_iter().filter_map(|path| {
        let lines = repo::read(&path).lines().count();
        (lines > LONGEST_FILE).then(|| format!("{} has {lines} lines", repo::relative(&path)))
    });
    none(&long.collect::<Vec<_>>());
}

#[test]
fn functions_are_short() {
    let mut broken = vec![];
    for path in sources() {
        let text = repo::read(&path);
        let mut open: Option<(usize, usize, String)> = None;
        for (index, line) in text.lines().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let begins = line
                .trim_start()
                .trim_start_matches("pub ")
                .trim_start_matches("pub(super) ")
                .trim_start_matches("pub(crate) ");
            if open.is_none() && begins.starts_with("fn ") && line.trim_end().ends_with('{') {
                open = Some((index, indent, begins.to_owned()));
            } else if let Some((begin, level, name)) = &open
                && indent == *level
                && line.trim_end() == format!("{}}}", " ".repeat(*level))
            {
                let length = index - begin + 1;
                let allowed = LONG_FUNCTIONS.iter().any(|(allowed, _)| name.starts_with(&format!("fn {allowed}")));
                if length > LONGEST_FUNCTION && !allowed {
                    broken.push(format!("{}:{}: {length} lines", repo::relative(&path), begin + 1));
                }
                open = None;
            }
        }
    }
    none(&broken);
}

#[test]
fn there_is_no_mod_rs_and_no_drawer() {
    let drawers = ["mod", "util", "utils", "helper", "helpers", "misc", "common"];
    let named = |path: &PathBuf| path.file_stem().is_some_and(|stem| drawers.iter().any(|drawer| stem == *drawer));
    none(&sources().iter().filter(|path| named(path)).map(|path| repo::relative(path)).collect::<Vec<_>>());
}

#[test]
fn dependencies_go_one_way() {
    let may = [
        ("compiler/syntax", &[][..]),
        ("compiler/middle", &["pluto-syntax"]),
        ("compiler/codegen", &["pluto-middle", "pluto-abi"]),
        ("runtime/abi", &[]),
        ("runtime/proto", &[]),
        ("runtime/rt", &["pluto-abi", "pluto-proto"]),
    ];
    let ours = [
        "pluto-syntax",
        "pluto-middle",
        "pluto-codegen",
        "plutoc",
        "pluto-abi",
        "pluto-proto",
        "pluto-rt",
        "pluto-tests",
        "pluto-interpreter",
    ];
    let mut broken = vec![];
    for (folder, allowed) in may {
        let manifest = repo::read(&repo::root().join(folder).join("Cargo.toml"));
        for line in manifest.lines() {
            let name = line.split(['.', ' ', '=']).next().unwrap_or("");
            if ours.contains(&name) && !allowed.contains(&name) && line.contains("workspace") {
                broken.push(format!("{folder} must not depend on {name}"));
            }
        }
    }
    none(&broken);
}

#[test]
fn only_plutoc_touches_the_world() {
    let banned = ["std::fs", "std::env::", "std::process", "std::net", "ariadne"];
    let mut broken = vec![];
    for folder in
        ["compiler/syntax/src", "compiler/middle/src", "compiler/codegen/src", "runtime/proto/src", "runtime/abi/src"]
    {
        for path in repo::files(&repo::root().join(folder), &["rs"]) {
            let text = repo::read(&path);
            let code = text.split("#[cfg(test)]").next().unwrap_or("");
            for (index, line) in code.lines().enumerate() {
                let line = line.split("//").next().unwrap_or("");
                if let Some(word) = banned.iter().find(|word| line.contains(**word)) {
                    broken.push(format!("{}:{}: {word}", repo::relative(&path), index + 1));
                }
            }
        }
    }
    none(&broken);
}

#[test]
fn hash_maps_stay_out_of_the_compiler() {
    let mut broken = vec![];
    for path in repo::files(&repo::root().join("compiler"), &["rs"]) {
        for (index, line) in repo::read(&path).lines().enumerate() {
            if line.contains("HashMap") || line.contains("HashSet") {
                broken.push(format!("{}:{}", repo::relative(&path), index + 1));
            }
        }
    }
    none(&broken);
}

#[test]
fn unsafe_is_fenced_and_explained() {
    let fence = ["runtime/rt/src/exports", "runtime/rt/src/heap", "runtime/rt/src/os", "runtime/rt/src/task/context"];
    let mut broken = vec![];
    for path in sources() {
        let name = repo::relative(&path);
        if name.starts_with("tests/") {
            continue;
        }
        let text = repo::read(&path);
        let lines: Vec<&str> = text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let code = line.split("//").next().unwrap_or("");
            if !code.contains("unsafe {") && !code.contains("unsafe impl") {
                continue;
            }
            if !fence.iter().any(|allowed| name.starts_with(allowed)) {
                broken.push(format!("{name}:{}: unsafe outside the fence", index + 1));
            }
            let above = lines[index.saturating_sub(8)..=index].iter().any(|line| line.contains("SAFETY:"));
            if !above {
                broken.push(format!("{name}:{}: no SAFETY comment", index + 1));
            }
        }
    }
    none(&broken);
}

#[test]
fn fences_carry_promises() {
    let mut pages = repo::files(&repo::root().join("spec"), &["md"]);
    pages.push(repo::root().join("README.md"));
    let mut broken = vec![];
    for page in pages {
        for fence in fences::fences(&repo::read(&page)) {
            let promise = fence.info.get(1).map(String::as_str);
            let kept = matches!(promise, Some("run" | "systems" | "check" | "fails" | "test"));
            if fence.info.first().is_some_and(|language| language == "pluto") && !kept {
                broken.push(format!("{}:{}: a bare fence", repo::relative(&page), fence.line));
            }
        }
    }
    none(&broken);
}

#[test]
fn snapshots_have_sources_and_are_accepted() {
    let tests = repo::root().join("tests");
    let mut broken: Vec<String> =
        repo::files(&tests, &["new"]).iter().map(|path| format!("{} is not accepted", repo::relative(path))).collect();
    for snapshot in repo::files(&tests, &["snap"]) {
        let source = snapshot.with_extension("pluto");
        if !source.exists() {
            broken.push(format!("{} has no source", repo::relative(&snapshot)));
        }
        let lines = repo::read(&snapshot).lines().count();
        if lines > 200 {
            broken.push(format!("{} has {lines} lines; 200 at most are read by anybody", repo::relative(&snapshot)));
        }
    }
    none(&broken);
}

#[test]
fn crates_without_a_fence_forbid_unsafe() {
    for library in [
        "compiler/syntax",
        "compiler/middle",
        "compiler/codegen",
        "compiler/plutoc",
        "runtime/abi",
        "runtime/proto",
        "tests",
        "tests/interpreter",
    ] {
        let text = repo::read(&repo::root().join(Path::new(library)).join("src/lib.rs"));
        assert!(text.contains("#![forbid(unsafe_code)]"), "{library}");
    }
}
