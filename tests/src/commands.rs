//! The commands as a user meets them: exit codes, output folders started by hand, plans, versions, faults across processes,
//! what is left behind.

use pluto_tests::{driver, repo};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

fn plutoc(args: &[&str]) -> Output {
    Command::new(driver::plutoc())
        .args(args)
        .current_dir(repo::root())
        .stdin(Stdio::null())
        .output()
        .expect("plutoc starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn program(source: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("main.pluto");
    std::fs::write(&path, source).expect("writable");
    (folder, path)
}

#[test]
fn version_names_commit_and_cranelift() {
    let output = plutoc(&["--version"]);
    let shown = text(&output.stdout);
    assert!(
        shown.starts_with("plutoc 0.") && shown.contains("commit ") && shown.contains("Cranelift 0.135"),
        "{shown}"
    );
}

#[test]
fn wrong_usage_is_2() {
    assert_eq!(plutoc(&[]).status.code(), Some(2));
    assert_eq!(plutoc(&["frobnicate"]).status.code(), Some(2));
    assert_eq!(plutoc(&["explain", "E9999"]).status.code(), Some(2));
}

#[test]
fn explain_prints_the_page() {
    let shown = text(&plutoc(&["explain", "e0401"]).stdout);
    assert!(shown.contains("E0401") && shown.contains("```pluto"), "{shown}");
}

#[test]
fn json_messages_are_json() {
    let (_folder, path) = program("fn main() { let x: int = \"a\" }\n");
    let output = plutoc(&["check", path.to_str().expect("UTF-8"), "--message-format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let lines = text(&output.stderr);
    for line in lines.lines() {
        let value: serde_json::Value = serde_json::from_str(line).expect("each line is an object");
        assert!(value["code"].as_str().is_some_and(|code| code.starts_with('E')), "{value}");
    }
    assert!(lines.contains("\"E0301\"") && lines.contains("\"line\":1"), "{lines}");
}

#[test]
fn exit_codes_are_the_programs() {
    for (body, code) in
        [("fn main() int { 7 }", 7), ("fn main() { }", 0), ("fn main() { let x = [1]\n print(x[3]) }", 101)]
    {
        let (_folder, path) = program(body);
        assert_eq!(plutoc(&["run", path.to_str().expect("UTF-8")]).status.code(), Some(code), "{body}");
    }
    let (_folder, path) = program("error Bad { n: int }\nfn f() { raise Bad { n: 3 } }\nfn main() { f()! }");
    let output = plutoc(&["run", path.to_str().expect("UTF-8")]);
    assert_eq!(output.status.code(), Some(1));
    let shown = text(&output.stderr);
    assert!(shown.contains("Bad { n: 3 }") && shown.contains("main.pluto:2"), "{shown}");
}

#[test]
fn faults_tell_message_place_and_path() {
    let (_folder, path) =
        program("fn third(xs: [int]) int {\n    xs[2]\n}\nfn main() {\n    print(third([1, 2]))\n}\n");
    let output = plutoc(&["run", path.to_str().expect("UTF-8")]);
    let shown = text(&output.stderr);
    assert_eq!(output.status.code(), Some(101), "{shown}");
    let (third, main) = (shown.find("main.pluto:2"), shown.find("main.pluto:5"));
    assert!(shown.contains('2') && third.is_some() && main.is_some() && third < main, "{shown}");
}

/// The fence of a chapter behind these words.
fn fence(chapter: &str, before: &str) -> String {
    let page = repo::read(&repo::root().join("spec").join(chapter));
    let rest = page.split_once(before).unwrap_or_else(|| panic!("{chapter} does not say {before}")).1;
    let open = rest.split_once("```").expect("a fence").1;
    let inside = open.split_once('\n').expect("a fence").1;
    inside.split_once("```").expect("a fence ends").0.to_owned()
}

/// The program and the message are those of the specification.
#[test]
fn a_program_that_checks_its_memory_lists_what_it_left_and_where_it_was_made() {
    let source = fence("11-commands.md", "can leave behind by itself:");
    let listed = fence("11-commands.md", "print(read.len())\n}\n```");
    let (_folder, path) = program(&source);
    let path = path.to_str().expect("UTF-8");
    let output = plutoc(&["run", path, "--check-memory"]);
    let shown = text(&output.stderr).replace(path, "main.pluto");
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(97), "2\n"), "{shown}");
    assert!(shown.ends_with(&listed), "{shown}");
    let output = plutoc(&["run", path]);
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(0), "2\n"), "unless it is asked to");
}

