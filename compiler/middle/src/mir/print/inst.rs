//! Instructions as text, one line each. In: MIR. Out: text.

use super::super::{Channel, Inst, Local, OnFail, Type, TypeId};
use super::Printer;
use crate::ty::Holder;

impl Printer<'_> {
    /// One instruction.
    pub(super) fn inst(&self, inst: &Inst) -> String {
        let op = |operand| self.operand(operand);
        match inst {
            Inst::Assign { dest, value } => format!("{} {}", self.set(*dest), op(value)),
            Inst::Dup(local) => format!("dup {}", self.local(*local)),
            Inst::Drop(local) => format!("drop {}", self.local(*local)),
            Inst::Op2 { dest, op: what, left, right } => {
                format!("{} {what:?} {}, {}", self.set(*dest), op(left), op(right))
            }
            Inst::Op1 { dest, op: what, operand } => format!("{} {what:?} {}", self.set(*dest), op(operand)),
            Inst::Compare { dest, op: what, ty, left, right } => {
                format!("{} compare {what:?} {} {}, {}", self.set(*dest), self.ty(*ty), op(left), op(right))
            }
            Inst::New { dest, fields, .. } => format!("{} new {}", self.set(*dest), self.list(fields)),
            Inst::NewVariant { dest, ty, variant, fields } => {
                format!("{} new {} {}", self.set(*dest), self.variant(*ty, *variant), self.list(fields))
            }
            Inst::NewArray { dest, elements, .. } => format!("{} array {}", self.set(*dest), self.list(elements)),
            Inst::NewMap { dest, .. } => format!("{} map", self.set(*dest)),
            Inst::Field { dest, base, index } => format!("{} field {}.{index}", self.set(*dest), op(base)),
            Inst::Tag { dest, base } => format!("{} tag {}", self.set(*dest), op(base)),
            Inst::VariantField { dest, base, variant, index } => {
                format!("{} field {} as {variant}.{index}", self.set(*dest), op(base))
            }
            Inst::IsError { dest, base, error } => format!("{} {} is {}", self.set(*dest), op(base), self.ty(*error)),
            Inst::IsNull { dest, base } => format!("{} {} is none", self.set(*dest), op(base)),
            Inst::Unwrap { dest, base } => format!("{} unwrap {}", self.set(*dest), op(base)),
            Inst::Find { found, value, method, args } => {
                format!("{} {} {method:?} {}", self.set(*found), self.set(*value), self.list(args))
            }
            Inst::Pack { dest, words, .. } => format!("{} pack {}", self.set(*dest), self.list(words)),
            Inst::Unpack { dest, base, index } => format!("{} unpack {} word {index}", self.set(*dest), op(base)),
            Inst::Wrap { dest, value, .. } => format!("{} wrap {}", self.set(*dest), op(value)),
            Inst::ServiceField { dest, service, index } => format!("{} field {}.{index}", self.set(*dest), op(service)),
            Inst::InitServiceField { service, index, value } => format!("init {}.{index} = {}", op(service), op(value)),
            Inst::RefLocal { dest, local } => format!("{} ref {}", self.set(*dest), self.local(*local)),
            Inst::RefServiceField { dest, service, index } => {
                format!("{} ref {}.{index}", self.set(*dest), op(service))
            }
            Inst::RefVariantField { dest, base, variant, index } => {
                format!("{} ref {}->{variant}:{index}", self.set(*dest), op(base))
            }
            Inst::RefInside { dest, base } => format!("{} ref {}->?", self.set(*dest), op(base)),
            Inst::RefField { dest, base, index } => format!("{} ref {}->{index}", self.set(*dest), op(base)),
            Inst::RefElement { dest, base, index } => {
                format!("{} ref {}->[{}]", self.set(*dest), op(base), op(index))
            }
            Inst::RefOrInsert { dest, map, key, value } => {
                format!("{} ref {}->or_insert({}, {})", self.set(*dest), op(map), op(key), op(value))
            }
            Inst::Load { dest, from } => format!("{} load {}", self.set(*dest), op(from)),
            Inst::Store { to, value } => format!("store {} = {}", op(to), op(value)),
            Inst::Builtin { dest, method, args, .. } => format!("{} {method:?} {}", self.set(*dest), self.list(args)),
            Inst::Show { dest, ty, value, format: None } => {
                format!("{} show {} {}", self.set(*dest), self.ty(*ty), op(value))
            }
            Inst::Show { dest, ty, value, format: Some(how) } => {
                format!("{} show {} {} as {how:?}", self.set(*dest), self.ty(*ty), op(value))
            }
            Inst::Concat { dest, parts } => format!("{} concat {}", self.set(*dest), self.list(parts)),
            Inst::Append { dest, text, parts } => {
                format!("{} append {} {}", self.set(*dest), op(text), self.list(parts))
            }
            Inst::Take { dest, from } => format!("{} take {}", self.set(*dest), op(from)),
            Inst::Print { text } => format!("print {}", op(text)),
            Inst::EnvArgs { dest } => format!("{} env args", self.set(*dest)),
            Inst::Trace { status, site } => format!("trace {} {}", op(status), self.site(*site)),
            Inst::At { site } => format!("at {}", self.site(*site)),
            Inst::TraceStart { site } => format!("trace start {}", self.site(*site)),
            Inst::MakeClosure { dest, function, captures, .. } => {
                format!("{} closure {}{}", self.set(*dest), self.func(*function), self.list(captures))
            }
            Inst::Capture { dest, closure, index } => format!("{} capture {}.{index}", self.set(*dest), op(closure)),
            Inst::NamedEnd { dest, channel, subscription, .. } => self.named_end(*dest, *channel, *subscription),
            Inst::DetachCall { task } => format!("detach call {}", op(task)),
            Inst::TaskMessage { dest, task } => format!("{} message {}", self.set(*dest), op(task)),
            Inst::DeadlineBegin { before, own, limit } => {
                format!("{} before, {} deadline {}", self.set(*before), self.set(*own), op(limit))
            }
            Inst::DeadlineEnd { before } => format!("deadline end {}", op(before)),
            Inst::DeadlineExpired { dest, own } => format!("{} expired {}", self.set(*dest), op(own)),
            Inst::Safepoint => "safepoint".to_owned(),
            Inst::Sort { dest, op: what, args } => format!("{} sort {what:?} {}", self.set(*dest), self.list(args)),
            Inst::Unlock { service, mode } => format!("unlock {} {mode:?}", self.service(*service)),
            Inst::NoteFault { service, status, rebuild } => {
                format!("note fault {} {} rebuild {rebuild:?}", self.service(*service), op(status))
            }
            Inst::ClearService { service } => format!("clear {}", op(service)),
            Inst::Len { dest, base } => format!("{} len {}", self.set(*dest), op(base)),
            Inst::ElementAt { dest, array, index, part } => {
                let part = if *part == 0 { String::new() } else { format!(" word {part}") };
                format!("{} element {}, {}{part}", self.set(*dest), op(array), op(index))
            }
            Inst::EntryAt { key, value, map, index } => {
                format!("{} key, {} value of {}, {}", self.set(*key), self.set(*value), op(map), op(index))
            }
            Inst::CharAt { dest, text, at } => format!("{} char {}, {}", self.set(*dest), op(text), op(at)),
        }
    }

    pub(super) fn then(&self, then: super::Block, on_fail: &OnFail) -> String {
        let fail = format!("{} -> {}", self.local(on_fail.status), Self::block(on_fail.fail));
        format!("then {} else {fail}", Self::block(then))
    }

    pub(super) fn list(&self, operands: &[super::Operand]) -> String {
        format!("({})", self.operands(operands))
    }

    fn named_end(&self, dest: Local, channel: Channel, subscription: u32) -> String {
        let name =
            self.program.channels.get(channel).map_or(format!("channel{}", channel.0), |info| info.name.to_string());
        let number = if self.is_subscriber(dest) { format!(" #{subscription}") } else { String::new() };
        format!("{} end of {name}{number}", self.set(dest))
    }

    fn is_subscriber(&self, local: Local) -> bool {
        let ty = self.function.locals.get(local).and_then(|decl| self.program.types.get(decl.ty));
        matches!(ty, Some(Type::Holder { holder: Holder::Subscriber, .. }))
    }

    fn variant(&self, ty: TypeId, variant: u32) -> String {
        match self.program.types.get(ty) {
            Some(Type::Enum { name, variants }) => {
                let found = variants.get(variant as usize).map_or("?", |(variant, _)| variant);
                format!("{name}.{found}")
            }
            Some(_) | None => format!("{}.{variant}", self.ty(ty)),
        }
    }
}
