//! The caller's side of a call to another process. In: [`RemoteCall`]. Out: code that encodes the arguments, waits, and turns the
//! answer into a result, an error, or a fault, as a direct call would have given it.

use super::FnCx;
use crate::abi::RuntimeFn;
use crate::symbol::Symbol;
use crate::wire;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};
use cranelift_frontend::Switch;
use pluto_abi::layout::{self, CallState};
use pluto_middle::hir::BuiltinError;
use pluto_middle::ids::Id;
use pluto_middle::mir::{DetachedCall, Operand, Peer, RemoteCall, Timeout};

impl FnCx<'_, '_> {
    /// Calls a method of another process and goes on.
    pub(super) fn call_remote(&mut self, call: &RemoteCall) {
        let handle = self.send_call(call);
        let answer = self.repeat_until_answered(RuntimeFn::call_poll, handle);
        let state = self.e.b.declare_var(types::I64);
        self.e.b.def_var(state, answer);
        let (value, error, fault) = (self.e.block(), self.e.cold_block(), self.e.cold_block());
        let (early, unanswered, malformed) = (self.e.cold_block(), self.e.cold_block(), self.e.cold_block());
        let mut switch = Switch::new();
        switch.set_entry(CallState::Value as u128, value);
        switch.set_entry(CallState::Error as u128, error);
        switch.set_entry(CallState::Fault as u128, fault);
        switch.set_entry(CallState::Early as u128, early);
        switch.emit(&mut self.e.b, answer, unanswered);
        self.e.begin(value);
        self.take_value(call, handle, malformed);
        self.e.begin(error);
        self.take_error(call, handle, malformed);
        self.e.begin(fault);
        self.e.run(RuntimeFn::call_fault, &[self.e.task, handle]);
        self.end_call_early(call, handle);
        self.e.begin(early);
        self.end_call_early(call, handle);
        self.e.begin(malformed);
        self.e.run(RuntimeFn::call_malformed, &[handle]);
        let network = self.e.word(CallState::Network as i64);
        self.e.b.def_var(state, network);
        self.e.jump(unanswered);
        self.e.begin(unanswered);
        let answer = self.e.b.use_var(state);
        self.boundary_error(call, handle, answer);
    }

    /// Hands a detached call on and goes on.
    pub(super) fn call_detached(&mut self, call: &DetachedCall) {
        let handle = self.begin_call((call.peer, call.method), layout::DETACHED, &call.args);
        let service = self.e.address(Symbol::Str(call.service_name.clone()));
        let method = self.e.address(Symbol::Str(call.method_name.clone()));
        self.e.run(RuntimeFn::call_detach, &[self.e.task, handle, service, method]);
        self.goto(call.then);
    }

    /// Begins the call and sends it.
    fn send_call(&mut self, call: &RemoteCall) -> Value {
        let timeout = match call.timeout {
            Timeout::Usual => 0,
            Timeout::Policy(timeout) => timeout.0.get(),
            Timeout::Never => layout::NO_TIMEOUT,
        };
        let handle = self.begin_call((call.peer, call.method), timeout, &call.args);
        self.e.run(RuntimeFn::call_send, &[self.e.task, handle]);
        handle
    }

    /// Begins a call of a method of a process: waits until it may be sent, and encodes the arguments.
    fn begin_call(&mut self, (peer, method): (Peer, u32), timeout: u64, args: &[Operand]) -> Value {
        let (peer, method) = (self.e.number(peer.index()), self.e.word(i64::from(method)));
        let timeout = self.e.word(timeout.cast_signed());
        let handle = self.e.ask(RuntimeFn::call_new, &[self.e.task, peer, method, timeout]);
        self.repeat_until_answered(RuntimeFn::call_begin, handle);
        let buffer = self.e.ask(RuntimeFn::call_buffer, &[handle]);
        for arg in args {
            let word = self.word(arg);
            wire::encode::operand(self.e, self.f, arg, buffer, word);
        }
        handle
    }

    /// Calls a function of the call until it does not answer 0, with the task suspended in between.
    fn repeat_until_answered(&mut self, function: RuntimeFn, handle: Value) -> Value {
        let (poll, wait, answered) = (self.e.block(), self.e.cold_block(), self.e.block());
        self.e.jump(poll);
        self.e.begin(poll);
        let state = self.e.ask(function, &[self.e.task, handle]);
        self.e.branch(state, answered, wait);
        self.e.begin(wait);
        self.e.run(RuntimeFn::suspend, &[self.e.task]);
        self.e.jump(poll);
        self.e.begin(answered);
        state
    }

