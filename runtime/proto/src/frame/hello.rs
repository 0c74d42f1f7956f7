//! The first frame of each direction: who speaks, of which build, and which methods it serves in which form. In: a [`Hello`], or the bytes of a
//! stranger. Out: bytes, or a [`Frame`]. Nothing is allocated for what a length promises: only for bytes that are there.

use super::{Frame, HELLO, MAX_FRAME, TooLarge, at_end, cut, put_length};
use crate::wire::{Cursor, Malformed, put_text, put_varint};

/// The version of the whole format. Whoever speaks another one is told so.
pub const VERSION: u64 = 4;
const MAGIC: &str = "pluto";
/// No name is longer; longer ones are cut.
const MOST_NAME: usize = 1024;
const FINGERPRINT_BYTES: usize = 8;
/// An offer has at least the length of its name and its fingerprint.
const SHORTEST_OFFER: usize = 1 + FINGERPRINT_BYTES;

/// Who speaks.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Hello {
    /// Which build it is of. Others may be of another one: what counts are the fingerprints.
    pub build: String,
    /// The system to which the process belongs.
    pub system: String,
    /// The name of the process.
    pub process: String,
    /// Another one each time that the process is started.
    pub instance: u64,
    /// What it serves, by number. Who only calls says nothing.
    pub methods: Vec<Offer>,
}

/// A method that a process serves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offer {
    /// `AccountsService.get_user`.
    pub name: String,
    /// Equal exactly if caller and callee mean the same by the name and read the same bytes.
    pub fingerprint: u64,
}

/// Appends a hello. Names come from our own build; they are cut to what is allowed.
pub fn put_hello(out: &mut Vec<u8>, hello: &Hello) -> Result<(), TooLarge> {
    let mut head = vec![HELLO];
    put_text(&mut head, MAGIC);
    put_varint(&mut head, VERSION);
    for name in [&hello.build, &hello.system, &hello.process] {
        put_text(&mut head, cut(name, MOST_NAME));
    }
    put_varint(&mut head, hello.instance);
    put_varint(&mut head, hello.methods.len() as u64);
    for Offer { name, fingerprint } in &hello.methods {
        put_text(&mut head, cut(name, MOST_NAME));
        head.extend_from_slice(&fingerprint.to_le_bytes());
    }
    if head.len() > MAX_FRAME {
        return Err(TooLarge);
    }
    put_length(out, head.len());
    out.extend_from_slice(&head);
    Ok(())
}

/// What stands behind the kind byte.
pub(super) fn parse_hello(mut cursor: Cursor) -> Result<Frame, Malformed> {
    if cursor.text()? != MAGIC {
        return Err(Malformed);
    }
    let version = cursor.varint()?;
    if version != VERSION {
        // What follows is for others to understand.
        return Ok(Frame::Foreign { version });
    }
    let [build, system, process] = [name(&mut cursor)?, name(&mut cursor)?, name(&mut cursor)?];
    let instance = cursor.varint()?;
    let methods = offers(&mut cursor)?;
    at_end(cursor, Frame::Hello(Hello { build, system, process, instance, methods }))
}

fn offers(cursor: &mut Cursor) -> Result<Vec<Offer>, Malformed> {
    let count = usize::try_from(cursor.varint()?).map_err(|_| Malformed)?;
    if count > cursor.rest().len() / SHORTEST_OFFER {
        return Err(Malformed);
    }
    let mut offers = Vec::with_capacity(count);
    for _ in 0..count {
        let name = name(cursor)?;
        let fingerprint = u64::from_le_bytes(cursor.array::<FINGERPRINT_BYTES>()?);
        offers.push(Offer { name, fingerprint });
    }
    Ok(offers)
}

fn name(cursor: &mut Cursor) -> Result<String, Malformed> {
    let name = cursor.text()?;
    if name.len() > MOST_NAME { Err(Malformed) } else { Ok(name.to_string()) }
}
