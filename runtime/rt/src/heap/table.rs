//! The table behind a map object: entries in the order they were put in, and an index by hash. In: hashes and owned words.
//! Out: entries. Knows nothing of counts; `map` keeps them.
//!
//! A removed entry leaves a hole, so that removal costs the same for any entry; holes are closed when they are too many, or
//! when somebody wants entries by position. An object without a table is an empty map.

use super::compare::{Floats, same};
use super::describe::{Desc, first, kind, second};
use super::object::Object;
use super::string::same_text;
use hashbrown::HashTable;
use pluto_abi::layout::{Kind, LEN, MAP_TABLE};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// An entry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    /// The key's hash; 0 marks a hole.
    pub(crate) hash: u64,
    /// The key's word.
    pub(crate) key: u64,
    /// The value's word.
    pub(crate) value: u64,
}

/// Up to so many entries are searched one by one, without an index.
const FEW: usize = 8;

/// Entries and index.
#[derive(Default)]
pub(crate) struct Table {
    entries: Vec<Entry>,
    /// Positions in `entries`, by hash; empty as long as `entries` are few.
    index: HashTable<u32>,
    holes: usize,
    /// Where a loop over a shared map with holes was last: position (high half) and index. Readers on several threads may set
    /// it at once; it is right whoever did it last, since nobody changes the map meanwhile. 0 is right for every map.
    seen: AtomicU64,
    /// The position that was found or put in last: programs often look up one key several times in a row. Right or not, it is only
    /// a guess. Written by whoever has the map for itself.
    recent: AtomicU32,
}

impl Clone for Table {
    fn clone(&self) -> Table {
        Table {
            entries: self.entries.clone(),
            index: self.index.clone(),
            holes: self.holes,
            seen: AtomicU64::new(0),
            recent: AtomicU32::new(self.recent.load(Ordering::Relaxed)),
        }
    }
}

impl Table {
    /// The table of a map, if it has one.
    pub(crate) fn of<'a>(map: Object) -> Option<&'a Table> {
        // SAFETY: the word is 0 or the address of a table that lives as long as the object.
        unsafe { (map.get(MAP_TABLE) as *const Table).as_ref() }
    }

    /// The table of a map, made if there is none.
    ///
    /// # Safety
    /// The caller owns the map alone and has no other reference to its table.
    pub(crate) unsafe fn of_mut<'a>(map: Object) -> &'a mut Table {
        if map.get(MAP_TABLE) == 0 {
            map.set(MAP_TABLE, Box::into_raw(Box::<Table>::default()) as u64);
        }
        // SAFETY: it was made above or before; nobody else uses it.
        unsafe { &mut *(map.get(MAP_TABLE) as *mut Table) }
    }

    /// A copy of the table of a map, as the word of another one.
    pub(crate) fn copy_behind(map: Object) -> u64 {
        match Table::of(map) {
            Some(table) if !table.entries.is_empty() => Box::into_raw(Box::new(table.clone())) as u64,
            Some(_) | None => 0,
        }
    }

    /// Frees the table of a map that dies.
    pub(crate) fn free_behind(map: Object) {
        let table = map.get(MAP_TABLE) as *mut Table;
        if !table.is_null() {
            // SAFETY: it was made by `of_mut` or `copy_behind`, and its only user dies.
            drop(unsafe { Box::from_raw(table) });
        }
    }

    /// Calls `visit` with type and address of every key and value of a map.
    pub(crate) fn each_part(map: Object, mut visit: impl FnMut(Desc, *mut u64)) {
        if map.get(MAP_TABLE) == 0 {
            return;
        }
        let (key, value) = (first(map.desc()), second(map.desc()));
        // SAFETY: whoever visits parts through their addresses owns the map alone, or only reads.
        let table = unsafe { Table::of_mut(map) };
        for entry in table.entries.iter_mut().filter(|entry| entry.hash != 0) {
            visit(key, &raw mut entry.key);
            visit(value, &raw mut entry.value);
        }
    }

    /// How many entries a map's table has, holes included.
    pub(crate) fn entry_count(map: Object) -> usize {
        Table::of(map).map_or(0, |table| table.entries.len())
    }

