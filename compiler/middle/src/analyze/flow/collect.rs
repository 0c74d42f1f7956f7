//! The graph of a program. In: HIR with types. Out: nodes for what can hold a function, a task or an end, and edges for what the
//! program does with them. Nothing is noted of values that can hold none.

use super::pattern::Back;
use super::{Exit, Graph, Node, Origin, Place, Use, holds};
use crate::builtin::{Changes, Method};
use crate::hir::visit::{Visitor, walk_expr, walk_stmt};
use crate::hir::{
    Block, CatchKind, ClassKind, Cond, DepTarget, Expr, ExprKind, Field, FnKind, Iter, Mutability, Pattern, Program,
    SelectKind, Stmt, StmtKind,
};
use crate::ids::{FnId, LocalId, TyId};
use crate::ty::{Ty, TyTable};
use crate::types::{Callee, Types};

/// Builds the graph.
pub(super) fn collect(program: &Program, types: &Types) -> Graph {
    let mut collector =
        Collector { program, types, graph: Graph::default(), function: FnId(0), root: FnId(0), held: vec![] };
    collector.held = types.table.ids().map(|ty| holds(types, ty)).collect();
    for (function, it) in program.fns.iter_enumerated() {
        collector.function = function;
        collector.root = program.outermost(function);
        for local in &it.captures {
            if let Some(node) = collector.local(*local) {
                collector.graph.captured.push((function, node));
                if matches!(it.kind, FnKind::Task(_)) {
                    collector.graph.exits.push(Exit { from: node, span: it.span });
                }
            }
        }
        collector.block(&it.body);
        if let (Some(value), Some(to)) = (&it.body.value, collector.result(function)) {
            collector.leave(value, to);
        }
    }
    collector.service_fields();
    collector.graph
}

pub(super) struct Collector<'a> {
    program: &'a Program,
    types: &'a Types,
    pub(super) graph: Graph,
    function: FnId,
    root: FnId,
    /// By type: can it hold one?
    held: Vec<bool>,
}

