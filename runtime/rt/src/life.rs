//! The life of a process: listen, start the services, run `main` or serve, drain, stop the services, and leave nothing behind.
//! In: the program. Out: the exit code. A program of one process opens nothing and starts no reactor.

mod report;
mod tests_run;

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use crate::call::introduction;
use crate::call::link::Links;
use crate::call::serve::Server;
use crate::channel::named;
use crate::heap::check::publishing::look_at_all;
use crate::heap::check::{self, MEMORY_EXIT, leak_report};
use crate::heap::count::set_concurrent;
use crate::heap::output::flush_output;
use crate::log;
use crate::os::process::tell_ready;
use crate::os::program::Program;
use crate::os::signals::Signals;
use crate::sync::Mutex;
use crate::task::scheduler::Settings;
use crate::task::{Scheduler, Task, TaskRef};
use crate::topology;
use crate::transport::{Leftovers, Listener, bind};
use pluto_proto::topology::Address;
use report::{Ended, ended, print};

/// So long running calls may take to end when the process stops, and so long those who receive may take to empty their queues.
const DRAIN_LIMIT: u64 = 10_000_000_000;
/// So long the remaining tasks may take to end.
const END_LIMIT: u64 = 2_000_000_000;
/// The same after a signal that came while `main` ran.
const SIGNAL_LIMIT: u64 = 200_000_000;
/// So long tasks that have just been started may take until they receive for the first time, when `main` has returned.
const GRACE: u64 = 200_000_000;
/// Nothing goes on any more if that is so at so many looks.
const STUCK: usize = 10;
/// So often somebody looks whether the queues are empty, or all is quiet.
const LOOK_AGAIN: u64 = 2_000_000;
/// The exit code when the environment asks for something impossible.
const USAGE_EXIT: i32 = 2;

/// A process among others.
#[derive(Debug)]
struct Presence {
    server: Arc<Server>,
    /// The number of the signal that asked the process to stop; 0: none yet.
    signal: Arc<AtomicI32>,
    /// Removes sockets when the process ends.
    leftovers: Leftovers,
}

/// Runs the program: its exit code.
pub fn run(program: Program) -> i32 {
    set_concurrent(program.is_concurrent());
    if program.checks_memory() {
        check::begin(program);
    }
    let settings = match log::begin(program).and_then(|()| Settings::from_environment()) {
        Ok(settings) => settings,
        Err(message) => {
            eprintln!("pluto: {message}");
            return USAGE_EXIT;
        }
    };
    // The program of `plutoc test` may have no tests: then it has nothing to run and nobody to serve either.
    let tests = program.test_count() > 0 || (!program.has_main() && program.peer_count() <= 1);
    let code = if tests { tests_run::run(program, settings) } else { run_program(program, settings) };
    flush_output();
    // Also after a fault or an error: what ended early must have let go of everything.
    let leaked = leak_report();
    if code == 0 && leaked > 0 { MEMORY_EXIT } else { code }
}

fn run_program(program: Program, settings: Settings) -> i32 {
    named::open(program);
    let scheduler = Scheduler::new(program, settings);
    let code = live(scheduler);
    end(scheduler, code);
    code
}

/// Ends all tasks and threads. Tasks that do not end, and whoever runs them, are left alone: nobody may look at their objects.
fn end(scheduler: &'static Scheduler, code: i32) {
    let limit = if code > 128 { SIGNAL_LIMIT } else { END_LIMIT };
    if scheduler.end_tasks(limit) {
        look_at_all();
        named::clear_all();
        scheduler.program().drop_services();
        scheduler.shut_down();
    } else {
        flush_output();
        std::process::exit(code);
    }
}

fn live(scheduler: &'static Scheduler) -> i32 {
    let presence = if scheduler.program().peer_count() > 1 {
        match appear(scheduler) {
            Ok(presence) => Some(presence),
            Err(message) => {
                log::report(&format!("pluto: process {}: {message}", scheduler.program().name()), &[]);
                return 1;
            }
        }
    } else {
        None
    };
    let signal = presence.as_ref().map(|presence| presence.signal.clone()).unwrap_or_default();
    let server = presence.as_ref().map(|presence| presence.server.clone());
    let code = serve_and_end(scheduler, server.as_ref(), &signal);
    if let Some(links) = scheduler.links() {
        links.give_up();
    }
    drop(presence.map(|presence| presence.leftovers));
    code
}

