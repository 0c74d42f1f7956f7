//! The syntax tree: what was written, nothing about what it means. Chains (operators, `else if`) are flat, so that
//! nothing recurses over input-sized data. Made by `parser`, read by `resolve`.

use crate::code::Code;
use crate::span::{FileId, Span};
use std::sync::Arc;

/// Text of a name, only for printing and for `resolve`'s scopes.
pub type Name = Arc<str>;

/// A name and where it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct Ident {
    /// The text.
    pub name: Name,
    /// The place.
    pub span: Span,
}

/// A dotted name: `geo.Point`, `Status.Open`. Never empty.
pub type Path = Vec<Ident>;

/// Whether other modules see an item or member.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Vis {
    /// Without `pub`.
    Private,
    /// With `pub`.
    Public,
}

/// Whether something may change: `let`/`let mut`, `self`/`mut self`, `x: int`/`mut x: int`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mutability {
    /// Without `mut`.
    Fixed,
    /// With `mut`.
    Mutable,
}

/// One file.
#[derive(Clone, PartialEq, Debug)]
pub struct Module {
    /// The file it stands in.
    pub file: FileId,
    /// In source order.
    pub items: Vec<Item>,
    /// The names of declarations that are not in `items` because they could not be read or are not built yet, which was
    /// reported: uses of them are not errors of their own.
    pub left_out: Vec<Ident>,
}

/// A top-level declaration.
#[derive(Clone, PartialEq, Debug)]
pub struct Item {
    /// `pub`?
    pub vis: Vis,
    /// The text of its `///` lines, joined with newlines; empty if there are none.
    pub docs: String,
    /// What it is.
    pub kind: ItemKind,
    /// From `pub` or the keyword to its end.
    pub span: Span,
}

/// The kinds of declarations. Those that are not built yet are parsed, reported and left out by the parser.
#[derive(Clone, PartialEq, Debug)]
pub enum ItemKind {
    /// `import std.env` / `import billing as b`.
    Import { path: Path, alias: Option<Ident> },
    /// A function.
    Fn(FnDecl),
    /// `class`, data or service (told apart by `resolve`).
    Class(ClassDecl),
    /// `enum`.
    Enum(EnumDecl),
    /// `error NotFound { id: int }`.
    Error(VariantDecl),
    /// `const LIMIT = 100`.
    Const(ConstDecl),
    /// `app Shop[…] { … }`.
    App(ClassDecl),
    /// `system Production for Shop { … }`.
    System(SystemDecl),
    /// `test "name" { … }`. `scheduler` is the setting of the `tests[scheduler: Random] { … }` around it.
    Test { name: String, name_span: Span, body: Block, scheduler: Option<Ident> },
    /// `chan orders: Order(1000)`.
    Chan(ChanDecl),
    /// `topic prices: Tick(64, lossy)`.
    Topic(TopicDecl),
}

/// A named channel.
#[derive(Clone, PartialEq, Debug)]
pub struct ChanDecl {
    /// Its name.
    pub name: Ident,
    /// The type of its messages.
    pub ty: TypeExpr,
    /// How many fit.
    pub capacity: Capacity,
}

/// A topic.
#[derive(Clone, PartialEq, Debug)]
pub struct TopicDecl {
    /// Its name.
    pub name: Ident,
    /// The type of its messages.
    pub ty: TypeExpr,
    /// How many fit into each subscriber's queue.
    pub capacity: Capacity,
    /// Where `lossy` stands, if it does: a full queue drops its oldest message.
    pub lossy: Option<Span>,
}

/// How many messages a channel holds.
#[derive(Clone, PartialEq, Debug)]
pub enum Capacity {
    /// Not written: 64.
    Default,
    /// `(n)`; of named channels and topics an integer literal (`resolve` checks).
    Size(Box<Expr>),
    /// `(unbounded)`, and where that stands.
    Unbounded(Span),
}

