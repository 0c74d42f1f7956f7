//! Types of operands and results. In: a function. Out: the first disagreement.

mod inst;
mod task;

use super::super::{Const, Function, Local, Operand, Program, Terminator, Type, TypeId};
use super::ensure;

pub(super) fn check(program: &Program, function: &Function) -> Result<(), String> {
    let typing = Typing { program, function };
    for (block, data) in function.blocks.iter_enumerated() {
        for inst in &data.insts {
            typing.inst(inst).map_err(|wrong| format!("bb{}: {wrong} in {inst:?}", block.0))?;
        }
        typing.end(&data.end).map_err(|wrong| format!("bb{}: {wrong} in {:?}", block.0, data.end))?;
    }
    Ok(())
}

struct Typing<'a> {
    program: &'a Program,
    function: &'a Function,
}

type Checked = Result<(), String>;

impl Typing<'_> {
    fn of(&self, local: Local) -> TypeId {
        self.function.locals[local].ty
    }

    fn ty(&self, local: Local) -> &Type {
        &self.program.types[self.of(local)]
    }

    fn operand(&self, operand: &Operand) -> Option<&Type> {
        match operand {
            Operand::Copy(local) | Operand::Move(local) => Some(self.ty(*local)),
            Operand::Const(_) => None,
        }
    }

    /// May a value of the operand be where `wanted` is expected?
    fn fits(&self, operand: &Operand, wanted: TypeId) -> Checked {
        let target = &self.program.types[wanted];
        let fits = match operand {
            Operand::Copy(local) | Operand::Move(local) => {
                let errors = |ty: &Type| matches!(ty, Type::Error { .. } | Type::AnyError | Type::Status);
                self.of(*local) == wanted || (errors(self.ty(*local)) && errors(target))
            }
            Operand::Const(Const::Unit) => *target == Type::Unit,
            Operand::Const(Const::Int(_)) => {
                matches!(target, Type::Int | Type::Byte | Type::Bool | Type::Duration | Type::Tag { .. })
            }
            Operand::Const(Const::Float(_)) => *target == Type::Float,
            Operand::Const(Const::Str(_)) => *target == Type::String,
            Operand::Const(Const::Null) => matches!(target, Type::Nullable { .. } | Type::Status),
            Operand::Const(Const::Service(service)) => *target == Type::Service(*service),
        };
        ensure(fits, || format!("{operand:?} is not a {}", super::super::print::type_name(self.program, wanted)))
    }

    fn is(&self, operand: &Operand, what: &str, holds: impl Fn(&Type) -> bool) -> Checked {
        ensure(self.operand(operand).is_none_or(holds), || format!("{operand:?} is not {what}"))
    }

    fn local(&self, local: Local, what: &str, holds: impl Fn(&Type) -> bool) -> Checked {
        self.is(&Operand::Copy(local), what, holds)
    }

    fn fields(&self, operands: &[Operand], wanted: &[TypeId]) -> Checked {
        ensure(operands.len() == wanted.len(), || "the number of fields differs".to_owned())?;
        operands.iter().zip(wanted).try_for_each(|(operand, ty)| self.fits(operand, *ty))
    }

    /// The types of the words of the objects of a class, tuple, error or inline enum.
    fn parts(&self, ty: TypeId) -> Option<Vec<TypeId>> {
        let layouts = &self.program.layouts;
        let is_enum = matches!(self.program.types[ty], Type::Enum { .. });
        if is_enum && layouts.is_inline(ty) {
            return Some(layouts.words(ty).to_vec());
        }
        let has_fields = matches!(self.program.types[ty], Type::Class { .. } | Type::Error { .. } | Type::Tuple(_));
        has_fields.then(|| layouts.body(ty).words.clone())
    }

    /// Results one by one.
    fn results(&self, dests: &[Local], wanted: &[TypeId]) -> Checked {
        ensure(dests.len() == wanted.len(), || "the number of results differs".to_owned())?;
        dests.iter().zip(wanted).try_for_each(|(dest, ty)| self.same(*dest, *ty))
    }

    fn part(&self, ty: TypeId, index: u32) -> Result<TypeId, String> {
        let parts = self.parts(ty).ok_or("there are no fields")?;
        parts.get(index as usize).copied().ok_or_else(|| format!("there is no field {index}"))
    }

    fn variant(&self, ty: TypeId, variant: u32) -> Result<Vec<TypeId>, String> {
        let Type::Enum { variants, .. } = &self.program.types[ty] else { return Err("it is not an enum".to_owned()) };
        ensure((variant as usize) < variants.len(), || format!("there is no variant {variant}"))?;
        ensure(!self.program.layouts.is_inline(ty), || "it is an inline enum".to_owned())?;
        Ok(self.program.layouts.variant(ty, variant).words.clone())
    }

    /// The inside of a nullable type.
    fn inside(&self, ty: TypeId) -> Result<TypeId, String> {
        let Type::Nullable { inner, .. } = self.program.types[ty] else { return Err("it is not nullable".to_owned()) };
        Ok(inner)
    }

    /// The elements of an array type.
    fn element(&self, ty: TypeId) -> Result<TypeId, String> {
        let Type::Array(element) = self.program.types[ty] else { return Err("it is not an array".to_owned()) };
        Ok(element)
    }

    /// The keys and values of a map type.
    fn entry(&self, ty: TypeId) -> Result<(TypeId, TypeId), String> {
        let Type::Map(key, value) = self.program.types[ty] else { return Err("it is not a map".to_owned()) };
        Ok((key, value))
    }

    fn service_words(&self, service: &Operand) -> Result<&[TypeId], String> {
        match (service, self.operand(service)) {
            (Operand::Const(Const::Service(id)), _) | (_, Some(Type::Service(id))) => {
                Ok(&self.program.layouts.service(*id).words)
            }
            _ => Err("it is not a service".to_owned()),
        }
    }

    fn service_field(&self, service: &Operand, index: u32) -> Result<TypeId, String> {
        let words = self.service_words(service)?;
        words.get(index as usize).copied().ok_or_else(|| format!("there is no field {index}"))
    }

    /// What a reference points to.
    fn target(&self, reference: &Operand) -> Result<TypeId, String> {
        match self.operand(reference) {
            Some(Type::Ref(inner)) => Ok(*inner),
            _ => Err(format!("{reference:?} is not a reference")),
        }
    }

    fn same(&self, dest: Local, ty: TypeId) -> Checked {
        self.fits(&Operand::Copy(dest), ty)
    }

    fn points_to(&self, dest: Local, ty: TypeId) -> Checked {
        let found = self.target(&Operand::Copy(dest))?;
        ensure(found == ty, || "the reference has another type".to_owned())
    }

    fn type_of(&self, operand: &Operand) -> Result<TypeId, String> {
        match operand {
            Operand::Copy(local) | Operand::Move(local) => Ok(self.of(*local)),
            Operand::Const(_) => Err("it is a constant".to_owned()),
        }
    }

    fn builtin(&self, method: super::super::Method, receiver: TypeId, args: &[Operand]) -> Checked {
        let row = method.row();
        if method == super::super::Method::ArrayPush {
            self.fields(&args[1..], self.program.layouts.words(self.element(receiver)?))?;
        } else {
            ensure(args.len() == row.params.len() + 1, || "the number of arguments differs".to_owned())?;
        }
        match row.changes {
            super::super::Changes::Yes => {
                let found = self.target(&args[0])?;
                ensure(found == receiver, || "the receiver has another type".to_owned())
            }
            super::super::Changes::No => self.fits(&args[0], receiver),
        }
    }

    fn end(&self, end: &Terminator) -> Checked {
        match end {
            Terminator::Goto(_) | Terminator::Unreachable | Terminator::ReadText { .. } => Ok(()),
            Terminator::Branch { cond, .. } => self.is(cond, "a bool", |ty| matches!(ty, Type::Bool)),
            Terminator::Switch { value, .. } => self.is(value, "a word", |ty| !ty.is_counted()),
            Terminator::SwitchStatus { status, .. } | Terminator::Fail(status) => {
                self.is(status, "a status", |ty| matches!(ty, Type::Status))
            }
            Terminator::Return(values) => self.fields(values, &self.program.results(self.function)),
            Terminator::Call { dests, function, args, .. } => {
                let callee = &self.program.functions[*function];
                self.results(dests, &self.program.results(callee))?;
                let params = callee.params.iter().map(|(param, _)| callee.locals[*param].ty);
                args.iter().zip(params).try_for_each(|(arg, ty)| self.fits(arg, ty))
            }
            Terminator::CallRemote(call) => {
                ensure(self.program.peers.get(call.peer).is_some(), || "the peer is missing".to_owned())
            }
            Terminator::CallDetached(call) => {
                ensure(self.program.peers.get(call.peer).is_some(), || "the peer is missing".to_owned())
            }
            Terminator::Builtin { method, receiver, args, .. } => self.builtin(*method, *receiver, args),
            Terminator::Checked { dest, left, right, .. } => {
                self.local(*dest, "a number", |ty| !ty.is_counted())?;
                self.is(left, "a number", |ty| !ty.is_counted())?;
                right.as_ref().map_or(Ok(()), |right| self.is(right, "a number", |ty| !ty.is_counted()))
            }
            Terminator::Index { dest, base, index, .. } => {
                self.index(self.type_of(base)?, index, |element| self.same(*dest, element))
            }
            Terminator::CheckIndex { array, index, .. } => {
                self.element(self.type_of(array)?)?;
                self.is(index, "an int", |ty| matches!(ty, Type::Int))
            }
            Terminator::RefIndex { dest, base, index, .. } => {
                self.index(self.target(base)?, index, |element| self.points_to(*dest, element))
            }
            Terminator::CallValue { .. }
            | Terminator::Spawn { .. }
            | Terminator::NewChannel { .. }
            | Terminator::Wait { .. }
            | Terminator::Next { .. }
            | Terminator::Select(_)
            | Terminator::Lock { .. } => self.task_end(end),
            Terminator::Fault { message, .. } => self.is(message, "a string", |ty| matches!(ty, Type::String)),
        }
    }

    fn index(&self, base: TypeId, index: &Operand, element: impl Fn(TypeId) -> Checked) -> Checked {
        if let Type::Array(inner) = self.program.types[base] {
            self.is(index, "an int", |ty| matches!(ty, Type::Int))?;
            return element(inner);
        }
        let (keys, values) = self.entry(base)?;
        self.fits(index, keys)?;
        element(values)
    }
}
