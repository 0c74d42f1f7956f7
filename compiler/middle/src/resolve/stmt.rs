//! Statements. In: AST. Out: HIR; what could not be read is left out.

use super::body::{Body, Loop};
use super::expr::arithmetic;
use crate::hir::{Cond, Inclusive, Iter, PatternKind, Stmt, StmtKind};
use crate::ids::{Id, LoopId};
use pluto_syntax::ast::{self, ExprKind, Ident};

impl Body<'_, '_> {
    pub(super) fn stmt(&mut self, stmt: &ast::Stmt) -> Option<Stmt> {
        let kind = match &stmt.kind {
            ast::StmtKind::Let { pattern, ty, value } => self.binding(pattern, ty.as_ref(), value),
            ast::StmtKind::Assign { place, op, value } => {
                let place = self.place(place);
                let value = self.expr(value);
                match op.and_then(|(op, op_span)| Some((arithmetic(op)?, op_span))) {
                    Some((op, op_span)) => StmtKind::AssignOp { place, op, op_span, value },
                    None => StmtKind::Assign { place, value },
                }
            }
            ast::StmtKind::Expr(expr) => StmtKind::Expr(self.expr(expr)),
            ast::StmtKind::While { label, cond, body } => self.while_loop(label.as_ref(), cond, body),
            ast::StmtKind::For { label, pattern, iter, body } => self.for_loop(label.as_ref(), pattern, iter, body),
            ast::StmtKind::Error => return None,
        };
        Some(Stmt { kind, span: stmt.span })
    }

    /// The value is resolved first: `let x = x + 1` reads the outer `x`.
    fn binding(&mut self, pattern: &ast::Pattern, ty: Option<&ast::TypeExpr>, value: &ast::Expr) -> StmtKind {
        let written = &value.kind;
        let value = self.expr(value);
        if let (ExprKind::Chan { .. }, ast::PatternKind::Bind { name, mutability }, None) = (written, &pattern.kind, ty)
        {
            return self.chan_variable(name, *mutability, value);
        }
        let module = self.module;
        let ty = ty.map(|ty| self.cx.ty(module, ty));
        let pattern = self.let_pattern(pattern);
        if let (PatternKind::Bind(local), Some(ty)) = (&pattern.kind, ty) {
            self.set_local_ty(*local, ty);
        }
        StmtKind::Let { pattern, ty, value }
    }

    fn while_loop(&mut self, label: Option<&Ident>, cond: &ast::Cond, block: &ast::Block) -> StmtKind {
        self.scope(|body| {
            let cond = body.cond(cond);
            let (id, block) = body.looped(label, block);
            StmtKind::While { id, cond, body: block }
        })
    }

    fn for_loop(
        &mut self,
        label: Option<&Ident>,
        pattern: &ast::Pattern,
        iter: &ast::Expr,
        block: &ast::Block,
    ) -> StmtKind {
        self.scope(|body| {
            let iter = body.iter(iter);
            let pattern = body.pattern(pattern);
            let (id, block) = body.looped(label, block);
            StmtKind::For { id, pattern, iter, body: block }
        })
    }

    fn looped(&mut self, label: Option<&Ident>, block: &ast::Block) -> (LoopId, crate::hir::Block) {
        let id = LoopId::from_index(self.loop_count);
        self.loop_count += 1;
        self.loops.push(Loop { label: label.map(|label| label.name.clone()), id });
        let block = self.block(block);
        self.loops.pop();
        (id, block)
    }

    fn iter(&mut self, iter: &ast::Expr) -> Iter {
        if let ExprKind::Range { low, high, inclusive } = &iter.kind {
            let (low, high) = (self.expr(low), self.expr(high));
            return Iter::Range { low, high, inclusive: if *inclusive { Inclusive::Yes } else { Inclusive::No } };
        }
        Iter::Value(self.expr(iter))
    }

    /// The head of `if` or `while`; its variables are visible until the caller's scope ends.
    pub(super) fn cond(&mut self, cond: &ast::Cond) -> Cond {
        match cond {
            ast::Cond::Expr(expr) => Cond::Expr(self.expr(expr)),
            ast::Cond::Let { pattern, value } => {
                let value = self.expr(value);
                Cond::Let { pattern: self.not_none(pattern), value }
            }
        }
    }
}
