//! Map objects and their methods. In: slots and words of generated code. Out: the same. Entries keep the order they were
//! put in.

use super::array::array_of_copies;
use super::describe::{desc, first, second};
use super::hash::hash_key;
use super::object::{Object, another, give_back, object_unique, some};
use super::sharing::stored_in;
use super::table::{Entry, Table};
use pluto_abi::layout::{LEN, MAP_TABLE, TypeDesc};

/// An empty map.
///
/// # Safety
/// `of` describes a map.
pub unsafe fn map_new(of: *mut u8) -> u64 {
    // SAFETY: as the caller promises.
    let map = Object::new(unsafe { desc(of) }, 2);
    map.set(LEN, 0);
    map.set(MAP_TABLE, 0);
    map.word()
}

/// The address of the value of a key, or null.
///
/// # Safety
/// `map` is a map, `key` a live word of its keys' type.
pub unsafe fn map_find(map: u64, key: u64) -> *mut u8 {
    // SAFETY: as the caller promises. The address is only read through.
    unsafe {
        let map = Object::from_word(map);
        match position(map, key) {
            Some(at) => Table::value_address(map, at).cast(),
            None => std::ptr::null_mut(),
        }
    }
}

/// Makes the map unique; the address of the value of a key, or null.
///
/// # Safety
/// `slot` holds a map, `key` is a live word of its keys' type.
pub unsafe fn map_find_mut(slot: *mut u8, key: u64) -> *mut u8 {
    // SAFETY: as the caller promises.
    unsafe {
        let map = Object::from_word(object_unique(slot) as u64);
        match position(map, key) {
            Some(at) => {
                let table = Table::of_mut(map);
                table.remember(at);
                (&raw mut *table.value_at(at)).cast()
            }
            None => std::ptr::null_mut(),
        }
    }
}

/// The value of a key, as nullable.
///
/// # Safety
/// `map` is a map, `key` a live word of its keys' type, `opt` describes its value as nullable.
pub unsafe fn map_get(map: u64, key: u64, opt: *mut u8) -> u64 {
    // SAFETY: as the caller promises.
    unsafe {
        let map = Object::from_word(map);
        match position(map, key).and_then(|at| Table::entry(map, at)) {
            Some(entry) => some(desc(opt), another(second(map.desc()), entry.value)),
            None => 0,
        }
    }
}

/// Is the key there?
///
/// # Safety
/// `map` is a map, `key` a live word of its keys' type.
pub unsafe fn map_contains(map: u64, key: u64) -> u64 {
    // SAFETY: as the caller promises.
    u64::from(unsafe { position(Object::from_word(map), key) }.is_some())
}

/// Puts in a value, or replaces the one of that key, which keeps its position.
///
/// # Safety
/// `slot` holds a map, key and value are owned words of its types.
pub unsafe fn map_insert(slot: *mut u8, key: u64, value: u64) {
    // SAFETY: as the caller promises; what is replaced is given back.
    unsafe {
        let map = Object::from_word(object_unique(slot) as u64);
        let (of, hash) = (first(map.desc()), hash_key(first(map.desc()), key));
        stored_in(map, of, key);
        stored_in(map, second(map.desc()), value);
        let table = Table::of_mut(map);
        match table.find(of, hash, key) {
            Some(at) => {
                let old = std::mem::replace(table.value_at(at), value);
                give_back(of, key);
                give_back(second(map.desc()), old);
            }
            None => {
                table.insert(Entry { hash, key, value });
                map.set(LEN, map.get(LEN) + 1);
            }
        }
    }
}

/// Takes out the entry of a key; its value as nullable. The others keep their order.
///
/// # Safety
/// `slot` holds a map, `key` is a live word of its keys' type, `opt` describes its value as nullable.
pub unsafe fn map_remove(slot: *mut u8, key: u64, opt: *mut u8) -> u64 {
    // SAFETY: as the caller promises; the value's count goes from the map to the result.
    unsafe {
        let Some(at) = position(Object::from_word(*slot.cast()), key) else {
            return 0;
        };
        // A copy has the same positions.
        let map = Object::from_word(object_unique(slot) as u64);
        let entry = Table::of_mut(map).remove(at);
        map.set(LEN, map.get(LEN) - 1);
        give_back(first(map.desc()), entry.key);
        some(desc(opt), entry.value)
    }
}

