//! Variables of inference. In: two types that should agree. Out: whether they do, with variables bound; coercions `T` → `T?`.
//! Nothing here recurses deeper than [`MAX_DEPTH`].

use super::{Cx, Open, Shape, Var, Want, Why, errors};
use crate::hir;
use crate::ids::{ExprId, Id, TyId};
use crate::ty::{Ty, TyTable};
use pluto_syntax::span::Span;
use std::collections::BTreeSet;

/// Types nested deeper than this are refused.
pub(super) const MAX_DEPTH: u32 = 64;

impl<'a> Cx<'a> {
    /// The id of a type; too deep ones are reported and become `Error`.
    pub(super) fn ty(&mut self, ty: Ty) -> TyId {
        let shape = self.shape_of(&ty);
        if shape.depth > MAX_DEPTH {
            self.report(errors::type_too_deep(self.at));
            return TyTable::ERROR;
        }
        let id = self.table.intern(ty);
        if id.index() == self.shapes.len() {
            self.shapes.push(shape);
        }
        id
    }

    /// Measures the types that came with the program.
    pub(super) fn measure_types(&mut self) {
        for id in self.table.ids() {
            let ty = self.table.get(id).clone();
            let shape = self.shape_of(&ty);
            self.shapes.push(shape);
        }
    }

    fn shape_of(&self, ty: &Ty) -> Shape {
        let mut shape = Shape { depth: 0, open: matches!(ty, Ty::Var(_)) };
        for part in ty.parts() {
            let inner = self.shapes[part.index()];
            shape.depth = shape.depth.max(inner.depth + 1);
            shape.open |= inner.open;
        }
        shape
    }

    /// A new variable.
    pub(super) fn fresh(&mut self, origin: Span, open: Open) -> TyId {
        let number = u32::try_from(self.body.vars.len()).unwrap_or(u32::MAX);
        self.body.vars.push(Var { origin, open, bound: None });
        self.ty(Ty::Var(number))
    }

    /// `T?`.
    pub(super) fn nullable(&mut self, inner: TyId) -> TyId {
        self.ty(Ty::Nullable(inner))
    }

    /// The type itself if it is no variable, or what the variable is bound to.
    pub(super) fn shallow(&self, mut ty: TyId) -> TyId {
        while let Ty::Var(number) = self.table.get(ty) {
            match self.body.vars.get(*number as usize).and_then(|var| var.bound) {
                Some(bound) => ty = bound,
                None => break,
            }
        }
        ty
    }

    /// The outermost form of a type.
    pub(super) fn get(&self, ty: TyId) -> Ty {
        self.table.get(self.shallow(ty)).clone()
    }

    /// Is it still completely unknown?
    pub(super) fn is_open(&self, ty: TyId) -> bool {
        matches!(self.table.get(self.shallow(ty)), Ty::Var(_))
    }

    /// How many `?` it has, and what is inside.
    pub(super) fn strip(&self, ty: TyId) -> (u32, TyId) {
        let (mut count, mut ty) = (0, self.shallow(ty));
        while let Ty::Nullable(inner) = self.table.get(ty) {
            ty = self.shallow(*inner);
            count += 1;
        }
        (count, ty)
    }

    fn strip_some(&self, ty: TyId, count: u32) -> TyId {
        let mut ty = self.shallow(ty);
        for _ in 0..count {
            if let Ty::Nullable(inner) = self.table.get(ty) {
                ty = self.shallow(*inner);
            }
        }
        ty
    }

    /// Makes two types equal if that is possible.
    pub(super) fn unify(&mut self, a: TyId, b: TyId) -> bool {
        self.unify_at(a, b, 0)
    }

