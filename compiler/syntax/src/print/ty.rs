//! Prints types. In: their nodes. Out: text in the [`Printer`].

use super::Printer;
use crate::ast::{Holder, Prim, TypeExpr, TypeKind};

impl Printer {
    pub(super) fn ty(&mut self, ty: &TypeExpr) {
        match &ty.kind {
            TypeKind::Prim(prim) => self.text(primitive(*prim)),
            TypeKind::Path(path) => self.path(path),
            TypeKind::Array(element) => {
                self.text("[");
                self.ty(element);
                self.text("]");
            }
            TypeKind::Map(key, value) => {
                self.text("Map<");
                self.ty(key);
                self.text(", ");
                self.ty(value);
                self.text(">");
            }
            TypeKind::Tuple(parts) => {
                self.text("(");
                self.separated(parts, ", ", Printer::ty);
                self.text(")");
            }
            TypeKind::Nullable(inner) => {
                // Behind the result of a function, `?` would belong to that.
                if matches!(inner.kind, TypeKind::Fn(..)) {
                    self.ty_in_parentheses(inner)
                } else {
                    self.ty(inner)
                }
                self.text("?");
            }
            TypeKind::Fn(params, result) => {
                self.text("fn(");
                self.separated(params, ", ", Printer::ty);
                self.text(")");
                if let Some(result) = result {
                    self.text(" ");
                    self.ty(result);
                }
            }
            TypeKind::Holder(holder, inner) => {
                self.text(holder_name(*holder));
                if let Some(inner) = inner {
                    self.text("<");
                    self.ty(inner);
                    self.text(">");
                }
            }
            TypeKind::Error => self.text("<error>"),
        }
    }

    pub(super) fn ty_in_parentheses(&mut self, ty: &TypeExpr) {
        self.text("(");
        self.ty(ty);
        self.text(")");
    }
}

fn primitive(prim: Prim) -> &'static str {
    match prim {
        Prim::Int => "int",
        Prim::Float => "float",
        Prim::Bool => "bool",
        Prim::Byte => "byte",
        Prim::String => "string",
        Prim::Duration => "Duration",
    }
}

fn holder_name(holder: Holder) -> &'static str {
    match holder {
        Holder::Sender => "Sender",
        Holder::Receiver => "Receiver",
        Holder::Publisher => "Publisher",
        Holder::Subscriber => "Subscriber",
        Holder::Task => "Task",
    }
}
