//! Do patterns cover every value? In: rows of patterns for one type. Out: which rows can be taken, and values that none takes.
//!
//! The algorithm is Maranget's, on a matrix: look at one column, go on for each constructor that its patterns name with the
//! rows that suit it, and once for all constructors that no pattern names. Integers are split at the ends of all ranges.
//! The work is bounded: beyond [`MAX_STEPS`] or [`MAX_DEPTH`] it gives up, and the caller asks for a `_`.

mod case;

use crate::hir::{Field, Pattern, Program};
use crate::ids::TyId;
use crate::ty::{Ty, TyTable};
use case::{Ctor, Pat, Value, WILD};
use std::collections::{BTreeMap, BTreeSet};

const MAX_STEPS: usize = 2_000_000;
const MAX_DEPTH: u32 = 300;
/// How many missing values are shown.
const MAX_SHOWN: usize = 4;

/// Does a row catch what it matches?
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Guard {
    Without,
    With,
}

/// What was found out.
pub(super) struct Coverage {
    /// Which rows can be taken.
    pub(super) reached: Vec<bool>,
    /// Values, as patterns, that no row takes.
    pub(super) missing: Vec<String>,
    /// Was it too much work to say?
    pub(super) gave_up: bool,
}

/// Looks at rows, in order.
pub(super) fn coverage(program: &Program, table: &TyTable, ty: TyId, rows: &[(&Pattern, Guard)]) -> Coverage {
    let pats: Vec<Pat> = rows.iter().map(|(pattern, _)| Pat::new(program, pattern)).collect();
    let guards: Vec<Guard> = rows.iter().map(|(_, guard)| *guard).collect();
    let mut matrix = Matrix { program, table, guards, reached: vec![false; rows.len()], steps: 0, gave_up: false };
    let start = pats.iter().enumerate().map(|(arm, pat)| Row { pats: vec![pat], arm }).collect();
    let missing = matrix.explore(start, vec![ty], 0);
    let missing = missing.iter().filter_map(|values| values.first()).map(Value::show).collect();
    Coverage { reached: matrix.reached, missing, gave_up: matrix.gave_up }
}

/// Patterns still to be looked at, the next one last.
#[derive(Clone)]
struct Row<'p> {
    pats: Vec<&'p Pat>,
    arm: usize,
}

struct Matrix<'a> {
    program: &'a Program,
    table: &'a TyTable,
    guards: Vec<Guard>,
    reached: Vec<bool>,
    steps: usize,
    gave_up: bool,
}

/// A column's constructors with the rows that suit each, and what no row names.
struct Split {
    named: Vec<(Ctor, Vec<usize>)>,
    /// The rows that take anything.
    wild: Vec<usize>,
    /// What no row names, as values with this many parts; empty if all is named.
    unnamed: Vec<(Ctor, Option<Value>)>,
}