/// Finds the others, listens, and handles signals.
fn appear(scheduler: &'static Scheduler) -> Result<Presence, String> {
    let program = scheduler.program();
    let places = topology::read(program)?;
    let hello = introduction::as_caller(program);
    scheduler.connect(Links::new(scheduler, &hello, places.peers, Some(places.supervision), places.sharing));
    let mut leftovers = Leftovers::default();
    let listeners = listeners(program, &places.own, &mut leftovers)?;
    let server = Server::start(scheduler, introduction::as_callee(program, &hello), listeners, places.sharing);
    if let Some(links) = scheduler.links() {
        links.keep();
    }
    let signals = Signals::catch().map_err(|error| format!("cannot handle signals: {error}"))?;
    let signal = Arc::new(AtomicI32::new(0));
    let seen = signal.clone();
    scheduler.io(async move {
        seen.store(signals.wait().await, Ordering::SeqCst);
        scheduler.nudge();
    });
    Ok(Presence { server, signal, leftovers })
}

/// Takes the process's addresses. One that serves nobody only says there how it is, and does without if it cannot.
fn listeners(program: Program, own: &[Address], leftovers: &mut Leftovers) -> Result<Vec<Listener>, String> {
    if program.handler_count() > 0 {
        return own.iter().map(|address| bind(address, leftovers)).collect();
    }
    let is_unix = |address: &&Address| match address {
        Address::Unix(_) => true,
        Address::Tcp(_) => false,
    };
    Ok(own.iter().filter(is_unix).filter_map(|address| bind(address, leftovers).ok()).collect())
}

/// From the start of the first service to the stop of the last.
fn serve_and_end(scheduler: &'static Scheduler, server: Option<&Arc<Server>>, signal: &AtomicI32) -> i32 {
    let program = scheduler.program();
    for index in 0..program.service_count() {
        let started = in_task(scheduler, signal, move |task| ended(task, program.start_service(index, task)));
        match started {
            Some(Ended::Fine) => {}
            Some(Ended::Early(report)) => {
                let code = print(&report);
                stop(scheduler, index);
                return code;
            }
            None => return 128 + signal.load(Ordering::SeqCst),
        }
        if let Some(server) = server {
            server.started(index + 1);
        }
    }
    // What `start` printed comes before what anybody prints who waited for it.
    flush_output();
    tell_ready();
    let code = if program.has_main() {
        match main_in_task(scheduler, signal) {
            Some(code) => code,
            None => return 128 + signal.load(Ordering::SeqCst),
        }
    } else {
        scheduler.run_until(|| signal.load(Ordering::SeqCst) != 0);
        0
    };
    empty_channels(scheduler);
    let drained = drain(scheduler, server);
    if let Some(server) = server {
        server.close();
    }
    let stopped = stop(scheduler, program.service_count());
    if drained == Drained::All {
        // What came since, and what the services began when they stopped.
        drain(scheduler, server);
    }
    if code == 0 { stopped } else { code }
}

/// Runs `main`: the exit code, unless a signal came first.
fn main_in_task(scheduler: &'static Scheduler, signal: &AtomicI32) -> Option<i32> {
    let (end, code) = in_task(scheduler, signal, |task| {
        let (status, code) = task.scheduler().program().run_main(task);
        (ended(task, status), code)
    })?;
    Some(match end {
        Ended::Fine => code as i32,
        Ended::Early(report) => print(&report),
    })
}

