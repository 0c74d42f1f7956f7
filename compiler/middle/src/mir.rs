//! MIR: one process's program, monomorphic, as control-flow graphs with explicit ownership. Made by `lower`, made explicit by
//! `mir/ownership`, checked by `mir/verify`, printed by `mir/print`, read by `codegen`. Self-contained: ids of types and
//! functions are the program's own; nothing of HIR is needed to read it.
//!
//! **Values** are words of 64 bits: int, float (bits), bool (0/1), byte, unit (0), the tag of an enum without data
//! ([`Type::Tag`]); or a pointer to a counted heap object (string, array, map, tuple, class, enum with data, error); or, for
//! nullable types, 0 for `none`, else the word of the inner value if that is a pointer, else a pointer to a box that holds it.
//! Values of small classes, tuples, enums and nullable types are *inline*: several words ([`crate::layout`]). `lower` knows nothing of
//! it; `mir/scalars` puts a local for each word in the place of every local of such a type. What is said below of parts, fields and
//! captures is then said of their words: an `index` is that of a word of the object ([`crate::layout::Body`]), and a local of an inline
//! type holds its value *packed* into one word, for those that take or give exactly one: an object with the same words (`New` makes it,
//! `Field` reads it), but for nullable types (`Pack`, `Unpack`).
//!
//! **Ownership.** A local of a counted type owns what it holds. `lower` produces MIR in which every operand is `Copy`; the
//! ownership pass turns last uses into `Move` and inserts `Dup` and `Drop`. Rules for each use are in [`Inst`] and
//! [`Terminator`]: *owned* operands are consumed (pass a `Move`, or `Copy` after a `Dup`), *borrowed* ones are only read.
//!
//! **Views** ([`Holds::View`]) are locals of counted types that own nothing: the ownership pass finds parts that are only read while
//! something else holds them, and gives them no count.
//!
//! **References** (locals of type [`Type::Ref`]) hold the address of a word: a variable, field, element or entry; of inline types
//! that of the first of their words, side by side, never that of a box; but that of the one packed word of an inline nullable value in
//! an entry of a map, which is read and written whole. They are made from a root by `Ref…` instructions, which make every object on the way unique, and are used before anything else
//! can change the root. They are never counted.

pub mod again;
pub mod flow;
mod inst;
pub mod ownership;
pub mod print;
pub mod scalars;
pub mod verify;

pub use self::inst::*;
pub use crate::builtin::{Changes, Global, Method};
use crate::ids::{Id, IndexVec};
pub use crate::interface::Fingerprint;
use crate::layout::Layouts;
pub use pluto_syntax::ast::Name;

