//! Error sets as a least fixed point over functions in processes. In: the sites of all bodies and a view. Out: for each function
//! in each process the errors that it raises, each with the first cause found: causes never lead in circles.

use super::contexts::Contexts;
use super::sites::{Body, Clause, Handling, Site, SiteKind, Target};
use super::view::{ANY, Crosses, Node, View};
use crate::analyze::components;
use crate::facts::{CallHow, Facts};
use crate::hir::{BuiltinError, CatchRest, Program};
use crate::ids::{ClassId, ErrorId, ExprId, FnId, Id, IndexVec, ProcessId};
use pluto_syntax::span::Span;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Errors with their causes.
pub(crate) type Causes = BTreeMap<ErrorId, Cause>;

/// Why a function raises an error.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cause {
    /// A `raise` (or a built-in that raises). In a handler: with what made the handler run, if that was a call.
    Raised { span: Span, trigger: Option<Step> },
    /// A call.
    Step(Step),
}

/// A call from which an error comes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// The callee raises it.
    Called { span: Span, callee: Node, error: ErrorId },
    /// The boundary adds it.
    Crossed { span: Span, caller: Node, callee: Node, service: ClassId },
}

/// What a call can raise and what is left of it.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// All that the call can raise.
    pub(crate) set: Causes,
    /// What no handler takes.
    pub(crate) left: Causes,
}

/// The sets under one view.
pub(crate) struct Solution<'a> {
    view: View<'a>,
    bodies: &'a IndexVec<FnId, Body>,
    facts: &'a Facts,
    contexts: Contexts<'a>,
    errors: BTreeMap<Node, Causes>,
    error_count: usize,
}

