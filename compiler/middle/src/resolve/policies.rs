//! The policies of a system. In: `policy` declarations. Out: HIR policies, at most one a service, each with a timeout. That the
//! app uses the service is `place`'s business.

use super::cx::Cx;
use super::errors;
use super::systems::{member, whole};
use crate::hir::{ClassKind, Millis, Policy};
use crate::ids::{ClassId, ModuleId, SystemId};
use pluto_syntax::ast::{self, Expr, ExprKind, Setting, UnOp};
use pluto_syntax::span::Span;
use std::collections::BTreeMap;

/// Resolves the policies of a system. Of two for one service the first counts.
pub(super) fn policies(cx: &mut Cx<'_>, system: SystemId, module: ModuleId, decls: &[ast::Policy]) {
    let mut seen: BTreeMap<ClassId, Span> = BTreeMap::new();
    for decl in decls {
        let timeout = timeout(cx, &decl.settings);
        let Some((service, span)) = service(cx, module, decl) else { continue };
        if let Some(first) = seen.get(&service) {
            cx.report(errors::second_policy(&cx.program.classes[service].name, span, *first));
            continue;
        }
        seen.insert(service, span);
        if let Some(timeout) = timeout {
            cx.program.systems[system].policies.push(Policy { service, span, timeout });
        }
    }
}

/// The service, which is not the app: that is called by nobody.
fn service(cx: &mut Cx<'_>, module: ModuleId, decl: &ast::Policy) -> Option<(ClassId, Span)> {
    let class = member(cx, module, &decl.service, errors::policy_for_no_service)?;
    let span = whole(&decl.service)?;
    match cx.program.classes[class].kind {
        ClassKind::Service => Some((class, span)),
        ClassKind::App => {
            cx.report(errors::policy_for_app(&cx.program.classes[class].name, span));
            None
        }
        // `member` reported it.
        ClassKind::Data => None,
    }
}

/// The timeout that the settings give. What is wrong with them is reported.
fn timeout(cx: &mut Cx<'_>, settings: &[Setting]) -> Option<Millis> {
    let mut first: Option<&Setting> = None;
    for setting in settings {
        if &*setting.name.name != "timeout" {
            cx.report(errors::unknown_setting(&setting.name));
        } else if let Some(first) = first {
            cx.report(errors::second_setting(&setting.name, first.name.span));
        } else {
            first = Some(setting);
        }
    }
    let value = &first?.value;
    let nanos = literal(value);
    let timeout = nanos.and_then(Millis::from_nanos);
    if timeout.is_none() {
        cx.report(match nanos {
            Some(_) => errors::timeout_not_positive(value.span),
            None => errors::timeout_not_literal(value.span),
        });
    }
    timeout
}

/// The nanoseconds of `500ms` or `-500ms`.
#[allow(clippy::wildcard_enum_match_arm, reason = "expressions have many kinds, of which two are literals of time")]
fn literal(value: &Expr) -> Option<i64> {
    match &value.kind {
        ExprKind::Duration(nanos) => Some(*nanos),
        ExprKind::Unary { op: UnOp::Neg, operand } => literal(operand).map(i64::wrapping_neg),
        _ => None,
    }
}
