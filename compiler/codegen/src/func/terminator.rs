//! Ends of blocks. In: [`Terminator`]. Out: code; one function per construct, the dispatcher first.

use super::FnCx;
use super::place::Exits;
use crate::abi::RuntimeFn;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, TrapCode};
use cranelift_frontend::Switch;
use pluto_middle::hir::BuiltinError;
use pluto_middle::mir::{Block, Local, OnFail, Operand, Site, Terminator, Type};

impl FnCx<'_, '_> {
    /// The end of a block.
    pub(super) fn terminator(&mut self, end: &Terminator) {
        match end {
            Terminator::Goto(block) => self.goto(*block),
            Terminator::Branch { cond, then, otherwise } => {
                let cond = self.word(cond);
                let (then, otherwise) = (self.blocks[*then], self.blocks[*otherwise]);
                self.e.branch(cond, then, otherwise);
            }
            Terminator::Switch { value, arms, otherwise } => self.switch(value, arms, *otherwise),
            Terminator::SwitchStatus { status, fault, error } => {
                let (status, one) = (self.word(status), self.e.word(1));
                let (fault, error) = (self.blocks[*fault], self.blocks[*error]);
                self.e.branch_if((IntCC::Equal, status, one), fault, error);
            }
            Terminator::Return(values) => self.return_values(values),
            Terminator::Fail(status) => {
                let status = self.word(status);
                self.return_status(status);
            }
            Terminator::Call { dests, function, args, then, on_fail, .. } => {
                self.call(dests, *function, args, *then, *on_fail);
            }
            Terminator::CallRemote(call) => self.call_remote(call),
            Terminator::CallDetached(call) => self.call_detached(call),
            Terminator::Builtin { dest, method, receiver, args, then, on_fail, site } => {
                self.faulting_builtin(*dest, (*method, *receiver), args, exits(*then, *on_fail, *site));
            }
            Terminator::Checked { dest, op, left, right, then, on_fail, site } => {
                self.checked(*dest, *op, (left, right.as_ref()), exits(*then, *on_fail, *site));
            }
            Terminator::Index { dest, base, index, then, on_fail, site } => {
                self.index(*dest, base, index, exits(*then, *on_fail, *site));
            }
            Terminator::CheckIndex { array, index, then, on_fail, site } => {
                self.check_index(array, index, exits(*then, *on_fail, *site));
            }
            Terminator::RefIndex { dest, base, index, then, on_fail, site } => {
                self.ref_index(*dest, base, index, exits(*then, *on_fail, *site));
            }
            Terminator::ReadText { dest, path, then, on_fail, site } => {
                self.read_text(*dest, path, exits(*then, *on_fail, *site));
            }
            Terminator::CallValue { dests, callee, args, then, on_fail, site } => {
                self.call_value(dests, callee, args, exits(*then, *on_fail, *site));
            }
            Terminator::Spawn { dest, closure, then, on_fail, site } => {
                self.spawn(*dest, closure, exits(*then, *on_fail, *site));
            }
            Terminator::NewChannel { dest, capacity, then, on_fail, site } => {
                self.new_channel(*dest, capacity, exits(*then, *on_fail, *site));
            }
            Terminator::Wait { dest, op, args, then, on_fail, site } => {
                self.wait(*dest, *op, args, exits(*then, *on_fail, *site));
            }
            Terminator::Next { dest, receiver, then, end, on_fail, site } => {
                self.next(*dest, receiver, *end, exits(*then, *on_fail, *site));
            }
            Terminator::Select(select) => self.select(select),
            Terminator::Lock { service, mode, entering, then, on_fail, site } => {
                self.lock(*service, *mode, *entering, exits(*then, *on_fail, *site));
            }
            Terminator::Fault { message, on_fail, site } => {
                let message = self.word(message);
                self.e.run(RuntimeFn::fault_text, &[self.e.task, message]);
                self.trace_start(*site);
                self.fail(*on_fail);
            }
            Terminator::Unreachable => self.unreachable(),
        }
    }

    /// Stops the process if it ever runs.
    pub(super) fn unreachable(&mut self) {
        self.e.b.ins().trap(TrapCode::unwrap_user(1));
    }

    fn switch(&mut self, value: &Operand, arms: &[(i64, Block)], otherwise: Block) {
        let value = self.word(value);
        let otherwise = self.blocks[otherwise];
        let mut switch = Switch::new();
        for (number, block) in arms {
            switch.set_entry(u128::from(number.cast_unsigned()), self.blocks[*block]);
        }
        switch.emit(&mut self.e.b, value, otherwise);
    }

    fn read_text(&mut self, dest: Local, path: &Operand, exits: Exits) {
        let path = self.word(path);
        let slot = self.e.slot(1);
        let out = self.e.slot_address(slot);
        let answer = self.e.ask(RuntimeFn::read_text, &[self.e.task, path, out]);
        let found = self.e.load(out, 0);
        let (bad, good) = (self.e.cold_block(), self.e.block());
        self.e.branch(answer, bad, good);
        self.e.begin(bad);
        match self.e.program.builtin_errors[BuiltinError::File as usize] {
            Some(ty) => {
                self.dup(&Type::String, path);
                let error = self.e.object(ty, &[path, found]);
                self.trace_start(exits.site);
                self.fail_with(error, exits.on_fail);
            }
            None => self.unreachable(),
        }
        self.e.begin(good);
        self.define(dest, found);
        self.goto(exits.then);
    }
}

fn exits(then: Block, on_fail: OnFail, site: Site) -> Exits {
    Exits { then, on_fail, site }
}
