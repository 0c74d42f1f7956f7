//! Instructions. In: [`Inst`]. Out: code; one function per construct, the dispatcher first.

use super::place::at;
use super::{FnCx, Home};
use crate::abi::RuntimeFn;
use crate::symbol::Symbol;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, Value, types};
use pluto_abi::layout;
use pluto_middle::ids::Id;
use pluto_middle::mir::{Cmp, Inst, Local, LockMode, Name, Op1, Op2, Operand, Service, Type, TypeId};

impl FnCx<'_, '_> {
    /// One instruction.
    pub(super) fn inst(&mut self, inst: &Inst) {
        match inst {
            Inst::Assign { dest, value } => {
                let value = self.value(value);
                self.define(*dest, value);
            }
            Inst::Dup(local) => self.dup_local(*local),
            Inst::Drop(local) => self.drop_local(*local),
            Inst::Op2 { dest, op, left, right } => self.op2(*dest, *op, left, right),
            Inst::Op1 { dest, op, operand } => self.op1(*dest, *op, operand),
            Inst::Compare { dest, op, ty, left, right } => self.compare(*dest, *op, *ty, (left, right)),
            Inst::New { .. } | Inst::NewVariant { .. } | Inst::NewArray { .. } | Inst::NewMap { .. } => self.new(inst),
            Inst::Wrap { dest, ty, value } => self.wrap(*dest, *ty, value),
            Inst::Field { .. }
            | Inst::Tag { .. }
            | Inst::VariantField { .. }
            | Inst::IsError { .. }
            | Inst::IsNull { .. }
            | Inst::Unwrap { .. }
            | Inst::ServiceField { .. }
            | Inst::Load { .. }
            | Inst::Len { .. }
            | Inst::ElementAt { .. }
            | Inst::EntryAt { .. }
            | Inst::CharAt { .. } => self.reading(inst),
            Inst::InitServiceField { .. }
            | Inst::RefLocal { .. }
            | Inst::RefServiceField { .. }
            | Inst::RefField { .. }
            | Inst::RefOrInsert { .. }
            | Inst::Store { .. } => self.writing(inst),
            Inst::Builtin { dest, method, receiver, args } => self.builtin(*dest, *method, *receiver, args),
            Inst::Show { dest, ty, value, format } => self.show(*dest, *ty, value, format.as_ref()),
            Inst::Concat { dest, parts } => self.concat(*dest, parts),
            Inst::Print { text } => {
                let text = self.word(text);
                self.e.run(RuntimeFn::print, &[self.e.task, text]);
            }
            Inst::EnvArgs { dest } => {
                let strings = self.e.desc(self.f.locals[*dest].ty);
                let args = self.e.ask(RuntimeFn::env_args, &[strings]);
                self.define(*dest, args);
            }
            Inst::Trace { status, site } => {
                let (status, site) = (self.word(status), self.e.number(site.index()));
                self.e.run(RuntimeFn::trace, &[self.e.task, status, site]);
            }
            Inst::TraceStart { site } => self.trace_start(*site),
            Inst::Lock { service, mode } => self.lock(*service, *mode),
            Inst::Unlock { service, mode } => {
                let (service, mode) = (self.e.number(service.index()), self.mode(*mode));
                self.e.run(RuntimeFn::unlock, &[self.e.task, service, mode]);
            }
        }
    }

    /// Instructions that make objects.
    fn new(&mut self, inst: &Inst) {
        match inst {
            Inst::New { dest, ty, fields } => {
                let words = self.words(fields);
                let object = self.e.object(*ty, &words);
                self.define(*dest, object);
            }
            Inst::NewVariant { dest, ty, variant, fields } => self.new_variant(*dest, *ty, *variant, fields),
            Inst::NewArray { dest, ty, elements } => {
                let words = self.words(elements);
                let (desc, len) = (self.e.desc(*ty), self.e.number(words.len()));
                let array = self.e.ask(RuntimeFn::array_new, &[desc, len]);
                self.e.store_words(array, layout::DATA, &words);
                self.define(*dest, array);
            }
            Inst::NewMap { dest, ty } => {
                let desc = self.e.desc(*ty);
                let map = self.e.ask(RuntimeFn::map_new, &[desc]);
                self.define(*dest, map);
            }
            other => unreachable!("{other:?} makes no object"),
        }
    }

