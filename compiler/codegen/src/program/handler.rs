//! The callee's side of calls from other processes. In: a served method. Out: a function `fn(task, reader, reply)` that decodes the
//! parameters, calls, and encodes what came of it.

use crate::abi::RuntimeFn;
use crate::emitter::Emitter;
use crate::symbol::Symbol;
use crate::value;
use crate::wire::{decode, encode};
use cranelift_codegen::ir::Value;
use cranelift_codegen::ir::condcodes::IntCC;
use pluto_abi::layout::{self, ReplyKind};
use pluto_middle::mir::{Handler, Name, Passing, TypeId};

/// Said to the caller if a method ends with an error that its interface does not list, which `infer` rules out.
const UNKNOWN_ERROR: &str = "the method ended with an error that its interface does not list";

/// A decoded parameter, or one of the words of an inline one.
struct Arg {
    word: Value,
    ty: TypeId,
    passing: Passing,
}

/// Builds it.
pub(crate) fn build(e: &mut Emitter<'_>, number: u32) {
    let handler = &e.program.handlers[number as usize];
    let (reader, reply) = (e.params[1], e.params[2]);
    // What is decoded is made by the method, so to speak.
    e.begin_step(e.program.functions[handler.function].site);
    let args = decode_args(e, handler, reader);
    let (whole, broken) = (e.block(), e.cold_block());
    let complete = e.ask(RuntimeFn::read_end, &[reader]);
    e.branch(complete, whole, broken);

    e.begin(broken);
    args.iter().for_each(|arg| e.drop_word(arg.ty, arg.word));
    e.run(RuntimeFn::reply_malformed, &[reply]);
    e.leave(&[]);

    e.begin(whole);
    let (results, status) = call(e, handler, &args);
    for arg in args.iter().filter(|arg| arg.passing == Passing::Borrowed) {
        e.drop_word(arg.ty, arg.word);
    }
    if let Some(status) = status {
        let (fine, failed) = (e.block(), e.cold_block());
        e.branch(status, failed, fine);
        e.begin(failed);
        reply_failure(e, handler, reply, status);
        e.begin(fine);
    }
    reply_value(e, handler, reply, &results);
}

fn decode_args(e: &mut Emitter<'_>, handler: &Handler, reader: Value) -> Vec<Arg> {
    let function = &e.program.functions[handler.function];
    let words: Vec<Value> = handler.params.iter().flat_map(|ty| decode::words(e, *ty, reader)).collect();
    let params = function.params.iter().skip(1);
    let args = words.into_iter().zip(params);
    args.map(|(word, (local, passing))| Arg { word, ty: function.locals[*local].ty, passing: *passing }).collect()
}

fn call(e: &mut Emitter<'_>, handler: &Handler, args: &[Arg]) -> (Vec<Value>, Option<Value>) {
    let mut values = vec![e.address(Symbol::Service(handler.service))];
    for arg in args {
        let ty = value::clif_type(e.ty(arg.ty));
        values.push(e.as_value(ty, arg.word));
    }
    e.call(handler.function, &values)
}

fn reply_value(e: &mut Emitter<'_>, handler: &Handler, reply: Value, results: &[Value]) {
    let kind = e.word(ReplyKind::Value as i64);
    e.run(RuntimeFn::write_byte, &[reply, kind]);
    let function = &e.program.functions[handler.function];
    let slot = e.slot(results.len());
    let at = e.slot_address(slot);
    e.store_words(at, 0, results);
    encode::place(e, function.result, reply, (at, 0));
    for (ty, result) in e.program.results(function).into_iter().zip(results) {
        let word = e.as_word(*result);
        e.drop_word(ty, word);
    }
    e.leave(&[]);
}

/// A fault, or one of the errors of the interface.
fn reply_failure(e: &mut Emitter<'_>, handler: &Handler, reply: Value, status: Value) {
    let (fault, error) = (e.cold_block(), e.cold_block());
    let one = e.word(1);
    e.branch_if((IntCC::Equal, status, one), fault, error);
    e.begin(fault);
    e.run(RuntimeFn::reply_fault, &[e.task, reply]);
    e.leave(&[]);
    e.begin(error);
    let (wanted, reported) = (e.cold_block(), e.cold_block());
    let unwanted = e.ask(RuntimeFn::reply_error, &[e.task, reply, status]);
    e.branch(unwanted, reported, wanted);
    e.begin(reported);
    e.leave(&[]);
    e.begin(wanted);
    let found = e.load(status, layout::DESC);
    for (number, ty) in handler.errors.iter().enumerate() {
        let (this, next) = (e.cold_block(), e.cold_block());
        let desc = e.desc(*ty);
        e.branch_if((IntCC::Equal, found, desc), this, next);
        e.begin(this);
        let (kind, number) = (e.word(ReplyKind::Error as i64), e.number(number));
        e.run(RuntimeFn::write_byte, &[reply, kind]);
        e.run(RuntimeFn::write_varint, &[reply, number]);
        encode::value(e, *ty, reply, status);
        e.drop_word(*ty, status);
        e.leave(&[]);
        e.begin(next);
    }
    let text = e.address(Symbol::Str(Name::from(UNKNOWN_ERROR)));
    e.run(RuntimeFn::fault_text, &[e.task, text]);
    e.run(RuntimeFn::reply_fault, &[e.task, reply]);
    e.leave(&[]);
}
