//! Values that several threads see: what is marked when, and that nothing of it can be noticed but by the counts.

use super::build::*;
use crate::heap::describe::Desc;
use crate::heap::hash::hash_key;
use crate::heap::imp::*;
use crate::heap::memory::live;
use crate::heap::object::Object;
use crate::heap::sharing::publish;
use crate::heap::string::string_desc;
use pluto_abi::layout::{CAPTURES, CODE, DATA, FIELDS, Kind};
use proptest::prelude::*;

fn object(word: u64) -> Object {
    // SAFETY: tests ask only for objects that are alive.
    unsafe { Object::from_word(word) }
}

fn count(word: u64) -> i32 {
    object(word).count()
}

fn mark(desc: Desc, word: u64) {
    // SAFETY: the word is alive and of this type.
    unsafe { share(at(desc), word) };
}

fn element(array: u64, index: i32) -> u64 {
    object(array).get(DATA + 8 * index)
}

/// An array of two arrays of strings, one of which has two owners.
fn nested() -> (Desc, u64, u64) {
    let inner = array(string());
    let outer = array(inner);
    let kept = new_array(inner, &[text("kept")]);
    let value = new_array(outer, &[new_array(inner, &[text("only")]), dup(inner, kept)]);
    (outer, value, kept)
}

#[test]
fn sharing_marks_all_that_is_reached() {
    balanced(|| {
        let (outer, value, kept) = nested();
        mark(outer, value);
        assert_eq!((count(value), count(element(value, 0)), count(kept)), (-1, -1, -2));
        assert_eq!(count(element(kept, 0)), -1);
        mark(outer, value);
        assert_eq!(count(value), -1, "once");
        dup(outer, value);
        assert_eq!(count(value), -2);
        discard(outer, value);
        discard(outer, value);
        assert_eq!(count(kept), -1);
        discard(array(string()), kept);
    });
}

#[test]
fn publishing_marks_only_what_has_other_owners() {
    balanced(|| {
        let (outer, value, kept) = nested();
        // SAFETY: the word is owned and of this type.
        unsafe { publish(outer, value) };
        assert_eq!((count(value), count(element(value, 0)), count(element(element(value, 0), 0))), (1, 1, 1));
        assert_eq!((count(kept), count(element(kept, 0))), (-2, -1));
        discard(outer, value);
        assert_eq!(count(kept), -1);
        // SAFETY: as above.
        unsafe { publish(array(string()), kept) };
        assert_eq!(count(kept), -1);
        discard(array(string()), kept);
    });
}

#[test]
fn what_has_several_owners_is_marked_from_the_root() {
    balanced(|| {
        let desc = array(string());
        let value = new_array(desc, &[text("two owners")]);
        dup(desc, value);
        // SAFETY: the word is owned and of this type.
        unsafe { publish(desc, value) };
        assert_eq!((count(value), count(element(value, 0))), (-2, -1));
        discard(desc, value);
        discard(desc, value);
    });
}

#[test]
fn a_copy_of_a_shared_object_begins_as_shared() {
    balanced(|| {
        let desc = array(string());
        let mut value = new_array(desc, &[text("part")]);
        mark(desc, value);
        let other = dup(desc, value);
        // SAFETY: the slot holds an array.
        unsafe { object_unique(slot(&mut value)) };
        assert_ne!(value, other);
        assert_eq!((count(value), count(other), count(element(value, 0))), (-1, -1, -2));
        let same = value;
        // SAFETY: the slot holds an array.
        unsafe { object_unique(slot(&mut value)) };
        assert_eq!(value, same, "-1 is unique");
        discard(desc, value);
        discard(desc, other);
    });
}

