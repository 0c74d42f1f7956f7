//! Ways from generated code to the runtime that leave all registers as they are, for places that are passed all the time and seldom
//! do anything: a call in a cold block would otherwise decide where the values of the whole loop around it live. In: which.
//! Out: a function of the convention `PreserveAll`.

use crate::abi::RuntimeFn;
use crate::emitter::Emitter;
use crate::symbol::Quiet;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};
use pluto_abi::layout::Waited;

/// Builds it.
pub(crate) fn build(e: &mut Emitter<'_>, quiet: Quiet) {
    match quiet {
        Quiet::Safepoint => e.run(RuntimeFn::safepoint, &[e.task]),
        Quiet::StackCheck => {
            let (at, out) = (e.params[1], e.params[2]);
            let used_up = e.ask(RuntimeFn::stack_check, &[e.task, at]);
            e.store(out, 0, used_up);
        }
        Quiet::LockTake => take_lock(e),
        Quiet::LockGiveBack => {
            let args: Vec<Value> = e.params[..3].to_vec();
            e.run(RuntimeFn::lock_give_back, &args);
        }
    }
    e.b.ins().return_(&[]);
}

fn take_lock(e: &mut Emitter<'_>) {
    let (args, out) = (e.params[..4].to_vec(), e.params[4]);
    let (again, other, suspend, ended) = (e.block(), e.block(), e.block(), e.block());
    e.jump(again);
    e.begin(again);
    let answer = e.ask(RuntimeFn::lock_take, &args);
    let waits = e.b.ins().icmp_imm_u(IntCC::Equal, answer, Waited::Suspend as i64);
    e.branch(waits, suspend, other);
    e.begin(suspend);
    e.run(RuntimeFn::suspend, &[e.task]);
    e.jump(again);
    e.begin(other);
    let done = e.word(Waited::Done as i64);
    let early = e.compare(IntCC::NotEqual, answer, done);
    e.store(out, 0, early);
    e.jump(ended);
    e.begin(ended);
}
