//! The one table of built-in functions and methods: names, types and whether they can fault or change their receiver.
//! `resolve` looks up globals, `check` methods and types, `lower` emits them, `codegen` picks runtime functions.

use crate::hir::BuiltinError;

/// A function that is there without a declaration, or in a module of `std`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Global {
    /// `print(x)`: any data, a line on standard output.
    Print,
    /// `assert(c)`: a fault if false.
    Assert,
    /// `expect(x)`: in tests, followed by `.to_equal(y)`, `.to_be_true()`, `.to_be_false()`, `.to_be_none()`; typed by `check`.
    Expect,
    /// `abs(x)`: int (can fault) or float.
    Abs,
    /// `min(a, b)`: int or float.
    Min,
    /// `max(a, b)`: int or float.
    Max,
    /// `pow(a, b)`: int (can fault) or float.
    Pow,
    /// `sqrt(x)`: float.
    Sqrt,
    /// `floor(x)`: float.
    Floor,
    /// `ceil(x)`: float.
    Ceil,
    /// `round(x)`: float.
    Round,
    /// `sleep(d)`: waits.
    Sleep,
    /// `std.env.args()`: the arguments without the program's name, `[string]`.
    EnvArgs,
    /// `std.fs.read_text(path)`: `string`, raises `FileError`.
    FsReadText,
}

impl Global {
    /// Module path (`&[]` for those that are always in scope), name, and the thing.
    pub const TABLE: &[(&[&str], &str, Global)] = &[
        (&[], "print", Global::Print),
        (&[], "assert", Global::Assert),
        (&[], "expect", Global::Expect),
        (&[], "abs", Global::Abs),
        (&[], "min", Global::Min),
        (&[], "max", Global::Max),
        (&[], "pow", Global::Pow),
        (&[], "sqrt", Global::Sqrt),
        (&[], "floor", Global::Floor),
        (&[], "ceil", Global::Ceil),
        (&[], "round", Global::Round),
        (&[], "sleep", Global::Sleep),
        (&["std", "env"], "args", Global::EnvArgs),
        (&["std", "fs"], "read_text", Global::FsReadText),
    ];

    /// The error that it raises, if it does.
    #[must_use]
    pub fn raises(self) -> Option<BuiltinError> {
        (self == Global::FsReadText).then_some(BuiltinError::File)
    }
}

/// What kind of value a built-in method is called on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Receiver {
    Int,
    Float,
    String,
    Array,
    Map,
    Sender,
    Receiver,
    Publisher,
    Subscriber,
    Task,
    Duration,
}

/// A type in the table, relative to the receiver: `T` is an array's element, a channel's message or a task's result, `K` and `V`
/// a map's key and value. `U` is any type, decided by the arguments.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Sig {
    Unit,
    Int,
    Float,
    Bool,
    String,
    T,
    K,
    V,
    /// `[T]`.
    Array,
    ArrayString,
    ArrayK,
    ArrayV,
    /// `[(int, T)]`.
    ArrayIndexed,
    /// `[U]` for any `U` (parameter of `zip`).
    ArrayAny,
    /// `[(T, U)]`, `U` from the argument.
    ArrayPairs,
    IntOpt,
    FloatOpt,
    TOpt,
    VOpt,
    /// Any type.
    U,
    /// `[U]`.
    ArrayU,
    /// `fn(T) U`.
    MapFn,
    /// `fn(T) bool`.
    TestFn,
    /// `fn(U, T) U`.
    FoldFn,
    /// `fn(T, T) int`.
    OrderFn,
    /// The built-in enum `Outcome`.
    Outcome,
}

/// Whether a method changes its receiver.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Changes {
    /// No: the receiver is borrowed.
    No,
    /// Yes: the receiver must be a mutable place; passed as a reference.
    Yes,
}

/// Whether a method can fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Faults {
    /// It always ends well.
    Never,
    /// It can fault; or it calls a closure, which may end early.
    Can,
    /// It waits: it can be cancelled, and some raise an error ([`Method::raises`]). Lowered to `Terminator::Wait`.
    Waits,
}

/// What `T` or `K` must be able to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// `==` on elements.
    Equal,
    /// `<` on elements: int, float, byte, bool, string.
    Order,
    /// Elements are strings.
    Strings,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct MethodRow {
    /// What it is called on.
    pub receiver: Receiver,
    /// Its name.
    pub name: &'static str,
    /// The method.
    pub method: Method,
    /// Its parameters without the receiver.
    pub params: &'static [Sig],
    /// Its result.
    pub result: Sig,
    /// Does it change the receiver?
    pub changes: Changes,
    /// Can it fault?
    pub faults: Faults,
    /// What the elements must be able to do.
    pub needs: Needs,
}

