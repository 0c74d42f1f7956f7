//! What a server says of itself. In: its connections, and what it has counted. Out: a [`Status`].

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use pluto_proto::status::{EdgeStatus, Status};
use pluto_proto::tally::Tally;

use super::{Connection, Server};

impl Server {
    /// How it is now.
    pub(super) fn status(&self) -> Status {
        let connections = self.connections.lock().clone();
        let mut tallies = self.past.lock().clone();
        for connection in &connections {
            gather(&mut tallies, connection);
        }
        let program = self.scheduler.program();
        let edge = |((caller, method), tally): ((String, usize), Tally)| {
            EdgeStatus::new(caller, program.handler_name(method).to_string(), &tally)
        };
        Status {
            process: self.hello.process.clone(),
            pid: std::process::id(),
            up_ms: self.scheduler.clock.now().saturating_sub(self.since) / 1_000_000,
            running: self.running.load(Ordering::SeqCst) as u64,
            connections: connections.iter().filter_map(|connection| connection.status()).collect(),
            edges: tallies.into_iter().map(edge).collect(),
        }
    }

    /// A connection has ended: its calls are not forgotten.
    pub(super) fn remember(&self, connection: &Connection) {
        gather(&mut self.past.lock(), connection);
    }
}

/// So many edges are told apart. Callers choose their names: what comes beyond that is counted together.
const MOST_EDGES: usize = 4096;
const OTHERS: &str = "others";

fn gather(tallies: &mut BTreeMap<(String, usize), Tally>, connection: &Connection) {
    let Some(caller) = connection.caller() else { return };
    for (method, tally) in connection.tallies() {
        let known = tallies.contains_key(&(caller.to_string(), method));
        let caller = if known || tallies.len() < MOST_EDGES { caller } else { OTHERS };
        tallies.entry((caller.to_string(), method)).or_default().add(&tally);
    }
}
