//! Objects with counts. In: values. Out: values; an error for each use of an object that is gone, each drop too many, each change of
//! what somebody else sees. A place of the arena is used again, but a stale handle to it is always found out by its age.

use crate::list::List;
use crate::table::Table;
use crate::value::{Handle, Sound, Value, wrong};
use pluto_middle::mir::{Func, Name, TypeId};
use std::collections::BTreeMap;
use std::rc::Rc;

/// An object.
#[derive(Clone, Debug)]
struct Object {
    owners: Owners,
    body: Body,
    /// In which function it was made.
    made_in: Option<Func>,
    age: u64,
    /// How often it was changed.
    changes: u64,
}

/// How often an object is owned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Owners {
    /// For ever, like a constant: counting does nothing.
    Static,
    /// So often, never 0.
    Many(u32),
}

/// What an object holds.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    Text(Rc<str>),
    Array(List),
    Map(Table),
    /// The words of a class, tuple or error; or what is in the box of a nullable value.
    Fields(TypeId, Vec<Value>),
    /// An enum with data.
    Variant(u32, Vec<Value>),
    /// A function and what it captured.
    Closure(Func, Vec<Value>),
}

impl Body {
    /// What it owns.
    pub(crate) fn parts(&self) -> Vec<Value> {
        match self {
            Body::Text(_) => vec![],
            Body::Array(list) => list.words().to_vec(),
            Body::Fields(_, parts) | Body::Variant(_, parts) | Body::Closure(_, parts) => parts.clone(),
            Body::Map(table) => table.entries().iter().flat_map(|(key, value)| [*key, *value]).collect(),
        }
    }

    fn part_mut(&mut self, index: usize) -> Option<&mut Value> {
        match self {
            Body::Text(_) => None,
            Body::Array(list) => list.word_mut(index),
            Body::Fields(_, parts) | Body::Variant(_, parts) | Body::Closure(_, parts) => parts.get_mut(index),
            Body::Map(table) => table.value_mut(index),
        }
    }
}

/// All objects of a program.
#[derive(Debug, Default)]
pub(crate) struct Heap {
    objects: Vec<Option<Object>>,
    free: Vec<usize>,
    made: u64,
    constants: BTreeMap<Name, Handle>,
    /// The function that runs.
    pub(crate) now_in: Option<Func>,
    /// By function: how often it copied an object that somebody else had too, to change it.
    copies: BTreeMap<Func, u64>,
}

impl Heap {
    /// A new object with one owner.
    pub(crate) fn new_object(&mut self, body: Body) -> Value {
        Value::Object(self.add(body, Owners::Many(1)))
    }

    pub(crate) fn new_text(&mut self, text: &str) -> Value {
        self.new_object(Body::Text(text.into()))
    }

    /// A constant of the program.
    pub(crate) fn constant(&mut self, text: &Name) -> Value {
        if let Some(handle) = self.constants.get(text) {
            return Value::Object(*handle);
        }
        let handle = self.add(Body::Text((&**text).into()), Owners::Static);
        self.constants.insert(text.clone(), handle);
        Value::Object(handle)
    }

    fn add(&mut self, body: Body, owners: Owners) -> Handle {
        let age = self.made;
        self.made += 1;
        let object = Some(Object { owners, body, made_in: self.now_in, age, changes: 0 });
        let index = match self.free.pop() {
            Some(index) => {
                self.objects[index] = object;
                index
            }
            None => {
                self.objects.push(object);
                self.objects.len() - 1
            }
        };
        Handle { index, age }
    }

    /// Adds an owner, if the value is an object.
    pub(crate) fn dup(&mut self, value: Value) -> Sound<()> {
        if let Value::Object(handle) = value {
            match &mut self.object_mut(handle)?.owners {
                Owners::Static => {}
                Owners::Many(count) => *count += 1,
            }
        }
        Ok(())
    }

    /// Takes an owner away, if the value is an object; frees it, and what only it owned, if that was the last.
    pub(crate) fn drop(&mut self, value: Value) -> Sound<()> {
        let mut todo = vec![value];
        while let Some(value) = todo.pop() {
            let Value::Object(handle) = value else { continue };
            match &mut self.object_mut(handle)?.owners {
                Owners::Static => {}
                Owners::Many(1) => {
                    let gone = self.objects[handle.index].take();
                    self.free.push(handle.index);
                    todo.extend(gone.into_iter().flat_map(|object| object.body.parts()));
                }
                Owners::Many(count) => *count -= 1,
            }
        }
        Ok(())
    }

    /// The object in the place of which one may write: itself if it has one owner, else a copy with counts of its own.
    pub(crate) fn unique(&mut self, value: Value) -> Sound<Value> {
        let handle = value.handle()?;
        if self.object(handle)?.owners == Owners::Many(1) {
            return Ok(value);
        }
        let body = self.object(handle)?.body.clone();
        body.parts().into_iter().try_for_each(|part| self.dup(part))?;
        let copy = self.new_object(body);
        self.drop(value)?;
        self.note_copy();
        Ok(copy)
    }

