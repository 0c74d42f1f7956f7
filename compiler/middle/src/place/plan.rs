//! What `plutoc plan` shows: processes, every edge, the errors that it adds and why. In: all results up to `infer`.
//! Out: a [`Plan`], as text or (serde) JSON, the same for the same program.

use super::reason::{Reason, reason};
use crate::facts::{Edge, Effects, Facts, HasMain, Placement, Transport};
use crate::hir::{BuiltinError, ChannelKind, DepTarget, Millis, Program};
use crate::ids::{ChannelId, ClassId, FnId, ProcessId};
use crate::interface;
use crate::types::Types;
use pluto_syntax::span::Span;
use serde::Serialize;
use std::fmt::Write;

/// A placement, ready to be shown.
#[derive(Clone, PartialEq, Eq, Serialize, Debug)]
pub struct Plan {
    /// The system's name, or `local`.
    pub system: String,
    /// The processes, in the order of the declaration.
    pub processes: Vec<PlanProcess>,
    /// Every edge from a calling method to a called one.
    pub edges: Vec<PlanEdge>,
    /// The named channels and topics that the program's services use.
    pub channels: Vec<PlanChannel>,
}

/// A named channel or topic.
#[derive(Clone, PartialEq, Eq, Serialize, Debug)]
pub struct PlanChannel {
    /// Its name.
    pub name: String,
    /// `chan` or `topic`.
    pub kind: &'static str,
    /// The type of its messages.
    pub message: String,
    /// How many messages fit; `null`: any number.
    pub capacity: Option<i64>,
    /// How it is built: so far always `memory`, a queue in one process.
    pub implementation: &'static str,
    /// The process, and each service with its end: `OrderService: Sender`.
    pub process: String,
    /// The services with their ends.
    pub ends: Vec<String>,
}

/// A process.
#[derive(Clone, PartialEq, Eq, Serialize, Debug)]
pub struct PlanProcess {
    /// Its name.
    pub name: String,
    /// Its pod.
    pub pod: String,
    /// Its region; empty if none.
    pub region: String,
    /// Does it run `main`?
    pub main: bool,
    /// In start order.
    pub services: Vec<PlanService>,
    /// The methods that it accepts from other processes.
    pub serves: Vec<String>,
    /// Of each of them, the fingerprint of its form: processes of two builds understand each other where these are the same.
    pub fingerprints: Vec<String>,
    /// Those of them without effects: they may run twice where once was meant.
    pub repeatable: Vec<String>,
}

/// A service in a process.
#[derive(Clone, PartialEq, Eq, Serialize, Debug)]
pub struct PlanService {
    /// Its name.
    pub name: String,
    /// Has it state?
    pub state: bool,
    /// Why it is here.
    pub why: String,
    /// The line that decided: `file:line`.
    pub line: Option<String>,
    /// What the system's policy for it sets; `null`: it has none.
    pub policy: Option<PlanPolicy>,
}

/// The settings of a policy.
#[derive(Clone, PartialEq, Eq, Serialize, Debug)]
pub struct PlanPolicy {
    /// The milliseconds that a call waits at most when it crosses; `null`: 5 s.
    pub timeout_ms: Option<Millis>,
    /// `keep`: after a fault the service goes on as it is; `restart`: it is rebuilt.
    pub on_fault: &'static str,
}

/// A service call as placed.
#[derive(Clone, PartialEq, Eq, Serialize, Debug)]
pub struct PlanEdge {
    /// The caller's process.
    pub from: String,
    /// The callee's process.
    pub to: String,
    /// `OrderService.process`.
    pub caller: String,
    /// `AccountsService.get_user`.
    pub callee: String,
    /// `file:line` of the call.
    pub call: String,
    /// `direct`, `shared memory` or `tcp`.
    pub transport: &'static str,
    /// The milliseconds that the call waits at most by its policy; `null`: it has none, and waits for 5 s.
    pub timeout_ms: Option<Millis>,
    /// Is it a message without reply, whose errors nobody but the log hears of?
    pub detached: bool,
    /// The errors that the callee itself can raise.
    pub errors: Vec<String>,
    /// The errors that the boundary adds.
    pub adds: Vec<String>,
    /// The placement lines that make it so: `file:line` with a clause.
    pub why: Vec<String>,
    /// Where it crosses in a loop, a message to and fro each time round: `file:line`.
    pub in_loops: Vec<String>,
}

