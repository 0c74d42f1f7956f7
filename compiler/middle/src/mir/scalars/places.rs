//! References. In: instructions that make or use them. Out: for those to words of inline variables, reads and writes of locals; for all
//! others the same instructions with the indices of words.

use super::super::{Inst, Local, Operand, Root, Service, Type, TypeId};
use super::{Pass, Place, words_from};
use crate::ids::Id;
use std::ops::Range;

impl Pass<'_, '_> {
    /// The address of words of a variable, which from now on stand in memory.
    pub(super) fn address(&mut self, place: Place) -> Local {
        let Place { variable, first, ty } = place;
        let count = u32::try_from(self.width(ty)).expect("few words");
        if self.table.layouts.is_inline(ty) {
            self.in_memory.insert(variable);
        } else {
            self.locals[first].addressed = super::Addressed::Yes;
        }
        let dest = self.reference_to(ty, Some(Root { first, count }));
        self.insts.push(Inst::RefLocal { dest, local: first });
        dest
    }

    /// `RefLocal`.
    pub(super) fn ref_local(&mut self, dest: Local, local: Local) {
        let first = self.at[local];
        if self.is_inline(local) {
            self.places.insert(dest, Place { variable: local, first, ty: self.old[local].ty });
            return;
        }
        let dest = self.at[dest];
        self.locals[dest].root = Some(Root::one(first));
        self.insts.push(Inst::RefLocal { dest, local: first });
    }

    /// `RefField`.
    pub(super) fn ref_field(&mut self, dest: Local, base: &Operand, index: u32) {
        let of = self.target(base);
        let range = self.part(of, index);
        if self.table.layouts.is_inline(of) {
            return self.ref_words(dest, base, range.start);
        }
        let base = self.word(base);
        let dest = self.derived(dest, &base);
        self.insts.push(Inst::RefField { dest, base, index: range.start });
    }

    /// `RefVariantField`.
    pub(super) fn ref_variant_field(&mut self, dest: Local, base: &Operand, variant: u32, index: u32) {
        let of = self.target(base);
        let index = self.table.layouts.variant(of, variant).parts[index as usize].start;
        if self.table.layouts.is_inline(of) {
            return self.ref_words(dest, base, index);
        }
        let base = self.word(base);
        let dest = self.derived(dest, &base);
        self.insts.push(Inst::RefVariantField { dest, base, variant, index });
    }

    /// `RefInside`.
    pub(super) fn ref_inside(&mut self, dest: Local, base: &Operand) {
        let of = self.target(base);
        if self.table.layouts.is_inline(of) && !self.is_packed(base) {
            return self.ref_words(dest, base, self.part(of, 0).start);
        }
        // A nullable value in a nullable one is in a box, packed.
        self.note_entry(dest);
        let base = self.word(base);
        let dest = self.derived(dest, &base);
        self.insts.push(Inst::RefInside { dest, base });
    }

    /// A reference to words of an inline value, from one of them on.
    fn ref_words(&mut self, dest: Local, base: &Operand, from: u32) {
        if let Some(place) = self.named(base) {
            let first = Local::from_index(place.first.index() + from as usize);
            let ty = self.target(&Operand::Copy(dest));
            self.places.insert(dest, Place { first, ty, ..place });
            return;
        }
        let base = self.word(base);
        let dest = self.derived(dest, &base);
        self.insts.push(Inst::RefField { dest, base, index: from });
    }

    /// The local of a reference that is made from another one: it points into the same.
    pub(super) fn derived(&mut self, dest: Local, base: &Operand) -> Local {
        let dest = self.at[dest];
        if let Operand::Copy(base) = base {
            self.locals[dest].root = self.locals[*base].root;
        }
        dest
    }

    /// A reference to where exactly one word is kept: an entry of a map, a box.
    pub(super) fn note_entry(&mut self, dest: Local) {
        if self.table.layouts.layout(self.target(&Operand::Copy(dest))).tells.is_some() {
            self.packed.insert(dest);
        }
    }

    fn is_packed(&self, reference: &Operand) -> bool {
        matches!(reference, Operand::Copy(local) if self.packed.contains(local))
    }

    /// `Load`.
    pub(super) fn load(&mut self, dest: Local, from: &Operand) {
        if self.is_packed(from) {
            let (from, mut unpack) = (self.word(from), Vec::new());
            let dest = self.dest(dest, &mut unpack);
            self.insts.push(Inst::Load { dest, from });
            return self.insts.append(&mut unpack);
        }
        let dests = self.words(dest);
        if let Some(place) = self.named(from) {
            let values = words_from(place.first, dests.len()).map(Operand::Copy).collect();
            return self.assign(dests, values);
        }
        let ty = self.target(from);
        let from = self.word(from);
        for (dest, from) in dests.into_iter().zip(self.word_references(from, ty)) {
            self.insts.push(Inst::Load { dest, from });
        }
    }

    /// `Store`.
    pub(super) fn store(&mut self, to: &Operand, value: &Operand) {
        if self.is_packed(to) {
            let (to, value) = (self.word(to), self.word(value));
            return self.insts.push(Inst::Store { to, value });
        }
        let ty = self.target(to);
        let values = self.parts(value, ty);
        if let Some(place) = self.named(to) {
            return self.assign(words_from(place.first, values.len()).collect(), values);
        }
        let to = self.word(to);
        for (to, value) in self.word_references(to, ty).into_iter().zip(values) {
            self.insts.push(Inst::Store { to, value });
        }
    }

    /// References to each word of the value of a type that a reference points to.
    fn word_references(&mut self, reference: Operand, ty: TypeId) -> Vec<Operand> {
        if !self.table.layouts.is_inline(ty) {
            return vec![reference];
        }
        let words = self.table.layouts.words(ty).to_vec();
        let root = if let Operand::Copy(local) = &reference { self.locals[*local].root } else { None };
        let references = (0..).zip(words).map(|(index, word)| {
            let dest = self.reference_to(word, root);
            self.insts.push(Inst::RefField { dest, base: reference.clone(), index });
            Operand::Copy(dest)
        });
        references.collect()
    }

    /// The words that an old reference names, if it does.
    fn named(&self, reference: &Operand) -> Option<Place> {
        let Operand::Copy(local) = reference else { return None };
        self.places.get(local).copied()
    }

    /// What an old reference points to.
    pub(super) fn target(&self, reference: &Operand) -> TypeId {
        match self.type_of(reference).map(|ty| &self.table.types[ty]) {
            Some(Type::Ref(inner)) => *inner,
            Some(_) | None => panic!("{reference:?} is no reference"),
        }
    }

    /// Which words of an object, or of an inline value, a part is.
    pub(super) fn part(&self, ty: TypeId, index: u32) -> Range<u32> {
        self.table.layouts.body(ty).parts[index as usize].clone()
    }

    /// The same of a service.
    pub(super) fn service_part(&self, service: &Operand, index: u32) -> Range<u32> {
        self.table.layouts.service(self.service(service)).parts[index as usize].clone()
    }

    /// The types of the fields of a service.
    pub(super) fn service_fields(&self, service: &Operand) -> &[TypeId] {
        &self.table.services[self.service(service)]
    }

    fn service(&self, operand: &Operand) -> Service {
        if let Operand::Const(super::super::Const::Service(service)) = operand {
            return *service;
        }
        match self.type_of(operand).map(|ty| &self.table.types[ty]) {
            Some(Type::Service(service)) => *service,
            Some(_) | None => panic!("{operand:?} is no service"),
        }
    }
}
