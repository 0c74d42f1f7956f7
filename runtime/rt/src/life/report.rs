//! What is said about a fault or error that nobody handled. In: how a function ended. Out: lines on standard error.

use crate::log;
use crate::os::program::Status;
use crate::task::Task;

/// The exit code after a fault.
const FAULT_EXIT: i32 = 101;
/// The exit code after an error.
const ERROR_EXIT: i32 = 1;

/// How a function ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// As it should.
    Fine,
    /// By a fault or an error.
    Early(Report),
}

/// A fault or error, for people.
#[derive(Debug)]
pub(super) struct Report {
    headline: String,
    path: Vec<String>,
    code: i32,
}

/// What a status means, with what lies in the task.
pub(super) fn ended(task: &Task, status: Status) -> Ended {
    match status {
        Status::Fine => Ended::Fine,
        Status::Fault => {
            let fault = task.take_fault();
            Ended::Early(Report { headline: format!("fault: {}", fault.message), path: fault.path, code: FAULT_EXIT })
        }
        Status::Error(error) => Ended::Early(Report {
            headline: format!("error: {}", error.text()),
            path: task.take_path(),
            code: ERROR_EXIT,
        }),
    }
}

/// Prints a report to standard error, after all that was printed before: the exit code.
pub(super) fn print(report: &Report) -> i32 {
    log::report(&report.headline, &report.path);
    report.code
}

impl Report {
    /// A service could not be stopped; the reason was printed.
    pub(super) fn stop_failed() -> Report {
        Report { headline: "a service's `stop` failed".to_string(), path: vec![], code: FAULT_EXIT }
    }

    /// Tasks of a test did not end.
    pub(super) fn tasks_left(count: usize) -> Report {
        let headline = format!("{count} tasks did not end when they were asked to");
        Report { headline, path: vec![], code: FAULT_EXIT }
    }

    /// Its lines, with this before each.
    pub(super) fn text(&self, indent: &str) -> String {
        let mut text = format!("{indent}{}\n", self.headline);
        for line in &self.path {
            text += &format!("{indent}  {line}\n");
        }
        text
    }
}
