//! The rows of values: floats, texts, trees, and collections that are changed in place. In: nothing. Out: rows with the targets of the
//! design, as ratios to the best of all peers; where it has none, 1.5 of Rust.

use crate::contestant::{Contestant, Side, c, go, pluto, rust};
use crate::row::{Measure, Row};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row("n_body", "n-body, floats in classes", 1.5, None, vec![c("n_body")]),
        row("matrix", "matrix product 300×300", 1.6, None, vec![c("matrix")]),
        row("trees", "binary trees", 0.8, None, vec![c("trees")]),
        row("json", "records to JSON text", 1.0, None, vec![]),
        row("words", "word count with a map", 1.5, None, vec![]),
        row("building", "string building", 1.3, None, vec![]),
        row("append", "200,000 appends to one string, again and again", 2.0, None, vec![]),
        row("small_classes", "an array of small classes, changed in place", 1.5, Some(Side::Rust), vec![]),
        row("map_push", "m[k].push(x)", 1.5, Some(Side::Rust), vec![]),
        row("records", "a service updates its map of records", 1.5, Some(Side::Rust), vec![]),
    ]
}

/// All of them have a program of ours, one in Rust and one in Go.
fn row(name: &'static str, work: &'static str, target: f64, to: Option<Side>, more: Vec<Contestant>) -> Row {
    let others = [rust(name), go(name)].into_iter().chain(more).collect();
    Row { group: "values", name, work, target, measure: Measure::Ratio { ours: pluto(name), others, to } }
}
