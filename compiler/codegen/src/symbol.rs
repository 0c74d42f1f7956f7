//! What code and data refer to each other by, before there are symbols in an object. In: ids of MIR. Out: [`Symbol`], which
//! orders, and has a name that does not depend on anything but the program.

use crate::abi::RuntimeFn;
use crate::value;
use cranelift_codegen::ir::{self, types};
use pluto_middle::ids::Id;
use pluto_middle::mir::{Concurrent, Func, Name, Program, Service, Terminator, Type, TypeId};
use std::collections::BTreeSet;

/// A piece of generated code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Code {
    /// A function of the program.
    Function(Func),
    /// Writes a value of a type to a buffer.
    Encode(TypeId),
    /// Reads a value of a type.
    Decode(TypeId),
    /// The door to `main` for the runtime.
    Main,
    /// The door to a service's start.
    Start(Service),
    /// The door to a service's stop.
    Stop(Service),
    /// The door to a served method.
    Handler(u32),
    /// The door to a test.
    Test(u32),
    /// The door to the code of a new task, by what its result is.
    Run(Class),
    /// A way to the runtime that leaves all registers as they are.
    Quiet(Quiet),
}

/// What generated code asks for at places that are passed all the time, and that seldom answer. The code around such a place must
/// not suffer from a call in it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Quiet {
    /// `(task)`.
    Safepoint,
    /// `(task, stack pointer, out)`: 1 in `out` if the stack is used up.
    StackCheck,
    /// `(task, service, mode, site, out)`: takes the lock of a service, waiting for it; 0 in `out`, or 1 if the task ends early.
    LockTake,
    /// `(task, service, mode)`: gives it back.
    LockGiveBack,
}

impl Quiet {
    /// All of them.
    pub(crate) const ALL: [Quiet; 4] = [Quiet::Safepoint, Quiet::StackCheck, Quiet::LockTake, Quiet::LockGiveBack];
}

/// What kind of register a result is in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Class {
    Word,
    Float,
}

impl Class {
    /// That of a type.
    pub(crate) fn of(ty: &Type) -> Class {
        if value::clif_type(ty) == types::F64 { Class::Float } else { Class::Word }
    }

    /// As a register type.
    pub(crate) fn clif_type(self) -> ir::Type {
        match self {
            Class::Word => types::I64,
            Class::Float => types::F64,
        }
    }
}

/// A table of `pluto_abi::program`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Table {
    Program,
    Peers,
    Handlers,
    Remotes,
    Services,
    ServiceFields(Service),
    Sites,
    Tests,
    Channels,
}

/// Anything with an address.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Symbol {
    /// A function of the runtime.
    Runtime(RuntimeFn),
    /// Generated code.
    Code(Code),
    /// The descriptor of a type.
    Desc(TypeId),
    /// The descriptor of places where values of an inline type lie.
    Inline(TypeId),
    /// The words of such a place.
    Words(TypeId),
    /// The words with counts of objects of a type; of its variant with this number.
    Counted(TypeId, u32),
    /// The descriptor of strings, in a program without a string type of its own.
    StringDesc,
    /// The fields or variants that a descriptor lists.
    Parts(TypeId),
    /// The fields of a variant that a descriptor lists.
    VariantParts(TypeId, u32),
    /// The object of a variant without fields.
    Variant(TypeId, u32),
    /// The object of a closure without captures: its type and its code.
    Closure(TypeId, Func),
    /// A string object.
    Str(Name),
    /// Only bytes.
    Text(Name),
    /// The words of a service instance.
    Service(Service),
    /// A table for the runtime.
    Table(Table),
}

