//! The bytes of a whole connection. The first input byte says who speaks and in which pieces the bytes come; the rest is what comes. However it is
//! cut, the same frames come out; each is written as it was read; pieces of bodies stay within their bounds.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pluto_proto::frame::*;
use pluto_proto::parts::{MAX_BODY, Parts};
use pluto_proto::wire::Malformed;

fuzz_target!(|input: &[u8]| {
    let Some((&how, bytes)) = input.split_first() else { return };
    let introduced = how & 2 == 0;
    let (whole, end) = frames(how, introduced, bytes, bytes.len().max(1));
    let (pieces, end_of_pieces) = frames(how, introduced, bytes, usize::from(how >> 2) + 1);
    assert_eq!((&whole, end), (&pieces, end_of_pieces), "it depends on how the bytes are cut");
    let mut parts = Parts::default();
    for frame in &whole {
        again(frame);
        match frame {
            Frame::Part { call, bytes } => drop(parts.add(*call, bytes)),
            Frame::Request(Request { call, body, .. }) | Frame::Reply { call, body } => {
                assert!(parts.finish(*call, body).len() <= MAX_BODY + MAX_FRAME);
            }
            Frame::Cancel { call } | Frame::Refused { call, .. } => parts.forget(*call),
            Frame::Hello(_)
            | Frame::Foreign { .. }
            | Frame::Ask
            | Frame::Alive
            | Frame::AskStatus
            | Frame::Status(_) => {}
        }
    }
});

/// What comes out, and how it ends.
fn frames(how: u8, introduced: bool, bytes: &[u8], piece: usize) -> (Vec<Frame>, Option<Malformed>) {
    let mut decoder = if how & 1 == 0 { Decoder::of_caller() } else { Decoder::of_callee() };
    if introduced {
        let mut hello = vec![];
        put_hello(&mut hello, &Hello::default()).expect("small");
        decoder.push(&hello);
        assert!(matches!(decoder.take(), Ok(Some(Frame::Hello(_)))));
    }
    let mut found = vec![];
    for piece in bytes.chunks(piece) {
        decoder.push(piece);
        loop {
            match decoder.take() {
                Ok(Some(frame)) => found.push(frame),
                Ok(None) => break,
                Err(end) => return (found, Some(end)),
            }
        }
    }
    (found, None)
}

/// A frame that was read can be written, and is read again.
fn again(frame: &Frame) {
    let (mut bytes, mut decoder) = (vec![], Decoder::of_callee());
    let is_first = matches!(frame, Frame::Hello(_) | Frame::Foreign { .. });
    if !is_first {
        put_hello(&mut bytes, &Hello::default()).expect("small");
    }
    let put = match frame {
        Frame::Hello(hello) => put_hello(&mut bytes, hello),
        Frame::Foreign { .. } => return,
        Frame::Request(it) => match it.awaits {
            Awaits::Reply { remaining } => put_request(&mut bytes, it.call, it.method, remaining, &it.body),
            Awaits::Nothing => put_detached(&mut bytes, it.call, it.method, &it.body),
        },
        Frame::Reply { call, body } => put_reply(&mut bytes, *call, body),
        Frame::Refused { call, ran, detail } => {
            put_refused(&mut bytes, *call, *ran, detail);
            if detail.len() > 4096 {
                return;
            }
            Ok(())
        }
        Frame::Cancel { call } => {
            put_cancel(&mut bytes, *call);
            Ok(())
        }
        Frame::Ask => {
            put_ask(&mut bytes);
            Ok(())
        }
        Frame::Alive => {
            put_alive(&mut bytes);
            Ok(())
        }
        Frame::AskStatus => {
            put_ask_status(&mut bytes);
            Ok(())
        }
        Frame::Status(json) => put_status(&mut bytes, json),
        Frame::Part { call, bytes: part } => put_part(&mut bytes, *call, part),
    };
    assert_eq!(put, Ok(()), "our form of a frame is never longer than another one");
    decoder.push(&bytes);
    if !is_first {
        assert!(decoder.take().is_ok_and(|hello| hello.is_some()));
    }
    assert_eq!(decoder.take().ok().flatten().as_ref(), Some(frame));
}
