//! Which services only one task ever reaches. In: a program. Out: those whose state need not be shared between threads: they change
//! while the program runs, and still have no lock.

use pluto_middle::mir::{Concurrent, Const, Func, Function, Inst, Locked, Operand, Program, Service, Terminator, Type};
use std::collections::BTreeSet;

/// Services that only one task ever reaches. Of a service without a lock that is all one can say, unless nothing writes its fields
/// but what its `start` and `stop` come to run: then it has no lock because it is only read, and any task may do that.
pub(crate) fn private_services(program: &Program) -> BTreeSet<Service> {
    if program.concurrent == Concurrent::No {
        return program.services.ids().collect();
    }
    let mut writers: BTreeSet<(Service, Func)> = BTreeSet::new();
    for (id, function) in program.functions.iter_enumerated() {
        writers.extend(written(program, function).into_iter().map(|service| (service, id)));
    }
    let private = program.services.iter_enumerated().filter(|(service, info)| {
        let phases = reached(program, std::iter::once(info.start).chain(info.stop));
        let changes = writers.iter().any(|(written, writer)| written == service && !phases.contains(writer));
        info.locked == Locked::No && changes
    });
    private.map(|(service, _)| service).collect()
}

/// The service that an operand is, if it is one.
pub(crate) fn service_of(program: &Program, function: &Function, operand: &Operand) -> Option<Service> {
    match operand {
        Operand::Const(Const::Service(service)) => Some(*service),
        Operand::Const(_) => None,
        Operand::Copy(local) | Operand::Move(local) => {
            let ty = &program.types[function.locals[*local].ty];
            if let Type::Service(service) = ty { Some(*service) } else { None }
        }
    }
}

/// The services whose fields a function may change.
fn written(program: &Program, function: &Function) -> BTreeSet<Service> {
    let insts = function.blocks.iter().flat_map(|block| &block.insts);
    let services = insts.filter_map(|inst| {
        if let Inst::RefServiceField { service, .. } = inst { service_of(program, function, service) } else { None }
    });
    services.collect()
}

/// All functions that these come to run, themselves, through closures or in tasks.
fn reached(program: &Program, from: impl Iterator<Item = Func>) -> BTreeSet<Func> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<Func> = from.collect();
    while let Some(function) = open.pop() {
        if reached.insert(function) {
            for block in program.functions[function].blocks.iter() {
                open.extend(block.insts.iter().filter_map(made));
                open.extend(called(&block.end));
            }
        }
    }
    reached
}

fn made(inst: &Inst) -> Option<Func> {
    if let Inst::MakeClosure { function, .. } = inst { Some(*function) } else { None }
}

fn called(end: &Terminator) -> Option<Func> {
    if let Terminator::Call { function, .. } = end { Some(*function) } else { None }
}
