//! Entries of maps, in the order in which they were put in. In: keys as [`Key`]s, values. Out: positions.

use crate::value::Value;
use std::collections::BTreeMap;

/// A map key by what it means: equal values have equal keys, and freed objects are never looked at.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Key {
    Null,
    Word(i64),
    /// The bits; zeroes are one, and so are NaNs.
    Float(u64),
    Text(String),
    /// Elements.
    List(Vec<Key>),
    /// Fields, after the variant or the type.
    Parts(u32, Vec<Key>),
    /// Entries, whatever their order.
    Entries(BTreeMap<Key, Key>),
}

/// The entries of a map.
#[derive(Clone, Default, Debug)]
pub(crate) struct Table {
    entries: Vec<(Value, Value)>,
    positions: BTreeMap<Key, usize>,
}

impl Table {
    pub(crate) fn entries(&self) -> &[(Value, Value)] {
        &self.entries
    }

    pub(crate) fn find(&self, key: &Key) -> Option<usize> {
        self.positions.get(key).copied()
    }

    pub(crate) fn value_mut(&mut self, position: usize) -> Option<&mut Value> {
        self.entries.get_mut(position).map(|entry| &mut entry.1)
    }

    /// Puts in an entry whose key is not there yet: its position.
    pub(crate) fn push(&mut self, key: Key, entry: (Value, Value)) -> usize {
        let position = self.entries.len();
        self.positions.insert(key, position);
        self.entries.push(entry);
        position
    }

    /// Takes out an entry; those behind it move up.
    pub(crate) fn remove(&mut self, key: &Key) -> Option<(Value, Value)> {
        let position = self.positions.remove(key)?;
        self.positions.values_mut().filter(|other| **other > position).for_each(|other| *other -= 1);
        Some(self.entries.remove(position))
    }
}
