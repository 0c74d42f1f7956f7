//! The same work in Rust. Run as a process of its own, so that both sides pay for their start. In: `row` or `row/library`. Out: the result
//! on standard output.

mod basics;
mod broadcast;
mod clients;
mod idle;
mod large;
mod locked;
mod numbers;
mod ping_pong;
mod pipeline;
mod select;
mod senders;
mod sockets;
mod spawning;
mod stages;
mod texts;
mod tokio_frames;
mod updates;

use std::fmt::Display;

/// Runs one.
pub(crate) fn main(args: &[String]) {
    let Some(name) = args.first() else { return eprintln!("which rival?") };
    if let ("socket-server", [kind, address]) = (name.as_str(), &args[1..]) {
        return sockets::serve(kind, address);
    }
    match RIVALS.iter().find(|(known, _)| known == name) {
        Some((_, run)) => println!("{}", run()),
        None => {
            eprintln!("no rival `{name}`");
            std::process::exit(2);
        }
    }
}

type Rival = (&'static str, fn() -> String);

const RIVALS: &[Rival] = &[
    ("fib", || text(basics::fib_38())),
    ("array", || text(basics::array())),
    ("n_body", numbers::n_body),
    ("matrix", numbers::matrix),
    ("trees", || text(numbers::trees())),
    ("json", || text(texts::json())),
    ("words", texts::words),
    ("building", || text(texts::building())),
    ("append", || text(texts::append())),
    ("small_classes", || text(updates::small_classes())),
    ("map_push", || text(updates::map_push())),
    ("records", updates::records),
    ("unix/frames", || text(sockets::unix())),
    ("unix/tokio", || text(tokio_frames::unix())),
    ("tcp/frames", || text(sockets::tcp())),
    ("tcp/tokio", || text(tokio_frames::tcp())),
    ("unix_many/frames", || text(sockets::unix_many())),
    ("unix_many/tokio", || text(tokio_frames::unix_many())),
    ("tcp_many/frames", || text(sockets::tcp_many())),
    ("tcp_many/tokio", || text(tokio_frames::tcp_many())),
    ("ping_pong/flume", || text(ping_pong::flume())),
    ("ping_pong/tokio", || text(ping_pong::tokio())),
    ("ping_pong/crossbeam", || text(ping_pong::crossbeam())),
    ("pipeline/flume", || text(pipeline::flume())),
    ("pipeline/tokio", || text(pipeline::tokio())),
    ("pipeline/crossbeam", || text(pipeline::crossbeam())),
    ("senders/flume", || text(senders::flume())),
    ("senders/tokio", || text(senders::tokio())),
    ("senders/crossbeam", || text(senders::crossbeam())),
    ("select/tokio", || text(select::tokio())),
    ("select/crossbeam", || text(select::crossbeam())),
    ("broadcast/flume", || text(broadcast::flume())),
    ("broadcast/tokio", || text(broadcast::tokio())),
    ("broadcast/crossbeam", || text(broadcast::crossbeam())),
    ("large_string/flume", || text(large::string_flume())),
    ("large_string/tokio", || text(large::string_tokio())),
    ("large_string/crossbeam", || text(large::string_crossbeam())),
    ("large_array/flume", || text(large::array_flume())),
    ("large_array/tokio", || text(large::array_tokio())),
    ("spawn_join/tokio", || text(spawning::join())),
    ("spawn_each/tokio", || text(spawning::each())),
    ("stages/flume", || text(stages::flume())),
    ("stages/tokio", || text(stages::tokio())),
    ("stages/crossbeam", || text(stages::crossbeam())),
    ("idle/tokio", idle::run),
    ("clients/std", || text(clients::std_mutex())),
    ("clients/tokio", || text(clients::tokio_mutex())),
    ("locked_call/std", locked::locked),
    ("unlocked_call/std", locked::unlocked),
];

fn text(result: impl Display) -> String {
    result.to_string()
}

/// Runs `work` as a task on Tokio with a worker for each CPU (`TOKIO_WORKER_THREADS`, as the harness sets it).
fn on_tokio<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let runtime = ::tokio::runtime::Builder::new_multi_thread().enable_time().build().expect("Tokio starts");
    // As a task: what `block_on` runs itself is on no worker, and each wake-up of it would go through another thread.
    runtime.block_on(async { ::tokio::spawn(work).await.expect("the work does not panic") })
}
