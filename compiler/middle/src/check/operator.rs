//! Operators: arithmetic, comparisons, logic, `??`, `as`.

use super::{Cx, Later, Want, Why, errors};
use crate::hir::{BinOp, BinaryStep, CmpOp, Expr, ExprKind, UnOp};
use crate::ids::TyId;
use crate::ty::{Ty, TyTable};
use pluto_syntax::span::Span;

/// An operator and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Step {
    pub(super) op: BinOp,
    pub(super) span: Span,
}

/// Made of integer literals only: takes its type from its place.
pub(super) fn is_plain_integer(e: &Expr) -> bool {
    if let ExprKind::Unary { op: UnOp::Neg | UnOp::BitNot, operand } = &e.kind {
        return is_plain_integer(operand);
    }
    if let ExprKind::Binary { first, rest } = &e.kind {
        return is_plain_integer(first) && rest.iter().all(|step| is_plain_integer(&step.right));
    }
    matches!(e.kind, ExprKind::Int(_))
}

impl<'a> Cx<'a> {
    pub(super) fn unary(&mut self, span: Span, op: UnOp, operand: &'a Expr, want: Want) -> TyId {
        let hint = want.ty().map_or(Want::Any, Want::Hint);
        let ty = match op {
            UnOp::Not => self.expr(operand, Want::Any),
            UnOp::Neg | UnOp::BitNot => self.expr(operand, hint),
        };
        if self.is_open(ty) {
            return self.must_be_known(operand.span, ty);
        }
        let fits: &[Ty] = match op {
            UnOp::Neg => &[Ty::Int, Ty::Float, Ty::Duration],
            UnOp::Not => &[Ty::Bool],
            UnOp::BitNot => &[Ty::Int, Ty::Byte],
        };
        let found = self.get(ty);
        if fits.contains(&found) || matches!(found, Ty::Error | Ty::Never) {
            return ty;
        }
        let shown = self.show(ty);
        self.report(errors::bad_unary(span, op, operand.span, &shown));
        self.poison(ty);
        TyTable::ERROR
    }

