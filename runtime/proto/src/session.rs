//! The calls from one process to another, through all of their connections. In: calls, replies, lost connections, the time.
//! Out: which request to write next, and how each call ended. Each call ends at most once; late replies are dropped.
//!
//! Times are milliseconds since whatever moment the user of this module chose.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The calls that have not ended. `C` is what the user knows of a call.
#[derive(Debug)]
pub struct Session<C> {
    next: u64,
    calls: BTreeMap<u64, Entry<C>>,
    /// Calls that were not handed to a connection yet; may hold ids of calls that have ended.
    queue: VecDeque<u64>,
    deadlines: BTreeSet<(u64, u64)>,
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
    deadline: u64,
    sent: Sent,
}

impl<C> Default for Session<C> {
    fn default() -> Session<C> {
        Session { next: 1, calls: BTreeMap::new(), queue: VecDeque::new(), deadlines: BTreeSet::new() }
    }
}

impl<C> Session<C> {
    /// A new call, to be sent; its id.
    pub fn submit(&mut self, call: C, deadline: u64) -> u64 {
        let id = self.next;
        self.next += 1;
        self.calls.insert(id, Entry { call, deadline, sent: Sent::No });
        self.queue.push_back(id);
        self.deadlines.insert((deadline, id));
        id
    }

    /// The oldest call that was not sent yet counts as sent from now on: its id, deadline and itself.
    pub fn send(&mut self) -> Option<(u64, u64, &C)> {
        let id = self.first_unsent()?;
        self.queue.pop_front();
        let entry = self.calls.get_mut(&id)?;
        entry.sent = Sent::Yes;
        Some((id, entry.deadline, &entry.call))
    }

    /// Is there a call to send?
    pub fn has_unsent(&mut self) -> bool {
        self.first_unsent().is_some()
    }

    /// A call ended, by its reply or because nobody asks any more. `None` if it had ended already, or never was sent.
    pub fn end(&mut self, id: u64) -> Option<C> {
        let entry = self.calls.remove(&id)?;
        self.deadlines.remove(&(entry.deadline, id));
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
        self.end_all(Sent::Yes)
    }

    /// The other side cannot be used at all: ends all calls that were not sent.
    pub fn refused(&mut self) -> Vec<C> {
        self.queue.clear();
        self.end_all(Sent::No)
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
                ended.push((entry.call, entry.sent));
            }
        }
        ended
    }

    /// When [`Session::expire`] should be called next.
    pub fn next_deadline(&self) -> Option<u64> {
        self.deadlines.first().map(|&(deadline, _)| deadline)
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
