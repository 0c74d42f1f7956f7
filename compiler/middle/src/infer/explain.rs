//! From an error at a call to where it comes from. In: a solution and a cause. Out: the chain of functions, and its end.

use super::solve::{Cause, Solution, Step};
use super::view::Node;
use crate::hir::Program;
use crate::ids::{ClassId, FnId};
use pluto_syntax::span::Span;

/// Where an error comes from.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// The functions from the callee on.
    pub(crate) chain: Vec<FnId>,
    /// The end of the chain.
    pub(crate) end: End,
}

/// What stands at the end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    /// It is raised there.
    Raised { span: Span },
    /// A call crosses there.
    Crossed { span: Span, caller: Node, callee: Node, service: ClassId },
}

/// Follows a cause to a `raise` or a crossing.
pub(crate) fn origin(solution: &Solution<'_>, cause: Cause) -> Origin {
    follow(solution, cause, Triggers::Ignore)
}

/// Follows a cause to a crossing, through the handlers that only run because something crosses.
pub(crate) fn boundary(solution: &Solution<'_>, cause: Cause) -> Origin {
    follow(solution, cause, Triggers::Follow)
}

/// What to do at a `raise` inside a handler.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Triggers {
    Ignore,
    Follow,
}

fn follow(solution: &Solution<'_>, mut cause: Cause, triggers: Triggers) -> Origin {
    let mut chain = vec![];
    loop {
        let step = match cause {
            Cause::Raised { span, trigger } => match trigger {
                Some(step) if triggers == Triggers::Follow => step,
                Some(_) | None => return Origin { chain, end: End::Raised { span } },
            },
            Cause::Step(step) => step,
        };
        match step {
            Step::Crossed { span, caller, callee, service } => {
                chain.push(callee.1);
                return Origin { chain, end: End::Crossed { span, caller, callee, service } };
            }
            Step::Called { span, callee, error } => {
                chain.push(callee.1);
                match solution.raised(callee).and_then(|causes| causes.get(&error)) {
                    Some(next) => cause = *next,
                    None => return Origin { chain, end: End::Raised { span } },
                }
            }
        }
    }
}

/// `a → b → c`; long chains are cut in the middle.
pub(crate) fn chain_text(program: &Program, first: FnId, chain: &[FnId]) -> String {
    const SHOWN: usize = 6;
    let names: Vec<&str> = [first].iter().chain(chain).map(|id| &*program.fns[*id].qualified).collect();
    if names.len() <= 2 * SHOWN {
        return names.join(" → ");
    }
    let (head, tail) = (&names[..SHOWN], &names[names.len() - SHOWN..]);
    let between = names.len() - 2 * SHOWN;
    format!("{} → … {between} more … → {}", head.join(" → "), tail.join(" → "))
}
