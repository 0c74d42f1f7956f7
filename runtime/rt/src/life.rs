//! The life of a process: listen, start the services, run `main` or serve, drain, stop the services, and leave nothing behind.
//! In: the program. Out: the exit code. A program of one process opens nothing and starts no reactor.

mod report;
mod tests_run;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use pluto_proto::frame::Hello;
use tokio::time::sleep;

use crate::call::link::Links;
use crate::call::serve::Server;
use crate::heap::memory::{LEAK_EXIT, leak_report};
use crate::heap::output::flush_output;
use crate::os::process::tell_ready;
use crate::os::program::Program;
use crate::os::signals::Signals;
use crate::task::{Task, Worker};
use crate::topology;
use crate::transport::{Leftovers, bind};
use report::{Ended, ended, print};

/// So long running calls may take to end when the process stops.
const DRAIN_LIMIT: Duration = Duration::from_secs(10);

/// A process among others.
#[derive(Debug)]
struct Presence {
    server: Option<Rc<Server>>,
    /// The number of the signal that asked the process to stop; 0: none yet.
    signal: Rc<Cell<i32>>,
    /// Removes sockets when the process ends.
    leftovers: Leftovers,
}

/// Runs the program: its exit code.
pub fn run(program: Program) -> i32 {
    let worker = Worker::new(program);
    // The program of `plutoc test` may have no tests: then it has nothing to run and nobody to serve either.
    let tests = program.test_count() > 0 || (!program.has_main() && program.peer_count() <= 1);
    let code = if tests { tests_run::run(&worker) } else { live(&worker) };
    flush_output();
    // Also after a fault or an error: what ended early must have let go of everything.
    let leaked = leak_report();
    if code == 0 && leaked > 0 { LEAK_EXIT } else { code }
}

fn live(worker: &Rc<Worker>) -> i32 {
    let presence = if worker.program().peer_count() > 1 {
        match appear(worker) {
            Ok(presence) => Some(presence),
            Err(message) => {
                eprintln!("pluto: process {}: {message}", worker.program().name());
                return 1;
            }
        }
    } else {
        None
    };
    let signal = presence.as_ref().map(|presence| presence.signal.clone()).unwrap_or_default();
    let server = presence.as_ref().and_then(|presence| presence.server.clone());
    let code = serve_and_end(worker, server.as_ref(), &signal);
    drop(presence.map(|presence| presence.leftovers));
    code
}

/// Finds the others, listens, and handles signals.
fn appear(worker: &Rc<Worker>) -> Result<Presence, String> {
    let program = worker.program();
    let places = topology::read(program)?;
    let hello = Hello { build: places.build, process: program.name().to_string() };
    worker.connect(Links::new(worker, &hello, places.peers));
    let mut leftovers = Leftovers::default();
    let server = if program.handler_count() > 0 {
        let listeners = places.own.iter().map(|address| bind(address, &mut leftovers)).collect::<Result<_, _>>()?;
        Some(Server::start(worker, hello, listeners))
    } else {
        None
    };
    let signals = Signals::catch().map_err(|error| format!("cannot handle signals: {error}"))?;
    let signal = Rc::new(Cell::new(0));
    let (seen, owner) = (signal.clone(), worker.clone());
    worker.io(async move {
        seen.set(signals.wait().await);
        owner.nudge();
    });
    Ok(Presence { server, signal, leftovers })
}

/// From the start of the first service to the stop of the last.
fn serve_and_end(worker: &Rc<Worker>, server: Option<&Rc<Server>>, signal: &Rc<Cell<i32>>) -> i32 {
    let program = worker.program();
    for index in 0..program.service_count() {
        let started = in_task(worker, signal, move |task| ended(task, program.start_service(index, task)));
        match started {
            Some(Ended::Fine) => {}
            Some(Ended::Early(report)) => {
                let code = print(&report);
                stop(worker, index);
                return code;
            }
            None => return 128 + signal.get(),
        }
        if let Some(server) = server {
            server.started(index + 1);
        }
    }
    // What `start` printed comes before what anybody prints who waited for it.
    flush_output();
    tell_ready();
    let code = if program.has_main() {
        match main_in_task(worker, signal) {
            Some(code) => code,
            None => return 128 + signal.get(),
        }
    } else {
        worker.run_until(|| signal.get() != 0);
        0
    };
    if let Some(server) = server {
        drain(worker, server);
    }
    let stopped = stop(worker, program.service_count());
    if let Some(server) = server {
        drain(worker, server);
    }
    if code == 0 { stopped } else { code }
}

/// Runs `main`: the exit code, unless a signal came first.
fn main_in_task(worker: &Rc<Worker>, signal: &Rc<Cell<i32>>) -> Option<i32> {
    let (end, code) = in_task(worker, signal, |task| {
        let (status, code) = task.worker().program().run_main(task);
        (ended(task, status), code)
    })?;
    Some(match end {
        Ended::Fine => code as i32,
        Ended::Early(report) => print(&report),
    })
}

/// Answers what runs, refuses what comes, for a limited time.
fn drain(worker: &Rc<Worker>, server: &Rc<Server>) {
    server.drain();
    if server.is_quiet() {
        return;
    }
    let late = Rc::new(Cell::new(false));
    let (flag, owner) = (late.clone(), worker.clone());
    worker.io(async move {
        sleep(DRAIN_LIMIT).await;
        flag.set(true);
        owner.nudge();
    });
    worker.run_until(|| server.is_quiet() || late.get());
}

/// Stops the services that have started, so many, in reverse order, and drops what they hold: the exit code.
fn stop(worker: &Rc<Worker>, started: usize) -> i32 {
    let program = worker.program();
    let mut code = 0;
    for index in (0..started).rev() {
        let stopped = in_task(worker, &Rc::default(), move |task| ended(task, program.stop_service(index, task)));
        if let Some(Ended::Early(report)) = stopped {
            code = print(&report);
        }
    }
    program.drop_services();
    code
}

/// Runs a body in a task of its own to its end: its result, unless a signal came first.
fn in_task<T: 'static>(worker: &Rc<Worker>, signal: &Cell<i32>, body: impl FnOnce(&Task) -> T + 'static) -> Option<T> {
    let result = Rc::new(RefCell::new(None));
    let slot = result.clone();
    let spawned = worker.spawn(move |task| {
        let value = body(task);
        *slot.borrow_mut() = Some(value);
    });
    if let Err(error) = spawned {
        panic!("no memory for a stack: {error}");
    }
    worker.run_until(|| result.borrow().is_some() || signal.get() != 0);
    result.take()
}
