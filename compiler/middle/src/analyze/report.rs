//! The messages of `analyze` about closures and waiting: `E0512`, `E0514`, `E0515`.

use super::waiting::{Wait, What};
use crate::hir::Program;
use crate::ids::{ClassId, FnId};
use pluto_syntax::code::Code;
use pluto_syntax::diag::{Diagnostic, Diagnostics};
use pluto_syntax::span::Span;

/// `E0512`, once for each place.
pub(super) fn escapes(program: &Program, escapes: &[(Span, FnId)], diagnostics: &mut Diagnostics) {
    for (span, closure) in escapes {
        let it = &program.fns[*closure];
        let class = program.class_of(*closure).map_or("the service", |class| &program.classes[class].name);
        let message =
            format!("a closure that uses `self` of the service `{class}` cannot leave the method in which it stands");
        let mut diagnostic = Diagnostic::new(Code::E0512, *span, message).label("it is passed on here");
        if let Some(used) = it.uses_self {
            diagnostic = diagnostic.also(used, "`self` is used here");
        }
        diagnostics.push(
            diagnostic
                .note("it would use the service outside of its methods, while others change it")
                .help("copy what it needs into a variable first (`let rate = self.rate`), or call a method of the service instead"),
        );
    }
}

/// `E0514`.
pub(super) fn waits_for_itself(program: &Program, class: ClassId, wait: Wait, body: FnId, method: FnId) -> Diagnostic {
    let name = &program.classes[class].name;
    let message =
        format!("`{name}` would wait for a task that may need `{name}`, which is busy until the wait is over");
    Diagnostic::new(Code::E0514, wait.span, message)
        .label("waits here, inside the service")
        .also(program.fns[body].span, format!("this task can come to `{}`", program.fns[method].qualified))
        .help(format!(
            "wait outside of `{name}`: give the task to the caller, or let it send its result over a channel; or call the \
             method directly, without `spawn`"
        ))
}

/// `E0515`.
pub(super) fn waiting_in_mut_self(program: &Program, method: FnId, wait: Wait) -> Diagnostic {
    let what = match wait.what {
        What::Channel => "a channel",
        What::Task => "a task",
        What::Clock => "the clock",
    };
    let it = &program.fns[method];
    let message = format!("`{}` waits for {what} while nobody else can use its service", it.qualified);
    Diagnostic::new(Code::E0515, wait.span, message)
        .label("other calls of the service wait as long as this")
        .also(it.span, "`mut self`: it runs alone")
        .help("wait in a task (`spawn`) or in a `self` method, and call a `mut self` method with the result")
}
