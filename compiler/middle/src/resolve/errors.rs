//! The wording of resolve's messages: one constructor per mistake. In: names and places. Out: diagnostics.

mod channel;
mod policy;

pub(super) use channel::*;
pub(super) use policy::*;

use super::cx::Def;
use super::path::Want;
use pluto_syntax::ast::{Ident, Name};
use pluto_syntax::code::Code;
use pluto_syntax::diag::Diagnostic;
use pluto_syntax::span::Span;

/// Names of other languages, and how they are written here.
const FOREIGN: &[(&str, &str)] = &[
    ("null", "write `none`"),
    ("nil", "write `none`"),
    ("None", "write `none`"),
    ("undefined", "write `none`"),
    ("this", "write `self`"),
    ("True", "write `true`"),
    ("False", "write `false`"),
    ("println", "write `print(…)`"),
    ("printf", "write `print(f\"…\")`"),
    ("len", "length is a method: `xs.len()`"),
    ("str", "write `string` for the type, and `f\"{x}\"` for a value as text"),
    ("String", "write `string`"),
    ("Int", "write `int`"),
    ("Integer", "write `int`"),
    ("long", "write `int`"),
    ("uint", "write `int`"),
    ("i64", "write `int`"),
    ("i32", "write `int`"),
    ("u8", "write `byte`"),
    ("Float", "write `float`"),
    ("f64", "write `float`"),
    ("double", "write `float`"),
    ("Bool", "write `bool`"),
    ("Boolean", "write `bool`"),
    ("boolean", "write `bool`"),
    ("Double", "write `float`"),
    ("Dict", "write `Map<K, V>`"),
    ("dict", "write `Map<K, V>`"),
    ("Array", "write `[T]`"),
    ("List", "write `[T]`"),
    ("Vec", "write `[T]`"),
    ("Option", "write `T?`"),
    ("void", "leave the result type out"),
];

fn foreign(name: &str) -> Option<&'static str> {
    FOREIGN.iter().find(|(other, _)| *other == name).map(|(_, help)| *help)
}

/// Adds the nearest name, or something else to do.
fn helped(diagnostic: Diagnostic, near: Option<&str>, otherwise: Option<String>) -> Diagnostic {
    match (near, otherwise) {
        (Some(near), _) => diagnostic.help(format!("did you mean `{near}`?")),
        (None, Some(text)) => diagnostic.help(text),
        (None, None) => diagnostic,
    }
}

