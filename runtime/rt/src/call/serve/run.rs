//! The tasks that run requests. In: a connection with requests that are ready. Out: replies, and what is counted of them.
//!
//! A task runs one request after the other. Before it runs one, it sees to it that another task is on its way if there are more: that one
//! goes on when the first has to wait, or on another processor at once. So requests that wait for nothing share a task, and
//! no others wait for one that does.

use std::sync::Arc;

use pluto_abi::layout::ReplyKind;
use pluto_proto::frame::{Awaits, Ran, Request};
use pluto_proto::tally::Ended;

use super::connection::{Connection, Done, Held, Waits};
use super::{Server, reply_kind};
use crate::heap::wire::{Buffer, Reader};
use crate::task::Task;
use crate::task::clock::Watch;
use crate::task::fault::Fault;
use crate::task::handle::log_fault;

/// A task runs so many requests, and goes on for so many cycles; then others have their turn.
const MOST_REQUESTS: u32 = 64;
const MOST_CYCLES: u64 = 60_000;

/// What a task uses for one request after the other.
struct Work<'a> {
    task: &'a Task,
    watch: Watch,
    reply: Buffer,
}

/// What became of a request, and how many bytes its reply has.
type Came = (Ended, usize);

impl Server {
    /// Runs what is ready in a connection.
    pub(super) fn run(self: &Arc<Server>, connection: &Arc<Connection>, task: &Task) {
        let mut work = Work { task, watch: Watch::default(), reply: Buffer::new() };
        work.watch.now(&self.scheduler.clock);
        let (begun, mut count) = (work.watch, 0);
        let mut next = connection.first(task.me());
        while let Some((held, sent_for)) = next {
            self.send_for(connection, sent_for);
            let done = self.execute(connection, held, &mut work);
            count += 1;
            if count < MOST_REQUESTS && work.watch.cycles_since(&begun) < MOST_CYCLES {
                next = connection.next(done, task.me());
            } else {
                self.send_for(connection, connection.last(done));
                next = None;
            }
            self.go_on(connection);
            if self.is_draining() || connection.is_closed() {
                self.has_ended(connection);
            }
        }
    }

    fn execute(self: &Arc<Server>, connection: &Arc<Connection>, held: Held, work: &mut Work<'_>) -> Done {
        let Held { request: Request { call, method, awaits, body }, arrived, deadline } = held;
        let (method, bytes_in, mut reader) = (method as usize, body.len(), Reader::new(body));
        let waits = work.task.waits_begun();
        work.task.begin_anew(deadline);
        let (ended, bytes_out) = match awaits {
            Awaits::Reply { .. } => self.execute_answered(connection, (call, method, deadline), &mut reader, work),
            Awaits::Nothing => self.execute_detached(connection, method, &mut reader, work),
        };
        let before = work.watch;
        let micros = work.watch.now(&self.scheduler.clock).saturating_sub(arrived) / 1_000;
        let cycles = (work.task.waits_begun() == waits).then(|| work.watch.cycles_since(&before));
        Done { call, awaits, method, ended, micros, cycles, bytes: (bytes_in, bytes_out), body: reader.into_bytes() }
    }

    fn execute_answered(
        &self,
        connection: &Arc<Connection>,
        (call, method, deadline): (u64, usize, u64),
        reader: &mut Reader,
        work: &mut Work<'_>,
    ) -> Came {
        work.reply.clear();
        self.run_handler(method, work.task, reader, &mut work.reply);
        if work.reply.failed() {
            self.refuse(connection, call, Ran::Yes, "the reply is nested too deeply to be sent");
            return (Ended::Cut, 0);
        }
        let came = (ended(work.reply.bytes()), work.reply.bytes().len());
        if came.1 > 0 {
            self.answer(connection, call, work.reply.bytes_mut());
        } else if connection.is_awaited(call) == Waits::Yes && self.scheduler.clock.now() < deadline {
            // It was cut short. Who waits until its own time is over says so itself.
            self.refuse(connection, call, Ran::Yes, "the method was cancelled there");
        }
        came
    }

    fn execute_detached(
        &self,
        connection: &Arc<Connection>,
        method: usize,
        reader: &mut Reader,
        work: &mut Work<'_>,
    ) -> Came {
        let mut reply = Buffer::unwanted();
        self.run_handler(method, work.task, reader, &mut reply);
        if reply.failed() {
            // A result that is too deep to be sent is not sent anyway.
            return (Ended::Value, 0);
        }
        let body = reply.bytes();
        match body.first().and_then(|byte| reply_kind(*byte)) {
            Some(ReplyKind::Fault) => {
                let caller = connection.caller().unwrap_or_default();
                let mut fault = Fault::read(&mut Reader::new(body[1..].to_vec()));
                fault.path.push(format!("-- called from process {caller} --"));
                log_fault(&fault);
            }
            Some(ReplyKind::Malformed) => self.unreadable_detached(connection, method as u64),
            // An error was logged when the method ended with it.
            Some(ReplyKind::Value | ReplyKind::Error) | None => {}
        }
        (ended(body), 0)
    }

    /// With `PLUTO_REPEAT=1`, which is for tests, methods without effects run twice, as if the request had come again.
    fn run_handler(&self, method: usize, task: &Task, request: &mut Reader, reply: &mut Buffer) {
        let program = self.scheduler.program();
        if self.repeats && program.is_repeatable(method) {
            program.run_handler(method, task, &mut request.clone(), &mut Buffer::new());
        }
        program.run_handler(method, task, request, reply);
    }
}

/// What a reply says of its call.
fn ended(reply: &[u8]) -> Ended {
    match reply.first().and_then(|byte| reply_kind(*byte)) {
        Some(ReplyKind::Value) => Ended::Value,
        Some(ReplyKind::Error) => Ended::Error,
        Some(ReplyKind::Fault) => Ended::Fault,
        Some(ReplyKind::Malformed) | None => Ended::Cut,
    }
}