#[test]
fn tests_and_systems_check_their_memory() {
    let source = "class Store {\n    names: [string]\n    fn put(mut self, name: string) int { self.names.push(name); self.names.len() }\n}\n\
        app Main[store: Store] { fn main(self) { print(self.store.put(\"a\".repeat(3)) catch -1) } }\n\
        system Two for Main { pod p { process front { Main } process back { Store } } }\n\
        test \"texts\" { expect(\"a\".repeat(3)).to_equal(\"aaa\") }\n";
    let (_folder, path) = program(source);
    let path = path.to_str().expect("UTF-8");
    let output = plutoc(&["run", path, "--check-memory", "--system", "Two"]);
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(0), "1\n"), "{}", text(&output.stderr));
    let output = plutoc(&["test", path, "--check-memory"]);
    let shown = text(&output.stdout);
    assert_eq!((output.status.code(), shown.as_str()), (Some(0), "test texts ... ok\n1 passed, 0 failed\n"));
}

#[test]
fn stack_overflow_is_a_fault() {
    let (_folder, path) = program("fn down(n: int) int { 1 + down(n + 1) }\nfn main() { print(down(0)) }\n");
    let output = plutoc(&["run", path.to_str().expect("UTF-8")]);
    let shown = text(&output.stderr);
    assert_eq!(output.status.code(), Some(101), "{shown}");
    assert!(shown.contains("stack overflow"), "{shown}");
}

#[test]
fn a_missing_cc_has_its_own_message() {
    let (_folder, path) = program("fn main() { }\n");
    let mut command = Command::new(driver::plutoc());
    let output = command.arg("run").arg(&path).env("PATH", "/nowhere").output().expect("plutoc starts");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("E0603"), "{}", text(&output.stderr));
}

#[test]
fn a_failing_linker_has_its_own_message() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path) = program("fn main() { }\n");
    let cc = folder.path().join("cc");
    std::fs::write(&cc, "#!/bin/sh\necho no room left >&2\nexit 1\n").expect("writable");
    std::fs::set_permissions(&cc, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
    let paths = format!("{}:/usr/bin:/bin", folder.path().display());
    let output =
        Command::new(driver::plutoc()).arg("run").arg(&path).env("PATH", paths).output().expect("plutoc starts");
    assert_eq!(output.status.code(), Some(1));
    let shown = text(&output.stderr);
    assert!(shown.contains("E0604") && shown.contains("no room left"), "{shown}");
}