fn listed(names: &[Name]) -> String {
    let shown: Vec<String> = names.iter().take(8).map(|name| format!("`{name}`")).collect();
    let more = if names.len() > shown.len() { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

// Names.

pub(super) fn unknown(name: &Ident, want: Want, near: Option<&str>, elsewhere: Option<&str>) -> Diagnostic {
    let text = &name.name;
    let (code, message) = match want {
        Want::Type => (Code::E0206, format!("there is no type `{text}`")),
        Want::Value => (Code::E0201, format!("nothing here is named `{text}`")),
    };
    let diagnostic = Diagnostic::new(code, name.span, message);
    if let Some(elsewhere) = elsewhere {
        return diagnostic.help(format!("did you mean `{elsewhere}`?"));
    }
    if let Some(help) = foreign(text) {
        return diagnostic.help(help);
    }
    let otherwise = match want {
        Want::Type => "declare it with `class`, `enum` or `error`, or import the module that has it",
        Want::Value => "declare it with `let`, `const` or `fn`, or import the module that has it",
    };
    helped(diagnostic, near, Some(otherwise.to_owned()))
}

pub(super) fn unknown_variable(name: &Ident, near: Option<&str>) -> Diagnostic {
    let text = &name.name;
    let message = format!("there is no variable `{text}`");
    helped(
        Diagnostic::new(Code::E0201, name.span, message),
        near,
        Some(format!("declare it first: `let mut {text} = …`")),
    )
}

pub(super) fn missing_self(name: &Ident) -> Diagnostic {
    let text = &name.name;
    Diagnostic::new(Code::E0201, name.span, format!("there is no `{text}` without `self`"))
        .help(format!("write `self.{text}`"))
}

pub(super) fn declared_twice(name: &Ident, first: Span) -> Diagnostic {
    Diagnostic::new(Code::E0202, name.span, format!("`{}` is declared twice", name.name))
        .label("the second one")
        .also(first, "the first one")
        .help("rename or remove one of them")
}

pub(super) fn bound_twice(name: &Ident, first: Span) -> Diagnostic {
    Diagnostic::new(Code::E0202, name.span, format!("`{}` is bound twice in this pattern", name.name))
        .also(first, "bound here first")
        .help("give one another name, and compare them in a guard: `if a == b`")
}

pub(super) fn field_twice(name: &Ident, first: Span) -> Diagnostic {
    Diagnostic::new(Code::E0202, name.span, format!("the field `{}` is given twice", name.name))
        .also(first, "given here first")
        .help("leave one out")
}

pub(super) fn later_module(path: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0916, span, format!("`{path}` is not built yet"))
        .help("`std.env` and `std.fs` are there; this one is coming")
}

pub(super) fn unknown_std(path: &str, near: Option<&str>, span: Span) -> Diagnostic {
    let near = near.map(|name| format!("std.{name}"));
    let diagnostic = Diagnostic::new(Code::E0203, span, format!("there is no module `{path}`"));
    helped(diagnostic, near.as_deref(), Some("the modules of `std` are `std.env` and `std.fs`".to_owned()))
}

pub(super) fn private(name: &Ident, module: &str, noun: &str, declared: Span) -> Diagnostic {
    Diagnostic::new(Code::E0205, name.span, format!("`{}` is private to the module `{module}`", name.name))
        .also(declared, format!("{noun} without `pub`"))
        .help("put `pub` in front of its declaration")
}

pub(super) fn not_in_module(name: &Ident, module: &str, want: Want, near: Option<&str>) -> Diagnostic {
    let (code, what) = match want {
        Want::Type => (Code::E0206, "type "),
        Want::Value => (Code::E0201, ""),
    };
    let message = format!("the module `{module}` has no {what}`{}`", name.name);
    helped(Diagnostic::new(code, name.span, message), near, Some(format!("declare it in `{module}` with `pub`")))
}

pub(super) fn not_in_std(name: &Ident, module: &str, near: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::E0201, name.span, format!("`{module}` has no `{}`", name.name));
    let names = crate::builtin::Global::TABLE.iter().filter(|(path, _, _)| path.join(".") == module);
    let names: Vec<Name> = names.map(|(_, name, _)| (*name).into()).collect();
    helped(diagnostic, near, Some(format!("it has {}", listed(&names))))
}

pub(super) fn not_imported(name: &Ident) -> Diagnostic {
    let text = &name.name;
    Diagnostic::new(Code::E0201, name.span, format!("`std.{text}` is not imported"))
        .help(format!("write `import std.{text}` at the top, and `{text}.…` here"))
}

pub(super) fn unknown_variant(
    name: &Ident,
    owner: &str,
    declared: Option<Span>,
    near: Option<&str>,
    names: &[Name],
) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(Code::E0207, name.span, format!("`{owner}` has no variant `{}`", name.name));
    if let Some(declared) = declared {
        diagnostic = diagnostic.also(declared, "declared here");
    }
    helped(diagnostic, near, (!names.is_empty()).then(|| format!("it has {}", listed(names))))
}

pub(super) fn unknown_field(
    name: &Ident,
    owner: &str,
    declared: Option<Span>,
    near: Option<&str>,
    names: &[Name],
) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(Code::E0207, name.span, format!("`{owner}` has no field `{}`", name.name));
    if let Some(declared) = declared {
        diagnostic = diagnostic.also(declared, "declared here");
    }
    let has = if names.is_empty() { "it has no fields".to_owned() } else { format!("it has {}", listed(names)) };
    helped(diagnostic, near, Some(has))
}

