//! Values of the wrong type, values that are not there, types that are not known.

use super::operator::with_unit;
use super::{because, through};
use crate::check::{Open, Why};
use crate::ids::TyId;
use crate::ty::{Holder, Ty};
use pluto_syntax::code::Code;
use pluto_syntax::diag::Diagnostic;
use pluto_syntax::span::Span;

pub(crate) fn type_mismatch(span: Span, needed: &str, found: &str, why: Why) -> Diagnostic {
    let message = format!("expected `{needed}`, found `{found}`");
    because(Diagnostic::new(Code::E0301, span, message).label(format!("this is `{found}`")), needed, why)
}

/// How to make one type of another, if there is a way.
pub(crate) fn conversion(text: &str, from: &Ty, to: &Ty, to_id: TyId, is_none: bool) -> Option<String> {
    let quoted = text.trim_matches('"');
    let is_number = quoted.parse::<f64>().is_ok();
    Some(match (from, to) {
        _ if is_none => "only values of a nullable type (`T?`) can be `none`".to_string(),
        (Ty::Nullable(_), Ty::Nullable(_)) => return None,
        (Ty::Nullable(_), Ty::Bool) => format!("to ask whether there is a value, write `{text} != none`"),
        (Ty::Nullable(_), _) => {
            format!("it may be `none`: say what to take then (`{text} ?? …`), or look with `if let x = {text} {{ … }}`")
        }
        (Ty::Holder(Holder::Task, inner), _) if *inner == to_id => format!("wait for it: `{text}.get()!`"),
        (Ty::Int, Ty::Duration) => with_unit(text),
        (Ty::Duration, Ty::Int) => format!("say in which unit: `{text}.to_ms()`"),
        (Ty::Int | Ty::Byte, Ty::Float) => format!("convert it: `{text} as float`"),
        (Ty::Float, Ty::Int) => format!("convert it: `{text} as int` cuts off what is behind the point"),
        (Ty::Byte | Ty::Bool, Ty::Int) => format!("convert it: `{text} as int`"),
        (Ty::Int | Ty::Float, Ty::Byte) => format!("convert it: `{text} as byte`"),
        (Ty::String, Ty::Int | Ty::Float) if text.starts_with('"') => {
            return is_number.then(|| format!("leave out the quotes: `{quoted}`"));
        }
        (Ty::String, Ty::Int) => format!("read the number: `{text}.to_int()` gives `int?`"),
        (Ty::String, Ty::Float) => format!("read the number: `{text}.to_float()` gives `float?`"),
        (Ty::Int, Ty::Bool) => format!("compare it: `{text} != 0`"),
        (Ty::Unit, Ty::String) => return None,
        (Ty::Fn(params, result), _) if *result == to_id && params.is_empty() => format!("call it: `{text}()`"),
        (Ty::Fn(..) | Ty::Holder(..), Ty::String) => return None,
        (Ty::Int | Ty::Float, Ty::String) if is_number => format!("put it into quotes: `\"{text}\"`"),
        (_, Ty::String) if text.contains('"') || text.contains('{') => "put it into an f-string".to_string(),
        (_, Ty::String) => format!("put it into an f-string: `f\"{{{text}}}\"`"),
        (_, Ty::Unit) => "leave out the value, or declare a result type behind the parameters".to_string(),
        _ => return None,
    })
}

pub(crate) fn not_a_byte(span: Span, value: i64) -> Diagnostic {
    Diagnostic::new(Code::E0301, span, format!("`{value}` does not fit into a `byte`"))
        .help("a byte holds 0 to 255; use an `int`")
}

pub(crate) fn type_too_deep(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0307, span, "the type of this is nested more than 64 levels deep")
        .help("put the inner levels into a class")
}