    /// Instructions that read from objects.
    fn reading(&mut self, inst: &Inst) {
        match inst {
            Inst::Field { dest, base, index } => self.load_part(*dest, base, at(layout::FIELDS, *index)),
            Inst::Tag { dest, base } => {
                let tag = self.tag(base);
                self.define(*dest, tag);
            }
            Inst::VariantField { dest, base, index, .. } => {
                self.load_part(*dest, base, at(layout::VARIANT_FIELDS, *index));
            }
            Inst::IsError { dest, base, error } => {
                let object = self.word(base);
                let (found, wanted) = (self.e.load(object, layout::DESC), self.e.desc(*error));
                let same = self.e.compare(IntCC::Equal, found, wanted);
                self.define(*dest, same);
            }
            Inst::IsNull { dest, base } => {
                let (word, null) = (self.word(base), self.e.word(0));
                let same = self.e.compare(IntCC::Equal, word, null);
                self.define(*dest, same);
            }
            Inst::Unwrap { dest, base } => self.unwrap(*dest, base),
            Inst::ServiceField { dest, service, index } => self.load_part(*dest, service, at(0, *index)),
            Inst::Load { dest, from } => self.load_part(*dest, from, 0),
            Inst::Len { dest, base } => self.len(*dest, base),
            Inst::ElementAt { dest, array, index } => {
                let (array, index) = (self.word(array), self.word(index));
                let address = self.element(array, index);
                let word = self.e.load(address, layout::DATA);
                self.define_new_count(*dest, word);
            }
            Inst::EntryAt { key, value, map, index } => self.entry_at((*key, *value), map, index),
            Inst::CharAt { dest, text, at } => {
                let args = [self.word(text), self.word(at)];
                let found = self.e.ask(RuntimeFn::string_char_at, &args);
                self.define(*dest, found);
            }
            other => unreachable!("{other:?} reads no object"),
        }
    }

    /// Instructions that make references or store.
    fn writing(&mut self, inst: &Inst) {
        match inst {
            Inst::InitServiceField { service, index, value } => {
                let (service, word) = (self.word(service), self.word(value));
                self.e.store(service, at(0, *index), word);
            }
            Inst::RefLocal { dest, local } => {
                let Home::Slot(slot) = self.homes[*local] else { panic!("{local:?} is not addressed") };
                let address = self.e.slot_address(slot);
                self.define(*dest, address);
            }
            Inst::RefServiceField { dest, service, index } => {
                let address = self.service_field(service, *index);
                self.define(*dest, address);
            }
            Inst::RefField { dest, base, index } => self.ref_field(*dest, base, *index),
            Inst::RefOrInsert { dest, map, key, value } => {
                let args = [self.word(map), self.word(key), self.word(value)];
                let address = self.e.ask(RuntimeFn::map_or_insert, &args);
                self.define(*dest, address);
            }
            Inst::Store { to, value } => self.store_through(to, value),
            other => unreachable!("{other:?} writes nothing"),
        }
    }