pub(super) fn no_members(name: &Ident, noun: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0212,
        name.span,
        format!("what stands before `.{}` is {noun}, which has no such parts", name.name),
    )
    .help("only modules and enums have parts that are named with a dot; values have fields and methods")
}

// Kinds.

pub(super) fn not_a_type(text: &str, noun: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0212, span, format!("`{text}` is {noun}, not a type"))
        .help("types are `int`, `float`, `bool`, `byte`, `string`, `Duration`, `[T]`, `Map<K, V>`, `(A, B)`, `T?`, `fn(A) B`, classes, enums and errors")
}

pub(super) fn variant_as_type(owner: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0212, span, "a variant is not a type")
        .help(format!("write `{owner}`, and take it apart with `match`"))
}

pub(super) fn service_as_type(name: &str, noun: &str, span: Span, declared: Span) -> Diagnostic {
    Diagnostic::new(Code::E0212, span, format!("`{name}` is {noun}: services are places, not values"))
        .label("a value of this type cannot exist")
        .also(declared, "declared here")
        .help(format!("take it as a dependency: `class …[dep: {name}]`, and call `self.dep.method()`"))
}

pub(super) fn service_literal(name: &str, noun: &str, span: Span, declared: Span) -> Diagnostic {
    Diagnostic::new(Code::E0501, span, format!("`{name}` is {noun}: the compiler makes its instance"))
        .label("cannot be built by hand")
        .also(declared, "declared here")
        .help(format!("take it as a dependency: `class …[dep: {name}]`"))
}

pub(super) fn service_value(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0212, span, format!("`{name}` is a service: `self` is not a value here"))
        .help("use its fields and methods: `self.field`, `self.method()`")
}

pub(super) fn no_value(name: &str, noun: &str, def: Def, span: Span) -> Diagnostic {
    let help = match def {
        Def::Class(_) => format!("write `{name} {{ … }}` for a value of it"),
        Def::Enum(_) => format!("write `{name}.Variant` for a value of it"),
        Def::Module(_) | Def::Std(_) => format!("name something in it: `{name}.thing`"),
        Def::Channel(_) => format!(
            "take an end of it as a dependency, `class …[{name}: Sender<T>]` (of a topic `Publisher<T>`), and use `self.{name}`"
        ),
        Def::Fn(_)
        | Def::Const(_)
        | Def::Variant(..)
        | Def::Error(_)
        | Def::System(_)
        | Def::Global(_)
        | Def::Broken => "use the name of a variable or constant".to_owned(),
    };
    Diagnostic::new(Code::E0212, span, format!("`{name}` is {noun}, not a value")).help(help)
}

pub(super) fn builtin_value(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0212, span, format!("`{name}` is built in, and not a value that can be passed on"))
        .help(format!("wrap the call in a closure: `(x) => {name}(x)`"))
}

pub(super) fn not_callable(name: &Ident, noun: &str, def: Def) -> Diagnostic {
    let text = &name.name;
    let help = match def {
        Def::Class(_) | Def::Error(_) | Def::Variant(..) => format!("its fields stand in braces: `{text} {{ … }}`"),
        Def::Const(_) => format!("write `{text}` alone"),
        Def::Fn(_)
        | Def::Enum(_)
        | Def::System(_)
        | Def::Channel(_)
        | Def::Module(_)
        | Def::Std(_)
        | Def::Global(_)
        | Def::Broken => "only functions and methods can be called".to_owned(),
    };
    Diagnostic::new(Code::E0212, name.span, format!("`{text}` is {noun}, not a function")).help(help)
}

