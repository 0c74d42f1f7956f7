//! Instructions. In: one of `lower`. Out: the instructions on words that do the same.

use super::super::flow;
use super::super::{Cmp, Inst, Local, Method, Op1, Op2, Operand, Type, TypeId};
use super::Pass;
use std::ops::Range;

impl Pass<'_, '_> {
    /// One instruction.
    pub(super) fn inst(&mut self, inst: &Inst) {
        if let Inst::Assign { dest, value } = inst {
            self.assign_whole(inst, *dest, value);
        } else if let Inst::Compare { dest, op, ty, left, right } = inst
            && self.table.layouts.is_inline(*ty)
        {
            self.compare(*dest, *op, *ty, (left, right));
        } else if let Inst::RefLocal { dest, local } = inst {
            self.ref_local(*dest, *local);
        } else if let Inst::RefField { dest, base, index } = inst {
            self.ref_field(*dest, base, *index);
        } else if let Inst::RefVariantField { dest, base, variant, index } = inst {
            self.ref_variant_field(*dest, base, *variant, *index);
        } else if let Inst::RefInside { dest, base } = inst {
            self.ref_inside(*dest, base);
        } else if let Inst::RefServiceField { dest, service, index } = inst {
            let index = self.service_part(service, *index).start;
            self.insts.push(Inst::RefServiceField { dest: self.at[*dest], service: service.clone(), index });
        } else if let Inst::RefOrInsert { dest, map, key, value } = inst {
            let [map, key, value] = [map, key, value].map(|operand| self.word(operand));
            self.note_entry(*dest);
            let dest = self.derived(*dest, &map);
            self.insts.push(Inst::RefOrInsert { dest, map, key, value });
        } else if let Inst::Load { dest, from } = inst {
            self.load(*dest, from);
        } else if let Inst::Store { to, value } = inst {
            self.store(to, value);
        } else if !self.value(inst) && !self.made(inst) && !self.read(inst) {
            self.of_words(inst.clone());
        }
    }

    /// What takes and gives single words.
    fn of_words(&mut self, mut inst: Inst) {
        flow::inst_operands_mut(&mut inst, &mut |operand, _| *operand = self.word(operand));
        let mut unbox = Vec::new();
        for dest in flow::dests_mut(&mut inst).into_iter().flatten() {
            *dest = self.dest(*dest, &mut unbox);
        }
        self.insts.push(inst);
        self.insts.append(&mut unbox);
    }

    fn assign_whole(&mut self, inst: &Inst, dest: Local, value: &Operand) {
        if !self.is_inline(dest) {
            return self.of_words(inst.clone());
        }
        let values = self.parts(value, self.old[dest].ty);
        self.assign(self.words(dest), values);
    }

    /// What puts values into new objects, containers and services.
    fn made(&mut self, inst: &Inst) -> bool {
        if let Inst::New { dest, ty, fields } = inst {
            let fields = self.all_parts(fields, &self.part_types(*ty, 0));
            if self.table.layouts.is_inline(*ty) {
                self.assign(self.words(*dest), fields);
            } else {
                self.insts.push(Inst::New { dest: self.at[*dest], ty: *ty, fields });
            }
        } else if let Inst::NewVariant { dest, ty, variant, fields } = inst {
            let fields = self.all_parts(fields, &self.part_types(*ty, *variant));
            self.insts.push(Inst::NewVariant { dest: self.at[*dest], ty: *ty, variant: *variant, fields });
        } else if let Inst::NewArray { dest, ty, elements } = inst {
            let types = vec![self.element_of(*ty); elements.len()];
            let elements = self.all_parts(elements, &types);
            self.insts.push(Inst::NewArray { dest: self.at[*dest], ty: *ty, elements });
        } else if let Inst::MakeClosure { dest, ty, function, captures } = inst {
            let captures = self.all_parts(captures, &self.part_types(*ty, 0));
            self.insts.push(Inst::MakeClosure { dest: self.at[*dest], ty: *ty, function: *function, captures });
        } else if let Inst::InitServiceField { service, index, value } = inst {
            let range = self.service_part(service, *index);
            let ty = self.service_fields(service)[*index as usize];
            for (index, value) in range.zip(self.parts(value, ty)) {
                self.insts.push(Inst::InitServiceField { service: service.clone(), index, value });
            }
        } else if let Inst::Builtin { dest, method: Method::ArrayPush, receiver, args } = inst {
            let mut words = vec![self.word(&args[0])];
            words.extend(self.parts(&args[1], self.element_of(*receiver)));
            let (method, receiver) = (Method::ArrayPush, *receiver);
            self.insts.push(Inst::Builtin { dest: self.at[*dest], method, receiver, args: words });
        } else {
            return false;
        }
        true
    }

