//! Where the program is, in programs that check their memory: each function has a `Step` in its frame, which the runtime reads when an
//! object is made or freed. In: places. Out: stores; nothing in other programs.

use crate::emitter::Emitter;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use pluto_abi::layout;
use pluto_middle::ids::Id;
use pluto_middle::mir::Site;

/// Words of a `Step`.
const WORDS: usize = size_of::<layout::Step>() / 8;

impl Emitter<'_> {
    /// The function begins: it is at this place.
    pub(crate) fn begin_step(&mut self, site: Site) {
        if !self.checks_memory() {
            return;
        }
        let slot = self.slot(WORDS);
        self.step = Some(slot);
        let before = self.load(self.task, layout::PATH);
        let step = self.slot_address(slot);
        self.store(step, layout::STEP_BEFORE, before);
        self.stand_at(site);
        self.store(self.task, layout::PATH, step);
    }

    /// What follows stands at this place.
    pub(crate) fn stand_at(&mut self, site: Site) {
        if let Some(slot) = self.step {
            let site = self.number(site.index());
            self.b.ins().stack_store(types::I64, site, slot, layout::STEP_SITE);
        }
    }

    /// Returns.
    pub(crate) fn leave(&mut self, results: &[Value]) {
        if let Some(slot) = self.step {
            let before = self.b.ins().stack_load(types::I64, types::I64, slot, layout::STEP_BEFORE);
            self.store(self.task, layout::PATH, before);
        }
        self.b.ins().return_(results);
    }
}
