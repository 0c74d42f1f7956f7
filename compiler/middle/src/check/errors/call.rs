//! Calls, methods, fields and indices.

use crate::builtin::Receiver;
use crate::ty::Ty;
use pluto_syntax::code::Code;
use pluto_syntax::diag::Diagnostic;
use pluto_syntax::span::Span;

pub(crate) fn argument_count(span: Span, name: &str, needed: usize, given: usize) -> Diagnostic {
    let plural = if needed == 1 { "" } else { "s" };
    let message = format!("`{name}` takes {needed} argument{plural}, and {given} are given");
    let message = if given == 1 { message.replace("1 are", "1 is") } else { message };
    Diagnostic::new(Code::E0302, span, message)
}

pub(crate) fn unknown_method(span: Span, name: &str, owner: &str, near: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::E0303, span, format!("`{owner}` has no method `{name}`"));
    match near {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}

pub(crate) fn field_called(span: Span, name: &str, shown: &str) -> Diagnostic {
    Diagnostic::new(Code::E0303, span, format!("`{name}` is a field with a `{shown}`, not a method"))
        .help("leave out the parentheses")
}

/// What a method of other languages is called here.
pub(crate) fn other_name(name: &str) -> Option<&'static str> {
    Some(match name {
        "length" | "size" | "count" | "len" => "len",
        "append" | "add" | "push_back" => "push",
        "get_or_insert" | "entry" | "setdefault" => "or_insert",
        "set" | "put" => "insert",
        "includes" | "has" | "contains_key" | "containsKey" => "contains",
        "delete" | "erase" => "remove",
        "find" | "indexOf" => "index_of",
        "substr" | "slice" => "substring",
        "upper" | "toUpperCase" | "to_uppercase" | "uppercase" => "to_upper",
        "lower" | "toLowerCase" | "to_lowercase" | "lowercase" => "to_lower",
        "startsWith" => "starts_with",
        "endsWith" => "ends_with",
        "strip" => "trim",
        "parse" | "parse_int" => "to_int",
        "parse_float" => "to_float",
        "sorted" => "sort",
        "reversed" => "reverse",
        "insert" => "insert_at",
        "remove" => "remove_at",
        "receive" | "read" | "next" | "take" => "recv",
        "write" | "put_back" | "emit" => "send",
        "await" | "wait" | "join" | "result" => "get",
        "reduce" | "inject" => "fold",
        "select" | "where" | "keep" => "filter",
        "some" | "exists" => "any",
        "every" => "all",
        "each" | "forEach" | "for_each" => "map",
        "abort" | "stop" | "kill" => "cancel",
        "milliseconds" | "as_millis" | "as_ms" | "ms" => "to_ms",
        "seconds" | "as_secs" | "as_seconds" => "to_seconds",
        "nanoseconds" | "as_nanos" | "ns" => "to_ns",
        _ => return None,
    })
}

/// The method that another end of the channel has.
pub(crate) fn other_end(receiver: Receiver, name: &str) -> Option<&'static str> {
    Some(match (receiver, name) {
        (Receiver::Sender, "recv" | "try_recv") => "receive from the other end of the channel, its `Receiver`",
        (Receiver::Receiver, "send" | "try_send" | "deliver") => "send to the other end of the channel, its `Sender`",
        (Receiver::Publisher, "send" | "try_send" | "deliver") => "a topic is published to: `publish(v)`",
        (Receiver::Publisher, "recv" | "try_recv") => "receive from a `Subscriber` of the topic",
        (Receiver::Subscriber, "send" | "publish") => "publish to the topic's `Publisher`",
        (Receiver::Publisher | Receiver::Subscriber, "close") => "a topic is closed when `main` returns",
        _ => return None,
    })
}

pub(crate) fn method_not_yet(span: Span, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0908, span, format!("`{name}` waits for the type `bytes`, which is not built yet"))
        .help("go over the text with `for c in text`")
}

