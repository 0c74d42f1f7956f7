//! What every implementation of channels must do, written once. In: an implementation ([`Channels`]). Out: `conformance!` makes a
//! test of each function here. All are bounded in time: what hangs is a failure of the test runner's patience, not of this one.

use std::collections::BTreeMap;
use std::sync::mpsc;
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

/// Disconnected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Gone {
    pub(crate) lost: bool,
}

/// An implementation.
pub(crate) trait Channels: Copy + Send + 'static {
    type Tx: Tx;
    type Rx: Rx;
    /// A new channel; `None` is unbounded.
    fn open(self, capacity: Option<usize>) -> (Self::Tx, Self::Rx);
}

/// A sending end. Clones are further ends; an end that is dropped goes away.
pub(crate) trait Tx: Clone + Send + 'static {
    fn send(&self, word: u64) -> Result<(), Gone>;
    fn deliver(&self, word: u64) -> Result<(), Gone>;
    fn try_send(&self, word: u64) -> bool;
    fn close(&self);
    fn len(&self) -> usize;
    fn capacity(&self) -> Option<usize>;
    /// Goes away because its task died.
    fn lose(self);
    /// How many of the channel's messages were dropped unread.
    fn dropped(&self) -> u64;
}

/// A receiving end.
pub(crate) trait Rx: Clone + Send + 'static {
    fn recv(&self) -> Result<u64, Gone>;
    fn try_recv(&self) -> Option<u64>;
    fn close(&self);
    fn len(&self) -> usize;
    fn lose(self);
    /// The first message of several channels, tried from `start` on.
    fn select(receivers: &[&Self], start: usize) -> Result<(usize, u64), Gone>;
}

const CLOSED: Gone = Gone { lost: false };
const LOST: Gone = Gone { lost: true };
const CAPACITIES: [Option<usize>; 5] = [Some(0), Some(1), Some(3), Some(64), None];

/// Long enough for a thread to get to where it waits. Too short makes a test weaker, not wrong.
fn soon() {
    sleep(Duration::from_millis(20));
}

pub(crate) fn messages_arrive_in_order(channels: impl Channels) {
    for capacity in CAPACITIES {
        let (tx, rx) = channels.open(capacity);
        let sender = spawn(move || (0..1000).for_each(|number| tx.send(number).expect("open")));
        let got: Vec<u64> = std::iter::from_fn(|| rx.recv().ok()).collect();
        assert_eq!(got, (0..1000).collect::<Vec<_>>(), "{capacity:?}");
        sender.join().expect("no panic");
    }
}

pub(crate) fn capacity_is_what_fits(channels: impl Channels) {
    for capacity in [0, 1, 3, 64] {
        let (tx, rx) = channels.open(Some(capacity));
        assert_eq!(tx.capacity(), Some(capacity));
        let sent = (0..100).filter(|&number| tx.try_send(number)).count();
        assert_eq!((sent, tx.len(), rx.len()), (capacity, capacity, capacity));
        assert_eq!(tx.dropped(), 100 - capacity as u64, "what was refused is dropped");
        if capacity > 0 {
            assert_eq!(rx.try_recv(), Some(0));
            assert!(tx.try_send(7) && !tx.try_send(8));
        }
    }
}

pub(crate) fn unbounded_channels_take_everything(channels: impl Channels) {
    let (tx, rx) = channels.open(None);
    assert_eq!(tx.capacity(), None);
    (0..100_000).for_each(|number| assert_eq!(tx.send(number), Ok(())));
    assert_eq!(tx.len(), 100_000);
    (0..100_000).for_each(|number| assert_eq!(rx.try_recv(), Some(number)));
    assert_eq!(rx.try_recv(), None);
}

