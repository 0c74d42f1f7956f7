//! The order of constants. In: the program. Out: constants, each after those that it reads; those in a circle are reported.

use super::{Cx, errors};
use crate::hir::visit::{Visitor, walk_expr};
use crate::hir::{Expr, ExprKind, FnKind, Program};
use crate::ids::FnId;
use std::collections::BTreeMap;

/// How far the search has come with a constant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Open,
    Done,
}

impl Cx<'_> {
    /// All constants, read ones first.
    pub(super) fn constants_in_order(&mut self) -> Vec<FnId> {
        let constants = self.program.fns.iter_enumerated().filter(|(_, it)| it.kind == FnKind::Const);
        let reads: BTreeMap<FnId, Vec<FnId>> = constants.map(|(id, _)| (id, self.read_by(id))).collect();
        let (mut marks, mut order) = (BTreeMap::new(), vec![]);
        for start in reads.keys() {
            let mut path: Vec<(FnId, usize)> = vec![];
            if !marks.contains_key(start) {
                marks.insert(*start, Mark::Open);
                path.push((*start, 0));
            }
            while let Some((at, next)) = path.last_mut() {
                let at = *at;
                let Some(read) = reads.get(&at).and_then(|list| list.get(*next)).copied() else {
                    path.pop();
                    marks.insert(at, Mark::Done);
                    order.push(at);
                    continue;
                };
                *next += 1;
                match marks.get(&read) {
                    Some(Mark::Done) => {}
                    Some(Mark::Open) => {
                        let from = path.iter().position(|(id, _)| *id == read).unwrap_or(0);
                        let circle: Vec<FnId> = path[from..].iter().map(|(id, _)| *id).collect();
                        self.constant_circle(&circle);
                    }
                    None => {
                        marks.insert(read, Mark::Open);
                        path.push((read, 0));
                    }
                }
            }
        }
        order
    }

    /// The constants that a constant's value names.
    fn read_by(&self, constant: FnId) -> Vec<FnId> {
        let mut reads = Reads { program: self.program, found: vec![] };
        reads.block(&self.program.fns[constant].body);
        reads.found
    }

    fn constant_circle(&mut self, circle: &[FnId]) {
        let names: Vec<&str> = circle.iter().map(|id| &*self.program.fns[*id].name).collect();
        if let Some(first) = circle.first() {
            self.report(errors::constant_circle(self.program.fns[*first].span, &names));
        }
    }
}

/// Collects the constants that are named, in closures too.
struct Reads<'a> {
    program: &'a Program,
    found: Vec<FnId>,
}

impl Visitor for Reads<'_> {
    fn expr(&mut self, expr: &Expr) {
        if let ExprKind::Const(read) = expr.kind {
            self.found.push(read);
        }
        if let ExprKind::Closure(nested) | ExprKind::Spawn(nested) = expr.kind {
            self.block(&self.program.fns[nested].body);
        }
        walk_expr(self, expr);
    }
}