pub(crate) fn method_of_nullable(span: Span, name: &str, shown: &str, text: &str) -> Diagnostic {
    Diagnostic::new(Code::E0303, span, format!("`{shown}` has no method `{name}`, since it may be `none`"))
        .help(format!("look first: `if let x = {text} {{ x.{name}(…) }}`, or hand `none` on: `{text}?.{name}(…)`"))
}

pub(crate) fn expect_alone(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0316, span, "`expect(x)` alone expects nothing")
        .help("say what: `expect(x).to_equal(y)`, `.to_be_true()`, `.to_be_false()` or `.to_be_none()`")
}

pub(crate) fn expect_outside_test(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0316, span, "`expect` belongs into a `test`")
        .help("in other code use `assert(condition)`, a fault if it is false")
}

pub(crate) fn unknown_expectation(span: Span, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0316, span, format!("`expect` has no `{name}`"))
        .help("there are `.to_equal(y)`, `.to_be_true()`, `.to_be_false()` and `.to_be_none()`")
}

pub(crate) fn not_a_number(span: Span, name: &str, shown: &str) -> Diagnostic {
    Diagnostic::new(Code::E0301, span, format!("`{name}` takes an `int` or a `float`, and this is `{shown}`"))
}

pub(crate) fn unknown_field(span: Span, name: &str, owner: &str, near: Option<&str>, all: &[&str]) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::E0207, span, format!("`{owner}` has no field `{name}`"));
    match near {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None if all.is_empty() => diagnostic.help("it has no fields at all"),
        None if all.len() <= 8 => diagnostic.help(format!("it has: {}", all.join(", "))),
        None => diagnostic,
    }
}

pub(crate) fn no_fields(span: Span, name: &str, shown: &str, text: &str, ty: &Ty) -> Diagnostic {
    let help = match ty {
        Ty::Nullable(_) => {
            format!("it may be `none`: `{text}?.{name}` hands `none` on, `if let x = {text} {{ … }}` looks first")
        }
        Ty::Enum(_) => "use `match`: which fields there are depends on the variant".to_string(),
        Ty::AnyError => "use `match`: which fields there are depends on the error".to_string(),
        Ty::String | Ty::Array(_) | Ty::Map(..) => format!("if you mean a method, write `{text}.{name}()`"),
        Ty::Error
        | Ty::Never
        | Ty::Unit
        | Ty::Int
        | Ty::Float
        | Ty::Bool
        | Ty::Byte
        | Ty::Tuple(_)
        | Ty::Class(_)
        | Ty::ErrorValue(_)
        | Ty::Duration
        | Ty::Fn(..)
        | Ty::Holder(..)
        | Ty::Var(_) => "classes, errors and tuples have fields".to_string(),
    };
    Diagnostic::new(Code::E0207, span, format!("`{shown}` has no field `{name}`")).help(help)
}

pub(crate) fn not_indexable(span: Span, shown: &str, text: &str, ty: &Ty) -> Diagnostic {
    let help = match ty {
        Ty::String => {
            format!("indices of strings count bytes: `{text}.substring(i, i + 1)`, or `{text}.chars()` for characters")
        }
        Ty::Nullable(_) => "it may be `none`: look with `if let`, or hand `none` on with `?`".to_string(),
        Ty::Tuple(_) => format!("write `{text}.0`"),
        Ty::Error
        | Ty::Never
        | Ty::Unit
        | Ty::Int
        | Ty::Float
        | Ty::Bool
        | Ty::Byte
        | Ty::Array(_)
        | Ty::Map(..)
        | Ty::Class(_)
        | Ty::Enum(_)
        | Ty::ErrorValue(_)
        | Ty::AnyError
        | Ty::Duration
        | Ty::Fn(..)
        | Ty::Holder(..)
        | Ty::Var(_) => "arrays have elements, maps have entries".to_string(),
    };
    Diagnostic::new(Code::E0309, span, format!("`{shown}` cannot be indexed")).help(help)
}
