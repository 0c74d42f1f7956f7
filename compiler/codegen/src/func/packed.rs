//! Inline nullable values as one word. In: their words, or that one. Out: 0 for `none`, else what is inside, packed; and back.

use super::FnCx;
use super::place::at;
use crate::value;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{BlockArg, InstBuilder, Value, types};
use pluto_abi::layout;
use pluto_middle::mir::{Boxed, Local, Operand, Type, TypeId};

impl FnCx<'_, '_> {
    /// Packs the words of a value.
    pub(super) fn pack(&mut self, dest: Local, ty: TypeId, words: &[Operand]) {
        let words = self.words(words);
        let layout = self.e.program.layouts.layout(ty);
        let tells = words[layout.tells.expect("only inline nullable values are packed") as usize];
        let range = layout.bodies[0].parts[0].clone();
        let inside = &words[range.start as usize..range.end as usize];
        let (some, done) = (self.e.block(), self.e.block());
        let packed = self.e.b.append_block_param(done, types::I64);
        let none = self.e.word(0);
        self.e.b.ins().brif(tells, some, &[], done, &[BlockArg::Value(none)]);
        self.e.begin(some);
        let word = self.pack_inside(ty, inside);
        self.e.b.ins().jump(done, &[BlockArg::Value(word)]);
        self.e.begin(done);
        self.define(dest, packed);
    }

    fn pack_inside(&mut self, ty: TypeId, words: &[Value]) -> Value {
        let Type::Nullable { inner, boxed } = *self.e.ty(ty) else { panic!("only nullable values are packed") };
        let word = if self.e.program.layouts.is_inline(inner) { self.e.object(inner, words) } else { words[0] };
        match boxed {
            Boxed::Yes => self.e.object(ty, &[word]),
            Boxed::No => word,
        }
    }

    /// A word of a packed value, as a new count.
    pub(super) fn unpack(&mut self, dest: Local, base: &Operand, index: u32) {
        let ty = self.operand_type(base).expect("packed values are in locals");
        let layout = self.e.program.layouts.layout(ty);
        let from = layout.bodies[0].parts[0].start;
        let packed = self.word(base);
        if index < from {
            let none = self.e.word(0);
            let some = self.e.compare(IntCC::NotEqual, packed, none);
            return self.define(dest, some);
        }
        let register = value::clif_type(self.type_of(dest));
        let (some, done) = (self.e.block(), self.e.block());
        let found = self.e.b.append_block_param(done, register);
        let nothing = if register == types::F64 { self.e.b.ins().f64const(0.0) } else { self.e.word(0) };
        self.e.b.ins().brif(packed, some, &[], done, &[BlockArg::Value(nothing)]);
        self.e.begin(some);
        let word = self.e.load_as(register, packed, at(layout::FIELDS, index - from));
        self.e.b.ins().jump(done, &[BlockArg::Value(word)]);
        self.e.begin(done);
        self.define_new_count(dest, found);
    }
}
