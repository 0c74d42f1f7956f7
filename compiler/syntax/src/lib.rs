//! `pluto-syntax`: text → AST. No semantics, no input or output, nothing of ours below it.
//!
//! In: the text of a file. Out: an [`ast::Module`] and [`diag::Diagnostics`]. Parsing never fails to
//! return: what could not be read becomes an error node and a diagnostic.
#![forbid(unsafe_code)]

pub mod ast;
pub mod code;
pub mod diag;
pub mod lexer;
pub mod parser;
pub mod print;
pub mod span;
pub mod token;
