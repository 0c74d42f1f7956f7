//! What every transport promises, over each of them: bytes come in their order and all of them, a full one holds its writer back, and the end of
//! the other side comes after what it had written.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use pluto_proto::status::Carrier;
use tokio::io::AsyncReadExt;
use tokio::time::timeout;

use super::*;

const LONG: Duration = Duration::from_secs(60);
const ALL: [Carrier; 3] = [Carrier::SharedMemory, Carrier::UnixSocket, Carrier::Tcp];
const WORDS: &[u8] = b"hello";

/// Both sides of a connection: who has connected, and who has accepted.
struct Pair {
    near: (Incoming, Outgoing),
    far: (Incoming, Outgoing),
}

impl Pair {
    /// The other side has heard the first words, and answers.
    async fn new(carrier: Carrier) -> Pair {
        match carrier {
            Carrier::SharedMemory | Carrier::Tcp => Pair::between(carrier, [Sharing::Wanted; 2]).await,
            Carrier::UnixSocket => Pair::between(carrier, [Sharing::Off; 2]).await,
        }
    }

    /// The same; who connects and who accepts want this.
    async fn between(carrier: Carrier, sharing: [Sharing; 2]) -> Pair {
        let folder = tempfile::tempdir().expect("a folder");
        let address = match carrier {
            Carrier::Tcp => free_tcp(),
            Carrier::UnixSocket | Carrier::SharedMemory => unix(&folder),
        };
        let mut leftovers = Leftovers::default();
        let listening = bind(&address, &mut leftovers).expect("a free address").listen().expect("in the reactor");
        let accepting = async {
            let arrival = listening.accept().await.expect("a connection");
            let (mut incoming, outgoing) = arrival.open(sharing[1]).await.expect("opened");
            assert_eq!(&bytes(&mut incoming, WORDS.len()).await, WORDS);
            outgoing.say(WORDS).await.expect("room");
            (incoming, outgoing)
        };
        let connecting = async { connect(&address, WORDS, sharing[0]).await.expect("connected") };
        let (far, mut near) = both(accepting, connecting).await;
        assert_eq!(&bytes(&mut near.0, WORDS.len()).await, WORDS);
        assert_eq!((near.1.carrier(), far.1.carrier()), (carrier, carrier));
        Pair { near, far }
    }
}

fn unix(folder: &tempfile::TempDir) -> Address {
    Address::Unix(folder.path().join("s.sock").to_str().expect("UTF-8").to_string())
}

fn free_tcp() -> Address {
    let probe = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    Address::Tcp(probe.local_addr().expect("bound"))
}

async fn bytes(incoming: &mut Incoming, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    incoming.read_exact(&mut bytes).await.expect("they come");
    bytes
}

/// Both results, when both are there.
async fn both<A, B>(first: impl Future<Output = A>, second: impl Future<Output = B>) -> (A, B) {
    let (mut first, mut second) = (pin!(first), pin!(second));
    let (mut one, mut other) = (None, None);
    poll_fn(|context| {
        if one.is_none()
            && let Poll::Ready(value) = first.as_mut().poll(context)
        {
            one = Some(value);
        }
        if other.is_none()
            && let Poll::Ready(value) = second.as_mut().poll(context)
        {
            other = Some(value);
        }
        match (one.take(), other.take()) {
            (Some(one), Some(other)) => Poll::Ready((one, other)),
            (first, second) => {
                (one, other) = (first, second);
                Poll::Pending
            }
        }
    })
    .await
}

/// Does this over each transport.
fn over_all(work: impl AsyncFn(Pair)) {
    for carrier in ALL {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("Tokio starts");
        let hangs = format!("it hangs over {}", carrier.name());
        runtime.block_on(async { timeout(LONG, async { work(Pair::new(carrier).await).await }).await.expect(&hangs) });
    }
}

/// The byte at a place of a long row.
fn byte(at: usize) -> u8 {
    (at * 31 % 251) as u8
}

async fn write_many(outgoing: &Outgoing, many: usize, seed: u64) {
    let (mut dice, mut sent) = (fastrand::Rng::with_seed(seed), 0);
    while sent < many {
        let piece: Vec<u8> = (sent..many.min(sent + dice.usize(1..200_000))).map(byte).collect();
        outgoing.say(&piece).await.expect("the other side lives");
        sent += piece.len();
    }
}

async fn read_many(incoming: &mut Incoming, many: usize, seed: u64) {
    let (mut dice, mut received) = (fastrand::Rng::with_seed(seed), 0);
    let mut buffer = vec![0; 100_000];
    while received < many {
        let count = incoming.read(&mut buffer[..dice.usize(1..100_000)]).await.expect("no error");
        assert!(count > 0 && buffer[..count].iter().enumerate().all(|(at, it)| *it == byte(received + at)));
        received += count;
    }
}

