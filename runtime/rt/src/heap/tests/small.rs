//! Small nullable values and enums side by side: the same contents as packed, whatever they are in and whatever is in them.

use super::build::*;
use crate::heap::array::{insert_at, remove_at, reorder, slice};
use crate::heap::compare::Floats;
use crate::heap::describe::{Desc, is_counted, kind, whole, width};
use crate::heap::hash::hash_key;
use crate::heap::imp::*;
use crate::heap::object::Object;
use crate::heap::place;
use pluto_abi::layout::{FIELDS, Kind};
use std::collections::BTreeSet;

/// A packed value, made anew each time, and its text.
type Sample = (fn() -> u64, &'static str);

/// `class Pet { age: int, name: string }`.
fn pet() -> Desc {
    inline(record(Kind::Class, "Pet", &[("age", int()), ("name", string())]))
}

fn new_pet(age: u64, name: &str) -> u64 {
    new_record(whole(pet()), &[age, text(name)])
}

/// `int?`: a word before it tells whether there is one.
fn number() -> Desc {
    inline_nullable(boxed(int()), int(), None)
}

fn new_number(value: u64) -> u64 {
    new_some(whole(number()), value)
}

/// `enum Shape { Dot { name: string, x: float }, Line { from: int, label: string? }, Around { pet: Pet? }, Nothing }`: texts share a slot.
fn shape() -> Desc {
    let maybe = nullable(string());
    let a_pet = inline_nullable(nullable(whole(pet())), pet(), Some(1));
    let variants: [Variant<'_>; 4] = [
        ("Dot", &[("name", string(), 3), ("x", plain(Kind::Float), 1)]),
        ("Line", &[("from", int(), 2), ("label", maybe, 3)]),
        ("Around", &[("pet", a_pet, 2)]),
        ("Nothing", &[]),
    ];
    inline_choice("Shape", &[int(), plain(Kind::Float), int(), maybe], &variants)
}

fn new_shape(words: [u64; 4]) -> u64 {
    new_record(whole(shape()), &words)
}

/// `class Holder { n: int?, shape: Shape? }`.
fn holder() -> Desc {
    let a_shape = inline_nullable(nullable(whole(shape())), shape(), None);
    inline(record(Kind::Class, "Holder", &[("n", number()), ("shape", a_shape)]))
}

fn samples() -> Vec<(Desc, Vec<Sample>)> {
    let numbers: Vec<Sample> = vec![(|| new_number(0), "0"), (|| 0, "none"), (|| new_number(7), "7")];
    let flags = inline_nullable(boxed(plain(Kind::Unit)), plain(Kind::Unit), None);
    let pets: Vec<Sample> = vec![
        (|| 0, "none"),
        (|| new_pet(0, ""), r#"Pet { age: 0, name: "" }"#),
        (|| new_pet(3, "aa"), r#"Pet { age: 3, name: "aa" }"#),
    ];
    let shapes: Vec<Sample> = vec![
        (|| new_shape([0, float(1.5), 0, text("dd")]), r#"Dot { name: "dd", x: 1.5 }"#),
        (|| new_shape([1, 0, 4, text("ll")]), r#"Line { from: 4, label: "ll" }"#),
        (|| new_shape([1, 0, 4, 0]), "Line { from: 4, label: none }"),
        (|| new_shape([2, 0, 4, text("ll")]), r#"Around { pet: Pet { age: 4, name: "ll" } }"#),
        (|| new_shape([2, 0, 0, 0]), "Around { pet: none }"),
        (|| new_shape([3, 0, 0, 0]), "Nothing"),
    ];
    let mut maybe_shapes = shapes.clone();
    maybe_shapes.push((|| 0, "none"));
    let holders: Vec<Sample> = vec![
        (|| new_record(whole(holder()), &[0; 7]), "Holder { n: none, shape: none }"),
        (|| new_record(whole(holder()), &[1, 5, 1, 3, 0, 0, 0]), "Holder { n: 5, shape: Nothing }"),
        (
            || new_record(whole(holder()), &[1, 0, 1, 2, 0, 8, text("ss")]),
            r#"Holder { n: 0, shape: Around { pet: Pet { age: 8, name: "ss" } } }"#,
        ),
    ];
    vec![
        (number(), numbers),
        (flags, vec![(|| 0, "none"), (|| new_some(boxed(plain(Kind::Unit)), 0), "()")]),
        (inline_nullable(nullable(whole(pet())), pet(), Some(1)), pets),
        (shape(), shapes),
        (inline_nullable(nullable(whole(shape())), shape(), None), maybe_shapes),
        (holder(), holders),
    ]
}

/// What is there or not, of a type: in a box if the type has nothing for that.
fn opt_of(place: Desc) -> Desc {
    let whole = whole(place);
    let is_nullable = whole.kind == Kind::NullablePointer as u32 || whole.kind == Kind::NullableBoxed as u32;
    if is_nullable { boxed(whole) } else { nullable(whole) }
}

fn texts(samples: &[Sample]) -> String {
    format!("[{}]", samples.iter().map(|sample| sample.1).collect::<Vec<_>>().join(", "))
}

/// An array of the values, of which each has another owner elsewhere first.
fn filled(place: Desc, samples: &[Sample]) -> u64 {
    let mut words = new_array(array(place), &[]);
    for (index, (make, _)) in samples.iter().enumerate() {
        let value = make();
        // SAFETY: the slot holds an array of these, and what is put in is owned.
        unsafe { insert_at(slot(&mut words), index as u64, dup(whole(place), value)) }.unwrap();
        discard(whole(place), value);
    }
    words
}

#[test]
fn they_go_in_and_come_out_packed() {
    for (place, samples) in samples() {
        balanced(|| {
            let (desc, opt) = (array(place), opt_of(place));
            let mut words = filled(place, &samples);
            assert_eq!(shown(desc, dup(desc, words)), texts(&samples));
            for (index, (make, text)) in samples.iter().enumerate() {
                let value = make();
                // SAFETY: the words are alive.
                unsafe {
                    assert_eq!(array_contains(words, value), 1, "{text}");
                    let found = array_index_of(words, value, at(boxed(int())));
                    assert_eq!(shown(boxed(int()), found), index.to_string());
                    assert_eq!(shown(opt, array_get(words, index as u64, at(opt))), *text);
                }
                assert_eq!(shown(whole(place), value), *text);
            }
            // SAFETY: the slot holds an array of these; what is put in is owned, and what comes out is dropped.
            unsafe {
                insert_at(slot(&mut words), 1, samples[0].0()).unwrap();
                assert!(insert_at(slot(&mut words), 99, samples[1].0()).is_err());
                assert_eq!(shown(whole(place), remove_at(slot(&mut words), 0).unwrap()), samples[0].1);
                assert_eq!(shown(desc, dup(desc, words)), texts(&samples));
                for (_, text) in samples.iter().rev() {
                    assert_eq!(shown(opt, array_last(words, at(opt))), *text);
                    assert_eq!(shown(opt, array_pop(slot(&mut words), at(opt))), *text);
                }
                assert_eq!(array_pop(slot(&mut words), at(opt)), 0);
            }
            discard(desc, words);
        });
    }
}

#[test]
fn arrays_of_them_are_values() {
    for (place, samples) in samples() {
        balanced(|| {
            let desc = array(place);
            let words = filled(place, &samples);
            let mut other = dup(desc, words);
            // SAFETY: the slots hold arrays of these.
            unsafe {
                array_reverse(slot(&mut other));
                assert_eq!(equal(at(desc), words, other), 0);
                array_reverse(slot(&mut other));
                assert_eq!(equal(at(desc), words, other), 1);
                let turned: Vec<usize> = (1..samples.len()).chain([0]).collect();
                reorder(slot(&mut other), &turned);
                let part = slice(other, 0, samples.len() as i64 - 1).unwrap();
                assert_eq!(shown(desc, part), texts(&samples[1..]));
                let pair = record(Kind::Tuple, "", &[("", int()), ("", place)]);
                let pairs = array(inline(pair));
                let enumerated: Vec<String> =
                    samples.iter().enumerate().map(|(index, sample)| format!("({index}, {})", sample.1)).collect();
                let enumerated = format!("[{}]", enumerated.join(", "));
                assert_eq!(shown(pairs, array_enumerate(words, at(pairs))), enumerated);
                assert_eq!(shown(array(pair), array_enumerate(words, at(array(pair)))), enumerated);
            }
            discard(desc, other);
            assert_eq!(shown(desc, words), texts(&samples));
        });
    }
}

#[test]
fn they_are_keys_and_values_of_maps() {
    for (place, samples) in samples() {
        balanced(|| {
            let (desc, arrays) = (map(whole(place), whole(place)), array(place));
            let entries: Vec<(u64, u64)> =
                samples.iter().chain(&samples).map(|sample| (sample.0(), sample.0())).collect();
            let entries = new_map(desc, &entries);
            // SAFETY: it is a map, and the types are as the functions want them.
            unsafe {
                assert_eq!(Object::from_word(entries).len(), samples.len());
                assert_eq!(shown(arrays, map_keys(entries, at(arrays))), texts(&samples));
                assert_eq!(shown(arrays, map_values(entries, at(arrays))), texts(&samples));
            }
            discard(desc, entries);
            // Side by side in arrays that are keys, they are equal and have equal hashes too.
            let by_array = map(arrays, int());
            let all = new_map(by_array, &[0, 1, 2].map(|n| (filled(place, &samples), n)));
            // SAFETY: it is a map.
            assert_eq!(unsafe { Object::from_word(all) }.len(), 1);
            discard(by_array, all);
        });
    }
}

#[test]
fn they_are_shared_and_copied_with_what_they_hold() {
    for (place, samples) in samples() {
        balanced(|| {
            let desc = array(place);
            let words = filled(place, &samples);
            // SAFETY: the words are alive.
            unsafe {
                share(at(desc), words);
                let mut copy = dup(desc, words);
                insert_at(slot(&mut copy), 0, samples[0].0()).unwrap();
                Object::from_word(copy).each_part(|of, at| {
                    let alone = *at != 0 && is_counted(kind(of)) && Object::from_word(*at).count() > 0;
                    assert!(!alone, "others see the array, and so what is in it");
                });
                discard(desc, copy);
                for (make, text) in &samples {
                    let mut value = make();
                    let other = dup(whole(place), value);
                    if value != 0 {
                        object_unique(slot(&mut value));
                    }
                    assert!(place_is_equal(place, value, other), "{text}");
                    discard(whole(place), value);
                    discard(whole(place), other);
                }
            }
            assert_eq!(shown(desc, words), texts(&samples));
        });
    }
}

#[test]
fn a_place_hashes_as_the_packed_value() {
    for (place, samples) in samples() {
        balanced(|| {
            let side_by_side = record(Kind::Class, "A", &[("n", int()), ("value", place)]);
            let packed = record(Kind::Class, "A", &[("n", int()), ("value", whole(place))]);
            let mut hashes = BTreeSet::new();
            for (make, text) in &samples {
                let one = new_record(packed, &[5, make()]);
                let other = new_record(side_by_side, &[vec![5], vec![77; width(place)]].concat());
                // SAFETY: the second object has room for the words of the place.
                unsafe {
                    place::put(place, Object::from_word(other).at(FIELDS + 8), make());
                    let hash = hash_key(packed, one);
                    assert_eq!(hash, hash_key(side_by_side, other), "{text}");
                    assert!(hashes.insert(hash), "{text} has the hash of another one");
                }
                let all = format!("A {{ n: 5, value: {text} }}");
                assert_eq!((shown(packed, one), shown(side_by_side, other)), (all.clone(), all));
            }
        });
    }
}

/// Is a packed value equal to another one that lies at a place?
fn place_is_equal(of: Desc, left: u64, right: u64) -> bool {
    let mut words = [77; 8];
    let words = words.as_mut_ptr();
    // SAFETY: there is room for the words, which are dropped as the packed value that they are taken out as.
    unsafe {
        place::copy_in(of, words, left);
        let equal = place::is_equal(of, words, right, Floats::Keys);
        discard(whole(of), place::take(of, words));
        equal
    }
}
