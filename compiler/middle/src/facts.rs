//! What `analyze`, `place` and `infer` find out about the whole program. Immutable values, keyed by ids.

use crate::hir::Millis;
use crate::ids::{ClassId, ErrorId, ExprId, FnId, Id, IndexVec, LocalId, ProcessId, SystemId, TyId};
use pluto_syntax::ast::Name;
use pluto_syntax::span::Span;
use std::collections::{BTreeMap, BTreeSet};

/// The result of `analyze`: independent of placement.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Every call of a program function, in order of caller and place.
    pub calls: Vec<Call>,
    /// Functions on a cycle of the call graph: they check the stack.
    pub recursive: BTreeSet<FnId>,
    /// Service classes without state of their own: no `mut self` methods besides `start` and `stop`, no fields set at run time.
    pub stateless: BTreeSet<ClassId>,
    /// Services that the app reaches, dependencies first (start order), the app last. Empty without an app.
    pub services: Vec<ClassId>,
    /// What each function calls directly, for quick reading of `calls`: positions in it.
    pub calls_of: BTreeMap<FnId, Vec<usize>>,
    /// What can be called where a value is called: by the expression (`CallValue`, or a call of a method with a closure), the
    /// closures and functions whose values can come there.
    pub called: BTreeMap<ExprId, BTreeSet<FnId>>,
    /// Where a call of a value calls a parameter of the function: by the expression, the parameter.
    pub through: BTreeMap<ExprId, LocalId>,
    /// What comes to the parameters of function types: by the call, for each such parameter of the callee.
    pub passed: BTreeMap<ExprId, Vec<Passed>>,
    /// What can be waited for: by the call of `get` or `outcome`, the bodies of the tasks that can come there.
    pub awaited: BTreeMap<ExprId, BTreeSet<FnId>>,
    /// Functions that can come to wait for a channel, a task or the clock, themselves or in what they call.
    pub waits: BTreeSet<FnId>,
    /// Calls of methods that stand in loops.
    pub in_loops: BTreeSet<ExprId>,
    /// Tasks that only call a method of a dependency, and are detached where they are spawned: the method.
    pub detached: BTreeMap<FnId, FnId>,
    /// Functions that may run twice where once was meant, and nobody can tell.
    pub repeatable: BTreeSet<FnId>,
    /// Services that more than one task can reach in one process, requests of other processes aside.
    pub shared: BTreeSet<ClassId>,
}

/// A call of a program function (method, constant, default and service calls included).
#[derive(Clone, Debug)]
pub struct Call {
    /// Where it stands.
    pub caller: FnId,
    /// What it calls.
    pub callee: FnId,
    /// The service whose method is called through a dependency, else `None`: only these can cross.
    pub service: Option<ClassId>,
    /// How.
    pub how: CallHow,
    /// The call expression.
    pub expr: ExprId,
    /// Its place.
    pub span: Span,
}

/// What a call passes to a parameter of a function type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Passed {
    /// The parameter.
    pub param: LocalId,
    /// The functions that can come there from this call.
    pub functions: BTreeSet<FnId>,
    /// The caller's own parameter that is passed on, if it is one.
    pub from: Option<LocalId>,
}

/// How a function comes to be called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CallHow {
    /// By its name.
    Direct,
    /// Through a function value.
    Value,
    /// Not at all here: a closure or a function value is made.
    Made,
    /// In a task of its own.
    Spawned,
}

/// The result of `place`: where everything runs.
#[derive(Clone, Debug)]
pub struct Placement {
    /// The system; `None` for one process.
    pub system: Option<SystemId>,
    /// The system's name, or `local`.
    pub name: Name,
    /// The processes, in the order of the declaration. At least one.
    pub processes: IndexVec<ProcessId, Process>,
    /// Where each service's only instance lives; stateless services that are copied have no entry.
    pub homes: BTreeMap<ClassId, ProcessId>,
    /// How long a call of a service waits at most when it crosses, for those services whose policy says so.
    pub timeouts: BTreeMap<ClassId, Millis>,
    /// The services that a fault inside has rebuilt, by their policies.
    pub restarts: BTreeSet<ClassId>,
    /// Every edge between a caller method and a callee method of a service, per process of the caller, in order.
    pub edges: Vec<Edge>,
}

