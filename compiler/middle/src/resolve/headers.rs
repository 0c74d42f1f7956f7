//! Fields and signatures. In: declarations with ids. Out: their HIR without bodies; the default values still to be resolved.

use super::collect::{Work, unique};
use super::cx::Cx;
use super::errors;
use crate::hir::{Field, FnKind, Local, SelfParam, Variant};
use crate::ids::{FnId, ModuleId};
use crate::ty::TyTable;
use pluto_syntax::ast::{self, Expr, FnDecl, Mutability};

/// Functions that consist of one expression: constants and default values.
pub(super) type Values<'a> = Vec<(FnId, &'a Expr)>;

/// Resolves all heads.
pub(super) fn headers<'a>(cx: &mut Cx<'a>, work: &Work<'a>) -> Values<'a> {
    let mut values = vec![];
    for (id, decl) in &work.enums {
        unique(cx, decl.variants.iter().map(|variant| &variant.name));
        let module = cx.program.enums[*id].module;
        for variant in &decl.variants {
            unique(cx, variant.fields.iter().map(|field| &field.name));
            let owner = format!("{}.{}", decl.name.name, variant.name.name);
            let fields = fields(cx, module, &owner, &variant.fields, &mut values);
            let variant = Variant { name: variant.name.name.clone(), fields, span: variant.name.span };
            cx.program.enums[*id].variants.push(variant);
        }
    }
    for (id, decl) in &work.errors {
        unique(cx, decl.fields.iter().map(|field| &field.name));
        let module = cx.program.errors[*id].module;
        cx.program.errors[*id].fields = fields(cx, module, &decl.name.name, &decl.fields, &mut values);
    }
    for (id, decl) in &work.classes {
        let module = cx.program.classes[*id].module;
        cx.program.classes[*id].fields = fields(cx, module, &decl.name.name, &decl.fields, &mut values);
    }
    for (id, decl) in &work.fns {
        signature(cx, *id, decl);
    }
    for (id, decl) in &work.consts {
        let module = cx.program.fns[*id].module;
        cx.program.fns[*id].result = decl.ty.as_ref().map(|ty| cx.ty(module, ty));
        values.push((*id, &decl.value));
    }
    for (id, _) in &work.tests {
        cx.program.fns[*id].result = Some(TyTable::UNIT);
    }
    values
}

fn fields<'a>(
    cx: &mut Cx<'a>,
    module: ModuleId,
    owner: &str,
    written: &'a [ast::Field],
    values: &mut Values<'a>,
) -> Vec<Field> {
    let mut fields = vec![];
    for field in written {
        let ty = cx.ty(module, &field.ty);
        let default = field.default.as_ref().map(|value| {
            let qualified = format!("{owner}.{}", field.name.name);
            let id = cx.new_fn(field.name.name.clone(), &qualified, module, FnKind::Default, field.name.span);
            cx.program.fns[id].result = Some(ty);
            values.push((id, value));
            id
        });
        fields.push(Field { name: field.name.name.clone(), ty, default, span: field.name.span });
    }
    fields
}

fn signature(cx: &mut Cx<'_>, id: FnId, decl: &FnDecl) {
    let (module, kind) = (cx.program.fns[id].module, cx.program.fns[id].kind);
    let self_param = match (kind, &decl.self_param) {
        (FnKind::Method(_), Some(param)) => Some(match param.mutability {
            Mutability::Fixed => SelfParam::Read,
            Mutability::Mutable => SelfParam::Mut,
        }),
        (FnKind::Method(_), None) => {
            cx.report(errors::method_without_self(&decl.name));
            Some(SelfParam::Read)
        }
        (
            FnKind::Free | FnKind::Test | FnKind::Const | FnKind::Default | FnKind::Closure(_) | FnKind::Task(_),
            Some(param),
        ) => {
            cx.report(errors::self_in_free_fn(&decl.name, param.span));
            None
        }
        (
            FnKind::Free | FnKind::Test | FnKind::Const | FnKind::Default | FnKind::Closure(_) | FnKind::Task(_),
            None,
        ) => None,
    };
    unique(cx, decl.params.iter().map(|param| &param.name));
    for param in &decl.params {
        let ty = Some(cx.ty(module, &param.ty));
        let local = Local { name: param.name.name.clone(), mutability: param.mutability, ty, span: param.name.span };
        let function = &mut cx.program.fns[id];
        let local = function.locals.push(local);
        function.params.push(local);
    }
    let result = decl.result.as_ref().map_or(TyTable::UNIT, |ty| cx.ty(module, ty));
    let function = &mut cx.program.fns[id];
    function.self_param = self_param;
    function.result = Some(result);
}