macro_rules! methods {
    ($($method:ident $receiver:ident $name:literal ($($param:ident),*) $result:ident $changes:ident $faults:ident $needs:ident;)*) => {
        /// A built-in method.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[allow(missing_docs, reason = "the table says it")]
        pub enum Method { $($method,)* }

        /// Every built-in method.
        pub const METHODS: &[MethodRow] = &[$(MethodRow {
            receiver: Receiver::$receiver, name: $name, method: Method::$method, params: &[$(Sig::$param),*],
            result: Sig::$result, changes: Changes::$changes, faults: Faults::$faults, needs: Needs::$needs,
        },)*];
    };
}

methods! {
    // method         receiver name          params              result    changes faults needs
    IntWrappingAdd    Int    "wrapping_add"  (Int)               Int           No  Never Nothing;
    IntWrappingSub    Int    "wrapping_sub"  (Int)               Int           No  Never Nothing;
    IntWrappingMul    Int    "wrapping_mul"  (Int)               Int           No  Never Nothing;

    StringLen         String "len"           ()                  Int           No  Never Nothing;
    StringIsEmpty     String "is_empty"      ()                  Bool          No  Never Nothing;
    StringContains    String "contains"      (String)            Bool          No  Never Nothing;
    StringStartsWith  String "starts_with"   (String)            Bool          No  Never Nothing;
    StringEndsWith    String "ends_with"     (String)            Bool          No  Never Nothing;
    StringIndexOf     String "index_of"      (String)            IntOpt        No  Never Nothing;
    StringCount       String "count"         (String)            Int           No  Never Nothing;
    StringTrim        String "trim"          ()                  String        No  Never Nothing;
    StringTrimStart   String "trim_start"    ()                  String        No  Never Nothing;
    StringTrimEnd     String "trim_end"      ()                  String        No  Never Nothing;
    StringToUpper     String "to_upper"      ()                  String        No  Never Nothing;
    StringToLower     String "to_lower"      ()                  String        No  Never Nothing;
    StringReplace     String "replace"       (String, String)    String        No  Never Nothing;
    StringSplit       String "split"         (String)            ArrayString   No  Never Nothing;
    StringLines       String "lines"         ()                  ArrayString   No  Never Nothing;
    StringChars       String "chars"         ()                  ArrayString   No  Never Nothing;
    StringSubstring   String "substring"     (Int, Int)          String        No  Can   Nothing;
    StringRepeat      String "repeat"        (Int)               String        No  Can   Nothing;
    StringToInt       String "to_int"        ()                  IntOpt        No  Never Nothing;
    StringToFloat     String "to_float"      ()                  FloatOpt      No  Never Nothing;

    ArrayLen          Array  "len"           ()                  Int           No  Never Nothing;
    ArrayIsEmpty      Array  "is_empty"      ()                  Bool          No  Never Nothing;
    ArrayPush         Array  "push"          (T)                 Unit          Yes Never Nothing;
    ArrayPop          Array  "pop"           ()                  TOpt          Yes Never Nothing;
    ArrayFirst        Array  "first"         ()                  TOpt          No  Never Nothing;
    ArrayLast         Array  "last"          ()                  TOpt          No  Never Nothing;
    ArrayGet          Array  "get"           (Int)               TOpt          No  Never Nothing;
    ArrayInsertAt     Array  "insert_at"     (Int, T)            Unit          Yes Can   Nothing;
    ArrayRemoveAt     Array  "remove_at"     (Int)               T             Yes Can   Nothing;
    ArraySlice        Array  "slice"         (Int, Int)          Array         No  Can   Nothing;
    ArrayContains     Array  "contains"      (T)                 Bool          No  Never Equal;
    ArrayIndexOf      Array  "index_of"      (T)                 IntOpt        No  Never Equal;
    ArrayClear        Array  "clear"         ()                  Unit          Yes Never Nothing;
    ArrayReverse      Array  "reverse"       ()                  Unit          Yes Never Nothing;
    ArraySort         Array  "sort"          ()                  Unit          Yes Never Order;
    ArrayJoin         Array  "join"          (String)            String        No  Never Strings;
    ArrayEnumerate    Array  "enumerate"     ()                  ArrayIndexed  No  Never Nothing;

    ArrayZip          Array  "zip"           (ArrayAny)          ArrayPairs    No  Never Nothing;

    MapLen            Map    "len"           ()                  Int           No  Never Nothing;
    MapIsEmpty        Map    "is_empty"      ()                  Bool          No  Never Nothing;
    MapGet            Map    "get"           (K)                 VOpt          No  Never Nothing;
    MapContains       Map    "contains"      (K)                 Bool          No  Never Nothing;
    MapInsert         Map    "insert"        (K, V)              Unit          Yes Never Nothing;
    MapRemove         Map    "remove"        (K)                 VOpt          Yes Never Nothing;
    MapKeys           Map    "keys"          ()                  ArrayK        No  Never Nothing;
    MapValues         Map    "values"        ()                  ArrayV        No  Never Nothing;
    // Also a place: `m.or_insert(k, 0) += 1`, `m.or_insert(k, []).push(x)`; lowered with `Inst::RefOrInsert`.
    MapOrInsert       Map    "or_insert"     (K, V)              V             Yes Never Nothing;
    MapClear          Map    "clear"         ()                  Unit          Yes Never Nothing;

    // With a closure: lowered to a loop that calls it. They raise what it raises.
    ArrayMap          Array  "map"           (MapFn)             ArrayU        No  Can   Nothing;
    ArrayFilter       Array  "filter"        (TestFn)            Array         No  Can   Nothing;
    ArrayFold         Array  "fold"          (U, FoldFn)         U             No  Can   Nothing;
    ArrayAny          Array  "any"           (TestFn)            Bool          No  Can   Nothing;
    ArrayAll          Array  "all"           (TestFn)            Bool          No  Can   Nothing;
    ArraySortBy       Array  "sort_by"       (OrderFn)           Unit          Yes Can   Nothing;

    // Sent and published values are owned by the method.
    SenderSend        Sender "send"          (T)                 Unit          No  Waits Nothing;
    SenderDeliver     Sender "deliver"       (T)                 Unit          No  Waits Nothing;
    SenderTrySend     Sender "try_send"      (T)                 Bool          No  Never Nothing;
    SenderClose       Sender "close"         ()                  Unit          No  Never Nothing;
    SenderLen         Sender "len"           ()                  Int           No  Never Nothing;
    SenderCapacity    Sender "capacity"      ()                  IntOpt        No  Never Nothing;
    ReceiverRecv      Receiver "recv"        ()                  T             No  Waits Nothing;
    ReceiverTryRecv   Receiver "try_recv"    ()                  TOpt          No  Never Nothing;
    ReceiverClose     Receiver "close"       ()                  Unit          No  Never Nothing;
    ReceiverLen       Receiver "len"         ()                  Int           No  Never Nothing;
    ReceiverCapacity  Receiver "capacity"    ()                  IntOpt        No  Never Nothing;
    PublisherPublish  Publisher "publish"    (T)                 Unit          No  Waits Nothing;
    PublisherPublishAndWait Publisher "publish_and_wait" (T)     Unit          No  Waits Nothing;
    PublisherDropped  Publisher "dropped"    ()                  Int           No  Never Nothing;
    SubscriberRecv    Subscriber "recv"      ()                  T             No  Waits Nothing;
    SubscriberTryRecv Subscriber "try_recv"  ()                  TOpt          No  Never Nothing;
    SubscriberLen     Subscriber "len"       ()                  Int           No  Never Nothing;
    SubscriberDropped Subscriber "dropped"   ()                  Int           No  Never Nothing;

    TaskGet           Task   "get"           ()                  T             No  Waits Nothing;
    TaskOutcome       Task   "outcome"       ()                  Outcome       No  Waits Nothing;
    TaskCancel        Task   "cancel"        ()                  Unit          No  Never Nothing;
    TaskDetach        Task   "detach"        ()                  Unit          No  Never Nothing;

    DurationToNs      Duration "to_ns"       ()                  Int           No  Never Nothing;
    DurationToMs      Duration "to_ms"       ()                  Int           No  Never Nothing;
    DurationToSeconds Duration "to_seconds"  ()                  Float         No  Never Nothing;
}

