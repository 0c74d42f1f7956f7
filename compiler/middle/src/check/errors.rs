//! The wording of `check`'s messages: one constructor for each thing that can be wrong. In: places, names and types as text.
//! Out: diagnostics. No logic of the language is decided here.

mod call;
mod declaration;
mod operator;
mod pattern;
mod place;
mod task;
mod value;

pub(super) use call::*;
pub(super) use declaration::*;
pub(super) use operator::*;
pub(super) use pattern::*;
pub(super) use place::*;
pub(super) use task::*;
pub(super) use value::*;

use super::Why;
use pluto_syntax::diag::Diagnostic;

/// Adds the place that a needed type comes from.
fn because(diagnostic: Diagnostic, needed: &str, why: Why) -> Diagnostic {
    match why {
        Why::Plain => diagnostic,
        Why::Declared(span) => diagnostic.also(span, format!("declared as `{needed}`")),
        Why::Param(span) => diagnostic.also(span, format!("the parameter's type is `{needed}`")),
        Why::Field(span) => diagnostic.also(span, format!("the field's type is `{needed}`")),
        Why::Result(span) if needed == "()" => diagnostic.also(span, "this function has no result"),
        Why::Result(span) => diagnostic.also(span, format!("this function gives `{needed}`")),
        Why::Branch(span) => diagnostic.also(span, format!("here it is `{needed}`")),
        Why::Element(span) => diagnostic.also(span, format!("because this needs `{needed}`")),
        Why::Closure(span) if needed == "()" => diagnostic.also(span, "here nothing is given back"),
        Why::Closure(span) => diagnostic.also(span, format!("this must give `{needed}`")),
        Why::Callee(span) => diagnostic.also(span, format!("this takes `{needed}`")),
        Why::Order(span) => diagnostic.also(span, "`sort_by` takes an `int`: negative, 0 or positive"),
        Why::Caught(span) => diagnostic.also(span, format!("the call gives `{needed}`")),
    }
}
