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
        words.splice(range.start as usize..range.end as usize, values);
        self.assign(self.words(dest), words);
    }

    fn variant(&mut self, dest: Local, ty: TypeId, variant: u32, fields: &[Operand]) {
        let mut words = self.zeros(ty);
        words[0] = Operand::Const(Const::Int(i64::from(variant)));
        let types = self.part_types(ty, variant);
        let ranges = self.table.layouts.variant(ty, variant).parts.clone();
        for ((field, of), range) in fields.iter().zip(types).zip(ranges) {
            let values = self.parts(field, of);
            words.splice(range.start as usize..range.end as usize, values);
        }
        self.assign(self.words(dest), words);
    }

    /// A part of a nullable value or enum, out of its words.
    fn take_out(&mut self, dest: Local, base: Local, variant: u32, index: u32) {
        let range = self.table.layouts.variant(self.old[base].ty, variant).parts[index as usize].clone();
        let from = self.words(base)[range.start as usize..range.end as usize].to_vec();
        self.assign(self.words(dest), from.into_iter().map(Operand::Copy).collect());
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
