//! Replies on their way to the tasks that wait for them. In: replies, in the order in which they have come. Out: the same, some at a time:
//! what is known of the tasks has long been forgotten by the processor, which fetches it for all of them at once.

use crate::call::{Call, Hears, Outcome};
use crate::os::process::fetch;
use crate::task::wait::Ticket;
use crate::task::{Task, TaskRef};

/// So many.
const AT_A_TIME: usize = 8;

/// Replies of which the tasks have not heard. They do at the latest when this is dropped.
#[derive(Debug, Default)]
pub(super) struct Replies {
    waiting: Vec<(TaskRef, Ticket, Vec<u8>)>,
}

impl Replies {
    /// A call has ended with this reply.
    pub(super) fn add(&mut self, call: Call, body: Vec<u8>) {
        match call.hears {
            Hears::Task(task, wait) => {
                fetch(task.task());
                self.waiting.push((task, wait, body));
            }
            // No call of this kind is kept so long.
            Hears::Log(_) => {}
        }
        if self.waiting.len() >= AT_A_TIME {
            self.hand_out();
        }
    }

    /// Their tasks hear of all of them.
    pub(super) fn hand_out(&mut self) {
        for (task, wait, body) in self.waiting.drain(..) {
            Task::hear(task, wait, Outcome::Reply(body));
        }
    }
}

impl Drop for Replies {
    fn drop(&mut self) {
        self.hand_out();
    }
}
