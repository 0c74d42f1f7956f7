//! What crosses process boundaries: served methods, and the types of their parameters, results and errors with all parts.
//! In: the placement's edges and the error sets. Out: `Effects::served`, `Effects::crossing`; `E0507`.

use crate::facts::{Edge, Placement, Transport};
use crate::hir::{Field, Program};
use crate::ids::{ErrorId, FnId, ProcessId, TyId};
use crate::ty::{Holder, Ty, TyTable};
use crate::types::Types;
use pluto_syntax::code::Code;
use pluto_syntax::diag::{Diagnostic, Diagnostics};
use pluto_syntax::span::Span;
use std::collections::{BTreeMap, BTreeSet};

/// The way from a type to a part of it that cannot be serialised: `Order.callback: fn(int) int`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PathToCulprit {
    /// The steps, from the outside in: `Order.callback`, `[…]`.
    pub steps: Vec<String>,
    /// What the culprit is.
    pub culprit: Culprit,
}

/// What cannot cross.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Culprit {
    /// This, by its nature.
    Never(&'static str),
    /// An end of a channel: that is to come.
    NotYet(Holder),
}

impl PathToCulprit {
    /// `Order.callback: an error of any kind`.
    #[must_use]
    pub fn text(&self) -> String {
        let culprit = match self.culprit {
            Culprit::Never(what) => what.to_string(),
            Culprit::NotYet(holder) => format!("a `{}`", holder.name()),
        };
        if self.steps.is_empty() { culprit } else { format!("{}: {culprit}", self.steps.join(" → ")) }
    }
}

type Served = BTreeMap<ProcessId, BTreeSet<FnId>>;

/// What each process serves, and the types that cross, each with the first call that makes it cross.
pub(super) fn crossing(
    program: &Program,
    types: &Types,
    placement: &Placement,
    errors: &BTreeMap<(ProcessId, FnId), BTreeSet<ErrorId>>,
    diagnostics: &mut Diagnostics,
) -> (Served, BTreeMap<TyId, Span>) {
    let mut served = Served::new();
    let mut found = BTreeMap::new();
    let error_types = error_types(&types.table);
    for edge in placement.edges.iter().filter(|edge| edge.transport != Transport::Direct) {
        served.entry(edge.to).or_default().insert(edge.callee);
        for ty in signature(program, types, edge.callee) {
            close(program, &types.table, ty, edge.span, &mut found);
            if let Err(path) = serializable(program, types, ty) {
                diagnostics.push(not_serializable(program, placement, edge, &path));
            }
        }
        for error in errors.get(&(edge.to, edge.callee)).into_iter().flatten() {
            match error_types.get(error) {
                Some(ty) => close(program, &types.table, *ty, edge.span, &mut found),
                None => {
                    for field in &program.errors[*error].fields {
                        close(program, &types.table, field.ty, edge.span, &mut found);
                    }
                }
            }
            let fields = &program.errors[*error].fields;
            let culprit = fields.iter().find_map(|field| serializable(program, types, field.ty).err());
            if let Some(path) = culprit {
                diagnostics.push(not_serializable(program, placement, edge, &path));
            }
        }
    }
    (served, found)
}

/// The types of the error values that occur in the program.
fn error_types(table: &TyTable) -> BTreeMap<ErrorId, TyId> {
    let mut found = BTreeMap::new();
    for id in table.ids() {
        if let Ty::ErrorValue(error) = table.get(id) {
            found.insert(*error, id);
        }
    }
    found
}

/// Parameters and result.
fn signature(program: &Program, types: &Types, function: FnId) -> Vec<TyId> {
    let locals = types.locals.get(function);
    let params = program.fns[function].params.iter();
    let params = params.filter_map(|param| locals.and_then(|locals| locals.get(*param)).copied());
    params.chain(types.results.get(function).copied()).collect()
}

/// Adds a type and all its parts.
fn close(program: &Program, table: &TyTable, ty: TyId, span: Span, found: &mut BTreeMap<TyId, Span>) {
    let mut work = vec![ty];
    while let Some(ty) = work.pop() {
        if let std::collections::btree_map::Entry::Vacant(entry) = found.entry(ty) {
            entry.insert(span);
            if let Ok(parts) = parts(program, table.get(ty)) {
                work.extend(parts.into_iter().map(|(_, part)| part));
            }
        }
    }
}

