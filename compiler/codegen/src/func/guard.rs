//! Looks at what is used, in programs that check their memory: is it alive, and may others see what is put where they look? In: values
//! and what is done with them. Out: a look at the count, and calls of the runtime in cold blocks; nothing in other programs.

use super::FnCx;
use crate::abi::RuntimeFn;
use crate::value::{self, Counted};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};
use pluto_abi::layout::{self, Deed};
use pluto_middle::mir::{Type, TypeId};

impl FnCx<'_, '_> {
    /// A value that is used is alive, if it is an object.
    pub(super) fn must_be_alive(&mut self, ty: &Type, word: Value) {
        if !self.e.checks_memory() {
            return;
        }
        let counted = match value::counted(ty) {
            // In memory it may never have been set.
            Counted::Always | Counted::UnlessNull => Counted::UnlessNull,
            counted @ (Counted::Never | Counted::AboveOne) => counted,
        };
        self.if_object(counted, word, |cx, object| cx.must_live(object, Deed::Use));
    }

    /// An object is alive with which this is done.
    pub(super) fn must_live(&mut self, object: Value, deed: Deed) {
        if !self.e.checks_memory() {
            return;
        }
        let (freed, alive) = (self.e.cold_block(), self.e.block());
        let count = self.count(object);
        let is_none = self.e.b.ins().icmp_imm_s(IntCC::SignedLessThanOrEqual, count, i64::from(layout::LEAST_COUNT));
        self.e.branch(is_none, freed, alive);
        self.e.begin(freed);
        let deed = self.e.word(deed as i64);
        self.e.run(RuntimeFn::memory_freed, &[object, deed]);
        self.e.jump(alive);
        self.e.begin(alive);
    }

    /// A word comes into an object, or (`None`) to a place that other tasks see: they may see it too.
    pub(super) fn may_be_seen(&mut self, container: Option<Value>, ty: TypeId, word: Value) {
        if self.e.checks_memory() && value::counted(self.e.ty(ty)) != Counted::Never {
            let container = container.unwrap_or_else(|| self.e.word(0));
            let desc = self.e.desc(ty);
            self.e.run(RuntimeFn::memory_stored, &[container, desc, word]);
        }
    }
}
