//! Instructions. In: [`Inst`]. Out: code; one function per construct, the dispatcher first.

use super::FnCx;
use super::place::at;
use crate::abi::RuntimeFn;
use crate::symbol::Symbol;
use cranelift_codegen::ir::Value;
use cranelift_codegen::ir::condcodes::IntCC;
use pluto_abi::layout;
use pluto_middle::ids::Id;
use pluto_middle::mir::{Inst, Local, Operand, Site, Type, TypeId};

impl FnCx<'_, '_> {
    /// One instruction.
    pub(super) fn inst(&mut self, inst: &Inst) {
        match inst {
            Inst::Assign { dest, value } => self.assign(*dest, value),
            Inst::Dup(local) => self.dup_local(*local),
            Inst::Drop(local) => self.drop_local(*local),
            Inst::Op2 { dest, op, left, right } => self.op2(*dest, *op, left, right),
            Inst::Op1 { dest, op, operand } => self.op1(*dest, *op, operand),
            Inst::Compare { dest, op, ty, left, right } => self.compare(*dest, *op, *ty, (left, right)),
            Inst::New { dest, ty, fields } => self.new_object(*dest, *ty, fields),
            Inst::NewVariant { dest, ty, variant, fields } => self.new_variant(*dest, *ty, *variant, fields),
            Inst::NewArray { dest, ty, elements } => self.new_array(*dest, *ty, elements),
            Inst::NewMap { dest, ty } => self.ask_of_type(RuntimeFn::map_new, *dest, *ty),
            Inst::Field { dest, base, index } => self.load_part(*dest, base, at(layout::FIELDS, *index)),
            Inst::Tag { dest, base } => self.tag(*dest, base),
            Inst::VariantField { dest, base, index, .. } => {
                self.load_part(*dest, base, at(layout::VARIANT_FIELDS, *index));
            }
            Inst::IsError { dest, base, error } => self.is_error(*dest, base, *error),
            Inst::IsNull { dest, base } => self.is_null(*dest, base),
            Inst::Unwrap { dest, base } => self.unwrap(*dest, base),
            Inst::Find { found, value, method, args } => self.find_word((*found, *value), *method, args),
            Inst::Pack { dest, ty, words } => self.pack(*dest, *ty, words),
            Inst::Unpack { dest, base, index } => self.unpack(*dest, base, *index),
            Inst::Wrap { dest, ty, value } => self.wrap(*dest, *ty, value),
            Inst::ServiceField { dest, service, index } => self.load_part(*dest, service, at(0, *index)),
            Inst::InitServiceField { service, index, value } => self.init_service_field(service, *index, value),
            Inst::RefLocal { dest, local } => self.ref_local(*dest, *local),
            Inst::RefServiceField { dest, service, index } => self.ref_service_field(*dest, service, *index),
            Inst::RefField { dest, base, index } => self.ref_field(*dest, base, *index),
            // Behind the tag.
            Inst::RefVariantField { dest, base, variant: _, index } => self.ref_field(*dest, base, *index + 1),
            Inst::RefInside { dest, base } => self.ref_inside(*dest, base),
            Inst::RefElement { dest, base, index } => self.ref_element(*dest, base, index),
            Inst::RefOrInsert { dest, map, key, value } => self.ref_or_insert(*dest, [map, key, value]),
            Inst::Load { dest, from } => self.load_part(*dest, from, 0),
            Inst::Store { to, value } => self.store_through(to, value),
            Inst::Builtin { dest, method, receiver, args } => self.builtin(*dest, *method, *receiver, args),
            Inst::Show { dest, ty, value, format } => self.show(*dest, *ty, value, format.as_ref()),
            Inst::Concat { dest, parts } => self.concat(*dest, parts),
            Inst::Append { dest, text, parts } => self.append(*dest, text, parts),
            Inst::Take { dest, from } => self.take(*dest, from),
            Inst::Print { text } => self.print(text),
            Inst::EnvArgs { dest } => self.ask_of_type(RuntimeFn::env_args, *dest, self.f.locals[*dest].ty),
            Inst::Trace { status, site } => self.trace(status, *site),
            Inst::At { site } => self.e.stand_at(*site),
            Inst::TraceStart { site } => self.trace_start(*site),
            Inst::MakeClosure { dest, ty, function, captures } => self.make_closure(*dest, *ty, *function, captures),
            Inst::Capture { dest, closure, index } => self.load_part(*dest, closure, at(layout::CAPTURES, *index)),
            Inst::NamedEnd { dest, channel, side, subscription } => {
                self.named_end(*dest, *channel, *side, *subscription);
            }
            Inst::TaskMessage { dest, task } => self.task_message(*dest, task),
            Inst::DetachCall { task } => {
                let task = self.word(task);
                self.e.run(RuntimeFn::task_detach_call, &[task]);
            }
            Inst::DeadlineBegin { before, own, limit } => self.deadline_begin((*before, *own), limit),
            Inst::DeadlineEnd { before } => self.deadline_end(before),
            Inst::DeadlineExpired { dest, own } => self.deadline_expired(*dest, own),
            Inst::Safepoint => self.safepoint(),
            Inst::Sort { dest, op, args } => self.sort(*dest, *op, args),
            Inst::Unlock { service, mode } => self.unlock(*service, *mode),
            Inst::NoteFault { service, status, rebuild } => self.note_fault(*service, status, *rebuild),
            Inst::ClearService { service } => self.clear_service(service),
            Inst::Len { dest, base } => self.len(*dest, base),
            Inst::ElementAt { dest, array, index, part } => self.element_at(*dest, array, index, *part),
            Inst::EntryAt { key, value, map, index } => self.entry_at((*key, *value), map, index),
            Inst::CharAt { dest, text, at } => self.char_at(*dest, text, at),
        }
    }

    fn assign(&mut self, dest: Local, value: &Operand) {
        let value = self.value(value);
        self.define(dest, value);
    }

    /// Asks the runtime for a value of this type.
    fn ask_of_type(&mut self, how: RuntimeFn, dest: Local, ty: TypeId) {
        let desc = self.e.desc(ty);
        let result = self.e.ask(how, &[desc]);
        self.define(dest, result);
    }

    fn new_object(&mut self, dest: Local, ty: TypeId, fields: &[Operand]) {
        let words = self.words(fields);
        let object = self.e.object(ty, &words);
        self.define(dest, object);
    }

    fn new_array(&mut self, dest: Local, ty: TypeId, elements: &[Operand]) {
        let words = self.words(elements);
        let (desc, len) = (self.e.desc(ty), self.e.number(words.len() / self.stride(ty)));
        let array = self.e.ask(RuntimeFn::array_new, &[desc, len]);
        self.e.store_words(array, layout::DATA, &words);
        self.define(dest, array);
    }

    fn is_error(&mut self, dest: Local, base: &Operand, error: TypeId) {
        let object = self.word(base);
        let (found, wanted) = (self.e.load(object, layout::DESC), self.e.desc(error));
        let same = self.e.compare(IntCC::Equal, found, wanted);
        self.define(dest, same);
    }

    fn is_null(&mut self, dest: Local, base: &Operand) {
        let (word, null) = (self.word(base), self.e.word(0));
        let same = self.e.compare(IntCC::Equal, word, null);
        self.define(dest, same);
    }

    fn trace(&mut self, status: &Operand, site: Site) {
        let (status, site) = (self.word(status), self.e.number(site.index()));
        self.e.run(RuntimeFn::trace, &[self.e.task, status, site]);
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
}
