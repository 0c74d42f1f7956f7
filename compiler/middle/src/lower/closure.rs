//! Closures and function values: how they are made, their own code, and how they are called. A closure's function takes the
//! closure object first, and takes its captures out of it at once into the variables that they were.

use super::body::{Body, OnError, This};
use super::item;
use super::program::{Key, Lowering};
use crate::hir::{ClassKind, Expr, FnKind};
use crate::ids::{ClassId, FnId, LocalId, TyId};
use crate::mir::{
    Const, Entry, Func, Function, Inst, Local, Name, OnFail, Operand, Site, StackCheck, Terminator, Type, TypeId,
};
use crate::span::Span;
use crate::ty::Ty;

/// What a closure or task takes along.
pub(super) struct Captures {
    vars: Vec<LocalId>,
    /// The data class whose `self` comes last.
    this: Option<ClassId>,
}

impl Lowering<'_> {
    fn captures(&self, closure: FnId) -> Captures {
        let function = &self.program.fns[closure];
        let data = |class: &ClassId| self.program.classes[*class].kind == ClassKind::Data;
        let this = self.program.class_of(closure).filter(data).filter(|_| function.uses_self.is_some());
        Captures { vars: function.captures.clone(), this }
    }

    /// The type of the objects of a closure or task.
    fn closure_ty(&mut self, closure: FnId, captures: &Captures) -> (Func, TypeId) {
        let function = self.func(Key::Closure(closure));
        let locals = &self.types.locals[self.program.outermost(closure)];
        let mut types: Vec<TypeId> = captures.vars.iter().map(|var| self.table.of(locals[*var])).collect();
        types.extend(captures.this.map(|class| self.table.class(class)));
        (function, self.closure_of(function, types))
    }

    /// The type of the objects of a function with these captures.
    pub(super) fn closure_of(&mut self, function: Func, captures: Vec<TypeId>) -> TypeId {
        let name = self.func_name(function);
        self.table.plain(Type::Closure { name, captures })
    }
}

/// The function of a closure or task.
pub(super) fn closure(cx: &mut Lowering, id: FnId, name: Name) -> Function {
    let source = &cx.program.fns[id];
    let entry = if matches!(source.kind, FnKind::Task(_)) { Entry::Task } else { Entry::Value };
    let stack_check = if cx.facts.recursive.contains(&id) { StackCheck::Yes } else { StackCheck::No };
    let captures = cx.captures(id);
    let (_, ty) = cx.closure_ty(id, &captures);
    let mut body = Body::new(cx, name, Some(id));
    let closure = body.local(ty, "".into());
    let mut params = vec![closure];
    for param in &source.params {
        params.push(body.borrowed_param(*param));
    }
    body.take_captures(&captures, closure);
    let site = body.site(source.span);
    if entry == Entry::Task {
        body.spawned = source.body.forwarded().map(|call| call.id);
    }
    let value = body.value_of_block(&source.body);
    item::end_of_body(&mut body, source, value);
    let result = body.result;
    let result = body.mir_ty(result);
    body.finish_as(entry, params, result, site, stack_check)
}

/// A function of the program as the code of a closure without captures.
pub(super) fn adapter(cx: &mut Lowering, id: FnId, name: Name) -> Function {
    let source = &cx.program.fns[id];
    let function = cx.func(Key::Adapter(id));
    let ty = cx.closure_of(function, Vec::new());
    let mut body = Body::new(cx, name, Some(id));
    let closure = body.local(ty, "".into());
    let args: Vec<Local> = source.params.iter().map(|param| body.var(*param)).collect();
    let site = body.site(source.span);
    let result = body.result;
    let callee = body.func(id);
    let values = args.iter().copied().map(Operand::Copy).collect();
    item::call_and_return(&mut body, (callee, values), result, site, None);
    let params = std::iter::once(closure).chain(args).collect();
    let result = body.mir_ty(result);
    body.finish_as(Entry::Value, params, result, site, StackCheck::No)
}

impl Body<'_, '_> {
    /// A parameter that the caller keeps: a variable that changes gets a count of its own.
    fn borrowed_param(&mut self, param: LocalId) -> Local {
        let var = self.var(param);
        if !self.is_mutable(var) {
            return var;
        }
        let passed = self.local(self.local_ty(var), "".into());
        self.assign(var, Operand::Copy(passed));
        passed
    }

