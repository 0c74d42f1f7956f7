//! Bodies. In: the AST of function bodies. Out: HIR with local variables for names. Here: what one body knows (variables in
//! scope, loops); its parts are in `stmt`, `expr`, `call`, `literal`, `place`, `branch`, `pattern`.

use super::collect::Work;
use super::cx::Cx;
use super::headers::Values;
use crate::hir::{self, Block, ClassKind, FnKind, Local, Mutability};
use crate::ids::{ClassId, FnId, IndexVec, LocalId, LoopId, ModuleId, TyId};
use pluto_syntax::ast::{self, Ident, Name};
use pluto_syntax::span::Span;
use std::collections::BTreeMap;

/// Resolves all bodies.
pub(super) fn bodies<'a>(cx: &mut Cx<'a>, work: &Work<'a>, values: &Values<'a>) {
    for (id, decl) in &work.fns {
        let mut body = Body::new(cx, *id);
        let block = body.block(&decl.body);
        body.finish(block);
    }
    for (id, block) in &work.tests {
        let mut body = Body::new(cx, *id);
        let block = body.block(block);
        body.finish(block);
    }
    for (id, value) in values {
        let mut body = Body::new(cx, *id);
        let value = body.expr(value);
        let span = value.span;
        body.finish(Block { stmts: vec![], value: Some(Box::new(value)), span });
    }
}

/// A loop around the place that is being resolved.
pub(super) struct Loop {
    pub(super) label: Option<Name>,
    pub(super) id: LoopId,
}

/// One body.
pub(super) struct Body<'c, 'a> {
    pub(super) cx: &'c mut Cx<'a>,
    pub(super) module: ModuleId,
    pub(super) kind: FnKind,
    pub(super) loops: Vec<Loop>,
    pub(super) loop_count: usize,
    id: FnId,
    locals: IndexVec<LocalId, Local>,
    /// The variables that a name has had, the visible one last.
    visible: BTreeMap<Name, Vec<LocalId>>,
    /// The names in the order in which they were bound, to end scopes.
    bound: Vec<Name>,
}

impl<'c, 'a> Body<'c, 'a> {
    /// A body that knows its parameters.
    fn new(cx: &'c mut Cx<'a>, id: FnId) -> Body<'c, 'a> {
        let function = &mut cx.program.fns[id];
        let (module, kind, locals) = (function.module, function.kind, std::mem::take(&mut function.locals));
        let mut body = Body {
            cx,
            module,
            kind,
            loops: vec![],
            loop_count: 0,
            id,
            locals,
            visible: BTreeMap::new(),
            bound: vec![],
        };
        for local in body.locals.ids() {
            let name = body.locals[local].name.clone();
            body.show(name, local);
        }
        body
    }

    fn finish(self, block: Block) {
        let function = &mut self.cx.program.fns[self.id];
        function.locals = self.locals;
        function.loop_count = self.loop_count;
        function.body = block;
    }

    /// A new variable, visible from here to the end of the scope.
    pub(super) fn bind(&mut self, name: &Ident, mutability: Mutability, ty: Option<TyId>) -> LocalId {
        let local = self.locals.push(Local { name: name.name.clone(), mutability, ty, span: name.span });
        self.show(name.name.clone(), local);
        local
    }

    fn show(&mut self, name: Name, local: LocalId) {
        self.visible.entry(name.clone()).or_default().push(local);
        self.bound.push(name);
    }

    /// Runs `inside` in a scope of its own.
    pub(super) fn scope<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        let mark = self.bound.len();
        let result = inside(self);
        for name in self.bound.drain(mark..) {
            if let Some(stack) = self.visible.get_mut(&name) {
                stack.pop();
            }
        }
        result
    }

    /// The variable that a name means here.
    pub(super) fn local(&self, name: &str) -> Option<LocalId> {
        self.visible.get(name)?.last().copied()
    }

    /// The names of all visible variables.
    pub(super) fn local_names(&self) -> Vec<Name> {
        self.visible.iter().filter(|(_, stack)| !stack.is_empty()).map(|(name, _)| name.clone()).collect()
    }

    /// Where a variable was bound.
    pub(super) fn local_span(&self, local: LocalId) -> Span {
        self.locals[local].span
    }

    /// Gives a variable the type that was written for it.
    pub(super) fn set_local_ty(&mut self, local: LocalId, ty: TyId) {
        self.locals[local].ty = Some(ty);
    }

    /// The class whose method this is.
    pub(super) fn class(&self) -> Option<ClassId> {
        match self.kind {
            FnKind::Method(class) => Some(class),
            FnKind::Free | FnKind::Test | FnKind::Const | FnKind::Default => None,
        }
    }

    /// The service (or app) whose method this is.
    pub(super) fn service(&self) -> Option<ClassId> {
        self.class().filter(|class| self.cx.program.classes[*class].kind != ClassKind::Data)
    }

    /// An expression with a new id.
    pub(super) fn new_expr(&mut self, kind: hir::ExprKind, span: Span) -> hir::Expr {
        hir::Expr { id: self.cx.expr_id(), kind, span }
    }

    /// `{ … }` in a scope of its own; a last expression is its value.
    pub(super) fn block(&mut self, block: &ast::Block) -> Block {
        self.scope(|body| {
            let (stmts, value) = match block.stmts.split_last() {
                Some((ast::Stmt { kind: ast::StmtKind::Expr(value), .. }, stmts)) => (stmts, Some(value)),
                Some(_) | None => (&block.stmts[..], None),
            };
            let stmts = stmts.iter().filter_map(|stmt| body.stmt(stmt)).collect();
            let value = value.map(|value| Box::new(body.expr(value)));
            Block { stmts, value, span: block.span }
        })
    }
}
