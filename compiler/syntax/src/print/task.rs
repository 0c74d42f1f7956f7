//! Prints closures, tasks, deadlines, `select` and channels. In: their nodes. Out: text in the [`Printer`].

use super::Printer;
use crate::ast::{Block, Capacity, ClosureParam, Expr, SelectArm, SelectKind, TypeExpr};

impl Printer {
    pub(super) fn closure(&mut self, params: &[ClosureParam], result: Option<&TypeExpr>, body: &Expr) {
        self.text("((");
        self.separated(params, ", ", |printer, param: &ClosureParam| {
            printer.text(&param.name.name);
            printer.annotation(param.ty.as_ref());
        });
        self.text(") ");
        if let Some(result) = result {
            self.ty(result);
            self.text(" ");
        }
        self.text("=> ");
        self.value(body);
        self.text(")");
    }

    pub(super) fn spawn(&mut self, started: &Expr) {
        self.text("spawn ");
        self.expr(started);
    }

    pub(super) fn within(&mut self, limit: &Expr, body: &Block) {
        self.text("within ");
        self.limit(limit);
        self.text(" ");
        self.block(body);
    }

    pub(super) fn select(&mut self, arms: &[SelectArm]) {
        self.text("select ");
        self.open();
        for arm in arms {
            self.select_arm(arm);
        }
        self.close();
    }

    fn select_arm(&mut self, arm: &SelectArm) {
        self.start_line();
        match &arm.kind {
            SelectKind::Recv { pattern, receiver } => {
                if let Some(pattern) = pattern {
                    self.pattern(pattern);
                    self.text(" = ");
                }
                self.waited(receiver);
                self.text(".recv()");
            }
            SelectKind::Send { sender, value } => {
                self.waited(sender);
                self.text(".send(");
                self.expr(value);
                self.text(")");
            }
            SelectKind::After(limit) => {
                self.text("after ");
                self.limit(limit);
            }
            SelectKind::Default => self.text("default"),
        }
        self.text(" ");
        self.block(&arm.body);
        self.text("\n");
    }

    pub(super) fn chan(&mut self, ty: &TypeExpr, capacity: &Capacity) {
        self.text("chan<");
        self.ty(ty);
        self.text(">(");
        self.capacity(capacity);
        self.text(")");
    }
}
