//! Where several values meet: `if`, `match`, elements. In: the branches and what is wanted. Out: their common type, each branch
//! coerced to it. Branches of plain integers come last, since they take the type `float` or `byte` from the others.

use super::operator::is_plain_integer;
use super::{Cx, Later, Want, Why, errors};
use crate::hir::{Block, Cond, Expr, MatchArm};
use crate::ids::TyId;
use crate::ty::{Ty, TyTable};
use pluto_syntax::span::Span;

/// One of several ways to a value.
#[derive(Clone, Copy)]
pub(super) enum Branch<'a> {
    Expr(&'a Expr),
    Block(&'a Block),
}

impl<'a> Branch<'a> {
    /// The expression whose value it gives.
    fn value(self) -> Option<&'a Expr> {
        match self {
            Branch::Expr(e) => Some(e),
            Branch::Block(block) => block.value.as_deref(),
        }
    }

    fn span(self) -> Span {
        match self {
            Branch::Expr(e) => e.span,
            Branch::Block(block) => block.value.as_ref().map_or(block.span, |value| value.span),
        }
    }

    fn is_plain_integer(self) -> bool {
        match self {
            Branch::Expr(e) => is_plain_integer(e),
            Branch::Block(block) => block.stmts.is_empty() && block.value.as_deref().is_some_and(is_plain_integer),
        }
    }
}

impl<'a> Cx<'a> {
    pub(super) fn cond(&mut self, cond: &'a Cond) {
        match cond {
            Cond::Expr(e) => self.check_expr(e, TyTable::BOOL, Why::Plain),
            Cond::Let { pattern, value } => {
                let ty = self.expr(value, Want::Any);
                if self.pattern_is_sound(pattern, ty, self.pattern_binder(value)) {
                    self.bound_place(pattern, value);
                }
            }
        }
    }

    pub(super) fn if_else(
        &mut self,
        span: Span,
        arms: &'a [(Cond, Block)],
        otherwise: Option<&'a Block>,
        want: Want,
    ) -> TyId {
        for (cond, _) in arms {
            self.cond(cond);
        }
        let mut branches: Vec<Branch<'a>> = arms.iter().map(|(_, block)| Branch::Block(block)).collect();
        match otherwise {
            Some(block) => {
                branches.push(Branch::Block(block));
                self.branches(&branches, want)
            }
            None => self.if_without_else(span, &branches, want),
        }
    }

