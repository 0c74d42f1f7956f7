//! What `print` and f-strings show.

use super::build::*;
use crate::heap::describe::Desc;
use crate::heap::fault_text::fault_message;
use crate::heap::format::float_text;
use crate::heap::imp::{equal, show};
use pluto_abi::layout::Kind;

#[test]
fn floats_as_in_javascript() {
    for (value, expected) in [
        (1.0, "1"),
        (-0.0, "0"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e21, "1e+21"),
        (123_456_789_012_345_680_000.0, "123456789012345680000"),
        (1e-7, "1e-7"),
        (0.000_001, "0.000001"),
        (f64::NAN, "NaN"),
        (f64::INFINITY, "Infinity"),
        (f64::NEG_INFINITY, "-Infinity"),
        (5e-324, "5e-324"),
    ] {
        assert_eq!(float_text(value), expected);
    }
}

fn formatted(desc: Desc, word: u64, format: &str) -> String {
    // SAFETY: the word is alive, the format a text.
    let text = taken(unsafe { show(at(desc), word, format.as_ptr().cast_mut(), format.len() as u64) });
    discard(desc, word);
    text
}

#[test]
fn formats() {
    balanced(|| {
        let float_desc = plain(Kind::Float);
        for (value, format, expected) in [
            (1.0 / 3.0, ".2", "0.33"),
            (2.5, ".0", "3"),
            (-1.005, ".2", "-1.00"),
            (1.5, "8.2", "    1.50"),
            (-1.5, "08.2", "-0001.50"),
            (1.5, "<8.2", "1.50    "),
            (1.5, "+.1", "+1.5"),
            (f64::NAN, ".2", "NaN"),
            (1.5, ".999999999999999999999", &format!("1.5{}", "0".repeat(99))),
        ] {
            assert_eq!(formatted(float_desc, float(value), format), expected, "{format}");
        }
        for (value, format, expected) in [
            (42, ">5", "   42"),
            (42, "5", "   42"),
            (-42, "05", "-0042"),
            (42, "*^6", "**42**"),
            (255, "x", "ff"),
            (5, "08b", "00000101"),
            (7, "999999999999999999999999", &format!("{:>4096}", 7)),
            (7, "?", "7"),
        ] {
            assert_eq!(formatted(int(), value as u64, format), expected, "{format}");
        }
        assert_eq!(formatted(string(), text("ab"), "5"), "ab   ");
        assert_eq!(formatted(string(), text("ab"), ">5"), "   ab");
        assert_eq!(formatted(string(), text("äöü"), "^5"), " äöü ");
        assert_eq!(formatted(nullable(string()), text("ab"), "4"), "ab  ");
        assert_eq!(formatted(boxed(int()), 0, "6"), "none  ");
    });
}

