//! Patterns: what a matched value gives to the variables. In: a pattern and the node of the value, if it has one. Out: edges. What is
//! assigned to a name for a place comes to the place.

use super::collect::Collector;
use super::{Exit, Node, Place};
use crate::hir::{Pattern, PatternKind};

/// Where what is assigned to a name for a place goes.
#[derive(Clone, Copy)]
pub(super) struct Back {
    pub(super) place: Node,
    /// Is that more than a variable of the function?
    pub(super) leaves: bool,
}

impl Collector<'_> {
    /// Connects a value to the variables of a pattern. `back`: the place in which it lies, if it lies in one.
    pub(super) fn bind(&mut self, pattern: &Pattern, value: Option<Node>, back: Option<Back>) {
        match &pattern.kind {
            PatternKind::Bind(local) => {
                let variable = self.local(*local);
                self.connect(value, variable);
            }
            PatternKind::Place(local) => {
                let variable = self.local(*local);
                self.connect(value, variable);
                let (Some(variable), Some(back)) = (variable, back) else { return };
                self.graph.edge(variable, back.place);
                if back.leaves {
                    self.graph.exits.push(Exit { from: variable, span: pattern.span });
                }
            }
            PatternKind::Class { class, fields } => {
                for (index, part) in fields {
                    let node = self.graph.node(Place::ClassField(*class, *index));
                    self.bind(part, Some(node), Some(Back { place: node, leaves: true }));
                }
            }
            PatternKind::Variant { enumeration, variant, fields } => {
                for (index, part) in fields {
                    let node = self.graph.node(Place::VariantField(*enumeration, *variant, *index));
                    self.bind(part, Some(node), Some(Back { place: node, leaves: true }));
                }
            }
            PatternKind::ErrorValue { error, fields } => {
                for (index, part) in fields {
                    let node = self.graph.node(Place::ErrorField(*error, *index));
                    self.bind(part, Some(node), Some(Back { place: node, leaves: true }));
                }
            }
            PatternKind::Tuple(parts) | PatternKind::Or(parts) => {
                for part in parts {
                    self.bind(part, value, back);
                }
            }
            PatternKind::Some(inner) => self.bind(inner, value, back),
            PatternKind::Wild | PatternKind::Literal(_) | PatternKind::Range { .. } | PatternKind::None => {}
        }
    }
}
