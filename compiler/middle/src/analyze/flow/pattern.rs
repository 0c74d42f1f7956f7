//! Patterns: what a matched value gives to the variables. In: a pattern and the node of the value, if it has one. Out: edges.

use super::collect::Collector;
use super::{Node, Place};
use crate::hir::{Pattern, PatternKind};

impl Collector<'_> {
    /// Connects a value to the variables of a pattern.
    pub(super) fn bind(&mut self, pattern: &Pattern, value: Option<Node>) {
        match &pattern.kind {
            PatternKind::Bind(local) => {
                let variable = self.local(*local);
                if let (Some(from), Some(to)) = (value, variable) {
                    self.graph.edge(from, to);
                }
            }
            PatternKind::Class { class, fields } => {
                for (index, part) in fields {
                    let node = self.graph.node(Place::ClassField(*class, *index));
                    self.bind(part, Some(node));
                }
            }
            PatternKind::Variant { enumeration, variant, fields } => {
                for (index, part) in fields {
                    let node = self.graph.node(Place::VariantField(*enumeration, *variant, *index));
                    self.bind(part, Some(node));
                }
            }
            PatternKind::ErrorValue { error, fields } => {
                for (index, part) in fields {
                    let node = self.graph.node(Place::ErrorField(*error, *index));
                    self.bind(part, Some(node));
                }
            }
            PatternKind::Tuple(parts) | PatternKind::Or(parts) => {
                for part in parts {
                    self.bind(part, value);
                }
            }
            PatternKind::Some(inner) => self.bind(inner, value),
            PatternKind::Wild | PatternKind::Literal(_) | PatternKind::Range { .. } | PatternKind::None => {}
        }
    }
}