pub(crate) fn cannot_infer(span: Span, open: Open) -> Diagnostic {
    let (message, help) = match open {
        Open::Array => ("the element type of this empty array is not known", "write the type: `let xs: [int] = []`"),
        Open::Map => (
            "the key and value types of this empty map are not known",
            "write the type: `let m: Map<string, int> = {}`",
        ),
        Open::None => {
            ("it is not known what this could be when it is not `none`", "write the type: `let x: int? = none`")
        }
        Open::Param => ("the type of this parameter is not known", "write it: `(x: int) => …`"),
        Open::Value => ("the type of this is not known", "write the type in a `let`: `let x: int = …`"),
    };
    Diagnostic::new(Code::E0307, span, message).help(help)
}

pub(crate) fn param_not_known(span: Span, param: Span, name: &str) -> Diagnostic {
    Diagnostic::new(Code::E0307, span, "the type of this must be known here, and is not yet")
        .also(param, "the type of this parameter is not written, and nothing has said it so far")
        .help(format!("write it: `({name}: int) => …`"))
}

pub(crate) fn not_known_yet(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0307, span, "the type of this must be known here, and is not yet")
        .help("write the type where the value is first bound: `let xs: [string] = []`")
}

pub(crate) fn block_without_value(block: Span, needed: &str, why: Why) -> Diagnostic {
    let end = Span { start: block.end.saturating_sub(1).max(block.start), ..block };
    match why {
        Why::Result(function) => {
            Diagnostic::new(Code::E0314, function, format!("this function can end without its result, `{needed}`"))
                .also(end, "the end is reached here without a value")
                .help("end every way with a value, or `return` one")
        }
        Why::Plain
        | Why::Declared(_)
        | Why::Param(_)
        | Why::Field(_)
        | Why::Branch(_)
        | Why::Element(_)
        | Why::Caught(_)
        | Why::Closure(_)
        | Why::Callee(_)
        | Why::Order(_) => {
            let message = format!("this block has no value, and `{needed}` is needed");
            because(Diagnostic::new(Code::E0301, end, message), needed, why)
                .help(format!("let the last line be an expression that gives `{needed}`"))
        }
    }
}

pub(crate) fn if_without_else(span: Span, needed: &str, why: Why) -> Diagnostic {
    match why {
        Why::Result(function) => {
            Diagnostic::new(Code::E0314, function, format!("this function can end without its result, `{needed}`"))
                .also(span, "this `if` has no `else`")
                .help("add an `else`, or a value after the `if`")
        }
        Why::Plain
        | Why::Declared(_)
        | Why::Param(_)
        | Why::Field(_)
        | Why::Branch(_)
        | Why::Element(_)
        | Why::Caught(_)
        | Why::Closure(_)
        | Why::Callee(_)
        | Why::Order(_) => {
            Diagnostic::new(Code::E0301, span, format!("an `if` without `else` has no value, and `{needed}` is needed"))
                .help("add an `else` with a value")
        }
    }
}

pub(crate) fn return_without_value(span: Span, needed: &str, why: Why) -> Diagnostic {
    because(Diagnostic::new(Code::E0301, span, format!("`return` needs a value, `{needed}`")), needed, why)
}

pub(crate) fn not_iterable(span: Span, shown: &str, text: &str, ty: &Ty) -> Diagnostic {
    let help = match ty {
        Ty::Int => format!("to count, write a range: `0..{text}`"),
        Ty::Nullable(_) => format!("it may be `none`: `{text} ?? []`, or look with `if let` first"),
        Ty::Holder(Holder::Task, _) => format!("wait for what it gives: `{text}.get()!`"),
        Ty::Holder(..) => {
            "only its other end gives messages: `for v in` goes over a `Receiver` or `Subscriber`".to_string()
        }
        Ty::Error
        | Ty::Never
        | Ty::Unit
        | Ty::Float
        | Ty::Bool
        | Ty::Byte
        | Ty::String
        | Ty::Array(_)
        | Ty::Map(..)
        | Ty::Tuple(_)
        | Ty::Class(_)
        | Ty::Enum(_)
        | Ty::ErrorValue(_)
        | Ty::AnyError
        | Ty::Duration
        | Ty::Fn(..)
        | Ty::Var(_) => {
            "`for` goes over arrays, maps (as `(key, value)`), strings, receivers and ranges (`0..n`)".to_string()
        }
    };
    Diagnostic::new(Code::E0301, span, format!("`for` cannot go over `{shown}`")).help(help)
}

