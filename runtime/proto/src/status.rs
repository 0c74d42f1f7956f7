//! What a process says of itself to `plutoc status`. In: nothing; these are the values. Out: JSON, and back.

use crate::tally::Tally;
use serde::{Deserialize, Serialize};

/// A process that serves others.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Status {
    /// Its name.
    pub process: String,
    /// Its number in the operating system.
    pub pid: u32,
    /// For how many milliseconds it has been serving.
    pub up_ms: u64,
    /// How many requests run in it.
    pub running: u64,
    /// Who is connected with it.
    pub connections: Vec<ConnectionStatus>,
    /// Calls from other processes, since it serves: by caller and method.
    pub edges: Vec<EdgeStatus>,
}

/// A connection with a caller.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ConnectionStatus {
    /// The caller's process.
    pub caller: String,
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
