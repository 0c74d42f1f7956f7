//! Equality of values, and keys of maps. In: values of one type. Out: truth values, [`Key`]s.

use crate::heap::{Body, Heap};
use crate::table::Key;
use crate::value::{Sound, Value, wrong};
use pluto_middle::ids::Id;
use std::collections::BTreeMap;

impl Heap {
    /// Are two values of one type equal? Floats by IEEE, maps regardless of order. Without recursion: lists may be long.
    pub(crate) fn equal(&self, left: Value, right: Value) -> Sound<bool> {
        self.all_equal(vec![(left, right)])
    }

    /// Are the words of two values of one type equal?
    pub(crate) fn equal_words(&self, left: &[Value], right: &[Value]) -> Sound<bool> {
        if left.len() != right.len() {
            return wrong(format!("{} words are compared with {}", left.len(), right.len()));
        }
        self.all_equal(left.iter().copied().zip(right.iter().copied()).collect())
    }

    fn all_equal(&self, mut todo: Vec<(Value, Value)>) -> Sound<bool> {
        while let Some((left, right)) = todo.pop() {
            let same = match (left, right) {
                (Value::Word(left), Value::Word(right)) => left == right,
                (Value::Float(_), _) | (_, Value::Float(_)) => left.float()? == right.float()?,
                (Value::Null, _) | (_, Value::Null) => left == right,
                (Value::Object(_), Value::Object(_)) => self.same_so_far(left, right, &mut todo)?,
                (Value::Word(_) | Value::Fault | Value::Object(_) | Value::Ref(_) | Value::Service(_), _) => {
                    return wrong(format!("{left:?} is compared with {right:?}"));
                }
            };
            if !same {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Can two objects be equal? What is left to compare is put into `todo`.
    fn same_so_far(&self, left: Value, right: Value, todo: &mut Vec<(Value, Value)>) -> Sound<bool> {
        let mut lists = |left: &[Value], right: &[Value]| {
            todo.extend(left.iter().copied().zip(right.iter().copied()).rev());
            left.len() == right.len()
        };
        Ok(match (self.body(left)?, self.body(right)?) {
            (Body::Text(left), Body::Text(right)) => left == right,
            (Body::Array(left), Body::Array(right)) if left.width() == right.width() => {
                lists(left.words(), right.words())
            }
            (Body::Fields(one, left), Body::Fields(other, right)) => one == other && lists(left, right),
            (Body::Variant(one, left), Body::Variant(other, right)) => one == other && lists(left, right),
            (Body::Map(left), Body::Map(right)) => {
                for (key, value) in left.entries() {
                    let Some(at) = right.find(&self.key(*key)?) else { return Ok(false) };
                    todo.push((*value, right.entries()[at].1));
                }
                left.entries().len() == right.entries().len()
            }
            (Body::Closure(..), Body::Closure(..)) => left == right,
            (
                one @ (Body::Text(_)
                | Body::Array(_)
                | Body::Map(_)
                | Body::Fields(..)
                | Body::Variant(..)
                | Body::Closure(..)),
                other,
            ) => return wrong(format!("{one:?} is compared with {other:?}")),
        })
    }

    /// What a value means as a key: NaN equals itself.
    pub(crate) fn key(&self, value: Value) -> Sound<Key> {
        match value {
            Value::Null => Ok(Key::Null),
            Value::Word(word) => Ok(Key::Word(word)),
            Value::Float(float) if float.is_nan() => Ok(Key::Float(f64::NAN.to_bits())),
            // Adding makes both zeroes one.
            Value::Float(float) => Ok(Key::Float((float + 0.0).to_bits())),
            Value::Object(_) => match self.body(value)? {
                Body::Text(text) => Ok(Key::Text(text.to_string())),
                Body::Array(list) => Ok(Key::List(self.keys(list.words())?)),
                Body::Fields(ty, fields) => Ok(Key::Parts(ty.0, self.keys(fields)?)),
                Body::Variant(tag, fields) => Ok(Key::Parts(*tag, self.keys(fields)?)),
                Body::Map(table) => {
                    let pair = |entry: &(Value, Value)| Ok((self.key(entry.0)?, self.key(entry.1)?));
                    let entries: Sound<BTreeMap<Key, Key>> = table.entries().iter().map(pair).collect();
                    Ok(Key::Entries(entries?))
                }
                Body::Closure(function, _) => wrong(format!("a closure is a key: function {}", function.index())),
            },
            Value::Fault | Value::Ref(_) | Value::Service(_) => wrong(format!("{value:?} is a key")),
        }
    }

    fn keys(&self, values: &[Value]) -> Sound<Vec<Key>> {
        values.iter().map(|value| self.key(*value)).collect()
    }
}
