//! Processes that offer what cannot be used, and processes that spoil what they share. The first get a connection over the socket, the others lose
//! theirs; nothing else happens.

use std::io::{IoSlice, Write};
use std::mem::MaybeUninit;
use std::net::Shutdown;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use pluto_proto::status::Carrier;
use rustix::event::EventfdFlags;
use rustix::fs::{MemfdFlags, SealFlags};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags};
use tokio::io::AsyncReadExt;
use tokio::time::timeout;

use super::super::layout::{SIZE, prepare};
use super::super::offer::{Offer, hear};
use super::*;
use crate::transport::{Incoming, Outgoing};

const LONG: Duration = Duration::from_secs(20);
const WORDS: &[u8] = b"good morning";

fn in_reactor<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("Tokio starts");
    runtime.block_on(async { timeout(LONG, work).await.expect("it does not hang") })
}

fn pair() -> (UnixStream, UnixStream) {
    let (one, other) = UnixStream::pair().expect("sockets");
    one.set_nonblocking(true).expect("a socket");
    other.set_nonblocking(true).expect("a socket");
    (one, other)
}

fn send(socket: &UnixStream, files: &[OwnedFd]) {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(8))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    let files: Vec<_> = files.iter().map(AsFd::as_fd).collect();
    assert!(files.is_empty() || control.push(SendAncillaryMessage::ScmRights(&files)));
    let sent = rustix::net::sendmsg(socket, &[IoSlice::new(WORDS)], &mut control, SendFlags::empty());
    assert_eq!(sent, Ok(WORDS.len()));
}

fn memory(size: u64, seals: SealFlags) -> OwnedFd {
    let file = rustix::fs::memfd_create(c"test", MemfdFlags::ALLOW_SEALING).expect("memory");
    rustix::fs::ftruncate(&file, size).expect("room");
    rustix::fs::fcntl_add_seals(&file, seals).expect("sealed");
    file
}

/// Memory as it should be, with a view of it.
fn good_memory() -> (Memory, OwnedFd) {
    let (memory, file) = Memory::create(SIZE).expect("memory");
    prepare(&memory);
    (memory, file)
}

fn bell(flags: EventfdFlags) -> OwnedFd {
    rustix::event::eventfd(0, flags).expect("a bell")
}

fn good_bell() -> OwnedFd {
    bell(EventfdFlags::NONBLOCK)
}

/// Offers that are none.
fn useless() -> Vec<Vec<OwnedFd>> {
    let all = SealFlags::SEAL | SealFlags::SHRINK | SealFlags::GROW;
    let file = || OwnedFd::from(tempfile::tempfile().expect("a file"));
    let pipe = || std::io::pipe().expect("a pipe").1.into();
    vec![
        vec![],
        vec![good_memory().1],
        vec![good_memory().1, good_bell()],
        vec![good_memory().1, good_bell(), good_bell(), good_bell()],
        vec![good_bell(), good_bell(), good_memory().1],
        vec![file(), good_bell(), good_bell()],
        // It could be made smaller; it is smaller; it is larger; it has another form.
        vec![memory(SIZE as u64, SealFlags::empty()), good_bell(), good_bell()],
        vec![memory(SIZE as u64, SealFlags::SEAL | SealFlags::GROW), good_bell(), good_bell()],
        vec![memory(4096, all), good_bell(), good_bell()],
        vec![memory(2 * SIZE as u64, all), good_bell(), good_bell()],
        vec![memory(SIZE as u64, all), good_bell(), good_bell()],
        // Who rang it could wait for ever.
        vec![good_memory().1, good_bell(), bell(EventfdFlags::empty())],
        vec![good_memory().1, good_bell(), pipe()],
        vec![good_memory().1, pipe(), good_bell()],
    ]
}

#[test]
fn what_cannot_be_used_is_left_and_the_connection_goes_on_over_the_socket() {
    in_reactor(async {
        for (number, files) in useless().into_iter().enumerate() {
            let (mut peer, own) = pair();
            send(&peer, &files);
            let (mut incoming, outgoing) = hear(own).await.expect("opened");
            assert_eq!(outgoing.carrier(), Carrier::UnixSocket, "{number}");
            peer.write_all(b" to you").expect("room");
            let mut bytes = [0; WORDS.len() + 7];
            incoming.read_exact(&mut bytes).await.expect("they come");
            assert_eq!(&bytes, b"good morning to you", "{number}");
        }
    });
}

