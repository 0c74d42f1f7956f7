//! A row of a table and how it is measured. In: contestants. Out: numbers by side.

use crate::contestant::{Contestant, Ready, Side};
use crate::idle::bytes_each;
use crate::run::{Times, in_turns};
use crate::{c, go, tonic};

use std::path::Path;

/// One line of a table.
pub(crate) struct Row {
    /// What `--only` takes besides `name`.
    pub(crate) group: &'static str,
    /// Short.
    pub(crate) name: &'static str,
    /// In words.
    pub(crate) work: &'static str,
    /// What is measured.
    pub(crate) measure: Measure,
    /// The most that it may be.
    pub(crate) target: f64,
}

/// What is measured.
pub(crate) enum Measure {
    /// The time of `ours` divided by those of `others`. The target stands for the ratio to the best of side `to`, or to the best of all
    /// others; `Pluto` there are other programs of ours.
    Ratio { ours: Contestant, others: Vec<Contestant>, to: Option<Side> },
    /// The time of `ours` divided by that of each of `others`, which are the same in all such rows. The target stands for the ratio to the
    /// one with the label `to`.
    Each { ours: Contestant, others: Vec<Contestant>, to: &'static str },
    /// How many nanoseconds more a call takes in the first of each pair than in the second, which both make `calls` of them.
    More { pairs: Vec<(Contestant, Contestant)>, calls: f64 },
    /// KiB for each idle task.
    Memory(Vec<Contestant>),
}

/// What came out, with the names of the best.
pub(crate) struct Outcome {
    /// Our own number: of a ratio, seconds.
    pub(crate) ours: Option<f64>,
    /// The best of each side (`Pluto`: of our other programs).
    pub(crate) best: Vec<(Side, f64, String)>,
    /// The seconds of each by its label, where all count.
    pub(crate) each: Vec<(String, f64)>,
    /// All contestants, one per piece.
    pub(crate) details: Vec<String>,
}

impl Outcome {
    pub(crate) fn best_of(&self, side: Side) -> Option<(f64, &str)> {
        self.best.iter().find(|(it, ..)| *it == side).map(|(_, number, label)| (*number, label.as_str()))
    }

    /// The least number of that side, or of all.
    pub(crate) fn least(&self, of: Option<Side>) -> Option<f64> {
        let counts = self.best.iter().filter(|(side, ..)| of.is_none_or(|of| *side == of));
        counts.map(|(_, number, _)| *number).min_by(f64::total_cmp)
    }

    /// How many times as long as the contestant with that label ours takes.
    pub(crate) fn to(&self, label: &str) -> Option<f64> {
        Some(self.ours? / self.of(label)?)
    }

    /// The seconds of the contestant with that label.
    pub(crate) fn of(&self, label: &str) -> Option<f64> {
        self.each.iter().find(|(it, _)| it == label).map(|(_, time)| *time)
    }

    fn note(&mut self, side: Side, number: f64, label: String) {
        match self.best.iter_mut().find(|(it, ..)| *it == side) {
            Some(best) if best.1 <= number => {}
            Some(best) => *best = (side, number, label),
            None => self.best.push((side, number, label)),
        }
    }
}

impl Row {
    /// Is this its group or name?
    pub(crate) fn is(&self, word: &str) -> bool {
        self.group == word || self.name == word
    }

    /// The same with all contestants on one CPU.
    pub(crate) fn on_one_cpu(mut self) -> Row {
        if let Measure::Ratio { ours, others, .. } | Measure::Each { ours, others, .. } = &mut self.measure {
            *ours = ours.pinned();
            others.iter_mut().for_each(|other| *other = other.pinned());
        }
        self
    }

    /// Runs it. `rivals`: without our programs.
    pub(crate) fn run(&self, rivals: bool, rounds: usize) -> Result<Outcome, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let mut outcome = Outcome { ours: None, best: vec![], each: vec![], details: vec![] };
        let wanted = |it: &Contestant| !rivals || it.side() != Side::Pluto;
        match &self.measure {
            Measure::Ratio { ours, others, .. } | Measure::Each { ours, others, .. } => {
                let all: Vec<_> = std::iter::once(*ours).chain(others.iter().copied()).filter(wanted).collect();
                let times = in_turns(&ready(&all, folder.path())?, rounds)?;
                if matches!(self.measure, Measure::Each { .. }) {
                    outcome.each = times.iter().map(|it| (it.contestant.label(), it.median())).collect();
                }
                outcome.ratio(times, rivals);
            }
            Measure::More { pairs, calls } => {
                for (more, less) in pairs.iter().filter(|(more, _)| wanted(more)) {
                    let place = folder.path().join(more.label());
                    outcome.more(&in_turns(&ready(&[*more, *less], &place)?, rounds)?, *calls);
                }
            }
            Measure::Memory(contestants) => {
                let all: Vec<_> = contestants.iter().copied().filter(wanted).collect();
                for ready in ready(&all, folder.path())? {
                    outcome.memory(&ready, rounds)?;
                }
            }
        }
        Ok(outcome)
    }
}

impl Outcome {
    /// The first is ours, unless there are only `rivals`.
    fn ratio(&mut self, times: Vec<Times>, rivals: bool) {
        self.details.extend(times.iter().map(Times::shown));
        let mut times = times.into_iter();
        self.ours = if rivals { None } else { times.next().map(|ours| ours.median()) };
        times.for_each(|it| self.note(it.contestant.side(), it.median(), it.contestant.label()));
    }

    /// `times` are those of a pair, or none without Go.
    fn more(&mut self, times: &[Times], calls: f64) {
        if let [more, less] = times {
            self.details.extend([more.shown(), less.shown()]);
            self.add(more.contestant, (more.median() - less.median()) * 1e9 / calls);
        }
    }

    fn memory(&mut self, ready: &Ready, rounds: usize) -> Result<(), String> {
        let label = ready.contestant.label();
        let each: Result<Vec<f64>, String> = (0..rounds).map(|_| bytes_each(ready)).collect();
        let mut each = each.map_err(|error| format!("{label}: {error}"))?;
        each.sort_by(f64::total_cmp);
        let kib = each[each.len() / 2] / 1024.0;
        self.details.push(format!("{label} {kib:.2} KiB"));
        self.add(ready.contestant, kib);
        Ok(())
    }

    fn add(&mut self, contestant: Contestant, number: f64) {
        match contestant.side() {
            Side::Pluto => self.ours = Some(number),
            side @ (Side::Go | Side::Rust | Side::C) => self.note(side, number, contestant.label()),
        }
    }
}

/// Builds them; those in Go and C are left out without a toolchain, those with tonic if it cannot be built.
fn ready(contestants: &[Contestant], folder: &Path) -> Result<Vec<Ready>, String> {
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let mut all = vec![];
    for (n, contestant) in contestants.iter().enumerate() {
        match contestant.ready(&folder.join(format!("contestant{n}"))) {
            Ok(ready) => all.push(ready),
            Err(error) if [go::MISSING, c::MISSING, tonic::MISSING].contains(&error.as_str()) => {}
            Err(error) => return Err(format!("{}: {error}", contestant.label())),
        }
    }
    Ok(all)
}
