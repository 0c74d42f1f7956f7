//! The same work in Rust. Run as a process of its own, so that both sides pay for their start.

use std::hint::black_box;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};

const ROUND_TRIPS: u64 = 50_000;

pub(crate) fn main(args: &[String]) {
    match args.first().map(String::as_str) {
        Some("fib") => println!("{}", fib(black_box(38))),
        Some("array") => println!("{}", array()),
        Some("unix") => unix(),
        Some("tcp") => tcp(),
        Some("tcp-server") => tcp_server(&args[1]),
        Some(other) => eprintln!("no rival `{other}`"),
        None => eprintln!("which rival?"),
    }
}

fn fib(n: i64) -> i64 {
    if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
}

#[allow(clippy::same_item_push, reason = "the Pluto program pushes one by one too")]
fn array() -> i64 {
    let mut total = 0;
    for _ in 0..5 {
        let mut composite: Vec<i64> = vec![];
        for _ in 0..2_000_000 {
            composite.push(0);
        }
        let mut i = 2;
        while i * i < 2_000_000 {
            if composite[i] == 0 {
                let mut j = i * i;
                while j < 2_000_000 {
                    composite[j] = 1;
                    j += i;
                }
            }
            i += 1;
        }
        total += composite.iter().sum::<i64>();
    }
    total
}

/// Blocking frames of 24 bytes each way between two processes (a thread would share the page tables and cheat).
fn unix() {
    let path = std::env::temp_dir().join(format!("pluto-bench-{}", std::process::id()));
    let listener = std::os::unix::net::UnixListener::bind(&path).expect("a socket");
    let own = std::env::current_exe().expect("a path");
    let address = path.display().to_string();
    let mut server =
        Command::new(own).args(["rival", "tcp-server", &address]).stdin(Stdio::null()).spawn().expect("starts");
    let (stream, _) = listener.accept().expect("the server connects");
    let _ = std::fs::remove_file(&path);
    ask(stream);
    let _ = server.wait();
}

fn tcp() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let own = std::env::current_exe().expect("a path");
    let mut server =
        Command::new(own).args(["rival", "tcp-server", &address]).stdin(Stdio::null()).spawn().expect("starts");
    let (stream, _) = listener.accept().expect("the server connects");
    stream.set_nodelay(true).expect("TCP");
    ask(stream);
    let _ = server.wait();
}

fn ask(mut stream: impl Read + Write) {
    let mut sum = 0;
    for n in 0..ROUND_TRIPS {
        let mut frame = [0; 24];
        frame[16..].copy_from_slice(&n.to_le_bytes());
        stream.write_all(&frame).expect("the server is there");
        stream.read_exact(&mut frame).expect("the server answers");
        sum += u64::from_le_bytes(frame[16..].try_into().expect("8 bytes"));
    }
    println!("{sum}");
}

fn tcp_server(address: &str) {
    if address.starts_with('/') {
        echo(UnixStream::connect(address).expect("the client listens"));
    } else {
        let stream = TcpStream::connect(address).expect("the client listens");
        stream.set_nodelay(true).expect("TCP");
        echo(stream);
    }
}

fn echo(mut stream: impl Read + Write) {
    let mut frame = [0; 24];
    while stream.read_exact(&mut frame).is_ok() {
        if stream.write_all(&frame).is_err() {
            return;
        }
    }
}