#[test]
fn what_is_stored_in_a_shared_object_is_shared_first() {
    balanced(|| {
        let desc = array(string());
        let mut value = new_array(desc, &[]);
        mark(desc, value);
        // SAFETY: the slots hold what the functions expect, the values are owned.
        unsafe {
            let mut unused = 0u64;
            array_push(slot(&mut value), text("pushed"));
            array_insert_at(std::ptr::null_mut(), slot(&mut value), 0, text("inserted"), slot(&mut unused));
            assert_eq!((count(value), count(element(value, 0)), count(element(value, 1))), (-1, -1, -1));
            for _ in 0..100 {
                array_push(slot(&mut value), text("and so it grows"));
            }
            assert_eq!(count(value), -1, "also when it moves");

            let map_desc = map(string(), desc);
            let mut entries = map_new(at(map_desc));
            mark(map_desc, entries);
            map_insert(slot(&mut entries), text("key"), new_array(desc, &[text("value")]));
            let found =
                *map_or_insert(slot(&mut entries), text("other"), new_array(desc, &[text("new")])).cast::<u64>();
            assert_eq!((count(found), count(element(found, 0))), (-1, -1));
            let mut out = [0u64; 2];
            map_entry(entries, 0, out.as_mut_ptr().cast());
            let [key, value] = out;
            assert_eq!((count(key), count(value), count(element(value, 0))), (-1, -1, -1));
            discard(map_desc, entries);
        }
        discard(desc, value);
    });
}

#[test]
fn clearing_a_shared_container_leaves_a_shared_one() {
    balanced(|| {
        let desc = array(string());
        let map_desc = map(string(), int());
        for owners in [1, 2] {
            let (mut array, mut entries) = (new_array(desc, &[text("xx")]), new_map(map_desc, &[(text("kk"), 1)]));
            mark(desc, array);
            mark(map_desc, entries);
            let others = (owners == 2).then(|| (dup(desc, array), dup(map_desc, entries)));
            // SAFETY: the slots hold an array and a map.
            unsafe {
                array_clear(slot(&mut array));
                map_clear(slot(&mut entries));
            }
            assert_eq!((count(array), count(entries), object(array).len(), object(entries).len()), (-1, -1, 0, 0));
            if let Some((array, entries)) = others {
                assert_eq!((object(array).len(), object(entries).len()), (1, 1));
                discard(desc, array);
                discard(map_desc, entries);
            }
            discard(desc, array);
            discard(map_desc, entries);
        }
    });
}

#[test]
fn deep_values_are_marked_and_published_on_a_small_stack() {
    let test = || {
        balanced(|| {
            let node = node();
            let list = |shared_at: u64| {
                let mut kept = 0;
                let list = (0..1_000_000).fold(0, |next, number| {
                    if number == shared_at {
                        kept = dup(node, next);
                    }
                    new_record(node, &[number, next])
                });
                (list, kept)
            };
            let (all, _) = list(u64::MAX);
            mark(node, all);
            assert_eq!(count(object(all).get(FIELDS + 8)), -1);
            discard(node, all);
            let (half, kept) = list(500_000);
            // SAFETY: the word is owned and of this type.
            unsafe { publish(node, half) };
            assert_eq!((count(half), count(kept), count(object(kept).get(FIELDS + 8))), (1, -2, -1));
            discard(node, half);
            discard(node, kept);
        });
    };
    std::thread::Builder::new().stack_size(256 << 10).spawn(test).expect("a thread").join().expect("no panic");
}

#[test]
fn closures_share_copy_and_free_their_captures() {
    balanced(|| {
        let type_of = record(Kind::Fn, "fn() string", &[]);
        let own = record(Kind::Fn, "closure", &[("text", string()), ("number", int())]);
        let closure = Object::new(own, 3);
        closure.set(CODE, 7);
        closure.set(CAPTURES, text("captured"));
        closure.set(CAPTURES + 8, 42);
        let captured = closure.get(CAPTURES);
        let mut word = dup(type_of, closure.word());
        // SAFETY: the slot holds a closure, which is copied.
        let copy = object(unsafe { object_unique(slot(&mut word)) } as u64);
        assert_eq!((copy.get(CODE), copy.get(CAPTURES), copy.get(CAPTURES + 8)), (7, captured, 42));
        assert_eq!(count(captured), 2);
        mark(type_of, word);
        assert_eq!((count(word), count(captured)), (-1, -2));
        discard(type_of, word);
        assert_eq!(count(captured), -1);
        assert_eq!(shown(type_of, closure.word()), "fn() string");
    });
}

