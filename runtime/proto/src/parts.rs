//! Bodies that come in pieces. In: the pieces of a connection's calls, in any mixture. Out: whole bodies. Memory grows only with what has
//! come, up to a limit for one body and for all that are under way.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// The most bytes that a body may have.
pub const MAX_BODY: usize = 1 << 30;
/// The most bytes that the unfinished bodies of one connection may have together.
pub const MAX_UNFINISHED: usize = MAX_BODY;

/// So many bodies of one connection may be unfinished: as many calls as a caller has in flight at most.
pub const MAX_OPEN: usize = 1 << 16;
/// What keeping an unfinished body costs besides its bytes, at most.
const HEAD: usize = 128;

/// A body has become too large, or all have together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooMuch;

/// The bodies of a connection that have not come whole.
#[derive(Debug, Default)]
pub struct Parts {
    bodies: BTreeMap<u64, Vec<u8>>,
    bytes: usize,
}

impl Parts {
    /// A piece has come. After an error the connection is of no use any more.
    pub fn add(&mut self, call: u64, piece: &[u8]) -> Result<(), TooMuch> {
        let is_new = !self.bodies.contains_key(&call);
        let cost = piece.len() + if is_new { HEAD } else { 0 };
        if self.bytes + cost > MAX_UNFINISHED || (is_new && self.bodies.len() == MAX_OPEN) {
            return Err(TooMuch);
        }
        self.bytes += cost;
        self.bodies.entry(call).or_default().extend_from_slice(piece);
        Ok(())
    }

    /// The last piece has come: the whole body.
    #[inline]
    pub fn finish<'a>(&mut self, call: u64, last: &'a [u8]) -> Cow<'a, [u8]> {
        if self.bodies.is_empty() {
            return Cow::Borrowed(last);
        }
        match self.take(call) {
            None => Cow::Borrowed(last),
            Some(mut body) => {
                body.extend_from_slice(last);
                Cow::Owned(body)
            }
        }
    }

    /// Nobody wants this one any more.
    pub fn forget(&mut self, call: u64) {
        drop(self.take(call));
    }

    fn take(&mut self, call: u64) -> Option<Vec<u8>> {
        let body = self.bodies.remove(&call)?;
        self.bytes -= HEAD + body.len();
        Some(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_come_together_in_any_mixture() {
        let mut parts = Parts::default();
        assert_eq!(parts.add(1, b"ab"), Ok(()));
        assert_eq!(parts.add(2, b"xy"), Ok(()));
        assert_eq!(parts.add(1, b"cd"), Ok(()));
        assert_eq!(*parts.finish(1, b"e"), *b"abcde");
        assert_eq!(*parts.finish(3, b"whole"), *b"whole");
        parts.forget(2);
        assert_eq!(*parts.finish(2, b"new"), *b"new");
        assert_eq!(parts.bytes, 0);
    }

    #[test]
    fn all_together_are_bounded() {
        let mut parts = Parts { bytes: MAX_UNFINISHED - 1 - HEAD, ..Parts::default() };
        assert_eq!(parts.add(1, b"a"), Ok(()));
        assert_eq!(parts.add(1, b"a"), Err(TooMuch));
        assert_eq!(parts.add(2, b""), Err(TooMuch));
    }

    #[test]
    fn many_that_hold_next_to_nothing_are_bounded_too() {
        let mut parts = Parts::default();
        for call in 0..MAX_OPEN as u64 {
            assert_eq!(parts.add(call, b"a"), Ok(()));
        }
        assert_eq!(parts.add(MAX_OPEN as u64, b"a"), Err(TooMuch));
        assert_eq!(parts.add(7, b"a"), Ok(()));
        parts.forget(7);
        assert_eq!(parts.add(MAX_OPEN as u64, b"a"), Ok(()));
    }
}