pub(crate) fn a_full_channel_waits_for_room(channels: impl Channels) {
    let (tx, rx) = channels.open(Some(2));
    let (done, is_done) = mpsc::channel();
    let sender = tx.clone();
    let thread = spawn(move || {
        (0..3).for_each(|number| sender.send(number).expect("open"));
        done.send(()).expect("the test runs");
    });
    soon();
    assert!(is_done.try_recv().is_err(), "there was no room");
    assert_eq!(rx.recv(), Ok(0));
    is_done.recv().expect("it was sent");
    thread.join().expect("no panic");
    assert_eq!((rx.recv(), rx.recv(), rx.try_recv()), (Ok(1), Ok(2), None));
}

pub(crate) fn rendezvous(channels: impl Channels) {
    let (tx, rx) = channels.open(Some(0));
    assert!(!tx.try_send(1), "nobody receives");
    assert_eq!((rx.try_recv(), tx.dropped()), (None, 1));
    let receiver = rx.clone();
    let receives = spawn(move || receiver.recv());
    let begin = Instant::now();
    while !tx.try_send(2) {
        assert!(begin.elapsed() < Duration::from_secs(10), "somebody receives");
        std::thread::yield_now();
    }
    assert_eq!(receives.join().expect("no panic"), Ok(2));
    let sender = tx.clone();
    let sends = spawn(move || sender.send(3));
    let begin = Instant::now();
    let got = loop {
        match rx.try_recv() {
            Some(word) => break word,
            None => assert!(begin.elapsed() < Duration::from_secs(10), "somebody sends"),
        }
    };
    assert_eq!((got, sends.join().expect("no panic")), (3, Ok(())));
    assert_eq!((tx.len(), tx.capacity()), (0, Some(0)));
}

pub(crate) fn closing_lets_queued_messages_arrive(channels: impl Channels) {
    for by_sender in [true, false] {
        let (tx, rx) = channels.open(Some(4));
        let (other_tx, other_rx) = (tx.clone(), rx.clone());
        tx.send(1).expect("open");
        tx.send(2).expect("open");
        for _ in 0..2 {
            if by_sender { tx.close() } else { rx.close() }
        }
        assert_eq!(other_tx.send(3), Err(CLOSED));
        assert_eq!(other_tx.deliver(3), Err(CLOSED));
        assert!(!other_tx.try_send(3));
        assert_eq!(tx.dropped(), 3);
        assert_eq!((rx.recv(), other_rx.try_recv(), rx.try_recv()), (Ok(1), Some(2), None));
        assert_eq!((rx.recv(), other_rx.recv()), (Err(CLOSED), Err(CLOSED)));
        other_tx.lose();
        tx.clone().lose();
        assert_eq!(rx.recv(), Err(CLOSED), "it was closed before");
    }
}

pub(crate) fn the_last_sender_disconnects(channels: impl Channels) {
    for lost in [false, true] {
        let (tx, rx) = channels.open(Some(4));
        let other = tx.clone();
        other.send(1).expect("open");
        drop(tx);
        other.send(2).expect("one is left");
        if lost {
            other.lose()
        } else {
            drop(other)
        }
        assert_eq!((rx.recv(), rx.recv(), rx.recv()), (Ok(1), Ok(2), Err(Gone { lost })));
        assert_eq!(rx.try_recv(), None);
    }
}

pub(crate) fn the_last_receiver_disconnects(channels: impl Channels) {
    for lost in [false, true] {
        let (tx, rx) = channels.open(Some(4));
        let other = rx.clone();
        tx.send(1).expect("open");
        tx.send(2).expect("open");
        rx.lose();
        assert!(tx.try_send(3), "one is left");
        if lost {
            other.lose()
        } else {
            drop(other)
        }
        assert_eq!((tx.dropped(), tx.len()), (3, 0), "nobody will take what is queued");
        assert_eq!((tx.send(4), tx.deliver(5)), (Err(Gone { lost }), Err(Gone { lost })));
        assert!(!tx.try_send(6));
        assert_eq!(tx.dropped(), 6);
    }
}

