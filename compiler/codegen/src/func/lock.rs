//! The locks of services. In: which one, how. Out: a call of the runtime that may wait; around a brief method, before that, an attempt to
//! enter a lock that leans towards this worker: two stores and two loads (`pluto_abi::layout::Whereabouts`).

use super::FnCx;
use super::place::Exits;
use crate::abi::RuntimeFn;
use crate::brief::locks_briefly;
use crate::sharing::service_of;
use crate::symbol::{Code, Quiet};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value, types};
use pluto_abi::layout::{self, Whereabouts};
use pluto_middle::ids::Id;
use pluto_middle::mir::{Entering, LockMode, Operand, Rebuild, Service};

/// Added to the mode of a brief lock.
const BRIEF: i64 = 2;

impl FnCx<'_, '_> {
    /// Takes a service's lock.
    pub(super) fn lock(&mut self, service: Service, mode: LockMode, entering: Entering, exits: Exits) {
        let number = |cx: &mut Self| cx.e.number(service.index());
        if locks_briefly(&self.e.findings.brief, self.f) {
            self.enter_leaning(service, exits);
            let (service, mode) = (number(self), self.lock_mode(mode, BRIEF));
            let (site, out) = (self.e.number(exits.site.index()), self.out());
            self.e.call_code(Code::Quiet(Quiet::LockTake), &[service, mode, site, out]);
            let early = self.e.load(out, 0);
            let (ends, done) = (self.e.cold_block(), self.e.block());
            self.e.branch(early, ends, done);
            self.e.begin(ends);
            self.end_early(exits);
            self.e.begin(done);
        } else {
            let (service, mode) = (number(self), self.lock_mode(mode, 0));
            let site = self.e.number(exits.site.index());
            let take = match entering {
                Entering::AsItIs => RuntimeFn::lock_take,
                Entering::Whole => RuntimeFn::service_enter,
            };
            let (done, _early) = self.repeat_wait(take, &[self.e.task, service, mode, site]);
            self.end_early(exits);
            self.e.begin(done);
        }
        self.goto(exits.then);
    }

    /// Gives it back.
    pub(super) fn unlock(&mut self, service: Service, mode: LockMode) {
        let number = self.e.number(service.index());
        if locks_briefly(&self.e.findings.brief, self.f) {
            let done = self.e.block();
            self.leave_leaning(service, done);
            let mode = self.lock_mode(mode, BRIEF);
            self.e.call_code(Code::Quiet(Quiet::LockGiveBack), &[number, mode]);
            self.e.jump(done);
            self.e.begin(done);
        } else {
            let mode = self.lock_mode(mode, 0);
            self.e.run(RuntimeFn::lock_give_back, &[self.e.task, number, mode]);
        }
    }

    /// A method of a service that is rebuilt after faults has ended early.
    pub(super) fn note_fault(&mut self, service: Service, status: &Operand, rebuild: Rebuild) {
        let (service, status) = (self.e.number(service.index()), self.word(status));
        let at_once = self.e.word(match rebuild {
            Rebuild::AtNextCall => 0,
            Rebuild::AtOnce => 1,
        });
        self.e.run(RuntimeFn::service_failed, &[self.e.task, service, status, at_once]);
    }

    /// Drops what a service holds.
    pub(super) fn clear_service(&mut self, service: &Operand) {
        let service = service_of(self.e.program, self.f, service).expect("`mir::verify` has seen its type");
        let service = self.e.number(service.index());
        self.e.run(RuntimeFn::service_clear, &[self.e.task, service]);
    }

    /// Goes on to `exits.then` if the lock leans towards this worker; the builder then stands in a cold block. The order of the store
    /// and the load after it is the algorithm: neither Cranelift nor the processor changes it, the latter by courtesy of the other
    /// side's `membarrier` (`rt/task/lock`).
    fn enter_leaning(&mut self, service: Service, exits: Exits) {
        let whereabouts = self.e.load(self.e.task, layout::WHEREABOUTS);
        let here = self.e.word(Whereabouts::at(service.index()).cast_signed());
        let leaning = self.e.load(whereabouts, layout::LEANING);
        let locks = self.e.load(whereabouts, layout::LOCKS);
        self.e.store(whereabouts, layout::SECTION, here);
        let offset = service.index() as i64 * i64::from(layout::LOCK_STRIDE);
        let lock = self.e.b.ins().iadd_imm_s(locks, offset);
        let state = self.e.b.ins().atomic_load(types::I64, MemFlagsData::trusted(), lock);
        let others = self.e.b.ins().icmp(IntCC::NotEqual, state, leaning);
        let (inside, other) = (self.e.block(), self.e.cold_block());
        self.e.branch(others, other, inside);
        self.e.begin(inside);
        self.goto(exits.then);
        self.e.begin(other);
        let nowhere = self.e.word(0);
        self.e.store(whereabouts, layout::SECTION, nowhere);
    }

    /// Goes out of a lock that was entered so, to `done`; the builder then stands in a cold block. The task is on the same worker.
    fn leave_leaning(&mut self, service: Service, done: cranelift_codegen::ir::Block) {
        let whereabouts = self.e.load(self.e.task, layout::WHEREABOUTS);
        let here = self.e.word(Whereabouts::at(service.index()).cast_signed());
        let section = self.e.load(whereabouts, layout::SECTION);
        let outside = self.e.b.ins().icmp(IntCC::NotEqual, section, here);
        let (leave, other) = (self.e.block(), self.e.cold_block());
        self.e.branch(outside, other, leave);
        self.e.begin(leave);
        let nowhere = self.e.word(0);
        self.e.store(whereabouts, layout::SECTION, nowhere);
        self.e.jump(done);
        self.e.begin(other);
    }

    fn lock_mode(&mut self, mode: LockMode, more: i64) -> Value {
        let bits = match mode {
            LockMode::Read => 0,
            LockMode::Write => 1,
        };
        self.e.word(bits + more)
    }
}
