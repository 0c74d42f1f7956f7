//! Detached calls while a system runs: what was sent is done though its caller has ended, also if the callee is told to stop before it could
//! read it; what cannot be sent is said, and costs a limited amount of memory.

use pluto_tests::driver;
use pluto_tests::running::{ALL_WAYS, Run, WITHOUT_SHARING, processes, send, wait_for_line, wait_until};
use rustix::process::{Pid, Signal};
use std::io::BufReader;
use std::path::Path;
use std::process::{Command, Stdio};

const SYSTEMS: &str = "
system Near for Main { pod p { process front { Main } process back { Worker } } }
system Far for Main { pod front { Main } pod back { Worker } }
";

/// Each test has a folder of its own.
fn folder() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("de").tempdir_in("/tmp").expect("a temporary folder")
}

const ENDS_AT_ONCE: &str = r#"
class Worker {
    fn work(self, name: string, wait: Duration) int {
        sleep(wait)
        print(f"did {name.len()}")
        if name == "bad" { return [1][3] }
        name.len()
    }
}
app Main[worker: Worker] {
    fn main(self) int {
        for n in 0..50 { spawn self.worker.work("small", 1ms * n).detach() }
        spawn self.worker.work("large".repeat(600_000), 0s).detach()
        spawn self.worker.work("bad", 20ms).detach()
        7
    }
}
"#;

#[test]
fn what_was_sent_is_done_though_the_caller_ends_at_once() {
    for (system, variables) in ALL_WAYS.into_iter().chain(ALL_WAYS) {
        let temp = folder();
        let source = ENDS_AT_ONCE.to_owned() + SYSTEMS;
        let (code, output, errors) = Run::start_with(&source, system, temp.path(), variables).finish();
        let count = |line: &str| output.lines().filter(|it| *it == line).count();
        assert_eq!(code, Some(7), "{errors}");
        assert_eq!((count("did 5"), count("did 3000000"), count("did 3")), (50, 1, 1), "{output}{errors}");
        // Whose fault it is nobody else hears.
        let lines: Vec<&str> = errors.lines().collect();
        assert_eq!(lines.len(), 3, "{errors}");
        let said = " ERROR back Worker: task ended by a fault: index 3 is out of range for length 1";
        assert!(lines[0].ends_with(said) && lines[2].ends_with("-- called from process front --"), "{errors}");
    }
}

const IN_THE_SOCKET: &str = r#"
class Worker {
    fn there(self) bool { true }
    fn work(self, n: int) { print(f"did {n}") }
}
app Main[worker: Worker] {
    fn is_there(self) bool { within 300ms { self.worker.there()! } catch false }
    fn main(self) {
        print(f"freeze {self.is_there()}")
        while self.is_there() { sleep(5ms) }
        for n in 0..20 { spawn self.worker.work(n).detach() }
    }
}
"#;

#[test]
fn a_callee_that_is_told_to_stop_reads_before_what_has_come() {
    for (system, variables) in ALL_WAYS {
        let temp = folder();
        let mut run = Run::start_with(&(IN_THE_SOCKET.to_owned() + SYSTEMS), system, temp.path(), variables);
        run.wait_for_output("freeze");
        send(temp.path(), "back", Signal::STOP);
        wait_until(|| process(temp.path(), "front").is_none());
        // Its caller is gone; it has not read what that has sent when it learns that it should stop.
        let back = process(temp.path(), "back").expect("it is frozen");
        wait_until(|| is_pending(back, Signal::TERM));
        send(temp.path(), "back", Signal::CONT);
        let (code, output, errors) = run.finish();
        assert_eq!((code, output.lines().count()), (Some(0), 20), "{output}{errors}");
    }
}

const NOT_THERE: &str = r#"
class Worker { fn work(self, n: int) { print(f"did {n}") } }
app Main[worker: Worker] {
    fn main(self) {
        self.worker.work(0)!
        print("kill")
        sleep(300ms)
        spawn self.worker.work(1).detach()
        print("went on")
    }
}
"#;

