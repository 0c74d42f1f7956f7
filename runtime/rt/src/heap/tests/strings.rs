//! Strings and their methods.

use super::build::*;
use crate::heap::imp::*;
use crate::heap::string::share_string;
use crate::heap::text::{parse_float, repeat, substring};

fn both(f: unsafe fn(u64, u64) -> u64, left: &str, right: &str) -> i64 {
    let (left, right) = (text(left), text(right));
    // SAFETY: both are strings.
    let result = unsafe { f(left, right) };
    discard(string(), left);
    discard(string(), right);
    result as i64
}

fn one(f: unsafe fn(u64) -> u64, value: &str) -> String {
    let word = text(value);
    // SAFETY: it is a string.
    let result = taken(unsafe { f(word) });
    discard(string(), word);
    result
}

#[test]
fn searching() {
    balanced(|| {
        assert_eq!(both(string_contains, "abc", "bc"), 1);
        assert_eq!(both(string_contains, "abc", ""), 1);
        assert_eq!(both(string_contains, "", "a"), 0);
        assert_eq!(both(string_starts_with, "abc", "ab"), 1);
        assert_eq!(both(string_ends_with, "abc", "ab"), 0);
        assert_eq!(both(string_count, "aaa", "aa"), 1);
        assert_eq!(both(string_count, "aé", ""), 3);
        assert_eq!(both(string_compare, "a", "b"), -1);
        assert_eq!(both(string_compare, "b", "a"), 1);
        assert_eq!(both(string_compare, "ab", "ab"), 0);
    });
}

#[test]
fn index_of_is_nullable() {
    balanced(|| {
        let opt = boxed(int());
        let (value, part, other) = (text("zoë!"), text("!"), text("?"));
        // SAFETY: all are strings.
        let (found, missing) =
            unsafe { (string_index_of(value, part, at(opt)), string_index_of(value, other, at(opt))) };
        assert_eq!(shown(opt, found), "4");
        assert_eq!(missing, 0);
        for word in [value, part, other] {
            discard(string(), word);
        }
    });
}

#[test]
fn changing() {
    balanced(|| {
        assert_eq!(one(string_trim, " \ta b\n"), "a b");
        assert_eq!(one(string_trim, "ab"), "ab");
        assert_eq!(one(string_trim_start, "  ab "), "ab ");
        assert_eq!(one(string_trim_end, "  ab "), "  ab");
        assert_eq!(one(string_to_upper, "straße"), "STRASSE");
        assert_eq!(one(string_to_lower, "ÄB"), "äb");
        assert_eq!(one(string_trim, "   "), "");
    });
}

#[test]
fn replacing_and_joining() {
    balanced(|| {
        let words = ["a-b-c", "-", "+", ""].map(text);
        let [value, from, to, empty] = words;
        // SAFETY: all are strings.
        unsafe {
            assert_eq!(taken(string_replace(value, from, to)), "a+b+c");
            assert_eq!(taken(string_replace(value, to, from)), "a-b-c");
            assert_eq!(taken(string_replace(to, empty, from)), "-+-");
            let parts = [value, to, empty, value];
            assert_eq!(taken(concat(parts.as_ptr().cast_mut().cast(), 4)), "a-b-c+a-b-c");
            assert_eq!(taken(concat(std::ptr::null_mut(), 0)), "");
        }
        for word in words {
            discard(string(), word);
        }
    });
}