/// `fn name(self, x: int) int { … }`. In a class it is a method.
#[derive(Clone, PartialEq, Debug)]
pub struct FnDecl {
    /// `pub`? (of methods; that of a free function stands in its [`Item`]).
    pub vis: Vis,
    /// Its name.
    pub name: Ident,
    /// `self` or `mut self`.
    pub self_param: Option<SelfParam>,
    /// The others.
    pub params: Vec<Param>,
    /// Its result type; unit if absent.
    pub result: Option<TypeExpr>,
    /// Its body.
    pub body: Block,
    /// From `fn` to the closing brace.
    pub span: Span,
}

/// `self` or `mut self`.
#[derive(Clone, PartialEq, Debug)]
pub struct SelfParam {
    /// `mut self`?
    pub mutability: Mutability,
    /// Where.
    pub span: Span,
}

/// `x: int` or `mut x: int`.
#[derive(Clone, PartialEq, Debug)]
pub struct Param {
    /// Its name.
    pub name: Ident,
    /// May the body reassign it?
    pub mutability: Mutability,
    /// Its type.
    pub ty: TypeExpr,
}

/// `class Name[deps] { fields methods }`, and `app`.
#[derive(Clone, PartialEq, Debug)]
pub struct ClassDecl {
    /// Its name.
    pub name: Ident,
    /// The bracket dependencies; `None` without brackets (`Some(vec![])` for `[]`).
    pub deps: Option<Vec<Dep>>,
    /// In order.
    pub fields: Vec<Field>,
    /// In order.
    pub methods: Vec<FnDecl>,
}

/// `accounts: AccountsService` in brackets.
#[derive(Clone, PartialEq, Debug)]
pub struct Dep {
    /// The name by which the class uses it.
    pub name: Ident,
    /// The service class.
    pub ty: TypeExpr,
}

/// `status: Status = Status.Open` in a class, enum variant or error.
#[derive(Clone, PartialEq, Debug)]
pub struct Field {
    /// Its name.
    pub name: Ident,
    /// Its type.
    pub ty: TypeExpr,
    /// Its default (classes and errors).
    pub default: Option<Expr>,
}

/// `enum Status { Open, Paid { at: int } }`.
#[derive(Clone, PartialEq, Debug)]
pub struct EnumDecl {
    /// Its name.
    pub name: Ident,
    /// In order.
    pub variants: Vec<VariantDecl>,
}

/// A variant of an enum, or an error.
#[derive(Clone, PartialEq, Debug)]
pub struct VariantDecl {
    /// Its name.
    pub name: Ident,
    /// Its fields; empty without braces.
    pub fields: Vec<Field>,
}

/// `const LIMIT: int = 100`.
#[derive(Clone, PartialEq, Debug)]
pub struct ConstDecl {
    /// Its name.
    pub name: Ident,
    /// Its type, if written.
    pub ty: Option<TypeExpr>,
    /// Its value.
    pub value: Expr,
}

/// `system Wide for Shop { region "eu" { pod web { process api { Shop } } } }`.
#[derive(Clone, PartialEq, Debug)]
pub struct SystemDecl {
    /// Its name.
    pub name: Ident,
    /// The app it places; `None` if `for` is left out.
    pub app: Option<Ident>,
    /// Pods outside any `region` stand in one region without a name.
    pub regions: Vec<Region>,
    /// In order.
    pub policies: Vec<Policy>,
}

/// `policy Accounts { timeout: 500ms }`: how calls of a service go when they cross.
#[derive(Clone, PartialEq, Debug)]
pub struct Policy {
    /// The service.
    pub service: Path,
    /// In order; those that are not built yet were reported and left out.
    pub settings: Vec<Setting>,
}

/// `timeout: 500ms`.
#[derive(Clone, PartialEq, Debug)]
pub struct Setting {
    /// What it sets.
    pub name: Ident,
    /// To what.
    pub value: Expr,
}

