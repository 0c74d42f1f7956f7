//! The little of bincode 2 (standard configuration) that frames and fault replies need: unsigned varints, byte strings,
//! texts. In: bytes of a stranger. Out: values, or an error; never a panic, never an allocation larger than the input.

/// The bytes are not what they should be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Malformed;

/// Appends an unsigned varint.
pub fn put_varint(out: &mut Vec<u8>, value: u64) {
    if value < 251 {
        out.push(value as u8);
    } else if let Ok(small) = u16::try_from(value) {
        out.push(251);
        out.extend_from_slice(&small.to_le_bytes());
    } else if let Ok(middle) = u32::try_from(value) {
        out.push(252);
        out.extend_from_slice(&middle.to_le_bytes());
    } else {
        out.push(253);
        out.extend_from_slice(&value.to_le_bytes());
    }
}

/// Appends a text: its length, its bytes.
pub fn put_text(out: &mut Vec<u8>, text: &str) {
    put_varint(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// Reads from the front of a slice.
#[derive(Clone, Copy, Debug)]
pub struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    /// At the front of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Cursor<'a> {
        Cursor { rest: bytes }
    }

    /// What was not read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// One byte.
    pub fn byte(&mut self) -> Result<u8, Malformed> {
        Ok(self.bytes(1)?[0])
    }

    /// An unsigned varint. Longer forms than needed are accepted, as bincode does.
    pub fn varint(&mut self) -> Result<u64, Malformed> {
        match self.byte()? {
            small @ 0..=250 => Ok(u64::from(small)),
            251 => Ok(u64::from(u16::from_le_bytes(self.array()?))),
            252 => Ok(u64::from(u32::from_le_bytes(self.array()?))),
            253 => Ok(u64::from_le_bytes(self.array()?)),
            254 | 255 => Err(Malformed),
        }
    }

    /// A text.
    pub fn text(&mut self) -> Result<&'a str, Malformed> {
        let len = usize::try_from(self.varint()?).map_err(|_| Malformed)?;
        std::str::from_utf8(self.bytes(len)?).map_err(|_| Malformed)
    }

    /// So many bytes.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.bytes(N)?.try_into().map_err(|_| Malformed)
    }

    fn bytes(&mut self, len: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or(Malformed)?;
        self.rest = rest;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn varints_come_back(value: u64) {
            let mut out = Vec::new();
            put_varint(&mut out, value);
            let mut cursor = Cursor::new(&out);
            prop_assert_eq!(cursor.varint(), Ok(value));
            prop_assert!(cursor.rest().is_empty());
        }

        #[test]
        fn texts_come_back(text: String) {
            let mut out = Vec::new();
            put_text(&mut out, &text);
            prop_assert_eq!(Cursor::new(&out).text(), Ok(text.as_str()));
        }

        #[test]
        fn garbage_does_no_harm(bytes: Vec<u8>) {
            let mut cursor = Cursor::new(&bytes);
            while cursor.text().is_ok() && !cursor.rest().is_empty() {}
        }
    }

    #[test]
    fn a_huge_length_is_refused() {
        let mut out = Vec::new();
        put_varint(&mut out, u64::MAX);
        assert_eq!(Cursor::new(&out).text(), Err(Malformed));
    }
}