/// Methods of the language that wait for bytes (`E0908`).
pub const NOT_YET: &[(Receiver, &str)] = &[(Receiver::String, "to_bytes")];

impl Method {
    /// Its row.
    #[must_use]
    pub fn row(self) -> &'static MethodRow {
        &METHODS[self as usize]
    }

    /// The error that it raises by itself, if it does. (`get` raises those of the task's body as well.)
    #[must_use]
    pub fn raises(self) -> Option<BuiltinError> {
        let raising = [
            (Method::SenderSend, BuiltinError::ChannelClosed),
            (Method::SenderDeliver, BuiltinError::Network),
            (Method::ReceiverRecv, BuiltinError::ChannelClosed),
            (Method::PublisherPublishAndWait, BuiltinError::ChannelClosed),
            (Method::SubscriberRecv, BuiltinError::ChannelClosed),
            (Method::TaskGet, BuiltinError::TaskCancelled),
        ];
        raising.into_iter().find(|(method, _)| *method == self).map(|(_, error)| error)
    }

    /// Does it give an element or entry, or `none`? Behind `if let mut` it is a place.
    #[must_use]
    pub fn gives_entry(self) -> bool {
        matches!(self, Method::MapGet | Method::ArrayGet | Method::ArrayFirst | Method::ArrayLast)
    }

    /// Does it call a closure that is its last argument?
    #[must_use]
    pub fn calls_closure(self) -> bool {
        let last = self.row().params.last();
        matches!(last, Some(Sig::MapFn | Sig::TestFn | Sig::FoldFn | Sig::OrderFn))
    }
}

/// What follows `expect(x)`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Expectation {
    /// `.to_equal(y)`: fault unless `x == y`, showing both.
    ToEqual,
    /// `.to_be_true()`.
    ToBeTrue,
    /// `.to_be_false()`.
    ToBeFalse,
    /// `.to_be_none()`.
    ToBeNone,
}
