//! The graph of services and their dependencies. Out: the start order, and `E0502` for each circle.

use super::recursion::components;
use crate::hir::{ClassKind, Dep, Program};
use crate::ids::{ClassId, Id};
use pluto_syntax::code::Code;
use pluto_syntax::diag::{Diagnostic, Diagnostics};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The services that the app reaches, dependencies before their users, the app last. A circle (reported) is cut somewhere.
pub(super) fn start_order(program: &Program) -> Vec<ClassId> {
    let Some(app) = program.app else { return vec![] };
    let mut order = vec![];
    let mut seen = BTreeSet::from([app]);
    let mut path = vec![(app, 0)];
    while let Some((class, next)) = path.last_mut() {
        let class = *class;
        if let Some(dep) = program.classes[class].deps.get(*next) {
            *next += 1;
            if let Some(dep) = dep.service().filter(|dep| program.classes[*dep].kind != ClassKind::Data)
                && seen.insert(dep)
            {
                path.push((dep, 0));
            }
        } else {
            path.pop();
            order.push(class);
        }
    }
    order
}

/// Refuses circles: one message for each knot of services, with the shortest way round.
pub(super) fn report_cycles(program: &Program, diagnostics: &mut Diagnostics) {
    let successors = |class: ClassId| services(program, class).map(|(_, class)| class.index()).collect();
    let edges: Vec<Vec<usize>> = program.classes.ids().map(successors).collect();
    let mut knots = components(&edges);
    knots.retain(|knot| knot.len() > 1 || edges[knot[0]].contains(&knot[0]));
    knots.sort_unstable();
    for knot in knots {
        let members: BTreeSet<ClassId> = knot.into_iter().map(ClassId::from_index).collect();
        let circle = shortest_circle(program, &members);
        diagnostics.push(describe(program, &circle));
    }
}

/// The services in a class's brackets.
fn services(program: &Program, class: ClassId) -> impl Iterator<Item = (&Dep, ClassId)> {
    program.classes[class].deps.iter().filter_map(|dep| dep.service().map(|class| (dep, class)))
}

/// From the first member of a knot round to itself: the steps, each a class with the bracket dependency that leads on.
fn shortest_circle<'a>(program: &'a Program, members: &BTreeSet<ClassId>) -> Vec<(ClassId, &'a Dep)> {
    let Some(start) = members.first().copied() else { return vec![] };
    let mut came_by: BTreeMap<ClassId, (ClassId, &Dep)> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(class) = queue.pop_front() {
        for (dep, target) in services(program, class).filter(|(_, target)| members.contains(target)) {
            if let std::collections::btree_map::Entry::Vacant(entry) = came_by.entry(target) {
                entry.insert((class, dep));
                queue.push_back(target);
            }
        }
    }
    let mut circle = vec![];
    let mut at = start;
    while let Some((from, dep)) = came_by.get(&at) {
        circle.push((*from, *dep));
        at = *from;
        if at == start {
            break;
        }
    }
    circle.reverse();
    circle
}

fn describe(program: &Program, circle: &[(ClassId, &Dep)]) -> Diagnostic {
    let name = |class: ClassId| &program.classes[class].name;
    let needs = |(class, dep): &(ClassId, &Dep)| {
        let target = dep.service().map_or_else(|| dep.name.clone(), |target| name(target).clone());
        format!("`{}` needs `{target}`", name(*class))
    };
    let Some((first, rest)) = circle.split_first() else {
        return Diagnostic::global(Code::E0502, "services depend on each other in a circle");
    };
    let way: Vec<String> =
        circle.iter().map(|(class, _)| name(*class).to_string()).chain([name(first.0).to_string()]).collect();
    let headline = if rest.is_empty() {
        format!("the service `{}` depends on itself", name(first.0))
    } else {
        format!("services depend on each other in a circle: {}", shortened(&way))
    };
    let mut diagnostic = Diagnostic::new(Code::E0502, first.1.span, headline).label(needs(first));
    for step in rest {
        diagnostic = diagnostic.also(step.1.span, needs(step));
    }
    let last = circle.last().map_or(first.0, |(class, _)| *class);
    diagnostic
        .note("calls around a circle would wait for each other for ever, so dependencies must not form one")
        .help(format!(
            "take one step out of the circle: move what both need into a third service, or let `{}` send events that `{}` receives, \
             over a channel",
            name(last),
            name(first.0)
        ))
}

/// `A → B → A`; a long way is cut in the middle (the labels show all of it).
fn shortened(way: &[String]) -> String {
    const SHOWN: usize = 6;
    if way.len() <= 2 * SHOWN {
        return way.join(" → ");
    }
    let (head, tail) = (&way[..SHOWN], &way[way.len() - SHOWN..]);
    format!("{} → … {} more … → {}", head.join(" → "), way.len() - 2 * SHOWN, tail.join(" → "))
}
