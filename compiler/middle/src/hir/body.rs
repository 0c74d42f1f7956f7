//! What functions do: blocks, statements, expressions and patterns. Part of the data of [`super`], in a file of its own; in and out as
//! there. Ids of variables are those of the outermost function, of expressions and patterns those of the program.

use super::*;

/// A block. Its value is `value`, else unit.
#[derive(Clone, Debug)]
pub struct Block {
    /// In order.
    pub stmts: Vec<Stmt>,
    /// The last expression.
    pub value: Option<Box<Expr>>,
    /// With its braces.
    pub span: Span,
}

impl Block {
    /// The call that is all that the body of `spawn f(x)` does.
    #[must_use]
    pub fn forwarded(&self) -> Option<&Expr> {
        let value = self.value.as_deref().filter(|_| self.stmts.is_empty())?;
        if let ExprKind::Forward(call) = &value.kind { Some(call) } else { None }
    }
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// What.
    pub kind: StmtKind,
    /// Where.
    pub span: Span,
}

/// The forms of statements.
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// `let`; the pattern must be irrefutable (checked by `check`).
    Let { pattern: Pattern, ty: Option<TyId>, value: Expr },
    /// `place = value`.
    Assign { place: Expr, value: Expr },
    /// `place op= value`.
    AssignOp { place: Expr, op: BinOp, op_span: Span, value: Expr },
    /// An expression, its value dropped.
    Expr(Expr),
    /// `while`.
    While { id: LoopId, cond: Cond, body: Block },
    /// `for`.
    For { id: LoopId, pattern: Pattern, iter: Iter, body: Block },
}

/// What `for` goes over.
#[derive(Clone, Debug)]
pub enum Iter {
    /// `low..high`.
    Range { low: Expr, high: Expr, inclusive: Inclusive },
    /// Array, map (pairs), string (characters as strings), `Receiver`, `Subscriber` (messages until disconnected).
    Value(Expr),
}

/// `..` or `..=`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Inclusive {
    No,
    Yes,
}

/// The head of `if` and `while`.
#[derive(Clone, Debug)]
pub enum Cond {
    /// A truth value.
    Expr(Expr),
    /// `let pattern = value`. A pattern that is a `Bind`, `Wild`, a tuple, or a class that always fits takes the inside of a nullable
    /// value; resolve writes that as `PatternKind::Some(…)`, so here the pattern is simply matched against the value.
    Let { pattern: Pattern, value: Expr },
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Its id.
    pub id: ExprId,
    /// What.
    pub kind: ExprKind,
    /// Where.
    pub span: Span,
}

/// Arithmetic and bit operators.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum BinOp {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    BitAnd,
    BitOr,
    BitXor,
    Shl,
    Shr,
}

/// Comparisons.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum CmpOp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// `&&` or `||`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum LogicOp {
    And,
    Or,
}

