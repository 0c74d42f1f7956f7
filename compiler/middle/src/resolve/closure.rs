//! Closures and tasks: bodies that stand in other bodies and become functions of their own. In: AST. Out: the expression that
//! makes the closure or starts the task, and the function with what it captures.
//!
//! They share variables and loops with the function around them: each gets a copy of its tables at the end.

use super::body::{Body, Nest};
use super::errors;
use crate::hir::{Block, ExprKind, FnKind, Mutability};
use crate::ids::{FnId, LocalId, TyId};
use pluto_syntax::ast;
use pluto_syntax::span::Span;
use std::collections::BTreeMap;

/// How many entries the copied tables of one body may have together: their memory grows with the square of the input.
const MOST_COPIED: usize = 4_000_000;

/// What a nested function is.
#[derive(Clone, Copy)]
pub(super) enum Nested {
    Closure,
    Task,
}

impl Body<'_, '_> {
    /// `(x) => x + 1`.
    pub(super) fn closure(
        &mut self,
        params: &[ast::ClosureParam],
        result: Option<&ast::TypeExpr>,
        body: &ast::Expr,
        span: Span,
    ) -> ExprKind {
        let module = self.module;
        self.params_once(params);
        let result = result.map(|ty| self.cx.ty(module, ty));
        let head = Span { end: body.span.start.clamp(span.start, span.end), ..span };
        let function = self.begin(Nested::Closure, head);
        self.scope(|this| {
            let mut bound = vec![];
            for param in params {
                let ty = param.ty.as_ref().map(|ty| this.cx.ty(module, ty));
                bound.push(this.bind(&param.name, Mutability::Fixed, ty));
            }
            let block = this.body_of(body);
            this.end(block, bound, result);
        });
        ExprKind::Closure(function)
    }

    fn params_once(&mut self, params: &[ast::ClosureParam]) {
        let mut seen = BTreeMap::new();
        for param in params {
            if let Some(first) = seen.get(&param.name.name) {
                self.cx.report(errors::declared_twice(&param.name, *first));
            } else {
                seen.insert(param.name.name.clone(), param.name.span);
            }
        }
    }

    /// A body that is a block, or one expression.
    pub(super) fn body_of(&mut self, body: &ast::Expr) -> Block {
        if let ast::ExprKind::Block(block) = &body.kind {
            return self.block(block);
        }
        let value = self.expr(body);
        let span = value.span;
        Block { stmts: vec![], value: Some(Box::new(value)), span }
    }

    /// Starts a nested function; everything up to [`Body::end`] belongs to it.
    pub(super) fn begin(&mut self, nested: Nested, span: Span) -> FnId {
        let parent = self.innermost();
        let (name, kind) = match nested {
            Nested::Closure => ("closure", FnKind::Closure(parent)),
            Nested::Task => ("task", FnKind::Task(parent)),
        };
        let qualified = format!("{}.{name}", self.cx.program.fns[parent].qualified);
        let function = self.cx.new_fn(name.into(), "", self.module, kind, span);
        self.cx.program.fns[function].qualified = qualified.into();
        self.nested.push(function);
        self.nests.push(Nest {
            function,
            first_local: self.locals.next_id(),
            first_loop: self.loops.len(),
            captures: vec![],
            uses_self: None,
        });
        function
    }

    /// Ends the nested function that began last.
    pub(super) fn end(&mut self, body: Block, params: Vec<LocalId>, result: Option<TyId>) {
        let Some(nest) = self.nests.pop() else { return };
        let function = &mut self.cx.program.fns[nest.function];
        function.params = params;
        function.result = result;
        function.captures = nest.captures;
        function.uses_self = nest.uses_self;
        function.body = body;
    }

    /// Gives all nested functions the tables of this body, which are complete now. If that were too much, the whole body is
    /// left out and reported.
    pub(super) fn share_locals(&mut self, block: Block) -> Block {
        let nested = std::mem::take(&mut self.nested);
        if nested.len().saturating_mul(self.locals.len()) <= MOST_COPIED {
            for id in nested {
                let function = &mut self.cx.program.fns[id];
                function.locals = self.locals.clone();
                function.loop_count = self.loop_count;
            }
            return block;
        }
        let span = self.cx.program.fns[self.id].span;
        self.cx.report(errors::too_many_closures(span, nested.len(), self.locals.len()));
        for id in nested {
            self.cx.program.fns[id].params.clear();
            self.cx.program.fns[id].captures.clear();
            self.cx.program.fns[id].body = Block { stmts: vec![], value: None, span: block.span };
        }
        let error = self.new_expr(ExprKind::Error, block.span);
        Block { stmts: vec![], value: Some(Box::new(error)), span: block.span }
    }

    /// Is this the value of a constant, which is made anew at each use?
    pub(super) fn in_constant(&self) -> bool {
        self.kind == FnKind::Const && self.nests.is_empty()
    }
}
