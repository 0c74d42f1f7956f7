//! Array methods with closures, as loops that call them. In: the call. Out: its value. What the closure raises goes where the
//! errors of the call go. The closure cannot change a variable, so the array stays as it was at the start.

use super::body::{Body, OnError, UNIT, int, truth};
use crate::builtin::Method;
use crate::hir::Expr;
use crate::ids::TyId;
use crate::mir::{Block, BlockData, Inst, Local, OnFail, Op2, Operand, Site, SortOp, Terminator};
use crate::ty::{Ty, TyTable};

/// The closure and how it is called.
struct Each {
    callee: Operand,
    result: TyId,
    on_fail: OnFail,
    site: Site,
}

/// A loop over an array, in its body.
struct Round {
    at: Local,
    element: Operand,
    head: Block,
    next: Block,
    exit: Block,
}

impl Body<'_, '_> {
    /// A call of a method that is not `sort_by`.
    pub(super) fn sequence(
        &mut self,
        method: Method,
        receiver: &Expr,
        args: &[Expr],
        call: &Expr,
        on_error: OnError,
    ) -> Operand {
        let ty = self.cx.types.exprs[call.id];
        let array_ty = self.ty(receiver);
        let mut values = self.operands(&std::iter::once(receiver).chain(args).collect::<Vec<_>>());
        let callee = values.pop().unwrap_or(UNIT);
        let each = self.each(callee, args, call, on_error);
        let array = self.in_local(values.remove(0), array_ty);
        match (method, values.pop()) {
            (Method::ArrayFold, Some(first)) => self.fold(&each, array, array_ty, first, ty),
            (Method::ArrayAny, _) => self.search(&each, array, array_ty, true),
            (Method::ArrayAll, _) => self.search(&each, array, array_ty, false),
            (Method::ArrayFilter, _) => self.collect(&each, array, array_ty, ty, true),
            (_, _) => self.collect(&each, array, array_ty, ty, false),
        }
    }

    fn each(&mut self, callee: Operand, args: &[Expr], call: &Expr, on_error: OnError) -> Each {
        let ty = args.last().map_or(TyTable::ERROR, |closure| self.ty(closure));
        let result = if let Ty::Fn(_, result) = self.get(ty) { *result } else { TyTable::UNIT };
        let callee = self.in_local(callee, ty);
        let site = self.site(call.span);
        let on_fail = self.own_path_fails(on_error);
        Each { callee, result, on_fail, site }
    }

    fn call_each(&mut self, each: &Each, args: Vec<Operand>) -> Operand {
        self.call_function(each.callee.clone(), args, each.result, each.on_fail, each.site)
    }

    /// `map` and `filter`.
    fn collect(&mut self, each: &Each, array: Operand, array_ty: TyId, ty: TyId, filters: bool) -> Operand {
        let mir_ty = self.mir_ty(ty);
        let result = self.temp(ty);
        self.push(Inst::NewArray { dest: result, ty: mir_ty, elements: Vec::new() });
        let round = self.begin_round(array, array_ty);
        let value = self.call_each(each, vec![round.element.clone()]);
        let kept = if filters {
            self.unless(value, round.next);
            round.element.clone()
        } else {
            value
        };
        self.change_local(result, Method::ArrayPush, vec![kept]);
        self.end_round(&round);
        Operand::Copy(result)
    }

    fn fold(&mut self, each: &Each, array: Operand, array_ty: TyId, first: Operand, ty: TyId) -> Operand {
        let so_far = self.temp(ty);
        self.assign(so_far, first);
        let round = self.begin_round(array, array_ty);
        let value = self.call_each(each, vec![Operand::Copy(so_far), round.element.clone()]);
        self.assign(so_far, value);
        self.end_round(&round);
        Operand::Copy(so_far)
    }

    /// `any` (looks for `true`) and `all` (looks for `false`).
    fn search(&mut self, each: &Each, array: Operand, array_ty: TyId, wanted: bool) -> Operand {
        let found = self.temp(TyTable::BOOL);
        self.assign(found, truth(!wanted));
        let round = self.begin_round(array, array_ty);
        let value = self.call_each(each, vec![round.element.clone()]);
        let hit = self.block();
        let (then, otherwise) = if wanted { (hit, round.next) } else { (round.next, hit) };
        self.end(Terminator::Branch { cond: value, then, otherwise });
        self.go_on(hit);
        self.assign(found, truth(wanted));
        self.goto(round.exit);
        self.end_round(&round);
        Operand::Copy(found)
    }

