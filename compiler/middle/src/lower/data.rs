//! Values with parts: literals of classes, enums, errors, arrays and maps, and f-strings.

use super::body::{Body, UNIT, int, text};
use crate::hir::{Expr, FPart, Field};
use crate::ids::{ClassId, EnumId, ErrorId, TyId};
use crate::mir::{Const, Inst, Local, Method, Operand, Type};
use crate::span::Span;
use crate::ty::{Ty, TyTable};

/// So many elements or parts at once; longer literals are built piece by piece, to keep few values alive.
const AT_ONCE: usize = 64;

impl Body<'_, '_> {
    pub(super) fn class_literal(&mut self, class: ClassId, written: &[(u32, Expr)], ty: TyId, span: Span) -> Operand {
        let program = self.cx.program;
        let fields = self.fields(&program.classes[class].fields, written, span);
        let mir_ty = self.mir_ty(ty);
        self.emit(ty, |dest| Inst::New { dest, ty: mir_ty, fields })
    }

    pub(super) fn variant_literal(
        &mut self,
        enumeration: EnumId,
        variant: u32,
        written: &[(u32, Expr)],
        ty: TyId,
        span: Span,
    ) -> Operand {
        let program = self.cx.program;
        let declared = &program.enums[enumeration].variants[variant as usize].fields;
        let fields = self.fields(declared, written, span);
        self.variant(ty, variant, fields)
    }

    /// A value of an enum: a tag, or an object.
    pub(super) fn variant(&mut self, ty: TyId, variant: u32, fields: Vec<Operand>) -> Operand {
        let mir_ty = self.mir_ty(ty);
        if matches!(self.cx.table.get(mir_ty), Type::Tag { .. }) {
            return int(i64::from(variant));
        }
        self.emit(ty, |dest| Inst::NewVariant { dest, ty: mir_ty, variant, fields })
    }

    pub(super) fn error_literal(&mut self, error: ErrorId, written: &[(u32, Expr)], span: Span) -> Operand {
        let program = self.cx.program;
        let fields = self.fields(&program.errors[error].fields, written, span);
        let ty = self.cx.table.error(error);
        let dest = self.local(ty, "".into());
        self.push(Inst::New { dest, ty, fields });
        Operand::Copy(dest)
    }

    /// All fields in order of declaration; evaluated in the order in which they were written, then defaults.
    fn fields(&mut self, declared: &[Field], written: &[(u32, Expr)], span: Span) -> Vec<Operand> {
        let values = self.operands(&written.iter().map(|(_, value)| value).collect::<Vec<_>>());
        let mut all: Vec<Option<Operand>> = vec![None; declared.len()];
        for ((index, _), value) in written.iter().zip(values) {
            all[*index as usize] = Some(value);
        }
        let all = all.into_iter().zip(declared);
        all.map(|(value, field)| value.unwrap_or_else(|| self.default_of(field, span))).collect()
    }

    pub(super) fn array_literal(&mut self, elements: &[Expr], ty: TyId) -> Operand {
        let mir_ty = self.mir_ty(ty);
        let (first, rest) = elements.split_at(elements.len().min(AT_ONCE));
        let first = self.operands(&first.iter().collect::<Vec<_>>());
        let array = self.temp(ty);
        self.push(Inst::NewArray { dest: array, ty: mir_ty, elements: first });
        for element in rest {
            let value = self.expr(element);
            self.change_local(array, Method::ArrayPush, vec![value]);
        }
        Operand::Copy(array)
    }

    pub(super) fn map_literal(&mut self, entries: &[(Expr, Expr)], ty: TyId) -> Operand {
        let mir_ty = self.mir_ty(ty);
        let map = self.temp(ty);
        self.push(Inst::NewMap { dest: map, ty: mir_ty });
        for (key, value) in entries {
            let [key, value] = self.two(key, value);
            self.change_local(map, Method::MapInsert, vec![key, value]);
        }
        Operand::Copy(map)
    }

    /// Calls a built-in method that changes the value in a local and gives nothing.
    pub(super) fn change_local(&mut self, local: Local, method: Method, args: Vec<Operand>) {
        let receiver = self.local_ty(local);
        self.keep_in_memory(local);
        let reference = self.reference_to(receiver, Some(local));
        self.push(Inst::RefLocal { dest: reference, local });
        let args = std::iter::once(Operand::Copy(reference)).chain(args).collect();
        let dest = self.temp(TyTable::UNIT);
        self.push(Inst::Builtin { dest, method, receiver, args });
    }

    pub(super) fn f_string(&mut self, parts: &[FPart]) -> Operand {
        let parts = self.f_parts(parts);
        self.joined(parts)
    }

    /// The pieces of an f-string, as texts.
    pub(super) fn f_parts(&mut self, parts: &[FPart]) -> Vec<Operand> {
        let mut shown = Vec::new();
        for part in parts {
            match part {
                FPart::Text(part) => shown.push(text(part)),
                FPart::Value { value, format } => {
                    let ty = self.ty(value);
                    let value = self.expr(value);
                    let part = self.shown(value, ty, format.as_ref().map(|(format, _)| format.clone()));
                    let part = self.settled(part);
                    shown.push(part);
                }
            }
            self.shorten(&mut shown);
        }
        shown
    }

    /// Joins the parts so far if there are many.
    pub(super) fn shorten(&mut self, parts: &mut Vec<Operand>) {
        if parts.len() >= AT_ONCE {
            let joined = self.joined(std::mem::take(parts));
            parts.push(joined);
        }
    }

    /// The text of a value.
    pub(super) fn shown(&mut self, value: Operand, ty: TyId, format: Option<crate::mir::Name>) -> Operand {
        if *self.get(ty) == Ty::String && format.is_none() {
            return value;
        }
        let mir_ty = self.mir_ty(ty);
        self.emit(TyTable::STRING, |dest| Inst::Show { dest, ty: mir_ty, value, format })
    }

    /// Texts in a row.
    pub(super) fn joined(&mut self, parts: Vec<Operand>) -> Operand {
        match parts.as_slice() {
            [] => text(""),
            [Operand::Const(Const::Str(_))] => parts.into_iter().next().unwrap_or(UNIT),
            _ => self.emit(TyTable::STRING, |dest| Inst::Concat { dest, parts }),
        }
    }
}