pub(crate) fn never_none(span: Span, shown: &str, op: &str) -> Diagnostic {
    Diagnostic::new(Code::E0312, span, format!("`{op}` on a value that is never `none`"))
        .label(format!("this is `{shown}`"))
        .help(format!("leave out the `{op}`"))
}

pub(crate) fn try_without_nullable_result(
    span: Span,
    function: Option<(&str, Span)>,
    shown: &str,
    text: &str,
) -> Diagnostic {
    let message = "`?` hands `none` to the caller, and nobody here can take it";
    let diagnostic = Diagnostic::new(Code::E0312, span, message);
    match function {
        Some((name, at)) if shown == "()" => {
            diagnostic.also(at, format!("`{name}` gives nothing")).help(format!("use `if let x = {text} {{ … }}`"))
        }
        Some((name, at)) => diagnostic
            .also(at, format!("`{name}` gives `{shown}`"))
            .help(format!("let `{name}` give `{shown}?`, or say what to take instead: `{text} ?? …`")),
        None => diagnostic.help(format!("say what to take instead: `{text} ?? …`")),
    }
}

pub(crate) fn not_an_error(span: Span, shown: &str) -> Diagnostic {
    Diagnostic::new(Code::E0404, span, format!("only errors can be raised, and this is `{shown}`"))
        .help("declare one (`error NotFound { id: int }`) and `raise NotFound { id: 3 }`")
}

pub(crate) fn service_is_no_value(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0510, span, "a service is not a value: it can only be called")
        .help("call a method of it: `self.accounts.find(id)`")
}

pub(crate) fn unknown_format(span: Span, text: &str) -> Diagnostic {
    Diagnostic::new(Code::E0317, span, format!("`{text}` is not a format"))
        .help("a format is an alignment (`<`, `^`, `>`) and a width (`>8`, `08` with zeros), and `.2` for digits after the point")
}

pub(crate) fn format_not_for(span: Span, text: &str, shown: &str, reason: &str) -> Diagnostic {
    Diagnostic::new(Code::E0317, span, format!("the format `{text}` does not suit `{shown}`: {reason}"))
}

pub(crate) fn not_comparable(span: Span, what: &str, shown: &str, ty: &Ty, found: &str, path: &[String]) -> Diagnostic {
    let message = format!("{what} needs values that can be compared, and `{shown}` cannot");
    through(Diagnostic::new(Code::E0315, span, message), found, path).help(if matches!(ty, Ty::Fn(..)) {
        "functions have no `==`: compare something that tells them apart, like a name"
    } else if matches!(ty, Ty::Holder(..)) {
        "tasks have no `==`: compare their results, or a number that you give to each"
    } else {
        "an error of unknown kind has no `==`: use `match err { … }`, or compare its text `f\"{err}\"`"
    })
}

pub(crate) fn bad_map_key(span: Span, shown: &str, ty: &Ty, found: &str, path: &[String]) -> Diagnostic {
    let message = format!("`{shown}` cannot be the key of a map");
    through(Diagnostic::new(Code::E0315, span, message), found, path).help(if matches!(ty, Ty::Fn(..)) {
        "functions cannot be compared; use a name or a number for each"
    } else if matches!(ty, Ty::Holder(..)) {
        "ends of channels and tasks are no keys: use a number or a name for each, and keep them as values"
    } else {
        "an error of unknown kind cannot be compared; use its text: `f\"{err}\"`"
    })
}

pub(crate) fn elements_without_order(span: Span, method: &str, shown: &str) -> Diagnostic {
    Diagnostic::new(Code::E0309, span, format!("`{method}` needs elements that have an order, and `{shown}` has none"))
        .help("int, float, byte, bool, string and Duration have one; `sort_by` takes any order")
}

pub(crate) fn join_of_others(span: Span, shown: &str) -> Diagnostic {
    Diagnostic::new(Code::E0301, span, format!("`join` puts strings together, and these are `{shown}`"))
        .help("make an array of texts first: push `f\"{x}\"` for each `x`")
}
