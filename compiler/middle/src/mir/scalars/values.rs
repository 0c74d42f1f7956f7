//! Nullable values and enums. In: the instructions of `lower` that make them and look into them. Out: for inline ones, the same on
//! their words.

use super::super::{Const, Inst, Local, Op1, Operand, Type, TypeId};
use super::Pass;

impl Pass<'_, '_> {
    /// An instruction on an inline value of such a type; `false` if it is none.
    pub(super) fn value(&mut self, inst: &Inst) -> bool {
        if let Inst::Wrap { dest, ty, value } = inst
            && self.table.layouts.is_inline(*ty)
        {
            self.wrap(*dest, *ty, value);
        } else if let Inst::IsNull { dest, base: Operand::Copy(base) } = inst
            && self.is_inline(*base)
        {
            let is_null = self.is_null(self.at[*dest], *base);
            self.insts.push(is_null);
        } else if let Inst::Unwrap { dest, base: Operand::Copy(base) } = inst
            && self.is_inline(*base)
        {
            self.take_out(*dest, *base, 0, 0);
        } else if let Inst::NewVariant { dest, ty, variant, fields } = inst
            && self.table.layouts.is_inline(*ty)
        {
            self.variant(*dest, *ty, *variant, fields);
        } else if let Inst::Tag { dest, base: Operand::Copy(base) } = inst
            && self.is_inline(*base)
        {
            self.assign(vec![self.at[*dest]], vec![Operand::Copy(self.at[*base])]);
        } else if let Inst::VariantField { dest, base: Operand::Copy(base), variant, index } = inst
            && self.is_inline(*base)
        {
            self.take_out(*dest, *base, *variant, *index);
        } else {
            return false;
        }
        true
    }

    fn wrap(&mut self, dest: Local, ty: TypeId, value: &Operand) {
        let Type::Nullable { inner, .. } = self.table.types[ty] else { panic!("only nullable types wrap") };
        let values = self.parts(value, inner);
        let mut words = vec![Operand::Const(Const::Int(1)); self.width(ty)];
        let range = self.part(ty, 0);
        self.put(&mut words, range.start as usize, values, ty);
        self.assign(self.words(dest), words);
    }

    fn variant(&mut self, dest: Local, ty: TypeId, variant: u32, fields: &[Operand]) {
        let mut words = self.zeros(ty);
        words[0] = Operand::Const(Const::Int(i64::from(variant)));
        let types = self.part_types(ty, variant);
        let ranges = self.table.layouts.variant(ty, variant).parts.clone();
        for ((field, of), range) in fields.iter().zip(types).zip(ranges) {
            let values = self.parts(field, of);
            self.put(&mut words, range.start as usize, values, ty);
        }
        self.assign(self.words(dest), words);
    }

    /// Puts values into the words of a type from one on; those that are nullable there are made so.
    fn put(&mut self, words: &mut [Operand], from: usize, values: Vec<Operand>, ty: TypeId) {
        for (at, value) in (from..).zip(values) {
            let word = self.table.layouts.words(ty)[at];
            words[at] = if self.is_nullable(word) && !self.may_be_null(&value) {
                let dest = self.temp(word);
                self.insts.push(Inst::Wrap { dest, ty: word, value });
                Operand::Copy(dest)
            } else {
                value
            };
        }
    }

    fn is_nullable(&self, ty: TypeId) -> bool {
        matches!(self.table.types[ty], Type::Nullable { .. })
    }

    fn may_be_null(&self, value: &Operand) -> bool {
        match value {
            Operand::Copy(local) | Operand::Move(local) => self.is_nullable(self.locals[*local].ty),
            Operand::Const(constant) => *constant == Const::Null,
        }
    }

    /// A part of a nullable value or enum, out of its words.
    fn take_out(&mut self, dest: Local, base: Local, variant: u32, index: u32) {
        let range = self.table.layouts.variant(self.old[base].ty, variant).parts[index as usize].clone();
        let from = self.words(base)[range.start as usize..range.end as usize].to_vec();
        for (dest, from) in self.words(dest).into_iter().zip(from) {
            let missing = self.is_nullable(self.locals[from].ty) && !self.is_nullable(self.locals[dest].ty);
            if missing {
                self.insts.push(Inst::Unwrap { dest, base: Operand::Copy(from) });
            } else {
                self.assign(vec![dest], vec![Operand::Copy(from)]);
            }
        }
    }

    /// Is an inline value `none`?
    fn is_null(&self, dest: Local, base: Local) -> Inst {
        let tells = self.table.layouts.layout(self.old[base].ty).tells.expect("only nullable values are asked");
        let word = self.words(base)[tells as usize];
        let operand = Operand::Copy(word);
        if self.table.types[self.locals[word].ty] == Type::Bool {
            Inst::Op1 { dest, op: Op1::Not, operand }
        } else {
            Inst::IsNull { dest, base: operand }
        }
    }
}
