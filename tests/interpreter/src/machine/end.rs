//! Ends of blocks. In: terminators. Out: where the function goes on, or that it ends.

use super::{DEEPEST, Ended, Machine};
use crate::arithmetic::checked;
use crate::heap::Body;
use crate::list::List;
use crate::value::{Faulty, Place, Sound, Value, wrong};
use pluto_middle::hir::BuiltinError;
use pluto_middle::mir::flow::{Use, builtin_use};
use pluto_middle::mir::{
    Block, Func, Local, Method, OnFail, Operand, Passing, Site, StackCheck, Terminator, Type, TypeId,
};

/// Where an operation that can fail goes on.
#[derive(Clone, Copy)]
struct Exits {
    then: Block,
    on_fail: OnFail,
    site: Site,
}

impl<'p> Machine<'p> {
    /// The end of a block.
    pub(super) fn end(&mut self, end: &'p Terminator) -> Sound<()> {
        match end {
            Terminator::Goto(block) => self.goto(*block),
            Terminator::Branch { cond, then, otherwise } => {
                let cond = self.borrowed(cond)?.word()?;
                self.goto(if cond != 0 { *then } else { *otherwise })
            }
            Terminator::Switch { value, arms, otherwise } => {
                let value = self.borrowed(value)?.word()?;
                let arm = arms.iter().find(|(number, _)| *number == value);
                self.goto(arm.map_or(*otherwise, |(_, block)| *block))
            }
            Terminator::SwitchStatus { status, fault, error } => {
                let status = self.borrowed(status)?;
                self.goto(if status == Value::Fault { *fault } else { *error })
            }
            Terminator::Return(words) => {
                let words = words.iter().map(|word| self.owned(word)).collect::<Sound<Vec<Value>>>()?;
                self.leave(Ended::Well(words))
            }
            Terminator::Fail(status) => {
                let status = self.owned(status)?;
                self.leave(Ended::Early(status))
            }
            Terminator::Call { function, args, .. } => self.call(*function, args),
            Terminator::CallValue { callee, args, .. } => self.call_value(callee, args),
            Terminator::Builtin { dest, method, receiver, args, then, on_fail, site } => {
                let result = self.method((*method, *receiver), args, *dest)?;
                self.go_on(*dest, result, Exits { then: *then, on_fail: *on_fail, site: *site })
            }
            Terminator::Checked { dest, op, left, right, then, on_fail, site } => {
                let left = self.borrowed(left)?;
                let right = right.as_ref().map_or(Ok(left), |right| self.borrowed(right))?;
                let result = checked(*op, left, right)?;
                self.go_on(*dest, result, Exits { then: *then, on_fail: *on_fail, site: *site })
            }
            Terminator::Index { dest, base, index, then, on_fail, site } => {
                let result = self.index(*dest, base, index)?;
                self.go_on(*dest, result, Exits { then: *then, on_fail: *on_fail, site: *site })
            }
            Terminator::CheckIndex { array, index, then, on_fail, site } => match self.check_index(array, index)? {
                Ok(()) => self.goto(*then),
                Err(message) => self.fault(message, *on_fail, *site),
            },
            Terminator::RefIndex { dest, base, index, then, on_fail, site } => {
                let result = self.ref_index(base, index)?;
                self.go_on(*dest, result, Exits { then: *then, on_fail: *on_fail, site: *site })
            }
            Terminator::ReadText { dest, path, then, on_fail, site } => {
                self.read_text(*dest, path, Exits { then: *then, on_fail: *on_fail, site: *site })
            }
            Terminator::Fault { message, on_fail, site } => {
                let message = self.borrowed(message)?;
                let message = self.heap.text(message)?.to_string();
                self.fault(message, *on_fail, *site)
            }
            Terminator::CallRemote(_)
            | Terminator::CallDetached(_)
            | Terminator::Spawn { .. }
            | Terminator::NewChannel { .. }
            | Terminator::Wait { .. }
            | Terminator::Next { .. }
            | Terminator::Select(_)
            | Terminator::Lock { .. } => wrong("this is not in the subset"),
            Terminator::Unreachable => wrong("what cannot be reached was reached"),
        }
    }

