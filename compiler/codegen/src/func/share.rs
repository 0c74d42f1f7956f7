//! Sharing between threads: a shared object reaches only shared and static ones, so a value is shared before it is stored where
//! other tasks may find it. In: references, and what is stored through them. Out: nothing where there is only one task or where the
//! value has no count; else a look at the container, where that can tell, and at the value's count.

use super::FnCx;
use crate::abi::RuntimeFn;
use crate::emitter::Emitter;
use crate::sharing::service_of;
use crate::value::{self, Counted};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use cranelift_frontend::Variable;
use pluto_middle::mir::{Function, Inst, Local, Operand, Program, Terminator, Type, TypeId, flow};
use std::collections::{BTreeMap, BTreeSet};

/// What a reference points into.
#[derive(Clone, Copy)]
pub(super) enum Container {
    /// A local, or a service that only one task ever reaches.
    Own,
    /// An object: this one. Its count tells.
    Object(Variable),
    /// A service that several tasks may reach, or nobody knows.
    Open,
}

/// The same before there are variables.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Own,
    Object,
    Open,
}

/// References that counted values are stored through.
#[derive(Default)]
pub(super) struct Containers {
    known: BTreeMap<Local, Container>,
    /// A reference to words of an inline value, and the one that it was made from: both point into the same.
    origins: BTreeMap<Local, Local>,
}

/// Finds out about the references through which counted values are stored.
pub(super) fn survey(e: &mut Emitter<'_>, f: &Function) -> Containers {
    if !e.is_concurrent() && !e.checks_memory() {
        return Containers::default();
    }
    let origins = origins(e.program, f);
    let stored: BTreeSet<Local> =
        stored_through(e.program, f).into_iter().map(|local| origin(&origins, local)).collect();
    let mut kinds: BTreeMap<Local, Kind> = BTreeMap::new();
    if !stored.is_empty() {
        sources(e, f, &mut |local, kind| {
            if stored.contains(&local) {
                kinds
                    .entry(local)
                    .and_modify(|known| *known = if *known == kind { kind } else { Kind::Open })
                    .or_insert(kind);
            }
        });
    }
    let containers = kinds.into_iter().map(|(local, kind)| match kind {
        Kind::Own => (local, Container::Own),
        Kind::Object => (local, Container::Object(e.b.declare_var(types::I64))),
        Kind::Open => (local, Container::Open),
    });
    Containers { known: containers.collect(), origins }
}

/// The references that are made from others to inline values.
fn origins(program: &Program, f: &Function) -> BTreeMap<Local, Local> {
    let insts = f.blocks.iter().flat_map(|block| &block.insts);
    let made = insts.filter_map(|inst| {
        let Inst::RefField { dest, base: Operand::Copy(base), .. } = inst else { return None };
        let Type::Ref(inner) = &program.types[f.locals[*base].ty] else { return None };
        program.layouts.is_inline(*inner).then_some((*dest, *base))
    });
    made.collect()
}

/// The first of those that point into the same.
fn origin(origins: &BTreeMap<Local, Local>, mut local: Local) -> Local {
    while let Some(base) = origins.get(&local) {
        local = *base;
    }
    local
}

fn stored_through(program: &Program, f: &Function) -> BTreeSet<Local> {
    let insts = f.blocks.iter().flat_map(|block| &block.insts);
    let places = insts.filter_map(|inst| {
        let Inst::Store { to: Operand::Copy(local) | Operand::Move(local), value } = inst else { return None };
        let Type::Ref(inner) = &program.types[f.locals[*local].ty] else { return None };
        // Constants are static.
        let is_constant = matches!(value, Operand::Const(_));
        (program.types[*inner].is_counted() && !is_constant).then_some(*local)
    });
    places.collect()
}

/// Where references come from: every place that sets one.
fn sources(e: &Emitter<'_>, f: &Function, see: &mut dyn FnMut(Local, Kind)) {
    f.params.iter().for_each(|(param, _)| see(*param, Kind::Open));
    for block in f.blocks.iter() {
        for inst in &block.insts {
            let kind = if let Inst::RefServiceField { service, .. } = inst {
                service_kind(e, f, service)
            } else if matches!(
                inst,
                Inst::RefField { .. }
                    | Inst::RefVariantField { .. }
                    | Inst::RefElement { .. }
                    | Inst::RefOrInsert { .. }
            ) {
                Kind::Object
            } else if matches!(inst, Inst::RefLocal { .. }) {
                Kind::Own
            } else {
                Kind::Open
            };
            flow::dests(inst).into_iter().flatten().for_each(|dest| see(dest, kind));
        }
        let kind = if let Terminator::RefIndex { .. } = block.end { Kind::Object } else { Kind::Open };
        flow::edges(&block.end, &mut |_, dests| dests.iter().for_each(|dest| see(*dest, kind)));
    }
}

