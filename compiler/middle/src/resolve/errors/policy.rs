//! The wording for policies of systems. In: names and places. Out: diagnostics.

use crate::resolve::nearest::nearest;
use pluto_syntax::ast::{Expr, ExprKind, Ident, Name};
use pluto_syntax::code::Code;
use pluto_syntax::diag::Diagnostic;
use pluto_syntax::span::Span;

pub(in crate::resolve) fn second_policy(service: &Name, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(Code::E0519, span, format!("`{service}` has two policies in this system"))
        .also(first, "the first one")
        .help("keep one of the two, with all settings")
}

pub(in crate::resolve) fn policy_for_no_service(text: &str, noun: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0504, span, format!("`{text}` is {noun}, not a service"))
        .help("a policy is for a service class: one with brackets, or in somebody's brackets")
}

pub(in crate::resolve) fn policy_for_app(app: &Name, span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0519, span, format!("`{app}` is the app, which nobody calls"))
        .label("a policy is for calls of a service")
        .help("name the service that is called, or remove the policy")
}

pub(in crate::resolve) fn unknown_setting(name: &Ident) -> Diagnostic {
    let message = format!("a policy has no setting `{}`", name.name);
    let help = match nearest(&name.name, SETTINGS.map(|(name, _)| name)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("a policy sets {}", SETTINGS.map(|(_, example)| example).join(", ")),
    };
    Diagnostic::new(Code::E0519, name.span, message).help(help)
}

/// The settings, with examples.
const SETTINGS: [(&str, &str); 2] = [("timeout", "`timeout: 500ms`"), ("on_fault", "`on_fault: restart`")];

pub(in crate::resolve) fn second_setting(name: &Ident, first: Span) -> Diagnostic {
    Diagnostic::new(Code::E0519, name.span, format!("this policy sets `{}` twice", name.name))
        .also(first, "first set here")
        .help("keep one of the two")
}

pub(in crate::resolve) fn no_answer_to_a_fault(value: &Expr) -> Diagnostic {
    let what = if let ExprKind::Name(name) = &value.kind { format!("`{}`", name.name) } else { "this".to_owned() };
    let message = format!("a service cannot answer a fault with {what}");
    Diagnostic::new(Code::E0519, value.span, message)
        .label("not `restart`")
        .help("write `on_fault: restart` to have the service rebuilt; without the setting it goes on as it is")
}

pub(in crate::resolve) fn timeout_not_literal(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0519, span, "the timeout of a policy is a duration that is written out")
        .label("not a duration such as `500ms`")
        .help("write a number with a unit, as in `timeout: 500ms`; a policy takes no names, no sums")
}

pub(in crate::resolve) fn timeout_not_positive(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0519, span, "a call that may wait no time at all can never succeed")
        .help("write a positive duration, or remove the policy for the usual 5 s")
}
