//! Types. In: a type as written, and where. Out: its id; `Ty::Error` and a message for what is no type of a value.

use super::cx::{Cx, Def};
use super::errors;
use super::path::Want;
use crate::hir::ClassKind;
use crate::ids::{ModuleId, TyId};
use crate::ty::{Holder, Ty, TyTable};
use pluto_syntax::ast::{Ident, Prim, TypeExpr, TypeKind};
use pluto_syntax::span::Span;

impl Cx<'_> {
    /// The type that was written.
    pub(super) fn ty(&mut self, module: ModuleId, written: &TypeExpr) -> TyId {
        match &written.kind {
            TypeKind::Prim(Prim::Int) => TyTable::INT,
            TypeKind::Prim(Prim::Float) => TyTable::FLOAT,
            TypeKind::Prim(Prim::Bool) => TyTable::BOOL,
            TypeKind::Prim(Prim::Byte) => TyTable::BYTE,
            TypeKind::Prim(Prim::String) => TyTable::STRING,
            TypeKind::Prim(Prim::Duration) => TyTable::DURATION,
            TypeKind::Path(path) => self.declared_ty(module, path, written.span),
            TypeKind::Array(item) => {
                let item = self.ty(module, item);
                self.program.types.intern(Ty::Array(item))
            }
            TypeKind::Map(key, value) => {
                let (key, value) = (self.ty(module, key), self.ty(module, value));
                self.program.types.intern(Ty::Map(key, value))
            }
            TypeKind::Tuple(items) => {
                let items = items.iter().map(|item| self.ty(module, item)).collect::<Vec<_>>();
                if items.is_empty() { TyTable::UNIT } else { self.program.types.intern(Ty::Tuple(items)) }
            }
            TypeKind::Nullable(inside) => {
                let inside = self.ty(module, inside);
                self.program.types.intern(Ty::Nullable(inside))
            }
            TypeKind::Fn(params, result) => {
                let params = params.iter().map(|param| self.ty(module, param)).collect();
                let result = result.as_ref().map_or(TyTable::UNIT, |result| self.ty(module, result));
                self.program.types.intern(Ty::Fn(params, result))
            }
            TypeKind::Holder(holder, inside) => {
                let holder = Holder::of(*holder);
                let inside = match inside {
                    Some(inside) => self.ty(module, inside),
                    None if holder == Holder::Task => TyTable::UNIT,
                    // Reported by the parser.
                    None => return TyTable::ERROR,
                };
                self.program.types.intern(Ty::Holder(holder, inside))
            }
            TypeKind::Error => TyTable::ERROR,
        }
    }

    fn declared_ty(&mut self, module: ModuleId, path: &[Ident], span: Span) -> TyId {
        let ty = match self.path(module, path, Want::Type) {
            Some(Def::Class(class)) => {
                let head = &self.program.classes[class];
                if head.kind != ClassKind::Data {
                    let diagnostic = errors::service_as_type(&head.name, self.noun(Def::Class(class)), span, head.span);
                    self.report(diagnostic);
                    return TyTable::ERROR;
                }
                Ty::Class(class)
            }
            Some(Def::Enum(id)) => Ty::Enum(id),
            Some(Def::Error(id)) => Ty::ErrorValue(id),
            Some(Def::Variant(id, _)) => {
                let name = self.program.enums[id].name.clone();
                self.report(errors::variant_as_type(&name, span));
                Ty::Error
            }
            Some(
                def @ (Def::Fn(_)
                | Def::Const(_)
                | Def::System(_)
                | Def::Channel(_)
                | Def::Module(_)
                | Def::Std(_)
                | Def::Global(_)),
            ) => {
                let text = self.program.sources.text(span).to_owned();
                self.report(errors::not_a_type(&text, self.noun(def), span));
                Ty::Error
            }
            Some(Def::Broken) | None => Ty::Error,
        };
        self.program.types.intern(ty)
    }
}
