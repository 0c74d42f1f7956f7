//! `check`: HIR → [`Types`]. In: the program with every name an id. Out: a type for every expression, pattern and variable, and
//! what every method call calls; diagnostics for what does not fit.
//!
//! Types flow in both directions: an expression is looked at with a [`Want`] (what its place needs) and gives what it is;
//! [`coerce`](Cx::coerce) compares both and notes `T` → `T?`. What is left open inside a body (`[]`, `{}`, `none`) is a variable
//! that later uses decide; at the end of the body every variable is replaced, and what had to wait (patterns that must cover
//! every case, values that must be comparable) is looked at. Closures and tasks are checked inside the body they stand in.

mod bound;
mod branch;
mod call;
mod channel;
mod closure;
mod constants;
mod covering;
mod data;
mod errors;
mod exhaustive;
mod expr;
mod fallible;
mod field;
mod finish;
mod format;
mod held;
mod item;
mod literal;
mod method;
mod operator;
mod pattern;
mod place;
pub mod print;
mod recursion;
mod stmt;
#[cfg(test)]
mod tests;
mod unify;

use crate::hir::{self, FnKind};
use crate::ids::{ClassId, ExprId, FnId, IndexVec, LocalId, LoopId, PatId, TyId};
use crate::ty::TyTable;
use crate::types::{Callee, Types};
use pluto_syntax::diag::{Diagnostic, Diagnostics};
use pluto_syntax::span::Span;
use std::collections::{BTreeMap, BTreeSet};

/// Finds the type of everything in the program.
pub fn check(program: &hir::Program, diagnostics: &mut Diagnostics) -> Types {
    let mut cx = Cx::new(program, diagnostics);
    cx.recursive_types();
    cx.declared_types();
    cx.functions();
    let types = cx.into_types();
    held::check(program, &types, diagnostics);
    types
}

/// What the place of an expression needs.
#[derive(Clone, Copy, Debug)]
enum Want {
    /// Any value.
    Any,
    /// Any value, but literals should become this if they can.
    Hint(TyId),
    /// This type.
    Type(TyId, Why),
    /// Nothing: the value is dropped.
    Drop,
}

/// Where a needed type comes from, for the second label of a mismatch.
#[derive(Clone, Copy, Debug)]
enum Why {
    /// It is obvious.
    Plain,
    /// A variable or constant has it.
    Declared(Span),
    /// A parameter has it.
    Param(Span),
    /// A field has it.
    Field(Span),
    /// The function gives it.
    Result(Span),
    /// Another branch gives it.
    Branch(Span),
    /// Another element has it.
    Element(Span),
    /// The call whose errors are caught gives it.
    Caught(Span),
    /// The place where the closure or task stands needs it as the result, or another `return` gives it.
    Closure(Span),
    /// The value that is called takes it.
    Callee(Span),
    /// `sort_by` needs it of its closure.
    Order(Span),
}

/// How a variable was bound, for the way out in `E0308`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Binder {
    Param,
    Let,
    /// By a pattern against a place.
    Pattern,
    /// By a pattern against another value.
    Value,
    /// By a `for` over what has no places.
    Loop,
    /// By a `for` over places.
    Element,
    Catch,
    Closure,
    Select,
}

/// What an inference variable stands for, for `E0307`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Open {
    /// The elements of `[]`.
    Array,
    /// The keys or values of `{}`.
    Map,
    /// The inside of `none`.
    None,
    /// The parameter of a closure.
    Param,
    /// The value of something that is being found out.
    Value,
}

/// An inference variable.
#[derive(Clone, Copy, Debug)]
struct Var {
    origin: Span,
    open: Open,
    bound: Option<TyId>,
}

