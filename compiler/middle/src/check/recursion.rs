//! Types that contain themselves without end. In: classes, enums, errors. Out: a message for each circle.
//!
//! A type is finite if a value of it can be made: a class if all its fields are finite, an enum if one variant's are. `T?`,
//! arrays and maps always are. What is not finite needs something else that is not; following that leads into the circle.

use super::{Cx, errors};
use crate::hir::{ClassKind, Field};
use crate::ids::TyId;
use crate::ty::Ty;
use pluto_syntax::span::Span;
use std::collections::{BTreeMap, BTreeSet};

/// What a type needs: one group of fields for a class, one per variant for an enum.
struct Needs {
    ty: TyId,
    span: Span,
    groups: Vec<Vec<(String, TyId)>>,
}

impl Cx<'_> {
    /// Reports every circle.
    pub(super) fn recursive_types(&mut self) {
        let all = self.needs_of_types();
        let finite = finite(&all);
        let infinite: BTreeMap<TyId, &Needs> =
            all.iter().filter(|it| !finite.contains(&it.ty)).map(|it| (it.ty, it)).collect();
        let mut seen: BTreeSet<TyId> = BTreeSet::new();
        for start in all.iter().filter(|it| infinite.contains_key(&it.ty)) {
            let (mut path, mut at) = (vec![], start.ty);
            let mut names = vec![];
            while seen.insert(at) {
                let Some(needs) = infinite.get(&at) else { break };
                let next =
                    needs.groups.first().and_then(|group| group.iter().find(|(_, ty)| infinite.contains_key(ty)));
                let Some((field, next)) = next else { break };
                path.push(at);
                names.push(field.clone());
                at = *next;
            }
            if let Some(from) = path.iter().position(|ty| *ty == at)
                && let Some(needs) = infinite.get(&at)
            {
                let circle: Vec<String> = path[from..].iter().map(|ty| self.show(*ty)).collect();
                self.report(errors::recursive_type(needs.span, &circle, &names[from..]));
            }
        }
    }

    fn needs_of_types(&mut self) -> Vec<Needs> {
        let program = self.program;
        let mut all = vec![];
        for (id, class) in program.classes.iter_enumerated().filter(|(_, it)| it.kind == ClassKind::Data) {
            let ty = self.ty(Ty::Class(id));
            all.push(Needs { ty, span: class.span, groups: vec![self.needed(&class.fields)] });
        }
        for (id, it) in program.enums.iter_enumerated().filter(|(_, it)| !it.variants.is_empty()) {
            let ty = self.ty(Ty::Enum(id));
            let groups = it.variants.iter().map(|variant| self.needed(&variant.fields)).collect();
            all.push(Needs { ty, span: it.span, groups });
        }
        for (id, error) in program.errors.iter_enumerated() {
            let ty = self.ty(Ty::ErrorValue(id));
            all.push(Needs { ty, span: error.span, groups: vec![self.needed(&error.fields)] });
        }
        all
    }

    /// The declared types without which the fields cannot be, each with its field's name.
    fn needed(&self, fields: &[Field]) -> Vec<(String, TyId)> {
        let mut found = vec![];
        for field in fields {
            let (mut todo, mut seen) = (vec![field.ty], BTreeSet::new());
            while let Some(ty) = todo.pop() {
                if !seen.insert(ty) {
                    continue;
                }
                match self.table.get(ty) {
                    Ty::Class(_) | Ty::Enum(_) | Ty::ErrorValue(_) => found.push((field.name.to_string(), ty)),
                    Ty::Tuple(parts) => todo.extend(parts.iter().rev()),
                    Ty::Error
                    | Ty::Never
                    | Ty::Unit
                    | Ty::Int
                    | Ty::Float
                    | Ty::Bool
                    | Ty::Byte
                    | Ty::String
                    | Ty::Array(_)
                    | Ty::Map(..)
                    | Ty::Nullable(_)
                    | Ty::AnyError
                    | Ty::Duration
                    | Ty::Fn(..)
                    | Ty::Holder(..)
                    | Ty::Var(_) => {}
                }
            }
        }
        found
    }
}

/// The types of which a value can be made: those with a group whose needs are all finite. Types without needs come first,
/// then those that waited for them.
fn finite(all: &[Needs]) -> BTreeSet<TyId> {
    let known: BTreeSet<TyId> = all.iter().map(|it| it.ty).collect();
    let mut waiting: BTreeMap<TyId, Vec<(usize, usize)>> = BTreeMap::new();
    let mut open: Vec<Vec<usize>> = vec![];
    let mut todo = vec![];
    for (at, needs) in all.iter().enumerate() {
        open.push(vec![]);
        for (group, list) in needs.groups.iter().enumerate() {
            let needed: BTreeSet<TyId> = list.iter().map(|(_, ty)| *ty).filter(|ty| known.contains(ty)).collect();
            open[at].push(needed.len());
            if needed.is_empty() {
                todo.push(needs.ty);
            }
            needed.into_iter().for_each(|ty| waiting.entry(ty).or_default().push((at, group)));
        }
    }
    let mut finite = BTreeSet::new();
    while let Some(ty) = todo.pop() {
        if finite.insert(ty) {
            for (at, group) in waiting.remove(&ty).unwrap_or_default() {
                open[at][group] -= 1;
                if open[at][group] == 0 {
                    todo.push(all[at].ty);
                }
            }
        }
    }
    finite
}
