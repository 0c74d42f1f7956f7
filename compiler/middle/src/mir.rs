//! MIR: one process's program, monomorphic, as control-flow graphs with explicit ownership. Made by `lower`, made explicit by
//! `mir/ownership`, checked by `mir/verify`, printed by `mir/print`, read by `codegen`. Self-contained: ids of types and
//! functions are the program's own; nothing of HIR is needed to read it.
//!
//! **Values** are one 64-bit word each: int, float (bits), bool (0/1), byte, unit (0), the tag of an enum without data
//! ([`Type::Tag`]); or a pointer to a counted heap object (string, array, map, tuple, class, enum with data, error); or, for
//! nullable types, 0 for `none`, else the word of the inner value if that is a pointer, else a pointer to a box that holds it.
//!
//! **Ownership.** A local of a counted type owns what it holds. `lower` produces MIR in which every operand is `Copy`; the
//! ownership pass turns last uses into `Move` and inserts `Dup` and `Drop`. Rules for each use are in [`Inst`] and
//! [`Terminator`]: *owned* operands are consumed (pass a `Move`, or `Copy` after a `Dup`), *borrowed* ones are only read.
//!
//! **References** (locals of type [`Type::Ref`]) hold the address of a word: a variable, field, element or entry. They are
//! made from a root by `Ref…` instructions, which make every object on the way unique, and are used before anything else
//! can change the root. They are never counted.

pub mod flow;
pub mod ownership;
pub mod print;
pub mod verify;

pub use crate::builtin::{Changes, Global, Method};
use crate::ids::{Id, IndexVec};
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
    /// This process's number among `peers`.
    pub me: Peer,
    /// All processes of the system, this one included.
    pub peers: IndexVec<Peer, PeerInfo>,
    /// Types; built so that equal types have equal ids.
    pub types: IndexVec<TypeId, Type>,
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
    /// Types with generated encoders or decoders. Complete: parts are listed too.
    pub wire: Vec<TypeId>,
    /// The built-in errors that terminators make, by the positions of `hir::BuiltinError::ALL`.
    pub builtin_errors: [Option<TypeId>; 6],
    /// Named channels and topics.
    pub channels: IndexVec<Channel, ChannelInfo>,
    /// May there be more than one task?
    pub concurrent: Concurrent,
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
    /// The errors that it may send back, by their number on the wire (position).
    pub errors: Vec<TypeId>,
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
    /// Its result type.
    pub result: TypeId,
    /// Has it a status word as second result?
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
    /// For references: the local whose value they point into (`None`: a parameter or service field). A use of a reference
    /// counts as a use of its root.
    pub root: Option<Local>,
}

/// Whether a local lives in memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Addressed {
    No,
    Yes,
}

/// A basic block.
#[derive(Clone, Debug)]
pub struct BlockData {
    /// In order.
    pub insts: Vec<Inst>,
    /// Its end.
    pub end: Terminator,
}

/// A value used.
#[derive(Clone, PartialEq, Debug)]
pub enum Operand {
    /// Reads a local and leaves it as it is.
    Copy(Local),
    /// Takes the value out of a local, which is dead afterwards.
    Move(Local),
    /// A constant.
    Const(Const),
}

/// A constant.
#[derive(Clone, PartialEq, Debug)]
pub enum Const {
    /// `()`.
    Unit,
    /// int, byte, bool, tag: the word.
    Int(i64),
    /// A float.
    Float(f64),
    /// A static string object (count 0: `Dup` and `Drop` do nothing to it).
    Str(Name),
    /// `none`, and a status of 0.
    Null,
    /// An instance.
    Service(Service),
}

/// Arithmetic on words that cannot fault, and comparisons.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Op2 {
    WrappingAdd,
    WrappingSub,
    WrappingMul,
    BitAnd,
    BitOr,
    BitXor,
    FloatAdd,
    FloatSub,
    FloatMul,
    FloatDiv,
    FloatRem,
    FloatMin,
    FloatMax,
    IntMin,
    IntMax,
    /// Of int, bool, byte, tag words.
    IntEq,
    IntNe,
    IntLt,
    IntLe,
    IntGt,
    IntGe,
    /// IEEE.
    FloatEq,
    FloatNe,
    FloatLt,
    FloatLe,
    FloatGt,
    FloatGe,
}

/// Arithmetic with one operand that cannot fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Op1 {
    Not,
    BitNot,
    FloatNeg,
    FloatAbs,
    FloatSqrt,
    FloatFloor,
    FloatCeil,
    FloatRound,
    IntToFloat,
    /// byte or bool to int: the word as it is.
    Widen,
}

