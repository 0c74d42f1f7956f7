//! What the tests of syntax share. In: texts. Out: printed trees and messages.
#![allow(dead_code, reason = "each test crate uses some of it")]

use pluto_syntax::diag::{Diagnostic, Diagnostics};
use pluto_syntax::parser::parse;
use pluto_syntax::print;
use pluto_syntax::span::FileId;

/// The printed tree and the messages.
pub(crate) fn run(text: &str) -> (String, Vec<Diagnostic>) {
    let mut diagnostics = Diagnostics::default();
    let module = parse(FileId(0), text, &mut diagnostics);
    (print::ast(&module), diagnostics.sorted())
}

/// The tree of a program without errors.
pub(crate) fn tree(text: &str) -> String {
    let (tree, messages) = run(text);
    assert!(messages.is_empty(), "{text}\n{messages:#?}");
    tree
}

/// The lines of a function body without errors, joined by ` ; `.
pub(crate) fn body(text: &str) -> String {
    let tree = tree(&format!("fn f() {{\n{text}\n}}"));
    let lines: Vec<&str> = tree.lines().map(str::trim).collect();
    lines[1..lines.len() - 1].join(" ; ")
}

/// `CODE message` of each message.
pub(crate) fn messages(text: &str) -> Vec<String> {
    run(text).1.iter().map(|it| format!("{} {}", it.code.as_str(), it.message)).collect()
}

/// Codes of the messages about a function body.
pub(crate) fn codes(text: &str) -> Vec<&'static str> {
    run(&format!("fn f() {{\n{text}\n}}")).1.iter().map(|it| it.code.as_str()).collect()
}

/// Codes of the messages about a file.
pub(crate) fn item_codes(text: &str) -> Vec<&'static str> {
    run(text).1.iter().map(|it| it.code.as_str()).collect()
}
