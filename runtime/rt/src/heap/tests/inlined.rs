//! Values of small classes and tuples side by side in arrays and objects: contents, value semantics, counts.

use super::build::*;
use crate::heap::array::{insert_at, remove_at, reorder, slice};
use crate::heap::describe::{Desc, whole};
use crate::heap::imp::*;
use crate::heap::memory::live;
use crate::heap::object::Object;
use pluto_abi::layout::{CAP, DATA, FIELDS, Kind, LEN};

/// `class Pet { age: int, name: string }`, as it lies in arrays and fields.
fn pet() -> Desc {
    inline(record(Kind::Class, "Pet", &[("age", int()), ("name", string())]))
}

/// A box of one.
fn boxed_pet(place: Desc, age: u64, name: &str) -> u64 {
    new_record(whole(place), &[age, text(name)])
}

/// Pushes as generated code does.
fn push(array: &mut u64, words: &[u64]) {
    // SAFETY: the slot holds an array with elements of so many words, and what is put in is owned.
    unsafe {
        let object = Object::from_word(array_reserve(slot(array)) as u64);
        let len = object.len();
        assert!((len as u64) < object.get(CAP), "no room");
        for (index, &word) in words.iter().enumerate() {
            *object.at(DATA).add(len * words.len() + index) = word;
        }
        object.set(LEN, len as u64 + 1);
    }
}

fn pets(names: &[&str]) -> (Desc, u64) {
    let desc = array(pet());
    // SAFETY: the descriptor is that of an array.
    let mut pets = unsafe { array_new(at(desc), 0) } as u64;
    (0..).zip(names).for_each(|(age, name)| push(&mut pets, &[age, text(name)]));
    (desc, pets)
}

fn text_of_pets(names: &[(u64, &str)]) -> String {
    let pets: Vec<String> = names.iter().map(|(age, name)| format!("Pet {{ age: {age}, name: \"{name}\" }}")).collect();
    format!("[{}]", pets.join(", "))
}

#[test]
fn elements_come_out_in_boxes() {
    balanced(|| {
        let (desc, mut words) = pets(&["aa", "bb", "cc", "dd", "ee", "ff"]);
        let opt = nullable(whole(pet()));
        // SAFETY: the slot holds an array of pets.
        unsafe {
            assert_eq!(Object::from_word(words).len(), 6);
            assert_eq!(shown(opt, array_pop(slot(&mut words), at(opt))), "Pet { age: 5, name: \"ff\" }");
            assert_eq!(shown(opt, array_first(words, at(opt))), "Pet { age: 0, name: \"aa\" }");
            assert_eq!(shown(opt, array_last(words, at(opt))), "Pet { age: 4, name: \"ee\" }");
            assert_eq!(shown(opt, array_get(words, 3, at(opt))), "Pet { age: 3, name: \"dd\" }");
            assert_eq!(array_get(words, 5, at(opt)), 0);
            array_clear(slot(&mut words));
            assert_eq!(array_pop(slot(&mut words), at(opt)), 0);
        }
        push(&mut words, &[7, text("gg")]);
        assert_eq!(shown(desc, words), text_of_pets(&[(7, "gg")]));
    });
}

#[test]
fn a_box_is_taken_apart_where_it_is_put_in() {
    balanced(|| {
        let (desc, mut words) = pets(&["aa", "bb"]);
        let class = whole(pet());
        let (mine, other) = (boxed_pet(pet(), 8, "mine"), boxed_pet(pet(), 9, "other"));
        // SAFETY: the slot holds an array of pets, what is put in is owned, and dropped if it finds no place.
        unsafe {
            assert_eq!(insert_at(slot(&mut words), 1, mine), Ok(0));
            assert_eq!(insert_at(slot(&mut words), 3, dup(class, other)), Ok(0));
            assert!(insert_at(slot(&mut words), 5, dup(class, other)).unwrap_err().contains("index 5"));
            assert!(insert_at(slot(&mut words), 5, boxed_pet(pet(), 1, "xx")).is_err());
            assert_eq!(array_contains(words, other), 1);
            assert_eq!(shown(boxed(int()), array_index_of(words, other, at(boxed(int())))), "3");
            for (age, name) in [(9, "mine"), (8, "other")] {
                let none = boxed_pet(pet(), age, name);
                assert_eq!((array_contains(words, none), array_index_of(words, none, at(boxed(int())))), (0, 0));
                discard(class, none);
            }
            assert!(remove_at(slot(&mut words), 4).is_err());
            assert_eq!(shown(class, remove_at(slot(&mut words), 0).unwrap()), "Pet { age: 0, name: \"aa\" }");
            assert_eq!(shown(class, remove_at(slot(&mut words), 1).unwrap()), "Pet { age: 1, name: \"bb\" }");
        }
        assert_eq!(shown(desc, words), text_of_pets(&[(8, "mine"), (9, "other")]));
        assert_eq!(shown(class, other), "Pet { age: 9, name: \"other\" }");
    });
}

