//! Instructions and terminators as text, one line each. In: MIR. Out: text.

use super::super::{Inst, OnFail, Terminator, Type, TypeId};
use super::Printer;

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
            Inst::Wrap { dest, value, .. } => format!("{} wrap {}", self.set(*dest), op(value)),
            Inst::ServiceField { dest, service, index } => format!("{} field {}.{index}", self.set(*dest), op(service)),
            Inst::InitServiceField { service, index, value } => format!("init {}.{index} = {}", op(service), op(value)),
            Inst::RefLocal { dest, local } => format!("{} ref {}", self.set(*dest), self.local(*local)),
            Inst::RefServiceField { dest, service, index } => {
                format!("{} ref {}.{index}", self.set(*dest), op(service))
            }
            Inst::RefField { dest, base, index } => format!("{} ref {}->{index}", self.set(*dest), op(base)),
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
            Inst::Print { text } => format!("print {}", op(text)),
            Inst::EnvArgs { dest } => format!("{} env args", self.set(*dest)),
            Inst::Trace { status, site } => format!("trace {} {}", op(status), self.site(*site)),
            Inst::TraceStart { site } => format!("trace start {}", self.site(*site)),
            Inst::Lock { service, mode } => format!("lock {} {mode:?}", self.service(*service)),
            Inst::Unlock { service, mode } => format!("unlock {} {mode:?}", self.service(*service)),
            Inst::Len { dest, base } => format!("{} len {}", self.set(*dest), op(base)),
            Inst::ElementAt { dest, array, index } => {
                format!("{} element {}, {}", self.set(*dest), op(array), op(index))
            }
            Inst::EntryAt { key, value, map, index } => {
                format!("{} key, {} value of {}, {}", self.set(*key), self.set(*value), op(map), op(index))
            }
            Inst::CharAt { dest, text, at } => format!("{} char {}, {}", self.set(*dest), op(text), op(at)),
        }
    }

    /// One terminator.
    pub(super) fn end(&self, end: &Terminator) -> String {
        let op = |operand| self.operand(operand);
        match end {
            Terminator::Goto(to) => format!("goto {}", Self::block(*to)),
            Terminator::Branch { cond, then, otherwise } => {
                format!("if {} then {} else {}", op(cond), Self::block(*then), Self::block(*otherwise))
            }
            Terminator::Switch { value, arms, otherwise } => {
                let arms: String =
                    arms.iter().map(|(value, to)| format!("{value} -> {}, ", Self::block(*to))).collect();
                format!("switch {} [{arms}else -> {}]", op(value), Self::block(*otherwise))
            }
            Terminator::SwitchStatus { status, fault, error } => {
                format!("switch {} [fault -> {}, error -> {}]", op(status), Self::block(*fault), Self::block(*error))
            }
            Terminator::Return(value) => format!("return {}", op(value)),
            Terminator::Fail(status) => format!("fail {}", op(status)),
            Terminator::Call { dest, function, args, then, on_fail, site } => {
                let call = format!("{} call {}{}", self.set(*dest), self.func(*function), self.list(args));
                match on_fail {
                    Some(on_fail) => format!("{call} {} {}", self.site(*site), self.then(*then, on_fail)),
                    None => format!("{call} {} then {}", self.site(*site), Self::block(*then)),
                }
            }
            Terminator::CallRemote(call) => {
                let errors: Vec<String> = call.errors.iter().map(|error| self.ty(*error)).collect();
                let to = format!("{}.{} at {}", call.service_name, call.method_name, self.peer(call.peer));
                let head = format!("{} remote {to} #{}{}", self.set(call.dest), call.method, self.list(&call.args));
                let errors = errors.join(", ");
                format!("{head} raising [{errors}] {} {}", self.site(call.site), self.then(call.then, &call.on_fail))
            }
            Terminator::Builtin { dest, method, args, then, on_fail, site, .. } => {
                let head = format!("{} {method:?} {}", self.set(*dest), self.list(args));
                format!("{head} {} {}", self.site(*site), self.then(*then, on_fail))
            }
            Terminator::Checked { dest, op: what, left, right, then, on_fail, site } => {
                let head =
                    format!("{} {what:?} {}", self.set(*dest), self.operands(std::iter::once(left).chain(right)));
                format!("{head} {} {}", self.site(*site), self.then(*then, on_fail))
            }
            Terminator::Index { dest, base, index, then, on_fail, site } => {
                let head = format!("{} index {}, {}", self.set(*dest), op(base), op(index));
                format!("{head} {} {}", self.site(*site), self.then(*then, on_fail))
            }
            Terminator::RefIndex { dest, base, index, then, on_fail, site } => {
                let head = format!("{} ref {}->[{}]", self.set(*dest), op(base), op(index));
                format!("{head} {} {}", self.site(*site), self.then(*then, on_fail))
            }
            Terminator::ReadText { dest, path, then, on_fail, site } => {
                let head = format!("{} read text {}", self.set(*dest), op(path));
                format!("{head} {} {}", self.site(*site), self.then(*then, on_fail))
            }
            Terminator::Fault { message, on_fail, site } => {
                let to = format!("{} -> {}", self.local(on_fail.status), Self::block(on_fail.fail));
                format!("fault {} {} else {to}", op(message), self.site(*site))
            }
            Terminator::Unreachable => "unreachable".to_owned(),
        }
    }

    fn then(&self, then: super::Block, on_fail: &OnFail) -> String {
        let fail = format!("{} -> {}", self.local(on_fail.status), Self::block(on_fail.fail));
        format!("then {} else {fail}", Self::block(then))
    }

    fn list(&self, operands: &[super::Operand]) -> String {
        format!("({})", self.operands(operands))
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