/// Arithmetic that can fault, with its kind of operands in the name. Byte arithmetic is checked to stay in 0–255.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Checked {
    IntAdd,
    IntSub,
    IntMul,
    IntDiv,
    IntRem,
    /// Both operands; a shift count outside 0..64 faults.
    IntShl,
    IntShr,
    ByteAdd,
    ByteSub,
    ByteMul,
    ByteDiv,
    ByteRem,
    ByteShl,
    ByteShr,
    /// One operand.
    IntNeg,
    IntAbs,
    IntPow,
    FloatPow,
    /// One operand: outside the range, or NaN, faults.
    FloatToInt,
    IntToByte,
    FloatToByte,
}

/// Order for `Compare`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Cmp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// An instruction: cannot end early. `b` borrowed operands, `o` owned operands. Results of counted types are owned.
#[derive(Clone, PartialEq, Debug)]
pub enum Inst {
    /// `dest = o`. (Of an uncounted type: a plain copy.) Error, any error and status may be assigned to each other: same word.
    Assign { dest: Local, value: Operand },
    /// Adds a count to what the local holds (nullable: unless null; status: if above 1).
    Dup(Local),
    /// Gives back what the local owns; the local is dead afterwards.
    Drop(Local),
    /// `dest = op b, b`.
    Op2 { dest: Local, op: Op2, left: Operand, right: Operand },
    /// `dest = op b`.
    Op1 { dest: Local, op: Op1, operand: Operand },
    /// Structural comparison of any two values of one type (strings, arrays, classes …; `Lt…` only for strings): b, b → bool.
    Compare { dest: Local, op: Cmp, ty: TypeId, left: Operand, right: Operand },
    /// A new object of a class, tuple or error type with these fields, all of them, in order: o*.
    New { dest: Local, ty: TypeId, fields: Vec<Operand> },
    /// A new enum object: o*. A variant without fields is a static object.
    NewVariant { dest: Local, ty: TypeId, variant: u32, fields: Vec<Operand> },
    /// A new array: o*.
    NewArray { dest: Local, ty: TypeId, elements: Vec<Operand> },
    /// A new empty map.
    NewMap { dest: Local, ty: TypeId },
    /// `dest` = field of the object of a class, tuple, error (b). The result is a new owned count of the field's value.
    Field { dest: Local, base: Operand, index: u32 },
    /// `dest: int` = tag of an enum object or tag value (b).
    Tag { dest: Local, base: Operand },
    /// `dest` = field of a variant (b), a new count. The tag was tested before.
    VariantField { dest: Local, base: Operand, variant: u32, index: u32 },
    /// `dest: bool` = is the error object (b) of this error type?
    IsError { dest: Local, base: Operand, error: TypeId },
    /// `dest: bool` = is the nullable value (b) `none`?
    IsNull { dest: Local, base: Operand },
    /// `dest` = inside of a nullable value that is not `none` (b), a new count.
    Unwrap { dest: Local, base: Operand },
    /// `dest` = the value as nullable: o. `ty` is the nullable type.
    Wrap { dest: Local, ty: TypeId, value: Operand },
    /// `dest` = field of a service instance (b), a new count.
    ServiceField { dest: Local, service: Operand, index: u32 },
    /// The first value (o) of a service's field, whose word was never set: nothing is dropped. Only made in `ServiceInfo.start`.
    InitServiceField { service: Operand, index: u32, value: Operand },
    /// `dest: ref` = address of an addressed local.
    RefLocal { dest: Local, local: Local },
    /// `dest: ref` = address of a service's field.
    RefServiceField { dest: Local, service: Operand, index: u32 },
    /// `dest: ref` = address of a field of the object that `base: ref` points to, made unique first.
    RefField { dest: Local, base: Operand, index: u32 },
    /// `dest: ref` = address of the entry `key` (o) of the map that `map: ref` points to, made unique first; if it was not
    /// there it is put in with `value` (o), otherwise `value` is dropped.
    RefOrInsert { dest: Local, map: Operand, key: Operand, value: Operand },
    /// `dest` = what the reference (b) points to, a new count.
    Load { dest: Local, from: Operand },
    /// Stores o where the reference points; what was there is dropped.
    Store { to: Operand, value: Operand },
    /// A built-in method with `Faults::Never`. If it changes its receiver, `args[0]` is a reference; otherwise all are
    /// borrowed, except that parameters of type `T`, `K`, `V` of changing methods are owned (but the key of `remove`). `elem` types come from the locals.
    Builtin { dest: Local, method: Method, receiver: TypeId, args: Vec<Operand> },
    /// `dest: string` = the text of a value (b) as `f"{…}"` shows it (a string as it is), with a format text if any.
    Show { dest: Local, ty: TypeId, value: Operand, format: Option<Name> },
    /// `dest: string` = all parts (b, strings) joined.
    Concat { dest: Local, parts: Vec<Operand> },
    /// Prints a string (b) and a newline.
    Print { text: Operand },
    /// `dest: [string]`.
    EnvArgs { dest: Local },
    /// Notes on the path of the early end in hand (b: status) that it passed here. Follows failed `Call`s; the other
    /// terminators that can fail see to the path with their own site (`CallRemote` too: it begins one or goes on with it).
    Trace { status: Operand, site: Site },
    /// Begins the path of a new error: it was raised here.
    TraceStart { site: Site },
    /// A closure object with these captures (o*): the type is `Closure`, the local's may be its `Fn`. Static without captures.
    MakeClosure { dest: Local, ty: TypeId, function: Func, captures: Vec<Operand> },
    /// `dest` = a capture of the closure (b, of type `Closure`), a new count.
    Capture { dest: Local, closure: Operand, index: u32 },
    /// `dest` = an end of a named channel or topic, a new count. `subscription`: of a subscriber, its number.
    NamedEnd { dest: Local, channel: Channel, side: crate::ty::Holder, subscription: u32 },
    /// `dest: string` = what a task that has ended with a failure or fault says (b).
    TaskMessage { dest: Local, task: Operand },
    /// A deadline `limit` (b: duration) from now for what follows, unless an earlier one holds. `before: int` is what
    /// `DeadlineEnd` puts back, `own: int` is this deadline.
    DeadlineBegin { before: Local, own: Local, limit: Operand },
    /// What held before (b) holds again.
    DeadlineEnd { before: Operand },
    /// `dest: bool` = is the early end in hand (status 1) the expiry of this deadline (b)? Then it is forgotten.
    DeadlineExpired { dest: Local, own: Operand },
    /// At the back-edge of a loop: lets others run if it was asked to. Only in processes with more than one task.
    Safepoint,
    /// A step of sorting with a closure; `dest: int`.
    Sort { dest: Local, op: SortOp, args: Vec<Operand> },
    /// Gives a service's lock back.
    Unlock { service: Service, mode: LockMode },
    /// `dest: int` = length of the array or string (b) or map (b).
    Len { dest: Local, base: Operand },
    /// `dest` = element at an index that is known to be in range (b, b), a new count. Only made by `for` loops over arrays.
    ElementAt { dest: Local, array: Operand, index: Operand },
    /// `key, value` = the entry at a position that is known to be in range (b, b), new counts. Only made by `for` over maps.
    EntryAt { key: Local, value: Local, map: Operand, index: Operand },
    /// `dest: string` = the character that begins at byte `at` (b, b) of a string. Only made by `for` over strings.
    CharAt { dest: Local, text: Operand, at: Operand },
}

