//! What holds a part that is bound by `mut` stays as it is while the name lasts, but for changes through the name. In: HIR with
//! types. Out: messages for everything else that could take the part away: an assignment of what holds it, a method that changes
//! that, or a closure that does.
//!
//! Places are compared by their paths, in which all elements and entries are alike. Only what *holds* a part is kept: `xs[0].n = 1`
//! in a loop over `xs` changes an element where it lies, and takes nothing away. `lower` relies on this.

use super::errors::{self, Changer};
use crate::builtin::{Changes, Method};
use crate::hir::visit::{Visitor, walk_cond, walk_expr, walk_iter, walk_stmt};
use crate::hir::{
    ClassKind, Cond, Expr, ExprKind, FnKind, Function, Iter, MatchArm, Pattern, PatternKind, Program, SelfParam, Stmt,
    StmtKind,
};
use crate::ids::{FnId, LocalId};
use crate::ty::Ty;
use crate::types::{Callee, Types};
use pluto_syntax::diag::{Diagnostic, Diagnostics};
use pluto_syntax::span::Span;
use std::collections::BTreeMap;

/// Looks at all functions.
pub(super) fn check(program: &Program, types: &Types, dx: &mut Diagnostics) {
    let mut closures: BTreeMap<FnId, Vec<Closure>> = BTreeMap::new();
    for id in program.fns.ids().filter(|id| has_the_service(program, *id)) {
        let mut walk = Walk::new(program, types, id, &[]);
        walk.block(&program.fns[id].body);
        let changes = walk.changes.into_iter().filter(|path| path.root == Root::This).collect();
        let found = Closure { id, changes, calls_values: walk.calls_values };
        closures.entry(program.outermost(id)).or_default().push(found);
    }
    for id in program.fns.ids() {
        let closures = closures.get(&program.outermost(id)).map_or(&[][..], Vec::as_slice);
        let mut walk = Walk::new(program, types, id, closures);
        walk.block(&program.fns[id].body);
        walk.found.into_iter().for_each(|found| dx.push(found));
    }
}

/// A closure that may change the service in whose method it stands.
struct Closure {
    id: FnId,
    changes: Vec<Path>,
    /// Does it call closures in turn?
    calls_values: bool,
}

/// Is it a closure in a method of a service, in the same task? It has the service itself, not a copy.
fn has_the_service(program: &Program, id: FnId) -> bool {
    let mut at = id;
    while let FnKind::Closure(parent) = program.fns[at].kind {
        at = parent;
    }
    let service = |id| program.class_of(id).is_some_and(|class| program.classes[class].kind != ClassKind::Data);
    at != id && !matches!(program.fns[at].kind, FnKind::Task(_)) && service(id)
}

/// A place.
#[derive(Clone, PartialEq, Eq)]
struct Path {
    root: Root,
    steps: Vec<Step>,
}

#[derive(Clone, PartialEq, Eq)]
enum Root {
    Local(LocalId),
    This,
}

#[derive(Clone, PartialEq, Eq)]
enum Step {
    Field(String),
    /// Any element or entry.
    Index,
    /// A field of a variant.
    Payload(u32, u32),
    /// What is not `none`.
    Inside,
}

impl Path {
    fn part(&self, step: Step) -> Path {
        let mut part = self.clone();
        part.steps.push(step);
        part
    }

    /// Does it hold the other place, as a part of it?
    fn holds(&self, part: &Path) -> bool {
        self.root == part.root && self.steps.len() < part.steps.len() && part.steps.starts_with(&self.steps)
    }
}

/// A name for a place, as long as it lasts.
struct Held {
    name: LocalId,
    at: Span,
    path: Path,
    /// We are in a guard: nothing in the place may change either, since the arms that follow look at it.
    guard: bool,
}

struct Walk<'a> {
    program: &'a Program,
    types: &'a Types,
    function: &'a Function,
    /// By name of a place: what it names.
    names: BTreeMap<LocalId, Path>,
    held: Vec<Held>,
    /// The closures of the function that may change its service.
    closures: &'a [Closure],
    /// What is changed here.
    changes: Vec<Path>,
    /// Is a function value called here?
    calls_values: bool,
    found: Vec<Diagnostic>,
}

