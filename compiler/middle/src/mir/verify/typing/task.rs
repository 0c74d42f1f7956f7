//! Types of closures, tasks, channels and waiting. In: an instruction or terminator of these kinds. Out: the first disagreement.

use super::super::ensure;
use super::{Checked, Typing};
use crate::mir::{
    Entry, Func, Inst, Local, Name, Operand, Select, SelectOp, Service, SortOp, Terminator, Type, TypeId, WaitOp,
};
use crate::ty::Holder;

impl Typing<'_> {
    pub(super) fn task_inst(&self, inst: &Inst) -> Checked {
        if let Inst::MakeClosure { dest, ty, function, captures } = inst {
            self.make_closure(*dest, *ty, *function, captures)
        } else if let Inst::Capture { dest, closure, index } = inst {
            let ty = self.type_of(closure)?;
            self.closure(ty)?;
            let words = &self.program.layouts.body(ty).words;
            self.same(*dest, *words.get(*index as usize).ok_or("there is no such capture")?)
        } else if let Inst::NamedEnd { dest, channel, side, subscription } = inst {
            let info = self.program.channels.get(*channel).ok_or("the channel is missing")?;
            let known = *side != Holder::Subscriber || *subscription < info.subscribers;
            ensure(known, || format!("there is no subscriber {subscription}"))?;
            let (holder, inner) = self.holder(self.of(*dest))?;
            ensure((holder, inner) == (*side, info.element), || "it is another end".to_owned())
        } else if let Inst::TaskMessage { dest, task } = inst {
            self.local(*dest, "a string", |ty| matches!(ty, Type::String))?;
            self.held(task, &[Holder::Task]).map(|_| ())
        } else if let Inst::DetachCall { task } = inst {
            self.held(task, &[Holder::Task]).map(|_| ())
        } else if let Inst::DeadlineBegin { before, own, limit } = inst {
            self.local(*before, "an int", is_int)?;
            self.local(*own, "an int", is_int)?;
            self.is(limit, "a Duration", is_duration)
        } else if let Inst::DeadlineEnd { before: deadline } = inst {
            self.is(deadline, "an int", is_int)
        } else if let Inst::DeadlineExpired { dest, own } = inst {
            self.local(*dest, "a bool", |ty| matches!(ty, Type::Bool))?;
            self.is(own, "an int", is_int)
        } else if let Inst::Sort { dest, op, args } = inst {
            self.sort(*dest, *op, args)
        } else if let Inst::Unlock { service, .. } = inst {
            self.service(*service)
        } else {
            Ok(())
        }
    }

    pub(super) fn task_end(&self, end: &Terminator) -> Checked {
        if let Terminator::CallValue { dests, callee, args, .. } = end {
            let Type::Fn { params, result } = &self.program.types[self.type_of(callee)?] else {
                return Err("the callee is not a function".to_owned());
            };
            let params: Vec<TypeId> = self.words_of(params);
            self.fields(args, &params)?;
            self.results(dests, self.program.layouts.words(*result))
        } else if let Terminator::Spawn { dest, closure, .. } = end {
            self.spawn(*dest, closure)
        } else if let Terminator::NewChannel { dest, capacity, .. } = end {
            self.is(capacity, "an int", is_int)?;
            let ends = self.parts(self.of(*dest)).ok_or("it is not a tuple")?;
            let ends: Result<Vec<_>, String> = ends.into_iter().map(|end| self.holder(end)).collect();
            match ends?.as_slice() {
                [(Holder::Sender, sent), (Holder::Receiver, received)] if sent == received => Ok(()),
                _ => Err("these are not the ends of one channel".to_owned()),
            }
        } else if let Terminator::Wait { dest, op, args, .. } = end {
            self.wait(*dest, *op, args)
        } else if let Terminator::Next { dest, receiver, .. } = end {
            self.same(*dest, self.held(receiver, &[Holder::Receiver, Holder::Subscriber])?)
        } else if let Terminator::Select(select) = end {
            self.select(select)
        } else if let Terminator::Lock { service, .. } = end {
            self.service(*service)
        } else {
            Ok(())
        }
    }

    /// The captures have the types of the closure, and the function that of the value.
    fn make_closure(&self, dest: Local, ty: TypeId, function: Func, captures: &[Operand]) -> Checked {
        let (name, _) = self.closure(ty)?;
        self.fields(captures, &self.program.layouts.body(ty).words)?;
        let callee = self.program.functions.get(function).ok_or("the function is missing")?;
        ensure(callee.name == *name, || "the closure is of another function".to_owned())?;
        if self.of(dest) == ty {
            return Ok(());
        }
        let Type::Fn { params, result } = self.ty(dest) else { return Err("it is no function".to_owned()) };
        ensure(callee.entry == Entry::Value, || "it cannot be called by value".to_owned())?;
        let taken = callee.params.iter().skip(1).map(|(param, _)| callee.locals[*param].ty);
        ensure(taken.eq(self.words_of(params)) && callee.result == *result, || "it has another type".to_owned())
    }

    /// The words of values of these types, one behind the other.
    fn words_of(&self, types: &[TypeId]) -> Vec<TypeId> {
        types.iter().flat_map(|ty| self.program.layouts.words(*ty)).copied().collect()
    }

    fn spawn(&self, dest: Local, closure: &Operand) -> Checked {
        let (name, _) = self.closure(self.type_of(closure)?)?;
        let body = self.program.functions.iter().find(|function| function.name == *name);
        let body = body.ok_or("the task's function is missing")?;
        ensure(body.entry == Entry::Task, || "it is not a task's function".to_owned())?;
        let (holder, inner) = self.holder(self.of(dest))?;
        ensure((holder, inner) == (Holder::Task, body.result), || "the handle has another type".to_owned())
    }

    fn wait(&self, dest: Local, op: WaitOp, args: &[Operand]) -> Checked {
        let receivers = [Holder::Receiver, Holder::Subscriber];
        match (op, args) {
            (WaitOp::Send | WaitOp::Deliver, [end, value]) => {
                self.fits(value, self.held(end, &[Holder::Sender])?)?;
                self.local(dest, "()", is_unit)
            }
            (WaitOp::Publish | WaitOp::PublishAndWait, [end, value]) => {
                self.fits(value, self.held(end, &[Holder::Publisher])?)?;
                self.local(dest, "()", is_unit)
            }
            (WaitOp::Recv, [end]) => self.same(dest, self.held(end, &receivers)?),
            (WaitOp::Get, [task]) => self.same(dest, self.held(task, &[Holder::Task])?),
            (WaitOp::Ended, [task]) => {
                self.held(task, &[Holder::Task])?;
                self.local(dest, "an int", is_int)
            }
            (WaitOp::Sleep, [limit]) => {
                self.is(limit, "a Duration", is_duration)?;
                self.local(dest, "()", is_unit)
            }
            (
                WaitOp::Send
                | WaitOp::Deliver
                | WaitOp::Publish
                | WaitOp::PublishAndWait
                | WaitOp::Recv
                | WaitOp::Get
                | WaitOp::Ended
                | WaitOp::Sleep,
                _,
            ) => Err("the number of arguments differs".to_owned()),
        }
    }

    fn select(&self, select: &Select) -> Checked {
        for arm in &select.arms {
            match &arm.op {
                SelectOp::Recv(dest) => {
                    self.same(*dest, self.held(&arm.end, &[Holder::Receiver, Holder::Subscriber])?)?;
                }
                SelectOp::Send(value) => self.fits(value, self.held(&arm.end, &[Holder::Sender])?)?,
            }
        }
        match &select.after {
            Some((limit, _)) => self.is(limit, "a Duration", is_duration),
            None => Ok(()),
        }
    }

    fn sort(&self, dest: Local, op: SortOp, args: &[Operand]) -> Checked {
        self.local(dest, "an int", is_int)?;
        let count = match op {
            SortOp::Start | SortOp::Left | SortOp::Right | SortOp::Abandon => 1,
            SortOp::Next | SortOp::End => 2,
        };
        ensure(args.len() == count, || "the number of arguments differs".to_owned())?;
        if let (SortOp::End, [_, array]) = (op, args) {
            return self.element(self.target(array)?).map(|_| ());
        }
        args.iter().try_for_each(|arg| self.is(arg, "an int", is_int))
    }

    fn service(&self, service: Service) -> Checked {
        ensure(self.program.services.get(service).is_some(), || "the service is missing".to_owned())
    }

    /// The name and captures of a closure type.
    fn closure(&self, ty: TypeId) -> Result<(&Name, &[TypeId]), String> {
        let Type::Closure { name, captures } = &self.program.types[ty] else {
            return Err("it is not a closure".to_owned());
        };
        Ok((name, captures))
    }

    fn holder(&self, ty: TypeId) -> Result<(Holder, TypeId), String> {
        let Type::Holder { holder, inner } = self.program.types[ty] else {
            return Err("it is no end or task".to_owned());
        };
        Ok((holder, inner))
    }

    /// What an end or task of one of these kinds holds.
    fn held(&self, operand: &Operand, kinds: &[Holder]) -> Result<TypeId, String> {
        let (holder, inner) = self.holder(self.type_of(operand)?)?;
        ensure(kinds.contains(&holder), || format!("it is a {}", holder.name()))?;
        Ok(inner)
    }
}

fn is_int(ty: &Type) -> bool {
    matches!(ty, Type::Int)
}

fn is_duration(ty: &Type) -> bool {
    matches!(ty, Type::Duration)
}

fn is_unit(ty: &Type) -> bool {
    matches!(ty, Type::Unit)
}