/// Can values of the type cross? If not, the shortest way to a part that cannot.
///
/// # Errors
/// The way to the culprit.
pub fn serializable(program: &Program, types: &Types, ty: TyId) -> Result<(), PathToCulprit> {
    let mut came_by: BTreeMap<TyId, (TyId, String)> = BTreeMap::new();
    let mut queue = std::collections::VecDeque::from([ty]);
    let mut seen = BTreeSet::from([ty]);
    while let Some(at) = queue.pop_front() {
        match parts(program, types.table.get(at)) {
            Ok(parts) => {
                for (step, part) in parts {
                    if seen.insert(part) {
                        came_by.insert(part, (at, step));
                        queue.push_back(part);
                    }
                }
            }
            Err(culprit) => return Err(PathToCulprit { steps: steps(&came_by, ty, at), culprit }),
        }
    }
    Ok(())
}

fn steps(came_by: &BTreeMap<TyId, (TyId, String)>, from: TyId, to: TyId) -> Vec<String> {
    let mut steps = vec![];
    let mut at = to;
    while at != from
        && let Some((before, step)) = came_by.get(&at)
    {
        steps.push(step.clone());
        at = *before;
    }
    steps.reverse();
    steps
}

/// The parts of a type, each with the step that leads there; or what it is, if it cannot cross.
fn parts(program: &Program, ty: &Ty) -> Result<Vec<(String, TyId)>, Culprit> {
    let of_fields = |owner: &str, fields: &[Field]| {
        fields.iter().map(|field| (format!("{owner}.{}", field.name), field.ty)).collect::<Vec<_>>()
    };
    match ty {
        Ty::Error | Ty::Never | Ty::Unit | Ty::Int | Ty::Float | Ty::Bool | Ty::Byte | Ty::String | Ty::Duration => {
            Ok(vec![])
        }
        Ty::Fn(..) => Err(Culprit::Never("a function")),
        Ty::Holder(Holder::Task, _) => Err(Culprit::Never("a task")),
        Ty::Holder(holder, _) => Err(Culprit::NotYet(*holder)),
        Ty::Array(element) => Ok(vec![("an element".to_string(), *element)]),
        Ty::Map(key, value) => Ok(vec![("a key".to_string(), *key), ("an entry's value".to_string(), *value)]),
        Ty::Tuple(items) => {
            Ok(items.iter().enumerate().map(|(at, ty)| (format!("part {at} of a tuple"), *ty)).collect())
        }
        Ty::Nullable(inner) => Ok(vec![("not `none`".to_string(), *inner)]),
        Ty::Class(class) => Ok(of_fields(&program.classes[*class].name, &program.classes[*class].fields)),
        Ty::Enum(id) => {
            let it = &program.enums[*id];
            let of_variant =
                |variant: &crate::hir::Variant| of_fields(&format!("{}.{}", it.name, variant.name), &variant.fields);
            Ok(it.variants.iter().flat_map(of_variant).collect())
        }
        Ty::ErrorValue(error) => Ok(of_fields(&program.errors[*error].name, &program.errors[*error].fields)),
        Ty::AnyError => Err(Culprit::Never("an error value of any kind")),
        Ty::Var(_) => Err(Culprit::Never("a type that could not be inferred")),
    }
}

/// `E0507`, `E0905`.
fn not_serializable(program: &Program, placement: &Placement, edge: &Edge, path: &PathToCulprit) -> Diagnostic {
    let callee = &program.fns[edge.callee];
    let (code, message, help) = match path.culprit {
        Culprit::Never(_) => (
            Code::E0507,
            format!("`{}` crosses a process boundary, and what it takes or gives cannot", callee.qualified),
            "put the two services into one process, or send only data",
        ),
        Culprit::NotYet(_) => (
            Code::E0905,
            format!(
                "`{}` crosses a process boundary with an end of a channel, which is not built yet",
                callee.qualified
            ),
            "it is coming; put the two services into one process until then",
        ),
    };
    let mut diagnostic =
        Diagnostic::new(code, callee.span, message).label(path.text()).also(edge.span, "this call makes it cross");
    let caller = program.class_of(edge.caller).map(|class| (edge.from, class));
    for (process, class) in caller.into_iter().chain([(edge.to, edge.service)]) {
        let process = &placement.processes[process];
        if let Some(span) = process.listed.get(&class) {
            let name = &program.classes[class].name;
            diagnostic = diagnostic.also(*span, format!("`{name}` is listed in process `{}`", process.name));
        }
    }
    diagnostic.help(help)
}
