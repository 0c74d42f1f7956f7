//! The wire format: byte for byte that of bincode 2, and safe against any bytes.

use super::build::*;
use crate::heap::imp::*;
use crate::heap::wire::{Buffer, Reader};
use bincode::config::standard;
use bincode::{decode_from_slice, encode_to_vec};
use proptest::prelude::*;

/// What Pluto's `class Order { id: int, user: string, price: float, flags: [byte], paid: bool, lines: [(int, string?)] }`
/// crosses as.
type Order = (i64, String, f64, Vec<u8>, bool, Vec<(i64, Option<String>)>);

fn order() -> impl Strategy<Value = Order> {
    let line = (any::<i64>(), proptest::option::of(any::<String>()));
    (
        any::<i64>(),
        any::<String>(),
        any::<f64>(),
        any::<Vec<u8>>(),
        any::<bool>(),
        proptest::collection::vec(line, 0..20),
    )
}

fn write(order: &Order) -> Vec<u8> {
    let mut buffer = Buffer::new();
    buffer.int(order.0);
    buffer.text(&order.1);
    buffer.float(order.2);
    buffer.varint(order.3.len() as u64);
    order.3.iter().for_each(|&byte| buffer.byte(byte));
    buffer.byte(u8::from(order.4));
    buffer.varint(order.5.len() as u64);
    for (count, note) in &order.5 {
        buffer.int(*count);
        buffer.byte(u8::from(note.is_some()));
        if let Some(note) = note {
            buffer.text(note);
        }
    }
    buffer.finish().expect("nothing failed")
}

fn read(reader: &mut Reader) -> Order {
    let (id, user, price) = (reader.int(), reader.text().to_owned(), reader.float());
    let flags = (0..reader.length(1)).map(|_| reader.byte()).collect();
    let paid = reader.truth() == 1;
    let mut lines = Vec::new();
    for _ in 0..reader.length(1) {
        let count = reader.int();
        let note = (reader.truth() == 1).then(|| reader.text().to_owned());
        lines.push((count, note));
        if !reader.ok() {
            break;
        }
    }
    (id, user, price, flags, paid, lines)
}

/// Without a limit bincode itself aborts on an announced length that does not fit into memory.
fn limited() -> impl bincode::config::Config {
    standard().with_limit::<{ 1 << 20 }>()
}

proptest! {
    #[test]
    fn written_as_bincode_writes(order in order()) {
        let bytes = encode_to_vec(&order, standard()).expect("bincode encodes it");
        prop_assert_eq!(write(&order), bytes);
    }

    #[test]
    fn read_as_bincode_reads(order in order()) {
        let mut reader = Reader::new(encode_to_vec(&order, standard()).expect("bincode encodes it"));
        let read = read(&mut reader);
        prop_assert!(reader.end());
        prop_assert_eq!(format!("{read:?}"), format!("{order:?}"));
    }

    #[test]
    fn numbers(unsigned: u64, signed: i64) {
        let mut buffer = Buffer::new();
        buffer.varint(unsigned);
        buffer.int(signed);
        let bytes = buffer.finish().expect("nothing failed");
        prop_assert_eq!(&bytes, &encode_to_vec((unsigned, signed), standard()).expect("bincode encodes it"));
        let mut reader = Reader::new(bytes);
        prop_assert_eq!((reader.varint(), reader.int(), reader.end()), (unsigned, signed, true));
    }

    /// Any bytes: no panic, and where bincode reads a value, so do we. (bincode takes 16 bytes for a number where we do not.)
    #[test]
    fn hostile_bytes(bytes: Vec<u8>) {
        let mut reader = Reader::new(bytes.clone());
        let ours = read(&mut reader);
        match decode_from_slice::<Order, _>(&bytes, limited()) {
            Ok((theirs, used)) => {
                prop_assert!(reader.ok());
                prop_assert_eq!(bytes.len() - reader.left(), used);
                prop_assert_eq!(format!("{ours:?}"), format!("{theirs:?}"));
            }
            Err(_) => prop_assert!(!reader.ok()),
        }
    }

    /// Bytes that were changed in one place.
    #[test]
    fn damaged_bytes(order in order(), at: prop::sample::Index, byte: u8) {
        let mut bytes = encode_to_vec(&order, standard()).expect("bincode encodes it");
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let mut reader = Reader::new(bytes.clone());
        let ours = read(&mut reader);
        if let Ok((theirs, _)) = decode_from_slice::<Order, _>(&bytes, limited()) {
            prop_assert!(reader.ok());
            prop_assert_eq!(format!("{ours:?}"), format!("{theirs:?}"));
        } else {
            prop_assert!(!reader.ok());
        }
    }

    /// All of the table's readers over any bytes, in any order.
    #[test]
    fn any_reads_of_any_bytes(bytes: Vec<u8>, reads: Vec<u8>) {
        balanced(|| {
            let mut reader = Reader::new(bytes);
            let at = (&raw mut reader).cast::<u8>();
            for read in reads {
                // SAFETY: it is the address of a reader.
                unsafe {
                    match read % 8 {
                        0 => assert!(read_byte(at) < 256),
                        1 => drop(read_varint(at)),
                        2 => drop(read_int(at)),
                        3 => drop(read_float(at)),
                        4 => discard(string(), read_string(at)),
                        5 => assert!(read_bool(at) < 2),
                        6 => drop(read_len(at, 1)),
                        _ => assert!(read_variant(at, 3) < 3),
                    }
                }
            }
        });
    }
}

