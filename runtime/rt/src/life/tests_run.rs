//! The program of `plutoc test`: runs tests, each in a task of its own with fresh services. In: the program, an optional part of
//! the titles to run, an optional seed. Out: a line per test, a summary, the exit code.

use std::sync::atomic::AtomicI32;

use super::report::{Ended, Report, ended};
use super::{END_LIMIT, in_task, named, stop};
use crate::heap::check::publishing::look_at_all;
use crate::heap::output::flush_output;
use crate::os::program::Program;
use crate::task::Scheduler;
use crate::task::scheduler::Settings;

/// A test under the seeded scheduler runs with the seeds from 1 to this.
const SEEDS: u64 = 100;

/// A test that failed.
struct Failure {
    report: Report,
    seed: Option<u64>,
}

/// Runs the tests.
pub(super) fn run(program: Program, settings: Settings) -> i32 {
    let part = std::env::args().nth(1).unwrap_or_default();
    let seed = match given_seed() {
        Ok(seed) => seed,
        Err(message) => {
            eprintln!("pluto: {message}");
            return super::USAGE_EXIT;
        }
    };
    let (mut passed, mut failed) = (0, 0);
    for index in (0..program.test_count()).filter(|&index| program.test_name(index).contains(&part)) {
        let end = run_test(program, settings, index, seed);
        // What the test printed comes before its line.
        flush_output();
        let name = program.test_name(index);
        match end {
            None => {
                passed += 1;
                println!("test {name} ... ok");
            }
            Some(failure) => {
                failed += 1;
                print!("test {name} ... FAILED\n{}{}", failure.report.text("  "), hint(failure.seed));
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    i32::from(failed > 0)
}

/// The second argument (`plutoc test --seed`), or `PLUTO_TEST_SEED`.
fn given_seed() -> Result<Option<u64>, String> {
    match std::env::args().nth(2).or_else(|| std::env::var("PLUTO_TEST_SEED").ok()) {
        None => Ok(None),
        Some(text) => text.trim().parse().map(Some).map_err(|_| format!("a seed must be a number, not `{text}`")),
    }
}

fn hint(seed: Option<u64>) -> String {
    seed.map(|seed| format!("  failed with seed {seed}: plutoc test FILE --seed {seed} shows it again\n"))
        .unwrap_or_default()
}

/// Why a test failed, if it did.
fn run_test(program: Program, settings: Settings, index: usize, seed: Option<u64>) -> Option<Failure> {
    if !program.test_is_seeded(index) {
        return run_one(program, settings, index).map(|report| Failure { report, seed: None });
    }
    let seeds = seed.map_or(1..=SEEDS, |seed| seed..=seed);
    for seed in seeds {
        let report = run_one(program, Settings { seed: Some(seed), ..settings }, index);
        if let Some(report) = report {
            return Some(Failure { report, seed: Some(seed) });
        }
    }
    None
}

/// The same, once, under a scheduler of its own.
fn run_one(program: Program, settings: Settings, index: usize) -> Option<Report> {
    named::open(program);
    let scheduler = Scheduler::new(program, settings);
    let no_signal = AtomicI32::new(0);
    let end = in_task(scheduler, &no_signal, move |task| {
        for service in 0..program.service_count() {
            let started = ended(task, program.start_service(service, task));
            if matches!(started, Ended::Early(_)) {
                return started;
            }
        }
        ended(task, program.run_test(index, task))
    });
    named::close_all();
    let stopped = stop(scheduler, program.service_count());
    let all_ended = scheduler.end_tasks(END_LIMIT);
    if all_ended {
        look_at_all();
        named::clear_all();
        program.drop_services();
        scheduler.shut_down();
    }
    match end {
        Some(Ended::Early(report)) => Some(report),
        Some(Ended::Fine) | None if !all_ended => Some(Report::tasks_left(scheduler.task_count())),
        Some(Ended::Fine) | None if stopped == 0 => None,
        Some(Ended::Fine) | None => Some(Report::stop_failed()),
    }
}