/// Runs on several threads at once; no object is left when all are done, whoever made and freed them.
fn on_threads(count: u64, run: impl Fn(u64) + Sync) {
    let left: i64 = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..count)
            .map(|number| {
                let run = &run;
                scope.spawn(move || {
                    run(number);
                    live::objects()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).sum()
    });
    assert_eq!(left + live::objects(), 0, "objects are left");
}

/// A descriptor that other threads may use too.
#[derive(Clone, Copy)]
struct Everywhere(Desc);
// SAFETY: the descriptors of tests are leaked and never written again.
unsafe impl Send for Everywhere {}
// SAFETY: the same.
unsafe impl Sync for Everywhere {}

#[test]
fn many_threads_own_one_value_and_it_is_freed_once() {
    let (outer, value, kept) = nested();
    mark(outer, value);
    discard(array(string()), kept);
    for _ in 0..4 {
        dup(outer, value);
    }
    let desc = Everywhere(outer);
    discard(outer, value);
    on_threads(4, |number| {
        let Everywhere(outer) = { desc };
        for round in 0..2_000 {
            dup(outer, value);
            // SAFETY: the value is alive, and only read.
            unsafe {
                assert_eq!(equal(at(outer), value, value), 1);
                assert_ne!(hash_key(outer, value), 0);
            }
            if round % 100 == number {
                assert_eq!(shown(outer, dup(outer, value)), r#"[["only"], ["kept"]]"#);
                let mut mine = dup(outer, value);
                // SAFETY: the slot holds an array, what is pushed is owned.
                unsafe { array_push(slot(&mut mine), dup(array(string()), element(mine, 0))) };
                assert_eq!((object(mine).len(), object(value).len()), (3, 2));
                discard(outer, mine);
            }
            discard(outer, value);
        }
        discard(outer, value);
    });
}

#[test]
fn many_threads_read_a_map_with_holes() {
    let desc = map(int(), string());
    let entries: Vec<(u64, u64)> = (0..1000).map(|key| (key, text(&format!("value {key}")))).collect();
    let mut value = new_map(desc, &entries);
    mark(desc, value);
    let none = nullable(string());
    for key in (0..1000).filter(|key| key % 3 == 0) {
        // SAFETY: the slot holds a map; -1 is unique, so it changes in place.
        discard(none, unsafe { map_remove(slot(&mut value), key, at(none)) });
    }
    assert_eq!(count(value), -1);
    let shared = Everywhere(desc);
    for _ in 0..4 {
        dup(desc, value);
    }
    discard(desc, value);
    on_threads(4, |number| {
        let Everywhere(desc) = { shared };
        for _ in 0..20 {
            let mut seen = vec![];
            for position in 0..object(value).len() as u64 {
                let mut out = [0u64; 2];
                // SAFETY: the map is alive and has such a position.
                unsafe { map_entry(value, position, out.as_mut_ptr().cast()) };
                seen.push(out[0]);
            }
            assert!(seen.into_iter().eq((0..1000).filter(|key| key % 3 != 0)), "thread {number}");
            // SAFETY: the map is alive.
            unsafe {
                assert!(map_find(value, 3).is_null());
                let found = *map_find(value, 4).cast::<u64>();
                assert_eq!(crate::heap::string::text_of(found), "value 4");
            }
        }
        discard(desc, value);
    });
}

#[test]
fn a_producer_and_a_consumer_move_unique_values() {
    let desc = Everywhere(array(string_desc()));
    let (tx, rx) = std::sync::mpsc::sync_channel::<u64>(16);
    let (tx, rx) = (std::sync::Mutex::new(Some(tx)), std::sync::Mutex::new(rx));
    on_threads(2, |number| {
        let Everywhere(desc) = { desc };
        if number == 0 {
            let tx = tx.lock().expect("no panic").take().expect("once");
            for count in 0..5_000 {
                let value = new_array(desc, &[text("a message"), text(&count.to_string())]);
                // SAFETY: the word is owned and of this type.
                unsafe { publish(desc, value) };
                tx.send(value).expect("the consumer runs");
            }
        } else {
            for (count, value) in rx.lock().expect("no panic").iter().enumerate() {
                assert_eq!(object(value).count(), 1);
                assert_eq!(shown(desc, value), format!(r#"["a message", "{count}"]"#));
            }
        }
    });
}

#[derive(Clone, Debug)]
enum Act {
    Push(u8),
    Insert(u8, u8),
    Remove(u8),
    Pop,
    Clear,
    Reverse,
    Dup,
    Share,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        4 => any::<u8>().prop_map(Act::Push),
        2 => (any::<u8>(), any::<u8>()).prop_map(|(at, value)| Act::Insert(at, value)),
        1 => any::<u8>().prop_map(Act::Remove),
        1 => Just(Act::Pop),
        1 => Just(Act::Clear),
        1 => Just(Act::Reverse),
        2 => Just(Act::Dup),
        2 => Just(Act::Share),
    ];
    proptest::collection::vec(act, 0..40)
}

proptest! {
    /// Sharing changes nothing but counts; old owners keep the old value; a shared object reaches only shared ones.
    #[test]
    fn sharing_is_not_to_be_seen(acts in acts()) {
        balanced(|| {
            let desc = array(string());
            let word = |value: u8| text(&format!("value {value}"));
            let mut value = new_array(desc, &[]);
            let mut model: Vec<u8> = vec![];
            let mut others = vec![];
            for act in acts {
                // SAFETY: the slot holds an array of strings, and values are owned.
                unsafe {
                    let mut unused = 0;
                    match act {
                        Act::Push(number) => {
                            array_push(slot(&mut value), word(number));
                            model.push(number);
                        }
                        Act::Insert(index, number) if usize::from(index) <= model.len() => {
                            array_insert_at(std::ptr::null_mut(), slot(&mut value), u64::from(index), word(number), slot(&mut unused));
                            model.insert(usize::from(index), number);
                        }
                        Act::Remove(index) if usize::from(index) < model.len() => {
                            let mut gone = 0;
                            array_remove_at(std::ptr::null_mut(), slot(&mut value), u64::from(index), slot(&mut gone));
                            discard(string(), gone);
                            model.remove(usize::from(index));
                        }
                        Act::Insert(..) | Act::Remove(_) => {}
                        Act::Pop => {
                            discard(nullable(string()), array_pop(slot(&mut value), at(nullable(string()))));
                            model.pop();
                        }
                        Act::Clear => {
                            array_clear(slot(&mut value));
                            model.clear();
                        }
                        Act::Reverse => {
                            array_reverse(slot(&mut value));
                            model.reverse();
                        }
                        Act::Dup => others.push((dup(desc, value), model.clone())),
                        Act::Share => mark(desc, value),
                    }
                }
                check(value, &model);
            }
            others.iter().for_each(|(word, model)| check(*word, model));
            for word in others.into_iter().map(|(word, _)| word).chain([value]) {
                discard(desc, word);
            }
        });
    }
}

fn check(value: u64, model: &[u8]) {
    let array = object(value);
    assert_eq!(array.len(), model.len());
    for (index, number) in model.iter().enumerate() {
        let part = object(element(value, index as i32));
        assert_eq!(part.text(), format!("value {number}"));
        assert!(!array.is_shared() || part.count() <= 0);
    }
}
