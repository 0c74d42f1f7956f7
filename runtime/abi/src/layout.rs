//! Layouts of heap objects and type descriptors: little-endian, 64-bit, all words 8-byte aligned.

use core::cell::Cell;
use core::sync::atomic::AtomicU64;

/// Every counted object begins with this. A pointer to an object points to it.
#[repr(C)]
#[derive(Debug)]
pub struct Header {
    /// Positive: so many owners, all in one task: plain arithmetic. 0: static, never written nor freed (strings, enum variants
    /// without fields, closures without captures). Negative: shared between threads, -count owners, atomic arithmetic; it reaches
    /// only shared and static objects. An owner that sees 1 or -1 is the only one.
    pub count: i32,
    /// Unused, 0.
    pub reserved: u32,
    /// The object's type. Of a box: the descriptor of the nullable type.
    pub desc: *const TypeDesc,
}

/// Offset of the count (an `i32`).
pub const COUNT: i32 = 0;
/// Offset of the descriptor.
pub const DESC: i32 = 8;
/// Offset of the first field of a class, tuple or error object; of the tag of an enum object; of the word in a box.
pub const FIELDS: i32 = 16;
/// Offset of the first field in an object of an enum that is not inline.
pub const VARIANT_FIELDS: i32 = 24;
/// Offset of the length (bytes, elements or entries) of a string, array or map.
pub const LEN: i32 = 16;
/// Offset of the capacity (bytes or elements) of a string or array.
pub const CAP: i32 = 24;
/// Offset of the first byte of a string, or the first word of the first element of an array.
pub const DATA: i32 = 32;
/// Offset of the code's address in a closure object: a function of the program's own convention.
pub const CODE: i32 = 16;
/// Offset of the first captured value of a closure object.
pub const CAPTURES: i32 = 24;
/// Offset of what the runtime keeps behind an end of a channel or a task handle (opaque to generated code). Such objects have
/// one word behind their header.
pub const HANDLE: i32 = 16;
/// Offset of the runtime's table behind a map object (opaque to generated code).
pub const MAP_TABLE: i32 = 24;

/// What kind of type a descriptor describes.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names are those of the MIR types")]
pub enum Kind {
    Unit = 0,
    Int = 1,
    Float = 2,
    Bool = 3,
    Byte = 4,
    String = 5,
    Array = 6,
    Map = 7,
    Tuple = 8,
    /// The inner word is a pointer itself.
    NullablePointer = 9,
    /// The inner word is in a box.
    NullableBoxed = 10,
    Class = 11,
    /// An enum without data: the tag itself.
    Tag = 12,
    Enum = 13,
    Error = 14,
    /// An object of some error type: look at its header.
    AnyError = 15,
    /// A function value. Of a closure object's own descriptor: `parts` are the captures. The descriptor of the type `fn(A) R`
    /// has no parts: look at the object's header.
    Fn = 16,
    /// `first` is the message's type.
    Sender = 17,
    Receiver = 18,
    Publisher = 19,
    Subscriber = 20,
    /// `first` is the result's type.
    Task = 21,
    /// Nanoseconds, like an int.
    Duration = 22,
    /// Not a type of words, but of a place that is several words wide: an element of an array, a field or a capture whose value is
    /// kept as its words, side by side. `first` is the class, tuple, enum or nullable type, `parts` are the words, one each. Where
    /// exactly one word is wanted, the same value is *packed*: an object of `first` with the same words behind its header; but of a
    /// nullable type 0, or what is inside, packed.
    Inline = 23,
}

/// A type, as static data of the executable.
#[repr(C)]
#[derive(Debug)]
pub struct TypeDesc {
    /// What kind ([`Kind`] as a number).
    pub kind: u32,
    /// How many words the fields or captures take in an object of the type (class, tuple, error, closure), or the value does where
    /// it lies (inline); else 0.
    pub words: u32,
    /// How an object of this type is freed ([`plan`]); 0: as its kind says.
    pub plan: u64,
    /// The name, UTF-8, for printing; not terminated.
    pub name: *const u8,
    /// Its length in bytes.
    pub name_len: u64,
    /// Element of an array, key of a map, inside of a nullable, message of an end, result of a task, type of an inline place; else
    /// null. Of these, only elements may be inline.
    pub first: *const TypeDesc,
    /// Value of a map; of an inline place of a nullable type the place inside, which its last words are; else null.
    pub second: *const TypeDesc,
    /// How many fields (class, error, tuple), variants (tag, enum), captures (closure) or words (inline).
    pub part_count: u64,
    /// They.
    pub parts: *const Part,
    /// Of an inline place of a nullable type: the word that is 0 if the value is `none`; else 0.
    pub tells: u64,
    /// How many of the `words` have counts.
    pub counted_count: u64,
    /// They.
    pub counted: *const Counted,
}