    /// The entry at a position of the table; `None` for a hole.
    pub(crate) fn entry(map: Object, index: usize) -> Option<Entry> {
        Table::of(map)?.entries.get(index).copied().filter(|entry| entry.hash != 0)
    }

    /// All entries of a map, without holes.
    pub(crate) fn entries<'a>(map: Object) -> impl Iterator<Item = &'a Entry> {
        Table::of(map).map_or(&[][..], |table| &table.entries).iter().filter(|entry| entry.hash != 0)
    }

    /// The positions of all entries with this hash.
    pub(crate) fn with_hash(map: Object, hash: u64) -> Vec<usize> {
        let Some(table) = Table::of(map) else {
            return Vec::new();
        };
        if table.index.is_empty() {
            return (0..table.entries.len()).filter(|&at| table.entries[at].hash == hash).collect();
        }
        table.index.iter_hash(hash).map(|&at| at as usize).filter(|&at| table.entries[at].hash == hash).collect()
    }

    /// The position of a key, if it is the one that was remembered.
    ///
    /// # Safety
    /// `key` is a live word of this type, the type of the keys.
    #[inline]
    pub(crate) unsafe fn again(&self, of: Desc, key: u64) -> Option<usize> {
        let at = self.recent.load(Ordering::Relaxed) as usize;
        let entry = self.entries.get(at).filter(|entry| entry.hash != 0)?;
        let is_it = match compared(of) {
            Compared::Words => entry.key == key,
            // SAFETY: as the caller promises; keys in the table are alive.
            Compared::Texts => unsafe { entry.key == key || same_text(entry.key, key) },
            // That takes longer than to look at the hash first.
            Compared::Parts => false,
        };
        is_it.then_some(at)
    }

    /// Remembers a position for [`Table::again`]. Only for a map that no other thread reads meanwhile: it would take the line of memory
    /// away from the others.
    #[inline]
    pub(crate) fn remember(&self, at: usize) {
        self.recent.store(at as u32, Ordering::Relaxed);
    }

    /// The position of a key.
    ///
    /// # Safety
    /// `key` is a live word of this type, the type of the keys.
    pub(crate) unsafe fn find(&self, of: Desc, hash: u64, key: u64) -> Option<usize> {
        // SAFETY: as the caller promises; keys in the table are alive.
        unsafe {
            match compared(of) {
                Compared::Words => self.find_by(hash, |other| other == key),
                Compared::Texts => self.find_by(hash, |other| other == key || same_text(other, key)),
                Compared::Parts => self.find_by(hash, |other| same(of, other, key, Floats::Keys)),
            }
        }
    }

    /// The position of a key with this hash.
    #[inline(always)]
    fn find_by(&self, hash: u64, is_it: impl Fn(u64) -> bool) -> Option<usize> {
        let matches = |entry: &Entry| entry.hash == hash && is_it(entry.key);
        if self.index.is_empty() {
            return self.entries.iter().position(matches);
        }
        self.index.find(hash, |&at| matches(&self.entries[at as usize])).map(|&at| at as usize)
    }

    /// The address of the value at a position of a map's table, to read through.
    pub(crate) fn value_address(map: Object, at: usize) -> *mut u64 {
        Table::of(map).map_or(std::ptr::null_mut(), |table| (&raw const table.entries[at].value).cast_mut())
    }

    /// The address of the value at a position.
    pub(crate) fn value_at(&mut self, at: usize) -> &mut u64 {
        &mut self.entries[at].value
    }

    /// Puts in an entry whose key is not there yet; gives its position.
    pub(crate) fn insert(&mut self, entry: Entry) -> usize {
        let at = self.entries.len();
        assert!(u32::try_from(at).is_ok(), "a map has more than 2^32 entries");
        self.entries.push(entry);
        if !self.index.is_empty() {
            let entries = &self.entries;
            self.index.insert_unique(entry.hash, at as u32, |&at| entries[at as usize].hash);
        } else if self.entries.len() > FEW {
            self.rebuild();
        }
        at
    }

