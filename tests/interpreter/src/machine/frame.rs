//! A function that runs, and its locals. A local of a counted type holds so many counts, exactly as `mir/verify` reckons, but at run
//! time. In: values. Out: values, or an error where a local is read that holds nothing, or set while it holds something.

use super::Machine;
use crate::value::{Sound, Value, wrong};
use pluto_middle::ids::{Id, IndexVec};
use pluto_middle::mir::flow::Use;
use pluto_middle::mir::{Block, Const, Func, Function, Holds, Local, Operand, Type};

/// A function that runs.
#[derive(Debug)]
pub(super) struct Frame<'p> {
    pub(super) id: Func,
    pub(super) function: &'p Function,
    pub(super) block: Block,
    /// How many steps of the block were begun.
    pub(super) at: usize,
    slots: IndexVec<Local, Slot>,
}

/// A local.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    value: Option<Value>,
    /// Counts that it owns.
    held: u32,
    /// A counted parameter that the caller keeps.
    kept: bool,
    /// Of a view: how often its object had been changed when the view was set.
    changes: Option<u64>,
}

impl<'p> Frame<'p> {
    pub(super) fn new(id: Func, function: &'p Function) -> Frame<'p> {
        let slots = IndexVec::filled(Slot::default(), function.locals.len());
        Frame { id, function, block: Block::from_index(0), at: 0, slots }
    }

    /// A parameter.
    pub(super) fn give(&mut self, local: Local, value: Value, (counted, owned): (bool, bool)) {
        let held = u32::from(counted && owned);
        self.slots[local] = Slot { value: Some(value), held, kept: counted && !owned, changes: None };
    }

    /// At its end a function owns nothing.
    pub(super) fn holds_nothing(&self) -> Sound<()> {
        match self.slots.iter_enumerated().find(|(_, slot)| slot.held > 0) {
            Some((local, _)) => wrong(format!("the function ends and {} still holds", self.name(local))),
            None => Ok(()),
        }
    }

    pub(super) fn name(&self, local: Local) -> String {
        format!("local {}.{}", self.function.locals[local].name, local.0)
    }
}

impl<'p> Machine<'p> {
    pub(super) fn frame(&self) -> Sound<&Frame<'p>> {
        self.frames.last().map_or_else(|| wrong("no function runs"), Ok)
    }

    pub(super) fn frame_mut(&mut self) -> Sound<&mut Frame<'p>> {
        self.frames.last_mut().map_or_else(|| wrong("no function runs"), Ok)
    }

    pub(super) fn type_of(&self, local: Local) -> Sound<&'p Type> {
        let program = self.program;
        Ok(&program.types[self.frame()?.function.locals[local].ty])
    }

    /// Does the local hold a count?
    pub(super) fn is_counted(&self, local: Local) -> Sound<bool> {
        Ok(!self.is_view(local)? && self.type_of(local)?.is_counted())
    }

    pub(super) fn is_view(&self, local: Local) -> Sound<bool> {
        Ok(self.frame()?.function.locals[local].holds == Holds::View)
    }

    /// What a local holds.
    pub(super) fn read(&self, local: Local) -> Sound<Value> {
        let (frame, counted) = (self.frame()?, self.is_counted(local)?);
        let slot = &frame.slots[local];
        if let (Some(value), Some(changes)) = (slot.value, slot.changes)
            && self.heap.changes(value)? != changes
        {
            return wrong(format!("{} is a view of an object that has changed", frame.name(local)));
        }
        match slot.value {
            Some(value) if !counted || slot.held > 0 || slot.kept => Ok(value),
            Some(_) | None => wrong(format!("{} is used but holds nothing", frame.name(local))),
        }
    }

    /// Puts a value into a local.
    pub(super) fn set(&mut self, local: Local, value: Value) -> Sound<()> {
        let counted = self.is_counted(local)?;
        let changes = if self.is_view(local)? { Some(self.heap.changes(value)?) } else { None };
        let value = if *self.type_of(local)? == Type::Float { Value::Float(value.float()?) } else { value };
        self.is_boxed_where_inline(local, value)?;
        let frame = self.frame_mut()?;
        let slot = &mut frame.slots[local];
        if counted && (slot.held > 0 || slot.kept) {
            return wrong(format!("{} is set while it holds", frame.name(local)));
        }
        (slot.value, slot.held, slot.changes) = (Some(value), u32::from(counted), changes);
        Ok(())
    }

    /// A local of an inline type holds a box, of this very type.
    fn is_boxed_where_inline(&self, local: Local, value: Value) -> Sound<()> {
        let frame = self.frame()?;
        let ty = frame.function.locals[local].ty;
        let is_object = self.program.layouts.is_inline(ty) && self.program.layouts.layout(ty).tells.is_none();
        if is_object && self.heap.fields(value)?.0 != ty {
            return wrong(format!("{} gets a box of another type", frame.name(local)));
        }
        Ok(())
    }

    /// Takes one of the counts that a local holds.
    pub(super) fn take(&mut self, local: Local) -> Sound<Value> {
        let value = self.read(local)?;
        let frame = self.frame_mut()?;
        let slot = &mut frame.slots[local];
        match slot.held.checked_sub(1) {
            Some(rest) => slot.held = rest,
            None => return wrong(format!("{} is consumed but holds nothing", frame.name(local))),
        }
        Ok(value)
    }

    /// Adds a count.
    pub(super) fn dup_local(&mut self, local: Local) -> Sound<()> {
        let value = self.read(local)?;
        self.frame_mut()?.slots[local].held += 1;
        self.heap.dup(value)
    }

    /// The value in a local of a function that runs, through a reference.
    pub(super) fn local_at(&mut self, depth: usize, local: Local) -> Sound<&mut Value> {
        let found = self.frames.get_mut(depth).and_then(|frame| frame.slots[local].value.as_mut());
        found.map_or_else(|| wrong("a reference points to a local that holds nothing"), Ok)
    }

    /// An operand, as it is used.
    pub(super) fn operand(&mut self, operand: &Operand, how: Use) -> Sound<Value> {
        match (operand, how) {
            (Operand::Const(constant), _) => Ok(self.constant(constant)),
            (Operand::Copy(local) | Operand::Move(local), Use::Owned) if self.is_counted(*local)? => self.take(*local),
            (Operand::Copy(local), _) => self.read(*local),
            (Operand::Move(local), _) => {
                wrong(format!("{} is moved where it is only read", self.frame()?.name(*local)))
            }
        }
    }

    /// An operand that is only read.
    pub(super) fn borrowed(&mut self, operand: &Operand) -> Sound<Value> {
        self.operand(operand, Use::Borrowed)
    }

    /// An operand whose count goes along.
    pub(super) fn owned(&mut self, operand: &Operand) -> Sound<Value> {
        self.operand(operand, Use::Owned)
    }

    fn constant(&mut self, constant: &Const) -> Value {
        match constant {
            Const::Unit => Value::UNIT,
            Const::Int(word) => Value::Word(*word),
            Const::Float(float) => Value::Float(*float),
            Const::Str(text) => self.heap.constant(text),
            Const::Null => Value::Null,
            Const::Service(service) => Value::Service(*service),
        }
    }
}
