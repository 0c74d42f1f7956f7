//! Closures, tasks and channels.

use crate::ty::{Holder, Ty};
use pluto_syntax::code::Code;
use pluto_syntax::diag::Diagnostic;
use pluto_syntax::span::Span;

/// How a closure or task has a variable that something would change.
#[derive(Clone, Copy)]
pub(crate) struct Captured<'a> {
    /// The variable, or `self`.
    pub(crate) name: &'a str,
    /// Is it a task?
    pub(crate) task: bool,
    /// Where the closure's parameters or `spawn` stand.
    pub(crate) at: Span,
    /// Where the variable is bound; not of `self`.
    pub(crate) bound: Option<Span>,
    /// The method that would change it, if it is no assignment.
    pub(crate) method: Option<&'a str>,
}

pub(crate) fn captured_changed(span: Span, captured: Captured<'_>) -> Diagnostic {
    let Captured { name, task, at, bound, method } = captured;
    let what = if task { "task" } else { "closure" };
    let message = match method {
        Some(method) => format!("`{method}` would change `{name}`, of which this {what} has a copy"),
        None => format!("`{name}` cannot be changed here: this {what} has a copy of it"),
    };
    let mut diagnostic = Diagnostic::new(Code::E0318, span, message);
    if let Some(bound) = bound {
        diagnostic = diagnostic.also(bound, format!("`{name}` is bound outside"));
    }
    let help = if task {
        "let the task give the new value (`t.get()!`), send it through a channel, or keep it in a service".to_string()
    } else {
        format!(
            "let the closure give the new value and assign it outside; to change only the copy: `let mut copy = {name}`"
        )
    };
    diagnostic.also(at, format!("the {what} takes its value here")).help(help)
}

pub(crate) fn closure_param(span: Span, name: &str, written: &str, given: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0301,
        span,
        format!("`{name}` is written as `{written}`, and the closure is called with `{given}`"),
    )
    .help(format!("write `{name}: {given}`, or leave the type out"))
}

pub(crate) fn closure_params(span: Span, needed: usize, given: usize, shown: &str) -> Diagnostic {
    let plural = if given == 1 { "" } else { "s" };
    Diagnostic::new(
        Code::E0301,
        span,
        format!("this closure has {given} parameter{plural}, and it is called with {needed}"),
    )
    .label(format!("`{shown}` is needed"))
    .help(match needed {
        0 => "write `() => …`".to_string(),
        1 => "write `(x) => …`".to_string(),
        2 => "write `(a, b) => …`".to_string(),
        _ => format!("give it {needed} parameters"),
    })
}

/// How to put values in order that are not integers.
pub(crate) fn order_closure() -> String {
    "compare them: `if a < b { -1 } else if a > b { 1 } else { 0 }`".to_string()
}

pub(crate) fn not_a_function(span: Span, text: &str, shown: &str, ty: &Ty) -> Diagnostic {
    let help = if matches!(ty, Ty::Nullable(_)) {
        format!("it may be `none`: look first, `if let f = {text} {{ f(…) }}`")
    } else {
        "only functions, methods and closures can be called".to_string()
    };
    Diagnostic::new(Code::E0212, span, format!("`{text}` is `{shown}`, not a function")).help(help)
}

pub(crate) fn nullable_function(span: Span, name: &str, shown: &str, text: &str) -> Diagnostic {
    Diagnostic::new(Code::E0212, span, format!("`{name}` is `{shown}`: there may be no function to call"))
        .help(format!("look first: `if let f = {text}.{name} {{ f(…) }}`"))
}

pub(crate) fn method_as_value(span: Span, name: &str, text: &str) -> Diagnostic {
    Diagnostic::new(Code::E0207, span, format!("`{name}` is a method, and methods are no values"))
        .help(format!("call it, `{text}.{name}(…)`, or wrap the call in a closure: `(x) => {text}.{name}(x)`"))
}

pub(crate) fn self_in_spawn(span: Span, name: &str, task: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0516,
        span,
        format!("a task cannot use `self.{name}`: it runs beside the methods of its service"),
    )
    .also(task, "the task starts here")
    .help(format!(
        "read it before and use the copy: `let {name} = self.{name}`; or call a method of the service in the task"
    ))
}

