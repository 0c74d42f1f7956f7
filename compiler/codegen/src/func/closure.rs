//! Closures. In: the function and the captures of a new one; a function value and its arguments. Out: objects that begin with their
//! code; calls through them.

use super::FnCx;
use super::place::Exits;
use crate::abi::RuntimeFn;
use crate::symbol::{Code, Symbol};
use crate::value;
use cranelift_codegen::ir::{self, Value};
use pluto_abi::layout;
use pluto_middle::ids::Id;
use pluto_middle::mir::{Func, HasStatus, Local, Operand, TypeId};

impl FnCx<'_, '_> {
    /// A closure object: its code, then its captures. Without captures it is static.
    pub(super) fn make_closure(&mut self, dest: Local, ty: TypeId, function: Func, captures: &[Operand]) {
        let code = &self.e.program.functions[function];
        assert!(code.status == HasStatus::Yes, "{} is called through closures without a status word", code.name);
        let object = if captures.is_empty() {
            self.e.address(Symbol::Closure(ty, function))
        } else {
            let words = self.words(captures);
            let code = self.e.address(Symbol::Code(Code::Function(function)));
            let (desc, count) = (self.e.desc(ty), self.e.number(1 + words.len()));
            let object = self.e.ask(RuntimeFn::object_new, &[desc, count]);
            self.e.store(object, layout::CODE, code);
            self.e.store_words(object, layout::CAPTURES, &words);
            object
        };
        self.define(dest, object);
    }

    /// Calls a function value and goes on.
    pub(super) fn call_value(&mut self, dests: &[Local], callee: &Operand, args: &[Operand], exits: Exits) {
        let closure = self.word(callee);
        let args: Vec<Value> = args.iter().map(|arg| self.value(arg)).collect();
        let types: Vec<ir::Type> = dests.iter().map(|dest| value::clif_type(self.type_of(*dest))).collect();
        let (results, status) = self.e.call_closure(closure, &args, &types);
        let (failed, fine) = (self.e.cold_block(), self.e.block());
        self.e.branch(status, failed, fine);
        self.e.begin(failed);
        self.hand_on(status, exits);
        self.e.begin(fine);
        self.define_all(dests, results);
        self.goto(exits.then);
    }

    /// Takes the `fail` edge with a status that came from elsewhere; its path goes on here.
    pub(super) fn hand_on(&mut self, status: Value, exits: Exits) {
        let site = self.e.number(exits.site.index());
        self.e.run(RuntimeFn::trace, &[self.e.task, status, site]);
        self.fail_with(status, exits.on_fail);
    }
}
