//! Counting. In: words of known types. Out: inline fast paths (`alone` where there is only one task, else `among`), and calls of
//! the runtime in cold blocks.

mod alone;
mod among;

use super::FnCx;
use super::homes::Home;
use crate::abi::RuntimeFn;
use crate::value::{self, Counted};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{BlockArg, InstBuilder, MemFlagsData, Value, types};
use pluto_abi::layout::{self, Deed};
use pluto_middle::mir::{Holds, Local, Type};

impl FnCx<'_, '_> {
    /// Adds a count to what a local holds.
    pub(super) fn dup_local(&mut self, local: Local) {
        let (ty, word) = (self.type_of(local), self.read(local));
        self.dup(ty, word);
    }

    /// Gives back what a local owns. One in memory may never have been set.
    pub(super) fn drop_local(&mut self, local: Local) {
        let ty = self.type_of(local);
        let counted = match (value::counted(ty), self.homes[local]) {
            (Counted::Always, Home::Slot(..)) => Counted::UnlessNull,
            (counted, Home::Slot(..) | Home::Variable(_) | Home::Value(_)) => counted,
        };
        let word = self.read(local);
        self.drop_counted(ty, counted, word);
    }

    /// Adds a count to a value.
    pub(super) fn dup(&mut self, ty: &Type, word: Value) {
        let may_be_static = value::may_be_static(self.e.program, ty);
        let dup = match (self.e.is_concurrent(), may_be_static) {
            (false, false) => Self::dup_object,
            (false, true) => Self::dup_unless_static,
            (true, false) => Self::dup_mine_or_shared,
            (true, true) => Self::dup_mine_shared_or_static,
        };
        self.if_object(value::counted(ty), word, |cx, object| {
            cx.must_live(object, Deed::Dup);
            dup(cx, object);
        });
    }

    /// Gives a value back.
    pub(super) fn drop(&mut self, ty: &Type, word: Value) {
        self.drop_counted(ty, value::counted(ty), word);
    }

    /// Puts a word that was read from memory into a local, as a new count unless that is a view.
    pub(super) fn define_new_count(&mut self, dest: Local, word: Value) {
        match self.f.locals[dest].holds {
            Holds::Count => self.dup(self.type_of(dest), word),
            Holds::View => {}
        }
        self.define(dest, word);
    }

    /// The object whose address is in the slot, made unique. One look at the count if it is already.
    pub(super) fn unique(&mut self, slot: Value) -> Value {
        let object = self.e.load(slot, 0);
        self.must_live(object, Deed::Use);
        let (copy, done) = (self.e.cold_block(), self.e.block());
        let found = self.e.b.append_block_param(done, types::I64);
        let alone = self.is_alone(object);
        self.e.b.ins().brif(alone, done, &[BlockArg::Value(object)], copy, &[]);
        self.e.begin(copy);
        let fresh = self.e.ask(RuntimeFn::object_unique, &[slot]);
        self.e.b.ins().jump(done, &[BlockArg::Value(fresh)]);
        self.e.begin(done);
        found
    }

    /// Has the object one owner, who may be known to other tasks? (A bit.)
    pub(super) fn is_alone(&mut self, object: Value) -> Value {
        if !self.e.is_concurrent() {
            return self.is_mine_alone(object);
        }
        // 1 and -1 are the two words that are 0 or 2 with 1 added.
        let count = self.count(object);
        let more = self.e.b.ins().iadd_imm_s(count, 1);
        let rest = self.e.b.ins().band_imm_s(more, !2);
        self.e.b.ins().icmp_imm_s(IntCC::Equal, rest, 0)
    }

    /// Has the object one owner, and does no other task know it? (A bit.)
    pub(super) fn is_mine_alone(&mut self, object: Value) -> Value {
        let count = self.count(object);
        self.e.b.ins().icmp_imm_s(IntCC::Equal, count, 1)
    }

    fn drop_counted(&mut self, ty: &Type, counted: Counted, word: Value) {
        let may_be_static = value::may_be_static(self.e.program, ty);
        let drop = match (self.e.is_concurrent(), may_be_static) {
            (false, false) => Self::drop_object,
            (false, true) => Self::drop_unless_static,
            (true, false) => Self::drop_mine_or_shared,
            (true, true) => Self::drop_mine_shared_or_static,
        };
        self.if_object(counted, word, |cx, object| {
            cx.must_live(object, Deed::Drop);
            drop(cx, object);
        });
    }

    /// Does something with a word if it is an object.
    pub(super) fn if_object(&mut self, counted: Counted, word: Value, then: impl FnOnce(&mut Self, Value)) {
        let least = match counted {
            Counted::Never => return,
            Counted::Always => return then(self, word),
            Counted::UnlessNull => 0,
            Counted::AboveOne => 1,
        };
        let (object, done) = (self.e.block(), self.e.block());
        let is_object = self.e.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThan, word, least);
        self.e.branch(is_object, object, done);
        self.e.begin(object);
        then(self, word);
        self.e.jump(done);
        self.e.begin(done);
    }

    /// The count of an object.
    pub(super) fn count(&mut self, object: Value) -> Value {
        self.e.b.ins().load(types::I32, MemFlagsData::trusted(), object, layout::COUNT)
    }

    /// Writes it.
    pub(super) fn set_count(&mut self, object: Value, count: Value) {
        self.e.b.ins().store(MemFlagsData::trusted(), count, object, layout::COUNT);
    }
}
