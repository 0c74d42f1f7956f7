//! `plutoc status` while a system runs, and what it says where there is nothing to say.

use pluto_tests::driver;
use pluto_tests::running::wait_until;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

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

#[test]
fn a_running_system_says_how_it_is() {
    let temp = tempfile::Builder::new().prefix("st").tempdir_in("/tmp").expect("a temporary folder");
    let source = temp.path().join("main.pluto");
    std::fs::write(&source, SOURCE).expect("writable");
    let mut run = Command::new(driver::plutoc())
        .args(["run", source.to_str().expect("UTF-8"), "--system", "Two"])
        .env("TMPDIR", temp.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("plutoc starts");
    let lines = BufReader::new(run.stdout.take().expect("a pipe")).lines();
    assert!(lines.map_while(Result::ok).any(|line| line == "done"), "it ended early");

    let (table, _, code) = status(temp.path(), &[]);
    assert_eq!(code, Some(0));
    assert!(table.starts_with("system Two (") && table.contains("front -> Store.keep"), "{table}");
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
    assert_eq!(back["status"]["connections"][0]["caller"], "front");
    // `front` serves nobody.
    assert!(json[0]["processes"][0]["status"].is_null(), "{json}");

    let pid = i32::try_from(run.id()).ok().and_then(rustix::process::Pid::from_raw).expect("a process");
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it lives");
    run.wait().expect("it ends");
    assert_eq!(status(temp.path(), &[]), ("no system of `plutoc run` is running\n".to_owned(), String::new(), Some(0)));
}

#[test]
fn a_folder_without_a_system_is_an_error() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let folder = temp.path().to_str().expect("UTF-8").to_owned();
    let (_, message, code) = status(temp.path(), &[&folder]);
    assert_eq!(code, Some(1));
    assert!(message.contains(&folder) && message.contains("No such file"), "{message}");
}
