//! The calls from one process to another, through all of their connections. In: calls, replies, lost connections, the time.
//! Out: what to write next, and how each call ended. Each call ends at most once; late replies are dropped. A call that ends before its
//! reply, though the callee may know of it, is to be cancelled there. Requests with large bodies are written in pieces, by turns
//! with the others; such a call counts as sent with its last piece, as the callee cannot run it before. Of a detached call nothing is kept
//! from then on. What waits to be written is limited: [`Session::has_room`].
//!
//! Times are milliseconds since whatever moment the user of this module chose.

mod calls;
mod deadlines;

use std::collections::VecDeque;
use std::ops::Range;

use calls::Calls;
use deadlines::{Deadlines, Time};

/// The calls that have not ended. `C` is what the user knows of a call.
#[derive(Debug)]
pub struct Session<C> {
    calls: Calls<Entry<C>>,
    /// Calls that were not handed to a connection yet; may hold ids of calls that have ended.
    queue: VecDeque<u64>,
    /// Calls with large bodies, and how many bytes of each were handed to the connection.
    large: VecDeque<(u64, usize)>,
    /// A piece of a large one was the last that was written.
    small_first: bool,
    /// Calls that the callee should forget.
    cancels: VecDeque<u64>,
    deadlines: Deadlines,
    /// What was not handed to a connection whole.
    waiting: Load,
    room: Load,
    /// How many calls are detached ones.
    detached: usize,
}

/// So many calls, with so many bytes of arguments.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Load {
    /// How many.
    pub calls: usize,
    /// Their arguments.
    pub bytes: usize,
}

/// While so much waits to be written to a process, no more calls should be submitted.
pub const ROOM: Load = Load { calls: 64 * 1024, bytes: 32 * 1024 * 1024 };

/// Does the caller of a call wait for an outcome?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wants {
    /// Yes.
    Reply,
    /// No: it is over for this side when it is written.
    Nothing,
}

/// What to write: a piece of a request.
#[derive(Debug)]
pub struct Piece<'a, C> {
    /// The call's id.
    pub id: u64,
    /// When it ends at the latest.
    pub deadline: u64,
    /// Is an outcome wanted?
    pub wants: Wants,
    /// The call.
    pub call: &'a mut C,
    /// Which bytes of its body.
    pub bytes: Range<usize>,
    /// Are they the last ones?
    pub place: Place,
}

/// Where a piece stands in its body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// Others follow.
    Before,
    /// It is the last one, or the only one.
    Last,
}

/// Had the request been handed to a connection?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sent {
    /// No: the callee cannot have run.
    No,
    /// Yes: the callee may have run.
    Yes,
}

#[derive(Debug)]
struct Entry<C> {
    call: C,
    /// How many bytes of arguments it has.
    size: usize,
    wants: Wants,
    /// Its entry in `deadlines`: first when it must have been sent, then when it must have been answered.
    first: u64,
    deadline: u64,
    sent: Sent,
    /// The callee knows of it.
    known: bool,
}

impl<C> Default for Session<C> {
    fn default() -> Session<C> {
        Session::new(ROOM)
    }
}

impl<C> Session<C> {
    /// One that has room for so much that waits.
    pub fn new(room: Load) -> Session<C> {
        Session {
            calls: Calls::new(),
            queue: VecDeque::new(),
            large: VecDeque::new(),
            small_first: false,
            cancels: VecDeque::new(),
            deadlines: Deadlines::default(),
            waiting: Load::default(),
            room,
            detached: 0,
        }
    }

    /// A new call with so many bytes of arguments, to be sent by this time, and to be answered by that; its id.
    #[inline(always)]
    pub fn submit(&mut self, call: C, size: usize, send_by: u64, deadline: u64) -> u64 {
        self.add(call, size, Wants::Reply, send_by, deadline)
    }

