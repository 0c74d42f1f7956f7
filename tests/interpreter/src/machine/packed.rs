//! Values of inline types as one word. In: their words, or that one. Out: the other.

use super::Machine;
use crate::heap::Body;
use crate::value::{Sound, Value, wrong};
use pluto_middle::mir::{Boxed, Local, Operand, Type, TypeId};

impl Machine<'_> {
    /// `Pack`.
    pub(super) fn pack(&mut self, dest: Local, ty: TypeId, words: &[Operand]) -> Sound<()> {
        let words = words.iter().map(|word| self.owned(word)).collect::<Sound<Vec<Value>>>()?;
        let packed = self.packed(ty, words)?;
        self.set(dest, packed)
    }

    /// `Unpack`: one word, as a new count.
    pub(super) fn unpack(&mut self, dest: Local, base: &Operand, index: usize) -> Sound<()> {
        let (Operand::Copy(local) | Operand::Move(local)) = base else { return wrong("a constant is unpacked") };
        let ty = self.frame()?.function.locals[*local].ty;
        let value = self.borrowed(base)?;
        match self.unpacked(ty, value)?.get(index) {
            Some(word) => self.new_count(dest, *word),
            None => wrong(format!("word {index} is unpacked")),
        }
    }

    /// The one word of a value with these words (owned).
    pub(super) fn packed(&mut self, ty: TypeId, words: Vec<Value>) -> Sound<Value> {
        let layout = self.program.layouts.layout(ty);
        let Some(tells) = layout.tells else { return Ok(self.heap.new_object(Body::Fields(ty, words))) };
        let is_zero = |word: &Value| matches!(word, Value::Null | Value::Word(0)) || *word == Value::Float(0.0);
        if is_zero(&words[tells as usize]) {
            let clean = words.iter().all(is_zero);
            return if clean { Ok(Value::Null) } else { wrong(format!("`none` has the words {words:?}")) };
        }
        let range = layout.bodies[0].parts[0].clone();
        let inside = words[range.start as usize..range.end as usize].to_vec();
        let Type::Nullable { inner, .. } = self.program.types[ty] else { return wrong("only nullables tell") };
        let inside = match inside[..] {
            _ if self.program.layouts.is_inline(inner) => self.packed(inner, inside)?,
            [word] => word,
            _ => return wrong(format!("there are {} words inside", inside.len())),
        };
        self.wrap(ty, inside)
    }

    /// The words (borrowed) of a value that is one.
    pub(super) fn unpacked(&self, ty: TypeId, value: Value) -> Sound<Vec<Value>> {
        let layout = self.program.layouts.layout(ty);
        if layout.tells.is_none() {
            let (found, words) = self.heap.fields(value)?;
            return if found == ty {
                Ok(words.to_vec())
            } else {
                wrong(format!("an object of type {} is another value", found.0))
            };
        }
        if value == Value::Null {
            let zero =
                |word: &TypeId| if self.program.types[*word].is_counted() { Value::Null } else { Value::Word(0) };
            return Ok(layout.words.iter().map(zero).collect());
        }
        let Type::Nullable { inner, boxed } = self.program.types[ty] else { return wrong("only nullables tell") };
        let inside = match boxed {
            Boxed::Yes => self.heap.part(value.handle()?, 0)?,
            Boxed::No => value,
        };
        let mut words = vec![Value::Word(1); layout.bodies[0].parts[0].start as usize];
        if self.program.layouts.is_inline(inner) {
            words.extend(self.unpacked(inner, inside)?);
        } else {
            words.push(inside);
        }
        Ok(words)
    }
}
