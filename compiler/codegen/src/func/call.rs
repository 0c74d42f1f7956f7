//! Calls of functions of the program. In: `Terminator::Call`. Out: the call, one compare of the status word, the two ways on.

use super::FnCx;
use cranelift_codegen::ir::Value;
use pluto_middle::mir::{Block, Func, Local, OnFail, Operand};

impl FnCx<'_, '_> {
    /// Calls a function and goes on.
    pub(super) fn call(
        &mut self,
        dests: &[Local],
        function: Func,
        args: &[Operand],
        then: Block,
        on_fail: Option<OnFail>,
    ) {
        let args: Vec<Value> = args.iter().map(|arg| self.value(arg)).collect();
        let (results, status) = self.e.call(function, &args);
        if let (Some(status), Some(on_fail)) = (status, on_fail) {
            // Not the results: `dests` may hold something that is still needed on the way out.
            let (failed, fine) = (self.e.cold_block(), self.e.block());
            self.e.branch(status, failed, fine);
            self.e.begin(failed);
            self.fail_with(status, on_fail);
            self.e.begin(fine);
        }
        self.define_all(dests, results);
        self.goto(then);
    }
}
