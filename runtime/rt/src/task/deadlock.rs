//! The end of a program in which all tasks wait and nothing can wake them. In: a scheduler that has found that out. Out: a list of
//! the tasks and what they wait for; the end of the process, or of the test.

use super::fault::line;
use super::{Scheduler, Task};
use crate::log;

/// The fault's message.
const HEADLINE: &str = "all tasks wait for each other";
/// The exit code after a fault.
const FAULT_EXIT: i32 = 101;
/// So many tasks are listed.
const MOST_LINES: usize = 100;

/// All tasks wait. A test's task faults; a program ends.
pub(super) fn found(scheduler: &'static Scheduler, watched: &'static Task) {
    if scheduler.program().test_count() > 0 && watched.get_unstuck() {
        return;
    }
    log::report(&format!("fault: {HEADLINE}"), &report(scheduler));
    std::process::exit(FAULT_EXIT);
}

/// The message for a test's task, which was waiting like all others.
pub(super) fn message(scheduler: &'static Scheduler) -> String {
    let mut message = HEADLINE.to_string();
    for line in report(scheduler) {
        message += "\n    ";
        message += &line;
    }
    message
}

fn place(scheduler: &Scheduler, site: u64) -> String {
    let known = scheduler.program().site(site).is_some();
    if known { format!(" {}", line(scheduler.program(), site)) } else { String::new() }
}

/// A line for each task that waits.
fn report(scheduler: &'static Scheduler) -> Vec<String> {
    let mut tasks = vec![];
    scheduler.each_task(|task| tasks.push((task.id(), task.waits_for())));
    tasks.sort();
    let more = tasks.len().saturating_sub(MOST_LINES);
    let lines = tasks.into_iter().take(MOST_LINES);
    let mut lines: Vec<String> = lines.map(|(_, (text, site))| text + &place(scheduler, site)).collect();
    if more > 0 {
        lines.push(format!("({more} more)"));
    }
    lines
}
