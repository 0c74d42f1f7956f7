//! Calls of functions, globals and services. In: a call expression and where to go if it fails. Out: the call.

use super::body::{Body, OnError, UNIT, int, text};
use crate::builtin::Global;
use crate::facts::Route;
use crate::hir::{BuiltinError, CmpOp, Expr, ExprKind};
use crate::ids::{FnId, Id, ProcessId, TyId};
use crate::mir::{Checked, Const, Inst, Op1, Op2, Operand, Peer, RemoteCall, Site, Terminator, Timeout};
use crate::span::Span;
use crate::ty::{Ty, TyTable};
use crate::types::Callee;

impl Body<'_, '_> {
    /// The value of a call, not yet coerced. Only the call itself goes to `on_error`; its arguments do not.
    pub(super) fn any_call(&mut self, call: &Expr, on_error: OnError) -> Operand {
        let ty = self.cx.types.exprs[call.id];
        if let ExprKind::CallFn { function, args } = &call.kind {
            let args = self.operands(&args.iter().collect::<Vec<_>>());
            self.call_fn(*function, args, call.span, on_error)
        } else if let ExprKind::CallGlobal { function, args } = &call.kind {
            self.call_global(*function, args, ty, call.span, on_error)
        } else if let ExprKind::CallMethod { receiver, args, .. } = &call.kind {
            self.call_method(call, receiver, args, on_error)
        } else if let ExprKind::CallValue { callee, args } = &call.kind {
            self.call_value(callee, args, ty, call.span, on_error)
        } else if let ExprKind::Within { limit, body } = &call.kind {
            self.within(limit, body, ty, call.span, on_error)
        } else if let ExprKind::Select { arms, after, default } = &call.kind {
            self.select(arms, after.as_ref(), default.as_ref(), (ty, call.span), on_error)
        } else {
            self.expr(call)
        }
    }

    fn call_method(&mut self, call: &Expr, receiver: &Expr, args: &[Expr], on_error: OnError) -> Operand {
        match self.cx.types.methods.get(&call.id).copied() {
            Some(Callee::Data(method)) => self.call_data_method(method, receiver, args, call.span, on_error),
            // Another task than the one that holds the service's lock.
            Some(Callee::OwnService(method)) if self.in_task => {
                let args = self.operands(&args.iter().collect::<Vec<_>>());
                let site = self.site(call.span);
                self.call_instance(method, args, site, on_error)
            }
            Some(Callee::OwnService(method)) => {
                let args = self.operands(&std::iter::once(receiver).chain(args).collect::<Vec<_>>());
                self.call_fn(method, args, call.span, on_error)
            }
            Some(Callee::Dep(method)) => {
                let args = self.operands(&args.iter().collect::<Vec<_>>());
                self.call_service(method, args, call, on_error)
            }
            Some(Callee::Builtin(method)) => self.call_builtin(method, receiver, args, call, on_error),
            Some(Callee::Field(index)) => self.call_field(call, receiver, index, args, on_error),
            Some(Callee::Expect(what)) => self.expect(what, receiver, args, call.span),
            None => UNIT,
        }
    }

    /// Calls a function of the program directly.
    pub(super) fn call_fn(&mut self, function: FnId, args: Vec<Operand>, span: Span, on_error: OnError) -> Operand {
        let callee = self.func(function);
        let dest = self.temp(self.cx.types.results[function]);
        let site = self.site(span);
        self.call(dest, callee, args, site, on_error);
        Operand::Copy(dest)
    }

    fn call_service(&mut self, method: FnId, args: Vec<Operand>, call: &Expr, on_error: OnError) -> Operand {
        let site = self.site(call.span);
        match self.cx.route(method) {
            Route::Local => self.call_instance(method, args, site, on_error),
            Route::Remote { to, timeout, .. } => {
                let timeout = match timeout {
                    Some(timeout) => Timeout::Policy(timeout),
                    None if self.spawned == Some(call.id) => Timeout::Never,
                    None => Timeout::Usual,
                };
                self.call_remote(to, method, timeout, args, site, on_error)
            }
        }
    }

