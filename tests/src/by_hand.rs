//! Systems whose processes a test starts itself. In: sources, a folder. Out: processes, and what `plutoc status` says of them.

use crate::driver;
use pluto_proto::topology::Topology;
use rustix::process::{Pid, Signal, kill_process};
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A process that ends with the test.
#[derive(Debug)]
pub struct Started(pub Child);

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Builds the system `Two` of a program, with sockets in the folder, so that no other test meets it.
///
/// # Panics
/// If it does not compile.
pub fn build(source: &str, folder: &Path) {
    driver::build(&vec![("main.pluto".to_owned(), source.to_owned())], Some("Two"), folder).expect("it compiles");
    let file = folder.join("topology.json");
    let text = std::fs::read_to_string(&file).expect("it was built");
    let mut topology = Topology::parse(&text).expect("it is right");
    for process in &mut topology.processes {
        process.unix = format!("{}.sock", process.name);
        process.tcp = String::new();
    }
    std::fs::write(&file, topology.to_json()).expect("writable");
}

/// So often the processes ask each other whether they live, in milliseconds.
const PULSE: &str = "100";

/// Starts a process; its output and errors are piped.
///
/// # Panics
/// If it cannot be started.
#[must_use]
pub fn start(folder: &Path, process: &str) -> Started {
    let mut command = Command::new(folder.join(process));
    let command = command.env("PLUTO_PULSE", PULSE).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Started(command.spawn().expect("it starts"))
}

/// Asks a process to stop: what it says on standard error, to its end.
///
/// # Panics
/// If it does not run, or that is not UTF-8.
#[must_use]
pub fn stopped(mut process: Started) -> String {
    kill_process(Pid::from_child(&process.0), Signal::TERM).expect("it runs");
    let mut errors = String::new();
    process.0.stderr.take().expect("piped").read_to_string(&mut errors).expect("UTF-8");
    errors
}

/// What `plutoc status --json` says of a folder: the system.
///
/// # Panics
/// If it says nothing.
#[must_use]
pub fn status(folder: &Path) -> serde_json::Value {
    let mut command = Command::new(driver::plutoc());
    let output = command.arg("status").arg(folder).arg("--json").output().expect("plutoc starts");
    let mut systems: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    systems[0].take()
}
