//! Bodies. In: the AST of function bodies. Out: HIR with local variables for names. Here: what one body knows (variables in
//! scope, loops, closures around the place); its parts are in `stmt`, `expr`, `call`, `literal`, `place`, `branch`, `pattern`,
//! `closure`, `select`.

use super::collect::Work;
use super::cx::Cx;
use super::headers::Values;
use crate::hir::{self, Block, ClassKind, FnKind, Local, Mutability};
use crate::ids::{ClassId, FnId, Id, IndexVec, LocalId, LoopId, ModuleId, TyId};
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

/// What a name of a variable means.
#[derive(Clone, Copy, Debug)]
pub(super) enum Var {
    /// A variable.
    One(LocalId),
    /// The result of `let ch = chan<T>()`: its two ends, and where `ch` was bound.
    Chan { sender: LocalId, receiver: LocalId, span: Span },
}

/// A closure or task around the place that is being resolved.
pub(super) struct Nest {
    /// Its function.
    pub(super) function: FnId,
    /// Variables before this one belong to the functions around it.
    pub(super) first_local: LocalId,
    /// Loops before this one are around it.
    pub(super) first_loop: usize,
    /// What it takes from around it.
    pub(super) captures: Vec<LocalId>,
    /// Where it uses `self` first.
    pub(super) uses_self: Option<Span>,
}

/// One body.
pub(super) struct Body<'c, 'a> {
    pub(super) cx: &'c mut Cx<'a>,
    pub(super) module: ModuleId,
    /// What the outermost function is.
    pub(super) kind: FnKind,
    pub(super) loops: Vec<Loop>,
    pub(super) loop_count: usize,
    /// The closures and tasks around the place, the innermost last.
    pub(super) nests: Vec<Nest>,
    /// All closures and tasks of this body.
    pub(super) nested: Vec<FnId>,
    pub(super) id: FnId,
    pub(super) locals: IndexVec<LocalId, Local>,
    /// The variables that a name has had, the visible one last.
    visible: BTreeMap<Name, Vec<Var>>,
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
            nests: vec![],
            nested: vec![],
            id,
            locals,
            visible: BTreeMap::new(),
            bound: vec![],
        };
        for local in body.locals.ids() {
            let name = body.locals[local].name.clone();
            body.show(name, Var::One(local));
        }
        body
    }

    fn finish(mut self, block: Block) {
        let block = self.share_locals(block);
        let function = &mut self.cx.program.fns[self.id];
        function.locals = self.locals;
        function.loop_count = self.loop_count;
        function.body = block;
    }

    /// A new variable, visible from here to the end of the scope.
    pub(super) fn bind(&mut self, name: &Ident, mutability: Mutability, ty: Option<TyId>) -> LocalId {
        let local = self.locals.push(Local { name: name.name.clone(), mutability, ty, span: name.span });
        self.show(name.name.clone(), Var::One(local));
        local
    }

    /// A new variable that no name of the program means.
    pub(super) fn bind_hidden(&mut self, name: Name, mutability: Mutability, ty: Option<TyId>, span: Span) -> LocalId {
        self.locals.push(Local { name, mutability, ty, span })
    }

    /// Makes a name mean something, from here to the end of the scope.
    pub(super) fn show(&mut self, name: Name, var: Var) {
        self.visible.entry(name.clone()).or_default().push(var);
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
    pub(super) fn var(&self, name: &str) -> Option<Var> {
        self.visible.get(name)?.last().copied()
    }

    /// Does the name mean a variable here, whatever else has it?
    pub(super) fn is_variable(&self, name: &str) -> bool {
        self.var(name).is_some()
    }

    /// A use of a variable: closures between its binding and this place capture it.
    pub(super) fn use_local(&mut self, local: LocalId) -> hir::ExprKind {
        for nest in self.nests.iter_mut().rev() {
            if local.index() >= nest.first_local.index() {
                break;
            }
            if !nest.captures.contains(&local) {
                nest.captures.push(local);
            }
        }
        hir::ExprKind::Local(local)
    }

    /// A use of `self`.
    pub(super) fn use_self(&mut self, span: Span) {
        for nest in &mut self.nests {
            nest.uses_self.get_or_insert(span);
        }
    }

    /// The function that is being resolved: the innermost closure, or the body itself.
    pub(super) fn innermost(&self) -> FnId {
        self.nests.last().map_or(self.id, |nest| nest.function)
    }

    /// The names of all visible variables.
    pub(super) fn local_names(&self) -> Vec<Name> {
        self.visible.iter().filter(|(_, stack)| !stack.is_empty()).map(|(name, _)| name.clone()).collect()
    }

    /// Gives a variable the type that was written for it.
    pub(super) fn set_local_ty(&mut self, local: LocalId, ty: TyId) {
        self.locals[local].ty = Some(ty);
    }

    /// The class whose method this is.
    pub(super) fn class(&self) -> Option<ClassId> {
        match self.kind {
            FnKind::Method(class) => Some(class),
            FnKind::Free | FnKind::Test | FnKind::Const | FnKind::Default | FnKind::Closure(_) | FnKind::Task(_) => {
                None
            }
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
