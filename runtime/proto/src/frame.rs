//! Frames: what is sent over a connection. In: fields, or the bytes that a socket gave. Out: bytes, or frames.
//!
//! A frame is its length (4 bytes, little-endian, at most [`MAX_FRAME`]), then a kind byte and its fields. Each side begins
//! with a [`Frame::Hello`]; afterwards the one that connected sends requests, the other answers each in any order. A body of more
//! than [`PART`] bytes comes in pieces ([`Frame::Part`]) before the frame of its last one, so that others get in between.

mod hello;

pub use hello::{Hello, Offer, VERSION, put_hello};

use crate::wire::{Cursor, Malformed, put_text, put_varint};
use hello::parse_hello;

/// The most bytes that a frame may have behind its length.
pub const MAX_FRAME: usize = 1024 * 1024;
/// The most bytes of a body that go into one frame.
pub const PART: usize = 256 * 1024;
/// The most bytes that the first frame of a caller may have: nobody has introduced himself yet.
pub const MAX_HELLO: usize = 4096;

const LENGTH_BYTES: usize = 4;

const HELLO: u8 = 0;
const REQUEST: u8 = 1;
const REPLY: u8 = 2;
const REFUSED: u8 = 3;
const CANCEL: u8 = 4;
const PART_OF: u8 = 5;
const ASK: u8 = 6;
const ALIVE: u8 = 7;
const ASK_STATUS: u8 = 8;
const STATUS: u8 = 9;
const DETACHED: u8 = 10;

/// A message between two processes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Frame {
    /// Who I am. The first frame in each direction.
    Hello(Hello),
    /// In the place of a hello: it speaks another version of this format, and nothing more can be understood.
    Foreign {
        /// Which.
        version: u64,
    },
    /// Run a method.
    Request(Request),
    /// A method's outcome.
    Reply {
        /// The request's.
        call: u64,
        /// A `ReplyKind` byte, then what belongs to it.
        body: Vec<u8>,
    },
    /// There is no outcome to send.
    Refused {
        /// The request's.
        call: u64,
        /// Whether the method ran.
        ran: Ran,
        /// Why, for people.
        detail: String,
    },
    /// Nobody waits for this request any more: it should end, or not begin.
    Cancel {
        /// The request's.
        call: u64,
    },
    /// Are you there? Asked by the one that connected, while it waits for replies.
    Ask,
    /// Yes.
    Alive,
    /// How are you? Asked by `plutoc status`.
    AskStatus,
    /// A [`crate::status::Status`] as JSON.
    Status(String),
    /// A piece of the body of a request or reply; the last one is in the frame of that kind.
    Part {
        /// The request's.
        call: u64,
        /// The next bytes.
        bytes: Vec<u8>,
    },
}

/// A call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    /// Chosen by the caller, unique within the connection.
    pub call: u64,
    /// The position in the `methods` of the callee's hello.
    pub method: u64,
    /// What the caller waits for.
    pub awaits: Awaits,
    /// The encoded arguments.
    pub body: Vec<u8>,
}

/// What the caller of a request waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Awaits {
    /// An answer.
    Reply {
        /// For so many milliseconds more.
        remaining: u64,
    },
    /// Nothing: no frame answers the request, and nothing cancels it.
    Nothing,
}

/// Did a refused method run?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ran {
    /// It did not.
    No,
    /// It did, but its outcome cannot be sent.
    Yes,
}

/// The frame would be larger than [`MAX_FRAME`]. Nothing was appended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooLarge;

/// Appends a request.
pub fn put_request(out: &mut Vec<u8>, call: u64, method: u64, remaining: u64, body: &[u8]) -> Result<(), TooLarge> {
    put_frame(out, body, |head| {
        head.push(REQUEST);
        put_varint(head, call);
        put_varint(head, method);
        put_varint(head, remaining);
    })
}

/// Appends a request that nothing answers.
pub fn put_detached(out: &mut Vec<u8>, call: u64, method: u64, body: &[u8]) -> Result<(), TooLarge> {
    put_frame(out, body, |head| {
        head.push(DETACHED);
        put_varint(head, call);
        put_varint(head, method);
    })
}