impl<'a> Walk<'a> {
    fn new(program: &'a Program, types: &'a Types, id: FnId, closures: &'a [Closure]) -> Walk<'a> {
        let function = &program.fns[program.outermost(id)];
        let (names, held, changes, found) = (BTreeMap::new(), vec![], vec![], vec![]);
        Walk { program, types, function, names, held, closures, changes, calls_values: false, found }
    }

    fn ty(&self, expr: &Expr) -> &Ty {
        self.types.table.get(self.types.exprs[expr.id])
    }

    fn method(&self, call: &Expr) -> Option<Method> {
        match self.types.methods.get(&call.id) {
            Some(Callee::Builtin(method)) => Some(*method),
            Some(Callee::Data(_) | Callee::Dep(_) | Callee::OwnService(_) | Callee::Field(_) | Callee::Expect(_))
            | None => None,
        }
    }

    /// The path of a place; `None` for other values.
    fn path(&self, expr: &Expr) -> Option<Path> {
        if let ExprKind::Local(local) = &expr.kind {
            let own = || Path { root: Root::Local(*local), steps: vec![] };
            return Some(self.names.get(local).cloned().unwrap_or_else(own));
        }
        if let ExprKind::SelfValue = &expr.kind {
            return Some(Path { root: Root::This, steps: vec![] });
        }
        if let ExprKind::Field { base, name, .. } = &expr.kind {
            return Some(self.path(base)?.part(Step::Field(name.to_string())));
        }
        if let ExprKind::Index { base, .. } = &expr.kind {
            return Some(self.path(base)?.part(Step::Index));
        }
        if let (ExprKind::CallMethod { receiver, .. }, Some(Method::MapOrInsert)) = (&expr.kind, self.method(expr)) {
            return Some(self.path(receiver)?.part(Step::Index));
        }
        None
    }

    /// Goes on with the names that a pattern gives, until they are forgotten again.
    fn with(&mut self, pattern: &Pattern, value: &Expr, then: impl FnOnce(&mut Self)) {
        let before = self.held.len();
        if let ExprKind::CallMethod { receiver, .. } = &value.kind
            && self.method(value).is_some_and(Method::gives_entry)
        {
            if let (PatternKind::Some(inside), Some(path)) = (&pattern.kind, self.path(receiver)) {
                self.name(inside, &path.part(Step::Index));
            }
        } else if let Some(path) = self.path(value) {
            self.name(pattern, &path);
        }
        then(self);
        self.held.truncate(before);
    }

    fn name(&mut self, pattern: &Pattern, path: &Path) {
        match &pattern.kind {
            PatternKind::Place(local) => {
                self.names.insert(*local, path.clone());
                self.held.push(Held { name: *local, at: pattern.span, path: path.clone(), guard: false });
            }
            PatternKind::Class { class, fields } => {
                let declared = &self.program.classes[*class].fields;
                for (index, part) in fields {
                    let name = declared[*index as usize].name.to_string();
                    self.name(part, &path.part(Step::Field(name)));
                }
            }
            PatternKind::Variant { variant, fields, .. } => {
                for (index, part) in fields {
                    self.name(part, &path.part(Step::Payload(*variant, *index)));
                }
            }
            PatternKind::Tuple(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    self.name(part, &path.part(Step::Field(index.to_string())));
                }
            }
            PatternKind::Some(inner) => self.name(inner, &path.part(Step::Inside)),
            PatternKind::Wild
            | PatternKind::Bind(_)
            | PatternKind::Literal(_)
            | PatternKind::Range { .. }
            | PatternKind::ErrorValue { .. }
            | PatternKind::Or(_)
            | PatternKind::None => {}
        }
    }

    fn for_loop(&mut self, pattern: &Pattern, iter: &Iter, body: &crate::hir::Block) {
        walk_iter(self, iter);
        let before = self.held.len();
        if let Iter::Value(value) = iter
            && let Some(path) = self.path(value)
        {
            let path = path.part(Step::Index);
            if let (Ty::Map(..), PatternKind::Tuple(parts)) = (self.ty(value), &pattern.kind) {
                parts.iter().skip(1).for_each(|part| self.name(part, &path));
            } else {
                self.name(pattern, &path);
            }
        }
        self.block(body);
        self.held.truncate(before);
    }

    fn arms(&mut self, value: &Expr, arms: &[MatchArm]) {
        let named = arms.iter().find_map(|arm| arm.pattern.first_place());
        let path = self.path(value).or_else(|| {
            let ExprKind::CallMethod { receiver, .. } = &value.kind else { return None };
            self.path(receiver)
        });
        for arm in arms {
            self.with(&arm.pattern, value, |walk| {
                if let Some(guard) = &arm.guard {
                    let before = walk.held.len();
                    if let (Some((name, at)), Some(path)) = (named, &path) {
                        walk.held.push(Held { name, at, path: path.clone(), guard: true });
                    }
                    walk.expr(guard);
                    walk.held.truncate(before);
                }
                walk.expr(&arm.body);
            });
        }
    }

