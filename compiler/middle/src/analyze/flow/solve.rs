//! The least sets of origins. In: the graph. Out: what is called and waited for, and what leaves its service.

use super::{Flows, Graph, Node, Origin, Place, Use};
use crate::facts::Passed;
use crate::hir::{ClassKind, FnKind, Program};
use crate::ids::{ExprId, FnId};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn solve(program: &Program, graph: Graph) -> Flows {
    let mut solver = Solver { program, graph, flows: Flows::default(), exits: vec![] };
    let mut waiting: BTreeSet<Node> = (0..solver.graph.origins.len()).collect();
    while let Some(node) = waiting.pop_first() {
        for used in solver.graph.uses[node].clone() {
            solver.apply(node, &used, &mut waiting);
        }
        let origins = solver.graph.origins[node].clone();
        for to in solver.graph.edges[node].clone() {
            solver.add(to, &origins, &mut waiting);
        }
    }
    solver.flows.escapes = solver.escapes();
    solver.flows.passed = solver.passed();
    solver.flows.through = std::mem::take(&mut solver.graph.through);
    solver.flows
}

struct Solver<'a> {
    program: &'a Program,
    graph: Graph,
    flows: Flows,
    /// Exits that were found while solving.
    exits: Vec<super::Exit>,
}

impl Solver<'_> {
    fn add(&mut self, to: Node, origins: &BTreeSet<Origin>, waiting: &mut BTreeSet<Node>) {
        let before = self.graph.origins[to].len();
        self.graph.origins[to].extend(origins);
        if self.graph.origins[to].len() > before {
            waiting.insert(to);
        }
    }

    /// A new edge, whose set flows at once.
    fn connect(&mut self, from: Node, to: Node, waiting: &mut BTreeSet<Node>) {
        self.graph.edge(from, to);
        let origins = self.graph.origins[from].clone();
        self.add(to, &origins, waiting);
    }

    fn node(&mut self, place: Place, waiting: &mut BTreeSet<Node>) -> Node {
        let known = self.graph.origins.len();
        let node = self.graph.node(place);
        if node == known {
            waiting.insert(node);
        }
        node
    }

    fn apply(&mut self, node: Node, used: &Use, waiting: &mut BTreeSet<Node>) {
        let origins = self.graph.origins[node].clone();
        for origin in origins {
            match (used, origin) {
                (Use::Call { expr, args, result, span }, Origin::Function(function))
                    if self.takes(function, args.len()) =>
                {
                    self.flows.called.entry(*expr).or_default().insert(function);
                    self.call(function, args, *result, *span, waiting);
                }
                (Use::Await { expr, result }, Origin::Task(body)) => {
                    self.flows.awaited.entry(*expr).or_default().insert(body);
                    let from = self.node(Place::Result(body), waiting);
                    self.connect(from, *result, waiting);
                }
                (Use::Send { value, span }, Origin::Chan(_) | Origin::Named(_)) => {
                    let to = self.node(Place::Messages(origin), waiting);
                    self.exits.push(super::Exit { from: *value, span: *span });
                    self.connect(*value, to, waiting);
                }
                (Use::Receive { result }, Origin::Chan(_) | Origin::Named(_)) => {
                    let from = self.node(Place::Messages(origin), waiting);
                    self.connect(from, *result, waiting);
                }
                (
                    Use::Call { .. } | Use::Await { .. } | Use::Send { .. } | Use::Receive { .. },
                    Origin::Function(_) | Origin::Task(_) | Origin::Chan(_) | Origin::Named(_),
                ) => {}
            }
        }
    }

    /// Nodes hold functions of several types: only those with as many parameters can be meant.
    fn takes(&self, function: FnId, args: usize) -> bool {
        self.program.fns[function].params.len() == args
    }

    fn call(
        &mut self,
        function: FnId,
        args: &[Option<Node>],
        result: Node,
        span: pluto_syntax::span::Span,
        waiting: &mut BTreeSet<Node>,
    ) {
        let outer = self.program.outermost(function);
        for (param, arg) in self.program.fns[function].params.clone().into_iter().zip(args) {
            if let Some(from) = *arg {
                let to = self.node(Place::Local(outer, param), waiting);
                self.connect(from, to, waiting);
                self.exits.push(super::Exit { from, span });
            }
        }
        let from = self.node(Place::Result(function), waiting);
        self.connect(from, result, waiting);
    }

    fn passed(&self) -> BTreeMap<ExprId, Vec<Passed>> {
        let mut passed: BTreeMap<ExprId, Vec<Passed>> = BTreeMap::new();
        for (call, param, arg, from) in &self.graph.passed {
            let function = |origin: &Origin| match origin {
                Origin::Function(function) => Some(*function),
                Origin::Task(_) | Origin::Chan(_) | Origin::Named(_) => None,
            };
            let functions = self.graph.origins[*arg].iter().filter_map(function).collect();
            passed.entry(*call).or_default().push(Passed { param: *param, functions, from: *from });
        }
        passed
    }

    /// The closures that use their service and leave the method in which they stand.
    fn escapes(&self) -> Vec<(pluto_syntax::span::Span, FnId)> {
        let bound = self.bound_to_services();
        let mut found = BTreeMap::new();
        for exit in self.graph.exits.iter().chain(&self.exits) {
            for origin in &self.graph.origins[exit.from] {
                if let Origin::Function(function) = origin
                    && bound.contains(function)
                {
                    found.entry((exit.span.file, exit.span.start, exit.span.end)).or_insert((exit.span, *function));
                }
            }
        }
        found.into_values().collect()
    }

    /// Closures that use a service's `self`, themselves or through closures that they captured.
    fn bound_to_services(&self) -> BTreeSet<FnId> {
        let uses_service = |function: FnId| {
            let it = &self.program.fns[function];
            let class = self.program.class_of(function).map(|class| self.program.classes[class].kind);
            matches!(it.kind, FnKind::Closure(_))
                && it.uses_self.is_some()
                && class.is_some_and(|kind| kind != ClassKind::Data)
        };
        let mut bound: BTreeSet<FnId> = self.program.fns.ids().filter(|function| uses_service(*function)).collect();
        loop {
            let before = bound.len();
            for (function, captured) in &self.graph.captured {
                let holds = |origin: &Origin| matches!(origin, Origin::Function(inner) if bound.contains(inner));
                if matches!(self.program.fns[*function].kind, FnKind::Closure(_))
                    && self.graph.origins[*captured].iter().any(holds)
                {
                    bound.insert(*function);
                }
            }
            if bound.len() == before {
                return bound;
            }
        }
    }
}
