//! The frames of `sockets`, exchanged by Tokio tasks. In: a connection. Out: the sum of the answers. One at a time: a task that writes and
//! reads. Many: 64 tasks that each wait for the answer to their own frame; one task writes what has gathered, one hands the answers out.

use super::sockets::{ASKERS, ASKS_EACH, FRAME, ROUND_TRIPS, answer, frame, over_tcp, over_unix};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{tcp, unix};
use tokio::sync::{Notify, mpsc};

/// The word by which the other process knows that it is to answer with Tokio.
pub(super) const KIND: &str = "tokio";

pub(super) fn unix() -> u64 {
    over_unix(KIND, |stream| run(async { ask(unix_halves(stream)).await }))
}

pub(super) fn tcp() -> u64 {
    over_tcp(KIND, |stream| run(async { ask(tcp_halves(stream)).await }))
}

pub(super) fn unix_many() -> u64 {
    over_unix(KIND, |stream| run(async { ask_many(unix_halves(stream)).await }))
}

pub(super) fn tcp_many() -> u64 {
    over_tcp(KIND, |stream| run(async { ask_many(tcp_halves(stream)).await }))
}

pub(super) fn serve_unix(stream: UnixStream) {
    run(async { echo(unix_halves(stream)).await });
}

pub(super) fn serve_tcp(stream: TcpStream) {
    run(async { echo(tcp_halves(stream)).await });
}

/// Unlike the other rivals on this thread alone where there is one CPU: that is what somebody would choose who cares.
fn run<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let alone = std::env::var("TOKIO_WORKER_THREADS").is_ok_and(|count| count == "1");
    let mut builder =
        if alone { tokio::runtime::Builder::new_current_thread() } else { tokio::runtime::Builder::new_multi_thread() };
    let runtime = builder.enable_all().build().expect("Tokio starts");
    runtime.block_on(async { tokio::spawn(work).await.expect("the work does not panic") })
}

fn unix_halves(stream: UnixStream) -> (unix::OwnedReadHalf, unix::OwnedWriteHalf) {
    stream.set_nonblocking(true).expect("a socket");
    tokio::net::UnixStream::from_std(stream).expect("a socket").into_split()
}

fn tcp_halves(stream: TcpStream) -> (tcp::OwnedReadHalf, tcp::OwnedWriteHalf) {
    stream.set_nonblocking(true).expect("a socket");
    tokio::net::TcpStream::from_std(stream).expect("a socket").into_split()
}

async fn ask((mut incoming, mut outgoing): (impl AsyncRead + Unpin, impl AsyncWrite + Unpin)) -> u64 {
    let mut sum = 0;
    for n in 0..ROUND_TRIPS {
        let mut bytes = frame(0, n);
        outgoing.write_all(&bytes).await.expect("the server is there");
        incoming.read_exact(&mut bytes).await.expect("the server answers");
        sum += answer(&bytes).1;
    }
    sum
}

/// What is to be written.
#[derive(Default)]
struct Gathered {
    bytes: Mutex<Vec<u8>>,
    filled: Notify,
}

async fn ask_many<R, W>((incoming, outgoing): (R, W)) -> u64
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let gathered = Arc::<Gathered>::default();
    let (senders, receivers): (Vec<_>, Vec<_>) = (0..ASKERS).map(|_| mpsc::channel(1)).unzip();
    tokio::spawn(write(outgoing, gathered.clone()));
    tokio::spawn(hand_out(incoming, senders));
    let askers = receivers.into_iter().zip(0..).map(|(answers, asker)| {
        let gathered = gathered.clone();
        tokio::spawn(async move { ask_some(asker, &gathered, answers).await })
    });
    let mut sum = 0;
    for asker in askers.collect::<Vec<_>>() {
        sum += asker.await.expect("the asker does not panic");
    }
    sum
}

async fn ask_some(asker: u64, gathered: &Gathered, mut answers: mpsc::Receiver<u64>) -> u64 {
    let mut sum = 0;
    for n in asker * ASKS_EACH..(asker + 1) * ASKS_EACH {
        gathered.bytes.lock().expect("nobody panics").extend_from_slice(&frame(asker, n));
        gathered.filled.notify_one();
        sum += answers.recv().await.expect("the server answers");
    }
    sum
}

async fn write(mut outgoing: impl AsyncWrite + Unpin, gathered: Arc<Gathered>) {
    let mut bytes = vec![];
    loop {
        gathered.filled.notified().await;
        std::mem::swap(&mut bytes, &mut *gathered.bytes.lock().expect("nobody panics"));
        outgoing.write_all(&bytes).await.expect("the server is there");
        bytes.clear();
    }
}

async fn hand_out(incoming: impl AsyncRead + Unpin, senders: Vec<mpsc::Sender<u64>>) {
    let mut incoming = BufReader::new(incoming);
    let mut bytes = [0; FRAME];
    while incoming.read_exact(&mut bytes).await.is_ok() {
        let (asker, n) = answer(&bytes);
        senders[asker as usize].send(n).await.expect("the asker waits");
    }
}

async fn echo((mut incoming, mut outgoing): (impl AsyncRead + Unpin, impl AsyncWrite + Unpin)) {
    let mut frames = [0; FRAME * ASKERS as usize];
    while let Ok(count @ 1..) = incoming.read(&mut frames).await {
        if outgoing.write_all(&frames[..count]).await.is_err() {
            return;
        }
    }
}
