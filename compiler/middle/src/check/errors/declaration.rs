//! Literals and declarations.

use pluto_syntax::code::Code;
use pluto_syntax::diag::Diagnostic;
use pluto_syntax::span::Span;

pub(crate) fn missing_fields(
    span: Span,
    owner: &str,
    declared: Span,
    names: &[String],
    types: &[String],
) -> Diagnostic {
    let listed: Vec<String> = names.iter().take(4).map(|name| format!("`{name}`")).collect();
    let more = if names.len() > 4 { " and others" } else { "" };
    let plural = if names.len() == 1 { "field" } else { "fields" };
    let written: Vec<String> = names.iter().zip(types).take(4).map(|(name, ty)| format!("{name}: {ty}")).collect();
    let first = written.first().cloned().unwrap_or_default();
    Diagnostic::new(Code::E0304, span, format!("`{owner}` needs the {plural} {}{more}", listed.join(", ")))
        .also(declared, format!("declared here with {}", written.join(", ")))
        .help(format!("give a value, or give the field a default where it is declared: `{first} = …`"))
}

pub(crate) fn service_built_by_hand(span: Span, name: &str, declared: Span) -> Diagnostic {
    Diagnostic::new(Code::E0501, span, format!("`{name}` is a service; its one instance is made by the compiler"))
        .also(declared, "declared here")
        .help("name it in brackets where it is used: `class Uses[dep: Service] { … }`")
}

pub(crate) fn constant_circle(span: Span, names: &[&str]) -> Diagnostic {
    let shown: Vec<&str> = names.iter().copied().take(8).chain(names.first().copied()).collect();
    let message = match names {
        [name] => format!("the constant `{name}` is defined by itself"),
        _ => format!("these constants are defined by each other: {}", shown.join(" → ")),
    };
    Diagnostic::new(Code::E0307, span, message).help("give one of them a value of its own")
}

pub(crate) fn recursive_type(span: Span, circle: &[String], fields: &[String]) -> Diagnostic {
    let first = circle.first().cloned().unwrap_or_default();
    let steps: Vec<String> = circle.iter().zip(fields).take(8).map(|(ty, field)| format!("`{ty}.{field}`")).collect();
    let field = fields.first().cloned().unwrap_or_default();
    let next = circle.get(1).unwrap_or(&first);
    Diagnostic::new(Code::E0311, span, format!("a `{first}` would contain a `{first}` without end"))
        .note(format!("through {}", steps.join(", ")))
        .help(format!("make one of them nullable or an array: `{field}: {next}?` or `{field}: [{next}]`"))
}
