//! The constructs that are decided but not built: their messages. In: a code and a place. Out: the error.

use super::input::{Error, problem};
use crate::code::Code;
use crate::diag::Diagnostic;
use crate::span::Span;

/// The message for a construct that is not built yet.
pub(super) fn later<'t>(code: Code, span: Span) -> Error<'t> {
    let (message, help) = words(code);
    problem(Diagnostic::new(code, span, message).label("not yet").help(help))
}

/// The message for what placement replaces.
pub(super) fn replaced<'t>(span: Span, what: &str) -> Error<'t> {
    let message = format!("{what} is not written in Pluto: where a service runs is said by a `system`");
    let help =
        "write an ordinary class and place it: `system Production for Shop { pod web { process api { Shop } } }`";
    problem(Diagnostic::new(Code::E0917, span, message).help(help))
}

fn words(code: Code) -> (String, &'static str) {
    let (what, help) = match code {
        Code::E0902 => ("type parameters", "they are coming; write the function or class for the type that you need"),
        Code::E0903 => ("traits", "they are coming; write the methods in the class and call them by its type"),
        Code::E0908 => ("`Set` and `bytes`", "they are coming; use `Map<T, bool>` or `[byte]` until then"),
        Code::E0909 => ("contracts", "they are coming; use `assert` until then"),
        Code::E0910 => ("`bind` and `expose`", "they are coming; remove it until then"),
        Code::E0911 => ("replicas and sharding", "they are coming; a pod has one instance until then"),
        Code::E0912 => {
            ("scoped, transient and ambient services and stages", "they are coming; use a dependency in brackets")
        }
        Code::E0913 => ("generators", "they are coming; return an array until then"),
        Code::E0915 => ("replaced services in tests", "they are coming; write a plain `test \"name\" { … }`"),
        Code::E0918 => {
            ("`retries` and `breaker`", "they are coming; a policy sets a `timeout` and `on_fault` until then")
        }
        Code::E0916 => ("packages", "they are coming; import modules that lie beside this file"),
        _ => ("this", "it is coming"),
    };
    (format!("{what} are not built yet"), help)
}
