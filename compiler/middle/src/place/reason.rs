//! Why a service runs in a process: the line that lists it, or the rule that put it there.

use super::users;
use crate::facts::{Facts, Placement};
use crate::hir::Program;
use crate::ids::{ClassId, ProcessId};
use pluto_syntax::span::Span;

/// Why a service is where it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason {
    /// The placement line that decided, if there is one: that of the service, or of a user that it follows.
    pub span: Option<Span>,
    /// A clause: "`AuditLog` is listed in process `audit`".
    pub text: String,
}

/// Why `class` runs in `process`.
#[must_use]
pub fn reason(program: &Program, facts: &Facts, placement: &Placement, process: ProcessId, class: ClassId) -> Reason {
    let here = &placement.processes[process];
    let name = &program.classes[class].name;
    if placement.system.is_none() {
        return Reason { span: None, text: format!("`{name}` runs in the only process") };
    }
    if let Some(span) = here.listed.get(&class) {
        return Reason { span: Some(*span), text: format!("`{name}` is listed in process `{}`", here.name) };
    }
    let user = users(program, facts, class).into_iter().find(|user| here.services.contains(user));
    let Some(user) = user else {
        return Reason { span: None, text: format!("`{name}` runs in process `{}`", here.name) };
    };
    let user_name = &program.classes[user].name;
    let text = if facts.stateless.contains(&class) {
        format!("`{name}` has no state and is copied to its user `{user_name}` in process `{}`", here.name)
    } else {
        format!("`{name}` goes to its only user `{user_name}` in process `{}`", here.name)
    };
    Reason { span: listed_ancestor(program, facts, placement, process, user), text }
}

/// The line of the nearest listed service, from user to user.
fn listed_ancestor(
    program: &Program,
    facts: &Facts,
    placement: &Placement,
    process: ProcessId,
    from: ClassId,
) -> Option<Span> {
    let here = &placement.processes[process];
    let mut at = from;
    // Every step goes later in the start order, so the walk ends; the bound only matters for circles, which were reported.
    for _ in 0..=facts.services.len() {
        if let Some(span) = here.listed.get(&at) {
            return Some(*span);
        }
        at = users(program, facts, at).into_iter().find(|user| here.services.contains(user))?;
    }
    None
}