#[test]
fn data() {
    balanced(|| {
        let point = record(Kind::Class, "Point", &[("x", int()), ("y", plain(Kind::Float))]);
        let status = choice("Status", &[("Open", &[]), ("Paid", &[("at", int())])]);
        let tag = choice("Color", &[("Red", &[]), ("Blue", &[])]);
        let pair = record(Kind::Tuple, "", &[("", int()), ("", string())]);
        let failure = record(Kind::Error, "NotFound", &[("id", int())]);
        let closed = record(Kind::Error, "Closed", &[]);
        let words = map(string(), array(int()));
        assert_eq!(shown(point, new_record(point, &[1, float(2.5)])), "Point { x: 1, y: 2.5 }");
        assert_eq!(shown(status, new_variant(status, 1, &[3])), "Paid { at: 3 }");
        assert_eq!(shown(status, new_variant(status, 0, &[])), "Open");
        assert_eq!(shown(tag, 1), "Blue");
        assert_eq!(shown(pair, new_record(pair, &[1, text("a")])), r#"(1, "a")"#);
        assert_eq!(shown(plain(Kind::AnyError), new_record(failure, &[3])), "NotFound { id: 3 }");
        assert_eq!(shown(closed, new_record(closed, &[])), "Closed");
        let inner = new_array(array(int()), &[1, 2]);
        assert_eq!(shown(words, new_map(words, &[(text("a"), inner)])), r#"{"a": [1, 2]}"#);
        assert_eq!(shown(words, new_map(words, &[])), "{}");
        assert_eq!(shown(plain(Kind::Unit), 0), "()");
        assert_eq!(shown(plain(Kind::Bool), 1), "true");
        assert_eq!(shown(plain(Kind::Byte), 200), "200");
    });
}

#[test]
fn ints() {
    balanced(|| {
        for value in [0, 7, -7, 10, 1_000_000, i64::MAX, i64::MIN, i64::MIN + 1] {
            assert_eq!(shown(int(), value as u64), value.to_string());
        }
    });
}

#[test]
fn strings_and_none() {
    balanced(|| {
        let opt = nullable(string());
        assert_eq!(shown(string(), text("a \"b\"")), "a \"b\"");
        assert_eq!(
            shown(array(string()), new_array(array(string()), &[text("a\"\\\n\u{1}é")])),
            r#"["a\"\\\n\u{1}é"]"#
        );
        assert_eq!(shown(opt, text("bare")), "bare");
        assert_eq!(shown(opt, 0), "none");
        assert_eq!(shown(array(opt), new_array(array(opt), &[text("in"), 0])), r#"["in", none]"#);
        let twice = boxed(boxed(int()));
        assert_eq!(shown(twice, new_some(twice, new_some(boxed(int()), 4))), "4");
        assert_eq!(shown(twice, new_some(twice, 0)), "none");
    });
}

#[test]
fn equality() {
    balanced(|| {
        let failure = record(Kind::Error, "NotFound", &[("id", int())]);
        let other = record(Kind::Error, "Gone", &[("id", int())]);
        let any = plain(Kind::AnyError);
        let floats = array(plain(Kind::Float));
        let status = choice("Status", &[("Open", &[("at", int())]), ("Paid", &[("at", int())])]);
        let twice = boxed(boxed(int()));
        let same = |desc: Desc, left: u64, right: u64| {
            // SAFETY: both are of this type.
            let result = unsafe { equal(at(desc), left, right) };
            discard(desc, left);
            discard(desc, right);
            result == 1
        };
        assert!(same(any, new_record(failure, &[1]), new_record(failure, &[1])));
        assert!(!same(any, new_record(failure, &[1]), new_record(other, &[1])));
        assert!(!same(status, new_variant(status, 0, &[1]), new_variant(status, 1, &[1])));
        assert!(same(status, new_variant(status, 1, &[1]), new_variant(status, 1, &[1])));
        let nans = new_array(floats, &[float(f64::NAN)]);
        assert!(!same(floats, dup(floats, nans), nans));
        assert!(same(floats, new_array(floats, &[float(-0.0)]), new_array(floats, &[float(0.0)])));
        assert!(!same(twice, new_some(twice, 0), 0));
        assert!(same(twice, new_some(twice, new_some(boxed(int()), 1)), new_some(twice, new_some(boxed(int()), 1))));
        assert!(same(string(), text(""), text("")));
    });
}

#[test]
fn faults() {
    balanced(|| {
        let key = text("bob");
        let message = |kind: u64, a: u64, b: u64| {
            // SAFETY: the key is alive.
            unsafe { fault_message(kind, a, b) }
        };
        assert_eq!(message(0, 0, 0), "integer overflow in +");
        assert_eq!(message(0, 2, 1), "byte overflow in *");
        assert_eq!(message(1, 0, 0), "division by zero");
        assert_eq!(message(2, 64, 64), "shift count 64 is out of range 0..64");
        assert_eq!(message(3, -1i64 as u64, 3), "index -1 is out of range for length 3");
        assert_eq!(message(4, key, at(string()) as u64), "key \"bob\" is not in the map");
        assert_eq!(message(5, 300, 0), "value 300 does not fit into byte");
        assert_eq!(message(5, float(1e30), 1), "value 1e+30 does not fit into int");
        assert_eq!(message(6, 0, 0), "stack overflow");
        discard(string(), key);
    });
}
