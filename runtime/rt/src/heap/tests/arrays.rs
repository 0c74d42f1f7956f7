//! Arrays and their methods: contents, value semantics, balance.

use super::build::*;
use crate::heap::array::{insert_at, remove_at, slice};
use crate::heap::describe::Desc;
use crate::heap::imp::*;
use pluto_abi::layout::Kind;

fn texts(words: &[&str]) -> (Desc, u64) {
    let desc = array(string());
    (desc, new_array(desc, &words.iter().map(|word| text(word)).collect::<Vec<_>>()))
}

#[test]
fn pushing_and_popping() {
    balanced(|| {
        let (desc, mut words) = texts(&["aa", "bb", "cc", "dd", "ee", "ff"]);
        let opt = nullable(string());
        // SAFETY: the slot holds an array of strings.
        unsafe {
            assert_eq!(shown(opt, array_pop(slot(&mut words), at(opt))), "ff");
            assert_eq!(shown(opt, array_first(words, at(opt))), "aa");
            assert_eq!(shown(opt, array_last(words, at(opt))), "ee");
            assert_eq!(shown(opt, array_get(words, 1, at(opt))), "bb");
            assert_eq!(array_get(words, 5, at(opt)), 0);
            assert_eq!(array_get(words, -1i64 as u64, at(opt)), 0);
            array_clear(slot(&mut words));
            assert_eq!(array_pop(slot(&mut words), at(opt)), 0);
            assert_eq!(array_last(words, at(opt)), 0);
        }
        discard(desc, words);
    });
}

#[test]
fn plain_elements_come_in_boxes() {
    balanced(|| {
        let (desc, opt) = (array(int()), boxed(int()));
        let mut words = new_array(desc, &[3, 1, 2]);
        // SAFETY: the slot holds an array of ints.
        unsafe {
            assert_eq!(shown(opt, array_pop(slot(&mut words), at(opt))), "2");
            assert_eq!(shown(opt, array_index_of(words, 1, at(opt))), "1");
            assert_eq!(array_index_of(words, 2, at(opt)), 0);
            assert_eq!(array_contains(words, 3), 1);
        }
        discard(desc, words);
    });
}

#[test]
#[allow(clippy::undocumented_unsafe_blocks, reason = "one comment stands for all of the list")]
fn changes_do_not_reach_other_owners() {
    balanced(|| {
        let (desc, words) = texts(&["bb", "aa"]);
        let changes: [fn(&mut u64); 6] = [
            // SAFETY: the slots hold arrays of strings, and what is put in is owned.
            |word| unsafe { array_push(slot(word), text("zz")) },
            |word| unsafe { array_sort(slot(word)) },
            |word| unsafe { array_reverse(slot(word)) },
            |word| unsafe { array_clear(slot(word)) },
            |word| discard(string(), unsafe { remove_at(slot(word), 0) }.unwrap()),
            |word| unsafe { assert_eq!(insert_at(slot(word), 1, text("yy")), Ok(0)) },
        ];
        let results = ["[\"bb\", \"aa\", \"zz\"]", "[\"aa\", \"bb\"]", "[\"aa\", \"bb\"]", "[]", "[\"aa\"]"];
        for (change, result) in changes.iter().zip(results.into_iter().chain(["[\"bb\", \"yy\", \"aa\"]"])) {
            let mut copy = dup(desc, words);
            change(&mut copy);
            assert_eq!(shown(desc, copy), result);
        }
        assert_eq!(shown(desc, words), "[\"bb\", \"aa\"]");
    });
}

#[test]
fn wrong_places_are_faults() {
    balanced(|| {
        let (desc, mut words) = texts(&["aa", "bb"]);
        // SAFETY: the slot holds an array of strings; what is put in is owned, and dropped if it finds no place.
        unsafe {
            assert!(insert_at(slot(&mut words), 3, text("cc")).unwrap_err().contains("index 3"));
            assert!(insert_at(slot(&mut words), -1i64 as u64, text("cc")).unwrap_err().contains("index -1"));
            assert!(remove_at(slot(&mut words), 2).unwrap_err().contains("index 2 is out of range for length 2"));
            for (start, end) in [(-1, 1), (0, 3), (2, 1), (i64::MAX, i64::MIN)] {
                assert!(slice(words, start, end).is_err());
            }
            assert_eq!(shown(desc, slice(words, 1, 2).unwrap()), "[\"bb\"]");
            assert_eq!(shown(desc, slice(words, 2, 2).unwrap()), "[]");
        }
        discard(desc, words);
    });
}

#[test]
fn sorting() {
    balanced(|| {
        let sorted = |kind: Kind, words: &[u64]| {
            let desc = array(plain(kind));
            let mut array = new_array(desc, words);
            // SAFETY: the slot holds an array.
            unsafe { array_sort(slot(&mut array)) };
            shown(desc, array)
        };
        assert_eq!(sorted(Kind::Int, &[3, -5i64 as u64, 0]), "[-5, 0, 3]");
        assert_eq!(sorted(Kind::Bool, &[1, 0, 1]), "[false, true, true]");
        let floats = [f64::NAN, 1.5, f64::NEG_INFINITY, -0.5].map(float);
        assert_eq!(sorted(Kind::Float, &floats), "[-Infinity, -0.5, 1.5, NaN]");
    });
}

#[test]
fn pairs_and_joins() {
    balanced(|| {
        let (desc, words) = texts(&["aa", "bb", "cc"]);
        let pair = record(Kind::Tuple, "(int, string)", &[("", int()), ("", string())]);
        let (pairs, ints) = (array(pair), array(int()));
        let numbers = new_array(ints, &[7, 8]);
        let separator = text("--");
        // SAFETY: types are as the functions want them.
        unsafe {
            assert_eq!(shown(pairs, array_enumerate(words, at(pairs))), r#"[(0, "aa"), (1, "bb"), (2, "cc")]"#);
            assert_eq!(shown(pairs, array_zip(numbers, words, at(pairs))), r#"[(7, "aa"), (8, "bb")]"#);
            assert_eq!(taken(array_join(words, separator)), "aa--bb--cc");
        }
        discard(string(), separator);
        discard(ints, numbers);
        discard(desc, words);
    });
}

#[test]
fn growth_is_amortized() {
    balanced(|| {
        let desc = array(int());
        let mut words = new_array(desc, &[]);
        let mut moves = 0;
        for number in 0..100_000 {
            let before = words;
            // SAFETY: the slot holds an array.
            unsafe { array_push(slot(&mut words), number) };
            moves += u32::from(before != words);
        }
        assert!(moves < 30, "{moves} moves");
        discard(desc, words);
    });
}

#[test]
fn unique_objects_stay_where_they_are() {
    balanced(|| {
        let point = record(Kind::Class, "Point", &[("x", int()), ("name", string())]);
        let mut one = new_record(point, &[1, text("point")]);
        let mut two = dup(point, one);
        // SAFETY: the slots own objects.
        unsafe {
            let copy = object_unique(slot(&mut two)) as u64;
            assert!(copy == two && copy != one);
            assert_eq!(object_unique(slot(&mut one)) as u64, one);
            assert_eq!(equal(at(point), one, two), 1);
            *(two as *mut u64).add(2) = 5;
            assert_eq!(equal(at(point), one, two), 0);
        }
        assert_eq!(shown(point, one), "Point { x: 1, name: \"point\" }");
        assert_eq!(shown(point, two), "Point { x: 5, name: \"point\" }");
    });
}
