//! Where errors come from and where they go, per function, independent of placement.
//! In: HIR with types. Out: a flat list of [`Site`]s in order of evaluation; handlers are numbered, so nothing recurses later.

use crate::analyze::method_callee;
use crate::builtin::Method;
use crate::hir::visit::{Visitor, walk_clause, walk_expr};
use crate::hir::{Block, BuiltinError, CatchClause, CatchKind, CatchRest, Expr, ExprKind, Program};
use crate::ids::{ClassId, ErrorId, ExprId, FnId, IndexVec, LocalId};
use crate::ty::Ty;
use crate::types::{Callee, Types};
use pluto_syntax::span::Span;
use std::collections::BTreeMap;

/// What a function does with errors.
#[derive(Clone, Default, Debug)]
pub(crate) struct Body {
    /// In order of evaluation; a call stands before what its handlers do.
    pub(crate) sites: Vec<Site>,
    /// How many handlers: they are numbered from 0.
    pub(crate) handlers: usize,
    /// How many regions (`within` blocks): they are numbered from 0.
    pub(crate) regions: usize,
}

/// One place where errors arise or pass.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// Where.
    pub(crate) span: Span,
    /// The innermost handler in which it stands: it is only reached if that handler can be.
    pub(crate) within: Option<usize>,
    /// The innermost region in which it stands: what it hands on goes there.
    pub(crate) region: Option<usize>,
    /// What.
    pub(crate) kind: SiteKind,
}

/// The forms of sites.
#[derive(Clone, Debug)]
pub(crate) enum SiteKind {
    /// `raise` of a known error.
    Raise(ErrorId),
    /// `raise err` of what that handler caught; `None`: of something that any handler of the function caught.
    Reraise(Option<usize>),
    /// A call.
    Call { target: Target, handling: Handling },
}

/// What a call calls.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Target {
    /// A function of the program; through a dependency, with the service.
    Function { callee: FnId, service: Option<ClassId>, call: ExprId },
    /// Something built in that raises an error.
    Raises(BuiltinError),
    /// A function value, or a built-in method that calls one: what `Facts::called` says of the expression.
    Values(ExprId),
    /// `get`: what the tasks that `Facts::awaited` names raise, and `TaskCancelled`.
    Task(ExprId),
    /// A `within`: what its region hands on, and `TimeoutError`. Stands behind the sites of the region.
    Region(usize),
    /// A built-in that never raises; only recorded if somebody handles it.
    Never,
}

/// What is written at a call.
#[derive(Clone, Debug)]
pub(crate) enum Handling {
    /// Nothing.
    Plain,
    /// `!`.
    Propagate,
    /// Nothing, in the body that `spawn f(x)` stands for: errors go on if there are any.
    Forward,
    /// `catch`.
    Catch { clauses: Vec<Clause>, rest: CatchRest },
}

/// A handler.
#[derive(Clone, Debug)]
pub(crate) struct Clause {
    /// Its number.
    pub(crate) handler: usize,
    /// What it takes; `None`: everything.
    pub(crate) errors: Option<Vec<(ErrorId, Span)>>,
}

/// The bodies of all functions.
pub(crate) fn collect(program: &Program, types: &Types) -> IndexVec<FnId, Body> {
    let body = |(function, it): (FnId, &crate::hir::Function)| {
        let mut collector = Collector {
            program,
            types,
            function,
            body: Body::default(),
            within: None,
            region: None,
            bound: BTreeMap::new(),
        };
        collector.block(&it.body);
        collector.body
    };
    program.fns.iter_enumerated().map(body).collect()
}

struct Collector<'a> {
    program: &'a Program,
    types: &'a Types,
    function: FnId,
    body: Body,
    within: Option<usize>,
    region: Option<usize>,
    /// The handler that binds each variable.
    bound: BTreeMap<LocalId, usize>,
}