pub(crate) fn who_waits_hears_of_the_end(channels: impl Channels) {
    for lost in [false, true] {
        let (tx, rx) = channels.open(Some(1));
        let receivers = [rx.clone(), rx].map(|rx| spawn(move || rx.recv()));
        soon();
        if lost {
            tx.lose()
        } else {
            drop(tx)
        }
        receivers.into_iter().for_each(|thread| assert_eq!(thread.join().expect("no panic"), Err(Gone { lost })));

        let (tx, rx) = channels.open(Some(1));
        tx.send(0).expect("open");
        let senders = [tx.clone(), tx.clone()].map(|tx| spawn(move || tx.send(1)));
        soon();
        if lost {
            rx.lose()
        } else {
            drop(rx)
        }
        senders.into_iter().for_each(|thread| assert_eq!(thread.join().expect("no panic"), Err(Gone { lost })));
        assert_eq!(tx.dropped(), 3);
    }
}

pub(crate) fn closing_refuses_who_waits_for_room(channels: impl Channels) {
    let (tx, rx) = channels.open(Some(1));
    tx.send(0).expect("open");
    let sender = tx.clone();
    let sends = spawn(move || sender.send(1));
    soon();
    tx.close();
    assert_eq!(sends.join().expect("no panic"), Err(CLOSED));
    assert_eq!((tx.dropped(), rx.recv(), rx.recv()), (1, Ok(0), Err(CLOSED)));
}

pub(crate) fn deliver_waits_until_it_was_taken(channels: impl Channels) {
    for capacity in CAPACITIES {
        let (tx, rx) = channels.open(capacity);
        let (done, is_done) = mpsc::channel();
        let sender = tx.clone();
        let thread = spawn(move || {
            let delivered = sender.deliver(1);
            done.send(delivered).expect("the test runs");
        });
        while capacity != Some(0) && tx.len() == 0 {
            soon();
        }
        soon();
        assert!(is_done.try_recv().is_err(), "nobody took it");
        // Closing leaves it where it is; but who still waits for room is refused.
        if capacity != Some(0) {
            tx.close();
            soon();
            assert!(is_done.try_recv().is_err(), "nobody took it");
        }
        assert_eq!(rx.recv(), Ok(1));
        assert_eq!(is_done.recv(), Ok(Ok(())));
        thread.join().expect("no panic");
    }
}

pub(crate) fn deliver_fails_if_nobody_can_take_it(channels: impl Channels) {
    for capacity in CAPACITIES {
        let (tx, rx) = channels.open(capacity);
        let sender = tx.clone();
        let delivers = spawn(move || sender.deliver(1));
        soon();
        drop(rx);
        assert_eq!(delivers.join().expect("no panic"), Err(CLOSED));
        assert_eq!(tx.dropped(), 1);
    }
}

pub(crate) fn select_is_fair_and_passes_over_what_is_closed(channels: impl Channels) {
    let ((tx_a, rx_a), (tx_b, rx_b)) = (channels.open(None), channels.open(None));
    (0..1000).for_each(|number| assert!(tx_a.try_send(number) && tx_b.try_send(number)));
    let first = (0..1000).filter(|&round| Rx::select(&[&rx_a, &rx_b], round).expect("open").0 == 0).count();
    assert_eq!(first, 500);
    tx_a.close();
    while rx_a.try_recv().is_some() {}
    assert!((0..10).all(|round| Rx::select(&[&rx_a, &rx_b], round).expect("open").0 == 1));
    while rx_b.try_recv().is_some() {}
    let sends = spawn(move || {
        soon();
        tx_b.send(9).expect("open");
        soon();
        tx_b.lose();
    });
    assert_eq!(Rx::select(&[&rx_a, &rx_b], 0), Ok((1, 9)));
    assert_eq!(Rx::select(&[&rx_a, &rx_b], 1), Err(LOST));
    sends.join().expect("no panic");
}

