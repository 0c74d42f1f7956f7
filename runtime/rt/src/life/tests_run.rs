//! The program of `plutoc test`: runs tests, each in a task of its own with fresh services. In: the program, an optional part of
//! the titles to run. Out: a line per test, a summary, the exit code.

use std::cell::Cell;
use std::rc::Rc;

use super::report::{Ended, Report, ended};
use super::{in_task, stop};
use crate::heap::output::flush_output;
use crate::task::Worker;

/// Runs the tests.
pub(super) fn run(worker: &Rc<Worker>) -> i32 {
    let program = worker.program();
    let part = std::env::args().nth(1).unwrap_or_default();
    let (mut passed, mut failed) = (0, 0);
    for index in (0..program.test_count()).filter(|&index| program.test_name(index).contains(&part)) {
        let end = run_one(worker, index);
        // What the test printed comes before its line.
        flush_output();
        let name = program.test_name(index);
        match end {
            None => {
                passed += 1;
                println!("test {name} ... ok");
            }
            Some(report) => {
                failed += 1;
                print!("test {name} ... FAILED\n{}", report.text("  "));
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    i32::from(failed > 0)
}

/// Why a test failed, if it did.
fn run_one(worker: &Rc<Worker>, index: usize) -> Option<Report> {
    let program = worker.program();
    let end = in_task(worker, &Cell::new(0), move |task| {
        for service in 0..program.service_count() {
            let started = ended(task, program.start_service(service, task));
            if matches!(started, Ended::Early(_)) {
                return started;
            }
        }
        ended(task, program.run_test(index, task))
    });
    let stopped = stop(worker, program.service_count());
    match end {
        Some(Ended::Early(report)) => Some(report),
        Some(Ended::Fine) | None if stopped == 0 => None,
        Some(Ended::Fine) | None => Some(Report::stop_failed()),
    }
}