/// How objects that are all of one small size are freed: the size in words, header included, in the lower [`PLAN_BITS`] bits; above it a
/// bit for each word behind the header that is 0 or a counted object. 0 for larger ones: the runtime then looks at kind and parts.
#[must_use]
pub fn plan(counted: &[bool]) -> u64 {
    let words = counted.len() + 2;
    if words > SMALL_WORDS {
        return 0;
    }
    let bit = |(at, counted): (usize, &bool)| u64::from(*counted) << (at as u32 + PLAN_BITS);
    counted.iter().enumerate().map(bit).fold(words as u64, |plan, bit| plan | bit)
}

/// Where the bits of the words begin in a plan.
pub const PLAN_BITS: u32 = 6;

/// A word that is a pointer to an object, or 0.
#[repr(C)]
#[derive(Debug)]
pub struct Counted {
    /// Its place from [`FIELDS`] on in an object, or among the words of an inline value.
    pub word: u64,
    /// Its type.
    pub desc: *const TypeDesc,
}

/// A field, or a variant.
#[repr(C)]
#[derive(Debug)]
pub struct Part {
    /// The name, UTF-8; of tuple fields, captures and words empty.
    pub name: *const u8,
    /// Its length in bytes.
    pub name_len: u64,
    /// The type of a field, which may be inline; null for a variant.
    pub desc: *const TypeDesc,
    /// How many fields a variant has; of a field 0.
    pub field_count: u32,
    /// How many words the field takes, or an object of the variant has behind its header. Those of an inline enum have all as many,
    /// and words that their variant does not need are 0.
    pub words: u32,
    /// The fields of a variant.
    pub fields: *const Part,
    /// Where a field or capture lies in an object: so many words behind [`FIELDS`]. Of a word of an inline place: its number.
    pub at: u64,
    /// How many of a variant's words have counts; of a field 0.
    pub counted_count: u64,
    /// They.
    pub counted: *const Counted,
}

/// What generated code knows of a task: the hidden first parameter of every generated function points to it.
#[repr(C)]
#[derive(Debug)]
pub struct TaskHeader {
    /// The lowest stack address that a Pluto function may be entered with; below it is the red zone for runtime functions.
    /// `u64::MAX`: the task is asked to let others run, at its next loop back-edge or function entry.
    pub stack_limit: u64,
    /// The address of the [`Whereabouts`] of the worker that runs the task: another one after each suspension.
    pub whereabouts: u64,
    /// In a program that checks its memory: the address of the [`Step`] of the function that runs; 0: none does.
    pub path: u64,
}

/// Where a function is that has not returned. It lies in its frame, in programs that check their memory.
#[repr(C)]
#[derive(Debug)]
pub struct Step {
    /// That of the function that has called it; 0: the runtime did.
    pub before: u64,
    /// The place, as a number in `ProgramDesc.sites`.
    pub site: u64,
}

/// Offset of `Step.before`.
pub const STEP_BEFORE: i32 = 0;
/// Offset of `Step.site`.
pub const STEP_SITE: i32 = 8;

/// Offset of `TaskHeader.stack_limit`.
pub const STACK_LIMIT: i32 = 0;
/// Offset of `TaskHeader.whereabouts`.
pub const WHEREABOUTS: i32 = 8;
/// Offset of `TaskHeader.path`.
pub const PATH: i32 = 16;

/// Counts from this downwards are no counts: an object with such a one was freed ([`FREED`]), or has too many owners.
pub const LEAST_COUNT: i32 = -(1 << 30);
/// The count of a freed object, while memory is checked. Counting on it by mistake keeps it below [`LEAST_COUNT`].
pub const FREED: i32 = -(3 << 29);

/// What is done with an object: second argument of `memory_freed`.
#[repr(u64)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Deed {
    /// It is read or written.
    Use = 0,
    /// It gets one more owner.
    Dup = 1,
    /// An owner gives it up.
    Drop = 2,
}

/// Which service's lock a worker has entered because that leans towards it. Generated code enters such a lock for a method that cannot
/// suspend: it stores [`Whereabouts::at`] in `section`, and is in if the lock's first word is then `leaning`; going out, it
/// stores 0. Otherwise it stores 0 and calls `lock_take`.
#[repr(C, align(128))]
#[derive(Debug)]
pub struct Whereabouts {
    /// The service, plus 1; 0: none.
    pub section: AtomicU64,
    /// The first word of a lock that leans towards this worker.
    pub leaning: u64,
    /// The address of the lock of service 0; the others follow at a distance of [`LOCK_STRIDE`].
    pub locks: u64,
    /// The address of this worker's [`FreeList`]s. Written once, by its thread.
    pub lists: AtomicU64,
}

