//! `select` and `chan<T>(…)`. In: AST. Out: HIR. The parts of all arms are evaluated before one is taken; each arm is a scope.

use super::body::{Body, Var};
use super::errors;
use crate::hir::{Capacity, Expr, ExprKind, Pattern, PatternKind, SelectArm, SelectKind, StmtKind};
use pluto_syntax::ast::{self, Ident, Mutability, TypeExpr};
use pluto_syntax::span::Span;

impl Body<'_, '_> {
    /// Empty ones, and those with two arms `after` or `default`, were reported by the parser.
    pub(super) fn select(&mut self, written: &[ast::SelectArm]) -> ExprKind {
        let (mut arms, mut after, mut default) = (vec![], None, None);
        let (mut after_at, mut default_at) = (None, None);
        for arm in written {
            match &arm.kind {
                ast::SelectKind::Recv { pattern, receiver } => {
                    let receiver = self.expr(receiver);
                    arms.push(self.recv_arm(pattern.as_ref(), receiver, arm));
                }
                ast::SelectKind::Send { sender, value } => {
                    let kind = SelectKind::Send { sender: self.expr(sender), value: self.expr(value) };
                    arms.push(SelectArm { kind, body: self.block(&arm.body), span: arm.span });
                }
                ast::SelectKind::After(limit) => {
                    let limit = Box::new(self.expr(limit));
                    let body = self.block(&arm.body);
                    after_at.get_or_insert(arm.span);
                    after.get_or_insert((limit, body));
                }
                ast::SelectKind::Default => {
                    let body = self.block(&arm.body);
                    default_at.get_or_insert(arm.span);
                    default.get_or_insert(body);
                }
            }
        }
        if let (Some(after), Some(default)) = (after_at, default_at) {
            self.cx.report(errors::after_and_default(after, default));
        }
        ExprKind::Select { arms, after, default }
    }

    fn recv_arm(&mut self, pattern: Option<&ast::Pattern>, receiver: Expr, arm: &ast::SelectArm) -> SelectArm {
        self.scope(|this| {
            let pattern = match pattern {
                Some(pattern) => this.pattern(pattern),
                None => Pattern { id: this.cx.pat_id(), kind: PatternKind::Wild, span: receiver.span },
            };
            SelectArm { kind: SelectKind::Recv { pattern, receiver }, body: this.block(&arm.body), span: arm.span }
        })
    }

    /// `chan<T>(n)`.
    pub(super) fn chan(&mut self, ty: &TypeExpr, capacity: &ast::Capacity, span: Span) -> ExprKind {
        let module = self.module;
        let element = self.cx.ty(module, ty);
        let capacity = match capacity {
            ast::Capacity::Default => Capacity::Default,
            ast::Capacity::Size(size) => Capacity::Size(Box::new(self.expr(size))),
            ast::Capacity::Unbounded(_) => Capacity::Unbounded,
        };
        if self.in_constant() {
            self.cx.report(errors::channel_in_constant(span));
            return ExprKind::Error;
        }
        ExprKind::Chan { element, capacity }
    }

    /// `let ch = chan<T>(n)`: `ch.sender` and `ch.receiver` are variables of their own, dropped each after its last use.
    pub(super) fn chan_variable(&mut self, name: &Ident, mutability: Mutability, value: Expr) -> StmtKind {
        let mut end = |side: &str| {
            let local = self.bind_hidden(format!("{}.{side}", name.name).into(), mutability, None, name.span);
            (local, Pattern { id: self.cx.pat_id(), kind: PatternKind::Bind(local), span: name.span })
        };
        let ((sender, send), (receiver, recv)) = (end("sender"), end("receiver"));
        self.show(name.name.clone(), Var::Chan { sender, receiver, span: name.span });
        let pattern = Pattern { id: self.cx.pat_id(), kind: PatternKind::Tuple(vec![send, recv]), span: name.span };
        StmtKind::Let { pattern, ty: None, value }
    }

    /// `ch.sender`, if `base` is the variable of such a channel; anything else on it is reported.
    pub(super) fn chan_end(&mut self, base: &ast::Expr, name: &Ident) -> Option<ExprKind> {
        let ast::ExprKind::Name(variable) = &base.kind else { return None };
        let Some(Var::Chan { sender, receiver, span }) = self.var(&variable.name) else { return None };
        Some(match &*name.name {
            "sender" | "0" => self.use_local(sender),
            "receiver" | "1" => self.use_local(receiver),
            other => {
                self.cx.report(errors::part_of_chan(variable, other, name.span, span));
                ExprKind::Error
            }
        })
    }

    /// The bare name of such a channel.
    pub(super) fn bare_chan(&mut self, name: &Ident, span: Span) -> ExprKind {
        self.cx.report(errors::bare_chan(name, span));
        ExprKind::Error
    }
}
