//! Programs for tests. In: one text, with `//- /accounts.pluto` headers between modules. Out: parsed or resolved modules.

use super::{Parsed, ParsedModule, require_main, resolve};
use crate::hir::Program;
use pluto_syntax::ast::{ItemKind, Name};
use pluto_syntax::diag::Diagnostics;
use pluto_syntax::parser::parse;
use pluto_syntax::span::SourceMap;
use std::sync::Arc;

/// Splits a text at its headers. Without a header it is one file, `main.pluto`.
pub(crate) fn files(text: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = vec![];
    for line in text.lines() {
        match line.trim().strip_prefix("//- /") {
            Some(path) => files.push((path.trim().to_owned(), String::new())),
            None => {
                if files.is_empty() {
                    files.push(("main.pluto".to_owned(), String::new()));
                }
                if let Some((_, text)) = files.last_mut() {
                    text.push_str(line);
                    text.push('\n');
                }
            }
        }
    }
    files
}

/// Parses all modules, and follows imports between them by name.
pub(crate) fn parsed(text: &str, dx: &mut Diagnostics) -> Parsed {
    let mut sources = SourceMap::default();
    let mut modules: Vec<ParsedModule> = vec![];
    for (path, text) in files(text) {
        let name: Name = path.trim_end_matches(".pluto").into();
        let file = sources.add(path, text.as_str().into());
        modules.push(ParsedModule { name, ast: parse(file, &text, dx), imports: vec![] });
    }
    let names: Vec<Name> = modules.iter().map(|module| module.name.clone()).collect();
    for module in &mut modules {
        for (position, item) in module.ast.items.iter().enumerate() {
            if let ItemKind::Import { path, .. } = &item.kind
                && let [name] = path.as_slice()
                && let Some(target) = names.iter().position(|it| *it == name.name)
            {
                module.imports.push((position, target));
            }
        }
    }
    Parsed { sources: Arc::new(sources), modules }
}

/// Resolves a program.
pub(crate) fn resolved(text: &str) -> (Program, Diagnostics) {
    let mut dx = Diagnostics::default();
    let parsed = parsed(text, &mut dx);
    let program = resolve(&parsed, &mut dx);
    (program, dx)
}

/// The codes and lines of all messages: `E0201:3`, in order; of a program that must have a start.
pub(crate) fn complaints(text: &str) -> Vec<String> {
    let (program, mut dx) = resolved(text);
    require_main(&program, &mut dx);
    let show = |it: &pluto_syntax::diag::Diagnostic| {
        let line = it.primary.as_ref().map_or(0, |label| program.sources.line_col(label.span).0);
        format!("{}:{line}", it.code.as_str())
    };
    dx.sorted().iter().map(show).collect()
}
