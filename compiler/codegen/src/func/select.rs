//! `select`. In: its arms. Out: a table of them in the frame, one waiting call, and a jump by its answer.

use super::FnCx;
use super::place::Exits;
use crate::abi::RuntimeFn;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self, InstBuilder, Value};
use cranelift_frontend::Switch;
use pluto_abi::layout::{self, SelectArm};
use pluto_middle::ids::Id;
use pluto_middle::mir::{Select, SelectOp};

/// Bytes of an arm in the table.
const ARM: usize = size_of::<SelectArm>();

impl FnCx<'_, '_> {
    /// Waits for one of several channels.
    pub(super) fn select(&mut self, select: &Select) {
        let (args, out) = self.select_args(select);
        let (again, selected, other) = (self.e.block(), self.e.block(), self.e.cold_block());
        self.e.jump(again);
        self.e.begin(again);
        let answer = self.e.ask(RuntimeFn::select, &args);
        let first = layout::SELECTED.cast_signed();
        let is_selected = self.e.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThanOrEqual, answer, first);
        self.e.branch(is_selected, selected, other);
        self.e.begin(other);
        self.suspend_if_asked(answer, again);
        // Nobody goes on from here by `then`.
        let exits = Exits { then: select.on_fail.fail, on_fail: select.on_fail, site: select.site };
        self.early_or_closed(answer, exits);
        self.e.begin(selected);
        self.go_on_with(select, answer, out);
    }

    /// The arguments of the call, and the address of the received value.
    fn select_args(&mut self, select: &Select) -> (Vec<Value>, Value) {
        let slot = self.e.slot(select.arms.len() * ARM / 8);
        let (arms, out) = (self.e.slot_address(slot), self.out());
        for (number, arm) in select.arms.iter().enumerate() {
            let (kind, value) = match &arm.op {
                SelectOp::Recv(_) => (self.e.word(0), self.e.word(0)),
                SelectOp::Send(value) => (self.e.word(1), self.word(value)),
            };
            let end = self.word(&arm.end);
            let offset = i32::try_from(number * ARM).expect("tables below 2 GiB");
            self.e.store_words(arms, offset, &[kind, end, value]);
        }
        let count = self.e.number(select.arms.len());
        let after = match &select.after {
            Some((after, _)) => self.word(after),
            None => self.e.word(-1),
        };
        let has_default = self.e.word(i64::from(select.default.is_some()));
        let site = self.e.number(select.site.index());
        (vec![self.e.task, arms, count, after, has_default, site, out], out)
    }

    /// Jumps by the number that was selected: an arm, then the time, then the default.
    fn go_on_with(&mut self, select: &Select, answer: Value, out: Value) {
        let count = select.arms.len();
        let mut places: Vec<(usize, ir::Block)> = (0..count).map(|number| (number, self.e.block())).collect();
        let arms: Vec<ir::Block> = places.iter().map(|place| place.1).collect();
        places.extend(select.after.as_ref().map(|(_, block)| (count, self.blocks[*block])));
        places.extend(select.default.map(|block| (count + 1, self.blocks[block])));
        // The last place needs no test.
        let last = places.pop().map(|place| place.1);
        match last {
            Some(last) if places.is_empty() => self.e.jump(last),
            Some(last) => {
                let mut switch = Switch::new();
                for (number, block) in places {
                    switch.set_entry(u128::from(layout::SELECTED) + number as u128, block);
                }
                switch.emit(&mut self.e.b, answer, last);
            }
            None => self.unreachable(),
        }
        for (arm, block) in select.arms.iter().zip(arms) {
            self.e.begin(block);
            if let SelectOp::Recv(local) = &arm.op {
                let word = self.e.load(out, 0);
                self.define(*local, word);
            }
            self.goto(arm.then);
        }
    }
}