    /// Begins a loop over an array; goes on with an element in hand.
    fn begin_round(&mut self, array: Operand, array_ty: TyId) -> Round {
        let element_ty = self.element_ty(array_ty);
        let (head, next, exit) = (self.block(), self.block(), self.block());
        let at = self.temp(TyTable::INT);
        self.assign(at, int(0));
        let base = array.clone();
        let count = self.emit(TyTable::INT, |dest| Inst::Len { dest, base });
        self.enter(head);
        let inside = self.op2(Op2::IntLt, Operand::Copy(at), count, TyTable::BOOL);
        self.unless(inside, exit);
        let index = Operand::Copy(at);
        let element = self.emit(element_ty, |dest| Inst::ElementAt { dest, array, index, part: 0 });
        Round { at, element, head, next, exit }
    }

    fn end_round(&mut self, round: &Round) {
        self.enter(round.next);
        self.advance(round.at, int(1));
        self.go_round(round.head);
        self.go_on(round.exit);
    }

    fn element_ty(&self, array: TyId) -> TyId {
        if let Ty::Array(element) = self.get(array) { *element } else { TyTable::UNIT }
    }

    /// `xs.sort_by(f)`: the sorter asks for comparisons of elements by their positions, and puts the array in order at the end.
    pub(super) fn sort_by(&mut self, receiver: &Expr, args: &[Expr], call: &Expr, on_error: OnError) -> Operand {
        let array_ty = self.ty(receiver);
        let place = self.place(receiver);
        let callee = self.operands(&args.iter().collect::<Vec<_>>()).pop().unwrap_or(UNIT);
        let each = self.each(callee, args, call, on_error);
        // A count of its own, which is gone before the array is put in order.
        let from = Operand::Copy(self.reference(&place));
        let array = self.emit(array_ty, |dest| Inst::Load { dest, from });
        let base = array.clone();
        let count = self.emit(TyTable::INT, |dest| Inst::Len { dest, base });
        let sorter = self.sort_step(SortOp::Start, vec![count]);
        let each = Each { on_fail: self.abandoned(&sorter, each.on_fail), ..each };
        let order = self.temp(TyTable::INT);
        self.assign(order, int(0));
        let (head, sorted) = (self.block(), self.block());
        self.enter(head);
        let more = self.sort_step(SortOp::Next, vec![sorter.clone(), Operand::Copy(order)]);
        let more = self.op2(Op2::IntNe, more, int(0), TyTable::BOOL);
        self.unless(more, sorted);
        let pair = self.sort_pair(&sorter, &array, array_ty);
        let compared = self.call_each(&each, pair);
        self.assign(order, compared);
        self.go_round(head);
        self.go_on(sorted);
        let on_fail = self.on_fail();
        let on_fail = self.abandoned(&sorter, on_fail);
        let to = self.guarded(on_fail, |body| Operand::Copy(body.reference(&place)));
        self.sort_step(SortOp::End, vec![sorter, to]);
        UNIT
    }

    /// The two elements that the sorter wants to be compared.
    fn sort_pair(&mut self, sorter: &Operand, array: &Operand, array_ty: TyId) -> Vec<Operand> {
        let element_ty = self.element_ty(array_ty);
        let pair = [SortOp::Left, SortOp::Right].map(|side| {
            let index = self.sort_step(side, vec![sorter.clone()]);
            let array = array.clone();
            self.emit(element_ty, |dest| Inst::ElementAt { dest, array, index, part: 0 })
        });
        pair.to_vec()
    }

    fn sort_step(&mut self, op: SortOp, args: Vec<Operand>) -> Operand {
        self.emit(TyTable::INT, |dest| Inst::Sort { dest, op, args })
    }

    /// A way out on which the sorter is given back.
    fn abandoned(&mut self, sorter: &Operand, on_fail: OnFail) -> OnFail {
        let dest = self.temp(TyTable::INT);
        let insts = vec![Inst::Sort { dest, op: SortOp::Abandon, args: vec![sorter.clone()] }];
        let fail = self.made(BlockData { insts, end: Terminator::Goto(on_fail.fail) });
        OnFail { fail, ..on_fail }
    }
}