#[test]
fn who_does_not_want_to_share_has_a_connection_over_the_socket() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("Tokio starts");
    runtime.block_on(async {
        for [near, far] in [[Sharing::Wanted, Sharing::Off], [Sharing::Off, Sharing::Wanted]] {
            let pair = timeout(LONG, Pair::between(Carrier::UnixSocket, [near, far])).await.expect("it does not hang");
            pair.near.1.say(b"there").await.expect("room");
            let Pair { near: (mut back, _), far: (mut there, outgoing) } = pair;
            assert_eq!(bytes(&mut there, 5).await, b"there");
            outgoing.say(b"back").await.expect("room");
            assert_eq!(bytes(&mut back, 4).await, b"back");
        }
    });
}

#[test]
fn many_bytes_go_both_ways_at_once() {
    const MANY: usize = 3_000_000;
    over_all(async |Pair { mut near, mut far }| {
        let there = both(write_many(&near.1, MANY, 1), read_many(&mut far.0, MANY, 2));
        let back = both(write_many(&far.1, MANY, 3), read_many(&mut near.0, MANY, 4));
        both(there, back).await;
    });
}

#[test]
fn the_same_between_threads_that_sleep_by_turns() {
    over_all(async |Pair { near, mut far }| {
        // The near side lives in a reactor of its own, as in another process.
        let (outgoing, rounds) = (near.1, 2_000);
        let thread = std::thread::spawn(move || {
            for round in 0..rounds {
                while outgoing.try_write(&[round as u8]).is_err() {
                    std::thread::yield_now();
                }
                if round % 100 == 0 {
                    std::thread::sleep(Duration::from_micros(200));
                }
            }
            outgoing
        });
        for round in 0..rounds {
            assert_eq!(bytes(&mut far.0, 1).await, [round as u8]);
        }
        drop((near.0, thread.join().expect("no panic")));
        assert_eq!(far.0.read(&mut [0]).await.expect("no error"), 0);
    });
}

/// Writes until there is no room: how much.
fn fill(outgoing: &Outgoing) -> usize {
    let mut sent = 0;
    while let Ok(count) = outgoing.try_write(&[7; 4096]) {
        sent += count;
    }
    sent
}

#[test]
fn a_writer_without_room_waits_until_the_other_side_has_read() {
    over_all(async |Pair { near, mut far }| {
        let mut sent = fill(&near.1);
        // TCP finds more room for a while.
        while timeout(Duration::from_millis(30), near.1.writable()).await.is_ok() {
            sent += fill(&near.1);
            assert!(sent < 50_000_000, "it is never full");
        }
        assert!(sent > 10_000, "{sent}");
        // Some of it may still be under way.
        assert!((1..=sent).contains(&far.1.unread()), "{} of {sent}", far.1.unread());
        both(async { near.1.writable().await.expect("there is room") }, bytes(&mut far.0, sent)).await;
        near.1.say(b"more").await.expect("room");
        assert_eq!(bytes(&mut far.0, 4).await, b"more");
        assert_eq!(far.1.unread(), 0);
    });
}

#[test]
fn the_end_comes_after_what_was_written_before() {
    over_all(async |Pair { near, mut far }| {
        near.1.say(&[5; 100_000]).await.expect("room");
        assert!(!far.1.is_hung_up());
        drop(near);
        // The other side may not know yet, where the system brings it the news.
        while !far.1.is_hung_up() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let mut rest = vec![];
        far.0.read_to_end(&mut rest).await.expect("the end");
        assert_eq!(rest, [5; 100_000]);
    });
}

#[test]
fn who_waits_for_something_to_read_or_for_room_hears_of_the_end() {
    over_all(async |Pair { near, mut far }| {
        fill(&far.1);
        let end = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            drop(near);
        };
        // Bytes that the other side has not read may make an error of it.
        let writer = async { while far.1.writable().await.is_ok() && far.1.try_write(b"x").is_ok() {} };
        let mut buffer = [0; 8];
        let ((), (read, ())) = both(writer, both(far.0.read(&mut buffer), end)).await;
        assert!(matches!(read, Ok(0) | Err(_)));
    });
}

/// How often the reactor was asked for news while this went on.
async fn waits(work: impl Future<Output = ()>) -> u64 {
    let count = || tokio::runtime::Handle::current().metrics().worker_park_count(0);
    let before = count();
    work.await;
    count() - before
}

#[test]
fn who_sleeps_is_woken_once_and_not_for_nothing() {
    over_all(async |Pair { near, mut far }| {
        let waits = waits(async {
            let outgoing = near.1;
            let thread = std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(40));
                outgoing.try_write(b"x").expect("room");
                outgoing
            });
            assert_eq!(bytes(&mut far.0, 1).await, b"x");
            drop(thread.join().expect("no panic"));
        });
        // One look at what is there, one wait; the other looks are those of a reader that has just read something.
        let waits = waits.await;
        assert!(waits <= 4, "{waits}");
        drop(near.0);
    });
}
