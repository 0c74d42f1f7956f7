//! Where an expression needs parentheses, so that what is printed reads as it was. In: nodes. Out: text in the [`Printer`].
#![allow(clippy::wildcard_enum_match_arm, reason = "expressions have many kinds, of which a rule picks out a few")]

use super::Printer;
use crate::ast::{CatchKind, Expr, ExprKind};

impl Printer {
    /// Before something that would belong to the end of it.
    pub(super) fn operand(&mut self, expr: &Expr) {
        if reaches_on(expr) { self.in_parentheses(expr) } else { self.expr(expr) }
    }

    /// Behind `=>` or `catch`, where `{` opens a block.
    pub(super) fn value(&mut self, expr: &Expr) {
        let begins_with_brace = matches!(leftmost(expr).kind, ExprKind::Map(_) | ExprKind::Block(_));
        let is_block = matches!(expr.kind, ExprKind::Block(_));
        if begins_with_brace && !is_block { self.in_parentheses(expr) } else { self.expr(expr) }
    }

    /// Before the `{` of a block.
    pub(super) fn head(&mut self, expr: &Expr) {
        if shows_brace(expr) { self.in_parentheses(expr) } else { self.expr(expr) }
    }

    /// Behind `within` and `after`, which only some tokens make more than a name.
    pub(super) fn limit(&mut self, expr: &Expr) {
        let has_parentheses = matches!(
            expr.kind,
            ExprKind::Binary { .. } | ExprKind::Unary { .. } | ExprKind::Range { .. } | ExprKind::Cast { .. }
        );
        let first = &leftmost(expr).kind;
        let begins_with_name = matches!(
            first,
            ExprKind::Name(_) | ExprKind::SelfValue | ExprKind::Duration(_) | ExprKind::Int(_) | ExprKind::Float(_)
        );
        if has_parentheses || (begins_with_name && !shows_brace(expr)) {
            self.expr(expr);
        } else {
            self.in_parentheses(expr);
        }
    }

    pub(super) fn in_parentheses(&mut self, expr: &Expr) {
        self.text("(");
        self.expr(expr);
        self.text(")");
    }

    /// An end of a channel, before `.recv()` or `.send(…)`.
    pub(super) fn waited(&mut self, end: &Expr) {
        if shows_brace(end) || reaches_on(end) { self.in_parentheses(end) } else { self.expr(end) }
    }
}

/// Does it end with an expression that takes in whatever follows? (Closures have parentheses of their own.)
pub(super) fn reaches_on(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Return(_) | ExprKind::Raise(_) | ExprKind::Break(_) | ExprKind::Continue(_) => true,
        ExprKind::Catch { clauses, rest: None, .. } => clauses.last().is_some_and(|last| match &last.kind {
            CatchKind::Value(value) => !matches!(value.kind, ExprKind::Block(_)),
            CatchKind::Handler { .. } => false,
        }),
        _ => false,
    }
}

/// Does a word stand in it outside all brackets that would make a `{` before it that of a block?
pub(super) fn shows_leaving(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Catch { .. } => true,
        ExprKind::Field { base: inner, .. }
        | ExprKind::Index { base: inner, .. }
        | ExprKind::Call { callee: inner, .. }
        | ExprKind::Try(inner)
        | ExprKind::Propagate(inner) => shows_leaving(inner),
        _ => reaches_on(expr),
    }
}

pub(super) fn begins_like_handler(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Select(_) => true,
        ExprKind::Spawn(started) => matches!(started.kind, ExprKind::Block(_)),
        _ => false,
    }
}

/// What it begins with.
pub(super) fn leftmost(mut expr: &Expr) -> &Expr {
    while let ExprKind::Field { base: inner, .. }
    | ExprKind::Index { base: inner, .. }
    | ExprKind::Call { callee: inner, .. }
    | ExprKind::Try(inner)
    | ExprKind::Propagate(inner)
    | ExprKind::Catch { call: inner, .. } = &expr.kind
    {
        expr = inner;
    }
    expr
}

/// Does a `{` stand in it outside all brackets, which in a head would open the block?
pub(super) fn shows_brace(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Struct { .. }
        | ExprKind::Map(_)
        | ExprKind::Block(_)
        | ExprKind::If { .. }
        | ExprKind::Match { .. }
        | ExprKind::Within { .. }
        | ExprKind::Select(_) => true,
        ExprKind::Spawn(inner) | ExprKind::Raise(inner) => shows_brace(inner),
        ExprKind::Return(inner) => inner.as_deref().is_some_and(shows_brace),
        ExprKind::Field { base: inner, .. }
        | ExprKind::Index { base: inner, .. }
        | ExprKind::Call { callee: inner, .. }
        | ExprKind::Try(inner)
        | ExprKind::Propagate(inner) => shows_brace(inner),
        ExprKind::Catch { call, clauses, .. } => {
            shows_brace(call)
                || clauses.iter().any(|clause| match &clause.kind {
                    // `catch name {` would be a handler.
                    CatchKind::Value(Expr { kind: ExprKind::Name(_), .. }) => true,
                    CatchKind::Value(Expr { kind: ExprKind::Block(_), .. }) => false,
                    CatchKind::Value(value) => shows_brace(value),
                    CatchKind::Handler { .. } => false,
                })
        }
        _ => false,
    }
}
