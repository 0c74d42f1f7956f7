//! Prints the tables. In: rows. Out: Markdown on standard output, all times on standard error.

use crate::contestant::Side;
use crate::row::{Measure, Outcome, Row};
use crate::{Wish, go, rows};

/// Runs the rows that are wanted and prints them.
pub(crate) fn print(wish: &Wish) {
    eprintln!("{}; {} rounds", go::version(), wish.rounds);
    let (ratios, numbers): (Vec<_>, Vec<_>) = rows::all()
        .into_iter()
        .filter(|row| wish.wants(row))
        .filter(|row| !wish.rivals || row.has_rivals())
        .partition(|row| matches!(row.measure, Measure::Ratio { .. }));
    if !ratios.is_empty() {
        head(if wish.rivals {
            &["work", "Go / best Rust"]
        } else {
            &["work", "/ Go", "/ best Rust", "/ our own", "target"]
        });
    }
    ratios.iter().for_each(|row| line(row, wish));
    if !numbers.is_empty() {
        println!();
        head(&["work", "ours", "Go", "best Rust", "target"]);
    }
    numbers.iter().for_each(|row| line(row, wish));
}

/// Prints the names of the rows.
pub(crate) fn list() {
    rows::all().iter().for_each(|row| println!("{:9} {:13} {}", row.group, row.name, row.work));
}

fn head(columns: &[&str]) {
    println!("| {} |\n|{}", columns.join(" | "), "---|".repeat(columns.len()));
}

fn line(row: &Row, wish: &Wish) {
    let outcome = match row.run(wish.rivals, wish.rounds) {
        Ok(outcome) => outcome,
        Err(error) => return println!("| {} | failed: {} |", row.work, error.replace('\n', " ")),
    };
    eprintln!("    {}: {}", row.name, outcome.details.join(", "));
    let cells = match (&row.measure, wish.rivals) {
        (Measure::Ratio { .. }, true) => vec![between(&outcome)],
        (Measure::Ratio { to, .. }, false) => {
            let mut cells: Vec<_> = [Side::Go, Side::Rust, Side::Pluto].map(|side| row.ratio(&outcome, side)).to_vec();
            let reached = outcome.best_of(*to).and_then(|(best, _)| Some(outcome.ours? / best));
            cells.push(verdict(&format!("≤ {} of {}", row.target, name(*to)), reached, row.target));
            cells
        }
        (Measure::More { .. }, _) => row.numbers(&outcome, "ns"),
        (Measure::Memory(_), _) => row.numbers(&outcome, "KiB"),
    };
    println!("| {} | {} |", row.work, cells.join(" | "));
}

impl Row {
    fn ratio(&self, outcome: &Outcome, side: Side) -> String {
        match (outcome.ours, outcome.best_of(side)) {
            (Some(ours), Some((best, label))) => format!("{:.2}{}", ours / best, by(label)),
            (_, None) if self.has(side) => go::MISSING.to_owned(),
            (None | Some(_), None) | (None, Some(_)) => "–".to_owned(),
        }
    }

    fn numbers(&self, outcome: &Outcome, unit: &str) -> Vec<String> {
        let rival = |side| match outcome.best_of(side) {
            Some((best, label)) => format!("{best:.2} {unit}{}", by(label)),
            None if self.has(side) => go::MISSING.to_owned(),
            None => "–".to_owned(),
        };
        let ours = outcome.ours.map_or("–".to_owned(), |ours| format!("{ours:.2} {unit}"));
        let target = verdict(&format!("≤ {} {unit}", self.target), outcome.ours, self.target);
        vec![ours, rival(Side::Go), rival(Side::Rust), target]
    }

    fn has_rivals(&self) -> bool {
        self.has(Side::Go) || self.has(Side::Rust)
    }

    fn has(&self, side: Side) -> bool {
        match &self.measure {
            Measure::Ratio { others, .. } => others.iter().any(|it| it.side() == side),
            Measure::More { pairs, .. } => pairs.iter().any(|(more, _)| more.side() == side),
            Measure::Memory(contestants) => contestants.iter().any(|it| it.side() == side),
        }
    }
}

/// Go's time divided by that of the best in Rust.
fn between(outcome: &Outcome) -> String {
    match (outcome.best_of(Side::Go), outcome.best_of(Side::Rust)) {
        (Some((go, _)), Some((rust, label))) => format!("{:.2}{}", go / rust, by(label)),
        (None | Some(_), None) | (None, Some(_)) => "–".to_owned(),
    }
}

/// Which of several was the best.
fn by(label: &str) -> String {
    if ["Go", "Rust"].contains(&label) { String::new() } else { format!(" ({label})") }
}

/// Half as much again keeps an issue open.
fn verdict(target: &str, reached: Option<f64>, at_most: f64) -> String {
    match reached {
        None => target.to_owned(),
        Some(number) if number <= at_most => format!("{target}: met"),
        Some(number) if number <= 1.5 * at_most => format!("{target}: **missed**"),
        Some(_) => format!("{target}: **missed by far**"),
    }
}

fn name(side: Side) -> &'static str {
    match side {
        Side::Pluto => "our own",
        Side::Go => "Go",
        Side::Rust => "Rust",
    }
}
