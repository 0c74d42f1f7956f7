//! Built-in methods of numbers, arrays, maps and durations. In: a [`Method`] and its operands: borrowed and owned as
//! `flow::builtin_use` says. Out: an owned result, or the message of a fault.

use super::Machine;
use crate::arithmetic::op2;
use crate::heap::Body;
use crate::value::{Faulty, Place, Sound, Value, wrong};
use pluto_middle::builtin::Receiver;
use pluto_middle::mir::{Method, Op2, TypeId};
use std::cmp::Ordering;

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

    fn array_method(&mut self, method: Method, receiver: TypeId, args: &[Value], result: TypeId) -> Sound<Faulty> {
        let element = self.element_of(receiver)?;
        let changed = || args[0].place();
        Ok(Ok(match method.row().name {
            "len" => Value::Word(self.heap.array(args[0])?.len() as i64),
            "is_empty" => Value::truth(self.heap.array(args[0])?.is_empty()),
            "push" => self.array_change(changed()?, |array| array.push(args[1]))?,
            "pop" => self.pop(changed()?, result)?,
            "first" => self.element(args[0], 0, result)?,
            "last" => self.element(args[0], self.heap.array(args[0])?.len() as i64 - 1, result)?,
            "get" => self.element(args[0], args[1].word()?, result)?,
            "insert_at" => return self.insert_at(changed()?, args[1].word()?, args[2]),
            "remove_at" => return self.remove_at(changed()?, args[1].word()?),
            "slice" => return self.slice(args[0], args[1].word()?, args[2].word()?),
            "contains" => Value::truth(self.position(args[0], args[1])?.is_some()),
            "index_of" => {
                let found = self.position(args[0], args[1])?.map(|at| Value::Word(at as i64));
                self.optional(found, result)?
            }
            "clear" => {
                let old = std::mem::take(self.array_at(changed()?)?);
                old.into_iter().try_for_each(|value| self.heap.drop(value))?;
                Value::UNIT
            }
            "reverse" => self.array_change(changed()?, |array| array.reverse())?,
            "sort" => self.sort_plainly(changed()?)?,
            "join" => self.join(args[0], args[1])?,
            "enumerate" => self.enumerate(args[0], result)?,
            "zip" => self.zip(args[0], args[1], result)?,
            other => return wrong(format!("{other} of {:?}", self.program.types[element])),
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
            "keys" => self.copies(self.heap.table(args[0])?.entries().iter().map(|entry| entry.0).collect()),
            "values" => self.copies(self.heap.table(args[0])?.entries().iter().map(|entry| entry.1).collect()),
            "or_insert" => {
                let place = self.or_insert(changed()?, args[1], args[2])?;
                let value = self.load(place)?;
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
    fn another(&mut self, value: Option<Value>, result: TypeId) -> Sound<Value> {
        value.map_or(Ok(()), |value| self.heap.dup(value))?;
        self.optional(value, result)
    }

    /// An array of new counts.
    fn copies(&mut self, values: Vec<Value>) -> Sound<Value> {
        values.iter().try_for_each(|value| self.heap.dup(*value))?;
        Ok(self.heap.new_object(Body::Array(values)))
    }

    // ---- arrays ----

    fn array_change(&mut self, place: Place, change: impl FnOnce(&mut Vec<Value>)) -> Sound<Value> {
        change(self.array_at(place)?);
        Ok(Value::UNIT)
    }

    /// An empty array stays as it is, and shared.
    fn pop(&mut self, place: Place, result: TypeId) -> Sound<Value> {
        let array = self.load(place)?;
        if self.heap.array(array)?.is_empty() {
            return Ok(Value::Null);
        }
        let last = self.array_at(place)?.pop();
        self.optional(last, result)
    }

    fn element(&mut self, array: Value, index: i64, result: TypeId) -> Sound<Value> {
        let elements = self.heap.array(array)?;
        let found = usize::try_from(index).ok().and_then(|index| elements.get(index).copied());
        self.another(found, result)
    }

    fn insert_at(&mut self, place: Place, index: i64, value: Value) -> Sound<Faulty> {
        let array = self.load(place)?;
        let len = self.heap.array(array)?.len();
        match usize::try_from(index).ok().filter(|index| *index <= len) {
            Some(index) => Ok(Ok(self.array_change(place, |array| array.insert(index, value))?)),
            None => {
                self.heap.drop(value)?;
                Ok(Err(format!("cannot insert at index {index}: the length is {len}")))
            }
        }
    }

    fn remove_at(&mut self, place: Place, index: i64) -> Sound<Faulty> {
        let array = self.load(place)?;
        let len = self.heap.array(array)?.len();
        match usize::try_from(index).ok().filter(|index| *index < len) {
            Some(index) => Ok(Ok(self.array_at(place)?.remove(index))),
            None => Ok(Err(format!("index {index} is out of range for length {len}"))),
        }
    }

    fn slice(&mut self, array: Value, start: i64, end: i64) -> Sound<Faulty> {
        let elements = self.heap.array(array)?;
        let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
        match range.and_then(|(start, end)| elements.get(start..end)) {
            Some(part) => self.copies(part.to_vec()).map(Ok),
            None => Ok(Err(format!("slice {start}..{end} is out of range for length {}", elements.len()))),
        }
    }

    fn position(&self, array: Value, wanted: Value) -> Sound<Option<usize>> {
        for (at, value) in self.heap.array(array)?.iter().enumerate() {
            if self.heap.equal(*value, wanted)? {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }

    /// Rising: numbers (NaN last), strings by bytes; equal ones keep their order.
    fn sort_plainly(&mut self, place: Place) -> Sound<Value> {
        let array = self.unique_at(place)?;
        let mut sorted = self.heap.array(Value::Object(array))?.to_vec();
        let mut broken = None;
        sorted.sort_by(|left, right| {
            self.order(*left, *right).unwrap_or_else(|found| {
                broken = Some(found);
                Ordering::Equal
            })
        });
        broken.map_or(Ok(()), Err)?;
        self.array_change(place, |array| *array = sorted)
    }

    fn order(&self, left: Value, right: Value) -> Sound<Ordering> {
        match (left, right) {
            (Value::Word(left), Value::Word(right)) => Ok(left.cmp(&right)),
            (Value::Object(_), Value::Object(_)) => {
                Ok(self.heap.text(left)?.as_bytes().cmp(self.heap.text(right)?.as_bytes()))
            }
            (_, _) => {
                let (left, right) = (left.float()?, right.float()?);
                Ok(left.partial_cmp(&right).unwrap_or_else(|| left.is_nan().cmp(&right.is_nan())))
            }
        }
    }

    fn join(&mut self, array: Value, separator: Value) -> Sound<Value> {
        let texts: Sound<Vec<_>> = self.heap.array(array)?.iter().map(|text| self.heap.text(*text)).collect();
        let joined = texts?.join(&*self.heap.text(separator)?);
        Ok(self.heap.new_text(&joined))
    }

    fn enumerate(&mut self, array: Value, result: TypeId) -> Sound<Value> {
        let elements = self.heap.array(array)?.to_vec();
        let numbers = (0..elements.len()).map(|index| Value::Word(index as i64)).collect();
        self.pairs(numbers, elements, result)
    }

    fn zip(&mut self, left: Value, right: Value, result: TypeId) -> Sound<Value> {
        let (left, right) = (self.heap.array(left)?.to_vec(), self.heap.array(right)?.to_vec());
        self.pairs(left, right, result)
    }

    /// An array of pairs of new counts.
    fn pairs(&mut self, left: Vec<Value>, right: Vec<Value>, result: TypeId) -> Sound<Value> {
        let pair = self.element_of(result)?;
        let mut pairs = vec![];
        for (left, right) in left.into_iter().zip(right) {
            self.heap.dup(left)?;
            self.heap.dup(right)?;
            pairs.push(self.heap.new_object(Body::Fields(pair, vec![left, right])));
        }
        Ok(self.heap.new_object(Body::Array(pairs)))
    }
}
