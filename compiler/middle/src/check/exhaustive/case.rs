//! Patterns as `exhaustive` sees them (constructors with parts, no names), and the values that it finds missing.

use crate::check::pattern::signed;
use crate::hir::{Field, Inclusive, Literal, Pattern, PatternKind, Program};
use crate::ids::ErrorId;

/// A pattern without names.
#[derive(Debug)]
pub(super) enum Pat {
    Wild,
    Of(Ctor, Vec<Pat>),
    /// Also the pattern that matches nothing, without alternatives.
    Or(Vec<Pat>),
}

pub(super) static WILD: Pat = Pat::Wild;

/// What a value can be made with.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Ctor {
    /// Classes, tuples, errors of a known kind.
    Only,
    Variant(u32),
    None,
    Some,
    Bool(bool),
    /// Both ends included.
    Range(i64, i64),
    Str(String),
    Error(ErrorId),
}

impl Pat {
    pub(super) fn new(program: &Program, pattern: &Pattern) -> Pat {
        match &pattern.kind {
            PatternKind::Wild | PatternKind::Bind(_) | PatternKind::Place(_) => Pat::Wild,
            PatternKind::Literal(Literal::Int { magnitude, negative }) => {
                let value = signed(*magnitude, *negative);
                Pat::Of(Ctor::Range(value, value), vec![])
            }
            PatternKind::Literal(Literal::Bool(value)) => Pat::Of(Ctor::Bool(*value), vec![]),
            PatternKind::Literal(Literal::Str(text)) => Pat::Of(Ctor::Str(text.clone()), vec![]),
            PatternKind::Range { low, high, inclusive } => {
                let last = match inclusive {
                    Inclusive::Yes => Some(*high),
                    Inclusive::No => high.checked_sub(1),
                };
                match last.filter(|last| low <= last) {
                    Some(last) => Pat::Of(Ctor::Range(*low, last), vec![]),
                    None => Pat::Or(vec![]),
                }
            }
            PatternKind::Class { class, fields } => {
                Pat::fields(program, Ctor::Only, &program.classes[*class].fields, fields)
            }
            PatternKind::Variant { enumeration, variant, fields } => {
                let declared = program.enums[*enumeration].variants.get(*variant as usize);
                let declared: &[Field] = declared.map_or(&[], |it| &it.fields);
                Pat::fields(program, Ctor::Variant(*variant), declared, fields)
            }
            PatternKind::ErrorValue { error, fields } => {
                Pat::fields(program, Ctor::Error(*error), &program.errors[*error].fields, fields)
            }
            PatternKind::Tuple(parts) => {
                Pat::Of(Ctor::Only, parts.iter().map(|part| Pat::new(program, part)).collect())
            }
            PatternKind::Or(parts) => Pat::Or(parts.iter().map(|part| Pat::new(program, part)).collect()),
            PatternKind::None => Pat::Of(Ctor::None, vec![]),
            PatternKind::Some(inner) => Pat::Of(Ctor::Some, vec![Pat::new(program, inner)]),
        }
    }

    fn fields(program: &Program, ctor: Ctor, declared: &[Field], fields: &[(u32, Pattern)]) -> Pat {
        let mut parts: Vec<Pat> = declared.iter().map(|_| Pat::Wild).collect();
        for (position, pattern) in fields {
            if let Some(part) = parts.get_mut(*position as usize) {
                *part = Pat::new(program, pattern);
            }
        }
        Pat::Of(ctor, parts)
    }
}

/// A value that no row takes, as far as it matters.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Any,
    /// A name, with what is inside: `Status.Paid`, fields.
    Named(String, Vec<(String, Value)>),
    Tuple(Vec<Value>),
    Some(Box<Value>),
    Text(String),
}

impl Value {
    pub(super) fn show(&self) -> String {
        match self {
            Value::Any => "_".into(),
            Value::Text(text) => text.clone(),
            Value::Some(inner) => format!("{}?", inner.show()),
            Value::Tuple(parts) => format!("({})", parts.iter().map(Value::show).collect::<Vec<_>>().join(", ")),
            Value::Named(name, fields) => {
                let special = fields.iter().filter(|(_, value)| !matches!(value, Value::Any));
                let shown: Vec<String> = special.map(|(field, value)| format!("{field}: {}", value.show())).collect();
                if shown.is_empty() { name.clone() } else { format!("{name} {{ {} }}", shown.join(", ")) }
            }
        }
    }
}
