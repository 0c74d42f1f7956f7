//! Counting where there is only one task: counts are never negative. In: objects. Out: plain arithmetic; freeing in a cold block.

use super::super::FnCx;
use crate::abi::RuntimeFn;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, Value};

impl FnCx<'_, '_> {
    /// Counts one up.
    pub(super) fn dup_object(&mut self, object: Value) {
        let count = self.count(object);
        let more = self.e.b.ins().iadd_imm_s(count, 1);
        self.set_count(object, more);
    }

    /// The same, of an object that may be static.
    pub(super) fn dup_unless_static(&mut self, object: Value) {
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

    /// Counts one down, and frees what was the last.
    pub(super) fn drop_object(&mut self, object: Value) {
        let (free, less, done) = (self.e.cold_block(), self.e.block(), self.e.block());
        let count = self.count(object);
        let last = self.e.b.ins().icmp_imm_s(IntCC::Equal, count, 1);
        self.e.branch(last, free, less);
        self.free_or_count_down(object, count, (free, less, done));
    }

    /// The same, of an object that may be static.
    pub(super) fn drop_unless_static(&mut self, object: Value) {
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
}
