//! How `plutoc status` shows a system to people. In: what its processes say. Out: four tables: processes, connections, calls, channels.

use super::{ME, Process, ProcessState, System};
use pluto_proto::status::{ChannelStatus, EdgeStatus, PeerStatus, Status};
use std::fmt::Write as _;

/// A system.
pub(super) fn table(system: &System) -> String {
    let mut text = format!("system {} ({})\n", system.system, system.folder.display());
    let states: Vec<String> = system.processes.iter().map(state).collect();
    let width = states.iter().map(String::len).max().unwrap_or(0).max(16);
    let _ = writeln!(
        text,
        "  {:<16} {:<width$} {:>8} {:>9} {:>8} {:>8}  callers",
        "process", "state", "pid", "up", "restarts", "running"
    );
    for (process, state) in system.processes.iter().zip(&states) {
        text.push_str(line(process, &format!("{state:<width$}")).trim_end());
        text.push('\n');
    }
    let said = || system.processes.iter().filter_map(|it| it.status.as_ref());
    connections(&mut text, &said().flat_map(|it| it.peers.iter().map(move |peer| (it, peer))).collect::<Vec<_>>());
    edges(&mut text, &said().flat_map(|it| &it.edges).collect::<Vec<_>>());
    channels(&mut text, &said().flat_map(|it| it.channels.iter().map(move |queue| (it, queue))).collect::<Vec<_>>());
    text
}

fn line(process: &Process, state: &str) -> String {
    let name = &process.name;
    let restarts = process.restarts.map_or("-".to_owned(), |restarts| restarts.to_string());
    let Some(status) = &process.status else {
        return format!("  {name:<16} {state} {:>8} {:>9} {restarts:>8}", "-", "-");
    };
    let callers: Vec<&str> = status.connections.iter().map(|it| &*it.caller).filter(|it| *it != ME).collect();
    let up = format!("{:.1} s", status.up_ms as f64 / 1000.0);
    let (pid, running, callers) = (status.pid, status.running, callers.join(", "));
    format!("  {name:<16} {state} {pid:>8} {up:>9} {restarts:>8} {running:>8}  {callers}")
}

fn state(process: &Process) -> String {
    let trouble = process.trouble.as_deref().unwrap_or_default();
    match process.state {
        ProcessState::Starting => "starting".to_owned(),
        ProcessState::Waiting => {
            let awaited = process.status.as_ref().map(|it| it.waiting_for.join(", "));
            format!("waiting for {}", awaited.unwrap_or_default())
        }
        ProcessState::Ready => "ready".to_owned(),
        ProcessState::Draining => "draining".to_owned(),
        ProcessState::Restarting => "restarting".to_owned(),
        ProcessState::Silent => format!("silent: {trouble}"),
        ProcessState::Gone => format!("gone: {trouble}"),
    }
}

fn connections(text: &mut String, all: &[(&Status, &PeerStatus)]) {
    if !all.is_empty() {
        let _ = writeln!(text, "  {:<40} state", "connection");
    }
    for (status, peer) in all {
        let state = match (peer.up, peer.over) {
            (true, Some(carrier)) => format!("up, {}", carrier.name()),
            (true, None) => "up".to_owned(),
            (false, _) => format!("closed: {}", peer.trouble),
        };
        let _ = writeln!(text, "  {:<40} {}", format!("{} -> {}", status.process, peer.process), state.trim_end());
        for difference in &peer.differences {
            let _ = writeln!(text, "    {difference}");
        }
    }
}

fn channels(text: &mut String, all: &[(&Status, &ChannelStatus)]) {
    if !all.is_empty() {
        let _ = writeln!(text, "  {:<40} {:>9} {:>9} {:>9} {:>9}", "channel", "queued", "room for", "taken", "dropped");
    }
    for (status, it) in all {
        let name = format!("{} in {}", it.channel, status.process);
        let capacity = it.capacity.map_or("any".to_owned(), |capacity| capacity.to_string());
        let _ = writeln!(text, "  {name:<40} {:>9} {capacity:>9} {:>9} {:>9}", it.queued, it.taken, it.dropped);
    }
}

fn edges(text: &mut String, all: &[&EdgeStatus]) {
    if !all.is_empty() {
        let _ = writeln!(
            text,
            "  {:<40} {:>9} {:>7} {:>7} {:>7} {:>9} {:>9} {:>9} {:>9}",
            "edge", "calls", "errors", "faults", "cut", "p50", "p99", "in", "out"
        );
    }
    for it in all {
        let edge = format!("{} -> {}", it.caller, it.method);
        let _ = writeln!(
            text,
            "  {edge:<40} {:>9} {:>7} {:>7} {:>7} {:>9} {:>9} {:>9} {:>9}",
            it.calls,
            it.errors,
            it.faults,
            it.cut,
            time(it.p50_us),
            time(it.p99_us),
            bytes(it.bytes_in),
            bytes(it.bytes_out)
        );
    }
}

fn time(micros: u64) -> String {
    match micros {
        0..10_000 => format!("{micros} µs"),
        10_000..10_000_000 => format!("{} ms", micros / 1_000),
        _ => format!("{} s", micros / 1_000_000),
    }
}

fn bytes(count: u64) -> String {
    match count {
        0..10_000 => format!("{count} B"),
        10_000..10_000_000 => format!("{} KB", count / 1_000),
        _ => format!("{} MB", count / 1_000_000),
    }
}
