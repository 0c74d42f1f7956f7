//! The monitor: a thread that sees to it that nobody keeps others waiting. In: what the workers do. Out: requests to let others
//! run, and sleepers woken to look after the reactor. It sleeps itself while all workers do.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, Thread};
use std::time::Duration;

use super::{Scheduler, Task, TaskRef};
use crate::sync::Mutex;

/// So long a task may run while others wait, twice at most.
const TICK: Duration = Duration::from_millis(10);
/// The same while processors are idle that could do what waits.
const SHORT_TICK: Duration = Duration::from_millis(1);
/// After so many ticks at which all workers slept, the monitor sleeps too.
const IDLE_TICKS: u32 = 5;

/// The monitor of a scheduler.
#[derive(Debug, Default)]
pub(super) struct Monitor {
    thread: OnceLock<Thread>,
    handle: Mutex<Option<JoinHandle<()>>>,
    asleep: AtomicBool,
    stopped: AtomicBool,
}

/// What was seen of a worker at the last tick.
#[derive(Clone, Copy, Default)]
struct Seen {
    running: Option<TaskRef>,
    switches: u64,
}

impl Monitor {
    /// Starts it, once.
    pub(super) fn start(&self, scheduler: &'static Scheduler) {
        if self.thread.get().is_some() {
            return;
        }
        let mut handle = self.handle.lock();
        if self.thread.get().is_some() || self.stopped.load(Ordering::SeqCst) {
            return;
        }
        let run = move || watch(scheduler);
        // Without it the program runs, only less evenly.
        if let Ok(thread) = std::thread::Builder::new().name("pluto-monitor".to_string()).spawn(run) {
            self.thread.get_or_init(|| thread.thread().clone());
            *handle = Some(thread);
        }
    }

    /// Somebody works again.
    #[inline]
    pub(super) fn wake(&self) {
        if self.asleep.load(Ordering::SeqCst)
            && self.asleep.swap(false, Ordering::SeqCst)
            && let Some(thread) = self.thread.get()
        {
            thread.unpark();
        }
    }

    /// Ends it.
    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        let handle = self.handle.lock().take();
        if let Some(handle) = handle {
            handle.thread().unpark();
            if handle.join().is_err() {
                std::process::abort();
            }
        }
    }
}

fn watch(scheduler: &'static Scheduler) {
    let monitor = &scheduler.monitor;
    let mut seen: Vec<Seen> = vec![];
    let (mut was_kept, mut was_late) = (true, false);
    let mut idle = 0;
    while !monitor.stopped.load(Ordering::SeqCst) {
        let busy = tick(scheduler, &mut seen);
        idle = if busy { 0 } else { idle + 1 };
        if idle >= IDLE_TICKS {
            idle = 0;
            monitor.asleep.store(true, Ordering::SeqCst);
            // Somebody may have begun to work just before it was said that this one sleeps.
            if !scheduler.is_awake() {
                while monitor.asleep.load(Ordering::SeqCst) && !monitor.stopped.load(Ordering::SeqCst) {
                    std::thread::park();
                }
            }
            monitor.asleep.store(false, Ordering::SeqCst);
            continue;
        }
        let kept = scheduler.is_kept();
        // Nobody looks after sockets and timers for a while now, though somebody could.
        if busy && !kept && !was_kept {
            scheduler.wake_parked();
        }
        was_kept = kept;
        // Tasks that run for some milliseconds each are never interrupted, and may keep all workers from looking.
        let late = scheduler.timer_is_due() || scheduler.has_reactor() && !kept;
        if late && was_late {
            scheduler.look_out();
        }
        was_late = late;
        std::thread::park_timeout(if busy && scheduler.has_idle() { SHORT_TICK } else { TICK });
    }
}

/// Looks at all workers: does anybody work?
fn tick(scheduler: &'static Scheduler, seen: &mut Vec<Seen>) -> bool {
    seen.resize(scheduler.worker_count(), Seen::default());
    let mut busy = false;
    // Tasks that compute keep the workers from waiting, and so from writing out what others have printed.
    crate::heap::output::flush_output();
    let outside = scheduler.timer_is_due() || scheduler.has_work() || scheduler.waits_to_be_flushed();
    let unattended = scheduler.has_reactor() && !scheduler.is_kept();
    for (index, seen) in seen.iter_mut().enumerate() {
        let desk = scheduler.desk(index);
        let now = Seen { running: desk.running.get().map(Task::me), switches: desk.switches.load(Ordering::Relaxed) };
        let same = now.running.is_some() && now.running == seen.running && now.switches == seen.switches;
        busy |= now.running.is_some();
        *seen = now;
        let nudged = index == 0 && scheduler.is_nudged();
        let wanted = outside || unattended || nudged || desk.slot_full.load(Ordering::Relaxed);
        // The code of a program with one task takes the request for a stack that is used up: nobody else could run there anyway.
        if same && wanted && scheduler.program().is_concurrent() {
            desk.running.get().inspect(|task| task.ask_to_yield());
        }
    }
    busy
}
