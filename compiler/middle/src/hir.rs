//! HIR: the whole program with every name an id. Made by `resolve`, read by all later stages; never changed.
//! Still a tree per function; still to be typed (`types::Types`).

mod body;
mod nest;
pub mod print;
pub mod visit;

pub use body::*;

use crate::ids::{
    ChannelId, ClassId, EnumId, ErrorId, ExprId, FnId, IndexVec, LocalId, LoopId, ModuleId, PatId, SystemId, TyId,
};
use crate::ty::{Holder, TyTable};
pub use pluto_syntax::ast::{Literal, Mutability, Name, UnOp, Vis};
use pluto_syntax::print::duration;
use pluto_syntax::span::{SourceMap, Span};
use serde::Serialize;
use std::fmt::{Display, Formatter};
use std::num::NonZeroU64;
use std::sync::Arc;

/// The whole program.
#[derive(Clone, Debug)]
pub struct Program {
    /// The texts, for lines in faults and messages.
    pub sources: Arc<SourceMap>,
    /// Modules by id; the first one is the file that was named.
    pub modules: IndexVec<ModuleId, Module>,
    /// Data classes, service classes and the app.
    pub classes: IndexVec<ClassId, Class>,
    /// Enums; id 0 is the built-in `Outcome` ([`OUTCOME`]).
    pub enums: IndexVec<EnumId, Enum>,
    /// Errors; ids `0..BuiltinError::ALL.len()` are the built-in ones, in that order.
    pub errors: IndexVec<ErrorId, ErrorDecl>,
    /// All functions, methods, tests, constants' values and field defaults.
    pub fns: IndexVec<FnId, Function>,
    /// The app, if there is one.
    pub app: Option<ClassId>,
    /// Where the program starts: the app's `main` method or the free `fn main`.
    pub main: Option<FnId>,
    /// The systems, in source order.
    pub systems: IndexVec<SystemId, System>,
    /// Named channels and topics, in source order.
    pub channels: IndexVec<ChannelId, NamedChannel>,
    /// The tests, in source order.
    pub tests: Vec<Test>,
    /// Types that were written; `check` extends a copy.
    pub types: TyTable,
    /// How many expressions: ids are `0..expr_count`.
    pub expr_count: usize,
    /// How many patterns.
    pub pat_count: usize,
}

/// A module.
#[derive(Clone, Debug)]
pub struct Module {
    /// `main`, `accounts`: the file's name without ending.
    pub name: Name,
}

/// Data, service or the program's start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClassKind {
    /// A value.
    Data,
    /// A class with brackets, or one that stands in somebody's brackets.
    Service,
    /// The app: a service with `main`, in nobody's brackets.
    App,
}

/// A class.
#[derive(Clone, Debug)]
pub struct Class {
    /// Its name as written.
    pub name: Name,
    /// Where it was declared.
    pub module: ModuleId,
    /// Where its name stands.
    pub span: Span,
    /// Data, service or app.
    pub kind: ClassKind,
    /// The bracket dependencies, in order.
    pub deps: Vec<Dep>,
    /// The fields, in order.
    pub fields: Vec<Field>,
    /// The methods, in order (`start`, `stop`, `main` among them).
    pub methods: Vec<FnId>,
}

/// A dependency in brackets.
#[derive(Clone, Debug)]
pub struct Dep {
    /// The name by which it is used.
    pub name: Name,
    /// What it is.
    pub target: DepTarget,
    /// Where it stands.
    pub span: Span,
}

/// What a name in brackets stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DepTarget {
    /// A service class.
    Service(ClassId),
    /// An end of a named channel or topic.
    End {
        /// Which.
        channel: ChannelId,
        /// Which end; never `Task`.
        side: Holder,
        /// `Sender<Order>`.
        ty: TyId,
    },
}

impl Dep {
    /// The service class, if it is one.
    #[must_use]
    pub fn service(&self) -> Option<ClassId> {
        match self.target {
            DepTarget::Service(class) => Some(class),
            DepTarget::End { .. } => None,
        }
    }
}

/// `chan orders: Order(1000)` or `topic prices: Tick(64)`.
#[derive(Clone, Debug)]
pub struct NamedChannel {
    /// Its name.
    pub name: Name,
    /// Where declared.
    pub module: ModuleId,
    /// The type of its messages.
    pub element: TyId,
    /// How many messages fit (of a topic: into each subscriber's queue); -1: any number.
    pub capacity: i64,
    /// What it is.
    pub kind: ChannelKind,
    /// Where its name stands.
    pub span: Span,
}

