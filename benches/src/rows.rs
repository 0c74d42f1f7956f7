//! The rows of the tables, with their targets (from the design's performance targets where it has one).

use crate::contestant::{Contestant, Side, go, pluto, rust, system};
use crate::row::{Measure, Row};

/// All, in the order of the tables.
pub(crate) fn all() -> Vec<Row> {
    let groups = [basics(), channels(), large(), tasks(), services()];
    groups.into_iter().flatten().collect()
}

fn basics() -> Vec<Row> {
    let row = |name, work, target, ours, rival| ratio("basics", name, work, target, Side::Rust, ours, vec![rival]);
    vec![
        row("fib", "fib(38)", 1.2, pluto("fib"), rust("fib")),
        row("array", "sieve and sum over an array", 1.3, pluto("array"), rust("array")),
    ]
}

fn channels() -> Vec<Row> {
    let row = |name, work, target, others: &[&'static str]| {
        let rivals = others.iter().map(|other| rust(other)).chain([go(name)]).collect();
        ratio("channels", name, work, target, Side::Go, pluto(name), rivals)
    };
    // Tokio's second worker only disturbs here.
    let ping_pong = ["ping_pong/flume", "ping_pong/tokio"].map(rust);
    let ping_pong = [ping_pong, ping_pong.map(Contestant::with_one_worker)].concat();
    let ping_pong = ping_pong.into_iter().chain([go("ping_pong")]).collect();
    vec![
        ratio("channels", "ping_pong", "rendezvous ping-pong", 0.25, Side::Go, pluto("ping_pong"), ping_pong),
        row(
            "pipeline",
            "pipeline of four stages, 128 slots",
            0.4,
            &["pipeline/flume", "pipeline/tokio", "pipeline/crossbeam"],
        ),
        row("senders", "eight senders, one receiver", 0.4, &["senders/flume", "senders/tokio", "senders/crossbeam"]),
        row("select", "select over eight channels", 0.5, &["select/tokio", "select/crossbeam"]),
        row(
            "broadcast",
            "broadcast to 100 subscribers",
            0.7,
            &["broadcast/flume", "broadcast/tokio", "broadcast/crossbeam"],
        ),
    ]
}

/// With a target that only copying misses.
fn large() -> Vec<Row> {
    let row = |name, work, others: &[&'static str]| {
        let rivals = others.iter().map(|other| rust(other)).chain([go(name)]).collect();
        ratio("large", name, work, 1.0, Side::Go, pluto(name), rivals)
    };
    vec![
        row(
            "large_string",
            "a string of 1 MiB, sent again and again",
            &["large_string/flume", "large_string/tokio", "large_string/crossbeam"],
        ),
        row(
            "large_array",
            "an array of 100,000 ints, to and fro, changed in place",
            &["large_array/flume", "large_array/tokio"],
        ),
    ]
}

fn tasks() -> Vec<Row> {
    let spawning = |name, work, rival| {
        let rivals = vec![rust(rival), rust(rival).with_one_worker(), go(name)];
        ratio("tasks", name, work, 0.25, Side::Go, pluto(name), rivals)
    };
    let stages = vec![
        rust("stages/flume"),
        rust("stages/tokio"),
        rust("stages/crossbeam"),
        go("stages"),
        pluto("stages").with_one_worker(),
    ];
    let work = "two stages of 5 µs on two workers / on one";
    vec![
        spawning("spawn_join", "spawn 1,000 tasks, join them", "spawn_join/tokio"),
        spawning("spawn_each", "spawn a task, join it", "spawn_each/tokio"),
        ratio("tasks", "stages", work, 0.65, Side::Pluto, pluto("stages"), stages),
        Row {
            group: "tasks",
            name: "idle",
            work: "memory of an idle task, of 100,000",
            measure: Measure::Memory(vec![pluto("idle"), go("idle"), rust("idle/tokio")]),
            target: 6.5,
        },
    ]
}

fn services() -> Vec<Row> {
    let remote = |name, work, which, rival: Contestant| {
        let ours = system("remote_call", which).pinned();
        ratio("services", name, work, 1.5, Side::Rust, ours, vec![rival.pinned()])
    };
    let many = |name, work, which| {
        ratio("services", name, work, 1.2, Side::Rust, system("remote_many", which), vec![rust(name), go(name)])
    };
    // `clients/tokio` takes twenty times as long as `clients/std`.
    let clients = vec![rust("clients/std"), go("clients")];
    let call = "co-located service call / plain call";
    vec![
        ratio("services", "call", call, 1.1, Side::Pluto, pluto("service_call"), vec![pluto("plain_call")]),
        remote("unix", "remote call, Unix socket, one CPU / raw frames", "Unix", rust("unix")),
        remote("tcp", "remote call, TCP, one CPU / raw frames", "Tcp", rust("tcp")),
        many("unix_many", "64 calls in flight, Unix socket / raw frames", "Unix"),
        many("tcp_many", "64 calls in flight, TCP / raw frames", "Tcp"),
        ratio("services", "clients", "100 clients of one counter", 1.0, Side::Go, pluto("clients"), clients),
        Row {
            group: "services",
            name: "locked_call",
            work: "co-located call with a lock, more than a plain call",
            measure: Measure::More {
                pairs: vec![
                    (pluto("locked_call"), pluto("unlocked_call")),
                    (go("locked_call"), go("unlocked_call")),
                    (rust("locked_call/std"), rust("unlocked_call/std")),
                ],
                calls: 50_000_000.0,
            },
            target: 2.0,
        },
    ]
}

fn ratio(
    group: &'static str,
    name: &'static str,
    work: &'static str,
    target: f64,
    to: Side,
    ours: Contestant,
    others: Vec<Contestant>,
) -> Row {
    Row { group, name, work, target, measure: Measure::Ratio { ours, others, to } }
}
