//! Channels: `chan`, `select`, ends of named channels. Out: types; a warning about queues that can hold their own ends.

use super::branch::Branch;
use super::{Binder, Cx, Want, Why, errors};
use crate::hir::{Block, Capacity, DepTarget, Expr, SelectArm, SelectKind};
use crate::ids::TyId;
use crate::ty::{Holder, Ty, TyTable};
use pluto_syntax::span::Span;
use std::collections::BTreeSet;

impl<'a> Cx<'a> {
    /// `chan<T>(n)`: the tuple of its ends.
    pub(super) fn chan(&mut self, span: Span, element: TyId, capacity: &'a Capacity) -> TyId {
        match capacity {
            Capacity::Size(size) => self.check_expr(size, TyTable::INT, Why::Plain),
            Capacity::Default | Capacity::Unbounded => {}
        }
        if let Some(end) = self.end_of_itself(element) {
            let (message, end) = (self.show(element), self.show(end));
            self.report(errors::queue_holds_itself(span, &message, &end));
        }
        let sender = self.ty(Ty::Holder(Holder::Sender, element));
        let receiver = self.ty(Ty::Holder(Holder::Receiver, element));
        self.ty(Ty::Tuple(vec![sender, receiver]))
    }

    /// An end for messages of this type that can be in a message of this type, also through other queues.
    fn end_of_itself(&self, element: TyId) -> Option<TyId> {
        let (mut seen, mut todo) = (BTreeSet::new(), vec![element]);
        while let Some(ty) = todo.pop() {
            if !seen.insert(ty) {
                continue;
            }
            if let Ty::Holder(Holder::Sender | Holder::Receiver, inner) = self.table.get(ty) {
                if *inner == element {
                    return Some(ty);
                }
                todo.push(*inner);
            }
            todo.extend(self.inside_of(ty));
        }
        None
    }

    /// `self.orders`, an end of a named channel.
    pub(super) fn end_of_dependency(&mut self, at: u32) -> TyId {
        let dep = self.service().and_then(|class| self.program.classes[class].deps.get(at as usize));
        match dep.map(|dep| dep.target) {
            Some(DepTarget::End { ty, .. }) => ty,
            Some(DepTarget::Service(_)) | None => TyTable::ERROR,
        }
    }

    /// `select { … }`: its arms have a common type, like those of `match`.
    pub(super) fn select(
        &mut self,
        arms: &'a [SelectArm],
        after: Option<&'a (Box<Expr>, Block)>,
        default: Option<&'a Block>,
        want: Want,
    ) -> TyId {
        for arm in arms {
            match &arm.kind {
                SelectKind::Recv { pattern, receiver } => {
                    let message = self.received(receiver);
                    self.irrefutable(pattern, message, Binder::Select);
                    self.no_place(pattern, errors::NoPlace::Message);
                }
                SelectKind::Send { sender, value } => self.sent(sender, value),
            }
        }
        if let Some((limit, _)) = after {
            self.check_expr(limit, TyTable::DURATION, Why::Plain);
        }
        let bodies = arms.iter().map(|arm| &arm.body).chain(after.map(|(_, body)| body)).chain(default);
        let bodies: Vec<Branch<'a>> = bodies.map(Branch::Block).collect();
        self.branches(&bodies, want)
    }

    /// The messages of what an arm receives from.
    fn received(&mut self, receiver: &'a Expr) -> TyId {
        let ty = self.expr(receiver, Want::Any);
        let found = self.get(ty);
        if let Ty::Holder(Holder::Receiver | Holder::Subscriber, message) = found {
            return message;
        }
        self.no_end(receiver, ty, &found, "recv");
        TyTable::ERROR
    }

    fn sent(&mut self, sender: &'a Expr, value: &'a Expr) {
        let ty = self.expr(sender, Want::Any);
        let found = self.get(ty);
        if let Ty::Holder(Holder::Sender, message) = found {
            return self.check_expr(value, message, Why::Element(sender.span));
        }
        let message = self.expr(value, Want::Any);
        self.poison(message);
        self.no_end(sender, ty, &found, "send");
    }

    /// An arm must wait for the right end.
    fn no_end(&mut self, end: &'a Expr, ty: TyId, found: &Ty, method: &str) {
        if matches!(found, Ty::Error | Ty::Never) {
            return;
        }
        if self.is_open(ty) {
            self.must_be_known(end.span, ty);
            return;
        }
        let shown = self.show(ty);
        self.report(errors::not_selectable(end.span, method, &shown, found));
        self.poison(ty);
    }
}
