//! What a task that ends early leaves behind: the message of a fault, and the path that a fault or an error took. In: notes of
//! generated code on its way out. Out: lines for people.

use std::cell::RefMut;

use super::Task;
use crate::heap::wire::Reader;
use crate::os::program::Program;

/// So many places of this process are kept; the others are counted.
const MOST_SITES: usize = 64;
/// So many lines of other processes are kept.
const MOST_FOREIGN: usize = 256;

/// The end of a fault or error in the making.
#[derive(Debug, Default)]
pub struct Trail {
    cause: Cause,
    message: Option<String>,
    /// Lines that came from another process, before our own.
    foreign: Vec<String>,
    sites: Vec<u64>,
    omitted: u64,
    /// A fault was just taken over: its path goes on.
    taken_over: bool,
}

/// Why the task's functions end early with status 1.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
enum Cause {
    /// They do not; or an error is on its way.
    #[default]
    None,
    Fault,
    /// The task was asked to end.
    Cancelled,
    /// This deadline has passed.
    Expired(u64),
}

/// What ended a task's functions with status 1.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stop {
    /// A fault.
    Fault(Fault),
    /// It was asked to end.
    Cancelled,
    /// Its time was over.
    Expired,
}

/// A fault, for people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// What happened.
    pub message: String,
    /// Where, and how it came there: `at function (file:line)`.
    pub path: Vec<String>,
}

/// No reply has more lines of a path.
const MOST_LINES: u64 = 1024;

impl Fault {
    /// That of a reply.
    pub fn read(reply: &mut Reader) -> Fault {
        let message = reply.text().to_string();
        let lines = reply.length(1).min(MOST_LINES);
        let path = (0..lines).map(|_| reply.text().to_string()).filter(|line| !line.is_empty()).collect();
        Fault { message, path }
    }
}

impl Task {
    /// Records a fault. Its path begins with the next [`Task::trace_start`].
    pub fn fault(&self, message: String) {
        *self.trail() = Trail { cause: Cause::Fault, message: Some(message), ..Trail::default() };
    }

    /// Records that the task ends because it was asked to.
    pub(super) fn cancelled_now(&self) {
        *self.trail() = Trail { cause: Cause::Cancelled, ..Trail::default() };
    }

    /// Records that the task's time is over, by this deadline.
    pub(super) fn expired_now(&self, deadline: u64) {
        *self.trail() = Trail { cause: Cause::Expired(deadline), ..Trail::default() };
    }

    /// Is it on its way out, by a fault, a cancellation or a deadline?
    pub fn is_unwinding(&self) -> bool {
        self.trail.borrow().as_ref().is_some_and(|trail| trail.cause != Cause::None)
    }

    /// Is it the expiry of this deadline that ends the task's functions? Then it is forgotten.
    pub fn take_expiry(&self, own: u64) -> bool {
        let mut trail = self.trail.borrow_mut();
        let expired = trail.as_ref().is_some_and(|trail| trail.cause == Cause::Expired(own));
        if expired {
            *trail = None;
        }
        expired
    }

    /// Nothing is left of what happened before.
    pub(super) fn forget_trail(&self) {
        *self.trail.borrow_mut() = None;
    }

    fn trail(&self) -> RefMut<'_, Trail> {
        RefMut::map(self.trail.borrow_mut(), |trail| &mut **trail.get_or_insert_default())
    }

    /// Another process's fault goes on here.
    pub fn take_over(&self, fault: Fault, process: &str) {
        self.take_over_from(fault, format!("-- called from process {process} --"));
    }

    /// Another task's fault goes on here; the line stands between its path and this one's.
    pub fn take_over_from(&self, fault: Fault, line: String) {
        let mut foreign = fault.path;
        if foreign.len() > MOST_FOREIGN {
            let omitted = foreign.len() - MOST_FOREIGN;
            foreign.truncate(MOST_FOREIGN);
            foreign.push(format!("({omitted} more)"));
        }
        foreign.push(line);
        let (cause, message) = (Cause::Fault, Some(fault.message));
        *self.trail() = Trail { cause, message, foreign, taken_over: true, ..Trail::default() };
    }

    /// A path begins at this place.
    pub fn trace_start(&self, site: u64) {
        let mut trail = self.trail();
        if !std::mem::take(&mut trail.taken_over) {
            forget_path(&mut trail);
        }
        note(&mut trail, site);
    }

    /// The path goes on through this place.
    pub fn trace(&self, site: u64) {
        let mut trail = self.trail();
        trail.taken_over = false;
        note(&mut trail, site);
    }

    /// A path begins that has no place yet: an error came from another process.
    pub fn forget_path(&self) {
        if let Some(trail) = &mut *self.trail.borrow_mut() {
            forget_path(trail);
        }
    }

    /// The fault that ended what the task did; forgets it. Where it was a cancellation or a deadline, it is made one.
    pub fn take_fault(&self) -> Fault {
        match self.take_stop() {
            Stop::Fault(fault) => fault,
            Stop::Cancelled => Fault { message: "the task was cancelled".to_string(), path: vec![] },
            Stop::Expired => Fault { message: "the time for this was over".to_string(), path: vec![] },
        }
    }

    /// The fault that is on its way, with the path up to here.
    pub(super) fn fault_so_far(&self) -> Option<Fault> {
        let trail = self.trail.borrow();
        let trail = trail.as_ref().filter(|trail| trail.cause == Cause::Fault)?;
        let message = trail.message.clone().unwrap_or_default();
        Some(Fault { message, path: path(trail, self.scheduler().program()) })
    }

    /// Does something whose victims are to see that they were not left in good order. The task is not on its way out.
    pub(crate) fn as_if_unwinding(&self, work: impl FnOnce()) {
        self.fault(String::new());
        work();
        self.forget_trail();
    }

    /// What ended the task's functions with status 1; forgets it.
    pub fn take_stop(&self) -> Stop {
        let path = self.take_path();
        let trail = self.trail.take().map(|trail| *trail).unwrap_or_default();
        match trail.cause {
            Cause::None | Cause::Fault => {
                let message = trail.message.unwrap_or_else(|| "fault without a message".to_string());
                Stop::Fault(Fault { message, path })
            }
            Cause::Cancelled => Stop::Cancelled,
            Cause::Expired(_) => Stop::Expired,
        }
    }

    /// The path of the error that ended what the task did; forgets it.
    pub fn take_path(&self) -> Vec<String> {
        let mut trail = self.trail();
        let lines = path(&trail, self.scheduler().program());
        forget_path(&mut trail);
        lines
    }
}

fn path(trail: &Trail, program: Program) -> Vec<String> {
    let own = trail.sites.iter().map(|&site| line(program, site));
    let omitted = (trail.omitted > 0).then(|| format!("({} more)", trail.omitted));
    trail.foreign.iter().cloned().chain(own).chain(omitted).collect()
}

fn forget_path(trail: &mut Trail) {
    trail.foreign.clear();
    trail.sites.clear();
    trail.omitted = 0;
}

fn note(trail: &mut RefMut<'_, Trail>, site: u64) {
    if trail.sites.len() < MOST_SITES {
        trail.sites.push(site);
    } else {
        trail.omitted += 1;
    }
}

/// `at function (file:line)`.
pub(crate) fn line(program: Program, site: u64) -> String {
    match program.site(site) {
        Some(site) => format!("at {} ({}:{})", site.function, site.file, site.line),
        None => format!("at site {site}"),
    }
}
