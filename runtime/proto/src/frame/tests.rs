//! Frames come back as they were sent however the bytes are cut, and no bytes of a stranger do harm.

use super::*;
use proptest::prelude::*;

fn hello() -> Hello {
    let offer = |name: &str, fingerprint| Offer { name: name.to_string(), fingerprint };
    Hello {
        build: "b1".to_string(),
        system: "Wide".to_string(),
        process: "web".to_string(),
        instance: 1 << 40,
        methods: vec![offer("Store.get", 7), offer("Store.put", u64::MAX)],
    }
}

/// The bytes of [`hello`].
fn hello_bytes() -> Vec<u8> {
    let mut bytes = Vec::new();
    put_hello(&mut bytes, &hello()).expect("small");
    bytes
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
        Frame::Hello(hello) => put_hello(out, hello).expect("small"),
        Frame::Foreign { .. } => unreachable!("nobody sends that"),
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
        let mut bytes = hello_bytes();
        for frame in &frames {
            put(&mut bytes, frame);
        }
        let mut decoder = Decoder::of_caller();
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
        let mut decoder = Decoder::of_caller();
        if introduced {
            decoder.push(&hello_bytes());
            decoder.take().expect("a hello");
        }
        decoder.push(&garbage);
        while let Ok(Some(_)) = decoder.take() {}
    }

    #[test]
    fn a_changed_byte_does_no_harm(frame in any_frame(), at: prop::sample::Index, to: u8) {
        let mut bytes = hello_bytes();
        put(&mut bytes, &frame);
        let at = at.index(bytes.len());
        bytes[at] = to;
        let mut decoder = Decoder::of_caller();
        decoder.push(&bytes);
        while let Ok(Some(_)) = decoder.take() {}
    }
}

#[test]
fn the_first_frame_is_a_hello_and_no_other_is() {
    let mut bytes = Vec::new();
    put_reply(&mut bytes, 1, &[]).expect("small");
    let mut decoder = Decoder::of_caller();
    decoder.push(&bytes);
    assert_eq!(decoder.take(), Err(Malformed));

    let mut bytes = hello_bytes();
    bytes.extend(hello_bytes());
    let mut decoder = Decoder::of_caller();
    decoder.push(&bytes);
    assert!(decoder.take().expect("the first").is_some());
    assert_eq!(decoder.take(), Err(Malformed));
}

#[test]
fn sizes_are_bounded() {
    let mut out = vec![7];
    assert_eq!(put_request(&mut out, 1, 1, 1, &vec![0; MAX_FRAME]), Err(TooLarge));
    assert_eq!(out, [7]);
    let mut decoder = Decoder::of_caller();
    decoder.push(&(MAX_HELLO as u32 + 1).to_le_bytes());
    assert_eq!(decoder.take(), Err(Malformed));
    let mut bytes = hello_bytes();
    bytes.extend_from_slice(&(MAX_FRAME as u32 + 1).to_le_bytes());
    let mut decoder = Decoder::of_caller();
    decoder.push(&bytes);
    assert!(decoder.take().expect("the hello").is_some());
    assert_eq!(decoder.take(), Err(Malformed));
}

#[test]
fn a_callee_may_say_more_than_a_caller() {
    let offer = |at| Offer { name: format!("Store.method_{at}"), fingerprint: at };
    let long = Hello { methods: (0..1_000).map(offer).collect(), ..hello() };
    let mut bytes = Vec::new();
    put_hello(&mut bytes, &long).expect("it fits into a frame");
    let mut decoder = Decoder::of_callee();
    decoder.push(&bytes);
    assert_eq!(decoder.take(), Ok(Some(Frame::Hello(long))));
    let mut decoder = Decoder::of_caller();
    decoder.push(&bytes[..8]);
    assert_eq!(decoder.take(), Err(Malformed));

    let endless = Hello { methods: (0..100_000).map(offer).collect(), ..hello() };
    let mut out = vec![7];
    assert_eq!(put_hello(&mut out, &endless), Err(TooLarge));
    assert_eq!(out, [7]);
}

/// A first frame with this instead of the number of methods and what follows.
fn with_methods(count: u64, rest: &[u8]) -> Result<Option<Frame>, Malformed> {
    let mut bytes = Vec::new();
    put_hello(&mut bytes, &Hello { methods: vec![], ..hello() }).expect("small");
    bytes.pop();
    put_varint(&mut bytes, count);
    bytes.extend_from_slice(rest);
    let length = u32::try_from(bytes.len() - LENGTH_BYTES).expect("small");
    bytes[..LENGTH_BYTES].copy_from_slice(&length.to_le_bytes());
    let mut decoder = Decoder::of_callee();
    decoder.push(&bytes);
    decoder.take()
}

#[test]
fn what_a_hello_promises_must_be_there() {
    // No memory is asked for: this much there is not.
    for count in [1, 1 << 20, u64::from(u32::MAX), u64::MAX] {
        assert_eq!(with_methods(count, &[]), Err(Malformed), "{count}");
    }
    let one = [&[1, b'm'][..], &7_u64.to_le_bytes()].concat();
    assert!(matches!(with_methods(1, &one), Ok(Some(Frame::Hello(_)))));
    assert_eq!(with_methods(2, &one), Err(Malformed));
    assert_eq!(with_methods(0, &one), Err(Malformed));
    // A name of more bytes than there are, and one that is too long.
    assert_eq!(with_methods(1, &[250, b'm', 0, 0, 0, 0, 0, 0, 0, 0]), Err(Malformed));
    let mut long = Vec::new();
    put_text(&mut long, &"m".repeat(1025));
    long.extend([0; 8]);
    assert_eq!(with_methods(1, &long), Err(Malformed));
}

#[test]
fn another_version_of_the_format_is_told_apart_from_noise() {
    let mut bytes = hello_bytes();
    // Length, kind, the word `pluto` with its length: then the version.
    let at = LENGTH_BYTES + 1 + 6;
    assert_eq!(u64::from(bytes[at]), VERSION);
    bytes[at] = 2;
    let mut decoder = Decoder::of_caller();
    decoder.push(&bytes);
    assert_eq!(decoder.take(), Ok(Some(Frame::Foreign { version: 2 })));
}
