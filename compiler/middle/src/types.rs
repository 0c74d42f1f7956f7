//! What `check` found out: a type for every expression, pattern and variable, and what every method call calls.

use crate::builtin::{Expectation, Method};
use crate::ids::{ExprId, FnId, IndexVec, LocalId, PatId, TyId};
use crate::ty::TyTable;
use std::collections::BTreeMap;

/// The result of `check`. Total: every id has an entry (`TyTable::ERROR` where something was reported).
#[derive(Clone, Debug)]
pub struct Types {
    /// A superset of `hir::Program.types`, with the same ids. No `Ty::Var` is reachable from any table here.
    pub table: TyTable,
    /// The type of each expression *before* coercion. Integer literals already have their final type (`int`, `float`, `byte`).
    pub exprs: IndexVec<ExprId, TyId>,
    /// Expressions whose value is wrapped into a nullable type (one or more `T` → `T?`) after evaluation: the final type.
    pub coercions: BTreeMap<ExprId, TyId>,
    /// The type of the value that each pattern is matched against.
    pub patterns: IndexVec<PatId, TyId>,
    /// The type of each variable, per function.
    pub locals: IndexVec<FnId, IndexVec<LocalId, TyId>>,
    /// The result type of each function.
    pub results: IndexVec<FnId, TyId>,
    /// What each `CallMethod` calls.
    pub methods: BTreeMap<ExprId, Callee>,
    /// The position of the field that each `Field` expression names (class, error, service field or tuple element).
    pub fields: BTreeMap<ExprId, u32>,
}

/// What a method call calls.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Callee {
    /// A method of a data class; `self` is the receiver (a mutable place if it takes `mut self`).
    Data(FnId),
    /// A method of a dependency: the receiver is `ExprKind::Dep`.
    Dep(FnId),
    /// A method of the same service on `self`: no lock, always direct.
    OwnService(FnId),
    /// A built-in method.
    Builtin(Method),
    /// `x.callback(…)` where `callback` is a field (of a class, error or tuple, or of `self` in a service) whose value is a
    /// function: the field's position. The receiver is what has the field; a call like [`crate::hir::ExprKind::CallValue`].
    Field(u32),
    /// `expect(x).to_equal(y)`; the receiver is the call of `Global::Expect`.
    Expect(Expectation),
}