/// Appends a reply.
pub fn put_reply(out: &mut Vec<u8>, call: u64, body: &[u8]) -> Result<(), TooLarge> {
    put_frame(out, body, |head| {
        head.push(REPLY);
        put_varint(head, call);
    })
}

/// Appends a cancellation.
pub fn put_cancel(out: &mut Vec<u8>, call: u64) {
    let mut head = vec![CANCEL];
    put_varint(&mut head, call);
    put_length(out, head.len());
    out.extend_from_slice(&head);
}

/// Appends the question whether somebody is there.
pub fn put_ask(out: &mut Vec<u8>) {
    put_length(out, 1);
    out.push(ASK);
}

/// Appends the answer to that.
pub fn put_alive(out: &mut Vec<u8>) {
    put_length(out, 1);
    out.push(ALIVE);
}

/// Appends the question how a process is.
pub fn put_ask_status(out: &mut Vec<u8>) {
    put_length(out, 1);
    out.push(ASK_STATUS);
}

/// Appends the answer to that.
pub fn put_status(out: &mut Vec<u8>, json: &str) -> Result<(), TooLarge> {
    put_frame(out, json.as_bytes(), |head| head.push(STATUS))
}

/// Appends a piece of a body.
pub fn put_part(out: &mut Vec<u8>, call: u64, bytes: &[u8]) -> Result<(), TooLarge> {
    put_frame(out, bytes, |head| {
        head.push(PART_OF);
        put_varint(head, call);
    })
}

/// Appends a refusal; a long detail is cut.
pub fn put_refused(out: &mut Vec<u8>, call: u64, ran: Ran, detail: &str) {
    let mut head = vec![REFUSED];
    put_varint(&mut head, call);
    head.push(match ran {
        Ran::No => 0,
        Ran::Yes => 1,
    });
    put_text(&mut head, cut(detail, 4096));
    put_length(out, head.len());
    out.extend_from_slice(&head);
}

/// Takes frames out of the bytes of a connection.
#[derive(Debug)]
pub struct Decoder {
    bytes: Vec<u8>,
    /// How many of `bytes` were taken out already.
    taken: usize,
    /// The most bytes that the next frame may have.
    most: usize,
    introduced: bool,
}

impl Decoder {
    /// Of a connection that somebody made with us: its first frame has [`MAX_HELLO`] bytes at most.
    pub fn of_caller() -> Decoder {
        Decoder { bytes: Vec::new(), taken: 0, most: MAX_HELLO, introduced: false }
    }

    /// Of a connection that we made: its first frame lists all that the process serves.
    pub fn of_callee() -> Decoder {
        Decoder { most: MAX_FRAME, ..Decoder::of_caller() }
    }

    /// Adds what the socket gave.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.taken > 0 {
            self.bytes.drain(..self.taken);
            self.taken = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// The next frame, if all of it has come. After an error the connection is of no use any more.
    pub fn take(&mut self) -> Result<Option<Frame>, Malformed> {
        Ok(self.take_in_place()?.map(Coming::into_frame))
    }

    /// The same; of a request or reply the body is left where it is.
    #[inline]
    pub fn take_in_place(&mut self) -> Result<Option<Coming<'_>>, Malformed> {
        let rest = &self.bytes[self.taken..];
        let Some((length, rest)) = rest.split_first_chunk::<LENGTH_BYTES>() else {
            return Ok(None);
        };
        let length = u32::from_le_bytes(*length) as usize;
        if length == 0 || length > self.most {
            return Err(Malformed);
        }
        let Some(payload) = rest.get(..length) else {
            return Ok(None);
        };
        if self.introduced == (payload[0] == HELLO) {
            return Err(Malformed);
        }
        (self.introduced, self.most) = (true, MAX_FRAME);
        self.taken += LENGTH_BYTES + length;
        coming(payload).map(Some)
    }
}

