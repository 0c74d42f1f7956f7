//! Loops. A `for` over an array, map or string goes over the value as it was at the start, whatever the body does.

use super::body::{Body, LoopEnds, UNIT, int};
use super::place::StepKind;
use crate::hir::{self, Cond, Expr, Inclusive, Iter, Pattern, PatternKind};
use crate::ids::{Id, LoopId, TyId};
use crate::mir::{Concurrent, Inst, Local, Op2, Operand, Terminator};
use crate::span::Span;
use crate::ty::{Ty, TyTable};

impl Body<'_, '_> {
    pub(super) fn while_loop(&mut self, id: LoopId, cond: &Cond, body: &hir::Block) {
        let (head, exit) = (self.block(), self.block());
        let next = if self.cx.concurrent == Concurrent::Yes { self.block() } else { head };
        self.loops[id.index()] = Some(LoopEnds { next, exit, deadlines: self.deadlines.len() });
        self.enter(head);
        self.condition(cond, exit);
        self.value_of_block(body);
        if next != head {
            self.enter(next);
        }
        self.go_round(head);
        self.go_on(exit);
    }

    pub(super) fn for_loop(&mut self, id: LoopId, pattern: &Pattern, iter: &Iter, body: &hir::Block) {
        match iter {
            Iter::Range { low, high, inclusive } => {
                let [from, to] = self.two(low, high);
                let to = self.settled(to);
                self.for_range(id, pattern, (from, to, *inclusive), body);
            }
            Iter::Value(value) if pattern.binds_place() => self.for_places(id, pattern, value, body),
            Iter::Value(value) => self.for_value(id, pattern, value, body),
        }
    }

    fn for_range(
        &mut self,
        id: LoopId,
        pattern: &Pattern,
        (from, to, inclusive): (Operand, Operand, Inclusive),
        body: &hir::Block,
    ) {
        let ends = self.loop_ends(id);
        let head = self.block();
        let at = self.temp(TyTable::INT);
        self.assign(at, from);
        self.enter(head);
        let op = match inclusive {
            Inclusive::No => Op2::IntLt,
            Inclusive::Yes => Op2::IntLe,
        };
        let inside = self.op2(op, Operand::Copy(at), to.clone(), TyTable::BOOL);
        self.unless(inside, ends.exit);
        self.bind(pattern, Operand::Copy(at), TyTable::INT);
        self.value_of_block(body);
        self.enter(ends.next);
        if inclusive == Inclusive::Yes {
            // The last number may be the largest there is: do not count past it.
            let more = self.op2(Op2::IntLt, Operand::Copy(at), to, TyTable::BOOL);
            self.unless(more, ends.exit);
        }
        self.advance(at, int(1));
        self.go_round(head);
        self.go_on(ends.exit);
    }

    fn for_value(&mut self, id: LoopId, pattern: &Pattern, value: &Expr, body: &hir::Block) {
        let ty = self.ty(value);
        let over = self.expr(value);
        let over = self.settled(over);
        if let Ty::Holder(_, message) = self.get(ty) {
            self.for_messages(id, pattern, (over, *message, value.span), body);
            return;
        }
        let ends = self.loop_ends(id);
        let head = self.block();
        let at = self.temp(TyTable::INT);
        self.assign(at, int(0));
        let base = over.clone();
        let count = self.emit(TyTable::INT, |dest| Inst::Len { dest, base });
        self.enter(head);
        let inside = self.op2(Op2::IntLt, Operand::Copy(at), count, TyTable::BOOL);
        self.unless(inside, ends.exit);
        let step = self.next_element(pattern, over, ty, at);
        self.value_of_block(body);
        self.enter(ends.next);
        self.advance(at, step);
        self.go_round(head);
        self.go_on(ends.exit);
    }

