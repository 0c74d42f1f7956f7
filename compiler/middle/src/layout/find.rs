//! Which types are inline, and of which words. In: the types of a process. Out: a layout for each. A type through which one comes back to
//! itself is not inline: there its object is what ends it.

use super::{Body, Layout, MAX_COUNTED, MAX_WORDS, held, number, parts_of};
use crate::analyze::components;
use crate::ids::{Id, IndexVec};
use crate::mir::{Boxed, Type, TypeId};
use std::collections::BTreeMap;

/// The layouts of all types, those that are added for single words too.
pub(super) fn layouts(types: &mut IndexVec<TypeId, Type>) -> IndexVec<TypeId, Layout> {
    let recursive = recursive(types);
    let given = types.len();
    let plain = types.iter_enumerated().filter(|(_, ty)| is_word(ty)).map(|(id, ty)| (ty.clone(), id)).collect();
    let mut finder = Finder { types, recursive, known: IndexVec::filled(None, given), plain };
    for ty in (0..given).map(TypeId::from_index) {
        finder.inline(ty);
    }
    let mut all = IndexVec::new();
    for ty in finder.types.ids() {
        all.push(finder.layout(ty));
    }
    all
}

struct Finder<'a> {
    types: &'a mut IndexVec<TypeId, Type>,
    recursive: IndexVec<TypeId, bool>,
    /// By type: its layout if it is inline, once that is known.
    known: IndexVec<TypeId, Option<Option<Layout>>>,
    /// Types of words that have no name.
    plain: BTreeMap<Type, TypeId>,
}

/// May it be the type of a word that is not that of a part?
fn is_word(ty: &Type) -> bool {
    matches!(ty, Type::Int | Type::Bool | Type::Nullable { boxed: Boxed::No, .. })
}

impl Finder<'_> {
    fn layout(&mut self, ty: TypeId) -> Layout {
        if let Some(inline) = self.inline(ty) {
            return inline;
        }
        let parts = parts_of(&self.types[ty]);
        let bodies = parts.iter().map(|parts| self.body(parts)).collect();
        Layout { words: vec![ty], bodies, tells: None }
    }

    fn body(&mut self, parts: &[TypeId]) -> Body {
        let parts: Vec<Vec<TypeId>> = parts.iter().map(|part| self.words(*part)).collect();
        Body::of(parts.iter().map(Vec::as_slice))
    }

    /// The words of a value.
    fn words(&mut self, ty: TypeId) -> Vec<TypeId> {
        self.inline(ty).map_or_else(|| vec![ty], |layout| layout.words)
    }

    /// The layout of an inline type. Parts of such are not recursive, and few: this ends, and soon.
    fn inline(&mut self, ty: TypeId) -> Option<Layout> {
        if let Some(Some(known)) = self.known.get(ty) {
            return known.clone();
        }
        let found = if self.recursive.get(ty) == Some(&true) { None } else { self.candidate(ty) };
        let found = found.filter(|layout| self.is_small(layout));
        if ty.index() < self.known.len() {
            self.known[ty] = Some(found.clone());
        }
        found
    }

    fn candidate(&mut self, ty: TypeId) -> Option<Layout> {
        let is_enum = matches!(self.types[ty], Type::Enum { .. });
        if let Type::Nullable { inner, boxed } = self.types[ty] {
            return self.nullable(inner, boxed);
        }
        if !matches!(self.types[ty], Type::Class { .. } | Type::Tuple(_) | Type::Enum { .. }) {
            return None;
        }
        let parts = parts_of(&self.types[ty]);
        if parts.iter().any(|parts| parts.len() > MAX_WORDS) || parts.len() > 256 {
            return None;
        }
        if is_enum {
            return Some(self.variants(&parts));
        }
        let body = self.body(parts.first()?);
        (!body.words.is_empty()).then(|| Layout { words: body.words.clone(), bodies: vec![body], tells: None })
    }

    fn is_small(&self, layout: &Layout) -> bool {
        let counted = layout.words.iter().filter(|word| self.types[**word].is_counted()).count();
        layout.words.len() <= MAX_WORDS && counted <= MAX_COUNTED
    }

    /// What is one address anyway needs nothing; a nullable in a nullable stays in a box.
    fn nullable(&mut self, inner: TypeId, boxed: Boxed) -> Option<Layout> {
        let mut words = self.words(inner);
        let inline = words != [inner];
        if (boxed == Boxed::No && !inline) || matches!(self.types[inner], Type::Nullable { .. }) {
            return None;
        }
        let niche = words.iter().position(|word| self.types[*word].is_pointer());
        let (tells, from) = match niche {
            Some(niche) => {
                words[niche] = self.slot(words[niche]);
                (niche, 0)
            }
            None => {
                words.insert(0, self.plain(Type::Bool));
                (0, 1)
            }
        };
        let inside = number(from)..number(words.len());
        let body = Body { words: words.clone(), parts: vec![inside] };
        Some(Layout { words, bodies: vec![body], tells: Some(number(tells)) })
    }

    /// The tag, and slots. The words of one field lie side by side.
    fn variants(&mut self, variants: &[Vec<TypeId>]) -> Layout {
        let mut words = vec![self.plain(Type::Int)];
        let mut places = Vec::new();
        for fields in variants {
            let mut taken = vec![true];
            let mut parts = Vec::new();
            for field in fields {
                let wanted: Vec<TypeId> = self.words(*field).into_iter().map(|word| self.slot(word)).collect();
                taken.resize(words.len(), false);
                let free = |at: &usize| taken[*at..].iter().zip(&wanted).all(|(taken, _)| !taken);
                let fits = |at: &usize| words[*at..].iter().zip(&wanted).all(|(word, wanted)| word == wanted);
                // The last few slots may be followed by new ones.
                let from = (1..words.len()).find(|at| free(at) && fits(at)).unwrap_or(words.len());
                let to = from + wanted.len();
                words.extend(wanted.iter().skip(words.len() - from));
                taken.resize(words.len(), false);
                taken[from..to].fill(true);
                parts.push(number(from)..number(to));
            }
            places.push(parts);
        }
        let bodies = places.into_iter().map(|parts| Body { words: words.clone(), parts }).collect();
        Layout { words, bodies, tells: None }
    }

    /// The type of a word where it may be missing.
    fn slot(&mut self, word: TypeId) -> TypeId {
        if self.types[word].is_pointer() { self.plain(Type::Nullable { inner: word, boxed: Boxed::No }) } else { word }
    }

    /// A type without a name, new or known.
    fn plain(&mut self, ty: Type) -> TypeId {
        let types = &mut *self.types;
        *self.plain.entry(ty.clone()).or_insert_with(|| types.push(ty))
    }
}

/// By type: can a value of it hold one of the same type?
fn recursive(types: &IndexVec<TypeId, Type>) -> IndexVec<TypeId, bool> {
    let edges: Vec<Vec<usize>> = types.iter().map(|ty| held(ty).into_iter().map(Id::index).collect()).collect();
    let mut recursive = IndexVec::filled(false, types.len());
    for component in components(&edges) {
        let alone = component.len() == 1;
        if !alone || edges[component[0]].contains(&component[0]) {
            component.into_iter().for_each(|ty| recursive[TypeId::from_index(ty)] = true);
        }
    }
    recursive
}
