//! Where the program starts, and what the compiler calls by itself: `main`, `start` and `stop` and their signatures.

use super::cx::{Cx, Def};
use super::errors;
use crate::hir::{ClassKind, Function, Program};
use crate::ids::{ClassId, FnId, ModuleId};
use crate::ty::TyTable;
use pluto_syntax::code::Code;
use pluto_syntax::diag::{Diagnostic, Diagnostics};
use pluto_syntax::span::{FileId, Span};

/// Reports a program that cannot be run because nothing says where it starts: libraries can be checked and tested only.
pub fn require_main(program: &Program, diagnostics: &mut Diagnostics) {
    if program.main.is_some() {
        return;
    }
    diagnostics.push(match program.app {
        Some(app) => {
            let app = &program.classes[app];
            Diagnostic::new(Code::E0210, app.span, format!("the app `{}` has no `main`", app.name))
                .help("add `fn main(self) { … }` to it")
        }
        None => Diagnostic::new(Code::E0210, Span::new(FileId(0), 0, 0), "the program has no start")
            .help("add `fn main() { … }`, or an `app` with a `main`; `plutoc check` and `plutoc test` take libraries"),
    });
}

/// Finds `main`, and checks all signatures that the compiler relies on.
pub(super) fn start(cx: &mut Cx<'_>) {
    let classes: Vec<ClassId> = cx.program.classes.ids().collect();
    let apps: Vec<ClassId> =
        classes.iter().copied().filter(|class| cx.program.classes[*class].kind == ClassKind::App).collect();
    let free = cx.scopes.get(ModuleId(0)).and_then(|scope| scope.get("main")).map(|entry| entry.def);
    let free = if let Some(Def::Fn(id)) = free { Some(id) } else { None };
    if let Some((first, others)) = apps.split_first() {
        for other in others {
            two(cx, cx.program.classes[*first].span, cx.program.classes[*other].span);
        }
        if let Some(free) = free {
            two(cx, cx.program.classes[*first].span, cx.program.fns[free].span);
        }
    }
    cx.program.app = apps.first().copied();
    cx.program.main = match apps.first() {
        Some(app) => method(&cx.program, *app, "main"),
        None => free,
    };
    if let Some(main) = free {
        check_main(cx, main);
    }
    for class in classes {
        match cx.program.classes[class].kind {
            ClassKind::Data => continue,
            ClassKind::Service => {}
            ClassKind::App => {
                if let Some(main) = method(&cx.program, class, "main") {
                    check_main(cx, main);
                }
            }
        }
        for name in ["start", "stop"] {
            if let Some(id) = method(&cx.program, class, name) {
                check_hook(cx, id);
            }
        }
    }
}

/// Reports whichever stands later, so that the message does not depend on the kinds.
fn two(cx: &mut Cx<'_>, one: Span, other: Span) {
    let (first, second) = if one <= other { (one, other) } else { (other, one) };
    cx.report(errors::two_mains(first, second));
}

fn method(program: &Program, class: ClassId, name: &str) -> Option<FnId> {
    program.classes[class].methods.iter().copied().find(|id| &*program.fns[*id].name == name)
}

fn check_main(cx: &mut Cx<'_>, id: FnId) {
    let function = &cx.program.fns[id];
    if let Some(param) = first_param(function) {
        cx.report(errors::main_with_params(param));
    }
    let result = cx.program.fns[id].result;
    if !matches!(result, Some(TyTable::UNIT | TyTable::INT | TyTable::ERROR) | None) {
        cx.report(errors::main_with_result(cx.program.fns[id].span));
    }
}

fn check_hook(cx: &mut Cx<'_>, id: FnId) {
    let function = &cx.program.fns[id];
    let name = function.name.clone();
    if let Some(param) = first_param(function) {
        cx.report(errors::hook_with_params(&name, param));
    }
    if !matches!(cx.program.fns[id].result, Some(TyTable::UNIT | TyTable::ERROR) | None) {
        cx.report(errors::hook_with_result(&name, cx.program.fns[id].span));
    }
}

fn first_param(function: &Function) -> Option<Span> {
    function.params.first().map(|param| function.locals[*param].span)
}