/// Puts the plan together.
#[must_use]
pub fn plan(program: &Program, types: &Types, facts: &Facts, placement: &Placement, effects: &Effects) -> Plan {
    let planner = Planner { program, types, facts, placement, effects };
    Plan {
        system: placement.name.to_string(),
        processes: placement.processes.ids().map(|id| planner.process(id)).collect(),
        edges: placement.edges.iter().map(|edge| planner.edge(edge)).collect(),
        channels: program.channels.ids().filter_map(|channel| planner.channel(types, channel)).collect(),
    }
}

struct Planner<'a> {
    program: &'a Program,
    types: &'a Types,
    facts: &'a Facts,
    placement: &'a Placement,
    effects: &'a Effects,
}

impl Planner<'_> {
    fn process(&self, id: ProcessId) -> PlanProcess {
        let process = &self.placement.processes[id];
        let served = || self.effects.served.get(&id).into_iter().flatten();
        let name = |method: &FnId| self.program.fns[*method].qualified.to_string();
        PlanProcess {
            name: process.name.to_string(),
            pod: process.pod.to_string(),
            region: process.region.to_string(),
            main: process.has_main == HasMain::Yes,
            services: process.services.iter().map(|class| self.service(id, *class)).collect(),
            serves: served().map(name).collect(),
            fingerprints: served().map(|method| self.fingerprint(id, *method)).collect(),
            repeatable: served().filter(|method| self.facts.repeatable.contains(method)).map(name).collect(),
        }
    }

    fn fingerprint(&self, process: ProcessId, method: FnId) -> String {
        interface::fingerprint(self.program, self.types, self.effects, process, method).to_string()
    }

    fn service(&self, process: ProcessId, class: ClassId) -> PlanService {
        let reason = reason(self.program, self.facts, self.placement, process, class);
        PlanService {
            name: self.program.classes[class].name.to_string(),
            state: !self.facts.stateless.contains(&class),
            why: reason.text,
            line: reason.span.map(|span| self.line(span)),
            policy: self.policy(class),
        }
    }

    fn policy(&self, class: ClassId) -> Option<PlanPolicy> {
        let timeout_ms = self.placement.timeouts.get(&class).copied();
        let restart = self.placement.restarts.contains(&class);
        let on_fault = if restart { "restart" } else { "keep" };
        (timeout_ms.is_some() || restart).then_some(PlanPolicy { timeout_ms, on_fault })
    }

    fn edge(&self, edge: &Edge) -> PlanEdge {
        let crosses = edge.transport != Transport::Direct;
        let errors = self.effects.errors.get(&(edge.to, edge.callee)).into_iter().flatten();
        let detached = crosses && self.facts.detached.contains_key(&edge.caller);
        let boundary: &[BuiltinError] = if crosses && !detached { &BuiltinError::BOUNDARY } else { &[] };
        PlanEdge {
            from: self.placement.processes[edge.from].name.to_string(),
            to: self.placement.processes[edge.to].name.to_string(),
            caller: self.program.fns[edge.caller].qualified.to_string(),
            callee: self.program.fns[edge.callee].qualified.to_string(),
            call: self.line(edge.span),
            transport: edge.transport.name(),
            timeout_ms: edge.timeout.filter(|_| !detached),
            detached,
            errors: errors.map(|error| self.program.errors[*error].name.to_string()).collect(),
            adds: boundary.iter().map(|error| error.name().to_string()).collect(),
            why: self.why(edge),
            in_loops: if crosses { self.in_loops(edge) } else { vec![] },
        }
    }

    fn in_loops(&self, edge: &Edge) -> Vec<String> {
        let calls = self.facts.calls_of.get(&edge.caller).into_iter().flatten().map(|at| &self.facts.calls[*at]);
        let looped = calls.filter(|call| call.callee == edge.callee && self.facts.in_loops.contains(&call.expr));
        let mut lines: Vec<String> = looped.map(|call| self.line(call.span)).collect();
        lines.dedup();
        lines
    }

    /// A channel that a service of the app uses; `infer` made sure that its ends are in one process.
    fn channel(&self, types: &Types, id: ChannelId) -> Option<PlanChannel> {
        let mut ends = vec![];
        let mut home = None;
        for (process, it) in self.placement.processes.iter_enumerated() {
            for class in &it.services {
                for dep in &self.program.classes[*class].deps {
                    if let DepTarget::End { channel, side, .. } = dep.target
                        && channel == id
                    {
                        home = home.or(Some(process));
                        ends.push(format!("{}: {}", self.program.classes[*class].name, side.name()));
                    }
                }
            }
        }
        let channel = &self.program.channels[id];
        Some(PlanChannel {
            name: channel.name.to_string(),
            kind: match channel.kind {
                ChannelKind::Channel => "chan",
                ChannelKind::Topic | ChannelKind::LossyTopic => "topic",
            },
            message: crate::check::print::show(&types.table, self.program, channel.element),
            capacity: (channel.capacity >= 0).then_some(channel.capacity),
            implementation: "memory",
            process: self.placement.processes[home?].name.to_string(),
            ends,
        })
    }

    fn why(&self, edge: &Edge) -> Vec<String> {
        let caller = self.program.class_of(edge.caller);
        let mut reasons: Vec<Reason> = vec![];
        reasons.extend(caller.map(|class| reason(self.program, self.facts, self.placement, edge.from, class)));
        reasons.push(reason(self.program, self.facts, self.placement, edge.to, edge.service));
        let show = |reason: Reason| match reason.span {
            Some(span) => format!("{}: {}", self.line(span), reason.text),
            None => reason.text,
        };
        reasons.into_iter().map(show).collect()
    }

    fn line(&self, span: Span) -> String {
        let sources = &self.program.sources;
        format!("{}:{}", sources.file(span.file).path, sources.line_col(span).0)
    }
}

