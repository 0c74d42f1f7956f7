//! Ways from generated code to the runtime that leave all registers as they are, for places that are passed all the time and seldom
//! do anything: a call in a cold block would otherwise decide where the values of the whole loop around it live. In: which.
//! Out: a function of the convention `PreserveAll`.

use crate::abi::RuntimeFn;
use crate::emitter::Emitter;
use crate::symbol::Quiet;
use cranelift_codegen::ir::InstBuilder;

/// Builds it.
pub(crate) fn build(e: &mut Emitter<'_>, quiet: Quiet) {
    match quiet {
        Quiet::Safepoint => e.run(RuntimeFn::safepoint, &[e.task]),
        Quiet::StackCheck => {
            let (at, out) = (e.params[1], e.params[2]);
            let used_up = e.ask(RuntimeFn::stack_check, &[e.task, at]);
            e.store(out, 0, used_up);
        }
    }
    e.b.ins().return_(&[]);
}
