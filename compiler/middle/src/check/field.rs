//! `base.name` and `base[index]`.

use super::{Cx, Want, Why, errors};
use crate::hir::{Expr, ExprKind, Field};
use crate::ids::{ExprId, TyId};
use crate::resolve::nearest::nearest;
use crate::ty::{Holder, Ty, TyTable};
use pluto_syntax::span::Span;

impl<'a> Cx<'a> {
    pub(super) fn field(&mut self, id: ExprId, base: &'a Expr, name: &'a str, span: Span) -> TyId {
        if let (ExprKind::SelfValue, Some(class)) = (&base.kind, self.service()) {
            self.note_service(base);
            self.self_field(name, span);
            let declared = &self.program.classes[class];
            if let (None, Some(_)) = (self.find_field(&declared.fields, name), self.find(class, name)) {
                self.report(errors::method_as_value(span, name, "self"));
                return TyTable::ERROR;
            }
            return self.named_field(id, &declared.fields, &declared.name, name, span);
        }
        let ty = self.expr(base, Want::Any);
        match self.get(ty) {
            Ty::Class(class)
                if self.find_field(&self.program.classes[class].fields, name).is_none()
                    && self.find(class, name).is_some() =>
            {
                let text = self.text(base.span).unwrap_or("x");
                self.report(errors::method_as_value(span, name, text));
                TyTable::ERROR
            }
            Ty::Class(class) => {
                let declared = &self.program.classes[class];
                self.named_field(id, &declared.fields, &declared.name, name, span)
            }
            Ty::ErrorValue(error) => {
                let declared = &self.program.errors[error];
                self.named_field(id, &declared.fields, &declared.name, name, span)
            }
            Ty::Tuple(parts) => self.tuple_field(id, ty, &parts, name, span),
            Ty::Error | Ty::Never => TyTable::ERROR,
            Ty::Var(_) => self.must_be_known(base.span, ty),
            other @ (Ty::Unit
            | Ty::Int
            | Ty::Float
            | Ty::Bool
            | Ty::Byte
            | Ty::String
            | Ty::Array(_)
            | Ty::Map(..)
            | Ty::Nullable(_)
            | Ty::Enum(_)
            | Ty::AnyError
            | Ty::Duration
            | Ty::Fn(..)
            | Ty::Holder(..)) => {
                let shown = self.show(ty);
                let text = self.text(base.span).unwrap_or("x");
                self.report(errors::no_fields(span, name, &shown, text, &other));
                self.poison(ty);
                TyTable::ERROR
            }
        }
    }

    /// The position and type of a field.
    pub(super) fn find_field(&self, fields: &[Field], name: &str) -> Option<(u32, TyId)> {
        let position = fields.iter().position(|field| &*field.name == name)?;
        Some((u32::try_from(position).ok()?, fields[position].ty))
    }

    fn named_field(&mut self, id: ExprId, fields: &'a [Field], owner: &str, name: &str, span: Span) -> TyId {
        if let Some((position, ty)) = self.find_field(fields, name) {
            self.out_fields.insert(id, position);
            return ty;
        }
        let near = nearest(name, fields.iter().map(|field| &*field.name));
        let names: Vec<&str> = fields.iter().map(|field| &*field.name).collect();
        self.report(errors::unknown_field(span, name, owner, near, &names));
        TyTable::ERROR
    }

    fn tuple_field(&mut self, id: ExprId, ty: TyId, parts: &[TyId], name: &str, span: Span) -> TyId {
        // The ends of a channel have names.
        let name = match (name, parts.first().map(|part| self.get(*part))) {
            ("sender", Some(Ty::Holder(Holder::Sender, _))) => "0",
            ("receiver", Some(Ty::Holder(Holder::Sender, _))) => "1",
            (name, _) => name,
        };
        if let Some((position, part)) = name.parse::<usize>().ok().and_then(|at| Some((at, *parts.get(at)?))) {
            self.out_fields.insert(id, u32::try_from(position).unwrap_or(u32::MAX));
            return part;
        }
        let shown = self.show(ty);
        let names: Vec<String> = (0..parts.len().min(8)).map(|at| at.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        self.report(errors::unknown_field(span, name, &shown, None, &names));
        TyTable::ERROR
    }

    pub(super) fn index(&mut self, span: Span, base: &'a Expr, index: &'a Expr) -> TyId {
        let ty = self.expr(base, Want::Any);
        match self.get(ty) {
            Ty::Array(element) => {
                self.check_expr(index, TyTable::INT, Why::Plain);
                element
            }
            Ty::Map(key, value) => {
                self.check_expr(index, key, Why::Element(base.span));
                value
            }
            Ty::Error | Ty::Never => {
                self.expr(index, Want::Any);
                TyTable::ERROR
            }
            Ty::Var(_) => {
                self.expr(index, Want::Any);
                self.must_be_known(base.span, ty)
            }
            other @ (Ty::Unit
            | Ty::Int
            | Ty::Float
            | Ty::Bool
            | Ty::Byte
            | Ty::String
            | Ty::Tuple(_)
            | Ty::Nullable(_)
            | Ty::Class(_)
            | Ty::Enum(_)
            | Ty::ErrorValue(_)
            | Ty::AnyError
            | Ty::Duration
            | Ty::Fn(..)
            | Ty::Holder(..)) => {
                let key = self.expr(index, Want::Any);
                self.poison(key);
                let shown = self.show(ty);
                let text = self.text(base.span).unwrap_or("x");
                self.report(errors::not_indexable(span, &shown, text, &other));
                self.poison(ty);
                TyTable::ERROR
            }
        }
    }
}