macro_rules! mir_ids {
    ($($(#[$about:meta])* $name:ident;)*) => {
        $(
            $(#[$about])*
            #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
            pub struct $name(pub u32);
            impl Id for $name {
                fn from_index(index: usize) -> $name {
                    $name(u32::try_from(index).expect("fewer than 2^32 of anything"))
                }
                fn index(self) -> usize {
                    self.0 as usize
                }
            }
        )*
    };
}

mir_ids! {
    /// A function of this process.
    Func;
    /// A local of a function.
    Local;
    /// A basic block of a function.
    Block;
    /// A type of this process.
    TypeId;
    /// A service instance of this process.
    Service;
    /// A place in the source that a call path may name.
    Site;
    /// A process of the system (the same numbers as `ids::ProcessId`).
    Peer;
    /// A named channel or topic that this process uses.
    Channel;
}

/// One process's program.
#[derive(Clone, Debug)]
pub struct Program {
    /// The process's name.
    pub process: Name,
    /// Which build it is of: says so to other processes. Empty until `plutoc` knows.
    pub build: Name,
    /// The system's name; empty if there is none.
    pub system: Name,
    /// This process's number among `peers`.
    pub me: Peer,
    /// All processes of the system, this one included.
    pub peers: IndexVec<Peer, PeerInfo>,
    /// Types; built so that equal types have equal ids.
    pub types: IndexVec<TypeId, Type>,
    /// Of how many words values consist.
    pub layouts: Layouts,
    /// Functions, in a fixed order.
    pub functions: IndexVec<Func, Function>,
    /// Service instances, in start order.
    pub services: IndexVec<Service, ServiceInfo>,
    /// Call-path places.
    pub sites: IndexVec<Site, SiteInfo>,
    /// Where the program starts; `None` for a process that only serves.
    pub main: Option<Main>,
    /// Methods that other processes may call, by method number (position).
    pub handlers: Vec<Handler>,
    /// Methods of other processes that this one calls, by the number that its calls name.
    pub remotes: Vec<RemoteMethod>,
    /// Types with generated encoders or decoders. Complete: parts are listed too.
    pub wire: Vec<TypeId>,
    /// The built-in errors that terminators make, by the positions of `hir::BuiltinError::ALL`.
    pub builtin_errors: [Option<TypeId>; 7],
    /// Named channels and topics.
    pub channels: IndexVec<Channel, ChannelInfo>,
    /// May there be more than one task?
    pub concurrent: Concurrent,
    /// What the program looks after while it runs.
    pub checks: Checks,
    /// For `plutoc test`: the tests, in source order. Else empty.
    pub tests: Vec<Test>,
}

/// Whether a process may have more than one task. If not, nothing is ever shared between threads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Concurrent {
    No,
    Yes,
}

/// What a program looks after while it runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Checks {
    /// Nothing.
    None,
    /// Whether its objects are used while they are alive, and only then (`--check-memory`). It says where it is ([`Inst::At`]).
    Memory,
}

/// A test.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Test {
    /// Its title.
    pub name: Name,
    /// Its function: no parameters, result unit.
    pub function: Func,
    /// How its tasks are run.
    pub scheduler: crate::hir::Scheduler,
}

/// A named channel or topic.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChannelInfo {
    /// Its name.
    pub name: Name,
    /// The type of its messages.
    pub element: TypeId,
    /// How many messages fit; -1: any number.
    pub capacity: i64,
    /// What it is.
    pub kind: crate::hir::ChannelKind,
    /// Of a topic: how many services of this process subscribe.
    pub subscribers: u32,
}

/// `main`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Main {
    /// Its function. Takes nothing, or the app's instance.
    pub function: Func,
    /// Its result.
    pub result: MainResult,
    /// The instance to pass.
    pub app: Option<Service>,
}

/// What `main` gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MainResult {
    /// Nothing: exit code 0.
    Unit,
    /// The exit code.
    Int,
}

/// Another process.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PeerInfo {
    /// Its name.
    pub name: Name,
    /// How this process reaches it.
    pub transport: crate::facts::Transport,
}

/// A service instance: a static object of one word per field, `self` in its methods ([`Type::Service`]).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServiceInfo {
    /// The class's name.
    pub name: Name,
    /// Its fields' names and types.
    pub fields: Vec<(Name, TypeId)>,
    /// Fills the fields with defaults, then calls `start` if there is one: `fn(self)`.
    pub start: Func,
    /// Calls `stop` if there is one: `fn(self)`.
    pub stop: Option<Func>,
    /// Does it need a reader/writer lock (state, and more than one task can reach it)?
    pub locked: Locked,
}

/// Whether a service has a lock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Locked {
    No,
    Yes,
}

/// A place in the source.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct SiteInfo {
    /// The function's qualified name.
    pub function: Name,
    /// The file's path.
    pub file: Name,
    /// The line, from 1.
    pub line: u32,
}

/// A method served to other processes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Handler {
    /// `AccountsService.get_user`.
    pub name: Name,
    /// The instance.
    pub service: Service,
    /// The function to call with the instance and the decoded parameters (the locking wrapper if there is one).
    pub function: Func,
    /// The types of the parameters: whole values, of which the function may take the words.
    pub params: Vec<TypeId>,
    /// The errors that it may send back, by their number on the wire (position).
    pub errors: Vec<TypeId>,
    /// May it run twice for one call?
    pub repeatable: Repeatable,
    /// That of its interface.
    pub fingerprint: Fingerprint,
}

