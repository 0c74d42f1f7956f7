//! What a server says of itself. In: its connections, and what it has counted. Out: a [`Status`].

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use pluto_proto::status::{EdgeStatus, State, Status};
use pluto_proto::tally::Tally;

use super::{Connection, Server};
use crate::channel::named;

impl Server {
    /// How it is now.
    pub(super) fn status(&self) -> Status {
        // Both at once: a connection whose calls are remembered is not among them any more.
        let known = self.connections.lock();
        let (connections, mut tallies) = (known.clone(), self.past.lock().clone());
        drop(known);
        for connection in &connections {
            gather(&mut tallies, connection);
        }
        let program = self.scheduler.program();
        let edge = |((caller, method), tally): ((String, usize), Tally)| {
            EdgeStatus::new(caller, program.handler_name(method).to_string(), &tally)
        };
        let peers = self.scheduler.links().map(|links| links.peers()).unwrap_or_default();
        let waiting_for: Vec<String> = peers.iter().filter_map(|peer| peer.awaited()).collect();
        Status {
            process: self.hello.process.clone(),
            state: self.state(&waiting_for),
            waiting_for,
            build: self.hello.build.clone(),
            peers,
            pid: std::process::id(),
            up_ms: self.scheduler.clock.now().saturating_sub(self.since) / 1_000_000,
            running: connections.iter().map(|connection| connection.running() as u64).sum(),
            connections: connections.iter().filter_map(|connection| connection.status()).collect(),
            edges: tallies.into_iter().map(edge).collect(),
            channels: named::status(),
        }
    }

    /// Ready is who has started, and is connected to what it needs.
    fn state(&self, waiting_for: &[String]) -> State {
        if self.draining.load(Ordering::SeqCst) {
            State::Draining
        } else if self.started.load(Ordering::SeqCst) < self.scheduler.program().service_count() {
            State::Starting
        } else if waiting_for.is_empty() {
            State::Ready
        } else {
            State::Waiting
        }
    }

    /// Nothing of a connection goes on: its calls are not forgotten.
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