    /// What reads parts.
    fn read(&mut self, inst: &Inst) -> bool {
        if let Inst::Field { dest, base, index } = inst {
            let of = self.type_of(base).expect("fields are read from locals");
            let range = self.part(of, *index);
            if self.table.layouts.is_inline(of) {
                let values = self.parts(base, of);
                let values = values[range.start as usize..range.end as usize].to_vec();
                self.assign(self.words(*dest), values);
            } else {
                self.each_word(*dest, base, range, |dest, base, index| Inst::Field { dest, base, index });
            }
        } else if let Inst::VariantField { dest, base, variant, index } = inst {
            let of = self.type_of(base).expect("fields are read from locals");
            let range = self.table.layouts.variant(of, *variant).parts[*index as usize].clone();
            let variant = *variant;
            self.each_word(*dest, base, range, |dest, base, index| Inst::VariantField { dest, base, variant, index });
        } else if let Inst::Capture { dest, closure, index } = inst {
            let of = self.type_of(closure).expect("closures are locals");
            let range = self.part(of, *index);
            self.each_word(*dest, closure, range, |dest, closure, index| Inst::Capture { dest, closure, index });
        } else if let Inst::ServiceField { dest, service, index } = inst {
            let range = self.service_part(service, *index);
            self.each_word(*dest, service, range, |dest, service, index| Inst::ServiceField { dest, service, index });
        } else if let Inst::ElementAt { dest, array, index, .. } = inst {
            let index = self.word(index);
            let range = self.whole(*dest);
            self.each_word(*dest, array, range, |dest, array, part| Inst::ElementAt {
                dest,
                array,
                index: index.clone(),
                part,
            });
        } else {
            return false;
        }
        true
    }

    /// All words of the value that a local is to hold.
    pub(super) fn whole(&self, dest: Local) -> Range<u32> {
        0..u32::try_from(self.words(dest).len()).expect("few words")
    }

    fn each_word(
        &mut self,
        dest: Local,
        base: &Operand,
        range: Range<u32>,
        make: impl Fn(Local, Operand, u32) -> Inst,
    ) {
        let base = self.word(base);
        for (dest, index) in self.words(dest).into_iter().zip(range) {
            self.insts.push(make(dest, base.clone(), index));
        }
    }

    /// The words of all these values, one behind the other, where values of these types are wanted.
    pub(super) fn all_parts(&mut self, operands: &[Operand], types: &[TypeId]) -> Vec<Operand> {
        assert!(operands.len() == types.len(), "{operands:?} do not match {types:?}");
        operands.iter().zip(types).flat_map(|(operand, ty)| self.parts(operand, *ty)).collect()
    }

    /// The types of the parts of a class, tuple, error or closure, or of a variant.
    pub(super) fn part_types(&self, ty: TypeId, variant: u32) -> Vec<TypeId> {
        crate::layout::parts_of(&self.table.types[ty]).swap_remove(variant as usize)
    }

    fn element_of(&self, array: TypeId) -> TypeId {
        let Type::Array(element) = self.table.types[array] else { panic!("only arrays have elements") };
        element
    }

    /// Equal if all words are.
    fn compare(&mut self, dest: Local, op: Cmp, ty: TypeId, (left, right): (&Operand, &Operand)) {
        let truth = self.table.truth();
        let (left, right) = (self.parts(left, ty), self.parts(right, ty));
        let words = self.table.layouts.words(ty).to_vec();
        let mut so_far: Option<Operand> = None;
        for (word, (left, right)) in words.into_iter().zip(left.into_iter().zip(right)) {
            let same = self.temp(truth);
            let equal = self.equal(same, word, left, right);
            self.insts.push(equal);
            so_far = Some(match so_far {
                None => Operand::Copy(same),
                Some(before) => {
                    let both = self.temp(truth);
                    self.insts.push(Inst::Op2 {
                        dest: both,
                        op: Op2::BitAnd,
                        left: before,
                        right: Operand::Copy(same),
                    });
                    Operand::Copy(both)
                }
            });
        }
        let (dest, all) = (self.at[dest], so_far.expect("inline values have words"));
        self.insts.push(match op {
            Cmp::Ne => Inst::Op1 { dest, op: Op1::Not, operand: all },
            Cmp::Eq | Cmp::Lt | Cmp::Le | Cmp::Gt | Cmp::Ge => Inst::Assign { dest, value: all },
        });
    }

    fn equal(&self, dest: Local, ty: TypeId, left: Operand, right: Operand) -> Inst {
        let word = &self.table.types[ty];
        if word.is_counted() {
            return Inst::Compare { dest, op: Cmp::Eq, ty, left, right };
        }
        let op = if *word == Type::Float { Op2::FloatEq } else { Op2::IntEq };
        Inst::Op2 { dest, op, left, right }
    }
}
