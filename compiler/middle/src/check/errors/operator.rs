//! Operators on types that do not take them.

use crate::hir::{BinOp, CmpOp, UnOp};
use crate::ty::Ty;
use pluto_syntax::code::Code;
use pluto_syntax::diag::Diagnostic;
use pluto_syntax::span::Span;

/// The operator as written.
fn sign(op: BinOp) -> &'static str {
    match op {
        BinOp::Add => "+",
        BinOp::Sub => "-",
        BinOp::Mul => "*",
        BinOp::Div => "/",
        BinOp::Rem => "%",
        BinOp::BitAnd => "&",
        BinOp::BitOr => "|",
        BinOp::BitXor => "^",
        BinOp::Shl => "<<",
        BinOp::Shr => ">>",
    }
}

fn cmp_sign(op: CmpOp) -> &'static str {
    match op {
        CmpOp::Eq => "==",
        CmpOp::Ne => "!=",
        CmpOp::Lt => "<",
        CmpOp::Le => "<=",
        CmpOp::Gt => ">",
        CmpOp::Ge => ">=",
    }
}

pub(crate) fn bad_unary(span: Span, op: UnOp, operand: Span, shown: &str) -> Diagnostic {
    let (sign, help) = match op {
        UnOp::Neg => ("-", "`-` is for `int`, `float` and `Duration`"),
        UnOp::Not => ("!", "`!` is for `bool`; compare the value first: `!(x == 0)`"),
        UnOp::BitNot => ("~", "`~` is for `int` and `byte`"),
    };
    Diagnostic::new(Code::E0309, span, format!("`{sign}` does not take a `{shown}`"))
        .also(operand, format!("this is `{shown}`"))
        .help(help)
}

pub(crate) fn bad_operands(
    span: Span,
    op: BinOp,
    places: [Span; 2],
    shown: &[String; 2],
    types: &[Ty; 2],
    texts: [Option<&str>; 2],
) -> Diagnostic {
    let [left, right] = shown;
    let diagnostic = Diagnostic::new(Code::E0309, span, format!("`{}` does not take `{left}` and `{right}`", sign(op)))
        .also(places[0], format!("this is `{left}`"))
        .also(places[1], format!("this is `{right}`"));
    match help(op, types, texts) {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// A number as a span of time.
pub(super) fn with_unit(text: &str) -> String {
    let digits = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let is_name = text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    match (digits, is_name) {
        (true, _) => format!("give it a unit: `{text}s`, `{text}ms`"),
        (false, true) => format!("give it a unit: `{text} * 1s`, `{text} * 1ms`"),
        (false, false) => format!("give it a unit: `({text}) * 1s`, `({text}) * 1ms`"),
    }
}

fn help(op: BinOp, types: &[Ty; 2], texts: [Option<&str>; 2]) -> Option<String> {
    let text = |at: usize| texts[at].unwrap_or("x");
    let at = types.iter().position(|ty| matches!(ty, Ty::Nullable(_)));
    if let Some(at) = at {
        return Some(format!("`{0}` may be `none`: say what to take then: `({0} ?? …)`", text(at)));
    }
    match (op, types) {
        (BinOp::Add | BinOp::Sub, [Ty::Duration, Ty::Int]) => Some(with_unit(text(1))),
        (BinOp::Add | BinOp::Sub, [Ty::Int, Ty::Duration]) => Some(with_unit(text(0))),
        (BinOp::Mul | BinOp::Div, [Ty::Duration, Ty::Float] | [Ty::Float, Ty::Duration]) => {
            Some("a `Duration` is multiplied and divided by an `int`; for fractions take a smaller unit: `1500ms`".to_string())
        }
        (_, [Ty::Duration, _] | [_, Ty::Duration]) => Some(
            "a `Duration` takes `+` and `-` with another, `*` and `/` with an `int`, and `/` with another, which gives an `int`"
                .to_string(),
        ),
        (BinOp::Add, [Ty::String, other] | [other, Ty::String]) if *other != Ty::String => {
            Some("put the values into an f-string: `f\"{x} {y}\"`".to_string())
        }
        (_, [Ty::Int | Ty::Byte, Ty::Float]) => Some(format!("convert one side: `{} as float`", text(0))),
        (_, [Ty::Float, Ty::Int | Ty::Byte]) => Some(format!("convert one side: `{} as float`", text(1))),
        (_, [Ty::Byte, Ty::Int]) => Some(format!("convert one side: `{} as int`", text(0))),
        (_, [Ty::Int, Ty::Byte]) => Some(format!("convert one side: `{} as int`", text(1))),
        _ => None,
    }
}

pub(crate) fn result_does_not_fit(span: Span, op: BinOp, place: Span, found: &str, needed: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0301,
        span,
        format!("`{}` gives `{found}` here, which does not fit into a `{needed}`", sign(op)),
    )
    .also(place, format!("this is `{needed}`"))
    .help("bind the result to a variable of its own")
}

pub(crate) fn operator_not_for(span: Span, op: BinOp, operand: Span, shown: &str, ty: &Ty) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::E0309, span, format!("`{}` does not take `{shown}`", sign(op)))
        .also(operand, format!("this is `{shown}`"));
    let help = match (op, ty) {
        (_, Ty::Nullable(_)) => "it may be `none`: say what to take then with `??`",
        (BinOp::Add, Ty::Array(_)) => "to append, `push` in a loop",
        (BinOp::BitAnd, Ty::Bool) => "for truth values write `&&`",
        (BinOp::BitOr, Ty::Bool) => "for truth values write `||`",
        (BinOp::BitXor, Ty::Bool) => "for truth values write `!=`",
        (BinOp::Mul, Ty::String) => "to repeat a text, use `.repeat(n)`",
        (BinOp::BitAnd | BinOp::BitOr | BinOp::BitXor | BinOp::Shl | BinOp::Shr, _) => {
            "bit operators are for `int` and `byte`"
        }
        (BinOp::Add, _) => "`+` is for `int`, `float`, `byte` and `string`",
        (BinOp::Sub | BinOp::Mul | BinOp::Div | BinOp::Rem, _) => "arithmetic is for `int`, `float` and `byte`",
    };
    diagnostic.help(help)
}