    fn op2(&mut self, dest: Local, op: Op2, left: &Operand, right: &Operand) {
        let (left, right) = (self.value(left), self.value(right));
        let ins = self.e.b.ins();
        let value = match op {
            Op2::WrappingAdd => ins.iadd(left, right),
            Op2::WrappingSub => ins.isub(left, right),
            Op2::WrappingMul => ins.imul(left, right),
            Op2::BitAnd => ins.band(left, right),
            Op2::BitOr => ins.bor(left, right),
            Op2::BitXor => ins.bxor(left, right),
            Op2::FloatAdd => ins.fadd(left, right),
            Op2::FloatSub => ins.fsub(left, right),
            Op2::FloatMul => ins.fmul(left, right),
            Op2::FloatDiv => ins.fdiv(left, right),
            Op2::FloatRem => self.e.ask(RuntimeFn::float_rem, &[left, right]),
            Op2::FloatMin => ins.fmin(left, right),
            Op2::FloatMax => ins.fmax(left, right),
            Op2::IntMin => ins.smin(left, right),
            Op2::IntMax => ins.smax(left, right),
            Op2::IntEq => self.e.compare(IntCC::Equal, left, right),
            Op2::IntNe => self.e.compare(IntCC::NotEqual, left, right),
            Op2::IntLt => self.e.compare(IntCC::SignedLessThan, left, right),
            Op2::IntLe => self.e.compare(IntCC::SignedLessThanOrEqual, left, right),
            Op2::IntGt => self.e.compare(IntCC::SignedGreaterThan, left, right),
            Op2::IntGe => self.e.compare(IntCC::SignedGreaterThanOrEqual, left, right),
            Op2::FloatEq => self.float_compare(FloatCC::Equal, left, right),
            Op2::FloatNe => self.float_compare(FloatCC::NotEqual, left, right),
            Op2::FloatLt => self.float_compare(FloatCC::LessThan, left, right),
            Op2::FloatLe => self.float_compare(FloatCC::LessThanOrEqual, left, right),
            Op2::FloatGt => self.float_compare(FloatCC::GreaterThan, left, right),
            Op2::FloatGe => self.float_compare(FloatCC::GreaterThanOrEqual, left, right),
        };
        self.define(dest, value);
    }

    fn op1(&mut self, dest: Local, op: Op1, operand: &Operand) {
        let operand = self.value(operand);
        let ins = self.e.b.ins();
        let value = match op {
            Op1::Not => ins.bxor_imm_u(operand, 1),
            Op1::BitNot => ins.bnot(operand),
            Op1::FloatNeg => ins.fneg(operand),
            Op1::FloatAbs => ins.fabs(operand),
            Op1::FloatSqrt => ins.sqrt(operand),
            Op1::FloatFloor => ins.floor(operand),
            Op1::FloatCeil => ins.ceil(operand),
            Op1::FloatRound => self.e.ask(RuntimeFn::float_round, &[operand]),
            Op1::IntToFloat => ins.fcvt_from_sint(types::F64, operand),
            Op1::Widen => operand,
        };
        self.define(dest, value);
    }

    fn float_compare(&mut self, how: FloatCC, left: Value, right: Value) -> Value {
        let bit = self.e.b.ins().fcmp(how, left, right);
        self.e.b.ins().uextend(types::I64, bit)
    }

    fn compare(&mut self, dest: Local, op: Cmp, ty: TypeId, (left, right): (&Operand, &Operand)) {
        let result = match self.e.ty(ty) {
            Type::Float => {
                let (left, right) = (self.value(left), self.value(right));
                self.float_compare(float_order(op), left, right)
            }
            Type::Unit | Type::Int | Type::Bool | Type::Byte | Type::Tag { .. } => {
                let (left, right) = (self.word(left), self.word(right));
                self.e.compare(int_order(op), left, right)
            }
            Type::String
            | Type::Array(_)
            | Type::Map(..)
            | Type::Tuple(_)
            | Type::Nullable { .. }
            | Type::Class { .. }
            | Type::Enum { .. }
            | Type::Error { .. }
            | Type::AnyError
            | Type::Ref(_)
            | Type::Service(_)
            | Type::Status => {
                let (left, right) = (self.word(left), self.word(right));
                self.compare_objects(op, ty, left, right)
            }
        };
        self.define(dest, result);
    }

    fn compare_objects(&mut self, op: Cmp, ty: TypeId, left: Value, right: Value) -> Value {
        match op {
            Cmp::Eq | Cmp::Ne => {
                let desc = self.e.desc(ty);
                let same = self.e.ask(RuntimeFn::equal, &[desc, left, right]);
                if op == Cmp::Eq { same } else { self.e.b.ins().bxor_imm_u(same, 1) }
            }
            Cmp::Lt | Cmp::Le | Cmp::Gt | Cmp::Ge => {
                let order = self.e.ask(RuntimeFn::string_compare, &[left, right]);
                let zero = self.e.word(0);
                self.e.compare(int_order(op), order, zero)
            }
        }
    }

