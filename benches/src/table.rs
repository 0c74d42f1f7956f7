//! Prints the tables. In: rows. Out: Markdown on standard output, all times on standard error.

use crate::contestant::{Contestant, Side};
use crate::row::{Measure, Outcome, Row};
use crate::{Wish, c, go, rows};

/// Runs the rows that are wanted and prints them.
pub(crate) fn print(wish: &Wish) {
    eprintln!("{}; {} rounds", go::version(), wish.rounds);
    let wanted = rows::all().into_iter().filter(|row| wish.wants(row));
    let wanted = wanted.filter(|row| !wish.rivals || row.has_rivals());
    let (ratios, others): (Vec<_>, Vec<_>) = wanted.partition(|row| matches!(row.measure, Measure::Ratio { .. }));
    let (each, numbers): (Vec<_>, Vec<_>) =
        others.into_iter().partition(|it| matches!(it.measure, Measure::Each { .. }));
    let columns: &[&str] = if wish.rivals {
        &["work", "Go / best Rust"]
    } else {
        &["work", "/ Go", "/ best Rust", "/ C", "/ our own", "target"]
    };
    table(columns, &ratios, wish);
    if let Some(first) = each.first() {
        table(&first.columns(wish.rivals), &each, wish);
    }
    table(&["work", "ours", "Go", "best Rust", "target"], &numbers, wish);
}

fn table(columns: &[impl AsRef<str>], rows: &[Row], wish: &Wish) {
    if rows.is_empty() {
        return;
    }
    let columns: Vec<_> = columns.iter().map(AsRef::as_ref).collect();
    println!("| {} |\n|{}", columns.join(" | "), "---|".repeat(columns.len()));
    rows.iter().for_each(|row| line(row, wish));
    println!();
}

/// Prints the names of the rows.
pub(crate) fn list() {
    rows::all().iter().for_each(|row| println!("{:9} {:13} {}", row.group, row.name, row.work));
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
            let mut cells: Vec<_> =
                [Side::Go, Side::Rust, Side::C, Side::Pluto].map(|side| row.ratio(&outcome, side)).to_vec();
            let reached = outcome.least(*to).and_then(|best| Some(outcome.ours? / best));
            cells.push(verdict(&format!("≤ {} of {}", row.target, to.map_or("the best", name)), reached, row.target));
            cells
        }
        (Measure::Each { others, to, .. }, rivals) => row.each(&outcome, others, to, rivals),
        (Measure::More { .. }, _) => row.numbers(&outcome, "ns"),
        (Measure::Memory(_), _) => row.numbers(&outcome, "KiB"),
    };
    println!("| {} | {} |", row.work, cells.join(" | "));
}

impl Row {
    fn ratio(&self, outcome: &Outcome, side: Side) -> String {
        match (outcome.ours, outcome.best_of(side)) {
            (Some(ours), Some((best, label))) => format!("{:.2}{}", ours / best, by(label)),
            (_, None) if self.has(side) => if side == Side::C { c::MISSING } else { go::MISSING }.to_owned(),
            (None | Some(_), None) | (None, Some(_)) => "–".to_owned(),
        }
    }

    /// The columns of a table in which all rows have these contestants.
    fn columns(&self, rivals: bool) -> Vec<String> {
        let Measure::Each { others, to, .. } = &self.measure else { unreachable!("other tables have fixed columns") };
        let others = others.iter().map(|other| other.label());
        let mut columns = vec!["work".to_owned()];
        if rivals {
            columns.extend(others.filter(|other| other != to).map(|other| format!("{other} / {to}")));
        } else {
            columns.extend(others.map(|other| format!("/ {other}")));
            columns.push("target".to_owned());
        }
        columns
    }

    fn each(&self, outcome: &Outcome, others: &[Contestant], to: &str, rivals: bool) -> Vec<String> {
        let shown = |number: Option<f64>| number.map_or("–".to_owned(), |number| format!("{number:.2}"));
        let others = others.iter().map(|other| other.label());
        if rivals {
            let number = |other: String| Some(outcome.of(&other)? / outcome.of(to)?);
            return others.filter(|other| other != to).map(|other| shown(number(other))).collect();
        }
        let mut cells: Vec<_> = others.map(|other| shown(outcome.to(&other))).collect();
        cells.push(verdict(&format!("≤ {} of {to}", self.target), outcome.to(to), self.target));
        cells
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
            Measure::Ratio { others, .. } | Measure::Each { others, .. } => others.iter().any(|it| it.side() == side),
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
    if ["Go", "Rust", "C"].contains(&label) { String::new() } else { format!(" ({label})") }
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
        Side::C => "C",
    }
}
