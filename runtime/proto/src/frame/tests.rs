//! Frames come back as they were sent however the bytes are cut, and no bytes of a stranger do harm.

use super::*;
use proptest::prelude::*;

fn hello() -> Hello {
    Hello { build: "b1".to_string(), process: "web".to_string() }
}

fn any_frame() -> impl Strategy<Value = Frame> {
    let body = || proptest::collection::vec(any::<u8>(), 0..2000);
    prop_oneof![
        (any::<u64>(), any::<u64>(), any::<Option<u64>>(), body()).prop_map(|(call, method, remaining, body)| {
            let awaits = remaining.map_or(Awaits::Nothing, |remaining| Awaits::Reply { remaining });
            Frame::Request(Request { call, method, awaits, body })
        }),
        (any::<u64>(), body()).prop_map(|(call, body)| Frame::Reply { call, body }),
        (any::<u64>(), any::<bool>(), ".{0,50}").prop_map(|(call, ran, detail)| Frame::Refused {
            call,
            ran: if ran { Ran::Yes } else { Ran::No },
            detail
        }),
        any::<u64>().prop_map(|call| Frame::Cancel { call }),
        Just(Frame::Ask),
        Just(Frame::Alive),
        Just(Frame::AskStatus),
        ".{0,50}".prop_map(Frame::Status),
        (any::<u64>(), body()).prop_map(|(call, bytes)| Frame::Part { call, bytes }),
    ]
}

fn put(out: &mut Vec<u8>, frame: &Frame) {
    match frame {
        Frame::Hello(hello) => put_hello(out, hello),
        Frame::Request(Request { call, method, awaits: Awaits::Reply { remaining }, body }) => {
            put_request(out, *call, *method, *remaining, body).expect("small");
        }
        Frame::Request(Request { call, method, awaits: Awaits::Nothing, body }) => {
            put_detached(out, *call, *method, body).expect("small");
        }
        Frame::Reply { call, body } => put_reply(out, *call, body).expect("small"),
        Frame::Refused { call, ran, detail } => put_refused(out, *call, *ran, detail),
        Frame::Cancel { call } => put_cancel(out, *call),
        Frame::Ask => put_ask(out),
        Frame::Alive => put_alive(out),
        Frame::AskStatus => put_ask_status(out),
        Frame::Status(json) => put_status(out, json).expect("small"),
        Frame::Part { call, bytes } => put_part(out, *call, bytes).expect("small"),
    }
}

proptest! {
    #[test]
    fn frames_come_back_in_order(frames in proptest::collection::vec(any_frame(), 0..8), piece in 1usize..700) {
        let mut bytes = Vec::new();
        put_hello(&mut bytes, &hello());
        for frame in &frames {
            put(&mut bytes, frame);
        }
        let mut decoder = Decoder::default();
        let mut got = Vec::new();
        for part in bytes.chunks(piece) {
            decoder.push(part);
            while let Some(frame) = decoder.take().expect("well formed") {
                got.push(frame);
            }
        }
        prop_assert_eq!(&got[0], &Frame::Hello(hello()));
        prop_assert_eq!(&got[1..], &frames[..]);
    }

    #[test]
    fn garbage_does_no_harm(garbage: Vec<u8>, introduced: bool) {
        let mut decoder = Decoder::default();
        if introduced {
            let mut bytes = Vec::new();
            put_hello(&mut bytes, &hello());
            decoder.push(&bytes);
            decoder.take().expect("a hello");
        }
        decoder.push(&garbage);
        while let Ok(Some(_)) = decoder.take() {}
    }

    #[test]
    fn a_changed_byte_does_no_harm(frame in any_frame(), at: prop::sample::Index, to: u8) {
        let mut bytes = Vec::new();
        put_hello(&mut bytes, &hello());
        put(&mut bytes, &frame);
        let at = at.index(bytes.len());
        bytes[at] = to;
        let mut decoder = Decoder::default();
        decoder.push(&bytes);
        while let Ok(Some(_)) = decoder.take() {}
    }
}

#[test]
fn the_first_frame_is_a_hello_and_no_other_is() {
    let mut bytes = Vec::new();
    put_reply(&mut bytes, 1, &[]).expect("small");
    let mut decoder = Decoder::default();
    decoder.push(&bytes);
    assert_eq!(decoder.take(), Err(Malformed));

    let mut bytes = Vec::new();
    put_hello(&mut bytes, &hello());
    put_hello(&mut bytes, &hello());
    let mut decoder = Decoder::default();
    decoder.push(&bytes);
    assert!(decoder.take().expect("the first").is_some());
    assert_eq!(decoder.take(), Err(Malformed));
}

#[test]
fn sizes_are_bounded() {
    let mut out = vec![7];
    assert_eq!(put_request(&mut out, 1, 1, 1, &vec![0; MAX_FRAME]), Err(TooLarge));
    assert_eq!(out, [7]);
    let mut decoder = Decoder::default();
    decoder.push(&(MAX_HELLO as u32 + 1).to_le_bytes());
    assert_eq!(decoder.take(), Err(Malformed));
    let mut bytes = Vec::new();
    put_hello(&mut bytes, &hello());
    bytes.extend_from_slice(&(MAX_FRAME as u32 + 1).to_le_bytes());
    let mut decoder = Decoder::default();
    decoder.push(&bytes);
    assert!(decoder.take().expect("the hello").is_some());
    assert_eq!(decoder.take(), Err(Malformed));
}
