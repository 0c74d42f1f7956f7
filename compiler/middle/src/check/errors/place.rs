//! Changes of what is not `mut`.

use crate::check::Binder;
use pluto_syntax::code::Code;
use pluto_syntax::diag::Diagnostic;
use pluto_syntax::span::Span;

/// What is done to a variable.
#[derive(Clone, Copy)]
pub(crate) enum Change<'a> {
    /// Assigned as a whole.
    Assign,
    /// A field or element of it is assigned.
    Part,
    /// A method changes it.
    Call(&'a str),
    /// A pattern gives a name to it or a part of it.
    Name(&'a str),
}

impl<'a> Change<'a> {
    /// The method that changes it, if one does.
    pub(crate) fn method(self) -> Option<&'a str> {
        match self {
            Change::Call(method) => Some(method),
            Change::Assign | Change::Part | Change::Name(_) => None,
        }
    }
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
        Change::Name(part) => format!("`mut {part}` would change `{name}`, which is not `mut`"),
    };
    let (label, help) = match binder {
        Binder::Let => ("bound here", format!("write `let mut {name}`")),
        Binder::Param => ("the parameter", format!("write `mut {name}: {ty}`; the caller's value stays as it is")),
        Binder::Pattern => {
            let help = format!("write `mut {name}` to change it where it lies, or copy it: `let mut {name} = {name}`");
            ("bound here", help)
        }
        Binder::Value => ("bound here", format!("copy it first: `let mut {name} = {name}`")),
        Binder::Element => {
            let help = format!("write `mut {name}` to change the elements, or copy it: `let mut {name} = {name}`");
            ("the loop's variable", help)
        }
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

/// Why something is no place that `mut` could bind.
#[derive(Clone, Copy)]
pub(crate) enum NoPlace<'a> {
    /// Nobody keeps it.
    Value,
    /// `m.get(k)`, with this text, as a whole.
    Entry(&'a str),
    /// A number of a range.
    Range,
    /// A character.
    Character,
    /// A message.
    Message,
    /// The key of a map.
    Key,
    /// Key and value of a map at once.
    Pair,
    /// A part of an error.
    Error,
}

pub(crate) fn no_place(span: Span, name: &str, why: NoPlace<'_>) -> Diagnostic {
    let copy = format!("leave out `mut`, and change a copy: `let mut {name} = {name}`");
    let (what, help) = match why {
        NoPlace::Value => {
            ("a value that nobody keeps".to_owned(), format!("bind the value first: `let mut … = …`; or {copy}"))
        }
        NoPlace::Entry(text) => {
            let help = format!("look inside: `if let mut {name} = {text} {{ … }}`; or {copy}");
            (format!("what `{text}` gives as a whole"), help)
        }
        NoPlace::Range => ("a number of a range, which lies nowhere".to_owned(), copy),
        NoPlace::Character => {
            let help = format!("strings do not change: build a new one; or {copy}");
            ("a character of a string".to_owned(), help)
        }
        NoPlace::Message => ("a message, which lies nowhere yet".to_owned(), copy),
        NoPlace::Key => {
            let help = "keys stay as they are: `remove` the entry and `insert` it under the other key behind the loop";
            ("the key of a map".to_owned(), help.to_owned())
        }
        NoPlace::Pair => {
            ("key and value at once".to_owned(), format!("name the value alone: `for (key, mut {name}) in …`"))
        }
        NoPlace::Error => ("a part of an error".to_owned(), copy),
    };
    let message = format!("`mut {name}` binds a place, and this is {what}");
    Diagnostic::new(Code::E0321, span, message).help(help)
}

/// What changes something that has a name by `mut` in it.
#[derive(Clone, Copy)]
pub(crate) enum Changer {
    /// What stands there.
    Itself,
    /// The closure there, which is called.
    Closure(Span),
    /// It stands in a guard of the same `match`.
    Guard,
}

pub(crate) fn changed_while_bound(
    span: Span,
    text: Option<&str>,
    (name, bound): (&str, Span),
    changer: Changer,
) -> Diagnostic {
    let what = text.map_or_else(|| "this".to_owned(), |text| format!("`{text}`"));
    let message = match changer {
        Changer::Guard => format!("a guard changes {what}, which this `match` looks at"),
        Changer::Itself => format!("{what} is changed while `{name}`, a part of it, is bound by `mut`"),
        Changer::Closure(_) => format!("this call may change what holds `{name}`, a part that is bound by `mut`"),
    };
    let diagnostic = Diagnostic::new(Code::E0322, span, message);
    let diagnostic = match changer {
        Changer::Closure(closure) => diagnostic.also(closure, "by this"),
        Changer::Itself | Changer::Guard => diagnostic,
    };
    diagnostic.also(bound, format!("`{name}` is a part of it until the end of the block")).help(format!(
        "change only the part, through `{name}`; collect what else is to change and do it behind the block"
    ))
}