/// Closes the named channels. Those who receive may empty them and see their end, for a limited time; tasks that have just been
/// started may come to receive at all.
fn empty_channels(scheduler: &'static Scheduler) {
    if scheduler.program().channel_count() == 0 {
        return;
    }
    named::close_all();
    let begin = scheduler.clock.now();
    let (grace, until) = (begin.saturating_add(GRACE), begin.saturating_add(DRAIN_LIMIT));
    let done = || {
        let settled = scheduler.is_idle() || scheduler.clock.now() >= grace;
        settled && named::are_empty() && !scheduler.has_takers()
    };
    while !done() && scheduler.clock.now() < until {
        scheduler.run_until_or(scheduler.clock.now().saturating_add(LOOK_AGAIN).min(until), done);
    }
}

/// Did all calls end in time?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Drained {
    /// Yes.
    All,
    /// No.
    Some,
}

/// Answers what runs, refuses what comes, and sends and runs what is detached, for a limited time.
fn drain(scheduler: &'static Scheduler, server: Option<&Arc<Server>>) -> Drained {
    let until = scheduler.clock.now().saturating_add(DRAIN_LIMIT);
    if let Some(server) = server {
        server.drain();
    }
    let sent = || scheduler.links().is_none_or(|links| links.is_quiet());
    let quiet = || sent() && !scheduler.has_detached_calls() && server.is_none_or(|server| server.is_quiet());
    let mut stuck = 0;
    while !quiet() && stuck < STUCK && scheduler.clock.now() < until {
        scheduler.run_until_or(scheduler.clock.now().saturating_add(LOOK_AGAIN).min(until), quiet);
        // A detached call may wait here for what never comes. One look may come when a timer is just going off.
        stuck = if sent() && scheduler.is_stuck() { stuck + 1 } else { 0 };
    }
    if quiet() { Drained::All } else { Drained::Some }
}

/// Stops the services that have started, so many, in reverse order: the exit code.
fn stop(scheduler: &'static Scheduler, started: usize) -> i32 {
    let program = scheduler.program();
    let mut code = 0;
    for index in (0..started).rev() {
        let result = Arc::new(Mutex::new(None));
        if !scheduler.damages.begin_to_stop(index) {
            continue;
        }
        let task = begin(scheduler, &result, move |task| ended(task, program.stop_service(index, task)));
        await_stop(scheduler, task, || result.lock().is_some());
        if let Some(Ended::Early(report)) = result.lock().take() {
            code = print(&report);
        }
    }
    code
}

/// Waits until a service has stopped. It may have to wait for a task that is inside the service and will never leave by itself: when
/// nothing goes on any more, or for too long, the other tasks are cancelled.
fn await_stop(scheduler: &'static Scheduler, task: TaskRef, done: impl Fn() -> bool) {
    let until = scheduler.clock.now().saturating_add(DRAIN_LIMIT);
    while !done() {
        let now = scheduler.clock.now();
        if scheduler.is_stuck() || now >= until {
            scheduler.cancel_others(task);
            scheduler.run_until_or(now.saturating_add(DRAIN_LIMIT), &done);
            return;
        }
        scheduler.run_until_or(now.saturating_add(LOOK_AGAIN).min(until), &done);
    }
}

/// Runs a body in a task of its own to its end: its result, unless a signal came first.
fn in_task<T: Send + 'static>(
    scheduler: &'static Scheduler,
    signal: &AtomicI32,
    body: impl FnOnce(&Task) -> T + Send + 'static,
) -> Option<T> {
    let result = Arc::new(Mutex::new(None));
    let task = begin(scheduler, &result, body);
    scheduler.run_watched(task, || result.lock().is_some() || signal.load(Ordering::SeqCst) != 0);
    result.lock().take()
}

/// Starts a body in a task of its own; its result comes to this place.
fn begin<T: Send + 'static>(
    scheduler: &'static Scheduler,
    result: &Arc<Mutex<Option<T>>>,
    body: impl FnOnce(&Task) -> T + Send + 'static,
) -> TaskRef {
    let slot = result.clone();
    let spawned = scheduler.spawn(move |task| {
        let value = body(task);
        *slot.lock() = Some(value);
        task.scheduler().nudge();
    });
    spawned.unwrap_or_else(|error| panic!("no memory for a stack: {error}"))
}
