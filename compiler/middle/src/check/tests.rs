//! Tests of `check`: programs with the codes that they must give, and types that must be found.

use super::{check, print, print::show};
use crate::hir::visit::{Visitor, walk_expr};
use crate::hir::{Expr, ExprKind, Program};
use crate::ids::{ExprId, ModuleId};
use crate::resolve::{Parsed, ParsedModule, resolve};
use crate::ty::TyTable;
use crate::types::Types;
use pluto_syntax::diag::{Diagnostic, Diagnostics};
use pluto_syntax::parser::parse;
use pluto_syntax::span::SourceMap;
use std::sync::Arc;

mod accepted;
mod bounded;
mod concurrent;
mod refused;

fn checked(source: &str) -> (Program, Types, Vec<Diagnostic>) {
    let mut sources = SourceMap::default();
    let text: Arc<str> = source.into();
    let file = sources.add("main.pluto".into(), text.clone());
    let mut dx = Diagnostics::default();
    let ast = parse(file, &text, &mut dx);
    let sources = Arc::new(sources);
    let modules = vec![ParsedModule { name: "main".into(), ast, imports: vec![] }];
    let program = resolve(&Parsed { sources, modules }, &mut dx);
    assert_eq!(program.modules.ids().next(), Some(ModuleId(0)));
    let types = check(&program, &mut dx);
    (program, types, dx.sorted())
}

/// Statements as the body of `main`.
fn in_main(body: &str) -> String {
    if body.contains("fn main") { body.to_string() } else { format!("{body}\nfn main() {{ }}") }
}

/// `CODE:line` of every message.
fn codes(source: &str) -> Vec<String> {
    let (program, _, list) = checked(source);
    let place = |it: &Diagnostic| it.primary.as_ref().map_or(0, |label| program.sources.line_col(label.span).0);
    list.iter().map(|it| format!("{}:{}", it.code.as_str(), place(it))).collect()
}

/// The messages, to be shown by a failing test.
fn messages(source: &str) -> String {
    let (program, _, list) = checked(source);
    let mut out = String::new();
    for it in list {
        let at = it.primary.as_ref().map(|label| program.sources.line_col(label.span));
        out += &format!("{} {at:?} {}\n", it.code.as_str(), it.message);
        it.secondary.iter().for_each(|label| out += &format!("    {}\n", label.text));
        it.notes.iter().for_each(|note| out += &format!("    {note}\n"));
        it.help.iter().for_each(|help| out += &format!("    help: {help}\n"));
    }
    out
}

/// The program is accepted, and no type is left open or wrong.
fn accept(source: &str) -> String {
    let source = in_main(source);
    let (program, types, list) = checked(&source);
    assert!(list.is_empty(), "{source}\n{}", messages(&source));
    let text = print::print(&program, &types);
    assert!(!text.contains("{error}") && !text.contains(": _"), "{source}\n{text}");
    assert_eq!(open_exprs(&program, &types), vec![], "{source}\n{text}");
    text
}

/// The program gives these codes, in order: `E0301:2` with its line.
fn refuse(source: &str, expected: &[&str]) {
    let source = in_main(source);
    assert_eq!(codes(&source), expected, "{source}\n{}", messages(&source));
}

/// The expressions whose type is wrong or not complete.
fn open_exprs(program: &Program, types: &Types) -> Vec<ExprId> {
    let mut all = All(vec![]);
    program.fns.iter().for_each(|function| all.block(&function.body));
    let open = |id: &ExprId| {
        let ty = types.exprs[*id];
        ty == TyTable::ERROR || show(&types.table, program, ty).contains('_')
    };
    all.0.into_iter().filter(open).collect()
}

/// Collects every expression.
struct All(Vec<ExprId>);

impl Visitor for All {
    fn expr(&mut self, expr: &Expr) {
        self.0.push(expr.id);
        if let ExprKind::Binary { rest, .. } = &expr.kind {
            self.0.extend(rest.iter().map(|step| step.id));
        }
        walk_expr(self, expr);
    }
}
