//! From a source text to the results of the three stages, as one process and under every system.

use pluto_middle::facts::{Effects, Facts, Placement};
use pluto_middle::hir::Program;
use pluto_middle::ids::{FnId, ProcessId, SystemId};
use pluto_middle::resolve::{Parsed, ParsedModule, resolve};
use pluto_middle::types::Types;
use pluto_middle::{analyze, check, infer, place};
use pluto_syntax::diag::{Diagnostic, Diagnostics};
use pluto_syntax::parser::parse;
use pluto_syntax::span::SourceMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A program with its types and facts.
pub(crate) struct Front {
    pub(crate) program: Program,
    pub(crate) types: Types,
    pub(crate) facts: Facts,
    pub(crate) diagnostics: Diagnostics,
}

/// A program as placed.
pub(crate) struct Placed {
    pub(crate) placement: Placement,
    pub(crate) effects: Effects,
}

/// Everything up to `analyze`; the program must be in order up to there, circles aside.
pub(crate) fn front(source: &str) -> Front {
    let mut sources = SourceMap::default();
    let file = sources.add("main.pluto".into(), source.into());
    let mut diagnostics = Diagnostics::default();
    let ast = parse(file, source, &mut diagnostics);
    let modules = vec![ParsedModule { name: "main".into(), ast, imports: vec![] }];
    let program = resolve(&Parsed { sources: Arc::new(sources), modules }, &mut diagnostics);
    let types = check::check(&program, &mut diagnostics);
    assert!(!diagnostics.has_errors(), "broken before `analyze`: {:#?}", diagnostics.sorted());
    let facts = analyze::analyze(&program, &types, &mut diagnostics);
    Front { program, types, facts, diagnostics }
}

impl Front {
    /// Under a system, or as one process.
    pub(crate) fn back(&mut self, system: Option<SystemId>) -> Placed {
        let placement = place::place(&self.program, &self.facts, system, &mut self.diagnostics);
        let effects = infer::infer(&self.program, &self.types, &self.facts, &placement, &mut self.diagnostics);
        Placed { placement, effects }
    }

    /// The first system.
    pub(crate) fn first_system(&mut self) -> Placed {
        self.back(Some(SystemId(0)))
    }

    /// The function with this qualified name.
    pub(crate) fn function(&self, name: &str) -> FnId {
        let found = self.program.fns.iter_enumerated().find(|(_, it)| &*it.qualified == name);
        found.unwrap_or_else(|| panic!("no function {name}")).0
    }

    /// The line of a diagnostic's primary place.
    pub(crate) fn line(&self, diagnostic: &Diagnostic) -> u32 {
        diagnostic.primary.as_ref().map_or(0, |label| self.program.sources.line_col(label.span).0)
    }
}

impl Placed {
    /// The process with this name.
    pub(crate) fn process(&self, name: &str) -> ProcessId {
        let found = self.placement.processes.iter_enumerated().find(|(_, it)| &*it.name == name);
        found.unwrap_or_else(|| panic!("no process {name}")).0
    }
}

/// All messages: as one process, and under every system.
pub(crate) fn all(source: &str) -> (Front, Vec<Diagnostic>) {
    let mut front = front(source);
    front.back(None);
    for system in front.program.systems.ids() {
        front.back(Some(system));
    }
    let list = front.diagnostics.sorted();
    (front, list)
}

/// Compares the messages with the `// error: CODE` remarks on their lines.
pub(crate) fn expect(source: &str) -> Vec<Diagnostic> {
    let (front, list) = all(source);
    let got: BTreeSet<(u32, &str)> = list.iter().map(|it| (front.line(it), it.code.as_str())).collect();
    let mut wanted = BTreeSet::new();
    for (line, text) in (1..).zip(source.lines()) {
        let remark = text.split_once("// error: ").map_or("", |(_, codes)| codes);
        wanted.extend(remark.split_whitespace().map(|code| (line, code)));
    }
    assert_eq!(got, wanted, "{source}\n{list:#?}");
    for diagnostic in &list {
        let help = diagnostic.help.as_deref().unwrap_or_default();
        assert!(!help.is_empty(), "no way out: {diagnostic:?}");
    }
    list
}

/// A message in one text: headline, labels with their source, notes, help.
pub(crate) fn show(source: &str, diagnostic: &Diagnostic) -> String {
    let place = |label: &pluto_syntax::diag::Label| {
        let (start, end) = (label.span.start as usize, label.span.end as usize);
        format!("  {:?}: {}\n", &source[start..end], label.text)
    };
    let mut text = format!("{} {}\n", diagnostic.code.as_str(), diagnostic.message);
    diagnostic.primary.iter().chain(&diagnostic.secondary).for_each(|label| text += &place(label));
    diagnostic.notes.iter().for_each(|note| text += &format!("  note {note}\n"));
    text + &format!("  help {}\n", diagnostic.help.as_deref().unwrap_or_default())
}
