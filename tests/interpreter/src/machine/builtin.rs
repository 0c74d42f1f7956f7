//! Built-in methods of numbers, maps and durations. In: a [`Method`] and its operands: borrowed and owned as
//! `flow::builtin_use` says. Out: an owned result, or the message of a fault.

use super::Machine;
use crate::arithmetic::op2;
use crate::heap::Body;
use crate::value::{Faulty, Sound, Value, wrong};
use pluto_middle::builtin::Receiver;
use pluto_middle::mir::{Method, Op2, TypeId};

impl Machine<'_> {
    /// A method of type `receiver`; `result` is the type of what it gives.
    pub(super) fn builtin(
        &mut self,
        method: Method,
        receiver: TypeId,
        args: &[Value],
        result: TypeId,
    ) -> Sound<Faulty> {
        Ok(Ok(match method.row().receiver {
            Receiver::String => return self.string_method(method, args, result),
            Receiver::Array => return self.array_method(method, receiver, args, result),
            Receiver::Map => self.map_method(method, args, result)?,
            Receiver::Int => match method.row().name {
                "wrapping_add" => op2(Op2::WrappingAdd, args[0], args[1])?,
                "wrapping_sub" => op2(Op2::WrappingSub, args[0], args[1])?,
                "wrapping_mul" => op2(Op2::WrappingMul, args[0], args[1])?,
                other => return wrong(format!("{other} of an int")),
            },
            Receiver::Duration => match method.row().name {
                "to_ns" => args[0],
                "to_ms" => Value::Word(args[0].word()? / 1_000_000),
                "to_seconds" => Value::Float(args[0].word()? as f64 / 1e9),
                other => return wrong(format!("{other} of a duration")),
            },
            Receiver::Float
            | Receiver::Sender
            | Receiver::Receiver
            | Receiver::Publisher
            | Receiver::Subscriber
            | Receiver::Task => return wrong(format!("{method:?} is not in the subset")),
        }))
    }

    fn map_method(&mut self, method: Method, args: &[Value], result: TypeId) -> Sound<Value> {
        let changed = || args[0].place();
        match method.row().name {
            "len" => Ok(Value::Word(self.heap.table(args[0])?.entries().len() as i64)),
            "is_empty" => Ok(Value::truth(self.heap.table(args[0])?.entries().is_empty())),
            "contains" => Ok(Value::truth(self.heap.table(args[0])?.find(&self.heap.key(args[1])?).is_some())),
            "get" => {
                let table = self.heap.table(args[0])?;
                let found = table.find(&self.heap.key(args[1])?).map(|at| table.entries()[at].1);
                self.another(found, result)
            }
            "insert" => self.insert(changed()?, args[1], args[2]).map(|()| Value::UNIT),
            "remove" => {
                let removed = self.remove(changed()?, args[1])?;
                self.optional(removed, result)
            }
            "keys" => {
                let keys: Vec<Value> = self.heap.table(args[0])?.entries().iter().map(|entry| entry.0).collect();
                self.array_of(result, &keys)
            }
            "values" => {
                let values: Vec<Value> = self.heap.table(args[0])?.entries().iter().map(|entry| entry.1).collect();
                self.array_of(result, &values)
            }
            "or_insert" => {
                let (object, index) = self.or_insert(changed()?, args[1], args[2])?;
                let value = self.heap.part(object, index)?;
                self.heap.dup(value)?;
                Ok(value)
            }
            "clear" => {
                let old = std::mem::take(self.table_at(changed()?)?);
                let parts = Body::Map(old).parts();
                parts.into_iter().try_for_each(|value| self.heap.drop(value))?;
                Ok(Value::UNIT)
            }
            other => wrong(format!("{other} of a map")),
        }
    }

    // ---- results ----

    /// An owned value, if there is one, as nullable.
    pub(super) fn optional(&mut self, value: Option<Value>, result: TypeId) -> Sound<Value> {
        value.map_or(Ok(Value::Null), |value| self.wrap(result, value))
    }

    /// The same of a value that somebody else keeps.
    pub(super) fn another(&mut self, value: Option<Value>, result: TypeId) -> Sound<Value> {
        value.map_or(Ok(()), |value| self.heap.dup(value))?;
        self.optional(value, result)
    }
}