    /// Something changes this place.
    fn changed(&mut self, path: Option<Path>, span: Span, changer: Changer) {
        let Some(path) = path else { return };
        if let Some(held) = self.taken(&path) {
            let changer = if held.guard { Changer::Guard } else { changer };
            let found = self.message(held, span, changer);
            self.found.push(found);
        }
        self.changes.push(path);
    }

    /// The name of a part that a change of this place could take away.
    fn taken(&self, path: &Path) -> Option<&Held> {
        self.held.iter().find(|held| {
            let guarded = held.guard && (*path == held.path || held.path.holds(path));
            path.holds(&held.path) || guarded
        })
    }

    fn message(&self, held: &Held, span: Span, changer: Changer) -> Diagnostic {
        let text = self.program.sources.text(span);
        let text = (!text.is_empty() && text.len() <= 40 && !text.contains('\n')).then_some(text);
        let name = &self.function.locals[held.name].name;
        errors::changed_while_bound(span, text, (name, held.at), changer)
    }

    fn call(&mut self, call: &Expr, receiver: &Expr, args: &[Expr]) {
        match self.types.methods.get(&call.id) {
            Some(Callee::Data(method) | Callee::OwnService(method)) => {
                if self.program.fns[*method].self_param == Some(SelfParam::Mut) {
                    self.changed(self.path(receiver), receiver.span, Changer::Itself);
                }
            }
            Some(Callee::Builtin(method)) => {
                if method.row().changes == Changes::Yes {
                    self.changed(self.path(receiver), receiver.span, Changer::Itself);
                }
                if method.calls_closure() {
                    self.calls(call.span, args.last());
                }
            }
            Some(Callee::Field(_)) => self.calls(call.span, None),
            Some(Callee::Dep(_) | Callee::Expect(_)) | None => {}
        }
    }

    /// A function value is called: this closure, or any of the function, for all that is known here.
    fn calls(&mut self, call: Span, closure: Option<&Expr>) {
        self.calls_values = true;
        let only =
            if let Some(ExprKind::Closure(id)) = closure.map(|closure| &closure.kind) { Some(*id) } else { None };
        let passes_on =
            only.and_then(|id| self.closures.iter().find(|it| it.id == id)).is_some_and(|it| it.calls_values);
        let mut called = self.closures.iter().filter(|it| passes_on || only.is_none_or(|id| it.id == id));
        let found = called.find_map(|it| Some((it.id, it.changes.iter().find_map(|path| self.taken(path))?)));
        if let Some((closure, held)) = found {
            let changer = Changer::Closure(self.program.fns[closure].span);
            let found = self.message(held, call, changer);
            self.found.push(found);
        }
    }
}

impl Visitor for Walk<'_> {
    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::For { pattern, iter, body, .. } => self.for_loop(pattern, iter, body),
            StmtKind::While { cond: cond @ Cond::Let { pattern, value }, body, .. } => {
                walk_cond(self, cond);
                self.with(pattern, value, |walk| walk.block(body));
            }
            StmtKind::Assign { place, .. } => {
                walk_stmt(self, stmt);
                // An entry of a map may be a new one.
                let map = if let ExprKind::Index { base, .. } = &place.kind { Some(base) } else { None };
                let changed = map.filter(|base| matches!(self.ty(base), Ty::Map(..))).map_or(place, |base| base);
                self.changed(self.path(changed), changed.span, Changer::Itself);
            }
            StmtKind::AssignOp { place, .. } => {
                walk_stmt(self, stmt);
                self.changed(self.path(place), place.span, Changer::Itself);
            }
            StmtKind::Let { .. } | StmtKind::Expr(_) | StmtKind::While { .. } => walk_stmt(self, stmt),
        }
    }

    fn expr(&mut self, expr: &Expr) {
        if let ExprKind::If { arms, otherwise } = &expr.kind {
            for (cond, body) in arms {
                walk_cond(self, cond);
                match cond {
                    Cond::Let { pattern, value } => self.with(pattern, value, |walk| walk.block(body)),
                    Cond::Expr(_) => self.block(body),
                }
            }
            if let Some(body) = otherwise {
                self.block(body);
            }
        } else if let ExprKind::Match { scrutinee, arms } = &expr.kind {
            self.expr(scrutinee);
            self.arms(scrutinee, arms);
        } else {
            walk_expr(self, expr);
            if let ExprKind::CallMethod { receiver, args, .. } = &expr.kind {
                self.call(expr, receiver, args);
            } else if let ExprKind::CallValue { .. } = &expr.kind {
                self.calls(expr.span, None);
            }
        }
    }
}