    /// Calls a method of a service of this process, with its lock.
    fn call_instance(&mut self, method: FnId, args: Vec<Operand>, site: Site, on_error: OnError) -> Operand {
        let (service, callee) = self.cx.service_method(method);
        let service = Operand::Const(Const::Service(service));
        let args = std::iter::once(service).chain(args).collect();
        let dest = self.temp(self.cx.types.results[method]);
        self.call(dest, callee, args, site, on_error);
        Operand::Copy(dest)
    }

    fn call_remote(
        &mut self,
        to: ProcessId,
        method: FnId,
        timeout: Timeout,
        args: Vec<Operand>,
        site: Site,
        on_error: OnError,
    ) -> Operand {
        let class = self.cx.class_of_method(method);
        let program = self.cx.program;
        let errors = self.cx.errors_of(to, method);
        self.cx.crosses(method, &errors);
        self.cx.builtin_errors.extend(BuiltinError::BOUNDARY);
        let number = self.cx.remote_method(to, method);
        let dest = self.temp(self.cx.types.results[method]);
        let args = self.args_in_locals(method, args);
        let on_fail = self.own_path_fails(on_error);
        let then = self.block();
        self.end(Terminator::CallRemote(Box::new(RemoteCall {
            dest,
            peer: Peer::from_index(to.index()),
            method: number,
            service_name: program.classes[class].name.clone(),
            method_name: program.fns[method].name.clone(),
            timeout,
            args,
            errors,
            then,
            on_fail,
            site,
        })));
        self.go_on(then);
        Operand::Copy(dest)
    }

    /// The arguments of a call that crosses, as the method takes them.
    pub(super) fn args_in_locals(&mut self, method: FnId, args: Vec<Operand>) -> Vec<Operand> {
        let args = args.into_iter().zip(&self.cx.program.fns[method].params);
        args.map(|(arg, param)| self.in_local(arg, self.cx.types.locals[method][*param])).collect()
    }

    fn call_global(&mut self, function: Global, args: &[Expr], ty: TyId, span: Span, on_error: OnError) -> Operand {
        let arg_tys: Vec<TyId> = args.iter().map(|arg| self.ty(arg)).collect();
        let mut values = self.operands(&args.iter().collect::<Vec<_>>()).into_iter();
        let first = values.next().unwrap_or(UNIT);
        let second = values.next();
        let is_float = *self.get(ty) == Ty::Float;
        match function {
            Global::Print => {
                let ty = arg_tys.first().copied().unwrap_or(TyTable::UNIT);
                let text = self.shown(first, ty, None);
                self.push(Inst::Print { text });
                UNIT
            }
            Global::Assert => {
                let failed = self.block();
                self.unless(first, failed);
                self.fault_in(failed, text("assertion failed"), span);
                UNIT
            }
            // Always the receiver of an expectation.
            Global::Expect => first,
            Global::Abs if is_float => self.op1(Op1::FloatAbs, first, ty),
            Global::Abs => self.checked(Checked::IntAbs, first, None, ty, span),
            Global::Min => {
                self.op2(if is_float { Op2::FloatMin } else { Op2::IntMin }, first, second.unwrap_or(int(0)), ty)
            }
            Global::Max => {
                self.op2(if is_float { Op2::FloatMax } else { Op2::IntMax }, first, second.unwrap_or(int(0)), ty)
            }
            Global::Pow => {
                let op = if is_float { Checked::FloatPow } else { Checked::IntPow };
                self.checked(op, first, second, ty, span)
            }
            Global::Sqrt => self.op1(Op1::FloatSqrt, first, ty),
            Global::Floor => self.op1(Op1::FloatFloor, first, ty),
            Global::Ceil => self.op1(Op1::FloatCeil, first, ty),
            Global::Round => self.op1(Op1::FloatRound, first, ty),
            Global::Sleep => self.sleep(first, span),
            Global::EnvArgs => self.emit(ty, |dest| Inst::EnvArgs { dest }),
            Global::FsReadText => self.read_text(first, ty, span, on_error),
        }
    }