/// Something to look at when the body's types are known.
#[derive(Clone, Debug)]
enum Later<'a> {
    /// `==` on values of this type.
    Comparable { ty: TyId, span: Span, what: &'static str },
    /// `sort`.
    Ordered { ty: TyId, span: Span, method: &'static str },
    /// `join`.
    Strings { ty: TyId, span: Span },
    /// A value that is shown.
    Shown { ty: TyId, span: Span, what: &'static str },
    /// A value that is dropped: no task.
    Dropped { ty: TyId, span: Span },
    /// A format text.
    Format { ty: TyId, text: &'a str, span: Span },
    /// A `match` must cover its value.
    Match { ty: TyId, span: Span, arms: &'a [hir::MatchArm] },
    /// A pattern that must always match.
    Irrefutable { ty: TyId, pattern: &'a hir::Pattern, binder: Binder },
}

/// The body that is being looked at, closures and tasks in it included.
struct Body<'a> {
    /// The outermost function, whose variables all of them use.
    function: FnId,
    /// The closures and tasks around the place, the innermost last.
    nests: Vec<FnId>,
    /// Those that are done, with their results.
    closures: Vec<(FnId, TyId)>,
    /// Variables that are read.
    used: BTreeSet<LocalId>,
    /// The class whose instance `self` is.
    class: Option<ClassId>,
    /// What `return` must give.
    result: TyId,
    result_why: Why,
    locals: IndexVec<LocalId, Option<TyId>>,
    binders: BTreeMap<LocalId, Binder>,
    vars: Vec<Var>,
    exprs: Vec<(ExprId, Span)>,
    pats: Vec<PatId>,
    coerced: Vec<ExprId>,
    later: Vec<Later<'a>>,
    broken: BTreeSet<LoopId>,
}

impl<'a> Body<'a> {
    fn new(function: FnId, declared: &'a hir::Function, result: TyId) -> Body<'a> {
        let class = if let FnKind::Method(class) = declared.kind { Some(class) } else { None };
        Body {
            function,
            nests: vec![],
            closures: vec![],
            used: BTreeSet::new(),
            class,
            result,
            result_why: Why::Result(declared.span),
            locals: IndexVec::filled(None, declared.locals.len()),
            binders: BTreeMap::new(),
            vars: vec![],
            exprs: vec![],
            pats: vec![],
            coerced: vec![],
            later: vec![],
            broken: BTreeSet::new(),
        }
    }
}

/// What is known of an interned type.
#[derive(Clone, Copy, Debug)]
struct Shape {
    /// How deeply it is nested.
    depth: u32,
    /// Is there a variable in it?
    open: bool,
}

/// The state of `check`.
struct Cx<'a> {
    program: &'a hir::Program,
    dx: &'a mut Diagnostics,
    table: TyTable,
    /// Of each type of `table`.
    shapes: Vec<Shape>,
    out_exprs: IndexVec<ExprId, TyId>,
    out_coercions: BTreeMap<ExprId, TyId>,
    out_patterns: IndexVec<PatId, TyId>,
    out_locals: IndexVec<FnId, IndexVec<LocalId, TyId>>,
    out_results: IndexVec<FnId, TyId>,
    out_methods: BTreeMap<ExprId, Callee>,
    out_fields: BTreeMap<ExprId, u32>,
    body: Body<'a>,
    /// Types of keys of maps that were reported.
    bad_keys: BTreeSet<TyId>,
    /// How many messages so far.
    reported: usize,
    /// Where we are, for the message about types nested too deeply.
    at: Span,
}

impl<'a> Cx<'a> {
    fn new(program: &'a hir::Program, dx: &'a mut Diagnostics) -> Cx<'a> {
        let locals = program.fns.iter().map(|it| IndexVec::filled(TyTable::ERROR, it.locals.len()));
        let results = program.fns.iter().map(|it| it.result.unwrap_or(TyTable::ERROR));
        let nowhere = Span::new(pluto_syntax::span::FileId(0), 0, 0);
        let mut cx = Cx {
            program,
            dx,
            table: program.types.clone(),
            shapes: vec![],
            out_exprs: IndexVec::filled(TyTable::ERROR, program.expr_count),
            out_coercions: BTreeMap::new(),
            out_patterns: IndexVec::filled(TyTable::ERROR, program.pat_count),
            out_locals: locals.collect(),
            out_results: results.collect(),
            out_methods: BTreeMap::new(),
            out_fields: BTreeMap::new(),
            body: Body::nowhere(nowhere),
            bad_keys: BTreeSet::new(),
            reported: 0,
            at: nowhere,
        };
        cx.measure_types();
        cx
    }

    fn into_types(self) -> Types {
        Types {
            table: self.table,
            exprs: self.out_exprs,
            coercions: self.out_coercions,
            patterns: self.out_patterns,
            locals: self.out_locals,
            results: self.out_results,
            methods: self.out_methods,
            fields: self.out_fields,
        }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.reported += 1;
        self.dx.push(diagnostic);
    }

    /// A type as the user would write it; what is not known yet is `_`.
    fn show(&mut self, ty: TyId) -> String {
        let ty = self.zonk(ty);
        print::show(&self.table, self.program, ty)
    }

    /// A short piece of source text, to be repeated in a message.
    fn text(&self, span: Span) -> Option<&'a str> {
        let text = self.program.sources.text(span);
        (!text.is_empty() && text.len() <= 40 && !text.contains('\n')).then_some(text)
    }

    /// The class of `self`, if it is a service class.
    fn service(&self) -> Option<ClassId> {
        self.body.class.filter(|class| self.program.classes[*class].kind != hir::ClassKind::Data)
    }
}

impl Body<'_> {
    /// The state between bodies.
    fn nowhere(span: Span) -> Self {
        Body {
            function: FnId(0),
            nests: vec![],
            closures: vec![],
            used: BTreeSet::new(),
            class: None,
            result: TyTable::UNIT,
            result_why: Why::Declared(span),
            locals: IndexVec::new(),
            binders: BTreeMap::new(),
            vars: vec![],
            exprs: vec![],
            pats: vec![],
            coerced: vec![],
            later: vec![],
            broken: BTreeSet::new(),
        }
    }
}
