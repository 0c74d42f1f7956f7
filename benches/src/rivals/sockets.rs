//! Calls to another process: raw frames of 24 bytes over a Unix socket or TCP. In: an address for the process that answers. Out: the
//! sum of the answers.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};

const ROUND_TRIPS: u64 = 50_000;

/// So many frames are under way at a time where there are many, and so often.
const WINDOW: u64 = 64;
const WINDOWS: u64 = 2_000;

/// Blocking frames of 24 bytes each way between two processes (a thread would share the page tables and cheat).
pub(super) fn unix() -> u64 {
    over_unix(ask)
}

/// The same with 64 frames in each write.
pub(super) fn unix_many() -> u64 {
    over_unix(ask_many)
}

fn over_unix(ask: impl FnOnce(UnixStream) -> u64) -> u64 {
    let path = std::env::temp_dir().join(format!("pluto-bench-{}", std::process::id()));
    let listener = std::os::unix::net::UnixListener::bind(&path).expect("a socket");
    let own = std::env::current_exe().expect("a path");
    let address = path.display().to_string();
    let mut server =
        Command::new(own).args(["rival", "socket-server", &address]).stdin(Stdio::null()).spawn().expect("starts");
    let (stream, _) = listener.accept().expect("the server connects");
    let _ = std::fs::remove_file(&path);
    let sum = ask(stream);
    let _ = server.wait();
    sum
}

pub(super) fn tcp() -> u64 {
    over_tcp(ask)
}

/// The same with 64 frames in each write.
pub(super) fn tcp_many() -> u64 {
    over_tcp(ask_many)
}

fn over_tcp(ask: impl FnOnce(TcpStream) -> u64) -> u64 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let own = std::env::current_exe().expect("a path");
    let mut server =
        Command::new(own).args(["rival", "socket-server", &address]).stdin(Stdio::null()).spawn().expect("starts");
    let (stream, _) = listener.accept().expect("the server connects");
    stream.set_nodelay(true).expect("TCP");
    let sum = ask(stream);
    let _ = server.wait();
    sum
}

fn ask(mut stream: impl Read + Write) -> u64 {
    let mut sum = 0;
    for n in 0..ROUND_TRIPS {
        let mut frame = [0; 24];
        frame[16..].copy_from_slice(&n.to_le_bytes());
        stream.write_all(&frame).expect("the server is there");
        stream.read_exact(&mut frame).expect("the server answers");
        sum += u64::from_le_bytes(frame[16..].try_into().expect("8 bytes"));
    }
    sum
}

fn ask_many(mut stream: impl Read + Write) -> u64 {
    let mut sum = 0;
    let mut frames = [0; 24 * WINDOW as usize];
    for window in 0..WINDOWS {
        for (frame, n) in frames.chunks_exact_mut(24).zip(window * WINDOW..) {
            frame[16..].copy_from_slice(&n.to_le_bytes());
        }
        stream.write_all(&frames).expect("the server is there");
        stream.read_exact(&mut frames).expect("the server answers");
        let answers = frames.chunks_exact(24).map(|frame| u64::from_le_bytes(frame[16..].try_into().expect("8 bytes")));
        sum += answers.sum::<u64>();
    }
    sum
}

pub(super) fn serve(address: &str) {
    if address.starts_with('/') {
        echo(UnixStream::connect(address).expect("the client listens"));
    } else {
        let stream = TcpStream::connect(address).expect("the client listens");
        stream.set_nodelay(true).expect("TCP");
        echo(stream);
    }
}

fn echo(mut stream: impl Read + Write) {
    // As many frames as have come; each write of the other side is read whole here.
    let mut frames = [0; 24 * WINDOW as usize];
    while let Ok(count @ 1..) = stream.read(&mut frames) {
        if stream.write_all(&frames[..count]).is_err() {
            return;
        }
    }
}
