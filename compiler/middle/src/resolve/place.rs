//! Places of assignments. In: the left side of `=`. Out: HIR that is a chain of fields, elements and `or_insert` entries on a
//! variable or `self`. Whether the place may be changed is `check`'s business.

use super::body::Body;
use super::cx::Def;
use super::errors;
use crate::hir::{Expr, ExprKind};
use pluto_syntax::ast;

impl Body<'_, '_> {
    pub(super) fn place(&mut self, place: &ast::Expr) -> Expr {
        if let ast::ExprKind::Name(name) = &place.kind
            && !self.is_variable(&name.name)
            && self.cx.lookup(self.module, &name.name).is_none()
            && self.class().is_none()
        {
            let locals = if self.cx.may_suggest() { self.local_names() } else { vec![] };
            let near = self.cx.suggest(&name.name, locals.iter().map(|name| &**name));
            self.cx.report(errors::unknown_variable(name, near.as_deref()));
            return self.new_expr(ExprKind::Error, place.span);
        }
        if let ast::ExprKind::Name(name) = &place.kind
            && !self.is_variable(&name.name)
            && let Some(def @ (Def::Const(_) | Def::Fn(_) | Def::Global(_))) = self.cx.lookup(self.module, &name.name)
        {
            self.cx.report(errors::not_a_place(place.span, Some(self.cx.noun(def))));
            return self.new_expr(ExprKind::Error, place.span);
        }
        let place = self.expr(place);
        if let Some(wrong) = not_a_place(&place) {
            self.cx.report(errors::not_a_place(wrong.span, None));
            return Expr { kind: ExprKind::Error, ..place };
        }
        place
    }
}

/// The innermost part that makes it no place.
fn not_a_place(expr: &Expr) -> Option<&Expr> {
    let mut at = expr;
    loop {
        at = match &at.kind {
            ExprKind::Local(_) | ExprKind::SelfValue | ExprKind::Error => return None,
            ExprKind::Field { base, .. } | ExprKind::Index { base, .. } => base,
            ExprKind::CallMethod { receiver, name, .. } if &**name == "or_insert" => receiver,
            ExprKind::CallMethod { .. }
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Bool(_)
            | ExprKind::None
            | ExprKind::Str(_)
            | ExprKind::FString(_)
            | ExprKind::Unit
            | ExprKind::Const(_)
            | ExprKind::Dep(_)
            | ExprKind::ClassLit { .. }
            | ExprKind::VariantLit { .. }
            | ExprKind::ErrorLit { .. }
            | ExprKind::Array(_)
            | ExprKind::Map(_)
            | ExprKind::Tuple(_)
            | ExprKind::Unary { .. }
            | ExprKind::Binary { .. }
            | ExprKind::Compare { .. }
            | ExprKind::Logic { .. }
            | ExprKind::Coalesce { .. }
            | ExprKind::Cast { .. }
            | ExprKind::CallFn { .. }
            | ExprKind::CallGlobal { .. }
            | ExprKind::Try(_)
            | ExprKind::Propagate(_)
            | ExprKind::Catch { .. }
            | ExprKind::If { .. }
            | ExprKind::Match { .. }
            | ExprKind::Block(_)
            | ExprKind::Return(_)
            | ExprKind::Break(_)
            | ExprKind::Continue(_)
            | ExprKind::Raise(_)
            | ExprKind::Duration(_)
            | ExprKind::Closure(_)
            | ExprKind::FnValue(_)
            | ExprKind::CallValue { .. }
            | ExprKind::Forward(_)
            | ExprKind::Spawn(_)
            | ExprKind::Within { .. }
            | ExprKind::Select { .. }
            | ExprKind::Chan { .. }
            | ExprKind::DepEnd(_) => return Some(at),
        };
    }
}
