//! `plutoc status` while a system runs, and what it says where there is nothing to say.

use pluto_tests::running::{wait_for_line, wait_until};
use pluto_tests::{by_hand, driver};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const SOURCE: &str = r#"
error Odd { n: int }
class Store {
    fn keep(self, text: string) int {
        if text == "bad" { raise Odd { n: 1 } }
        if text == "worse" { return [1][7] }
        text.len()
    }
}
app Main[store: Store] {
    fn main(self) {
        for n in 0..200 { self.store.keep("text") catch 0 }
        self.store.keep("bad") catch -1
        spawn self.store.keep("text").detach()
        spawn self.store.keep("bad").detach()
        let fault = spawn self.store.keep("worse")
        print(fault.outcome())
        print("done")
        sleep(120s)
    }
}
system Two for Main { pod x { process front { Main } process back { Store } } }
"#;

fn status(temp: &std::path::Path, args: &[&str]) -> (String, String, Option<i32>) {
    let mut command = Command::new(driver::plutoc());
    let output = command.arg("status").args(args).env("TMPDIR", temp).output().expect("plutoc starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr), output.status.code())
}

/// A run of the system `Two` that has printed "done".
fn until_done(source: &str, temp: &Path) -> Child {
    let path = temp.join("main.pluto");
    std::fs::write(&path, source).expect("writable");
    let mut run = Command::new(driver::plutoc())
        .args(["run", path.to_str().expect("UTF-8"), "--system", "Two"])
        .env("TMPDIR", temp)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("plutoc starts");
    let lines = BufReader::new(run.stdout.take().expect("a pipe")).lines();
    assert!(lines.map_while(Result::ok).any(|line| line == "done"), "it ended early");
    run
}

const CHANNELS: &str = r#"
chan orders: int(4)
topic prices: int(2, lossy)
class Desk[orders: Receiver<int>, prices: Subscriber<int>] {
    fn take(self) int { self.orders.recv() catch 0 }
    fn hear(self) int { self.prices.recv() catch 0 }
}
class Store { fn keep(self) int { 1 } }
app Main[orders: Sender<int>, prices: Publisher<int>, desk: Desk, store: Store] {
    fn main(self) {
        for n in 0..3 { self.orders.send(n)! }
        for n in 0..6 { self.prices.publish(n) }
        self.desk.take()
        self.desk.hear()
        self.store.keep() catch 0
        print("done")
        sleep(120s)
    }
}
system Two for Main { pod x { process front { Main, Desk } process back { Store } } }
"#;

#[test]
fn declared_channels_say_how_full_they_are() {
    let temp = tempfile::Builder::new().prefix("st").tempdir_in("/tmp").expect("a temporary folder");
    let mut run = until_done(CHANNELS, temp.path());
    let (json, _, _) = status(temp.path(), &["--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let channel = |name: &str, queued: u64, capacity: u64, taken: u64, dropped: u64| {
        serde_json::json!({
            "channel": name, "queued": queued, "capacity": capacity, "taken": taken, "dropped": dropped
        })
    };
    let expected = [channel("orders", 2, 4, 1, 0), channel("prices 1", 1, 2, 1, 4)];
    assert_eq!(json[0]["processes"][0]["status"]["channels"], serde_json::json!(expected), "{json}");
    let (table, _, _) = status(temp.path(), &[]);
    let line = ["orders", "in", "front", "2", "4", "1", "0"];
    assert!(table.lines().any(|it| it.split_whitespace().eq(line)), "{table}");
    kill_process(Pid::from_child(&run), Signal::TERM).expect("it lives");
    run.wait().expect("it ends");
}

#[test]
fn a_running_system_says_how_it_is() {
    let temp = tempfile::Builder::new().prefix("st").tempdir_in("/tmp").expect("a temporary folder");
    let mut run = until_done(SOURCE, temp.path());

    let (table, _, code) = status(temp.path(), &[]);
    assert_eq!(code, Some(0));
    assert!(table.starts_with("system Two (") && table.contains("front -> Store.keep"), "{table}");
    assert!(
        table.lines().any(|line| line.split_whitespace().eq(["front", "->", "back", "up,", "shared", "memory"])),
        "{table}"
    );
    let look = || -> serde_json::Value {
        let (json, _, _) = status(temp.path(), &["--json"]);
        serde_json::from_str(&json).expect("JSON")
    };
    let calls = |json: &serde_json::Value| json[0]["processes"][1]["status"]["edges"][0]["calls"].as_u64();
    // Nobody waited for the detached ones.
    wait_until(|| calls(&look()) >= Some(204));
    let json = look();
    let back = &json[0]["processes"][1];
    assert_eq!(back["name"], "back");
    let edge = &back["status"]["edges"][0];
    let counts = ["calls", "errors", "faults", "cut"].map(|name| edge[name].as_u64());
    assert_eq!(counts, [Some(204), Some(2), Some(1), Some(0)], "{json}");
    assert!(edge["bytes_in"].as_u64().is_some_and(|bytes| bytes >= 202 * 4), "{json}");
    assert!(edge["p50_us"].as_u64() <= edge["p99_us"].as_u64(), "{json}");
    let connection = &back["status"]["connections"][0];
    assert_eq!((&connection["caller"], &connection["over"]), (&"front".into(), &"shared memory".into()), "{json}");
    let front = &json[0]["processes"][0];
    for process in [front, back] {
        assert_eq!((&process["state"], &process["restarts"]), (&"ready".into(), &0.into()), "{json}");
    }
    // Of one system, of one build, connected; `front` serves nobody.
    let peer = &front["status"]["peers"][0];
    assert_eq!((&peer["process"], &peer["up"]), (&"back".into(), &true.into()), "{json}");
    assert_eq!(peer["over"], "shared memory", "{json}");
    assert_eq!(peer["build"], back["status"]["build"], "{json}");
    assert_eq!(front["status"]["edges"].as_array().map(Vec::len), Some(0), "{json}");

    kill_process(Pid::from_child(&run), Signal::TERM).expect("it lives");
    run.wait().expect("it ends");
    assert_eq!(status(temp.path(), &[]), ("no system of `plutoc run` is running\n".to_owned(), String::new(), Some(0)));
}

#[test]
fn who_calls_a_frozen_process_is_not_ready() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let folder = temp.path();
    by_hand::build(SOURCE, folder);
    let callee = by_hand::start(folder, "back");
    let mut caller = by_hand::start(folder, "front");
    let mut output = BufReader::new(caller.0.stdout.take().expect("piped"));
    wait_for_line(&mut output, "done");
    assert_eq!(state(folder, 0).0, "ready");
    // No call waits for it: it is missed all the same.
    kill_process(Pid::from_child(&callee.0), Signal::STOP).expect("it lives");
    wait_for_state(folder, 0, "waiting");
    assert_eq!(state(folder, 1).0, "silent");
    kill_process(Pid::from_child(&callee.0), Signal::CONT).expect("it lives");
    wait_for_state(folder, 0, "ready");
    kill_process(Pid::from_child(&caller.0), Signal::KILL).expect("it lives");
    let mut errors = BufReader::new(caller.0.stderr.take().expect("piped"));
    let told = wait_for_line(&mut errors, "up again");
    assert_eq!(driver::timeless(&told), "TIME INFO front: the connection to process `back` is up again\n");
}

#[test]
fn a_folder_without_a_system_is_an_error() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let folder = temp.path().to_str().expect("UTF-8").to_owned();
    let (_, message, code) = status(temp.path(), &[&folder]);
    assert_eq!(code, Some(1));
    assert!(message.contains(&folder) && message.contains("No such file"), "{message}");
}

