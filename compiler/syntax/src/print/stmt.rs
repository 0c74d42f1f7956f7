//! Prints blocks and statements. In: their nodes. Out: text in the [`Printer`].

use super::Printer;
use super::expr::operator;
use crate::ast::{Block, Cond, Ident, Stmt, StmtKind};

impl Printer {
    pub(super) fn block(&mut self, block: &Block) {
        if block.stmts.is_empty() {
            self.text("{}");
            return;
        }
        self.open();
        for stmt in &block.stmts {
            self.start_line();
            self.stmt(stmt);
            self.text("\n");
        }
        self.close();
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Let { pattern, ty, value } => {
                self.text("let ");
                self.let_pattern(pattern);
                self.annotation(ty.as_ref());
                self.text(" = ");
                self.expr(value);
            }
            StmtKind::Assign { place, op, value } => {
                self.expr(place);
                self.text(&format!(" {}= ", op.map_or("", |(op, _)| operator(op))));
                self.expr(value);
            }
            StmtKind::Expr(expr) => self.expr(expr),
            StmtKind::While { label, cond, body } => {
                self.label(label.as_ref());
                self.text("while ");
                self.cond(cond);
                self.block(body);
            }
            StmtKind::For { label, pattern, iter, body } => {
                self.label(label.as_ref());
                self.text("for ");
                self.pattern(pattern);
                self.text(" in ");
                self.head(iter);
                self.text(" ");
                self.block(body);
            }
            StmtKind::Error => self.text("<error>"),
        }
    }

    fn label(&mut self, label: Option<&Ident>) {
        if let Some(label) = label {
            self.text(&format!("{}: ", label.name));
        }
    }

    /// With a space behind it.
    pub(super) fn cond(&mut self, cond: &Cond) {
        match cond {
            Cond::Expr(expr) => self.head(expr),
            Cond::Let { pattern, value } => {
                self.text("let ");
                self.pattern(pattern);
                self.text(" = ");
                self.head(value);
            }
        }
        self.text(" ");
    }
}