impl<'a> Solution<'a> {
    /// Finds the least sets.
    pub(crate) fn solve(
        program: &'a Program,
        facts: &'a Facts,
        bodies: &'a IndexVec<FnId, Body>,
        view: View<'a>,
    ) -> Solution<'a> {
        let error_count = program.errors.len();
        let mut solution = Solution {
            view,
            bodies,
            facts,
            contexts: Contexts::new(program, facts),
            errors: BTreeMap::new(),
            error_count,
        };
        let nodes = solution.callees_first(solution.nodes(program));
        solution.errors = nodes.iter().map(|node| (*node, Causes::new())).collect();
        let rank: BTreeMap<Node, usize> = nodes.iter().enumerate().map(|(rank, node)| (*node, rank)).collect();
        let users = solution.users();
        // Always the one that is furthest from `main`: without recursion each function is looked at once.
        let mut waiting: BTreeSet<usize> = (0..nodes.len()).collect();
        while let Some(next) = waiting.pop_first() {
            if solution.update(nodes[next]) {
                let again = users.get(&nodes[next]).into_iter().flatten();
                waiting.extend(again.filter_map(|user| rank.get(user)));
            }
        }
        solution
    }

    /// All functions in the processes where they run; what runs nowhere counts for the main process.
    pub(crate) fn keys(&self) -> impl Iterator<Item = Node> {
        self.errors.keys().copied()
    }

    /// What a function in a process raises.
    pub(crate) fn raised(&self, node: Node) -> Option<&Causes> {
        self.errors.get(&node)
    }

    /// Only the sets, of all contexts together.
    pub(crate) fn error_sets(&self) -> BTreeMap<(ProcessId, FnId), BTreeSet<ErrorId>> {
        let mut sets: BTreeMap<_, BTreeSet<ErrorId>> = BTreeMap::new();
        for ((process, function, _), causes) in &self.errors {
            sets.entry((*process, *function)).or_default().extend(causes.keys());
        }
        sets
    }

    /// The program functions that a function calls, in the processes where they run.
    fn callees(&self, caller: Node) -> impl Iterator<Item = Node> {
        let positions = self.facts.calls_of.get(&caller.1).map_or(&[][..], Vec::as_slice);
        let calls = positions.iter().map(|at| &self.facts.calls[*at]);
        calls.filter(move |call| self.contexts.happens(caller, call)).map(move |call| {
            let (to, _) = self.view.route(caller.0, call.service);
            (to, call.callee, self.contexts.callee(caller, call.expr, call.callee, call.how))
        })
    }

    /// Every function under this view: what the services and `main` reach, then the rest in the main process.
    fn nodes(&self, program: &Program) -> Vec<Node> {
        let main = self.view.main_process();
        let mut roots: Vec<Node> = vec![];
        if let View::Placed(placement) = self.view {
            roots.extend(program.main.map(|function| (main, function, ANY)));
            for (process, it) in placement.processes.iter_enumerated() {
                for class in it.services.iter().map(|class| &program.classes[*class]) {
                    let defaults = class.fields.iter().filter_map(|field| field.default);
                    roots
                        .extend(class.methods.iter().copied().chain(defaults).map(|function| (process, function, ANY)));
                }
            }
        }
        let mut seen = BTreeSet::new();
        let mut nodes = vec![];
        self.reach(roots, &mut seen, &mut nodes);
        let running: BTreeSet<FnId> = nodes.iter().map(|(_, function, _)| *function).collect();
        let rest = program.fns.ids().filter(|function| !running.contains(function));
        self.reach(rest.map(|function| (main, function, ANY)).collect(), &mut seen, &mut nodes);
        nodes
    }

    /// The same nodes, callees before their callers where there is no recursion.
    fn callees_first(&self, nodes: Vec<Node>) -> Vec<Node> {
        let index: BTreeMap<Node, usize> = nodes.iter().enumerate().map(|(at, node)| (*node, at)).collect();
        let callees = |node: &Node| {
            let unique: BTreeSet<usize> =
                self.callees(*node).filter_map(|callee| index.get(&callee).copied()).collect();
            unique.into_iter().collect()
        };
        let edges: Vec<Vec<usize>> = nodes.iter().map(callees).collect();
        components(&edges).into_iter().flatten().map(|at| nodes[at]).collect()
    }

    fn reach(&self, roots: Vec<Node>, seen: &mut BTreeSet<Node>, nodes: &mut Vec<Node>) {
        let mut queue = VecDeque::from(roots);
        while let Some(node) = queue.pop_front() {
            if seen.insert(node) {
                nodes.push(node);
                queue.extend(self.callees(node).filter(|callee| !seen.contains(callee)));
                // Messages are about a function in all its calls.
                queue.push_back((node.0, node.1, ANY));
            }
        }
    }

    /// Whose errors depend on whose: callers on callees, and who waits for a task on its body.
    fn users(&self) -> BTreeMap<Node, BTreeSet<Node>> {
        let mut users: BTreeMap<Node, BTreeSet<Node>> = BTreeMap::new();
        for node in self.keys() {
            let bodies = self.awaited(node);
            for callee in self.callees(node).chain(bodies) {
                users.entry(callee).or_default().insert(node);
            }
        }
        users
    }

    /// The bodies of the tasks that a function waits for.
    fn awaited(&self, node: Node) -> impl Iterator<Item = Node> {
        let sites = self.bodies[node.1].sites.iter();
        let awaits = sites.filter_map(|site| match &site.kind {
            SiteKind::Call { target: Target::Task(expr), .. } => Some(*expr),
            SiteKind::Call { .. } | SiteKind::Raise(_) | SiteKind::Reraise(_) => None,
        });
        awaits.flat_map(move |expr| self.bodies_of(node, expr, self.facts.awaited.get(&expr), CallHow::Spawned))
    }

    /// Functions in the process and context in which an expression of that node calls or awaits them.
    fn bodies_of<'b>(
        &'b self,
        node: Node,
        expr: ExprId,
        bodies: Option<&'b BTreeSet<FnId>>,
        how: CallHow,
    ) -> impl Iterator<Item = Node> + 'b {
        let bodies = bodies.into_iter().flatten();
        bodies.map(move |body| (node.0, *body, self.contexts.callee(node, expr, *body, how)))
    }

    /// Evaluates a function again; true if it raises more than was known.
    fn update(&mut self, node: Node) -> bool {
        let raised = self.evaluate(node).0;
        let known = self.errors.entry(node).or_default();
        let before = known.len();
        for (error, cause) in raised {
            known.entry(error).or_insert(cause);
        }
        known.len() > before
    }

    /// What a function raises with the sets found so far, and the outcome of each call site that can be reached.
    pub(crate) fn evaluate(&self, node: Node) -> (Causes, Vec<Option<Outcome>>) {
        let body = &self.bodies[node.1];
        let mut walk = Walk {
            solution: self,
            node,
            caught: vec![Causes::new(); body.handlers],
            regions: vec![Causes::new(); body.regions],
            raised: Causes::new(),
            region: None,
        };
        let mut outcomes = vec![];
        let mut any: Option<&Site> = None;
        for site in &body.sites {
            let reached = site.within.is_none_or(|handler| !walk.caught[handler].is_empty());
            walk.region = site.region;
            outcomes.push(if reached { walk.site(site) } else { None });
            if reached && matches!(site.kind, SiteKind::Reraise(None)) {
                any = any.or(Some(site));
            }
        }
        if let Some(site) = any {
            // Past all handlers: the value may have come from any of them.
            walk.region = None;
            walk.reraise_any(site.span);
        }
        (walk.raised, outcomes)
    }

    fn call_set(&self, node: Node, span: Span, target: Target) -> Causes {
        match target {
            Target::Never => Causes::new(),
            Target::Raises(error) => raised_here(error, span),
            // The walk knows its regions.
            Target::Region(_) => Causes::new(),
            Target::Values(expr) => {
                let called = self.contexts.called(node, expr);
                self.bodies_set(span, self.bodies_of(node, expr, Some(&called), CallHow::Value))
            }
            Target::Task(expr) => {
                let awaited = self.facts.awaited.get(&expr);
                let mut set = self.bodies_set(span, self.bodies_of(node, expr, awaited, CallHow::Spawned));
                set.extend(raised_here(BuiltinError::TaskCancelled, span));
                set
            }
            Target::Function { callee, service, call } => {
                let (to, crosses) = self.view.route(node.0, service);
                let callee = (to, callee, self.contexts.callee(node, call, callee, CallHow::Direct));
                let mut set = Causes::new();
                for error in self.errors.get(&callee).into_iter().flatten().map(|(error, _)| *error) {
                    set.insert(error, Cause::Step(Step::Called { span, callee, error }));
                }
                if let (Crosses::Yes, Some(service)) = (crosses, service) {
                    let cause = Cause::Step(Step::Crossed { span, caller: node, callee, service });
                    set.extend(BuiltinError::BOUNDARY.map(|error| (error.id(), cause)));
                }
                set
            }
        }
    }

    /// What any of these can raise.
    fn bodies_set(&self, span: Span, bodies: impl Iterator<Item = Node>) -> Causes {
        let mut set = Causes::new();
        for callee in bodies {
            for error in self.errors.get(&callee).into_iter().flatten().map(|(error, _)| *error) {
                set.entry(error).or_insert(Cause::Step(Step::Called { span, callee, error }));
            }
        }
        set
    }

    /// The process with `main` under this view.
    pub(crate) fn main_process(&self) -> ProcessId {
        self.view.main_process()
    }
}

