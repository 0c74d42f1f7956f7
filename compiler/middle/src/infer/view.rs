//! The three ways of looking at a program's service calls: as placed, in one process, all apart.

use crate::facts::{Placement, Route};
use crate::ids::{ClassId, FnId, ProcessId};

/// A function in a process, in a context.
pub(crate) type Node = (ProcessId, FnId, Context);

/// What the parameters of function types are in the calls at hand; numbered by `contexts::Contexts`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Context(pub(crate) u32);

/// Any of the program's calls.
pub(crate) const ANY: Context = Context(0);

/// How service calls are seen.
#[derive(Clone, Copy, Debug)]
pub(crate) enum View<'a> {
    /// As the placement says.
    Placed(&'a Placement),
    /// Nothing crosses.
    OneProcess,
    /// Every dependency crosses; all in one made-up process, since the answer is the same for each.
    Apart,
}

/// Whether a call crosses a boundary.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Crosses {
    No,
    Yes,
}

/// The only process of the two views without a placement.
const ONLY: ProcessId = ProcessId(0);

impl View<'_> {
    /// Where a call from `process` runs, and whether it crosses. `service` is `None` for calls that never cross.
    pub(crate) fn route(self, process: ProcessId, service: Option<ClassId>) -> (ProcessId, Crosses) {
        let Some(service) = service else { return (process, Crosses::No) };
        match self {
            View::OneProcess => (ONLY, Crosses::No),
            View::Apart => (ONLY, Crosses::Yes),
            View::Placed(placement) => match placement.route(process, service) {
                Route::Local => (process, Crosses::No),
                Route::Remote { to, transport: _, timeout: _ } => (to, Crosses::Yes),
            },
        }
    }

    /// The process in which functions count that run nowhere (tests, functions that nobody calls).
    pub(crate) fn main_process(self) -> ProcessId {
        match self {
            View::OneProcess | View::Apart => ONLY,
            View::Placed(placement) => placement.main_process(),
        }
    }
}
