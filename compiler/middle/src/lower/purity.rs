//! Whether an expression may change a variable. In: an expression. Out: no only if it certainly changes none.

use super::program::Lowering;
use crate::builtin::Changes;
use crate::hir::{Capacity, Expr, ExprKind, FPart, SelfParam};
use crate::types::Callee;

pub(super) fn may_change(cx: &Lowering, expr: &Expr) -> bool {
    let any = |exprs: &[Expr]| exprs.iter().any(|expr| may_change(cx, expr));
    let any_field = |fields: &[(u32, Expr)]| fields.iter().any(|(_, expr)| may_change(cx, expr));
    match &expr.kind {
        ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Bool(_)
        | ExprKind::None
        | ExprKind::Str(_)
        | ExprKind::Unit
        | ExprKind::Local(_)
        | ExprKind::Const(_)
        | ExprKind::SelfValue
        | ExprKind::Dep(_)
        | ExprKind::DepEnd(_)
        | ExprKind::Duration(_)
        | ExprKind::FnValue(_)
        // Closures and tasks hold values of their own of what they use.
        | ExprKind::Closure(_)
        | ExprKind::Spawn(_)
        | ExprKind::Break(_)
        | ExprKind::Continue(_)
        | ExprKind::Error => false,
        ExprKind::FString(parts) => parts.iter().any(|part| match part {
            FPart::Text(_) => false,
            FPart::Value { value, .. } => may_change(cx, value),
        }),
        ExprKind::ClassLit { fields, .. } | ExprKind::VariantLit { fields, .. } | ExprKind::ErrorLit { fields, .. } => {
            any_field(fields)
        }
        ExprKind::Array(all) | ExprKind::Tuple(all) => any(all),
        ExprKind::Map(entries) => entries.iter().any(|(key, value)| may_change(cx, key) || may_change(cx, value)),
        ExprKind::Logic { operands, .. } | ExprKind::Coalesce { operands } => any(operands),
        ExprKind::Unary { operand, .. } | ExprKind::Cast { operand, .. } => may_change(cx, operand),
        ExprKind::Binary { first, rest } => {
            may_change(cx, first) || rest.iter().any(|step| may_change(cx, &step.right))
        }
        ExprKind::Compare { left, right, .. } => may_change(cx, left) || may_change(cx, right),
        ExprKind::Field { base, .. } => may_change(cx, base),
        ExprKind::Index { base, index } => may_change(cx, base) || may_change(cx, index),
        ExprKind::CallFn { args, .. } | ExprKind::CallGlobal { args, .. } => any(args),
        ExprKind::CallMethod { receiver, args, .. } => {
            changes_receiver(cx, expr) || may_change(cx, receiver) || any(args)
        }
        ExprKind::CallValue { callee, args } => may_change(cx, callee) || any(args),
        ExprKind::Chan { capacity: Capacity::Size(size), .. } => may_change(cx, size),
        ExprKind::Chan { capacity: Capacity::Default | Capacity::Unbounded, .. } => false,
        ExprKind::Try(inner) | ExprKind::Propagate(inner) | ExprKind::Forward(inner) => may_change(cx, inner),
        ExprKind::Return(_) | ExprKind::Raise(_) => true,
        // They hold statements.
        ExprKind::Catch { .. }
        | ExprKind::If { .. }
        | ExprKind::Match { .. }
        | ExprKind::Block(_)
        | ExprKind::Within { .. }
        | ExprKind::Select { .. } => true,
    }
}

fn changes_receiver(cx: &Lowering, call: &Expr) -> bool {
    match cx.types.methods.get(&call.id) {
        Some(Callee::Data(method)) => cx.program.fns[*method].self_param == Some(SelfParam::Mut),
        Some(Callee::Builtin(method)) => method.row().changes == Changes::Yes,
        Some(Callee::Dep(_) | Callee::OwnService(_) | Callee::Field(_) | Callee::Expect(_)) | None => false,
    }
}