/// A method of another process, as this process knows it. Which number it has there is found out when the two meet: they may be of
/// different builds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RemoteMethod {
    /// The process.
    pub peer: Peer,
    /// `AccountsService.get_user`.
    pub name: Name,
    /// That of its interface.
    pub fingerprint: Fingerprint,
}

/// May a method run twice where once was meant, and nobody can tell?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Repeatable {
    /// Yes.
    Yes,
    /// No, or nobody knows.
    No,
}

/// A type.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Type {
    /// `()`: the word 0.
    Unit,
    /// 64-bit signed.
    Int,
    /// 64-bit IEEE, as bits in an integer word in objects; a float value in locals.
    Float,
    /// 0 or 1.
    Bool,
    /// 0–255.
    Byte,
    /// Counted. A null word is never a string: the empty one is a static object.
    String,
    /// Counted.
    Array(TypeId),
    /// Counted.
    Map(TypeId, TypeId),
    /// Counted.
    Tuple(Vec<TypeId>),
    /// 0, or the inner word if it is a pointer (then `boxed` is `No`), or a pointer to a box.
    Nullable {
        /// The inner type.
        inner: TypeId,
        /// Is the inner word in a box?
        boxed: Boxed,
    },
    /// Counted; one word per field.
    Class {
        /// Its name, for printing.
        name: Name,
        /// Its fields. Filled in after the type has its id, since classes may recurse.
        fields: Vec<(Name, TypeId)>,
    },
    /// An enum of which no variant has fields: its tag.
    Tag {
        /// Its name.
        name: Name,
        /// The names of its variants.
        variants: Vec<Name>,
    },
    /// Counted: the tag in the first word, then the variant's fields.
    Enum {
        /// Its name.
        name: Name,
        /// Its variants with their fields.
        variants: Vec<(Name, Vec<(Name, TypeId)>)>,
    },
    /// Counted, like a class. The object's type tells the error.
    Error {
        /// Its name.
        name: Name,
        /// Its fields.
        fields: Vec<(Name, TypeId)>,
    },
    /// Counted: an object of some `Error` type.
    AnyError,
    /// The address of a word.
    Ref(TypeId),
    /// Nanoseconds.
    Duration,
    /// A function value. Counted: a closure object, which knows its own code and captures.
    Fn {
        /// Its parameters, borrowed.
        params: Vec<TypeId>,
        /// Its result.
        result: TypeId,
    },
    /// The objects of one closure: its code, then its captures. Counted; only `MakeClosure` and the closure's own function name
    /// this type, everybody else sees it as its `Fn`: same word.
    Closure {
        /// Its function's name, so that equal types are the same closure.
        name: Name,
        /// What it captured.
        captures: Vec<TypeId>,
    },
    /// `Sender<T>` …, `Task<T>`. Counted.
    Holder {
        /// Which.
        holder: crate::ty::Holder,
        /// Message or result.
        inner: TypeId,
    },
    /// A service instance: the address of its first field. Not counted.
    Service(Service),
    /// 0 fine, 1 fault or cancellation, else an error object, owned by the local.
    Status,
}

/// Whether a nullable value is in a box.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Boxed {
    No,
    Yes,
}

impl Program {
    /// The words of the result of a function.
    #[must_use]
    pub fn results(&self, function: &Function) -> Vec<TypeId> {
        match function.entry {
            Entry::Task => vec![function.result],
            Entry::Direct | Entry::Value => self.layouts.words(function.result).to_vec(),
        }
    }
}

