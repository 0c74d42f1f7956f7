//! Tasks and channels as a user meets them beside the language itself: environment, logs, seeds, lists of waiting tasks, plans,
//! and workers that compute without end. In: programs. Out: what they print, on both streams.

use pluto_tests::driver::{self, Ran};
use std::process::Command;

/// Builds and runs a program with so many workers.
fn run_with(source: &str, workers: &str) -> Ran {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("program");
    driver::build(&vec![("main.pluto".to_owned(), source.to_owned())], None, &out).expect("it compiles");
    driver::run_command(Command::new(out).env("PLUTO_WORKERS", workers))
}

/// Runs a command of plutoc on a program.
fn plutoc(source: &str, before: &[&str], after: &[&str]) -> Ran {
    plutoc_with(source, before, after, &[])
}

/// The same with these environment variables.
fn plutoc_with(source: &str, before: &[&str], after: &[&str], variables: &[(&str, &str)]) -> Ran {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("main.pluto");
    std::fs::write(&path, source).expect("writable");
    let mut command = Command::new(driver::plutoc());
    driver::run_command(command.args(before).arg(&path).args(after).envs(variables.iter().copied()))
}

const RACE: &str = r#"
tests[scheduler: Random] {
    test "the first to start is the first to send" {
        let (tx, rx) = chan<string>(8)
        let a = spawn tx.send("a")
        let b = spawn tx.send("b")
        a.get()!
        b.get()!
        expect(rx.recv()!).to_equal("a")
    }
    test "virtual time" {
        let slow = spawn sleep(30m)
        within 1h { slow.get()! }!
        expect(true).to_be_true()
    }
}
fn main() { }
"#;

/// The seed that a failing run names.
fn seed_of(ran: &Ran) -> String {
    let after = ran.output.split("failed with seed ").nth(1).expect("a test fails under some seed");
    after.chars().take_while(char::is_ascii_digit).collect()
}

#[test]
fn a_seed_shows_the_same_failure_again() {
    let explored = plutoc(RACE, &["test"], &[]);
    assert_eq!(explored.code, 1, "{explored:?}");
    assert!(explored.output.contains("test virtual time ... ok"), "{explored:?}");
    let seed = seed_of(&explored);
    let again = plutoc(RACE, &["test"], &["first", "--seed", &seed]);
    assert_eq!((again.code, seed_of(&again)), (1, seed.clone()), "{again:?}");
    let others: Vec<i32> =
        (1..=8).map(|other| plutoc(RACE, &["test"], &["first", "--seed", &other.to_string()]).code).collect();
    assert!(others.contains(&0), "some order of the tasks is the expected one: {others:?}");
}

#[test]
fn a_number_of_workers_must_be_one() {
    for wrong in ["0", "many", "-1", "257"] {
        let ran = run_with("fn main() { print(1) }", wrong);
        assert_eq!((ran.code, &*ran.output), (2, ""), "{wrong}: {ran:?}");
        assert!(ran.errors.contains("PLUTO_WORKERS"), "{ran:?}");
    }
}

#[test]
fn a_wish_for_the_log_must_be_one() {
    let source = "fn main() { print(1) }";
    for command in [&["run"][..], &["test"]] {
        let ran = plutoc_with(source, command, &[], &[("PLUTO_LOG", "json,loud")]);
        assert_eq!((ran.code, &*ran.output), (2, ""), "{ran:?}");
        assert_eq!(ran.errors, "plutoc: PLUTO_LOG takes `text` or `json`, and `info`, `warn` or `error`, not `loud`\n");
    }
}

#[test]
fn a_queue_that_stays_full_is_told_once() {
    let source = r#"
chan log: int(10)
class Slow[log: Receiver<int>] {
    fn start(mut self) { let log = self.log
        spawn { for n in log { sleep(20ms) } }.detach() }
}
app Main[slow: Slow, log: Sender<int>] {
    fn main(self) { for n in 0..120 { self.log.send(n)! } }
}
"#;
    let ran = run_with(source, "2");
    assert_eq!(ran.code, 0, "{ran:?}");
    let told = driver::timeless(&ran.errors);
    assert!(told.starts_with("TIME WARN main: channel log has been nearly full"), "{ran:?}");
    assert_eq!(told.lines().count(), 1, "{ran:?}");
}

#[test]
fn tasks_that_all_wait_are_listed_with_their_places() {
    let source = r#"
class A { n: int = 0
    fn both(self, first: Receiver<int>, then: Sender<int>) { then.send(first.recv()!)! } }
app Main[a: A] {
    fn main(self) {
        let (tx, rx) = chan<int>()
        let (back, got) = chan<int>()
        let one = spawn self.a.both(rx, back)
        let two = spawn self.a.both(got, tx)
        one.get()!
        two.get()!
    }
}
"#;
    for workers in ["1", "4"] {
        let ran = run_with(source, workers);
        assert_eq!(ran.code, 101, "{ran:?}");
        assert!(ran.errors.starts_with("fault: all tasks wait for each other\n"), "{ran:?}");
        assert_eq!(ran.errors.matches("waits to receive at A.both (main.pluto:3)").count(), 2, "{ran:?}");
        assert!(ran.errors.contains("main waits for another task at Main.main (main.pluto:10)"), "{ran:?}");
    }
}

