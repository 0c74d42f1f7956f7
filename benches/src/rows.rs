//! The rows of the tables, with their targets (from the design's performance targets where it has one).

mod values;

use crate::contestant::{Contestant, Side, go, pluto, rust, system, tonic};
use crate::row::{Measure, Row};

/// All, in the order of the tables.
pub(crate) fn all() -> Vec<Row> {
    let groups = [basics(), values::rows(), channels(), large(), tasks(), services(), remote()];
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
    let spawning = |name, work, target, rival| {
        let rivals = vec![rust(rival), rust(rival).with_one_worker(), go(name)];
        ratio("tasks", name, work, target, Side::Go, pluto(name), rivals)
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
        spawning("spawn_each", "spawn a task, join it", 0.25, "spawn_each/tokio"),
        // No row of the design's: no slower than Go.
        spawning("spawn_join", "spawn 1,000 tasks, join them", 1.0, "spawn_join/tokio"),
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
    // `clients/tokio` takes twenty times as long as `clients/std`.
    let clients = vec![rust("clients/std"), go("clients")];
    let call = "co-located service call / plain call";
    vec![
        ratio("services", "call", call, 1.1, Side::Pluto, pluto("service_call"), vec![pluto("plain_call")]),
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

/// Calls to another process, with both on one CPU and free.
fn remote() -> Vec<Row> {
    let row = |name, work, ours: Contestant, [frames, tokio, peer]: [&'static str; 3], (target, to)| {
        let others = vec![rust(frames), rust(tokio), go(peer), tonic(peer)];
        Row { group: "remote", name, work, target, measure: Measure::Each { ours, others, to } }
    };
    let pinned = |row: Row| row.on_one_cpu();
    let unix = ["unix/frames", "unix/tokio", "unix"];
    let tcp = ["tcp/frames", "tcp/tokio", "tcp"];
    let unix_many = ["unix_many/frames", "unix_many/tokio", "unix_many"];
    let tcp_many = ["tcp_many/frames", "tcp_many/tokio", "tcp_many"];
    let call = |which| system("remote_call", which);
    let many = |which| system("remote_many", which);
    // Frames of tasks of the prototype are what the design compares with; Tokio's take 1.5 to 2 times as long as those.
    let (one, all) = ((1.5, "frames"), (0.7, "tokio"));
    // The others have no shared memory: they are those over Unix sockets.
    let (socket, socket_many) = (call("Near").over_sockets(), many("Near").over_sockets());
    vec![
        pinned(row("shared_pinned", "one at a time, shared memory, one CPU", call("Near"), unix, one)),
        row("shared", "one at a time, shared memory, free", call("Near"), unix, one),
        pinned(row("unix_pinned", "one at a time, Unix socket, one CPU", socket, unix, one)),
        row("unix", "one at a time, Unix socket, free", socket, unix, one),
        pinned(row("tcp_pinned", "one at a time, TCP, one CPU", call("Far"), tcp, one)),
        row("tcp", "one at a time, TCP, free", call("Far"), tcp, one),
        pinned(row("shared_many_pinned", "64 in flight, shared memory, one CPU", many("Near"), unix_many, all)),
        row("shared_many", "64 in flight, shared memory, free", many("Near"), unix_many, all),
        pinned(row("unix_many_pinned", "64 in flight, Unix socket, one CPU", socket_many, unix_many, all)),
        row("unix_many", "64 in flight, Unix socket, free", socket_many, unix_many, all),
        pinned(row("tcp_many_pinned", "64 in flight, TCP, one CPU", many("Far"), tcp_many, all)),
        row("tcp_many", "64 in flight, TCP, free", many("Far"), tcp_many, all),
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
    Row { group, name, work, target, measure: Measure::Ratio { ours, others, to: Some(to) } }
}