/// `name`: the variable that nobody reads. `text`: what is dropped, if it is short.
pub(crate) fn unused_task(span: Span, name: Option<&str>, text: Option<&str>) -> Diagnostic {
    let message = match name {
        Some(name) => format!("nobody uses the task `{name}`, so it is cancelled at once"),
        None => "nobody keeps this task, so it is cancelled at once".to_string(),
    };
    let (wait, detach) = match (name, text) {
        (Some(name), _) => (format!("`{name}.get()!`"), format!("`{name}.detach()`")),
        (None, Some(text)) => (format!("`let t = {text}`, then `t.get()!`"), format!("`{text}.detach()`")),
        (None, None) => ("`let t = spawn …`, then `t.get()!`".to_string(), "`spawn { … }.detach()`".to_string()),
    };
    Diagnostic::new(Code::E0513, span, message)
        .help(format!("wait for it: {wait}; let it run on alone: {detach}; or keep it in a field or an array"))
}

pub(crate) fn unused_tasks(span: Span, name: Option<&str>) -> Diagnostic {
    let (message, name) = match name {
        Some(name) => (format!("nobody uses the tasks in `{name}`, so they are cancelled at once"), name),
        None => ("nobody keeps these tasks, so they are cancelled at once".to_string(), "tasks"),
    };
    Diagnostic::new(Code::E0513, span, message).help(format!(
        "wait for them: `for t in {name} {{ t.get()! }}`; or let each run on alone: `t.detach()`; or keep them in a field"
    ))
}

pub(crate) fn queue_holds_itself(span: Span, message: &str, end: &str) -> Diagnostic {
    Diagnostic::new(Code::E0518, span, format!("a `{message}` can hold a `{end}` of this channel"))
        .label("a queue that holds its own end lives until the program exits")
        .help(format!("send ends of another type of message through it, or make sure that no message holds a `{end}` of this queue"))
}

pub(crate) fn not_selectable(span: Span, method: &str, shown: &str, ty: &Ty) -> Diagnostic {
    let help = match (method, ty) {
        ("recv", Ty::Holder(Holder::Task, _)) => {
            "let the task send its result through a channel, and receive that; or wait with `.get()!`".to_string()
        }
        ("send", Ty::Holder(Holder::Publisher, _)) => "publish before or after the `select`".to_string(),
        ("recv", Ty::Holder(..)) => "receive from its other end".to_string(),
        (_, Ty::Nullable(_)) => "it may be `none`: look first with `if let`".to_string(),
        ("recv", _) => "`select` waits for a `Receiver` or `Subscriber` (`v = rx.recv() { … }`)".to_string(),
        _ => "`select` sends to a `Sender` (`tx.send(v) { … }`)".to_string(),
    };
    Diagnostic::new(Code::E0303, span, format!("`select` cannot wait for `{method}` of `{shown}`")).help(help)
}

pub(crate) fn not_shown(span: Span, what: &str, shown: &str, ty: &Ty, found: &str, path: &[String]) -> Diagnostic {
    let message = format!("{what} shows data, and `{shown}` has no text");
    let diagnostic = Diagnostic::new(Code::E0319, span, message);
    through(diagnostic, found, path).help(if matches!(ty, Ty::Fn(..)) {
        "show what it gives instead: call it"
    } else {
        "show what comes of the task: `t.get()!`, or `t.outcome()`"
    })
}

pub(crate) fn error_without_text(span: Span, field: &str, found: &str, ty: &Ty, path: &[String]) -> Diagnostic {
    let noun = if matches!(ty, Ty::Fn(..)) { "a function" } else { "a task" };
    let message = format!("an error is printed, and `{field}` would be {noun}, which has no text");
    through(Diagnostic::new(Code::E0319, span, message), found, path)
        .help("give the error what describes it: a name, a number, a message")
}

pub(crate) fn no_zero(span: Span, field: &str, shown: &str, found: &str, whole: bool) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::E0304, span, format!("`{field}` has nothing to begin with"));
    let label = if whole {
        format!("a `{found}` is never zero, empty or `none`")
    } else {
        format!("a `{shown}` holds a `{found}`, which is never zero, empty or `none`")
    };
    let nullable = if shown.starts_with("fn(") { format!("({shown})?") } else { format!("{shown}?") };
    diagnostic
        .label(label)
        .help(format!("give it a default, `{field}: {shown} = …`; or let it begin as `none`: `{field}: {nullable}`"))
}

/// Adds the fields that lead to what is in the way.
pub(super) fn through(diagnostic: Diagnostic, found: &str, path: &[String]) -> Diagnostic {
    match path {
        [] => diagnostic,
        [..] => {
            let steps: Vec<String> = path.iter().take(8).map(|step| format!("`{step}`")).collect();
            diagnostic.note(format!("through {}, which is `{found}`", steps.join(", ")))
        }
    }
}