impl Plan {
    /// For people.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("system {}\n", self.system);
        for process in &self.processes {
            process.write(&mut text);
        }
        for edge in &self.edges {
            edge.write(&mut text);
        }
        for channel in &self.channels {
            channel.write(&mut text);
        }
        text
    }
}

impl PlanProcess {
    fn write(&self, text: &mut String) {
        let region = if self.region.is_empty() { String::new() } else { format!(" in region {}", self.region) };
        let main = if self.main { ", runs main" } else { "" };
        let _ = writeln!(text, "\nprocess {} (pod {}{region}{main})", self.name, self.pod);
        for service in &self.services {
            let line = service.line.as_ref().map_or(String::new(), |line| format!(" ({line})"));
            let _ = writeln!(text, "    {}: {}{line}", service.name, service.why);
            if let Some(policy) = &service.policy {
                let timeout = policy.timeout_ms.map(|timeout| format!("timeout {timeout}"));
                let restart = (policy.on_fault == "restart").then(|| "rebuilt after a fault".to_string());
                let settings: Vec<String> = timeout.into_iter().chain(restart).collect();
                let _ = writeln!(text, "        policy: {}", settings.join(", "));
            }
        }
        if !self.serves.is_empty() {
            let shown = |method: &String| match self.repeatable.contains(method) {
                true => format!("{method} (repeatable)"),
                false => method.clone(),
            };
            let _ = writeln!(text, "    serves {}", self.serves.iter().map(shown).collect::<Vec<_>>().join(", "));
        }
    }
}

impl PlanChannel {
    fn write(&self, text: &mut String) {
        let capacity = self.capacity.map_or("unbounded".to_string(), |capacity| format!("capacity {capacity}"));
        let _ = writeln!(text, "\n{} {}: {} ({capacity})", self.kind, self.name, self.message);
        let _ = writeln!(text, "    in memory of process {}: {}", self.process, self.ends.join(", "));
    }
}

impl PlanEdge {
    fn write(&self, text: &mut String) {
        let _ = writeln!(text, "\n{} → {} ({})", self.caller, self.callee, self.call);
        if self.transport == "direct" {
            let _ = writeln!(text, "    direct in process {}", self.from);
        } else {
            let timeout = self.timeout_ms.map_or(String::new(), |timeout| format!(", timeout {timeout}"));
            let detached = if self.detached { ", a message without reply" } else { "" };
            let _ = writeln!(text, "    {} from {} to {}{timeout}{detached}", self.transport, self.from, self.to);
        }
        if !self.in_loops.is_empty() {
            let lines = self.in_loops.join(", ");
            let _ = writeln!(text, "    in a loop ({lines}): a message to and fro each time round");
        }
        if !self.errors.is_empty() {
            let whose = if self.detached { "logs there" } else { "raises" };
            let _ = writeln!(text, "    {whose} {}", self.errors.join(", "));
        }
        if !self.adds.is_empty() {
            let _ = writeln!(text, "    adds {}, because", self.adds.join(", "));
            for why in &self.why {
                let _ = writeln!(text, "        {why}");
            }
        }
    }
}