/// A region.
#[derive(Clone, PartialEq, Debug)]
pub struct Region {
    /// `"eu-west"`, or `None` for the region of pods that stand directly in the system.
    pub name: Option<(String, Span)>,
    /// In order.
    pub pods: Vec<Pod>,
}

/// A pod. `pod p { A, B }` is given as a pod with one process named `p`.
#[derive(Clone, PartialEq, Debug)]
pub struct Pod {
    /// Its name.
    pub name: Ident,
    /// In order.
    pub processes: Vec<Process>,
}

/// A process and the classes placed in it.
#[derive(Clone, PartialEq, Debug)]
pub struct Process {
    /// Its name.
    pub name: Ident,
    /// App and services, in order.
    pub members: Vec<Path>,
    /// The whole declaration.
    pub span: Span,
}

/// A type as written.
#[derive(Clone, PartialEq, Debug)]
pub struct TypeExpr {
    /// What.
    pub kind: TypeKind,
    /// Where.
    pub span: Span,
}

/// The built-in types with a keyword.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Prim {
    Int,
    Float,
    Bool,
    Byte,
    String,
    Duration,
}

/// The built-in types with one parameter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Holder {
    Sender,
    Receiver,
    Publisher,
    Subscriber,
    Task,
}

/// The forms of types.
#[derive(Clone, PartialEq, Debug)]
pub enum TypeKind {
    /// `int` …
    Prim(Prim),
    /// A declared type: `Order`, `billing.Invoice`.
    Path(Path),
    /// `[T]`.
    Array(Box<TypeExpr>),
    /// `Map<K, V>`.
    Map(Box<TypeExpr>, Box<TypeExpr>),
    /// `(A, B)`; at least two.
    Tuple(Vec<TypeExpr>),
    /// `T?`.
    Nullable(Box<TypeExpr>),
    /// `fn(A, B) R`; without `R` it gives nothing.
    Fn(Vec<TypeExpr>, Option<Box<TypeExpr>>),
    /// `Sender<T>` …; `Task` alone is a task that gives nothing.
    Holder(Holder, Option<Box<TypeExpr>>),
    /// Could not be read, or is not built yet; already reported.
    Error,
}

/// `{ … }`.
#[derive(Clone, PartialEq, Debug)]
pub struct Block {
    /// In order. A last [`StmtKind::Expr`] is the block's value if it is not ended by a written `;`.
    pub stmts: Vec<Stmt>,
    /// With the braces.
    pub span: Span,
}

/// A statement.
#[derive(Clone, PartialEq, Debug)]
pub struct Stmt {
    /// What.
    pub kind: StmtKind,
    /// Where.
    pub span: Span,
}

/// The forms of statements. `if`, `match`, `return`, `raise`, `break`, `continue` are expressions.
#[derive(Clone, PartialEq, Debug)]
pub enum StmtKind {
    /// `let x: T = v`, `let mut x = v`, `let (a, b) = v`. For `let mut` the pattern is a `Bind` with `Mutable`.
    Let { pattern: Pattern, ty: Option<TypeExpr>, value: Expr },
    /// `place = v`, `place += v` (op `Add`); `place++` is `+= 1`.
    Assign { place: Expr, op: Option<(BinOp, Span)>, value: Expr },
    /// An expression.
    Expr(Expr),
    /// `label: while c { … }`, `while let x = e { … }`.
    While { label: Option<Ident>, cond: Box<Cond>, body: Block },
    /// `label: for p in xs { … }`.
    For { label: Option<Ident>, pattern: Pattern, iter: Expr, body: Block },
    /// Could not be read; reported.
    Error,
}

/// The head of `if` and `while`.
#[derive(Clone, PartialEq, Debug)]
pub enum Cond {
    /// A truth value.
    Expr(Expr),
    /// `let p = value`: taken if `value` is not `none`, or, for a refutable pattern (`Status.Paid { at }`), if it matches.
    Let { pattern: Pattern, value: Expr },
}

