//! `spawn self.store.put(x).detach()`, a detached call. In: what `detach` is called on. Out: where `Store` is in another process, a request
//! without reply, sent by the task that is here (there is no other: nobody would wait for what it waits for); else a task that the end of
//! the process lets end, as it does with such requests.

use super::body::Body;
use crate::analyze;
use crate::facts::Route;
use crate::hir::{Expr, ExprKind};
use crate::ids::{FnId, Id, ProcessId};
use crate::mir::{DetachedCall, Inst, Operand, Peer, Terminator};

/// Was it a call of a dependency?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Detached {
    /// Yes, and it was made.
    Yes,
    /// No: any other task.
    No,
}

impl Body<'_, '_> {
    /// Makes the call, if that is all that the task does which is spawned here.
    pub(super) fn detached_call(&mut self, spawned: &Expr) -> Detached {
        let Some((before, task)) = analyze::spawned(spawned) else { return Detached::No };
        let Some(method) = self.cx.facts.detached.get(&task).copied() else { return Detached::No };
        let Route::Remote { to, .. } = self.cx.route(method) else {
            let task = self.expr(spawned);
            self.push(Inst::DetachCall { task });
            return Detached::Yes;
        };
        for stmt in before.iter().flat_map(|block| &block.stmts) {
            self.stmt(stmt);
        }
        let Some(Expr { kind: ExprKind::CallMethod { args, .. }, .. }) = self.cx.program.fns[task].body.forwarded()
        else {
            unreachable!("`analyze` lists only tasks that call a method");
        };
        // The variables of a task are those of the function in which it stands: its arguments mean the same here.
        let args = self.operands(&args.iter().collect::<Vec<_>>());
        self.call_detached(to, method, args);
        Detached::Yes
    }

    fn call_detached(&mut self, to: ProcessId, method: FnId, args: Vec<Operand>) {
        let program = self.cx.program;
        self.cx.crosses_into(method);
        let (peer, number) = (Peer::from_index(to.index()), self.cx.remote_method(to, method));
        let args = self.args_in_locals(method, args);
        let then = self.block();
        self.end(Terminator::CallDetached(Box::new(DetachedCall {
            peer,
            method: number,
            service_name: program.classes[self.cx.class_of_method(method)].name.clone(),
            method_name: program.fns[method].name.clone(),
            args,
            then,
        })));
        self.go_on(then);
    }
}
