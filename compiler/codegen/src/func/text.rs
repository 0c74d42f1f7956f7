//! Texts: showing, joining, appending, printing. In: strings and values. Out: calls of the runtime; a short piece is appended in place.

use super::FnCx;
use crate::abi::RuntimeFn;
use crate::symbol::Symbol;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{BlockArg, InstBuilder, MemFlagsData, Value, types};
use pluto_abi::layout;
use pluto_middle::mir::{Local, Name, Operand, TypeId};

impl FnCx<'_, '_> {
    pub(super) fn show(&mut self, dest: Local, ty: TypeId, value: &Operand, format: Option<&Name>) {
        let (desc, word) = (self.e.desc(ty), self.word(value));
        let (at, len) = match format {
            Some(text) => (self.e.address(Symbol::Text(text.clone())), self.e.number(text.len())),
            None => (self.e.word(0), self.e.word(0)),
        };
        let text = self.e.ask(RuntimeFn::show, &[desc, word, at, len]);
        self.define(dest, text);
    }

    pub(super) fn concat(&mut self, dest: Local, parts: &[Operand]) {
        let parts = self.in_memory(parts);
        let text = self.e.ask(RuntimeFn::concat, &parts);
        self.define(dest, text);
    }

    pub(super) fn append(&mut self, dest: Local, text: &Operand, parts: &[Operand]) {
        let text = self.word(text);
        let longer = if let [part] = parts {
            let part = self.word(part);
            self.append_one(text, part)
        } else {
            let [at, count] = self.in_memory(parts);
            self.e.ask(RuntimeFn::string_append_all, &[text, at, count])
        };
        self.define(dest, longer);
    }

    /// A piece of up to a word goes behind a text that has room for a word and one owner by copying a word: strings have whole words of
    /// memory, one at least, and what is behind their ends means nothing. Everything else is for the runtime.
    fn append_one(&mut self, text: Value, part: Value) -> Value {
        let (room, mine, put) = (self.e.block(), self.e.block(), self.e.block());
        let (ask, done) = (self.e.cold_block(), self.e.block());
        let longer = self.e.b.append_block_param(done, types::I64);
        let more = self.e.load(part, layout::LEN);
        let short = self.e.b.ins().icmp_imm_u(IntCC::UnsignedLessThanOrEqual, more, 8);
        self.e.branch(short, room, ask);

        self.e.begin(room);
        let (len, cap) = (self.e.load(text, layout::LEN), self.e.load(text, layout::CAP));
        let needed = self.e.b.ins().iadd_imm_s(len, 8);
        self.e.branch_if((IntCC::UnsignedLessThanOrEqual, needed, cap), mine, ask);

        self.e.begin(mine);
        let is_mine = self.is_mine_alone(text);
        self.e.branch(is_mine, put, ask);

        self.e.begin(put);
        let word = self.e.load(part, layout::DATA);
        let end = self.e.b.ins().iadd(text, len);
        // Not aligned.
        self.e.b.ins().store(MemFlagsData::new(), word, end, layout::DATA);
        let new_len = self.e.b.ins().iadd(len, more);
        self.e.store(text, layout::LEN, new_len);
        self.e.b.ins().jump(done, &[BlockArg::Value(text)]);

        self.e.begin(ask);
        let other = self.e.ask(RuntimeFn::string_append, &[text, part]);
        self.e.b.ins().jump(done, &[BlockArg::Value(other)]);
        self.e.begin(done);
        longer
    }

    /// The string behind a reference; an empty one is left there.
    pub(super) fn take(&mut self, dest: Local, from: &Operand) {
        let (from, empty) = (self.word(from), self.e.address(Symbol::Str("".into())));
        let text = self.e.load(from, 0);
        self.e.store(from, 0, empty);
        self.define(dest, text);
    }

    /// Address and number of words.
    fn in_memory(&mut self, operands: &[Operand]) -> [Value; 2] {
        let words = self.words(operands);
        let slot = self.e.slot(words.len());
        let at = self.e.slot_address(slot);
        self.e.store_words(at, 0, &words);
        [at, self.e.number(words.len())]
    }

    pub(super) fn char_at(&mut self, dest: Local, text: &Operand, at: &Operand) {
        let args = [self.word(text), self.word(at)];
        let found = self.e.ask(RuntimeFn::string_char_at, &args);
        self.define(dest, found);
    }

    pub(super) fn print(&mut self, text: &Operand) {
        let text = self.word(text);
        self.e.run(RuntimeFn::print, &[self.e.task, text]);
    }
}
