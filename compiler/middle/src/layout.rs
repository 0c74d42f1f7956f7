//! Layouts: of how many words a value consists, and where parts lie in objects. In: the types and services of a process. Out:
//! [`Layouts`], which scalar replacement, code generation, the descriptors and the printer of `--emit layout` all ask.
//!
//! Most values are one word. A value of a small class, tuple, enum or nullable type is **inline**: its words stand side by side wherever
//! it is kept, in locals, parameters, results, elements of arrays, fields of objects and services, and captures.
//! - A class or tuple: the words of its parts.
//! - A nullable: the words of what is inside; it is `none` if one of them ([`Layout::tells`]) is 0. That is the first one of them that is
//!   an address, if there is one, since no object is at 0; else a bool before them. Of `none` all words are 0.
//! - An enum: its tag, then slots in which the fields of its variants lie, those of different variants in the same ones where their types
//!   allow. Slots that a variant does not need are 0. Words with counts are nullable in slots, so that nobody needs to know the tag to
//!   count them.
//!
//! Where exactly one word is wanted (keys and values of maps, messages, results of tasks, what is inside a nullable value that is not
//! inline, arguments of remote calls and of the runtime), an inline value is **packed**: a class, tuple or enum is an object with the
//! same words behind its header; a nullable is 0 for `none`, else what is inside, packed, in a box of its own if that is no address.

mod find;
pub mod print;

use crate::ids::IndexVec;
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
    /// What has parts: one for each variant of an enum, one for other types. Of an inline enum each lists all words of the value, the tag
    /// too; of others only what lies behind the tag.
    pub bodies: Vec<Body>,
    /// Of an inline nullable type: the word that is 0 if the value is `none`.
    pub tells: Option<u32>,
}

/// The layouts of a process.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Layouts {
    types: IndexVec<TypeId, Layout>,
    services: IndexVec<Service, Body>,
}

impl Layouts {
    /// Of these types and services. Types of words that are not among them yet are added.
    #[must_use]
    pub fn of(types: &mut IndexVec<TypeId, Type>, services: &IndexVec<Service, ServiceInfo>) -> Layouts {
        let mut layouts = Layouts { types: find::layouts(types), services: IndexVec::new() };
        for service in services.iter() {
            let fields: Vec<TypeId> = service.fields.iter().map(|(_, ty)| *ty).collect();
            let body = Body::of(fields.iter().map(|field| layouts.words(*field)));
            layouts.services.push(body);
        }
        layouts
    }

    /// A type of one word without parts, made later than the others: the next id.
    pub fn add_plain(&mut self, ty: TypeId) {
        let id = self.types.push(Layout { words: vec![ty], bodies: vec![], tells: None });
        assert!(id == ty, "layouts are as many as types");
    }

    /// The words of a value of the type.
    #[must_use]
    pub fn words(&self, ty: TypeId) -> &[TypeId] {
        &self.types[ty].words
    }

    /// Is a value of the type kept as its words, side by side?
    #[must_use]
    pub fn is_inline(&self, ty: TypeId) -> bool {
        *self.words(ty) != [ty]
    }

    /// What is in an object of a class, tuple, error or closure; the words of an inline value are the same. Of an inline nullable: where
    /// its inside lies.
    ///
    /// # Panics
    /// If the type has no such parts.
    #[must_use]
    pub fn body(&self, ty: TypeId) -> &Body {
        &self.types[ty].bodies[0]
    }

    /// What is in an object of a variant of an enum; see [`Layout::bodies`].
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

impl Body {
    /// Parts of these words, one behind the other.
    fn of<'w>(parts: impl Iterator<Item = &'w [TypeId]>) -> Body {
        let mut body = Body::default();
        for words in parts {
            body.put(words);
        }
        body
    }

    fn put(&mut self, words: &[TypeId]) {
        let from = number(self.words.len());
        self.words.extend(words);
        self.parts.push(from..number(self.words.len()));
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).expect("objects of fewer than 2^32 words")
}

/// The parts of the objects of a type, by variant.
#[must_use]
pub fn parts_of(ty: &Type) -> Vec<Vec<TypeId>> {
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

/// The types of what a value of a type holds.
pub(crate) fn held(ty: &Type) -> Vec<TypeId> {
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
