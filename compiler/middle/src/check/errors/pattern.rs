//! Patterns.

use crate::check::Binder;
use pluto_syntax::code::Code;
use pluto_syntax::diag::Diagnostic;
use pluto_syntax::span::Span;

pub(crate) fn pattern_mismatch(span: Span, pattern: &str, value: &str, nullable: Option<&str>) -> Diagnostic {
    let message = format!("this pattern is for `{pattern}`, and the value is `{value}`");
    let diagnostic = Diagnostic::new(Code::E0301, span, message);
    match nullable {
        Some(text) => diagnostic.help(format!("for a value that is not `none` write `{text}?`")),
        None => diagnostic,
    }
}

pub(crate) fn float_pattern(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0301, span, "a `float` cannot be matched with numbers")
        .help("use a guard: `x if x < 1.0 => …`")
}

pub(crate) fn pattern_never_none(span: Span, shown: &str) -> Diagnostic {
    Diagnostic::new(Code::E0312, span, format!("this asks whether a `{shown}` is `none`, and it never is"))
        .help("use the value directly, or `let`")
}

pub(crate) fn alternatives_differ(span: Span, name: &str, one: &str, other: &str) -> Diagnostic {
    Diagnostic::new(Code::E0301, span, format!("`{name}` is `{one}` in one alternative and `{other}` in this one"))
        .help("bind it to the same type in each, or use two arms")
}

pub(crate) fn not_exhaustive(span: Span, shown: &str, missing: &[String]) -> Diagnostic {
    let listed: Vec<String> = missing.iter().take(3).map(|it| format!("`{it}`")).collect();
    let more = if missing.len() > 3 { " and others" } else { "" };
    let verb = if missing.len() == 1 { "is" } else { "are" };
    let text = listed.join(", ");
    let message = if missing.len() == 1 && missing[0] == "_" {
        format!("not every `{shown}` is covered")
    } else {
        format!("not every case is covered: {text}{more} {verb} missing")
    };
    Diagnostic::new(Code::E0305, span, message)
        .label(format!("this is `{shown}`"))
        .help("add an arm for what is missing, or `_` for all the rest")
}

pub(crate) fn too_many_cases(span: Span, shown: &str) -> Diagnostic {
    Diagnostic::new(Code::E0305, span, "there are too many combinations here to say whether all are covered")
        .label(format!("this is `{shown}`"))
        .help("add a last arm `_`")
}

pub(crate) fn unreachable_arm(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0306, span, "this arm can never be taken")
        .label("the arms before it cover all of this")
        .help("remove it, or move it up")
}

pub(crate) fn refutable(span: Span, binder: Binder, missing: Option<&str>) -> Diagnostic {
    let missing = missing.map_or_else(String::new, |value| format!(": `{value}` does not"));
    let (place, help) = match binder {
        Binder::Loop | Binder::Element => ("`for`", "bind the whole value and look with `if let` or `match` inside"),
        Binder::Select => ("`select`", "bind the whole message and look with `if let` or `match` inside"),
        Binder::Param | Binder::Let | Binder::Pattern | Binder::Value | Binder::Catch | Binder::Closure => {
            ("`let`", "use `if let … { }` or `match`, which can have another way")
        }
    };
    Diagnostic::new(Code::E0305, span, format!("the pattern of a {place} must match every value{missing}")).help(help)
}