    pub(super) fn goto(&mut self, block: Block) -> Sound<()> {
        let frame = self.frame_mut()?;
        (frame.block, frame.at) = (block, 0);
        Ok(())
    }

    /// Takes the `fail` edge with this status.
    pub(super) fn fail_with(&mut self, status: Value, on_fail: OnFail) -> Sound<()> {
        self.set(on_fail.status, status)?;
        self.goto(on_fail.fail)
    }

    fn fault(&mut self, message: String, on_fail: OnFail, site: Site) -> Sound<()> {
        self.trail.fault(message, site);
        self.fail_with(Value::Fault, on_fail)
    }

    fn go_on(&mut self, dest: Local, result: Faulty, exits: Exits) -> Sound<()> {
        match result {
            Ok(value) => {
                self.set(dest, value)?;
                self.goto(exits.then)
            }
            Err(message) => self.fault(message, exits.on_fail, exits.site),
        }
    }

    fn call(&mut self, function: Func, args: &[Operand]) -> Sound<()> {
        let params = &self.program.functions[function].params;
        let mut values = vec![];
        for (at, arg) in args.iter().enumerate() {
            let how = match params.get(at) {
                Some((_, Passing::Owned)) => Use::Owned,
                Some((_, Passing::Borrowed)) | None => Use::Borrowed,
            };
            values.push(self.operand(arg, how)?);
        }
        self.begin(function, &values)
    }

    fn call_value(&mut self, callee: &Operand, args: &[Operand]) -> Sound<()> {
        let closure = self.borrowed(callee)?;
        let Body::Closure(function, _) = self.heap.body(closure)? else {
            return wrong(format!("{closure:?} is called"));
        };
        let function = *function;
        let mut values = vec![closure];
        for arg in args {
            values.push(self.borrowed(arg)?);
        }
        self.begin(function, &values)
    }

    /// Enters a function, unless that is one too many: it faults before anything runs, and drops what it would own.
    fn begin(&mut self, id: Func, values: &[Value]) -> Sound<()> {
        self.enter(id, values)?;
        let function = &self.program.functions[id];
        if self.frames.len() <= DEEPEST || function.stack_check == StackCheck::No {
            return Ok(());
        }
        for (local, passing) in &function.params {
            if *passing == Passing::Owned && self.type_of(*local)?.is_counted() {
                let value = self.take(*local)?;
                self.heap.drop(value)?;
            }
        }
        self.trail.fault("stack overflow".to_owned(), function.site);
        self.leave(Ended::Early(Value::Fault))
    }

    /// A built-in method with its operands; `dest` says of what type the result is.
    pub(super) fn method(
        &mut self,
        (method, receiver): (Method, TypeId),
        args: &[Operand],
        dest: Local,
    ) -> Sound<Faulty> {
        let mut values = vec![];
        for (at, arg) in args.iter().enumerate() {
            values.push(self.operand(arg, builtin_use(method, at))?);
        }
        let result = self.frame()?.function.locals[dest].ty;
        self.builtin(method, receiver, &values, result)
    }

    /// Is there such an element?
    fn check_index(&mut self, array: &Operand, index: &Operand) -> Sound<Result<(), String>> {
        let (array, index) = (self.borrowed(array)?, self.borrowed(index)?);
        let there = usize::try_from(index.word()?).is_ok_and(|at| at < self.heap.array(array).map_or(0, List::len));
        if there { Ok(Ok(())) } else { self.not_there(array, index, None).map(Err) }
    }

    /// A new count of an element of one word, or of an entry.
    fn index(&mut self, dest: Local, base: &Operand, index: &Operand) -> Sound<Faulty> {
        let key = self.key_type(base)?;
        let (base, index) = (self.borrowed(base)?, self.borrowed(index)?);
        let found = match self.heap.body(base)? {
            Body::Map(table) => table.find(&self.heap.key(index)?).map(|at| table.entries()[at].1),
            Body::Array(list) => match usize::try_from(index.word()?).ok().and_then(|at| list.get(at)) {
                Some([word]) => Some(*word),
                Some(_) => return wrong("an element of several words is read as one"),
                None => None,
            },
            Body::Text(_) | Body::Fields(..) | Body::Variant(..) | Body::Closure(..) => {
                return wrong(format!("{base:?} is indexed"));
            }
        };
        match found {
            Some(value) => {
                if self.is_counted(dest)? {
                    self.heap.dup(value)?;
                }
                Ok(Ok(value))
            }
            None => Ok(Err(self.not_there(base, index, key)?)),
        }
    }

