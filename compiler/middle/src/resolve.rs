//! resolve: every name becomes an id. In: parsed modules. Out: [`hir::Program`], always whole: what could not be resolved
//! is an error node or type, and reported.
//!
//! The order: declarations of all modules (`collect`), brackets, what is a service and which channels its
//! ends mean (`services`, `channels`), fields and signatures
//! (`headers`), bodies (`body` and what hangs on it), systems (`systems`), and where the program starts (`start`).

mod body;
mod branch;
mod call;
mod channels;
mod closure;
mod collect;
mod cx;
mod errors;
mod expr;
#[cfg(test)]
pub(crate) mod fixture;
mod headers;
mod literal;
pub(crate) mod nearest;
mod path;
mod pattern;
mod place;
mod policies;
mod select;
mod services;
mod spawn;
mod start;
mod stmt;
mod systems;
#[cfg(test)]
mod tests;
mod ty;

use crate::hir;
use pluto_syntax::ast::{self, Name};
use pluto_syntax::diag::Diagnostics;
use pluto_syntax::span::SourceMap;
use std::sync::Arc;

pub use start::require_main;

/// What `plutoc/load` read: the module that was named first, then those that it imports.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// All texts.
    pub sources: Arc<SourceMap>,
    /// All modules; a module's position is its `ModuleId`.
    pub modules: Vec<ParsedModule>,
}

/// A parsed module.
#[derive(Clone, Debug)]
pub struct ParsedModule {
    /// The file's name without ending.
    pub name: Name,
    /// Its tree.
    pub ast: ast::Module,
    /// Position of an `import` item in the tree, and of the module that it means in [`Parsed::modules`]. An import of a file
    /// that is missing here could not be loaded, which was reported; imports of `std` are never here.
    pub imports: Vec<(usize, usize)>,
}

/// AST → HIR.
pub fn resolve(parsed: &Parsed, diagnostics: &mut Diagnostics) -> hir::Program {
    let mut cx = cx::Cx::new(parsed, diagnostics);
    let work = collect::collect(&mut cx);
    services::services(&mut cx, &work);
    let values = headers::headers(&mut cx, &work);
    body::bodies(&mut cx, &work, &values);
    systems::systems(&mut cx, &work);
    start::start(&mut cx);
    cx.program
}