/// What kind of named channel it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChannelKind {
    /// Each message goes to one receiver.
    Channel,
    /// Each message goes to every subscriber.
    Topic,
    /// The same, and a full queue drops its oldest message.
    LossyTopic,
}

/// The built-in enum that `Task.outcome()` gives: `Outcome { Done, Failed { message: string }, Faulted { message: string },
/// Cancelled }`.
pub const OUTCOME: EnumId = EnumId(0);

/// A field of a class, variant or error.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TyId,
    /// A function without parameters that makes its default value.
    pub default: Option<FnId>,
    /// Where it stands.
    pub span: Span,
}

/// An enum.
#[derive(Clone, Debug)]
pub struct Enum {
    /// Its name.
    pub name: Name,
    /// Where declared.
    pub module: ModuleId,
    /// Where its name stands.
    pub span: Span,
    /// In order; the position is the tag and the discriminant on the wire.
    pub variants: Vec<Variant>,
}

/// A variant.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Its name.
    pub name: Name,
    /// Its fields.
    pub fields: Vec<Field>,
    /// Where its name stands.
    pub span: Span,
}

/// An error.
#[derive(Clone, Debug)]
pub struct ErrorDecl {
    /// Its name.
    pub name: Name,
    /// Its fields.
    pub fields: Vec<Field>,
    /// Where declared; built-in errors have the start of the first file.
    pub module: ModuleId,
    /// Where its name stands.
    pub span: Span,
}

/// The errors that the language itself raises. Their `ErrorId` is their position.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum BuiltinError {
    /// `NetworkError { service: string, method: string, detail: string, may_have_run: bool }`.
    Network,
    /// `TimeoutError`, same fields.
    Timeout,
    /// `UnavailableError`, same fields.
    Unavailable,
    /// `VersionError`, same fields: the process was built with another interface.
    Version,
    /// `FileError { path: string, detail: string }`, raised by `std.fs`.
    File,
    /// `ChannelClosed { lost: bool }`.
    ChannelClosed,
    /// `TaskCancelled {}`, out of `get`.
    TaskCancelled,
}

impl BuiltinError {
    /// In id order.
    pub const ALL: [BuiltinError; 7] = [
        BuiltinError::Network,
        BuiltinError::Timeout,
        BuiltinError::Unavailable,
        BuiltinError::Version,
        BuiltinError::File,
        BuiltinError::ChannelClosed,
        BuiltinError::TaskCancelled,
    ];
    /// Those that a boundary adds.
    pub const BOUNDARY: [BuiltinError; 4] =
        [BuiltinError::Network, BuiltinError::Timeout, BuiltinError::Unavailable, BuiltinError::Version];

    /// Its name in programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            BuiltinError::Network => "NetworkError",
            BuiltinError::Timeout => "TimeoutError",
            BuiltinError::Unavailable => "UnavailableError",
            BuiltinError::Version => "VersionError",
            BuiltinError::File => "FileError",
            BuiltinError::ChannelClosed => "ChannelClosed",
            BuiltinError::TaskCancelled => "TaskCancelled",
        }
    }
    /// Its fields with their types.
    #[must_use]
    pub fn fields(self) -> &'static [(&'static str, TyId)] {
        match self {
            BuiltinError::Network | BuiltinError::Timeout | BuiltinError::Unavailable | BuiltinError::Version => &[
                ("service", TyTable::STRING),
                ("method", TyTable::STRING),
                ("detail", TyTable::STRING),
                ("may_have_run", TyTable::BOOL),
            ],
            BuiltinError::File => &[("path", TyTable::STRING), ("detail", TyTable::STRING)],
            BuiltinError::ChannelClosed => &[("lost", TyTable::BOOL)],
            BuiltinError::TaskCancelled => &[],
        }
    }
    /// Its id.
    #[must_use]
    pub fn id(self) -> ErrorId {
        ErrorId(self as u32)
    }
}