/// A process.
#[derive(Clone, Debug)]
pub struct Process {
    /// Its name; `main` when there is no system.
    pub name: Name,
    /// Its pod.
    pub pod: Name,
    /// Its region; empty if none.
    pub region: Name,
    /// The service classes with an instance here (app included), in start order.
    pub services: Vec<ClassId>,
    /// The line that placed each listed one.
    pub listed: BTreeMap<ClassId, Span>,
    /// Does it hold the app (or `fn main`)?
    pub has_main: HasMain,
}

/// Whether a process runs `main`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum HasMain {
    No,
    Yes,
}

/// How a call gets to its callee.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Transport {
    /// Same process: a plain call.
    Direct,
    /// Same pod: memory that both processes have.
    Shared,
    /// Another pod.
    Tcp,
}

impl Transport {
    /// For people, in plans.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Transport::Direct => "direct",
            Transport::Shared => "shared memory",
            Transport::Tcp => "tcp",
        }
    }

    /// The way that a call goes, in a sentence.
    #[must_use]
    pub fn way(self) -> &'static str {
        match self {
            Transport::Direct => "straight",
            Transport::Shared => "through shared memory",
            Transport::Tcp => "over TCP",
        }
    }
}

/// A service call as placed.
#[derive(Clone, Debug)]
pub struct Edge {
    /// The process of the caller.
    pub from: ProcessId,
    /// The calling method.
    pub caller: FnId,
    /// The process of the callee.
    pub to: ProcessId,
    /// The called service.
    pub service: ClassId,
    /// The called method.
    pub callee: FnId,
    /// How.
    pub transport: Transport,
    /// How long the call waits at most, if it crosses and a policy says so.
    pub timeout: Option<Millis>,
    /// The call's place (the first, if the caller calls it several times).
    pub span: Span,
}

impl Placement {
    /// Where a call from `process` to a method of `service` goes.
    #[must_use]
    pub fn route(&self, process: ProcessId, service: ClassId) -> Route {
        if self.processes[process].services.contains(&service) {
            return Route::Local;
        }
        match self.homes.get(&service) {
            Some(home) => Route::Remote {
                to: *home,
                transport: self.transport(process, *home),
                timeout: self.timeouts.get(&service).copied(),
            },
            None => Route::Local,
        }
    }

    /// The transport between two processes.
    #[must_use]
    pub fn transport(&self, from: ProcessId, to: ProcessId) -> Transport {
        let (a, b) = (&self.processes[from], &self.processes[to]);
        if from == to {
            Transport::Direct
        } else if (&a.pod, &a.region) == (&b.pod, &b.region) {
            Transport::Shared
        } else {
            Transport::Tcp
        }
    }

    /// The process with `main`.
    #[must_use]
    pub fn main_process(&self) -> ProcessId {
        let found = self.processes.iter().position(|process| process.has_main == HasMain::Yes);
        ProcessId::from_index(found.unwrap_or(0))
    }
}

/// Where a service call goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Route {
    /// A plain call.
    Local,
    /// To another process.
    Remote {
        /// Which.
        to: ProcessId,
        /// How.
        transport: Transport,
        /// How long the call waits at most, if a policy says so.
        timeout: Option<Millis>,
    },
}

/// The result of `infer` for one placement: what can go wrong in each function, per process (a copied stateless service can
/// fail in one process and not in another).
#[derive(Clone, Debug, Default)]
pub struct Effects {
    /// The errors that a call of the function *in that process* can raise. Functions that do not run there have no entry.
    pub errors: BTreeMap<(ProcessId, FnId), BTreeSet<ErrorId>>,
    /// Methods that other processes call, per process: the only ones it accepts, in id order.
    pub served: BTreeMap<ProcessId, BTreeSet<FnId>>,
    /// The types that cross, each with what makes it cross.
    pub crossing: BTreeMap<TyId, Span>,
}