#[test]
fn words_that_come_in_pieces_or_not_at_all_are_no_offer() {
    in_reactor(async {
        let (mut peer, own) = pair();
        peer.write_all(&WORDS[..3]).expect("room");
        let (mut incoming, _) = hear(own).await.expect("opened");
        peer.write_all(&WORDS[3..]).expect("room");
        drop(peer);
        let mut bytes = vec![];
        incoming.read_to_end(&mut bytes).await.expect("they come");
        assert_eq!(bytes, WORDS);
        let (peer, own) = pair();
        drop(peer);
        let (mut incoming, _) = hear(own).await.expect("opened");
        assert_eq!(incoming.read(&mut [0; 8]).await.expect("the end"), 0);
    });
}

/// A connection with somebody who has the memory to write into: what comes, what goes, the memory, the other end of the socket.
async fn spoilt() -> (Incoming, Outgoing, Memory, UnixStream) {
    let (peer, own) = pair();
    let (memory, file) = good_memory();
    send(&peer, &[file, good_bell(), good_bell()]);
    let (mut incoming, outgoing) = hear(own).await.expect("opened");
    assert_eq!(outgoing.carrier(), Carrier::SharedMemory);
    incoming.read_exact(&mut [0; WORDS.len()]).await.expect("the first words");
    (incoming, outgoing, memory, peer)
}

/// Where the two positions lie that the one who has connected publishes: written, and taken of what comes back.
const POSITIONS: [usize; 2] = [128, 512];

#[test]
fn positions_that_cannot_be_end_the_connection() {
    in_reactor(async {
        for wild in [u64::MAX, 1 << 40, SIZE as u64] {
            let (mut incoming, outgoing, memory, _peer) = spoilt().await;
            memory.word(POSITIONS[0]).store(wild, std::sync::atomic::Ordering::Release);
            let error = incoming.read(&mut [0; 64]).await.expect_err("it cannot be");
            assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
            // What has not come is not counted beyond what can be.
            assert!(outgoing.unread() <= SIZE);
            memory.word(POSITIONS[1]).store(wild, std::sync::atomic::Ordering::Release);
            let error = fill(&outgoing).expect_err("it cannot be");
            assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
            outgoing.writable().await.expect_err("and never will");
        }
    });
}

/// Writes until there is no room.
fn fill(outgoing: &Outgoing) -> std::io::Result<()> {
    loop {
        match outgoing.try_write(&[1; 10_000]) {
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}

#[test]
fn who_speaks_over_the_socket_beside_the_memory_loses_the_connection() {
    in_reactor(async {
        let (mut incoming, _outgoing, _memory, mut peer) = spoilt().await;
        peer.write_all(b"psst").expect("room");
        incoming.read(&mut [0; 64]).await.expect_err("that is not done");
    });
}

#[test]
fn whoever_takes_nothing_and_goes_lets_the_writer_go() {
    in_reactor(async {
        let (_incoming, outgoing, _memory, peer) = spoilt().await;
        fill(&outgoing).expect("sound");
        assert!(timeout(Duration::from_millis(30), outgoing.writable()).await.is_err(), "nobody has made room");
        peer.shutdown(Shutdown::Both).expect("open");
        outgoing.writable().await.expect_err("nobody ever will");
        assert!(outgoing.is_hung_up());
    });
}

#[test]
fn signs_that_mean_nothing_only_cost_rings() {
    in_reactor(async {
        let (mut incoming, outgoing, memory, _peer) = spoilt().await;
        for at in [128, 256, 384, 512] {
            memory.word(at + 8).store(u64::MAX, std::sync::atomic::Ordering::Release);
        }
        assert_eq!(outgoing.try_write(b"abc").expect("sound"), 3);
        assert!(timeout(Duration::from_millis(30), incoming.read(&mut [0; 8])).await.is_err(), "there is nothing");
    });
}

#[test]
fn an_offer_that_is_not_taken_is_forgotten() {
    in_reactor(async {
        let (own, mut peer) = pair();
        let offer = Offer::make(&Arc::new(own), WORDS).expect("made");
        peer.write_all(b"I do not share").expect("room");
        let (mut incoming, outgoing) = offer.answer().await.expect("answered");
        assert_eq!(outgoing.carrier(), Carrier::UnixSocket);
        let mut bytes = [0; 14];
        incoming.read_exact(&mut bytes).await.expect("they come");
        assert_eq!(&bytes, b"I do not share");
        // Who ends without an answer has not taken it either.
        let (own, peer) = pair();
        let offer = Offer::make(&Arc::new(own), WORDS).expect("made");
        drop(peer);
        let (mut incoming, _) = offer.answer().await.expect("answered");
        assert!(matches!(incoming.read(&mut [0; 8]).await, Ok(0) | Err(_)));
        let (own, _peer) = pair();
        assert!(Offer::make(&Arc::new(own), &[b'x'; 5_000]).is_err(), "too long for one message");
    });
}
