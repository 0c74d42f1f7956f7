//! Types of instructions. In: an instruction of a function. Out: the first disagreement.

use super::super::ensure;
use super::{Checked, Typing};
use crate::ids::Id;
use crate::mir::{Addressed, Inst, Local, Op1, Op2, Operand, Type, TypeId};

impl Typing<'_> {
    /// One instruction.
    pub(super) fn inst(&self, inst: &Inst) -> Checked {
        let int = |ty: &Type| matches!(ty, Type::Int);
        let truth = |ty: &Type| matches!(ty, Type::Bool);
        let text = |ty: &Type| matches!(ty, Type::String);
        let status = |ty: &Type| matches!(ty, Type::Status);
        match inst {
            Inst::Assign { dest, value } => self.fits(value, self.of(*dest)),
            Inst::Dup(local) | Inst::Drop(local) => self.local(*local, "counted", Type::is_counted),
            Inst::Op2 { op, left, right, .. } => {
                self.number(left, is_float2(*op))?;
                self.number(right, is_float2(*op))
            }
            Inst::Op1 { op, operand, .. } => self.number(operand, is_float1(*op)),
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
            Inst::NewArray { dest, ty, elements } => self.same(*dest, *ty).and(self.elements(*ty, elements)),
            Inst::NewMap { dest, ty } => self.same(*dest, *ty),
            Inst::Field { dest, base, index } => self.same(*dest, self.part(self.type_of(base)?, *index)?),
            Inst::Tag { dest, base } => {
                self.local(*dest, "an int", int)?;
                self.is(base, "an enum", |ty| matches!(ty, Type::Enum { .. } | Type::Tag { .. }))
            }
            Inst::VariantField { dest, base, variant, index } => self.variant_field(*dest, base, *variant, *index),
            Inst::IsError { dest, base, .. } => self.is_error(*dest, base),
            Inst::IsNull { dest, base } => {
                self.local(*dest, "a bool", truth)?;
                self.is(base, "nullable", |ty| matches!(ty, Type::Nullable { .. }))
            }
            Inst::Unwrap { dest, base } => self.same(*dest, self.inside(self.type_of(base)?)?),
            Inst::Find { found, value, args, .. } => self.finds(*found, *value, args),
            Inst::Pack { dest, ty, words } => self.same(*dest, *ty).and(self.fields(words, self.nullable_words(*ty)?)),
            Inst::Unpack { dest, base, index } => self.unpack(*dest, base, *index),
            Inst::Wrap { dest, ty, value } => {
                self.same(*dest, *ty)?;
                self.fits(value, self.inside(*ty)?)
            }
            Inst::ServiceField { dest, service, index } => self.same(*dest, self.service_field(service, *index)?),
            Inst::InitServiceField { service, index, value } => self.fits(value, self.service_field(service, *index)?),
            Inst::RefLocal { dest, local } => self.ref_local(*dest, *local),
            Inst::RefServiceField { dest, service: base, index } => {
                self.service_field(base, *index)?;
                self.points_into(*dest, self.service_words(base)?, *index)
            }
            Inst::RefField { dest, base, index } => self.ref_field(*dest, base, *index),
            Inst::RefVariantField { dest, base, variant, index } => self.ref_payload(*dest, base, *variant, *index),
            Inst::RefInside { dest, base } => self.points_to(*dest, self.inside(self.target(base)?)?),
            Inst::RefElement { dest, base, .. } => self.points_to(*dest, self.element(self.target(base)?)?),
            Inst::RefOrInsert { dest, map, key, value } => self.or_insert(*dest, map, key, value),
            Inst::Load { dest, from } => self.same(*dest, self.target(from)?),
            Inst::Store { to, value } => self.fits(value, self.target(to)?),
            Inst::Builtin { method, receiver, args, .. } => self.builtin(*method, *receiver, args),
            Inst::Show { dest, ty, value, .. } => {
                self.local(*dest, "a string", text)?;
                self.fits(value, *ty)
            }
            Inst::Concat { dest, parts } => self.joins(*dest, parts),
            Inst::Append { dest, text: head, parts } => self.is(head, "a string", text).and(self.joins(*dest, parts)),
            Inst::Take { dest, from } => self.joins(*dest, &[]).and(self.same(*dest, self.target(from)?)),
            Inst::Print { text: shown } => self.is(shown, "a string", text),
            Inst::EnvArgs { .. } | Inst::TraceStart { .. } | Inst::At { .. } | Inst::Safepoint => Ok(()),
            Inst::MakeClosure { .. }
            | Inst::Capture { .. }
            | Inst::NamedEnd { .. }
            | Inst::TaskMessage { .. }
            | Inst::DetachCall { .. }
            | Inst::DeadlineBegin { .. }
            | Inst::DeadlineEnd { .. }
            | Inst::DeadlineExpired { .. }
            | Inst::Sort { .. }
            | Inst::Unlock { .. } => self.task_inst(inst),
            Inst::Trace { status: given, .. } | Inst::NoteFault { status: given, .. } => {
                self.is(given, "a status", status)
            }
            Inst::ClearService { service } => self.is(service, "a service", |ty| matches!(ty, Type::Service(_))),
            Inst::Len { dest, base } => {
                self.local(*dest, "an int", int)?;
                self.is(base, "a collection", |ty| matches!(ty, Type::String | Type::Array(_) | Type::Map(..)))
            }
            Inst::ElementAt { dest, array, part, .. } => {
                let words = self.program.layouts.words(self.element(self.type_of(array)?)?);
                self.same(*dest, *words.get(*part as usize).ok_or("there is no such word")?)
            }
            Inst::EntryAt { key, value, map, .. } => self.entry_at(*key, *value, map),
            Inst::CharAt { dest, text: base, .. } => {
                self.local(*dest, "a string", text)?;
                self.is(base, "a string", text)
            }
        }
    }

    fn finds(&self, found: Local, value: Local, args: &[Operand]) -> Checked {
        self.local(found, "a bool", |ty| matches!(ty, Type::Bool))?;
        let receiver = self.type_of(args.first().ok_or("there is no receiver")?)?;
        let inside =
            if let Type::Array(element) = self.program.types[receiver] { element } else { self.entry(receiver)?.1 };
        ensure(!self.program.types[inside].is_counted(), || "what it finds has a count".to_owned())?;
        self.same(value, inside)
    }

    fn unpack(&self, dest: Local, base: &Operand, index: u32) -> Checked {
        let words = self.nullable_words(self.type_of(base)?)?;
        self.same(dest, *words.get(index as usize).ok_or("there is no such word")?)
    }

    fn ref_field(&self, dest: Local, base: &Operand, index: u32) -> Checked {
        let (ty, layouts) = (self.target(base)?, &self.program.layouts);
        if layouts.is_inline(ty) {
            return self.points_into(dest, layouts.words(ty), index);
        }
        self.part(ty, index)?;
        self.points_into(dest, &layouts.body(ty).words, index)
    }

    /// The words of an inline nullable type.
    fn nullable_words(&self, ty: TypeId) -> Result<&[TypeId], String> {
        let inline = self.program.layouts.layout(ty).tells.is_some();
        ensure(inline, || "it is no inline nullable".to_owned())?;
        Ok(self.program.layouts.words(ty))
    }

    /// All words of some elements.
    fn elements(&self, array: TypeId, elements: &[Operand]) -> Checked {
        let words = self.program.layouts.words(self.element(array)?);
        ensure(elements.len().is_multiple_of(words.len()), || "an element is not whole".to_owned())?;
        elements.iter().zip(words.iter().cycle()).try_for_each(|(value, word)| self.fits(value, *word))
    }

    fn ref_local(&self, dest: Local, local: Local) -> Checked {
        self.in_memory(local)?;
        let words: Vec<TypeId> = self.function.locals.iter().skip(local.index()).map(|decl| decl.ty).collect();
        self.points_into(dest, &words, 0)
    }

    fn variant_field(&self, dest: Local, base: &Operand, variant: u32, index: u32) -> Checked {
        self.same(dest, self.payload(self.type_of(base)?, variant, index)?)
    }

    fn ref_payload(&self, dest: Local, base: &Operand, variant: u32, index: u32) -> Checked {
        let of = self.target(base)?;
        self.variant(of, variant)?;
        self.points_into(dest, &self.program.layouts.variant(of, variant).words, index)
    }

    fn payload(&self, ty: TypeId, variant: u32, index: u32) -> Result<TypeId, String> {
        let fields = self.variant(ty, variant)?;
        fields.get(index as usize).copied().ok_or_else(|| "there is no such field".to_owned())
    }

    fn is_error(&self, dest: Local, base: &Operand) -> Checked {
        self.local(dest, "a bool", |ty| matches!(ty, Type::Bool))?;
        self.is(base, "an error", |ty| matches!(ty, Type::AnyError | Type::Error { .. }))
    }

    fn entry_at(&self, key: Local, value: Local, map: &Operand) -> Checked {
        let (keys, values) = self.entry(self.type_of(map)?)?;
        self.same(key, keys)?;
        self.same(value, values)
    }

    /// Does the reference point to the words from `index` on?
    fn points_into(&self, dest: Local, words: &[TypeId], index: u32) -> Checked {
        let target = self.target(&Operand::Copy(dest))?;
        let wanted = self.program.layouts.words(target);
        // In slots of enums and in niches a word may be nullable that is known not to be `none`.
        let fits = |(word, wanted): (&TypeId, &TypeId)| {
            let inside = if let Type::Nullable { inner, .. } = self.program.types[*word] { Some(inner) } else { None };
            word == wanted || inside == Some(*wanted)
        };
        let words = words.get(index as usize..).unwrap_or_default();
        let there = wanted.len() <= words.len() && words.iter().zip(wanted).all(fits);
        ensure(there, || "the reference has another type".to_owned())
    }

    fn or_insert(&self, dest: Local, map: &Operand, key: &Operand, value: &Operand) -> Checked {
        let (keys, values) = self.entry(self.target(map)?)?;
        self.fits(key, keys)?;
        self.fits(value, values)?;
        self.points_to(dest, values)
    }

    /// A string made of strings.
    fn joins(&self, dest: Local, parts: &[Operand]) -> Checked {
        let text = |ty: &Type| matches!(ty, Type::String);
        self.local(dest, "a string", text)?;
        parts.iter().try_for_each(|part| self.is(part, "a string", text))
    }

    /// An operand of an arithmetic instruction.
    fn number(&self, operand: &Operand, is_float: bool) -> Checked {
        self.is(operand, "a number of the operator", |ty| is_float == matches!(ty, Type::Float) && !ty.is_counted())
    }

    fn in_memory(&self, local: Local) -> Checked {
        let addressed = self.function.locals[local].addressed != Addressed::No;
        ensure(addressed, || "the local is not in memory".to_owned())
    }
}

fn is_float1(op: Op1) -> bool {
    match op {
        Op1::FloatNeg | Op1::FloatAbs | Op1::FloatSqrt | Op1::FloatFloor | Op1::FloatCeil | Op1::FloatRound => true,
        Op1::Not | Op1::BitNot | Op1::IntToFloat | Op1::Widen => false,
    }
}

fn is_float2(op: Op2) -> bool {
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