    /// Takes out the entry at a position. The others keep their order.
    pub(crate) fn remove(&mut self, at: usize) -> Entry {
        self.seen = AtomicU64::new(0);
        let entry = self.entries[at];
        if let Ok(found) = self.index.find_entry(entry.hash, |&other| other as usize == at) {
            found.remove();
        }
        if at + 1 == self.entries.len() {
            self.entries.pop();
        } else {
            self.entries[at] = Entry { hash: 0, key: 0, value: 0 };
            self.holes += 1;
        }
        if self.holes > self.entries.len() / 2 {
            self.close_holes();
        }
        entry
    }

    /// The entry at a position among those that are there.
    ///
    /// # Safety
    /// The map is alive.
    pub(crate) unsafe fn at_position(map: Object, index: usize) -> Option<Entry> {
        let table = Table::of(map)?;
        if table.holes == 0 {
            return table.entries.get(index).copied();
        }
        if map.is_shared() {
            return table.nth(index);
        }
        // SAFETY: all owners are in this task, and hold no reference into the table here. It does not change what the map means.
        let table = unsafe { Table::of_mut(map) };
        table.close_holes();
        table.entries.get(index).copied()
    }

    /// Closes the holes of a map that others are about to see.
    ///
    /// # Safety
    /// Only this task sees the map, and nobody holds a reference into its table.
    pub(crate) unsafe fn prepare_to_share(map: Object) {
        if Table::of(map).is_some_and(|table| table.holes > 0) {
            // SAFETY: as the caller promises.
            unsafe { Table::of_mut(map) }.close_holes();
        }
    }

    /// Counts entries from where a loop was last: a loop costs the same whether there are holes or not.
    fn nth(&self, index: usize) -> Option<Entry> {
        let seen = self.seen.load(Ordering::Relaxed);
        let (position, at) = ((seen >> 32) as usize, (seen & u64::from(u32::MAX)) as usize);
        let (position, at) = if position <= index { (position, at) } else { (0, 0) };
        let mut there = self.entries.iter().enumerate().skip(at).filter(|(_, entry)| entry.hash != 0);
        let (at, entry) = there.nth(index - position)?;
        self.seen.store((index as u64) << 32 | at as u64, Ordering::Relaxed);
        Some(*entry)
    }

    /// Takes all entries out.
    pub(crate) fn take(map: Object) -> Vec<Entry> {
        map.set(LEN, 0);
        if map.get(MAP_TABLE) == 0 {
            return Vec::new();
        }
        // SAFETY: only for maps that the caller owns alone.
        let table = std::mem::take(unsafe { Table::of_mut(map) });
        table.entries.into_iter().filter(|entry| entry.hash != 0).collect()
    }

    fn close_holes(&mut self) {
        self.entries.retain(|entry| entry.hash != 0);
        self.holes = 0;
        self.seen = AtomicU64::new(0);
        self.rebuild();
    }

    fn rebuild(&mut self) {
        self.index.clear();
        if self.entries.len() <= FEW {
            return;
        }
        let entries = &self.entries;
        self.index.reserve(entries.len(), |&at| entries[at as usize].hash);
        for (at, entry) in entries.iter().enumerate() {
            self.index.insert_unique(entry.hash, at as u32, |&at| entries[at as usize].hash);
        }
    }
}

/// How keys of a type are compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Compared {
    /// Equal keys are equal words.
    Words,
    Texts,
    /// With all that they hold; floats too, as some have several words.
    Parts,
}

#[inline]
fn compared(of: Desc) -> Compared {
    match kind(of) {
        Kind::Int | Kind::Bool | Kind::Byte | Kind::Tag | Kind::Duration => Compared::Words,
        Kind::String => Compared::Texts,
        Kind::Unit
        | Kind::Float
        | Kind::Array
        | Kind::Map
        | Kind::Tuple
        | Kind::NullablePointer
        | Kind::NullableBoxed
        | Kind::Class
        | Kind::Enum
        | Kind::Error
        | Kind::AnyError
        | Kind::Fn
        | Kind::Sender
        | Kind::Receiver
        | Kind::Publisher
        | Kind::Subscriber
        | Kind::Task
        | Kind::Inline => Compared::Parts,
    }
}
