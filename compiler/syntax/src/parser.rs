//! Tokens → AST, with chumsky. In: the text of a file. Out: a module and diagnostics; it never fails: what cannot be read
//! is an error node and a message. The passes in `lexer/` have bounded nesting, balanced brackets and told ambiguous
//! symbols apart, so that no two alternatives here share more than a few tokens: parsing is linear.
#![allow(clippy::wildcard_enum_match_arm, reason = "tokens have a hundred kinds, of which a rule picks out a few")]

mod channel;
mod closure;
mod expr;
mod fields;
mod input;
mod item;
mod later;
mod left_out;
mod ops;
mod pattern;
mod policy;
mod postfix;
mod recover;
mod report;
mod select;
mod stmt;
mod system;
mod task;
mod test;
mod ty;

use crate::ast::Module;
use crate::diag::Diagnostics;
use crate::lexer::{self, layout::LaidOut};
use crate::span::{FileId, Span};
use chumsky::input::Input as _;
use chumsky::prelude::*;

/// Reads one file.
pub fn parse(file: FileId, text: &str, diagnostics: &mut Diagnostics) -> Module {
    let mut early = Diagnostics::default();
    let laid_out = tokens(file, text, &mut early);
    let damage = report::Damage::new(text, &early);
    for diagnostic in early.sorted() {
        diagnostics.push(diagnostic);
    }
    let Some(laid_out) = laid_out else {
        let raw = lexer::lex(file, text, &mut Diagnostics::default());
        return Module { file, items: vec![], left_out: left_out::left_out(&raw, &[]) };
    };
    let end = Span::new(file, text.len(), text.len());
    let stream = laid_out.tokens.as_slice().split_token_span(end);
    let (items, errors) = item::items().parse(stream).into_output_errors();
    report::report(errors, &laid_out.tokens, &damage, diagnostics);
    let mut items = items.unwrap_or_default();
    for item in &mut items {
        item.docs = laid_out.docs.get(&item.span.start).cloned().unwrap_or_default();
    }
    let left_out = left_out::left_out(&laid_out.tokens, &items);
    Module { file, items, left_out }
}

/// All passes before the parser; `None` if the text nests too deeply (reported).
pub fn tokens<'s>(file: FileId, text: &'s str, diagnostics: &mut Diagnostics) -> Option<LaidOut<'s>> {
    let mut found = Diagnostics::default();
    let raw = lexer::lex(file, text, &mut found);
    for diagnostic in found.sorted().into_iter().take(report::MAX_ERRORS) {
        diagnostics.push(diagnostic);
    }
    let balanced = lexer::brackets::balance(raw, diagnostics)?;
    let marked = lexer::angles::mark(&balanced);
    lexer::layout::lay_out(&marked, diagnostics)
}
