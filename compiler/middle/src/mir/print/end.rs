//! Terminators as text, one line each. In: MIR. Out: text.

use super::super::{Entering, RemoteCall, Select, SelectOp, Terminator, Timeout};
use super::Printer;

impl Printer<'_> {
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
            Terminator::Return(values) => match values.as_slice() {
                [value] => format!("return {}", op(value)),
                words => format!("return {}", self.list(words)),
            },
            Terminator::Fail(status) => format!("fail {}", op(status)),
            Terminator::Call { dests, function, args, then, on_fail, site } => {
                let call = format!("{} call {}{}", self.set_all(dests), self.func(*function), self.list(args));
                match on_fail {
                    Some(on_fail) => format!("{call} {} {}", self.site(*site), self.then(*then, on_fail)),
                    None => format!("{call} {} then {}", self.site(*site), Self::block(*then)),
                }
            }
            Terminator::CallRemote(call) => self.remote(call),
            Terminator::CallDetached(call) => {
                let to = format!("{}.{} at {}", call.service_name, call.method_name, self.peer(call.peer));
                let args = self.list(&call.args);
                format!("remote {to} #{}{args} detached then {}", call.method, Self::block(call.then))
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
            Terminator::CheckIndex { array, index, then, on_fail, site } => {
                let head = format!("check index {}, {}", op(array), op(index));
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
            Terminator::CallValue { dests, callee, args, then, on_fail, site } => {
                let head = format!("{} call value {}{}", self.set_all(dests), op(callee), self.list(args));
                format!("{head} {} {}", self.site(*site), self.then(*then, on_fail))
            }
            Terminator::Spawn { dest, closure, then, on_fail, site } => {
                let head = format!("{} spawn {}", self.set(*dest), op(closure));
                format!("{head} {} {}", self.site(*site), self.then(*then, on_fail))
            }
            Terminator::NewChannel { dest, capacity, then, on_fail, site } => {
                let head = format!("{} channel {}", self.set(*dest), op(capacity));
                format!("{head} {} {}", self.site(*site), self.then(*then, on_fail))
            }
            Terminator::Wait { dest, op: what, args, then, on_fail, site } => {
                let head = format!("{} wait {what:?} {}", self.set(*dest), self.list(args));
                format!("{head} {} {}", self.site(*site), self.then(*then, on_fail))
            }
            Terminator::Next { dest, receiver, then, end, on_fail, site } => {
                let head = format!("{} next {}", self.set(*dest), op(receiver));
                let end = Self::block(*end);
                format!("{head} {} end {end} {}", self.site(*site), self.then(*then, on_fail))
            }
            Terminator::Select(select) => self.select(select),
            Terminator::Lock { service, mode, entering, then, on_fail, site } => {
                let whole = if *entering == Entering::Whole { " whole" } else { "" };
                let head = format!("lock {} {mode:?}{whole}", self.service(*service));
                format!("{head} {} {}", self.site(*site), self.then(*then, on_fail))
            }
            Terminator::Fault { message, on_fail, site } => {
                let to = format!("{} -> {}", self.local(on_fail.status), Self::block(on_fail.fail));
                format!("fault {} {} else {to}", op(message), self.site(*site))
            }
            Terminator::Unreachable => "unreachable".to_owned(),
        }
    }

    fn remote(&self, call: &RemoteCall) -> String {
        let errors: Vec<String> = call.errors.iter().map(|error| self.ty(*error)).collect();
        let to = format!("{}.{} at {}", call.service_name, call.method_name, self.peer(call.peer));
        let head = format!("{} remote {to} #{}{}", self.set(call.dest), call.method, self.list(&call.args));
        let errors = errors.join(", ");
        let within = match call.timeout {
            Timeout::Usual => String::new(),
            Timeout::Policy(timeout) => format!(" within {timeout}"),
            Timeout::Never => " without timeout".to_owned(),
        };
        format!("{head}{within} raising [{errors}] {} {}", self.site(call.site), self.then(call.then, &call.on_fail))
    }

    fn select(&self, select: &Select) -> String {
        let mut parts = Vec::new();
        for arm in &select.arms {
            let (end, to) = (self.operand(&arm.end), Self::block(arm.then));
            parts.push(match &arm.op {
                SelectOp::Recv(dest) => format!("{} recv {end} -> {to}", self.set(*dest)),
                SelectOp::Send(value) => format!("send {end}, {} -> {to}", self.operand(value)),
            });
        }
        if let Some((limit, to)) = &select.after {
            parts.push(format!("after {} -> {}", self.operand(limit), Self::block(*to)));
        }
        if let Some(to) = &select.default {
            parts.push(format!("default -> {}", Self::block(*to)));
        }
        let fail = format!("{} -> {}", self.local(select.on_fail.status), Self::block(select.on_fail.fail));
        format!("select [{}] {} else {fail}", parts.join(", "), self.site(select.site))
    }
}
