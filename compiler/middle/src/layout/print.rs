//! Layouts as text, for `--emit layout`: how the values of each type that has parts are kept. In: a program. Out: a paragraph a type.

use super::Body;
use crate::mir::print::type_name;
use crate::mir::{Boxed, Name, Program, Type, TypeId};
use std::fmt::Write as _;

/// All types with parts, in the order of their ids, then the services.
#[must_use]
pub fn print(program: &Program) -> String {
    let mut out = String::new();
    for id in program.types.ids() {
        one(program, id, &mut out);
    }
    for (id, service) in program.services.iter_enumerated() {
        let body = program.layouts.service(id);
        let _ = writeln!(out, "service {}: {} in its process", service.name, words(body.words.len()));
        let names: Vec<Name> = service.fields.iter().map(|(name, _)| name.clone()).collect();
        let types: Vec<TypeId> = service.fields.iter().map(|(_, ty)| *ty).collect();
        parts(program, body, (&names, &types), &mut out);
    }
    out
}

fn one(program: &Program, id: TypeId, out: &mut String) {
    let name = type_name(program, id);
    let layouts = &program.layouts;
    match &program.types[id] {
        Type::Class { fields, .. } | Type::Error { fields, .. } => {
            let (names, types): (Vec<Name>, Vec<TypeId>) = fields.iter().cloned().unzip();
            whole(program, id, &name, out);
            parts(program, layouts.body(id), (&names, &types), out);
        }
        Type::Tuple(types) => {
            let names: Vec<Name> = (0..types.len()).map(|index| index.to_string().into()).collect();
            whole(program, id, &name, out);
            parts(program, layouts.body(id), (&names, types), out);
        }
        Type::Enum { variants, .. } => {
            let count = words(layouts.words(id).len());
            let inline = layouts.is_inline(id);
            let _ = match inline {
                true => writeln!(out, "{name}: inline, {count}: a tag, then"),
                false => writeln!(out, "{name}: the address of an object: its tag, then"),
            };
            for (number, (variant, fields)) in (0..).zip(variants) {
                let body = layouts.variant(id, number);
                let _ = match inline {
                    true => writeln!(out, "  {variant}"),
                    false => writeln!(out, "  {variant}: {}", words(body.words.len())),
                };
                let (names, types): (Vec<Name>, Vec<TypeId>) = fields.iter().cloned().unzip();
                parts(program, body, (&names, &types), out);
            }
        }
        Type::Tag { variants, .. } => {
            let _ = writeln!(out, "{name}: a number below {}", variants.len());
        }
        Type::Array(element) => {
            let _ = writeln!(out, "{name}: {} an element", words(layouts.words(*element).len()));
        }
        Type::Nullable { boxed, .. } => {
            let inside = match boxed {
                Boxed::No => "the address itself",
                Boxed::Yes => "the address of a box",
            };
            let layout = layouts.layout(id);
            let _ = match layout.tells {
                Some(tells) => {
                    writeln!(out, "{name}: inline, {}: none if word {tells} is 0", words(layout.words.len()))
                }
                None => writeln!(out, "{name}: 0 for none, or {inside}"),
            };
        }
        Type::Unit
        | Type::Int
        | Type::Float
        | Type::Bool
        | Type::Byte
        | Type::String
        | Type::Map(..)
        | Type::AnyError
        | Type::Ref(_)
        | Type::Duration
        | Type::Fn { .. }
        | Type::Closure { .. }
        | Type::Holder { .. }
        | Type::Service(_)
        | Type::Status => {}
    }
}

fn whole(program: &Program, id: TypeId, name: &str, out: &mut String) {
    let count = words(program.layouts.body(id).words.len());
    if program.layouts.is_inline(id) {
        let _ = writeln!(out, "{name}: inline, {count}");
    } else {
        let _ = writeln!(out, "{name}: the address of an object of {count}");
    }
}

fn parts(program: &Program, body: &Body, (names, types): (&[Name], &[TypeId]), out: &mut String) {
    for ((name, ty), range) in names.iter().zip(types).zip(&body.parts) {
        let _ = write!(out, "  {:>2}  {name}: {}", range.start, type_name(program, *ty));
        let count = range.end - range.start;
        let _ = if count == 1 { writeln!(out) } else { writeln!(out, ", {}", words(count as usize)) };
    }
}

fn words(count: usize) -> String {
    if count == 1 { "1 word".to_owned() } else { format!("{count} words") }
}