#[test]
fn a_detached_task_that_faults_is_told_and_the_program_goes_on() {
    let source = "fn bad(xs: [int]) int { xs[3] }\n\
        fn main() { spawn bad([1]).detach()\n sleep(50ms)\n print(\"on\") }";
    let ran = run_with(source, "2");
    assert_eq!((ran.code, &*ran.output), (0, "on\n"), "{ran:?}");
    let told =
        "TIME ERROR main: task ended by a fault: index 3 is out of range for length 1\n  at bad (main.pluto:1)\n";
    assert!(driver::timeless(&ran.errors).starts_with(told), "{ran:?}");
}

#[test]
fn a_detached_task_that_fails_is_told_with_its_service_and_path() {
    let source = "error Bad { n: int }\nclass Worker { fn fail(self) { raise Bad { n: 1 } } }\n\
        app Main[worker: Worker] { fn main(self) { spawn self.worker.fail().detach()\n sleep(50ms) } }";
    let ran = run_with(source, "2");
    let told = "TIME ERROR main Worker: task ended by an error: Bad { n: 1 }\n  at Worker.fail (main.pluto:2)\n";
    assert!(ran.code == 0 && driver::timeless(&ran.errors).starts_with(told), "{ran:?}");
}

#[test]
fn the_log_is_json_if_that_is_asked_for() {
    let source = "class Worker { fn bad(self, xs: [int]) int { xs[3] } }\n\
        app Main[worker: Worker] { fn main(self) { spawn self.worker.bad([1]).detach()\n sleep(50ms)\n [1][2] } }";
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("program");
    driver::build(&vec![("main.pluto".to_owned(), source.to_owned())], None, &out).expect("it compiles");
    let ran = driver::run_command(Command::new(out).env("PLUTO_LOG", "json"));
    let lines: Vec<serde_json::Value> =
        ran.errors.lines().map(|line| serde_json::from_str(line).expect("an object")).collect();
    let said = |at: usize, key: &str| lines[at][key].as_str().unwrap_or_default().to_owned();
    assert_eq!(lines.len(), 2, "{ran:?}");
    assert_eq!(said(0, "message"), "task ended by a fault: index 3 is out of range for length 1");
    assert_eq!((said(0, "level"), said(0, "service")), ("error".to_owned(), "Worker".to_owned()));
    assert_eq!(said(0, "path"), "", "a list");
    assert_eq!(lines[0]["path"][0], "at Worker.bad (main.pluto:1)");
    assert!(said(0, "time").starts_with("20") && said(0, "time").ends_with('Z'), "{ran:?}");
    assert_eq!(said(1, "message"), "fault: index 2 is out of range for length 1");
    assert_eq!(said(1, "service"), "Main");
}

/// More loops without end than workers: timers, channels and sockets get their turn all the same. Without safepoints this would
/// hang (and run into the time limit of the harness).
const BUSY: &str = r#"
class Echo {
    said: int = 0
    fn start(mut self) { for k in 0..6 { spawn { let mut n = k
        while true { n = n.wrapping_add(1) } }.detach() } }
    fn say(mut self, n: int) int { self.said += 1
        n }
}
app Main[echo: Echo] {
    fn main(self) {
        let (tx, rx) = chan<int>()
        spawn { for n in 0..50 { tx.send(n) catch { break } } }.detach()
        let mut sum = 0
        for n in rx { sum += self.echo.say(n)! }
        within 5s { sleep(50ms) }!
        print(sum)
    }
}
system Apart for Main { pod a { process front { Main } process back { Echo } } }
"#;

#[test]
fn loops_without_end_do_not_starve_timers_and_sockets() {
    let alone = run_with(BUSY, "2");
    assert_eq!((alone.code, &*alone.output), (0, "1225\n"), "{alone:?}");
    let apart = plutoc(BUSY, &["run"], &["--system", "Apart"]);
    assert_eq!((apart.code, &*apart.output), (0, "1225\n"), "{apart:?}");
}

#[test]
fn a_plan_shows_channels() {
    let source = "chan orders: string(10)\ntopic news: int(4)\n\
        class Clerk[orders: Receiver<string>, news: Publisher<int>] { fn n(self) int { 1 } }\n\
        app Main[clerk: Clerk, orders: Sender<string>] { fn main(self) { print(self.clerk.n()!) } }\n";
    let ran = plutoc(source, &["plan"], &[]);
    let wanted = "\nchan orders: string (capacity 10)\n    in memory of process main: Clerk: Receiver, Main: Sender\n\
        \ntopic news: int (capacity 4)\n    in memory of process main: Clerk: Publisher\n";
    assert!(ran.output.ends_with(wanted), "{}", ran.output);
}

#[test]
fn a_task_that_computes_without_end_does_not_keep_the_program() {
    let source = r#"
fn spin() { let mut n = 1
    while true { n = n * 31 & 0xFFFF } }
fn main() {
    spawn spin().detach()
    sleep(50ms)
    print("main ends")
}
"#;
    for workers in ["1", "2", "3"] {
        let ran = run_with(source, workers);
        assert_eq!((ran.output.as_str(), ran.code), ("main ends\n", 0), "{workers}: {}", ran.errors);
    }
}
