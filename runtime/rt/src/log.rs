//! What a process says about itself, on standard error. In: messages. Out: lines for people, or, with `PLUTO_LOG=json`, one JSON object a
//! line (`pluto_proto::logline`).

use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

pub use pluto_proto::logline::Level;
use pluto_proto::logline::{LogLine, service_of, time};

use crate::heap::output::flush_output;

static PROCESS: OnceLock<&str> = OnceLock::new();

/// The process has this name.
pub fn set_process(name: &'static str) {
    PROCESS.get_or_init(|| name);
}

/// Says something, after all that was printed before; with the path to it, innermost first.
pub fn say(level: Level, message: &str, path: &[String]) {
    flush_output();
    if is_json() {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let line = LogLine {
            time: time(u64::try_from(now.as_millis()).unwrap_or(0)),
            level,
            process: PROCESS.get().copied().unwrap_or_default(),
            service: path.first().and_then(|line| service_of(line)),
            message,
            path: path.iter().map(String::as_str).collect(),
        };
        eprintln!("{}", line.to_json());
    } else {
        let lines: String = path.iter().map(|line| format!("  {line}\n")).collect();
        eprint!("{message}\n{lines}");
    }
}

fn is_json() -> bool {
    static JSON: OnceLock<bool> = OnceLock::new();
    *JSON.get_or_init(|| std::env::var_os("PLUTO_LOG").is_some_and(|value| value == "json"))
}