    /// Without `else` there is no value; only where one is needed that is wrong.
    fn if_without_else(&mut self, span: Span, branches: &[Branch<'a>], want: Want) -> TyId {
        let (needed, why) = match want {
            Want::Drop => (TyTable::UNIT, Why::Plain),
            Want::Type(ty, why) => (self.shallow(ty), why),
            Want::Any | Want::Hint(_) => (self.branches(branches, Want::Any), Why::Plain),
        };
        if matches!(want, Want::Drop | Want::Type(..)) {
            self.branches(branches, Want::Drop);
        }
        let fine = [TyTable::UNIT, TyTable::NEVER, TyTable::ERROR].contains(&self.shallow(needed));
        let fine = fine || (self.is_open(needed) && self.unify(needed, TyTable::UNIT));
        if !fine {
            let shown = self.show(needed);
            self.report(errors::if_without_else(span, &shown, why));
            return TyTable::ERROR;
        }
        TyTable::UNIT
    }

    pub(super) fn match_arms(&mut self, value: &'a Expr, arms: &'a [MatchArm], want: Want) -> TyId {
        let ty = self.expr(value, Want::Any);
        let mut sound = true;
        let binder = self.pattern_binder(value);
        for arm in arms {
            if self.pattern_is_sound(&arm.pattern, ty, binder) {
                self.bound_place(&arm.pattern, value);
            } else {
                sound = false;
            }
            if let Some(guard) = &arm.guard {
                self.check_expr(guard, TyTable::BOOL, Why::Plain);
            }
        }
        if sound {
            self.body.later.push(Later::Match { ty, span: value.span, arms });
        }
        let branches: Vec<Branch<'a>> = arms.iter().map(|arm| Branch::Expr(&arm.body)).collect();
        self.branches(&branches, want)
    }

    /// The type of a choice between branches.
    pub(super) fn branches(&mut self, branches: &[Branch<'a>], want: Want) -> TyId {
        match want {
            Want::Any | Want::Hint(_) => self.common(branches, want, Why::Branch),
            Want::Drop => {
                let ends = branches.iter().filter(|it| self.branch(**it, Want::Drop) == TyTable::NEVER).count();
                if ends == branches.len() { TyTable::NEVER } else { TyTable::UNIT }
            }
            Want::Type(ty, _) => {
                let ends = branches.iter().filter(|it| self.branch_checked(**it, want) == TyTable::NEVER).count();
                if ends == branches.len() { TyTable::NEVER } else { ty }
            }
        }
    }

    /// The type of one branch.
    pub(super) fn branch(&mut self, branch: Branch<'a>, want: Want) -> TyId {
        let ty = match branch {
            Branch::Expr(e) => {
                let ty = self.expr(e, want);
                if let Want::Drop = want {
                    self.dropped(e, ty);
                }
                ty
            }
            Branch::Block(block) => self.block(block, want),
        };
        self.shallow(ty)
    }

    /// A branch that must have the wanted type: gives its own type.
    pub(super) fn branch_checked(&mut self, branch: Branch<'a>, want: Want) -> TyId {
        let actual = self.branch(branch, want);
        if let (Want::Type(ty, why), Branch::Expr(e)) = (want, branch) {
            self.coerce(e, actual, ty, why);
        }
        actual
    }

    /// Finds the type that all branches fit and coerces each to it.
    pub(super) fn common(&mut self, branches: &[Branch<'a>], want: Want, why: fn(Span) -> Why) -> TyId {
        let (late, early): (Vec<Branch<'a>>, Vec<Branch<'a>>) = branches.iter().partition(|it| it.is_plain_integer());
        let mut common: Option<(TyId, Span)> = None;
        let mut found: Vec<(Branch<'a>, TyId)> = vec![];
        for branch in early.into_iter().chain(late) {
            let hint = match common {
                Some((ty, _)) if ty != TyTable::NEVER => Want::Hint(ty),
                Some(_) | None => want,
            };
            let ty = self.branch(branch, hint);
            common = Some(match common {
                None => (ty, branch.span()),
                Some((so_far, first)) => match self.join(so_far, ty) {
                    Some(joined) => {
                        (self.shallow(joined), if so_far == TyTable::NEVER { branch.span() } else { first })
                    }
                    None if branch.span() < first => {
                        self.mismatch(first, so_far, ty, why(branch.span()));
                        (TyTable::ERROR, first)
                    }
                    None => {
                        self.mismatch(branch.span(), ty, so_far, why(first));
                        (TyTable::ERROR, first)
                    }
                },
            });
            found.push((branch, ty));
        }
        let Some((common, _)) = common else { return TyTable::NEVER };
        if common != TyTable::ERROR {
            found.into_iter().for_each(|(branch, ty)| self.widen(branch, ty, common));
        }
        common
    }

    fn widen(&mut self, branch: Branch<'a>, ty: TyId, common: TyId) {
        match branch.value() {
            Some(value) => {
                // A block's own type may be `Never` though its value has one; the value is never used then.
                let fits = self.fits(value.id, ty, common);
                debug_assert!(fits, "joined before");
            }
            None if matches!(self.get(common), Ty::Nullable(_)) && ty == TyTable::UNIT => {
                let shown = self.show(common);
                self.report(errors::block_without_value(branch.span(), &shown, Why::Plain));
            }
            None => {}
        }
    }
}
