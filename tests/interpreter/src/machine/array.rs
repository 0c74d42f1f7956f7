//! Arrays: making them, their methods, sorting. Elements of an inline type are words in the array and boxes outside of it. In and out as
//! in `builtin`.

use super::Machine;
use crate::heap::Body;
use crate::list::List;
use crate::sorter::Sorter;
use crate::value::{Faulty, Place, Sound, Value, wrong};
use pluto_middle::mir::{Local, Method, Operand, SortOp, TypeId};
use std::cmp::Ordering;

impl Machine<'_> {
    /// A new array that owns these words.
    pub(super) fn new_array(&mut self, dest: Local, ty: TypeId, words: &[Operand]) -> Sound<()> {
        let words = words.iter().map(|word| self.owned(word)).collect::<Sound<Vec<Value>>>()?;
        let array = self.array_with(ty, words)?;
        self.set(dest, array)
    }

    pub(super) fn array_method(
        &mut self,
        method: Method,
        receiver: TypeId,
        args: &[Value],
        result: TypeId,
    ) -> Sound<Faulty> {
        let element = self.element_of(receiver)?;
        let changed = || args[0].place();
        let len = |at: usize| Ok(self.heap.array(args[at])?.len());
        Ok(Ok(match method.row().name {
            "len" => Value::Word(len(0)? as i64),
            "is_empty" => Value::truth(len(0)? == 0),
            "push" => self.array_change(changed()?, |list| list.insert(list.len(), args[1..].to_vec()))?,
            "pop" => self.pop(changed()?, element, result)?,
            "first" => self.element(args[0], 0, element, result)?,
            "last" => self.element(args[0], len(0)? as i64 - 1, element, result)?,
            "get" => self.element(args[0], args[1].word()?, element, result)?,
            "insert_at" => return self.insert_at(changed()?, args[1].word()?, element, args[2]),
            "remove_at" => return self.remove_at(changed()?, args[1].word()?, element),
            "slice" => return self.slice(args[0], args[1].word()?, args[2].word()?),
            "contains" => Value::truth(self.position(args[0], element, args[1])?.is_some()),
            "index_of" => {
                let found = self.position(args[0], element, args[1])?.map(|at| Value::Word(at as i64));
                self.optional(found, result)?
            }
            "clear" => {
                let old = self.array_at(changed()?)?.clear();
                old.into_iter().try_for_each(|value| self.heap.drop(value))?;
                Value::UNIT
            }
            "reverse" => self.array_change(changed()?, |list| list.reorder((0..list.len()).rev()))?,
            "sort" => self.sort_plainly(changed()?)?,
            "join" => self.join(args[0], args[1])?,
            "enumerate" => self.enumerate(args[0], result)?,
            "zip" => self.zip(args[0], args[1], result)?,
            other => return wrong(format!("{other} of {:?}", self.program.types[element])),
        }))
    }

    // ---- elements inside and outside ----

    /// An array of this type that owns these words.
    fn array_with(&mut self, ty: TypeId, words: Vec<Value>) -> Sound<Value> {
        let width = self.program.layouts.words(self.element_of(ty)?).len();
        Ok(self.heap.new_object(Body::Array(List::new(width, words)?)))
    }

    /// An array of this type of new counts of values, of which those of an inline type are boxes.
    pub(super) fn array_of(&mut self, ty: TypeId, values: &[Value]) -> Sound<Value> {
        let (element, mut words) = (self.element_of(ty)?, vec![]);
        for value in values {
            words.extend(self.words_of(element, *value)?);
        }
        words.iter().try_for_each(|word| self.heap.dup(*word))?;
        self.array_with(ty, words)
    }

    /// The words of an element outside of its array: those in its box if its type is inline.
    fn words_of(&self, element: TypeId, value: Value) -> Sound<Vec<Value>> {
        if !self.program.layouts.is_inline(element) {
            return Ok(vec![value]);
        }
        self.unpacked(element, value)
    }

    /// Takes these words (owned) out of an array.
    fn taken_out(&mut self, element: TypeId, words: Vec<Value>) -> Sound<Value> {
        match words[..] {
            _ if self.program.layouts.is_inline(element) => self.packed(element, words),
            [word] => Ok(word),
            _ => wrong(format!("an element has {} words", words.len())),
        }
    }

    // ---- changes ----

    fn array_change(&mut self, place: Place, change: impl FnOnce(&mut List) -> Sound<()>) -> Sound<Value> {
        change(self.array_at(place)?)?;
        Ok(Value::UNIT)
    }

    /// An empty array stays as it is, and shared.
    fn pop(&mut self, place: Place, element: TypeId, result: TypeId) -> Sound<Value> {
        let array = self.load(place)?;
        let Some(last) = self.heap.array(array)?.len().checked_sub(1) else { return Ok(Value::Null) };
        let words = self.array_at(place)?.remove(last);
        let value = self.taken_out(element, words)?;
        self.optional(Some(value), result)
    }

    fn insert_at(&mut self, place: Place, index: i64, element: TypeId, value: Value) -> Sound<Faulty> {
        let array = self.load(place)?;
        let len = self.heap.array(array)?.len();
        let Some(index) = usize::try_from(index).ok().filter(|index| *index <= len) else {
            self.heap.drop(value)?;
            return Ok(Err(format!("cannot insert at index {index}: the length is {len}")));
        };
        let words = self.words_of(element, value)?;
        if self.program.layouts.is_inline(element) {
            words.iter().try_for_each(|word| self.heap.dup(*word))?;
            self.heap.drop(value)?;
        }
        Ok(Ok(self.array_change(place, |list| list.insert(index, words))?))
    }

    fn remove_at(&mut self, place: Place, index: i64, element: TypeId) -> Sound<Faulty> {
        let array = self.load(place)?;
        let len = self.heap.array(array)?.len();
        match usize::try_from(index).ok().filter(|index| *index < len) {
            Some(index) => {
                let words = self.array_at(place)?.remove(index);
                self.taken_out(element, words).map(Ok)
            }
            None => Ok(Err(format!("index {index} is out of range for length {len}"))),
        }
    }

    // ---- reading ----

    fn element(&mut self, array: Value, index: i64, element: TypeId, result: TypeId) -> Sound<Value> {
        let found =
            usize::try_from(index).ok().and_then(|index| Some(self.heap.array(array).ok()?.get(index)?.to_vec()));
        let Some(words) = found else { return Ok(Value::Null) };
        words.iter().try_for_each(|word| self.heap.dup(*word))?;
        let value = self.taken_out(element, words)?;
        self.optional(Some(value), result)
    }

    fn slice(&mut self, array: Value, start: i64, end: i64) -> Sound<Faulty> {
        let list = self.heap.array(array)?;
        let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
        let Some(words) = range.and_then(|(start, end)| list.range(start, end)).map(<[Value]>::to_vec) else {
            return Ok(Err(format!("slice {start}..{end} is out of range for length {}", list.len())));
        };
        let slice = List::new(list.width(), words)?;
        slice.words().iter().try_for_each(|word| self.heap.dup(*word))?;
        Ok(Ok(self.heap.new_object(Body::Array(slice))))
    }

    fn position(&self, array: Value, element: TypeId, wanted: Value) -> Sound<Option<usize>> {
        let wanted = self.words_of(element, wanted)?;
        for (at, words) in self.heap.array(array)?.elements().enumerate() {
            if self.heap.equal_words(words, &wanted)? {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }

    fn join(&mut self, array: Value, separator: Value) -> Sound<Value> {
        let texts: Sound<Vec<_>> = self.heap.array(array)?.words().iter().map(|text| self.heap.text(*text)).collect();
        let joined = texts?.join(&*self.heap.text(separator)?);
        Ok(self.heap.new_text(&joined))
    }

    fn enumerate(&mut self, array: Value, result: TypeId) -> Sound<Value> {
        let elements: Vec<Vec<Value>> = self.heap.array(array)?.elements().map(<[Value]>::to_vec).collect();
        let numbers = (0..elements.len()).map(|index| vec![Value::Word(index as i64)]).collect();
        self.pairs(numbers, elements, result)
    }

    fn zip(&mut self, left: Value, right: Value, result: TypeId) -> Sound<Value> {
        let elements = |array: Value| Ok(self.heap.array(array)?.elements().map(<[Value]>::to_vec).collect());
        let (left, right) = (elements(left)?, elements(right)?);
        self.pairs(left, right, result)
    }

    /// An array of pairs of new counts: each pair has the words of both, in the array or in an object.
    fn pairs(&mut self, left: Vec<Vec<Value>>, right: Vec<Vec<Value>>, result: TypeId) -> Sound<Value> {
        let pair = self.element_of(result)?;
        let mut words = vec![];
        for (left, right) in left.into_iter().zip(right) {
            let both = [left, right].concat();
            both.iter().try_for_each(|word| self.heap.dup(*word))?;
            if self.program.layouts.is_inline(pair) {
                words.extend(both);
            } else {
                words.push(self.heap.new_object(Body::Fields(pair, both)));
            }
        }
        self.array_with(result, words)
    }

    // ---- sorting ----

    /// Rising: numbers (NaN last), strings by bytes; equal ones keep their order.
    fn sort_plainly(&mut self, place: Place) -> Sound<Value> {
        let array = self.unique_at(place)?;
        let mut sorted = self.heap.array(Value::Object(array))?.words().to_vec();
        let mut broken = None;
        sorted.sort_by(|left, right| {
            self.order(*left, *right).unwrap_or_else(|found| {
                broken = Some(found);
                Ordering::Equal
            })
        });
        broken.map_or(Ok(()), Err)?;
        *self.array_at(place)? = List::plain(sorted);
        Ok(Value::UNIT)
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

    /// A step of sorting with a closure.
    pub(super) fn sort(&mut self, dest: Local, op: SortOp, args: &[Operand]) -> Sound<()> {
        let mut values = vec![];
        for arg in args {
            values.push(self.borrowed(arg)?);
        }
        let number = values[0].word()?;
        if op == SortOp::Start {
            self.sorters.push(Some(Sorter::new(usize::try_from(number).unwrap_or(0))));
            return self.set(dest, Value::Word(self.sorters.len() as i64 - 1));
        }
        let slot = usize::try_from(number).ok().and_then(|number| self.sorters.get_mut(number));
        let Some(Some(sorter)) = slot else { return wrong("a sorter is used after its end") };
        let result = match op {
            SortOp::Start | SortOp::Abandon | SortOp::End => 0,
            SortOp::Next => i64::from(sorter.advance(values[1].word()?)),
            SortOp::Left => sorter.left() as i64,
            SortOp::Right => sorter.right() as i64,
        };
        if matches!(op, SortOp::Abandon | SortOp::End) {
            self.end_sort(number, values.get(1).copied())?;
        }
        self.set(dest, Value::Word(result))
    }

    /// Takes the sorter away, and puts the array in its order if there is one.
    fn end_sort(&mut self, number: i64, array: Option<Value>) -> Sound<()> {
        let slot = usize::try_from(number).ok().and_then(|number| self.sorters.get_mut(number));
        let sorter = slot.and_then(Option::take);
        let (Some(sorter), Some(array)) = (sorter, array) else { return Ok(()) };
        self.array_at(array.place()?)?.reorder(sorter.order())
    }
}