pub(super) fn not_a_constructor(text: &str, noun: &str, def: Def, span: Span) -> Diagnostic {
    let help = match def {
        Def::Enum(_) => format!("name a variant: `{text}.Variant {{ … }}`"),
        Def::Const(_) => "compare with a constant in a guard: `x if x == LIMIT`".to_owned(),
        Def::Fn(_)
        | Def::Class(_)
        | Def::Variant(..)
        | Def::Error(_)
        | Def::System(_)
        | Def::Channel(_)
        | Def::Module(_)
        | Def::Std(_)
        | Def::Global(_)
        | Def::Broken => "only classes, errors and variants of enums have fields".to_owned(),
    };
    Diagnostic::new(Code::E0212, span, format!("`{text}` is {noun}, not a class, error or variant")).help(help)
}

// `self` and functions.

pub(super) fn self_outside(place: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0208, span, format!("there is no `self` in {place}"))
        .help("`self` exists in methods, which stand in a class and take `self` or `mut self`")
}

pub(super) fn method_without_self(name: &Ident) -> Diagnostic {
    let text = &name.name;
    Diagnostic::new(Code::E0208, name.span, format!("the method `{text}` does not take `self`"))
        .help(format!("write `fn {text}(self, …)`, or move it out of the class"))
}

pub(super) fn self_in_free_fn(name: &Ident, span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0208, span, format!("`{}` is not a method: it has no `self`", name.name))
        .help("move it into the class whose method it shall be, or take a parameter with a name and a type")
}

pub(super) fn two_mains(first: Span, second: Span) -> Diagnostic {
    Diagnostic::new(Code::E0211, second, "the program has two starts")
        .label("the second one")
        .also(first, "the first one")
        .help("keep one `app`, or one `fn main`")
}

pub(super) fn main_with_params(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0313, span, "`main` takes no parameters")
        .help("read the command line with `import std.env` and `env.args()`")
}

pub(super) fn main_with_result(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0313, span, "`main` gives nothing, or an `int`, the exit code")
        .help("leave its result type out, and print what you want to show")
}

pub(super) fn hook_with_params(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0313, span, format!("`{name}` of a service takes nothing but `self`"))
        .help(format!("the compiler calls it by itself; rename it if you want to call it: `{name}_with(…)`"))
}

pub(super) fn hook_with_result(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0313, span, format!("`{name}` of a service gives no result"))
        .help("the compiler calls it by itself; keep what it makes in a field")
}

// Expressions.

pub(super) fn int_too_large(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0103, span, "this number does not fit into an `int`")
        .help("an `int` goes from -9223372036854775808 to 9223372036854775807; write `1e19` for a float")
}

pub(super) fn stray_range(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0212, span, "a range is not a value")
        .help("ranges stand in `for i in 0..n` and in patterns; compare with `low <= x && x < high`")
}

pub(super) fn range_of_other(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0212, span, "ranges in patterns go from one integer to another")
        .help("write the cases out with `|`, or use a guard")
}

pub(super) fn not_a_call(operand: Span, whole: Span) -> Diagnostic {
    let after = Span { start: operand.end.min(whole.end), ..whole };
    Diagnostic::new(Code::E0402, operand, "only a call can fail, and this is none")
        .also(after, "so there is nothing to handle here")
        .help("put `!` or `catch` directly behind the call that can fail, or leave it out")
}

pub(super) fn handler_after_all(span: Span, earlier: Span) -> Diagnostic {
    Diagnostic::new(Code::E0405, span, "no error ever gets here")
        .also(earlier, "this takes every error")
        .help("put the handlers with types first")
}

pub(super) fn not_an_error(text: &str, noun: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0404, span, format!("`{text}` is {noun}, not an error"))
        .help("errors are declared with `error Name { … }`")
}

pub(super) fn outside_loop(word: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0209, span, format!("`{word}` outside a loop")).help("use `return` to leave the function")
}

pub(super) fn unknown_label(label: &Ident, labels: &[Name]) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::E0209, label.span, format!("no loop around here is named `{}`", label.name));
    if labels.is_empty() {
        return diagnostic.help(format!("name the loop: `{}: while … {{ … }}`", label.name));
    }
    diagnostic.help(format!("the loops around are {}", listed(labels)))
}