pub(crate) fn not_the_same(span: Span, places: [Span; 2], shown: &[String; 2]) -> Diagnostic {
    let [left, right] = shown;
    Diagnostic::new(Code::E0309, span, format!("`{left}` cannot be compared with `{right}`"))
        .also(places[0], format!("this is `{left}`"))
        .also(places[1], format!("this is `{right}`"))
        .help("both sides must have the same type; convert one")
}

pub(crate) fn order_of_nullable(span: Span, places: [Span; 2], shown: &[String; 2]) -> Diagnostic {
    Diagnostic::new(Code::E0309, span, "a value that may be `none` has no order")
        .also(places[0], format!("this is `{}`", shown[0]))
        .also(places[1], format!("this is `{}`", shown[1]))
        .help("say what to take for `none` with `??`")
}

pub(crate) fn no_order(span: Span, op: CmpOp, shown: &str) -> Diagnostic {
    Diagnostic::new(Code::E0309, span, format!("`{}` does not take `{shown}`", cmp_sign(op)))
        .help("int, float, byte, string and Duration have an order; other values only `==` and `!=`")
}

pub(crate) fn bad_cast(span: Span, from: &str, to: &str, text: &str, source: &Ty, target: &Ty) -> Diagnostic {
    let message = format!("`{from}` cannot be cast to `{to}`");
    let help = match (source, target) {
        (a, b) if a == b => "it has this type already: leave out the `as`".to_string(),
        (Ty::Nullable(_), _) => format!("it may be `none`: `({text} ?? …) as {to}`"),
        (Ty::Duration, _) => format!("say in which unit: `{text}.to_ms()`, `{text}.to_seconds()`"),
        (_, Ty::Duration) => format!("multiply it with a unit: `{text} * 1s`"),
        (Ty::String, Ty::Int) => format!("read the number: `{text}.to_int()` gives `int?`"),
        (Ty::String, Ty::Float) => format!("read the number: `{text}.to_float()` gives `float?`"),
        (_, Ty::String) => "put it into an f-string: `f\"{x}\"`".to_string(),
        (_, Ty::Bool) => format!("compare it: `{text} != 0`"),
        (Ty::Enum(_), Ty::Int) => "use a `match` that gives a number for each variant".to_string(),
        _ => "`as` converts between `int`, `float` and `byte`, and from `bool` to `int`".to_string(),
    };
    Diagnostic::new(Code::E0310, span, message).help(help)
}
