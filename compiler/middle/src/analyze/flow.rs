//! Where function values, tasks and channel ends can come from. In: HIR with types. Out: [`Flows`]: what can be called where a
//! value is called, which tasks can be waited for where one is waited for, and which closures leave their service.
//!
//! The method is Andersen's (*Program Analysis and Specialization for the C Programming Language*, 1994): every variable, field,
//! result and expression of such a type is a node with a set of origins; assignments are edges along which the sets grow. A data
//! structure is one node with its elements, a field one node for all objects of its class. What a call of a value connects is
//! known only when its callees are, so such [`Use`]s are looked at again whenever their set grows.

mod collect;
mod pattern;
mod solve;

use crate::facts::Passed;
use crate::hir::Program;
use crate::ids::{ChannelId, ClassId, EnumId, ErrorId, ExprId, FnId, LocalId, TyId};
use crate::types::Types;
use pluto_syntax::span::Span;
use std::collections::{BTreeMap, BTreeSet};

/// What `flow` found.
#[derive(Clone, Debug, Default)]
pub(super) struct Flows {
    /// By a call of a value, or of a method with a closure: what it can call.
    pub(super) called: BTreeMap<ExprId, BTreeSet<FnId>>,
    /// By a call of `get` or `outcome`: the bodies of the tasks that it can wait for.
    pub(super) awaited: BTreeMap<ExprId, BTreeSet<FnId>>,
    /// See `Facts::through`.
    pub(super) through: BTreeMap<ExprId, LocalId>,
    /// See `Facts::passed`.
    pub(super) passed: BTreeMap<ExprId, Vec<Passed>>,
    /// Closures that use their service and leave it: where, and the closure.
    pub(super) escapes: Vec<(Span, FnId)>,
}

/// Finds it.
pub(super) fn flows(program: &Program, types: &Types) -> Flows {
    let graph = collect::collect(program, types);
    solve::solve(program, graph)
}

/// Where a value comes from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Origin {
    /// A closure's body, or a function.
    Function(FnId),
    /// The body of a task.
    Task(FnId),
    /// The `chan` expression that made a channel.
    Chan(ExprId),
    /// A named channel or topic.
    Named(ChannelId),
}

/// What has a set of origins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Place {
    Expr(ExprId),
    /// A variable; the function is the outermost one.
    Local(FnId, LocalId),
    Result(FnId),
    ClassField(ClassId, u32),
    VariantField(EnumId, u32, u32),
    ErrorField(ErrorId, u32),
    /// The messages of the channels with this origin.
    Messages(Origin),
}

/// A node of the graph.
type Node = usize;

/// Something that connects nodes depending on a node's set.
#[derive(Clone, Debug)]
enum Use {
    /// The functions in the set are called with these arguments; their results come to the other node.
    Call { expr: ExprId, args: Vec<Option<Node>>, result: Node, span: Span },
    /// The value is sent to the channels in the set.
    Send { value: Node, span: Span },
    /// Messages of the channels come to the other node.
    Receive { result: Node },
    /// The tasks in the set are waited for; their results come to the other node.
    Await { expr: ExprId, result: Node },
}

/// An edge on which a value leaves the function where it is: to a parameter, a result, a field, a task.
#[derive(Clone, Copy, Debug)]
struct Exit {
    from: Node,
    span: Span,
}

/// The graph, before it is solved.
#[derive(Debug, Default)]
struct Graph {
    nodes: BTreeMap<Place, Node>,
    /// By node.
    origins: Vec<BTreeSet<Origin>>,
    /// By node: where its set goes.
    edges: Vec<Vec<Node>>,
    /// By node.
    uses: Vec<Vec<Use>>,
    exits: Vec<Exit>,
    /// See `Facts::through`.
    through: BTreeMap<ExprId, LocalId>,
    /// By call: the callee's parameter, the argument, and the caller's parameter that it is, if so.
    passed: Vec<(ExprId, LocalId, Node, Option<LocalId>)>,
    /// Variables that closures and tasks have captured.
    captured: Vec<(FnId, Node)>,
}

impl Graph {
    fn node(&mut self, place: Place) -> Node {
        if let Some(node) = self.nodes.get(&place) {
            return *node;
        }
        let node = self.add();
        self.nodes.insert(place, node);
        node
    }

    fn add(&mut self) -> Node {
        self.origins.push(BTreeSet::new());
        self.edges.push(vec![]);
        self.uses.push(vec![]);
        self.origins.len() - 1
    }

    fn edge(&mut self, from: Node, to: Node) {
        if from != to && !self.edges[from].contains(&to) {
            self.edges[from].push(to);
        }
    }

    fn origin(&mut self, node: Node, origin: Origin) {
        self.origins[node].insert(origin);
    }

    fn uses(&mut self, node: Node, used: Use) {
        self.uses[node].push(used);
    }
}

/// Can a value of this type hold a function, a task or an end, outside of the fields of classes, enums and errors?
fn holds(types: &Types, ty: TyId) -> bool {
    use crate::ty::Ty;
    let ty = types.table.get(ty);
    matches!(ty, Ty::Fn(..) | Ty::Holder(..)) || ty.parts().into_iter().any(|part| holds(types, part))
}
