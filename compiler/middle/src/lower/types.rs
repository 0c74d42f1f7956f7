//! The types of a process. In: types of the program as they are met. Out: the table of MIR types, equal ones with equal ids.
//! Classes, enums and errors get their id first and their fields from a queue, so recursion and long chains cost no stack.

use crate::hir;
use crate::ids::{ClassId, EnumId, ErrorId, IndexVec, TyId};
use crate::mir::{Boxed, Name, Type, TypeId};
use crate::ty::{Ty, TyTable};
use crate::types::Types;
use std::collections::BTreeMap;

pub(super) struct TypeTable<'a> {
    program: &'a hir::Program,
    table: &'a TyTable,
    list: IndexVec<TypeId, Type>,
    ids: BTreeMap<TyId, TypeId>,
    errors: BTreeMap<ErrorId, TypeId>,
    classes: BTreeMap<ClassId, TypeId>,
    /// Types without names, by structure.
    plain: BTreeMap<Type, TypeId>,
    /// Ids whose fields are still to be filled in.
    unfilled: Vec<(TypeId, Named)>,
    filling: bool,
}

/// Something with fields.
#[derive(Clone, Copy)]
enum Named {
    Class(ClassId),
    Enum(EnumId),
    Error(ErrorId),
}

impl<'a> TypeTable<'a> {
    pub(super) fn new(program: &'a hir::Program, types: &'a Types) -> TypeTable<'a> {
        TypeTable {
            program,
            table: &types.table,
            list: IndexVec::new(),
            ids: BTreeMap::new(),
            errors: BTreeMap::new(),
            classes: BTreeMap::new(),
            plain: BTreeMap::new(),
            unfilled: Vec::new(),
            filling: false,
        }
    }

    /// The MIR type of a type.
    pub(super) fn of(&mut self, ty: TyId) -> TypeId {
        if let Some(id) = self.ids.get(&ty) {
            return *id;
        }
        let id = self.make(ty);
        self.ids.insert(ty, id);
        self.fill();
        id
    }

    /// The MIR type of an error's values.
    pub(super) fn error(&mut self, error: ErrorId) -> TypeId {
        if let Some(id) = self.errors.get(&error) {
            return *id;
        }
        let name = self.program.errors[error].name.clone();
        let id = self.list.push(Type::Error { name, fields: Vec::new() });
        self.errors.insert(error, id);
        self.unfilled.push((id, Named::Error(error)));
        self.fill();
        id
    }

    /// The MIR type of a data class.
    pub(super) fn class(&mut self, class: ClassId) -> TypeId {
        if let Some(id) = self.classes.get(&class) {
            return *id;
        }
        let name = self.program.classes[class].name.clone();
        let id = self.named(Type::Class { name, fields: Vec::new() }, Named::Class(class));
        self.classes.insert(class, id);
        self.fill();
        id
    }

    /// An error's type, if it was needed before.
    pub(super) fn known_error(&self, error: ErrorId) -> Option<TypeId> {
        self.errors.get(&error).copied()
    }

    /// A type that has no name.
    pub(super) fn plain(&mut self, ty: Type) -> TypeId {
        if let Some(id) = self.plain.get(&ty) {
            return *id;
        }
        let id = self.list.push(ty.clone());
        self.plain.insert(ty, id);
        id
    }

    /// A type by its id.
    pub(super) fn get(&self, id: TypeId) -> &Type {
        &self.list[id]
    }

    /// All types.
    pub(super) fn finish(self) -> IndexVec<TypeId, Type> {
        self.list
    }

    fn make(&mut self, ty: TyId) -> TypeId {
        let plain = match self.table.get(ty) {
            Ty::Error | Ty::Never | Ty::Unit | Ty::Var(_) => Type::Unit,
            Ty::Int => Type::Int,
            Ty::Float => Type::Float,
            Ty::Bool => Type::Bool,
            Ty::Byte => Type::Byte,
            Ty::String => Type::String,
            Ty::AnyError => Type::AnyError,
            Ty::Array(element) => Type::Array(self.of(*element)),
            Ty::Map(key, value) => Type::Map(self.of(*key), self.of(*value)),
            Ty::Tuple(parts) => Type::Tuple(parts.iter().map(|part| self.of(*part)).collect()),
            Ty::Nullable(inner) => {
                let inner = self.of(*inner);
                let boxed = if self.list[inner].is_pointer() { Boxed::No } else { Boxed::Yes };
                Type::Nullable { inner, boxed }
            }
            Ty::Duration => Type::Duration,
            Ty::Fn(params, result) => {
                let params = params.iter().map(|param| self.of(*param)).collect();
                Type::Fn { params, result: self.of(*result) }
            }
            Ty::Holder(holder, inner) => Type::Holder { holder: *holder, inner: self.of(*inner) },
            Ty::ErrorValue(error) => return self.error(*error),
            Ty::Class(class) => return self.class(*class),
            Ty::Enum(id) => {
                let found = &self.program.enums[*id];
                let name = found.name.clone();
                if found.variants.iter().all(|variant| variant.fields.is_empty()) {
                    let variants = found.variants.iter().map(|variant| variant.name.clone()).collect();
                    return self.list.push(Type::Tag { name, variants });
                }
                return self.named(Type::Enum { name, variants: Vec::new() }, Named::Enum(*id));
            }
        };
        self.plain(plain)
    }

    fn named(&mut self, ty: Type, named: Named) -> TypeId {
        let id = self.list.push(ty);
        self.unfilled.push((id, named));
        id
    }

    /// Fills in fields until there are none left. Only the outermost call does it.
    fn fill(&mut self) {
        if std::mem::replace(&mut self.filling, true) {
            return;
        }
        while let Some((id, named)) = self.unfilled.pop() {
            let program = self.program;
            let filled = match named {
                Named::Class(class) => {
                    let class = &program.classes[class];
                    Type::Class { name: class.name.clone(), fields: self.fields(&class.fields) }
                }
                Named::Error(error) => {
                    let error = &program.errors[error];
                    Type::Error { name: error.name.clone(), fields: self.fields(&error.fields) }
                }
                Named::Enum(found) => {
                    let found = &program.enums[found];
                    let variants = found.variants.iter().map(|one| (one.name.clone(), self.fields(&one.fields)));
                    Type::Enum { name: found.name.clone(), variants: variants.collect() }
                }
            };
            self.list[id] = filled;
        }
        self.filling = false;
    }

    fn fields(&mut self, fields: &[hir::Field]) -> Vec<(Name, TypeId)> {
        fields.iter().map(|field| (field.name.clone(), self.of(field.ty))).collect()
    }
}
