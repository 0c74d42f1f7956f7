//! MIR as text, stable, for `--emit mir` and snapshots. In: a program. Out: its text.

mod end;
mod inst;
mod ty;

use super::{
    Block, Concurrent, Entry, Func, Function, HasStatus, Holds, Local, Locked, MainResult, Operand, Passing, Peer,
    Program, Repeatable, Service, Site, StackCheck, TypeId,
};
use crate::hir::{ChannelKind, Scheduler};
use std::fmt::Write as _;
pub use ty::type_name;

/// The whole program.
#[must_use]
pub fn print(program: &Program) -> String {
    let mut out = String::new();
    head(program, &mut out);
    for function in program.functions.ids() {
        out.push('\n');
        out.push_str(&print_function(program, function));
    }
    out
}

/// One function.
#[must_use]
pub fn print_function(program: &Program, id: Func) -> String {
    let function = &program.functions[id];
    let printer = Printer { program, function };
    let params: Vec<String> = function.params.iter().map(|(local, passing)| printer.param(*local, *passing)).collect();
    let mut out = format!("fn {}({}) {}", function.name, params.join(", "), type_name(program, function.result));
    match function.entry {
        Entry::Direct if function.status == HasStatus::Yes => out.push_str(" may end early"),
        Entry::Direct => {}
        Entry::Value => out.push_str(" called by value"),
        Entry::Task => out.push_str(" called by a new task"),
    }
    if function.stack_check == StackCheck::Yes {
        out.push_str(", checks the stack");
    }
    out.push_str(" {\n");
    for (block, data) in function.blocks.iter_enumerated() {
        let _ = writeln!(out, "  bb{}:", block.0);
        for inst in &data.insts {
            let _ = writeln!(out, "    {}", printer.inst(inst));
        }
        let _ = writeln!(out, "    {}", printer.end(&data.end));
    }
    out.push_str("}\n");
    out
}

fn head(program: &Program, out: &mut String) {
    let tasks = if program.concurrent == Concurrent::Yes { " with tasks" } else { "" };
    let _ = writeln!(out, "process {}{tasks}", program.process);
    for (peer, info) in program.peers.iter_enumerated().filter(|(peer, _)| *peer != program.me) {
        let _ = writeln!(out, "peer {} {} over {:?}", peer.0, info.name, info.transport);
    }
    for info in program.channels.iter() {
        let kind = match info.kind {
            ChannelKind::Channel => "channel",
            ChannelKind::Topic => "topic",
            ChannelKind::LossyTopic => "lossy topic",
        };
        let capacity = if info.capacity < 0 { "unbounded".to_owned() } else { info.capacity.to_string() };
        let subscribers = match info.subscribers {
            0 => String::new(),
            count => format!(" for {count}"),
        };
        let element = type_name(program, info.element);
        let _ = writeln!(out, "{kind} {}: {element} ({capacity}){subscribers}", info.name);
    }
    for info in program.services.iter() {
        let locked = if info.locked == Locked::Yes { " locked" } else { "" };
        let fields = ty::fields(program, &info.fields);
        let _ =
            write!(out, "service {}{locked} {{ {fields} }} start {}", info.name, program.functions[info.start].name);
        let stop = info.stop.map_or(String::new(), |stop| format!(" stop {}", program.functions[stop].name));
        let _ = writeln!(out, "{stop}");
    }
    if let Some(main) = &program.main {
        let result = if main.result == MainResult::Int { " giving the exit code" } else { "" };
        let _ = writeln!(out, "main {}{result}", program.functions[main.function].name);
    }
    for (number, handler) in program.handlers.iter().enumerate() {
        let errors: Vec<String> = handler.errors.iter().map(|error| type_name(program, *error)).collect();
        let function = &program.functions[handler.function].name;
        let repeatable = if handler.repeatable == Repeatable::Yes { ", repeatable" } else { "" };
        let (name, errors, print) = (&handler.name, errors.join(", "), handler.fingerprint);
        let _ = writeln!(out, "serves {number} {name} {print} by {function} raising [{errors}]{repeatable}");
    }
    for (number, remote) in program.remotes.iter().enumerate() {
        let process = &program.peers[remote.peer].name;
        let _ = writeln!(out, "calls {number} {} {} at {process}", remote.name, remote.fingerprint);
    }
    for test in &program.tests {
        let scheduler = match test.scheduler {
            Scheduler::Normal => "",
            Scheduler::Random => " at random",
        };
        let _ = writeln!(out, "tests {:?}{scheduler} by {}", test.name, program.functions[test.function].name);
    }
    if !program.wire.is_empty() {
        let wire: Vec<String> = program.wire.iter().map(|ty| type_name(program, *ty)).collect();
        let _ = writeln!(out, "wire [{}]", wire.join(", "));
    }
}

