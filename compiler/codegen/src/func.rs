//! A function of the program. In: its MIR. Out: its code, through the [`Emitter`]. One context struct; a file per theme.

mod arithmetic;
mod builtin;
mod call;
mod checked;
mod closure;
mod count;
mod guard;
mod homes;
mod inst;
mod lock;
mod packed;
mod place;
mod remote;
mod select;
mod share;
mod task;
mod terminator;
mod text;
mod wait;

use crate::abi::RuntimeFn;
use crate::emitter::Emitter;
use crate::symbol::Symbol;
use crate::value;
use cranelift_codegen::ir::{self, InstBuilder, Value, types};
use homes::{Home, Kind};
use pluto_abi::layout::FaultKind;
use pluto_middle::ids::{Id, IndexVec};
use pluto_middle::mir::{
    Block, Const, Function, HasStatus, Local, OnFail, Operand, Passing, Site, StackCheck, Terminator, Type, TypeId,
    flow,
};
use share::Containers;

/// Writes a function's code.
pub(crate) fn build<'a>(e: &mut Emitter<'a>, f: &'a Function) {
    let homes = homes(e, f);
    let blocks = f.blocks.iter().map(|_| e.block()).collect();
    let containers = share::survey(e, f);
    let mut cx = FnCx { e, f, homes, blocks, containers };
    cx.enter();
    // What is one value is used only behind where it is set: in this order it is known by then.
    for id in flow::order(&f.blocks) {
        let block = &f.blocks[id];
        cx.e.begin(cx.blocks[id]);
        block.insts.iter().for_each(|inst| cx.inst(inst));
        if let Some(site) = site(&block.end) {
            cx.e.stand_at(site);
        }
        cx.terminator(&block.end);
    }
}

/// A function under construction.
struct FnCx<'e, 'a> {
    e: &'e mut Emitter<'a>,
    f: &'a Function,
    homes: IndexVec<Local, Home>,
    blocks: IndexVec<Block, ir::Block>,
    /// Where the references that are stored through point into, in programs with several tasks.
    containers: Containers,
}

/// Where each local lives.
fn homes(e: &mut Emitter<'_>, f: &Function) -> IndexVec<Local, Home> {
    let kinds = homes::survey(f);
    let mut homes: IndexVec<Local, Home> = IndexVec::new();
    let mut last = None;
    for (local, kind) in kinds.iter_enumerated() {
        let home = match kind {
            Kind::Value => Home::Value(None),
            Kind::Variable => Home::Variable(e.b.declare_var(value::clif_type(e.ty(f.locals[local].ty)))),
            Kind::Slot => {
                let behind = kinds.iter().skip(local.index() + 1).take_while(|kind| **kind == Kind::Behind);
                Home::Slot(e.slot(1 + behind.count()), 0)
            }
            Kind::Behind => match last {
                Some(Home::Slot(slot, offset)) => Home::Slot(slot, offset + 8),
                Some(Home::Value(_) | Home::Variable(_)) | None => panic!("{local:?} is behind no local in memory"),
            },
        };
        last = Some(home);
        homes.push(home);
    }
    homes
}