#[test]
fn splitting() {
    balanced(|| {
        let strings = array(string());
        let split = |value: &str, separator: &str| {
            let (value, separator) = (text(value), text(separator));
            // SAFETY: both are strings.
            let parts = shown(strings, unsafe { string_split(value, separator, at(strings)) });
            discard(string(), value);
            discard(string(), separator);
            parts
        };
        assert_eq!(split("a,bc,", ","), r#"["a", "bc", ""]"#);
        assert_eq!(split("", ","), r#"[""]"#);
        assert_eq!(split("zoë", ""), r#"["z", "o", "ë"]"#);
        let value = text("a\nbb\r\n\nc");
        // SAFETY: it is a string.
        unsafe {
            assert_eq!(shown(strings, string_lines(value, at(strings))), r#"["a", "bb", "", "c"]"#);
            assert_eq!(taken(string_char_at(value, 2)), "b");
        }
        discard(string(), value);
    });
}

#[test]
fn substrings_never_cut_characters() {
    balanced(|| {
        assert_eq!(taken(substring("zoë!", 0, 2).unwrap()), "zo");
        assert_eq!(taken(substring("zoë!", 2, 4).unwrap()), "ë");
        assert_eq!(taken(substring("zoë!", 5, 5).unwrap()), "");
        assert!(substring("zoë!", 2, 3).unwrap_err().contains("byte 3 is inside"));
        for (start, end) in [(-1, 2), (0, 6), (3, 2), (i64::MIN, i64::MAX)] {
            assert!(substring("zoë!", start, end).unwrap_err().contains("out of range for length 5"));
        }
    });
}

#[test]
fn repeating() {
    balanced(|| {
        assert_eq!(taken(repeat("ab", 3).unwrap()), "ababab");
        assert_eq!(taken(repeat("x", 1).unwrap()), "x");
        assert_eq!(taken(repeat("", i64::MAX).unwrap()), "");
        assert_eq!(taken(repeat("ab", 0).unwrap()), "");
        assert!(repeat("ab", -1).unwrap_err().contains("negative"));
        assert!(repeat("ab", i64::MAX).is_err());
    });
}

#[test]
fn numbers_from_text() {
    balanced(|| {
        let opt = boxed(int());
        for (source, value) in [
            ("42", "42"),
            ("-7", "-7"),
            ("+7", "7"),
            ("9223372036854775807", "9223372036854775807"),
            ("9223372036854775808", "none"),
            ("", "none"),
            (" 1", "none"),
            ("1_000", "none"),
        ] {
            let word = text(source);
            // SAFETY: it is a string.
            assert_eq!(shown(opt, unsafe { string_to_int(word, at(opt)) }), value, "{source}");
            discard(string(), word);
        }
    });
    assert_eq!(parse_float("1.5e3"), Some(1500.0));
    assert_eq!(parse_float("-Infinity"), Some(f64::NEG_INFINITY));
    assert!(parse_float("NaN").is_some_and(f64::is_nan));
    for bad in ["", "inf", "nan", "infinity", "1,5", ".", "e5", "--1"] {
        assert_eq!(parse_float(bad), None, "{bad}");
    }
}

#[test]
fn powers() {
    use crate::heap::number::power;
    assert_eq!(power(2, 62), Ok(1 << 62));
    assert_eq!(power(-2, 63), Ok(i64::MIN));
    assert!(power(2, 63).is_err());
    assert!(power(2, -1).is_err());
    assert_eq!(power(-1, i64::MAX), Ok(-1));
    assert_eq!(power(-1, i64::MAX - 1), Ok(1));
    assert_eq!(power(0, i64::MAX), Ok(0));
    assert_eq!(power(0, 0), Ok(1));
    assert!(power(3, i64::MAX).is_err());
}

#[test]
fn appending_grows_what_one_owner_has() {
    balanced(|| {
        let mut whole = String::new();
        let (mut grown, mut moves) = (text(""), 0);
        for n in 0..2_000 {
            let piece = "é".repeat(n % 20) + &"x".repeat(n % 3);
            let part = text(&piece);
            // SAFETY: both are strings; the first is given up.
            let longer = unsafe { string_append(grown, part) };
            moves += usize::from(longer != grown);
            grown = longer;
            whole += &piece;
            discard(string(), part);
        }
        assert!(moves < 20, "it moved {moves} times");
        assert_eq!(taken(grown), whole);
    });
}

#[test]
fn appending_leaves_what_others_have() {
    balanced(|| {
        for kept in ["", "a", "some text"] {
            let (first, part) = (text(kept), text("!"));
            let mut parts = [part, first, part];
            // SAFETY: all are strings. The first one is given up once, and has another owner.
            let longer = unsafe {
                share_string(first);
                string_append_all(first, parts.as_mut_ptr().cast(), 3)
            };
            assert_eq!(taken(longer), format!("{kept}!{kept}!"));
            assert_eq!(taken(first), kept);
            discard(string(), part);
        }
    });
}

#[test]
fn appending_nothing_changes_nothing() {
    balanced(|| {
        let (first, part) = (text("some text"), text(""));
        // SAFETY: both are strings; the first is given up.
        let same = unsafe { string_append(first, part) };
        assert_eq!(same, first);
        discard(string(), same);
    });
}
