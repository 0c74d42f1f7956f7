//! The policies of a system. In: `policy` declarations. Out: HIR policies, at most one a service, each of which sets something.
//! That the app uses the service, and that it has a state to rebuild, is `place`'s business.

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
        let settings = settings(cx, &decl.settings);
        let timeout = settings.timeout.and_then(|setting| timeout(cx, &setting.value));
        let restart = settings.on_fault.and_then(|setting| restart(cx, &setting.value));
        let Some((service, span)) = service(cx, module, decl) else { continue };
        if let Some(first) = seen.get(&service) {
            cx.report(errors::second_policy(&cx.program.classes[service].name, span, *first));
            continue;
        }
        seen.insert(service, span);
        if timeout.is_some() || restart.is_some() {
            cx.program.systems[system].policies.push(Policy { service, span, timeout, restart });
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

/// What a policy sets, each thing at most once.
#[derive(Default)]
struct Settings<'a> {
    timeout: Option<&'a Setting>,
    on_fault: Option<&'a Setting>,
}

/// The settings. Those that there are not, and those that are there twice, are reported.
fn settings<'a>(cx: &mut Cx<'_>, settings: &'a [Setting]) -> Settings<'a> {
    let mut found = Settings::default();
    for setting in settings {
        let place = match &*setting.name.name {
            "timeout" => &mut found.timeout,
            "on_fault" => &mut found.on_fault,
            _ => {
                cx.report(errors::unknown_setting(&setting.name));
                continue;
            }
        };
        match place {
            Some(first) => cx.report(errors::second_setting(&setting.name, first.name.span)),
            None => *place = Some(setting),
        }
    }
    found
}

fn timeout(cx: &mut Cx<'_>, value: &Expr) -> Option<Millis> {
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

/// The place of `restart`, the only thing that a fault can be answered with.
fn restart(cx: &mut Cx<'_>, value: &Expr) -> Option<Span> {
    if let ExprKind::Name(name) = &value.kind
        && &*name.name == "restart"
    {
        return Some(value.span);
    }
    cx.report(errors::no_answer_to_a_fault(value));
    None
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
