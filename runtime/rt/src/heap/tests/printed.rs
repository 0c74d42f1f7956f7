//! Standard output, in a child process: this test program again, told by the environment what to do.

use crate::heap::output::{flush_output, print_line};
use std::io::Read;
use std::process::{Child, Command, Stdio};

const LINES: usize = 3000;

/// Not a test: what the child does.
#[test]
fn child() {
    if std::env::var_os("PLUTO_TEST_PRINTS").is_some() {
        for number in 0..LINES {
            print_line(&format!("line {number} {}", "x".repeat(number % 97)));
        }
        print_line(&"y".repeat(100_000));
        flush_output();
    }
}

fn start() -> Child {
    let mut command = Command::new(std::env::current_exe().expect("the test program has a path"));
    command.args(["heap::tests::printed::child", "--exact", "--quiet"]).env("PLUTO_TEST_PRINTS", "1");
    command.stdout(Stdio::piped()).spawn().expect("the test program starts")
}

#[test]
fn all_lines_arrive_whole() {
    let mut child = start();
    let mut text = String::new();
    child.stdout.take().expect("it is piped").read_to_string(&mut text).expect("it is UTF-8");
    assert!(child.wait().expect("it ends").success());
    let printed: Vec<&str> = text.lines().filter(|line| line.starts_with("line ")).collect();
    assert_eq!(printed.len(), LINES);
    for (number, line) in printed.into_iter().enumerate() {
        assert_eq!(line, format!("line {number} {}", "x".repeat(number % 97)));
    }
    assert!(text.lines().any(|line| line == "y".repeat(100_000)));
}

#[test]
fn a_closed_pipe_ends_the_process_quietly() {
    let mut child = start();
    let mut some = [0; 100];
    let mut stdout = child.stdout.take().expect("it is piped");
    stdout.read_exact(&mut some).expect("it prints");
    drop(stdout);
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
}