impl Collector<'_> {
    fn add(&mut self, span: Span, kind: SiteKind) {
        self.body.sites.push(Site { span, within: self.within, region: self.region, kind });
    }

    /// The call's own parts, then the call.
    fn call(&mut self, call: &Expr, handling: Handling) {
        let target = if let ExprKind::Within { limit, body } = &call.kind {
            Some(self.region(limit, body))
        } else {
            walk_expr(self, call);
            self.target(call)
        };
        let plain = matches!(handling, Handling::Plain | Handling::Forward);
        match target {
            Some(Target::Never) if plain => {}
            Some(target) => self.add(call.span, SiteKind::Call { target, handling }),
            None => {}
        }
    }

    fn region(&mut self, limit: &Expr, body: &Block) -> Target {
        self.expr(limit);
        let region = self.body.regions;
        self.body.regions += 1;
        let outer = self.region.replace(region);
        self.block(body);
        self.region = outer;
        Target::Region(region)
    }

    /// What is called; `None` if `check` could not tell (and said so) or if it is not a call.
    fn target(&self, call: &Expr) -> Option<Target> {
        if let ExprKind::CallFn { function, .. } = &call.kind {
            Some(Target::Function { callee: *function, service: None, call: call.id })
        } else if let ExprKind::CallGlobal { function, .. } = &call.kind {
            Some(function.raises().map_or(Target::Never, Target::Raises))
        } else if let ExprKind::CallValue { .. } = &call.kind {
            Some(Target::Values(call.id))
        } else if let ExprKind::Within { .. } = &call.kind {
            Some(Target::Never)
        } else if let ExprKind::Select { default, .. } = &call.kind {
            Some(if default.is_none() { Target::Raises(BuiltinError::ChannelClosed) } else { Target::Never })
        } else if let ExprKind::CallMethod { .. } = &call.kind {
            let called = self.types.methods.get(&call.id)?;
            if let Callee::Builtin(method) = called {
                return Some(builtin_target(*method, call));
            }
            if let Callee::Field(_) = called {
                return Some(Target::Values(call.id));
            }
            let callee = method_callee(self.program, self.types, call);
            Some(callee.map_or(Target::Never, |(callee, service)| Target::Function { callee, service, call: call.id }))
        } else {
            None
        }
    }

    fn catch(&mut self, call: &Expr, clauses: &[CatchClause], rest: CatchRest) {
        let known = self.target(call).is_some();
        let numbered: Vec<Clause> = clauses.iter().map(|clause| self.clause(clause)).collect();
        let handlers: Vec<usize> = numbered.iter().map(|clause| clause.handler).collect();
        self.call(call, Handling::Catch { clauses: numbered, rest });
        for (clause, handler) in clauses.iter().zip(handlers) {
            // After a call that `check` refused, the handlers count as if they could be reached.
            let within = if known { Some(handler) } else { self.within };
            let outer = std::mem::replace(&mut self.within, within);
            walk_clause(self, clause);
            self.within = outer;
        }
    }

    fn clause(&mut self, clause: &CatchClause) -> Clause {
        let handler = self.body.handlers;
        self.body.handlers += 1;
        let errors = match &clause.kind {
            CatchKind::Value(_) => None,
            CatchKind::Handler { local, errors, body: _ } => {
                self.bound.insert(*local, handler);
                (!errors.is_empty()).then(|| errors.clone())
            }
        };
        Clause { handler, errors }
    }

    fn raise(&mut self, raise: &Expr, value: &Expr) {
        let ty = self.types.exprs.get(value.id).map(|ty| self.types.table.get(*ty));
        if let Some(Ty::ErrorValue(error)) = ty {
            self.add(raise.span, SiteKind::Raise(*error));
        } else if let Some(Ty::AnyError) = ty {
            let bound = if let ExprKind::Local(local) = &value.kind { self.bound.get(local).copied() } else { None };
            let reassigned = if let ExprKind::Local(local) = &value.kind { self.is_mutable(*local) } else { true };
            self.add(raise.span, SiteKind::Reraise(bound.filter(|_| !reassigned)));
        }
    }

    fn is_mutable(&self, local: LocalId) -> bool {
        let local = self.program.fns[self.function].locals.get(local);
        local.is_none_or(|local| local.mutability == crate::hir::Mutability::Mutable)
    }
}

/// What a built-in method raises.
fn builtin_target(method: Method, call: &Expr) -> Target {
    if method == Method::TaskGet {
        Target::Task(call.id)
    } else if method.calls_closure() {
        Target::Values(call.id)
    } else {
        method.raises().map_or(Target::Never, Target::Raises)
    }
}

impl Visitor for Collector<'_> {
    fn expr(&mut self, expr: &Expr) {
        if let ExprKind::Propagate(call) = &expr.kind {
            self.call(call, Handling::Propagate);
        } else if let ExprKind::Forward(call) = &expr.kind {
            self.call(call, Handling::Forward);
        } else if let ExprKind::Catch { call, clauses, rest } = &expr.kind {
            self.catch(call, clauses, *rest);
        } else if let ExprKind::CallFn { .. }
        | ExprKind::CallGlobal { .. }
        | ExprKind::CallMethod { .. }
        | ExprKind::CallValue { .. }
        | ExprKind::Within { .. }
        | ExprKind::Select { .. } = &expr.kind
        {
            self.call(expr, Handling::Plain);
        } else {
            walk_expr(self, expr);
            if let ExprKind::Raise(value) = &expr.kind {
                self.raise(expr, value);
            }
        }
    }
}
