//! `select`: waits for one of several channels. Ends and values are evaluated first, in the order in which they stand.

use super::body::{Body, OnError, UNIT};
use crate::hir::{self, BuiltinError, Expr, SelectKind};
use crate::ids::TyId;
use crate::mir::{Block, Operand, Select, SelectArm, SelectOp, Terminator};
use crate::span::Span;
use crate::ty::Ty;

impl Body<'_, '_> {
    pub(super) fn select(
        &mut self,
        arms: &[hir::SelectArm],
        after: Option<&(Box<Expr>, hir::Block)>,
        default: Option<&hir::Block>,
        (ty, span): (TyId, Span),
        on_error: OnError,
    ) -> Operand {
        let mut exprs: Vec<&Expr> = arms.iter().flat_map(parts).collect();
        exprs.extend(after.map(|(limit, _)| &**limit));
        let mut values = self.operands(&exprs).into_iter();
        if default.is_none() {
            self.cx.builtin_errors.insert(BuiltinError::ChannelClosed);
        }
        let ready: Vec<SelectArm> = arms.iter().map(|arm| self.select_arm(arm, &mut values)).collect();
        let after = after.map(|(_, body)| (values.next().unwrap_or(UNIT), body, self.block()));
        let default = default.map(|body| (body, self.block()));
        let on_fail = self.own_path_fails(on_error);
        let site = self.site(span);
        self.end(Terminator::Select(Box::new(Select {
            arms: ready.clone(),
            after: after.as_ref().map(|(limit, _, block)| (limit.clone(), *block)),
            default: default.map(|(_, block)| block),
            on_fail,
            site,
        })));

        let dest = self.join(ty);
        let done = self.block();
        for (arm, ready) in arms.iter().zip(&ready) {
            self.select_taken(arm, ready, dest.as_ref(), done);
        }
        for (body, block) in after.map(|(_, body, block)| (body, block)).into_iter().chain(default) {
            self.go_on(block);
            self.select_body(body, dest.as_ref(), done);
        }
        self.go_on(done);
        dest.unwrap_or(UNIT)
    }

    /// What an arm waits for, of the values that were evaluated.
    fn select_arm(&mut self, arm: &hir::SelectArm, values: &mut impl Iterator<Item = Operand>) -> SelectArm {
        let end = values.next().unwrap_or(UNIT);
        let op = match &arm.kind {
            SelectKind::Recv { receiver, .. } => {
                let ty = self.message_ty(receiver);
                SelectOp::Recv(self.temp(ty))
            }
            SelectKind::Send { .. } => SelectOp::Send(values.next().unwrap_or(UNIT)),
        };
        SelectArm { op, end, then: self.block() }
    }

    /// What follows when a message came or went.
    fn select_taken(&mut self, arm: &hir::SelectArm, ready: &SelectArm, dest: Option<&Operand>, done: Block) {
        self.go_on(ready.then);
        if let (SelectKind::Recv { pattern, receiver }, SelectOp::Recv(message)) = (&arm.kind, &ready.op) {
            let ty = self.message_ty(receiver);
            self.bind(pattern, Operand::Copy(*message), ty);
        }
        self.select_body(&arm.body, dest, done);
    }

    fn select_body(&mut self, body: &hir::Block, dest: Option<&Operand>, done: Block) {
        let value = self.value_of_block(body);
        self.give(dest, value);
        self.goto(done);
    }

    /// The type of the messages of an end.
    fn message_ty(&self, end: &Expr) -> TyId {
        let ty = self.ty(end);
        if let Ty::Holder(_, inner) = self.get(ty) { *inner } else { ty }
    }
}

/// What an arm evaluates, in order.
fn parts(arm: &hir::SelectArm) -> Vec<&Expr> {
    match &arm.kind {
        SelectKind::Recv { receiver, .. } => vec![receiver],
        SelectKind::Send { sender, value } => vec![sender, value],
    }
}