    /// A new call of which no outcome is wanted, to be sent by this time.
    pub fn submit_detached(&mut self, call: C, size: usize, send_by: u64) -> u64 {
        self.add(call, size, Wants::Nothing, send_by, u64::MAX)
    }

    #[inline(always)]
    fn add(&mut self, call: C, size: usize, wants: Wants, send_by: u64, deadline: u64) -> u64 {
        let first = send_by.min(deadline);
        let id = self.calls.add(Entry { call, size, wants, first, deadline, sent: Sent::No, known: false });
        self.queue.push_back(id);
        self.calls.watch((first, id), &mut self.deadlines);
        self.waiting.calls += 1;
        self.waiting.bytes += size;
        if wants == Wants::Nothing {
            self.detached += 1;
        }
        id
    }

    /// May another call be submitted? Only advice: one is never refused.
    pub fn has_room(&self) -> bool {
        self.waiting.calls < self.room.calls && self.waiting.bytes < self.room.bytes
    }

    /// What was not handed to a connection whole.
    pub fn waiting(&self) -> Load {
        self.waiting
    }

    /// Writes the oldest call that was not sent, or the next piece of one whose body is larger than `most` bytes; in turns, if there are
    /// both. With its last piece a call counts as sent; a detached one is forgotten.
    pub fn send<R>(&mut self, most: usize, write: impl FnOnce(Piece<'_, C>) -> R) -> Option<R> {
        let (id, from) = self.next_piece()?;
        let entry = self.calls.get_mut(id)?;
        let to = entry.size.min(from + most);
        let place = if to == entry.size { Place::Last } else { Place::Before };
        entry.known = true;
        let (deadline, wants) = (entry.deadline, entry.wants);
        let written = write(Piece { id, deadline, wants, call: &mut entry.call, bytes: from..to, place });
        match (place, wants) {
            (Place::Before, Wants::Reply | Wants::Nothing) => self.large.push_back((id, to)),
            (Place::Last, Wants::Nothing) => drop(self.end(id)),
            (Place::Last, Wants::Reply) => {
                entry.sent = Sent::Yes;
                self.waiting.leaves(entry.size);
                if entry.first != entry.deadline {
                    entry.first = entry.deadline;
                    self.calls.watch((deadline, id), &mut self.deadlines);
                }
            }
        }
        Some(written)
    }

    /// Whose turn it is, and from which byte on.
    fn next_piece(&mut self) -> Option<(u64, usize)> {
        loop {
            let unsent = if self.small_first || self.large.is_empty() { self.first_unsent() } else { None };
            let (id, from) = match unsent {
                Some(id) => {
                    self.queue.pop_front();
                    self.small_first = false;
                    (id, 0)
                }
                None => {
                    self.small_first = true;
                    match self.large.pop_front() {
                        Some(next) => next,
                        None if self.first_unsent().is_some() => continue,
                        None => return None,
                    }
                }
            };
            if self.calls.get(id).is_some() {
                return Some((id, from));
            }
        }
    }

    /// A call that the callee should forget, to be told to it.
    pub fn cancel(&mut self) -> Option<u64> {
        self.cancels.pop_front()
    }

    /// Is there something to write?
    pub fn has_something(&mut self) -> bool {
        !self.cancels.is_empty() || self.has_unsent()
    }

    /// Is there a call to send?
    pub fn has_unsent(&mut self) -> bool {
        self.large.retain(|(id, _)| self.calls.get(*id).is_some());
        !self.large.is_empty() || self.first_unsent().is_some()
    }

    /// Nobody asks for a call any more. `None` if it had ended already.
    pub fn abandon(&mut self, id: u64) -> Option<C> {
        if self.calls.get(id)?.known {
            self.cancels.push_back(id);
        }
        self.end(id)
    }

    fn end(&mut self, id: u64) -> Option<C> {
        let entry = self.calls.remove(id)?;
        if entry.sent == Sent::No {
            self.waiting.leaves(entry.size);
        }
        if entry.wants == Wants::Nothing {
            self.detached -= 1;
        }
        Some(entry.call)
    }

    /// A reply has come: ends its call, unless it is late or answers what was never asked.
    pub fn replied(&mut self, id: u64) -> Option<C> {
        match self.calls.get(id)?.sent {
            Sent::No => None,
            Sent::Yes => self.end(id),
        }
    }

    /// The connection is lost: ends all calls that were sent. The others wait for the next connection.
    pub fn lost(&mut self) -> Vec<C> {
        self.cancels.clear();
        for (id, _) in self.large.drain(..).rev() {
            self.queue.push_front(id);
        }
        self.calls.each(|entry| entry.known = false);
        self.end_all(|entry| entry.sent == Sent::Yes)
    }

    /// The other side cannot be used at all: ends all calls that were not sent.
    pub fn refused(&mut self) -> Vec<C> {
        self.queue.clear();
        self.large.clear();
        self.cancels.clear();
        self.end_all(|entry| entry.sent == Sent::No)
    }

    /// Nobody will send anything any more: ends all detached calls.
    pub fn give_up_detached(&mut self) -> Vec<C> {
        self.end_all(|entry| entry.wants == Wants::Nothing)
    }

    /// The other side is not made for these calls: ends those that were not sent.
    pub fn refuse(&mut self, is_meant: impl Fn(&C) -> bool) -> Vec<C> {
        self.end_all(|entry| entry.sent == Sent::No && is_meant(&entry.call))
    }

    /// Ends all calls whose deadline has come.
    pub fn expire(&mut self, now: u64) -> Vec<(C, Sent)> {
        let mut ended = Vec::new();
        while let Some((_, id)) = self.first_deadline().filter(|(deadline, _)| *deadline <= now) {
            let Some(entry) = self.calls.get(id) else { unreachable!("only deadlines of calls hold") };
            let sent = entry.sent;
            if entry.known {
                self.cancels.push_back(id);
            }
            ended.extend(self.end(id).map(|call| (call, sent)));
        }
        ended
    }

    /// When [`Session::expire`] should be called next.
    pub fn next_deadline(&mut self) -> Option<u64> {
        self.first_deadline().map(|(deadline, _)| deadline)
    }

    fn first_deadline(&mut self) -> Option<Time> {
        self.deadlines.first(|time| self.calls.watches(time))
    }

    /// Is there a detached call that was not written?
    pub fn has_detached(&self) -> bool {
        self.detached > 0
    }

    /// Does a call wait for what the callee does?
    pub fn waits_for_callee(&self) -> bool {
        self.calls.iter().any(|(_, entry)| entry.known)
    }

    /// Have all calls ended?
    pub fn is_empty(&self) -> bool {
        self.calls.len() == 0
    }

    fn first_unsent(&mut self) -> Option<u64> {
        while let Some(&id) = self.queue.front() {
            if self.calls.get(id).is_some() {
                return Some(id);
            }
            self.queue.pop_front();
        }
        None
    }

    fn end_all(&mut self, ends: impl Fn(&Entry<C>) -> bool) -> Vec<C> {
        let ids: Vec<u64> = self.calls.iter().filter(|(_, entry)| ends(entry)).map(|(id, _)| id).collect();
        ids.into_iter().filter_map(|id| self.end(id)).collect()
    }
}

impl<C> Calls<Entry<C>> {
    /// This time is that of a call from now on.
    fn watch(&self, time: Time, deadlines: &mut Deadlines) {
        deadlines.add(time, self.len(), |time| self.watches(time));
    }

    /// Is it?
    fn watches(&self, (time, id): Time) -> bool {
        self.get(id).is_some_and(|entry| entry.first == time)
    }
}

impl Load {
    fn leaves(&mut self, bytes: usize) {
        self.calls -= 1;
        self.bytes -= bytes;
    }
}

#[cfg(test)]
mod tests;