    fn take_captures(&mut self, captures: &Captures, closure: Local) {
        for (index, var) in (0..).zip(&captures.vars) {
            let dest = self.captured(*var);
            self.push(Inst::Capture { dest, closure: Operand::Copy(closure), index });
        }
        if let Some(class) = captures.this {
            let ty = self.cx.table.class(class);
            let dest = self.local(ty, "self".into());
            let index = u32::try_from(captures.vars.len()).unwrap_or(u32::MAX);
            self.push(Inst::Capture { dest, closure: Operand::Copy(closure), index });
            self.this = This::Value(dest);
        } else if let Some(class) = self.class.filter(|class| self.cx.program.classes[*class].kind != ClassKind::Data) {
            self.this = This::Service(Operand::Const(Const::Service(self.cx.service(class))));
        }
    }

    /// The object of a closure or task, with what it takes along. `dest` is of its type, or of its function type.
    pub(super) fn closure_object(&mut self, closure: FnId, wanted: Option<TyId>) -> Operand {
        let captures = self.cx.captures(closure);
        let (function, ty) = self.cx.closure_ty(closure, &captures);
        let mut values: Vec<Operand> = captures.vars.iter().map(|var| self.variable(*var)).collect();
        if let Some(class) = captures.this {
            let ty = self.cx.table.class(class);
            values.push(self.this_value(ty));
        }
        let dest = match wanted {
            Some(wanted) => self.temp(wanted),
            None => self.local(ty, "".into()),
        };
        self.push(Inst::MakeClosure { dest, ty, function, captures: values });
        Operand::Copy(dest)
    }

    /// A function of the program as a value.
    pub(super) fn function_value(&mut self, function: FnId, ty: TyId) -> Operand {
        let function = self.cx.func(Key::Adapter(function));
        let closure = self.cx.closure_of(function, Vec::new());
        self.emit(ty, |dest| Inst::MakeClosure { dest, ty: closure, function, captures: Vec::new() })
    }

    pub(super) fn call_value(
        &mut self,
        callee: &Expr,
        args: &[Expr],
        ty: TyId,
        span: Span,
        on_error: OnError,
    ) -> Operand {
        let callee_ty = self.ty(callee);
        let mut values = self.operands(&std::iter::once(callee).chain(args).collect::<Vec<_>>());
        let args = values.split_off(1);
        let callee = self.in_local(values.remove(0), callee_ty);
        let site = self.site(span);
        let on_fail = self.own_path_fails(on_error);
        self.call_function(callee, args, ty, on_fail, site)
    }

    /// Calls the function in a field: the field is read first.
    pub(super) fn call_field(
        &mut self,
        call: &Expr,
        receiver: &Expr,
        index: u32,
        args: &[Expr],
        on_error: OnError,
    ) -> Operand {
        let field_ty = self.field_ty(receiver, index);
        let callee = self.field(receiver, index, field_ty);
        let args = self.operands(&args.iter().collect::<Vec<_>>());
        let site = self.site(call.span);
        let on_fail = self.own_path_fails(on_error);
        let ty = self.cx.types.exprs[call.id];
        self.call_function(callee, args, ty, on_fail, site)
    }

    /// The type of a field of a class, error, tuple or service.
    fn field_ty(&self, base: &Expr, index: u32) -> TyId {
        let at = index as usize;
        let program = self.cx.program;
        let ty = self.get(self.cx.types.exprs[base.id]);
        if let Ty::Class(class) = ty {
            program.classes[*class].fields[at].ty
        } else if let Ty::ErrorValue(error) = ty {
            program.errors[*error].fields[at].ty
        } else if let Ty::Tuple(parts) = ty {
            parts[at]
        } else {
            let class = self.class.expect("only `self` of a service has fields without a type of its own");
            program.classes[class].fields[at].ty
        }
    }

    /// Calls a function value.
    pub(super) fn call_function(
        &mut self,
        callee: Operand,
        args: Vec<Operand>,
        ty: TyId,
        on_fail: OnFail,
        site: Site,
    ) -> Operand {
        let dest = self.temp(ty);
        let then = self.block();
        self.end(Terminator::CallValue { dests: vec![dest], callee, args, then, on_fail, site });
        self.go_on(then);
        Operand::Copy(dest)
    }
}