#[test]
fn an_unwritable_output_has_its_own_message() {
    let (folder, path) = program("fn main() { }\n");
    let taken = folder.path().join("taken");
    std::fs::create_dir(&taken).expect("writable");
    let output = plutoc(&["build", path.to_str().expect("UTF-8"), "-o", taken.to_str().expect("UTF-8")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("E0605"), "{}", text(&output.stderr));
}

#[test]
fn plan_shows_edges_and_errors() {
    let output = plutoc(&["plan", "examples/bank", "--system", "Wide"]);
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    for piece in ["Transfers.send", "Ledger.withdraw", "tcp", "NetworkError", "TimeoutError", "UnavailableError"] {
        assert!(shown.contains(piece), "{piece} is missing:\n{shown}");
    }
    let json = plutoc(&["plan", "examples/bank", "--system", "Split", "--json"]);
    let value: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert!(text(&json.stdout).contains(r#""transport": "shared memory""#), "{value}");
    let unknown = plutoc(&["plan", "examples/bank", "--system", "Nope"]);
    assert!(text(&unknown.stderr).contains("E0509"));
}

struct Group(Vec<Child>);

impl Drop for Group {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[test]
fn a_built_system_is_started_by_hand() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("out");
    let built = plutoc(&["build", "examples/bank", "--system", "Split", "-o", out.to_str().expect("UTF-8")]);
    assert_eq!(built.status.code(), Some(0), "{}", text(&built.stderr));
    assert!(out.join("topology.json").exists());
    let socket = format!("unix:{}", folder.path().join("l.sock").display());
    let start = |name: &str| {
        let mut command = Command::new(out.join(name));
        command.env("PLUTO_ADDR_ledger", &socket).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        command.spawn().expect("it starts")
    };
    // The caller first: its calls wait until the callee is up.
    let main = start("main");
    let mut others = Group(vec![start("ledger")]);
    let output = main.wait_with_output().expect("it ends");
    let expected = repo::read(&repo::root().join("examples/bank/expected.txt"));
    assert_eq!(text(&output.stdout), expected);
    let ledger = others.0.pop().expect("started");
    let pid = rustix::process::Pid::from_child(&ledger);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it is there");
    let ended = ledger.wait_with_output().expect("it ends");
    assert_eq!(ended.status.code(), Some(0));
    assert!(!folder.path().join("l.sock").exists(), "the socket stays behind");
}

const FAULTY: &str = "class Worker {
    done: int = 0
    fn work(mut self, n: int) int {
        self.done += 1
        if n == 3 { let none_there = [0]\n            return none_there[n] }
        n * self.done
    }
}
app Main[worker: Worker] {
    fn main(self) {
        print(self.worker.work(1)!)
        print(self.worker.work(3)!)
    }
}
system Two for Main { pod p { process front { Main } process back { Worker } } }
";

#[test]
fn a_remote_fault_reaches_the_caller_with_both_paths() {
    let (_folder, path) = program(FAULTY);
    let output = plutoc(&["run", path.to_str().expect("UTF-8"), "--system", "Two"]);
    let shown = text(&output.stderr);
    assert_eq!(output.status.code(), Some(101), "{shown}");
    assert_eq!(text(&output.stdout), "1\n");
    assert!(shown.contains("Worker.work") && shown.contains("Main.main"), "{shown}");
}

#[test]
fn a_process_goes_on_after_a_fault_and_keeps_its_state() {
    let source = "import std.env
class Worker {
    done: int = 0
    fn work(mut self, n: int) int {
        self.done += 1
        let limits = [10]
        limits[n] + self.done
    }
}
app Main[worker: Worker] { fn main(self) { print(self.worker.work(env.args().len())!) } }
system Two for Main { pod p { process front { Main }
        process back { Worker } } }
";
    let (folder, path) = program(source);
    let out = folder.path().join("out");
    let built =
        plutoc(&["build", path.to_str().expect("UTF-8"), "--system", "Two", "-o", out.to_str().expect("UTF-8")]);
    assert_eq!(built.status.code(), Some(0), "{}", text(&built.stderr));
    let socket = format!("unix:{}", folder.path().join("b.sock").display());
    let mut back = Command::new(out.join("back"));
    let back =
        back.env("PLUTO_ADDR_back", &socket).stdin(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let _group = Group(vec![back]);
    let front = |args: &[&str]| {
        let mut command = Command::new(out.join("front"));
        let output = command.args(args).env("PLUTO_ADDR_back", &socket).output().expect("it starts");
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    assert_eq!(front(&[]).1, "11\n");
    let (code, _, errors) = front(&["one argument: index 1"]);
    assert_eq!(code, Some(101), "{errors}");
    assert!(errors.contains("Worker.work") && errors.contains("Main.main"), "{errors}");
    assert_eq!(front(&[]).1, "13\n");
}

#[test]
fn a_callee_that_is_not_there_is_an_error_not_a_hang() {
    let source = "class Worker { fn work(self, n: int) int { n } }
app Main[worker: Worker] {
    fn main(self) {
        print(self.worker.work(1)!)
        let later = self.worker.work(2) catch err: UnavailableError { print(err.may_have_run)
            return } catch err { print(f\"other {err}\")
            return }
        print(later)
    }
}
system Two for Main { pod p { process front { Main }
        process back { Worker } } }
";
    let (folder, path) = program(source);
    let out = folder.path().join("out");
    let built =
        plutoc(&["build", path.to_str().expect("UTF-8"), "--system", "Two", "-o", out.to_str().expect("UTF-8")]);
    assert_eq!(built.status.code(), Some(0), "{}", text(&built.stderr));
    // Nobody is there at all: the call waits for its deadline and says that it did not run.
    let mut front = Command::new(out.join("front"));
    let nobody = format!("unix:{}", folder.path().join("none.sock").display());
    let output = front.env("PLUTO_ADDR_back", nobody).output().expect("it starts");
    assert_eq!(output.status.code(), Some(1));
    let errors = text(&output.stderr);
    assert!(errors.contains("UnavailableError") && errors.contains("may_have_run: false"), "{errors}");
}

/// Calls a method that never ends; `meanwhile` gets the callee's process once the call has begun. What the caller printed.
fn call_without_end(meanwhile: impl FnOnce(&mut Child)) -> String {
    let source =
        "class Worker { fn work(mut self, n: int) int { let mut x = n\n        while x > 0 { x = 1 }\n        x } }
app Main[worker: Worker] {
    fn main(self) {
        print(\"calling\")
        let done = self.worker.work(1) catch err: NetworkError { print(f\"network {err.may_have_run}\")
            return } catch err: TimeoutError { print(f\"timeout {err.may_have_run} {err.method}\")
            return }!
        print(done)
    }
}
system Two for Main { pod p { process front { Main }
        process back { Worker } } }
";
    let (folder, path) = program(source);
    let out = folder.path().join("out");
    let built =
        plutoc(&["build", path.to_str().expect("UTF-8"), "--system", "Two", "-o", out.to_str().expect("UTF-8")]);
    assert_eq!(built.status.code(), Some(0), "{}", text(&built.stderr));
    let socket = format!("unix:{}", folder.path().join("b.sock").display());
    let start = |name: &str| {
        let mut command = Command::new(out.join(name));
        command.env("PLUTO_ADDR_back", &socket).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        command.spawn().expect("it starts")
    };
    let mut group = Group(vec![start("back")]);
    let front = start("front");
    std::thread::sleep(Duration::from_secs(1));
    meanwhile(&mut group.0[0]);
    text(&front.wait_with_output().expect("it ends").stdout)
}

#[test]
fn a_callee_that_dies_is_a_network_error() {
    let printed = call_without_end(|back| back.kill().expect("it is there"));
    assert_eq!(printed, "calling\nnetwork true\n");
}

#[test]
fn a_callee_that_does_not_answer_is_a_timeout() {
    let begin = Instant::now();
    let printed = call_without_end(|_| ());
    assert_eq!(printed, "calling\ntimeout true work\n");
    assert!(begin.elapsed() < Duration::from_secs(30), "{:?}", begin.elapsed());
}

#[test]
fn a_run_leaves_nothing_behind() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let mut command = Command::new(driver::plutoc());
    command.args(["run", "examples/bank", "--system", "Wide"]).current_dir(repo::root()).env("TMPDIR", temp.path());
    let output = command.output().expect("plutoc starts");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let left: Vec<_> = std::fs::read_dir(temp.path()).expect("readable").collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(!processes_of(temp.path()), "a process is left");
}

/// Does any process run an executable below this folder? Waits a little: exits are not instant to see.
fn processes_of(folder: &Path) -> bool {
    let begin = Instant::now();
    loop {
        let running = std::fs::read_dir("/proc")
            .expect("Linux")
            .filter_map(Result::ok)
            .any(|entry| std::fs::read_link(entry.path().join("exe")).is_ok_and(|exe| exe.starts_with(folder)));
        if !running || begin.elapsed() > Duration::from_secs(5) {
            return running;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn stopping_the_runner_stops_the_system() {
    let source = "class Idle { n: int = 0\n    fn tick(mut self) int { self.n += 1\n self.n } }
app Main[idle: Idle] { fn main(self) { print(\"up\")\n        while true { self.idle.tick()! } } }
system Two for Main { pod p { process front { Main } process back { Idle } } }
";
    let (_folder, path) = program(source);
    let temp = tempfile::tempdir().expect("a temporary folder");
    let mut command = Command::new(driver::plutoc());
    command.arg("run").arg(&path).args(["--system", "Two"]).env("TMPDIR", temp.path());
    let mut runner = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("plutoc starts");
    let mut line = [0; 3];
    std::io::Read::read_exact(runner.stdout.as_mut().expect("piped"), &mut line).expect("it says up");
    rustix::process::kill_process(rustix::process::Pid::from_child(&runner), rustix::process::Signal::TERM)
        .expect("there");
    runner.wait().expect("it ends");
    assert!(!processes_of(temp.path()), "a process is left");
}

#[test]
fn tests_of_a_program_run() {
    let fine = plutoc(&["test", "examples/wordcount"]);
    assert_eq!(fine.status.code(), Some(0), "{}", text(&fine.stderr));
    assert!(text(&fine.stdout).contains("2 passed, 0 failed"), "{}", text(&fine.stdout));
    let (_none, path) = program("fn main() { }\n");
    let without = plutoc(&["test", path.to_str().expect("UTF-8")]);
    assert_eq!((without.status.code(), &*text(&without.stdout)), (Some(0), "0 passed, 0 failed\n"));
    let (_folder, path) = program("test \"sum\" { expect(1 + 1).to_equal(3) }\n");
    let failing = plutoc(&["test", path.to_str().expect("UTF-8")]);
    assert_eq!(failing.status.code(), Some(1));
    let shown = text(&failing.stdout) + &text(&failing.stderr);
    assert!(shown.contains("sum") && shown.contains('3') && shown.contains("main.pluto:1"), "{shown}");
}

#[test]
fn types_that_do_not_cross_have_no_serialization_code() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let symbols = |system: &[&str], out: &str, file: Option<&str>| {
        let out = folder.path().join(out);
        let mut args = vec!["build", "examples/bank", "-o", out.to_str().expect("UTF-8")];
        args.extend(system);
        let built = plutoc(&args);
        assert_eq!(built.status.code(), Some(0), "{}", text(&built.stderr));
        let output =
            Command::new("nm").arg(file.map_or(out.clone(), |file| out.join(file))).output().expect("binutils");
        text(&output.stdout)
    };
    let coders = |symbols: &str| {
        symbols.lines().filter(|line| line.contains("pluto.encode:") || line.contains("pluto.decode:")).count()
    };
    assert_eq!(coders(&symbols(&[], "local", None)), 0);
    // The ledger's own types cross in `Split`; encoders of scalars are inlined, so only accounts and entries are left.
    let split = symbols(&["--system", "Split"], "split", Some("ledger"));
    assert!(coders(&split) > 0, "{split}");
}

/// Services in three processes that say when they start and stop; `Base.start` ends as told.
fn lives(start: &str) -> String {
    format!(
        "error Bad {{ why: string }}
class Base {{ n: int
    fn start(mut self) {{ print(\"base starts\"); {start} }}
    fn stop(mut self) {{ print(f\"base stops at {{self.n}}\") }}
    fn hit(mut self) int {{ self.n += 1; self.n }}
}}
class Top[base: Base] {{ n: int
    fn start(mut self) {{ self.n = 1; print(f\"top starts {{self.base.hit()!}}\") }}
    fn stop(mut self) {{ print(f\"top stops {{self.base.hit()!}}\") }}
    fn go(mut self) int {{ self.n += 1; self.base.hit()! }}
}}
app Main[top: Top] {{ fn main(self) int {{ print(\"main\"); self.top.go()! }} }}
system Apart for Main {{ pod a {{ Main }} pod b {{ Top }} pod c {{ Base }} }}
"
    )
}

#[test]
fn a_system_starts_and_stops_in_the_order_of_one_process() {
    let (_folder, path) = program(&lives("self.n = 0"));
    let local = plutoc(&["run", path.to_str().expect("UTF-8")]);
    let apart = plutoc(&["run", path.to_str().expect("UTF-8"), "--system", "Apart"]);
    let expected = "base starts\ntop starts 1\nmain\ntop stops 3\nbase stops at 3\n";
    for output in [local, apart] {
        assert_eq!((text(&output.stdout).as_str(), text(&output.stderr).as_str()), (expected, ""));
        assert_eq!(output.status.code(), Some(2));
    }
}

#[test]
fn a_start_that_fails_ends_the_system_before_main() {
    for (start, code) in [("if self.n == 0 { raise Bad { why: \"no disk\" } }", 1), ("print(1 / self.n)", 101)] {
        let (_folder, path) = program(&lives(start));
        let local = plutoc(&["run", path.to_str().expect("UTF-8")]);
        let apart = plutoc(&["run", path.to_str().expect("UTF-8"), "--system", "Apart"]);
        for output in [local, apart] {
            assert_eq!(text(&output.stdout), "base starts\n", "{}", text(&output.stderr));
            assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
            assert!(text(&output.stderr).contains("Base.start"), "{}", text(&output.stderr));
        }
    }
}

#[test]
fn concurrent_callers_lose_no_count() {
    let source = "class Echo { fn back(self, n: int) int { n } }
class Counter[echo: Echo] { n: int
    fn add(mut self) int { let before = self.echo.back(self.n)!; self.n = before + 1; self.n }
}
app Main[counter: Counter] { fn main(self) int { let mut last = 0
        for i in 0..200 { last = self.counter.add()! }
        last / 100 } }
system Three for Main { pod p { process front { Main } process back { Counter } process echo { Echo } } }
";
    let (folder, path) = program(source);
    let out = folder.path().join("out");
    let out_text = out.to_str().expect("UTF-8");
    let built = plutoc(&["build", path.to_str().expect("UTF-8"), "--system", "Three", "-o", out_text]);
    assert_eq!(built.status.code(), Some(0), "{}", text(&built.stderr));
    let socket = |name: &str| format!("unix:{}", folder.path().join(name).display());
    let start = |name: &str| {
        let mut command = Command::new(out.join(name));
        command.env("PLUTO_ADDR_back", socket("b.sock")).env("PLUTO_ADDR_echo", socket("e.sock"));
        command.stdin(Stdio::null()).spawn().expect("it starts")
    };
    let _servers = Group(vec![start("back"), start("echo")]);
    let mut callers = Group(vec![start("front"), start("front"), start("front")]);
    let codes = callers.0.iter_mut().map(|caller| caller.wait().expect("it ends").code().expect("no signal"));
    // The last of the 600 additions is somebody's last one.
    assert_eq!(codes.max(), Some(6));
}

/// The error says that the call ended, not the deadline around it: `within` names no service.
#[test]
fn a_policy_ends_a_call_before_the_usual_time() {
    let source = "class Slow { fn answer(self, after: Duration) int { sleep(after)\n 7 } }
app Main[slow: Slow] {
    fn main(self) {
        print(within 4s { self.slow.answer(1ms)! } catch err { print(err)\n 0 })
        print(within 4s { self.slow.answer(2s)! } catch err: TimeoutError { print(err.service)\n 1 } catch -1)
    }
}
system Plain for Main { pod a { Main } pod b { Slow } }
system Hurried for Main { pod a { Main } pod b { Slow }\n policy Slow { timeout: 900ms } }
";
    let (_folder, path) = program(source);
    let run = |system: &str| text(&plutoc(&["run", path.to_str().expect("UTF-8"), "--system", system]).stdout);
    assert_eq!(run("Plain"), "7\n7\n");
    assert_eq!(run("Hurried"), "7\nSlow\n1\n");
}