/// The forms of expressions.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// An integer with its sign folded in; takes the type `float` or `byte` where one is expected.
    Int(i64),
    /// A float.
    Float(f64),
    /// Truth value.
    Bool(bool),
    /// `none`.
    None,
    /// Text.
    Str(Name),
    /// `f"…"`.
    FString(Vec<FPart>),
    /// `()`.
    Unit,
    /// A variable.
    Local(LocalId),
    /// A constant; a call of its function.
    Const(FnId),
    /// `self` (the value; only in methods of data classes, or as base of a field or receiver of a method call).
    SelfValue,
    /// `self.accounts`: only as the receiver of a method call; the number is the position in the class's `deps`.
    Dep(u32),
    /// A class literal: field positions with values, in written order.
    ClassLit { class: ClassId, fields: Vec<(u32, Expr)> },
    /// An enum value; `fields` by position in written order.
    VariantLit { enumeration: EnumId, variant: u32, fields: Vec<(u32, Expr)> },
    /// An error value.
    ErrorLit { error: ErrorId, fields: Vec<(u32, Expr)> },
    /// `[a, b]`.
    Array(Vec<Expr>),
    /// `{ k: v }`.
    Map(Vec<(Expr, Expr)>),
    /// `(a, b)`.
    Tuple(Vec<Expr>),
    /// Prefix operator.
    Unary { op: UnOp, operand: Box<Expr> },
    /// A flat left-associative chain of arithmetic operators. Each step has an id of its own, for its result type.
    Binary { first: Box<Expr>, rest: Vec<BinaryStep> },
    /// A comparison.
    Compare { op: CmpOp, left: Box<Expr>, right: Box<Expr> },
    /// A flat chain of one logic operator, at least two operands.
    Logic { op: LogicOp, operands: Vec<Expr> },
    /// `a ?? b ?? c`, flat, at least two operands; each but the last is nullable.
    Coalesce { operands: Vec<Expr> },
    /// `x as T`.
    Cast { operand: Box<Expr>, ty: TyId },
    /// `base.name`: a field of a class, error or tuple, or of `self` in a service.
    Field { base: Box<Expr>, name: Name, name_span: Span },
    /// `base[index]` of an array or map.
    Index { base: Box<Expr>, index: Box<Expr> },
    /// A call of a free function of the program.
    CallFn { function: FnId, args: Vec<Expr> },
    /// A call of a global function: `print(x)`, `min(a, b)`, `std.env.args()`, `expect(x)`.
    CallGlobal { function: crate::builtin::Global, args: Vec<Expr> },
    /// A method call; what it calls is found by `check` (`types::Callee`).
    CallMethod { receiver: Box<Expr>, name: Name, name_span: Span, args: Vec<Expr> },
    /// `x?`.
    Try(Box<Expr>),
    /// `call!`; the operand is one of the `Call…` kinds, `Within` or `Select`.
    Propagate(Box<Expr>),
    /// A call in the body that `spawn f(x)` becomes: hands errors on if there are any. One of the `Call…` kinds.
    Forward(Box<Expr>),
    /// `call catch …`; the operand as for `Propagate`.
    Catch { call: Box<Expr>, clauses: Vec<CatchClause>, rest: CatchRest },
    /// `if`.
    If { arms: Vec<(Cond, Block)>, otherwise: Option<Block> },
    /// `match`.
    Match { scrutinee: Box<Expr>, arms: Vec<MatchArm> },
    /// A block.
    Block(Block),
    /// `return`.
    Return(Option<Box<Expr>>),
    /// `break`.
    Break(LoopId),
    /// `continue`.
    Continue(LoopId),
    /// `raise`.
    Raise(Box<Expr>),
    /// `250ms`, in nanoseconds.
    Duration(i64),
    /// A closure: its body's function (`FnKind::Closure`).
    Closure(FnId),
    /// A function of the program as a value.
    FnValue(FnId),
    /// `f(x)` where `f` is a value.
    CallValue { callee: Box<Expr>, args: Vec<Expr> },
    /// `spawn { … }`, and `spawn f(x)`, for which `resolve` makes a block: the arguments in hidden variables, then this with a
    /// body that captures them. The function is of kind `FnKind::Task`.
    Spawn(FnId),
    /// `within limit { body }`.
    Within { limit: Box<Expr>, body: Block },
    /// `select { … }`.
    Select { arms: Vec<SelectArm>, after: Option<(Box<Expr>, Block)>, default: Option<Block> },
    /// `chan<T>(n)`: the tuple `(Sender<T>, Receiver<T>)`.
    Chan { element: TyId, capacity: Capacity },
    /// `self.orders`, an end of a named channel or topic; the position in the class's `deps`.
    DepEnd(u32),
    /// Reported.
    Error,
}

/// How many messages a new channel holds.
#[derive(Clone, Debug)]
pub enum Capacity {
    /// So many.
    Size(Box<Expr>),
    /// 64.
    Default,
    /// Any number.
    Unbounded,
}

/// An arm of a `select` that waits for a channel.
#[derive(Clone, Debug)]
pub struct SelectArm {
    /// What it waits for.
    pub kind: SelectKind,
    /// What happens then.
    pub body: Block,
    /// The whole arm.
    pub span: Span,
}

/// What an arm waits for.
#[derive(Clone, Debug)]
pub enum SelectKind {
    /// A message of a receiver or subscriber, matched against an irrefutable pattern (`_` if none is written).
    Recv { pattern: Pattern, receiver: Expr },
    /// Room for a message.
    Send { sender: Expr, value: Expr },
}

