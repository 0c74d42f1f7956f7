//! Counting where other tasks may know an object: above 0 it is ours, plain arithmetic; everything else is in cold blocks. In:
//! objects. Out: one test more than where there is only one task.

use super::super::FnCx;
use crate::abi::RuntimeFn;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{AtomicRmwOp, Block, InstBuilder, MemFlagsData, Value, types};

/// May the object be static (count 0)?
#[derive(Clone, Copy, PartialEq, Eq)]
enum Static {
    No,
    Yes,
}

impl FnCx<'_, '_> {
    /// One more owner.
    pub(super) fn dup_mine_or_shared(&mut self, object: Value) {
        self.dup_of_any_task(object, Static::No);
    }

    /// The same, of an object that may be static.
    pub(super) fn dup_mine_shared_or_static(&mut self, object: Value) {
        self.dup_of_any_task(object, Static::Yes);
    }

    /// One owner fewer; frees what was the last.
    pub(super) fn drop_mine_or_shared(&mut self, object: Value) {
        self.drop_of_any_task(object, Static::No);
    }

    /// The same, of an object that may be static.
    pub(super) fn drop_mine_shared_or_static(&mut self, object: Value) {
        self.drop_of_any_task(object, Static::Yes);
    }

    /// A shared object is counted in place: a call would make everything that is live across it go through memory.
    fn dup_of_any_task(&mut self, object: Value, may_be: Static) {
        let (mine, other, done) = (self.e.block(), self.e.cold_block(), self.e.block());
        let count = self.count(object);
        let is_mine = self.e.b.ins().icmp_imm_s(IntCC::SignedGreaterThan, count, 0);
        self.e.branch(is_mine, mine, other);
        self.e.begin(mine);
        let more = self.e.b.ins().iadd_imm_s(count, 1);
        self.set_count(object, more);
        self.e.jump(done);
        self.e.begin(other);
        self.unless_static(count, may_be, done);
        let one = self.e.b.ins().iconst(types::I32, 1);
        self.e.b.ins().atomic_rmw(types::I32, MemFlagsData::trusted(), AtomicRmwOp::Sub, object, one);
        self.e.jump(done);
        self.e.begin(done);
    }

    fn drop_of_any_task(&mut self, object: Value, may_be: Static) {
        let (less, seldom, done) = (self.e.block(), self.e.cold_block(), self.e.block());
        let (free, other) = (self.e.cold_block(), self.e.cold_block());
        let count = self.count(object);
        let stays = self.e.b.ins().icmp_imm_s(IntCC::SignedGreaterThan, count, 1);
        self.e.branch(stays, less, seldom);
        self.e.begin(less);
        let fewer = self.e.b.ins().iadd_imm_s(count, -1);
        self.set_count(object, fewer);
        self.e.jump(done);
        self.e.begin(seldom);
        let last = self.e.b.ins().icmp_imm_s(IntCC::Equal, count, 1);
        self.e.branch(last, free, other);
        self.e.begin(free);
        self.e.run(RuntimeFn::object_free, &[object]);
        self.e.jump(done);
        self.e.begin(other);
        self.unless_static(count, may_be, done);
        self.e.run(RuntimeFn::shared_drop, &[object]);
        self.e.jump(done);
        self.e.begin(done);
    }

    /// Goes to `done` if a count that is not above 0 says that the object is static.
    fn unless_static(&mut self, count: Value, may_be: Static, done: Block) {
        if may_be == Static::Yes {
            let shared = self.e.cold_block();
            self.e.branch(count, shared, done);
            self.e.begin(shared);
        }
    }
}
