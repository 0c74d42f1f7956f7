//! References: where they point, what is there, and making objects on the way unique. In: places. Out: values.

use super::Machine;
use crate::heap::Body;
use crate::list::List;
use crate::table::{Key, Table};
use crate::value::{Handle, Place, Sound, Value, wrong};
use pluto_middle::ids::Id;
use pluto_middle::mir::{Addressed, Local, TypeId};

impl Machine<'_> {
    /// What is at a place.
    pub(super) fn load(&mut self, place: Place) -> Sound<Value> {
        match place {
            Place::Local { depth, local } => self.local_at(depth, local).copied(),
            Place::Service { service, index } => self.service_field(service, index),
            Place::Part { object, index } => self.heap.part(object, index),
        }
    }

    /// Puts a value there; gives what was there.
    pub(super) fn replace(&mut self, place: Place, value: Value) -> Sound<Value> {
        match place {
            Place::Local { depth, local } => Ok(std::mem::replace(self.local_at(depth, local)?, value)),
            Place::Service { service, index } => {
                let old = self.service_field(service, index)?;
                *self.service_slot(service, index)? = Some(value);
                Ok(old)
            }
            Place::Part { object, index } => self.heap.replace_part(object, index, value),
        }
    }

    /// The place so many words behind one, in the same inline value.
    pub(super) fn behind(&self, place: Place, words: usize) -> Sound<Place> {
        match place {
            Place::Local { depth, local } => {
                let last = Local::from_index(local.index() + words);
                let locals = self.frames.get(depth).map(|frame| &frame.function.locals);
                let behind = |at: usize| {
                    let decl = locals.and_then(|locals| locals.get(Local::from_index(at)));
                    decl.is_some_and(|decl| decl.addressed == Addressed::Behind)
                };
                if !(local.index() + 1..=last.index()).all(behind) {
                    return wrong(format!("local {} is not behind local {}", last.0, local.0));
                }
                Ok(Place::Local { depth, local: last })
            }
            Place::Service { service, index } => Ok(Place::Service { service, index: index + words }),
            Place::Part { object, index } => Ok(Place::Part { object, index: index + words }),
        }
    }

    /// The place of the value of an entry of a map that is unique; inside its box, which is made unique, if values are inline
    /// and have one: a nullable value is read and written packed.
    pub(super) fn entry(&mut self, object: Handle, index: usize, value: TypeId) -> Sound<Place> {
        let entry = Place::Part { object, index };
        let packed = self.program.layouts.layout(value).tells.is_some();
        if packed || !self.program.layouts.is_inline(value) {
            return Ok(entry);
        }
        Ok(Place::Part { object: self.unique_at(entry)?, index: 0 })
    }

    /// The object at a place, made unique there.
    pub(super) fn unique_at(&mut self, place: Place) -> Sound<Handle> {
        let found = self.load(place)?;
        let own = self.heap.unique(found)?;
        if own != found {
            self.replace(place, own)?;
        }
        own.handle()
    }

    /// The elements of the array at a place, to change.
    pub(super) fn array_at(&mut self, place: Place) -> Sound<&mut List> {
        let handle = self.unique_at(place)?;
        match self.heap.body_mut(handle)? {
            Body::Array(list) => Ok(list),
            other @ (Body::Text(_) | Body::Map(_) | Body::Fields(..) | Body::Variant(..) | Body::Closure(..)) => {
                wrong(format!("{other:?} stands where an array belongs"))
            }
        }
    }

    /// The entries of the map at a place, to change.
    pub(super) fn table_at(&mut self, place: Place) -> Sound<&mut Table> {
        let handle = self.unique_at(place)?;
        match self.heap.body_mut(handle)? {
            Body::Map(table) => Ok(table),
            other @ (Body::Text(_) | Body::Array(_) | Body::Fields(..) | Body::Variant(..) | Body::Closure(..)) => {
                wrong(format!("{other:?} stands where a map belongs"))
            }
        }
    }

    /// The entry of a key (owned), put in with a value (owned) if it is not there: the map, which is unique, and the position.
    pub(super) fn or_insert(&mut self, map: Place, key: Value, value: Value) -> Sound<(Handle, usize)> {
        let meant = self.heap.key(key)?;
        let object = self.unique_at(map)?;
        let table = self.table_at(map)?;
        if let Some(index) = table.find(&meant) {
            self.heap.drop(key)?;
            self.heap.drop(value)?;
            return Ok((object, index));
        }
        let index = table.push(meant, (key, value));
        Ok((object, index))
    }

    /// Puts an entry (owned) into the map; the value of a key that is there is replaced.
    pub(super) fn insert(&mut self, map: Place, key: Value, value: Value) -> Sound<()> {
        let meant = self.heap.key(key)?;
        let object = self.unique_at(map)?;
        match self.table_at(map)?.find(&meant) {
            Some(index) => {
                let old = self.heap.replace_part(object, index, value)?;
                self.heap.drop(key)?;
                self.heap.drop(old)
            }
            None => {
                self.table_at(map)?.push(meant, (key, value));
                Ok(())
            }
        }
    }

    /// Takes out the entry of a key.
    pub(super) fn remove(&mut self, map: Place, key: Value) -> Sound<Option<Value>> {
        let meant: Key = self.heap.key(key)?;
        let Some((key, value)) = self.table_at(map)?.remove(&meant) else { return Ok(None) };
        self.heap.drop(key)?;
        Ok(Some(value))
    }
}
