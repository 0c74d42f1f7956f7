//! Tasks take turns on one thread and on several, wait, are cut short, and leave paths behind.

mod faults;
mod locks;
mod many;
mod rebuild;
mod speed;
mod waits;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::scheduler::Settings;
use super::{Scheduler, Task, TaskRef};
use crate::os::sample::Sample;
use crate::sync::Mutex;

/// What happened, in order.
type Log = Arc<Mutex<Vec<String>>>;

/// A scheduler whose threads end with the test.
struct Run {
    scheduler: &'static Scheduler,
    done: Arc<AtomicUsize>,
}

impl Run {
    fn new(workers: usize) -> Run {
        Run::with(Settings { workers, seed: None }, 1)
    }

    fn seeded(seed: u64) -> Run {
        Run::with(Settings { workers: 4, seed: Some(seed) }, 1)
    }

    fn with(settings: Settings, services: usize) -> Run {
        let sites = vec![("inner", "a.pt", 3), ("outer", "a.pt", 9)];
        let sample =
            Sample { name: "test", services: vec!["S"; services], sites, tests: vec!["t"], ..Sample::default() };
        Run { scheduler: Scheduler::new(sample.program(), settings), done: Arc::default() }
    }

    /// Starts a task, and counts it as done when it has ended.
    fn start(&self, body: impl FnOnce(&Task) + Send + 'static) -> TaskRef {
        start(self.scheduler, &self.done, body)
    }

    /// Runs until so many tasks have ended.
    fn until(&self, count: usize) {
        self.scheduler.run_until(|| self.done.load(Ordering::SeqCst) >= count);
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.scheduler.end_tasks(5_000_000_000), "all tasks end");
            self.scheduler.shut_down();
        }
    }
}

fn start(scheduler: &'static Scheduler, done: &Arc<AtomicUsize>, body: impl FnOnce(&Task) + Send + 'static) -> TaskRef {
    let done = done.clone();
    let run = move |task: &Task| {
        body(task);
        done.fetch_add(1, Ordering::SeqCst);
        task.scheduler().nudge();
    };
    scheduler.spawn(run).expect("memory for a stack")
}

/// Runs a body in a task.
fn within(body: impl FnOnce(&Task) + Send + 'static) {
    let run = Run::new(1);
    run.start(body);
    run.until(1);
}

/// Waits in a waiting function until it has an answer.
fn wait<T: PartialEq>(task: &Task, mut call: impl FnMut() -> T, suspend: &T) -> T {
    loop {
        let waited = call();
        if waited != *suspend {
            return waited;
        }
        task.suspend();
    }
}

/// Computes for about so many microseconds.
fn compute(micros: u64) {
    let begin = std::time::Instant::now();
    while begin.elapsed().as_micros() < u128::from(micros) {
        std::hint::spin_loop();
    }
}