/// One step of a [`ExprKind::Binary`] chain.
#[derive(Clone, Debug)]
pub struct BinaryStep {
    /// The id of the result so far, this step included.
    pub id: ExprId,
    /// The operator.
    pub op: BinOp,
    /// Where the operator stands.
    pub op_span: Span,
    /// Its right side.
    pub right: Expr,
}

/// A piece of an f-string.
#[derive(Clone, Debug)]
pub enum FPart {
    /// Text.
    Text(Name),
    /// A value, with `.2`-like format text if written.
    Value { value: Expr, format: Option<(Name, Span)> },
}

/// What happens to errors that no clause takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CatchRest {
    /// There must not be any.
    Covered,
    /// Written `!`: handed on.
    Propagate,
}

/// One handler.
#[derive(Clone, Debug)]
pub struct CatchClause {
    /// What.
    pub kind: CatchKind,
    /// Where.
    pub span: Span,
}

/// The forms of handlers.
#[derive(Clone, Debug)]
pub enum CatchKind {
    /// A default value for every error.
    Value(Expr),
    /// `catch name: A | B { body }`. Without `errors`: every error. `local` has type `ErrorValue(A)` for exactly one
    /// error, else `AnyError`.
    Handler { local: LocalId, errors: Vec<(ErrorId, Span)>, body: Block },
}

/// An arm.
#[derive(Clone, Debug)]
pub struct MatchArm {
    /// The pattern.
    pub pattern: Pattern,
    /// The guard.
    pub guard: Option<Expr>,
    /// The body.
    pub body: Expr,
    /// The whole arm.
    pub span: Span,
}

/// A pattern.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// Its id.
    pub id: PatId,
    /// What.
    pub kind: PatternKind,
    /// Where.
    pub span: Span,
}

/// The forms of patterns. In the alternatives of an `Or` the same variables (same `LocalId`s) are bound.
#[derive(Clone, Debug)]
pub enum PatternKind {
    /// `_`, and what was wrong and reported.
    Wild,
    /// A variable.
    Bind(LocalId),
    /// `mut x`, but in a `let`: no variable, but a name for the place that is matched, as long as the block lasts. (The local is
    /// `mut`.) Never in alternatives, nor in errors.
    Place(LocalId),
    /// A literal.
    Literal(Literal),
    /// A range of integers.
    Range { low: i64, high: i64, inclusive: Inclusive },
    /// A class.
    Class { class: ClassId, fields: Vec<(u32, Pattern)> },
    /// A variant.
    Variant { enumeration: EnumId, variant: u32, fields: Vec<(u32, Pattern)> },
    /// An error (against `AnyError` or that `ErrorValue`).
    ErrorValue { error: ErrorId, fields: Vec<(u32, Pattern)> },
    /// A tuple.
    Tuple(Vec<Pattern>),
    /// Alternatives.
    Or(Vec<Pattern>),
    /// `none`.
    None,
    /// Not `none`, and the value matches.
    Some(Box<Pattern>),
}

impl Pattern {
    /// Does it give a name to the place that it is matched against, or to a part of it?
    #[must_use]
    pub fn binds_place(&self) -> bool {
        self.first_place().is_some()
    }

    /// The first name for a place in it: the variable, and where.
    #[must_use]
    pub fn first_place(&self) -> Option<(LocalId, Span)> {
        match &self.kind {
            PatternKind::Place(local) => Some((*local, self.span)),
            PatternKind::Class { fields, .. }
            | PatternKind::Variant { fields, .. }
            | PatternKind::ErrorValue { fields, .. } => fields.iter().find_map(|(_, part)| part.first_place()),
            PatternKind::Tuple(parts) | PatternKind::Or(parts) => parts.iter().find_map(Pattern::first_place),
            PatternKind::Some(inner) => inner.first_place(),
            PatternKind::Wild
            | PatternKind::Bind(_)
            | PatternKind::Literal(_)
            | PatternKind::Range { .. }
            | PatternKind::None => None,
        }
    }
}
