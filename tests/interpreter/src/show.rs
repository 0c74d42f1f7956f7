//! The texts of values. In: values and their types. Out: what `print` and f-strings show.

use crate::format::{Format, duration_text, float_text};
use crate::heap::{Body, Heap};
use crate::value::{Sound, Value, wrong};
use pluto_middle::layout;
use pluto_middle::mir::{Boxed, Name, Program, Type, TypeId};

/// Shows values of a program.
#[derive(Clone, Copy)]
pub(crate) struct Show<'p> {
    pub(crate) program: &'p Program,
    pub(crate) heap: &'p Heap,
}

impl Show<'_> {
    /// A value by itself, with a format if there is one: a string, nullable or not, is shown as it is.
    pub(crate) fn alone(&self, ty: TypeId, value: Value, format: Option<&Name>) -> Sound<String> {
        let bare = self.bare(ty, value)?;
        let Some(format) = format.filter(|format| !format.is_empty()) else {
            return bare.map_or_else(|| self.inside(ty, value), Ok);
        };
        let format = Format::parse(format);
        let ty_found = &self.program.types[ty];
        Ok(match (ty_found, bare) {
            (Type::Int | Type::Byte, _) => format.int(value.word()?),
            (Type::Float, _) => format.float(value.float()?),
            (_, Some(text)) => format.text(&text),
            (_, None) => format.text(&self.inside(ty, value)?),
        })
    }

    /// The string that a value is, looking through nullable types.
    fn bare(&self, ty: TypeId, value: Value) -> Sound<Option<String>> {
        let is_text = |ty: TypeId| self.program.types[ty] == Type::String;
        let inner = if let Type::Nullable { inner, .. } = &self.program.types[ty] { *inner } else { ty };
        if value == Value::Null || !is_text(inner) {
            return Ok(None);
        }
        Ok(Some(self.heap.text(value)?.to_string()))
    }

    /// A value inside data: strings in quotes. Without recursion: lists may be long.
    pub(crate) fn inside(&self, ty: TypeId, value: Value) -> Sound<String> {
        let mut out = String::new();
        let mut todo = vec![Step::Value(ty, value)];
        while let Some(step) = todo.pop() {
            match step {
                Step::Text(text) => out.push_str(&text),
                Step::Value(ty, value) => todo.extend(self.steps(ty, value)?.into_iter().rev()),
                Step::Words(ty, words) => todo.extend(self.object(ty, &words)?.into_iter().rev()),
            }
        }
        Ok(out)
    }

    /// An error of any type.
    pub(crate) fn error(&self, error: Value) -> Sound<String> {
        let (ty, _) = self.heap.fields(error)?;
        self.inside(ty, error)
    }

    /// What a value consists of.
    fn steps(&self, ty: TypeId, value: Value) -> Sound<Vec<Step>> {
        let text = |text: String| Ok(vec![Step::Text(text)]);
        match &self.program.types[ty] {
            Type::Unit => text("()".to_owned()),
            Type::Int | Type::Byte => text(value.word()?.to_string()),
            Type::Float => text(float_text(value.float()?)),
            Type::Duration => text(duration_text(value.word()?)),
            Type::Bool => text((value.word()? != 0).to_string()),
            Type::Tag { variants, .. } => {
                let name = usize::try_from(value.word()?).ok().and_then(|tag| variants.get(tag));
                name.map_or_else(|| wrong("there is no such variant"), |name| text(name.to_string()))
            }
            Type::String => text(quoted(&self.heap.text(value)?)),
            Type::Nullable { .. } if value == Value::Null => text("none".to_owned()),
            Type::Nullable { inner, boxed: Boxed::Yes } => {
                Ok(vec![Step::Value(*inner, self.heap.part(value.handle()?, 0)?)])
            }
            Type::Nullable { inner, boxed: Boxed::No } => Ok(vec![Step::Value(*inner, value)]),
            Type::Array(element) => {
                let elements = self.heap.array(value)?.elements();
                let shown: Sound<Vec<Step>> = elements.map(|words| self.part(*element, words)).collect();
                Ok(listed("[", shown?.into_iter().map(|step| vec![step]), "]"))
            }
            Type::Map(key, of) => {
                let entry = |(left, right): &(Value, Value)| {
                    vec![Step::Value(*key, *left), said(": "), Step::Value(*of, *right)]
                };
                Ok(listed("{", self.heap.table(value)?.entries().iter().map(entry), "}"))
            }
            Type::Enum { .. } if self.program.layouts.is_inline(ty) => self.object(ty, self.heap.fields(value)?.1),
            Type::Enum { variants, .. } => self.variant(ty, variants, value),
            Type::Tuple(_) | Type::Class { .. } | Type::Error { .. } | Type::AnyError => {
                // Its own type says what it is.
                let (ty, words) = self.heap.fields(value)?;
                self.object(ty, words)
            }
            Type::Fn { .. } | Type::Closure { .. } => text(String::new()),
            Type::Ref(_) | Type::Holder { .. } | Type::Service(_) | Type::Status => {
                wrong(format!("{value:?} is shown"))
            }
        }
    }

    /// The words of a class, tuple or error, wherever they are.
    fn object(&self, ty: TypeId, words: &[Value]) -> Sound<Vec<Step>> {
        let layout = self.program.layouts.body(ty);
        if let Type::Nullable { inner, .. } = &self.program.types[ty] {
            let tells = self.program.layouts.layout(ty).tells.and_then(|tells| words.get(tells as usize));
            let none = matches!(tells, Some(Value::Null | Value::Word(0)));
            return if none { Ok(vec![said("none")]) } else { self.parts(layout, std::iter::once(*inner), words) };
        }
        if let Type::Enum { variants, .. } = &self.program.types[ty] {
            let tag = u32::try_from(words[0].word()?).unwrap_or(u32::MAX);
            return match variants.get(tag as usize) {
                Some((name, fields)) => self.with_fields(name, fields, (self.program.layouts.variant(ty, tag), words)),
                None => wrong(format!("there is no variant {tag}")),
            };
        }
        if let Type::Tuple(parts) = &self.program.types[ty] {
            let shown = self.parts(layout, parts.iter().copied(), words)?;
            return Ok(listed("(", shown.into_iter().map(|step| vec![step]), ")"));
        }
        if let Type::Class { name, fields } | Type::Error { name, fields } = &self.program.types[ty] {
            return self.with_fields(name, fields, (layout, words));
        }
        wrong(format!("type {} has no parts to show", ty.0))
    }

    fn variant(&self, ty: TypeId, variants: &[(Name, Vec<(Name, TypeId)>)], value: Value) -> Sound<Vec<Step>> {
        let Body::Variant(tag, words) = self.heap.body(value)? else {
            return wrong(format!("{value:?} is no variant"));
        };
        match variants.get(*tag as usize) {
            Some((name, fields)) => self.with_fields(name, fields, (self.program.layouts.variant(ty, *tag), words)),
            None => wrong(format!("there is no variant {tag}")),
        }
    }

    /// A name, and named fields if there are any.
    fn with_fields(
        &self,
        name: &str,
        fields: &[(Name, TypeId)],
        (layout, words): (&layout::Body, &[Value]),
    ) -> Sound<Vec<Step>> {
        if fields.is_empty() {
            return Ok(vec![said(name)]);
        }
        let shown = self.parts(layout, fields.iter().map(|(_, ty)| *ty), words)?;
        let field = |((field, _), step): (&(Name, TypeId), Step)| vec![Step::Text(format!("{field}: ")), step];
        Ok(listed(&format!("{name} {{ "), fields.iter().zip(shown).map(field), " }"))
    }

    /// Parts, each with its words among all of them.
    fn parts(&self, layout: &layout::Body, types: impl Iterator<Item = TypeId>, words: &[Value]) -> Sound<Vec<Step>> {
        if layout.words.len() != words.len() {
            return wrong(format!("{} words stand where {} belong", words.len(), layout.words.len()));
        }
        let of = |range: &std::ops::Range<u32>| &words[range.start as usize..range.end as usize];
        types.zip(&layout.parts).map(|(ty, range)| self.part(ty, of(range))).collect()
    }

    /// A value that is kept in some words of an object or array.
    fn part(&self, ty: TypeId, words: &[Value]) -> Sound<Step> {
        match words {
            _ if self.program.layouts.is_inline(ty) => Ok(Step::Words(ty, words.to_vec())),
            [word] => Ok(Step::Value(ty, *word)),
            _ => wrong(format!("{} words stand where one belongs", words.len())),
        }
    }
}

/// A piece of a shown value.
enum Step {
    Text(String),
    Value(TypeId, Value),
    /// The words of an inline value.
    Words(TypeId, Vec<Value>),
}

fn said(text: &str) -> Step {
    Step::Text(text.to_owned())
}

/// Pieces between commas and brackets.
fn listed(open: &str, items: impl Iterator<Item = Vec<Step>>, close: &str) -> Vec<Step> {
    let mut steps = vec![said(open)];
    for (at, item) in items.enumerate() {
        if at > 0 {
            steps.push(said(", "));
        }
        steps.extend(item);
    }
    steps.push(said(close));
    steps
}

/// As a literal of the language.
fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for symbol in text.chars() {
        match symbol {
            '"' | '\\' => out.extend(['\\', symbol]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\0"),
            _ if symbol.is_control() => out.push_str(&format!("\\u{{{:x}}}", u32::from(symbol))),
            _ => out.push(symbol),
        }
    }
    out.push('"');
    out
}
