//! The supervisor of `plutoc run`: processes that die are started again, within limits; the end is orderly all the same; folders of
//! killed runs go.

use pluto_tests::driver;
use pluto_tests::running::{ALL_WAYS, Run, processes, send, wait_for_line, wait_until};
use rustix::process::{Pid, Signal, kill_process};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// A service in a process `back`, with what `main` does in a process `front`; in one pod, or in two.
fn program(main: &str) -> String {
    format!(
        "import std.fs
class Worker {{
    n: int = 0
    fn stop(mut self) {{ print(f\"stops at {{self.n}}\") }}
    fn count(mut self) int {{ self.n += 1; self.n }}
    fn slow(self) {{ print(\"working\"); sleep(1h) }}
    fn broken(self, n: int) int {{ let zero = [0]; zero[n] }}
}}
app Main[worker: Worker] {{
    fn wait_for(self, path: string) {{
        while true {{
            let text = fs.read_text(path) catch {{ \"\" }}
            if text != \"\" {{ return }}
            sleep(5ms)
        }}
    }}
    fn fail(self) {{
        self.worker.slow() catch err: NetworkError {{ print(f\"network {{err.may_have_run}}\") }}!
    }}
    fn count(self) int {{
        while true {{
            let n = self.worker.count() catch err: UnavailableError {{ continue }}!
            return n
        }}
        0
    }}
    fn main(self) {{
{main}
    }}
}}
system Near for Main {{ pod p {{ process front {{ Main }} process back {{ Worker }} }} }}
system Far for Main {{ pod front {{ Main }} pod back {{ Worker }} }}
"
    )
}

/// The folders of runs.
fn run_folders(temp: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(temp).expect("readable").map(|entry| entry.expect("readable").path());
    entries.filter(|path| path.is_dir()).collect()
}

fn run_folder(temp: &Path) -> PathBuf {
    let [folder] = &run_folders(temp)[..] else { panic!("{:?}", run_folders(temp)) };
    folder.clone()
}

fn kill_back(temp: &Path) {
    send(temp, "back", Signal::KILL);
}

#[track_caller]
fn nothing_is_left(temp: &Path) {
    wait_until(|| processes(temp).is_empty());
    assert_eq!(run_folders(temp), Vec::<PathBuf>::new());
}

/// Puts a script in the place of `back`, which moves to `back.real`: the next start runs the script.
fn replace_back(temp: &Path, script: &str) {
    let folder = run_folder(temp);
    let fresh = folder.join("fresh");
    std::fs::write(&fresh, format!("#!/bin/sh\ncd {}\n{script}\n", folder.display())).expect("writable");
    std::fs::set_permissions(&fresh, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
    std::fs::hard_link(folder.join("back"), folder.join("back.real")).expect("writable");
    std::fs::rename(fresh, folder.join("back")).expect("writable");
}

#[test]
fn a_killed_process_is_started_again_and_serves() {
    let main = "print(self.count()!); print(self.count()!); self.fail()!; print(self.count()!)";
    for (system, variables) in ALL_WAYS {
        let temp = tempfile::tempdir().expect("a temporary folder");
        let mut run = Run::start_with(&program(main), system, temp.path(), variables);
        run.wait_for_output("working");
        kill_back(temp.path());
        let (code, output, errors) = run.finish();
        assert_eq!((output.as_str(), code), ("network true\n1\nstops at 1\n", Some(0)), "{errors}");
        let line =
            "TIME WARN plutoc: process `back` ended early (signal: 9 (SIGKILL)); restart 1 of 5 follows in 50 ms\n";
        // The second line is said by `front`.
        assert_eq!(driver::timeless(&errors), format!("{line}TIME INFO front: process `back` is up again\n"));
        nothing_is_left(temp.path());
    }
}

#[test]
fn what_the_supervisor_says_is_json_like_what_the_processes_say() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let main = "self.fail()!; print(self.count()!); print(self.worker.broken(3)!)";
    let mut run = Run::start_with(&program(main), "Near", temp.path(), &[("PLUTO_LOG", "json")]);
    run.wait_for_output("working");
    kill_back(temp.path());
    let (code, _, errors) = run.finish();
    assert_eq!(code, Some(101), "{errors}");
    let lines: Vec<serde_json::Value> =
        errors.lines().map(|line| serde_json::from_str(line).expect("an object")).collect();
    let keys = ["level", "process", "service", "message"];
    let said: Vec<_> = lines.iter().map(|line| keys.map(|key| line[key].as_str().unwrap_or("-"))).collect();
    let restart = "process `back` ended early (signal: 9 (SIGKILL)); restart 1 of 5 follows in 50 ms";
    let fault = "fault: index 3 is out of range for length 1";
    let again = ["info", "front", "-", "process `back` is up again"];
    assert_eq!(said, [["warn", "plutoc", "-", restart], again, ["error", "front", "Main", fault]]);
}

#[test]
fn warnings_are_not_said_if_only_errors_are_asked_for() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let mut run =
        Run::start_with(&program("self.fail()!; print(self.count()!)"), "Near", temp.path(), &[("PLUTO_LOG", "error")]);
    run.wait_for_output("working");
    kill_back(temp.path());
    let (code, output, errors) = run.finish();
    assert_eq!((output.as_str(), code, errors.as_str()), ("network true\n1\nstops at 1\n", Some(0), ""));
}

#[test]
fn a_process_that_ends_by_itself_is_started_again_until_it_serves() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let mut run = Run::start(&program("self.fail()!; print(self.count()!)"), "Near", temp.path());
    run.wait_for_output("working");
    // The first start ends at once, the second cannot find its program, the third serves.
    let script = "echo >> tries; case $(wc -l < tries) in 1) exit 0;; 2) exec ./none;; *) exec ./back.real;; esac";
    replace_back(temp.path(), script);
    kill_back(temp.path());
    let (code, output, errors) = run.finish();
    assert_eq!((output.as_str(), code), ("network true\n1\nstops at 1\n", Some(0)), "{errors}");
    for piece in ["(exit status: 0); restart 2 of 5", "(exit status: 127); restart 3 of 5"] {
        assert!(errors.contains(&format!("ended before its services had started {piece}")), "{errors}");
    }
    assert!(!errors.contains("restart 4"), "{errors}");
    nothing_is_left(temp.path());
}

#[test]
fn a_process_that_does_not_stay_up_is_given_up_and_the_run_goes_on() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let go = temp.path().join("go");
    let main = format!(
        "self.fail()!; self.wait_for(\"{}\")
        for n in 0..3 {{
            self.worker.count() catch err: UnavailableError {{
                print(f\"{{err.may_have_run}} {{err.detail}}\")
                0
            }}!
        }}
        print(\"now\")
        sleep(1h)",
        go.display()
    );
    let mut run = Run::start(&program(&main), "Near", temp.path());
    run.wait_for_output("working");
    replace_back(temp.path(), "exit 3");
    kill_back(temp.path());
    let told = wait_for_line(&mut run.errors, "is given up");
    for attempt in 1..=5 {
        assert!(told.contains(&format!("restart {attempt} of 5")), "{told}");
    }
    assert!(told.ends_with("after 5 restarts within 30 s it is given up, calls to it fail from now on\n"), "{told}");
    let begin = Instant::now();
    std::fs::write(go, "go").expect("writable");
    let told = wait_for_line(&mut run.output, "now");
    assert!(begin.elapsed() < Duration::from_secs(4), "a call that waits takes 5 s");
    let line = "false process back is gone: given up after 5 restarts in 30 s\n";
    assert_eq!(told, format!("network true\n{}now\n", line.repeat(3)));

    let mut status = Command::new(driver::plutoc());
    let said = status.args(["status", "--json"]).env("TMPDIR", temp.path()).output().expect("plutoc starts");
    let json: serde_json::Value = serde_json::from_slice(&said.stdout).expect("JSON");
    let [front, back] = [&json[0]["processes"][0], &json[0]["processes"][1]];
    assert_eq!((&back["state"], &back["restarts"]), (&"gone".into(), &5.into()), "{json}");
    assert_eq!(back["trouble"], "given up after 5 restarts in 30 s", "{json}");
    assert_eq!((&front["state"], &front["status"]["waiting_for"][0]), (&"waiting".into(), &"back".into()), "{json}");
    assert_eq!(front["status"]["peers"][0]["up"], false, "{json}");

    kill_process(Pid::from_child(&run.plutoc), Signal::TERM).expect("it is there");
    let (code, _, errors) = run.finish();
    assert_eq!(code, Some(143), "{errors}");
    nothing_is_left(temp.path());
}

#[test]
fn the_end_of_main_ends_a_pending_restart() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let mut run = Run::start(&program("self.fail()!"), "Near", temp.path());
    run.wait_for_output("working");
    // The restart is still to come, or has come to a program that never gets ready.
    std::fs::copy("/bin/sleep", run_folder(temp.path()).join("sleep")).expect("writable");
    replace_back(temp.path(), "exec ./sleep 1000");
    kill_back(temp.path());
    let (code, output, errors) = run.finish();
    assert_eq!((output.as_str(), code), ("network true\n", Some(0)), "{errors}");
    nothing_is_left(temp.path());
}

#[test]
fn a_second_signal_ends_what_does_not_stop() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let mut run = Run::start(&program("self.fail()!; sleep(1h)"), "Near", temp.path());
    run.wait_for_output("working");
    std::fs::copy("/bin/sleep", run_folder(temp.path()).join("sleep")).expect("writable");
    replace_back(temp.path(), "trap '' TERM; exec ./sleep 1000");
    kill_back(temp.path());
    let runs = |name: &str| processes(temp.path()).iter().any(|(_, exe)| exe.ends_with(name));
    wait_until(|| runs("sleep"));
    kill_process(Pid::from_child(&run.plutoc), Signal::TERM).expect("it is there");
    wait_until(|| !runs("front"));
    assert!(runs("sleep"), "nobody has asked twice yet");
    kill_process(Pid::from_child(&run.plutoc), Signal::TERM).expect("it is there");
    let (code, output, errors) = run.finish();
    assert_eq!((output.as_str(), code), ("network true\n", Some(143)), "{errors}");
    nothing_is_left(temp.path());
}

#[test]
fn signals_end_a_run_with_restarted_processes() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let main = "self.fail()!; print(self.count()!); sleep(1h)";
    let mut run = Run::start(&program(main), "Near", temp.path());
    run.wait_for_output("working");
    kill_back(temp.path());
    run.wait_for_output("1");
    kill_process(Pid::from_child(&run.plutoc), Signal::TERM).expect("it is there");
    let (code, output, errors) = run.finish();
    assert_eq!((output.as_str(), code), ("stops at 1\n", Some(143)), "{errors}");
    assert!(errors.contains("restart 1 of 5") && !errors.contains("restart 2 of 5"), "{errors}");
    nothing_is_left(temp.path());
}

#[test]
fn a_fault_of_a_handler_starts_nothing_again() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let run = Run::start(&program("print(self.worker.broken(3)!)"), "Near", temp.path());
    let (code, _, errors) = run.finish();
    assert_eq!(code, Some(101), "{errors}");
    assert!(errors.contains("Worker.broken") && !errors.contains("restart"), "{errors}");
    nothing_is_left(temp.path());
}

#[test]
fn folders_of_killed_runs_go_and_those_of_living_ones_stay() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let mut endless = Run::start(&program("print(\"up\"); sleep(1h)"), "Near", temp.path());
    endless.wait_for_output("up");
    let folder = run_folder(temp.path());
    let brief = || Run::start(&program("print(\"brief\")"), "Near", temp.path()).finish();
    assert_eq!(brief().0, Some(0));
    assert_eq!(run_folders(temp.path()), std::slice::from_ref(&folder));
    send(temp.path(), "front", Signal::STOP);
    endless.plutoc.kill().expect("it is there");
    wait_until(|| processes(temp.path()).len() == 1);
    assert_eq!(brief().0, Some(0));
    assert!(folder.join("front").exists(), "a process of the run still lives");
    send(temp.path(), "front", Signal::KILL);
    wait_until(|| processes(temp.path()).is_empty());
    assert!(folder.exists(), "nobody was there to remove it");
    assert_eq!(brief().0, Some(0));
    nothing_is_left(temp.path());
}
