//! What the supervisor says of its processes. In: messages. Out: lines on standard error, in the form in which the processes write theirs.

use pluto_proto::logline::{Level, LogLine, Wish, time};
use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

/// The log of a run.
#[derive(Clone, Copy)]
pub(super) struct Log(Wish);

impl Log {
    /// As `PLUTO_LOG` asks for; an error if it cannot be understood.
    pub(super) fn from_environment() -> Result<Log, String> {
        std::env::var("PLUTO_LOG").unwrap_or_default().parse().map(Log)
    }

    /// One line, in one piece: the processes of the run write there too.
    pub(super) fn say(self, level: Level, message: &str) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let time = time(u64::try_from(now.as_millis()).unwrap_or(0));
        let line = LogLine { time, level, process: "plutoc", service: None, message, path: vec![] };
        if let Some(text) = self.0.line(&line) {
            // Without standard error there is nobody to tell.
            let _ = std::io::stderr().write_all(text.as_bytes());
        }
    }
}
