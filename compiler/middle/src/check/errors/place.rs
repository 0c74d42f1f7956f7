//! Changes of what is not `mut`.

use crate::check::Binder;
use pluto_syntax::code::Code;
use pluto_syntax::diag::Diagnostic;
use pluto_syntax::span::Span;

/// What is done to a variable.
pub(crate) enum Change<'a> {
    /// Assigned as a whole.
    Assign,
    /// A field or element of it is assigned.
    Part,
    /// A method changes it.
    Call(&'a str),
}

pub(crate) fn not_mutable(
    span: Span,
    name: &str,
    bound: Span,
    binder: Binder,
    ty: &str,
    change: Change<'_>,
) -> Diagnostic {
    let message = match change {
        Change::Assign => format!("`{name}` is not `mut`, so it cannot be assigned again"),
        Change::Part => format!("`{name}` is not `mut`, so nothing in it can be assigned"),
        Change::Call(method) => format!("`{method}` changes `{name}`, which is not `mut`"),
    };
    let (label, help) = match binder {
        Binder::Let => ("bound here", format!("write `let mut {name}`")),
        Binder::Param => ("the parameter", format!("write `mut {name}: {ty}`; the caller's value stays as it is")),
        Binder::Pattern => ("bound here", format!("copy it first: `let mut {name} = {name}`")),
        Binder::Loop => ("the loop's variable", format!("copy it first: `let mut {name} = {name}`")),
        Binder::Closure => ("the closure's parameter", format!("copy it first: `let mut {name} = {name}`")),
        Binder::Select => ("the message", format!("copy it first: `let mut {name} = {name}`")),
        Binder::Catch => ("the caught error", format!("copy it first: `let mut {name} = {name}`")),
    };
    Diagnostic::new(Code::E0308, span, message).also(bound, label).help(help)
}

pub(crate) fn self_not_mutable(span: Span, function: &str, at: Span, method: Option<&str>) -> Diagnostic {
    let message = match method {
        Some(method) => format!("`{method}` changes `self`, which is not `mut` in `{function}`"),
        None => format!("`self` is not `mut` in `{function}`, so nothing in it can be assigned"),
    };
    Diagnostic::new(Code::E0308, span, message)
        .also(at, "this method only reads `self`")
        .help(format!("write `fn {function}(mut self …)`"))
}

pub(crate) fn constant_changed(span: Span, name: &str, at: Span) -> Diagnostic {
    Diagnostic::new(Code::E0308, span, format!("`{name}` is a constant and stays as it is"))
        .also(at, "declared here")
        .help(format!("copy it first: `let mut x = {name}`"))
}

pub(crate) fn temporary_changed(span: Span, text: &str, method: Option<&str>) -> Diagnostic {
    let message = match method {
        Some(method) => format!("`{method}` would change a value that nobody keeps"),
        None => format!("`{text}` is not a place that keeps what is assigned to it"),
    };
    Diagnostic::new(Code::E0308, span, message).help("bind it first: `let mut x = …`, then change `x`")
}
