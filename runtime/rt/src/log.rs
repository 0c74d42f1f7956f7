//! What a process says about itself, on standard error. In: messages. Out: lines of the log, and what the process ends with; how they look
//! says `PLUTO_LOG` (`pluto_proto::logline`).

use std::io::Write;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

pub use pluto_proto::logline::Level;
use pluto_proto::logline::{LogLine, Wish, service_of, time};

use crate::heap::output::flush_output;
use crate::os::program::Program;

/// Who speaks, and how.
#[derive(Debug)]
struct Speaker {
    program: Program,
    wish: Wish,
}

static SPEAKER: OnceLock<Speaker> = OnceLock::new();

/// The process runs this program. An error if `PLUTO_LOG` is not what it can be.
pub fn begin(program: Program) -> Result<(), String> {
    let wish = std::env::var("PLUTO_LOG").unwrap_or_default().parse()?;
    SPEAKER.get_or_init(|| Speaker { program, wish });
    Ok(())
}

/// A line of the log, after all that was printed before; with the path to what it is about, innermost first.
pub fn say(level: Level, message: &str, path: &[String]) {
    write(|wish, line| wish.line(line), (level, None), message, path);
}

/// The same about a service.
pub fn say_of(service: &str, level: Level, message: &str, path: &[String]) {
    write(|wish, line| wish.line(line), (level, Some(service)), message, path);
}

/// What the process ends with: a fault or error that nobody has handled.
pub fn report(message: &str, path: &[String]) {
    write(|wish, line| Some(wish.report(line)), (Level::Error, None), message, path);
}

/// Where no service is named, it is the innermost one on the path.
fn write(
    text: impl FnOnce(Wish, &LogLine<'_>) -> Option<String>,
    (level, service): (Level, Option<&str>),
    message: &str,
    path: &[String],
) {
    flush_output();
    let speaker = SPEAKER.get();
    let wish = speaker.map(|it| it.wish).unwrap_or_default();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let line = LogLine {
        time: time(u64::try_from(now.as_millis()).unwrap_or(0)),
        level,
        process: speaker.map_or("", |it| it.program.name()),
        service: service.or_else(|| service_of(&path, |class| speaker.is_some_and(|it| it.program.has_service(class)))),
        message,
        path,
    };
    if let Some(text) = text(wish, &line) {
        // In one piece: other processes write there too. Without standard error there is nobody to tell.
        let _ = std::io::stderr().write_all(text.as_bytes());
    }
}