    fn new_variant(&mut self, dest: Local, ty: TypeId, variant: u32, fields: &[Operand]) {
        let object = if let Type::Tag { .. } = self.e.ty(ty) {
            self.e.word(i64::from(variant))
        } else if fields.is_empty() {
            self.e.address(Symbol::Variant(ty, variant))
        } else {
            let tag = self.e.word(i64::from(variant));
            let words: Vec<Value> = std::iter::once(tag).chain(self.words(fields)).collect();
            self.e.object(ty, &words)
        };
        self.define(dest, object);
    }

    fn entry_at(&mut self, (key, value): (Local, Local), map: &Operand, index: &Operand) {
        let (map, index, out) = (self.word(map), self.word(index), self.e.slot(2));
        let out = self.e.slot_address(out);
        self.e.run(RuntimeFn::map_entry, &[map, index, out]);
        let (key_word, value_word) = (self.e.load(out, 0), self.e.load(out, 8));
        self.define_new_count(key, key_word);
        self.define_new_count(value, value_word);
    }

    fn show(&mut self, dest: Local, ty: TypeId, value: &Operand, format: Option<&Name>) {
        let (desc, word) = (self.e.desc(ty), self.word(value));
        let (at, len) = match format {
            Some(text) => (self.e.address(Symbol::Text(text.clone())), self.e.number(text.len())),
            None => (self.e.word(0), self.e.word(0)),
        };
        let text = self.e.ask(RuntimeFn::show, &[desc, word, at, len]);
        self.define(dest, text);
    }

    fn concat(&mut self, dest: Local, parts: &[Operand]) {
        let words = self.words(parts);
        let slot = self.e.slot(words.len());
        let at = self.e.slot_address(slot);
        self.e.store_words(at, 0, &words);
        let count = self.e.number(words.len());
        let text = self.e.ask(RuntimeFn::concat, &[at, count]);
        self.define(dest, text);
    }

    /// Takes a lock, suspended while it cannot.
    fn lock(&mut self, service: Service, mode: LockMode) {
        let (service, mode) = (self.e.number(service.index()), self.mode(mode));
        let (again, wait, done) = (self.e.block(), self.e.cold_block(), self.e.block());
        self.e.jump(again);
        self.e.begin(again);
        let taken = self.e.ask(RuntimeFn::lock_try, &[self.e.task, service, mode]);
        self.e.branch(taken, done, wait);
        self.e.begin(wait);
        self.e.run(RuntimeFn::suspend, &[self.e.task]);
        self.e.jump(again);
        self.e.begin(done);
    }

    fn mode(&mut self, mode: LockMode) -> Value {
        match mode {
            LockMode::Read => self.e.word(0),
            LockMode::Write => self.e.word(1),
        }
    }
}

fn int_order(op: Cmp) -> IntCC {
    match op {
        Cmp::Eq => IntCC::Equal,
        Cmp::Ne => IntCC::NotEqual,
        Cmp::Lt => IntCC::SignedLessThan,
        Cmp::Le => IntCC::SignedLessThanOrEqual,
        Cmp::Gt => IntCC::SignedGreaterThan,
        Cmp::Ge => IntCC::SignedGreaterThanOrEqual,
    }
}

fn float_order(op: Cmp) -> FloatCC {
    match op {
        Cmp::Eq => FloatCC::Equal,
        Cmp::Ne => FloatCC::NotEqual,
        Cmp::Lt => FloatCC::LessThan,
        Cmp::Le => FloatCC::LessThanOrEqual,
        Cmp::Gt => FloatCC::GreaterThan,
        Cmp::Ge => FloatCC::GreaterThanOrEqual,
    }
}
