//! `--emit STAGE`: prints any arrow of the spine. In: a file and a stage. Out: text.

use crate::load::{self, Files, Sources};
use crate::options::Options;
use crate::{Front, back, choose_system, front, lower_all};
use pluto_middle::{analyze, check, hir, layout, mir, resolve};
use pluto_syntax::diag::Diagnostics;
use pluto_syntax::print;
use std::fmt::Write;

/// A printable stage.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Stage {
    /// What the lexer gives the parser.
    Tokens,
    /// The syntax tree.
    Ast,
    /// Names are ids.
    Hir,
    /// Types of expressions and variables.
    Types,
    /// The call graph.
    Facts,
    /// Of how many words values consist.
    Layout,
    /// What is lowered, with ownership.
    Mir,
    /// Cranelift's input.
    Clif,
}

/// Prints a stage; `None` if errors came first.
pub fn emit(files: &dyn Files, options: &Options, stage: Stage, dx: &mut Diagnostics) -> (Sources, Option<String>) {
    match stage {
        Stage::Tokens | Stage::Ast | Stage::Hir => early(files, options, stage, dx),
        Stage::Types | Stage::Facts | Stage::Layout | Stage::Mir | Stage::Clif => {
            let (sources, front) = front(files, &options.file, dx);
            let text = front.and_then(|front| late(&front, options, stage, dx));
            (sources, text)
        }
    }
}

fn early(files: &dyn Files, options: &Options, stage: Stage, dx: &mut Diagnostics) -> (Sources, Option<String>) {
    let (sources, parsed) = load::load(files, &options.file, dx);
    let Some(parsed) = parsed else { return (sources, None) };
    let mut text = String::new();
    match stage {
        // `load` has reported already what is wrong with them.
        Stage::Tokens => {
            let mut again = Diagnostics::default();
            sources.files().for_each(|(id, file)| text += &print::tokens(id, &file.text, &mut again));
        }
        Stage::Ast => parsed.modules.iter().for_each(|module| text += &print::ast(&module.ast)),
        Stage::Hir | Stage::Types | Stage::Facts | Stage::Layout | Stage::Mir | Stage::Clif => {
            text = hir::print::print(&resolve::resolve(&parsed, dx));
        }
    }
    (sources, Some(text))
}

fn late(front: &Front, options: &Options, stage: Stage, dx: &mut Diagnostics) -> Option<String> {
    match stage {
        Stage::Tokens | Stage::Ast | Stage::Hir | Stage::Types => Some(check::print::print(&front.hir, &front.types)),
        Stage::Facts => Some(analyze::print::print(&front.hir, &front.facts)),
        Stage::Layout | Stage::Mir | Stage::Clif => {
            let system = choose_system(front, &options.system, dx);
            if dx.has_errors() {
                return None;
            }
            let placed = back(front, system, dx);
            if dx.has_errors() {
                return None;
            }
            let mut text = String::new();
            for program in lower_all(front, &placed, options.checks) {
                let shown = match stage {
                    Stage::Layout => layout::print::print(&program),
                    Stage::Clif => pluto_codegen::clif(&program),
                    Stage::Mir | Stage::Tokens | Stage::Ast | Stage::Hir | Stage::Types | Stage::Facts => {
                        mir::print::print(&program)
                    }
                };
                let _ = writeln!(text, "// process {}\n{shown}", program.process);
            }
            Some(text)
        }
    }
}