impl Matrix<'_> {
    /// Values (next one last) that none of the rows takes; marks the rows that can be taken.
    fn explore(&mut self, rows: Vec<Row<'_>>, mut columns: Vec<TyId>, depth: u32) -> Vec<Vec<Value>> {
        let mut rows = expand(rows);
        self.steps += rows.len() * (columns.len() + 1) + 1;
        if self.steps > MAX_STEPS || depth > MAX_DEPTH {
            self.gave_up = true;
        }
        if self.gave_up {
            return vec![];
        }
        let mut skipped = 0;
        while !columns.is_empty() && rows.iter().all(|row| matches!(row.pats.last(), Some(Pat::Wild) | None)) {
            if rows.is_empty() && self.is_empty(columns[columns.len() - 1]) {
                return vec![];
            }
            columns.pop();
            for row in &mut rows {
                row.pats.pop();
            }
            rows = expand(rows);
            skipped += 1;
        }
        let mut missing = match columns.pop() {
            None => self.leaf(&rows),
            Some(ty) => self.column(&rows, ty, &columns, depth),
        };
        for values in &mut missing {
            values.extend(std::iter::repeat_n(Value::Any, skipped));
        }
        missing
    }

    fn is_empty(&self, ty: TyId) -> bool {
        matches!(self.table.get(ty), Ty::Enum(id) if self.program.enums[*id].variants.is_empty())
    }

    /// Everything was looked at: the rows up to the first without guard can be taken.
    fn leaf(&mut self, rows: &[Row<'_>]) -> Vec<Vec<Value>> {
        for row in rows {
            self.reached[row.arm] = true;
            if self.guards[row.arm] == Guard::Without {
                return vec![];
            }
        }
        vec![vec![]]
    }

    fn column(&mut self, rows: &[Row<'_>], ty: TyId, columns: &[TyId], depth: u32) -> Vec<Vec<Value>> {
        let split = self.split(rows, ty);
        let mut missing = vec![];
        for (ctor, suiting) in split.named {
            let inner = self.parts_of(ty, &ctor);
            let narrowed = suiting.iter().map(|at| narrow(&rows[*at], inner.len())).collect();
            let next: Vec<TyId> = columns.iter().copied().chain(inner.iter().rev().copied()).collect();
            for mut values in self.explore(narrowed, next, depth + 1) {
                let parts = values.split_off(values.len() - inner.len());
                values.push(self.value(ty, &ctor, parts.into_iter().rev().collect()));
                missing.push(values);
            }
            missing.truncate(MAX_SHOWN);
        }
        if !split.unnamed.is_empty() {
            let rest = split.wild.iter().map(|at| narrow(&rows[*at], 0)).collect();
            for values in self.explore(rest, columns.to_vec(), depth + 1) {
                for (ctor, shown) in &split.unnamed {
                    let parts = vec![Value::Any; self.parts_of(ty, ctor).len()];
                    let value = shown.clone().unwrap_or_else(|| self.value(ty, ctor, parts));
                    missing.push(values.iter().cloned().chain([value]).collect());
                }
            }
            missing.truncate(MAX_SHOWN);
        }
        missing
    }

    fn split(&mut self, rows: &[Row<'_>], ty: TyId) -> Split {
        let mut named: BTreeMap<Ctor, Vec<usize>> = BTreeMap::new();
        let wild: Vec<usize> = (0..rows.len()).filter(|at| matches!(rows[*at].pats.last(), Some(Pat::Wild))).collect();
        let ranges = self.ranges(rows);
        for (ctor, row) in rows.iter().enumerate().filter_map(|(at, row)| Some((head(row)?, at))) {
            let Ctor::Range(low, high) = ctor else {
                named.entry(ctor.clone()).or_default().push(row);
                continue;
            };
            let from = ranges.partition_point(|(_, last)| last < low);
            for (low, high) in ranges[from..].iter().take_while(|(first, _)| first <= high) {
                named.entry(Ctor::Range(*low, *high)).or_default().push(row);
                self.steps += 1;
            }
        }
        let unnamed = self.unnamed(ty, &named);
        for list in named.values_mut() {
            list.extend(&wild);
            list.sort_unstable();
            self.steps += list.len();
        }
        Split { named: named.into_iter().collect(), wild, unnamed }
    }

    /// The ranges of integers of the rows, cut so that no two overlap, in order.
    fn ranges(&self, rows: &[Row<'_>]) -> Vec<(i64, i64)> {
        let found: Vec<(i64, i64)> = rows
            .iter()
            .filter_map(|row| if let Ctor::Range(low, high) = head(row)? { Some((*low, *high)) } else { None })
            .collect();
        let mut cuts = BTreeSet::new();
        for (low, high) in &found {
            cuts.insert(i128::from(*low));
            cuts.insert(i128::from(*high) + 1);
        }
        let cuts: Vec<i128> = cuts.into_iter().collect();
        let narrow = |value: i128| i64::try_from(value).unwrap_or(i64::MAX);
        cuts.windows(2).map(|pair| (narrow(pair[0]), narrow(pair[1] - 1))).collect()
    }

    /// What a type has besides the constructors that the rows name.
    fn unnamed(&self, ty: TyId, named: &BTreeMap<Ctor, Vec<usize>>) -> Vec<(Ctor, Option<Value>)> {
        let all: Vec<Ctor> = match self.table.get(ty) {
            Ty::Int => return gaps(named, (i64::MIN, i64::MAX)),
            Ty::Byte => return gaps(named, (0, 255)),
            Ty::String | Ty::AnyError => return vec![(Ctor::Str(String::new()), Some(Value::Any))],
            Ty::Enum(id) => {
                let count = self.program.enums[*id].variants.len();
                (0..u32::try_from(count).unwrap_or(u32::MAX)).map(Ctor::Variant).collect()
            }
            Ty::Bool => vec![Ctor::Bool(false), Ctor::Bool(true)],
            Ty::Nullable(_) => vec![Ctor::None, Ctor::Some],
            Ty::ErrorValue(error) => vec![Ctor::Error(*error)],
            Ty::Error
            | Ty::Never
            | Ty::Unit
            | Ty::Float
            | Ty::Array(_)
            | Ty::Map(..)
            | Ty::Tuple(_)
            | Ty::Class(_)
            | Ty::Duration
            | Ty::Fn(..)
            | Ty::Holder(..)
            | Ty::Var(_) => vec![Ctor::Only],
        };
        all.into_iter().filter(|ctor| !named.contains_key(ctor)).map(|ctor| (ctor, None)).collect()
    }

    /// The types of the parts of a value.
    fn parts_of(&self, ty: TyId, ctor: &Ctor) -> Vec<TyId> {
        let types = |fields: &[Field]| fields.iter().map(|field| field.ty).collect();
        match (self.table.get(ty), ctor) {
            (Ty::Class(class), Ctor::Only) => types(&self.program.classes[*class].fields),
            (Ty::Tuple(parts), Ctor::Only) => parts.clone(),
            (Ty::Nullable(inner), Ctor::Some) => vec![*inner],
            (Ty::Enum(id), Ctor::Variant(variant)) => {
                self.program.enums[*id].variants.get(*variant as usize).map_or_else(Vec::new, |it| types(&it.fields))
            }
            (_, Ctor::Error(error)) => types(&self.program.errors[*error].fields),
            _ => vec![],
        }
    }

    /// A value for a message.
    fn value(&self, ty: TyId, ctor: &Ctor, parts: Vec<Value>) -> Value {
        let named = |name: String, fields: &[Field], parts: Vec<Value>| {
            let names = fields.iter().map(|field| field.name.to_string());
            Value::Named(name, names.zip(parts).collect())
        };
        match (self.table.get(ty), ctor) {
            (Ty::Class(class), Ctor::Only) => {
                let class = &self.program.classes[*class];
                named(class.name.to_string(), &class.fields, parts)
            }
            (Ty::Enum(id), Ctor::Variant(variant)) => {
                let declared = &self.program.enums[*id];
                match declared.variants.get(*variant as usize) {
                    Some(variant) => named(format!("{}.{}", declared.name, variant.name), &variant.fields, parts),
                    None => Value::Any,
                }
            }
            (_, Ctor::Error(error)) => {
                let declared = &self.program.errors[*error];
                named(declared.name.to_string(), &declared.fields, parts)
            }
            (_, Ctor::None) => Value::Text("none".into()),
            (_, Ctor::Some) => Value::Some(Box::new(parts.into_iter().next().unwrap_or(Value::Any))),
            (_, Ctor::Bool(value)) => Value::Text(value.to_string()),
            (_, Ctor::Range(low, high)) => Value::Text(example(*low, *high).to_string()),
            (_, Ctor::Str(text)) => Value::Text(format!("{text:?}")),
            (Ty::Tuple(_), Ctor::Only) => Value::Tuple(parts),
            (_, Ctor::Only | Ctor::Variant(_)) => Value::Any,
        }
    }
}

/// The constructor that a row's next pattern names.
fn head<'p>(row: &Row<'p>) -> Option<&'p Ctor> {
    match row.pats.last() {
        Some(Pat::Of(ctor, _)) => Some(ctor),
        Some(Pat::Wild | Pat::Or(_)) | None => None,
    }
}

/// The row with its next pattern replaced by that one's parts.
fn narrow<'p>(row: &Row<'p>, parts: usize) -> Row<'p> {
    let mut row = row.clone();
    match row.pats.pop() {
        Some(Pat::Of(_, inner)) if inner.len() == parts => row.pats.extend(inner.iter().rev()),
        _ => row.pats.extend(std::iter::repeat_n(&WILD, parts)),
    }
    row
}

