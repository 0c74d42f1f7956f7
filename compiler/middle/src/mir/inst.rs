//! What a block does: operands, operators, instructions, and how a block ends. Which operands are owned and which are borrowed is
//! said at each; the words are those of [`super`]. In and out as there: part of the same data, in a file of its own.

use super::*;

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
    /// A new array: o*, all words of each element in turn.
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
    /// `dest` = the value of an inline nullable type of these words (o*), packed into one.
    Pack { dest: Local, ty: TypeId, words: Vec<Operand> },
    /// `dest` = a word of the value of an inline nullable type that `base` (b) is packed: a new count.
    Unpack { dest: Local, base: Operand, index: u32 },
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
    /// `dest: ref` = address of a field of the object that `base: ref` points to, made unique first; of an inline value, of its part.
    RefField { dest: Local, base: Operand, index: u32 },
    /// `dest: ref` = address of a field of the variant of the enum object that `base: ref` points to, made unique first. The tag was
    /// tested before, and nothing has stored there since.
    RefVariantField { dest: Local, base: Operand, variant: u32, index: u32 },
    /// `dest: ref` = address of the inside of the nullable value that `base: ref` points to, its box made unique first. It was tested
    /// before that it is not `none`, and nothing has stored there since.
    RefInside { dest: Local, base: Operand },
    /// `dest: ref` = address of an element at an index that is known to be in range (b) of the array that `base: ref` points to, made
    /// unique first.
    RefElement { dest: Local, base: Operand, index: Operand },
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
    /// `value` = what `get`, `first` or `last` finds in an array or map (b, b: the index or key), one word without a count; 0 if it finds
    /// nothing. `found: bool` says which. Made of such a `Builtin`, whose result it is word by word, so that nothing is packed.
    Find { found: Local, value: Local, method: Method, args: Vec<Operand> },
    /// `dest: string` = the text of a value (b) as `f"{…}"` shows it (a string as it is), with a format text if any.
    Show { dest: Local, ty: TypeId, value: Operand, format: Option<Name> },
    /// `dest: string` = all parts (b, strings) joined.
    Concat { dest: Local, parts: Vec<Operand> },
    /// `dest: string` = a string (o) with all parts (b, strings) behind it, in place if nobody else owns it.
    Append { dest: Local, text: Operand, parts: Vec<Operand> },
    /// `dest: string` = what the reference (b) points to, with its count: an empty string is left there. Followed by a `Store`.
    Take { dest: Local, from: Operand },
    /// Prints a string (b) and a newline.
    Print { text: Operand },
    /// `dest: [string]`.
    EnvArgs { dest: Local },
    /// Notes on the path of the early end in hand (b: status) that it passed here. Follows failed `Call`s; the other
    /// terminators that can fail see to the path with their own site (`CallRemote` too: it begins one or goes on with it).
    Trace { status: Operand, site: Site },
    /// Begins the path of a new error: it was raised here.
    TraceStart { site: Site },
    /// What follows stands at this place. Only in programs that check their memory ([`Checks::Memory`]); means nothing else.
    At { site: Site },
    /// A closure object with these captures (o*): the type is `Closure`, the local's may be its `Fn`. Static without captures.
    MakeClosure { dest: Local, ty: TypeId, function: Func, captures: Vec<Operand> },
    /// `dest` = a capture of the closure (b, of type `Closure`), a new count.
    Capture { dest: Local, closure: Operand, index: u32 },
    /// `dest` = an end of a named channel or topic, a new count. `subscription`: of a subscriber, its number.
    NamedEnd { dest: Local, channel: Channel, side: crate::ty::Holder, subscription: u32 },
    /// `dest: string` = what a task that has ended with a failure or fault says (b).
    TaskMessage { dest: Local, task: Operand },
    /// Lets a task go on without handles (b) that is a detached call of a service: the process does not end before it, for a limited time.
    DetachCall { task: Operand },
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
    /// A method of the service, whose lock it holds, ended early with this status (b). If that is a fault, whoever enters next
    /// ([`Entering::Whole`]) finds the service rebuilt.
    NoteFault { service: Service, status: Operand, rebuild: Rebuild },
    /// Drops what the fields of the service (b) hold: it has nothing in them then.
    ClearService { service: Operand },
    /// `dest: int` = length of the array or string (b) or map (b).
    Len { dest: Local, base: Operand },
    /// `dest` = word `part` of the element at an index that is known to be in range (b, b), a new count.
    ElementAt { dest: Local, array: Operand, index: Operand, part: u32 },
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

