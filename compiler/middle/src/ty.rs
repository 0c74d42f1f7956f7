//! Types and their interner. In: structure. Out: [`TyId`]s, equal exactly if the types are equal.

use crate::ids::{ClassId, EnumId, ErrorId, Id, IndexVec, TyId};
use pluto_syntax::ast::Holder as AstHolder;
use std::collections::BTreeMap;

/// The built-in types with one parameter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Holder {
    Sender,
    Receiver,
    Publisher,
    Subscriber,
    Task,
}

impl Holder {
    /// As written.
    #[must_use]
    pub fn of(written: AstHolder) -> Holder {
        match written {
            AstHolder::Sender => Holder::Sender,
            AstHolder::Receiver => Holder::Receiver,
            AstHolder::Publisher => Holder::Publisher,
            AstHolder::Subscriber => Holder::Subscriber,
            AstHolder::Task => Holder::Task,
        }
    }

    /// Its name in programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Holder::Sender => "Sender",
            Holder::Receiver => "Receiver",
            Holder::Publisher => "Publisher",
            Holder::Subscriber => "Subscriber",
            Holder::Task => "Task",
        }
    }
}

/// A type. Variables of inference are private to `check`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Ty {
    /// Something was wrong and was reported; agrees with everything.
    Error,
    /// The type of `return`, `raise`, …: no value; agrees with everything.
    Never,
    /// `()`.
    Unit,
    /// 64-bit signed.
    Int,
    /// 64-bit IEEE.
    Float,
    /// Truth value.
    Bool,
    /// 0–255.
    Byte,
    /// UTF-8 text.
    String,
    /// `[T]`.
    Array(TyId),
    /// `Map<K, V>`.
    Map(TyId, TyId),
    /// `(A, B)`, at least two.
    Tuple(Vec<TyId>),
    /// `T?`.
    Nullable(TyId),
    /// A data class (never a service class: those have no values).
    Class(ClassId),
    /// An enum.
    Enum(EnumId),
    /// An error value of a known error.
    ErrorValue(ErrorId),
    /// An error value of any error: what `catch err { }` and `catch err: A | B { }` bind.
    AnyError,
    /// A span of time, in nanoseconds.
    Duration,
    /// `fn(A, B) R`.
    Fn(Vec<TyId>, TyId),
    /// `Sender<T>`, `Receiver<T>`, `Publisher<T>`, `Subscriber<T>`, `Task<T>`.
    Holder(Holder, TyId),
    /// An inference variable; only inside `check`.
    Var(u32),
}

impl Ty {
    /// The types that a type is made of.
    pub fn parts(&self) -> Vec<TyId> {
        match self {
            Ty::Array(x) | Ty::Nullable(x) => vec![*x],
            Ty::Map(k, v) => vec![*k, *v],
            Ty::Tuple(xs) => xs.clone(),
            Ty::Fn(params, result) => params.iter().copied().chain([*result]).collect(),
            Ty::Holder(_, x) => vec![*x],
            Ty::Error
            | Ty::Never
            | Ty::Unit
            | Ty::Int
            | Ty::Float
            | Ty::Bool
            | Ty::Byte
            | Ty::String
            | Ty::Class(_)
            | Ty::Enum(_)
            | Ty::ErrorValue(_)
            | Ty::AnyError
            | Ty::Duration
            | Ty::Var(_) => vec![],
        }
    }
}

/// All types of a program.
#[derive(Clone, Debug)]
pub struct TyTable {
    types: IndexVec<TyId, Ty>,
    ids: BTreeMap<Ty, TyId>,
}

macro_rules! fixed {
    ($($name:ident = $index:literal $ty:ident;)*) => {
        impl TyTable {
            $(#[doc = concat!("Always the id of `Ty::", stringify!($ty), "`.")] pub const $name: TyId = TyId($index);)*
        }
        impl Default for TyTable {
            fn default() -> TyTable {
                let mut table = TyTable { types: IndexVec::new(), ids: BTreeMap::new() };
                $(assert_eq!(table.intern(Ty::$ty), TyTable::$name);)*
                table
            }
        }
    };
}

fixed! {
    ERROR = 0 Error;
    NEVER = 1 Never;
    UNIT = 2 Unit;
    INT = 3 Int;
    FLOAT = 4 Float;
    BOOL = 5 Bool;
    BYTE = 6 Byte;
    STRING = 7 String;
    ANY_ERROR = 8 AnyError;
    DURATION = 9 Duration;
}

impl TyTable {
    /// The id of a type.
    pub fn intern(&mut self, ty: Ty) -> TyId {
        if let Some(id) = self.ids.get(&ty) {
            return *id;
        }
        let id = self.types.push(ty.clone());
        self.ids.insert(ty, id);
        id
    }
    /// The type of an id.
    #[must_use]
    pub fn get(&self, id: TyId) -> &Ty {
        &self.types[id]
    }
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.types.len()
    }
    /// Never true: the built-in ones are always there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.types.is_empty()
    }
    /// All, in id order.
    pub fn ids(&self) -> impl Iterator<Item = TyId> + use<> {
        (0..self.types.len()).map(TyId::from_index)
    }
}
