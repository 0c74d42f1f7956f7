//! Maps: against a simple model, order, keys of all types, value semantics, balance.

use super::build::*;
use crate::heap::imp::*;
use pluto_abi::layout::Kind;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Change {
    Insert(u8, i64),
    Remove(u8),
    OrInsert(u8, i64),
    Entry(u8),
    /// Looks a key up in all ways, several times in a row, and adds to its value.
    LookUp(u8),
    Share,
    Clear,
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        6 => (any::<u8>(), any::<i64>()).prop_map(|(key, value)| Change::Insert(key % 40, value)),
        5 => any::<u8>().prop_map(|key| Change::Remove(key % 40)),
        2 => (any::<u8>(), any::<i64>()).prop_map(|(key, value)| Change::OrInsert(key % 40, value)),
        1 => any::<u8>().prop_map(Change::Entry),
        3 => any::<u8>().prop_map(|key| Change::LookUp(key % 40)),
        1 => Just(Change::Share),
        1 => Just(Change::Clear),
    ]
}

/// Keys of one to forty bytes, some of which begin alike.
fn key(number: u8) -> u64 {
    text(&key_text(number))
}

fn key_text(number: u8) -> String {
    format!("{}{number}", "key ".repeat(usize::from(number % 10)))
}

fn model_text(model: &[(u8, i64)]) -> String {
    let entries: Vec<String> = model.iter().map(|(key, value)| format!("{:?}: {value}", key_text(*key))).collect();
    format!("{{{}}}", entries.join(", "))
}

fn apply(map: &mut u64, model: &mut Vec<(u8, i64)>, change: Change, opt: *mut u8) {
    let position = |model: &[(u8, i64)], key: u8| model.iter().position(|entry| entry.0 == key);
    // SAFETY: the slot holds a map of strings to ints; keys are owned where the table says so.
    unsafe {
        match change {
            Change::Insert(number, value) => {
                map_insert(slot(map), key(number), value as u64);
                match position(model, number) {
                    Some(at) => model[at].1 = value,
                    None => model.push((number, value)),
                }
            }
            Change::Remove(number) => {
                let word = key(number);
                let removed = map_remove(slot(map), word, opt);
                discard(string(), word);
                let expected = position(model, number).map(|at| model.remove(at).1.to_string());
                assert_eq!(shown(boxed(int()), removed), expected.unwrap_or("none".to_owned()));
            }
            Change::OrInsert(number, value) => {
                let found = *map_or_insert(slot(map), key(number), value as u64).cast::<i64>();
                if position(model, number).is_none() {
                    model.push((number, value));
                }
                assert_eq!(Some(found), position(model, number).map(|at| model[at].1));
            }
            Change::Entry(index) => {
                if let Some(expected) = model.get(usize::from(index)) {
                    let mut out = [0u64; 2];
                    map_entry(*map, u64::from(index), out.as_mut_ptr().cast());
                    assert_eq!(out[1] as i64, expected.1);
                }
            }
            Change::LookUp(number) => look_up(map, model, number, opt),
            Change::Share | Change::Clear => {}
        }
    }
}

fn look_up(map: &mut u64, model: &mut [(u8, i64)], number: u8, opt: *mut u8) {
    let expected = model.iter_mut().find(|entry| entry.0 == number);
    for word in [key(number), key(number)] {
        // SAFETY: the slot holds a map of strings to ints, and the key is alive.
        unsafe {
            let found = map_find(*map, word).cast::<i64>().as_ref().copied();
            assert_eq!(found, expected.as_ref().map(|entry| entry.1));
            assert_eq!(map_contains(*map, word), u64::from(found.is_some()));
            let text = found.map_or("none".to_owned(), |value| value.to_string());
            assert_eq!(shown(boxed(int()), map_get(*map, word, opt)), text);
        }
        discard(string(), word);
    }
    let word = key(number);
    // SAFETY: as above.
    let place = unsafe { map_find_mut(slot(map), word).cast::<i64>().as_mut() };
    assert_eq!(place.is_some(), expected.is_some());
    if let (Some(place), Some(expected)) = (place, expected) {
        *place = place.wrapping_add(1);
        expected.1 = expected.1.wrapping_add(1);
    }
    discard(string(), word);
}

proptest! {
    #[test]
    fn like_a_list_of_pairs(changes in proptest::collection::vec(change(), 0..300)) {
        balanced(|| {
            let (desc, opt) = (map(string(), int()), boxed(int()));
            let mut map = new_map(desc, &[]);
            let mut model = Vec::new();
            let mut snapshots = Vec::new();
            for change in changes {
                match change {
                    Change::Share => snapshots.push((dup(desc, map), model_text(&model))),
                    Change::Clear => {
                        // SAFETY: the slot holds a map.
                        unsafe { map_clear(slot(&mut map)) };
                        model.clear();
                    }
                    Change::Insert(..) | Change::Remove(_) | Change::OrInsert(..) | Change::Entry(_) | Change::LookUp(_) => {
                        apply(&mut map, &mut model, change, at(opt));
                    }
                }
                assert_eq!(shown(desc, dup(desc, map)), model_text(&model));
            }
            for (word, expected) in snapshots {
                assert_eq!(shown(desc, word), expected);
            }
            discard(desc, map);
        });
    }
}

