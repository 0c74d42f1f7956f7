//! Functions on cycles of the call graph (Tarjan's components, with a stack of our own). They check the stack at entry.

use crate::facts::Call;
use crate::hir::Program;
use crate::ids::{FnId, Id};
use std::collections::{BTreeMap, BTreeSet};

/// Every function that can come to call itself.
pub(super) fn recursive(program: &Program, calls: &[Call], calls_of: &BTreeMap<FnId, Vec<usize>>) -> BTreeSet<FnId> {
    let callees = |function: FnId| -> Vec<usize> {
        let positions = calls_of.get(&function).map_or(&[][..], Vec::as_slice);
        let unique: BTreeSet<usize> = positions.iter().map(|at| calls[*at].callee.index()).collect();
        unique.into_iter().collect()
    };
    let edges: Vec<Vec<usize>> = program.fns.ids().map(callees).collect();
    let mut found = BTreeSet::new();
    for component in components(&edges) {
        let alone = component.len() == 1;
        if !alone || edges[component[0]].contains(&component[0]) {
            found.extend(component.into_iter().map(FnId::from_index));
        }
    }
    found
}

const UNSEEN: usize = usize::MAX;

struct Tarjan<'a> {
    edges: &'a [Vec<usize>],
    /// When a node was met; `UNSEEN` before.
    number: Vec<usize>,
    /// The earliest number known to be reachable.
    low: Vec<usize>,
    on_stack: Vec<bool>,
    stack: Vec<usize>,
    met: usize,
    components: Vec<Vec<usize>>,
}

/// The strongly connected components of a graph given as successors, callees first.
pub(crate) fn components(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let count = edges.len();
    let mut tarjan = Tarjan {
        edges,
        number: vec![UNSEEN; count],
        low: vec![0; count],
        on_stack: vec![false; count],
        stack: vec![],
        met: 0,
        components: vec![],
    };
    for root in 0..count {
        if tarjan.number[root] == UNSEEN {
            tarjan.explore(root);
        }
    }
    tarjan.components
}

impl Tarjan<'_> {
    /// Depth first from `root`; the explicit path holds a node with the position of its next successor.
    fn explore(&mut self, root: usize) {
        let mut path = vec![(root, 0)];
        self.enter(root);
        while let Some((node, next)) = path.last_mut() {
            let node = *node;
            if let Some(successor) = self.edges[node].get(*next).copied() {
                *next += 1;
                if self.number[successor] == UNSEEN {
                    self.enter(successor);
                    path.push((successor, 0));
                } else if self.on_stack[successor] {
                    self.low[node] = self.low[node].min(self.number[successor]);
                }
                continue;
            }
            path.pop();
            if let Some((parent, _)) = path.last() {
                self.low[*parent] = self.low[*parent].min(self.low[node]);
            }
            self.leave(node);
        }
    }

    fn enter(&mut self, node: usize) {
        self.number[node] = self.met;
        self.low[node] = self.met;
        self.met += 1;
        self.stack.push(node);
        self.on_stack[node] = true;
    }

    fn leave(&mut self, node: usize) {
        if self.low[node] != self.number[node] {
            return;
        }
        let mut component = vec![];
        while let Some(member) = self.stack.pop() {
            self.on_stack[member] = false;
            component.push(member);
            if member == node {
                break;
            }
        }
        component.sort_unstable();
        self.components.push(component);
    }
}
