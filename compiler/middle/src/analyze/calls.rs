//! All calls of program functions. In: HIR, what `check` found each method call to call, and what `flow` found each called value
//! to be. Out: [`Call`]s by caller and place. A constant is a call of its function, a literal that leaves out a field is a call
//! of the field's default. That a closure is made, or a task started, is noted too: its body belongs to whoever does that.

use super::flow::Flows;
use crate::facts::{Call, CallHow};
use crate::hir::visit::{Visitor, walk_expr};
use crate::hir::{Expr, ExprKind, Field, Program};
use crate::ids::{ClassId, FnId};
use crate::types::{Callee, Types};

/// Every call, in order.
pub(super) fn collect(program: &Program, types: &Types, flows: &Flows) -> Vec<Call> {
    let mut calls = vec![];
    for (caller, function) in program.fns.iter_enumerated() {
        let mut collector = Collector { program, types, flows, caller, calls: &mut calls };
        collector.block(&function.body);
    }
    calls
}

/// What a method call calls, if it is a function of the program, and the service if the call goes through a dependency.
pub(crate) fn method_callee(program: &Program, types: &Types, expr: &Expr) -> Option<(FnId, Option<ClassId>)> {
    match *types.methods.get(&expr.id)? {
        Callee::Data(callee) | Callee::OwnService(callee) => Some((callee, None)),
        Callee::Dep(callee) => Some((callee, program.class_of(callee))),
        Callee::Builtin(_) | Callee::Field(_) | Callee::Expect(_) => None,
    }
}

struct Collector<'a> {
    program: &'a Program,
    types: &'a Types,
    flows: &'a Flows,
    caller: FnId,
    calls: &'a mut Vec<Call>,
}

impl Collector<'_> {
    fn add(&mut self, expr: &Expr, callee: FnId, service: Option<ClassId>) {
        self.add_how(expr, callee, service, CallHow::Direct);
    }

    fn add_how(&mut self, expr: &Expr, callee: FnId, service: Option<ClassId>, how: CallHow) {
        self.calls.push(Call { caller: self.caller, callee, service, how, expr: expr.id, span: expr.span });
    }

    fn defaults(&mut self, expr: &Expr, declared: &[Field], written: &[(u32, Expr)]) {
        for (at, field) in declared.iter().enumerate() {
            if let Some(default) = field.default
                && !written.iter().any(|(position, _)| *position as usize == at)
            {
                self.add(expr, default, None);
            }
        }
    }
}

impl Visitor for Collector<'_> {
    fn expr(&mut self, expr: &Expr) {
        walk_expr(self, expr);
        let program = self.program;
        for callee in self.flows.called.get(&expr.id).into_iter().flatten() {
            self.add_how(expr, *callee, None, CallHow::Value);
        }
        if let ExprKind::Closure(function) | ExprKind::FnValue(function) = &expr.kind {
            self.add_how(expr, *function, None, CallHow::Made);
        } else if let ExprKind::Spawn(function) = &expr.kind {
            self.add_how(expr, *function, None, CallHow::Spawned);
        } else if let ExprKind::Const(function) | ExprKind::CallFn { function, .. } = &expr.kind {
            self.add(expr, *function, None);
        } else if let ExprKind::CallMethod { .. } = &expr.kind {
            if let Some((callee, service)) = method_callee(program, self.types, expr) {
                self.add(expr, callee, service);
            }
        } else if let ExprKind::ClassLit { class, fields } = &expr.kind {
            self.defaults(expr, &program.classes[*class].fields, fields);
        } else if let ExprKind::VariantLit { enumeration, variant, fields } = &expr.kind {
            if let Some(variant) = program.enums[*enumeration].variants.get(*variant as usize) {
                self.defaults(expr, &variant.fields, fields);
            }
        } else if let ExprKind::ErrorLit { error, fields } = &expr.kind {
            self.defaults(expr, &program.errors[*error].fields, fields);
        }
    }
}