    /// The reader stands at the result.
    fn take_value(&mut self, call: &RemoteCall, handle: Value, malformed: Block) {
        let ty = self.f.locals[call.dest].ty;
        let reader = self.e.ask(RuntimeFn::call_reader, &[handle]);
        let word = wire::decode::value(self.e, ty, reader);
        let (whole, broken) = (self.e.block(), self.e.cold_block());
        let complete = self.e.ask(RuntimeFn::read_end, &[reader]);
        self.e.branch(complete, whole, broken);
        self.e.begin(broken);
        self.e.drop_word(ty, word);
        self.e.jump(malformed);
        self.e.begin(whole);
        self.e.run(RuntimeFn::call_end, &[self.e.task, handle]);
        self.define(call.dest, word);
        self.goto(call.then);
    }

    /// The reader stands at an error's number.
    fn take_error(&mut self, call: &RemoteCall, handle: Value, malformed: Block) {
        let reader = self.e.ask(RuntimeFn::call_reader, &[handle]);
        let count = self.e.number(call.errors.len());
        let number = self.e.ask(RuntimeFn::read_variant, &[reader, count]);
        let arms: Vec<Block> = call.errors.iter().map(|_| self.e.cold_block()).collect();
        let mut switch = Switch::new();
        for (at, block) in arms.iter().enumerate() {
            switch.set_entry(at as u128, *block);
        }
        switch.emit(&mut self.e.b, number, malformed);
        for (ty, block) in call.errors.iter().zip(arms) {
            self.e.begin(block);
            let error = wire::decode::value(self.e, *ty, reader);
            let (whole, broken) = (self.e.cold_block(), self.e.cold_block());
            let complete = self.e.ask(RuntimeFn::read_end, &[reader]);
            self.e.branch(complete, whole, broken);
            self.e.begin(broken);
            self.e.drop_word(*ty, error);
            self.e.jump(malformed);
            self.e.begin(whole);
            self.e.run(RuntimeFn::call_end, &[self.e.task, handle]);
            self.trace_start(call.site);
            self.fail_with(error, call.on_fail);
        }
    }

    /// A fault of the callee, or the task's own end, whose path goes on here.
    fn end_call_early(&mut self, call: &RemoteCall, handle: Value) {
        self.e.run(RuntimeFn::call_end, &[self.e.task, handle]);
        let (one, site) = (self.e.word(1), self.e.number(call.site.index()));
        self.e.run(RuntimeFn::trace, &[self.e.task, one, site]);
        self.fail(call.on_fail);
    }

    /// No answer: the error says what is known.
    fn boundary_error(&mut self, call: &RemoteCall, handle: Value, state: Value) {
        let detail = self.e.ask(RuntimeFn::call_detail, &[handle]);
        let may_have_run = self.e.ask(RuntimeFn::call_may_have_run, &[handle]);
        self.e.run(RuntimeFn::call_end, &[self.e.task, handle]);
        let Some(desc) = self.boundary_descriptor(state) else { return self.unreachable() };
        let service = self.e.address(Symbol::Str(call.service_name.clone()));
        let method = self.e.address(Symbol::Str(call.method_name.clone()));
        let count = self.e.word(4);
        let error = self.e.ask(RuntimeFn::object_new, &[desc, count]);
        self.e.store_words(error, layout::FIELDS, &[service, method, detail, may_have_run]);
        self.trace_start(call.site);
        self.fail_with(error, call.on_fail);
    }

    /// The errors of boundaries look the same; only their descriptors differ.
    fn boundary_descriptor(&mut self, state: Value) -> Option<Value> {
        let [network, timeout, unavailable, version] =
            BuiltinError::BOUNDARY.map(|error| self.e.program.builtin_errors[error as usize]);
        let mut desc = self.e.desc(network?);
        let others =
            [(CallState::Timeout, timeout?), (CallState::Unavailable, unavailable?), (CallState::Version, version?)];
        for (number, ty) in others {
            let other = self.e.desc(ty);
            let is_it = self.e.b.ins().icmp_imm_u(IntCC::Equal, state, number as i64);
            desc = self.e.b.ins().select(is_it, other, desc);
        }
        Some(desc)
    }
}