/// A step of sorting an array with a closure. The sorter is an int that `Start` gives and `End` or `Abandon` takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SortOp {
    /// `(len)`: a new sorter.
    Start,
    /// `(sorter, order)`: 1 if `Left` and `Right` are to be compared next, 0 if it is done. `order` is the last comparison's result.
    Next,
    /// `(sorter)`: the position of the left element.
    Left,
    /// `(sorter)`: the position of the right element.
    Right,
    /// `(sorter, reference to the array)`: puts it in order.
    End,
    /// `(sorter)`: an early end.
    Abandon,
}

/// How a lock is held.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LockMode {
    /// With other readers.
    Read,
    /// Alone.
    Write,
}

/// What a call that may end early does. After the call, `status` holds the status word; `fail` is taken if it is not 0. On that
/// edge `dest` is not set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OnFail {
    /// A local of type `Status`, set on the `fail` edge only.
    pub status: Local,
    /// Where to go then.
    pub fail: Block,
}

/// The end of a block.
#[derive(Clone, PartialEq, Debug)]
pub enum Terminator {
    /// Goes on.
    Goto(Block),
    /// By a truth value (b).
    Branch { cond: Operand, then: Block, otherwise: Block },
    /// By an integer (b): tags, literals.
    Switch { value: Operand, arms: Vec<(i64, Block)>, otherwise: Block },
    /// By a status (b) that is not 0: fault or error.
    SwitchStatus { status: Operand, fault: Block, error: Block },
    /// Ends the function well: o.
    Return(Operand),
    /// Ends the function early: o, a status that is not 0. Only in functions with a status word.
    Fail(Operand),
    /// Calls a function: args owned or borrowed as its `params` say. `on_fail` exactly if it has a status word.
    Call { dest: Local, function: Func, args: Vec<Operand>, then: Block, on_fail: Option<OnFail>, site: Site },
    /// Calls a method (by its number) of another process: args borrowed. Encodes, waits, decodes; `errors` maps numbers on the
    /// wire to error types.
    CallRemote(Box<RemoteCall>),
    /// A built-in method with `Faults::Can`; operands as in `Inst::Builtin`.
    Builtin {
        dest: Local,
        method: Method,
        receiver: TypeId,
        args: Vec<Operand>,
        then: Block,
        on_fail: OnFail,
        site: Site,
    },
    /// `dest = op b, b`.
    Checked {
        dest: Local,
        op: Checked,
        left: Operand,
        right: Option<Operand>,
        then: Block,
        on_fail: OnFail,
        site: Site,
    },
    /// `dest` = element of an array (b, b), or entry of a map (b, b), a new count; out of range or missing: a fault.
    Index { dest: Local, base: Operand, index: Operand, then: Block, on_fail: OnFail, site: Site },
    /// `dest: ref` = address of an element of the array, or entry of the map, that `base: ref` points to, made unique first;
    /// out of range or missing: a fault. The index or key is borrowed.
    RefIndex { dest: Local, base: Operand, index: Operand, then: Block, on_fail: OnFail, site: Site },
    /// `dest: string` = the text of a file; `FileError` otherwise. The path is borrowed.
    ReadText { dest: Local, path: Operand, then: Block, on_fail: OnFail, site: Site },
    /// Calls a function value: callee and arguments borrowed.
    CallValue { dest: Local, callee: Operand, args: Vec<Operand>, then: Block, on_fail: OnFail, site: Site },
    /// Starts a task that calls the closure (o), which has no parameters. `dest` is of type `Holder { Task, … }`.
    Spawn { dest: Local, closure: Operand, then: Block, on_fail: OnFail, site: Site },
    /// A new channel; `dest` is the tuple of its ends. The capacity (b: int) is -1 for any number; others below 0 fault.
    NewChannel { dest: Local, capacity: Operand, then: Block, on_fail: OnFail, site: Site },
    /// Waits; operands as `op` says. Errors of its own are built-in ones; those of a task (`Get`) come with their types.
    Wait { dest: Local, op: WaitOp, args: Vec<Operand>, then: Block, on_fail: OnFail, site: Site },
    /// `dest` = the next message of a receiver or subscriber (b); `end` when it is disconnected and empty; a fault if its other
    /// side was lost.
    Next { dest: Local, receiver: Operand, then: Block, end: Block, on_fail: OnFail, site: Site },
    /// Waits for one of several channels.
    Select(Box<Select>),
    /// Takes a service's lock; can be cancelled unless the task holds a lock for writing.
    Lock { service: Service, mode: LockMode, then: Block, on_fail: OnFail, site: Site },
    /// Always faults, with this message (b: string).
    Fault { message: Operand, on_fail: OnFail, site: Site },
    /// Cannot be reached.
    Unreachable,
}

