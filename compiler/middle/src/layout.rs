//! Layouts: of how many words a value consists, and where parts lie in objects. In: the types and services of a process. Out:
//! [`Layouts`], which lowering, code generation, the descriptors and the printer of `--emit layout` all ask.
//!
//! Most values are one word. A value of a small class or tuple is **inline**: its words stand side by side wherever it is kept, in
//! locals, parameters, results, elements of arrays, fields of objects and services, and captures. Where exactly one word is wanted
//! (keys and values of maps, messages, results of tasks, what is inside a nullable value, arguments of remote calls and of the
//! runtime), it is **boxed**: an object with the same words behind its header.

pub mod print;

use crate::ids::{Id, IndexVec};
use crate::mir::{Service, ServiceInfo, Type, TypeId};
use std::ops::Range;

/// A value of more words is not inline: with the status word its results still fit into the eight result registers of a call.
pub const MAX_WORDS: usize = 7;

/// A value with more words that have counts is not inline: one count on a box is cheaper to keep than theirs.
pub const MAX_COUNTED: usize = 1;

/// What lies in an object behind its header (and tag), in a service, or in an inline value.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Body {
    /// The type of each word; a boxed type stands for the address of its object.
    pub words: Vec<TypeId>,
    /// Where each field, part or capture lies.
    pub parts: Vec<Range<u32>>,
}

/// The layout of a type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layout {
    /// The words of a value: itself, unless it is inline.
    pub words: Vec<TypeId>,
    /// The objects of the type: one for each variant of an enum, one for other types with parts.
    pub bodies: Vec<Body>,
}

/// The layouts of a process.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Layouts {
    types: IndexVec<TypeId, Layout>,
    services: IndexVec<Service, Body>,
}

impl Layouts {
    /// Of these types and services.
    #[must_use]
    pub fn of(types: &IndexVec<TypeId, Type>, services: &IndexVec<Service, ServiceInfo>) -> Layouts {
        let words = Finder::new(types).all();
        let mut layouts = Layouts::default();
        for (id, ty) in types.iter_enumerated() {
            let bodies = parts_of(ty).iter().map(|parts| body(parts, &words)).collect();
            layouts.types.push(Layout { words: words[id].clone(), bodies });
        }
        for service in services.iter() {
            let fields: Vec<TypeId> = service.fields.iter().map(|(_, ty)| *ty).collect();
            layouts.services.push(body(&fields, &words));
        }
        layouts
    }

    /// A type of one word without parts, made later than the others: the next id.
    pub fn add_plain(&mut self, ty: TypeId) {
        let id = self.types.push(Layout { words: vec![ty], bodies: vec![] });
        assert!(id == ty, "layouts are as many as types");
    }

    /// The words of a value of the type.
    #[must_use]
    pub fn words(&self, ty: TypeId) -> &[TypeId] {
        &self.types[ty].words
    }

    /// Is a value of the type kept as its parts, side by side?
    #[must_use]
    pub fn is_inline(&self, ty: TypeId) -> bool {
        *self.words(ty) != [ty]
    }

    /// What is in an object of a class, tuple, error or closure; the words of an inline value are the same.
    ///
    /// # Panics
    /// If objects of the type have no such parts.
    #[must_use]
    pub fn body(&self, ty: TypeId) -> &Body {
        &self.types[ty].bodies[0]
    }

    /// What is in an object of a variant of an enum, behind the tag.
    ///
    /// # Panics
    /// If there is no such variant.
    #[must_use]
    pub fn variant(&self, ty: TypeId, variant: u32) -> &Body {
        &self.types[ty].bodies[variant as usize]
    }

    /// All there is to know of a type.
    #[must_use]
    pub fn layout(&self, ty: TypeId) -> &Layout {
        &self.types[ty]
    }

    /// What is in a service.
    #[must_use]
    pub fn service(&self, service: Service) -> &Body {
        &self.services[service]
    }
}

fn body(parts: &[TypeId], words: &IndexVec<TypeId, Vec<TypeId>>) -> Body {
    let mut body = Body::default();
    for part in parts {
        let from = body.words.len();
        body.words.extend(&words[*part]);
        body.parts.push(number(from)..number(body.words.len()));
    }
    body
}

fn number(count: usize) -> u32 {
    u32::try_from(count).expect("objects of fewer than 2^32 words")
}

