//! Runs contestants in turns. In: commands. Out: their wall times, once they agree on the result.

use crate::contestant::{Contestant, Ready};
use std::io::Read;
use std::process::{Command, Stdio};
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

/// Longer than any contestant should take; whoever copies large messages or waits forever is stopped.
const AT_MOST: Duration = Duration::from_secs(60);

/// Wall time and standard output of one run.
fn time(mut command: Command) -> Result<(Duration, String), String> {
    let begin = Instant::now();
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(|error| error.to_string())?;
    let (said, mut complaints) = (child.stdout.take(), child.stderr.take());
    let (ended, end) = mpsc::channel();
    let reader = spawn(move || {
        let mut text = String::new();
        let read = said.map(|mut said| said.read_to_string(&mut text));
        let _ = ended.send(());
        read.is_some_and(|read| read.is_ok()).then_some(text)
    });
    let in_time = end.recv_timeout(AT_MOST).is_ok();
    if !in_time {
        let _ = child.kill();
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    let time = begin.elapsed();
    let text = reader.join().ok().flatten().ok_or("printed no text")?;
    if !in_time {
        return Err(format!("no end after {} s", AT_MOST.as_secs()));
    }
    if status.success() {
        return Ok((time, text));
    }
    let mut complaint = String::new();
    let _ = complaints.as_mut().map(|it| it.read_to_string(&mut complaint));
    Err(format!("{status}: {}", complaint.trim()))
}
