//! The fingerprint of a method that crosses: equal exactly if both sides mean the same by its name and read the same bytes. In: HIR, types, error
//! sets, a method. Out: a [`Fingerprint`], the same in every build and on every machine.
//!
//! It is a hash of a text: the method's names, its parameters and result with all their parts, and its errors in the order of their
//! numbers on the wire. Names of types, fields and parameters belong to it, as what is renamed may well mean something else.
//! See `docs/decisions/0014-fingerprints.md`.

use crate::facts::Effects;
use crate::hir::{Field, Program};
use crate::ids::{ClassId, EnumId, ErrorId, FnId, ProcessId, TyId};
use crate::ty::Ty;
use crate::types::Types;
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::fmt::{self, Write};

/// The format of the hashed text and of the values on the wire: a change of one of them is a change of every interface.
const FORMAT: &str = "pluto interface 1";

/// A hash of what crosses when a method is called.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Fingerprint(pub u64);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// That of a text: the first bytes of its SHA-256.
#[must_use]
pub fn fingerprint_of(text: &str) -> Fingerprint {
    let hash = Sha256::digest(text.as_bytes());
    Fingerprint(hash.iter().take(8).fold(0, |word, byte| word << 8 | u64::from(*byte)))
}

/// That of a method, as a process serves it.
#[must_use]
pub fn fingerprint(
    program: &Program,
    types: &Types,
    effects: &Effects,
    process: ProcessId,
    method: FnId,
) -> Fingerprint {
    fingerprint_of(&description(program, types, effects, process, method))
}

/// What is hashed: a line for the method, then one for each class, enum and error that it names, as `#0`, `#1`, ….
#[must_use]
pub fn description(program: &Program, types: &Types, effects: &Effects, process: ProcessId, method: FnId) -> String {
    let mut writer = Writer { program, types, named: vec![], unwritten: VecDeque::new() };
    let mut text = format!("{FORMAT}\n");
    writer.method(&mut text, method);
    let errors = effects.errors.get(&(process, method)).into_iter().flatten();
    for (number, error) in errors.enumerate() {
        text.push_str(if number == 0 { " raises " } else { ", " });
        writer.reference(&mut text, Named::Error(*error));
    }
    text.push('\n');
    while let Some(named) = writer.unwritten.pop_front() {
        writer.definition(&mut text, named);
        text.push('\n');
    }
    text
}

/// A type that has a name and parts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    Class(ClassId),
    Enum(EnumId),
    Error(ErrorId),
}

struct Writer<'a> {
    program: &'a Program,
    types: &'a Types,
    /// Those that were met, by number.
    named: Vec<Named>,
    /// Those of them whose line is still to come.
    unwritten: VecDeque<Named>,
}

impl Writer<'_> {
    fn method(&mut self, text: &mut String, method: FnId) {
        let function = &self.program.fns[method];
        let _ = write!(text, "{}(", function.qualified);
        for (at, param) in function.params.iter().enumerate() {
            let name = &function.locals[*param].name;
            let _ = write!(text, "{}{name}: ", if at == 0 { "" } else { ", " });
            self.ty(text, self.types.locals[method][*param]);
        }
        text.push_str(") ");
        self.ty(text, self.types.results[method]);
    }

    fn ty(&mut self, text: &mut String, ty: TyId) {
        match self.types.table.get(ty) {
            Ty::Error | Ty::Never | Ty::Var(_) => text.push('!'),
            Ty::Unit => text.push_str("()"),
            Ty::Int => text.push_str("int"),
            Ty::Float => text.push_str("float"),
            Ty::Bool => text.push_str("bool"),
            Ty::Byte => text.push_str("byte"),
            Ty::String => text.push_str("string"),
            Ty::Duration => text.push_str("Duration"),
            Ty::AnyError => text.push_str("error"),
            Ty::Array(element) => self.list(text, "[", &[*element], "]"),
            Ty::Map(key, value) => self.list(text, "Map<", &[*key, *value], ">"),
            Ty::Tuple(parts) => self.list(text, "(", parts, ")"),
            Ty::Nullable(inner) => self.list(text, "", &[*inner], "?"),
            Ty::Holder(holder, inner) => self.list(text, &format!("{}<", holder.name()), &[*inner], ">"),
            Ty::Fn(params, result) => {
                self.list(text, "fn(", params, ") ");
                self.ty(text, *result);
            }
            Ty::Class(class) => self.reference(text, Named::Class(*class)),
            Ty::Enum(id) => self.reference(text, Named::Enum(*id)),
            Ty::ErrorValue(error) => self.reference(text, Named::Error(*error)),
        }
    }

    fn list(&mut self, text: &mut String, open: &str, parts: &[TyId], close: &str) {
        text.push_str(open);
        for (at, part) in parts.iter().enumerate() {
            text.push_str(if at == 0 { "" } else { ", " });
            self.ty(text, *part);
        }
        text.push_str(close);
    }

    /// By its number, so that types may contain themselves.
    fn reference(&mut self, text: &mut String, named: Named) {
        let known = self.named.iter().position(|it| *it == named);
        let number = known.unwrap_or_else(|| {
            self.named.push(named);
            self.unwritten.push_back(named);
            self.named.len() - 1
        });
        let _ = write!(text, "#{number}");
    }

    fn definition(&mut self, text: &mut String, named: Named) {
        let program = self.program;
        match named {
            Named::Class(class) => {
                let class = &program.classes[class];
                let _ = write!(text, "class {} ", class.name);
                self.fields(text, &class.fields);
            }
            Named::Error(error) => {
                let error = &program.errors[error];
                let _ = write!(text, "error {} ", error.name);
                self.fields(text, &error.fields);
            }
            Named::Enum(id) => {
                let it = &program.enums[id];
                let _ = write!(text, "enum {}", it.name);
                for (at, variant) in it.variants.iter().enumerate() {
                    let _ = write!(text, "{} {} ", if at == 0 { ":" } else { "," }, variant.name);
                    self.fields(text, &variant.fields);
                }
            }
        }
    }

    fn fields(&mut self, text: &mut String, fields: &[Field]) {
        for (at, field) in fields.iter().enumerate() {
            let _ = write!(text, "{}{}: ", if at == 0 { "{ " } else { ", " }, field.name);
            self.ty(text, field.ty);
        }
        text.push_str(if fields.is_empty() { "{}" } else { " }" });
    }
}