/// The address of the value of a key, put in with `value` if it is not there.
///
/// # Safety
/// `slot` holds a map, key and value are owned words of its types.
pub unsafe fn map_or_insert(slot: *mut u8, key: u64, value: u64) -> *mut u8 {
    // SAFETY: as the caller promises; what is not needed is given back.
    unsafe {
        let map = Object::from_word(object_unique(slot) as u64);
        let of = first(map.desc());
        let table = Table::of_mut(map);
        let at = match table.again(of, key) {
            Some(at) => Ok(at),
            None => {
                let hash = hash_key(of, key);
                table.find(of, hash, key).ok_or(hash)
            }
        };
        let at = match at {
            Ok(at) => {
                give_back(of, key);
                give_back(second(map.desc()), value);
                at
            }
            Err(hash) => {
                stored_in(map, of, key);
                stored_in(map, second(map.desc()), value);
                map.set(LEN, map.get(LEN) + 1);
                table.insert(Entry { hash, key, value })
            }
        };
        table.remember(at);
        (&raw mut *table.value_at(at)).cast()
    }
}

/// The keys in order.
///
/// # Safety
/// `map` is a map, `keys` describes the array of its keys.
pub unsafe fn map_keys(map: u64, keys: *mut u8) -> u64 {
    // SAFETY: as the caller promises; the array owns new counts.
    unsafe {
        let map = Object::from_word(map);
        array_of_copies(desc(keys), Table::entries(map).map(|entry| entry.key))
    }
}

/// The values in order.
///
/// # Safety
/// `map` is a map, `values` describes the array of its values.
pub unsafe fn map_values(map: u64, values: *mut u8) -> u64 {
    // SAFETY: as the caller promises; the array owns new counts.
    unsafe {
        let map = Object::from_word(map);
        array_of_copies(desc(values), Table::entries(map).map(|entry| entry.value))
    }
}

/// Takes out all entries.
///
/// # Safety
/// `slot` holds a map.
pub unsafe fn map_clear(slot: *mut u8) {
    let slot = slot.cast::<u64>();
    // SAFETY: as the caller promises; the counts that the entries owned go away.
    unsafe {
        let map = Object::from_word(*slot);
        if !map.is_unique() {
            let empty = Object::from_word(map_new((map.desc() as *const TypeDesc).cast_mut().cast()));
            empty.inherit_sharing(map);
            *slot = empty.word();
            map.drop_count();
            return;
        }
        for entry in Table::take(map) {
            give_back(first(map.desc()), entry.key);
            give_back(second(map.desc()), entry.value);
        }
    }
}

/// Writes key and value of the entry at a position to `out[0]` and `out[1]`.
///
/// # Safety
/// `map` is a map with such a position, `out` the address of two words.
pub unsafe fn map_entry(map: u64, index: u64, out: *mut u8) {
    let out = out.cast::<u64>();
    // SAFETY: as the caller promises.
    unsafe {
        let entry = Table::at_position(Object::from_word(map), index as usize).expect("loops stay within the map");
        *out = entry.key;
        *out.add(1) = entry.value;
    }
}

/// # Safety
/// `map` is a map, `key` a live word of its keys' type.
#[inline]
unsafe fn position(map: Object, key: u64) -> Option<usize> {
    if map.len() == 0 {
        return None;
    }
    let of = first(map.desc());
    let table = Table::of(map)?;
    // SAFETY: as the caller promises.
    unsafe {
        if let Some(at) = table.again(of, key) {
            return Some(at);
        }
        let at = table.find(of, hash_key(of, key), key)?;
        if !map.is_shared() {
            table.remember(at);
        }
        Some(at)
    }
}