impl Code {
    /// All code of a program, in the order of definition.
    pub(crate) fn all(program: &Program) -> Vec<Code> {
        let mut all: Vec<Code> = program.functions.ids().map(Code::Function).collect();
        for &ty in program.wire.iter().filter(|ty| has_own_encoder(&program.types[**ty])) {
            all.extend([Code::Encode(ty), Code::Decode(ty)]);
        }
        all.extend(program.main.map(|_| Code::Main));
        for (service, info) in program.services.iter_enumerated() {
            all.push(Code::Start(service));
            all.extend(info.stop.map(|_| Code::Stop(service)));
        }
        all.extend(numbers(program.handlers.len()).map(Code::Handler));
        all.extend(numbers(program.tests.len()).map(Code::Test));
        if program.concurrent == Concurrent::Yes {
            all.extend(Quiet::ALL.map(Code::Quiet));
        }
        all.extend(task_classes(program).into_iter().map(Code::Run));
        all
    }

    /// Its symbol in the object.
    pub(crate) fn name(self, program: &Program) -> String {
        match self {
            Code::Function(function) => format!("pluto:{}", program.functions[function].name),
            Code::Encode(ty) => format!("pluto.encode:{}", ty.index()),
            Code::Decode(ty) => format!("pluto.decode:{}", ty.index()),
            Code::Main => "pluto.main".to_owned(),
            Code::Start(service) => format!("pluto.start:{}", program.services[service].name),
            Code::Stop(service) => format!("pluto.stop:{}", program.services[service].name),
            Code::Handler(number) => format!("pluto.handler:{}", program.handlers[number as usize].name),
            Code::Test(number) => format!("pluto.test:{number}"),
            Code::Quiet(Quiet::Safepoint) => "pluto.quiet:safepoint".to_owned(),
            Code::Quiet(Quiet::StackCheck) => "pluto.quiet:stack_check".to_owned(),
            Code::Quiet(Quiet::LockTake) => "pluto.quiet:lock_take".to_owned(),
            Code::Quiet(Quiet::LockGiveBack) => "pluto.quiet:lock_give_back".to_owned(),
            Code::Run(Class::Word) => "pluto.run:word".to_owned(),
            Code::Run(Class::Float) => "pluto.run:float".to_owned(),
        }
    }
}

impl Symbol {
    /// For printing.
    pub(crate) fn show(&self, program: &Program) -> String {
        match self {
            Symbol::Runtime(function) => function.symbol().to_owned(),
            Symbol::Code(code) => code.name(program),
            Symbol::Desc(_)
            | Symbol::Inline(_)
            | Symbol::Words(_)
            | Symbol::Counted(..)
            | Symbol::StringDesc
            | Symbol::Parts(_)
            | Symbol::VariantParts(..)
            | Symbol::Variant(..)
            | Symbol::Closure(..)
            | Symbol::Str(_)
            | Symbol::Text(_)
            | Symbol::Service(_)
            | Symbol::Table(_) => format!("{self:?}"),
        }
    }
}

/// Does a type have functions to encode and decode it? The others are one call of the runtime.
pub(crate) fn has_own_encoder(ty: &Type) -> bool {
    match ty {
        Type::Array(_)
        | Type::Map(..)
        | Type::Tuple(_)
        | Type::Nullable { .. }
        | Type::Class { .. }
        | Type::Enum { .. }
        | Type::Error { .. } => true,
        Type::Unit
        | Type::Int
        | Type::Float
        | Type::Bool
        | Type::Byte
        | Type::String
        | Type::Tag { .. }
        | Type::AnyError
        | Type::Ref(_)
        | Type::Duration
        | Type::Fn { .. }
        | Type::Closure { .. }
        | Type::Holder { .. }
        | Type::Service(_)
        | Type::Status => false,
    }
}

/// What the results of the tasks are that the program starts.
fn task_classes(program: &Program) -> BTreeSet<Class> {
    let ends = program.functions.iter().flat_map(|function| function.blocks.iter().map(move |block| (function, block)));
    let classes = ends.filter_map(|(function, block)| {
        let Terminator::Spawn { dest, .. } = &block.end else { return None };
        let Type::Holder { inner, .. } = &program.types[function.locals[*dest].ty] else { return None };
        Some(Class::of(&program.types[*inner]))
    });
    classes.collect()
}

fn numbers(count: usize) -> std::ops::Range<u32> {
    0..u32::try_from(count).expect("fewer than 2^32 of anything")
}
