//! Lowers programs and checks the MIR after the ownership pass, for every placement: the samples in `tests/lower`, the
//! repository's examples and the programs of `tests/run`.

use pluto_middle::ids::{Id, SystemId};
use pluto_middle::resolve::{Parsed, ParsedModule};
use pluto_middle::{analyze, check, infer, lower, mir, place, resolve};
use pluto_syntax::ast::ItemKind;
use pluto_syntax::diag::Diagnostics;
use pluto_syntax::span::SourceMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file and the modules beside it that it imports.
fn parse(path: &Path, diagnostics: &mut Diagnostics) -> Parsed {
    let mut sources = SourceMap::default();
    let mut files = vec![path.to_owned()];
    let mut modules: Vec<ParsedModule> = Vec::new();
    while let Some(path) = files.get(modules.len()).cloned() {
        let text = std::fs::read_to_string(&path).expect("the program can be read");
        let file = sources.add(path.display().to_string(), text.as_str().into());
        let ast = pluto_syntax::parser::parse(file, &text, diagnostics);
        let mut imports = Vec::new();
        for (position, item) in ast.items.iter().enumerate() {
            let ItemKind::Import { path: names, .. } = &item.kind else { continue };
            let [name] = names.as_slice() else { continue };
            let wanted = path.with_file_name(format!("{}.pluto", name.name));
            let found = files.iter().position(|file| *file == wanted).unwrap_or_else(|| {
                files.push(wanted);
                files.len() - 1
            });
            imports.push((position, found));
        }
        let name = path.file_stem().map_or(String::new(), |stem| stem.to_string_lossy().into_owned());
        modules.push(ParsedModule { name: name.as_str().into(), ast, imports });
    }
    Parsed { sources: Arc::new(sources), modules }
}

/// The MIR of every process of every placement, and of the tests. `Err`: the program is wrong.
fn lower_all(path: &Path) -> Result<Vec<(String, mir::Program)>, String> {
    let mut diagnostics = Diagnostics::default();
    let parsed = parse(path, &mut diagnostics);
    let program = resolve::resolve(&parsed, &mut diagnostics);
    let types = check::check(&program, &mut diagnostics);
    let facts = analyze::analyze(&program, &types, &mut diagnostics);
    let mut all = Vec::new();
    let systems = std::iter::once(None).chain((0..program.systems.len()).map(|at| Some(SystemId::from_index(at))));
    for system in systems {
        let placement = place::place(&program, &facts, system, &mut diagnostics);
        let effects = infer::infer(&program, &types, &facts, &placement, &mut diagnostics);
        if diagnostics.has_errors() {
            let shown: Vec<String> = diagnostics.sorted().iter().map(|found| format!("{found:?}")).collect();
            return Err(shown.join("\n"));
        }
        for process in placement.processes.ids() {
            let name = format!("{} {}", placement.name, placement.processes[process].name);
            all.push((name, lower::lower(&program, &types, &facts, &placement, &effects, process)));
        }
        if system.is_none() && !program.tests.is_empty() {
            let tests = lower::lower_tests(&program, &types, &facts, &placement, &effects);
            all.push(("tests".to_owned(), tests));
        }
    }
    for (_, program) in &mut all {
        mir::ownership::own(program);
    }
    Ok(all)
}

fn programs(folder: &str, out: &mut Vec<PathBuf>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    for entry in std::fs::read_dir(&folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() && path.join("main.pluto").exists() {
            out.push(path.join("main.pluto"));
        } else if path.extension().is_some_and(|extension| extension == "pluto") {
            out.push(path);
        }
    }
    out.sort();
}

#[test]
fn every_program_gives_balanced_mir() {
    let mut paths = Vec::new();
    for folder in ["tests/lower", "../../tests/run", "../../tests/mir", "../../examples"] {
        programs(folder, &mut paths);
    }
    let only = std::env::var("ONLY").unwrap_or_default();
    let mut wrong = Vec::new();
    for path in paths.iter().filter(|path| path.display().to_string().contains(&only)) {
        match lower_all(path) {
            Err(diagnostics) => wrong.push(format!("{}: {diagnostics}", path.display())),
            Ok(all) => {
                for (name, program) in all {
                    if !only.is_empty() {
                        println!("{}", mir::print::print(&program));
                    }
                    if let Err(why) = mir::verify::verify(&program) {
                        wrong.push(format!("{} ({name}): {why}", path.display()));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n\n"));
}