    /// Has it more owners than one? Of constants nobody counts.
    pub(crate) fn is_shared(&self, value: Value) -> Sound<bool> {
        let owners = self.object(value.handle()?)?.owners;
        Ok(matches!(owners, Owners::Many(count) if count > 1))
    }

    /// Notes that an object had to be copied to be changed, since it had more than one owner.
    pub(crate) fn note_copy(&mut self) {
        if let Some(function) = self.now_in {
            *self.copies.entry(function).or_insert(0) += 1;
        }
    }

    /// By function: how often it did.
    pub(crate) fn copies(&self) -> &BTreeMap<Func, u64> {
        &self.copies
    }

    /// What an object holds.
    pub(crate) fn body(&self, value: Value) -> Sound<&Body> {
        Ok(&self.object(value.handle()?)?.body)
    }

    /// The same, to change it: only for its one owner.
    pub(crate) fn body_mut(&mut self, handle: Handle) -> Sound<&mut Body> {
        let object = self.object_mut(handle)?;
        match object.owners {
            Owners::Many(1) => {
                object.changes += 1;
                Ok(&mut object.body)
            }
            Owners::Many(count) => wrong(format!("an object with {count} owners is changed: {:?}", object.body)),
            Owners::Static => wrong(format!("a constant is changed: {:?}", object.body)),
        }
    }

    /// How often an object was changed: 0 for what is none.
    pub(crate) fn changes(&self, value: Value) -> Sound<u64> {
        if let Value::Object(handle) = value { Ok(self.object(handle)?.changes) } else { Ok(0) }
    }

    /// A word of a class, tuple, error, variant, closure or array, or the value of an entry.
    pub(crate) fn part(&self, handle: Handle, index: usize) -> Sound<Value> {
        let body = &self.object(handle)?.body;
        let part = match body {
            Body::Text(_) => None,
            Body::Array(list) => list.words().get(index).copied(),
            Body::Fields(_, parts) | Body::Variant(_, parts) | Body::Closure(_, parts) => parts.get(index).copied(),
            Body::Map(table) => table.entries().get(index).map(|entry| entry.1),
        };
        part.map_or_else(|| wrong(format!("there is no part {index} in {body:?}")), Ok)
    }

    /// Puts a value there; gives what was there.
    pub(crate) fn replace_part(&mut self, handle: Handle, index: usize, value: Value) -> Sound<Value> {
        match self.body_mut(handle)?.part_mut(index) {
            Some(part) => Ok(std::mem::replace(part, value)),
            None => wrong(format!("there is no part {index} to store into")),
        }
    }

    pub(crate) fn text(&self, value: Value) -> Sound<Rc<str>> {
        match self.body(value)? {
            Body::Text(text) => Ok(text.clone()),
            other @ (Body::Array(_) | Body::Map(_) | Body::Fields(..) | Body::Variant(..) | Body::Closure(..)) => {
                wrong(format!("{other:?} stands where a string belongs"))
            }
        }
    }

    /// What is in an object of a class, tuple or error: of which type it is, and its words.
    pub(crate) fn fields(&self, value: Value) -> Sound<(TypeId, &[Value])> {
        match self.body(value)? {
            Body::Fields(ty, words) => Ok((*ty, words)),
            other @ (Body::Text(_) | Body::Array(_) | Body::Map(_) | Body::Variant(..) | Body::Closure(..)) => {
                wrong(format!("{other:?} has no fields"))
            }
        }
    }

    pub(crate) fn array(&self, value: Value) -> Sound<&List> {
        match self.body(value)? {
            Body::Array(list) => Ok(list),
            other @ (Body::Text(_) | Body::Map(_) | Body::Fields(..) | Body::Variant(..) | Body::Closure(..)) => {
                wrong(format!("{other:?} stands where an array belongs"))
            }
        }
    }

    pub(crate) fn table(&self, value: Value) -> Sound<&Table> {
        match self.body(value)? {
            Body::Map(table) => Ok(table),
            other @ (Body::Text(_) | Body::Array(_) | Body::Fields(..) | Body::Variant(..) | Body::Closure(..)) => {
                wrong(format!("{other:?} stands where a map belongs"))
            }
        }
    }

    /// What nobody has dropped: where each was made, and what it holds.
    pub(crate) fn left(&self) -> impl Iterator<Item = (Option<Func>, &Body)> {
        let counted = self.objects.iter().flatten().filter(|object| object.owners != Owners::Static);
        counted.map(|object| (object.made_in, &object.body))
    }

    fn object(&self, handle: Handle) -> Sound<&Object> {
        let object = self.objects.get(handle.index).and_then(Option::as_ref);
        match object.filter(|object| object.age == handle.age) {
            Some(object) => Ok(object),
            None => wrong("an object is used after its last owner dropped it"),
        }
    }

    fn object_mut(&mut self, handle: Handle) -> Sound<&mut Object> {
        let object = self.objects.get_mut(handle.index).and_then(Option::as_mut);
        match object.filter(|object| object.age == handle.age) {
            Some(object) => Ok(object),
            None => wrong("an object is used after its last owner dropped it"),
        }
    }
}
