//! What a task that ends early leaves behind: the message of a fault, and the path that a fault or an error took. In: notes of
//! generated code on its way out. Out: lines for people.

use std::cell::RefMut;

use super::Task;
use crate::os::program::Program;

/// So many places of this process are kept; the others are counted.
const MOST_SITES: usize = 64;
/// So many lines of other processes are kept.
const MOST_FOREIGN: usize = 256;

/// The end of a fault or error in the making.
#[derive(Debug, Default)]
pub struct Trail {
    message: Option<String>,
    /// Lines that came from another process, before our own.
    foreign: Vec<String>,
    sites: Vec<u64>,
    omitted: u64,
    /// A fault was just taken over: its path goes on.
    taken_over: bool,
}

/// A fault, for people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// What happened.
    pub message: String,
    /// Where, and how it came there: `at function (file:line)`.
    pub path: Vec<String>,
}

impl Task {
    /// Records a fault. Its path begins with the next [`Task::trace_start`].
    pub fn fault(&self, message: String) {
        let mut trail = self.trail.borrow_mut();
        *trail = Trail { message: Some(message), ..Trail::default() };
    }

    /// Another process's fault goes on here.
    pub fn take_over(&self, fault: Fault, process: &str) {
        let mut foreign = fault.path;
        if foreign.len() > MOST_FOREIGN {
            let omitted = foreign.len() - MOST_FOREIGN;
            foreign.truncate(MOST_FOREIGN);
            foreign.push(format!("({omitted} more)"));
        }
        foreign.push(format!("-- called from process {process} --"));
        *self.trail.borrow_mut() =
            Trail { message: Some(fault.message), foreign, taken_over: true, ..Trail::default() };
    }

    /// A path begins at this place.
    pub fn trace_start(&self, site: u64) {
        let mut trail = self.trail.borrow_mut();
        if !std::mem::take(&mut trail.taken_over) {
            forget_path(&mut trail);
        }
        note(&mut trail, site);
    }

    /// The path goes on through this place.
    pub fn trace(&self, site: u64) {
        let mut trail = self.trail.borrow_mut();
        trail.taken_over = false;
        note(&mut trail, site);
    }

    /// A path begins that has no place yet: an error came from another process.
    pub fn forget_path(&self) {
        forget_path(&mut self.trail.borrow_mut());
    }

    /// The fault that ended what the task did; forgets it.
    pub fn take_fault(&self) -> Fault {
        let path = self.take_path();
        let message = self.trail.borrow_mut().message.take();
        Fault { message: message.unwrap_or_else(|| "fault without a message".to_string()), path }
    }

    /// The path of the error that ended what the task did; forgets it.
    pub fn take_path(&self) -> Vec<String> {
        let program = self.worker().program();
        let mut trail = self.trail.borrow_mut();
        let mut lines = std::mem::take(&mut trail.foreign);
        lines.extend(trail.sites.iter().map(|&site| line(program, site)));
        if trail.omitted > 0 {
            lines.push(format!("({} more)", trail.omitted));
        }
        forget_path(&mut trail);
        lines
    }
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

fn line(program: Program, site: u64) -> String {
    match program.site(site) {
        Some(site) => format!("at {} ({}:{})", site.function, site.file, site.line),
        None => format!("at site {site}"),
    }
}