impl<'a> FnCx<'_, 'a> {
    /// Before the first block: zeroes slots, takes parameters, looks at the stack.
    fn enter(&mut self) {
        self.e.begin_step(self.f.site);
        let zero = self.e.word(0);
        for home in self.homes.iter() {
            if let Home::Slot(slot, offset) = *home {
                self.e.b.ins().stack_store(types::I64, zero, slot, offset);
            }
        }
        for (at, (local, _)) in self.f.params.iter().enumerate() {
            self.define(*local, self.e.params[at + 1]);
        }
        self.mark_cold_blocks();
        let first = self.blocks[Block::from_index(0)];
        if self.f.stack_check == StackCheck::Yes {
            let overflow = self.e.cold_block();
            self.e.check_stack(overflow, first);
            self.e.begin(overflow);
            self.stack_overflow();
        } else {
            self.e.jump(first);
        }
    }

    /// Faults before anything ran; the parameters that the function owns are dropped.
    fn stack_overflow(&mut self) {
        for (at, (local, passing)) in self.f.params.iter().enumerate() {
            if *passing == Passing::Owned {
                let word = self.e.as_word(self.e.params[at + 1]);
                self.e.drop_word(self.f.locals[*local].ty, word);
            }
        }
        let zero = self.e.word(0);
        self.fault(FaultKind::StackOverflow, zero, zero, self.f.site);
        let one = self.e.word(1);
        self.return_status(one);
    }

    /// What runs after something failed is out of the way of what runs otherwise.
    fn mark_cold_blocks(&mut self) {
        for block in self.f.blocks.iter() {
            if let Some(on_fail) = on_fail(&block.end) {
                self.e.b.set_cold_block(self.blocks[on_fail.fail]);
            }
        }
    }

    // ---- locals and operands ----

    /// The type of a local.
    fn type_of(&self, local: Local) -> &'a Type {
        self.e.ty(self.f.locals[local].ty)
    }

    /// The type of an operand that is a local.
    fn operand_type(&self, operand: &Operand) -> Option<TypeId> {
        match operand {
            Operand::Copy(local) | Operand::Move(local) => Some(self.f.locals[*local].ty),
            Operand::Const(_) => None,
        }
    }

    /// What a local holds.
    fn read(&mut self, local: Local) -> Value {
        match self.homes[local] {
            Home::Value(value) => {
                value.unwrap_or_else(|| panic!("{local:?} of {} is used before it is set", self.f.name))
            }
            Home::Variable(variable) => self.e.b.use_var(variable),
            Home::Slot(slot, offset) => {
                let ty = value::clif_type(self.type_of(local));
                self.e.b.ins().stack_load(types::I64, ty, slot, offset)
            }
        }
    }

    /// Puts a value into a local; what it held is forgotten. Words become floats where the local is one.
    fn define(&mut self, local: Local, value: Value) {
        let ty = value::clif_type(self.type_of(local));
        let value = self.e.as_value(ty, value);
        match self.homes[local] {
            Home::Value(_) => self.homes[local] = Home::Value(Some(value)),
            Home::Variable(variable) => self.e.b.def_var(variable, value),
            Home::Slot(slot, offset) => {
                self.e.b.ins().stack_store(types::I64, value, slot, offset);
            }
        }
    }

    /// Unit.
    fn define_unit(&mut self, local: Local) {
        let zero = self.e.word(0);
        self.define(local, zero);
    }

    /// An operand as it is in registers.
    fn value(&mut self, operand: &Operand) -> Value {
        match operand {
            Operand::Copy(local) | Operand::Move(local) => {
                let value = self.read(*local);
                self.must_be_alive(self.type_of(*local), value);
                value
            }
            Operand::Const(constant) => self.constant(constant),
        }
    }

    /// An operand as a word.
    fn word(&mut self, operand: &Operand) -> Value {
        let value = self.value(operand);
        self.e.as_word(value)
    }

    /// Operands as words.
    fn words(&mut self, operands: &[Operand]) -> Vec<Value> {
        operands.iter().map(|operand| self.word(operand)).collect()
    }

    fn constant(&mut self, constant: &Const) -> Value {
        match constant {
            Const::Unit | Const::Null => self.e.word(0),
            Const::Int(word) => self.e.word(*word),
            Const::Float(float) => self.e.b.ins().f64const(*float),
            Const::Str(text) => self.e.address(Symbol::Str(text.clone())),
            Const::Service(service) => self.e.address(Symbol::Service(*service)),
        }
    }

    // ---- ends ----

    /// Records a fault and begins its path.
    fn fault(&mut self, kind: FaultKind, a: Value, b: Value, site: Site) {
        let kind = self.e.word(kind as i64);
        self.e.run(RuntimeFn::fault, &[self.e.task, kind, a, b]);
        self.trace_start(site);
    }

    fn trace_start(&mut self, site: Site) {
        let site = self.e.number(site.index());
        self.e.run(RuntimeFn::trace_start, &[self.e.task, site]);
    }

    /// Takes the `fail` edge with this status.
    fn fail_with(&mut self, status: Value, on_fail: OnFail) {
        self.define(on_fail.status, status);
        let fail = self.blocks[on_fail.fail];
        self.e.jump(fail);
    }

    /// Takes the `fail` edge with a fault that is recorded.
    fn fail(&mut self, on_fail: OnFail) {
        let one = self.e.word(1);
        self.fail_with(one, on_fail);
    }

    /// Takes the `fail` edge with this fault if the bit is set; goes on in a new block otherwise.
    fn fault_if(&mut self, bit: Value, (kind, a, b): (FaultKind, Value, Value), on_fail: OnFail, site: Site) {
        let (bad, good) = (self.e.cold_block(), self.e.block());
        self.e.branch(bit, bad, good);
        self.e.begin(bad);
        self.fault(kind, a, b, site);
        self.fail(on_fail);
        self.e.begin(good);
    }

    /// Returns early.
    fn return_status(&mut self, status: Value) {
        let mut results: Vec<Value> = Vec::new();
        for ty in self.e.program.results(self.f) {
            let is_float = value::clif_type(self.e.ty(ty)) == types::F64;
            results.push(if is_float { self.e.b.ins().f64const(0.0) } else { self.e.word(0) });
        }
        results.push(status);
        self.e.leave(&results);
    }

    /// Returns the words of the result.
    fn return_values(&mut self, values: &[Operand]) {
        let mut results: Vec<Value> = Vec::new();
        for (ty, value) in self.e.program.results(self.f).into_iter().zip(values) {
            let value = self.value(value);
            results.push(self.e.as_value(value::clif_type(self.e.ty(ty)), value));
        }
        if self.f.status == HasStatus::Yes {
            results.push(self.e.word(0));
        }
        self.e.leave(&results);
    }

    /// Puts what a call gave into locals.
    fn define_all(&mut self, dests: &[Local], values: Vec<Value>) {
        for (dest, value) in dests.iter().zip(values) {
            self.define(*dest, value);
        }
    }
}

