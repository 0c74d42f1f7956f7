//! Raw frames of 24 bytes to another process and back, over a Unix socket or TCP: who asks (8 bytes), 8 bytes of nothing, a number. In: an
//! address for the process that answers. Out: the sum of the answers. Here both sides block; `tokio_frames` does the same with tasks.

use super::tokio_frames;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::{Child, Command, Stdio};

pub(super) const ROUND_TRIPS: u64 = 50_000;

/// So many ask at a time where there are many, and each so often.
pub(super) const ASKERS: u64 = 64;
pub(super) const ASKS_EACH: u64 = 2_000;

/// The bytes of a frame.
pub(super) const FRAME: usize = 24;

/// The word by which the other process knows that it is to block.
const KIND: &str = "blocking";

pub(super) fn unix() -> u64 {
    over_unix(KIND, ask)
}

pub(super) fn tcp() -> u64 {
    over_tcp(KIND, ask)
}

/// 64 frames in each write: the floor of what sockets cost, since nobody waits for an answer of his own.
pub(super) fn unix_many() -> u64 {
    over_unix(KIND, ask_many)
}

/// The same.
pub(super) fn tcp_many() -> u64 {
    over_tcp(KIND, ask_many)
}

/// Another process of this kind answers (a thread would share the page tables and cheat).
pub(super) fn over_unix(kind: &str, ask: impl FnOnce(UnixStream) -> u64) -> u64 {
    let path = std::env::temp_dir().join(format!("pluto-bench-{}", std::process::id()));
    let listener = UnixListener::bind(&path).expect("a socket");
    let server = start(kind, &path.display().to_string());
    let (stream, _) = listener.accept().expect("the server connects");
    let _ = std::fs::remove_file(&path);
    finish(server, ask(stream))
}

/// The same.
pub(super) fn over_tcp(kind: &str, ask: impl FnOnce(TcpStream) -> u64) -> u64 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let server = start(kind, &listener.local_addr().expect("an address").to_string());
    let (stream, _) = listener.accept().expect("the server connects");
    stream.set_nodelay(true).expect("TCP");
    finish(server, ask(stream))
}

fn start(kind: &str, address: &str) -> Child {
    let own = std::env::current_exe().expect("a path");
    let words = ["rival", "socket-server", kind, address];
    Command::new(own).args(words).stdin(Stdio::null()).spawn().expect("starts")
}

/// The connection is closed, so the server ends.
fn finish(mut server: Child, sum: u64) -> u64 {
    let _ = server.wait();
    sum
}

pub(super) fn frame(asker: u64, n: u64) -> [u8; FRAME] {
    let mut bytes = [0; FRAME];
    bytes[..8].copy_from_slice(&asker.to_le_bytes());
    bytes[16..].copy_from_slice(&n.to_le_bytes());
    bytes
}

/// Who asked, and the number.
pub(super) fn answer(bytes: &[u8]) -> (u64, u64) {
    let word = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("8 bytes"));
    (word(0), word(16))
}

fn ask(mut stream: impl Read + Write) -> u64 {
    let mut sum = 0;
    for n in 0..ROUND_TRIPS {
        let mut bytes = frame(0, n);
        stream.write_all(&bytes).expect("the server is there");
        stream.read_exact(&mut bytes).expect("the server answers");
        sum += answer(&bytes).1;
    }
    sum
}

fn ask_many(mut stream: impl Read + Write) -> u64 {
    let mut sum = 0;
    let mut frames = [0; FRAME * ASKERS as usize];
    for ask in 0..ASKS_EACH {
        for (bytes, asker) in frames.chunks_exact_mut(FRAME).zip(0..) {
            bytes.copy_from_slice(&frame(asker, asker * ASKS_EACH + ask));
        }
        stream.write_all(&frames).expect("the server is there");
        stream.read_exact(&mut frames).expect("the server answers");
        sum += frames.chunks_exact(FRAME).map(|bytes| answer(bytes).1).sum::<u64>();
    }
    sum
}

pub(super) fn serve(kind: &str, address: &str) {
    if address.starts_with('/') {
        let stream = UnixStream::connect(address).expect("the client listens");
        if kind == tokio_frames::KIND { tokio_frames::serve_unix(stream) } else { echo(stream) }
    } else {
        let stream = TcpStream::connect(address).expect("the client listens");
        stream.set_nodelay(true).expect("TCP");
        if kind == tokio_frames::KIND { tokio_frames::serve_tcp(stream) } else { echo(stream) }
    }
}

fn echo(mut stream: impl Read + Write) {
    // As many frames as have come; each write of the other side is read whole here.
    let mut frames = [0; FRAME * ASKERS as usize];
    while let Ok(count @ 1..) = stream.read(&mut frames) {
        if stream.write_all(&frames[..count]).is_err() {
            return;
        }
    }
}