/// An expression.
#[derive(Clone, PartialEq, Debug)]
pub struct Expr {
    /// What.
    pub kind: ExprKind,
    /// Where.
    pub span: Span,
}

/// Binary operators, all left-associative except `??`.
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
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    And,
    Or,
    /// `??`, right-associative.
    Coalesce,
}

/// Prefix operators.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum UnOp {
    Neg,
    Not,
    BitNot,
}

/// The forms of expressions.
#[derive(Clone, PartialEq, Debug)]
pub enum ExprKind {
    /// An integer without its sign; 2^63 is legal only under `Neg` (resolve checks).
    Int(u64),
    /// A float.
    Float(f64),
    /// `true`, `false`.
    Bool(bool),
    /// `none`.
    None,
    /// A string, escapes decoded.
    Str(String),
    /// `f"…"`.
    FString(Vec<FPart>),
    /// A lower- or upper-case name alone: variable, function, module, type (before `.Variant`).
    Name(Ident),
    /// `self`.
    SelfValue,
    /// `Point { x: 1, y }`, `Status.Paid { at: 3 }`, `geo.Point { … }`; a field without value stands for itself.
    Struct { path: Path, fields: Vec<(Ident, Option<Expr>)> },
    /// `[a, b]`.
    Array(Vec<Expr>),
    /// `{ k: v }`, `{}`.
    Map(Vec<(Expr, Expr)>),
    /// `(a, b)`; at least two. `()` is an empty tuple: unit.
    Tuple(Vec<Expr>),
    /// `-x`.
    Unary { op: UnOp, operand: Box<Expr> },
    /// Operators of one precedence level, flat: `a + b - c` is `a` and `[(+, b), (-, c)]`. Comparisons have exactly one step
    /// (a second one was reported). `??` chains are flat as well, to be read from the right.
    Binary { first: Box<Expr>, rest: Vec<(BinOp, Span, Expr)> },
    /// `a..b`, `a..=b`.
    Range { low: Box<Expr>, high: Box<Expr>, inclusive: bool },
    /// `x as float`.
    Cast { operand: Box<Expr>, ty: TypeExpr },
    /// `base.name`; tuple fields are named `0`, `1`. `a?.b` is `Field` of `Try`.
    Field { base: Box<Expr>, name: Ident },
    /// `base[index]`.
    Index { base: Box<Expr>, index: Box<Expr> },
    /// `callee(args)`; a method call's callee is a `Field`.
    Call { callee: Box<Expr>, args: Vec<Expr> },
    /// `x?`.
    Try(Box<Expr>),
    /// `call()!`. The operand is as written; that it is a call, `within` or `select` is checked by resolve.
    Propagate(Box<Expr>),
    /// `call() catch …`. `rest` is the `!` behind typed handlers.
    Catch { call: Box<Expr>, clauses: Vec<CatchClause>, rest: Option<Span> },
    /// `if c { } else if d { } else { }`: one arm per condition.
    If { arms: Vec<(Cond, Block)>, otherwise: Option<Block> },
    /// `match x { … }`.
    Match { scrutinee: Box<Expr>, arms: Vec<MatchArm> },
    /// A block as an expression.
    Block(Block),
    /// `return v`.
    Return(Option<Box<Expr>>),
    /// `break label`.
    Break(Option<Ident>),
    /// `continue label`.
    Continue(Option<Ident>),
    /// `raise NotFound { id }`.
    Raise(Box<Expr>),
    /// `250ms`: nanoseconds; too large ones were reported.
    Duration(i64),
    /// `(x) => x + 1`, `(x: int) int => { … }`.
    Closure { params: Vec<ClosureParam>, result: Option<TypeExpr>, body: Box<Expr> },
    /// `spawn f(x)`: a call, or `spawn { … }`: an `ExprKind::Block`.
    Spawn(Box<Expr>),
    /// `within 500ms { … }`; a `!` or `catch` behind it is `Propagate` or `Catch` around it.
    Within { limit: Box<Expr>, body: Block },
    /// `select { … }`; likewise.
    Select(Vec<SelectArm>),
    /// `chan<T>(8)`.
    Chan { ty: TypeExpr, capacity: Capacity },
    /// Could not be read, or is not built yet; reported with this code.
    Error(Code),
}