#[test]
#[allow(clippy::undocumented_unsafe_blocks, reason = "one comment stands for all of the list")]
fn changes_do_not_reach_other_owners() {
    balanced(|| {
        let (desc, words) = pets(&["aa", "bb", "cc"]);
        let changes: [fn(&mut u64); 6] = [
            // SAFETY: the slots hold arrays of pets, and what is put in is owned.
            |word| push(word, &[3, text("zz")]),
            |word| unsafe { array_reverse(slot(word)) },
            |word| unsafe { reorder(slot(word), &[1, 2, 0]) },
            |word| unsafe { array_clear(slot(word)) },
            |word| discard(whole(pet()), unsafe { remove_at(slot(word), 0) }.unwrap()),
            |word| unsafe { assert_eq!(insert_at(slot(word), 1, boxed_pet(pet(), 9, "yy")), Ok(0)) },
        ];
        let results: [&[(u64, &str)]; 6] = [
            &[(0, "aa"), (1, "bb"), (2, "cc"), (3, "zz")],
            &[(2, "cc"), (1, "bb"), (0, "aa")],
            &[(1, "bb"), (2, "cc"), (0, "aa")],
            &[],
            &[(1, "bb"), (2, "cc")],
            &[(0, "aa"), (9, "yy"), (1, "bb"), (2, "cc")],
        ];
        for (change, result) in changes.iter().zip(results) {
            let mut copy = dup(desc, words);
            change(&mut copy);
            assert_eq!(shown(desc, copy), text_of_pets(result));
            let mut alone = new_copy(desc, words);
            change(&mut alone);
            assert_eq!(shown(desc, alone), text_of_pets(result));
        }
        assert_eq!(shown(desc, words), text_of_pets(&[(0, "aa"), (1, "bb"), (2, "cc")]));
    });
}

fn new_copy(desc: Desc, array: u64) -> u64 {
    // SAFETY: it is an array.
    let copy = unsafe { slice(array, 0, Object::from_word(array).len() as i64) }.unwrap();
    // SAFETY: both are arrays of this type.
    assert_eq!(unsafe { equal(at(desc), array, copy) }, 1);
    copy
}

#[test]
fn slices_own_what_they_hold() {
    balanced(|| {
        let (desc, words) = pets(&["aa", "bb", "cc"]);
        // SAFETY: it is an array.
        let (part, none) = unsafe { (slice(words, 1, 3).unwrap(), slice(words, 3, 3).unwrap()) };
        for (start, end) in [(-1, 1), (0, 4), (2, 1), (i64::MAX, i64::MIN)] {
            // SAFETY: the same.
            assert!(unsafe { slice(words, start, end) }.is_err());
        }
        discard(desc, words);
        assert_eq!(shown(desc, part), text_of_pets(&[(1, "bb"), (2, "cc")]));
        assert_eq!(shown(desc, none), "[]");
    });
}

#[test]
fn growth_is_amortized_and_takes_room_for_whole_elements() {
    balanced(|| {
        let desc = array(inline(record(Kind::Tuple, "", &[("", int()), ("", int()), ("", int())])));
        let mut words = new_array(desc, &[]);
        let mut moves = 0;
        for number in 0..50_000 {
            let before = words;
            push(&mut words, &[number, number + 1, number + 2]);
            moves += u32::from(before != words);
        }
        assert!(moves < 30, "{moves} moves");
        // SAFETY: it is an array.
        let part = unsafe { slice(words, 49_998, 50_000) }.unwrap();
        assert_eq!(shown(desc, part), "[(49998, 49999, 50000), (49999, 50000, 50001)]");
        discard(desc, words);
    });
}

