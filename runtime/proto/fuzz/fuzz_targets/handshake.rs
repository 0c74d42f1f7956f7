//! What stands in a hello behind the name of the protocol: version, names, and the list of methods with its lengths. The first input byte says who
//! speaks. What is accepted is within all bounds, is not larger than what came, and is read again as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pluto_proto::frame::*;

/// The longest name.
const NAME: usize = 1024;
/// Of a list, each method takes so many bytes at least.
const OFFER: usize = 9;

fuzz_target!(|input: &[u8]| {
    let Some((&who, fields)) = input.split_first() else { return };
    let mut payload = b"\0\x05pluto".to_vec();
    payload.extend_from_slice(fields);
    let mut bytes = (payload.len() as u32).to_le_bytes().to_vec();
    bytes.extend_from_slice(&payload);
    let mut decoder = if who & 1 == 0 { Decoder::of_caller() } else { Decoder::of_callee() };
    decoder.push(&bytes);
    let most = if who & 1 == 0 { MAX_HELLO } else { MAX_FRAME };
    let hello = match decoder.take() {
        Ok(Some(Frame::Hello(hello))) => hello,
        Ok(Some(Frame::Foreign { version })) => return assert_ne!(version, VERSION),
        Ok(Some(other)) => panic!("{other:?}"),
        Ok(None) => panic!("all of it has come"),
        Err(_) => return,
    };
    assert!(payload.len() <= most && hello.methods.len() * OFFER <= payload.len());
    assert!(hello.methods.capacity() * OFFER <= payload.len(), "memory for what is not there");
    let names = [&hello.build, &hello.system, &hello.process].into_iter();
    assert!(names.chain(hello.methods.iter().map(|offer| &offer.name)).all(|name| name.len() <= NAME));
    let mut again = vec![];
    put_hello(&mut again, &hello).expect("our form is never longer");
    assert!(again.len() <= bytes.len());
    let mut decoder = Decoder::of_callee();
    decoder.push(&again);
    assert_eq!(decoder.take(), Ok(Some(Frame::Hello(hello))));
});