/// The parts of the objects of a type, by variant.
fn parts_of(ty: &Type) -> Vec<Vec<TypeId>> {
    match ty {
        Type::Class { fields, .. } | Type::Error { fields, .. } => vec![fields.iter().map(|(_, ty)| *ty).collect()],
        Type::Tuple(parts) | Type::Closure { captures: parts, .. } => vec![parts.clone()],
        Type::Enum { variants, .. } => {
            variants.iter().map(|(_, fields)| fields.iter().map(|(_, ty)| *ty).collect()).collect()
        }
        Type::Unit
        | Type::Int
        | Type::Float
        | Type::Bool
        | Type::Byte
        | Type::String
        | Type::Array(_)
        | Type::Map(..)
        | Type::Nullable { .. }
        | Type::Tag { .. }
        | Type::AnyError
        | Type::Ref(_)
        | Type::Duration
        | Type::Fn { .. }
        | Type::Holder { .. }
        | Type::Service(_)
        | Type::Status => vec![],
    }
}

/// Finds out which types are inline. A type through which one comes back to itself is not: there the box is what ends it.
struct Finder<'a> {
    types: &'a IndexVec<TypeId, Type>,
    known: IndexVec<TypeId, Option<Vec<TypeId>>>,
}

impl<'a> Finder<'a> {
    fn new(types: &'a IndexVec<TypeId, Type>) -> Finder<'a> {
        Finder { types, known: IndexVec::filled(None, types.len()) }
    }

    fn all(mut self) -> IndexVec<TypeId, Vec<TypeId>> {
        let recursive = recursive(self.types);
        let mut all = IndexVec::new();
        for ty in self.types.ids() {
            all.push(self.words(ty, &recursive));
        }
        all
    }

    /// Inline parts are not recursive, and of at most [`MAX_WORDS`] parts each: this ends, and soon.
    fn words(&mut self, ty: TypeId, recursive: &IndexVec<TypeId, bool>) -> Vec<TypeId> {
        if let Some(words) = &self.known[ty] {
            return words.clone();
        }
        let words = self.inline(ty, recursive).unwrap_or_else(|| vec![ty]);
        self.known[ty] = Some(words.clone());
        words
    }

    fn inline(&mut self, ty: TypeId, recursive: &IndexVec<TypeId, bool>) -> Option<Vec<TypeId>> {
        let parts: Vec<TypeId> = match &self.types[ty] {
            Type::Class { fields, .. } => fields.iter().map(|(_, ty)| *ty).collect(),
            Type::Tuple(parts) => parts.clone(),
            Type::Unit
            | Type::Int
            | Type::Float
            | Type::Bool
            | Type::Byte
            | Type::String
            | Type::Array(_)
            | Type::Map(..)
            | Type::Nullable { .. }
            | Type::Tag { .. }
            | Type::Enum { .. }
            | Type::Error { .. }
            | Type::AnyError
            | Type::Ref(_)
            | Type::Duration
            | Type::Fn { .. }
            | Type::Closure { .. }
            | Type::Holder { .. }
            | Type::Service(_)
            | Type::Status => return None,
        };
        if recursive[ty] || parts.is_empty() || parts.len() > MAX_WORDS {
            return None;
        }
        let words: Vec<TypeId> = parts.iter().flat_map(|part| self.words(*part, recursive)).collect();
        let counted = words.iter().filter(|word| self.types[**word].is_counted()).count();
        (words.len() <= MAX_WORDS && counted <= MAX_COUNTED).then_some(words)
    }
}

/// By type: can a value of it hold one of the same type? By a search from each class and tuple that is small enough to matter.
fn recursive(types: &IndexVec<TypeId, Type>) -> IndexVec<TypeId, bool> {
    let mut recursive = IndexVec::filled(false, types.len());
    for start in types.ids() {
        let small = parts_of(&types[start]).first().is_some_and(|parts| parts.len() <= MAX_WORDS);
        if small && matches!(types[start], Type::Class { .. } | Type::Tuple(_)) {
            recursive[start] = reaches_itself(types, start);
        }
    }
    recursive
}

fn reaches_itself(types: &IndexVec<TypeId, Type>, start: TypeId) -> bool {
    let mut seen = vec![false; types.len()];
    let mut open = held(&types[start]);
    while let Some(ty) = open.pop() {
        if ty == start {
            return true;
        }
        if !std::mem::replace(&mut seen[ty.index()], true) {
            open.extend(held(&types[ty]));
        }
    }
    false
}

/// The types of what a value of a type holds.
fn held(ty: &Type) -> Vec<TypeId> {
    match ty {
        Type::Array(inner) | Type::Nullable { inner, .. } | Type::Holder { inner, .. } => vec![*inner],
        Type::Map(key, value) => vec![*key, *value],
        Type::Class { .. } | Type::Error { .. } | Type::Tuple(_) | Type::Closure { .. } | Type::Enum { .. } => {
            parts_of(ty).concat()
        }
        Type::Unit
        | Type::Int
        | Type::Float
        | Type::Bool
        | Type::Byte
        | Type::String
        | Type::Tag { .. }
        | Type::AnyError
        | Type::Ref(_)
        | Type::Duration
        | Type::Fn { .. }
        | Type::Service(_)
        | Type::Status => vec![],
    }
}
