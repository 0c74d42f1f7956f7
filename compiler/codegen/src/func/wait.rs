//! Waiting. In: what to wait for. Out: a call of the runtime that is repeated while it says so, with the task suspended in between;
//! the ordinary end first, every other end in cold blocks.

use super::FnCx;
use super::place::Exits;
use crate::abi::RuntimeFn;
use crate::symbol::Symbol;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self, InstBuilder, Value};
use pluto_abi::layout::Waited;
use pluto_middle::hir::BuiltinError;
use pluto_middle::ids::Id;
use pluto_middle::mir::{Block, Local, Name, Operand, WaitOp};

/// What a message that was not delivered says.
const UNDELIVERED: &str = "the channel was closed before a receiver took the message";

impl FnCx<'_, '_> {
    /// Waits and goes on.
    pub(super) fn wait(&mut self, dest: Local, op: WaitOp, args: &[Operand], exits: Exits) {
        let operands = self.words(args);
        let mut args: Vec<Value> = std::iter::once(self.e.task).chain(operands).collect();
        let function = waiting_function(op);
        if function == RuntimeFn::topic_publish {
            args.push(self.e.word(i64::from(op == WaitOp::PublishAndWait)));
        }
        args.push(self.e.number(exits.site.index()));
        let out = matches!(op, WaitOp::Recv | WaitOp::Get | WaitOp::Ended).then(|| self.out());
        args.extend(out);
        let (done, answer) = self.repeat_wait(function, &args);
        match op {
            WaitOp::Send | WaitOp::Recv | WaitOp::PublishAndWait => self.early_or_closed(answer, exits),
            WaitOp::Deliver => self.early_or_undelivered(answer, exits),
            WaitOp::Publish | WaitOp::Ended | WaitOp::Sleep => self.end_early(exits),
            WaitOp::Get => self.early_or_task(answer, out.expect("a task has a result"), exits),
        }
        self.e.begin(done);
        let word = match out {
            Some(out) => self.e.load(out, 0),
            None => self.e.word(0),
        };
        self.define(dest, word);
        self.goto(exits.then);
    }

    /// The next message of a receiver, or the end of the loop.
    pub(super) fn next(&mut self, dest: Local, receiver: &Operand, end: Block, exits: Exits) {
        let (receiver, out) = (self.word(receiver), self.out());
        let site = self.e.number(exits.site.index());
        let (done, answer) = self.repeat_wait(RuntimeFn::chan_next, &[self.e.task, receiver, site, out]);
        let early = self.e.cold_block();
        let is_early = self.is(answer, Waited::Early);
        self.e.branch(is_early, early, self.blocks[end]);
        self.e.begin(early);
        self.end_early(exits);
        self.e.begin(done);
        let word = self.e.load(out, 0);
        self.define(dest, word);
        self.goto(exits.then);
    }

    /// The address of a word for a result.
    pub(super) fn out(&mut self) -> Value {
        let slot = self.e.slot(1);
        self.e.slot_address(slot)
    }

    /// Calls a waiting function until it has an answer. Gives the block in which it is done; the builder stands in a cold one, for
    /// every other answer.
    pub(super) fn repeat_wait(&mut self, function: RuntimeFn, args: &[Value]) -> (ir::Block, Value) {
        let (again, done, other) = (self.e.block(), self.e.block(), self.e.cold_block());
        self.e.jump(again);
        self.e.begin(again);
        let answer = self.e.ask(function, args);
        self.e.branch(answer, other, done);
        self.e.begin(other);
        self.suspend_if_asked(answer, again);
        (done, answer)
    }

    /// Suspends the task and goes to `again` if that is the answer; goes on in a new cold block otherwise.
    pub(super) fn suspend_if_asked(&mut self, answer: Value, again: ir::Block) {
        let (suspend, ended) = (self.e.cold_block(), self.e.cold_block());
        let is_suspend = self.is(answer, Waited::Suspend);
        self.e.branch(is_suspend, suspend, ended);
        self.e.begin(suspend);
        self.e.run(RuntimeFn::suspend, &[self.e.task]);
        self.e.jump(again);
        self.e.begin(ended);
    }

    fn is(&mut self, answer: Value, this: Waited) -> Value {
        self.e.b.ins().icmp_imm_u(IntCC::Equal, answer, this as i64)
    }

    /// An early end, or `ChannelClosed`.
    pub(super) fn early_or_closed(&mut self, answer: Value, exits: Exits) {
        self.unless_early(answer, exits);
        self.raise(BuiltinError::ChannelClosed, exits, |cx| {
            let lost = cx.e.word(Waited::Lost as i64);
            vec![cx.e.compare(IntCC::Equal, answer, lost)]
        });
    }

    /// An early end, or what a boundary says of a message that nobody took.
    fn early_or_undelivered(&mut self, answer: Value, exits: Exits) {
        self.unless_early(answer, exits);
        self.raise(BuiltinError::Network, exits, |cx| {
            let [service, method, detail] =
                ["", "deliver", UNDELIVERED].map(|text| cx.e.address(Symbol::Str(Name::from(text))));
            vec![service, method, detail, cx.e.word(0)]
        });
    }

    /// An early end, or the error of the task (its address is here), or its cancellation.
    fn early_or_task(&mut self, answer: Value, error: Value, exits: Exits) {
        self.unless_early(answer, exits);
        let (failed, cancelled) = (self.e.cold_block(), self.e.cold_block());
        let is_error = self.is(answer, Waited::Error);
        self.e.branch(is_error, failed, cancelled);
        self.e.begin(failed);
        let error = self.e.load(error, 0);
        self.hand_on(error, exits);
        self.e.begin(cancelled);
        self.raise(BuiltinError::TaskCancelled, exits, |_| vec![]);
    }

    /// Takes the `fail` edge with a fault, a cancellation or a deadline that the runtime has recorded. The path of the fault begins
    /// here, or goes on if it is that of another task.
    pub(super) fn end_early(&mut self, exits: Exits) {
        let one = self.e.word(1);
        self.hand_on(one, exits);
    }

    /// Takes the `fail` edge if the task ends early; goes on in a cold block otherwise.
    fn unless_early(&mut self, answer: Value, exits: Exits) {
        let (early, other) = (self.e.cold_block(), self.e.cold_block());
        let is_early = self.is(answer, Waited::Early);
        self.e.branch(is_early, early, other);
        self.e.begin(early);
        self.end_early(exits);
        self.e.begin(other);
    }

    /// Takes the `fail` edge with a new error.
    fn raise(&mut self, error: BuiltinError, exits: Exits, fields: impl FnOnce(&mut Self) -> Vec<Value>) {
        let Some(ty) = self.e.program.builtin_errors[error as usize] else { return self.unreachable() };
        let words = fields(self);
        let object = self.e.object(ty, &words);
        self.trace_start(exits.site);
        self.fail_with(object, exits.on_fail);
    }
}

/// The function that waits.
fn waiting_function(op: WaitOp) -> RuntimeFn {
    match op {
        WaitOp::Send => RuntimeFn::chan_send,
        WaitOp::Deliver => RuntimeFn::chan_deliver,
        WaitOp::Recv => RuntimeFn::chan_recv,
        WaitOp::Publish | WaitOp::PublishAndWait => RuntimeFn::topic_publish,
        WaitOp::Get => RuntimeFn::task_get,
        WaitOp::Ended => RuntimeFn::task_ended,
        WaitOp::Sleep => RuntimeFn::sleep,
    }
}