    /// The place of an element or entry, of the first word if it is inline.
    pub(super) fn ref_index(&mut self, base: &Operand, index: &Operand) -> Sound<Faulty> {
        let (key, value) = (self.key_type(base)?, self.target_values(base)?);
        let (base, index) = (self.borrowed(base)?.place()?, self.borrowed(index)?);
        let object = self.unique_at(base)?;
        let array = Value::Object(object);
        let found = match self.heap.body(array)? {
            Body::Map(table) => table.find(&self.heap.key(index)?),
            Body::Array(list) => {
                let at = usize::try_from(index.word()?).ok().filter(|at| *at < list.len());
                at.map(|at| at * list.width())
            }
            Body::Text(_) | Body::Fields(..) | Body::Variant(..) | Body::Closure(..) => {
                return wrong(format!("{array:?} is indexed"));
            }
        };
        match (found, value) {
            (Some(index), Some(value)) => Ok(Ok(Value::Ref(self.entry(object, index, value)?))),
            (Some(index), None) => Ok(Ok(Value::Ref(Place::Part { object, index }))),
            (None, _) => Ok(Err(self.not_there(array, index, key)?)),
        }
    }

    /// The type of the keys of a map, or of the map behind a reference.
    fn key_type(&self, map: &Operand) -> Sound<Option<TypeId>> {
        let (Operand::Copy(local) | Operand::Move(local)) = map else { return Ok(None) };
        let found = self.type_of(*local)?;
        let ty = if let Type::Ref(inner) = found { &self.program.types[*inner] } else { found };
        Ok(if let Type::Map(key, _) = ty { Some(*key) } else { None })
    }

    /// The type of the values of the map behind a reference.
    pub(super) fn target_values(&self, reference: &Operand) -> Sound<Option<TypeId>> {
        let ty = &self.program.types[self.target(reference)?];
        Ok(if let Type::Map(_, value) = ty { Some(*value) } else { None })
    }

    /// What a reference points to.
    pub(super) fn target(&self, reference: &Operand) -> Sound<TypeId> {
        if let Operand::Copy(local) | Operand::Move(local) = reference
            && let Type::Ref(inner) = self.type_of(*local)?
        {
            return Ok(*inner);
        }
        wrong(format!("{reference:?} stands where a reference belongs"))
    }

    fn not_there(&self, base: Value, index: Value, key: Option<TypeId>) -> Sound<String> {
        match key {
            Some(key) => Ok(format!("key {} is not in the map", self.show().inside(key, index)?)),
            None => {
                let len = self.heap.array(base)?.len();
                Ok(format!("index {} is out of range for length {len}", index.word()?))
            }
        }
    }

    fn read_text(&mut self, dest: Local, path: &Operand, exits: Exits) -> Sound<()> {
        let path = self.borrowed(path)?;
        let read = self.file_text(&self.heap.text(path)?);
        match read {
            Ok(text) => {
                let text = self.heap.new_text(&text);
                self.go_on(dest, Ok(text), exits)
            }
            Err(reason) => {
                let Some(ty) = self.program.builtin_errors[BuiltinError::File as usize] else {
                    return wrong("the program knows no FileError");
                };
                self.heap.dup(path)?;
                let reason = self.heap.new_text(&reason);
                let error = self.heap.new_object(Body::Fields(ty, vec![path, reason]));
                self.trail.start(exits.site);
                self.fail_with(error, exits.on_fail)
            }
        }
    }

    /// The type of the elements of an array.
    pub(super) fn element_of(&self, ty: TypeId) -> Sound<TypeId> {
        let Type::Array(element) = &self.program.types[ty] else { return wrong("a type is no array") };
        Ok(*element)
    }
}
