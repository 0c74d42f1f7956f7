//! Reading parts of objects: fields, elements, entries, what is inside a nullable value. In: borrowed objects. Out: new counts.

use super::Machine;
use crate::heap::Body;
use crate::value::{Sound, Value, wrong};
use pluto_middle::mir::{Boxed, Local, Operand, Type, TypeId};

impl Machine<'_> {
    /// A value that somebody else keeps, as a new count unless it is put into a view.
    pub(super) fn new_count(&mut self, dest: Local, value: Value) -> Sound<()> {
        if self.is_counted(dest)? {
            self.heap.dup(value)?;
        }
        self.set(dest, value)
    }

    pub(super) fn part(&mut self, dest: Local, base: &Operand, index: usize) -> Sound<()> {
        let base = self.borrowed(base)?.handle()?;
        let value = self.heap.part(base, index)?;
        self.new_count(dest, value)
    }

    pub(super) fn tag(&mut self, dest: Local, base: &Operand) -> Sound<()> {
        let base = self.borrowed(base)?;
        let tag = if let Value::Object(_) = base {
            let Body::Variant(tag, _) = self.heap.body(base)? else { return wrong(format!("{base:?} has no tag")) };
            Value::Word(i64::from(*tag))
        } else {
            base
        };
        self.set(dest, tag)
    }

    pub(super) fn is_error(&mut self, dest: Local, base: &Operand, error: TypeId) -> Sound<()> {
        let base = self.borrowed(base)?;
        let same = matches!(self.heap.body(base)?, Body::Fields(ty, _) if *ty == error);
        self.set(dest, Value::truth(same))
    }

    pub(super) fn element_at(&mut self, dest: Local, array: &Operand, (index, part): (&Operand, usize)) -> Sound<()> {
        let (array, index) = (self.borrowed(array)?, self.borrowed(index)?.word()?);
        let element = usize::try_from(index).ok().and_then(|index| self.heap.array(array).ok()?.get(index));
        match element.and_then(|words| words.get(part)) {
            Some(word) => self.new_count(dest, *word),
            None => wrong(format!("word {part} of element {index} is read")),
        }
    }

    pub(super) fn unwrap(&mut self, dest: Local, base: &Operand) -> Sound<()> {
        let boxed = match base {
            Operand::Copy(local) | Operand::Move(local) => self.is_boxed(self.frame()?.function.locals[*local].ty),
            Operand::Const(_) => false,
        };
        if boxed {
            return self.part(dest, base, 0);
        }
        let value = self.borrowed(base)?;
        if value == Value::Null {
            return wrong("the inside of `none` is read");
        }
        self.new_count(dest, value)
    }

    pub(super) fn is_boxed(&self, ty: TypeId) -> bool {
        matches!(self.program.types[ty], Type::Nullable { boxed: Boxed::Yes, .. })
    }

    pub(super) fn len(&mut self, dest: Local, base: &Operand) -> Sound<()> {
        let base = self.borrowed(base)?;
        let len = match self.heap.body(base)? {
            Body::Text(text) => text.len(),
            Body::Array(list) => list.len(),
            Body::Map(table) => table.entries().len(),
            other @ (Body::Fields(..) | Body::Variant(..) | Body::Closure(..)) => {
                return wrong(format!("{other:?} has no length"));
            }
        };
        self.set(dest, Value::Word(len as i64))
    }

    pub(super) fn entry_at(&mut self, (key, value): (Local, Local), map: &Operand, index: &Operand) -> Sound<()> {
        let (map, index) = (self.borrowed(map)?, self.borrowed(index)?.word()?);
        let entry =
            usize::try_from(index).ok().and_then(|index| Some(*self.heap.table(map).ok()?.entries().get(index)?));
        let Some((found_key, found_value)) = entry else { return wrong(format!("entry {index} is read")) };
        self.new_count(key, found_key)?;
        self.new_count(value, found_value)
    }

    pub(super) fn char_at(&mut self, dest: Local, text: &Operand, at: &Operand) -> Sound<()> {
        let (text, at) = (self.borrowed(text)?, self.borrowed(at)?.word()?);
        let text = self.heap.text(text)?;
        let rest = usize::try_from(at).ok().and_then(|at| text.get(at..));
        let Some(found) = rest.and_then(|rest| rest.chars().next()) else {
            return wrong(format!("no character begins at byte {at}"));
        };
        let found = self.heap.new_text(found.encode_utf8(&mut [0; 4]));
        self.set(dest, found)
    }
}