impl Type {
    /// Do values of it own a count? (For `Nullable`: if not null.) `Status` too: if above 1.
    #[must_use]
    pub fn is_counted(&self) -> bool {
        match self {
            Type::String
            | Type::Array(_)
            | Type::Map(..)
            | Type::Tuple(_)
            | Type::Nullable { .. }
            | Type::Class { .. }
            | Type::Enum { .. }
            | Type::Error { .. }
            | Type::AnyError
            | Type::Fn { .. }
            | Type::Closure { .. }
            | Type::Holder { .. }
            | Type::Status => true,
            Type::Duration
            | Type::Unit
            | Type::Int
            | Type::Float
            | Type::Bool
            | Type::Byte
            | Type::Tag { .. }
            | Type::Ref(_)
            | Type::Service(_) => false,
        }
    }
    /// Is a value a pointer that is never null? Such a type needs no box when it becomes nullable.
    #[must_use]
    pub fn is_pointer(&self) -> bool {
        self.is_counted() && !matches!(self, Type::Nullable { .. } | Type::Status)
    }
}

/// How a parameter is passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Passing {
    /// The callee owns it.
    Owned,
    /// The caller keeps it; the callee only reads (also all uncounted types, references and services).
    Borrowed,
}

/// A function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name in messages and symbols, unique in the process.
    pub name: Name,
    /// Its parameters: locals, with passing (decided by the ownership pass; `lower` writes `Owned`).
    pub params: Vec<(Local, Passing)>,
    /// Its result type. A function that a task enters gives it as one word.
    pub result: TypeId,
    /// Has it a status word behind its result?
    pub status: HasStatus,
    /// Is it on a cycle of the call graph: compare the stack pointer with the limit at entry, and fault?
    pub stack_check: StackCheck,
    /// All locals.
    pub locals: IndexVec<Local, LocalDecl>,
    /// Its blocks; the first one is the entry.
    pub blocks: IndexVec<Block, BlockData>,
    /// The site of its first line, for stack overflow.
    pub site: Site,
    /// How it is entered.
    pub entry: Entry,
}

/// How a function is entered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entry {
    /// By calls that name it.
    Direct,
    /// Through closure objects: the first parameter is the closure. All parameters are borrowed, and it has a status word, so that
    /// all functions of one type are called alike.
    Value,
    /// By a new task: the only parameter is the closure, owned. It has a status word.
    Task,
}

/// Whether a function can end early.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum HasStatus {
    No,
    Yes,
}

/// Whether a function looks at the stack limit. Only together with `HasStatus::Yes`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum StackCheck {
    No,
    Yes,
}

/// A local.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LocalDecl {
    /// Its type.
    pub ty: TypeId,
    /// Its name in the source; empty for temporaries.
    pub name: Name,
    /// Is its address taken by `RefLocal`? Then codegen keeps it in a stack slot, zeroed at entry.
    pub addressed: Addressed,
    /// For references and views: the locals whose values they point into (`None`: a parameter or service field). A use of them
    /// counts as a use of their root.
    pub root: Option<Root>,
    /// Does it hold a count? Decided by the ownership pass; `lower` writes `Count`.
    pub holds: Holds,
}

/// What a local of a counted type holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holds {
    /// A count of its own.
    Count,
    /// Nothing: it shows a part of something that holds it as long as the local is used. Where a result is said to be a new
    /// count, a view gets none.
    View,
}

/// Whether a local lives in memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Addressed {
    /// No.
    No,
    /// Yes, somewhere.
    Yes,
    /// Yes, in the word behind that of the local before it: together they are the words of an inline value.
    Behind,
}

/// What a reference or view points into: one local, or those of some words of an inline value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Root {
    /// The first.
    pub first: Local,
    /// How many there are, by their numbers.
    pub count: u32,
}

impl Root {
    /// One local.
    #[must_use]
    pub fn one(local: Local) -> Root {
        Root { first: local, count: 1 }
    }

    /// All of them.
    pub fn locals(self) -> impl Iterator<Item = Local> {
        (self.first.0..self.first.0 + self.count).map(Local)
    }
}

/// A basic block.
#[derive(Clone, Debug)]
pub struct BlockData {
    /// In order.
    pub insts: Vec<Inst>,
    /// Its end.
    pub end: Terminator,
}
