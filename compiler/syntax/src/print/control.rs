//! Prints `catch`, `if`, `match` and what leaves. In: their nodes. Out: text in the [`Printer`].

use super::Printer;
use super::parentheses::{begins_like_handler, leftmost};
use crate::ast::{Block, CatchClause, CatchKind, Cond, Expr, Ident, MatchArm};

impl Printer {
    pub(super) fn catch(&mut self, call: &Expr, clauses: &[CatchClause], rest: bool) {
        self.operand(call);
        for clause in clauses {
            self.clause(clause);
        }
        self.text(if rest { "!" } else { "" });
    }

    fn clause(&mut self, clause: &CatchClause) {
        self.text(" catch ");
        match &clause.kind {
            // `catch name {` would be a handler.
            CatchKind::Value(value) if begins_like_handler(leftmost(value)) => self.in_parentheses(value),
            CatchKind::Value(value) => self.value(value),
            CatchKind::Handler { name, errors, body } => {
                self.text(&name.name);
                if !errors.is_empty() {
                    self.text(": ");
                    self.separated(errors, " | ", |printer, path| printer.path(path));
                }
                self.text(" ");
                self.block(body);
            }
        }
    }

    pub(super) fn conditional(&mut self, arms: &[(Cond, Block)], otherwise: Option<&Block>) {
        self.separated(arms, " else ", |printer, (cond, block)| {
            printer.text("if ");
            printer.cond(cond);
            printer.block(block);
        });
        if let Some(block) = otherwise {
            self.text(" else ");
            self.block(block);
        }
    }

    fn arm(&mut self, arm: &MatchArm) {
        self.start_line();
        self.pattern(&arm.pattern);
        if let Some(guard) = &arm.guard {
            self.text(" if ");
            self.expr(guard);
        }
        self.text(" => ");
        self.value(&arm.body);
        self.text("\n");
    }

    pub(super) fn leave(&mut self, keyword: &str, value: Option<&Expr>) {
        self.text(keyword);
        if let Some(value) = value {
            self.text(" ");
            self.expr(value);
        }
    }

    pub(super) fn jump(&mut self, keyword: &str, label: Option<&Ident>) {
        self.text(keyword);
        if let Some(label) = label {
            self.text(&format!(" {}", label.name));
        }
    }

    pub(super) fn matching(&mut self, scrutinee: &Expr, arms: &[MatchArm]) {
        self.text("match ");
        self.head(scrutinee);
        self.text(" ");
        self.open();
        for arm in arms {
            self.arm(arm);
        }
        self.close();
    }
}