/// A frame that has come.
#[derive(Debug)]
pub enum Coming<'a> {
    /// A request, and its body.
    Request(Head, &'a [u8]),
    /// A method's outcome: the request's number, and its body.
    Reply(u64, &'a [u8]),
    /// Another one.
    Other(Frame),
}

/// What stands before the body of a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Head {
    /// See [`Request`].
    pub call: u64,
    /// See [`Request`].
    pub method: u64,
    /// See [`Request`].
    pub awaits: Awaits,
}

impl Coming<'_> {
    fn into_frame(self) -> Frame {
        match self {
            Coming::Request(Head { call, method, awaits }, body) => {
                Frame::Request(Request { call, method, awaits, body: body.to_vec() })
            }
            Coming::Reply(call, body) => Frame::Reply { call, body: body.to_vec() },
            Coming::Other(frame) => frame,
        }
    }
}

impl Request {
    /// Without its body.
    #[must_use]
    pub fn head(&self) -> Head {
        Head { call: self.call, method: self.method, awaits: self.awaits }
    }
}

#[inline]
fn coming(payload: &[u8]) -> Result<Coming<'_>, Malformed> {
    let mut cursor = Cursor::new(payload);
    match cursor.byte()? {
        REQUEST => {
            let (call, method) = (cursor.varint()?, cursor.varint()?);
            let awaits = Awaits::Reply { remaining: cursor.varint()? };
            Ok(Coming::Request(Head { call, method, awaits }, cursor.rest()))
        }
        DETACHED => {
            let (call, method) = (cursor.varint()?, cursor.varint()?);
            Ok(Coming::Request(Head { call, method, awaits: Awaits::Nothing }, cursor.rest()))
        }
        REPLY => Ok(Coming::Reply(cursor.varint()?, cursor.rest())),
        kind => parse(kind, cursor).map(Coming::Other),
    }
}

/// A frame of another kind.
fn parse(kind: u8, mut cursor: Cursor) -> Result<Frame, Malformed> {
    match kind {
        HELLO => parse_hello(cursor),
        REFUSED => parse_refused(cursor),
        CANCEL => {
            let call = cursor.varint()?;
            at_end(cursor, Frame::Cancel { call })
        }
        ASK => at_end(cursor, Frame::Ask),
        ALIVE => at_end(cursor, Frame::Alive),
        ASK_STATUS => at_end(cursor, Frame::AskStatus),
        STATUS => String::from_utf8(cursor.rest().to_vec()).map(Frame::Status).map_err(|_| Malformed),
        PART_OF => parse_part(cursor),
        _ => Err(Malformed),
    }
}

/// A piece without bytes would cost its sender nothing.
fn parse_part(mut cursor: Cursor) -> Result<Frame, Malformed> {
    let (call, bytes) = (cursor.varint()?, cursor.rest().to_vec());
    if bytes.is_empty() { Err(Malformed) } else { Ok(Frame::Part { call, bytes }) }
}

fn parse_refused(mut cursor: Cursor) -> Result<Frame, Malformed> {
    let call = cursor.varint()?;
    let ran = match cursor.byte()? {
        0 => Ran::No,
        1 => Ran::Yes,
        _ => return Err(Malformed),
    };
    let detail = cursor.text()?.to_string();
    at_end(cursor, Frame::Refused { call, ran, detail })
}

fn at_end(cursor: Cursor, frame: Frame) -> Result<Frame, Malformed> {
    if cursor.rest().is_empty() { Ok(frame) } else { Err(Malformed) }
}

/// Writes the head in place, so that bodies are copied once.
fn put_frame(out: &mut Vec<u8>, body: &[u8], head: impl FnOnce(&mut Vec<u8>)) -> Result<(), TooLarge> {
    let start = out.len();
    put_length(out, 0);
    head(out);
    let length = out.len() - start - LENGTH_BYTES + body.len();
    if length > MAX_FRAME {
        out.truncate(start);
        return Err(TooLarge);
    }
    out[start..start + LENGTH_BYTES].copy_from_slice(&(length as u32).to_le_bytes());
    out.extend_from_slice(body);
    Ok(())
}

fn put_length(out: &mut Vec<u8>, length: usize) {
    out.extend_from_slice(&(length as u32).to_le_bytes());
}

fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

#[cfg(test)]
mod tests;