proptest! {
    /// Of numbers as keys, which are compared as words.
    #[test]
    fn of_ints_like_a_list_of_pairs(changes in proptest::collection::vec((-20..20_i64, 0..4_i64), 0..200)) {
        balanced(|| {
            let (desc, opt) = (map(int(), int()), boxed(int()));
            let mut map = new_map(desc, &[]);
            let mut model: Vec<(i64, i64)> = Vec::new();
            for (number, change) in changes {
                let at_model = model.iter().position(|entry| entry.0 == number);
                let word = number as u64;
                // SAFETY: the slot holds a map of ints to ints.
                unsafe {
                    let found = map_find(map, word).cast::<i64>().as_ref().copied();
                    assert_eq!(found, at_model.map(|at| model[at].1));
                    match (change, at_model) {
                        (0, Some(at_model)) => {
                            discard(boxed(int()), map_remove(slot(&mut map), word, at(opt)));
                            model.remove(at_model);
                        }
                        (0, None) => assert_eq!(map_remove(slot(&mut map), word, at(opt)), 0),
                        (_, Some(at_model)) => {
                            *map_or_insert(slot(&mut map), word, 1).cast::<i64>() += change;
                            model[at_model].1 += change;
                        }
                        (_, None) => {
                            map_insert(slot(&mut map), word, change as u64);
                            model.push((number, change));
                        }
                    }
                }
                let entries: Vec<String> = model.iter().map(|(key, value)| format!("{key}: {value}")).collect();
                assert_eq!(shown(desc, dup(desc, map)), format!("{{{}}}", entries.join(", ")));
            }
            discard(desc, map);
        });
    }
}

#[test]
fn lookups() {
    balanced(|| {
        let desc = map(string(), string());
        let opt = nullable(string());
        let mut ages = new_map(desc, &[(text("ada"), text("36")), (text("bob"), text("41"))]);
        let (ada, cy) = (text("ada"), text("cyd"));
        // SAFETY: types are as the functions want them.
        unsafe {
            assert_eq!(shown(opt, map_get(ages, ada, at(opt))), "36");
            assert_eq!(map_get(ages, cy, at(opt)), 0);
            assert_eq!((map_contains(ages, ada), map_contains(ages, cy)), (1, 0));
            assert!(map_find(ages, cy).is_null());
            let shared = dup(desc, ages);
            let place = map_find_mut(slot(&mut ages), ada).cast::<u64>();
            discard(string(), std::mem::replace(&mut *place, text("37")));
            assert_eq!(shown(desc, shared), r#"{"ada": "36", "bob": "41"}"#);
            let strings = array(string());
            assert_eq!(shown(strings, map_keys(ages, at(strings))), r#"["ada", "bob"]"#);
            assert_eq!(shown(strings, map_values(ages, at(strings))), r#"["37", "41"]"#);
        }
        discard(string(), ada);
        discard(string(), cy);
        discard(desc, ages);
    });
}

#[test]
fn equal_in_any_order() {
    balanced(|| {
        let desc = map(string(), int());
        let words: Vec<(u64, u64)> = (0..30).map(|number| (key(number), u64::from(number))).collect();
        let backwards: Vec<(u64, u64)> = (0..30).rev().map(|number| (key(number), u64::from(number))).collect();
        let (one, mut two) = (new_map(desc, &words), new_map(desc, &backwards));
        // SAFETY: both are maps of this type.
        unsafe {
            assert_eq!(equal(at(desc), one, two), 1);
            map_insert(slot(&mut two), key(3), 99);
            assert_eq!(equal(at(desc), one, two), 0);
        }
        discard(desc, one);
        discard(desc, two);
    });
}

#[test]
fn float_keys() {
    balanced(|| {
        let desc = map(plain(Kind::Float), int());
        let keys = [f64::NAN, -f64::NAN, 0.0, -0.0, 1.5].map(float);
        let entries: Vec<(u64, u64)> = keys.into_iter().zip(0..).collect();
        assert_eq!(shown(desc, new_map(desc, &entries)), "{NaN: 1, 0: 3, 1.5: 4}");
    });
}

#[test]
fn keys_with_parts() {
    balanced(|| {
        let inner = map(int(), plain(Kind::Float));
        let pair = record(Kind::Tuple, "pair", &[("", nullable(string())), ("", array(inner))]);
        let desc = map(pair, int());
        let make = |order: [u64; 2], name: &str| {
            let entries = order.map(|number| (number, float(f64::NAN)));
            new_record(pair, &[text(name), new_array(array(inner), &[new_map(inner, &entries)])])
        };
        let mut found = new_map(desc, &[(make([1, 2], "nan"), 1), (make([1, 3], "nan"), 2)]);
        let same = make([2, 1], "nan");
        // SAFETY: types are as the functions want them.
        unsafe {
            // As keys NaN equal themselves, wherever they are, and order does not matter.
            assert_eq!(map_contains(found, same), 1);
            map_insert(slot(&mut found), same, 7);
        }
        assert_eq!(shown(desc, found), r#"{("nan", [{1: NaN, 2: NaN}]): 7, ("nan", [{1: NaN, 3: NaN}]): 2}"#);
    });
}

/// Maps as keys of maps: equality has to try keys.
#[test]
fn maps_of_maps() {
    balanced(|| {
        let inner = map(int(), int());
        let desc = map(inner, int());
        let make = |numbers: &[u64]| new_map(inner, &numbers.iter().map(|&n| (n, n)).collect::<Vec<_>>());
        let one = new_map(desc, &[(make(&[1, 2]), 5), (make(&[3]), 6), (make(&[]), 7)]);
        let two = new_map(desc, &[(make(&[]), 7), (make(&[3]), 6), (make(&[2, 1]), 5)]);
        let three = new_map(desc, &[(make(&[]), 7), (make(&[3]), 6), (make(&[2, 4]), 5)]);
        // SAFETY: all are maps of this type.
        unsafe {
            assert_eq!(equal(at(desc), one, two), 1);
            assert_eq!(equal(at(desc), one, three), 0);
        }
        for word in [one, two, three] {
            discard(desc, word);
        }
    });
}