/// The `fail` edge of a terminator.
fn on_fail(end: &Terminator) -> Option<OnFail> {
    match end {
        Terminator::Call { on_fail, .. } => *on_fail,
        Terminator::CallRemote(call) => Some(call.on_fail),
        Terminator::Builtin { on_fail, .. }
        | Terminator::Checked { on_fail, .. }
        | Terminator::Index { on_fail, .. }
        | Terminator::RefIndex { on_fail, .. }
        | Terminator::CheckIndex { on_fail, .. }
        | Terminator::ReadText { on_fail, .. }
        | Terminator::CallValue { on_fail, .. }
        | Terminator::Spawn { on_fail, .. }
        | Terminator::NewChannel { on_fail, .. }
        | Terminator::Wait { on_fail, .. }
        | Terminator::Next { on_fail, .. }
        | Terminator::Lock { on_fail, .. }
        | Terminator::Fault { on_fail, .. } => Some(*on_fail),
        Terminator::Select(select) => Some(select.on_fail),
        Terminator::Goto(_)
        | Terminator::Branch { .. }
        | Terminator::Switch { .. }
        | Terminator::SwitchStatus { .. }
        | Terminator::Return(_)
        | Terminator::Fail(_)
        | Terminator::CallDetached(_)
        | Terminator::Unreachable => None,
    }
}

/// The place of a terminator, if it has one.
fn site(end: &Terminator) -> Option<Site> {
    match end {
        Terminator::Call { site, .. }
        | Terminator::Builtin { site, .. }
        | Terminator::Checked { site, .. }
        | Terminator::Index { site, .. }
        | Terminator::RefIndex { site, .. }
        | Terminator::CheckIndex { site, .. }
        | Terminator::ReadText { site, .. }
        | Terminator::CallValue { site, .. }
        | Terminator::Spawn { site, .. }
        | Terminator::NewChannel { site, .. }
        | Terminator::Wait { site, .. }
        | Terminator::Next { site, .. }
        | Terminator::Lock { site, .. }
        | Terminator::Fault { site, .. } => Some(*site),
        Terminator::CallRemote(call) => Some(call.site),
        Terminator::Select(select) => Some(select.site),
        Terminator::Goto(_)
        | Terminator::Branch { .. }
        | Terminator::Switch { .. }
        | Terminator::SwitchStatus { .. }
        | Terminator::Return(_)
        | Terminator::Fail(_)
        | Terminator::CallDetached(_)
        | Terminator::Unreachable => None,
    }
}
