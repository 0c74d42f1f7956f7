//! `cargo run --release -p pluto-benches`: our programs beside the same work in Rust, interleaved, and the table of ratios.
//! Each row is the median over rounds; only ratios from one run mean anything.

mod rivals;
mod run;

use run::{Contestant, Row};

fn main() {
    let mut args = std::env::args().skip(1);
    match args.next().as_deref() {
        Some("rival") => rivals::main(&args.collect::<Vec<_>>()),
        Some(rounds) => table(rounds.parse().unwrap_or(5)),
        None => table(5),
    }
}

fn table(rounds: usize) {
    let rows = [
        Row { work: "fib(38)", target: 1.2, ours: Contestant::program("fib"), other: Contestant::rival("fib") },
        Row {
            work: "sieve and sum over an array",
            target: 1.3,
            ours: Contestant::program("array"),
            other: Contestant::rival("array"),
        },
        Row {
            work: "co-located service call / plain call",
            target: 1.1,
            ours: Contestant::program("service_call"),
            other: Contestant::program("plain_call"),
        },
        Row {
            work: "remote call, Unix socket, one CPU / raw frames",
            target: 1.5,
            ours: Contestant::system("remote_call", "Unix"),
            other: Contestant::rival_pinned("unix"),
        },
        Row {
            work: "remote call, TCP, one CPU / raw frames",
            target: 1.5,
            ours: Contestant::system("remote_call", "Tcp"),
            other: Contestant::rival_pinned("tcp"),
        },
    ];
    println!("| work | ratio to the other | target |\n|---|---|---|");
    for row in rows {
        match row.ratio(rounds) {
            Ok(ratio) => println!("| {} | {ratio:.2} | ≤ {} |", row.work, row.target),
            Err(error) => println!("| {} | failed: {error} | ≤ {} |", row.work, row.target),
        }
    }
}