/// Prints parts of one function.
struct Printer<'p> {
    program: &'p Program,
    function: &'p Function,
}

impl Printer<'_> {
    fn param(&self, local: Local, passing: Passing) -> String {
        let ty = self.function.locals[local].ty;
        let passing = match (self.program.types[ty].is_counted(), passing) {
            (true, Passing::Owned) => " owned",
            (true, Passing::Borrowed) => " borrowed",
            (false, _) => "",
        };
        format!("{}: {}{passing}", self.local(local), self.local_ty(ty))
    }

    fn ty(&self, ty: TypeId) -> String {
        type_name(self.program, ty)
    }

    fn local(&self, local: Local) -> String {
        match self.function.locals.get(local) {
            Some(decl) if !decl.name.is_empty() => format!("{}.{}", decl.name, local.0),
            Some(_) | None => format!("t{}", local.0),
        }
    }

    /// `x.1: T =`.
    fn set(&self, local: Local) -> String {
        format!("{} =", self.decl(local))
    }

    /// `x.1: T`.
    fn decl(&self, local: Local) -> String {
        let decl = self.function.locals.get(local);
        let ty = decl.map_or("?".to_owned(), |decl| self.local_ty(decl.ty));
        let view = if decl.is_some_and(|decl| decl.holds == Holds::View) { "view " } else { "" };
        format!("{}: {view}{ty}", self.local(local))
    }

    /// What a local of a type holds.
    fn local_ty(&self, ty: TypeId) -> String {
        let boxed = if self.program.layouts.is_inline(ty) { "box " } else { "" };
        format!("{boxed}{}", self.ty(ty))
    }

    /// The same of several.
    fn set_all(&self, locals: &[Local]) -> String {
        match locals {
            [local] => self.set(*local),
            all => format!("({}) =", all.iter().map(|local| self.decl(*local)).collect::<Vec<_>>().join(", ")),
        }
    }

    fn block(block: Block) -> String {
        format!("bb{}", block.0)
    }

    fn func(&self, function: Func) -> String {
        self.program.functions.get(function).map_or(format!("fn{}", function.0), |found| found.name.to_string())
    }

    fn service(&self, service: Service) -> String {
        self.program.services.get(service).map_or(format!("service{}", service.0), |found| found.name.to_string())
    }

    fn peer(&self, peer: Peer) -> String {
        self.program.peers.get(peer).map_or(format!("peer{}", peer.0), |found| found.name.to_string())
    }

    fn site(&self, site: Site) -> String {
        self.program.sites.get(site).map_or(String::new(), |found| format!("@{}", found.line))
    }

    fn operand(&self, operand: &Operand) -> String {
        use super::Const;
        match operand {
            Operand::Copy(local) => self.local(*local),
            Operand::Move(local) => format!("move {}", self.local(*local)),
            Operand::Const(Const::Unit) => "()".to_owned(),
            Operand::Const(Const::Int(value)) => value.to_string(),
            Operand::Const(Const::Float(value)) => format!("{value:?}"),
            Operand::Const(Const::Str(text)) => format!("{text:?}"),
            Operand::Const(Const::Null) => "none".to_owned(),
            Operand::Const(Const::Service(service)) => self.service(*service),
        }
    }

    fn operands<'o>(&self, operands: impl IntoIterator<Item = &'o Operand>) -> String {
        operands.into_iter().map(|operand| self.operand(operand)).collect::<Vec<_>>().join(", ")
    }
}