#[test]
fn after_a_failure_everything_is_empty() {
    balanced(|| {
        let mut reader = Reader::new(vec![2, 7, 7, 7]);
        let at = (&raw mut reader).cast::<u8>();
        // SAFETY: it is the address of a reader.
        unsafe {
            assert_eq!(read_bool(at), 0);
            assert_eq!((read_ok(at), read_byte(at), read_varint(at), read_len(at, 1)), (0, 0, 0, 0));
            assert_eq!(taken(read_string(at)), "");
            assert_eq!(read_end(at), 0);
        }
    });
}

#[test]
fn lengths_are_bounded() {
    let mut announced = Buffer::new();
    announced.varint(u64::MAX);
    let mut reader = Reader::new(announced.bytes().to_vec());
    assert_eq!((reader.length(1), reader.ok()), (0, false));
    let mut reader = Reader::new(vec![3, 0, 0]);
    assert_eq!((reader.length(1), reader.ok()), (0, false));
    let mut reader = Reader::new(vec![2, 0, 0]);
    assert_eq!((reader.length(1), reader.ok()), (2, true));
    for (least, len) in [(2, 2), (3, 0), (u64::MAX, 0)] {
        let mut reader = Reader::new(vec![2, 0, 0, 0, 0]);
        assert_eq!((reader.length(least), reader.ok()), (len, len > 0));
    }
    // Units take no bytes, but not without end.
    let mut units = Buffer::new();
    units.varint(1 << 20);
    units.varint(1);
    let mut reader = Reader::new(units.bytes().to_vec());
    assert_eq!((reader.empty_length(), reader.ok()), (1 << 20, true));
    assert_eq!((reader.empty_length(), reader.ok()), (0, false));
}

#[test]
fn texts_must_be_utf8() {
    let mut reader = Reader::new(vec![2, 0xC3, 0x28]);
    assert_eq!(reader.text(), "");
    assert!(!reader.ok());
}

#[test]
fn a_failed_buffer_gives_nothing() {
    let mut buffer = Buffer::new();
    buffer.int(5);
    // SAFETY: it is the address of a buffer.
    unsafe { write_fail((&raw mut buffer).cast()) };
    assert!(buffer.failed());
    assert_eq!(buffer.clone().finish(), None);
    buffer.clear();
    assert_eq!(buffer.finish(), Some(vec![]));
}