pub(super) fn not_a_place(span: Span, noun: Option<&str>) -> Diagnostic {
    let what = noun.map_or("the result of an expression".to_owned(), ToOwned::to_owned);
    Diagnostic::new(Code::E0109, span, format!("this is {what}, not a place that can be assigned"))
        .help("assign to a variable, a field, an element or an entry: `x`, `x.f`, `xs[i]`, `m[k]`, `m.or_insert(k, v)`")
}

pub(super) fn mut_in_alternative(name: &Ident) -> Diagnostic {
    let message = format!("`mut {name}` stands in one of several alternatives", name = name.name);
    Diagnostic::new(Code::E0321, name.span, message)
        .label("it would be another place in each")
        .help("write an arm for each alternative")
}

pub(super) fn not_in_every_alternative(name: &Ident) -> Diagnostic {
    Diagnostic::new(Code::E0201, name.span, format!("`{}` is not bound by the first alternative", name.name))
        .help("all alternatives of `A | B` bind the same names; write `_`, or two arms")
}

pub(super) fn missing_in_alternative(name: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(Code::E0201, span, format!("this alternative does not bind `{name}`"))
        .also(first, "bound here")
        .help("all alternatives of `A | B` bind the same names; write `_`, or two arms")
}

// Services and systems.

pub(super) fn bad_dependency(text: &str, found: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0503, span, format!("`{text}` is {found}, not a service class"))
        .help("brackets name service classes, and ends of named channels (`orders: Sender<Order>`); data stand in the class's fields")
}

pub(super) fn dep_as_value(name: &Ident, class: &str, declared: Span) -> Diagnostic {
    let text = &name.name;
    Diagnostic::new(Code::E0510, name.span, format!("`self.{text}` is a dependency: it can only be called"))
        .also(declared, format!("`{class}` is a service, not a value"))
        .help(format!("call one of its methods: `self.{text}.method()`"))
}

pub(super) fn unknown_app(name: &Ident, apps: &[Name]) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::E0201, name.span, format!("there is no app `{}`", name.name));
    match apps {
        [] => diagnostic.help("declare it: `app Name[dep: Service] { fn main(self) { … } }`"),
        [..] => diagnostic.help(format!("did you mean {}?", listed(apps))),
    }
}

pub(super) fn not_an_app(name: &Ident, noun: &str) -> Diagnostic {
    Diagnostic::new(Code::E0212, name.span, format!("`{}` is {noun}, not an app", name.name))
        .help("a system places the services of an `app`")
}

pub(super) fn unknown_member(name: &Ident, known: &[Name]) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::E0504, name.span, format!("there is no service `{}`", name.name));
    let near = super::nearest::nearest(&name.name, known.iter().map(|name| &**name)).map(str::to_owned);
    let all = (!known.is_empty()).then(|| format!("this module has {}", listed(known)));
    helped(diagnostic, near.as_deref(), all)
}

pub(super) fn not_placeable(text: &str, noun: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0504, span, format!("`{text}` is {noun}, not a service"))
        .help("processes hold the app and service classes: those with brackets, or in somebody's brackets")
}

pub(super) fn twice_in_system(what: &str, name: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(Code::E0511, span, format!("two {what} of this system are named `{name}`"))
        .also(first, "the first one")
        .help("rename one of them")
}

pub(super) fn empty_process(name: &Ident) -> Diagnostic {
    Diagnostic::new(Code::E0511, name.span, format!("the process `{}` holds nothing", name.name))
        .help("name services in it, or remove it")
}

pub(super) fn empty_system(name: &Ident) -> Diagnostic {
    Diagnostic::new(Code::E0511, name.span, format!("the system `{}` has no process", name.name))
        .help("write `pod web { process api { … } }`; without a system, everything is one process")
}
