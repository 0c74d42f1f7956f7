//! Processes of two builds of a program: what both know alike works across, what they know differently is an error of its own, at once. In: two
//! versions of a program, in one folder. Out: what the caller prints, and what `plutoc status` says.

use pluto_tests::by_hand;
use pluto_tests::running::wait_until;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::time::{Duration, Instant};

/// Both versions; `changed` is a method of `Moved`, `gained` one more of `Grown`.
fn program(changed: &str, argument: &str, gained: &str) -> String {
    format!(
        "class Item {{ name: string, tags: [string] = [] }}
error Missing {{ name: string }}
class Grown {{
{gained}
    fn find(self, name: string) Item {{ if name == \"\" {{ raise Missing {{ name: \"none\" }} }}
        Item {{ name }} }}
}}
class Moved {{
    ran: int = 0
{changed}
    fn runs(self) int {{ self.ran }}
}}
app Main[grown: Grown, moved: Moved] {{
    fn main(self) {{
        print(self.grown.find(\"nut\")!)
        print(self.grown.find(\"\") catch err: Missing {{ Item {{ name: err.name }} }}!)
        let n = self.moved.turn({argument}) catch err: VersionError {{
            print(f\"version {{err.service}}.{{err.method}} {{err.may_have_run}}\")
            print(err.detail)
            -1
        }}!
        print(n)
        print(self.moved.runs()!)
        print(\"done\")
        sleep(1h)
    }}
}}
system Two for Main {{ pod p {{ process front {{ Main }} process back {{ Grown, Moved }} }} }}
"
    )
}

fn old() -> String {
    program("    fn turn(mut self, by: int) int { self.ran += 1\n        by }", "1", "")
}

fn new() -> String {
    let gained = "    fn all(self) [Item] { [] }";
    program("    fn turn(mut self, by: float) int { self.ran += 1\n        2 }", "1.5", gained)
}

/// The executables of both versions in one folder, as after half of an update: the callee of the one, the caller of the other.
fn mixed(folder: &Path, caller: &str, callee: &str) {
    let other = folder.join("other");
    by_hand::build(callee, &other);
    by_hand::build(caller, folder);
    std::fs::rename(other.join("back"), folder.join("back")).expect("it was built");
}

/// What the caller of one version prints with the callee of the other.
fn run(caller: &str, callee: &str) -> (Vec<String>, serde_json::Value) {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let folder = temp.path();
    mixed(folder, caller, callee);
    let _back = by_hand::start(folder, "back");
    wait_until(|| folder.join("back.sock").exists());
    let begin = Instant::now();
    let mut front = by_hand::start(folder, "front");
    let output = BufReader::new(front.0.stdout.take().expect("piped"));
    let lines = output.lines().map_while(Result::ok).take_while(|line| line != "done").collect();
    assert!(begin.elapsed() < Duration::from_secs(4), "a call that waits takes 5 s");
    (lines, by_hand::status(folder))
}

#[test]
fn what_both_builds_know_alike_works_and_the_rest_is_a_version_error() {
    for (caller, callee) in [(old(), new()), (new(), old())] {
        let (mut lines, status) = run(&caller, &callee);
        let detail = lines.remove(3);
        let expected = [
            "Item { name: \"nut\", tags: [] }",
            "Item { name: \"none\", tags: [] }",
            "version Moved.turn false",
            "-1",
            // It did not run; its neighbour is the same in both builds.
            "0",
        ];
        assert_eq!(lines, expected, "{detail}");
        let told = "process back serves another `Moved.turn` than process front was built to call; their builds are ";
        assert!(detail.starts_with(told), "{detail}");

        let [front, back] = [&status["processes"][0], &status["processes"][1]];
        assert_eq!((&front["state"], &back["state"]), (&"waiting".into(), &"ready".into()), "{status}");
        assert_eq!(front["status"]["waiting_for"][0], "back (another interface)", "{status}");
        let peer = &front["status"]["peers"][0];
        assert_eq!((&peer["up"], &peer["differences"][0]), (&true.into(), &detail.as_str().into()), "{status}");
        assert_ne!(front["status"]["build"], back["status"]["build"], "{status}");
        assert_eq!(peer["build"], back["status"]["build"], "{status}");
    }
}

#[test]
fn one_version_with_itself_has_no_differences() {
    let (lines, status) = run(&old(), &old());
    assert_eq!(lines[2..], ["1", "1"], "{lines:?}");
    let states = [0, 1].map(|at| &status["processes"][at]["state"]);
    assert_eq!(states, ["ready", "ready"], "{status}");
}
