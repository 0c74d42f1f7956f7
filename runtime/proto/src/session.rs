//! The calls from one process to another, through all of their connections. In: calls, replies, lost connections, the time.
//! Out: what to write next, and how each call ended. Each call ends at most once; late replies are dropped. A call that ends before its
//! reply, though the callee may know of it, is to be cancelled there. Requests with large bodies are written in pieces, by turns
//! with the others; such a call counts as sent with its last piece, as the callee cannot run it before.
//!
//! Times are milliseconds since whatever moment the user of this module chose.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Range;

/// The calls that have not ended. `C` is what the user knows of a call.
#[derive(Debug)]
pub struct Session<C> {
    next: u64,
    calls: BTreeMap<u64, Entry<C>>,
    /// Calls that were not handed to a connection yet; may hold ids of calls that have ended.
    queue: VecDeque<u64>,
    /// Calls with large bodies, and how many bytes of each were handed to the connection.
    large: VecDeque<(u64, usize)>,
    /// A piece of a large one was the last that was written.
    small_first: bool,
    /// Calls that the callee should forget.
    cancels: VecDeque<u64>,
    deadlines: BTreeSet<(u64, u64)>,
}

/// What to write: a piece of a request.
#[derive(Debug)]
pub struct Piece<'a, C> {
    /// The call's id.
    pub id: u64,
    /// When it ends at the latest.
    pub deadline: u64,
    /// The call.
    pub call: &'a C,
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
    /// Its entry in `deadlines`: first when it must have been sent, then when it must have been answered.
    first: u64,
    deadline: u64,
    sent: Sent,
    /// The callee knows of it.
    known: bool,
}

impl<C> Default for Session<C> {
    fn default() -> Session<C> {
        Session {
            next: 1,
            calls: BTreeMap::new(),
            queue: VecDeque::new(),
            large: VecDeque::new(),
            small_first: false,
            cancels: VecDeque::new(),
            deadlines: BTreeSet::new(),
        }
    }
}

impl<C> Session<C> {
    /// A new call, to be sent by this time, and to be answered by that; its id.
    pub fn submit(&mut self, call: C, send_by: u64, deadline: u64) -> u64 {
        let id = self.next;
        self.next += 1;
        let first = send_by.min(deadline);
        self.calls.insert(id, Entry { call, first, deadline, sent: Sent::No, known: false });
        self.queue.push_back(id);
        self.deadlines.insert((first, id));
        id
    }

    /// What to write next: the oldest call that was not sent, or the next piece of one whose body is larger than `most` bytes; in turns,
    /// if there are both. With its last piece a call counts as sent.
    pub fn send(&mut self, size: impl Fn(&C) -> usize, most: usize) -> Option<Piece<'_, C>> {
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
            let Some(whole) = self.calls.get(&id).map(|entry| size(&entry.call)) else { continue };
            return self.piece(id, from, whole, most);
        }
    }

    fn piece(&mut self, id: u64, from: usize, whole: usize, most: usize) -> Option<Piece<'_, C>> {
        let to = whole.min(from + most);
        let place = if to == whole { Place::Last } else { Place::Before };
        if place == Place::Before {
            self.large.push_back((id, to));
        }
        let entry = self.calls.get_mut(&id)?;
        entry.known = true;
        if place == Place::Last {
            entry.sent = Sent::Yes;
            self.deadlines.remove(&(entry.first, id));
            entry.first = entry.deadline;
            self.deadlines.insert((entry.first, id));
        }
        Some(Piece { id, deadline: entry.deadline, call: &entry.call, bytes: from..to, place })
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
        self.large.retain(|(id, _)| self.calls.contains_key(id));
        !self.large.is_empty() || self.first_unsent().is_some()
    }

    /// Nobody asks for a call any more. `None` if it had ended already.
    pub fn abandon(&mut self, id: u64) -> Option<C> {
        if self.calls.get(&id)?.known {
            self.cancels.push_back(id);
        }
        self.end(id)
    }

    fn end(&mut self, id: u64) -> Option<C> {
        let entry = self.calls.remove(&id)?;
        self.deadlines.remove(&(entry.first, id));
        Some(entry.call)
    }

    /// A reply has come: ends its call, unless it is late or answers what was never asked.
    pub fn replied(&mut self, id: u64) -> Option<C> {
        match self.calls.get(&id)?.sent {
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
        self.calls.values_mut().for_each(|entry| entry.known = false);
        self.end_all(Sent::Yes)
    }

    /// The other side cannot be used at all: ends all calls that were not sent.
    pub fn refused(&mut self) -> Vec<C> {
        self.queue.clear();
        self.large.clear();
        self.cancels.clear();
        self.end_all(Sent::No)
    }

    /// The other side is not made for these calls: ends those that were not sent.
    pub fn refuse(&mut self, is_meant: impl Fn(&C) -> bool) -> Vec<C> {
        let meant = self.calls.iter().filter(|(_, entry)| entry.sent == Sent::No && is_meant(&entry.call));
        let ids: Vec<u64> = meant.map(|(&id, _)| id).collect();
        ids.into_iter().filter_map(|id| self.end(id)).collect()
    }

    /// Ends all calls whose deadline has come.
    pub fn expire(&mut self, now: u64) -> Vec<(C, Sent)> {
        let mut ended = Vec::new();
        while let Some(&(deadline, id)) = self.deadlines.first() {
            if deadline > now {
                break;
            }
            self.deadlines.pop_first();
            if let Some(entry) = self.calls.remove(&id) {
                if entry.known {
                    self.cancels.push_back(id);
                }
                ended.push((entry.call, entry.sent));
            }
        }
        ended
    }

    /// When [`Session::expire`] should be called next.
    pub fn next_deadline(&self) -> Option<u64> {
        self.deadlines.first().map(|&(deadline, _)| deadline)
    }

    /// Does a call wait for what the callee does?
    pub fn waits_for_callee(&self) -> bool {
        self.calls.values().any(|entry| entry.known)
    }

    /// Have all calls ended?
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    fn first_unsent(&mut self) -> Option<u64> {
        while let Some(&id) = self.queue.front() {
            if self.calls.contains_key(&id) {
                return Some(id);
            }
            self.queue.pop_front();
        }
        None
    }

    fn end_all(&mut self, sent: Sent) -> Vec<C> {
        let ids: Vec<u64> = self.calls.iter().filter(|(_, entry)| entry.sent == sent).map(|(&id, _)| id).collect();
        ids.into_iter().filter_map(|id| self.end(id)).collect()
    }
}

#[cfg(test)]
mod tests;