pub(crate) fn many_to_many(channels: impl Channels) {
    for (threads, capacity) in [(1, Some(0)), (2, Some(1)), (3, Some(64)), (4, Some(0)), (8, Some(3)), (5, None)] {
        exactly_once(channels, threads, capacity, 8_000 / threads);
    }
}

/// Messages are `sender * 2^32 + number`.
fn exactly_once(channels: impl Channels, threads: u64, capacity: Option<usize>, each: u64) {
    let (tx, rx) = channels.open(capacity);
    let senders: Vec<_> = (0..threads)
        .map(|sender| {
            let tx = tx.clone();
            spawn(move || (0..each).for_each(|number| tx.send(sender << 32 | number).expect("open")))
        })
        .collect();
    let receivers: Vec<_> = (0..threads)
        .map(|_| {
            let rx = rx.clone();
            spawn(move || std::iter::from_fn(|| rx.recv().ok()).collect::<Vec<u64>>())
        })
        .collect();
    drop((tx, rx));
    senders.into_iter().for_each(|thread| thread.join().expect("no panic"));
    let mut seen = vec![];
    for thread in receivers {
        let got = thread.join().expect("no panic");
        let mut last = BTreeMap::new();
        for word in &got {
            let before = last.insert(word >> 32, *word);
            assert!(before < Some(*word), "messages of one sender stay in order");
        }
        seen.extend(got);
    }
    seen.sort_unstable();
    let expected: Vec<u64> =
        (0..threads).flat_map(|sender| (0..each).map(move |number| sender << 32 | number)).collect();
    assert!(seen == expected, "{} messages of {}", seen.len(), expected.len());
}

pub(crate) fn nothing_leaks_in_the_confusion_of_an_end(channels: impl Channels) {
    for round in 0..60 {
        let (tx, rx) = channels.open(CAPACITIES[round % CAPACITIES.len()]);
        let senders: Vec<_> = (0..3)
            .map(|sender| {
                let tx = tx.clone();
                spawn(move || {
                    let tries = 1..=200;
                    let sent = tries.take_while(|number| match sender {
                        0 => tx.send(*number).is_ok(),
                        1 => tx.deliver(*number).is_ok(),
                        _ => tx.try_send(*number) || number % 7 != 0,
                    });
                    (sender, sent.count())
                })
            })
            .collect();
        let receivers: Vec<_> = (0..2)
            .map(|_| {
                let rx = rx.clone();
                spawn(move || std::iter::from_fn(|| rx.recv().ok()).take(20 * (round % 10)).count())
            })
            .collect();
        if round % 3 == 0 {
            tx.close();
        }
        drop(rx);
        let received: usize = receivers.into_iter().map(|thread| thread.join().expect("no panic")).sum();
        let mut tried = 0;
        for thread in senders {
            let (_, sent) = thread.join().expect("no panic");
            // The one that failed was tried too.
            tried += if sent < 200 { sent + 1 } else { sent };
        }
        assert_eq!(tried as u64, received as u64 + tx.dropped(), "round {round}");
    }
}

macro_rules! conformance {
    ($channels:expr) => {
        conformance!($channels;
            messages_arrive_in_order capacity_is_what_fits unbounded_channels_take_everything a_full_channel_waits_for_room
            rendezvous closing_lets_queued_messages_arrive the_last_sender_disconnects the_last_receiver_disconnects
            who_waits_hears_of_the_end closing_refuses_who_waits_for_room deliver_waits_until_it_was_taken
            deliver_fails_if_nobody_can_take_it select_is_fair_and_passes_over_what_is_closed many_to_many
            nothing_leaks_in_the_confusion_of_an_end);
    };
    ($channels:expr; $($name:ident)*) => {
        $(#[test]
        fn $name() {
            $crate::channel::tests::conformance::$name($channels);
        })*
    };
}
pub(crate) use conformance;
