//! What the check of memory finds: what others see and must not, and the way there; what is freed twice. In a program without faults it
//! finds nothing.

use super::build::*;
use crate::heap::check::publishing::{Seen, look};
use crate::heap::check::{self, leak_report};
use crate::heap::describe::Desc;
use crate::heap::imp::{map_insert, share};
use crate::heap::object::Object;
use crate::heap::sharing::publish;
use pluto_abi::layout::{DATA, FIELDS, Header, Kind};

fn object(word: u64) -> Object {
    // SAFETY: tests ask only for objects that are alive.
    unsafe { Object::from_word(word) }
}

fn mark(desc: Desc, word: u64) {
    // SAFETY: the word is alive and of this type.
    unsafe { share(at(desc), word) };
}

/// The way to what is wrong.
fn wrong(word: u64, seen: Seen) -> Option<String> {
    look(object(word), seen).err().map(|broken| broken.way().to_owned())
}

#[test]
fn what_was_shared_or_published_is_as_it_should_be() {
    balanced(|| {
        let (inner, outer) = (array(string()), array(array(string())));
        let kept = new_array(inner, &[text("kept")]);
        let value = new_array(outer, &[new_array(inner, &[text("only"), text("")]), dup(inner, kept)]);
        assert_eq!(wrong(value, Seen::ByAll), Some(String::new()), "nobody has shared it");
        assert_eq!(wrong(value, Seen::ByTheNext), Some("[1]".to_owned()), "somebody else owns a part");
        // SAFETY: the word is owned and of this type.
        unsafe { publish(outer, value) };
        assert_eq!(wrong(value, Seen::ByTheNext), None);
        mark(outer, value);
        assert_eq!(wrong(value, Seen::ByAll), None);
        discard(outer, value);
        discard(inner, kept);
    });
}

#[test]
fn the_way_names_fields_elements_and_keys() {
    balanced(|| {
        let tags = array(string());
        let point = record(Kind::Class, "Point", &[("name", string()), ("tags", tags)]);
        let by_name = map(string(), point);
        let pair = record(Kind::Tuple, "", &[("", int()), ("", by_name)]);
        let choices = choice("Choice", &[("None", &[]), ("Some", &[("what", boxed(int())), ("of", pair)])]);
        let first = new_record(point, &[text("first"), new_array(tags, &[text("one"), text("two")])]);
        let mut points = new_map(by_name, &[(text("a"), first)]);
        let value = new_variant(choices, 1, &[new_some(boxed(int()), 3), new_record(pair, &[1, points])]);
        mark(choices, value);
        assert_eq!(wrong(value, Seen::ByAll), None);

        // A runtime that forgets to share what it stores.
        let tag = object(object(first).get(FIELDS + 8));
        let old = tag.get(DATA + 8);
        let unshared = text("unshared");
        tag.set(DATA + 8, unshared);
        assert_eq!(wrong(value, Seen::ByAll).as_deref(), Some(".Some.of.1[\"a\"].tags[1]"));
        assert_eq!(wrong(value, Seen::ByTheNext).as_deref(), Some(".Some.of.1[\"a\"].tags[1]"));
        tag.set(DATA + 8, old);
        discard(string(), unshared);

        // The runtime shares what comes into a shared map.
        // SAFETY: the slot holds a map; key and value are owned words of its types.
        unsafe {
            let second = new_record(point, &[text("second"), new_array(tags, &[])]);
            map_insert((&raw mut points).cast(), text("bb"), second);
        }
        assert_eq!(wrong(value, Seen::ByAll), None);
        discard(choices, value);
    });
}

#[test]
fn what_is_static_holds_what_is_static() {
    #[repr(C)]
    struct Static(Header, u64);
    balanced(|| {
        let holder = record(Kind::Class, "Holder", &[("text", string())]);
        let held = text("made");
        let fixed = Box::new(Static(Header { count: 0, reserved: 0, desc: holder }, held));
        let word = std::ptr::from_ref(&*fixed).expose_provenance() as u64;
        assert_eq!(wrong(word, Seen::ByAll).as_deref(), Some(".text"));
        mark(string(), held);
        assert_eq!(wrong(word, Seen::ByAll).as_deref(), Some(".text"), "shared is not static");
        object(word).set(FIELDS, text(""));
        assert_eq!(wrong(word, Seen::ByAll), None);
        discard(string(), held);
    });
}

/// Runs a test of this file that is ignored, in a process of its own whose memory is checked: exit code and standard error.
fn in_a_process(name: &str) -> (Option<i32>, String) {
    let out = std::process::Command::new(std::env::current_exe().expect("this test"))
        .args([&format!("heap::tests::checked::{name}"), "--exact", "--ignored", "--nocapture"])
        .output()
        .expect("it runs");
    (out.status.code(), String::from_utf8_lossy(&out.stderr).into_owned())
}

fn begin() {
    check::begin(crate::os::sample::Sample { name: "checked", ..Default::default() }.program());
}

#[test]
fn a_string_that_is_dropped_twice() {
    let errors = "memory: a freed string is dropped again\n  made by the runtime\n  freed by the runtime\n";
    assert_eq!(in_a_process("drops_twice"), (Some(97), errors.to_owned()));
}

#[test]
#[ignore = "run by `a_string_that_is_dropped_twice`"]
fn drops_twice() {
    begin();
    let word = text("once");
    discard(string(), word);
    discard(string(), word);
}

#[test]
fn a_freed_object_that_is_copied() {
    let errors = "memory: a freed [string] is used\n  made by the runtime\n  freed by the runtime\n";
    assert_eq!(in_a_process("copies_freed"), (Some(97), errors.to_owned()));
}

#[test]
#[ignore = "run by `a_freed_object_that_is_copied`"]
fn copies_freed() {
    begin();
    let word = new_array(array(string()), &[text("ab")]);
    discard(array(string()), word);
    object(word).copy();
}

/// Much more is freed than is kept.
#[test]
#[cfg_attr(feature = "sanitizer", ignore = "the sanitizer keeps more than we do")]
fn freed_memory_does_not_grow_without_bound() {
    let (code, errors) = in_a_process("frees_much");
    assert_eq!((code, errors.contains("leak: ")), (Some(0), false), "{errors}");
}

#[test]
#[ignore = "run by `freed_memory_does_not_grow_without_bound`"]
fn frees_much() {
    begin();
    let long = "x".repeat(1 << 20);
    for _ in 0..300 {
        discard(string(), text(&long));
    }
    assert_eq!(leak_report(), 0);
    let status = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages: u64 = status.split(' ').nth(1).and_then(|pages| pages.parse().ok()).expect("a number");
    assert!(pages * 4096 < 150 << 20, "{pages} pages are in use");
}