    fn read_text(&mut self, path: Operand, ty: TyId, span: Span, on_error: OnError) -> Operand {
        self.cx.builtin_errors.insert(BuiltinError::File);
        let site = self.site(span);
        let on_fail = self.own_path_fails(on_error);
        let dest = self.temp(ty);
        let then = self.block();
        self.end(Terminator::ReadText { dest, path, then, on_fail, site });
        self.go_on(then);
        Operand::Copy(dest)
    }

    /// Does a call that fails note its own place on the path, so that `Trace` must not?
    pub(super) fn notes_its_place(&self, call: &Expr) -> bool {
        match (&call.kind, self.cx.types.methods.get(&call.id)) {
            (ExprKind::CallGlobal { .. } | ExprKind::CallValue { .. }, _) => true,
            (ExprKind::Within { .. } | ExprKind::Select { .. }, _)
            | (_, Some(Callee::Builtin(_) | Callee::Field(_))) => true,
            (_, Some(Callee::Dep(method))) => self.cx.route(*method) != Route::Local,
            _ => false,
        }
    }

    /// What `expect(x).to_…` does.
    fn expect(&mut self, what: crate::builtin::Expectation, receiver: &Expr, args: &[Expr], span: Span) -> Operand {
        use crate::builtin::Expectation;
        let ExprKind::CallGlobal { args: given, .. } = &receiver.kind else { return UNIT };
        let Some(given) = given.first() else { return UNIT };
        let ty = self.ty(given);
        let failed = self.block();
        let (found, wanted) = match (what, args.first()) {
            (Expectation::ToEqual, Some(wanted)) => {
                let wanted_ty = self.ty(wanted);
                let [found, wanted] = self.two(given, wanted);
                // `T` against `T?` compares as `T?`, on either side.
                let found = self.wrapped(found, ty, wanted_ty);
                let wanted = self.wrapped(wanted, wanted_ty, ty);
                let ty = if self.is_nullable(wanted_ty) { wanted_ty } else { ty };
                let same = self.compared(CmpOp::Eq, found.clone(), wanted.clone(), ty);
                self.unless(same, failed);
                (found, Ok((wanted, ty)))
            }
            (Expectation::ToBeFalse, _) => {
                let found = self.expr(given);
                let holds = self.op1(Op1::Not, found.clone(), TyTable::BOOL);
                self.unless(holds, failed);
                (found, Err("false"))
            }
            (Expectation::ToBeNone, _) => {
                let found = self.expr(given);
                let base = found.clone();
                let is_none = self.emit(TyTable::BOOL, |dest| Inst::IsNull { dest, base });
                self.unless(is_none, failed);
                (found, Err("none"))
            }
            (Expectation::ToBeTrue | Expectation::ToEqual, _) => {
                let found = self.expr(given);
                self.unless(found.clone(), failed);
                (found, Err("true"))
            }
        };
        self.report(failed, found, ty, wanted, span);
        UNIT
    }

    fn is_nullable(&self, ty: TyId) -> bool {
        matches!(self.get(ty), Ty::Nullable(_))
    }

    /// The fault of an expectation that does not hold.
    fn report(
        &mut self,
        failed: crate::mir::Block,
        found: Operand,
        found_ty: TyId,
        wanted: Result<(Operand, TyId), &str>,
        span: Span,
    ) {
        let good = self.block();
        self.goto(good);
        self.go_on(failed);
        let (wanted, found_ty) = match wanted {
            Ok((wanted, ty)) => (self.shown(wanted, ty, None), ty),
            Err(word) => (text(word), found_ty),
        };
        let found = self.shown(found, found_ty, None);
        let message = self.joined(vec![text("expected "), wanted, text(", found "), found]);
        self.fault(message, span);
        self.go_on(good);
    }

    /// A fault in a block of its own; goes on where it was.
    fn fault_in(&mut self, failed: crate::mir::Block, message: Operand, span: Span) {
        let good = self.block();
        self.goto(good);
        self.go_on(failed);
        self.fault(message, span);
        self.go_on(good);
    }

    /// A fault with this message.
    pub(super) fn fault(&mut self, message: Operand, span: Span) {
        let site = self.site(span);
        let on_fail = self.on_fail();
        self.end(Terminator::Fault { message, on_fail, site });
    }
}
