//! Ends of blocks. In: a terminator of `lower`. Out: one on words. A result that comes as a box is taken apart in the block that it leads
//! to, or in one of its own on the way there if others lead there too.

use super::super::flow::{self, Use};
use super::super::{Block, BlockData, Entry, Inst, Local, Operand, Terminator, Type};
use super::Pass;

impl Pass<'_, '_> {
    /// The end of a block.
    pub(super) fn end(&mut self, end: &Terminator) -> Terminator {
        if let Terminator::Return(values) = end {
            let values = match self.entry {
                Entry::Task => values.iter().map(|value| self.word(value)).collect(),
                Entry::Direct | Entry::Value => self.all_parts(values, &[self.result]),
            };
            return Terminator::Return(values);
        }
        if let Terminator::Index { dest, base, index, then, on_fail, site } = end
            && self.has_inline_elements(base)
        {
            let (array, index) = (self.word(base), self.word(index));
            let words = self.words(*dest).into_iter().zip(self.whole(*dest));
            let read = |(dest, part)| Inst::ElementAt { dest, array: array.clone(), index: index.clone(), part };
            let reads = words.map(read).collect();
            let then = self.on_the_way(*then, reads);
            let on_fail = self.early(*on_fail);
            return Terminator::CheckIndex { array, index, then, on_fail, site: *site };
        }
        if let Terminator::RefIndex { dest, base, .. } = end
            && let Type::Map(..) = self.table.types[self.target(base)]
        {
            self.note_entry(*dest);
        }
        let mut end = end.clone();
        self.calls(&mut end);
        end
    }

    fn calls(&mut self, end: &mut Terminator) {
        if let Terminator::Call { dests, args, function, .. } = end {
            let params = self.table.signatures[*function].clone();
            (*args, *dests) = (self.all_parts(args, &params), self.all_words(dests));
            if let Terminator::Call { on_fail: Some(on_fail), .. } = end {
                *on_fail = self.early(*on_fail);
            }
        } else if let Terminator::CallValue { dests, callee, args, on_fail, .. } = end {
            let params = match self.type_of(callee).map(|ty| &self.table.types[ty]) {
                Some(Type::Fn { params, .. }) => params.clone(),
                Some(_) | None => panic!("{callee:?} is no function"),
            };
            let callee_word = self.word(callee);
            (*callee, *args, *dests) = (callee_word, self.all_parts(args, &params), self.all_words(dests));
            *on_fail = self.early(*on_fail);
        } else {
            flow::end_operands_mut(end, &|_, _| Use::Borrowed, &mut |operand, _| *operand = self.word(operand));
            flow::edges_mut(end, &mut |to, dests| {
                let mut unbox = Vec::new();
                for dest in dests {
                    *dest = self.dest(*dest, &mut unbox);
                }
                *to = self.on_the_way(*to, unbox);
            });
            if let Terminator::RefIndex { dest, base: Operand::Copy(base), .. } = end {
                self.locals[*dest].root = self.locals[*base].root;
            }
        }
    }

    fn early(&self, on_fail: super::super::OnFail) -> super::super::OnFail {
        super::super::OnFail { status: self.at[on_fail.status], fail: on_fail.fail }
    }

    fn all_words(&self, dests: &[Local]) -> Vec<Local> {
        dests.iter().flat_map(|dest| self.words(*dest)).collect()
    }

    fn has_inline_elements(&self, base: &Operand) -> bool {
        match self.type_of(base).map(|ty| &self.table.types[ty]) {
            Some(Type::Array(element)) => self.table.layouts.is_inline(*element),
            Some(_) | None => false,
        }
    }

    /// Where to go so that these instructions come first.
    fn on_the_way(&mut self, to: Block, insts: Vec<Inst>) -> Block {
        if insts.is_empty() {
            return to;
        }
        if self.entries[to] == 1 {
            self.first.entry(to).or_default().extend(insts);
            return to;
        }
        self.done.push(BlockData { insts, end: Terminator::Goto(to) })
    }
}
