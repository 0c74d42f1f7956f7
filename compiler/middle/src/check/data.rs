//! What values can do: be compared, be keys, be shown, begin as zero. In: types whose variables are replaced. Out: the part of
//! a type that cannot, with the way to it through fields, for the message.

use super::{Cx, errors};
use crate::hir::{ClassKind, Field};
use crate::ids::TyId;
use crate::ty::{Holder, Ty, TyTable};
use pluto_syntax::span::Span;
use std::collections::BTreeSet;

/// The part of a type that is in the way.
pub(super) struct Part {
    /// What it is.
    pub(super) ty: TyId,
    /// The fields that lead to it: `Order.callback`. Empty if the type itself, or an element of it, is it.
    pub(super) path: Vec<String>,
}

/// Values that cancel something when they are dropped.
#[derive(Clone, Copy)]
pub(super) enum Tasks {
    One,
    Array,
}

impl Cx<'_> {
    /// What a value of the type is made of.
    pub(super) fn inside_of(&self, ty: TyId) -> Vec<TyId> {
        let types = |fields: &[Field]| -> Vec<TyId> { fields.iter().map(|field| field.ty).collect() };
        match self.table.get(ty) {
            Ty::Array(item) | Ty::Nullable(item) => vec![*item],
            Ty::Map(key, value) => vec![*key, *value],
            Ty::Tuple(parts) => parts.clone(),
            Ty::Class(class) => types(&self.program.classes[*class].fields),
            Ty::Enum(id) => self.program.enums[*id].variants.iter().flat_map(|it| types(&it.fields)).collect(),
            Ty::ErrorValue(error) => types(&self.program.errors[*error].fields),
            Ty::Error
            | Ty::Never
            | Ty::Unit
            | Ty::Int
            | Ty::Float
            | Ty::Bool
            | Ty::Byte
            | Ty::String
            | Ty::AnyError
            | Ty::Duration
            | Ty::Fn(..)
            | Ty::Holder(..)
            | Ty::Var(_) => vec![],
        }
    }

    /// The field through which one type is in another: `Order.callback`. Elements have no name.
    fn field_to(&self, inner: TyId, outer: TyId) -> Option<String> {
        let named = |owner: String, fields: &[Field]| {
            let field = fields.iter().find(|field| field.ty == inner)?;
            Some(format!("{owner}.{}", field.name))
        };
        if let Ty::Class(class) = self.table.get(outer) {
            let class = &self.program.classes[*class];
            return named(class.name.to_string(), &class.fields);
        }
        if let Ty::Enum(id) = self.table.get(outer) {
            let declared = &self.program.enums[*id];
            let mut variants = declared.variants.iter();
            return variants.find_map(|it| named(format!("{}.{}", declared.name, it.name), &it.fields));
        }
        if let Ty::ErrorValue(error) = self.table.get(outer) {
            let error = &self.program.errors[*error];
            return named(error.name.to_string(), &error.fields);
        }
        None
    }

    /// The nearest part of a type for which `is` holds.
    fn find_part(&self, ty: TyId, is: impl Fn(&Ty) -> bool) -> Option<Part> {
        // Each with the position of what it is in.
        let mut found: Vec<(TyId, usize)> = vec![(ty, 0)];
        let mut seen = BTreeSet::from([ty]);
        let mut at = 0;
        while let Some((ty, _)) = found.get(at).copied() {
            if is(self.table.get(ty)) {
                return Some(Part { ty, path: self.path_to(&found, at) });
            }
            found.extend(self.inside_of(ty).into_iter().filter(|part| seen.insert(*part)).map(|part| (part, at)));
            at += 1;
        }
        None
    }

    fn path_to(&self, found: &[(TyId, usize)], mut at: usize) -> Vec<String> {
        let mut path = vec![];
        while at > 0 {
            let (ty, outer) = found[at];
            path.extend(self.field_to(ty, found[outer].0));
            at = outer;
        }
        path.reverse();
        path
    }

    /// What has no `==` in a type.
    pub(super) fn incomparable(&self, ty: TyId) -> Option<Part> {
        self.find_part(ty, |ty| matches!(ty, Ty::AnyError | Ty::Fn(..) | Ty::Holder(Holder::Task, _)))
    }

    /// What cannot be the key of a map in a type.
    fn no_key(&self, ty: TyId) -> Option<Part> {
        self.find_part(ty, |ty| matches!(ty, Ty::AnyError | Ty::Fn(..) | Ty::Holder(..)))
    }

    /// What has no text in a type.
    pub(super) fn unprintable(&self, ty: TyId) -> Option<Part> {
        self.find_part(ty, |ty| matches!(ty, Ty::Fn(..) | Ty::Holder(Holder::Task, _)))
    }

    /// Reports the type if it is a map with keys that cannot be compared. Each type of key is reported once.
    pub(super) fn map_key(&mut self, ty: TyId, span: Span) {
        if let Ty::Map(key, _) = *self.table.get(ty)
            && let Some(part) = self.no_key(key)
            && self.bad_keys.insert(key)
        {
            let (shown, found) = (self.show(key), self.show(part.ty));
            let kind = self.table.get(part.ty).clone();
            self.report(errors::bad_map_key(span, &shown, &kind, &found, &part.path));
        }
    }

    /// Looks at all types that are declared: keys of maps, errors (which must have a text), and what services begin with.
    pub(super) fn declared_types(&mut self) {
        let program = self.program;
        let of_classes = program.classes.iter().flat_map(|class| &class.fields);
        let of_enums = program.enums.iter().flat_map(|it| &it.variants).flat_map(|variant| &variant.fields);
        let of_errors = || program.errors.iter().flat_map(|error| &error.fields);
        for field in of_classes.chain(of_enums).chain(of_errors()) {
            self.keys_in(field.ty, field.span);
        }
        for channel in program.channels.iter() {
            self.keys_in(channel.element, channel.span);
        }
        for field in of_errors() {
            if let Some(part) = self.unprintable(field.ty) {
                let (found, kind) = (self.show(part.ty), self.table.get(part.ty).clone());
                self.report(errors::error_without_text(field.span, &field.name, &found, &kind, &part.path));
            }
        }
        for class in program.classes.iter().filter(|class| class.kind != ClassKind::Data) {
            for field in class.fields.iter().filter(|field| field.default.is_none()) {
                if let Some(without) = self.without_zero(field.ty) {
                    let (shown, found) = (self.show(field.ty), self.show(without));
                    self.report(errors::no_zero(field.span, &field.name, &shown, &found, without == field.ty));
                }
            }
        }
    }

    /// Looks at the maps in a type as written.
    fn keys_in(&mut self, ty: TyId, span: Span) {
        let mut todo = vec![ty];
        while let Some(ty) = todo.pop() {
            self.map_key(ty, span);
            todo.extend(self.table.get(ty).parts());
        }
    }

    /// The part of a type that is neither zero nor empty nor `none` at the start.
    fn without_zero(&self, ty: TyId) -> Option<TyId> {
        let mut todo = vec![ty];
        let mut seen = BTreeSet::new();
        while let Some(ty) = todo.pop() {
            if !seen.insert(ty) {
                continue;
            }
            match self.table.get(ty) {
                Ty::Fn(..) | Ty::Holder(..) => return Some(ty),
                Ty::Tuple(parts) => todo.extend(parts),
                Ty::Class(class) => {
                    let fields = self.program.classes[*class].fields.iter();
                    todo.extend(fields.filter(|field| field.default.is_none()).map(|field| field.ty));
                }
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
                | Ty::Enum(_)
                | Ty::ErrorValue(_)
                | Ty::AnyError
                | Ty::Duration
                | Ty::Var(_) => {}
            }
        }
        None
    }

    /// Is it a task, or an array of tasks?
    pub(super) fn is_tasks(&self, ty: TyId) -> Option<Tasks> {
        let is_task = |ty: &Ty| matches!(ty, Ty::Holder(Holder::Task, _));
        let ty = self.get(ty);
        if let Ty::Array(item) = ty {
            return is_task(&self.get(item)).then_some(Tasks::Array);
        }
        is_task(&ty).then_some(Tasks::One)
    }

    /// A value that is shown; nothing to look at later if it is plainly data.
    pub(super) fn is_plain(&self, ty: TyId) -> bool {
        let plain = [TyTable::INT, TyTable::FLOAT, TyTable::BOOL, TyTable::BYTE, TyTable::STRING, TyTable::DURATION];
        plain.contains(&self.shallow(ty))
    }
}