/// The evaluation of one function.
struct Walk<'a> {
    solution: &'a Solution<'a>,
    node: Node,
    /// What each handler has caught.
    caught: Vec<Causes>,
    /// What was handed on in each region.
    regions: Vec<Causes>,
    raised: Causes,
    /// The region of the site at hand.
    region: Option<usize>,
}

impl Walk<'_> {
    fn site(&mut self, site: &Site) -> Option<Outcome> {
        match &site.kind {
            SiteKind::Raise(error) => {
                let trigger = site.within.and_then(|handler| first_step(&self.caught[handler]));
                self.hand_on(&Causes::from([(*error, Cause::Raised { span: site.span, trigger })]));
                None
            }
            SiteKind::Reraise(Some(handler)) => {
                let caught = self.caught[*handler].clone();
                self.hand_on(&caught);
                None
            }
            SiteKind::Reraise(None) => None,
            SiteKind::Call { target, handling } => {
                let set = match target {
                    Target::Region(region) => {
                        let mut set = std::mem::take(&mut self.regions[*region]);
                        for (error, cause) in raised_here(BuiltinError::Timeout, site.span) {
                            set.entry(error).or_insert(cause);
                        }
                        set
                    }
                    Target::Function { .. }
                    | Target::Raises(_)
                    | Target::Values(_)
                    | Target::Task(_)
                    | Target::Never => self.solution.call_set(self.node, site.span, *target),
                };
                Some(self.handle(set, handling))
            }
        }
    }

    fn handle(&mut self, set: Causes, handling: &Handling) -> Outcome {
        let left = match handling {
            Handling::Plain | Handling::Propagate | Handling::Forward => set.clone(),
            Handling::Catch { clauses, rest: _ } => self.catch(set.clone(), clauses),
        };
        let hands_on = match handling {
            Handling::Plain
            | Handling::Propagate
            | Handling::Forward
            | Handling::Catch { clauses: _, rest: CatchRest::Propagate } => true,
            Handling::Catch { clauses: _, rest: CatchRest::Covered } => false,
        };
        if hands_on {
            self.hand_on(&left);
        }
        Outcome { set, left }
    }

    fn catch(&mut self, mut left: Causes, clauses: &[Clause]) -> Causes {
        for clause in clauses {
            let taken = match &clause.errors {
                None => std::mem::take(&mut left),
                Some(errors) => errors.iter().filter_map(|(error, _)| left.remove_entry(error)).collect(),
            };
            self.caught[clause.handler] = taken;
        }
        left
    }

    fn hand_on(&mut self, causes: &Causes) {
        let to = match self.region {
            Some(region) => &mut self.regions[region],
            None => &mut self.raised,
        };
        for (error, cause) in causes {
            to.entry(*error).or_insert(*cause);
        }
    }

    /// `raise` of an error value whose handler is not known: any of the function's; without one, any error at all.
    fn reraise_any(&mut self, span: Span) {
        let caught = std::mem::take(&mut self.caught);
        if caught.is_empty() {
            let all = (0..self.solution.error_count).map(ErrorId::from_index);
            self.hand_on(&all.map(|error| (error, Cause::Raised { span, trigger: None })).collect());
        }
        for causes in &caught {
            self.hand_on(causes);
        }
    }
}

fn raised_here(error: BuiltinError, span: Span) -> Causes {
    Causes::from([(error.id(), Cause::Raised { span, trigger: None })])
}

/// The call behind the first error that a handler caught.
fn first_step(caught: &Causes) -> Option<Step> {
    caught.values().next().and_then(|cause| match cause {
        Cause::Step(step) => Some(*step),
        Cause::Raised { .. } => None,
    })
}
