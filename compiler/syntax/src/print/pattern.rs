//! Prints patterns. In: their nodes. Out: text in the [`Printer`].

use super::{Printer, quoted};
use crate::ast::{Ident, Literal, Mutability, Pattern, PatternKind};

impl Printer {
    /// `mut` behind `let` is said once if it is said of all names.
    pub(super) fn let_pattern(&mut self, pattern: &Pattern) {
        if all_mutable(pattern) != Some(true) {
            return self.pattern(pattern);
        }
        self.text("mut ");
        self.unmarked(pattern);
    }

    fn unmarked(&mut self, pattern: &Pattern) {
        match &pattern.kind {
            PatternKind::Bind { name, .. } => self.text(&name.name),
            PatternKind::Tuple(parts) => {
                self.text("(");
                self.separated(parts, ", ", Printer::unmarked);
                self.text(")");
            }
            _ => self.pattern(pattern),
        }
    }

    pub(super) fn pattern(&mut self, pattern: &Pattern) {
        match &pattern.kind {
            PatternKind::Wild => self.text("_"),
            PatternKind::Bind { name, mutability } => {
                self.mutability(*mutability);
                self.text(&name.name);
            }
            PatternKind::Literal(literal) => self.literal(literal),
            PatternKind::Range { low, high, inclusive } => {
                self.literal(low);
                self.text(if *inclusive { "..=" } else { ".." });
                self.literal(high);
            }
            PatternKind::Struct { path, fields } => {
                self.path(path);
                if let Some(fields) = fields {
                    self.text(" { ");
                    self.separated(fields, ", ", Printer::pattern_field);
                    self.text(if fields.is_empty() { "}" } else { " }" });
                }
            }
            PatternKind::Tuple(parts) => {
                self.text("(");
                self.separated(parts, ", ", Printer::pattern);
                self.text(")");
            }
            PatternKind::Or(parts) => self.separated(parts, " | ", Printer::pattern),
            PatternKind::None => self.text("none"),
            PatternKind::Some(inner) => {
                self.pattern(inner);
                self.text("?");
            }
            PatternKind::Error => self.text("<error>"),
        }
    }

    fn pattern_field(&mut self, (name, pattern): &(Ident, Option<Pattern>)) {
        if let Some(Pattern { kind: PatternKind::Bind { name: same, mutability: Mutability::Mutable }, .. }) = pattern
            && same.name == name.name
        {
            return self.text(&format!("mut {}", name.name));
        }
        self.text(&name.name);
        if let Some(pattern) = pattern {
            self.text(": ");
            self.pattern(pattern);
        }
    }

    fn literal(&mut self, literal: &Literal) {
        match literal {
            Literal::Int { magnitude, negative } => {
                let sign = if *negative { "-" } else { "" };
                self.text(&format!("{sign}{magnitude}"));
            }
            Literal::Bool(value) => self.text(&value.to_string()),
            Literal::Str(value) => self.text(&quoted(value)),
        }
    }
}

/// Are all names in a pattern of names `mut`? `None`: there are no names.
fn all_mutable(pattern: &Pattern) -> Option<bool> {
    match &pattern.kind {
        PatternKind::Bind { mutability, .. } => Some(*mutability == Mutability::Mutable),
        PatternKind::Tuple(parts) => parts.iter().filter_map(all_mutable).reduce(|one, other| one && other),
        PatternKind::Struct { .. } | PatternKind::Or(_) | PatternKind::Some(_) => Some(false),
        PatternKind::Wild
        | PatternKind::Literal(_)
        | PatternKind::Range { .. }
        | PatternKind::None
        | PatternKind::Error => None,
    }
}