fn service_kind(e: &Emitter<'_>, f: &Function, service: &Operand) -> Kind {
    let private = service_of(e.program, f, service).is_some_and(|service| e.findings.private.contains(&service));
    if private { Kind::Own } else { Kind::Open }
}

impl FnCx<'_, '_> {
    /// The object that a new reference points into.
    pub(super) fn note_container(&mut self, reference: Local, object: Value) {
        if let Some(Container::Object(variable)) = self.containers.known.get(&reference) {
            self.e.b.def_var(*variable, object);
        }
    }

    /// The same, of the object whose address is in a slot.
    pub(super) fn note_container_behind(&mut self, reference: Local, slot: Value) {
        if let Some(Container::Object(variable)) = self.containers.known.get(&reference) {
            let object = self.e.load(slot, 0);
            self.e.b.def_var(*variable, object);
        }
    }

    /// Shares a value that is about to be stored through a reference, if need be.
    pub(super) fn share_stored(&mut self, to: &Operand, value: &Operand, word: Value) {
        let (Operand::Copy(reference) | Operand::Move(reference)) = to else { return };
        let reference = origin(&self.containers.origins, *reference);
        let (Some(container), Some(ty)) = (self.containers.known.get(&reference).copied(), self.operand_type(value))
        else {
            return;
        };
        let concurrent = self.e.is_concurrent();
        match container {
            Container::Own => {}
            Container::Open if concurrent => {
                self.share(ty, word);
                self.may_be_seen(None, ty, word);
            }
            // There is nobody who could see it.
            Container::Open => {}
            Container::Object(variable) => {
                let container = self.e.b.use_var(variable);
                if concurrent {
                    self.share_in(container, ty, word);
                }
                self.may_be_seen(Some(container), ty, word);
            }
        }
    }

    /// Shares a value that goes into an object, if that is shared.
    pub(super) fn share_in(&mut self, container: Value, ty: TypeId, word: Value) {
        if value::counted(self.e.ty(ty)) == Counted::Never || !self.e.is_concurrent() {
            return;
        }
        let (shared, done) = (self.e.cold_block(), self.e.block());
        let count = self.count(container);
        let is_shared = self.e.b.ins().icmp_imm_s(IntCC::SignedLessThan, count, 0);
        self.e.branch(is_shared, shared, done);
        self.e.begin(shared);
        self.share(ty, word);
        self.e.jump(done);
        self.e.begin(done);
    }

    /// The same, of the first value of a service's field.
    pub(super) fn share_initial(&mut self, service: &Operand, value: &Operand, word: Value) {
        let Some(ty) = self.operand_type(value) else { return };
        if self.e.is_concurrent() && service_kind(self.e, self.f, service) == Kind::Open {
            self.share(ty, word);
            self.may_be_seen(None, ty, word);
        }
    }

    /// Marks a value as shared, unless it is already. What holds no counts itself needs no more than its own count negated.
    fn share(&mut self, ty: TypeId, word: Value) {
        let of = self.e.ty(ty);
        let counted = value::counted(of);
        if counted == Counted::Never {
            return;
        }
        let is_leaf = value::is_leaf(self.e.program, of);
        self.if_object(counted, word, |cx, object| {
            let (mark, done) = (cx.e.block(), cx.e.block());
            let count = cx.count(object);
            let is_mine = cx.e.b.ins().icmp_imm_s(IntCC::SignedGreaterThan, count, 0);
            cx.e.branch(is_mine, mark, done);
            cx.e.begin(mark);
            if is_leaf {
                let owners = cx.e.b.ins().ineg(count);
                cx.set_count(object, owners);
            } else {
                let desc = cx.e.desc(ty);
                cx.e.run(RuntimeFn::share, &[desc, object]);
            }
            cx.e.jump(done);
            cx.e.begin(done);
        });
    }
}
