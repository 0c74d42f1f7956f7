//! Doors from the runtime into functions without parameters of their own: `main`, `start`, `stop`, tests, new tasks. In: what to call. Out: a
//! function in the system's convention that gives the status word.

use crate::emitter::Emitter;
use crate::symbol::{Class, Symbol};
use cranelift_codegen::ir::{InstBuilder, Value};
use pluto_middle::mir::{Func, MainResult, Service};

/// `fn(task, exit_code: *mut i64) -> status`.
pub(crate) fn main(e: &mut Emitter<'_>) {
    let exit_code = e.params[1];
    let main = e.program.main.expect("only made for programs with a main");
    let args: Vec<Value> = main.app.map(|app| e.address(Symbol::Service(app))).into_iter().collect();
    let (results, status) = e.call(main.function, &args);
    let code = match main.result {
        MainResult::Int => results[0],
        MainResult::Unit => e.word(0),
    };
    e.store(exit_code, 0, code);
    return_status(e, status);
}

/// `fn(task) -> status`.
pub(crate) fn start(e: &mut Emitter<'_>, service: Service) {
    of_service(e, e.program.services[service].start, service);
}

/// `fn(task) -> status`.
pub(crate) fn stop(e: &mut Emitter<'_>, service: Service) {
    let stop = e.program.services[service].stop.expect("only made for services with a stop");
    of_service(e, stop, service);
}

/// `fn(task) -> status`.
pub(crate) fn test(e: &mut Emitter<'_>, number: u32) {
    let function = e.program.tests[number as usize].function;
    let (_, status) = e.call(function, &[]);
    return_status(e, status);
}

/// `fn(task, closure, out) -> status`: the beginning of a task. The closure's code owns the closure.
pub(crate) fn run(e: &mut Emitter<'_>, class: Class) {
    let (closure, out) = (e.params[1], e.params[2]);
    let (results, status) = e.call_closure(closure, &[], &[class.clif_type()]);
    let result = results[0];
    let (well, done) = (e.block(), e.block());
    e.branch(status, done, well);
    e.begin(well);
    let word = e.as_word(result);
    e.store(out, 0, word);
    e.jump(done);
    e.begin(done);
    e.b.ins().return_(&[status]);
}

fn of_service(e: &mut Emitter<'_>, function: Func, service: Service) {
    let instance = e.address(Symbol::Service(service));
    let (_, status) = e.call(function, &[instance]);
    return_status(e, status);
}

fn return_status(e: &mut Emitter<'_>, status: Option<Value>) {
    let status = status.unwrap_or_else(|| e.word(0));
    e.b.ins().return_(&[status]);
}
