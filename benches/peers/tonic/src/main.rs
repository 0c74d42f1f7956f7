//! The rows of remote calls with tonic (gRPC over HTTP/2). In: the name of a row. Out: the sum of the answers on standard output. The
//! other process is this program too: it prints its address and serves until it is killed.

mod echo;

use echo::{EchoClient, EchoServer};
use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use tokio::net::{TcpListener, UnixListener};
use tokio_stream::wrappers::UnixListenerStream;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Endpoint, Server};

/// So many calls one after the other.
const CALLS: i64 = 50_000;
/// So many tasks call side by side, each so often.
const TASKS: i64 = 64;
const CALLS_EACH: i64 = 2_000;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["server", network] => on_tokio(serve((*network).to_owned())),
        ["unix"] => ask("unix", one_by_one),
        ["tcp"] => ask("tcp", one_by_one),
        ["unix_many"] => ask("unix", side_by_side),
        ["tcp_many"] => ask("tcp", side_by_side),
        _ => Err("which row?".into()),
    }
}

/// As many workers as `TOKIO_WORKER_THREADS` says; with one, no threads besides this one.
fn on_tokio<T: Send + 'static>(work: impl Future<Output = Outcome<T>> + Send + 'static) -> Outcome<T> {
    let alone = std::env::var("TOKIO_WORKER_THREADS").is_ok_and(|count| count == "1");
    let mut builder =
        if alone { tokio::runtime::Builder::new_current_thread() } else { tokio::runtime::Builder::new_multi_thread() };
    let runtime = builder.enable_all().build()?;
    // As a task: what `block_on` runs itself is on no worker, and each wake-up of it would go through another thread.
    runtime.block_on(async { tokio::spawn(work).await? })
}

// ---- the caller ----

fn ask<F: Future<Output = Outcome<i64>> + Send + 'static>(
    network: &'static str,
    calls: impl FnOnce(Channel) -> F + Send + 'static,
) -> Outcome<()> {
    let server = Other::start(network)?;
    let address = server.address.clone();
    let sum = on_tokio(async move { calls(Endpoint::from_shared(address)?.connect().await?).await })?;
    println!("{sum}");
    Ok(())
}

async fn one_by_one(channel: Channel) -> Outcome<i64> {
    let mut client = EchoClient::new(channel);
    let mut sum = 0;
    for n in 0..CALLS {
        sum += client.echo(n).await?;
    }
    Ok(sum)
}

/// Over one connection.
async fn side_by_side(channel: Channel) -> Outcome<i64> {
    let some = |from: i64| {
        let mut client = EchoClient::new(channel.clone());
        tokio::spawn(async move {
            let mut sum = 0;
            for n in from..from + CALLS_EACH {
                sum += client.echo(n).await?;
            }
            Outcome::Ok(sum)
        })
    };
    let tasks: Vec<_> = (0..TASKS).map(|task| some(task * CALLS_EACH)).collect();
    let mut sum = 0;
    for task in tasks {
        sum += task.await??;
    }
    Ok(sum)
}

/// The other process. Dropping it ends it.
struct Other {
    process: Child,
    address: String,
}

impl Other {
    fn start(network: &str) -> Outcome<Other> {
        let own = std::env::current_exe()?;
        let process =
            Command::new(own).args(["server", network]).stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut other = Other { process, address: String::new() };
        let output = other.process.stdout.take().ok_or("no output")?;
        BufReader::new(output).read_line(&mut other.address)?;
        other.address.truncate(other.address.trim_end().len());
        Ok(other)
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if let Some(path) = self.address.strip_prefix("unix://") {
            let _ = std::fs::remove_file(path);
        }
    }
}

// ---- the callee ----

async fn serve(network: String) -> Outcome<()> {
    let mut server = Server::builder();
    let router = server.add_service(EchoServer);
    if network == "unix" {
        let path: PathBuf = std::env::temp_dir().join(format!("pluto-bench-tonic-{}", std::process::id()));
        let listener = UnixListener::bind(&path)?;
        println!("unix://{}", path.display());
        router.serve_with_incoming(UnixListenerStream::new(listener)).await?;
    } else {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("http://{}", listener.local_addr()?);
        router.serve_with_incoming(TcpIncoming::from(listener).with_nodelay(Some(true))).await?;
    }
    Ok(())
}