/// What a function is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FnKind {
    /// A free function.
    Free,
    /// A method of a class.
    Method(ClassId),
    /// The body of a test.
    Test,
    /// The value of a constant.
    Const,
    /// The default value of a field.
    Default,
    /// The body of a closure that stands in that function. It shares that function's [`LocalId`]s and [`LoopId`]s.
    Closure(FnId),
    /// The body of a `spawn` that stands in that function: like a closure without parameters, called once, in a task of its own.
    Task(FnId),
}

/// How a method takes `self`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SelfParam {
    /// `self`.
    Read,
    /// `mut self`.
    Mut,
}

/// A function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its own name.
    pub name: Name,
    /// Its name in call paths and MIR: `main`, `Line.price`, `accounts.find` in modules but the first, `LIMIT`, `test "x"`.
    pub qualified: Name,
    /// Where declared.
    pub module: ModuleId,
    /// What it is.
    pub kind: FnKind,
    /// How it takes `self`; `None` for free functions.
    pub self_param: Option<SelfParam>,
    /// Parameters, which are the first locals.
    pub params: Vec<LocalId>,
    /// Its result. `None`: to be inferred from the body (constants without type).
    pub result: Option<TyId>,
    /// All its variables.
    pub locals: IndexVec<LocalId, Local>,
    /// How many loops.
    pub loop_count: usize,
    /// Of a closure or task: the variables of the functions around it that it uses, in order. Their values are taken when the
    /// closure is made; inside they cannot be changed.
    pub captures: Vec<LocalId>,
    /// Of a closure or task: where it uses `self` first, if it does. A data class's `self` is captured by value.
    pub uses_self: Option<Span>,
    /// Its body.
    pub body: Block,
    /// Where its name stands (of a closure: its parameters; of a task: `spawn`).
    pub span: Span,
}

/// A variable.
#[derive(Clone, Debug)]
pub struct Local {
    /// Its name.
    pub name: Name,
    /// May it be reassigned and changed?
    pub mutability: Mutability,
    /// Its type as written (always, for parameters).
    pub ty: Option<TyId>,
    /// Where it was bound.
    pub span: Span,
}

/// A test.
#[derive(Clone, Debug)]
pub struct Test {
    /// Its title.
    pub name: String,
    /// Its body.
    pub function: FnId,
    /// How its tasks are run.
    pub scheduler: Scheduler,
    /// Where its title stands.
    pub span: Span,
}

/// How the tasks of a test are run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scheduler {
    /// As in a program.
    Normal,
    /// Interleaved at random, from a seed, under virtual time.
    Random,
}

/// `system S for App`.
#[derive(Clone, Debug)]
pub struct System {
    /// Its name.
    pub name: Name,
    /// Where its name stands.
    pub span: Span,
    /// All processes of all pods and regions, in order.
    pub processes: Vec<SystemProcess>,
    /// At most one a service, in order.
    pub policies: Vec<Policy>,
}

/// `policy Accounts { timeout: 500ms, on_fault: restart }`.
#[derive(Clone, Debug)]
pub struct Policy {
    /// For this service.
    pub service: ClassId,
    /// Where its name stands.
    pub span: Span,
    /// How long a call of it waits at most when it crosses.
    pub timeout: Option<Millis>,
    /// Where it says that a fault inside has the service rebuilt; otherwise the service goes on as it is.
    pub restart: Option<Span>,
}

/// A time in whole milliseconds, as calls between processes count it; never 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Debug)]
#[serde(transparent)]
pub struct Millis(pub NonZeroU64);

impl Millis {
    /// A duration, rounded up, so that the shortest is still a time; `None` if it is not positive.
    #[must_use]
    pub fn from_nanos(nanos: i64) -> Option<Millis> {
        let nanos = u64::try_from(nanos).ok()?;
        NonZeroU64::new(nanos.div_ceil(1_000_000)).map(Millis)
    }
}

impl Display for Millis {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let nanos = self.0.get().saturating_mul(1_000_000);
        f.write_str(&duration(i64::try_from(nanos).unwrap_or(i64::MAX)))
    }
}

/// A process of a system.
#[derive(Clone, Debug)]
pub struct SystemProcess {
    /// Its name, unique in the system.
    pub name: Name,
    /// The pod's name.
    pub pod: Name,
    /// The region's name; empty for the unnamed one.
    pub region: Name,
    /// Services and the app, each with the place of its name (the *placement line*).
    pub members: Vec<(ClassId, Span)>,
    /// The declaration.
    pub span: Span,
}