/// A parameter of a closure.
#[derive(Clone, PartialEq, Debug)]
pub struct ClosureParam {
    /// Its name.
    pub name: Ident,
    /// Its type, if written.
    pub ty: Option<TypeExpr>,
}

/// An arm of a `select`.
#[derive(Clone, PartialEq, Debug)]
pub struct SelectArm {
    /// What it waits for.
    pub kind: SelectKind,
    /// What happens then.
    pub body: Block,
    /// The whole arm.
    pub span: Span,
}

/// What an arm of a `select` waits for.
#[derive(Clone, PartialEq, Debug)]
pub enum SelectKind {
    /// `v = a.recv()` (a pattern that always fits) or `a.recv()`; the receiver is the expression before `.recv`.
    Recv { pattern: Option<Pattern>, receiver: Expr },
    /// `b.send(x)`.
    Send { sender: Expr, value: Expr },
    /// `after 1s`.
    After(Expr),
    /// `default`.
    Default,
}

/// A piece of an f-string.
#[derive(Clone, PartialEq, Debug)]
pub enum FPart {
    /// Text, escapes decoded.
    Text(String),
    /// `{expr}` or `{expr:.2}`; the format is the text after the colon.
    Value { value: Expr, format: Option<(String, Span)> },
}

/// One handler after `catch`.
#[derive(Clone, PartialEq, Debug)]
pub struct CatchClause {
    /// What.
    pub kind: CatchKind,
    /// From `catch` to its end.
    pub span: Span,
}

/// The forms of handlers.
#[derive(Clone, PartialEq, Debug)]
pub enum CatchKind {
    /// `catch guest`, `catch { break }`: a value (blocks are `ExprKind::Block`).
    Value(Expr),
    /// `catch err { … }` (no types: every error) and `catch err: NotFound | Gone { … }`.
    Handler { name: Ident, errors: Vec<Path>, body: Block },
}

/// An arm of a `match`.
#[derive(Clone, PartialEq, Debug)]
pub struct MatchArm {
    /// The pattern.
    pub pattern: Pattern,
    /// `if guard`.
    pub guard: Option<Expr>,
    /// The expression, or a block.
    pub body: Expr,
    /// The whole arm.
    pub span: Span,
}

/// A pattern.
#[derive(Clone, PartialEq, Debug)]
pub struct Pattern {
    /// What.
    pub kind: PatternKind,
    /// Where.
    pub span: Span,
}

/// A literal in a pattern.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Literal {
    Int { magnitude: u64, negative: bool },
    Bool(bool),
    Str(String),
}

/// The forms of patterns.
#[derive(Clone, PartialEq, Debug)]
pub enum PatternKind {
    /// `_`.
    Wild,
    /// `x`, and `mut x` in `let mut`.
    Bind { name: Ident, mutability: Mutability },
    /// `1`, `-1`, `"a"`, `true`.
    Literal(Literal),
    /// `1..5`, `1..=5`.
    Range { low: Literal, high: Literal, inclusive: bool },
    /// `Status.Paid { at }`, `NotFound { id: 3 }`, `Point { x, y: 0 }`, `Status.Open`. `fields` is `None` without braces;
    /// with braces, fields not named are not looked at. A field without pattern binds its own name.
    Struct { path: Path, fields: Option<Vec<(Ident, Option<Pattern>)>> },
    /// `(a, b)`.
    Tuple(Vec<Pattern>),
    /// `A | B`.
    Or(Vec<Pattern>),
    /// `none`.
    None,
    /// `p?`: not `none`, and the value matches `p`.
    Some(Box<Pattern>),
    /// Could not be read; reported.
    Error,
}
