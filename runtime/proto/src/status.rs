//! What a process says of itself to `plutoc status`. In: nothing; these are the values. Out: JSON, and back.

use crate::tally::Tally;
use serde::{Deserialize, Serialize};

/// A process of a system.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Status {
    /// Its name.
    pub process: String,
    /// How far it is.
    pub state: State,
    /// What it waits for, if it does.
    pub waiting_for: Vec<String>,
    /// Which build it is of.
    pub build: String,
    /// Its number in the operating system.
    pub pid: u32,
    /// For how many milliseconds it has been serving.
    pub up_ms: u64,
    /// How many requests run in it.
    pub running: u64,
    /// The processes that it calls.
    pub peers: Vec<PeerStatus>,
    /// Who is connected with it.
    pub connections: Vec<ConnectionStatus>,
    /// Calls from other processes, since it serves: by caller and method.
    pub edges: Vec<EdgeStatus>,
    /// The channels and topics that the program declares, as far as they are in this process.
    pub channels: Vec<ChannelStatus>,
}

/// How far a process is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Its services have not all started.
    Starting,
    /// They have; a process that it calls is not connected, or does not serve what it calls.
    Waiting,
    /// It works.
    Ready,
    /// It is ending.
    Draining,
}

/// What carries a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Carrier {
    /// Memory that both processes have.
    #[serde(rename = "shared memory")]
    SharedMemory,
    /// A Unix socket.
    #[serde(rename = "Unix socket")]
    UnixSocket,
    /// TCP.
    #[serde(rename = "TCP")]
    Tcp,
}

impl Carrier {
    /// For people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Carrier::SharedMemory => "shared memory",
            Carrier::UnixSocket => "Unix socket",
            Carrier::Tcp => "TCP",
        }
    }
}

/// A process that another one calls, as that one sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PeerStatus {
    /// Its name.
    pub process: String,
    /// Are the two connected?
    pub up: bool,
    /// What carries their calls, if they are.
    pub over: Option<Carrier>,
    /// Which build it is or was of, if they ever were.
    pub build: Option<String>,
    /// What it serves in another form than the caller was built to call.
    pub differences: Vec<String>,
    /// Why they are not connected.
    pub trouble: String,
}

impl PeerStatus {
    /// Why the caller must wait for it, if it must: `back`, `back (another interface)`.
    #[must_use]
    pub fn awaited(&self) -> Option<String> {
        match (self.up, self.differences.is_empty()) {
            (true, true) => None,
            (true, false) => Some(format!("{} (another interface)", self.process)),
            (false, _) => Some(self.process.clone()),
        }
    }
}

/// A queue of messages: a declared channel, or a topic's queue for one of its subscribers.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ChannelStatus {
    /// Its name; of a topic, with the number of the subscriber: `prices 2`.
    pub channel: String,
    /// How many messages wait.
    pub queued: u64,
    /// How many fit; none: any number.
    pub capacity: Option<u64>,
    /// How many were received.
    pub taken: u64,
    /// How many a lossy topic has dropped.
    pub dropped: u64,
}

/// A connection with a caller.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ConnectionStatus {
    /// The caller's process.
    pub caller: String,
    /// What carries its calls.
    pub over: Carrier,
    /// Requests of it that run.
    pub running: u64,
    /// Bytes of replies that it has not taken.
    pub unwritten: u64,
}

/// The calls of one process to one method.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EdgeStatus {
    /// The caller's process.
    pub caller: String,
    /// `AccountsService.get_user`.
    pub method: String,
    /// All that ended.
    pub calls: u64,
    /// Those that ended with an error of the method.
    pub errors: u64,
    /// With a fault.
    pub faults: u64,
    /// Cut short: their caller waits no longer.
    pub cut: u64,
    /// Of their arguments.
    pub bytes_in: u64,
    /// Of their results.
    pub bytes_out: u64,
    /// Half of them took at most so many microseconds, from the request's arrival to its answer.
    pub p50_us: u64,
    /// 99 of 100.
    pub p99_us: u64,
}

impl EdgeStatus {
    /// That of these calls.
    #[must_use]
    pub fn new(caller: String, method: String, tally: &Tally) -> EdgeStatus {
        EdgeStatus {
            caller,
            method,
            calls: tally.calls,
            errors: tally.errors,
            faults: tally.faults,
            cut: tally.cut,
            bytes_in: tally.bytes_in,
            bytes_out: tally.bytes_out,
            p50_us: tally.quantile(50),
            p99_us: tally.quantile(99),
        }
    }
}

impl Status {
    /// Reads the text.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Status, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    /// As text, in one line.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|error| unreachable!("texts and numbers only: {error}"))
    }
}
