//! Methods that must not be cut short. A `mut self` method of a service that can wait for more than locks runs in a task of its
//! own; its caller waits for that task, and lets go of it when its own time is up: then the method goes on alone.

use super::body::Body;
use super::item::{self, Hold};
use super::program::{Key, Lowering};
use crate::ids::FnId;
use crate::mir::{
    Const, Entry, Func, Function, Inst, LockMode, Locked, Method, Name, OnFail, Operand, StackCheck, Terminator, Type,
    TypeId, WaitOp,
};
use crate::ty::{Holder, TyTable};

/// What callers call: starts the task and waits for it.
pub(super) fn apart(cx: &mut Lowering, id: FnId, name: Name) -> Function {
    let source = &cx.program.fns[id];
    let (function, closure_ty) = task_of(cx, id);
    let mut body = Body::new(cx, name, Some(id));
    let params = item::params(&mut body, source);
    let site = body.site(source.span);
    let result = body.result;
    let result = body.mir_ty(result);

    let closure = body.local(closure_ty, "".into());
    let captures = params.iter().skip(1).copied().map(Operand::Copy).collect();
    body.push(Inst::MakeClosure { dest: closure, ty: closure_ty, function, captures });
    let task = body.plain(Type::Holder { holder: Holder::Task, inner: result });
    let on_fail = body.on_fail();
    let started = body.block();
    body.end(Terminator::Spawn { dest: task, closure: Operand::Copy(closure), then: started, on_fail, site });

    body.go_on(started);
    let dest = body.local(result, "".into());
    let status = body.plain(Type::Status);
    let (done, failed) = (body.block(), body.block());
    let args = vec![Operand::Copy(task)];
    let on_fail = OnFail { status, fail: failed };
    body.end(Terminator::Wait { dest, op: WaitOp::Get, args, then: done, on_fail, site });
    body.go_on(done);
    body.end(Terminator::Return(vec![Operand::Copy(dest)]));

    body.go_on(failed);
    let (left, ended) = (body.block(), body.block());
    body.end(Terminator::SwitchStatus { status: Operand::Copy(status), fault: left, error: ended });
    body.go_on(left);
    let unit = body.temp(TyTable::UNIT);
    let (method, receiver) = (Method::TaskDetach, body.local_ty(task));
    body.push(Inst::Builtin { dest: unit, method, receiver, args: vec![Operand::Copy(task)] });
    body.enter(ended);
    body.end(Terminator::Fail(Operand::Copy(status)));
    body.finish(params, result, site, StackCheck::No)
}

/// The task: `Lock; call; Unlock`, on all ways.
pub(super) fn task(cx: &mut Lowering, id: FnId, name: Name) -> Function {
    let source = &cx.program.fns[id];
    let class = cx.class_of_method(id);
    let service = cx.service(class);
    let locked = cx.locked(class) == Locked::Yes;
    let (_, closure_ty) = task_of(cx, id);
    let mut body = Body::new(cx, name, Some(id));
    let closure = body.local(closure_ty, "".into());
    let mut args = vec![Operand::Const(Const::Service(service))];
    for (index, param) in (0..).zip(&source.params) {
        let dest = body.var(*param);
        body.push(Inst::Capture { dest, closure: Operand::Copy(closure), index });
        args.push(Operand::Copy(dest));
    }
    let site = body.site(source.span);
    let hold = locked.then(|| Hold { service, mode: LockMode::Write, entering: body.cx.entering(class) });
    if let Some(hold) = hold {
        body.lock(hold, site);
    }
    let result = body.result;
    let callee = body.func(id);
    item::call_and_return(&mut body, (callee, args), result, site, hold);
    let result = body.mir_ty(result);
    body.finish_as(Entry::Task, vec![closure], result, site, StackCheck::No)
}

/// The task's function, and the type of its closure: it captures the arguments.
fn task_of(cx: &mut Lowering, id: FnId) -> (Func, TypeId) {
    let function = cx.func(Key::ApartTask(id));
    let locals = &cx.types.locals[id];
    let types = cx.program.fns[id].params.iter().map(|param| cx.table.of(locals[*param])).collect();
    (function, cx.closure_of(function, types))
}