/// Alternatives as rows of their own.
fn expand(rows: Vec<Row<'_>>) -> Vec<Row<'_>> {
    if !rows.iter().any(|row| matches!(row.pats.last(), Some(Pat::Or(_)))) {
        return rows;
    }
    let mut expanded = vec![];
    let mut todo: Vec<Row<'_>> = rows.into_iter().rev().collect();
    while let Some(mut row) = todo.pop() {
        match row.pats.last() {
            Some(Pat::Or(alternatives)) => {
                row.pats.pop();
                for alternative in alternatives.iter().rev() {
                    let mut pats = row.pats.clone();
                    pats.push(alternative);
                    todo.push(Row { pats, arm: row.arm });
                }
            }
            Some(Pat::Wild | Pat::Of(..)) | None => expanded.push(row),
        }
    }
    expanded
}

/// The integers that no range names, as ranges.
fn gaps(named: &BTreeMap<Ctor, Vec<usize>>, whole: (i64, i64)) -> Vec<(Ctor, Option<Value>)> {
    let (mut next, last) = (i128::from(whole.0), i128::from(whole.1));
    let mut found = vec![];
    let mut gap = |from: i128, to: i128| {
        if let (Ok(from), Ok(to)) = (i64::try_from(from), i64::try_from(to))
            && from <= to
        {
            found.push((Ctor::Range(from, to), None));
        }
    };
    for ctor in named.keys() {
        if let Ctor::Range(low, high) = ctor {
            gap(next, i128::from(*low) - 1);
            next = next.max(i128::from(*high) + 1);
        }
    }
    gap(next, last);
    found
}

/// The number nearest to zero.
fn example(low: i64, high: i64) -> i64 {
    0.clamp(low, high)
}