    fn unify_at(&mut self, a: TyId, b: TyId, depth: u32) -> bool {
        let (a, b) = (self.shallow(a), self.shallow(b));
        if a == b {
            return true;
        }
        if depth > MAX_DEPTH {
            return false;
        }
        match (self.get(a), self.get(b)) {
            (Ty::Never, _) | (_, Ty::Never) => true,
            // A parameter stays, since its type is what must be written.
            (Ty::Var(var), Ty::Var(other)) if self.is_param(var) && !self.is_param(other) => self.bind(other, a),
            (Ty::Var(var), _) => self.bind(var, b),
            (_, Ty::Var(var)) => self.bind(var, a),
            (Ty::Error, _) | (_, Ty::Error) => {
                self.poison(a);
                self.poison(b);
                true
            }
            (Ty::Array(x), Ty::Array(y)) | (Ty::Nullable(x), Ty::Nullable(y)) => self.unify_at(x, y, depth + 1),
            (Ty::Map(k, v), Ty::Map(l, w)) => self.unify_at(k, l, depth + 1) && self.unify_at(v, w, depth + 1),
            (Ty::Fn(xs, x), Ty::Fn(ys, y)) if xs.len() == ys.len() => {
                xs.into_iter().zip(ys).all(|(x, y)| self.unify_at(x, y, depth + 1)) && self.unify_at(x, y, depth + 1)
            }
            (Ty::Holder(one, x), Ty::Holder(other, y)) if one == other => self.unify_at(x, y, depth + 1),
            (Ty::Tuple(xs), Ty::Tuple(ys)) if xs.len() == ys.len() => {
                xs.into_iter().zip(ys).all(|(x, y)| self.unify_at(x, y, depth + 1))
            }
            _ => false,
        }
    }

    fn bind(&mut self, var: u32, ty: TyId) -> bool {
        if self.open_vars(ty).contains(&var) {
            return false;
        }
        if let Some(var) = self.body.vars.get_mut(var as usize) {
            var.bound = Some(ty);
        }
        true
    }

    /// Is it the type of a closure's parameter?
    fn is_param(&self, var: u32) -> bool {
        self.body.vars.get(var as usize).is_some_and(|var| var.open == Open::Param)
    }

    /// The unbound variables in a type.
    fn open_vars(&self, ty: TyId) -> BTreeSet<u32> {
        let (mut found, mut seen, mut todo) = (BTreeSet::new(), BTreeSet::new(), vec![ty]);
        while let Some(ty) = todo.pop() {
            let ty = self.shallow(ty);
            if self.shapes[ty.index()].open && seen.insert(ty) {
                let ty = self.table.get(ty);
                if let Ty::Var(var) = ty {
                    found.insert(*var);
                }
                todo.extend(ty.parts());
            }
        }
        found
    }

    /// Something about this type was reported: what is open in it needs no message of its own.
    pub(super) fn poison(&mut self, ty: TyId) {
        for var in self.open_vars(ty) {
            self.bind(var, TyTable::ERROR);
        }
    }

    /// The type with all bound variables replaced.
    pub(super) fn zonk(&mut self, ty: TyId) -> TyId {
        self.zonk_at(ty, 0)
    }

    fn zonk_at(&mut self, ty: TyId, depth: u32) -> TyId {
        let ty = self.shallow(ty);
        if !self.shapes[ty.index()].open {
            return ty;
        }
        if depth > MAX_DEPTH {
            self.report(errors::type_too_deep(self.at));
            return TyTable::ERROR;
        }
        let replaced = match self.get(ty) {
            Ty::Array(x) => Ty::Array(self.zonk_at(x, depth + 1)),
            Ty::Nullable(x) => Ty::Nullable(self.zonk_at(x, depth + 1)),
            Ty::Map(k, v) => Ty::Map(self.zonk_at(k, depth + 1), self.zonk_at(v, depth + 1)),
            Ty::Tuple(xs) => Ty::Tuple(xs.into_iter().map(|x| self.zonk_at(x, depth + 1)).collect()),
            Ty::Fn(params, result) => {
                let params = params.into_iter().map(|param| self.zonk_at(param, depth + 1)).collect();
                Ty::Fn(params, self.zonk_at(result, depth + 1))
            }
            Ty::Holder(holder, x) => Ty::Holder(holder, self.zonk_at(x, depth + 1)),
            closed @ (Ty::Error
            | Ty::Never
            | Ty::Unit
            | Ty::Int
            | Ty::Float
            | Ty::Bool
            | Ty::Byte
            | Ty::String
            | Ty::Class(_)
            | Ty::Enum(_)
            | Ty::ErrorValue(_)
            | Ty::AnyError
            | Ty::Duration
            | Ty::Var(_)) => closed,
        };
        self.ty(replaced)
    }