impl Collector<'_> {
    fn holds(&self, ty: TyId) -> bool {
        self.held.get(ty.0 as usize).copied().unwrap_or(false)
    }

    fn ty(&self, expr: &Expr) -> TyId {
        self.types.exprs.get(expr.id).copied().unwrap_or(TyTable::ERROR)
    }

    /// The node of an expression, if its value can hold one.
    fn node(&mut self, expr: &Expr) -> Option<Node> {
        self.holds(self.ty(expr)).then(|| self.graph.node(Place::Expr(expr.id)))
    }

    /// The node of a variable of the function at hand.
    pub(super) fn local(&mut self, local: LocalId) -> Option<Node> {
        self.local_of(self.root, local)
    }

    fn local_of(&mut self, function: FnId, local: LocalId) -> Option<Node> {
        let ty = self.types.locals[function].get(local).copied().unwrap_or(TyTable::ERROR);
        self.holds(ty).then(|| self.graph.node(Place::Local(function, local)))
    }

    fn result(&mut self, function: FnId) -> Option<Node> {
        let ty = self.types.results.get(function).copied().unwrap_or(TyTable::ERROR);
        self.holds(ty).then(|| self.graph.node(Place::Result(function)))
    }

    pub(super) fn connect(&mut self, from: Option<Node>, to: Option<Node>) {
        if let (Some(from), Some(to)) = (from, to) {
            self.graph.edge(from, to);
        }
    }

    /// The values of these become that of `to`.
    fn join<'e>(&mut self, from: impl IntoIterator<Item = &'e Expr>, to: &Expr) {
        let Some(to) = self.node(to) else { return };
        for from in from {
            let from = self.node(from);
            self.connect(from, Some(to));
        }
    }

    /// A value goes where others can get at it.
    fn leave(&mut self, value: &Expr, to: Node) {
        if let Some(from) = self.node(value) {
            self.graph.edge(from, to);
            self.graph.exits.push(Exit { from, span: value.span });
        }
    }

    /// A value is put into a place: others can get at it unless that is in a variable.
    fn store(&mut self, value: &Expr, place: &Expr, to: Node) {
        let mut at = place;
        while let ExprKind::Index { base, .. } | ExprKind::CallMethod { receiver: base, .. } = &at.kind {
            at = base;
        }
        if let ExprKind::Local(_) = &at.kind {
            let from = self.node(value);
            self.connect(from, Some(to));
        } else {
            self.leave(value, to);
        }
    }

    /// Where a name for a part of a place leads back to.
    fn back(&mut self, place: &Expr) -> Option<Back> {
        let mut at = place;
        while let ExprKind::Index { base, .. } | ExprKind::CallMethod { receiver: base, .. } = &at.kind {
            at = base;
        }
        let leaves = !matches!(at.kind, ExprKind::Local(_));
        Some(Back { place: self.place(place)?, leaves })
    }

    fn value_of(block: &Block) -> Option<&Expr> {
        block.value.as_deref()
    }

    fn literal(&mut self, written: &[(u32, Expr)], declared: &[Field], place: impl Fn(u32) -> Place) {
        for (index, value) in written {
            let to = self.graph.node(place(*index));
            self.leave(value, to);
        }
        self.defaults(declared, place);
    }

    fn defaults(&mut self, declared: &[Field], place: impl Fn(u32) -> Place) {
        for (index, field) in (0..).zip(declared) {
            if let Some(from) = field.default.and_then(|default| self.result(default)) {
                let to = self.graph.node(place(index));
                self.graph.edge(from, to);
            }
        }
    }

    fn service_fields(&mut self) {
        for (id, class) in self.program.classes.iter_enumerated() {
            if class.kind != ClassKind::Data {
                self.defaults(&class.fields, |index| Place::ClassField(id, index));
            }
        }
    }

    /// What stands in a place that is changed: its variable or field, with all its elements.
    fn place(&mut self, place: &Expr) -> Option<Node> {
        let mut at = place;
        loop {
            if let ExprKind::Local(local) = &at.kind {
                return self.local(*local);
            } else if let ExprKind::Field { base, .. } = &at.kind {
                let Ty::Class(_) = self.types.table.get(self.ty(base)) else {
                    if let ExprKind::SelfValue = &base.kind {
                        return self.own_field(at);
                    }
                    at = base;
                    continue;
                };
                return self.class_field(base, at);
            } else if let ExprKind::Index { base, .. } | ExprKind::CallMethod { receiver: base, .. } = &at.kind {
                at = base;
            } else {
                return self.node(at);
            }
        }
    }

    fn class_field(&mut self, base: &Expr, field: &Expr) -> Option<Node> {
        self.field_of(base, *self.types.fields.get(&field.id)?)
    }

    fn field_of(&mut self, base: &Expr, index: u32) -> Option<Node> {
        let ty = self.types.table.get(self.ty(base));
        if let Ty::Class(class) = ty {
            Some(self.graph.node(Place::ClassField(*class, index)))
        } else if let Ty::ErrorValue(error) = ty {
            Some(self.graph.node(Place::ErrorField(*error, index)))
        } else if let ExprKind::SelfValue = &base.kind {
            self.own_field_at(index)
        } else {
            self.node(base)
        }
    }

    /// `self.x` in a service.
    fn own_field(&mut self, field: &Expr) -> Option<Node> {
        self.own_field_at(*self.types.fields.get(&field.id)?)
    }

    fn own_field_at(&mut self, index: u32) -> Option<Node> {
        let class = self.program.class_of(self.function)?;
        Some(self.graph.node(Place::ClassField(class, index)))
    }

    /// Arguments come to parameters, the result to the call.
    fn call(&mut self, call: &Expr, function: FnId, args: &[Expr]) {
        for (param, arg) in self.program.fns[function].params.iter().zip(args) {
            if let Some(to) = self.local_of(self.program.outermost(function), *param) {
                self.leave(arg, to);
            }
            if let (Ty::Fn(..), Some(node)) = (self.types.table.get(self.ty(arg)), self.node(arg)) {
                self.graph.passed.push((call.id, *param, node, self.own_param(arg)));
            }
        }
        let (from, to) = (self.result(function), self.node(call));
        self.connect(from, to);
    }

    /// The parameter of the function at hand that an expression is, if it can never be anything else.
    fn own_param(&self, expr: &Expr) -> Option<LocalId> {
        let ExprKind::Local(local) = &expr.kind else { return None };
        let it = &self.program.fns[self.root];
        let fixed = it.locals.get(*local).is_some_and(|local| local.mutability == Mutability::Fixed);
        (fixed && it.params.contains(local)).then_some(*local)
    }

    /// Notes that the called value is a parameter.
    fn through(&mut self, call: &Expr, callee: &Expr) {
        if let Some(param) = self.own_param(callee) {
            self.graph.through.insert(call.id, param);
        }
    }

    fn call_value(&mut self, call: &Expr, callee: &Expr, args: &[Expr]) {
        let args = args.iter().map(|arg| self.node(arg)).collect();
        let result = self.graph.node(Place::Expr(call.id));
        self.through(call, callee);
        if let Some(callee) = self.node(callee) {
            self.graph.uses(callee, Use::Call { expr: call.id, args, result, span: call.span });
        }
    }

    fn call_method(&mut self, call: &Expr, receiver: &Expr, args: &[Expr]) {
        match self.types.methods.get(&call.id) {
            Some(Callee::Data(function) | Callee::Dep(function) | Callee::OwnService(function)) => {
                self.call(call, *function, args);
            }
            Some(Callee::Builtin(method)) => self.call_builtin(call, *method, receiver, args),
            Some(Callee::Field(index)) => {
                let args = args.iter().map(|arg| self.node(arg)).collect();
                let result = self.graph.node(Place::Expr(call.id));
                if let Some(callee) = self.field_of(receiver, *index) {
                    self.graph.uses(callee, Use::Call { expr: call.id, args, result, span: call.span });
                }
            }
            Some(Callee::Expect(_)) | None => {}
        }
    }

    fn call_builtin(&mut self, call: &Expr, method: Method, receiver: &Expr, args: &[Expr]) {
        let result = self.graph.node(Place::Expr(call.id));
        let receiver_node = self.node(receiver);
        match (method, args) {
            (
                Method::SenderSend
                | Method::SenderDeliver
                | Method::SenderTrySend
                | Method::PublisherPublish
                | Method::PublisherPublishAndWait,
                [value],
            ) => {
                if let (Some(sender), Some(value_node)) = (receiver_node, self.node(value)) {
                    self.graph.uses(sender, Use::Send { value: value_node, span: value.span });
                }
            }
            (
                Method::ReceiverRecv | Method::ReceiverTryRecv | Method::SubscriberRecv | Method::SubscriberTryRecv,
                _,
            ) => {
                if let Some(receiver) = receiver_node {
                    self.graph.uses(receiver, Use::Receive { result });
                }
            }
            (Method::TaskGet | Method::TaskOutcome, _) => {
                if let Some(task) = receiver_node {
                    self.graph.uses(task, Use::Await { expr: call.id, result });
                }
            }
            (method, [.., closure]) if method.calls_closure() => {
                self.with_closure(call, method, receiver, args, closure)
            }
            _ => {
                if method.row().changes == Changes::Yes
                    && let Some(place) = self.place(receiver)
                {
                    args.iter().for_each(|arg| self.store(arg, receiver, place));
                }
                let to = self.node(call);
                self.connect(receiver_node, to);
            }
        }
    }

    /// `xs.map(f)` and the like: elements come to the closure's parameters, its result to the method's.
    fn with_closure(&mut self, call: &Expr, method: Method, receiver: &Expr, args: &[Expr], closure: &Expr) {
        let element = self.node(receiver);
        let result = self.graph.node(Place::Expr(call.id));
        let mut params = vec![element; self.program_arity(closure)];
        if let (Method::ArrayFold, [start, _]) = (method, args) {
            let start = self.node(start);
            self.connect(start, Some(result));
            if let Some(first) = params.first_mut() {
                *first = Some(result);
            }
        }
        if let (Method::ArrayFilter, Some(element)) = (method, element) {
            self.graph.edge(element, result);
        }
        self.through(call, closure);
        if let Some(callee) = self.node(closure) {
            self.graph.uses(callee, Use::Call { expr: call.id, args: params, result, span: call.span });
        }
    }

    fn program_arity(&self, closure: &Expr) -> usize {
        if let Ty::Fn(params, _) = self.types.table.get(self.ty(closure)) { params.len() } else { 0 }
    }

    fn pattern_of(&mut self, pattern: &Pattern, value: &Expr) {
        let node = self.node(value);
        let back = if pattern.binds_place() { self.back(value) } else { None };
        self.bind(pattern, node, back);
    }

    /// What a loop or arm receives comes to its pattern.
    fn received(&mut self, pattern: &Pattern, receiver: &Expr) {
        let Some(receiver) = self.node(receiver) else { return };
        // A node of its own: the messages pass through it.
        let result = self.graph.add();
        self.graph.uses(receiver, Use::Receive { result });
        self.bind(pattern, Some(result), None);
    }

    fn cond(&mut self, cond: &Cond) {
        if let Cond::Let { pattern, value } = cond {
            self.pattern_of(pattern, value);
        }
    }

    fn is_end(&self, expr: &Expr) -> bool {
        matches!(self.types.table.get(self.ty(expr)), Ty::Holder(..))
    }

    fn dep_end(&self, index: u32) -> Option<Origin> {
        let class = self.program.class_of(self.function)?;
        match self.program.classes[class].deps.get(index as usize)?.target {
            DepTarget::End { channel, .. } => Some(Origin::Named(channel)),
            DepTarget::Service(_) => None,
        }
    }

    fn starts(&mut self, expr: &Expr, origin: Origin) {
        let node = self.graph.node(Place::Expr(expr.id));
        self.graph.origin(node, origin);
    }

    /// Expressions whose value is that of a part.
    fn passes_on(&mut self, expr: &Expr) {
        if let ExprKind::Array(items) | ExprKind::Tuple(items) = &expr.kind {
            self.join(items, expr);
        } else if let ExprKind::Coalesce { operands } = &expr.kind {
            self.join(operands, expr);
        } else if let ExprKind::Map(entries) = &expr.kind {
            self.join(entries.iter().flat_map(|(key, value)| [key, value]), expr);
        } else if let ExprKind::Index { base: inner, .. }
        | ExprKind::Try(inner)
        | ExprKind::Propagate(inner)
        | ExprKind::Forward(inner) = &expr.kind
        {
            self.join([&**inner], expr);
        } else if let ExprKind::Catch { call, clauses, .. } = &expr.kind {
            let handled = clauses.iter().filter_map(|clause| match &clause.kind {
                CatchKind::Value(value) => Some(value),
                CatchKind::Handler { body, .. } => Self::value_of(body),
            });
            self.join(std::iter::once(&**call).chain(handled), expr);
        } else if let ExprKind::If { arms, otherwise } = &expr.kind {
            arms.iter().for_each(|(cond, _)| self.cond(cond));
            let bodies = arms.iter().map(|(_, body)| body).chain(otherwise);
            self.join(bodies.filter_map(Self::value_of), expr);
        } else if let ExprKind::Match { scrutinee, arms } = &expr.kind {
            arms.iter().for_each(|arm| self.pattern_of(&arm.pattern, scrutinee));
            self.join(arms.iter().map(|arm| &arm.body), expr);
        } else if let ExprKind::Block(block) | ExprKind::Within { body: block, .. } = &expr.kind {
            self.join(Self::value_of(block), expr);
        } else if let ExprKind::Select { arms, after, default } = &expr.kind {
            for arm in arms {
                match &arm.kind {
                    SelectKind::Recv { pattern, receiver } => self.received(pattern, receiver),
                    SelectKind::Send { sender, value } => {
                        if let (Some(sender), Some(node)) = (self.node(sender), self.node(value)) {
                            self.graph.uses(sender, Use::Send { value: node, span: value.span });
                        }
                    }
                }
            }
            let bodies = arms.iter().map(|arm| &arm.body).chain(after.iter().map(|(_, body)| body)).chain(default);
            self.join(bodies.filter_map(Self::value_of), expr);
        }
    }

    /// Expressions from which values come, or that take them elsewhere.
    fn moves(&mut self, expr: &Expr) {
        let program = self.program;
        if let ExprKind::Local(local) = &expr.kind {
            let (from, to) = (self.local(*local), self.node(expr));
            self.connect(from, to);
        } else if let ExprKind::Closure(function) | ExprKind::FnValue(function) = &expr.kind {
            self.starts(expr, Origin::Function(*function));
        } else if let ExprKind::Spawn(function) = &expr.kind {
            self.starts(expr, Origin::Task(*function));
        } else if let ExprKind::Chan { .. } = &expr.kind {
            self.starts(expr, Origin::Chan(expr.id));
        } else if let ExprKind::DepEnd(index) = &expr.kind {
            if let Some(origin) = self.dep_end(*index) {
                self.starts(expr, origin);
            }
        } else if let ExprKind::ClassLit { class, fields } = &expr.kind {
            self.literal(fields, &program.classes[*class].fields, |index| Place::ClassField(*class, index));
        } else if let ExprKind::VariantLit { enumeration, variant, fields } = &expr.kind {
            let declared = program.enums[*enumeration].variants.get(*variant as usize);
            let declared = declared.map_or(&[][..], |variant| &variant.fields);
            self.literal(fields, declared, |index| Place::VariantField(*enumeration, *variant, index));
        } else if let ExprKind::ErrorLit { error, fields } = &expr.kind {
            self.literal(fields, &program.errors[*error].fields, |index| Place::ErrorField(*error, index));
        } else if let ExprKind::Field { base, .. } = &expr.kind {
            let (from, to) = (self.class_field(base, expr), self.node(expr));
            self.connect(from, to);
        } else if let ExprKind::Const(function) = &expr.kind {
            let (from, to) = (self.result(*function), self.node(expr));
            self.connect(from, to);
        } else if let ExprKind::CallFn { function, args } = &expr.kind {
            self.call(expr, *function, args);
        } else if let ExprKind::CallValue { callee, args } = &expr.kind {
            self.call_value(expr, callee, args);
        } else if let ExprKind::CallMethod { receiver, args, .. } = &expr.kind {
            self.call_method(expr, receiver, args);
        } else if let ExprKind::Return(Some(value)) = &expr.kind {
            if let Some(to) = self.result(self.function) {
                self.leave(value, to);
            }
        } else {
            self.passes_on(expr);
        }
    }
}

impl Visitor for Collector<'_> {
    fn expr(&mut self, expr: &Expr) {
        walk_expr(self, expr);
        self.moves(expr);
    }

    fn stmt(&mut self, stmt: &Stmt) {
        walk_stmt(self, stmt);
        match &stmt.kind {
            StmtKind::Let { pattern, ty: _, value } => self.pattern_of(pattern, value),
            StmtKind::Assign { place, value } => {
                if let Some(to) = self.place(place) {
                    self.store(value, place, to);
                }
            }
            StmtKind::For { id: _, pattern, iter: Iter::Value(value), body: _ } => {
                if self.is_end(value) {
                    self.received(pattern, value);
                } else {
                    self.pattern_of(pattern, value);
                }
            }
            StmtKind::While { id: _, cond, body: _ } => self.cond(cond),
            StmtKind::AssignOp { .. } | StmtKind::Expr(_) | StmtKind::For { .. } => {}
        }
    }
}
