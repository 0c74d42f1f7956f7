//! Tasks, channels, deadlines and sorting: what is one call of the runtime. In: instructions and terminators. Out: the call.

use super::FnCx;
use super::place::Exits;
use crate::abi::RuntimeFn;
use crate::symbol::{Class, Code, Quiet, Symbol};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, types};
use pluto_abi::layout;
use pluto_abi::program::Side;
use pluto_middle::ids::Id;
use pluto_middle::mir::{Channel, Local, Operand, SortOp, Type};
use pluto_middle::ty::Holder;

impl FnCx<'_, '_> {
    /// Starts a task.
    pub(super) fn spawn(&mut self, dest: Local, closure: &Operand, exits: Exits) {
        let ty = self.f.locals[dest].ty;
        let Type::Holder { inner, .. } = self.e.ty(ty) else { panic!("a task's handle is a holder") };
        let class = Class::of(self.e.ty(*inner));
        let (closure, desc) = (self.word(closure), self.e.desc(ty));
        let (run, out) = (self.e.address(Symbol::Code(Code::Run(class))), self.out());
        let failed = self.e.ask(RuntimeFn::task_spawn, &[self.e.task, closure, run, desc, out]);
        self.recorded_fault_if(failed, exits);
        let handle = self.e.load(out, 0);
        self.define(dest, handle);
        self.goto(exits.then);
    }

    /// A new channel: the tuple of its ends.
    pub(super) fn new_channel(&mut self, dest: Local, capacity: &Operand, exits: Exits) {
        let ty = self.f.locals[dest].ty;
        let Type::Tuple(ends) = self.e.ty(ty) else { panic!("the ends of a channel are a tuple") };
        let [sender, receiver] = [self.e.desc(ends[0]), self.e.desc(ends[1])];
        let (capacity, slot) = (self.word(capacity), self.e.slot(2));
        let out = self.e.slot_address(slot);
        let failed = self.e.ask(RuntimeFn::chan_new, &[self.e.task, sender, receiver, capacity, out]);
        self.recorded_fault_if(failed, exits);
        let words = [self.e.load(out, 0), self.e.load(out, 8)];
        let pair = self.e.object(ty, &words);
        self.define(dest, pair);
        self.goto(exits.then);
    }

    /// An end of a named channel or topic.
    pub(super) fn named_end(&mut self, dest: Local, channel: Channel, side: Holder, subscription: u32) {
        let side = match side {
            Holder::Sender => Side::Sender,
            Holder::Receiver => Side::Receiver,
            Holder::Publisher => Side::Publisher,
            Holder::Subscriber => Side::Subscriber,
            Holder::Task => panic!("a task is no end of a channel"),
        };
        let (channel, side) = (self.e.number(channel.index()), self.e.word(side as i64));
        let subscription = self.e.word(i64::from(subscription));
        let desc = self.e.desc(self.f.locals[dest].ty);
        let end = self.e.ask(RuntimeFn::named_end, &[channel, side, subscription, desc]);
        self.define(dest, end);
    }

    /// What a task that did not end well says.
    pub(super) fn task_message(&mut self, dest: Local, task: &Operand) {
        let task = self.word(task);
        let message = self.e.ask(RuntimeFn::task_message, &[task]);
        self.define(dest, message);
    }

    /// A deadline for what follows.
    pub(super) fn deadline_begin(&mut self, (before, own): (Local, Local), limit: &Operand) {
        let (limit, slot) = (self.word(limit), self.e.slot(2));
        let out = self.e.slot_address(slot);
        self.e.run(RuntimeFn::deadline_begin, &[self.e.task, limit, out]);
        for (local, offset) in [(before, 0), (own, 8)] {
            let word = self.e.load(out, offset);
            self.define(local, word);
        }
    }

    /// What held before holds again.
    pub(super) fn deadline_end(&mut self, before: &Operand) {
        let before = self.word(before);
        self.e.run(RuntimeFn::deadline_end, &[self.e.task, before]);
    }

    /// Is the early end in hand that of this deadline?
    pub(super) fn deadline_expired(&mut self, dest: Local, own: &Operand) {
        let own = self.word(own);
        let expired = self.e.ask(RuntimeFn::deadline_expired, &[self.e.task, own]);
        self.define(dest, expired);
    }

    /// Lets others run if the task was asked to. The limit is written by another thread: an atomic load is never taken from an
    /// earlier one, as a plain one might be in a loop that stores nothing.
    pub(super) fn safepoint(&mut self) {
        if self.e.checks_memory() {
            self.e.run(RuntimeFn::memory_loop, &[self.e.task]);
        }
        let (asked, done) = (self.e.cold_block(), self.e.block());
        let at = self.e.b.ins().iadd_imm_s(self.e.task, i64::from(layout::STACK_LIMIT));
        let limit = self.e.b.ins().atomic_load(types::I64, MemFlagsData::trusted(), at);
        let is_asked = self.e.b.ins().icmp_imm_s(IntCC::Equal, limit, -1);
        self.e.branch(is_asked, asked, done);
        self.e.begin(asked);
        self.e.call_code(Code::Quiet(Quiet::Safepoint), &[]);
        self.e.jump(done);
        self.e.begin(done);
    }

    /// A step of sorting with a closure.
    pub(super) fn sort(&mut self, dest: Local, op: SortOp, args: &[Operand]) {
        let mut args = self.words(args);
        let ask = match op {
            SortOp::Start => RuntimeFn::sort_new,
            SortOp::Next => RuntimeFn::sort_next,
            SortOp::Left => RuntimeFn::sort_left,
            SortOp::Right => RuntimeFn::sort_right,
            SortOp::End | SortOp::Abandon => {
                if op == SortOp::Abandon {
                    args.push(self.e.word(0));
                }
                self.e.run(RuntimeFn::sort_end, &args);
                return self.define_unit(dest);
            }
        };
        let answer = self.e.ask(ask, &args);
        self.define(dest, answer);
    }
}