    /// The type that both fit, `T?` if one is `T` and the other `T?`.
    pub(super) fn join(&mut self, a: TyId, b: TyId) -> Option<TyId> {
        let (a, b) = (self.shallow(a), self.shallow(b));
        if a == TyTable::NEVER || b == TyTable::ERROR {
            self.poison(a);
            return Some(b);
        }
        if b == TyTable::NEVER || a == TyTable::ERROR {
            self.poison(b);
            return Some(a);
        }
        let ((deep_a, core_a), (deep_b, core_b)) = (self.strip(a), self.strip(b));
        let (wide, narrow, extra, core) =
            if deep_a >= deep_b { (a, b, deep_a - deep_b, core_b) } else { (b, a, deep_b - deep_a, core_a) };
        let against = if self.is_open(core) { wide } else { self.strip_some(wide, extra) };
        self.unify(against, narrow).then_some(wide)
    }

    /// Makes a value of type `actual` one of type `expected`, and notes it if that wraps it. Reports if it cannot be.
    pub(super) fn coerce(&mut self, e: &'a hir::Expr, actual: TyId, expected: TyId, why: Why) {
        if !self.fits(e.id, actual, expected) {
            self.mismatch(e.span, actual, expected, why);
        }
    }

    /// Like `coerce`, without the message.
    pub(super) fn fits(&mut self, id: ExprId, actual: TyId, expected: TyId) -> bool {
        let (actual, expected) = (self.shallow(actual), self.shallow(expected));
        if actual == TyTable::NEVER {
            return true;
        }
        let ((have, core), (need, _)) = (self.strip(actual), self.strip(expected));
        if have < need && !self.is_open(core) && core != TyTable::ERROR {
            let inner = self.strip_some(expected, need - have);
            if !self.unify(actual, inner) {
                return false;
            }
            self.out_coercions.insert(id, expected);
            self.body.coerced.push(id);
            return true;
        }
        self.unify(actual, expected)
    }

    /// Reports that a value of one type stands where another is needed.
    pub(super) fn mismatch(&mut self, span: Span, actual: TyId, expected: TyId, why: Why) {
        let (found, needed) = (self.show(actual), self.show(expected));
        let (have, core) = self.strip(actual);
        let is_none = have > 0 && self.is_open(core);
        let (actual_ty, expected_ty) = (self.get(actual), self.get(expected));
        let text = self.text(span).unwrap_or("…");
        let found = if is_none { "none".to_string() } else { found };
        let diagnostic = errors::type_mismatch(span, &needed, &found, why);
        let help = if matches!(why, Why::Order(_)) {
            Some(errors::order_closure())
        } else {
            errors::conversion(text, &actual_ty, &expected_ty, self.shallow(expected), is_none)
        };
        self.report(match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        });
        self.poison(actual);
        self.poison(expected);
    }
}

impl Want {
    /// The type that is wished for.
    pub(super) fn ty(self) -> Option<TyId> {
        match self {
            Want::Hint(ty) | Want::Type(ty, _) => Some(ty),
            Want::Any | Want::Drop => None,
        }
    }

    /// The same for a part of the value.
    pub(super) fn part(self, ty: TyId) -> Want {
        match self {
            Want::Hint(_) => Want::Hint(ty),
            Want::Type(_, why) => Want::Type(ty, why),
            Want::Any | Want::Drop => Want::Any,
        }
    }
}