const READINESS: &str = r#"
class Store {
    fn start(mut self) { sleep(300ms) }
    fn slow(self) int {
        print("working")
        sleep(2s)
        7
    }
}
app Main[store: Store] {
    fn main(self) {
        // One call at a time, of whoever is there.
        while true { print(self.store.slow() catch { sleep(50ms); -1 }) }
    }
}
system Two for Main { pod x { process front { Main } process back { Store } } }
"#;

/// The state of a process and what it waits for.
fn state(folder: &Path, process: usize) -> (String, String) {
    let process = by_hand::status(folder)["processes"][process].take();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    (text(&process["state"]), text(&process["status"]["waiting_for"][0]))
}

fn wait_for_state(folder: &Path, process: usize, wanted: &str) {
    wait_until(|| state(folder, process).0 == wanted);
}

#[test]
fn a_process_is_ready_when_it_has_started_and_is_connected_to_what_it_calls() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let folder = temp.path();
    by_hand::build(READINESS, folder);
    let (front, back) = (0, 1);
    let mut caller = by_hand::start(folder, "front");
    wait_for_state(folder, front, "waiting");
    assert_eq!(state(folder, front).1, "back");
    assert_eq!(state(folder, back).0, "gone");

    let mut callee = by_hand::start(folder, "back");
    // Connected with one that has not started: that is said by that one.
    wait_for_state(folder, back, "starting");
    wait_for_state(folder, back, "ready");
    wait_for_state(folder, front, "ready");

    let mut output = BufReader::new(callee.0.stdout.take().expect("piped"));
    wait_for_line(&mut output, "working");
    kill_process(Pid::from_child(&callee.0), Signal::TERM).expect("it lives");
    wait_for_state(folder, back, "draining");
    callee.0.wait().expect("it ends");
    wait_for_state(folder, back, "gone");
    wait_for_state(folder, front, "waiting");
    let status = by_hand::status(folder);
    let peer = &status["processes"][front]["status"]["peers"][0];
    assert!(peer["up"] == false && peer["trouble"].as_str().is_some_and(|why| !why.is_empty()), "{status}");

    let _again = by_hand::start(folder, "back");
    wait_for_state(folder, front, "ready");
    kill_process(Pid::from_child(&caller.0), Signal::KILL).expect("it lives");
    let mut errors = BufReader::new(caller.0.stderr.take().expect("piped"));
    let told = wait_for_line(&mut errors, "up again");
    assert!(told.ends_with("process `back` is up again\n"), "{told}");
}
