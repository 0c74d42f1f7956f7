//! Ends of channels as values; durations.

use super::build::*;
use crate::channel::{Channel, UNBOUNDED};
use crate::heap::compare::{Floats, same};
use crate::heap::describe::Desc;
use crate::heap::ends::{Chan, Queue, channel_of, new_end};
use crate::heap::format::duration_text;
use crate::heap::imp::*;
use crate::heap::sharing::publish;
use crate::sync::Arc;
use pluto_abi::layout::{Kind, TypeDesc};

/// The type of a side's ends.
fn end_of(kind: Kind, message: Desc) -> Desc {
    Box::leak(Box::new(TypeDesc { first: message, ..copy_of(plain(kind)) }))
}

fn copy_of(desc: Desc) -> TypeDesc {
    TypeDesc { ..*desc }
}

/// A channel: its two types, and an end of each.
fn pair(message: Desc) -> ([Desc; 2], [u64; 2]) {
    let types = [end_of(Kind::Sender, message), end_of(Kind::Receiver, message)];
    let channel: Arc<Chan> = Arc::new(Channel::new(UNBOUNDED, Queue::new(message)));
    (types, types.map(|of| new_end(of, channel.clone())))
}

fn send(end: u64, word: u64) -> bool {
    // SAFETY: the end is alive.
    unsafe { channel_of(end) }.try_send(word)
}

#[test]
fn dropping_the_last_end_of_a_side_disconnects() {
    balanced(|| {
        let ([tx_type, rx_type], [tx, rx]) = pair(string());
        let other = dup(tx_type, tx);
        assert!(send(tx, text("one")));
        discard(tx_type, tx);
        assert!(send(other, text("two")));
        discard(rx_type, rx);
        assert!(!send(other, text("three")), "nobody receives");
        discard(tx_type, other);
    });
}

#[test]
fn ends_are_equal_by_identity() {
    balanced(|| {
        let ([tx_type, rx_type], [tx, rx]) = pair(int());
        let (_, [other_tx, other_rx]) = pair(int());
        // SAFETY: all are alive and of their types.
        unsafe {
            assert!(same(tx_type, tx, tx, Floats::Ieee) && !same(tx_type, tx, other_tx, Floats::Ieee));
            assert!(same(rx_type, rx, rx, Floats::Ieee) && !same(rx_type, rx, other_rx, Floats::Ieee));
        }
        let shown_as = shown(tx_type, dup(tx_type, tx));
        assert!(shown_as.starts_with("Sender(#"), "{shown_as}");
        assert_eq!(shown(rx_type, dup(rx_type, rx)), shown_as.replace("Sender", "Receiver"));
        for (of, word) in [(tx_type, tx), (rx_type, rx), (tx_type, other_tx), (rx_type, other_rx)] {
            discard(of, word);
        }
    });
}

#[test]
fn ends_within_values_and_messages_are_marked_and_freed() {
    balanced(|| {
        let ([tx_type, rx_type], [tx, rx]) = pair(int());
        let list = array(tx_type);
        let ([outer_tx_type, outer_rx_type], [outer_tx, outer_rx]) = pair(list);
        let message = new_array(list, &[dup(tx_type, tx)]);
        // SAFETY: the word is owned and of this type.
        unsafe { publish(list, message) };
        assert!(send(outer_tx, message));
        // SAFETY: the end is alive.
        let count = unsafe { crate::heap::object::Object::from_word(tx) }.count();
        assert_eq!(count, -2, "the message and we own it");
        discard(tx_type, tx);
        discard(outer_rx_type, outer_rx);
        // SAFETY: the end is alive.
        let receiver = unsafe { channel_of(rx) };
        assert!(receiver.try_recv().is_none() && !receiver.try_send(1), "the queue with the last sender is gone");
        discard(outer_tx_type, outer_tx);
        discard(rx_type, rx);
    });
}

#[test]
fn queues_in_queues_die_without_recursion() {
    let test = || {
        balanced(|| {
            // Every channel's queue holds the receiving end of the one before: `Receiver<Receiver<…>>`, of one type for the test.
            let rx_type: &'static mut TypeDesc = Box::leak(Box::new(copy_of(plain(Kind::Receiver))));
            let at: *mut TypeDesc = rx_type;
            // SAFETY: the descriptor is completed before anybody reads it.
            let rx_type: Desc = unsafe {
                (*at).first = at;
                &*at
            };
            let tx_type = end_of(Kind::Sender, rx_type);
            let mut inner = 0;
            for _ in 0..100_000 {
                let channel: Arc<Chan> = Arc::new(Channel::new(UNBOUNDED, Queue::new(rx_type)));
                let tx = new_end(tx_type, channel.clone());
                if inner != 0 {
                    assert!(send(tx, inner));
                }
                inner = new_end(rx_type, channel);
                discard(tx_type, tx);
            }
            discard(rx_type, inner);
        });
    };
    std::thread::Builder::new().stack_size(256 << 10).spawn(test).expect("a thread").join().expect("no panic");
}

#[test]
fn durations_are_shown_in_their_largest_whole_unit() {
    let shown_as = [
        (0, "0s"),
        (1, "1ns"),
        (1_500, "1500ns"),
        (2_000, "2us"),
        (1_500_000_000, "1500ms"),
        (90_000_000_000, "90s"),
        (120_000_000_000, "2m"),
        (7_200_000_000_000, "2h"),
        (-5_000_000_000, "-5s"),
        (i64::MIN, "-9223372036854775808ns"),
    ];
    for (nanoseconds, text) in shown_as {
        assert_eq!(duration_text(nanoseconds), text);
        assert_eq!(shown(plain(Kind::Duration), nanoseconds as u64), text);
    }
}

#[test]
fn durations_are_keys_and_sort_by_length() {
    balanced(|| {
        let duration = plain(Kind::Duration);
        let desc = map(duration, int());
        let value = new_map(desc, &[(1_000_000_000, 1), (5, 2)]);
        // SAFETY: the keys are of the map's type.
        unsafe {
            assert_eq!((map_contains(value, 5), map_contains(value, 6)), (1, 0));
        }
        assert_eq!(shown(desc, value), "{1s: 1, 5ns: 2}");
        let list = array(duration);
        let mut value = new_array(list, &[3, -2i64 as u64, 1]);
        // SAFETY: the slot holds an array.
        unsafe { array_sort(slot(&mut value)) };
        assert_eq!(shown(list, value), "[-2ns, 1ns, 3ns]");
    });
}