#[test]
fn pairs_are_inline_or_not_as_their_array_says() {
    balanced(|| {
        let (desc, words) = pets(&["aa", "bb"]);
        let (ints, texts) = (array(int()), array(string()));
        let numbers = new_array(ints, &[7, 8, 9]);
        let strings = new_array(texts, &[text("x"), text("y")]);
        let with_index = record(Kind::Tuple, "", &[("", int()), ("", pet())]);
        let two_texts = record(Kind::Tuple, "", &[("", string()), ("", pet())]);
        let with_number = record(Kind::Tuple, "", &[("", int()), ("", string())]);
        let enumerated = r#"[(0, Pet { age: 0, name: "aa" }), (1, Pet { age: 1, name: "bb" })]"#;
        let zipped = r#"[("x", Pet { age: 0, name: "aa" }), ("y", Pet { age: 1, name: "bb" })]"#;
        // SAFETY: types are as the functions want them.
        unsafe {
            for place in [inline(with_index), with_index] {
                assert_eq!(shown(array(place), array_enumerate(words, at(array(place)))), enumerated);
            }
            for place in [inline(two_texts), two_texts] {
                assert_eq!(shown(array(place), array_zip(strings, words, at(array(place)))), zipped);
            }
            let pairs = array(inline(with_number));
            assert_eq!(shown(pairs, array_zip(numbers, strings, at(pairs))), r#"[(7, "x"), (8, "y")]"#);
            assert_eq!(shown(pairs, array_enumerate(strings, at(pairs))), r#"[(0, "x"), (1, "y")]"#);
        }
        discard(desc, words);
        discard(ints, numbers);
        discard(texts, strings);
    });
}

/// `class Line { from: Point, to: Point, owner: Pet, next: string }` with `class Point { x: int, y: int }`.
fn line_class() -> Desc {
    let point = inline(record(Kind::Class, "Point", &[("x", int()), ("y", int())]));
    // Inline in an inline one: its words are side by side with the others.
    let ends = inline(record(Kind::Tuple, "", &[("", point), ("", point)]));
    let fields = [("ends", ends), ("owner", pet()), ("label", string()), ("at", point)];
    record(Kind::Class, "Line", &fields)
}

fn line() -> (Desc, u64) {
    let line = line_class();
    (line, new_record(line, &[1, 2, 3, 4, 30, text("owner"), text("label"), 5, 6]))
}

const LINE: &str = "Line { ends: (Point { x: 1, y: 2 }, Point { x: 3, y: 4 }), owner: Pet { age: 30, name: \"owner\" }, \
                    label: \"label\", at: Point { x: 5, y: 6 } }";

#[test]
fn fields_lie_side_by_side_at_any_depth() {
    balanced(|| {
        let (desc, one) = line();
        let mut two = dup(desc, one);
        // SAFETY: the slot owns an object.
        unsafe {
            let copy = object_unique(slot(&mut two)) as u64;
            assert!(copy == two && copy != one);
            assert_eq!(equal(at(desc), one, two), 1);
            for index in [0, 3, 4, 7, 8] {
                let word = Object::from_word(two).at(FIELDS).add(index);
                *word += 100;
                assert_eq!(equal(at(desc), one, two), 0, "word {index}");
                *word -= 100;
            }
        }
        assert_eq!(shown(desc, two), LINE);
        assert_eq!(shown(desc, one), LINE);
    });
}

#[test]
fn variants_and_closures_have_inline_parts() {
    balanced(|| {
        let shape = choice("Shape", &[("Dot", &[("owner", pet())]), ("None", &[])]);
        let dot = new_variant(shape, 0, &[4, text("aa")]);
        assert_eq!(shown(shape, dup(shape, dot)), "Dot { owner: Pet { age: 4, name: \"aa\" } }");
        let mut other = dup(shape, dot);
        // SAFETY: the slot owns an object.
        unsafe { object_unique(slot(&mut other)) };
        discard(shape, dot);
        discard(shape, other);
        let closure = record(Kind::Fn, "closure", &[("", int()), ("", pet())]);
        discard(closure, new_record(closure, &[0, 1, 2, text("captured")]));
    });
}

#[test]
fn boxes_are_keys_and_values_of_maps() {
    balanced(|| {
        let (class, lines) = (whole(pet()), line_class());
        let desc = map(class, class);
        let entry = |age, name| (boxed_pet(pet(), age, name), boxed_pet(pet(), age * 10, name));
        let pets = new_map(desc, &[entry(1, "aa"), entry(2, "bb"), entry(1, "aa"), entry(1, "bb")]);
        let key = boxed_pet(pet(), 1, "bb");
        let places = array(pet());
        // SAFETY: types are as the functions want them.
        unsafe {
            assert_eq!(Object::from_word(pets).len(), 3);
            let opt = nullable(class);
            assert_eq!(shown(opt, map_get(pets, key, at(opt))), "Pet { age: 10, name: \"bb\" }");
            let keys = map_keys(pets, at(places));
            assert_eq!(shown(places, keys), text_of_pets(&[(1, "aa"), (2, "bb"), (1, "bb")]));
            let values = map_values(pets, at(places));
            assert_eq!(shown(places, values), text_of_pets(&[(10, "aa"), (20, "bb"), (10, "bb")]));
        }
        discard(class, key);
        discard(desc, pets);
        let by_array = map(array(pet()), lines);
        let entries = [0, 1, 2].map(|_| (self::pets(&["aa", "bb"]).1, line().1));
        let arrays = new_map(by_array, &entries);
        // SAFETY: it is a map.
        assert_eq!(unsafe { Object::from_word(arrays) }.len(), 1);
        discard(by_array, arrays);
    });
}

#[test]
fn sharing_reaches_all_words() {
    balanced(|| {
        let (desc, mut words) = pets(&["aa", "bb"]);
        let (line_desc, line) = line();
        // SAFETY: the words are alive.
        unsafe {
            share(at(desc), words);
            share(at(line_desc), line);
            for word in [1, 3].map(|index| *Object::from_word(words).at(DATA).add(index)) {
                assert!(Object::from_word(word).is_shared());
            }
            for word in [5, 6].map(|index| *Object::from_word(line).at(FIELDS).add(index)) {
                assert!(Object::from_word(word).is_shared());
            }
            // What is put into a shared array is shared too, whether its box was ours alone or not.
            let other = boxed_pet(pet(), 9, "other");
            insert_at(slot(&mut words), 0, dup(whole(pet()), other)).unwrap();
            insert_at(slot(&mut words), 0, boxed_pet(pet(), 8, "mine")).unwrap();
            assert!(Object::from_word(words).is_shared());
            for word in [1, 3].map(|index| *Object::from_word(words).at(DATA).add(index)) {
                assert!(Object::from_word(word).is_shared());
            }
            discard(whole(pet()), other);
            let mut copy = dup(desc, words);
            array_reverse(slot(&mut copy));
            assert!(Object::from_word(copy).is_shared());
            assert_eq!(shown(desc, copy), text_of_pets(&[(1, "bb"), (0, "aa"), (9, "other"), (8, "mine")]));
        }
        discard(desc, words);
        discard(line_desc, line);
    });
}

#[test]
fn each_counted_word_has_one_count() {
    balanced(|| {
        let (desc, words) = pets(&["aa"]);
        let before = live::objects();
        let (name, opt) = (text("several"), nullable(whole(pet())));
        let mut words = words;
        for age in 0..5 {
            push(&mut words, &[age, dup(string(), name)]);
        }
        // SAFETY: the words are alive, and those taken out are dropped.
        unsafe {
            let counts = || Object::from_word(name).count();
            assert_eq!(counts(), 6);
            let popped = array_pop(slot(&mut words), at(opt));
            assert_eq!(counts(), 6);
            let got = array_get(words, 2, at(opt));
            assert_eq!(counts(), 7);
            discard(opt, got);
            let mut copy = dup(desc, words);
            array_reserve(slot(&mut copy));
            assert_eq!(counts(), 10);
            discard(desc, copy);
            insert_at(slot(&mut words), 0, popped).unwrap();
            assert_eq!(counts(), 6);
            array_clear(slot(&mut words));
            assert_eq!(counts(), 1);
        }
        discard(string(), name);
        assert!(live::objects() < before, "the first name is gone too");
        discard(desc, words);
    });
}