    pub(super) fn binary(&mut self, first: &'a Expr, rest: &'a [BinaryStep], want: Want) -> TyId {
        let all: Vec<&'a Expr> = std::iter::once(first).chain(rest.iter().map(|step| &step.right)).collect();
        let types = self.operands(&all, want);
        let operands: Vec<(&'a Expr, TyId)> = all.into_iter().zip(types).collect();
        let steps: Vec<Step> = rest.iter().map(|step| Step { op: step.op, span: step.op_span }).collect();
        let types = self.arithmetic(&operands, &steps);
        for (step, ty) in rest.iter().zip(&types) {
            self.body.exprs.push((step.id, step.op_span));
            self.out_exprs[step.id] = *ty;
        }
        types.last().copied().unwrap_or(TyTable::ERROR)
    }

    /// The types of operands that belong together; plain integers follow the others.
    fn operands(&mut self, operands: &[&'a Expr], want: Want) -> Vec<TyId> {
        let wanted = want.ty().map(|ty| self.strip(ty).1);
        let mut hint = wanted.filter(|ty| [TyTable::FLOAT, TyTable::BYTE].contains(ty));
        let mut types = vec![TyTable::ERROR; operands.len()];
        let plain: Vec<bool> = operands.iter().map(|it| is_plain_integer(it)).collect();
        let mut found = None;
        for turn in [false, true] {
            for (at, operand) in operands.iter().enumerate().filter(|(at, _)| plain[*at] == turn) {
                types[at] = self.expr(operand, hint.map_or(Want::Any, Want::Hint));
                if found.is_none() && ![TyTable::NEVER, TyTable::ERROR].contains(&self.shallow(types[at])) {
                    found = Some(types[at]);
                    hint = found;
                }
            }
        }
        types
    }

    /// Two values that are compared or computed with: plain integers follow the other side.
    pub(super) fn pair(&mut self, left: &'a Expr, right: &'a Expr, want: Want) -> (TyId, TyId) {
        let types = self.operands(&[left, right], want);
        (types[0], types[1])
    }

    /// The results of a chain of operators, of each with all before it.
    pub(super) fn arithmetic(&mut self, operands: &[(&'a Expr, TyId)], steps: &[Step]) -> Vec<TyId> {
        if operands.iter().any(|(_, ty)| self.shallow(*ty) == TyTable::DURATION) {
            return self.durations(operands, steps);
        }
        let ty = self.of_one_type(operands, steps);
        vec![ty; steps.len()]
    }

    /// Spans of time: `+ -` with each other, `*` and `/` with integers; their quotient is an integer.
    fn durations(&mut self, operands: &[(&'a Expr, TyId)], steps: &[Step]) -> Vec<TyId> {
        let Some(((first, ty), rest)) = operands.split_first() else { return vec![] };
        let (mut so_far, mut types) = ((first.span, self.shallow(*ty)), vec![]);
        for ((operand, ty), step) in rest.iter().zip(steps) {
            let right = (operand.span, self.shallow(*ty));
            let ty = self.duration_step(*step, so_far, right);
            so_far = (so_far.0.to(right.0), ty);
            types.push(ty);
        }
        types
    }

    fn duration_step(&mut self, step: Step, left: (Span, TyId), right: (Span, TyId)) -> TyId {
        let open = [left.1, right.1].map(|ty| self.is_open(ty));
        // What is open takes the only type that the other side and the operator leave.
        let other = match step.op {
            BinOp::Add | BinOp::Sub => Some(TyTable::DURATION),
            BinOp::Mul => Some(TyTable::INT),
            BinOp::Div | BinOp::Rem | BinOp::BitAnd | BinOp::BitOr | BinOp::BitXor | BinOp::Shl | BinOp::Shr => None,
        };
        for (side, open) in [left, right].into_iter().zip(open) {
            match other {
                Some(other) if open => {
                    self.unify(side.1, other);
                }
                None if open => return self.must_be_known(side.0, side.1),
                Some(_) | None => {}
            }
        }
        let (l, r) = (self.get(left.1), self.get(right.1));
        match (l, step.op, r) {
            (Ty::Error, _, _) | (_, _, Ty::Error) => TyTable::ERROR,
            (Ty::Never, _, _) => right.1,
            (_, _, Ty::Never) => left.1,
            (Ty::Duration, BinOp::Add | BinOp::Sub, Ty::Duration)
            | (Ty::Duration, BinOp::Mul | BinOp::Div, Ty::Int)
            | (Ty::Int, BinOp::Mul, Ty::Duration) => TyTable::DURATION,
            (Ty::Duration, BinOp::Div, Ty::Duration) => TyTable::INT,
            (Ty::Int, BinOp::Add | BinOp::Sub | BinOp::Mul | BinOp::Div | BinOp::Rem, Ty::Int) => TyTable::INT,
            _ => {
                self.bad_operands(step, left, right);
                TyTable::ERROR
            }
        }
    }

    /// The result of operators on operands whose types are known: all of one type that has the operators.
    fn of_one_type(&mut self, operands: &[(&'a Expr, TyId)], steps: &[Step]) -> TyId {
        let mut so_far: Option<(Span, TyId)> = None;
        for (at, (operand, ty)) in operands.iter().enumerate() {
            let ty = self.shallow(*ty);
            match so_far {
                _ if ty == TyTable::NEVER => {}
                None => so_far = Some((operand.span, ty)),
                Some((first, common)) => {
                    if !self.unify(common, ty) {
                        let step = steps[at.saturating_sub(1)];
                        self.bad_operands(step, (first, common), (operand.span, ty));
                        return TyTable::ERROR;
                    }
                }
            }
        }
        let Some((first, common)) = so_far else { return TyTable::NEVER };
        let common = self.shallow(common);
        if self.is_open(common) {
            return self.must_be_known(first, common);
        }
        let ty = self.get(common);
        let Some(bad) = steps.iter().find(|step| !takes(step.op, &ty)) else { return common };
        let shown = self.show(common);
        self.report(errors::operator_not_for(bad.span, bad.op, first, &shown, &ty));
        self.poison(common);
        TyTable::ERROR
    }

    fn bad_operands(&mut self, step: Step, left: (Span, TyId), right: (Span, TyId)) {
        let shown = [self.show(left.1), self.show(right.1)];
        let types = [self.get(left.1), self.get(right.1)];
        let texts = [self.text(left.0), self.text(right.0)];
        self.report(errors::bad_operands(step.span, step.op, [left.0, right.0], &shown, &types, texts));
        self.poison(left.1);
        self.poison(right.1);
    }

    pub(super) fn compare(&mut self, span: Span, op: CmpOp, left: &'a Expr, right: &'a Expr) -> TyId {
        let (l, r) = self.pair(left, right, Want::Any);
        match op {
            CmpOp::Eq | CmpOp::Ne => {
                if let Some(common) = self.equal(span, (left, l), (right, r))
                    && ![left, right].iter().any(|side| matches!(side.kind, ExprKind::None))
                {
                    self.body.later.push(Later::Comparable { ty: common, span, what: "`==`" });
                }
            }
            CmpOp::Lt | CmpOp::Le | CmpOp::Gt | CmpOp::Ge => self.ordered(span, op, (left, l), (right, r)),
        }
        TyTable::BOOL
    }

    /// Both sides of `==`; one may be `T?` and the other `T`. Gives their common type. Whether that has an `==` is still to be
    /// asked, unless one side is a written `none`.
    pub(super) fn equal(&mut self, span: Span, left: (&'a Expr, TyId), right: (&'a Expr, TyId)) -> Option<TyId> {
        let Some(common) = self.join(left.1, right.1) else {
            let shown = [self.show(left.1), self.show(right.1)];
            self.report(errors::not_the_same(span, [left.0.span, right.0.span], &shown));
            self.poison(left.1);
            self.poison(right.1);
            return None;
        };
        for (e, ty) in [left, right] {
            self.coerce(e, ty, common, Why::Plain);
        }
        Some(common)
    }

    fn ordered(&mut self, span: Span, op: CmpOp, left: (&'a Expr, TyId), right: (&'a Expr, TyId)) {
        let shown = |cx: &mut Cx<'a>| [cx.show(left.1), cx.show(right.1)];
        let spans = [left.0.span, right.0.span];
        let types = [self.get(left.1), self.get(right.1)];
        if types.iter().any(|ty| matches!(ty, Ty::Nullable(_))) {
            let shown = shown(self);
            self.report(errors::order_of_nullable(span, spans, &shown));
        } else if !self.unify(left.1, right.1) {
            let shown = shown(self);
            self.report(errors::not_the_same(span, spans, &shown));
        } else {
            let ty = if self.shallow(left.1) == TyTable::NEVER { right.1 } else { left.1 };
            if self.is_open(ty) {
                self.must_be_known(left.0.span, ty);
            } else if !has_order(&self.get(ty)) {
                let shown = self.show(ty);
                self.report(errors::no_order(span, op, &shown));
            }
        }
    }

    pub(super) fn logic(&mut self, operands: &'a [Expr]) -> TyId {
        for operand in operands {
            self.check_expr(operand, TyTable::BOOL, Why::Plain);
        }
        TyTable::BOOL
    }

    /// `a ?? b ?? c`: the inside of the first ones, or `T?` if the last one is that too.
    pub(super) fn coalesce(&mut self, operands: &'a [Expr], want: Want) -> TyId {
        let Some(((first, middle), last)) =
            operands.split_last().and_then(|(last, all)| all.split_first().map(|pair| (pair, last)))
        else {
            return TyTable::ERROR;
        };
        let wanted = match want.ty() {
            Some(ty) => Want::Hint(self.nullable(ty)),
            None => Want::Any,
        };
        let ty = self.expr(first, wanted);
        let inner = self.inside(first, ty, "??");
        let nullable = self.nullable(inner);
        for operand in middle {
            let ty = self.expr(operand, Want::Hint(nullable));
            let found = self.inside(operand, ty, "??");
            if !self.unify(found, inner) {
                self.mismatch(operand.span, ty, nullable, Why::Branch(first.span));
            }
        }
        let ty = self.expr(last, Want::Hint(inner));
        if self.shallow(inner) == TyTable::ERROR {
            self.poison(ty);
            return TyTable::ERROR;
        }
        let (have, need) = (self.strip(ty).0, self.strip(inner).0);
        if have == need + 1 && !self.is_open(inner) && self.unify(ty, nullable) {
            return nullable;
        }
        self.coerce(last, ty, inner, Why::Branch(first.span));
        inner
    }

    pub(super) fn cast(&mut self, span: Span, operand: &'a Expr, to: TyId) -> TyId {
        let from = self.expr(operand, Want::Any);
        if self.is_open(from) {
            self.must_be_known(operand.span, from);
        }
        let (source, target) = (self.get(from), self.get(to));
        let allowed = matches!(
            (&source, &target),
            (Ty::Int | Ty::Byte, Ty::Float)
                | (Ty::Float | Ty::Byte | Ty::Bool, Ty::Int)
                | (Ty::Int | Ty::Float, Ty::Byte)
                | (Ty::Error | Ty::Never, _)
                | (_, Ty::Error)
        );
        if !allowed {
            let (shown_from, shown_to) = (self.show(from), self.show(to));
            let text = self.text(operand.span).unwrap_or("x");
            self.report(errors::bad_cast(span, &shown_from, &shown_to, text, &source, &target));
            self.poison(from);
        }
        to
    }
}

/// Can values of the type be put in order with `<`?
fn has_order(ty: &Ty) -> bool {
    matches!(ty, Ty::Int | Ty::Float | Ty::Byte | Ty::String | Ty::Duration | Ty::Error | Ty::Never)
}

/// Does the type have the operator?
fn takes(op: BinOp, ty: &Ty) -> bool {
    if matches!(ty, Ty::Error | Ty::Never) {
        return true;
    }
    match op {
        BinOp::Add => matches!(ty, Ty::Int | Ty::Float | Ty::Byte | Ty::String),
        BinOp::Sub | BinOp::Mul | BinOp::Div | BinOp::Rem => matches!(ty, Ty::Int | Ty::Float | Ty::Byte),
        BinOp::BitAnd | BinOp::BitOr | BinOp::BitXor | BinOp::Shl | BinOp::Shr => matches!(ty, Ty::Int | Ty::Byte),
    }
}