    /// `for mut x in xs` and `for (k, mut v) in m`: over the places of the elements, which stay as many: `check` lets nothing change
    /// what holds them.
    fn for_places(&mut self, id: LoopId, pattern: &Pattern, value: &Expr, body: &hir::Block) {
        let ty = self.ty(value);
        let over = self.anchored(value);
        let ends = self.loop_ends(id);
        let head = self.block();
        let at = self.temp(TyTable::INT);
        self.assign(at, int(0));
        let base = self.read(&over);
        let count = self.emit(TyTable::INT, |dest| Inst::Len { dest, base });
        self.enter(head);
        let inside = self.op2(Op2::IntLt, Operand::Copy(at), count, TyTable::BOOL);
        self.unless(inside, ends.exit);
        let site = self.site(value.span);
        let never = self.block();
        let at_place = Operand::Copy(at);
        if let Ty::Array(element) = self.get(ty) {
            let place = over.part(StepKind::Element { at: at_place, site }, *element);
            self.matches_place(pattern, &place, *element, never);
        } else if let (Ty::Map(key_ty, value_ty), PatternKind::Tuple(parts)) = (self.get(ty), &pattern.kind)
            && let [key_pattern, value_pattern] = parts.as_slice()
        {
            let (key, value) = (self.temp(*key_ty), self.temp(*value_ty));
            let map = self.read(&over);
            self.push(Inst::EntryAt { key, value, map, index: at_place });
            self.bind(key_pattern, Operand::Copy(key), *key_ty);
            let place = over.part(StepKind::Index { key: Operand::Copy(key), site }, *value_ty);
            self.matches_place(value_pattern, &place, *value_ty, never);
        }
        self.value_of_block(body);
        self.enter(ends.next);
        self.advance(at, int(1));
        self.go_round(head);
        self.go_on(ends.exit);
    }

    /// Goes on until the channel is disconnected and empty.
    fn for_messages(
        &mut self,
        id: LoopId,
        pattern: &Pattern,
        (receiver, ty, span): (Operand, TyId, Span),
        body: &hir::Block,
    ) {
        let ends = self.loop_ends(id);
        let site = self.site(span);
        let on_fail = self.on_fail();
        let dest = self.temp(ty);
        let (head, then) = (self.block(), self.block());
        self.enter(head);
        self.end(Terminator::Next { dest, receiver, then, end: ends.exit, on_fail, site });
        self.go_on(then);
        self.bind(pattern, Operand::Copy(dest), ty);
        self.value_of_block(body);
        self.enter(ends.next);
        self.go_round(head);
        self.go_on(ends.exit);
    }

    /// Binds the element at a position; gives how far the next one is.
    fn next_element(&mut self, pattern: &Pattern, over: Operand, ty: TyId, at: Local) -> Operand {
        let index = Operand::Copy(at);
        if let Ty::Array(element) = self.get(ty) {
            let value = self.emit(*element, |dest| Inst::ElementAt { dest, array: over, index, part: 0 });
            self.bind(pattern, value, *element);
            return int(1);
        }
        if let Ty::Map(key, value) = self.get(ty) {
            self.next_entry(pattern, over, (*key, *value), index);
            return int(1);
        }
        let value = self.emit(TyTable::STRING, |dest| Inst::CharAt { dest, text: over, at: index });
        let base = value.clone();
        let step = self.emit(TyTable::INT, |dest| Inst::Len { dest, base });
        self.bind(pattern, value, TyTable::STRING);
        step
    }

    fn next_entry(&mut self, pattern: &Pattern, map: Operand, (key_ty, value_ty): (TyId, TyId), index: Operand) {
        let (key, value) = (self.temp(key_ty), self.temp(value_ty));
        self.push(Inst::EntryAt { key, value, map, index });
        if let PatternKind::Tuple(parts) = &pattern.kind
            && let [key_pattern, value_pattern] = parts.as_slice()
        {
            self.bind(key_pattern, Operand::Copy(key), key_ty);
            self.bind(value_pattern, Operand::Copy(value), value_ty);
            return;
        }
        let ty = self.cx.types.patterns[pattern.id];
        let fields = vec![Operand::Copy(key), Operand::Copy(value)];
        let mir_ty = self.mir_ty(ty);
        let pair = if self.is_unit(ty) { UNIT } else { self.emit(ty, |dest| Inst::New { dest, ty: mir_ty, fields }) };
        self.bind(pattern, pair, ty);
    }

    fn loop_ends(&mut self, id: LoopId) -> LoopEnds {
        let ends = LoopEnds { next: self.block(), exit: self.block(), deadlines: self.deadlines.len() };
        self.loops[id.index()] = Some(ends);
        ends
    }

    /// Moves a position on.
    pub(super) fn advance(&mut self, at: Local, step: Operand) {
        let next = self.op2(Op2::WrappingAdd, Operand::Copy(at), step, TyTable::INT);
        let Operand::Copy(next) = next else { return };
        self.assign(at, Operand::Copy(next));
    }
}
