//! Values as the interpreter holds them, and what can be wrong with them. Small and copied freely: counting is explicit in MIR.

use pluto_middle::mir::{Local, Service};

/// What a local or a part of an object holds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Value {
    /// int, byte, bool, tag, duration, unit.
    Word(i64),
    /// A float.
    Float(f64),
    /// `none`, and a status of 0.
    Null,
    /// A status of 1: a fault is on its way.
    Fault,
    /// A counted object.
    Object(Handle),
    /// The address of a value.
    Ref(Place),
    /// A service's instance.
    Service(Service),
}

/// Names an object. Those of two objects are never equal, even if one has the other's place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Handle {
    /// The place in the arena.
    pub(crate) index: usize,
    /// How many objects were made before it.
    pub(crate) age: u64,
}

/// Where a reference points.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    /// A local of a function that is running: how many callers it has.
    Local { depth: usize, local: Local },
    /// A word of a service.
    Service { service: Service, index: usize },
    /// A word of an object or array, or the value of the entry at a position.
    Part { object: Handle, index: usize },
}

/// A rule of MIR is broken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Wrong(pub(crate) String);

/// What an operation gives, unless a rule is broken.
pub(crate) type Sound<T> = Result<T, Wrong>;

/// What an operation of a program gives: a value, or the message of a fault.
pub(crate) type Faulty = Result<Value, String>;

/// A rule is broken.
pub(crate) fn wrong<T>(text: impl Into<String>) -> Sound<T> {
    Err(Wrong(text.into()))
}

impl Value {
    pub(crate) const UNIT: Value = Value::Word(0);

    pub(crate) fn truth(truth: bool) -> Value {
        Value::Word(i64::from(truth))
    }

    pub(crate) fn word(self) -> Sound<i64> {
        match self {
            Value::Word(word) => Ok(word),
            Value::Float(_) | Value::Null | Value::Fault | Value::Object(_) | Value::Ref(_) | Value::Service(_) => {
                wrong(format!("{self:?} stands where a word belongs"))
            }
        }
    }

    /// Defaults of fields are words of zeroes, whatever their type.
    pub(crate) fn float(self) -> Sound<f64> {
        match self {
            Value::Float(float) => Ok(float),
            Value::Word(bits) => Ok(f64::from_bits(bits.cast_unsigned())),
            Value::Null | Value::Fault | Value::Object(_) | Value::Ref(_) | Value::Service(_) => {
                wrong(format!("{self:?} stands where a float belongs"))
            }
        }
    }

    pub(crate) fn handle(self) -> Sound<Handle> {
        match self {
            Value::Object(handle) => Ok(handle),
            Value::Word(_) | Value::Float(_) | Value::Null | Value::Fault | Value::Ref(_) | Value::Service(_) => {
                wrong(format!("{self:?} stands where an object belongs"))
            }
        }
    }

    pub(crate) fn place(self) -> Sound<Place> {
        match self {
            Value::Ref(place) => Ok(place),
            Value::Word(_) | Value::Float(_) | Value::Null | Value::Fault | Value::Object(_) | Value::Service(_) => {
                wrong(format!("{self:?} stands where a reference belongs"))
            }
        }
    }

    pub(crate) fn service(self) -> Sound<Service> {
        match self {
            Value::Service(service) => Ok(service),
            Value::Word(_) | Value::Float(_) | Value::Null | Value::Fault | Value::Object(_) | Value::Ref(_) => {
                wrong(format!("{self:?} stands where a service belongs"))
            }
        }
    }
}