#[test]
fn what_cannot_be_sent_is_said_by_the_caller() {
    let temp = folder();
    // Built and started by hand: nobody starts the callee again.
    let file = temp.path().join("main.pluto");
    std::fs::write(&file, NOT_THERE.to_owned() + SYSTEMS).expect("writable");
    let out = temp.path().join("out");
    let mut build = Command::new(driver::plutoc());
    let built = build.arg("build").arg(&file).args(["--system", "Near", "-o"]).arg(&out).status();
    assert!(built.expect("plutoc starts").success());
    // Not where the topology says: a run of the same test elsewhere on this machine would listen there too.
    let socket = |name: &str| format!("unix:{}", temp.path().join(name).display());
    let places = [("PLUTO_ADDR_back", socket("back.sock")), ("PLUTO_ADDR_front", socket("front.sock"))];
    let mut back = Command::new(out.join("back"));
    let mut back = back.envs(places.clone()).stdout(Stdio::null()).spawn().expect("it starts");
    let mut front = Command::new(out.join("front"));
    let mut front = front.envs(places).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut output = BufReader::new(front.stdout.take().expect("piped"));
    wait_for_line(&mut output, "kill");
    back.kill().expect("it lives");
    back.wait().expect("it ends");
    let went_on = wait_for_line(&mut output, "went on");
    let ended = front.wait_with_output().expect("it ends");
    let errors = String::from_utf8_lossy(&ended.stderr);
    assert!(went_on.contains("went on") && ended.status.success(), "{errors}");
    let said = r#" ERROR front: task ended by an error: UnavailableError { service: "Worker", method: "work", detail: "process back could not be reached"#;
    assert!(
        errors.contains(said) && errors.ends_with("may_have_run: false }\n") && errors.lines().count() == 1,
        "{errors}"
    );
}

const NOT_READ: &str = r#"
class Worker {
    bytes: int = 0
    fn take(mut self, text: string) { self.bytes += text.len() }
    fn seen(self) int { self.bytes }
}
app Main[worker: Worker] {
    fn is_there(self) bool { within 300ms { self.worker.seen()! } catch { return false }; true }
    fn main(self) {
        let text = "x".repeat(65_536)
        print(f"freeze {self.is_there()}")
        while self.is_there() { sleep(5ms) }
        print("frozen")
        for n in 0..4_000 { spawn self.worker.take(text).detach() }
        print("handed on")
        while (self.worker.seen() catch 0) < 4_000 * 65_536 { sleep(5ms) }
        print("done")
    }
}
"#;

/// 250 MiB are sent to a process that does not read; 32 MiB may wait.
#[test]
fn a_process_that_does_not_read_costs_its_caller_little_memory() {
    does_not_read(&[]);
    does_not_read(&[WITHOUT_SHARING]);
}

fn does_not_read(variables: &[(&str, &str)]) {
    let temp = folder();
    let mut run = Run::start_with(&(NOT_READ.to_owned() + SYSTEMS), "Near", temp.path(), variables);
    run.wait_for_output("freeze");
    send(temp.path(), "back", Signal::STOP);
    run.wait_for_output("frozen");
    let front = process(temp.path(), "front").expect("it runs");
    wait_until(|| memory(front, "VmRSS:") > 32 << 10);
    send(temp.path(), "back", Signal::CONT);
    run.wait_for_output("handed on");
    let most = memory(front, "VmHWM:");
    run.wait_for_output("done");
    let (code, _, errors) = run.finish();
    assert_eq!((code, &*errors), (Some(0), ""));
    assert!(most < 100 << 10, "{most} KiB");
}

fn process(temp: &Path, name: &str) -> Option<Pid> {
    let is_meant = |exe: &Path| exe.file_name().is_some_and(|it| it.to_string_lossy().starts_with(name));
    processes(temp).into_iter().find(|(_, exe)| is_meant(exe)).map(|(pid, _)| pid)
}

/// A line of what the system says of a process.
fn status_line(pid: Pid, name: &str) -> String {
    let text = std::fs::read_to_string(format!("/proc/{}/status", pid.as_raw_nonzero())).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    line.trim_start_matches(name).trim().to_owned()
}

fn memory(pid: Pid, name: &str) -> u64 {
    status_line(pid, name).trim_end_matches(" kB").parse().unwrap_or(0)
}

fn is_pending(pid: Pid, signal: Signal) -> bool {
    let pending = u64::from_str_radix(&status_line(pid, "ShdPnd:"), 16).unwrap_or(0);
    pending >> (signal.as_raw() - 1) & 1 == 1
}
