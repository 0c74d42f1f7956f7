//! Runs contestants in turns. In: commands. Out: their wall times, once they agree on the result.

use crate::contestant::{Contestant, Ready};
use std::io::{Read, Seek};
use std::process::{ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::thread::spawn;
use std::time::{Duration, Instant};

/// All runs of one contestant.
pub(crate) struct Times {
    /// Whose.
    pub(crate) contestant: Contestant,
    sorted: Vec<Duration>,
}

impl Times {
    /// In seconds.
    pub(crate) fn median(&self) -> f64 {
        self.sorted[self.sorted.len() / 2].as_secs_f64()
    }

    /// `flume 0.412 s (0.399–0.450)`: the median, the fastest and the slowest.
    pub(crate) fn shown(&self) -> String {
        let first = self.sorted[0].as_secs_f64();
        let last = self.sorted[self.sorted.len() - 1].as_secs_f64();
        format!("{} {:.3} s ({first:.3}–{last:.3})", self.contestant.label(), self.median())
    }
}

/// Runs all in turns, `rounds` times.
pub(crate) fn in_turns(contestants: &[Ready], rounds: usize) -> Result<Vec<Times>, String> {
    let mut all: Vec<Vec<Duration>> = contestants.iter().map(|_| vec![]).collect();
    let mut agreed: Option<String> = None;
    for _ in 0..rounds {
        for (ready, times) in contestants.iter().zip(&mut all) {
            let about = |error| format!("{}: {error}", ready.contestant.label());
            let (time, result) = time(ready.command()).map_err(about)?;
            times.push(time);
            if *agreed.get_or_insert_with(|| result.clone()) != result {
                return Err(about(format!("printed {result:?}, others {:?}", agreed.unwrap_or_default())));
            }
        }
    }
    let times = contestants.iter().zip(all).map(|(ready, mut times)| {
        times.sort();
        Times { contestant: ready.contestant, sorted: times }
    });
    Ok(times.collect())
}

/// Wall time and standard output of one run.
fn time(command: Command) -> Result<(Duration, String), String> {
    watched(command, |mut output, _| {
        let mut text = String::new();
        output.read_to_string(&mut text).map_err(|error| error.to_string())?;
        Ok(text)
    })
}

/// Longer than any contestant should take; whoever copies large messages or waits forever is stopped.
const AT_MOST: Duration = Duration::from_secs(60);

/// Runs a command to its end. `read` gets its standard output and its process id meanwhile. The time is that until its end.
pub(crate) fn watched<T: Send + 'static>(
    mut command: Command,
    read: impl FnOnce(ChildStdout, u32) -> Result<T, String> + Send + 'static,
) -> Result<(Duration, T), String> {
    let failed = |error: std::io::Error| error.to_string();
    // In a file, since nobody reads complaints while it runs, and they may be longer than a pipe takes.
    let mut complaints = tempfile::tempfile().map_err(failed)?;
    command.stdout(Stdio::piped()).stderr(complaints.try_clone().map_err(failed)?);
    let begin = Instant::now();
    let mut child = command.spawn().map_err(failed)?;
    let (output, id) = (child.stdout.take().ok_or("no output")?, child.id());
    let (sender, result) = mpsc::channel();
    spawn(move || sender.send(read(output, id)));
    let result = result.recv_timeout(AT_MOST).map_err(|_| format!("no end after {} s", AT_MOST.as_secs()));
    let result = result.and_then(|result| result);
    if result.is_err() {
        let _ = child.kill();
    }
    let status = child.wait().map_err(failed)?;
    let time = begin.elapsed();
    if result.is_ok() && status.success() {
        return result.map(|result| (time, result));
    }
    let mut complaint = String::new();
    complaints.rewind().and_then(|()| complaints.read_to_string(&mut complaint)).map_err(failed)?;
    let lines: Vec<_> = complaint.lines().take(5).collect();
    Err(format!("{} {}", result.err().unwrap_or(status.to_string()), lines.join(" ⏎ ")))
}