impl Whereabouts {
    /// What `section` says inside of the lock of a service.
    #[must_use]
    pub const fn at(service: usize) -> u64 {
        service as u64 + 1
    }
}

/// Offset of `Whereabouts.section`.
pub const SECTION: i32 = 0;
/// Offset of `Whereabouts.leaning`.
pub const LEANING: i32 = 8;
/// Offset of `Whereabouts.locks`.
pub const LOCKS: i32 = 16;
/// Offset of `Whereabouts.lists`.
pub const LISTS: i32 = 24;
/// The distance from lock to lock.
pub const LOCK_STRIDE: i32 = 128;

/// Free memory of one size, of one worker: a worker has a list for each size up to [`SMALL_WORDS`], in an array. Generated code takes the
/// first piece if there is one, and calls `object_new` if not. With checks switched on the lists stay empty.
#[repr(C)]
#[derive(Debug)]
pub struct FreeList {
    /// The first piece, which begins with the address of the next one; or null.
    pub first: Cell<*mut u8>,
    /// How many there are.
    pub count: Cell<u64>,
    /// The runtime's.
    pub spare: Cell<*mut u8>,
}

/// Offset of `FreeList.first`.
pub const FREE_FIRST: i32 = 0;
/// Offset of `FreeList.count`.
pub const FREE_COUNT: i32 = 8;
/// Objects of up to this many words, header included, come from such lists.
pub const SMALL_WORDS: usize = 32;

/// Faults that generated code detects itself: first argument of `fault`. The meaning of `a` and `b` is in brackets.
#[repr(u64)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum FaultKind {
    /// `integer overflow in +` (a = 0 `+`, 1 `-`, 2 `*`, 3 negation, 4 abs, 5 pow, 6 `/`; b = 0 int, 1 byte)
    Overflow = 0,
    DivisionByZero = 1,
    /// (a = the count, b = how many bits there are)
    ShiftOutOfRange = 2,
    /// (a = index, b = length)
    IndexOutOfRange = 3,
    /// (a = the key's word, b = the key's descriptor)
    MissingKey = 4,
    /// `value does not fit` (a = the word, b = 0 int → byte, 1 float → int, 2 float → byte)
    CastOutOfRange = 5,
    StackOverflow = 6,
}

/// What a waiting function answers. From [`SELECTED`] on: see `select`.
#[repr(u64)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Waited {
    /// It is done; the result, if any, is in `out`.
    Done = 0,
    /// The function ends early with status 1: a fault, a cancellation or a deadline, recorded in the task.
    Early = 1,
    /// Nothing yet: suspend and call again.
    Suspend = 2,
    /// The channel is disconnected.
    Closed = 3,
    /// It is, and whoever was on the other side faulted or was cancelled.
    Lost = 4,
    /// The task that was waited for was cancelled.
    Cancelled = 5,
    /// The task that was waited for ended with the error in `out`.
    Error = 6,
}

/// `select` answers this and more for its arms.
pub const SELECTED: u64 = 16;

/// An arm of a `select`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SelectArm {
    /// 0 receive, 1 send.
    pub kind: u64,
    /// The end.
    pub end: u64,
    /// What to send (borrowed).
    pub value: u64,
}

/// The `timeout` of a call that waits until the callee answers or is gone.
pub const NO_TIMEOUT: u64 = u64::MAX;
/// The `timeout` of a detached call.
pub const DETACHED: u64 = u64::MAX - 1;

/// What `call_poll` answers.
#[repr(u64)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CallState {
    /// Nothing yet: suspend and poll again.
    Pending = 0,
    /// The reader stands at the encoded result.
    Value = 1,
    /// The reader stands at the error's wire number (varint), then its fields.
    Error = 2,
    /// The callee faulted: `call_fault` takes it over into this task.
    Fault = 3,
    /// No reply: `NetworkError`.
    Network = 4,
    /// `TimeoutError`.
    Timeout = 5,
    /// `UnavailableError`.
    Unavailable = 6,
    /// The caller was cancelled or its deadline has passed (recorded in the task): status 1.
    Early = 7,
    /// No reply: `VersionError`.
    Version = 8,
}

/// First byte of a reply.
#[repr(u8)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReplyKind {
    /// The encoded result follows.
    Value = 0,
    /// Wire number (varint) and fields follow.
    Error = 1,
    /// Message (string), then path lines (array of strings) follow.
    Fault = 2,
    /// The request could not be decoded: the call did not run.
    Malformed = 3,
}
