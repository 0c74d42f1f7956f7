//! The memory of idle tasks. In: a program that prints `before`, starts 100,000 tasks, prints `100000 started`, sleeps, lets all tasks end
//! and prints `0 left`. Out: bytes for each task, page tables included, seen from outside.

use crate::contestant::Ready;
use crate::run::watched;
use std::io::{BufRead, BufReader};
use std::process::ChildStdout;
use std::time::Duration;

const TASKS: u64 = 100_000;

/// Bytes for each task.
pub(crate) fn bytes_each(ready: &Ready) -> Result<f64, String> {
    let (_, (before, started)) = watched(ready.command(), watch)?;
    Ok(started.saturating_sub(before) as f64 / TASKS as f64)
}

/// The memory of `process` before and after its tasks have started.
fn watch(output: ChildStdout, process: u32) -> Result<(u64, u64), String> {
    let mut lines = BufReader::new(output).lines();
    let mut expect = |wanted: &str| match lines.next() {
        Some(Ok(line)) if line == wanted => Ok(()),
        Some(Ok(line)) => Err(format!("printed {line:?} instead of {wanted:?}")),
        Some(Err(error)) => Err(error.to_string()),
        None => Err(format!("ended before {wanted:?}")),
    };
    expect("before")?;
    let before = memory(process)?;
    expect(&format!("{TASKS} started"))?;
    // The last tasks may still be on their way into the wait.
    std::thread::sleep(Duration::from_millis(50));
    let started = memory(process)?;
    expect("0 left")?;
    Ok((before, started))
}

/// What a process has in memory, and the tables that say where.
fn memory(process: u32) -> Result<u64, String> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).map_err(|error| error.to_string())?;
    let kibibytes = |name: &str| {
        let rest = status.lines().find_map(|line| line.strip_prefix(name))?;
        rest.split_whitespace().next()?.parse::<u64>().ok()
    };
    let resident = kibibytes("VmRSS:").ok_or("no VmRSS")?;
    let tables = kibibytes("VmPTE:").ok_or("no VmPTE")?;
    Ok((resident + tables) * 1024)
}
