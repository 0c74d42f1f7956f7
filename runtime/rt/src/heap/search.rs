//! Finding texts in texts. In: texts. Out: places, as bytes; whether bytes are UTF-8. What is fastest depends on the lengths
//! (`docs/decisions/0019-libraries-of-values.md`).

use memchr::{memchr, memchr_iter, memmem};

/// Shorter texts are searched for several bytes by the standard library: `memmem` takes longer to begin.
const LONG: usize = 256;
/// Shorter texts are checked by the standard library.
const LONG_BYTES: usize = 64;

/// Is the part in the text?
pub(super) fn contains(text: &str, part: &str) -> bool {
    match part.as_bytes() {
        [byte] => memchr(*byte, text.as_bytes()).is_some(),
        _ => text.contains(part),
    }
}

/// Where the part first begins.
pub(super) fn find(text: &str, part: &str) -> Option<usize> {
    match part.as_bytes() {
        [byte] => memchr(*byte, text.as_bytes()),
        bytes if text.len() >= LONG => memmem::find(text.as_bytes(), bytes),
        _ => text.find(part),
    }
}

/// How often the part is in the text, without overlaps; an empty part is around every character.
pub(super) fn count(text: &str, part: &str) -> usize {
    match part.as_bytes() {
        [byte] => memchr_iter(*byte, text.as_bytes()).count(),
        _ => {
            let mut count = 0;
            each(text, part, |_| count += 1);
            count
        }
    }
}

/// Calls `visit` with every place where the part begins, without overlaps; an empty part is around every character.
pub(super) fn each(text: &str, part: &str, mut visit: impl FnMut(usize)) {
    match part.as_bytes() {
        [byte] => memchr_iter(*byte, text.as_bytes()).for_each(visit),
        [] => text.match_indices(part).for_each(|(at, _)| visit(at)),
        bytes if text.len() >= LONG => memmem::find_iter(text.as_bytes(), bytes).for_each(visit),
        _ => text.match_indices(part).for_each(|(at, _)| visit(at)),
    }
}

/// The text of bytes, if they are UTF-8.
pub(super) fn utf8(bytes: &[u8]) -> Option<&str> {
    if bytes.len() < LONG_BYTES { std::str::from_utf8(bytes).ok() } else { simdutf8::basic::from_utf8(bytes).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Also of texts long enough for `memmem`, with many parts or few.
        #[test]
        fn as_the_standard_library(text in "[aéb]{0,12}", times in 1..200_usize, part in "[aéb]{0,3}") {
            let text = text.repeat(times);
            prop_assert_eq!(contains(&text, &part), text.contains(&part));
            prop_assert_eq!(find(&text, &part), text.find(&part));
            prop_assert_eq!(count(&text, &part), text.matches(&part).count());
            let mut places = Vec::new();
            each(&text, &part, |at| places.push(at));
            prop_assert_eq!(places, text.match_indices(&part).map(|(at, _)| at).collect::<Vec<_>>());
        }

        #[test]
        fn utf8_as_the_standard_library(mut bytes in "[aé€𝄞]{0,100}".prop_map(String::into_bytes), at in any::<usize>(), byte in any::<u8>()) {
            prop_assert_eq!(utf8(&bytes), std::str::from_utf8(&bytes).ok());
            if !bytes.is_empty() {
                let at = at % bytes.len();
                bytes[at] = byte;
                prop_assert_eq!(utf8(&bytes), std::str::from_utf8(&bytes).ok());
            }
        }
    }
}
