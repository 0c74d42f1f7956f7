//! What branches or leaves: `if`, `match`, `catch`, `!`, `break`, `continue`. In: AST. Out: HIR.

use super::body::{Body, Loop};
use super::cx::Def;
use super::errors;
use super::path::Want;
use crate::hir::{CatchClause, CatchKind, CatchRest, Cond, Expr, ExprKind, FnKind, MatchArm, Mutability};
use crate::ids::{ErrorId, LoopId};
use pluto_syntax::ast::{self, Ident, Path};
use pluto_syntax::span::Span;

impl Body<'_, '_> {
    pub(super) fn if_else(&mut self, arms: &[(ast::Cond, ast::Block)], otherwise: Option<&ast::Block>) -> ExprKind {
        let arms = arms.iter().map(|(cond, block)| {
            self.scope(|body| {
                let cond: Cond = body.cond(cond);
                (cond, body.block(block))
            })
        });
        let arms = arms.collect();
        ExprKind::If { arms, otherwise: otherwise.map(|block| self.block(block)) }
    }

    pub(super) fn match_expr(&mut self, scrutinee: &ast::Expr, arms: &[ast::MatchArm]) -> ExprKind {
        let scrutinee = Box::new(self.expr(scrutinee));
        let arms = arms.iter().map(|arm| {
            self.scope(|body| {
                let pattern = body.pattern(&arm.pattern);
                let guard = arm.guard.as_ref().map(|guard| body.expr(guard));
                MatchArm { pattern, guard, body: body.expr(&arm.body), span: arm.span }
            })
        });
        ExprKind::Match { scrutinee, arms: arms.collect() }
    }

    pub(super) fn propagate(&mut self, call: &ast::Expr, span: Span) -> ExprKind {
        let task = is_spawn(call);
        let call = self.expr(call);
        if self.is_call(&call, task, span) { ExprKind::Propagate(Box::new(call)) } else { ExprKind::Error }
    }

    pub(super) fn catch(
        &mut self,
        call: &ast::Expr,
        clauses: &[ast::CatchClause],
        rest: Option<Span>,
        span: Span,
    ) -> ExprKind {
        let task = is_spawn(call);
        let call = self.expr(call);
        let mut catches_all: Option<Span> = None;
        let mut resolved = vec![];
        for clause in clauses {
            if let Some(earlier) = catches_all {
                self.cx.report(errors::handler_after_all(clause.span, earlier));
            }
            let kind = match &clause.kind {
                ast::CatchKind::Value(value) => {
                    catches_all = Some(clause.span);
                    CatchKind::Value(self.expr(value))
                }
                ast::CatchKind::Handler { name, errors, body } => {
                    if errors.is_empty() {
                        catches_all = Some(clause.span);
                    }
                    self.handler(name, errors, body)
                }
            };
            resolved.push(CatchClause { kind, span: clause.span });
        }
        if !self.is_call(&call, task, span) {
            return ExprKind::Error;
        }
        let rest = if rest.is_some() { CatchRest::Propagate } else { CatchRest::Covered };
        ExprKind::Catch { call: Box::new(call), clauses: resolved, rest }
    }

    fn handler(&mut self, name: &Ident, errors: &[Path], block: &ast::Block) -> CatchKind {
        let mut list: Vec<(ErrorId, Span)> = vec![];
        for path in errors {
            let Some((error, span)) = self.error(path) else { continue };
            if let Some((_, first)) = list.iter().find(|(known, _)| *known == error) {
                let name = Ident { name: self.cx.program.errors[error].name.clone(), span };
                self.cx.report(errors::declared_twice(&name, *first));
            } else {
                list.push((error, span));
            }
        }
        self.scope(|body| {
            let local = body.bind(name, Mutability::Fixed, None);
            CatchKind::Handler { local, errors: list, body: body.block(block) }
        })
    }

    /// The error that a handler names.
    fn error(&mut self, path: &Path) -> Option<(ErrorId, Span)> {
        let span = path.first()?.span.to(path.last()?.span);
        match self.cx.path(self.module, path, Want::Type)? {
            Def::Error(error) => Some((error, span)),
            Def::Broken => None,
            def @ (Def::Fn(_)
            | Def::Const(_)
            | Def::Class(_)
            | Def::Enum(_)
            | Def::Variant(..)
            | Def::System(_)
            | Def::Channel(_)
            | Def::Module(_)
            | Def::Std(_)
            | Def::Global(_)) => {
                let text = self.cx.program.sources.text(span).to_owned();
                self.cx.report(errors::not_an_error(&text, self.cx.noun(def), span));
                None
            }
        }
    }

    /// Is the operand of `!` or `catch` a call, `within` or `select`? Reports it if not. `task`: it was written as `spawn`.
    fn is_call(&mut self, operand: &Expr, task: bool, span: Span) -> bool {
        if matches!(
            operand.kind,
            ExprKind::CallFn { .. }
                | ExprKind::CallGlobal { .. }
                | ExprKind::CallMethod { .. }
                | ExprKind::CallValue { .. }
                | ExprKind::Within { .. }
                | ExprKind::Select { .. }
        ) {
            return true;
        }
        if task {
            self.cx.report(errors::task_fails_later(operand.span, span));
        } else if !matches!(operand.kind, ExprKind::Error) {
            self.cx.report(errors::not_a_call(operand.span, span));
        }
        false
    }

    /// The loop that `break` or `continue` means: one that stands in the same closure.
    pub(super) fn target(&mut self, word: &str, label: Option<&Ident>, span: Span) -> Option<LoopId> {
        let first = self.nests.last().map_or(0, |nest| nest.first_loop);
        let fits = |it: &&Loop| label.is_none_or(|label| it.label.as_ref() == Some(&label.name));
        if let Some(found) = self.loops[first..].iter().rev().find(fits) {
            return Some(found.id);
        }
        let outside = self.loops[..first].iter().any(|it| fits(&it));
        if let (true, Some(nest)) = (outside, self.nests.last()) {
            let nested = &self.cx.program.fns[nest.function];
            let is_task = matches!(nested.kind, FnKind::Task(_));
            self.cx.report(errors::loop_outside_closure(word, span, nested.span, is_task));
            return None;
        }
        match label {
            None => self.cx.report(errors::outside_loop(word, span)),
            Some(label) => {
                let labels: Vec<_> = self.loops[first..].iter().filter_map(|it| it.label.clone()).collect();
                self.cx.report(errors::unknown_label(label, &labels));
            }
        }
        None
    }
}

fn is_spawn(operand: &ast::Expr) -> bool {
    matches!(operand.kind, ast::ExprKind::Spawn(_))
}
