//! Counting. In: words of known types. Out: inline fast paths, and calls of the runtime in cold blocks.

use super::FnCx;
use super::homes::Home;
use crate::abi::RuntimeFn;
use crate::value::{self, Counted};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, BlockArg, InstBuilder, MemFlagsData, Value, types};
use pluto_abi::layout;
use pluto_middle::mir::{Local, Type};

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
            (Counted::Always, Home::Slot(_)) => Counted::UnlessNull,
            (counted, Home::Slot(_) | Home::Variable(_) | Home::Value(_)) => counted,
        };
        let word = self.read(local);
        self.drop_counted(ty, counted, word);
    }

    /// Adds a count to a value.
    pub(super) fn dup(&mut self, ty: &Type, word: Value) {
        let dup = if value::may_be_static(self.e.program, ty) { Self::dup_unless_static } else { Self::dup_object };
        self.if_object(value::counted(ty), word, dup);
    }

    /// Gives a value back.
    pub(super) fn drop(&mut self, ty: &Type, word: Value) {
        self.drop_counted(ty, value::counted(ty), word);
    }

    /// Puts a word that was read from memory into a local, as a new count.
    pub(super) fn define_new_count(&mut self, dest: Local, word: Value) {
        self.dup(self.type_of(dest), word);
        self.define(dest, word);
    }

    /// The object whose address is in the slot, made unique. One look at the count if it is already.
    pub(super) fn unique(&mut self, slot: Value) -> Value {
        let object = self.e.load(slot, 0);
        let (copy, done) = (self.e.cold_block(), self.e.block());
        let found = self.e.b.append_block_param(done, types::I64);
        let one = self.is_one(object);
        self.e.b.ins().brif(one, done, &[BlockArg::Value(object)], copy, &[]);
        self.e.begin(copy);
        let fresh = self.e.ask(RuntimeFn::object_unique, &[slot]);
        self.e.b.ins().jump(done, &[BlockArg::Value(fresh)]);
        self.e.begin(done);
        found
    }

    /// Has the object one owner? (A bit.)
    pub(super) fn is_one(&mut self, object: Value) -> Value {
        let count = self.count(object);
        self.e.b.ins().icmp_imm_s(IntCC::Equal, count, 1)
    }

    fn drop_counted(&mut self, ty: &Type, counted: Counted, word: Value) {
        let drop = if value::may_be_static(self.e.program, ty) { Self::drop_unless_static } else { Self::drop_object };
        self.if_object(counted, word, drop);
    }

    fn if_object(&mut self, counted: Counted, word: Value, then: fn(&mut Self, Value)) {
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

    fn dup_object(&mut self, object: Value) {
        let count = self.count(object);
        let more = self.e.b.ins().iadd_imm_s(count, 1);
        self.set_count(object, more);
    }

    fn dup_unless_static(&mut self, object: Value) {
        let (add, done) = (self.e.block(), self.e.block());
        let count = self.count(object);
        let owned = self.e.b.ins().icmp_imm_s(IntCC::SignedGreaterThan, count, 0);
        self.e.branch(owned, add, done);
        self.e.begin(add);
        let more = self.e.b.ins().iadd_imm_s(count, 1);
        self.set_count(object, more);
        self.e.jump(done);
        self.e.begin(done);
    }

    fn drop_object(&mut self, object: Value) {
        let (free, less, done) = (self.e.cold_block(), self.e.block(), self.e.block());
        let count = self.count(object);
        let last = self.e.b.ins().icmp_imm_s(IntCC::Equal, count, 1);
        self.e.branch(last, free, less);
        self.free_or_count_down(object, count, (free, less, done));
    }

    fn drop_unless_static(&mut self, object: Value) {
        let (free, others, less, done) = (self.e.cold_block(), self.e.block(), self.e.block(), self.e.block());
        let count = self.count(object);
        let last = self.e.b.ins().icmp_imm_s(IntCC::Equal, count, 1);
        self.e.branch(last, free, others);
        self.e.begin(others);
        let owned = self.e.b.ins().icmp_imm_s(IntCC::SignedGreaterThan, count, 0);
        self.e.branch(owned, less, done);
        self.free_or_count_down(object, count, (free, less, done));
    }

    fn free_or_count_down(&mut self, object: Value, count: Value, (free, less, done): (Block, Block, Block)) {
        self.e.begin(less);
        let fewer = self.e.b.ins().iadd_imm_s(count, -1);
        self.set_count(object, fewer);
        self.e.jump(done);
        self.e.begin(free);
        self.e.run(RuntimeFn::object_free, &[object]);
        self.e.jump(done);
        self.e.begin(done);
    }

    fn count(&mut self, object: Value) -> Value {
        self.e.b.ins().load(types::I32, MemFlagsData::trusted(), object, layout::COUNT)
    }

    fn set_count(&mut self, object: Value, count: Value) {
        self.e.b.ins().store(MemFlagsData::trusted(), count, object, layout::COUNT);
    }
}