/// What a task waits for, and its operands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WaitOp {
    /// `(sender b, value o)`.
    Send,
    /// `(sender b, value o)`.
    Deliver,
    /// `(receiver or subscriber b)`: the message.
    Recv,
    /// `(publisher b, value o)`.
    Publish,
    /// `(publisher b, value o)`.
    PublishAndWait,
    /// `(task b)`: its result.
    Get,
    /// `(task b)`: an int: 0 done, 1 failed, 2 faulted, 3 cancelled.
    Ended,
    /// `(duration b)`.
    Sleep,
}

/// A `select`.
#[derive(Clone, PartialEq, Debug)]
pub struct Select {
    /// The channels.
    pub arms: Vec<SelectArm>,
    /// Taken when this time (b: duration) has passed.
    pub after: Option<(Operand, Block)>,
    /// Taken if nothing is ready.
    pub default: Option<Block>,
    /// `ChannelClosed` if all arms are closed and there is no default; else early ends.
    pub on_fail: OnFail,
    /// Where.
    pub site: Site,
}

/// An arm of a `select`.
#[derive(Clone, PartialEq, Debug)]
pub struct SelectArm {
    /// What it does.
    pub op: SelectOp,
    /// The end (b).
    pub end: Operand,
    /// Where it goes on.
    pub then: Block,
}

/// What an arm of a `select` does.
#[derive(Clone, PartialEq, Debug)]
pub enum SelectOp {
    /// Receives into this local.
    Recv(Local),
    /// Sends this value (b: the channel gets a count of its own).
    Send(Operand),
}

/// A call of another process.
#[derive(Clone, PartialEq, Debug)]
pub struct RemoteCall {
    /// The result.
    pub dest: Local,
    /// The process.
    pub peer: Peer,
    /// The position in its `handlers`.
    pub method: u32,
    /// The service's and method's names, for boundary errors.
    pub service_name: Name,
    /// See `service_name`.
    pub method_name: Name,
    /// Borrowed. Locals, never constants, so that their types (and with them the encoding) are known.
    pub args: Vec<Operand>,
    /// The error types by wire number.
    pub errors: Vec<TypeId>,
    /// Goes on.
    pub then: Block,
    /// Or not.
    pub on_fail: OnFail,
    /// Where.
    pub site: Site,
}