/// How a service is entered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entering {
    /// As it is.
    AsItIs,
    /// Rebuilt, if a fault has broken it: that is waited for, and fails with a fault if it cannot be done.
    Whole,
}

/// When a service that a fault has broken is rebuilt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rebuild {
    /// When somebody calls it.
    AtNextCall,
    /// Nobody may ever call it: it takes messages.
    AtOnce,
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
    /// Ends the function well: o*, the words of its result.
    Return(Vec<Operand>),
    /// Ends the function early: o, a status that is not 0. Only in functions with a status word.
    Fail(Operand),
    /// Calls a function: args owned or borrowed as its `params` say. `on_fail` exactly if it has a status word.
    Call { dests: Vec<Local>, function: Func, args: Vec<Operand>, then: Block, on_fail: Option<OnFail>, site: Site },
    /// Calls a method (by its number) of another process: args borrowed. Encodes, waits, decodes; `errors` maps numbers on the
    /// wire to error types.
    CallRemote(Box<RemoteCall>),
    /// Sends a request to another process, and waits for no answer; perhaps until there is room for it.
    CallDetached(Box<DetachedCall>),
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
    /// Is there such an element in the array (b, b)? Else a fault. Followed by `ElementAt` for the words of an inline one.
    CheckIndex { array: Operand, index: Operand, then: Block, on_fail: OnFail, site: Site },
    /// `dest: ref` = address of an element of the array, or entry of the map, that `base: ref` points to, made unique first;
    /// out of range or missing: a fault. The index or key is borrowed.
    RefIndex { dest: Local, base: Operand, index: Operand, then: Block, on_fail: OnFail, site: Site },
    /// `dest: string` = the text of a file; `FileError` otherwise. The path is borrowed.
    ReadText { dest: Local, path: Operand, then: Block, on_fail: OnFail, site: Site },
    /// Calls a function value: callee and arguments borrowed.
    CallValue { dests: Vec<Local>, callee: Operand, args: Vec<Operand>, then: Block, on_fail: OnFail, site: Site },
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
    Lock { service: Service, mode: LockMode, entering: Entering, then: Block, on_fail: OnFail, site: Site },
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

/// A call of another process of which nobody wants to know how it ends: `spawn self.store.put(x).detach()`.
#[derive(Clone, PartialEq, Debug)]
pub struct DetachedCall {
    /// The process.
    pub peer: Peer,
    /// The position in `Program.remotes`.
    pub method: u32,
    /// The service's and method's names, for the log.
    pub service_name: Name,
    /// See `service_name`.
    pub method_name: Name,
    /// Borrowed. Locals, never constants, so that their types (and with them the encoding) are known.
    pub args: Vec<Operand>,
    /// Goes on, always: what goes wrong is logged.
    pub then: Block,
}

/// How long a call of another process waits, unless a `within` or a caller's deadline is earlier.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timeout {
    /// As long as the runtime says where nobody else does.
    Usual,
    /// As long as a policy says.
    Policy(crate::hir::Millis),
    /// Until the callee answers or is gone: a spawned call, for which its task waits.
    Never,
}

/// A call of another process.
#[derive(Clone, PartialEq, Debug)]
pub struct RemoteCall {
    /// The result.
    pub dest: Local,
    /// The process.
    pub peer: Peer,
    /// The position in `Program.remotes`.
    pub method: u32,
    /// The service's and method's names, for boundary errors.
    pub service_name: Name,
    /// See `service_name`.
    pub method_name: Name,
    /// How long it waits.
    pub timeout: Timeout,
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
