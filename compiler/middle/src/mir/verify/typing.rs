//! Types of operands and results. In: a function. Out: the first disagreement.

use super::super::{Const, Function, Inst, Local, Op1, Op2, Operand, Program, Terminator, Type, TypeId};
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
                matches!(target, Type::Int | Type::Byte | Type::Bool | Type::Tag { .. })
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

    /// The types of the fields of a class, tuple or error.
    fn parts(&self, ty: TypeId) -> Option<Vec<TypeId>> {
        match &self.program.types[ty] {
            Type::Class { fields, .. } | Type::Error { fields, .. } => Some(fields.iter().map(|(_, ty)| *ty).collect()),
            Type::Tuple(parts) => Some(parts.clone()),
            _ => None,
        }
    }

    fn part(&self, ty: TypeId, index: u32) -> Result<TypeId, String> {
        let parts = self.parts(ty).ok_or("there are no fields")?;
        parts.get(index as usize).copied().ok_or_else(|| format!("there is no field {index}"))
    }

    fn variant(&self, ty: TypeId, variant: u32) -> Result<Vec<TypeId>, String> {
        match &self.program.types[ty] {
            Type::Enum { variants, .. } => match variants.get(variant as usize) {
                Some((_, fields)) => Ok(fields.iter().map(|(_, ty)| *ty).collect()),
                None => Err(format!("there is no variant {variant}")),
            },
            _ => Err("it is not an enum".to_owned()),
        }
    }

    fn service_field(&self, service: &Operand, index: u32) -> Result<TypeId, String> {
        let id = match (service, self.operand(service)) {
            (Operand::Const(Const::Service(id)), _) | (_, Some(Type::Service(id))) => *id,
            _ => return Err("it is not a service".to_owned()),
        };
        let fields = &self.program.services[id].fields;
        fields.get(index as usize).map(|(_, ty)| *ty).ok_or_else(|| format!("there is no field {index}"))
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

    fn inst(&self, inst: &Inst) -> Checked {
        let int = |ty: &Type| matches!(ty, Type::Int);
        let truth = |ty: &Type| matches!(ty, Type::Bool);
        let text = |ty: &Type| matches!(ty, Type::String);
        match inst {
            Inst::Assign { dest, value } => self.fits(value, self.of(*dest)),
            Inst::Dup(local) | Inst::Drop(local) => self.local(*local, "counted", Type::is_counted),
            Inst::Op2 { op, left, right, .. } => {
                let wanted = |ty: &Type| is_float(*op) == matches!(ty, Type::Float) && !ty.is_counted();
                self.is(left, "a number of the operator", wanted)?;
                self.is(right, "a number of the operator", wanted)
            }
            Inst::Op1 { op, operand, .. } => {
                let float = matches!(
                    op,
                    Op1::FloatNeg | Op1::FloatAbs | Op1::FloatSqrt | Op1::FloatFloor | Op1::FloatCeil | Op1::FloatRound
                );
                self.is(operand, "of the operator's type", |ty| float == matches!(ty, Type::Float) && !ty.is_counted())
            }
            Inst::Compare { dest, ty, left, right, .. } => {
                self.local(*dest, "a bool", truth)?;
                self.fits(left, *ty)?;
                self.fits(right, *ty)
            }
            Inst::New { dest, ty, fields } => {
                self.same(*dest, *ty)?;
                self.fields(fields, &self.parts(*ty).ok_or("there are no fields")?)
            }
            Inst::NewVariant { dest, ty, variant, fields } => {
                self.same(*dest, *ty)?;
                self.fields(fields, &self.variant(*ty, *variant)?)
            }
            Inst::NewArray { dest, ty, elements } => {
                self.same(*dest, *ty)?;
                let Type::Array(element) = self.program.types[*ty] else { return Err("it is not an array".to_owned()) };
                elements.iter().try_for_each(|value| self.fits(value, element))
            }
            Inst::NewMap { dest, ty } => self.same(*dest, *ty),
            Inst::Field { dest, base, index } => self.same(*dest, self.part(self.type_of(base)?, *index)?),
            Inst::Tag { dest, base } => {
                self.local(*dest, "an int", int)?;
                self.is(base, "an enum", |ty| matches!(ty, Type::Enum { .. } | Type::Tag { .. }))
            }
            Inst::VariantField { dest, base, variant, index } => {
                let fields = self.variant(self.type_of(base)?, *variant)?;
                self.same(*dest, *fields.get(*index as usize).ok_or("there is no such field")?)
            }
            Inst::IsError { dest, base, .. } => {
                self.local(*dest, "a bool", truth)?;
                self.is(base, "an error", |ty| matches!(ty, Type::AnyError | Type::Error { .. }))
            }
            Inst::IsNull { dest, base } => {
                self.local(*dest, "a bool", truth)?;
                self.is(base, "nullable", |ty| matches!(ty, Type::Nullable { .. }))
            }
            Inst::Unwrap { dest, base } => match self.operand(base) {
                Some(Type::Nullable { inner, .. }) => self.same(*dest, *inner),
                _ => Err("it is not nullable".to_owned()),
            },
            Inst::Wrap { dest, ty, value } => {
                self.same(*dest, *ty)?;
                match self.program.types[*ty] {
                    Type::Nullable { inner, .. } => self.fits(value, inner),
                    _ => Err("it is not nullable".to_owned()),
                }
            }
            Inst::ServiceField { dest, service, index } => self.same(*dest, self.service_field(service, *index)?),
            Inst::InitServiceField { service, index, value } => self.fits(value, self.service_field(service, *index)?),
            Inst::RefLocal { dest, local } => {
                let addressed = self.function.locals[*local].addressed == super::super::Addressed::Yes;
                ensure(addressed, || "the local is not in memory".to_owned())?;
                self.points_to(*dest, self.of(*local))
            }
            Inst::RefServiceField { dest, service, index } => {
                self.points_to(*dest, self.service_field(service, *index)?)
            }
            Inst::RefField { dest, base, index } => self.points_to(*dest, self.part(self.target(base)?, *index)?),
            Inst::RefOrInsert { dest, map, key, value } => match self.program.types[self.target(map)?] {
                Type::Map(keys, values) => {
                    self.fits(key, keys)?;
                    self.fits(value, values)?;
                    self.points_to(*dest, values)
                }
                _ => Err("it is not a map".to_owned()),
            },
            Inst::Load { dest, from } => self.same(*dest, self.target(from)?),
            Inst::Store { to, value } => self.fits(value, self.target(to)?),
            Inst::Builtin { method, receiver, args, .. } => self.builtin(*method, *receiver, args),
            Inst::Show { dest, ty, value, .. } => {
                self.local(*dest, "a string", text)?;
                self.fits(value, *ty)
            }
            Inst::Concat { dest, parts } => {
                self.local(*dest, "a string", text)?;
                parts.iter().try_for_each(|part| self.is(part, "a string", text))
            }
            Inst::Print { text: shown } => self.is(shown, "a string", text),
            Inst::EnvArgs { .. } | Inst::TraceStart { .. } | Inst::Lock { .. } | Inst::Unlock { .. } => Ok(()),
            Inst::Trace { status, .. } => self.is(status, "a status", |ty| matches!(ty, Type::Status)),
            Inst::Len { dest, base } => {
                self.local(*dest, "an int", int)?;
                self.is(base, "a collection", |ty| matches!(ty, Type::String | Type::Array(_) | Type::Map(..)))
            }
            Inst::ElementAt { dest, array, .. } => match self.operand(array) {
                Some(Type::Array(element)) => self.same(*dest, *element),
                _ => Err("it is not an array".to_owned()),
            },
            Inst::EntryAt { key, value, map, .. } => match self.operand(map) {
                Some(Type::Map(keys, values)) => {
                    self.same(*key, *keys)?;
                    self.same(*value, *values)
                }
                _ => Err("it is not a map".to_owned()),
            },
            Inst::CharAt { dest, text: base, .. } => {
                self.local(*dest, "a string", text)?;
                self.is(base, "a string", text)
            }
        }
    }

    fn type_of(&self, operand: &Operand) -> Result<TypeId, String> {
        match operand {
            Operand::Copy(local) | Operand::Move(local) => Ok(self.of(*local)),
            Operand::Const(_) => Err("it is a constant".to_owned()),
        }
    }

    fn builtin(&self, method: super::super::Method, receiver: TypeId, args: &[Operand]) -> Checked {
        let row = method.row();
        ensure(args.len() == row.params.len() + 1, || "the number of arguments differs".to_owned())?;
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
            Terminator::Return(value) => self.fits(value, self.function.result),
            Terminator::Call { dest, function, args, .. } => {
                let callee = &self.program.functions[*function];
                self.same(*dest, callee.result)?;
                let params = callee.params.iter().map(|(param, _)| callee.locals[*param].ty);
                args.iter().zip(params).try_for_each(|(arg, ty)| self.fits(arg, ty))
            }
            Terminator::CallRemote(call) => {
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
            Terminator::RefIndex { dest, base, index, .. } => {
                self.index(self.target(base)?, index, |element| self.points_to(*dest, element))
            }
            Terminator::Fault { message, .. } => self.is(message, "a string", |ty| matches!(ty, Type::String)),
        }
    }

    fn index(&self, base: TypeId, index: &Operand, element: impl Fn(TypeId) -> Checked) -> Checked {
        match self.program.types[base] {
            Type::Array(inner) => {
                self.is(index, "an int", |ty| matches!(ty, Type::Int))?;
                element(inner)
            }
            Type::Map(keys, values) => {
                self.fits(index, keys)?;
                element(values)
            }
            _ => Err("it has no elements".to_owned()),
        }
    }
}

fn is_float(op: Op2) -> bool {
    match op {
        Op2::FloatAdd
        | Op2::FloatSub
        | Op2::FloatMul
        | Op2::FloatDiv
        | Op2::FloatRem
        | Op2::FloatMin
        | Op2::FloatMax
        | Op2::FloatEq
        | Op2::FloatNe
        | Op2::FloatLt
        | Op2::FloatLe
        | Op2::FloatGt
        | Op2::FloatGe => true,
        Op2::WrappingAdd
        | Op2::WrappingSub
        | Op2::WrappingMul
        | Op2::BitAnd
        | Op2::BitOr
        | Op2::BitXor
        | Op2::IntMin
        | Op2::IntMax
        | Op2::IntEq
        | Op2::IntNe
        | Op2::IntLt
        | Op2::IntLe
        | Op2::IntGt
        | Op2::IntGe => false,
    }
}
