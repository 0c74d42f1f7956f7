//! The messages of `place`. In: what is wrong. Out: a diagnostic that proposes a line to write.

use super::timeouts::Pair;
use crate::analyze::state_culprit;
use crate::facts::Edge;
use crate::hir::{Policy, Program, System};
use crate::ids::{ClassId, ProcessId};
use pluto_syntax::code::Code;
use pluto_syntax::diag::Diagnostic;
use pluto_syntax::span::Span;
use std::collections::{BTreeMap, BTreeSet};

/// `E0504`: a service that the app never reaches.
pub(super) fn unused_member(program: &Program, class: ClassId, span: Span) -> Diagnostic {
    unused(program, class, span).label("placed here")
}

/// `E0504` for a policy.
pub(super) fn unused_policy(program: &Program, policy: &Policy) -> Diagnostic {
    unused(program, policy.service, policy.span).label("has a policy here")
}

/// `E0519`: a service without state is the same before and after a fault.
pub(super) fn nothing_to_rebuild(program: &Program, service: ClassId, span: Span) -> Diagnostic {
    let name = &program.classes[service].name;
    Diagnostic::new(Code::E0519, span, format!("`{name}` has no state that a fault could spoil"))
        .label("there is nothing to rebuild")
        .also(program.classes[service].span, format!("nothing changes `{name}`"))
        .help("remove `on_fault`: the next call of the service finds it as it was")
}

fn unused(program: &Program, class: ClassId, span: Span) -> Diagnostic {
    let service = &program.classes[class].name;
    let message = match program.app {
        Some(app) => format!("`{service}` is not a service of `{}`", program.classes[app].name),
        None => format!("`{service}` is not used: the program has no `app`"),
    };
    Diagnostic::new(Code::E0504, span, message)
        .also(program.classes[class].span, format!("nothing that the app reaches has `{service}` in its brackets"))
        .help(format!("take `{service}` out of the system, or give it to a service: `class Name[x: {service}]`"))
}

/// `E0520`: `call` is the one whose timeout is too late.
pub(super) fn timeout_too_late(program: &Program, policies: Pair<'_>, call: &Edge) -> Diagnostic {
    let Pair { first, late } = policies;
    let (outer, inner) = (&program.classes[first.service].name, &program.classes[late.service].name);
    let caller = &program.fns[call.caller].qualified;
    let [early, later] = [first.timeout, late.timeout].map(|it| it.map_or_else(String::new, |it| it.to_string()));
    let message = format!("in `{caller}`, the timeout of `{inner}` comes too late: after {later}");
    Diagnostic::new(Code::E0520, late.span, message)
        .label(format!("calls of `{inner}` wait for {later}"))
        .also(first.span, format!("whoever calls `{outer}` waits for {early} only"))
        .also(call.span, format!("`{caller}` calls `{inner}` here"))
        .help(format!("give `{inner}` less time than `{outer}`, so that `{caller}` can still do something about it"))
}

/// `E0505`.
pub(super) fn placed_twice(program: &Program, class: ClassId, first: Span, second: Span) -> Diagnostic {
    let service = &program.classes[class].name;
    Diagnostic::new(Code::E0505, second, format!("`{service}` is placed twice"))
        .label("placed here again")
        .also(first, "first placed here")
        .help(format!("`{service}` is one thing at one address: keep one of the two places"))
}

/// `E0511`: a system in a program that starts with `fn main`.
pub(super) fn no_app(program: &Program, system: &System) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(
        Code::E0511,
        system.span,
        format!("the system `{}` has nothing to place: the program has no `app`", system.name),
    );
    if let Some(main) = program.main {
        diagnostic = diagnostic.also(program.fns[main].span, "the program starts here");
    }
    diagnostic.help("make `main` a method of an app: `app Name[…] { fn main(self) { … } }`")
}

/// `E0506` for the app.
pub(super) fn app_not_listed(program: &Program, system: &System, app: ClassId) -> Diagnostic {
    let name = &program.classes[app].name;
    let message = format!("the system `{}` does not say where the app `{name}` runs", system.name);
    let line = system.processes.first().map_or_else(
        || format!("pod main {{ {name} }}"),
        |process| process_line(program, system, &process.name, &[app]),
    );
    Diagnostic::new(Code::E0506, system.span, message)
        .label(format!("`{name}` is missing here"))
        .also(program.classes[app].span, "the app")
        .help(format!("list it, for example `{line}`"))
}

/// `E0506` for a service with state whose users are in several processes.
pub(super) fn must_be_placed(
    program: &Program,
    system: &System,
    class: ClassId,
    users: &[(ClassId, Option<BTreeSet<ProcessId>>)],
    listed: &BTreeMap<ClassId, (ProcessId, Span)>,
) -> Diagnostic {
    let name = &program.classes[class].name;
    let message =
        format!("the system `{}` does not say where `{name}` runs, and several processes use it", system.name);
    let mut diagnostic = Diagnostic::new(Code::E0506, system.span, message).label(format!("`{name}` is missing here"));
    for (user, processes) in users {
        let user_name = &program.classes[*user].name;
        let processes = process_names(system, processes.iter().flatten());
        let text = format!("`{user_name}` in {processes} uses it");
        diagnostic = match listed.get(user) {
            Some((_, span)) => diagnostic.also(*span, text),
            None => diagnostic.note(text),
        };
    }
    if let Some(span) = state_culprit(program, class) {
        diagnostic =
            diagnostic.also(span, format!("`{name}` has state, because of this method, so it cannot be copied"));
    }
    let first = users.iter().find_map(|(_, processes)| processes.as_ref()?.first());
    let beside = first.and_then(|first| system.processes.get(first.0 as usize)).map(|process| &process.name);
    let own = snake_case(name);
    diagnostic.help(match beside {
        Some(process) => format!(
            "give it a process of its own, `pod {own} {{ {name} }}`, or put it beside a user: `{}`",
            process_line(program, system, process, &[class])
        ),
        None => format!("give it a process of its own: `pod {own} {{ {name} }}`"),
    })
}

/// `process api { Shop, OrderService, AuditLog }`: a process as it is, with more members.
fn process_line(program: &Program, system: &System, process: &str, more: &[ClassId]) -> String {
    let members = system.processes.iter().filter(|it| &*it.name == process).flat_map(|it| &it.members);
    let classes: Vec<ClassId> = members.map(|(class, _)| *class).chain(more.iter().copied()).collect();
    let names: Vec<&str> = classes.iter().map(|class| &*program.classes[*class].name).collect();
    format!("process {process} {{ {} }}", names.join(", "))
}

fn process_names<'a>(system: &System, processes: impl Iterator<Item = &'a ProcessId>) -> String {
    let names = processes.filter_map(|id| system.processes.get(id.0 as usize)).map(|it| format!("`{}`", it.name));
    format!("process {}", names.collect::<Vec<_>>().join(", "))
}

/// `AuditLog` → `audit_log`.
fn snake_case(name: &str) -> String {
    let mut text = String::new();
    for (at, letter) in name.char_indices() {
        if letter.is_uppercase() && at > 0 {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    text
}
